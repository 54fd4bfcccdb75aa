# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# card probe: what it sends by itself and what it needs a word for; that neither report nor draft tells anything of the
# card or its holder. Not ours on the other end: pcscd, vpcd, and Python's cryptography, which says what a certificate
# holds. The cards are this project's: a probe's findings on them prove nothing about a real card.
"""Tests of card probe."""
from __future__ import annotations

import base64
import json
import subprocess

import pytest
from cryptography import x509

from attempt import costly
from cli import FRESH_PIN, KAMUPIN, STATUS, ask, read_json, refuse
from foreign import PROFILES

STEPS = ("--try-verify", "--try-empty-verify", "--try-change")
READ_ONLY = {"A4", "B0", "CB", "C0"}


def personal(card) -> list[str]:
    """Everything that names the card or its holder, in the ways in which it might be written down."""
    state = card.state()
    words = [card.reader]
    if "serial" in state:
        words.append(state["serial"])
    if card.card_id:
        words.append(card.card_id.split(":")[1])
    for key, value in state.items():
        if not key.startswith("file ") or not value.startswith("3082"):
            continue
        der = bytes.fromhex(value)
        certificate = x509.load_der_x509_certificate(der)
        words += [part.value for part in certificate.subject] + [f"{certificate.serial_number:x}", str(certificate.serial_number)]
        for start in range(0, len(der) - 16, 16):  # any sixteen bytes of it, as hex or base64
            words += [der[start:start + 16].hex(), base64.b64encode(der[start:start + 15]).decode()]
    assert len(words) > 60 or not any(value.startswith("3082") for value in state.values())
    return [word for word in words if len(word) > 2 and word.lower() not in ("tr", "tur")]


def told(*texts: str) -> str:
    return "\n".join(texts).replace(" ", "").lower()


@pytest.mark.parametrize("spec", ["akis2", "akis1", "akis2:blocked", "akis2:unset", "akis2:no-certs"])
def test_by_itself_it_only_reads_and_tells_nothing_personal(sandbox, spec, tmp_path):
    box = sandbox([spec])
    card = box.cards[0]
    before = card.state()
    card.mark("probe")
    found = ask(box, "card", "probe")
    assert {one[2:4] for one in card.commands("probe")} - {"CA"} <= READ_ONLY  # CA: the listing reads v1.0's serial
    assert costly(card.commands("probe")) == [] and card.state() == before
    assert [step for step in dict.fromkeys(one["step"] for one in found["findings"])] == [
        "atr", "mf", "identity-folder", "application", "certificate", "certificates", "tries"]
    report = {lang: box.run(KAMUPIN, "card", "probe", "--lang", lang).stdout for lang in ("tr", "en")}
    assert report["tr"] != report["en"]
    everything = told(json.dumps(found), *report.values())
    assert [word for word in personal(card) if word.replace(" ", "").lower() in everything] == []
    draft = tmp_path / "card.profile"
    done = box.run(KAMUPIN, "card", "probe", "--draft", str(draft))
    assert done.returncode == 0 and draft.read_text() == found["draft"] and "kamupin-profile" not in done.stdout
    assert ask(box, "card", "profile", "check", str(draft))["rows"][0]["row"] == "draft"
    if spec != "akis2:no-certs":
        used = ask(box, "card", "show", "--profile-file", str(draft))["card"]
        assert (used["profile"], used["kind"], used["card_id"]) == ("draft", "signature", card.card_id)


def test_a_draft_that_cannot_be_written_is_not_lost(sandbox, tmp_path):
    box = sandbox(["akis2"])
    for lang, word in (("tr", "taslak"), ("en", "draft")):
        done = box.run(KAMUPIN, "card", "probe", "--draft", str(tmp_path / "none" / "draft"), "--lang", lang)
        wanted = ask(box, "card", "probe", "--lang", lang)["draft"]
        assert done.returncode == 2 and wanted in done.stdout and word in done.stderr


@pytest.mark.parametrize("lang, word", [("tr", "zaten var"), ("en", "is there already")])
def test_a_draft_that_somebody_worked_on_is_not_written_over(sandbox, tmp_path, lang, word):
    """It is refused before the card is asked anything; an empty file and standard output are no work of anybody's."""
    box = sandbox(["akis2"])
    mine, empty = tmp_path / "mine.profile", tmp_path / "empty.profile"
    mine.write_text("mine")
    empty.touch()
    box.cards[0].mark("refused")
    done = box.run(KAMUPIN, "card", "probe", "--draft", str(mine), "--lang", lang, "--json")
    assert done.returncode == 2 and mine.read_text() == "mine" and box.cards[0].commands("refused") == []
    assert word in done.stderr and read_json(done)["error"]["detail"].endswith(f": {mine}")
    assert box.run(KAMUPIN, "card", "probe", "--draft", str(empty)).returncode == 0
    assert empty.read_text().startswith("#")
    with (tmp_path / "report").open("w") as report:
        report.write("before\n")
        report.flush()
        done = subprocess.run([KAMUPIN, "card", "probe", "--draft", "/dev/stdout"], env=box.env, stdout=report, check=False)
    assert done.returncode == 0 and empty.read_text() in (tmp_path / "report").read_text()


