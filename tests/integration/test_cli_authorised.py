# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# kamupin authorised list, show and sign: at a terminal and for programs, in both languages. Not ours on the other end: the sandbox's
# service has `openssl cms -verify` judge the signature, and Python's hashlib the bytes that were written.
"""Tests of the lists of an authorised person, by the command."""
from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli import KAMUPIN, STATUS, read_line
from cli_life import CTRL_C, PIN, Person, fits
from terminal import Terminal

SIGN = ("authorised", "sign", "--unproven")


@pytest.fixture
def person() -> Iterator[Person]:
    with Person(["akis2:rsa"]) as made:
        yield made


def waiting(person: Person) -> str:
    (found,) = [one["list_id"] for one in person.ask("authorised", "list")["lists"] if one["state"] == "waiting"]
    name: str = found
    return name


@pytest.mark.parametrize("lang, waits, ask, word, pin, done", [
    ("en", "waiting", "type yes", "yes", "PIN: ", "was signed and submitted"),
    ("tr", "bekliyor", "evet yazın", "evet", r"PIN \(e-imza şifresi\): ", "imzalandı ve gönderildi")])
def test_a_list_is_shown_asked_about_and_signed(person: Person, lang: str, waits: str, ask: str, word: str, pin: str, done: str) -> None:
    which = waiting(person)
    with person.terminal("authorised", "list", lang=lang) as terminal:
        assert terminal.wait() == 0 and which in terminal.text and waits in terminal.text and fits(terminal.text)
    with person.terminal(*SIGN, which, lang=lang) as terminal:
        terminal.expect("IŞIK ÇAĞRI ÖZGÜR")
        terminal.expect(ask)
        terminal.send(word)
        terminal.expect(pin)
        terminal.send(PIN)
        terminal.expect(done)
        assert terminal.wait() == 0 and fits(terminal.text) and f": {PIN}" not in terminal.text
    shown = person.ask("authorised", "show", which)["list"]
    assert shown["state"] == "signed" and shown["signed_at"]
    said = person.refused("list-signed", *SIGN, which, "--acknowledge", pin_fd=PIN + "\n")
    assert said["error"]["origin"] == "local"


def test_the_rows_and_the_bytes_say_the_same(person: Person, tmp_path: Path) -> None:
    which = waiting(person)
    shown = person.ask("authorised", "show", which, "--out", str(tmp_path / "list"))["list"]
    content = json.loads((tmp_path / "list").read_bytes())
    assert content["list_id"] == which and len(content["rows"]) == shown["entries"] == len(shown["rows"])
    assert content["rows"] == shown["rows"]
    assert person.run("authorised", "show", which, "--out", str(tmp_path / "none" / "x"))[0] == STATUS["invalid-argument"]
    made = person.ask(*SIGN, which, "--acknowledge", pin_fd=PIN + "\n")["list"]
    assert made["state"] == "signed"


def test_who_gives_up_signs_nothing(person: Person) -> None:
    which = waiting(person)
    with person.terminal(*SIGN, which) as terminal:
        terminal.expect("type yes")
        terminal.send(CTRL_C, end="")
        assert terminal.wait() == STATUS["cancelled"]
    person.refused("pin-wrong", *SIGN, which, "--acknowledge", pin_fd="654321\n")
    assert waiting(person) == which


def test_with_json_the_rows_are_read_at_the_terminal(person: Person, tmp_path: Path) -> None:
    which, out = waiting(person), tmp_path / "out"
    with Terminal(["/bin/sh", "-c", 'out=$1; shift; exec "$0" "$@" > "$out"', KAMUPIN, str(out), *SIGN, which, "--json"], person.env) as terminal:
        terminal.expect("IŞIK ÇAĞRI ÖZGÜR.*type yes")
        terminal.send("yes")
        terminal.expect("PIN: ")
        terminal.send(PIN)
        assert terminal.wait() == 0
    assert read_line(out.read_text())["list"]["state"] == "signed"


@pytest.mark.parametrize("problem", ["list-changed", "list-signed", "signature-refused"])
def test_what_the_service_refuses(person: Person, problem: str) -> None:
    which = waiting(person)
    person.box.control.post("/faults", {"call": "sign-list", "action": "problem", "problem": problem})
    person.refused(problem, *SIGN, which, "--acknowledge", pin_fd=PIN + "\n")
    assert waiting(person) == which


def test_every_refusal(person: Person, tmp_path: Path) -> None:
    person.refused("list-unknown", "authorised", "show", "lst-AAECAwQFBgcICQoL")
    for words in (("show",), ("sign",), ("sign", "lst-x"), ("sign", "lst-x", "--acknowledge"), ("list", "x")):
        assert person.run("authorised", *words)[0] == STATUS["invalid-argument"]
    person.box.control.post("/faults", {"call": "authorised-lists", "action": "problem", "problem": "role-refused"})
    person.refused("role-refused", "authorised", "list")
    (tmp_path / "r").mkdir(mode=0o700)
    person.refused("login-required", "authorised", "list", env={"XDG_RUNTIME_DIR": str(tmp_path / "r")})
