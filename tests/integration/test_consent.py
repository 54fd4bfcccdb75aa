# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The e-consent and the lists of authorised persons through the library, signed with a card at a real PC/SC daemon; and applications.
# What was signed is judged by openssl cms, of which nothing is ours; the service is the sandbox's.
"""Consent, applications, lists."""
from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from box import Box
from life_driver import UNLIMITED, Life, Row
from status_clients import Client, openssl

PIN = "123456"
FORM = '{"delivery":"post","years":3}'


@pytest.fixture
def box(sandbox: Callable[..., Box]) -> Box:
    made = sandbox(["akis2:p256"], ["--password-login"])
    made.settings(**UNLIMITED)
    return made


@pytest.fixture
def life(box: Box) -> Iterator[Life]:
    with Life(box) as made:
        made.login()
        made.fresh_calls()
        yield made


def signatures(box: Box) -> int:
    """How often a PIN went to the card."""
    return len([one for one in box.cards[0].commands() if one.startswith("00200081") and len(one) > 10])


def opened(signature: str, folder: Path, box: Box) -> bytes:
    """What openssl cms finds signed, by a certificate of the sandbox's issuer; the format is CAdES."""
    der, out, both, trusted = folder / "signature", folder / "content", folder / "both.pem", Client(box, folder)
    der.write_bytes(base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4)))
    both.write_bytes(trusted.root.read_bytes() + trusted.sub.read_bytes())
    code, said = openssl("cms", "-verify", "-cades", "-inform", "DER", "-in", der, "-CAfile", both, "-purpose", "any", "-binary", "-out", out)
    assert code == 0, said
    return out.read_bytes()


# ---- with the card's ----

def test_a_cards_and_the_services_are_one_list(life: Life) -> None:
    """What both know of is one entry, with the record; the service's others follow."""
    parts = [one.split("/", 2) for one in life.ask("all").split(";")]
    rows = {row.certificate_id: row for row in life.rows()}
    both = [one for one in parts if int(one[0]) == 2 | 4]
    assert len(both) == 1 and both[0][1] == life.box.cards[0].card_id == Row.of(both[0][2]).card_id
    told = [Row.of(one[2]) for one in parts if int(one[0]) & 4]
    assert {row.certificate_id: row for row in told} == rows and len(told) == len(rows) > 3
    assert [one.split("/")[0] for one in life.ask("all", "-").split(";")] == ["4"] * len(rows)


# ---- the consent ----

def test_the_consent_is_signed_once(life: Life, tmp_path: Path) -> None:
    assert life.ask("consent") == "none|0"
    assert "confirm" in bytes.fromhex(life.ask("text", "en")).decode()
    text = bytes.fromhex(life.ask("text"))
    assert "ONAY" in text.decode().upper() and 0 < int(life.ask("seconds")) <= 600
    assert life.ask("consent").split("|")[0] == "pending"
    state, at = life.ask("sign", PIN).split("|")
    assert state == "accepted" and int(at) > 0 and signatures(life.box) == 1
    assert life.fresh_calls() == ["consent", "consent-text", "consent-text", "consent", "submit-consent"]
    held = life.box.control.get("/consents")["consents"][-1]
    assert opened(held["signature"], tmp_path, life.box) == text
    life.refused("consent-given", "sign", PIN)
    life.refused("consent-given", "text")
    assert life.ask("consent").split("|")[0] == "accepted"


def test_a_lost_answer_asks_the_card_for_nothing(life: Life) -> None:
    """The same signature is submitted again, without card and PIN."""
    life.ask("text")
    for _ in range(3):
        life.box.fault("submit-consent", "drop-after")
    assert life._tell(f"sign {PIN}")[0] == "network-interrupted"
    assert signatures(life.box) == 1
    life.box.cards[0].eject()
    assert life.ask("sign", "-").split("|")[0] == "accepted"
    assert signatures(life.box) == 1
    assert len(life.box.control.get("/consents")["consents"]) == 1


def test_what_stands_in_the_way_of_the_signature_leaves_the_text(life: Life) -> None:
    life.ask("text")
    life.refused("invalid-argument", "sign", "-")
    life.refused("pin-wrong", "sign", "654321")
    assert life.ask("sign", PIN).split("|")[0] == "accepted"


