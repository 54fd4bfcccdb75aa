# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What the Python package promises of threads, memory and secrets, held by the programs of tests/bindings/held.py. Not ours
# on the other end: pcscd, libpcsclite, the C library's allocator, tracemalloc, the kernel's view of a process's memory.
"""Threads, memory and secrets of the Python package."""
from __future__ import annotations

import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from box import BUILD, ROOT, Box
from cli import FRESH_PIN
from python import ENV, PYTHON
from test_bindings_java_held import places

PROGRAM = [*PYTHON, str(ROOT / "tests/bindings/held.py")]
READERS = 16
ROUNDS = 10_000
NEW_PIN = "908172635401"

Sandbox = Callable[..., Box]


def test_sixteen_readers_are_worked_from_sixteen_threads_at_once(sandbox: Sandbox, tmp_path: Path) -> None:
    """Each thread's VERIFY waits within libpcsclite until all sixteen are there: whoever keeps the interpreter meanwhile is alone."""
    box = sandbox(["akis2"] * READERS)
    most = tmp_path / "most"
    done = box.run(*PROGRAM, "readers", FRESH_PIN, *(card.reader for card in box.cards),
                   env={**ENV, "LD_PRELOAD": str(BUILD / "lib/libfault-flight.so"), "KAMUPIN_FLIGHT": str(READERS),
                        "KAMUPIN_FLIGHT_FILE": str(most)}, seconds=120)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [f"{card.reader}\t{card.card_id}" for card in box.cards]
    assert int(most.read_text()) == READERS, "exchanges in flight at once"


class Held:
    """A run of held.py that stops at its places."""

    def __init__(self, box: Box, *words: str, env: dict[str, str] | None = None) -> None:
        self.process = box.start(*PROGRAM, *words, stdin=subprocess.PIPE, env={**ENV, **(env or {})})

    def __enter__(self) -> "Held":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def give(self, line: str = "") -> None:
        assert self.process.stdin
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def line(self) -> str:
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line.endswith("\n"), line + self.process.communicate()[1]
        return line[:-1]

    def at(self, place: str) -> int:
        """In how many places of the process the PIN stands, at that place of the program."""
        assert self.line() == place
        return places(self.process.pid, NEW_PIN)

    def end(self) -> str:
        out, err = self.process.communicate("\n", timeout=30)
        assert (self.process.returncode, err) == (0, "")
        return out


@pytest.mark.parametrize("way", ["rounds", "awaited"])
def test_ten_thousand_rounds_leave_nothing_behind(sandbox: Sandbox, tmp_path: Path, way: str) -> None:
    """Blocks of the library's and of the module's, Python's own bytes and objects. One a round would be ten thousand."""
    box, count = sandbox(["akis2"]), tmp_path / "blocks"
    with Held(box, way, box.cards[0].reader,
              env={"LD_PRELOAD": str(BUILD / "lib/libfault-blocks.so"), "KAMUPIN_BLOCKS": str(count)}) as run:
        def rounds(number: int) -> tuple[int, int, int]:
            run.give(str(number))
            word, traced, objects = run.line().split("\t")
            assert word == "done"
            (blocks,) = struct.unpack("q", count.read_bytes())
            return blocks, int(traced), int(objects)

        rounds(200)
        before = rounds(200)
        after = rounds(ROUNDS)
        assert after[0] <= before[0] + 20, "blocks of the library and the module"
        # A table of the interpreter's that once had to grow has some kilobytes; the smallest object of each round would be 160,
        # and that of each twentieth 24.
        assert after[1] <= before[1] + 2 * ROUNDS, "bytes of Python's"
        assert after[2] <= before[2] + 20, "objects of Python's"
        out, err = run.process.communicate(timeout=30)
        assert (run.process.returncode, out, err) == (0, "", "")
    assert struct.unpack("q", count.read_bytes()) == (0,), "blocks left at the end"


@pytest.mark.parametrize("way", ["change", "own"])
def test_a_pin_that_was_used_is_nowhere_afterwards(sandbox: Sandbox, way: str) -> None:
    box = sandbox(["akis2"])
    with Held(box, way, box.cards[0].reader) as run:
        run.give(FRESH_PIN)
        run.give(NEW_PIN)
        assert run.at("typed") == 1, "it is in its bytearray alone"
        run.give()
        assert run.at("taken") == 1, "it is in its secret alone"
        run.give()
        assert run.at("used") == 0
        assert box.verify_by_opensc(NEW_PIN) == "9000"
        run.give()
        run.give(NEW_PIN)
        assert run.at("typed") == 1
        run.give()
        assert run.at("used") == 0
        assert run.end() == ("" if way == "change" else "PIN commands\t2\n")
    assert box.verify_by_opensc(FRESH_PIN) == "9000"


def test_the_pin_of_an_unblock_is_nowhere_afterwards(sandbox: Sandbox) -> None:
    box = sandbox(["akis2:blocked"])
    with Held(box, "unblock") as run:
        run.give(box.code())
        run.give(NEW_PIN)
        assert run.at("typed") == 1
        run.give()
        assert run.at("sms") == 1, "it is in the operation's secret alone"
        run.give(box.sms()[-1]["code"])
        assert run.at("used") == 0
        run.end()
    assert box.verify_by_opensc(NEW_PIN) == "9000"


def test_a_str_is_no_place_for_a_pin(sandbox: Sandbox) -> None:
    """What the documentation says of a str, and that the search finds."""
    box = sandbox(["akis2"])
    with Held(box, "text", box.cards[0].reader) as run:
        run.give(FRESH_PIN)
        run.give(NEW_PIN)
        assert run.at("used") > 0
        run.end()
    assert box.verify_by_opensc(NEW_PIN) == "9000"
