# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# kill -9 around the card commands and requests of an unblock by relay and by sealed PUK, as test_kill.py does it by
# cryptogram. What comes before the authority is the same there, so the rounds begin where the card work may begin. After each:
# no try is lost, the next run converges, each operation has at most one outcome, a true one; and a PUK counts as used unless it
# surely was not sent.
"""Killed in a relay, and around a sealed PUK."""
from __future__ import annotations

from collections.abc import Callable

import pytest

from box import Box
from test_kill import one_round
from test_sealed_puk import CARD, ROW

FIRST = {"command": 14, "request": 5}  # of what card work may begin with


def rounds(box: Box, where: str, before: Callable[[], None], after: Callable[[], None], *options: str) -> int:
    """Kills at one point after another until there is none; how many were reached."""
    n = FIRST[where.split(":")[1]]
    while True:
        before()
        if not one_round(box, where, n, *options):
            return n - FIRST[where.split(":")[1]]
        after()
        n += 1


@pytest.mark.parametrize("where, least", [("after:command", 10), ("before:request", 5)])
def test_killed_in_a_relay(sandbox: Callable[..., Box], where: str, least: int) -> None:
    box = sandbox(cards=["akis2:form=relay"])
    assert rounds(box, where, lambda: None, lambda: None) >= least


@pytest.mark.parametrize("where, least", [("before:command", 8), ("after:command", 8), ("after:request", 2)])
def test_killed_around_a_sealed_puk(sandbox: Callable[..., Box], where: str, least: int) -> None:
    box = sandbox(cards=[CARD.replace(":blocked", "")])
    path = box.folder / "no-key-2.profile"
    path.write_text(ROW)
    path.chmod(0o600)
    card_id = box.cards[0].card_id

    def fill() -> None:
        box.control.post("/ledger", {"card_id": card_id, "puk_uses_left": 3})

    def counted() -> None:
        """Both runs' uses, the killed one's as well when it can have been sent."""
        (row,) = [row for row in box.control.get("/ledger")["ledger"] if row["card_id"] == card_id]
        sent = len([one for one in box.cards[0].commands("round") if one[:8] == "002C0081"])
        assert row["puk_uses_left"] <= 3 - sent and row["puk_disclosed"]

    def begin() -> None:
        fill()
        box.cards[0].mark("round")

    assert rounds(box, where, begin, counted, "--sealed", "--profile-file", str(path)) >= least
