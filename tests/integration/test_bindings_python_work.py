# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What else the Python package does with cards and the service (tests/bindings/work.py). Not ours on the other end: OpenSSL
# verifies the documents, Debian's libccid asks for the PIN at the keypad, OpenSC says which PIN the card takes.
"""Documents, keypads and orders by the Python package."""
from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

from box import ROOT, Box
from cli import FRESH_PIN
from pad_box import PadBox
from python import ENV, PYTHON
from test_cms import Desk

PROGRAM = [*PYTHON, str(ROOT / "tests/bindings/work.py")]
NEW_PIN = "80461357"


def test_a_document_is_signed_as_openssl_wants_it(sandbox: Callable[..., Box], tmp_path: Path) -> None:
    box = sandbox(["akis2:rsa"])
    desk = Desk(box, tmp_path)
    done = box.run(*PROGRAM, "sign", FRESH_PIN, str(tmp_path / "content"), str(tmp_path / "made"), env=ENV)
    assert (done.returncode, done.stdout, done.stderr) == (0, "signs with\t0\n", "")
    desk.must_verify()
    (tmp_path / "made.detached").rename(tmp_path / "made")
    desk.must_verify(detached=True)


def test_a_pin_is_typed_at_the_keypad() -> None:
    with PadBox(f"akis2:pin={FRESH_PIN}") as pad:
        process = subprocess.Popen([*PROGRAM, "pad"], env={**pad.env, **ENV}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert process.stdout
        assert process.stdout.readline().split("\t")[:3] == ["pad", "True", "True"]
        assert process.stdout.readline() == "typing\n"
        pad.press(f"type {FRESH_PIN}")
        assert process.stdout.readline() == "verified\n"
        assert process.stdout.readline() == "refused\tpin-pad-unsupported\n"
        pad.press("cancel")
        assert process.communicate(timeout=60) == ("raised\tnobody there\n", "") and process.returncode == 0


def test_an_orders_code_unblocks_in_the_same_program(sandbox: Callable[..., Box]) -> None:
    box = sandbox(["akis2:rsa", "akis2:blocked"], ["--login"])
    process = box.start(*PROGRAM, "order", FRESH_PIN, NEW_PIN, stdin=subprocess.PIPE,
                        env={**ENV, "KAMUPIN_CARD_OF_LOGIN": box.cards[0].reader, "KAMUPIN_CARD_OF_WORK": str(box.cards[1].card_id)})
    try:
        out, err = process.communicate(box.sms()[-1]["code"] + "\n", timeout=60)
    finally:
        if process.poll() is None:
            process.kill()
    assert (process.returncode, err) == (0, ""), out
    assert [line.split("\t") for line in out.splitlines()] == [["session", "DENEME KULLANICI"], ["code", "15", "True"], ["sms", "6"],
                                                               ["outcome", "done"], ["order", "done"]]
    assert box.verify_by_opensc(NEW_PIN, slot=1) == "9000"


def test_what_comes_too_late_to_a_reader_is_refused(sandbox: Callable[..., Box]) -> None:
    box = sandbox(["akis2"])
    done = box.run(*PROGRAM, "late", box.cards[0].reader, env=ENV)
    assert (done.returncode, done.stdout, done.stderr) == (0, "refused\n", "")
    assert box.cards[0].commands() == ["0084000008"]


def test_a_change_of_a_pin_that_is_cancelled_is_waited_for(sandbox: Callable[..., Box]) -> None:
    """The task that awaits it ends when the card has answered, cancelled or timed out, and says nothing else."""
    box = sandbox(["akis2"])
    done = box.run(*PROGRAM, "cancel", box.cards[0].reader, FRESH_PIN, NEW_PIN, env=ENV)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert [line.split("\t") for line in done.stdout.splitlines()] == [
        ["ended before the card", "False"], ["CancelledError"], ["the card", "usable"],
        ["ended before the card", "False"], ["TimeoutError"], ["the card", "usable"]]
    assert box.verify_by_opensc(FRESH_PIN) == "9000"
