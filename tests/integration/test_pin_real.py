# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# PIN work through Debian's pcscd and vpcd, by the one-page program examples/change-pin.c. What it did is
# asked of the card by OpenSC, a client nobody here wrote; the card itself is this project's. Touches
# sandboxes of its own.
"""Verify and change against a real PC/SC daemon."""
from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence

import pytest

from box import Box, Card, until

OLD, NEW = "123456", "84026371"
OK, REMOVED, RESET, IDENTITY_CARD, NO_CERTIFICATE, UNRECOGNISED, BUSY, REFUSED, DEAD, UNPROVEN = (
    0, 27, 28, 31, 32, 33, 34, 36, 37, 41)
TOO_SHORT, MISMATCH, WRONG, BLOCKED, NOT_SET, LAST_TRY = 60, 63, 64, 65, 66, 67

Sandbox = Callable[..., Box]


def run(box: Box, *options: str, pins: Sequence[str] = (OLD, NEW, NEW)) -> subprocess.CompletedProcess[str]:
    """Runs the program with the PINs on its standard input."""
    return box.run("example-change-pin", *options, box.cards[0].reader,
                   input="".join(f"{pin}\n" for pin in pins))


def change(box: Box, *options: str, pins: Sequence[str] = (OLD, NEW, NEW), expect: int = OK) -> None:
    done = run(box, *options, pins=pins)
    assert done.returncode == expect, done.stderr


def verify(box: Box, *options: str, pin: str = OLD, expect: int = OK) -> str:
    done = run(box, "--verify", *options, pins=[pin])
    assert done.returncode == expect, done.stderr
    return done.stderr


def pin_commands(card: Card, mark: str | None = None) -> list[str]:
    """VERIFY, CHANGE and RESET as the card received them, by their header."""
    return [line[:8] for line in card.commands(mark) if line[2:4] in ("20", "24", "2C")]


def verify_v1_by_opensc(box: Box, pin: str) -> str:
    return box.opensc("00A40000023F00", "00A40000023D00", f"00200080{len(pin):02X}{pin.encode().hex()}")[-1]


def test_change_on_v2(sandbox: Sandbox) -> None:
    box = sandbox(["akis2"])
    card = box.cards[0]
    card.mark("change")
    change(box, "--unproven")
    sent = card.commands("change")
    work = [line[:8] for line in sent].index("00240081")
    assert pin_commands(card, "change") == ["00240081"]
    # application, certificate, its two ends; counter; the change; logout: nothing else in that transaction
    assert [line[2:4] for line in sent[work - 5:]] == ["A4", "A4", "B0", "B0", "CB", "24", "A4", "A4"]
    assert sent[work - 5] == sent[-1] == "00A4040007504B43532D313500"
    assert OLD.encode().hex() not in card.log() and NEW.encode().hex() not in card.log()
    assert box.verify_by_opensc(NEW) == "9000"
    assert box.verify_by_opensc(OLD) == "63C2"


def test_change_on_v1(sandbox: Sandbox) -> None:
    box = sandbox(["akis1"])
    card = box.cards[0]
    change(box)
    assert pin_commands(card) == ["00240200"]
    assert card.commands()[-1] == "801A0000"
    assert verify_v1_by_opensc(box, NEW) == "9000"
    assert verify_v1_by_opensc(box, OLD) != "9000"


@pytest.mark.parametrize("card", ["akis1", "akis2"])
def test_wrong_pins_until_the_guard(sandbox: Sandbox, card: str) -> None:
    box = sandbox([card])
    told = [verify(box, "--unproven", pin="999999", expect=WRONG) for _ in range(2)]
    assert "2" in told[0] and "1" in told[1]
    assert box.cards[0].state()["pin.tries"] == "1"
    box.cards[0].mark("guarded")
    verify(box, "--unproven", pin="999999", expect=LAST_TRY)
    change(box, "--unproven", pins=["999999", NEW, NEW], expect=LAST_TRY)
    assert pin_commands(box.cards[0], "guarded") == []
    assert box.cards[0].state()["pin.tries"] == "1"
    verify(box, "--unproven", "--last-try")
    assert box.cards[0].state()["pin.tries"] == "3"


