# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# pin change: from descriptors and at a terminal. Not ours on the other end: OpenSC says which PIN the card
# takes, the kernel's pty says what was echoed.
"""Tests of pin change."""
from __future__ import annotations

import os
import signal
import subprocess
import termios

import pytest

from cli import FRESH_PIN, KAMUPIN, STATUS, ask, pin_commands, refuse

NEW = "84026371"


def secrets(old: str = FRESH_PIN, new: str = NEW) -> dict[str, str]:
    return {"--old-pin-fd": old, "--new-pin-fd": new}


def test_an_unproven_command_is_not_sent_unless_said_so(sandbox):
    """The v2.x change command is known only as a candidate; a wrong guess could cost a try."""
    box = sandbox(cards=["akis2"])
    refuse(box, "command-unproven", "pin", "change", secrets=secrets())
    assert pin_commands(box.cards[0].commands()) == []


@pytest.mark.parametrize("new", [NEW, FRESH_PIN, "1" * 12])
def test_a_pin_is_changed_from_descriptors(sandbox, new):
    box = sandbox(cards=["akis2"])
    assert ask(box, "pin", "change", "--unproven", secrets=secrets(new=new))["changed"] is True
    assert box.verify_by_opensc(new) == "9000"


def test_a_pin_of_a_v1_card_is_changed(sandbox):
    box = sandbox(cards=["akis1"])
    assert ask(box, "pin", "change", secrets=secrets())["changed"] is True
    assert bytes.fromhex(box.cards[0].state()["pin.value"]).rstrip(b"\0\xff").decode() == NEW


def test_a_wrong_pin_spends_one_try_and_is_not_tried_again(sandbox):
    box = sandbox(cards=["akis2"])
    error = refuse(box, "pin-wrong", "pin", "change", "--unproven",
                   secrets=secrets(old="654321\n654322\n" + FRESH_PIN))
    assert error["tries_left"] == 2
    assert box.cards[0].state()["pin.tries"] == "2"


def test_the_last_try_is_not_risked_unless_said_so(sandbox):
    box = sandbox(cards=["akis2:tries=1"])
    refuse(box, "pin-last-try", "pin", "change", "--unproven", secrets=secrets())
    assert box.cards[0].state()["pin.tries"] == "1"
    ask(box, "pin", "change", "--unproven", "--last-try", secrets=secrets())
    assert box.verify_by_opensc(NEW) == "9000"


@pytest.mark.parametrize("given, status", [
    ({"new": "12345"}, "pin-too-short"), ({"new": "1234567890123"}, "pin-too-long"),
    ({"new": "12345a"}, "pin-not-digits"), ({"new": ""}, "pin-too-short"), ({"new": "9" * 2000}, "pin-too-long"),
    ({"new": "１２３４５６"}, "pin-not-digits"), ({"old": "12345"}, "pin-too-short"), ({"old": "parolam"}, "pin-not-digits")])
def test_what_can_be_no_pin_never_reaches_the_card(sandbox, given, status):
    box = sandbox(cards=["akis2"])
    refuse(box, status, "pin", "change", "--unproven", secrets=secrets(**given))
    assert pin_commands(box.cards[0].commands()) == []


@pytest.mark.parametrize("spec, status", [("akis2:blocked", "pin-blocked"), ("akis2:unset", "pin-not-set"),
                                          ("akis2:dead", "card-dead"), ("idcard", "card-identity-card"),
                                          ("empty", "no-card")])
def test_a_card_that_refuses_anyway_is_not_asked(sandbox, spec, status):
    box = sandbox(cards=[spec])
    refuse(box, status, "pin", "change", secrets=secrets())
    if spec != "empty":
        assert pin_commands(box.cards[0].commands()) == []


@pytest.mark.parametrize("given", [{}, {"--old-pin-fd": FRESH_PIN}, {"--new-pin-fd": NEW}])
def test_without_a_terminal_descriptors_are_needed(sandbox, given):
    box = sandbox(cards=["akis2"])
    done = box.run(KAMUPIN, "pin", "change", secrets=given)
    assert done.returncode == 2
    assert "-pin-fd" in done.stderr


ECHO = termios.ECHO | termios.ICANON | termios.ISIG


def flags(terminal) -> int:
    """Whether the terminal echoes, edits lines and makes signals, as a shell leaves it: all three."""
    return termios.tcgetattr(terminal.master)[3] & ECHO


