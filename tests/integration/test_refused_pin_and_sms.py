# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# New PINs that are none, SMS codes that are not right, and time that runs out: each with its own status, exit code and
# sentence, and no try spent. Not ours on the other end: pcscd and vpcd, a pty where a person types.
"""Bad PINs, bad SMS codes, time."""
from __future__ import annotations

import pytest

from attempt import (KAMUPIN, NEW_PIN, PHASE, Attempt, Steps, catalogue, check_refusal, new_pin_works, refused, requests,
                     spends_nothing)
from box import until
from provoked import provoked

NOTICE = {"tr": "Başlamadan önce okuyun", "en": "Please read before you begin"}


# ---- the new PIN ----

@pytest.mark.parametrize("lang", ["tr", "en"])
@pytest.mark.parametrize("pin, status", [
    ("12345", "pin-too-short"), ("", "pin-too-short"), ("1234567890123", "pin-too-long"), ("9" * 990, "pin-too-long"),
    ("12345a", "pin-not-digits"), ("parolam", "pin-not-digits"), ("123 456", "pin-not-digits"),
    ("１２３４", "pin-not-digits"), ("şifre12", "pin-not-digits")])
def test_a_pin_that_is_none_spends_no_sms(calm_box, pin, status, lang):
    sent = len(calm_box.control.get("/sms")["sms"])
    refused(calm_box, status, code=calm_box.code(), pin=pin, sms="", lang=lang)
    assert len(calm_box.control.get("/sms")["sms"]) == sent
    assert requests(calm_box) == ["metadata", "redeem", "cancel"]


@pytest.mark.parametrize("lang", ["tr", "en"])
def test_two_different_pins_are_asked_for_again(calm_box, lang):
    sentences = catalogue()["pin-mismatch"]
    with spends_nothing(calm_box), calm_box.terminal(KAMUPIN, "pin", "unblock", "--lang", lang) as terminal:
        terminal.expect({"tr": "kod.*: ", "en": "code.*: "}[lang])
        terminal.send(calm_box.code())
        terminal.expect({"tr": "Enter", "en": "Enter"}[lang])
        terminal.send("")
        for pin in ("84026371", "84026372"):
            terminal.expect(r"(PIN|tekrar|again)[^\n]*: $")
            terminal.send(pin)
        terminal.expect(f"! {sentences.cause[lang]}")
        terminal.send("\x03", end="")
        assert terminal.wait() == catalogue()["cancelled"].number


def test_pins_that_differ_leave_the_step_where_it_is(calm_box):
    with spends_nothing(calm_box), Steps(calm_box) as steps:
        steps.to("pin")
        for pin, again, status in ((NEW_PIN, "84026372", "pin-mismatch"), ("12345", "12345", "pin-too-short"),
                                   ("1234567890123", "1234567890123", "pin-too-long"), ("1234567", "12345678", "pin-mismatch"),
                                   ("12345x", "12345x", "pin-not-digits")):
            assert int(steps.refused(status, "pin", pin, again)["phase"]) == PHASE["pin"]
        assert int(steps.good("pin", NEW_PIN)["phase"]) == PHASE["sms"]


# ---- the SMS code ----

@pytest.mark.parametrize("lang", ["tr", "en"])
@pytest.mark.parametrize("code", ["", "12", "abcdef", "789763691911715"])
def test_an_sms_code_that_can_be_none_is_sent_nowhere(calm_box, code, lang):
    refused(calm_box, "sms-code-malformed", code=calm_box.code(), sms=code, lang=lang)
    assert requests(calm_box) == ["metadata", "redeem", "factor", "cancel"]


def wrong(right: str) -> str:
    """Another code of the same length."""
    return f"{(int(right) + 1) % 10 ** len(right):0{len(right)}d}"


@pytest.mark.parametrize("lang", ["tr", "en"])
def test_a_wrong_sms_code(calm_box, lang):
    with spends_nothing(calm_box):
        attempt = Attempt(calm_box, code=calm_box.code(), lang=lang)
        attempt.feed("sms", wrong(attempt.text_message()), more=False)
        error = check_refusal(attempt.end(), "sms-code-wrong", lang)
    assert error["tries_left"] == 2
    assert "2" in error["text"]


@pytest.mark.parametrize("lang", ["tr", "en"])
def test_wrong_sms_codes_until_none_is_left(calm_box, lang):
    with spends_nothing(calm_box):
        attempt = Attempt(calm_box, code=calm_box.code(), lang=lang)
        right = attempt.text_message()
        for code in (wrong(right), wrong(right), wrong(right), right):
            attempt.feed("sms", code)
        check_refusal(attempt.ended(), "sms-code-exhausted", lang)
    assert requests(calm_box).count("verify") == 3  # the right one came too late, and was not even sent


def test_a_wrong_sms_code_may_be_corrected(calm_box):
    attempt = Attempt(calm_box, code=calm_box.code(), pin="112233")
    right = attempt.text_message()
    attempt.feed("sms", wrong(right))
    attempt.feed("sms", right)
    assert attempt.ended().status == "ok"
    assert new_pin_works(calm_box, "112233")


