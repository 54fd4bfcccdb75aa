# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What every benchmark shares: two things measured in turns, medians, their ratio against a bound, a table and JSON.
# Touches nothing but what is measured.
"""Ratios of medians of interleaved runs."""
from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


class Failed(Exception):
    """What was to be measured did not work."""


@dataclass
class Side:
    """One of the two things that are compared, and its runs: milliseconds, or what `unit` says."""

    name: str
    runs: list[float] = field(default_factory=list)
    unit: str = "ms"

    @property
    def median(self) -> float:
        return statistics.median(self.runs)

    def row(self) -> str:
        """A line of the table."""
        return (f"  {self.name:44} min {min(self.runs):9.3f}   median {self.median:9.3f}   max {max(self.runs):9.3f} {self.unit}"
                f"   {len(self.runs)} runs")

    def json(self) -> dict[str, Any]:
        return {"name": self.name, f"median_{self.unit}": round(self.median, 4), f"min_{self.unit}": round(min(self.runs), 4),
                f"max_{self.unit}": round(max(self.runs), 4), "runs": len(self.runs)}


@dataclass
class Result:
    """A case that was measured. Without `other` the bound is on the median, or on the worst of all runs, in the runs' own unit."""

    case: str
    what: str
    ours: Side
    bound: float
    other: Side | None = None
    worst: bool = False

    @property
    def value(self) -> float:
        if self.worst:
            return max(self.ours.runs)
        return self.ours.median if self.other is None else self.ours.median / self.other.median

    @property
    def within(self) -> bool:
        return self.value <= self.bound

    def table(self) -> str:
        """What a person reads."""
        word = "ok" if self.within else "TOO SLOW" if self.ours.unit in ("ms", "ns") else "TOO MUCH"
        unit = f" {self.ours.unit}" if self.other is None else ""
        kind = "worst" if self.worst else "median" if self.other is None else "ratio of medians"
        sides = [self.ours] if self.other is None else [self.ours, self.other]
        return "\n".join([f"{self.case}: {self.what}", *(side.row() for side in sides),
                          f"  {kind} {self.value:.3f}{unit}, bound {self.bound:g}{unit}: {word}"])

    def json(self) -> dict[str, Any]:
        return {"case": self.case, "what": self.what, "ours": self.ours.json(),
                "other": None if self.other is None else self.other.json(), "value": round(self.value, 4),
                "bound": self.bound, "within": self.within}


def timed(argv: Sequence[str], env: Mapping[str, str] | None = None, cwd: str | None = None) -> float:
    """Milliseconds from the start of a process to its end, its output read; Failed when it fails."""
    began = time.monotonic()
    done = subprocess.run(argv, env=None if env is None else dict(env), cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True)
    took = (time.monotonic() - began) * 1000
    if done.returncode != 0:
        raise Failed(f"{' '.join(argv)}: exit code {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return took


def interleaved(runs: int, ours: tuple[str, Callable[[], float]], other: tuple[str, Callable[[], float]]) -> tuple[Side, Side]:
    """Both in turns, after one run of each that does not count; who is first changes every time."""
    sides = [(Side(ours[0]), ours[1]), (Side(other[0]), other[1])]
    for _, take in sides:
        take()
    for turn in range(runs):
        for side, take in sides if turn % 2 == 0 else reversed(sides):
            side.runs.append(take())
    return sides[0][0], sides[1][0]
