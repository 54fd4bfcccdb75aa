# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Watching readers and cards through a real PC/SC daemon that is killed, started again and taken away with its socket.
# Not ours on the other end: Debian's pcscd and libpcsclite 1.9.9, vpcd's readers, and strace, which counts who wakes up.
"""Tests of the watch."""
from __future__ import annotations

import os
import select
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from box import BUILD, Box
from private_pcscd import AKIS2_ATR, Client, PrivatePcscd

WATCH = str(BUILD / "bin" / "driver-watch")
EXAMPLE = str(BUILD / "bin" / "example-watch-cards")
WAIT = str(BUILD / "bin" / "driver-wait")
KAMUPIN = str(BUILD / "bin" / "kamupin")
CANCELS = str(BUILD / "bin" / "driver-cancels")
LATECOMER = str(BUILD / "lib" / "libfault-latecomer.so")
CARD = f"kamupin-vcard 1\npersonality akis2\natr {AKIS2_ATR}\n"
UP = ["service-up\t\tok", "reader-in\tSim 00 00\tok", "reader-in\tSim 00 01\tok"]
DOWN = ["reader-out\tSim 00 00\tok", "reader-out\tSim 00 01\tok", "service-down\t\treader-service-down"]


class Program:
    """A program that prints lines: lines() takes so many of them, by a deadline; say() types one."""

    def __init__(self, *argv: str, env: Mapping[str, str], user: int | None = None) -> None:
        self.process = subprocess.Popen(argv, env=dict(env), stdin=subprocess.PIPE, stdout=subprocess.PIPE, user=user)
        self._rest = b""

    def lines(self, count: int, seconds: float = 10.0) -> list[str]:
        """The next lines; fewer only at the end of the output."""
        assert self.process.stdout
        deadline = time.monotonic() + seconds
        while self._rest.count(b"\n") < count:
            left = deadline - time.monotonic()
            assert left > 0 and select.select([self.process.stdout], [], [], left)[0], f"waited in vain behind {self._rest!r}"
            part = os.read(self.process.stdout.fileno(), 65536)
            if not part:
                break
            self._rest += part
        *said, self._rest = self._rest.split(b"\n", count)
        return [line.decode() for line in said]

    def say(self, line: str = "") -> None:
        assert self.process.stdin
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def end(self) -> int:
        """Ends its input and waits for it."""
        assert self.process.stdin
        self.process.stdin.close()
        return self.process.wait(10)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream:
                stream.close()


class Daemon(PrivatePcscd):
    """A daemon of one's own that can go as one without a service manager goes: with its socket, or without."""

    def __enter__(self) -> "Daemon":
        super().__enter__()
        self.programs: list[Program] = []
        return self

    def program(self, *argv: str, **more: str) -> Program:
        self.programs.append(Program(*argv, env=self.environment | more))
        return self.programs[-1]

    def kill(self) -> None:
        assert self.process
        self.process.kill()
        self.process.wait()

    def close_door(self) -> None:
        """Nobody listens at the socket any more; its file stays."""
        self.listener.close()

    def open_door(self) -> None:
        """A daemon as it starts by itself: it takes the old file away, binds, listens; and then serves."""
        self.socket_path.unlink(missing_ok=True)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.socket_path))
        self.listener.listen(16)
        self.start()

    def __exit__(self, *more: object) -> None:
        for program in self.programs:
            program.close()
        super().__exit__(*more)


@pytest.fixture
def daemon() -> Iterator[Daemon]:
    with Daemon() as made:
        yield made


@pytest.mark.parametrize("form", ["next", "callback"])
def test_a_card_comes_and_goes(daemon: Daemon, form: str) -> None:
    watch = daemon.program(WATCH, form)
    assert watch.lines(3) == UP
    card = daemon.insert(CARD)
    assert watch.lines(1) == ["card-in\tSim 00 00\tok"]
    card.control("eject")
    assert watch.lines(1) == ["card-out\tSim 00 00\tok"]
    card.control("insert")
    assert watch.lines(1) == ["card-in\tSim 00 00\tok"]
    assert card.commands() == [], "watching sends nothing to a card"
    watch.say()
    assert watch.end() == 0


def test_an_event_loop(daemon: Daemon) -> None:
    """The one-page program waits on the descriptor and on its input."""
    daemon.insert(CARD, slot=1)
    watch = daemon.program(EXAMPLE)
    assert watch.lines(4) == [f"{line}\t" for line in UP] + [f"card-in\tSim 00 01\tok\t{AKIS2_ATR}"]
    assert watch.end() == 0


