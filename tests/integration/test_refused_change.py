# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# `pin change` with the old PIN: what the guard refuses, and what the card refuses; a try is spent only where the person
# typed a wrong PIN and had more than one left. Not ours on the other end: pcscd and vpcd; OpenSC takes tries away.
"""Refused changes of a PIN."""
from __future__ import annotations

import json

import pytest

from attempt import KAMUPIN, NEW_PIN, Ended, check_refusal, costly, new_pin_works, spends_nothing

LANG = pytest.mark.parametrize("lang", ["tr", "en"])
CHANGE = ("pin", "change", "--unproven", "--json")  # no service takes part in a change, so nobody vouches for the form


def change(box, *options, old="123456", new=NEW_PIN, lang="en"):
    """One change from descriptors."""
    done = box.run(KAMUPIN, *CHANGE, "--lang", lang, *options, secrets={"--old-pin-fd": old, "--new-pin-fd": new})
    return Ended(done.returncode, json.loads(done.stdout), done.stderr)


@LANG
def test_a_wrong_pin_spends_one_try_and_says_how_many_are_left(sandbox, lang):
    box = sandbox(cards=["akis2"])
    error = check_refusal(change(box, old="654321", lang=lang), "pin-wrong", lang)
    assert error["tries_left"] == 2 and "2" in error["text"]
    assert box.cards[0].state()["pin.tries"] == "2"
    assert len(costly(box.cards[0].commands())) == 1
    assert change(box).code == 0
    assert new_pin_works(box)


@LANG
@pytest.mark.parametrize("spec, options, status", [
    ("akis2:tries=1", (), "pin-last-try"), ("akis2:blocked", ("--last-try", "--unknown-tries"), "pin-blocked"),
    ("akis2:unset", (), "pin-not-set"), ("akis2:dead", ("--last-try",), "card-dead"), ("akis1:tries=1", (), "pin-last-try")])
def test_what_the_guard_refuses(sandbox, spec, options, status, lang):
    box = sandbox(cards=[spec])
    with spends_nothing(box):
        check_refusal(change(box, *options, lang=lang), status, lang)


@LANG
def test_tries_that_cannot_be_read_are_not_risked(sandbox, lang):
    """The card refuses to tell its counter; only the person's explicit word lets the PIN be tried."""
    box = sandbox(cards=["akis2"])
    with spends_nothing(box):
        for nth in range(1, 9):
            box.cards[0].on(f"ins=CB nth={nth} before sw=6982")
        check_refusal(change(box, lang=lang), "pin-tries-unknown", lang)
    assert change(box, "--unknown-tries").code == 0
    assert new_pin_works(box)


@LANG
def test_the_last_wrong_try_is_said_to_have_blocked_the_card(sandbox, lang):
    box = sandbox(cards=["akis2:tries=1"])
    error = check_refusal(change(box, "--last-try", old="654321", lang=lang), "pin-blocked", lang)
    assert error["tries_left"] == 0
    assert box.verify_by_opensc("123456") == "6983"


@LANG
def test_without_anybodys_word_an_unproven_form_is_not_tried(sandbox, lang):
    box = sandbox(cards=["akis2"])
    with spends_nothing(box):
        done = box.run(KAMUPIN, "pin", "change", "--json", "--lang", lang, secrets={"--old-pin-fd": "123456", "--new-pin-fd": NEW_PIN})
        check_refusal(Ended(done.returncode, json.loads(done.stdout), done.stderr), "command-unproven", lang)