def test_a_text_is_too_old(life: Life) -> None:
    """Told before the card is asked for anything; also when only the service knows."""
    life.ask("text")
    life.ask("advance", "3600000")
    life.refused("consent-expired", "sign", PIN)
    assert signatures(life.box) == 0 and life.ask("seconds") == "0"
    life.ask("advance", "-3600000")
    with Life(life.box) as other:
        other.login()
        other.ask("text")  # takes the first one's place
        life.refused("consent-expired", "sign", PIN)
        assert other.ask("sign", PIN).split("|")[0] == "accepted"


def test_a_signature_that_the_service_does_not_take(life: Life) -> None:
    """Of a certificate that was suspended; when it is good again, the card signs anew."""
    card = next(row for row in life.rows() if row.card_id == life.box.cards[0].card_id)
    life.ask("text")
    life.ask("suspend", card.certificate_id, "other")
    life.refused("signature-refused", "sign", PIN)
    life.ask("unsuspend", card.certificate_id)
    assert life.ask("sign", PIN).split("|")[0] == "accepted" and signatures(life.box) == 2


def test_a_consent_that_was_taken_back_may_be_given_again(life: Life) -> None:
    life.ask("text")
    life.ask("sign", PIN)
    life.box.control.post("/consents", {"user": "deneme", "state": "refused"})
    assert life.ask("consent").split("|")[0] == "refused"
    life.ask("text")
    assert life.ask("sign", PIN).split("|")[0] == "accepted"


def test_nobody_is_logged_in(box: Box) -> None:
    with Life(box) as life:
        for words in (("consent",), ("text",), ("applications",), ("application", "app-12345678"), ("submit", "app-12345678", "nes-renewal-1", "{}"),
                      ("lists",), ("list", "lst-12345678")):
            life.refused("login-required", *words)


# ---- applications ----

def applications(life: Life) -> dict[str, list[str]]:
    """id → product, state, reason, schema, title, organisation, seconds, price, needs."""
    return {line.split("|")[0]: line.split("|")[1:] for line in life.ask("applications").split(";")}


def test_an_application_with_its_form(life: Life) -> None:
    found = applications(life)
    name, row = next((name, row) for name, row in found.items() if row[1] == "pending-pre-application")
    assert row[:4] == ["nes", "pending-pre-application", "renewal", "nes-renewal-1"] and row[4] != "" and int(row[6]) > 86400 and int(row[7]) > 0
    document, told = life.ask("application", name).split(";")
    assert json.loads(document) == {"delivery": "post", "years": 3} and told.split("|")[-1] == "1", "it says that a consent is needed"
    life.refused("application-state", "submit", name, "nes-renewal-1", FORM)  # the consent is missing
    life.ask("text")
    life.ask("sign", PIN)
    assert life.ask("submit", name, "nes-renewal-1", FORM).split("|")[2] == "submitted"
    life.refused("application-state", "submit", name, "nes-renewal-1", FORM.replace("3", "2"))
    assert applications(life)[name][1] == "submitted"


def test_a_form_that_is_wrong_has_its_fields_named(life: Life) -> None:
    life.ask("text")
    life.ask("sign", PIN)
    name = next(name for name, row in applications(life).items() if row[1] == "pending-pre-application")
    said = life.refused("document-refused", "submit", name, "nes-renewal-1", '{"delivery":"pigeon","years":7}')
    assert said.split("detail=")[1].startswith("fields: ") and {"delivery", "years"} == set(said.split("fields: ")[1].split(", "))
    life.refused("document-refused", "submit", name, "mali-muhur-1", FORM)
    assert applications(life)[name][1] == "pending-pre-application"


@pytest.mark.parametrize("schema, text", [("nes-renewal-1", "[]"), ("nes-renewal-1", "{"), ("nes-renewal-1", '{"a":1,"a":2}'), ("nes-renewal-1", "null"),
                                          ("Nes", "{}"), ("../x", "{}"), ("nes-renewal-1", '{"a":"' + "x" * 33000 + '"}'), ("nes-renewal-1", "")])
