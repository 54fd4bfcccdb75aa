# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Finds what a command left running inside a sandbox, by the sandbox' own socket in its environment, and ends
# it: a sandbox ends with everything in it. Reads /proc; touches only processes that carry that mark.
"""Processes that belong to a sandbox."""
from __future__ import annotations

import os
import signal
import time
from pathlib import Path


def mark_of(socket_path: Path) -> str:
    """The entry of a process environment that says: inside this sandbox."""
    return f"PCSCLITE_CSOCK_NAME={socket_path}"


def _environment(process: Path, seconds: float = 2.0) -> bytes:
    """A process' environment. In the middle of an exec it has neither that nor a command line for a moment: it is looked
    at again until it has. A process that has ended, and the kernel's own, have no program."""
    deadline = time.monotonic() + seconds
    while True:
        started = (process / "cmdline").read_bytes() != b""
        environment = (process / "environ").read_bytes()
        if environment or started or time.monotonic() > deadline:
            return environment
        os.readlink(process / "exe")
        time.sleep(0.001)


def members(mark: str) -> list[int]:
    """Processes that carry the mark, this one aside. What cannot be read is not ours."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit() or int(entry) == os.getpid():
            continue
        try:
            environment = _environment(Path("/proc", entry))
        except OSError:
            continue
        if mark.encode() in environment.split(b"\0"):
            found.append(int(entry))
    return found


def end_members(mark: str, seconds: float = 2.0) -> None:
    """SIGTERM to all of them, SIGKILL to those that are there after the deadline."""
    deadline = time.monotonic() + seconds
    number = signal.SIGTERM
    told: set[int] = set()
    while True:
        here = members(mark)
        for pid in here:
            if pid in told and number == signal.SIGTERM:
                continue
            told.add(pid)
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass
        if not here or time.monotonic() > deadline + seconds:
            return
        if time.monotonic() > deadline:
            number = signal.SIGKILL
        time.sleep(0.005)
