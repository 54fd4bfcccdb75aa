# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The one-page programs of examples/java before real readers and the sandbox's service. Not ours on the other end: pcscd,
# OpenSC (which PIN the card takes), the kernel's pty (what was echoed), the Java machine's own check of JNI calls.
"""Tests of the one-page Java programs."""
from __future__ import annotations

import csv
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import java
from box import BUILD, ROOT, Box
from cli import STATUS, pin_commands

NEW = "84026371"
NOT_TYPED_TWICE = "not typed the same way twice"

Sandbox = Callable[..., Box]


@pytest.fixture(scope="session")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return java.examples(tmp_path_factory.mktemp("examples"))


def read_until(process: "subprocess.Popen[str]", begin: str) -> str:
    """The next line that begins so."""
    assert process.stdout
    for line in process.stdout:
        if line.startswith(begin):
            return line.rstrip("\n")
    raise AssertionError(f"no line {begin!r}: {process.communicate()[1]}")


def test_cards_are_listed(sandbox: Sandbox, classes: Path) -> None:
    box = sandbox(["akis1", "akis2:blocked", "idcard", "empty"])
    done = box.run(*java.argv(classes, "ListCards"))
    ours = box.run("example-list-cards")
    assert (done.returncode, done.stderr, done.stdout) == (0, "", ours.stdout)
    assert "AKİS v1.0" in done.stdout and done.stdout.endswith("\n4\n")


def test_without_a_daemon_both_languages_say_what_to_do(sandbox: Sandbox, classes: Path, tmp_path: Path) -> None:
    box = sandbox(["empty"])
    done = box.run(*java.argv(classes, "ListCards"), env={"PCSCLITE_CSOCK_NAME": str(tmp_path / "none")})
    assert done.returncode == STATUS["reader-service-down"] and done.stdout == ""
    turkish, english = done.stderr.splitlines()
    assert "pcscd" in turkish and "pcscd" in english and turkish != english


def test_a_card_that_comes_and_goes_is_told(sandbox: Sandbox, classes: Path) -> None:
    box = sandbox(["akis2"])
    process = box.start(*java.argv(classes, "WatchCards"), stdin=subprocess.PIPE)
    try:
        atr = read_until(process, "card-in").split("\t")[3]
        box.cards[0].eject()
        assert read_until(process, "card-out").split("\t")[1] == box.cards[0].reader
        box.cards[0].insert()
        assert read_until(process, "card-in").split("\t")[1:] == [box.cards[0].reader, "ok", atr]
        assert process.communicate() == ("", "") and process.returncode == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


@pytest.mark.parametrize("spec, kind", [("akis2:blocked", "unblock"), ("akis2:unset", "create")])
def test_a_card_gets_its_new_pin_by_a_pipe(sandbox: Sandbox, classes: Path, spec: str, kind: str) -> None:
    box = sandbox([spec])
    process = box.start(*java.argv(classes, "Unblock"), stdin=subprocess.PIPE)
    try:
        assert process.stdin
        process.stdin.write("\n".join([box.code(kind=kind), "", NEW, "11111111", NEW, NEW, ""]))
        process.stdin.flush()
        sms = box.sms()[-1]["code"]
        out, err = process.communicate(f"{sms}\n", timeout=60)
    finally:
        if process.poll() is None:
            process.kill()
    assert process.returncode == 0, err
    assert out == f"{box.cards[0].card_id} done\n"
    assert NOT_TYPED_TWICE in err and NEW not in err and sms not in err and java.unchecked(err)
    assert box.verify_by_opensc(NEW) == "9000"
    (operation,) = box.operations()
    assert operation["phase"] == "reported"


def test_a_card_gets_its_new_pin_at_a_terminal(sandbox: Sandbox, classes: Path) -> None:
    box = sandbox(["akis2:blocked"])
    with box.terminal(*java.argv(classes, "Unblock")) as at:
        at.expect("Code on the web page: ")
        at.send(box.code())
        at.expect("press Enter: ")
        at.send("")
        for prompt in ("New PIN: ", "New PIN again: "):
            at.expect(prompt)
            at.send(NEW)
        at.expect("a new one.: ")
        at.send(box.sms()[-1]["code"])
        at.expect("Leave the card")
        assert at.wait() == 0, at.text
    assert f"{box.cards[0].card_id} done" in at.text
    assert NEW not in at.text and java.unchecked(at.text)
    assert box.verify_by_opensc(NEW) == "9000"


def test_nobody_there_any_more_ends_it_without_a_try(sandbox: Sandbox, classes: Path) -> None:
    box = sandbox(["akis2"])
    process = box.start(*java.argv(classes, "Unblock"), stdin=subprocess.PIPE)
    out, err = process.communicate(f"{box.code()}\n\n{NEW}\n{NEW}\n", timeout=60)
    assert (process.returncode, out) == (STATUS["cancelled"], ""), err
    assert pin_commands(box.cards[0].commands()) == []
    (operation,) = box.operations()
    assert operation["phase"] == "cancelled" and java.unchecked(err)


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines()))


def test_a_room_full_of_readers_is_reported_as_by_python(sandbox: Sandbox, classes: Path, tmp_path: Path) -> None:
    box = sandbox(["akis2:rsa", "akis1", "akis2:mali-muhur", "akis2:expired", "akis2:blocked", "idcard", "empty", "akis2:no-certs"])
    file = tmp_path / "room.csv"
    done = box.run(*java.argv(classes, "CertificateReport", str(file)))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    rows = table(file.read_text(encoding="utf-8"))
    assert [row["reader"] for row in rows] == sorted(row["reader"] for row in rows)
    assert {row["reader"] for row in rows} == {card.reader for card in box.cards}
    assert {"valid-now", "expired", "no-card", "card-identity-card"} <= {row["note"] for row in rows}, rows
    python = box.run("/usr/bin/python3", str(ROOT / "examples/python/certificate_report.py"),
                     env={"PYTHONPATH": str(BUILD / "bindings/python"), "PYTHONDONTWRITEBYTECODE": "1"})
    theirs = table(python.stdout)
    for row in (*rows, *theirs):
        row.pop("days left")  # a day may end between the two
    assert rows == theirs, python.stderr