def test_a_card_that_nobody_here_wrote(foreign, tmp_path):
    """vpicc's card ends over a wanted FCI (P2 00 or 04: a mistake of its own); a probe leaves it alive, twice, and its
    draft opens it."""
    draft = tmp_path / "card.profile"
    for _ in range(2):
        done = foreign.kamupin("card", "probe", "--json")
        assert done.returncode == 0, done.stderr
        found = read_json(done)
        assert foreign.alive()
    assert [one["step"] for one in found["findings"]] == ["atr", "atr", "mf", *["identity-folder"] * 3, *["application"] * 3, "end"]
    assert {one["status_word"] for one in found["findings"] if one["step"] in ("identity-folder", "application")} == {"6A82"}
    assert foreign.sent and all(one[:4] == "00A4" and one[6:8] == "0C" for one in foreign.sent)
    assert "select-answer = none" in found["draft"] and "application = mf" in found["draft"]
    draft.write_text(found["draft"])
    shown = read_json(foreign.kamupin("card", "show", "--profile-file", str(draft), "--json"))["card"]
    assert (shown["profile"], shown["kind"], shown["usable"]["status"]) == ("draft", "other", "ok")
    piv = tmp_path / "piv.profile"  # a row that matches every card lends its application, which this one has not
    piv.write_text((PROFILES / "piv.profile").read_text() + "select-answer = none\n")
    found = read_json(foreign.kamupin("card", "probe", "--profile-file", str(piv), "--json"))
    assert [one["command"][:12] for one in found["findings"] if one["step"] == "application"][:2] == ["00A4040C09A0", "00A4040C0750"]
    assert foreign.alive() and "application = mf" in found["draft"]
    done = foreign.kamupin("card", "probe", "--try-verify", "--acknowledge", "--pin-fd", "0", "--json")
    assert read_json(done)["error"]["status"] == "card-unsupported" and foreign.alive()
    assert not {one[2:4] for one in foreign.sent} - {"A4"}


def test_what_a_row_wants_protected_is_in_check_and_draft(sandbox, tmp_path):
    """`like` alone would lose the word of a row from a file."""
    box = sandbox(["akis2"])
    desk, draft = tmp_path / "desk.profile", tmp_path / "card.profile"
    desk.write_text("kamupin-profile 1\nrow = desk\nlike = akis-2\nsecure-messaging = 3des\nprotected = change verify\n"
                    "row = desk-b\nlike = akis-1\n")
    rows = ask(box, "card", "profile", "check", str(desk))["rows"]
    assert [(row["secure_messaging"], row["protected"]) for row in rows] == [("3des", "verify change"), ("none", "none")]
    for lang in ("tr", "en"):
        said = box.run(KAMUPIN, "card", "profile", "check", str(desk), "--lang", lang).stdout
        assert "3des\n" in said and "verify change\n" in said
    found = ask(box, "card", "probe", "--profile-file", str(desk))
    assert "secure-messaging = 3des\nprotected = verify change\n" in found["draft"]
    draft.write_text(found["draft"])
    (row,) = ask(box, "card", "profile", "check", str(draft))["rows"]
    assert (row["secure_messaging"], row["protected"]) == ("3des", "verify change")
    plain = ask(box, "card", "probe")["draft"]
    assert "secure-messaging = aes\nprotected = none\n" in plain


def test_an_identity_card_is_asked_nothing_more(sandbox):
    box = sandbox(["idcard"])
    card = box.cards[0]
    found = ask(box, "card", "probe")
    assert found["draft"] is None and found["findings"][-1]["step"] == "end"
    assert {one[2:4] for one in card.commands()} == {"A4"} and not any("3D00" in one or "504B" in one for one in card.commands())
    refuse(box, "card-identity-card", "card", "probe", *STEPS, "--acknowledge", secrets={"--pin-fd": FRESH_PIN})
    assert costly(card.commands()) == []


