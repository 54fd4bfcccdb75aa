# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The card is pulled, reset by a foreign program, refuses, or answers nonsense, before and during the work on it; the
# authority's side says no. No try is lost that need not be, and the service ends with one outcome. Not ours on the
# other end: pcscd and vpcd; the foreign program is a bare client of Debian's libpcsclite (pcsc_client.py).
"""Card work that is disturbed."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from attempt import (PHASE, Attempt, Steps, Watch, catalogue, check_refusal, costly, fault, new_pin_works, refused,
                     spends_nothing)
from box import Box, until
from private_pcscd import Client

AUTHENTICATE, RESET = "0082", "002C"


def kinds(commands: list[str]) -> list[str]:
    """CLA and INS of those commands that can cost a try."""
    return [one[:4] for one in costly(commands)]


def ledger(box: Box) -> int:
    """Attempts that the service counts as left for the sandbox's first registered card."""
    rows = {row["card_id"]: row["attempts_left"] for row in box.control.get("/ledger")["ledger"]}
    return int(rows[box.cards[0].card_id])


def operation(box: Box) -> dict[str, Any]:
    """The service's view of the newest operation."""
    newest: dict[str, Any] = box.control.get("/operations")["operations"][-1]
    return newest


def outcomes(box: Box) -> list[str]:
    """The outcomes that the service recorded for the newest operation."""
    return [one["outcome"] for one in operation(box)["outcomes"]]


# ---- pulled ----

def test_a_card_pulled_before_the_work_is_waited_for(sandbox):
    """Pulled while the SMS is typed: the work waits for the same card and goes on."""
    box = sandbox(cards=["akis2:blocked"])
    attempt = Attempt(box, code=box.code(), lang="tr")
    code = attempt.text_message()
    with spends_nothing(box):
        box.cards[0].eject()
        until(lambda: box.readers(True) == set())
        attempt.feed("sms", code, more=False)
        attempt.says("Kart çıkarıldı; aynı kartı yeniden takın")
    box.cards[0].insert()
    assert attempt.ended().status == "ok"
    assert new_pin_works(box)
    assert outcomes(box) == ["done"] and ledger(box) == 3


def test_a_card_pulled_before_the_work_and_not_put_back(sandbox):
    """By steps: the card may come back and the work be done; the operation ends with its time at the latest."""
    box = sandbox(cards=["akis2:blocked"])
    with spends_nothing(box), Steps(box) as steps:
        steps.to("ready")
        box.cards[0].eject()
        until(lambda: box.readers(True) == set())
        assert int(steps.refused("card-removed", "run")["phase"]) == PHASE["ready"]
        assert int(steps.refused("card-not-found", "run")["phase"]) == PHASE["ready"]
    assert outcomes(box) == [] and ledger(box) == 3


@pytest.mark.parametrize("lang", ["tr", "en"])
def test_a_card_that_stays_away_ends_with_the_time(sandbox, lang):
    box = sandbox(cards=["akis2:blocked"])
    with spends_nothing(box):
        attempt = Attempt(box, code=box.code(operation_seconds=4), lang=lang)
        code = attempt.text_message()
        box.cards[0].eject()
        until(lambda: box.readers(True) == set())
        attempt.feed("sms", code, more=False)
        check_refusal(attempt.ended(), "operation-expired", lang)


@pytest.mark.parametrize("ins", ["84", "82"])
def test_a_card_pulled_in_the_work_before_it_decided_anything(sandbox, ins):
    """Pulled at GET CHALLENGE or EXTERNAL AUTHENTICATE, back a moment later: the same run unblocks it."""
    box = sandbox(cards=["akis2:blocked"])
    box.cards[0].on(f"ins={ins} nth=1 before eject")
    attempt = Attempt(box, code=box.code())
    attempt.answer_sms()
    until(lambda: not box.cards[0].present() or attempt.process.poll() is not None, 20, "the eject")
    until(lambda: box.readers(True) == set())
    box.cards[0].insert()
    ended = attempt.ended()
    assert ended.status == "ok", ended.stderr
    assert new_pin_works(box)
    assert outcomes(box)[-1] == "done" and ledger(box) == 3
    assert box.cards[0].state()["auth.tries"] == "3"