def test_a_person_changes_the_pin_and_nothing_typed_is_shown(sandbox):
    box = sandbox(cards=["akis2"])
    with box.terminal(KAMUPIN, "pin", "change", "--unproven", "--lang", "tr") as terminal:
        terminal.expect("PUK ile işlem yapmayın")
        terminal.expect(r"Şimdiki PIN \(e-imza şifresi\): ")
        assert flags(terminal) == termios.ISIG
        terminal.send("123455\x7f6", end="")
        terminal.expect("•{6}")
        terminal.send("")
        terminal.expect(r"Yeni PIN \(6-12 rakam\): ")
        terminal.send("84026")
        terminal.expect(r"\(tekrar\): ")
        terminal.send("84026")
        terminal.expect("! .*çok kısa.*Yeni PIN ")
        terminal.send(NEW)
        terminal.expect(r"\(tekrar\): ")
        terminal.send("84026372")
        terminal.expect("! .*iki kez aynı.*Yeni PIN ")
        terminal.send("\x15\x1b[A" + NEW)
        terminal.expect(r"\(tekrar\): ")
        terminal.send(NEW)
        terminal.expect("değiştirildi")
        assert terminal.wait() == 0
        assert flags(terminal) == ECHO
        for secret in (FRESH_PIN, "84026"):
            assert secret not in terminal.text
    assert box.verify_by_opensc(NEW) == "9000"


def test_a_person_who_mistypes_the_pin_decides_about_the_next_try(sandbox):
    box = sandbox(cards=["akis2"])
    with box.terminal(KAMUPIN, "pin", "change", "--unproven", "--lang", "en") as terminal:
        terminal.expect("Present PIN: ")
        terminal.send("654321")
        terminal.expect("New PIN")
        terminal.send(NEW)
        terminal.expect("again")
        terminal.send(NEW)
        terminal.expect(r"! .*Tries\s+left:\s+2.*Present PIN: ")
        terminal.send(FRESH_PIN)
        assert terminal.wait() == 0
    assert box.verify_by_opensc(NEW) == "9000"


@pytest.mark.parametrize("how", ["key", "SIGINT", "SIGTERM", "SIGHUP", "end"])
def test_giving_up_at_a_prompt_restores_the_terminal(sandbox, how):
    box = sandbox(cards=["akis2"])
    with box.terminal(KAMUPIN, "pin", "change", "--unproven", "--lang", "en") as terminal:
        terminal.expect("Present PIN: ")
        assert flags(terminal) == termios.ISIG
        if how in ("key", "end"):
            terminal.send({"key": "\x03", "end": "\x04"}[how], end="")
        else:
            os.kill(terminal.process.pid, getattr(signal, how))
        assert terminal.wait() == STATUS["cancelled"]
        assert flags(terminal) == ECHO
    assert pin_commands(box.cards[0].commands()) == []


def test_giving_up_while_a_descriptor_is_waited_for(sandbox):
    box = sandbox(cards=["akis2"])
    read_end, write_end = os.pipe()
    process = box.start(KAMUPIN, "pin", "change", "--unproven", "--lang", "en", "--old-pin-fd", str(read_end), "--new-pin-fd", "0",
                        pass_fds=[read_end])
    try:
        assert process.stderr is not None
        while "yours is one" not in process.stderr.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == STATUS["cancelled"]
    finally:
        process.kill()
        process.communicate()
        os.close(read_end)
        os.close(write_end)


def test_no_core_dump_can_hold_a_pin(sandbox):
    box = sandbox(cards=["akis2"])
    with box.terminal(KAMUPIN, "pin", "change", "--unproven") as terminal:
        terminal.expect("PIN: ")
        limits = subprocess.run(["prlimit", "--core", "--noheadings", "--output", "SOFT,HARD", "--pid",
                                 str(terminal.process.pid)], capture_output=True, text=True, check=True).stdout
        assert limits.split() == ["0", "0"]


def test_a_reader_without_a_keypad_is_said_before_anything_is_to_be_read(sandbox):
    box = sandbox(cards=["akis2"])
    for lang, word in (("tr", "tuş takımında"), ("en", "keypad")):
        done = box.run(KAMUPIN, "pin", "change", "--pinpad", "--unproven", "--lang", lang)
        (line,) = done.stderr.splitlines()
        assert done.returncode == STATUS["pin-pad-unsupported"] and word in line
