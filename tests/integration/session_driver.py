# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# tests/drivers/public/session.c in the hands of a test: a session of the library that does what it is told, and what the
# bytes that it gives to be kept are (lib/auth/keep.c). Touches the one process that it starts.
"""A session of the library."""
from __future__ import annotations

import subprocess
import threading
from collections.abc import Mapping
from types import TracebackType

from box import peak_of
from idp_client import REDIRECT
from private_pcscd import program
from provoked import provoked


class Refused(Exception):
    """A call ended with another status than ok."""

    def __init__(self, status: str, detail: str) -> None:
        super().__init__(f"{status}: {detail}")
        self.status, self.detail = status, detail


class Session:
    """One handle. ask() answers the value of a call that succeeds; refused() the detail of one that must not."""

    def __init__(self, env: Mapping[str, str], redirect: str = REDIRECT, service: str | None = None, ca_file: str | None = None,
                 timeout_ms: int | None = None) -> None:
        argv = [program("driver-session"), service or env["KAMUPIN_SERVICE"], ca_file or env["KAMUPIN_CA_FILE"], redirect]
        argv += [] if timeout_ms is None else [str(timeout_ms)]
        self._process = subprocess.Popen(argv, env=dict(env), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self._said: list[str] = []
        self._reader = threading.Thread(target=self._read_log, daemon=True)
        self._reader.start()
        self._answer()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _read_log(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self._said.append(line)

    def _answer(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, f"the driver has died: {''.join(self._said)}"
        status, _, value = line.rstrip("\n").partition("\t")
        if status != "ok":
            raise Refused(status, value)
        return value

    def close(self) -> str:
        """Ends the driver; all that the library logged."""
        if self._process.stdin is not None and not self._process.stdin.closed:
            self._process.stdin.close()
        assert self._process.wait(timeout=30) == 0
        self._reader.join()
        return "".join(self._said)

    def ask(self, word: str, rest: str = "") -> str:
        """A call that succeeds."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{word} {rest}".rstrip(" ") + "\n")
        self._process.stdin.flush()
        return self._answer()

    def refused(self, status: str, word: str, rest: str = "") -> str:
        """A call that has to end with that status; its detail."""
        try:
            value = self.ask(word, rest)
        except Refused as error:
            assert error.status == status, str(error)
            provoked(status)
            return error.detail
        raise AssertionError(f"{word} succeeded: {value}")

    def memory(self) -> int:
        """The most memory that the driver ever held, in kB."""
        return peak_of(self._process.pid)

    def begin(self, carry: str = "") -> str:
        """The address of a new login."""
        return self.ask("begin", carry).split("\t")[0]

    def kept(self) -> dict[str, str]:
        """What was kept last: service, key, access, refresh; {} when it was told to forget."""
        return fields_of(self.ask("keep"))


def fields_of(hex_bytes: str) -> dict[str, str]:
    """The fields of a session's bytes, tokens and service as text, the key in hex."""
    if not hex_bytes:
        return {}
    data = bytes.fromhex(hex_bytes)
    assert data[:5] == b"KPSE\x01"
    rest, found = data[5:-32], []
    while rest:
        size = int.from_bytes(rest[:2], "big")
        found.append(rest[2:2 + size])
        rest = rest[2 + size:]
    service, key, access, refresh, _ = found
    return {"service": service.decode(), "key": key.hex(), "access": access.decode(), "refresh": refresh.decode()}