@pytest.mark.parametrize("when, done", [("before", False), ("after", True)])
@pytest.mark.parametrize("lang", ["tr", "en"])
def test_a_card_pulled_while_it_takes_the_new_pin(sandbox, when, done, lang):
    """Whether the card took it is not known until it is back; then the next run finds out, and says so once."""
    box = sandbox(cards=["akis2:blocked"])
    box.cards[0].on(f"ins=2C nth=1 {when} eject")
    attempt = Attempt(box, code=box.code(), lang=lang)
    attempt.answer_sms()
    check_refusal(attempt.ended(), "outcome-unknown", lang)
    assert kinds(box.cards[0].commands()) == [AUTHENTICATE, RESET]
    assert outcomes(box) == ["unknown"]
    until(lambda: box.readers(True) == set())
    box.cards[0].insert()
    until(lambda: box.readers(True) != set())
    watch = Watch(box)
    with Steps(box) as steps:
        assert steps.good("resume")["left"] == "0"
    watch.unspent()
    assert outcomes(box) == ["unknown", "done" if done else "not-done"]
    assert new_pin_works(box) == done
    assert box.verify_by_opensc("123456") == ("63C2" if done else "6983") or not done


@pytest.mark.parametrize("when, told", [("before", "card-removed"), ("after", "ok")])
def test_the_same_operation_finds_out_when_the_card_is_back(sandbox, when, told):
    """Its handle lives on: the step that did not know is taken again, and a resume beside it leaves it alone."""
    box = sandbox(cards=["akis2:blocked"])
    box.cards[0].on(f"ins=2C nth=1 {when} eject")
    with Steps(box) as steps:
        steps.to("ready")
        assert steps.say("run")["status"] == "outcome-unknown"
        until(lambda: box.readers(True) == set())
        box.cards[0].insert()
        until(lambda: box.readers(True) != set())
        assert steps.good("resume")["left"] == "0"
        assert set(outcomes(box)) == {"unknown"}
        watch = Watch(box)
        assert steps.say("run")["status"] == told
        watch.unspent()
    assert outcomes(box)[-1] == ("done" if told == "ok" else "not-done")


# ---- reset by another program ----

@pytest.mark.parametrize("rule", ["ins=84 nth=1 before", "ins=84 nth=1 after", "ins=82 nth=1 before"])
def test_a_card_whose_answer_is_lost_by_a_reset(sandbox, rule):
    """Contact is lost and made again at once: a fresh challenge is taken in the same run, and the old answer thrown away."""
    box = sandbox(cards=["akis2:blocked"])
    box.cards[0].on(f"{rule} power-cycle")
    with Steps(box) as steps:
        steps.to("ready")
        steps.good("run")
    assert new_pin_works(box)
    state = box.cards[0].state()
    assert kinds(box.cards[0].commands()).count(RESET) == 1
    assert outcomes(box) == ["done"] and ledger(box) == 3 and state["auth.tries"] == "3"


def test_a_card_reset_again_and_again_ends_before_the_last_try(sandbox):
    """EXTERNAL AUTHENTICATE is lost each time. What became of it is not known, so the ledger counts it as spent, and
    the third is not allowed any more."""
    box = sandbox(cards=["akis2:blocked"])
    for nth in (1, 2, 3):
        box.cards[0].on(f"ins=82 nth={nth} before power-cycle")
    with Steps(box) as steps:
        steps.to("ready")
        assert int(steps.refused("authority-exhausted", "run")["phase"]) == PHASE["failed"]
    state = box.cards[0].state()
    assert (state["auth.tries"], state["pin.tries"], state["puk.tries"]) == ("3", "0", "3")
    assert kinds(box.cards[0].commands()) == [AUTHENTICATE] * 2
    assert operation(box)["authorities"] == ["spent", "spent"] and ledger(box) == 1
    assert outcomes(box) == ["not-done"]


