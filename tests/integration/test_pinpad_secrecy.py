# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# A PIN that is typed at the reader's keypad is in the reader and the card, and nowhere else: not in the memory of the process that asked
# for it, nor in pcscd's, which has Debian's libccid loaded; not in what pcscd passed, nor on the serial line. Each search is shown to
# find: a value planted in the searched process, and the PIN itself where it has to be.
"""Where a typed PIN can be found."""
from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from pad_box import PadBox
from test_pinpad import PLAIN, Work

OLD, NEW = "908172635401", "271639405827"
PLANTED = "314159265358"


@pytest.fixture
def pad() -> Iterator[PadBox]:
    with PadBox(f"akis2:pin={OLD}", "--open-length", "--max-digits", "12") as box:
        yield box


def shapes(pin: str) -> list[bytes]:
    """As digits, as hexadecimal text with and without blanks, and packed two to a byte."""
    raw = pin.encode()
    return [raw, raw.hex().encode(), raw.hex().upper().encode(), raw.hex(" ").upper().encode(), bytes.fromhex(pin)]


def holds(data: bytes, pin: str) -> bool:
    return any(shape in data for shape in shapes(pin))


def memory(pid: int) -> bytes:
    """All that the process can read of its own memory."""
    found = []
    with open(f"/proc/{pid}/maps", encoding="ascii") as maps, open(f"/proc/{pid}/mem", "rb", buffering=0) as mem:
        for line in maps:
            first, last, rights = re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+)", line).groups()  # type: ignore[union-attr]
            # Only a sanitizer's shadow is that large: terabytes of marks about the memory, none of its content.
            if "r" not in rights or "[v" in line or int(last, 16) - int(first, 16) >= 1 << 28:
                continue
            try:
                mem.seek(int(first, 16))
                found.append(mem.read(int(last, 16) - int(first, 16)))
            except (OSError, ValueError, OverflowError):
                continue  # a guard page, or one that the kernel keeps to itself
    return b"\0".join(found)


@pytest.mark.parametrize("what", ["verify", "change"])  # no PIN here: pytest puts parameters into the environment
def test_a_typed_pin_is_in_reader_and_card_alone(pad: PadBox, what: str) -> None:
    pins = [OLD] + ([NEW] if what == "change" else [])
    run = Work(pad, what, digits=0, quirks=PLAIN, planted=PLANTED)
    assert run.line() == "typing"
    pad.press("type " + ",".join(pins + pins[1:]))
    assert run.line() == "ok 0000 -1"
    ours = memory(run.process.pid)
    daemon, emulator = memory(pad.pcscd), memory(pad.emulator)
    assert run.close() == 0
    assert holds(ours, PLANTED), "the search does not find what is there"
    assert all(holds(emulator, pin) for pin in pins)
    assert pad.holds() == pins[-1]
    for pin in pins:
        assert not holds(ours, pin)
        assert not holds(daemon, pin)


def test_a_typed_pin_is_in_no_traffic(pad: PadBox) -> None:
    run = Work(pad, "change", digits=0, quirks=PLAIN)
    assert run.line() == "typing"
    pad.press(f"type {OLD},{NEW},{NEW}")
    assert run.line() == "ok 0000 -1"
    assert run.close() == 0
    passed, line = pad.apdus.read_bytes(), pad.wire.read_bytes()
    assert b"ControlCode: 0x42330007" in passed, "pcscd did not log the order"
    for pin in (OLD, NEW):
        assert not holds(passed, pin) and not holds(line, pin)
    # A PIN that a program sends itself is seen in both.
    sent = f"002000810C{PLANTED.encode().hex()}"
    assert "SW1=0x63" in pad.run("opensc-tool", "-c", "default", "-s", "00A4040007504B43532D3135", "-s", sent).stdout
    assert holds(pad.apdus.read_bytes(), PLANTED) and holds(pad.wire.read_bytes(), PLANTED)