def test_last_try_that_fails(sandbox: Sandbox) -> None:
    box = sandbox(["akis2:tries=1"])
    verify(box, "--unproven", "--last-try", pin="999999", expect=BLOCKED)
    box.cards[0].mark("blocked")
    verify(box, "--unproven", "--last-try", expect=BLOCKED)
    assert pin_commands(box.cards[0], "blocked") == []


@pytest.mark.parametrize(("card", "expect"), [
    ("akis2:blocked", BLOCKED), ("akis2:unset", NOT_SET), ("akis2:dead", DEAD), ("akis2:3d10=6982", UNRECOGNISED),
    ("akis2:no-certs", NO_CERTIFICATE), ("idcard", IDENTITY_CARD)])
def test_cards_that_get_no_pin_command(sandbox: Sandbox, card: str, expect: int) -> None:
    box = sandbox([card])
    before = box.cards[0].state()
    verify(box, "--unproven", "--last-try", expect=expect)
    change(box, "--unproven", "--last-try", expect=expect)
    assert pin_commands(box.cards[0]) == []
    assert box.cards[0].state() == before


def test_nothing_is_sent_for_bad_input(sandbox: Sandbox) -> None:
    box = sandbox(["akis2"])
    change(box, expect=UNPROVEN)
    change(box, "--unproven", pins=[OLD, "12345", "12345"], expect=TOO_SHORT)
    change(box, "--unproven", pins=[OLD, NEW, NEW + "1"], expect=MISMATCH)
    assert pin_commands(box.cards[0]) == []
    assert box.cards[0].state()["pin.tries"] == "3"


@pytest.mark.parametrize(("fault", "may_end"), [
    ("eject", [REMOVED]), ("sw=6F00", [REFUSED]),
    # the contact is back at once: whether the daemon saw it missing depends on when it looked
    ("cut", [REMOVED, RESET]), ("power-cycle", [REMOVED, RESET]), ("mute", [REMOVED, RESET])])
@pytest.mark.parametrize("when", ["before", "after"])
def test_fault_at_change(sandbox: Sandbox, when: str, fault: str, may_end: list[int]) -> None:
    """Whatever happens at CHANGE: it is sent once, what is said of it is not "done", and a card that is still
    there is logged out."""
    box = sandbox(["akis2"])
    card = box.cards[0]
    card.on(f"ins=24 nth=1 {when} {fault}")
    done = run(box, "--unproven")
    assert done.returncode in may_end, done.stderr
    assert pin_commands(card) == ["00240081"]
    if done.returncode != REMOVED:
        assert card.commands()[-2:] == ["00A40000023F0000", "00A4040007504B43532D313500"]
    holds = NEW if when == "after" else OLD
    assert card.state()["pin.value"] == holds.encode().hex()
    if not card.present():
        card.insert()
    until(lambda: box.readers(present=True), what="the card in its reader")
    verify(box, "--unproven", pin=holds)


def test_two_programs_at_once(sandbox: Sandbox) -> None:
    """Two changes from the same old PIN: the card is never locked out of both."""
    box = sandbox(["akis2"])
    programs = [box.start("example-change-pin", "--unproven", box.cards[0].reader, stdin=subprocess.PIPE)
                for _ in range(2)]
    wishes = ["111111", "222222"]
    for program, wish in zip(programs, wishes):
        assert program.stdin is not None
        program.stdin.write(f"{OLD}\n{wish}\n{wish}\n")
        program.stdin.close()
    codes = [program.wait(timeout=30) for program in programs]
    for program in programs:
        assert program.stdout is not None and program.stderr is not None
        program.stdout.close()
        program.stderr.close()
    assert sorted(codes)[0] == OK and sorted(codes)[1] in (BUSY, WRONG)
    assert box.verify_by_opensc(wishes[codes.index(OK)]) == "9000"