def test_a_challenge_that_never_comes_asks_for_no_authority(sandbox):
    """GET CHALLENGE is lost by a reset each time: the run ends, may be taken again, and the ledger knows nothing of it."""
    box = sandbox(cards=["akis2:blocked"])
    for nth in (1, 2, 3):
        box.cards[0].on(f"ins=84 nth={nth} before power-cycle")
    with Steps(box) as steps:
        steps.to("ready")
        assert int(steps.refused("card-reset", "run")["phase"]) == PHASE["ready"]
        assert operation(box)["authorities"] == [] and ledger(box) == 3
        steps.good("run")
    assert new_pin_works(box) and ledger(box) == 3


def test_an_attempt_without_an_authority_does_not_speak_for_the_one_before(sandbox):
    """The first EXTERNAL AUTHENTICATE is lost; then the service is away; then the operation's time is over. The report
    says `unknown`, so that the service counts the first one as spent."""
    box = sandbox(cards=["akis2:blocked"])
    box.cards[0].on("ins=82 nth=1 before power-cycle")
    fault(box, "authority", "status", nth=2, times=8, status=503)
    with Steps(box) as steps:
        steps.to("ready")
        steps.refused("service-unavailable", "run")
        box.control.post("/clock", {"advance": 301})
        box.control.call("DELETE", "/faults")
        assert int(steps.refused("operation-expired", "run")["phase"]) == PHASE["failed"]
    assert operation(box)["outcomes"][-1]["evidence"]["external_authenticate"] == "unknown"
    assert operation(box)["authorities"] == ["spent"] and ledger(box) == 2


def test_a_card_that_loses_its_session_between_challenge_and_answer(sandbox):
    """The card's power is cut while the service thinks; pcscd notices before the answer comes. The answer is thrown away
    unsent, and the same run takes a fresh challenge."""
    box = sandbox(cards=["akis2:blocked"])
    fault(box, "authority", "delay", seconds=1.5)
    box.cards[0].mark("work")
    attempt = Attempt(box, code=box.code())
    attempt.answer_sms()
    until(lambda: any(line[:4] == "0084" for line in box.cards[0].commands("work")), what="the challenge")
    box.cards[0].tell("power-cycle")
    assert attempt.ended().status == "ok"
    commands = [line[:4] for line in box.cards[0].commands("work")]
    assert commands.count("0084") == 2 and kinds(box.cards[0].commands()) == [AUTHENTICATE, RESET]
    assert new_pin_works(box) and ledger(box) == 3 and box.cards[0].state()["auth.tries"] == "3"


@contextmanager
def foreign(box: Box) -> Iterator[Client]:
    """A program of somebody else: a bare PC/SC client that is connected to the same card."""
    client = Client(box.env, box.cards[0].reader)
    try:
        assert client.say("connect") == "ok"
        yield client
    finally:
        client.close()


def test_a_foreign_program_resets_the_card_before_the_work(sandbox):
    """Between steps nothing is held: the reset happens, and the work identifies the card anew."""
    box = sandbox(cards=["akis2:blocked"])
    with Steps(box) as steps, foreign(box) as other:
        steps.to("ready")
        assert other.say("reset") == "ok"
        steps.good("run")
    assert new_pin_works(box)
    assert kinds(box.cards[0].commands())[:2] == [AUTHENTICATE, RESET]


def test_what_pcscd_allows_a_foreign_program_while_the_card_is_held(sandbox):
    """Measured: from challenge to answer the transaction is ours; a foreign reset and a foreign APDU wait for its end or are
    refused, none comes between, and the work succeeds at the first attempt."""
    box = sandbox(cards=["akis2:blocked"])
    fault(box, "authority", "delay", seconds=1.5)
    with Steps(box) as steps, foreign(box) as one, foreign(box) as two:
        steps.to("ready")
        box.cards[0].mark("work")
        steps.start("run")
        until(lambda: any(line[:4] == "0084" for line in box.cards[0].commands("work")), what="the challenge")
        one.ask("reset")
        two.ask("00A4000C023F00")
        assert steps.ended()["status"] == "ok"
        answers = [one.answer(), two.answer()]
    commands = box.cards[0].commands("work")
    first = next(at for at, line in enumerate(commands) if line[:4] == "0084")
    assert [line[:4] for line in commands[first:first + 3]] == ["0084", AUTHENTICATE, RESET]
    assert answers[0] in ("ok", "error 0x8010000b"), answers
    assert answers[1] in ("9000", "error 0x8010000b", "error 0x80100068"), answers
    assert operation(box)["authorities"] == ["reported"] or len(operation(box)["authorities"]) == 1
    assert new_pin_works(box)