@pytest.mark.parametrize("lang", ["tr", "en"])
def test_an_sms_code_whose_time_is_over(calm_box, lang):
    with spends_nothing(calm_box):
        attempt = Attempt(calm_box, code=calm_box.code(sms_seconds=20), lang=lang)
        code = attempt.text_message()
        calm_box.control.post("/clock", {"advance": 21})
        attempt.feed("sms", code, more=False)
        check_refusal(attempt.end(), "sms-code-expired", lang)


@pytest.mark.parametrize("lang", ["tr", "en"])
def test_a_new_sms_too_soon(calm_box, lang):
    error = refused(calm_box, "sms-resend-too-soon", code=calm_box.code(resend_after=25), sms="r", lang=lang)
    assert 0 < error["wait_seconds"] <= 26


def test_a_new_sms_kills_the_one_before(calm_box):
    attempt = Attempt(calm_box, code=calm_box.code(resend_after=0), pin="445566")
    first = attempt.text_message()
    attempt.feed("sms", "r")
    second = attempt.text_message(2)
    if first != second:
        attempt.feed("sms", first)
        attempt.says("not entered correctly")
    attempt.feed("sms", second)
    assert attempt.ended().status == "ok"
    assert new_pin_works(calm_box, "445566")


@pytest.mark.parametrize("lang", ["tr", "en"])
def test_a_phone_that_is_out_of_date(calm_box, lang):
    error = refused(calm_box, "phone-out-of-date", code=calm_box.code(phone="out-of-date"), sms="", lang=lang)
    assert "444 5 576" in error["text"]
    assert requests(calm_box) == ["metadata", "redeem", "factor", "cancel"]


# ---- time ----

@pytest.mark.parametrize("lang", ["tr", "en"])
def test_time_for_the_pin_is_over(calm_box, lang):
    """The person takes too long over the PIN; the library counts by itself and no SMS is asked for."""
    with spends_nothing(calm_box):
        attempt = Attempt(calm_box, code=calm_box.code(operation_seconds=1), pin=None, lang=lang)
        attempt.says(NOTICE[lang])
        until(lambda: calm_box.control.get("/operations")["operations"][-1]["phase"] == "expired")
        attempt.feed("new-pin", NEW_PIN, more=False)
        error = check_refusal(attempt.end(), "operation-expired", lang)
    assert error["origin"] == "local"
    assert "factor" not in requests(calm_box)


def test_a_step_after_the_time_is_over_ends_the_operation(calm_box):
    with spends_nothing(calm_box), Steps(calm_box) as steps:
        steps.to("pin", code=calm_box.code(operation_seconds=1))
        until(lambda: steps.say("phase")["seconds"] == "0")
        assert int(steps.refused("operation-expired", "pin", NEW_PIN)["phase"]) == PHASE["failed"]
        steps.refused("wrong-state", "pin", NEW_PIN)


@pytest.mark.parametrize("lang", ["tr", "en"])
def test_time_for_the_card_is_over(sandbox, lang):
    """Nobody puts a card in: the wait ends with the operation's time."""
    box = sandbox(cards=["empty"])
    error = refused(box, "operation-expired", code=box.code(operation_seconds=1), sms="", lang=lang)
    assert error["origin"] == "local"


@pytest.mark.parametrize("lang", ["tr", "en"])
def test_the_service_says_that_time_is_over(calm_box, lang):
    """The service's own clock decides: it has run ahead of the client's."""
    with spends_nothing(calm_box):
        attempt = Attempt(calm_box, code=calm_box.code(), pin=None, lang=lang)
        attempt.says(NOTICE[lang])
        calm_box.control.post("/clock", {"advance": 301})
        attempt.feed("new-pin", NEW_PIN, more=False)
        error = check_refusal(attempt.end(), "operation-expired", lang)
    assert error["origin"] == "service"


@pytest.mark.parametrize("lang", ["tr", "en"])
def test_the_notice_has_to_be_acknowledged(calm_box, lang):
    done = calm_box.run(KAMUPIN, "pin", "unblock", "--lang", lang, secrets={
        "--code-fd": calm_box.code(), "--new-pin-fd": NEW_PIN, "--sms-fd": "123456"})
    sentences = catalogue()["not-acknowledged"]
    assert done.returncode == sentences.number
    assert sentences.cause[lang] in done.stderr and sentences.remedy[lang] in done.stderr
    provoked("not-acknowledged")
    assert requests(calm_box) == []


@pytest.mark.parametrize("lang", ["tr", "en"])
def test_a_person_gives_up(calm_box, lang):
    """Ctrl-C at a question: the service knows at once, and the page can tell."""
    with spends_nothing(calm_box), calm_box.terminal(KAMUPIN, "pin", "unblock", "--lang", lang) as terminal:
        terminal.expect({"tr": "kod.*: ", "en": "code.*: "}[lang])
        terminal.send(calm_box.code())
        terminal.expect("Enter")
        terminal.send("\x03", end="")
        ended = terminal.wait()
    assert ended in (catalogue()["cancelled"].number, catalogue()["not-acknowledged"].number)
    assert requests(calm_box)[-1] == "cancel"
