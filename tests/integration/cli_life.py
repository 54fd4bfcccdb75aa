# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What the tests of cert, consent, application and authorised share: a sandbox with an authorization server, the session that
# `kamupin login` holds there, and the command with --json or at a terminal of 80 columns. Touches the sandbox that it started.
"""A person with a session, and the command."""
from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from box import Box
from cli import KAMUPIN, STATUS, read_line
from provoked import provoked
from terminal import Terminal
from test_cli_login import Held

PIN = "123456"
CTRL_C = "\x03"


class Person:
    """Somebody who is logged in, in a sandbox of their own. Use as a context manager."""

    def __init__(self, cards: Sequence[str] = ("akis2:p384",), logged_in: bool = True) -> None:
        self.box = Box(cards, ["--login"])
        self._runtime = tempfile.TemporaryDirectory(prefix="kamupin-life-")  # 0700, and short enough for a socket
        self.env: dict[str, str] = {name: value for name, value in self.box.env.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
        self.env |= {"XDG_RUNTIME_DIR": self._runtime.name, "TERM": "xterm", "KAMUPIN_LANG": "en", "TZ": "UTC"}
        self._held = Held(self.env) if logged_in else None

    def __enter__(self) -> "Person":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._held is not None:
            self._held.close()
        self.box.close()
        self._runtime.cleanup()

    def plain(self, *argv: str, lang: str = "en", env: Mapping[str, str] | None = None,
              text: str | None = None) -> subprocess.CompletedProcess[str]:
        """The command without --json and without a terminal."""
        return subprocess.run([KAMUPIN, *argv], env=self.env | {"KAMUPIN_LANG": lang} | dict(env or {}), capture_output=True, text=True,
                              timeout=60, input=text if text is not None else "")

    def run(self, *argv: str, env: Mapping[str, str] | None = None, **secrets: str) -> tuple[int, dict[str, Any]]:
        """The command with --json: its exit code and what it printed, held to the schema. secrets: sms_fd="…"."""
        ends = []
        extra: list[str] = []
        for option, value in secrets.items():
            read_end, write_end = os.pipe()
            os.write(write_end, value.encode())
            os.close(write_end)
            ends.append(read_end)
            extra += [f"--{option.replace('_', '-')}", str(read_end)]
        try:
            done = subprocess.run([KAMUPIN, *argv, *extra, "--json"], env=self.env | dict(env or {}), capture_output=True, text=True,
                                  timeout=60, stdin=subprocess.DEVNULL, pass_fds=ends)
        finally:
            for end in ends:
                os.close(end)
        return done.returncode, read_line(done.stdout)

    def ask(self, *argv: str, **secrets: str) -> dict[str, Any]:
        """A call that has to succeed."""
        code, said = self.run(*argv, **secrets)
        assert code == 0, said
        return said

    def refused(self, status: str, *argv: str, env: Mapping[str, str] | None = None, **secrets: str) -> dict[str, Any]:
        """A call that has to end with that status: its exit code, its error, and one sentence of its own in each language."""
        code, said = self.run(*argv, env=env, **secrets)
        assert (code, said.get("error", {}).get("status")) == (STATUS[status], status), said
        assert len(said["error"]["text"]) > 20
        provoked(status)
        return said

    def terminal(self, *argv: str, lang: str = "en", env: Mapping[str, str] | None = None) -> Terminal:
        """The command at a terminal of 80 columns."""
        return Terminal(["/bin/sh", "-c", 'stty cols 80 rows 40; exec "$0" "$@"', KAMUPIN, *argv],
                        self.env | {"KAMUPIN_LANG": lang} | dict(env or {}))

    def sms(self) -> str:
        """The code in the last SMS."""
        code: str = self.box.control.get("/sms")["sms"][-1]["code"]
        return code

    def certificates(self, role: str = "individual") -> list[dict[str, Any]]:
        """The service's list, by the command."""
        listed: list[dict[str, Any]] = self.ask("cert", "list", "service", "--role", role)["certificates"]
        return listed

    def one(self, state: str, by: str | None = None, role: str = "individual") -> dict[str, Any]:
        """The record of a certificate in that state."""
        found: list[dict[str, Any]] = [one["record"] for one in self.certificates(role) if one["record"]["state"] == state]
        return next(one for one in found if by in (None, one["suspended_by"]))

    def put(self, certificate_id: str, state: str, **more: str) -> None:
        """Makes the authority, or somebody else, move a certificate."""
        self.box.control.post("/certificates/state", {"certificate": certificate_id, "state": state} | more)


def fits(text: str) -> bool:
    """Whether a text has no line of more than 80 columns, but for one that is a single long word or a prompt."""
    return all(len(line) <= 80 or " " not in line.strip() for line in text.replace("\r", "").splitlines() if "\x1b" not in line)


def pem_of(path: Path, *argv: str) -> str:
    """What the openssl command says of a certificate."""
    return subprocess.run(["openssl", "x509", "-in", str(path), "-noout", *argv], capture_output=True, text=True, check=True).stdout
