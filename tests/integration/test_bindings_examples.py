# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What the one-page programs of examples/python and examples/java do alike, before real readers and the sandbox's service. Not
# ours on the other end: pcscd, OpenSC (which PIN the card takes), the kernel's pty (what was echoed), the Java machine's own
# check of JNI calls. What one language alone has is in the test files of that language.
"""Tests of the one-page programs in every language."""
from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import java
import python
from box import Box
from cli import STATUS, pin_commands

NEW = "84026371"
MISTYPED = "11111111"
NOT_TYPED_TWICE = "not typed the same way twice"

Sandbox = Callable[..., Box]


@pytest.fixture(scope="session")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return java.examples(tmp_path_factory.mktemp("examples"))


class Pages:
    """The programs of one language."""

    def __init__(self, language: str, classes: Path) -> None:
        self.language = language
        self.classes = classes

    def argv(self, name: str) -> list[str]:
        """The command line of the program that Python calls so."""
        if self.language == "java":
            return java.argv(self.classes, name.title().replace("_", ""))
        return python.argv(name)

    def clean(self, said: str) -> bool:
        """Whether the language itself has nothing to complain of."""
        return "Traceback" not in said and "Exception" not in said and java.unchecked(said)


@pytest.fixture(params=["python", "java"])
def pages(request: pytest.FixtureRequest, classes: Path) -> Pages:
    return Pages(request.param, classes)


def test_cards_are_listed(sandbox: Sandbox, pages: Pages) -> None:
    box = sandbox(["akis1", "akis2:blocked", "idcard", "empty"])
    done, ours = box.run(*pages.argv("list_cards"), env=python.ENV), box.run("example-list-cards")
    assert (done.returncode, done.stderr, done.stdout) == (0, "", ours.stdout)
    assert "AKİS v1.0" in done.stdout and done.stdout.endswith("\n4\n")


@pytest.mark.parametrize("name", ["list_cards", "certificate_report"])
def test_without_a_daemon_both_languages_say_what_to_do(sandbox: Sandbox, pages: Pages, name: str, tmp_path: Path) -> None:
    box = sandbox(["empty"])
    done = box.run(*pages.argv(name), env={**python.ENV, "PCSCLITE_CSOCK_NAME": str(tmp_path / "none")})
    assert done.returncode == STATUS["reader-service-down"] and done.stdout == ""
    turkish, english = done.stderr.splitlines()
    assert "pcscd" in turkish and "pcscd" in english and turkish != english


def test_a_card_that_comes_and_goes_is_told(sandbox: Sandbox, pages: Pages) -> None:
    box = sandbox(["akis2"])
    process = box.start(*pages.argv("watch_cards"), stdin=subprocess.PIPE, env=python.ENV)
    try:
        atr = python.read_until(process, "card-in").split("\t")[3]
        box.cards[0].eject()
        assert python.read_until(process, "card-out").split("\t")[1] == box.cards[0].reader
        box.cards[0].insert()
        assert python.read_until(process, "card-in").split("\t")[1:] == [box.cards[0].reader, "ok", atr]
        assert process.communicate(timeout=60) == ("", "") and process.returncode == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def pin_by_a_pipe(box: Box, argv: list[str], typed: list[str]) -> tuple[str, str]:
    """What a program says to whom these lines and the code of its SMS are typed, and the secrets in nothing of it."""
    process = box.start(*argv, stdin=subprocess.PIPE, env=python.ENV)
    try:
        assert process.stdin
        process.stdin.write("".join(f"{line}\n" for line in typed))
        process.stdin.flush()
        sms = box.sms()[-1]["code"]
        out, err = process.communicate(f"{sms}\n", timeout=60)
    finally:
        if process.poll() is None:
            process.kill()
    assert process.returncode == 0, err
    assert out == f"{box.cards[0].card_id} done\n" and "Leave the card" in err
    assert NEW not in err and sms not in err
    assert box.verify_by_opensc(NEW) == "9000"
    (operation,) = box.operations()
    assert operation["phase"] == "reported"
    return out, err


KINDS = pytest.mark.parametrize("spec, kind", [("akis2:blocked", "unblock"), ("akis2:unset", "create")])


@KINDS
def test_a_card_gets_its_new_pin_by_a_pipe(sandbox: Sandbox, pages: Pages, spec: str, kind: str) -> None:
    box = sandbox([spec])
    _, err = pin_by_a_pipe(box, pages.argv("unblock"), [box.code(kind=kind), "", NEW, MISTYPED, NEW, NEW])
    assert NOT_TYPED_TWICE in err and pages.clean(err)


@KINDS
def test_a_card_gets_its_new_pin_in_awaited_steps(sandbox: Sandbox, spec: str, kind: str) -> None:
    box = sandbox([spec])
    _, err = pin_by_a_pipe(box, python.argv("unblock_asyncio"), [box.code(kind=kind), NEW, NEW])
    assert "Traceback" not in err


def test_a_card_gets_its_new_pin_at_a_terminal(sandbox: Sandbox, pages: Pages) -> None:
    box = sandbox(["akis2:blocked"])
    with box.terminal(*pages.argv("unblock"), env=python.ENV) as at:
        at.expect("Code on the web page: ")
        at.send(box.code())
        at.expect("press Enter: ")
        at.send("")
        for prompt, typed in (("New PIN: ", NEW), ("New PIN again: ", MISTYPED), ("New PIN: ", NEW), ("New PIN again: ", NEW)):
            at.expect(prompt)
            at.send(typed)
        at.expect("a new one.: ")
        at.send(box.sms()[-1]["code"])
        at.expect("Leave the card")
        assert at.wait() == 0, at.text
    assert f"{box.cards[0].card_id} done" in at.text and NOT_TYPED_TWICE in at.text
    assert NEW not in at.text and pages.clean(at.text)
    assert box.verify_by_opensc(NEW) == "9000"


def refused_without_a_try(box: Box, argv: list[str], typed: list[str], status: str) -> str:
    """What a program says to whom these lines are typed and no more: it ends, and the card has heard of no PIN."""
    process = box.start(*argv, stdin=subprocess.PIPE, env=python.ENV)
    out, err = process.communicate("".join(f"{line}\n" for line in typed), timeout=60)
    assert (process.returncode, out) == (STATUS[status], ""), err
    assert pin_commands(box.cards[0].commands()) == []
    (operation,) = box.operations()
    assert operation["phase"] == "cancelled"
    return err


def test_nobody_there_any_more_ends_it_without_a_try(sandbox: Sandbox, pages: Pages) -> None:
    box = sandbox(["akis2"])
    assert pages.clean(refused_without_a_try(box, pages.argv("unblock"), [box.code(), "", NEW, NEW], "cancelled"))


def test_nobody_there_any_more_ends_awaited_steps_without_a_try(sandbox: Sandbox) -> None:
    box = sandbox(["akis2"])
    err = refused_without_a_try(box, python.argv("unblock_asyncio"), [box.code(), NEW, NEW], "sms-code-malformed")
    assert "Traceback" not in err
