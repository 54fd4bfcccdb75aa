# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Cards that get their new PIN: blocked, forgotten, never set, the old one again; and which cards are listed as what. Not
# ours on the other end: pcscd, vpcd, and OpenSC, which says what PIN the card takes.
"""What succeeds."""
from __future__ import annotations

import json

import pytest

from attempt import KAMUPIN, NEW_PIN, costly, new_pin_works, refused, unblock
from box import until

LANG = pytest.mark.parametrize("lang", ["tr", "en"])


def outcome(box):
    """The one outcome that the service has on record."""
    recorded = box.control.get("/operations")["operations"][-1]["outcomes"]
    assert len(recorded) == 1
    return recorded[0]


@LANG
@pytest.mark.parametrize("spec, before", [
    ("akis2:blocked", ("blocked", 0)), ("akis2", ("usable", 3)), ("akis2:tries=2", ("usable", 2)), ("akis2:tries=1", ("usable", 1)),
    ("akis2:blocked:puk=2", ("blocked", 0)), ("akis2:blocked:reply=61xx", ("blocked", 0)),
    ("akis2:blocked:reply=6cxx", ("blocked", 0)), ("akis2:tries=1:strict", ("usable", 1))])
def test_a_card_gets_a_new_pin(sandbox, spec, before, lang):
    box = sandbox(cards=[spec])
    card = box.cards[0]
    first = card.state()
    ended = unblock(box, lang=lang)
    assert (ended.code, ended.status) == (0, "ok"), ended.stderr
    result = ended.json["result"]
    assert (result["outcome"], result["reported"], result["card_id"]) == ("done", True, card.card_id)
    evidence = outcome(box)["evidence"]
    assert (evidence["pin_state_before"], evidence["tries_before"]) == before
    # No try was spent in between: the card got exactly one command for each right, and neither a PIN nor a PUK was tried.
    assert [one[:8] for one in costly(card.commands())] == ["00820083", "002C0281"]
    state = card.state()
    assert (state["pin.tries"], state["puk.tries"], state["auth.tries"]) == ("3", first["puk.tries"], first["auth.tries"])
    assert new_pin_works(box)


@LANG
def test_a_pin_is_created_on_a_card_that_never_had_one(sandbox, lang):
    box = sandbox(cards=["akis2:unset"])
    assert json.loads(box.run(KAMUPIN, "pin", "status", "--json").stdout)["card"]["pin"]["state"] == "not-set"
    ended = unblock(box, verb="create", code=box.code(kind="create"), lang=lang)
    assert (ended.code, ended.json["result"]["outcome"]) == (0, "done")
    assert outcome(box)["evidence"]["pin_state_before"] == "not-set"
    assert box.control.get("/operations")["operations"][-1]["kind"] == "create"
    assert new_pin_works(box)


@LANG
@pytest.mark.parametrize("spec, pin", [("akis2", "123456"), ("akis2:blocked", "123456"), ("akis2:pin=998877665544", "998877665544")])
def test_the_old_pin_may_be_the_new_one(sandbox, spec, pin, lang):
    box = sandbox(cards=[spec])
    assert unblock(box, pin=pin, lang=lang).code == 0
    assert new_pin_works(box, pin)


@pytest.mark.parametrize("pin", ["000000", "123456789012"])
def test_the_shortest_and_the_longest(sandbox, pin):
    box = sandbox(cards=["akis2:blocked"])
    assert unblock(box, pin=pin).code == 0
    assert new_pin_works(box, pin)


def test_one_card_again_and_again(sandbox):
    """Each time the ledger is back at its maximum."""
    box = sandbox(cards=["akis2:blocked"])
    for pin in ("111111", "222222", "333333", "444444"):
        assert unblock(box, pin=pin).code == 0
        assert new_pin_works(box, pin)
        assert box.control.get("/ledger")["ledger"][0]["attempts_left"] == 3


def test_the_right_card_among_many(sandbox):
    """v1.0, v2.x, an ID card, one beyond help and an empty reader: one may be used, and no other gets a command that counts."""
    box = sandbox(cards=["akis1", "idcard", "akis2:dead", "akis2:blocked", "akis2:other-user", "empty"])
    assert unblock(box).code == 0
    assert [costly(card.commands()) for card in box.cards if card.personality != "empty" and card.slot != 3] == [[], [], [], []]
    assert new_pin_works(box, slot=3)


def test_what_is_listed(sandbox):
    """All four named correctly, again and again, also while they come and go; the ID card gets no PIN command ever."""
    box = sandbox(cards=["akis1", "akis2", "idcard", "empty"])

    def kinds():
        said = json.loads(box.run(KAMUPIN, "card", "list", "--json").stdout)["cards"]
        return [(card["reader"], card["kind"], card["card_id"], card["usable"]["status"]) for card in said]

    readers = [card.reader for card in box.cards]
    named = [(readers[0], "signature", box.cards[0].card_id, "ok"), (readers[1], "signature", box.cards[1].card_id, "ok"),
             (readers[2], "identity", None, "card-identity-card"), (readers[3], "none", None, "no-card")]
    assert kinds() == named
    before = box.cards[2].state()
    for card in box.cards[:3]:
        card.eject()
    until(lambda: kinds() == [(reader, "none", None, "no-card") for reader in readers])
    for card in box.cards[:3]:
        card.insert()
    until(lambda: kinds() == named)
    refused(box, "card-identity-card", "--card", readers[2], code=box.code(), sms="")
    for verb in (("pin", "status"), ("pin", "change"), ("card", "show")):
        options = {"--old-pin-fd": "123456", "--new-pin-fd": NEW_PIN} if verb[1] == "change" else {}
        box.run(KAMUPIN, *verb, "--card", readers[2], secrets=options)
    assert costly(box.cards[2].commands()) == []
    assert box.cards[2].state() == before
