# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Ctrl+C at each prompt of an unblocking, and at each command to the card and each request to the service: the exit code
# tells, the terminal is as it was, nothing is half done, and the next run goes on. Not ours on the other end: the
# kernel's pty; OpenSC says which PIN the card takes.
"""Tests of giving up."""
from __future__ import annotations

import signal
import termios
from collections.abc import Callable
from typing import Any

import pytest

from box import Box, until
from cli import FRESH_PIN, KAMUPIN, STATUS
from journey import block, preload, unblock
from terminal import Terminal
from test_cli_change import ECHO, flags
from test_kill import KILLER, check_tries, journals, operations
from test_resume import command_number, killed_at

NEW, NEXT = "84026371", "95137482"
CTRL_C = "\x03"
ENDED = {"done", "failed", "cancelled", "expired"}

# The prompts of an unblocking in their order, and what answers each.
PROMPTS: list[tuple[str, str, Callable[[Box], str]]] = [
    ("code", "Code on the web page: ", lambda box: box.code(factors="sms,web-password", resend_after=0)),
    ("card", r"Which card\?.*Its number \(1-2\): ", lambda box: "1"),
    ("notice", "I have read this, go on: Enter", lambda box: ""),
    ("new PIN", r"New PIN \(6 to 12 digits\).*: ", lambda box: NEW),
    ("again", r"New PIN \(again\).*: ", lambda box: NEW),
    ("sms", "Code in the SMS .*: ", lambda box: "p"),
    ("web password", "Web password.*: ", lambda box: ""),
]


def give_up(terminal: Terminal) -> None:
    """The key, while a question stands; the terminal is in the question's hands before and a shell's afterwards."""
    assert flags(terminal) == termios.ISIG
    terminal.send(CTRL_C, end="")
    code = terminal.wait()
    assert code == STATUS["cancelled"], terminal.text
    assert flags(terminal) == ECHO
    for secret in (NEW, NEXT, FRESH_PIN):
        assert secret not in terminal.text


def goes_on(box: Box) -> None:
    """The next run does what the one before was to do, and the service knows of one outcome alone."""
    done = unblock(box, NEXT, "--card", box.cards[0].card_id)
    assert done.returncode == 0, done.stderr
    assert box.verify_by_opensc(NEXT) == "9000"
    assert journals(box) == [] and sum(one["outcomes_recorded"] for one in operations(box)) == 1
    check_tries(box)


@pytest.mark.parametrize("where", [name for name, _, _ in PROMPTS])
def test_a_person_gives_up_at_each_prompt(sandbox: Any, where: str) -> None:
    box: Box = sandbox(cards=["akis2:blocked", "akis2:blocked"])
    box.control.post("/people", {"user": "deneme", "web_password": "Parola-1923"})
    with box.terminal(KAMUPIN, "pin", "unblock", "--lang", "en") as terminal:
        for name, prompt, answer in PROMPTS:
            terminal.expect(prompt)
            if name == where:
                break
            terminal.send(answer(box), end="" if name == "sms" else "\n")
        give_up(terminal)
    until(lambda: all(one["phase"] in ENDED for one in operations(box)), what="the cancel at the service")
    assert [one for card in box.cards for one in card.commands() if one[2:4].upper() in ("20", "24", "2C", "82")] == []
    assert journals(box) == [] and "\x1b[?" not in terminal.text
    goes_on(box)


def test_a_person_gives_up_while_the_card_is_waited_for(sandbox: Any) -> None:
    box: Box = sandbox(cards=["akis2:blocked", "idcard"])
    box.cards[0].eject()
    with box.terminal(KAMUPIN, "pin", "unblock", "--lang", "en") as terminal:
        terminal.expect("Code on the web page: ")
        terminal.send(box.code())
        terminal.expect("Waiting for the card")
        give_up(terminal)
    until(lambda: operations(box)[-1]["phase"] == "cancelled", what="the cancel at the service")
    box.cards[0].insert()
    goes_on(box)


def test_a_person_gives_up_at_the_proxys_password(sandbox: Any) -> None:
    box: Box = sandbox(cards=["akis2:blocked"])
    with box.terminal(KAMUPIN, "pin", "unblock", "--lang", "en", "--proxy", "http://127.0.0.1:9", "--proxy-user", "ayse") as terminal:
        terminal.expect("Password at the proxy.*: ")
        give_up(terminal)
    assert operations(box) == []
    goes_on(box)


def test_a_person_gives_up_when_asked_for_the_pin_of_an_interrupted_operation(sandbox: Any) -> None:
    """Whether the card took it stays to be found out: the next run asks again, and reports."""
    box: Box = sandbox(cards=["akis2"])
    killed_at(box, f"after:command:{command_number(box, '27182818')}", NEW)
    with box.terminal(KAMUPIN, "pin", "resume", "--lang", "en") as terminal:
        terminal.expect("New PIN that you gave.*: ")
        give_up(terminal)
    assert len(journals(box)) == 1
    done = box.run(KAMUPIN, "pin", "resume", "--lang", "en", secrets={"--check-pin-fd": NEW})
    assert done.returncode == 0 and journals(box) == [] and operations(box)[-1]["outcome"] == "done"
    check_tries(box)


@pytest.mark.parametrize("where, least", [("before:command", 20), ("before:request", 6), ("after:request", 6)])
def test_ctrl_c_at_every_step_of_the_work(sandbox: Any, where: str, least: int) -> None:
    """Before the card is changed the operation ends on both sides; afterwards it comes to its end, and is reported."""
    box: Box = sandbox(cards=["akis2"])
    cancel = {"LD_PRELOAD": preload(KILLER), "KAMUPIN_KILL_SIGNAL": str(int(signal.SIGINT))}
    n, reached, cancelled = 1, box.folder / "reached", 0
    while True:
        block(box)
        before, pin, following = len(operations(box)), f"1111{n:04d}", f"2222{n:04d}"
        reached.write_text("")
        done = unblock(box, pin, env=cancel | {"KAMUPIN_KILL": f"{where}:{n}", "KAMUPIN_KILL_COUNT": str(reached)})
        assert done.returncode in (STATUS["ok"], STATUS["cancelled"]), (where, n, done.returncode, done.stderr)
        cancelled += done.returncode != 0
        check_tries(box)
        took = box.verify_by_opensc(pin) == "9000" if done.returncode == 0 else box.cards[0].state()["pin.value"].lower() == pin.encode().hex()
        assert took == (done.returncode == 0), (where, n, done.stderr)
        mine = operations(box)[before:]
        assert all(one["outcomes_recorded"] <= 1 for one in mine), (where, n, mine)
        assert not took or mine[-1]["outcome"] == "done"
        if done.returncode != 0:
            after = unblock(box, following)
            assert after.returncode == 0, (where, n, after.stderr)
            assert box.verify_by_opensc(following) == "9000"
        assert journals(box) == [], (where, n)
        ledger = box.control.get("/ledger")["ledger"][0]
        assert ledger["attempts_left"] == ledger["maximum"], (where, n, ledger)
        if reached.read_text().count(where.partition(":")[2]) < n:
            break
        n += 1
    assert n > least and cancelled > least // 2, (n, cancelled)
