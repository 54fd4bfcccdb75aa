# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The command line of kamupin: usage errors, languages, pages are those of the catalogue. No reader and no service takes part.
"""Tests of the command line."""
from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from box import BUILD, ROOT
from cli import STATUS, alone, read_json

MANUALS = {"en": ROOT / "docs/man/kamupin.1", "tr": ROOT / "docs/man/tr/kamupin.1"}
COMMANDS = ["card list", "card show", "card probe", "card profile check", "card watch", "card sign", "pin status", "pin change", "pin unblock", "pin create", "pin resume",
            "order new", "order code", "order list", "cert list", "cert show", "cert status", "cert suspend", "cert unsuspend", "cert revoke", "cert activate",
            "cert watch", "consent show", "consent status", "consent give", "application list", "application show", "application submit",
            "authorised list", "authorised show", "authorised sign", "inquire debt", "doctor", "login", "logout", "security-word reset"]


@pytest.mark.parametrize("line", ["", "card", "pin", "pin unlock", "kart", "pin change extra", "card list Sim0",
                                  "card list --code-fd 3", "pin unblock --last-try", "pin change --new-pin-fd x",
                                  "pin change --new-pin-fd -1", "pin change --new-pin-fd", "card list --json=1",
                                  "card list --lang de", "card list --log loud", "card list -j"])
def test_usage_errors_end_2_and_point_to_the_help(line):
    done = alone(*line.split())
    assert done.returncode == STATUS["invalid-argument"] == 2
    assert done.stdout == ""
    _, hint = done.stderr.splitlines()  # what is wrong, and where the help is
    words = hint.removeprefix("Help: kamupin ").split()
    assert words[-1] == "--help" and words[:-1] == line.split()[:len(words) - 1]
    assert alone(*words).stdout.startswith("Usage: kamupin " + " ".join(words[:-1]))


@pytest.mark.parametrize("line, en, tr", [
    ("card list --json extra", "there is an argument too many", "fazladan bir şey yazılmış"),
    ("card list --json --pin-fd 3", "this command has no such option: --pin-fd", "bu komutta böyle bir seçenek yok: --pin-fd"),
    ("pin change --json", "give --old-pin-fd", "şunu verin: --old-pin-fd")])
def test_json_says_what_is_wrong_with_the_line(line, en, tr):
    """The sentence that people get on the screen, and the status' own beside it."""
    for lang, says in (("en", en), ("tr", tr)):
        done = alone(*line.split(), lang=lang)
        error = read_json(done)["error"]
        assert says in error["detail"] and f"kamupin: {error['detail']}\n" in done.stderr
        assert error["detail"] not in error["text"]


@pytest.mark.parametrize("line, en, tr", [
    ("cert list --role boss", "has to be one of these: --role individual|authorised", "bunlardan biri olmalı: --role individual|authorised"),
    ("cert watch --days soon", "has to be a whole number, 0 or more: --days", "0 ya da daha büyük bir tam sayı olmalı: --days"),
    ("cert watch --days=-1", "has to be a whole number, 0 or more: --days", "0 ya da daha büyük bir tam sayı olmalı: --days"),
    ("card sign --hash md5", "--hash sha256|sha384|sha512", "--hash sha256|sha384|sha512"),
    ("card sign --form x", "--form pkcs1|pss|raw|der", "--form pkcs1|pss|raw|der"),
    ("cert revoke x --factor fax", "--factor sms|web-password", "--factor sms|web-password"),
    ("card list --log loud", "--log error|warning|info|debug|trace", "--log error|warning|info|debug|trace"),
    ("cert suspend --reason bored", "--reason is lost, stolen, left-behind or other", "--reason: lost, stolen, left-behind ya da other"),
    ("cert revoke x --reason bored", "--reason is keyCompromise", "--reason: keyCompromise")])
def test_a_word_that_an_option_does_not_take_is_answered_with_those_that_it_takes(line, en, tr):
    for lang, says in (("en", en), ("tr", tr)):
        done = alone(*line.split(), lang=lang)
        assert done.returncode == 2 and says in done.stderr and "boss" not in done.stderr


