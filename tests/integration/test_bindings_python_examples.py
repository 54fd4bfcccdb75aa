# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What Python's one-page programs have beside what test_bindings_examples.py holds of every language, and
# `python -m kamupin`, before real readers and the sandbox's service. Not ours on the other end: pcscd, Python's csv module.
"""Tests of the one-page Python programs."""
from __future__ import annotations

import csv
import json
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from box import BUILD, Box
from cli import STATUS
from python import ENV, PYTHON, argv, read_until

Sandbox = Callable[..., Box]


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
    errors: list[object] = []
    down = box.run(*module, "--lang", "tr", env={**ENV, "PCSCLITE_CSOCK_NAME": str(tmp_path / "none")})
    assert down.returncode == STATUS["reader-service-down"] and "pcscd" in down.stderr and "Traceback" not in down.stderr
    for command in ([*module, "--json", "--lang", "tr"], ["kamupin", "card", "list", "--json", "--lang", "tr"]):
        said = box.run(*command, env={**ENV, "PCSCLITE_CSOCK_NAME": str(tmp_path / "none")})
        assert said.returncode == down.returncode and said.stderr.endswith(down.stderr)
        errors.append(json.loads(said.stdout)["error"])
    assert errors[0] == errors[1]
