# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Faults that a test orders: the connection that breaks before or after the effect, late answers, answers that are not
# the profile's. In memory only; each order is used up once it has struck.
"""Ordered faults."""
from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

ACTIONS = ("drop-before", "drop-after", "delay", "slow", "status", "problem", "garbage", "truncate", "huge", "redirect",
           "html", "wrong-shape", "no-nonce")
BEFORE = ("drop-before", "status", "problem", "garbage", "huge", "redirect", "html", "wrong-shape")


@dataclass
class Fault:
    """One order: at the nth such call from now (any call: "*"), and for that many calls in a row."""

    call: str
    action: str
    nth: int = 1
    times: int = 1
    seconds: float = 0.0  # delay (nothing comes of it when whoever asked is gone by then), slow (done all the same)
    status: int = 500  # status
    problem: str = ""  # problem
    retry_after: int = 1

    @property
    def before(self) -> bool:
        """Whether the call's effect never happens."""
        return self.action in BEFORE


class Faults:
    """The orders that stand."""

    def __init__(self, calls: list[str], problems: list[str]) -> None:
        self._calls = calls
        self._problems = problems
        self._orders: list[Fault] = []

    def order(self, wish: dict[str, Any]) -> Fault:
        """Adds an order; ValueError or TypeError for one that makes no sense."""
        fault = Fault(**wish)
        if fault.call not in (*self._calls, "*") or fault.action not in ACTIONS:
            raise ValueError("call or action")
        if fault.action == "problem" and fault.problem not in self._problems:
            raise ValueError("problem")
        if fault.nth < 1 or fault.times < 1 or not 0 <= fault.seconds <= 600 or not 200 <= fault.status <= 599:
            raise ValueError("nth, times, seconds or status")
        self._orders.append(fault)
        return fault

    def take(self, call: str) -> Fault | None:
        """Counts a call; the fault that strikes it, if any."""
        struck = None
        for fault in list(self._orders):
            if fault.call not in (call, "*"):
                continue
            if fault.nth > 1:
                fault.nth -= 1
            elif struck is None:
                struck = fault
                fault.times -= 1
                if fault.times == 0:
                    self._orders.remove(fault)
        return struck

    def clear(self) -> None:
        """Takes all orders back."""
        self._orders.clear()

    def standing(self) -> list[dict[str, Any]]:
        """The orders that have not struck yet."""
        return [asdict(fault) for fault in self._orders]
