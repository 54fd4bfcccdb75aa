# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The wrong card, no card, a card beyond help, several cards: said at card choice, before an SMS is spent, and no command
# that can cost a try on any of them; and the wait for the right one. Not ours on the other end: pcscd and vpcd.
"""Cards that may not be used, and waiting for one that may."""
from __future__ import annotations

import pytest

from attempt import (KAMUPIN, NEW_PIN, PHASE, Attempt, Steps, catalogue, costly, new_pin_works, refused, spends_nothing,
                     words)
from box import Box, until
from provoked import provoked

LANG = pytest.mark.parametrize("lang", ["tr", "en"])


SPECS = {
    "akis2:other-user": "card-not-yours", "akis2:product=mali-muhur": "card-not-yours", "idcard": "card-identity-card",
    "akis2:no-certs": "card-no-certificate", "akis2:3d10=6982": "card-unrecognised", "akis2:3d10=6A86": "card-unrecognised",
    "akis2:3d10=9000": "card-identity-card", "akis2:3d10=6283": "card-unrecognised", "akis2:3d10=6F00": "card-unrecognised",
    "akis1": "command-unknown", "akis1:blocked": "command-unknown", "akis2:dead": "card-dead", "akis2:puk=1": "puk-last-try",
    "akis2:blocked:puk=1": "puk-last-try"}


@pytest.fixture(scope="module")
def zoo():
    """One reader for each of those cards, one empty."""
    with Box([*SPECS, "empty"]) as box:
        yield box


@LANG
@pytest.mark.parametrize("spec", SPECS)
def test_a_card_that_may_not_be_used_spends_no_sms(zoo, spec, lang):
    status, card = SPECS[spec], zoo.cards[[*SPECS].index(spec)]
    error = refused(zoo, status, "--card", card.reader, code=zoo.code(), sms="", lang=lang)
    assert zoo.control.get("/sms")["sms"] == []
    assert zoo.control.get("/operations")["operations"][-1]["phase"] == "cancelled"
    if status in ("card-dead", "puk-last-try"):
        assert "444 5 576" in error["text"]
    if status in ("card-identity-card", "card-no-certificate", "card-unrecognised", "card-dead"):
        refused_change(zoo, status, card, lang)
    assert costly(card.commands()) == []


def refused_change(box, status, card, lang):
    """`pin change` refuses the same card for the same reason, whatever risk the person takes."""
    done = box.run(KAMUPIN, "pin", "change", "--card", card.reader, "--lang", lang, "--unproven", "--last-try", "--unknown-tries",
                   secrets={"--old-pin-fd": "123456", "--new-pin-fd": NEW_PIN})
    assert done.returncode == catalogue()[status].number, done.stderr
    assert catalogue()[status].remedy[lang] in done.stderr


def test_every_card_is_said_why_at_card_choice(zoo):
    with spends_nothing(zoo), Steps(zoo) as steps:
        steps.to("card")
        assert steps.good("cards")["usable"].split(",") == [*SPECS.values(), "no-card"] + ["no-card"] * (len(SPECS) % 2 == 0)
        for card, status in zip(zoo.cards, [*SPECS.values(), "no-card"]):
            assert int(steps.refused(status, "choose", card.reader)["phase"]) == PHASE["card"]


@pytest.mark.parametrize("spec, status", [("idcard", "card-identity-card"), ("akis2:dead", "card-dead"),
                                          ("akis2:no-certs", "card-no-certificate")])
def test_the_only_card_need_not_be_named(sandbox, spec, status):
    box = sandbox(cards=[spec])
    refused(box, status, code=box.code(), sms="")
    assert box.control.get("/sms")["sms"] == []
    assert costly(box.cards[0].commands()) == []


def test_a_card_that_was_named_and_is_not_there(sandbox):
    box = sandbox(cards=["akis2"])
    with spends_nothing(box), Steps(box) as steps:
        steps.to("card")
        assert int(steps.refused("card-not-found", "choose", "serial:00")["phase"]) == PHASE["card"]
    error = refused(box, "operation-expired", "--card", "serial:00", code=box.code(operation_seconds=1), sms="")
    assert error["origin"] == "local"


def test_two_cards_and_nobody_says_which(sandbox):
    box = sandbox(cards=["akis2", "akis2", "idcard", "empty"])
    for lang in ("tr", "en"):
        refused(box, "choice-needed", code=box.code(), sms="", lang=lang)
    assert box.control.get("/sms")["sms"] == []
    attempt = Attempt(box, "--card", box.cards[1].card_id, code=box.code())
    attempt.answer_sms()
    assert attempt.ended().status == "ok"
    assert new_pin_works(box, slot=1)
    assert [costly(box.cards[slot].commands()) for slot in (0, 2)] == [[], []]


