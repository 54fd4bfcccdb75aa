# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# A child process that is born with handles of its parent, tries one and frees them all, as an interpreter does that
# tidies up at its end. The parent's lines to pcscd and to the service are the child's as well: it must not say a word.
"""Handles after a fork."""
from __future__ import annotations

from collections.abc import Callable

from attempt import Steps, forget_requests, new_pin_works, requests
from box import Box
from provoked import provoked


def test_a_forked_child_that_tidies_up_does_not_disturb_its_parent(sandbox: Callable[..., Box]) -> None:
    box = sandbox(cards=["akis2:blocked"])
    with Steps(box).to("ready") as steps:
        steps.good("list")
        before = len(box.cards[0].commands())
        forget_requests(box)
        assert steps.say("fork")["status"] == "forked"
        provoked("forked")
        assert (len(box.cards[0].commands()), requests(box)) == (before, [])
        box.cards[0].mark("parent")
        steps.good("run")
        # the card that was chosen before the fork is still open: its work begins with the confirmation, not the list
        assert [line[:4] for line in box.cards[0].commands("parent")].count("0084") == 1
        assert not [line for line in box.cards[0].commands("parent") if line.upper().endswith("3D10")]
    assert new_pin_works(box)
    assert len({one["connection"] for one in box.requests()}) == 1
