# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# How often something may happen: wrong answers, and what costs somebody something (pictures, mails, text messages, inquiries). Each is
# counted for an address as the connection has it, for a person or number, or over all, in a window that moves with the clock.
"""Counts and their limits."""
from __future__ import annotations

from dataclasses import dataclass

from .clock import left
from .problems import Problem
from .state import Request

EVERYBODY = "everybody"


@dataclass(frozen=True)
class Count:
    """What is counted, whose it is (an address, a mark, EVERYBODY), and how many of it there may be in how many seconds."""

    what: str
    whose: str
    most: int
    seconds: int


def _times(request: Request, count: Count) -> list[float]:
    """When it happened, the newest first, no more than are allowed."""
    rows = request.store.all("SELECT at FROM tally WHERE what = ? AND whose = ? AND at > ? ORDER BY at DESC LIMIT ?", count.what,
                             count.whose, request.now - count.seconds, count.most)
    return [float(row["at"]) for row in rows]


def check(request: Request, *counts: Count) -> None:
    """rate-limited when one of them is full, with the seconds until it is no more."""
    for count in counts:
        times = _times(request, count)
        if len(times) >= count.most:
            oldest = times[-1] if times else request.now
            raise Problem("rate-limited", f"too often: {count.what}", retry_after=left(request.now, oldest + count.seconds) + 1)


def note(request: Request, *counts: Count) -> None:
    """It happened. Kept only if the call's effect is."""
    for count in counts:
        request.store.do("DELETE FROM tally WHERE what = ? AND at <= ?", count.what, request.now - count.seconds)
        request.store.do("INSERT INTO tally VALUES (?, ?, ?)", request.now, count.what, count.whose)


def room(request: Request, count: Count) -> int:
    """How many are left."""
    return count.most - len(_times(request, count))
