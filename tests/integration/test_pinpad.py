# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# PIN work at a reader's keypad, through Debian's pcscd and libccid, which are not ours; the reader's hardware below them is emulated and
# the card is this project's. What the driver makes of an order is seen in the reader; that no PIN comes near this side is seen in the
# process' memory, in pcscd's own log of what it passed, and on the serial line.
"""PIN pads."""
from __future__ import annotations

import select
import subprocess
from collections.abc import Iterator

import pytest

from cli import KAMUPIN, STATUS, read_json
from pad_box import PadBox
from private_pcscd import program
from provoked import provoked

OLD, NEW = "908172", "635419"
UNPROVEN, LAST_TRY = 2, 1
PLAIN = ("0", "4", "12")  # a caller's word: no quirk, 4 to 12 digits


@pytest.fixture
def pad() -> Iterator[PadBox]:
    with PadBox(f"akis2:pin={OLD}") as box:
        yield box


@pytest.fixture
def open_pad() -> Iterator[PadBox]:
    """A reader that takes PINs of any length, which GemPC's does not."""
    with PadBox(f"akis2:pin={OLD}", "--open-length", "--max-digits", "12") as box:
        yield box


class Work:
    """driver-pad at work; its handles stay open until close()."""

    def __init__(self, box: PadBox, what: str, risk: int = UNPROVEN, digits: int = 6, seconds: int = 20,
                 quirks: tuple[str, ...] = (), planted: str = "nothing planted") -> None:
        self.process = subprocess.Popen([program("driver-pad"), what, str(risk), str(digits), str(seconds), *quirks], env=box.env,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdin
        self.process.stdin.write(planted + "\n")
        self.process.stdin.flush()

    def line(self, seconds: float = 40) -> str:
        assert self.process.stdout
        if not select.select([self.process.stdout], [], [], seconds)[0]:
            self.process.kill()
            raise AssertionError("the driver says nothing")
        return self.process.stdout.readline().rstrip("\n")

    def close(self) -> int:
        self.process.communicate(timeout=20)
        return self.process.returncode


def work(box: PadBox, what: str, **more: object) -> list[str]:
    """All that the driver says."""
    run = Work(box, what, **more)  # type: ignore[arg-type]
    said, _ = run.process.communicate(timeout=40)
    return said.splitlines()


def ends(box: PadBox, status: str, what: str, **more: object) -> str:
    """The work ends with that status; its last line."""
    last = work(box, what, **more)[-1]
    assert last.split()[0] == status, last
    provoked(status)
    return last


def pin_commands(box: PadBox) -> list[str]:
    return [line[:8] for line in box.card.commands() if line[2:4] in ("20", "24", "2C")]


def test_what_the_reader_says_of_itself(pad: PadBox) -> None:
    said = work(pad, "read", digits=0)[0]
    assert "id=08E6:3478" in said and "display=" in said and "firmware=GemTwin" in said
    assert "verify=0 change=0 wants_digits=1" in said and "digits=6-8" in said  # the table's row for this reader
    assert "verify=1 change=1 wants_digits=0" in work(pad, "read", digits=6)[0]
    assert "verify=0" in work(pad, "read", digits=9)[0]


def test_verify(pad: PadBox) -> None:
    pad.press(f"type {OLD}")
    assert work(pad, "verify") == ["typing", "ok 0000 -1"]
    assert pin_commands(pad) == ["00200081"]
    assert pad.card.commands()[-1].startswith("00A40400")  # logged out behind it
    pad.press("type 111111")
    assert ends(pad, "pin-wrong", "verify") == "pin-wrong 63C2 2"
    assert pad.tries() == 2


@pytest.mark.parametrize("what, typed, status, word", [
    ("verify", "cancel", "cancelled", "6401"), ("change", "cancel", "cancelled", "6401"),
    ("verify", "type 12345", "pin-pad-length", "6403"),
    ("change", f"type {OLD},{NEW},635418", "pin-mismatch", "6402")])
def test_what_the_person_does_instead(pad: PadBox, what: str, typed: str, status: str, word: str) -> None:
    pad.press(typed)
    assert ends(pad, status, what).split()[1] == word
    assert pin_commands(pad) == []
    assert pad.tries() == 3 and pad.holds() == OLD
    pad.press(f"type {OLD}")  # and the card can be worked with as before
    assert work(pad, "verify")[-1] == "ok 0000 -1"


def test_nobody_types(pad: PadBox) -> None:
    assert ends(pad, "timed-out", "verify", seconds=1).split()[1] == "6400"
    assert pin_commands(pad) == [] and pad.tries() == 3


def test_change_with_a_stated_length(pad: PadBox) -> None:
    pad.press(f"type {OLD},{NEW},{NEW}")
    assert work(pad, "change") == ["typing", "ok 0000 -1"]
    assert pad.holds() == NEW
    pad.press("type 111111,222222,222222")
    assert ends(pad, "pin-wrong", "change") == "pin-wrong 63C2 2"
    assert pad.holds() == NEW


def test_change_of_a_v1_card_needs_a_stated_length() -> None:
    """Its PINs stand behind their lengths, which no order with an open length can say."""
    with PadBox(f"akis1:pin={OLD}", "--open-length", "--max-digits", "12") as box:
        ends(box, "pin-pad-unsupported", "change", risk=0, digits=0, quirks=PLAIN)
        box.press(f"type {OLD},{NEW},{NEW}")
        assert work(box, "change", risk=0)[-1] == "ok 0000 -1"
        assert pin_commands(box) == ["00240200"]
        assert box.holds() == NEW
        box.press("type 63541900")
        assert ends(box, "pin-wrong", "verify", risk=0, digits=0, quirks=PLAIN).split()[0] == "pin-wrong"
        box.press(f"type {NEW}")
        assert work(box, "verify", risk=0, digits=0, quirks=PLAIN)[-1] == "ok 0000 -1"


def test_pins_of_any_length_on_a_callers_word(open_pad: PadBox) -> None:
    """The table says that this reader wants a stated length; the caller knows better."""
    ends(open_pad, "pin-pad-unsupported", "verify", digits=0)
    open_pad.press(f"type {OLD},6354190027,6354190027")
    assert work(open_pad, "change", digits=0, quirks=PLAIN)[-1] == "ok 0000 -1"
    assert open_pad.holds() == "6354190027"
    open_pad.press("type 6354190027")
    assert work(open_pad, "verify", digits=0, quirks=PLAIN)[-1] == "ok 0000 -1"


def test_a_caller_who_is_wrong_about_the_reader(pad: PadBox) -> None:
    """It refuses an order with digits that it does not take; the driver tells no more than that it failed."""
    ends(pad, "pin-pad-failed", "verify", digits=0, quirks=PLAIN)
    assert pin_commands(pad) == [] and pad.tries() == 3


def test_the_guard_stands_before_the_keypad() -> None:
    with PadBox(f"akis2:pin={OLD}:tries=1") as box:
        orders = box.reader()["orders"]
        assert work(box, "verify") == ["pin-last-try 0000 1"]
        assert work(box, "change") == ["pin-last-try 0000 1"]
        assert work(box, "verify", risk=0) == ["command-unproven 0000 -1"]
        assert box.reader()["orders"] == orders
        box.press(f"type {OLD}")
        assert work(box, "verify", risk=UNPROVEN | LAST_TRY)[-1] == "ok 0000 -1"
        assert box.tries() == 3


def test_a_card_that_is_pulled_while_the_person_types(pad: PadBox) -> None:
    pad.press("pull")
    assert work(pad, "change")[-1].split()[0] in ("card-removed", "pin-pad-failed")
    assert pin_commands(pad) == [] and pad.holds() == OLD


def test_the_command_changes_the_pin_at_the_keypad(pad: PadBox) -> None:
    done = pad.run(KAMUPIN, "card", "list", "--json")
    assert [card["pin_pad"] for card in read_json(done)["cards"]] == [True]
    assert "on the reader" in pad.run(KAMUPIN, "card", "list", "--lang", "en").stdout
    done = pad.run(KAMUPIN, "pin", "change", "--pinpad", "--unproven", "--json")
    assert (done.returncode, read_json(done)["error"]["status"]) == (STATUS["pin-pad-unsupported"], "pin-pad-unsupported")
    pad.press(f"type {OLD},{NEW},{NEW}")
    done = pad.run(KAMUPIN, "pin", "change", "--pinpad", "--pin-digits", "6", "--unproven", "--json", "--lang", "tr")
    assert done.returncode == 0, done.stderr
    assert read_json(done)["changed"] is True
    assert "tuş takımında" in done.stderr
    assert pad.holds() == NEW