def test_the_card_that_a_uri_names(sandbox):
    box = sandbox(cards=["akis2", "akis2"])
    attempt = Attempt(box, "--card", f"KAMUPIN:card-id={box.cards[1].card_id}", code=box.code())
    attempt.answer_sms()
    assert attempt.ended().status == "ok"
    assert new_pin_works(box, slot=1)
    assert costly(box.cards[0].commands()) == []


def test_a_person_chooses_among_two_cards(sandbox):
    box = sandbox(cards=["akis2", "akis2", "idcard"])
    with box.terminal(KAMUPIN, "pin", "unblock", "--lang", "tr") as terminal:
        terminal.expect("kod.*: ")
        terminal.send(box.code())
        terminal.expect(f" 2 .*{box.cards[1].card_id}")
        terminal.expect("2[^\n]*: $")
        terminal.send("2")
        terminal.expect("Enter")
        terminal.send("")
        for _ in range(2):
            terminal.expect(r"(PIN|tekrar)[^\n]*: $")
            terminal.send(NEW_PIN)
        terminal.expect("SMS[^\n]*: $")
        terminal.send(box.sms()[-1]["code"])
        assert terminal.wait() == 0
    assert new_pin_works(box, slot=1)
    assert [costly(box.cards[slot].commands()) for slot in (0, 2)] == [[], []]


def test_a_missing_card_is_waited_for_and_the_work_goes_on(sandbox):
    box = sandbox(cards=["akis2:blocked", "idcard"])
    for card in box.cards:
        card.eject()
    until(lambda: box.readers(True) == set())
    attempt = Attempt(box, code=box.code(), lang="tr")
    attempt.says(catalogue()["no-card"].cause["tr"])
    assert attempt.process.poll() is None and box.control.get("/sms")["sms"] == []
    box.cards[0].insert()
    attempt.answer_sms()
    assert attempt.ended().status == "ok"
    assert new_pin_works(box)


def test_a_person_is_told_of_a_wrong_card_and_puts_in_the_right_one(sandbox):
    """First nothing, then a card of somebody else, then an ID card, then the right one."""
    box = sandbox(cards=["akis2", "akis2:other-user", "idcard"])
    for card in box.cards:
        card.eject()
    until(lambda: box.readers(True) == set())
    with box.terminal(KAMUPIN, "pin", "unblock", "--lang", "en") as terminal:
        terminal.expect("code.*: ")
        terminal.send(box.code())
        terminal.expect("There is no card in the reader")
        for slot, status in ((1, "card-not-yours"), (2, "card-identity-card")):
            box.cards[slot].insert()
            terminal.expect(words(catalogue()[status].cause["en"]))
            box.cards[slot].eject()
            terminal.expect("There is no card in the reader")
        box.cards[0].insert()
        terminal.expect("Enter")
        terminal.send("")
        for _ in range(2):
            terminal.expect(r"(PIN|again)[^\n]*: $")
            terminal.send(NEW_PIN)
        terminal.expect("SMS[^\n]*: $")
        terminal.send(box.sms()[-1]["code"])
        assert terminal.wait() == 0
    assert new_pin_works(box)
    assert [costly(box.cards[slot].commands()) for slot in (1, 2)] == [[], []]


def test_nothing_in_the_reader(sandbox):
    box = sandbox(cards=["empty"])
    for lang, verb in (("tr", ("card", "show")), ("en", ("pin", "status"))):
        done = box.run(KAMUPIN, *verb, "--lang", lang)
        assert done.returncode == catalogue()["no-card"].number
        assert catalogue()["no-card"].remedy[lang] in done.stderr
        provoked("no-card")
    with Steps(box) as steps:
        steps.to("card")
        steps.refused("no-card", "choose")
        steps.refused("no-card", "choose", "Sim0 00 00")


def test_two_programs_at_one_card(sandbox):
    """The second is told; the first goes on."""
    box = sandbox(cards=["akis2"])
    first = Attempt(box, code=box.code())
    code = first.text_message()
    for lang in ("tr", "en"):
        refused(box, "card-busy", code=box.code(), sms="", lang=lang)
    first.feed("sms", code, more=False)
    assert first.ended().status == "ok"
    assert new_pin_works(box)


def test_the_service_names_the_card_of_another_product(sandbox):
    """A client that would choose it all the same is refused before an SMS is sent."""
    box = sandbox(cards=["akis2"])
    with spends_nothing(box), Steps(box) as steps:
        steps.to("sms")
        box.control.post("/faults", {"call": "factor", "action": "problem", "problem": "product-mismatch"})
        steps.refused("product-mismatch", "sms")
    assert box.control.get("/sms")["sms"] == []
