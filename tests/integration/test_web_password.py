# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The web password as the second factor, and changing over between it and an SMS: as a person, as a program, and in steps.
# Not ours on the other end: OpenSC says which PIN the card takes, the kernel's pty what was echoed.
from __future__ import annotations

import unicodedata
from typing import Any

import pytest

from attempt import Steps
from box import Box
from cli import KAMUPIN, STATUS
from test_cli_unblock import NEW, running, texts

PASSWORD = "Şifreci-Çığ-İĞÜÖ1"
FACTORS = ("--code-fd", "--new-pin-fd", "--web-password-fd")
BOTH = (*FACTORS, "--sms-fd")


@pytest.fixture
def box(sandbox: Any) -> Box:
    made: Box = sandbox(cards=["akis2:blocked"])
    made.control.post("/people", {"user": "deneme", "web_password": PASSWORD})
    return made


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_program_gives_the_web_password(box: Box, form: str) -> None:
    """Its descriptor alone says that this factor is meant; no SMS is sent."""
    with running(box, "pin", "unblock", "--acknowledge", options=FACTORS) as run:
        run.give("--code-fd", box.code(factors="sms,web-password"))
        run.give("--new-pin-fd", NEW)
        run.give("--web-password-fd", unicodedata.normalize(form, PASSWORD))
        code, said, err = run.end()
    assert (code, said["result"]["reported"]) == (0, True), err
    assert texts(box) == [] and PASSWORD not in err
    assert box.verify_by_opensc(NEW) == "9000"


def test_a_program_changes_over_and_back(box: Box) -> None:
    """The service names the SMS first; the line p asks for the web password, the line sms for an SMS."""
    with running(box, "pin", "unblock", "--acknowledge", "--lang", "en", options=BOTH) as run:
        run.give("--code-fd", box.code(factors="sms,web-password", resend_after=0))
        run.give("--new-pin-fd", NEW)
        box.sms(1)
        run.give("--sms-fd", "p")
        run.give("--web-password-fd", "wrong")
        run.give("--web-password-fd", "sms")
        box.sms(2)
        run.give("--sms-fd", "p")
        run.give("--web-password-fd", PASSWORD)
        code, said, err = run.end()
    assert code == 0, err
    assert "The web password is not right." in err and "Tries left: 2." in err
    assert len(texts(box)) == 2


def test_an_option_prefers_a_factor(box: Box) -> None:
    with running(box, "pin", "unblock", "--acknowledge", "--factor", "web-password", options=BOTH) as run:
        run.give("--code-fd", box.code(factors="sms,web-password"))
        run.give("--new-pin-fd", NEW)
        run.give("--web-password-fd", PASSWORD)
        code, said, err = run.end()
    assert code == 0, err
    assert texts(box) == []


def test_a_phone_out_of_date_leaves_the_web_password(box: Box) -> None:
    with running(box, "pin", "unblock", "--acknowledge", "--lang", "en", options=BOTH) as run:
        run.give("--code-fd", box.code(factors="sms,web-password", phone="out-of-date"))
        run.give("--new-pin-fd", NEW)
        run.give("--web-password-fd", PASSWORD)
        code, said, err = run.end()
    assert code == 0, err
    assert "phone number on record" in err  # why it is the web password that is asked for


def test_a_factor_word_that_is_none(box: Box) -> None:
    done = box.run(KAMUPIN, "pin", "unblock", "--factor", "face", "--lang", "en")
    assert done.returncode == STATUS["invalid-argument"] and "--factor" in done.stderr


def test_a_person_changes_over_at_the_terminal(box: Box) -> None:
    code = box.code(factors="sms,web-password", resend_after=0)
    with box.terminal(KAMUPIN, "pin", "unblock", "--lang", "en") as terminal:
        terminal.expect("Code on the web page.*: ")
        terminal.send(code)
        terminal.expect("go on: Enter")
        terminal.send("")
        terminal.expect("New PIN.*: ")
        terminal.send(NEW)
        terminal.expect("New PIN.*again.*: ")
        terminal.send(NEW)
        terminal.expect("A code was sent by SMS")
        terminal.expect("press p")
        terminal.expect("Code in the SMS.*: ")
        terminal.send("p", end="")
        terminal.expect(r"neither the PIN nor the\s+e-Devlet password.*type sms and press Enter")
        terminal.expect(r"Web password \(.*: ")
        terminal.send("smx\x7fs\x15sms")  # mistyped, taken back, cleared, typed anew
        terminal.expect("A code was sent by SMS.*Code in the SMS.*: ")
        terminal.send("P", end="")
        terminal.expect(r"Web password \(.*: ")
        terminal.send("smsno")
        terminal.expect(r"! .*The web password is not right.*Web password \(.*: ")
        terminal.send(PASSWORD)
        assert terminal.wait() == 0, terminal.text
    assert PASSWORD not in terminal.text and "smsno" not in terminal.text and NEW not in terminal.text
    assert len(texts(box)) == 2
    assert box.verify_by_opensc(NEW) == "9000"


def ready(steps: Steps, box: Box, **wish: Any) -> None:
    """To the second factor."""
    steps.good("new", "-", "-", "-")
    steps.good("redeem", box.code(**wish))
    steps.good("choose")
    steps.good("pin", NEW)


def test_each_status_of_the_factors_in_steps(box: Box) -> None:
    with Steps(box) as steps:
        ready(steps, box, factors="sms,web-password", tries=2)
        begun = steps.good("web")
        assert (begun["type"], begun["offered"], begun["left"]) == ("2", "6", "2")
        steps.refused("factor-mismatch", "verify", "000000")
        assert steps.refused("web-password-wrong", "password", PASSWORD.lower())["tries"] == "1"
        steps.good("sms")
        steps.refused("factor-mismatch", "password", PASSWORD)
        steps.good("web")
        answer = steps.refused("web-password-exhausted", "password", PASSWORD.upper())
        assert answer["phase"] == "10"


def test_an_sms_that_was_lost_before_the_other_factor_is_asked_for_anew(box: Box) -> None:
    """The answer of then would be no more than a memory: its code died with the web password."""
    with Steps(box) as steps:
        ready(steps, box, factors="sms,web-password", resend_after=30)
        box.fault("factor", "drop-after")
        steps.refused("network-interrupted", "sms")
        steps.good("web")
        steps.refused("sms-resend-too-soon", "sms")  # the service's word: it was asked
        steps.good("password", PASSWORD)
    assert len(texts(box)) == 1


def test_a_factor_that_is_not_offered_is_refused_and_the_other_goes_on(box: Box) -> None:
    with Steps(box) as steps:
        ready(steps, box, factors="web-password")
        steps.refused("factor-unsupported", "sms")
        assert steps.good("factor")["type"] == "2"
        steps.good("password", PASSWORD)
        steps.good("run")
    assert texts(box) == []
