# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What Java's one-page programs have beside what test_bindings_examples.py holds of every language: its report says what
# Python's says. Not ours on the other end: pcscd, Python's csv module.
"""Tests of the one-page Java programs."""
from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import java
import python
from box import Box

Sandbox = Callable[..., Box]


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines()))


def test_a_room_full_of_readers_is_reported_as_by_python(sandbox: Sandbox, tmp_path: Path) -> None:
    box = sandbox(["akis2:rsa", "akis1", "akis2:mali-muhur", "akis2:expired", "akis2:blocked", "idcard", "empty", "akis2:no-certs"])
    file = tmp_path / "room.csv"
    classes = java.examples(tmp_path)
    done = box.run(*java.argv(classes, "CertificateReport", str(file)))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    rows = table(file.read_text(encoding="utf-8"))
    assert [row["reader"] for row in rows] == sorted(row["reader"] for row in rows)
    assert {row["reader"] for row in rows} == {card.reader for card in box.cards}
    assert {"valid-now", "expired", "no-card", "card-identity-card"} <= {row["note"] for row in rows}, rows
    theirs_said = box.run(*python.argv("certificate_report"), env=python.ENV)
    theirs = table(theirs_said.stdout)
    for row in (*rows, *theirs):
        row.pop("days left")  # a day may end between the two
    assert rows == theirs, theirs_said.stderr
