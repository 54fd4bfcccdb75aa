# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The password login of older portals (rows A14 to A20) against the sandbox's service: number or passport, picture, security word with
# Turkish letters, SMS after the person's go, a new word asked for; what costs a request and what does not.
"""Password login."""
from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Callable, Iterator

import pytest

from box import Box
from portal_driver import NUMBER, PASSPORT, WORD, Portal


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    with Box(["empty"], ["--password-login"]) as made:
        yield made


@pytest.fixture
def portal(box: Box) -> Iterator[Portal]:
    box.control.post("/people", {"user": "deneme", "security_word": WORD, "phone": "*****2596"})
    box.advance(3601)  # the wrong words of the test before are forgotten
    with Portal(box) as made:
        yield made


@pytest.mark.parametrize("kind, number", [("tckn", NUMBER), ("passport", PASSPORT)])
def test_a_person_logs_in_by_number_or_passport(portal: Portal, kind: str, number: str) -> None:
    portal.fresh_calls()
    picture = portal.picture()
    assert portal.ask("begin", kind, number, picture, WORD) == "*****2596"
    assert "password-login-sms" not in portal.fresh_calls()  # the person has not said so yet
    assert portal.ask("sms") == "*****2596 6 3"
    portal.ask("confirm", portal.last_sms())
    name, identity, assurance, organisations, first, _ = portal.ask("info").split("|")
    assert (name, identity, assurance) == ("DENEME KULLANICI", "1********46", "1")
    assert int(organisations) >= 1 and first != ""
    assert WORD not in portal.logged() and NUMBER not in portal.logged()
    portal.ask("end")
    portal.refused("login-required", "info")


def test_a_phone_is_shown_as_the_service_masks_it(portal: Portal) -> None:
    """Rows C21 and H04: masks differ from portal to portal, and none is made of another."""
    mask = "5** *** ** *7"
    portal.box.control.post("/people", {"user": "deneme", "phone": mask})
    assert portal.ask("begin", "tckn", NUMBER, portal.picture(), WORD) == mask
    assert portal.ask("sms") == f"{mask} 6 3"


def test_the_picture_is_one_and_can_be_asked_for_anew(portal: Portal) -> None:
    media_type, length, magic, left = portal.ask("captcha").split()
    assert (media_type, magic) == ("image/png", "PNG") and int(length) > 100 and int(left) > 0
    old = portal.box.control.get("/captchas")["captchas"][-1]
    portal.ask("captcha")
    assert portal.box.control.get("/captchas")["captchas"][-2] == old | {"state": "replaced"}


def test_a_wrong_answer_uses_the_picture_up(portal: Portal) -> None:
    portal.picture()
    portal.refused("captcha-wrong", "begin", "tckn", NUMBER, "XXXXX", WORD)
    portal.refused("wrong-state", "begin", "tckn", NUMBER, "XXXXX", WORD)
    portal.login()


def test_a_picture_has_its_time(portal: Portal) -> None:
    answer = portal.picture()
    portal.box.advance(3600)
    portal.refused("captcha-expired", "begin", "tckn", NUMBER, answer, WORD)
    portal.fresh_calls()
    answer = portal.picture()
    portal.ask("advance", "3600000")
    portal.refused("captcha-expired", "begin", "tckn", NUMBER, answer, WORD)
    assert "password-login" not in portal.fresh_calls()


def test_a_number_that_can_be_none_is_not_sent(portal: Portal) -> None:
    answer = portal.picture()
    portal.fresh_calls()
    portal.refused("identity-malformed", "begin", "tckn", "10000000147", answer, WORD)
    portal.refused("identity-malformed", "begin", "passport", "u1", answer, WORD)
    portal.refused("security-word-wrong", "begin", "tckn", NUMBER, answer, "")
    assert portal.fresh_calls() == []
    portal.ask("begin", "tckn", NUMBER, answer, WORD)


def test_a_wrong_word_and_an_unknown_person_are_the_same(portal: Portal) -> None:
    first = portal.refused("security-word-wrong", "begin", "tckn", NUMBER, portal.picture(), "yanlış")
    second = portal.refused("security-word-wrong", "begin", "passport", "X99999999", portal.picture(), WORD)
    assert int(first.split()[0].removeprefix("tries=")) == int(second.split()[0].removeprefix("tries=")) + 1
    for _ in range(10):
        status, value = portal._tell(" ".join(["begin", "tckn", NUMBER, portal.picture(), "yanlış"]))
        if status == "rate-limited":
            break
    assert status == "rate-limited" and "wait=-1" not in value


