# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The one-page programs examples/unblock.c and examples/unblock-steps.c, as a person at a terminal and as a
# program with a pipe use them. Not ours on the other end: OpenSC says which PIN the card takes, the kernel's pty
# what was echoed. Touches sandboxes of its own.
"""Tests of the one-page programs that give a card a new PIN."""
from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from box import Box, until
from cli import STATUS, pin_commands

NEW = "84026371"
PROGRAMS = ["example-unblock", "example-unblock-steps"]

Sandbox = Callable[..., Box]


class Program:
    """A one-page program with a pipe as its standard input, which stays open until it is read to its end."""

    def __init__(self, box: Box, *argv: str) -> None:
        self.process = box.start(*argv, stdin=subprocess.PIPE)

    def give(self, *lines: str) -> None:
        assert self.process.stdin is not None
        for line in lines:
            self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def end(self) -> tuple[int, str, str]:
        """Ends its input; exit code, standard output, standard error."""
        out, err = self.process.communicate(timeout=30)
        return self.process.returncode, out, err


@contextmanager
def running(box: Box, *argv: str) -> Iterator[Program]:
    program = Program(box, *argv)
    try:
        yield program
    finally:
        if program.process.poll() is None:
            program.process.kill()
            program.process.communicate()


def read_and_type(name: str) -> list[str]:
    """What a person types to get from the code to the SMS: the one-call program has a notice acknowledged."""
    return (["", NEW, NEW] if name == "example-unblock" else [NEW, NEW])


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("spec, kind", [("akis2:blocked", "unblock"), ("akis2:unset", "create")])
def test_a_card_gets_its_new_pin(sandbox: Sandbox, name: str, spec: str, kind: str) -> None:
    box = sandbox([spec])
    with running(box, name) as program:
        program.give(box.code(kind=kind), *read_and_type(name))
        program.give(box.sms()[-1]["code"])
        code, out, err = program.end()
    assert code == STATUS["ok"], err
    assert box.verify_by_opensc(NEW) == "9000"
    (operation,) = box.operations()
    assert operation["phase"] == "reported"
    if name == "example-unblock":
        assert out == f"{box.cards[0].card_id} done\n"
    for secret in (NEW, box.sms()[-1]["code"]):
        assert secret not in out + err


@pytest.mark.parametrize("name", PROGRAMS)
def test_bad_answers_are_asked_again_and_a_new_sms_can_be_had(sandbox: Sandbox, name: str) -> None:
    box = sandbox(["akis2:blocked"])
    notice, *pins = read_and_type(name) if name == "example-unblock" else [None, NEW, NEW]
    with running(box, name) as program:
        program.give("12345", box.code(resend_after=0))
        if notice is not None:
            program.give(notice)
        program.give(NEW, "11111111", *pins)
        box.sms(1)
        program.give("")
        box.sms(2)
        program.give("12", box.sms(2)[-1]["code"])
        code, _, err = program.end()
    assert code == STATUS["ok"], err
    for problem in ("6 to 32 digits", "not typed the same way twice", "cannot be the code in the SMS"):
        assert problem in err
    assert len(box.sms(2)) == 2
    assert box.verify_by_opensc(NEW) == "9000"


@pytest.mark.parametrize("name", PROGRAMS)
def test_nobody_there_any_more_ends_it_without_a_try(sandbox: Sandbox, name: str) -> None:
    box = sandbox(["akis2"])
    with running(box, name) as program:
        program.give(box.code(), *read_and_type(name))
        box.sms()
        code, _, err = program.end()
    assert code == STATUS["cancelled" if name == "example-unblock" else "sms-code-malformed"], err
    assert pin_commands(box.cards[0].commands()) == []
    assert len(box.sms()) == 1
    (operation,) = box.operations()
    assert operation["phase"] == "cancelled"


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_card_that_is_named_is_the_one(sandbox: Sandbox, name: str) -> None:
    box = sandbox(["akis2:blocked", "akis2:blocked"])
    meant = box.cards[1]
    assert meant.card_id is not None
    with running(box, name, meant.card_id) as program:
        program.give(box.code(), *read_and_type(name))
        program.give(box.sms()[-1]["code"])
        code, _, err = program.end()
    assert code == STATUS["ok"], err
    assert box.verify_by_opensc(NEW, slot=1) == "9000"
    assert pin_commands(box.cards[0].commands()) == []


def test_a_terminal_shows_no_secret(sandbox: Sandbox) -> None:
    box = sandbox(["akis2:blocked", "akis2:other-user"])
    code = box.code()
    with box.terminal("example-unblock", box.cards[0].reader) as person:
        person.expect("Code on the web page: ")
        person.send(code)
        person.expect("press Enter: ")
        person.send("")
        person.expect("New PIN: ")
        person.send(NEW)
        person.expect("New PIN again: ")
        person.send(NEW)
        person.expect(r"\*\d{4} SMS kodu .*: ")
        sms = box.sms()[-1]["code"]
        person.send(sms)
        person.expect("Leave the card where it is")
        assert person.wait() == STATUS["ok"], person.text
        assert f"{box.cards[0].card_id} done" in person.text
        assert [secret for secret in (code, NEW, sms) if secret in person.text] == []
    assert box.verify_by_opensc(NEW) == "9000"


def test_the_card_may_come_later(sandbox: Sandbox) -> None:
    box = sandbox(["akis2:blocked"])
    box.cards[0].eject()
    with box.terminal("example-unblock") as person:
        person.expect("Code on the web page: ")
        person.send(box.code())
        person.expect("There is no card in the reader")
        box.cards[0].insert()
        person.expect("press Enter: ")
        person.send("")
        for _ in range(2):
            person.expect("New PIN( again)?: ")
            person.send(NEW)
        person.expect(r"\*\d{4} SMS kodu .*: ")
        person.send(box.sms()[-1]["code"])
        assert person.wait() == STATUS["ok"], person.text
    assert box.verify_by_opensc(NEW) == "9000"


def test_a_step_that_needs_the_card_is_tried_again_on_enter(sandbox: Sandbox) -> None:
    box = sandbox(["akis2:blocked"])
    box.cards[0].eject()
    with box.terminal("example-unblock-steps") as person:
        person.expect("Code on the web page: ")
        person.send(box.code())
        person.expect("There is no card in the reader.*Enter to try again: ")
        box.cards[0].insert()
        until(lambda: box.readers(present=True), what="the card in its reader")
        person.send("")
        for _ in range(2):
            person.expect("New PIN( again)?: ")
            person.send(NEW)
        person.expect("SMS code .*: ")
        person.send(box.sms()[-1]["code"])
        assert person.wait() == STATUS["ok"], person.text
    assert box.verify_by_opensc(NEW) == "9000"
