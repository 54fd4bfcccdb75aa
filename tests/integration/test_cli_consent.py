# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# kamupin consent show, status and give: at a terminal and for programs, in both languages. Not ours on the other end: `openssl cms
# -verify` judges the signature that the service was given.
"""Tests of the e-consent, by the command."""
from __future__ import annotations

import base64
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from box import until
from cli import KAMUPIN, STATUS, read_line
from cli_life import CTRL_C, PIN, Person, fits
from terminal import Terminal

GIVE = ("consent", "give", "--unproven")


@pytest.fixture
def person() -> Iterator[Person]:
    with Person(["akis2:rsa"]) as made:
        yield made


def by_openssl(person: Person, folder: Path) -> str:
    """The text of the last consent that was signed, after openssl has verified the signature."""
    signature = person.box.control.get("/consents")["consents"][-1]["signature"]
    der = base64.urlsafe_b64decode(signature + "==")
    (folder / "cms.der").write_bytes(der)
    done = subprocess.run(["openssl", "cms", "-verify", "-inform", "der", "-in", str(folder / "cms.der"), "-CAfile", person.env["KAMUPIN_TRUST"],
                           "-purpose", "any", "-binary"], capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


@pytest.mark.parametrize("lang, none, ask, word, pin, given", [
    ("en", "was not given", "type yes", "yes", "PIN: ", "was given and accepted"),
    ("tr", "verilmedi", "evet yazın", "evet", r"PIN \(e-imza şifresi\): ", "verildi ve kabul edildi")])
def test_the_text_is_shown_asked_about_and_signed(person: Person, tmp_path: Path, lang: str, none: str, ask: str, word: str, pin: str,
                                                  given: str) -> None:
    """What openssl finds signed is what was shown, in the person's language."""
    for words in (("consent",), ("consent", "status")):
        assert none in person.plain(*words, lang=lang).stdout
    with person.terminal(*GIVE, lang=lang) as terminal:
        terminal.expect(ask)
        terminal.send(word)
        terminal.expect(pin)
        terminal.send("654321")
        terminal.expect("! ")
        terminal.expect(pin)
        terminal.send(PIN)
        terminal.expect(given)
        assert terminal.wait() == 0 and fits(terminal.text) and PIN not in terminal.text
        shown = " ".join(terminal.text.split())
    signed = by_openssl(person, tmp_path)
    assert " ".join(signed.split()) in shown and ("E-ONAY" in signed) == (lang == "tr")
    said = person.ask("consent", "status")["consent"]
    assert said["state"] == "accepted" and said["at"]
    for words in (GIVE + ("--acknowledge",), ("consent", "show")):
        person.refused("consent-given", *words, **({"pin_fd": PIN + "\n"} if words[1] == "give" else {}))


def test_for_programs(person: Person, tmp_path: Path) -> None:
    for more, secrets, option in (((), {}, "--pin-fd"), ((), {"pin_fd": PIN + "\n"}, "--acknowledge")):
        assert person.run(*GIVE, *more, **secrets)[0] == STATUS["invalid-argument"]
        assert option in person.plain(*GIVE, *(("--pin-fd", "0") if secrets else ())).stderr
    shown = person.ask("consent", "show", "--out", str(tmp_path / "text"))
    assert (tmp_path / "text").read_bytes() == shown["consent_text"].encode()
    person.refused("pin-wrong", *GIVE, "--acknowledge", pin_fd="654321\n")
    assert person.ask("consent", "status")["consent"]["state"] == "pending"
    for lang, says in (("tr", "imzanızı bekliyor"), ("en", "waits to be signed")):
        assert says in person.plain("consent", lang=lang).stdout
    said = person.ask(*GIVE, "--acknowledge", pin_fd=PIN + "\n")
    assert said["consent"]["state"] == "accepted" and by_openssl(person, tmp_path) == said["consent_text"]


def test_who_gives_up_signs_nothing(person: Person) -> None:
    with person.terminal(*GIVE) as terminal:
        terminal.expect("type yes")
        terminal.send("no")
        terminal.send(CTRL_C, end="")
        assert terminal.wait() == STATUS["cancelled"]
    person.box.cards[0].eject()
    until(lambda: not person.box.readers(present=True), what="a reader without its card")
    assert person.run(*GIVE, "--acknowledge", pin_fd=PIN + "\n")[0] == STATUS["no-card"]
    assert person.ask("consent", "status")["consent"]["state"] == "pending"  # its text was given out, and is not signed
    assert not [one for one in person.box.cards[0].commands() if one[2:4].upper() == "20" and len(one) > 10]


def test_a_refused_consent_and_a_signature_that_is_not_taken(person: Person) -> None:
    person.box.control.post("/faults", {"call": "submit-consent", "action": "problem", "problem": "signature-refused"})
    person.refused("signature-refused", *GIVE, "--acknowledge", pin_fd=PIN + "\n")
    person.box.control.post("/faults", {"call": "submit-consent", "action": "problem", "problem": "consent-expired"})
    person.refused("consent-expired", *GIVE, "--acknowledge", pin_fd=PIN + "\n")
    person.ask(*GIVE, "--acknowledge", pin_fd=PIN + "\n")
    person.box.control.post("/consents", {"user": "deneme", "state": "refused"})
    for lang, word in (("tr", "kabul edilmedi"), ("en", "was not accepted")):
        assert word in person.plain("consent", lang=lang).stdout


def test_without_a_session_each_says_to_log_in(person: Person, tmp_path: Path) -> None:
    (tmp_path / "r").mkdir(mode=0o700)
    alone = {"XDG_RUNTIME_DIR": str(tmp_path / "r")}
    for words in (("show",), ("status",)):
        person.refused("login-required", "consent", *words, env=alone)
    person.refused("login-required", *GIVE, "--acknowledge", env=alone, pin_fd=PIN + "\n")


def test_with_json_the_text_is_read_at_the_terminal(person: Person, tmp_path: Path) -> None:
    """Standard output is a program's; whoever is asked reads what they sign above the question."""
    out = tmp_path / "out"
    with Terminal(["/bin/sh", "-c", 'out=$1; shift; exec "$0" "$@" > "$out"', KAMUPIN, str(out), *GIVE, "--json"], person.env) as terminal:
        terminal.expect("E-CONSENT.*DENEME KULLANICI.*type yes")
        terminal.send("yes")
        terminal.expect("PIN: ")
        terminal.send(PIN)
        assert terminal.wait() == 0
    said = read_line(out.read_text())
    assert said["consent"]["state"] == "accepted" and by_openssl(person, tmp_path) == said["consent_text"]
