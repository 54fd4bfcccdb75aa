# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Verification codes that cannot be used: each with its own status, exit code and sentence, and nothing lost by it.
# Not ours on the other end: pcscd and vpcd; the service is, and is held to openapi.yaml by tests of its own.
"""Bad verification codes."""
from __future__ import annotations

import pytest

from attempt import NEW_PIN, Attempt, Steps, check_refusal, forget_requests, new_pin_works, refused, requests, spends_nothing


@pytest.mark.parametrize("lang", ["tr", "en"])
@pytest.mark.parametrize("code", ["", "12345", "1" * 33, "78976369191171x", "1234567O9012345", "½23456", "١٢٣٤٥٦", "9" * 990])
def test_a_code_that_can_be_none_is_sent_nowhere(calm_box, code, lang):
    refused(calm_box, "code-malformed", code=code, sms="", lang=lang)
    assert requests(calm_box) == []


@pytest.mark.parametrize("lang", ["tr", "en"])
def test_a_code_that_was_never_issued(calm_box, lang):
    refused(calm_box, "code-unknown", code="000000000000000", sms="", lang=lang)
    assert requests(calm_box) == ["metadata", "redeem"]


@pytest.mark.parametrize("lang", ["tr", "en"])
def test_a_code_whose_time_is_over(calm_box, lang):
    code = calm_box.code(seconds=20)
    calm_box.control.post("/clock", {"advance": 21})
    refused(calm_box, "code-expired", code=code, sms="", lang=lang)


@pytest.mark.parametrize("lang", ["tr", "en"])
def test_a_code_is_good_once(calm_box, lang):
    code = calm_box.code()
    refused(calm_box, "pin-too-short", code=code, pin="12345", sms="")
    refused(calm_box, "code-used", code=code, sms="", lang=lang)


@pytest.mark.parametrize("lang", ["tr", "en"])
def test_a_newer_code_kills_the_one_before(calm_box, lang):
    made = calm_box.control.post("/codes", {})
    calm_box.control.post("/codes", {"page": made["page"]})
    refused(calm_box, "code-replaced", code=made["code"], sms="", lang=lang)


@pytest.mark.parametrize("lang", ["tr", "en"])
def test_a_page_that_was_closed(calm_box, lang):
    made = calm_box.control.post("/codes", {})
    calm_box.control.post("/pages/close", {"page": made["page"]})
    refused(calm_box, "page-closed", code=made["code"], sms="", lang=lang)


@pytest.mark.parametrize("lang", ["tr", "en"])
def test_a_page_that_is_closed_under_way_ends_the_operation(calm_box, lang):
    made = calm_box.control.post("/codes", {})
    with spends_nothing(calm_box):
        attempt = Attempt(calm_box, code=made["code"], lang=lang)
        code = attempt.text_message()
        calm_box.control.post("/pages/close", {"page": made["page"]})
        attempt.feed("sms", code, more=False)
        check_refusal(attempt.end(), "page-closed", lang)


@pytest.mark.parametrize("lang", ["tr", "en"])
def test_a_code_of_another_person_opens_none_of_my_cards(calm_box, lang):
    refused(calm_box, "card-not-yours", code=calm_box.code(user="baska"), sms="", lang=lang)
    assert requests(calm_box) == ["metadata", "redeem", "cancel"]


@pytest.mark.parametrize("lang", ["tr", "en"])
@pytest.mark.parametrize("verb, kind", [("unblock", "create"), ("create", "unblock")])
def test_a_code_for_the_other_kind_of_operation(calm_box, verb, kind, lang):
    refused(calm_box, "product-mismatch", verb=verb, code=calm_box.code(kind=kind), sms="", lang=lang)


def test_another_code_may_be_given_after_each_that_was_refused(calm_box):
    """A person mistypes, then pastes the SMS code, then an old one, then the right one: nothing is lost by it."""
    old = calm_box.control.post("/codes", {})
    new = calm_box.control.post("/codes", {"page": old["page"]})["code"]
    attempt = Attempt(calm_box)
    for code, said in (("12 34", "cannot be the code"), ("000000", "never issued"), (old["code"], "newer code")):
        attempt.feed("code", code)
        attempt.says(said)
    attempt.feed("code", f" {new[:5]} {new[5:10]}\t{new[10:]} ")
    attempt.answer_sms()
    assert attempt.ended().status == "ok"
    assert new_pin_works(calm_box)


@pytest.mark.parametrize("lang", ["tr", "en"])
def test_too_many_guesses_are_slowed_down(calm_box, lang):
    calm_box.control.post("/settings", {"guesses_per_address": 1, "guess_window": 60})
    calm_box.control.post("/clock", {"advance": 61})
    refused(calm_box, "code-unknown", code="000000000000000", sms="", lang=lang)
    forget_requests(calm_box)
    error = refused(calm_box, "rate-limited", code="000000000000001", sms="", lang=lang)
    assert 0 < error["wait_seconds"] <= 61
    assert requests(calm_box) == ["metadata", "redeem"]
    calm_box.control.post("/clock", {"advance": 61})


@pytest.mark.parametrize("lang", ["tr", "en"])
def test_a_client_that_is_too_old(calm_box, lang):
    calm_box.control.post("/settings", {"minimum_client_version": "99.0.0"})
    refused(calm_box, "client-too-old", code=calm_box.code(), sms="", lang=lang)
    assert "redeem" not in requests(calm_box)


def test_steps_in_the_wrong_order_are_refused_and_lose_nothing(calm_box):
    """The steps as a user interface takes them; the operation goes on to its end after each refusal."""
    with spends_nothing(calm_box), Steps(calm_box) as steps:
        steps.good("new")
        for step in (("cards",), ("choose",), ("pin", NEW_PIN), ("sms",), ("verify", "000000"), ("run",)):
            assert steps.refused("wrong-state", *step)["phase"] == "1"
        steps.refused("code-malformed", "redeem", "12")
        steps.good("redeem", calm_box.code())
        for step in (("redeem", "123456"), ("pin", NEW_PIN), ("sms",), ("run",)):
            assert steps.refused("wrong-state", *step)["phase"] == "2"
        steps.good("choose")
        for step in (("choose",), ("sms",), ("verify", "000000"), ("run",)):
            assert steps.refused("wrong-state", *step)["phase"] == "3"
