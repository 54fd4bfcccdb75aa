# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The one-page programs of examples/python, and `python -m kamupin`, before real readers and the sandbox's service. Not ours on
# the other end: pcscd, OpenSC (which PIN the card takes), the kernel's pty (what was echoed), Python's csv module.
"""Tests of the one-page Python programs."""
from __future__ import annotations

import csv
import json
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from box import BUILD, ROOT, Box
from cli import STATUS, pin_commands
from test_bindings_java_examples import read_until

NEW = "84026371"
PYTHON = ["/usr/bin/python3", "-W", "error"]
ENV = {"PYTHONPATH": str(BUILD / "bindings" / "python"), "PYTHONDONTWRITEBYTECODE": "1"}

Sandbox = Callable[..., Box]


def argv(name: str) -> list[str]:
    return [*PYTHON, str(ROOT / "examples" / "python" / f"{name}.py")]


def test_cards_are_listed(sandbox: Sandbox) -> None:
    box = sandbox(["akis1", "akis2:blocked", "idcard", "empty"])
    done, ours = box.run(*argv("list_cards"), env=ENV), box.run("example-list-cards")
    assert (done.returncode, done.stderr, done.stdout) == (0, "", ours.stdout)
    assert "AKİS v1.0" in done.stdout and done.stdout.endswith("\n4\n")


@pytest.mark.parametrize("name", ["list_cards", "certificate_report"])
def test_without_a_daemon_both_languages_say_what_to_do(sandbox: Sandbox, name: str, tmp_path: Path) -> None:
    box = sandbox(["empty"])
    done = box.run(*argv(name), env={**ENV, "PCSCLITE_CSOCK_NAME": str(tmp_path / "none")})
    assert done.returncode == STATUS["reader-service-down"] and done.stdout == ""
    turkish, english = done.stderr.splitlines()
    assert "pcscd" in turkish and "pcscd" in english and turkish != english


def test_a_card_that_comes_and_goes_is_told(sandbox: Sandbox) -> None:
    box = sandbox(["akis2"])
    process = box.start(*argv("watch_cards"), stdin=subprocess.PIPE, env=ENV)
    try:
        atr = read_until(process, "card-in").split("\t")[3]
        box.cards[0].eject()
        assert read_until(process, "card-out").split("\t")[1] == box.cards[0].reader
        box.cards[0].insert()
        assert read_until(process, "card-in").split("\t")[1:] == [box.cards[0].reader, "ok", atr]
        assert process.communicate(timeout=30) == ("", "") and process.returncode == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


@pytest.mark.parametrize("spec, kind", [("akis2:blocked", "unblock"), ("akis2:unset", "create")])
@pytest.mark.parametrize("name", ["unblock", "unblock_asyncio"])
def test_a_card_gets_its_new_pin_by_a_pipe(sandbox: Sandbox, name: str, spec: str, kind: str) -> None:
    box = sandbox([spec])
    process = box.start(*argv(name), stdin=subprocess.PIPE, env=ENV)
    try:
        assert process.stdin
        process.stdin.write("\n".join([box.code(kind=kind), *([""] if name == "unblock" else []), NEW, NEW, ""]))
        process.stdin.flush()
        sms = box.sms()[-1]["code"]
        out, err = process.communicate(f"{sms}\n", timeout=60)
    finally:
        if process.poll() is None:
            process.kill()
    assert process.returncode == 0, err
    assert out == f"{box.cards[0].card_id} done\n" and "Leave the card" in err
    assert NEW not in err and sms not in err and "Traceback" not in err
    assert box.verify_by_opensc(NEW) == "9000"
    (operation,) = box.operations()
    assert operation["phase"] == "reported"


def test_a_card_gets_its_new_pin_at_a_terminal(sandbox: Sandbox) -> None:
    box = sandbox(["akis2:blocked"])
    with box.terminal(*argv("unblock"), env=ENV) as at:
        at.expect("Code on the web page: ")
        at.send(box.code())
        at.expect("press Enter: ")
        at.send("")
        for prompt, typed in (("New PIN: ", NEW), ("New PIN again: ", "11111111"), ("New PIN: ", NEW), ("New PIN again: ", NEW)):
            at.expect(prompt)
            at.send(typed)
        at.expect("a new one.: ")
        at.send(box.sms()[-1]["code"])
        at.expect("Leave the card")
        assert at.wait() == 0, at.text
    assert f"{box.cards[0].card_id} done" in at.text and "not typed the same way twice" in at.text
    assert NEW not in at.text
    assert box.verify_by_opensc(NEW) == "9000"