# ---- the card refuses, or answers nonsense ----

def test_a_report_that_comes_later_says_again_why_the_work_failed(sandbox):
    """The service is away when the refusal is to be told. Run again only reports, and its record is the refusal's."""
    box = sandbox(cards=["akis2:blocked"])
    box.cards[0].on("ins=82 nth=1 before sw=6300")
    fault(box, "report", "drop-before", times=3)
    with Steps(box) as steps:
        steps.to("ready")
        first = steps.refused("authentication-refused", "run")
        assert (int(first["phase"]), first["sw"]) == (PHASE["report"], "6300")
        again = steps.refused("authentication-refused", "run")
        assert (int(again["phase"]), again["sw"]) == (PHASE["failed"], "6300")
    assert operation(box)["outcome"] == "not-done"
    assert kinds(box.cards[0].commands()) == [AUTHENTICATE]


@pytest.mark.parametrize("lang", ["tr", "en"])
def test_a_card_that_refuses_the_cryptogram(sandbox, lang):
    box = sandbox(cards=["akis2:blocked"])
    box.cards[0].on("ins=82 nth=1 before sw=6300")
    attempt = Attempt(box, code=box.code(), lang=lang)
    attempt.answer_sms()
    error = check_refusal(attempt.ended(), "authentication-refused", lang)
    assert error["status_word"] == "6300" and "444 5 576" in error["text"]
    assert kinds(box.cards[0].commands()) == [AUTHENTICATE]
    assert outcomes(box) == ["not-done"] and ledger(box) == 2


@pytest.mark.parametrize("lang", ["tr", "en"])
@pytest.mark.parametrize("rule, word, sent", [("ins=84 nth=1 before sw=6985", "6985", []),
                                              ("ins=2C nth=1 before sw=6985", "6985", [AUTHENTICATE, RESET])])
def test_a_card_that_refuses_a_command(sandbox, rule, word, sent, lang):
    box = sandbox(cards=["akis2:blocked"])
    box.cards[0].on(rule)
    attempt = Attempt(box, code=box.code(), lang=lang)
    attempt.answer_sms()
    error = check_refusal(attempt.ended(), "card-refused", lang)
    assert error["status_word"] == word
    assert kinds(box.cards[0].commands()) == sent
    assert box.cards[0].state()["pin.tries"] == "0" and ledger(box) == 3


@pytest.mark.parametrize("lang", ["tr", "en"])
def test_a_card_whose_answer_is_no_challenge(sandbox, lang):
    """A status word of success and no challenge before it."""
    box = sandbox(cards=["akis2:blocked"])
    box.cards[0].on("ins=84 nth=1 before sw=9000")
    with spends_nothing(box):
        attempt = Attempt(box, code=box.code(), lang=lang)
        attempt.answer_sms()
        check_refusal(attempt.ended(), "card-reply-malformed", lang)
    assert ledger(box) == 3


def test_another_card_in_the_reader_is_not_touched(sandbox):
    """The chosen card is swapped for another of the same person before the work."""
    box = sandbox(cards=["akis2:blocked", "akis2"])
    with Steps(box) as steps:
        steps.to("ready", card=box.cards[0].reader)
        box.cards[1].eject()
        box.kill("card0")
        box.cards[0].path("state").write_text(box.cards[1].path("state").read_text())
        box.revive()
        with spends_nothing(box):
            assert int(steps.refused("card-swapped", "run")["phase"]) == PHASE["failed"]
    assert outcomes(box) == ["not-done"]


# ---- the service's ledger and authority ----

@pytest.mark.parametrize("lang", ["tr", "en"])
def test_the_ledger_allows_no_further_attempt(sandbox, lang):
    box = sandbox(cards=["akis2:blocked"])
    box.control.post("/ledger", {"card_id": box.cards[0].card_id, "attempts_left": 1})
    error = refused(box, "authority-exhausted", code=box.code(), lang=lang)
    assert "444 5 576" in error["text"]
    assert ledger(box) == 1 and outcomes(box) == ["not-done"]