@pytest.mark.parametrize("lang", ["en", "tr"])
def test_the_help_names_the_reasons(lang):
    """Of the command alone that takes them."""
    revoking, suspending = (alone("cert", verb, "--help", lang=lang).stdout for verb in ("revoke", "suspend"))
    for word in ("keyCompromise", "affiliationChanged", "superseded", "cessationOfOperation", "unspecified"):
        assert word in revoking.split("--version")[1] and word not in suspending.split("--version")[1]
    assert "left-behind" in suspending and "left-behind" not in revoking
    assert ("  --trust PATH " if lang == "en" else "  --trust YOL ") in alone("doctor", "--help", lang=lang).stdout


@pytest.mark.parametrize("line", ["pin unblock --code 789763691911715", "pin unblock --code=789763691911715",
                                  "pin unblock --puk 55512345", "pin unblock --puk=55512345",
                                  "pin change --new-pin=84026371", "pin unblock -p 55512345",
                                  "pin change 55512345", "pin unblock 789763691911715", "789763691911715",
                                  "pin 789763691911715"])
def test_nothing_takes_a_secret_on_the_command_line_and_none_is_repeated(line):
    done = alone(*line.split())
    assert done.returncode == 2
    for secret in ("789763691911715", "55512345", "84026371"):
        assert secret not in done.stdout + done.stderr


@pytest.mark.parametrize("words", ["", "card", "card profile", "pin unblock", "doctor", "cert revoke"])
def test_help_as_a_word_is_the_help_as_an_option(words):
    asked, meant = alone("help", *words.split()), alone(*words.split(), "--help")
    assert (asked.returncode, asked.stdout, asked.stderr) == (0, meant.stdout, "")
    assert alone("help", *words.split()[:1], "nothing").returncode == 2


@pytest.mark.parametrize("words, named", [(("card",), "card list"), (("card", "profile"), "card profile check"), (("pin",), "pin resume")])
def test_half_a_command_has_a_help(words, named):
    done = alone(*words, "--help")
    assert (done.returncode, done.stderr) == (0, "") and named in done.stdout


@pytest.mark.parametrize("lang, card, order", [("en", "[CARD]", "[ID]"), ("tr", "[KART]", "[KAYIT]")])
def test_the_help_shows_what_may_be_left_out(lang, card, order):
    assert f"  --card {card} " in alone("login", "--help", lang=lang).stdout
    assert f"  --card {card.strip('[]')} " in alone("pin", "unblock", "--help", lang=lang).stdout
    assert alone("order", "code", "--help", lang=lang).stdout.splitlines()[0].endswith(order)


def test_usage_errors_are_json_too():
    done = alone("pin", "change", "--puk", "x", "--json")
    assert done.returncode == 2
    assert read_json(done)["error"]["status"] == "invalid-argument"


@pytest.mark.parametrize("env, turkish", [
    ({"KAMUPIN_LANG": "tr", "LC_ALL": "en_GB.UTF-8"}, True), ({"KAMUPIN_LANG": "", "LC_ALL": "tr_TR.UTF-8"}, True),
    ({"KAMUPIN_LANG": "", "LC_ALL": "", "LC_MESSAGES": "tr_TR", "LANG": "en_US.UTF-8"}, True),
    ({"KAMUPIN_LANG": "", "LANG": "tr_TR.UTF-8"}, True), ({"KAMUPIN_LANG": "", "LANG": "de_DE.UTF-8"}, False),
    ({"KAMUPIN_LANG": "en", "LANG": "tr_TR.UTF-8"}, False), ({"KAMUPIN_LANG": ""}, False)])
def test_the_language_comes_from_the_environment(env, turkish):
    assert alone("--help", env=env).stdout.startswith("Kullanım:" if turkish else "Usage:")
    assert alone("--help", "--lang", "tr", env=env).stdout.startswith("Kullanım:")