@pytest.mark.parametrize("form", ["next", "callback"])
def test_the_daemon_is_killed_and_started_again(daemon: Daemon, form: str) -> None:
    """Its socket stays, as a service manager's does."""
    watch = daemon.program(WATCH, form)
    assert watch.lines(3) == UP
    for _ in range(3):
        daemon.kill()
        assert watch.lines(3) == DOWN
        daemon.start()
        assert watch.lines(3) == UP
    watch.say()
    assert watch.end() == 0


def test_the_daemon_is_gone_with_its_socket(daemon: Daemon) -> None:
    """Its file stays, is taken away, or its folder is; then a new daemon makes a new one."""
    folder = daemon.folder / "run" / "pcscd"
    folder.mkdir(parents=True)
    daemon.kill()
    daemon.close_door()
    daemon.socket_path = folder / "socket"
    daemon.environment["PCSCLITE_CSOCK_NAME"] = str(daemon.socket_path)
    watch = daemon.program(WATCH, "next")
    assert watch.lines(1) == [DOWN[-1]], "at the beginning there is none"
    daemon.open_door()
    assert watch.lines(3) == UP
    for way in ("file", "no file", "no folder", "no folder above"):
        daemon.kill()
        daemon.close_door()
        if way != "file":
            daemon.socket_path.unlink()
        if way.startswith("no folder"):
            shutil.rmtree(folder if way == "no folder" else folder.parent)
        assert watch.lines(3) == DOWN
        folder.mkdir(parents=True, exist_ok=True)
        daemon.open_door()
        assert watch.lines(3) == UP, way
    watch.say()
    assert watch.end() == 0


def freed_at_once(watch: Program) -> None:
    """A line ends the watch; so does whoever waits for a daemon in it."""
    watch.say()
    words = [line.split() for line in watch.lines(2)]
    assert [word[0] for word in words] == ["cancelled", "freed"]
    assert max(int(word[1]) for word in words) < 2_000_000, "microseconds"  # not: when a daemon comes, which is never
    assert watch.end() == 0


def test_a_daemon_that_never_comes(daemon: Daemon) -> None:
    """A watch can be cancelled and freed while it waits for a daemon: without socket, and at one that nobody answers."""
    daemon.kill()
    watch = daemon.program(WATCH, "next")  # the socket takes its connection
    assert watch.lines(1) == [DOWN[-1]]
    freed_at_once(watch)
    daemon.start()
    watch = daemon.program(WATCH, "next")
    assert watch.lines(3) == UP
    daemon.kill()
    assert watch.lines(3) == DOWN
    freed_at_once(watch)
    daemon.close_door()
    daemon.socket_path.unlink()
    watch = daemon.program(WATCH, "next")
    assert watch.lines(1) == [DOWN[-1]]
    freed_at_once(watch)


def test_a_daemon_that_was_stopped(daemon: Daemon) -> None:
    """Taking an event ends without it; freeing asks it, and goes on when it does."""
    watch = daemon.program(WATCH, "next")
    assert watch.lines(3) == UP
    assert daemon.process
    daemon.process.send_signal(signal.SIGSTOP)
    try:
        watch.say()
        assert watch.lines(1)[0].split()[0] == "cancelled"
    finally:
        daemon.process.send_signal(signal.SIGCONT)
    assert watch.lines(1)[0].split()[0] == "freed"
    assert watch.end() == 0


def test_a_daemon_that_admits_this_user_later(daemon: Daemon) -> None:
    """Its socket is closed to the user, and then open: nobody has to start anything anew."""
    nobody = 65534 if os.geteuid() == 0 else None  # root may everything
    daemon.folder.chmod(0o755)
    daemon.socket_path.chmod(0)
    watch = Program(WATCH, "next", env=daemon.environment, user=nobody)
    daemon.programs.append(watch)
    assert watch.lines(1) == ["service-down\t\treader-not-permitted"]
    daemon.socket_path.chmod(0o666)
    assert watch.lines(3) == UP
    watch.say()
    assert watch.end() == 0


# ---- the two moments that PC/SC-lite forgets ----

def test_a_reader_that_comes_between_listing_and_waiting(daemon: Daemon) -> None:
    """PC/SC-lite never tells of it; the library looks once more when the wait has begun."""
    watch = daemon.program(WATCH, "next", LD_PRELOAD=LATECOMER, KAMUPIN_LATE_READER="Sim 00 00")
    assert watch.lines(3) == [UP[0], UP[2], UP[1]]


def test_cancels_around_the_beginning_of_a_wait(daemon: Daemon) -> None:
    """Each ends its wait, however early it comes. Half a second of it, in steps of 50 microseconds at first, while
    PC/SC-lite still forgets it, and then some that come when it does not. How long it takes: scripts/bench cancel."""
    for waits, step in (("60", "50"), ("10", "5000")):
        said = daemon.program(CANCELS, waits, step).lines(int(waits), 30.0)
        words = [line.split() for line in said]
        assert [word[0] for word in words] == ["cancelled"] * int(waits)