def test_each_step_with_a_pin_needs_its_word(sandbox):
    box = sandbox(["akis2"])
    card = box.cards[0]
    refuse(box, "not-acknowledged", "card", "probe", *STEPS, secrets={"--pin-fd": FRESH_PIN})
    said = box.run(KAMUPIN, "card", "probe", *STEPS, "--lang", "en", secrets={"--pin-fd": FRESH_PIN}).stderr
    assert [word in said for word in ("once. A wrong PIN spends a try", "VERIFY without data", "CHANGE replaces", "--acknowledge")] == [True] * 4
    refuse(box, "invalid-argument", "card", "probe", "--try-change", "--acknowledge", secrets={"--pin-fd": FRESH_PIN})
    refuse(box, "invalid-argument", "card", "probe", "--try-verify", "--acknowledge")
    assert costly(card.commands()) == []
    ask(box, "card", "probe", "--try-verify", "--acknowledge", secrets={"--pin-fd": FRESH_PIN})
    assert [one[:8] for one in costly(card.commands())] == ["00200081"]


@pytest.mark.parametrize("spec, status", [("akis2:tries=1", "pin-last-try"), ("akis2:blocked", "pin-blocked"), ("akis2:unset", "pin-not-set")])
def test_nobody_types_a_pin_that_would_not_be_sent(sandbox, spec, status):
    box = sandbox([spec])
    with box.terminal(KAMUPIN, "card", "probe", "--try-verify", "--lang", "en") as terminal:
        assert terminal.wait() == STATUS[status]
        assert "go on: Enter" not in terminal.text and f": {status}" in terminal.text
    assert costly(box.cards[0].commands()) == []


def test_the_steps_with_the_right_pin(sandbox, tmp_path):
    box = sandbox(["akis2"])
    card = box.cards[0]
    found = ask(box, "card", "probe", *STEPS, "--acknowledge", secrets={"--pin-fd": FRESH_PIN})
    steps = [(one["step"], one["command"], one["status_word"]) for one in found["findings"] if "verify" in one["step"] or
             one["step"] == "change"]
    assert steps[0] == ("verify", "00200081", "9000") and steps[1][:2] == ("empty-verify", "00200081")
    assert steps[-1] == ("change", "00240081", "9000")
    assert card.state()["pin.tries"] == "3" and box.verify_by_opensc(FRESH_PIN) == "9000"
    assert "verify = 00 20 00 81 known" in found["draft"] and "change = 00 24 00 81 known" in found["draft"]
    assert "VERIFY without data answered" in found["draft"]
    everything = told(json.dumps(found))
    assert FRESH_PIN not in everything and FRESH_PIN.encode().hex() not in everything
    assert [word for word in personal(card) if word.replace(" ", "").lower() in everything] == []
    draft = tmp_path / "card.profile"
    draft.write_text(found["draft"])
    assert ask(box, "pin", "change", "--profile-file", str(draft),  # known now: no --unproven
               secrets={"--old-pin-fd": FRESH_PIN, "--new-pin-fd": "84026371"})["changed"] is True


def test_a_wrong_pin_spends_one_try_and_ends_it(sandbox):
    box = sandbox(["akis2"])
    card = box.cards[0]
    done = box.run(KAMUPIN, "card", "probe", *STEPS, "--acknowledge", "--json", secrets={"--pin-fd": "654321"})
    said = read_json(done)
    assert said["error"]["status"] == "pin-wrong" and said["error"]["tries_left"] == 2
    assert len(costly(card.commands())) == 1 and card.state()["pin.tries"] == "2"
    assert said["findings"][-1]["status_word"] == "63C2" and "known" not in said["draft"].split("kamupin-profile 1")[1]


def test_a_last_try_is_never_risked(sandbox):
    box = sandbox(["akis2:tries=1"])
    refuse(box, "pin-last-try", "card", "probe", *STEPS, "--acknowledge", secrets={"--pin-fd": FRESH_PIN})
    assert costly(box.cards[0].commands()) == []


def test_a_person_is_asked_before_each_step(sandbox):
    box = sandbox(["akis2"])
    with box.terminal(KAMUPIN, "card", "probe", *STEPS, "--lang", "en") as terminal:
        terminal.expect("VERIFY sends the PIN.*I have read this, go on")
        assert costly(box.cards[0].commands()) == []
        terminal.send("")
        terminal.expect("PIN: ")
        terminal.send(FRESH_PIN)
        terminal.expect("Whether a VERIFY without data.*I have read this, go on")
        assert len(costly(box.cards[0].commands())) == 1
        terminal.send("\x03", end="")
        terminal.expect("Draft of a profile")
        assert terminal.wait() == 4
    assert len(costly(box.cards[0].commands())) == 1
