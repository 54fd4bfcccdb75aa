# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# A secret in the wrong field: the refusal says which one it looks like, in words and in JSON, and never what it was. Not ours
# on the other end: OpenSC says which PIN the card takes afterwards.
from __future__ import annotations

from typing import Any

import pytest

from box import Box
from cli import FRESH_PIN, KAMUPIN, STATUS, refuse
from test_cli_unblock import NEW, running

PAGE_CODE, TCKN = "100000000000001", "10000000146"
SAYS = {"verification-code": ("sayfadaki doğrulama koduna benziyor", "looks like the code on the web page"),
        "pin-or-sms-code": ("SMS doğrulama koduna benziyor", "looks like a PIN or an SMS code"),
        "identity-number": ("T.C. kimlik numarasına benziyor", "looks like a Turkish identity number"),
        "password": ("bir parolaya", "looks like a password")}


@pytest.mark.parametrize("lang", ["tr", "en"])
@pytest.mark.parametrize("fields, status, looks", [
    ({"--code-fd": "Gizli-9ğ"}, "code-malformed", "password"),
    ({"--code-fd": "1234"}, "code-malformed", "pin-or-sms-code"),
    ({"--code-fd": "123456"}, "code-unknown", "pin-or-sms-code"),  # could be a code; the service knows none like it
    ({"--code-fd": TCKN}, "code-unknown", "identity-number"),
    ({"--new-pin-fd": PAGE_CODE}, "pin-too-long", "verification-code"),
    ({"--new-pin-fd": "şifrem"}, "pin-not-digits", "password"),
    ({"--sms-fd": PAGE_CODE}, "sms-code-malformed", "verification-code"),
    ({"--sms-fd": TCKN}, "sms-code-malformed", "identity-number")])
def test_a_refusal_names_the_secret_that_it_looks_like(calm_box: Box, fields: dict[str, str], status: str, looks: str, lang: str) -> None:
    right: dict[str, str] = {"--code-fd": calm_box.code(), "--new-pin-fd": NEW}
    with running(calm_box, "pin", "unblock", "--acknowledge", "--lang", lang) as run:
        for option in ("--code-fd", "--new-pin-fd", "--sms-fd"):
            run.give(option, fields.get(option, right.get(option, "")))
            if option in fields:
                break
        code, said, err = run.end()
    error: dict[str, Any] = said["error"]
    assert (code, error["status"], error["looks_like"]) == (STATUS[status], status, looks), err
    assert SAYS[looks][lang == "en"] in error["text"]
    assert next(iter(fields.values())) not in err + str(said)


def test_a_wrong_pin_that_is_an_identity_number(sandbox: Any) -> None:
    box = sandbox(cards=["akis2"])
    error = refuse(box, "pin-wrong", "pin", "change", "--unproven",
                   secrets={"--old-pin-fd": TCKN, "--new-pin-fd": NEW})
    assert (error["looks_like"], error["tries_left"]) == ("identity-number", 2)
    assert box.verify_by_opensc(FRESH_PIN) == "9000"  # one try was spent, on the right card


def test_what_is_right_in_form_gets_no_hint(calm_box: Box) -> None:
    error = refuse(calm_box, "code-unknown", "pin", "unblock", "--acknowledge",
                   secrets={"--code-fd": "999999999999999", "--new-pin-fd": NEW, "--sms-fd": "000000"})
    assert error["looks_like"] is None
    assert "benziyor" not in calm_box.run(KAMUPIN, "card", "show", "none", "--lang", "tr").stderr