@pytest.mark.parametrize("word", ["ığdır", "İĞDIR", "şişğ", "çÖÜ1"])
def test_turkish_letters_typed_apart_are_sent_composed(portal: Portal, word: str) -> None:
    portal.box.control.post("/people", {"user": "deneme", "security_word": word})
    portal.login(word=unicodedata.normalize("NFD", word))
    portal.ask("info")


@pytest.mark.parametrize("right, typed", itertools.combinations("Iıİi", 2))
def test_the_four_letters_i_are_four(portal: Portal, right: str, typed: str) -> None:
    """Neither the Turkish way to fold case nor the English one makes one of another."""
    portal.box.control.post("/people", {"user": "deneme", "security_word": right + "rmak"})
    portal.refused("security-word-wrong", "begin", "tckn", NUMBER, portal.picture(), typed + "rmak")
    portal.login(word=right + "rmak")


def test_the_sms_has_its_cool_down_its_form_and_its_tries(portal: Portal) -> None:
    portal.refused("wrong-state", "sms")
    portal.ask("begin", "tckn", NUMBER, portal.picture(), WORD)
    portal.refused("wrong-state", "confirm", "123456")
    portal.ask("sms")
    portal.fresh_calls()
    assert "wait=-1" not in portal.refused("sms-resend-too-soon", "sms")
    portal.refused("sms-code-malformed", "confirm", "12345")
    assert portal.fresh_calls() == []
    wrong = "000000" if portal.last_sms() != "000000" else "000001"
    assert portal.refused("sms-code-wrong", "confirm", wrong).startswith("tries=2 ")
    portal.refused("sms-code-wrong", "confirm", wrong)
    portal.refused("sms-code-exhausted", "confirm", wrong)
    portal.refused("wrong-state", "sms")


def test_an_sms_whose_answer_comes_when_another_may_be_sent_is_one(portal: Portal) -> None:
    """The request did not reach the service at first, so what comes the next time is no answer of long ago."""
    portal.box.settings(resend_seconds=0)
    try:
        portal.ask("begin", "tckn", NUMBER, portal.picture(), WORD)
        for _ in range(3):
            portal.box.fault("password-login-sms", "drop-before")
        portal.refused("network-interrupted", "sms")
        portal.fresh_calls()
        portal.ask("sms")
        assert portal.fresh_calls() == ["password-login-sms"]
    finally:
        portal.box.settings(resend_seconds=30)


def test_an_sms_code_that_is_too_old_costs_no_try(portal: Portal) -> None:
    portal.ask("begin", "tckn", NUMBER, portal.picture(), WORD)
    portal.ask("sms")
    old = portal.last_sms()
    portal.box.advance(100)
    portal.refused("sms-code-expired", "confirm", old)
    portal.ask("advance", "100000")
    portal.ask("sms")
    portal.ask("confirm", portal.last_sms())


def test_a_login_that_waited_too_long_is_begun_anew(portal: Portal) -> None:
    portal.ask("begin", "tckn", NUMBER, portal.picture(), WORD)
    portal.box.advance(3600)
    portal.refused("session-expired", "sms")
    portal.refused("wrong-state", "sms")


def test_a_phone_that_is_out_of_date_is_said(portal: Portal) -> None:
    portal.box.control.post("/people", {"user": "deneme", "phone": "out-of-date"})
    portal.ask("begin", "tckn", NUMBER, portal.picture(), WORD)
    portal.refused("phone-out-of-date", "sms")


def test_a_new_word_is_asked_for_by_mail(portal: Portal) -> None:
    mails = len(portal.box.control.get("/mails")["mails"])
    assert portal.ask("reset", "tckn", NUMBER, portal.picture()).endswith("@example.org")
    assert portal.ask("reset", "passport", "X99999999", portal.picture()).endswith("@example.org")
    assert len(portal.box.control.get("/mails")["mails"]) == mails + 1  # the unknown person got none
    portal.picture()
    portal.refused("captcha-wrong", "reset", "tckn", NUMBER, "XXXXX")


def test_a_session_that_ran_out_cannot_be_renewed(portal: Portal) -> None:
    portal.login()
    portal.box.advance(86400)
    portal.refused("session-expired", "info")
    portal.login()
    portal.ask("info")


def test_it_is_off_unless_the_service_offers_it(sandbox: Callable[..., Box]) -> None:
    with Portal(sandbox(["empty"])) as portal:
        for words in (("captcha",), ("begin", "tckn", NUMBER, "K7PMX", WORD), ("sms",), ("confirm", "123456"),
                      ("reset", "tckn", NUMBER, "K7PMX")):
            portal.refused("login-not-offered", *words)
        assert portal.fresh_calls() == ["metadata"]
