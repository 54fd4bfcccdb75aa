# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The relay, end to end: the service drives the card through the library over a real PC/SC daemon, until the right to reset is
# there, in clear or in a session whose keys it hands over; the library sends the new PIN itself, and OpenSC verifies it. Service and
# card are this project's own (of the card's client side of a reset OpenSC is the only foreign one, test_opensc_agrees.py).
"""Relay."""
from __future__ import annotations

from collections.abc import Callable

import pytest

from attempt import NEW_PIN, Steps, costly, new_pin_works
from box import Box
from test_kill import journals

CARD = "akis2:blocked:form=relay"
CLEAR = """kamupin-profile 1
row = relay-2
like = akis-2
product = AKİS v2.x, relay in clear
relay = candidate 00840000 free 00820083 costs 00CB3FFF free
relay-right = in-clear
"""
OUTCOME = {"0": "none", "1": "done", "2": "not-done", "3": "unknown"}
Sandbox = Callable[..., Box]


def clear_steps(box: Box) -> Steps:
    """The public API with the row whose right survives in clear; the service is told so."""
    path = box.folder / "relay-2.profile"
    path.write_text(CLEAR)
    path.chmod(0o600)
    box.settings(relay_in_clear=1)
    made = Steps(box)
    made.good("profile", str(path))
    return made


def heads(box: Box, since: int) -> list[str]:
    """Class and instruction of the commands since then, reading of files and the selections left out."""
    return [line[:4] for line in box.cards[0].commands()[since:] if line[2:4] not in ("A4", "B0")]


def test_a_right_in_a_session_whose_keys_are_handed_over(sandbox: Sandbox) -> None:
    box = sandbox(cards=[CARD])
    with Steps(box) as one:
        one.to("ready")
        since = len(box.cards[0].commands())
        one.good("run")
        assert OUTCOME[one.say("result")["outcome"]] == "done"
    # guard; challenge, mutual authentication, a protected reading, all by the service; the new PIN, protected, by the library
    assert heads(box, since) == ["00CB", "0084", "0082", "0CCB", "0C2C"]
    assert new_pin_works(box)
    (operation,) = box.operations()
    assert operation["outcomes"][-1]["evidence"]["external_authenticate"] == "accepted"
    assert box.attempts_left() == 3 and journals(box) == []
    assert NEW_PIN not in one.log.read_text() and NEW_PIN.encode().hex() not in one.log.read_text().lower()


def test_a_right_that_survives_in_clear(sandbox: Sandbox) -> None:
    box = sandbox(cards=["akis2:blocked:form=relay:row=relay-2"])
    with clear_steps(box) as one:
        one.to("ready")
        since = len(box.cards[0].commands())
        one.good("run")
    assert heads(box, since) == ["00CB", "0084", "0082", "002C"]
    assert new_pin_works(box) and box.attempts_left() == 3


def refuse(box: Box, one: Steps, status: str) -> list[str]:
    """A run that ends so, with no try spent, the attempt given back, nothing left behind; the commands of the relay."""
    before = box.cards[0].state()
    one.to("ready")
    since = len(box.cards[0].commands())
    one.refused(status, "run")
    assert OUTCOME[one.say("result")["outcome"]] == "not-done"
    assert costly(box.cards[0].commands()) == []
    assert box.cards[0].state() == before
    assert box.attempts_left() == 3 and journals(box) == []
    return heads(box, since)


@pytest.mark.parametrize("command", [
    "0020008106313233343536",  # VERIFY in clear
    "0024008106313233343536",
    "002C0281083132333435363738",
    "0C200081068E04AABBCCDD",  # … and one that only wears the class
    "00200081",  # the question for the tries left
    "80090002",  # life-cycle phase
    "00B0000010",  # harmless, but not on the list
    "00A40000023F00",
    "0084000108",  # another parameter than the listed one's
    "0082008210" + "00" * 16,
    "0C82008410" + "00" * 16,
    "00840000080000",  # no APDU
])
def test_what_is_not_on_the_list_is_not_sent(sandbox: Sandbox, command: str) -> None:
    box = sandbox(cards=[CARD])
    box.settings(relay_first=command)
    with Steps(box) as one:
        assert refuse(box, one, "relay-refused") == ["00CB"]  # the guard's own


