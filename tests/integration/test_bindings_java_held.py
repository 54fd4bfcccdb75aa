# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What the Java package promises of threads, memory and secrets, held by programs of tests/bindings/java under -Xcheck:jni.
# Not ours on the other end: pcscd, libpcsclite, the C library's allocator, the kernel's view of a process's memory.
"""Threads, memory and secrets of the Java package."""
from __future__ import annotations

import os
import re
import signal
import struct
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import java
from box import BUILD, ROOT, Box, until
from cli import FRESH_PIN

READERS = 16
ROUNDS = 10_000
OLD_PIN, NEW_PIN = FRESH_PIN, "908172635401"
PIECE = 1 << 26

Sandbox = Callable[..., Box]


@pytest.fixture(scope="session")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return java.compiled(tmp_path_factory.mktemp("held"), *sorted((ROOT / "tests/bindings/java").glob("*.java")))


def test_sixteen_readers_are_worked_from_sixteen_threads_at_once(sandbox: Sandbox, classes: Path, tmp_path: Path) -> None:
    box = sandbox(["akis2"] * READERS)
    most = tmp_path / "most"
    done = box.run(*java.argv(classes, "Readers", FRESH_PIN, *(card.reader for card in box.cards)),
                   env={"LD_PRELOAD": str(BUILD / "lib/libfault-flight.so"), "KAMUPIN_FLIGHT": str(READERS),
                        "KAMUPIN_FLIGHT_FILE": str(most)}, seconds=120)
    assert (done.returncode, done.stderr) == (0, "") and java.unchecked(done.stdout), done.stdout + done.stderr
    assert done.stdout.splitlines() == [f"{card.reader}\t{card.card_id}" for card in box.cards]
    assert int(most.read_text()) == READERS, "exchanges in flight at once"


@pytest.mark.parametrize("way", ["calls", "futures"])
def test_ten_thousand_rounds_leave_nothing_behind(sandbox: Sandbox, classes: Path, tmp_path: Path, way: str) -> None:
    """Blocks of the library's and of JNI's glue, the package's own objects, references from one to the other. One block a
    round would be ten thousand; what is pending when the collector was asked but has not come round is waited for."""
    box, count = sandbox(["akis2"]), tmp_path / "blocks"
    process = box.start(*java.argv(classes, "Rounds", way, box.cards[0].reader), stdin=subprocess.PIPE,
                        env={"LD_PRELOAD": str(BUILD / "lib/libfault-blocks.so"), "KAMUPIN_BLOCKS": str(count)})

    def rounds(number: int) -> tuple[int, int, int]:
        assert process.stdin and process.stdout
        process.stdin.write(f"{number}\n")
        process.stdin.flush()
        line = process.stdout.readline()
        assert line == "done\n", line + process.communicate()[1]
        (blocks,) = struct.unpack("q", count.read_bytes())
        return blocks, java.objects(process.pid), java.references(process.pid)

    def back_to(before: tuple[int, int, int]) -> bool:
        return all(now <= then + 20 for now, then in zip(rounds(0), before))

    try:
        rounds(100)
        until(lambda: rounds(0)[0] <= 20, 30, "the end of what the first rounds have left")
        before = rounds(0)
        rounds(ROUNDS)
        until(lambda: back_to(before), 60, f"the return to {before}")
        out, err = process.communicate(timeout=30)
        assert (process.returncode, out, err) == (0, "", "")
        assert struct.unpack("q", count.read_bytes()) == (0,), "blocks left at the end"
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def writable(pid: int) -> Iterator[bytes]:
    """All that a process can write to, in pieces that overlap by more than a PIN is long."""
    with open(f"/proc/{pid}/maps", encoding="ascii") as maps, open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in maps:
            span, rights = line.split()[:2]
            first, last = (int(end, 16) for end in span.split("-"))
            for at in range(first, last, PIECE) if rights.startswith("rw") else ():
                memory.seek(at)
                yield memory.read(min(PIECE + 256, last - at))


def places(pid: int, pin: str) -> int:
    """In how many places a PIN stands there: as digits, as Java's characters, in hex."""
    shapes = [pin.encode(), pin.encode("utf-16-le"), pin.encode("utf-16-be"), pin.encode().hex().encode(),
              pin.encode().hex(" ").encode(), bytes.fromhex(pin)]
    os.kill(pid, signal.SIGSTOP)  # so that no memory comes or goes meanwhile
    try:
        until(lambda: re.search(r"^State:\s+T", Path(f"/proc/{pid}/status").read_text(), re.M), what="the stop of the process")
        return sum(len(re.findall(re.escape(shape), piece)) for piece in writable(pid) for shape in shapes)
    finally:
        os.kill(pid, signal.SIGCONT)


class Wiping:
    """A run of Wipe."""

    def __init__(self, box: Box, classes: Path, *words: str) -> None:
        self.process = box.start(*java.argv(classes, "Wipe", *words, options=("-Xmx64m",)), stdin=subprocess.PIPE)

    def __enter__(self) -> "Wiping":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def give(self, line: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def at(self, place: str) -> None:
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line == place + "\n", line + self.process.communicate()[1]

    def holds(self) -> int:
        return places(self.process.pid, NEW_PIN)

    def end(self) -> None:
        assert self.process.communicate("\n", timeout=30) == ("", "") and self.process.returncode == 0


def test_a_changed_pin_is_nowhere_afterwards(sandbox: Sandbox, classes: Path) -> None:
    box = sandbox(["akis2"])
    with Wiping(box, classes, "change", box.cards[0].reader) as run:
        run.give(OLD_PIN)
        run.give(NEW_PIN)
        run.at("typed")
        assert run.holds() == 1, "it is in its buffer alone"
        run.give("")
        run.at("taken")
        assert run.holds() == 1, "it is in its secret alone"
        run.give("")
        run.at("used")
        assert run.holds() == 0
        run.end()
    assert box.verify_by_opensc(NEW_PIN) == "9000"


def test_the_pin_of_an_unblock_is_nowhere_afterwards(sandbox: Sandbox, classes: Path) -> None:
    box = sandbox(["akis2:blocked"])
    with Wiping(box, classes, "unblock") as run:
        run.give(box.code())
        run.give(NEW_PIN)
        run.at("typed")
        run.give("")
        run.at("taken")
        assert run.holds() == 1, "it is in its secret alone"
        run.give("")
        run.at("sms")
        assert run.holds() == 1, "it is in the operation's secret alone"
        run.give(box.sms()[-1]["code"])
        run.at("used")
        assert run.holds() == 0
        run.end()
    assert box.verify_by_opensc(NEW_PIN) == "9000"
