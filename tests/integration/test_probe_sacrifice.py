# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# card probe on a card that somebody gave up: blocked by wrong PINs, unblocked by the service, at a terminal as a person has
# it. Not ours on the other end: pcscd, vpcd, and OpenSC, which looks at the card after each step as a second client. The
# card and the service are this project's.
"""Tests of card probe --sacrifice and --try-unblock."""
from __future__ import annotations

import os
import re
import subprocess
from typing import Any

import pytest

from attempt import costly
from cli import FRESH_PIN, KAMUPIN, ask, pin_commands, read_json, refuse
from provoked import provoked
from test_probe import personal, told

NEW_PIN = "84026371"
WORD = {"tr": "feda", "en": "sacrifice"}
ASKS = {"tr": ("feda yazıp", "Kart bloke. Şimdi", "Sayfadaki[^\n]*: ", "Yeni PIN[^\n]*: ", "SMS doğrulama kodu[^\n]*: ",
               "yeni PIN bir kez daha[^\n]*: ", "Ne yapmalı: "),
        "en": ("type sacrifice", "The card is blocked. Now", "Code on[^\n]*: ", "New PIN[^\n]*: ", "Code in the SMS[^\n]*: ",
               "new PIN once more[^\n]*: ", "What to do: ")}


@pytest.mark.parametrize("lang", ["tr", "en"])
def test_blocked_and_unblocked_at_a_terminal(sandbox, lang, tmp_path):
    """Each step has its own question; OpenSC agrees after each; nothing personal and no secret is on the screen."""
    box = sandbox(["akis2"])
    card = box.cards[0]
    word, blocked, code, new_pin, sms, again, end = ASKS[lang]
    draft = tmp_path / "card.profile"
    with box.terminal(KAMUPIN, "card", "probe", "--try-verify", "--sacrifice", "--try-unblock", "--acknowledge",
                      "--draft", str(draft), "--lang", lang) as terminal:
        terminal.expect("PIN[^\n]*: ")
        terminal.send(FRESH_PIN)
        terminal.expect(word)  # although --acknowledge was given
        assert [one[:8] for one in costly(card.commands())] == ["00200081"] and card.state()["pin.tries"] == "3"
        terminal.send("evet")
        terminal.send("yes")
        terminal.expect("yes")
        assert len(costly(card.commands())) == 1
        terminal.send("")
        terminal.send(WORD[lang])
        terminal.expect("63C2.*63C1.*63C0.*6983.*0, 3.*" + blocked)
        assert (card.state()["pin.tries"], card.state()["puk.tries"]) == ("0", "3")
        assert box.verify_by_opensc(FRESH_PIN) == "6983"
        page = box.code()
        terminal.expect(code)
        terminal.send(page)
        for _ in range(2):
            terminal.expect(new_pin)
            terminal.send(NEW_PIN)
        text = re.search(r"\d{6}", box.sms(1)[0]["text"]).group()
        terminal.expect(sms)
        terminal.send(text)
        terminal.expect(again)
        terminal.send(NEW_PIN)
        terminal.expect(end)
        assert terminal.wait() == 0
        screen = terminal.text
    assert (card.state()["pin.tries"], card.state()["puk.tries"]) == ("3", "3")
    assert box.verify_by_opensc(NEW_PIN) == "9000" and box.verify_by_opensc(FRESH_PIN) == "63C2"
    assert "reset-after-authentication = 00 2C 02 81 known" in draft.read_text() and "63C2 63C1 63C0" in draft.read_text()
    assert not [one for one in pin_commands(card.commands()) if one[:8] in ("002C0081", "00200082", "002C0181")]  # no PUK
    everything = told(screen, draft.read_text())
    secrets = [FRESH_PIN, NEW_PIN, "123457", "123458", "123459", page, page.replace("-", ""), text]
    assert [one for one in personal(card) + secrets if one.replace(" ", "").lower() in everything.replace(str(draft), "")] == []
    assert ask(box, "card", "profile", "check", str(draft))["rows"][0]["row"] == "draft"


def test_left_blocked_by_a_script(sandbox):
    """Without a terminal both words have to be on the line; the card stays blocked and the report says what helps."""
    box = sandbox(["akis2"])
    card = box.cards[0]
    found = ask(box, "card", "probe", "--try-verify", "--sacrifice", "--acknowledge", "--lang", "en",
                secrets={"--pin-fd": FRESH_PIN})
    assert [one["status_word"] for one in found["findings"] if one["step"] == "block"] == ["63C2", "63C1", "63C0", "6983"]
    assert "kamupin pin unblock" in found["findings"][-1]["text"] and "The card was left blocked" in found["draft"]
    assert card.state()["pin.tries"] == "0" and box.verify_by_opensc(FRESH_PIN) == "6983"
    everything = told(str(found))
    assert [one for one in [*personal(card), FRESH_PIN, "123457"] if one.lower() in everything] == []
    assert ask(box, "card", "show")["card"]["pin"]["state"] == "blocked"


