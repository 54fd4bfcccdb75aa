# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# OpenSC as a foreign client of the sandbox's cards: its `akis` driver (written by the card's makers) on v1.0, its `default`
# driver (plain ISO/IEC 7816-4) on v2.x. It verifies, changes and resets in every form that it can send, and after each
# step `kamupin card list` and `kamupin pin status` say of PIN state and tries what OpenSC was told. Of RESET RETRY COUNTER
# with a PUK only OpenSC is on the client side: kamupin refuses to send those forms for a person. The card is this project's.
"""OpenSC and kamupin agree on every step."""
from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

import pytest

from box import Box
from cli import FRESH_PIN, ask

FIRST, SECOND, WRONG = "13572468", "24681357", "99999999"
SELECT = "apdu 00A4040007504B43532D3135"
Sandbox = Callable[..., Box]


class Explorer:
    """opensc-explorer on one card of a sandbox."""

    def __init__(self, box: Box, driver: str) -> None:
        self.box = box
        self.config = box.folder / "opensc.conf"
        self.config.write_text("app default {\n\tcard_drivers = old, internal;\n}\n")
        self.start = ["cd 3D00"] if driver == "akis" else [SELECT]
        self.options = [] if driver == "akis" else ["-c", "default"]
        self.puk = bytes.fromhex(box.cards[0].state()["puk.value"]).decode()

    def say(self, *lines: str) -> list[str]:
        """One session; what the explorer says of PINs (its exit code is 0 whatever happened)."""
        script = self.box.folder / "explorer"
        script.write_text("\n".join([*self.start, *lines, "quit"]) + "\n")
        said = self.box.run("opensc-explorer", *self.options, str(script), env={"OPENSC_CONF": str(self.config)})
        assert said.returncode == 0, said.stderr
        return [line for line in (said.stdout + said.stderr).splitlines()
                if re.search(r"code[ ,]|Code|PIN", line)]

    def words(self) -> list[str]:
        """The status words of the last session's PIN commands, as the card's log has them."""
        pairs = re.findall(r"^> 00(?:20|24|2C)\S*\n< (\S{4})$", self.box.cards[0].log(), re.M)
        return list(pairs)


def told(box: Box) -> tuple[str, int | None, str, int | None]:
    """PIN state and tries, PUK state and tries: the same from `pin status` and from `card list`."""
    one = ask(box, "pin", "status")["card"]
    listed = ask(box, "card", "list")["cards"][0]
    for reference in ("pin", "puk"):
        assert one[reference] == listed[reference]
    return one["pin"]["state"], one["pin"]["tries_left"], one["puk"]["state"], one["puk"]["tries_left"]


def on_the_card(box: Box) -> tuple[int, int]:
    """The counters in the card's own memory."""
    state = box.cards[0].state()
    return int(state["pin.tries"]), int(state["puk.tries"])


@pytest.fixture
def v2(sandbox: Sandbox) -> Iterator[Explorer]:
    """A v2.x card and OpenSC's ISO driver."""
    yield Explorer(sandbox(cards=["akis2"]), "default")


def step(explorer: Explorer, line: str | Sequence[str], words: Sequence[str], pin: int, puk: int = 3) -> list[str]:
    """One session of OpenSC's: the card answers these status words, and kamupin then tells these tries."""
    before = len(explorer.words())
    lines = [line] if isinstance(line, str) else list(line)
    said = explorer.say(*lines)
    assert explorer.words()[before:] == list(words), (lines, said)
    state = "usable" if pin else "dead" if puk == 0 else "blocked"
    assert told(explorer.box) == (state, pin, "usable" if puk else "blocked", puk), (lines, said)
    assert on_the_card(explorer.box) == (pin, puk)
    return said


def test_verify_and_change_on_v2(v2: Explorer) -> None:
    """VERIFY and CHANGE, right and wrong, down to the blocked PIN: the tries that OpenSC prints are ours."""
    assert step(v2, f'verify CHV129 "{FRESH_PIN}"', ["9000"], 3) == ["Code correct."]
    assert step(v2, f'verify CHV129 "{WRONG}"', ["63C2"], 2) == ["Incorrect code, 2 tries left."]
    step(v2, f'change CHV129 "{FRESH_PIN}" "{FIRST}"', ["9000"], 3)
    assert step(v2, f'change CHV129 "{FRESH_PIN}" "{SECOND}"', ["63C2"], 2)[0] == "Incorrect code, 2 tries left."
    step(v2, f'verify CHV129 "{WRONG}"', ["63C1"], 1)
    step(v2, f'verify CHV129 "{WRONG}"', ["63C0"], 0)
    step(v2, f'verify CHV129 "{FIRST}"', ["6983"], 0)
    step(v2, f'change CHV129 "{FIRST}" "{SECOND}"', ["6983"], 0)


