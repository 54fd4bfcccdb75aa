# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What the bindings cost over C. The programs measure themselves and answer a figure for each line that they are given, so
# that neither the start of an interpreter nor its compiling is in it. Touches sandboxes and folders of its own.
"""The bindings' cases of scripts/bench."""
from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from measure import Failed, Result, Side, interleaved

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "integration"))

import java  # noqa: E402
from box import BUILD, Box  # noqa: E402

ANSWER_MS = 40
READERS = 16
CALLS = 1_000_000
COMMANDS = 2000


class Program:
    """A program that answers a figure for each line."""

    def __init__(self, argv: Sequence[str], env: Mapping[str, str] | None = None) -> None:
        self._argv = argv
        self._process = subprocess.Popen(list(argv), env=dict(env or os.environ), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> "Program":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.communicate()

    def take(self) -> float:
        """The next figure."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise Failed(f"{' '.join(self._argv)}: no answer")
        return float(line)


def call_over_c(case: str, name: str, argv: Sequence[str], bound: float, runs: int) -> Result:
    """What a language adds to a call that does next to nothing: the differences of pairs of runs."""
    with Program([str(BUILD / "bin" / "bench-call"), str(CALLS)]) as c, Program(argv) as other:
        one, two = interleaved(4 * runs, (name, other.take), ("C", c.take))
    over = [mine - theirs for mine, theirs in zip(one.runs, two.runs)]
    return Result(case, f"{name} over kamupin_secret_length in C, {CALLS} in a row", Side("what is added to a call", over, "ns"), bound)


def readers_in(case: str, language: str, argv: Sequence[str], runs: int) -> Result:
    """Sixteen readers, each by a thread of its own, against one."""
    card = f"akis2:wait={ANSWER_MS}"
    with Box([card]) as one, Box([card] * READERS) as all_of_them:
        with Program([*argv, *(slot.reader for slot in all_of_them.cards)], all_of_them.env) as many, \
                Program([*argv, one.cards[0].reader], one.env) as single:
            ours, other = interleaved(runs, (f"{READERS} readers by {READERS} {language} threads", many.take),
                                      ("one reader by one", single.take))
    return Result(case, f"opened and read, every answer of a card takes {ANSWER_MS} ms", ours, 1.3, other)


def _python(*words: str) -> list[str]:
    return ["/usr/bin/python3", str(ROOT / "tests/bench/python/bench.py"), *words]


PYTHON = {"PYTHONPATH": str(BUILD / "bindings" / "python"), "PYTHONDONTWRITEBYTECODE": "1"}


def call_python(runs: int) -> Result:
    """A call from Python."""
    return call_over_c("call-python", "len(secret) in Python", ["env", *(f"{k}={v}" for k, v in PYTHON.items()),
                                                                *_python("call", str(CALLS))], 3000, runs)


def readers_python(runs: int) -> Result:
    """Readers worked from Python threads."""
    return readers_in("readers-python", "Python", ["env", *(f"{k}={v}" for k, v in PYTHON.items()), *_python("readers")], runs)


def apdu_python(runs: int) -> Result:
    """One command from Python: what this package adds to SCardTransmit, and what pyscard does, in turns on one card. That the
    daemon answers sooner or later is a hundred times what is added: SCardTransmit answers all three at once (echo.c)."""
    with Box(["akis2"]) as box:
        reader, env = box.cards[0].reader, box.env | PYTHON | {"LD_PRELOAD": str(BUILD / "lib/libfault-echo.so")}
        with Program([str(BUILD / "bin" / "bench-transmit"), reader, str(COMMANDS)], env) as bare, \
                Program(_python("apdu", reader, str(COMMANDS)), env) as ours, \
                Program(_python("pyscard", reader, str(COMMANDS)), env) as other:
            for one in (bare, ours, other):
                one.take()
            mine: list[float] = []
            theirs: list[float] = []
            for _ in range(40 * runs):  # short turns: whatever else the machine does falls on all
                alone = bare.take()
                mine.append((ours.take() - alone) / 1000)
                alone = bare.take()
                theirs.append((other.take() - alone) / 1000)
    if min(statistics.median(mine), statistics.median(theirs)) <= 0:
        raise Failed("this machine has too much else to do: a command from Python costs nothing here")
    return Result("apdu-python", f"SELECT of the MF from Python over an SCardTransmit that answers at once, {COMMANDS} in a row",
                  Side("what kamupin adds to a command", mine, "us"), 0.8, Side("what pyscard adds", theirs, "us"))


def _java(folder: str, *words: str) -> list[str]:
    """As a program runs it: without the checks of JNI that tests turn on."""
    classes = java.compiled(Path(folder), ROOT / "tests/bench/java/Bench.java")
    return [word for word in java.argv(classes, "Bench", *words) if word not in ("-Xcheck:jni", "-ea")]


def call_java(runs: int) -> Result:
    """A call from Java."""
    with tempfile.TemporaryDirectory() as folder:
        return call_over_c("call-java", "Secret.length() in Java", _java(folder, "call", str(CALLS)), 1000, runs)


def readers_java(runs: int) -> Result:
    """Readers worked from Java threads."""
    with tempfile.TemporaryDirectory() as folder:
        return readers_in("readers-java", "Java", _java(folder, "readers"), runs)
