# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# A person of tests/second-service and what is on file of them there: certificates, an application, a list; and the session that
# `kamupin login --password` holds with it. Touches the service and the command that it started.
"""The life of certificates on a service that was written from the document alone."""
from __future__ import annotations

import base64
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from cli import KAMUPIN, read_line
from cli_life import Person
from little_pki import DAY, NOW, issue
from second_service import SMS_CODE, Second

NUMBER, WORD, CAPTCHA = "10000000146", "çığlık42", "K7PMX"
OFFICE = {"type": "detsis", "number": "12345678", "name": "İKİNCİ KURUM"}
ROWS = [{"application_id": "app-BBECAwQFBgcICQoL", "name": "IŞIK ÇAĞRI", "identity": "1********10", "product": "nes", "reason": "renewal"}]


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def some_certificates() -> list[dict[str, Any]]:
    """One of each state that a holder meets, made here, and one of an organisation."""
    authority = issue("İkinci Kök", None, ca=True)
    dated = [{}, {"issued": True}, {"suspended_by": "authority"}]
    made: list[dict[str, Any]] = [{"der": base64url(issue("ELİF", authority).der)} | more for more in dated]
    for begins, ends in ((NOW + DAY, NOW + 9 * DAY), (NOW - 9 * DAY, NOW - DAY)):
        made.append({"der": base64url(issue("ELİF", authority, begins=begins, ends=ends).der)})
    made = [one | {"product": "nes"} for one in made]
    return [*made, {"der": base64url(issue("İKİNCİ KURUM", authority).der), "product": "mali-muhur", "on_behalf_of": OFFICE}]


def early() -> dict[str, Any]:
    """One that was made, not opened, and begins next week."""
    made = issue("ELİF", issue("İkinci Kök", None, ca=True), begins=NOW + 7 * DAY, ends=NOW + 70 * DAY)
    return {"der": base64url(made.der), "product": "nes", "issued": True}


def on_file(certificates: Sequence[Mapping[str, Any]], **more: Any) -> dict[str, Any]:
    """What the service's configuration has of a person."""
    person = {"number": NUMBER, "word": WORD, "captcha": CAPTCHA, "name": "ELİF IŞIK", "identity": "1********46", "organisations": [OFFICE]}
    application = {"product": "nes", "state": "pending-pre-application", "reason": "renewal", "schema_id": "nes-renewal-2",
                   "title": {"tr": "NES yenileme", "en": "Renewal"}, "document": {"delivery": "post"}, "needs_consent": True,
                   "seconds_left": 86400}
    waiting = {"on_behalf_of": OFFICE, "title": {"tr": "Yeni başvurular", "en": "New applications"}, "rows": ROWS}
    return {"person": person, "certificates": list(certificates), "applications": [application], "lists": [waiting], "cool_down": 0} | more


class Held:
    """`kamupin login --password --json`, logged in."""

    def __init__(self, env: Mapping[str, str]) -> None:
        ends = [os.pipe() for _ in range(2)]
        for (_, write_end), said in zip(ends, (WORD, SMS_CODE)):
            os.write(write_end, said.encode() + b"\n")
            os.close(write_end)
        fds = [read_end for read_end, _ in ends]
        argv = [KAMUPIN, "login", "--password", "--json", "--word-fd", str(fds[0]), "--sms-fd", str(fds[1])]
        self.process = subprocess.Popen(argv, env=dict(env), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        pass_fds=fds)
        for fd in fds:
            os.close(fd)
        self._say(NUMBER)
        assert self._line()["captcha"]
        self._say(CAPTCHA)
        self.session = self._line()["session"]

    def _say(self, text: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()

    def _line(self) -> dict[str, Any]:
        assert self.process.stdout is not None and self.process.stderr is not None
        said = self.process.stdout.readline()
        assert said, self.process.stderr.read()
        return read_line(said)

    def close(self) -> None:
        """Logs out."""
        if self.process.poll() is None:
            self.process.terminate()
        self.process.communicate(timeout=30)


class Holder(Person):
    """Somebody who is logged in there. env: what the command needs of a sandbox's readers, where it meets a card. A context manager."""

    def __init__(self, service: Second, env: Mapping[str, str] | None = None) -> None:
        self._runtime = tempfile.TemporaryDirectory(prefix="kamupin-life-")  # 0700, and short enough for a socket
        own = {name: self._runtime.name for name in ("XDG_RUNTIME_DIR", "KAMUPIN_STATE_DIR")}
        base = {name: value for name, value in (env or os.environ).items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
        self.env = base | own | {"KAMUPIN_SERVICE": service.front.url, "KAMUPIN_CA_FILE": str(service.ca_file), "TERM": "xterm",
                                 "KAMUPIN_LANG": "en", "TZ": "UTC"}
        self._login = Held(self.env)
        self.session = self._login.session

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._login.close()
        self._runtime.cleanup()

    def sms(self) -> str:
        return SMS_CODE


def service_for(folder: Path, certificates: Sequence[Mapping[str, Any]], **more: Any) -> Second:
    """The service with that person, in a folder of its own, and with a card that nobody has."""
    card = {"card_id": "serial:00000000", "row": "akis-2", "product": "nes", "key_hex": "00" * 32}
    return Second(folder, folder / "tls", [card], **on_file(certificates, **more))
