# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What goes wrong while a person types at the reader's keypad, or just after: the card had its command at most once, and what is said of it
# is true. And OpenSC, a client nobody here wrote, at the same keypad: the emulated reader is no friend of this library alone.
"""Disturbed work at a keypad."""
from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from cli import KAMUPIN, STATUS, read_json
from pad_box import PadBox
from private_pcscd import wait_for
from terminal import Terminal
from test_pinpad import NEW, OLD, PLAIN, Work, pin_commands, work


@pytest.fixture
def pad() -> Iterator[PadBox]:
    with PadBox(f"akis2:pin={OLD}", "--open-length", "--max-digits", "12") as box:
        yield box


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("fault", ["eject", "cut", "sw=6F00"])
def test_a_fault_of_the_card_at_its_command(pad: PadBox, when: str, fault: str) -> None:
    assert pad.card.control(f"on ins=24 nth=1 {when} {fault}") == "ok"
    pad.press(f"type {OLD},{NEW},{NEW}")
    status = work(pad, "change")[-1].split()[0]
    assert status in (["card-refused"] if fault == "sw=6F00" else ["card-removed", "pin-pad-failed"])
    assert pin_commands(pad) == ["00240081"]  # once, whatever became of it
    assert pad.holds() == (NEW if when == "after" else OLD)


def test_a_daemon_that_dies_while_the_person_types(pad: PadBox) -> None:
    run = Work(pad, "change")
    assert run.line() == "typing"
    wait_for("the order at the reader", lambda: pad.reader()["waiting"] == "1")
    os.kill(pad.pcscd, signal.SIGKILL)
    assert run.line().split()[0] == "reader-service-down"
    run.close()
    assert pin_commands(pad) == []


def der(tag: int, *parts: bytes) -> bytes:
    value = b"".join(parts)
    assert len(value) < 128
    return bytes([tag, len(value)]) + value


def pkcs15_files() -> str:
    """The few files of PKCS #15 (ISO/IEC 7816-15) that tell OpenSC of one PIN: reference 80 in 3D00, 6 to 12 digits."""
    pin = der(0x30, der(0x30, der(0x0C, b"PIN"), der(0x03, b"\x06\xC0")), der(0x30, der(0x04, b"\x01")),
              der(0xA1, der(0x30, der(0x03, b"\x04\x10"), der(0x0A, b"\x01"), der(0x02, b"\x06"), der(0x02, b"\x00"),
                            der(0x02, b"\x0C"), der(0x80, b"\x00\x80"), der(0x30, der(0x04, bytes.fromhex("3F003D00"))))))
    name = bytes.fromhex("A000000063504B43532D3135")
    files = {"2F00": der(0x61, der(0x4F, name), der(0x50, b"test"), der(0x51, bytes.fromhex("3F005015"))),
             "5015/5031": der(0xA8, der(0x30, der(0x04, bytes.fromhex("3F0050154401")))),
             "5015/5032": der(0x30, der(0x02, b"\x00"), der(0x04, b"\x01\x02"), der(0x80, b"test"), der(0x03, b"\x00")),
             "5015/4401": pin}
    return "".join(f"file {path} {content.hex().upper()}\n" for path, content in files.items())


def orders(pad: PadBox) -> list[bytes]:
    """The orders that the driver made the reader, without the display's language and the number of the T=1 block."""
    found = []
    for line in pad.wire.read_text().splitlines():
        if line.startswith("> 69 "):
            order = bytearray.fromhex(line[5:])
            order[9:11] = b"\0\0"
            order[13] &= ~0x40
            found.append(bytes(order))
    return found


def test_opensc_at_the_same_keypad() -> None:
    """It gives the reader the same order as this library, to the byte, and agrees about right and wrong."""
    with PadBox(f"akis1:pin={OLD}", "--open-length", "--max-digits", "12", files=pkcs15_files()) as pad:
        config = pad.folder / "opensc.conf"
        config.write_text("app default {\n\tcard_drivers = old, internal;\n}\n")

        def opensc(typed: str) -> tuple[int, str]:
            pad.press(typed)
            done = pad.run("pkcs15-tool", "--verify-pin", "--auth-id", "01", "--use-pinpad", env={"OPENSC_CONF": str(config)})
            return done.returncode, done.stdout + done.stderr

        assert opensc(f"type {OLD}")[0] == 0
        pad.press(f"type {OLD}")
        assert work(pad, "verify", risk=0, digits=0, seconds=30, quirks=PLAIN)[-1] == "ok 0000 -1"
        theirs, ours = orders(pad)
        assert theirs == ours
        code, said = opensc("type 111111")
        assert code != 0 and "PIN code or key incorrect" in said
        assert pad.tries() == 2
        assert "cancelled by user" in opensc("cancel")[1]
        pad.press(f"type {OLD}")
        assert work(pad, "verify", risk=0, digits=0, quirks=PLAIN)[-1] == "ok 0000 -1"
        assert pad.tries() == 3


def test_at_a_terminal_it_says_what_to_type_and_asks_for_nothing(pad: PadBox) -> None:
    words = [KAMUPIN, "pin", "change", "--pinpad", "--pin-digits", "6", "--unproven", "--lang", "en"]
    with Terminal(words, pad.env | {"TERM": "xterm"}) as at:
        at.expect("Now type at the reader's keypad")
        pad.press(f"type {OLD},{NEW},{NEW}")
        at.expect("The PIN was changed.")
        assert at.wait() == 0
    assert pad.holds() == NEW


def test_a_keypad_and_descriptors_do_not_go_together(pad: PadBox) -> None:
    for extra in (["--pinpad", "--old-pin-fd", "0"], ["--pinpad", "--new-pin-fd", "0"], ["--pin-digits", "6", "--old-pin-fd", "0",
                                                                                       "--new-pin-fd", "0"]):
        done = pad.run(KAMUPIN, "pin", "change", "--unproven", "--json", *extra)
        assert done.returncode == STATUS["invalid-argument"], done.stderr
        assert read_json(done)["error"]["status"] == "invalid-argument"
    assert pin_commands(pad) == []
