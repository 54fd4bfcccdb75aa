# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What people expect of any command: --quiet and --verbose, colours where they are wanted, terminals of few abilities.
# Not ours on the other end: the kernel's pty, Debian's PC/SC daemon.
"""Tests of the command's habits."""
from __future__ import annotations

import re

import pytest

from box import Box
from cli import FRESH_PIN, KAMUPIN, STATUS, alone, read_json
from terminal import Terminal
from test_cli_unblock import NEW, running, texts

SGR = re.compile(r"\x1b\[[0-9;]*m")


def unblock(box: Box, *options: str) -> tuple[str, str, list[str]]:
    """Standard output and error of an unblocking that went well, and its secrets."""
    code = box.code()
    with running(box, "pin", "unblock", "--acknowledge", "--lang", "en", *options) as run:
        run.give("--code-fd", code)
        run.give("--new-pin-fd", NEW)
        box.sms()
        sms = texts(box)[-1]["code"]
        run.give("--sms-fd", sms)
        run.no_more()
        out, err = run.process.communicate(timeout=60)
    assert run.process.returncode == 0, err
    return out, err, [code, NEW, sms]


def test_quiet_tells_results_alone(sandbox) -> None:
    box = sandbox(cards=["akis2:blocked"])
    out, err, _ = unblock(box, "--quiet")
    assert '"outcome": "done"' in out and err == ""
    assert box.verify_by_opensc(NEW) == "9000"


def test_quiet_tells_errors_and_asks(sandbox) -> None:
    box = sandbox(cards=["akis2:blocked"])
    with box.terminal(KAMUPIN, "pin", "unblock", "--quiet", "--lang", "en") as terminal:
        terminal.expect("Code on the web page: ")
        terminal.send("12")
        terminal.expect("! This cannot be the code on the web page.*Code on the web page: ")
        terminal.send(box.code())
        terminal.expect("Please read before you begin.*go on: Enter")
        terminal.send("")
        terminal.expect("New PIN .*: ")
        terminal.send("", end="\x03")
        assert terminal.wait() == STATUS["cancelled"]
        assert "→" not in terminal.text and "The card that is used" not in terminal.text
        assert "kamupin: " in terminal.text
    done = alone("card", "show", "--quiet", "--verbose")
    assert done.returncode == 2 and "--quiet, --verbose" in done.stderr


def test_verbose_tells_each_step_and_no_secret(sandbox) -> None:
    """All that the command ever says of an unblocking, searched for what must not be in it."""
    box = sandbox(cards=["akis2:blocked"])
    _, err, secrets = unblock(box, "--verbose")
    for step in (r"· Sim\S* .*: SELECT → 9000", r"GET CHALLENGE → 9000", r"EXTERNAL AUTHENTICATE → 9000", r"RESET RETRY COUNTER → 9000",
                 r"· GET /kamupin/v1/metadata → 200 \(\d+ ms\)", r"· POST /kamupin/v1/operations\S* → 20\d", "→ "):
        assert re.search(step, err), (step, err)
    card = box.cards[0].state()
    for secret in [*secrets, FRESH_PIN, bytes.fromhex(card["puk.value"]).decode(), card["auth.key"].lower(), card["sm.enc"].lower()]:
        assert secret not in err.lower() and secret.encode().hex() not in err.lower()
    assert not re.search(r"(?i)bearer|authorization:|ticket|[0-9a-f]{16}", err.replace(box.cards[0].card_id, ""))


def test_verbose_of_a_wrong_pin_shows_how_the_card_answered(sandbox) -> None:
    box = sandbox(cards=["akis2:rsa"])
    done = box.run(KAMUPIN, "pin", "change", "--unproven", "-v", "--lang", "en", secrets={"--old-pin-fd": "918273", "--new-pin-fd": NEW})
    assert done.returncode == STATUS["pin-wrong"]
    assert "CHANGE REFERENCE DATA → 63C2" in done.stderr
    assert "918273" not in done.stderr and NEW not in done.stderr and "393138323733" not in done.stderr


@pytest.mark.parametrize("env, coloured", [({"NO_COLOR": ""}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": "0"}, False),
                                           ({"NO_COLOR": "", "TERM": "dumb"}, False), ({"NO_COLOR": "", "TERM": ""}, False)])
def test_colours_are_where_they_are_wanted(sandbox, env, coloured) -> None:
    box = sandbox(cards=["akis2:blocked"])
    with box.terminal(KAMUPIN, "pin", "unblock", "--lang", "en", env=env) as terminal:
        terminal.expect("Code on the web page: ")
        terminal.send("12")
        terminal.expect("This cannot be the code")
        terminal.expect("Code on the web page: ")
        terminal.send("", end="\x03")
        assert terminal.wait() == STATUS["cancelled"]
        assert ("\x1b[33m! \x1b[0mThis cannot" in terminal.text) == coloured
        assert ("\x1b[31mkamupin: \x1b[0m" in terminal.text) == coloured
        assert bool(SGR.search(terminal.text)) == coloured
        if env.get("TERM") is not None:
            assert "\x1b" not in terminal.text
            terminal_lines = terminal.text.replace("\r\n", "\n")
            assert "kamupin: " in terminal_lines


def test_there_are_no_colours_off_a_terminal(sandbox) -> None:
    box = sandbox(cards=["akis2:blocked"])
    for argv in (["card", "list"], ["doctor", "--offline"], ["pin", "unblock"], ["card", "show", "--verbose"]):
        done = box.run(KAMUPIN, *argv, env={"TERM": "xterm-256color", "NO_COLOR": ""})
        assert "\x1b" not in done.stdout + done.stderr


def test_what_went_well_is_green_and_the_result_plain_for_programs(sandbox) -> None:
    box = sandbox(cards=["akis2:rsa"])
    with box.terminal(KAMUPIN, "pin", "change", "--unproven", "--lang", "en", env={"NO_COLOR": ""}) as terminal:
        for question, answer in (("Present PIN.*: ", FRESH_PIN), ("New PIN.*: ", NEW), (r"New PIN \(again\).*: ", NEW)):
            terminal.expect(question)
            terminal.send(answer)
        terminal.expect(re.escape("\x1b[32m") + "The PIN was changed.*" + re.escape("\x1b[0m"))
        assert terminal.wait() == 0
    assert read_json(box.run(KAMUPIN, "pin", "status", "--json", env={"NO_COLOR": ""}))["card"]["pin"]["state"] == "usable"


@pytest.mark.parametrize("lang", ["tr", "en"])
@pytest.mark.parametrize("columns", [60, 80, 132])
def test_help_and_information_fit_the_terminal(columns: int, lang: str) -> None:
    """Broken between words, and what stands beside a name stays beside it."""
    for line in ("--help", "help pin unblock", "cert revoke --help", "info"):
        with Terminal(["sh", "-c", f"stty cols {columns}; exec {KAMUPIN} {line} --lang {lang}"],
                      {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "TERM": "xterm"}) as terminal:
            assert terminal.wait() == 0
            lines = terminal.text.replace("\r", "").splitlines()
        whole = alone(*line.split(), lang=lang).stdout
        assert " ".join(" ".join(lines).split()) == " ".join(whole.split())
        assert [one for one in lines if len(one) > columns and "https://" not in one] == []
        if columns == 132 and "help pin" in line:
            assert "\n".join(lines) == whole.rstrip("\n")