def test_version():
    said = alone("--version").stdout
    project = re.search(r"project\(kamupin VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text())
    assert project and said.splitlines()[0] == f"kamupin {project[1]}"
    told = read_json(alone("--version", "--json"))
    assert told["version"] == project[1]
    assert said.splitlines()[1:] == [f"  {name:10} {version}" for name, version in told["built_with"].items()]
    for name, package in (("openssl", "openssl"), ("libcurl", "libcurl"), ("pcsc-lite", "libpcsclite"), ("jansson", "jansson")):
        asked = subprocess.run(["pkg-config", "--modversion", package], capture_output=True, text=True, check=True).stdout.strip()
        assert told["built_with"][name] == asked, name


@pytest.mark.parametrize("lang", ["tr", "en"])
def test_the_help_names_every_command_and_fits_a_terminal(lang):
    texts = [alone("--help", lang=lang).stdout]
    for command in COMMANDS:
        assert re.search(rf"^  {command} ", texts[0], re.M)
        texts.append(alone(*command.split(), "--help", lang=lang).stdout)
        assert command in texts[-1]
    for line in "\n".join(texts).splitlines():
        assert len(line) <= 80, line


@pytest.mark.parametrize("lang", ["tr", "en"])
def test_people_find_the_word_that_they_use(lang):
    """Row H02: the PIN is called şifre, and the card kilitli or bloke."""
    words = {"tr": ["şifre", "kilit", "bloke"], "en": ["unblock", "forgotten", "blocked"]}[lang]
    text = alone("--help", lang=lang).stdout
    assert [word for word in words if word not in text] == []


@pytest.mark.parametrize("word, lang, says", [
    ("şifre", "tr", "kamupin pin unblock"), ("kilit", "tr", "kamupin pin unblock"), ("bloke", "tr", "kamupin pin unblock"),
    ("sifremi", "tr", "kamupin pin unblock"), ("Password", "en", "kamupin pin unblock"), ("puk", "tr", "PUK hiçbir programda denenmez"),
    ("PUK", "en", "Try no PUK in any program")])
def test_the_word_that_people_use_as_a_command_leads_on(word, lang, says):
    done = alone(word, lang=lang)
    assert done.returncode == 2 and says in done.stderr.splitlines()[0]
    assert says in alone("pin", word, lang=lang).stderr.splitlines()[0]
    assert says not in alone("kart", lang=lang).stderr


def test_the_manuals_one_line_has_the_words_that_people_use():
    """man -k looks at nothing else of a page."""
    line = re.search(r"^\.Nd (.+)$", MANUALS["tr"].read_text(), re.M)
    assert [word for word in ("şifre", "kilit", "bloke", "PIN") if word not in line[1]] == []


def test_pages_and_exit_codes_are_those_of_the_catalogue():
    done = subprocess.run([sys.executable, str(ROOT / "scripts" / "gen-error-pages"), "--check", "--program",
                           str(BUILD / "bin" / "example-statuses")], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_gen_error_pages_sees_a_difference(tmp_path):
    """The check can fail: a catalogue with one sentence changed."""
    said = subprocess.run([str(BUILD / "bin" / "example-statuses")], capture_output=True, text=True, check=True)
    lines = said.stdout.splitlines()
    changed = lines[-1].rsplit("\t", 1)[0] + "\tSomething else."
    program = tmp_path / "statuses"
    program.write_text("#!/bin/sh\ncat <<'EOF'\n" + "\n".join(lines[:-1] + [changed]) + "\nEOF\n")
    program.chmod(0o700)
    done = subprocess.run([sys.executable, str(ROOT / "scripts" / "gen-error-pages"), "--check", "--program",
                           str(program)], capture_output=True, text=True)
    assert done.returncode == 1
    assert changed.split("\t")[1] in done.stderr


@pytest.mark.parametrize("command", ["unblock", "create"])
def test_a_service_is_needed_and_said_so_before_anything_is_asked(command):
    done = alone("pin", command, "--json", lang="tr")
    assert done.returncode == STATUS["url-refused"]
    assert "KAMUPIN_SERVICE" in done.stderr and len(done.stderr.splitlines()) == 1
    assert json.loads(done.stdout)["error"]["status"] == "url-refused"


@pytest.mark.parametrize("line", ["--version", "--help", "pin unblock --help", "info"])
@pytest.mark.parametrize("redirect", ["> /dev/full", ">&-"])
def test_what_could_not_be_written_is_no_success(line, redirect):
    done = subprocess.run(["/bin/sh", "-c", f'exec "$0" "$@" {redirect}', str(BUILD / "bin" / "kamupin"), *line.split()], capture_output=True,
                          text=True, timeout=30, env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "KAMUPIN_LANG": "tr"})
    assert done.returncode == 125 and "standart çıktıya yazılamadı" in done.stderr