@pytest.mark.parametrize("name, answers, status, phase", [("unblock", f"\n{NEW}\n{NEW}\n", "cancelled", "cancelled"),
                                                          ("unblock_asyncio", f"{NEW}\n{NEW}\n", "sms-code-malformed", "cancelled")])
def test_nobody_there_any_more_ends_it_without_a_try(sandbox: Sandbox, name: str, answers: str, status: str, phase: str) -> None:
    box = sandbox(["akis2"])
    process = box.start(*argv(name), stdin=subprocess.PIPE, env=ENV)
    out, err = process.communicate(f"{box.code()}\n{answers}", timeout=60)
    assert (process.returncode, out) == (STATUS[status], ""), err
    assert pin_commands(box.cards[0].commands()) == [] and "Traceback" not in err
    (operation,) = box.operations()
    assert operation["phase"] == phase


@pytest.mark.parametrize("name", ["watch_cards", "unblock_asyncio"])
def test_ctrl_c_does_not_wait_for_input(sandbox: Sandbox, name: str) -> None:
    box = sandbox(["akis2"])
    process = box.start(*argv(name), stdin=subprocess.PIPE, env=ENV)
    try:
        if name == "watch_cards":
            read_until(process, "card-in")
        else:
            assert process.stderr and "Code on the web page" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == -signal.SIGINT
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def test_a_room_full_of_readers_becomes_a_table(sandbox: Sandbox, tmp_path: Path) -> None:
    box = sandbox(["akis2"] * 5 + ["akis2:blocked", "akis2:expired", "akis1", "idcard", "empty"])
    path = tmp_path / "report.csv"
    done = box.run(*argv("certificate_report"), str(path), env=ENV)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["reader"] for row in rows] == [card.reader for card in box.cards]
    said = {row["reader"]: row for row in json.loads(box.run("kamupin", "cert", "list", "--json").stdout)["certificates"]}
    assert [row["note"] for row in rows] == ["valid-now"] * 6 + ["expired", "valid-now", "card-identity-card", "no-card"]
    assert [row["PIN"] for row in rows[:7]] == ["usable"] * 5 + ["blocked", "usable"]
    for row in rows[:8]:
        listed = said[row["reader"]]
        assert row["serial"] == listed["serial"] and row["holder"] == "DENEME KULLANICI"
        assert listed["not_after"].startswith(row["not after"])
        assert (int(row["days left"]) < 0) == (row["note"] == "expired")


def test_the_package_lists_what_the_command_lists(sandbox: Sandbox) -> None:
    box = sandbox(["akis2:blocked", "akis1", "idcard", "empty"])
    module = [*PYTHON, "-m", "kamupin"]
    cards = json.loads(box.run(*module, "--json", env=ENV).stdout)["cards"]
    ours = json.loads(box.run("kamupin", "card", "list", "--json").stdout)["cards"]
    assert [(one["reader"], one["card_id"], one["kind"], one["usable"], one["pin_state"], one["pin_tries_left"]) for one in cards] == \
           [(one["reader"], one["card_id"] or "", one["kind"], one["usable"]["status"], one["pin"]["state"], one["pin"]["tries_left"])
            for one in ours]
    turkish = box.run(*module, env={**ENV, "KAMUPIN_LANG": "tr", "LC_ALL": "C"}).stdout.splitlines()
    english = box.run(*module, "cards", "--lang", "en", env=ENV).stdout.splitlines()
    assert turkish[0].startswith(f"{cards[0]['reader']}: AKİS v2.x, ") and turkish[0].endswith("PIN BLOKE, kalan deneme 0")
    assert english[0].endswith("PIN BLOCKED, tries left 0")
    assert (turkish[3], english[3]) == (f"{cards[3]['reader']}: kart yok", f"{cards[3]['reader']}: no card")


def test_the_package_says_what_it_is(sandbox: Sandbox, tmp_path: Path) -> None:
    box = sandbox(["empty"])
    module = [*PYTHON, "-m", "kamupin"]
    found = json.loads(box.run(*module, "version", "--json", env=ENV).stdout)
    assert box.run("kamupin", "--version").stdout.split()[1] == found["libkamupin"]
    assert Path(found["module"]).is_relative_to(BUILD) and set(found) == {"libkamupin", "python", "module", "compiler", "interface", "swig"}
    down = box.run(*module, "--lang", "tr", env={**ENV, "PCSCLITE_CSOCK_NAME": str(tmp_path / "none")})
    assert down.returncode == STATUS["reader-service-down"] and "pcscd" in down.stderr and "Traceback" not in down.stderr
