# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# A program at a terminal, as a person has it: a pty of its own, waiting for what it says, typing to it.
# Touches the one process that it starts.
"""Interactive programs under test."""
from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from types import TracebackType


class Terminal:
    """Runs a command at a pty, without colours unless env has a NO_COLOR of its own. Use as a context manager; expect(), send(), wait()."""

    def __init__(self, argv: Sequence[str], env: Mapping[str, str]) -> None:
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(
            list(argv), env={"NO_COLOR": "1"} | dict(env), stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(slave)
        self.text = ""  # all that was said
        self._seen = 0  # how far expect() has come

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self.master)

    def _read(self, seconds: float) -> bool:
        """Takes what comes within that time; false at the end of output."""
        if not select.select([self.master], [], [], max(seconds, 0))[0]:
            return True
        try:
            part = os.read(self.master, 65536)
        except OSError:  # the other end of the pty is gone
            return False
        self.text += part.decode(errors="replace")
        return bool(part)

    def expect(self, pattern: str, seconds: float = 20.0) -> re.Match[str]:
        """Waits until the pattern stands in what was said after the previous match."""
        deadline = time.monotonic() + seconds
        more = True
        while True:
            match = re.compile(pattern, re.DOTALL).search(self.text, self._seen)
            if match:
                self._seen = match.end()
                return match
            if not more or time.monotonic() > deadline:
                raise AssertionError(f"waited for {pattern!r}; the terminal says:\n{self.text[self._seen:]}")
            more = self._read(deadline - time.monotonic())

    def send(self, line: str, end: str = "\n") -> None:
        """Types a line; the key that ends it is not part of it (a second one would answer the next question)."""
        assert not set(line) & set("\r\n"), line
        os.write(self.master, (line + end).encode())

    def wait(self, seconds: float = 30.0) -> int:
        """Reads to the end of output and returns the exit code (negative: signal)."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self._read(deadline - time.monotonic()):
            pass
        return self.process.wait(timeout=max(deadline - time.monotonic(), 1.0))
