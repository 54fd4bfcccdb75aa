# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# card list, card show and pin status on real readers: what they print is what the cards are, and no PIN
# command goes out. Not ours on the other end: pcscd, vpcd, and OpenSC where a serial is compared.
"""Tests of the reading commands."""
from __future__ import annotations

import re

import pytest

from cli import KAMUPIN, STATUS, ask, pin_commands, read_json, refuse


def test_a_list_names_all_four(sandbox):
    box = sandbox(cards=["akis1", "akis2", "idcard", "empty"])
    cards = ask(box, "card", "list")["cards"]
    assert [card["reader"] for card in cards] == [card.reader for card in box.cards]
    assert [card["kind"] for card in cards] == ["signature", "signature", "identity", "none"]
    assert [card["usable"]["status"] for card in cards] == ["ok", "ok", "card-identity-card", "no-card"]
    assert [card["profile"] for card in cards[:2]] == ["akis-1", "akis-2"]
    assert [card["card_id"] for card in cards[:2]] == [card.card_id for card in box.cards[:2]]
    assert [card["card_id"] for card in cards[2:]] == [None, None]
    for card in cards[:2]:
        assert card["pin"] == {"state": "usable", "tries": "known", "tries_left": 3, "tries_max": 3}
    for card in box.cards[:3]:
        assert pin_commands(card.commands()) == []


def test_the_serial_is_the_one_that_opensc_reads(sandbox):
    box = sandbox(cards=["akis1"])
    (box.folder / "opensc.conf").write_text("app default {\n\tcard_drivers = old, internal;\n}\n")
    said = box.run("opensc-tool", "--serial", env={"OPENSC_CONF": str(box.folder / "opensc.conf")}).stdout
    serial = "".join(re.findall(r"\b[0-9A-F]{2}\b(?= )", said.strip().splitlines()[-1])[:12])
    card = ask(box, "card", "show")["card"]
    assert card["serial"] == serial == card["serial"].upper()
    assert len(serial) == 24


@pytest.mark.parametrize("spec, pin, puk", [
    ("akis2:blocked", ("blocked", 0), ("usable", 3)), ("akis2:tries=2", ("usable", 2), ("usable", 3)),
    ("akis2:unset", ("not-set", None), ("usable", 3)), ("akis2:puk=1", ("usable", 3), ("usable", 1)),
    ("akis1:tries=2", ("usable", 2), ("unknown", None)), ("akis1:tries=1", ("usable", 1), ("unknown", None))])
def test_status_reads_counters_and_spends_no_try(sandbox, spec, pin, puk):
    box = sandbox(cards=[spec])
    before = box.cards[0].state()
    card = ask(box, "pin", "status")["card"]
    assert (card["pin"]["state"], card["pin"]["tries_left"]) == pin
    assert (card["puk"]["state"], card["puk"]["tries_left"]) == puk
    assert box.cards[0].state() == before


def test_a_dead_card_is_said_to_be_dead(sandbox):
    box = sandbox(cards=["akis2:dead"])
    card = ask(box, "pin", "status")["card"]
    assert card["pin"]["state"] == "dead"
    assert card["usable"]["status"] == "card-dead"
    said = box.run(KAMUPIN, "pin", "status", "--lang", "tr").stdout
    assert "KULLANIM DIŞI" in said and "444 5 576" in said


def test_a_card_is_named_by_id_serial_or_reader(sandbox):
    box = sandbox(cards=["akis1", "akis2"])
    first, second = ask(box, "card", "list")["cards"]
    for name in (first["card_id"], first["serial"], first["reader"]):
        assert ask(box, "card", "show", name)["card"] == first
        assert ask(box, "pin", "status", "--card", name)["card"] == first
    assert ask(box, "card", "show", second["card_id"])["card"] == second
    refuse(box, "choice-needed", "card", "show")
    refuse(box, "choice-needed", "pin", "status")
    refuse(box, "card-not-found", "card", "show", "serial:00")


def test_the_only_signature_card_is_meant_when_others_are_there(sandbox):
    box = sandbox(cards=["idcard", "empty", "akis2"])
    assert ask(box, "card", "show")["card"]["reader"] == box.cards[2].reader


def test_cards_that_are_none_for_this(sandbox):
    box = sandbox(cards=["idcard", "akis2:no-certs", "akis2:3d10=6982", "empty"])
    names = [card.reader for card in box.cards]
    assert ask(box, "card", "show", names[0])["card"]["kind"] == "identity"
    refuse(box, "card-identity-card", "pin", "status", names[0])
    refuse(box, "card-no-certificate", "pin", "status", names[1])
    refuse(box, "card-unrecognised", "pin", "status", names[2])
    refuse(box, "no-card", "card", "show", names[3])
    for card in box.cards[:3]:
        assert pin_commands(card.commands()) == []


@pytest.mark.parametrize("spec, command", [("akis2:blocked", "pin unblock"), ("akis2:unset", "pin create"), ("akis2:dead", None)])
def test_show_and_status_say_what_to_do(sandbox, spec, command):
    box = sandbox(cards=[spec])
    for words in (("card", "show"), ("pin", "status")):
        for lang, label in (("tr", "Ne yapmalı"), ("en", "What to do")):
            (line,) = [one for one in box.run(KAMUPIN, *words, "--lang", lang).stdout.splitlines() if label in one]
            assert (f"(kamupin {command})" if command else "444 5 576") in line


def test_an_empty_reader_and_none_at_all(sandbox):
    box = sandbox(cards=["empty"])
    refuse(box, "no-card", "card", "probe", box.cards[0].reader)
    assert ask(box, "card", "list")["cards"][0]["kind"] == "none"
    refuse(box, "no-card", "card", "show")
    down = {"PCSCLITE_CSOCK_NAME": str(box.folder / "nobody-listens")}
    done = box.run(KAMUPIN, "card", "list", "--json", env=down)
    assert done.returncode == STATUS["reader-service-down"]
    assert read_json(done)["error"]["origin"] == "reader"


@pytest.mark.parametrize("lang, words", [
    ("tr", ["e-imza kartı", "BLOKE", "kalan deneme hakkı 0/3", "T.C. kimlik kartı", "kart yok"]),
    ("en", ["e-signature card", "BLOCKED", "tries left 0/3", "Turkish identity card", "no card"])])
def test_people_read_it_in_their_language(sandbox, lang, words):
    box = sandbox(cards=["akis2:blocked", "idcard", "empty"])
    said = box.run(KAMUPIN, "card", "list", "--lang", lang).stdout
    assert [word for word in words if word not in said] == []


def test_errors_are_said_on_stderr_in_one_sentence_text(sandbox):
    box = sandbox(cards=["idcard"])
    done = box.run(KAMUPIN, "pin", "status", "--json", "--lang", "tr")
    error = read_json(done)["error"]
    assert done.stderr == f"kamupin: {error['text']}\n"
    assert "kimlik kartı" in error["text"]