def test_reset_with_puk_and_new_pin_on_v2(v2: Explorer) -> None:
    """2C 00: PUK and new PIN. A wrong PUK spends its own tries, a right one brings both back."""
    for left in ("63C2", "63C1", "63C0"):
        step(v2, f'verify CHV129 "{WRONG}"', [left], int(left[3]))
    step(v2, f'unblock CHV129 "{WRONG}" "{FIRST}"', ["63C2"], 0, 2)
    step(v2, f'unblock CHV129 "{v2.puk}" "{FIRST}"', ["9000"], 3)
    assert step(v2, f'verify CHV129 "{FIRST}"', ["9000"], 3) == ["Code correct."]


def test_reset_with_puk_alone_on_v2(v2: Explorer) -> None:
    """2C 01: the PUK alone; the PIN stays what it was."""
    for left in ("63C2", "63C1", "63C0"):
        step(v2, f'verify CHV129 "{WRONG}"', [left], int(left[3]))
    step(v2, f'unblock CHV129 "{WRONG}"', ["63C2"], 0, 2)
    step(v2, f'unblock CHV129 "{v2.puk}"', ["9000"], 3)
    assert step(v2, f'verify CHV129 "{FRESH_PIN}"', ["9000"], 3) == ["Code correct."]


def test_reset_with_a_right_on_v2(v2: Explorer) -> None:
    """2C 02: the new PIN alone, once, and only after the right to it was won in the same session."""
    for left in ("63C2", "63C1", "63C0"):
        step(v2, f'verify CHV129 "{WRONG}"', [left], int(left[3]))
    step(v2, f'unblock CHV129 "" "{FIRST}"', ["6982"], 0)
    step(v2, [f'verify CHV130 "{v2.puk}"', f'unblock CHV129 "" "{FIRST}"', f'unblock CHV129 "" "{SECOND}"'],
         ["9000", "9000", "6982"], 3)
    assert step(v2, f'verify CHV129 "{FIRST}"', ["9000"], 3) == ["Code correct."]


def test_reset_of_the_counter_alone_on_v2(v2: Explorer) -> None:
    """2C 03: nothing but the right, won in the same session and good for one; the PIN stays what it was. OpenSC has no word of
    its own for this form, and is told its bytes."""
    alone = "apdu 002C0381"
    for left in ("63C2", "63C1", "63C0"):
        step(v2, f'verify CHV129 "{WRONG}"', [left], int(left[3]))
    step(v2, alone, ["6982"], 0)
    step(v2, [f'verify CHV130 "{v2.puk}"', alone, alone], ["9000", "9000", "6982"], 3)
    assert step(v2, f'verify CHV129 "{FRESH_PIN}"', ["9000"], 3) == ["Code correct."]


def test_three_wrong_puks_end_a_v2_card(v2: Explorer) -> None:
    """The PUK's own counter, down to the end; kamupin calls it so, and sends nothing any more."""
    for left in ("63C2", "63C1", "63C0"):
        step(v2, f'verify CHV129 "{WRONG}"', [left], int(left[3]))
    step(v2, f'unblock CHV129 "{WRONG}" "{FIRST}"', ["63C2"], 0, 2)
    step(v2, f'unblock CHV129 "{WRONG}"', ["63C1"], 0, 1)
    step(v2, f'verify CHV130 "{WRONG}"', ["63C0"], 0, 0)
    step(v2, f'unblock CHV129 "{v2.puk}" "{FIRST}"', ["6983"], 0, 0)
    assert ask(v2.box, "card", "list")["cards"][0]["usable"]["status"] == "card-dead"


def test_verify_and_change_on_v1(sandbox: Sandbox) -> None:
    """The akis driver knows VERIFY and CHANGE; of RESET RETRY COUNTER it knows no form, and sends none."""
    box = sandbox(cards=["akis1"])
    explorer = Explorer(box, "akis")

    def one(line: str, expect: list[str] | None, pin: int) -> None:
        said = explorer.say(line)
        assert expect is None or said == expect, said
        state, left, puk, _ = told(box)
        # both marks of tag 90 together stand in no source: blocked on v1.0 is told as unknown
        assert (state, left) == (("usable", pin) if pin else ("unknown", None))
        assert puk == "unknown" and on_the_card(box) == (pin, 3)

    one(f'verify CHV128 "{FRESH_PIN}"', ["Code correct."], 3)
    one(f'verify CHV128 "{WRONG}"', ["Incorrect code, 2 tries left."], 2)
    one(f'change CHV128 "{FRESH_PIN}" "{FIRST}"', ["PIN changed."], 3)
    one(f'change CHV128 "{FRESH_PIN}" "{SECOND}"', ["Unable to change PIN code: PIN code or key incorrect"], 2)
    one(f'verify CHV128 "{WRONG}"', ["Incorrect code, 1 tries left."], 1)
    before = len(box.cards[0].commands())
    for form in (f'"{explorer.puk}" "{SECOND}"', f'"{explorer.puk}"', f'"" "{SECOND}"'):
        one(f"unblock CHV128 {form}", None, 1)
    assert [line for line in box.cards[0].commands()[before:] if line[2:4] == "2C"] == []
    one(f'verify CHV128 "{FIRST}"', ["Code correct."], 3)
    for left in (2, 1, 0):
        one(f'verify CHV128 "{WRONG}"', None, left)