def test_a_cancel_that_pcsc_lite_forgets(daemon: Daemon) -> None:
    """Each turn of a wait (50 ms, 500 ms, then a minute) begins 600 ms late. The second wait's cancel comes in the middle
    of the lateness of its long turn: said once, it would be forgotten for a minute."""
    said = daemon.program(CANCELS, "2", "2050000", LD_PRELOAD=LATECOMER, KAMUPIN_LATE_MS="600").lines(2, 20.0)
    assert [line.split()[0] for line in said] == ["cancelled"] * 2


def test_cancels_while_another_program_holds_the_card(sandbox: Callable[..., Box]) -> None:
    """The wait for its transaction ends as soon: before it has begun, at its first looks, and between the later ones."""
    box = sandbox(["akis2"])
    other = Client(box.env, box.cards[0].reader)
    program = Program(CANCELS, "12", "20000", box.cards[0].reader, env=box.env)
    try:
        assert program.lines(1) == ["open"]
        assert [other.say("connect"), other.say("begin")] == ["ok", "ok"]
        program.say()
        words = [line.split() for line in program.lines(12, 30.0)]
        assert [word[0] for word in words] == ["cancelled"] * 12
        assert other.say("end") == "ok"
    finally:
        program.close()
        other.close()


def test_cancels_while_the_service_is_silent(sandbox: Callable[..., Box]) -> None:
    """Before the first command to the card, between commands, while it is waited for the service's first word."""
    box = sandbox(["akis2"])
    program = Program(CANCELS, "30", "2000", "-n", env=box.env)
    try:
        assert [line.split()[0] for line in program.lines(30, 30.0)] == ["cancelled"] * 30
    finally:
        program.close()


# ---- who wakes up ----

def wake_ups(trace: Path) -> list[float]:
    """Moments at which a process did something, each stretch of work once: strace's lines, a second apart or more."""
    found: list[float] = []
    last = 0.0
    for line in trace.read_text().splitlines():
        at = float(line.split()[1])
        if at - last > 1.0:
            found.append(at)
        last = at
    return found


class Trace:
    """strace on a program for a while: `with Trace(path, program): …`, then woken() within."""

    def __init__(self, path: Path, program: Program) -> None:
        self.path = path
        self.process = subprocess.Popen(["strace", "-f", "-ttt", "-o", str(path), "-p", str(program.process.pid)],
                                        stderr=subprocess.PIPE)
        assert self.process.stderr and b"attached" in self.process.stderr.readline(), "strace cannot look at it"
        self.began = time.time() + 0.5  # what the attaching itself interrupts is begun again at once

    def stop(self) -> list[float]:
        """When it did something, in seconds from the beginning."""
        ended = time.time()
        self.process.terminate()
        self.process.communicate()
        return [round(at - self.began, 1) for at in wake_ups(self.path) if self.began < at < ended]


def test_waiting_wakes_nobody_up(daemon: Daemon, tmp_path: Path) -> None:
    """A watch, the command's and a list's wait side by side, each traced for more than a minute in which nothing happens: each works
    once at most, when libpcsclite asks its daemon anew. A watch whose daemon is gone does nothing at all. And they still
    hear what happens then."""
    programs = {"watch": daemon.program(WATCH, "next"), "wait": daemon.program(WAIT), "command": daemon.program(KAMUPIN, "card", "watch"),
                "gone": daemon.program(WATCH, "next", PCSCLITE_CSOCK_NAME=str(tmp_path / "none"))}
    assert programs["watch"].lines(3) == UP
    assert programs["wait"].lines(1) == ["waiting"]
    assert len(programs["command"].lines(3)) == 3
    assert programs["gone"].lines(1) == [DOWN[-1]]
    time.sleep(2)  # not for luck: what is measured is the time after the first half second (kamupin_watch(3))
    traces = {name: Trace(tmp_path / f"{name}.trace", program) for name, program in programs.items()}
    time.sleep(65)  # the time that is measured
    woken = {name: trace.stop() for name, trace in traces.items()}
    assert woken.pop("gone") == [] and max(map(len, woken.values())) <= 1, woken
    card = daemon.insert(CARD)
    assert programs["watch"].lines(1) == ["card-in\tSim 00 00\tok"]
    assert programs["wait"].lines(1) == ["ok"]
    assert '"card-in"' in programs["command"].lines(1)[0]
    (tmp_path / "none").symlink_to(daemon.socket_path)
    assert programs["gone"].lines(4) == [*UP[:2], "card-in\tSim 00 00\tok", UP[2]]
    assert card.commands() == []
