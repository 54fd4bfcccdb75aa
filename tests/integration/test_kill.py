# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# kill -9 before and after every card command and every request of one unblock (tests/faults/killer.c does it from
# between libkamupin and libpcsclite, or libcurl). After each: no try is lost, the next run converges, and each
# operation has at most one outcome, a true one. The service and the card are this project's own; what is proved is that
# journal, ledger and state machine agree.
"""Killed at every point."""
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from box import BUILD, Box
from journey import block, preload, unblock

KILLER = str(BUILD / "lib" / "libfault-killer.so")


def operations(box: Box) -> list[dict[str, Any]]:
    return box.control.get("/operations")["operations"]


def journals(box: Box) -> list[Path]:
    return list(Path(box.env["KAMUPIN_STATE_DIR"]).glob("*.journal"))


def check_tries(box: Box) -> None:
    """Nothing but the PIN's own counter may have moved, and that only upwards."""
    state = box.cards[0].state()
    assert state["puk.tries"] == state["puk.max"], state["puk.tries"]
    assert state["auth.tries"] == state["auth.max"], state["auth.tries"]
    assert state["pin.tries"] in ("0", state["pin.max"])


def one_round(box: Box, where: str, n: int, *options: str) -> bool:
    """Blocks the card, kills one unblock at a point, runs the next; false when the point was never reached."""
    block(box)
    before = len(operations(box))
    killed_pin, next_pin = f"1111{n:04d}", f"2222{n:04d}"
    killed = unblock(box, killed_pin, *options, env={"LD_PRELOAD": preload(KILLER), "KAMUPIN_KILL": f"{where}:{n}"})
    if killed.returncode == 0:
        return False
    assert killed.returncode == -9, (where, n, killed.returncode, killed.stderr)
    check_tries(box)
    took = box.cards[0].state()["pin.value"] == killed_pin.encode().hex().upper() \
        or box.cards[0].state()["pin.value"] == killed_pin.encode().hex()
    done = unblock(box, next_pin, *options)
    assert done.returncode == 0, (where, n, done.returncode, done.stderr)
    check_tries(box)
    assert box.verify_by_opensc(next_pin) == "9000", (where, n)
    assert journals(box) == [], (where, n)
    mine = operations(box)[before:]
    for operation in mine:
        assert operation["outcomes_recorded"] <= 1, (where, n, operation)
    assert mine[-1]["outcome"] == "done"
    if len(mine) > 1 and mine[0]["authorities"]:
        assert mine[0]["outcome"] == ("done" if took else "not-done"), (where, n, took, mine[0])
    ledger = box.control.get("/ledger")["ledger"][0]
    assert ledger["attempts_left"] == ledger["maximum"], (where, n, ledger)
    return True


@pytest.mark.parametrize("where,least", [("before:command", 20), ("after:command", 20), ("before:request", 6), ("after:request", 6)])
def test_killed_at_every_point(sandbox: Callable[..., Box], where: str, least: int) -> None:
    box = sandbox(cards=["akis2"])
    n = 1
    while one_round(box, where, n):
        n += 1
    assert n > least, f"only {n - 1} points were reached"
