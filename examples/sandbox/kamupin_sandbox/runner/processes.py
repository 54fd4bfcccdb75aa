# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Child processes that cannot outlive the runner, waiting with a deadline, and the janitor that removes the
# private folder when the runner itself was killed. Touches processes it started and signals only.
"""Processes, signals and waiting."""
from __future__ import annotations

import ctypes
import os
import shutil
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from .members import end_members
from .messages import SandboxError

REVIVE_SIGNAL = signal.SIGUSR1
ENDING_SIGNALS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT}
PR_SET_PDEATHSIG = 1
PR_SET_NAME = 15
HIGHEST_FD = 65536
_libc = ctypes.CDLL(None, use_errno=True)


class Interrupted(Exception):
    """One of the ending signals came while the sandbox was being set up."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


def hold_signals() -> set[signal.Signals]:
    """Blocks the signals that the runner takes where it waits. Returns the mask before."""
    return signal.pthread_sigmask(signal.SIG_BLOCK, ENDING_SIGNALS | {signal.SIGCHLD, REVIVE_SIGNAL})


def wait_until(check: Callable[[], bool], seconds: float, tr: str, en: str) -> None:
    """Waits until check() is true; an ending signal or the deadline ends the wait with an exception."""
    deadline = time.monotonic() + seconds
    while not check():
        if time.monotonic() > deadline:
            raise SandboxError(tr, en)
        came = signal.sigtimedwait(ENDING_SIGNALS, 0.01)
        if came is not None:
            raise Interrupted(came.si_signo)


class Child:
    """A process of ours: dies with the runner, is waited for exactly once."""

    def __init__(self, name: str, pid: int, log: Path | None) -> None:
        self.name = name
        self.pid = pid
        self.log = log
        self.status: int | None = None

    def alive(self) -> bool:
        """Looks without waiting."""
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid == self.pid:
                self.status = os.waitstatus_to_exitcode(status)
        return self.status is None

    def send(self, number: int) -> None:
        """Sends a signal if the process is still ours to signal."""
        if self.alive():
            os.kill(self.pid, number)

    def end(self, seconds: float = 3.0) -> None:
        """SIGTERM, and SIGKILL after the deadline. May be called twice."""
        self.send(signal.SIGTERM)
        deadline = time.monotonic() + seconds
        while self.alive():
            if time.monotonic() > deadline:
                self.send(signal.SIGKILL)
                deadline += 3600
            time.sleep(0.002)

    def tail(self) -> str:
        """The last lines of its log, for an error text."""
        try:
            lines = self.log.read_text(errors="replace").splitlines() if self.log else []
        except OSError:
            lines = []
        return " | ".join(lines[-3:])


def tie(parent: int, number: int) -> None:
    """In a new child: die when the parent dies, also if that happened before this call."""
    _libc.prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(125)


def _plain_signals(mask: set[signal.Signals]) -> None:
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    for number in (signal.SIGPIPE, signal.SIGXFSZ):  # the two that Python ignores
        signal.signal(number, signal.SIG_DFL)


def start(name: str, argv: Sequence[str], env: Mapping[str, str], log: Path,
          listener: int | None = None) -> Child:
    """Starts a background process in a session of its own, its output in a log file.

    With listener, that socket becomes descriptor 3 and is announced as systemd's socket activation does it.
    """
    parent = os.getpid()
    pid = os.fork()
    if pid != 0:
        return Child(name, pid, log)
    try:
        os.setsid()
        tie(parent, signal.SIGKILL)
        _plain_signals(set())
        os.dup2(os.open("/dev/null", os.O_RDONLY), 0)
        os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), 1)
        os.dup2(1, 2)
        own = dict(env)
        if listener is not None:
            if listener == 3:
                os.set_inheritable(3, True)
            else:
                os.dup2(listener, 3)
            own |= {"LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())}
        os.closerange(3 if listener is None else 4, HIGHEST_FD)
        os.execve(argv[0], list(argv), own)
    except BaseException as error:  # nothing of the parent may run on in the child
        os.write(2, f"{name}: {error}\n".encode())
    os._exit(127)


def start_command(argv: Sequence[str], env: Mapping[str, str], mask: set[signal.Signals]) -> Child:
    """Starts COMMAND where the runner stands: same terminal, same group, every descriptor it was given."""
    parent = os.getpid()
    pid = os.fork()
    if pid != 0:
        return Child(argv[0], pid, None)
    code = 127
    try:
        tie(parent, signal.SIGKILL)
        _plain_signals(mask)
        os.execvpe(argv[0], list(argv), dict(env))
    except OSError as error:
        code = 127 if isinstance(error, (FileNotFoundError, NotADirectoryError)) else 126
        os.write(2, f"kamupin-sandbox: {argv[0]}: {error.strerror}\n".encode())
    except BaseException as error:
        os.write(2, f"kamupin-sandbox: {argv[0]}: {error}\n".encode())
    os._exit(code)


class Janitor:
    """Removes the folder, and ends what still runs in the sandbox, if the runner dies without doing so.

    It waits on a pipe: dismiss() writes a byte, a runner that is killed closes it without one.
    """

    def __init__(self, folder: Path, mark: str, keep: bool) -> None:
        read_end, self._write_end = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            _clean_up_after(folder, mark, keep, read_end)
        os.close(read_end)

    def dismiss(self) -> None:
        """Lets it go; the folder is the caller's again."""
        try:
            os.write(self._write_end, b".")
        except BrokenPipeError:
            pass  # it has gone already: whoever ended everything in this process group ended it too
        os.close(self._write_end)
        os.waitpid(self._pid, 0)


def _clean_up_after(folder: Path, mark: str, keep: bool, read_end: int) -> NoReturn:
    try:
        os.setsid()
        _libc.prctl(PR_SET_NAME, b"sandbox-janitor", 0, 0, 0)
        for number in ENDING_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        os.dup2(read_end, 0)
        os.dup2(os.open("/dev/null", os.O_RDWR), 1)
        os.dup2(1, 2)
        os.closerange(3, HIGHEST_FD)
        if os.read(0, 1) == b"":
            end_members(mark)
            if not keep:
                remove(folder)
    finally:
        os._exit(0)


def remove(folder: Path, seconds: float = 5.0) -> bool:
    """Removes a folder, also if a dying process still writes into it."""
    deadline = time.monotonic() + seconds
    while folder.exists() and time.monotonic() < deadline:
        shutil.rmtree(folder, ignore_errors=True)
        if folder.exists():
            time.sleep(0.01)
    return not folder.exists()