def by_a_script(box, *options: str) -> dict[str, Any]:
    """Without a terminal: the code and both PINs are there from the start, the SMS when it was sent. OpenSC sees the card
    blocked while the service's SMS is waited for."""
    card = box.cards[0]
    ends = {name: os.pipe() for name in ("--pin-fd", "--code-fd", "--new-pin-fd", "--sms-fd")}
    page = box.code()
    for name, value in (("--pin-fd", FRESH_PIN), ("--code-fd", page), ("--new-pin-fd", NEW_PIN)):
        os.write(ends[name][1], value.encode() + b"\n")
    words = [word for name, (end, _) in ends.items() for word in (name, str(end))]
    process = box.start(KAMUPIN, "card", "probe", "--try-verify", "--sacrifice", "--try-unblock", "--acknowledge", "--json", *words,
                        *options, pass_fds=[end for end, _ in ends.values()])
    text = re.search(r"\d{6}", box.sms(1)[0]["text"]).group()
    assert box.verify_by_opensc(FRESH_PIN) == "6983"
    os.write(ends["--sms-fd"][1], text.encode() + b"\n")
    out, said = process.communicate(timeout=60)
    for pair in ends.values():
        for end in pair:
            os.close(end)
    assert process.returncode == 0, said
    found = read_json(subprocess.CompletedProcess([], 0, out, said))
    assert [one["status_word"] for one in found["findings"] if one["step"] == "unblock"] == [None, "9000"]
    puk = bytes.fromhex(card.state()["puk.value"]).decode()
    everything = told(out)
    assert [one for one in [*personal(card), FRESH_PIN, NEW_PIN, page, text, puk] if one.lower() in everything] == []
    assert card.state()["pin.tries"] == "3" and box.verify_by_opensc(NEW_PIN) == "9000"
    return found


def test_blocked_and_unblocked_by_a_script(sandbox):
    box = sandbox(["akis2"])
    found = by_a_script(box)
    assert "reset-after-authentication = 00 2C 02 81 known" in found["draft"]
    assert not [one for one in box.cards[0].commands() if one.startswith("002C00")]


def test_unblocked_by_the_puk_that_only_the_service_has(sandbox):
    """A row without external authentication: the PUK comes sealed from the service and from nowhere else, if it is allowed."""
    box = sandbox(["akis2:row=no-key-2:form=sealed-puk"])
    row = box.folder / "no-key-2.profile"
    row.write_text("kamupin-profile 1\nrow = no-key-2\nlike = akis-2\nexternal-authenticate = unknown\nrelay = unknown\n"
                   "reset-with-puk = 00 2C 00 81 candidate\n")
    found = by_a_script(box, "--sealed", "--profile-file", str(row))
    assert "reset-with-puk = 00 2C 00 81 known" in found["draft"] and "reset-after" not in found["draft"]
    assert len([one for one in box.cards[0].commands() if one.startswith("002C00")]) == 1


@pytest.mark.parametrize("words", [
    ["--sacrifice"], ["--try-verify", "--try-unblock"], ["--try-unblock"], ["--sacrifice", "--try-unblock"],
], ids=" ".join)
def test_a_step_without_the_one_before_it(sandbox, words):
    box = sandbox(["akis2"])
    refuse(box, "invalid-argument", "card", "probe", *words, "--acknowledge", secrets={"--pin-fd": FRESH_PIN})
    assert box.cards[0].commands() == []


def test_what_is_missing_is_said_before_anything_is_sent(sandbox):
    box = sandbox(["akis2"])
    words = ("card", "probe", "--try-verify", "--sacrifice")
    refuse(box, "not-acknowledged", *words, secrets={"--pin-fd": FRESH_PIN})
    refuse(box, "invalid-argument", *words, "--acknowledge")
    secrets = {"--pin-fd": FRESH_PIN, "--code-fd": "1", "--new-pin-fd": NEW_PIN, "--sms-fd": "1"}
    for missing in ("--code-fd", "--new-pin-fd", "--sms-fd"):
        refuse(box, "invalid-argument", *words, "--try-unblock", "--acknowledge",
               secrets={name: value for name, value in secrets.items() if name != missing})
    assert box.cards[0].commands() == []


@pytest.mark.parametrize("spec, status", [("akis2:puk=1", "puk-last-try"), ("akis2:puk=0", "card-dead"),
                                          ("idcard", "card-identity-card")])
def test_cards_that_are_not_blocked(sandbox, spec, status):
    box = sandbox([spec])
    card = box.cards[0]
    before = {key: value for key, value in card.state().items() if "tries" in key}
    refuse(box, status, "card", "probe", "--try-verify", "--sacrifice", "--acknowledge", secrets={"--pin-fd": FRESH_PIN})
    provoked(status)
    assert {key: value for key, value in card.state().items() if "tries" in key} == before
    assert len(costly(card.commands())) == (0 if spec == "idcard" else 1)


def test_a_card_that_nobody_could_unblock(sandbox):
    """No way to unblock v1.0 is known: with --try-unblock it is not blocked; without, what blocked looks like is learnt."""
    box = sandbox(["akis1"])
    card = box.cards[0]
    missing = {"--pin-fd": FRESH_PIN, "--code-fd": "1", "--new-pin-fd": NEW_PIN, "--sms-fd": "1"}
    words = ("card", "probe", "--try-verify", "--sacrifice", "--acknowledge")
    refuse(box, "command-unknown", *words, "--try-unblock", secrets=missing)
    assert len(costly(card.commands())) == 1 and card.state()["pin.tries"] == "3"
    found = ask(box, *words, secrets={"--pin-fd": FRESH_PIN})
    answers = [one["status_word"] for one in found["findings"] if one["step"] == "block"]
    assert len(answers) >= 3 and answers[-1] in ("6983", "6984", "63C0") and card.state()["pin.tries"] == "0"
    assert box.opensc("00A40000023F00", "00A40000023D00", "0020008006313233343536")[-1] == answers[-1]