def test_what_is_no_form_is_not_sent(life: Life, schema: str, text: str) -> None:
    life.refused("invalid-argument", "submit", "app-12345678", schema, text)
    assert life.fresh_calls() == []


def test_somebody_elses_application_is_unknown(life: Life) -> None:
    theirs = next(one["application_id"] for one in life.box.control.get("/applications")["applications"] if one["user"] == "baska")
    for name in (theirs, "app-no-such-application", "../session"):
        life.refused("application-unknown", "application", name)
        life.refused("application-unknown", "submit", name, "nes-renewal-1", FORM)


def test_a_lost_answer_is_one_submission(life: Life) -> None:
    life.ask("text")
    life.ask("sign", PIN)
    name = next(name for name, row in applications(life).items() if row[1] == "pending-pre-application")
    for _ in range(3):
        life.box.fault("submit-application", "drop-after")
    assert life._tell(f"submit {name} nes-renewal-1 {FORM}")[0] == "network-interrupted"
    assert life.ask("submit", name, "nes-renewal-1", FORM).split("|")[2] == "submitted"


# ---- lists ----

def listed(life: Life) -> list[list[str]]:
    """id, organisation, title, entries, state, made_at, signed_at."""
    return [line.split("|") for line in life.ask("lists").split(";")]


def test_a_list_is_shown_and_signed(life: Life, tmp_path: Path) -> None:
    (row,) = listed(life)
    assert row[4] == "waiting" and int(row[5]) > 0 and row[6] == "0"
    assert life.ask("list", row[0]).split("|") == row
    rows = [one.split("|") for one in life.ask("rows").split(";")]
    content = bytes.fromhex(life.ask("content"))
    assert [one["name"] for one in json.loads(content)["rows"]] == [one[1] for one in rows] and len(rows) == int(row[3])
    assert all("*" in one[2] and one[3] == "nes" and one[4] in ("renewal", "lost", "other") for one in rows)
    signed = life.ask("sign-list", PIN).split("|")
    assert signed[4] == "signed" and int(signed[6]) > 0 and signatures(life.box) == 1
    (held,) = life.box.control.get("/lists")["lists"]
    assert opened(held["signature"], tmp_path, life.box) == content
    life.refused("list-signed", "sign-list", PIN)
    life.ask("list", row[0])
    life.refused("list-signed", "sign-list", PIN)
    assert signatures(life.box) == 1, "told before the card is asked"


def test_a_list_that_changed_is_not_signed_unseen(life: Life) -> None:
    (row,) = listed(life)
    life.ask("list", row[0])
    life.box.control.post("/lists", {"list_id": row[0], "action": "change"})
    life.refused("list-changed", "sign-list", PIN)
    assert life.box.control.get("/lists")["lists"][0]["state"] == "waiting"
    life.ask("list", row[0])
    assert life.ask("sign-list", PIN).split("|")[4] == "signed"


def test_a_list_that_somebody_signed_or_withdrew_meanwhile(life: Life) -> None:
    (row,) = listed(life)
    life.ask("list", row[0])
    life.box.control.post("/lists", {"list_id": row[0], "action": "withdraw"})
    life.refused("list-signed", "sign-list", PIN)
    assert listed(life)[0][4] == "withdrawn"


def test_a_lost_answer_is_one_signature_of_a_list(life: Life) -> None:
    (row,) = listed(life)
    life.ask("list", row[0])
    for _ in range(3):
        life.box.fault("sign-list", "drop-after")
    assert life._tell(f"sign-list {PIN}")[0] == "network-interrupted"
    life.box.cards[0].eject()
    assert life.ask("sign-list", "-").split("|")[4] == "signed" and signatures(life.box) == 1


def test_who_is_nobodys_authorised_person_gets_no_list(box: Box) -> None:
    box.control.post("/people", {"user": "baska", "security_word": "çığlık42"})
    there: dict[str, Any] = box.control.get("/lists")["lists"][0]
    with Life(box) as life:
        life.login(number="11111111110")
        life.refused("role-refused", "lists")
        life.refused("role-refused", "list", there["list_id"])


def test_lists_that_there_are_not(life: Life) -> None:
    for name in ("lst-no-such-list", "../session", "x"):
        life.refused("list-unknown", "list", name)