def test_thirty_three_steps_are_one_too_many(sandbox: Sandbox) -> None:
    box = sandbox(cards=[CARD])
    box.settings(relay_padding=33)
    with Steps(box) as one:
        assert refuse(box, one, "relay-refused") == ["00CB"] * 33  # the guard's and thirty-two
    box.settings(relay_padding=29)  # with three of the service's own: 32
    with Steps(box) as one:
        one.to("ready")
        one.good("run")
    assert new_pin_works(box)


def test_the_right_has_to_come_as_the_row_says(sandbox: Sandbox) -> None:
    """The row asks for a session; the service won the right in clear. The new PIN is not sent."""
    box = sandbox(cards=[CARD])
    box.settings(relay_in_clear=1)
    with Steps(box) as one:
        one.to("ready")
        since = len(box.cards[0].commands())
        one.refused("relay-refused", "run")
    assert heads(box, since) == ["00CB", "0084", "0082"]
    assert box.cards[0].state()["pin.tries"] == "0"
    assert box.attempts_left() == 3  # the card had accepted: the attempt comes back with the report


def test_a_step_is_of_its_own_relay(sandbox: Sandbox) -> None:
    """The answer to a step was lost; the card says the same to the next relay's, which is no repetition of it."""
    box = sandbox(cards=[CARD])
    box.settings(relay_padding=1)  # reads a counter first: the same answer each time
    with Steps(box) as one:
        one.to("ready")
        box.fault("relay", "drop-after")
        one.refused("network-interrupted", "run")
        one.good("run")
    assert new_pin_works(box) and box.attempts_left() == 3


def test_the_ledger_is_kept(sandbox: Sandbox) -> None:
    box = sandbox(cards=[CARD])
    box.control.post("/ledger", {"card_id": box.cards[0].card_id, "attempts_left": 1})
    with Steps(box) as one:
        one.to("ready")
        one.refused("authority-exhausted", "run")
    assert costly(box.cards[0].commands()) == []


def test_a_refused_authentication_ends_it(sandbox: Sandbox) -> None:
    box = sandbox(cards=[CARD])
    box.cards[0].on("ins=82 before sw=6300")
    with Steps(box) as one:
        one.to("ready")
        one.refused("authentication-refused", "run")
        assert OUTCOME[one.say("result")["outcome"]] == "not-done"
    assert [line[:4] for line in costly(box.cards[0].commands())] == ["0082"]
    assert box.attempts_left() == 2  # spent, for good


@pytest.mark.parametrize("where, outcome", [("before", "not-done"), ("after", "done")])
def test_a_lost_answer_to_the_new_pin_is_found_out(sandbox: Sandbox, where: str, outcome: str) -> None:
    box = sandbox(cards=[CARD])
    with Steps(box) as one:
        one.to("ready")
        box.cards[0].on(f"ins=2C {where} power-cycle")
        answer = one.say("run")
        assert OUTCOME[one.say("result")["outcome"]] == outcome, answer
    assert len([line for line in box.cards[0].commands() if line[2:4] == "2C"]) == 1
    assert box.operations()[0]["outcome"] == outcome and new_pin_works(box) == (outcome == "done")


def test_held_no_longer_than_ten_seconds(sandbox: Sandbox) -> None:
    """One deadline for the whole relay: the service is late with its second answer."""
    box = sandbox(cards=[CARD])
    box.fault("relay", "delay", seconds=12)
    with Steps(box) as one:
        one.to("ready")
        one.refused("network-timeout", "run", seconds=40)
    assert costly(box.cards[0].commands()) == []
