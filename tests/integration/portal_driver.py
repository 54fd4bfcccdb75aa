# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# tests/drivers/public/portal.c in the hands of a test: password login, orders, issued PINs and an operation on an order, in
# one process. Touches the one process that it starts.
"""The library with a session, as a test drives it."""
from __future__ import annotations

import subprocess
from types import TracebackType

from box import Box, peak_of
from private_pcscd import program
from provoked import provoked

NUMBER, PASSPORT, WORD = "10000000146", "U12345678", "çığlık42"
NEW_PIN = "482915"


class Portal:
    """A program with one session, one order and one operation."""

    DRIVER = "driver-portal"

    def __init__(self, box: Box, timeout_ms: int | None = None, env: dict[str, str] | None = None) -> None:
        self.box = box
        self._log = (box.folder / "logs" / f"portal-{id(self)}.log").open("w+", encoding="utf-8")
        self._process = subprocess.Popen([program(self.DRIVER), *([] if timeout_ms is None else [str(timeout_ms)])],
                                         env=box.env | (env or {}), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True)
        assert self._answer() == ("ok", "")

    def __enter__(self) -> Portal:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        assert self._process.wait(timeout=30) == 0
        self._log.close()

    def _answer(self) -> tuple[str, str]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the driver has died"
        status, _, value = line.rstrip("\n").partition("\t")
        return status, value

    def _tell(self, words: str) -> tuple[str, str]:
        assert self._process.stdin is not None
        self._process.stdin.write(words + "\n")
        self._process.stdin.flush()
        return self._answer()

    def ask(self, *words: str) -> str:
        """A call that succeeds; its value."""
        status, value = self._tell(" ".join(words))
        assert status == "ok", f"{words[0]}: {status} {value}"
        return value

    def refused(self, status: str, *words: str) -> str:
        """A call that ends with that status; tries, seconds to wait and phase."""
        found, value = self._tell(" ".join(words))
        assert found == status, f"{words[0]}: {found} {value}"
        provoked(status)
        return value

    def logged(self) -> str:
        """All that the library logged."""
        self._log.flush()
        self._log.seek(0)
        return self._log.read()

    def memory(self) -> int:
        """The most memory that the driver ever held, in kB."""
        return peak_of(self._process.pid)

    # ---- what a person does ----

    def picture(self) -> str:
        """A picture, and what a person reads in it."""
        self.ask("captcha")
        return str(self.box.control.get("/captchas")["captchas"][-1]["answer"])

    def last_sms(self) -> str:
        """The code of the last SMS."""
        return str(self.box.control.get("/sms")["sms"][-1]["code"])

    def login(self, kind: str = "tckn", number: str = NUMBER, word: str = WORD) -> None:
        """A whole password login."""
        self.ask("begin", kind, number, self.picture(), word)
        self.ask("sms")
        self.ask("confirm", self.last_sms())

    def to_factor(self) -> None:
        """From a new operation to the second factor."""
        self.ask("redeem")
        self.ask("choose")
        self.ask("pin", NEW_PIN)

    def verified(self) -> None:
        """… and through it."""
        self.to_factor()
        self.ask("factor")
        self.ask("verify", self.last_sms())

    def fresh_calls(self) -> list[str]:
        """The calls of the service since this was asked last."""
        found = [str(one["call"]) for one in self.box.requests()]
        self.box.control.call("DELETE", "/requests")
        return found
