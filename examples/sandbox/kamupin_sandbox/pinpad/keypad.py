# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# PC_to_RDR_Secure (USB CCID 1.1, 6.1.11 and 6.1.12): what the computer orders, and the command that comes of it with the
# digits that a person typed. Only ASCII, to the left, in whole bytes: all that AKİS needs. Touches nothing.
"""Orders to the keypad."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class Refused(Exception):
    """The order has something this reader does not take; the offset of the byte in the message says what."""

    def __init__(self, offset: int) -> None:
        super().__init__(f"byte {offset}")
        self.offset = offset


@dataclass(frozen=True)
class Pad:
    """What this reader takes."""

    min_digits: int = 4
    max_digits: int = 8
    open_length: bool = False  # PINs of any length within the bounds


@dataclass(frozen=True)
class Order:
    """An entry that was ordered."""

    change: bool
    seconds: int
    block: int           # bytes for a PIN, 0: as many as are typed
    start: int           # of the first PIN in the command's data
    offsets: Sequence[int]
    least: int
    most: int
    asks: int            # how many PINs are typed
    sequence: int        # N(S) of the block that the driver prepared
    nad: int
    command: bytes       # header, Lc, room

    def wrong_length(self, pins: Sequence[str]) -> bool:
        """Whether one of the PINs is too short or too long."""
        return any(not self.least <= len(pin) <= self.most or (self.block and len(pin) != self.block) for pin in pins)

    def mismatch(self, pins: Sequence[str]) -> bool:
        """Whether the new PIN was typed differently the second time."""
        return self.change and pins[-1] != pins[-2]

    def completed(self, pins: Sequence[str]) -> bytes:
        """The command with the PINs in it."""
        wanted = [pin.encode("ascii") for pin in (pins[:2] if self.change else pins[:1])]
        if self.block == 0:
            data = b"".join(wanted)
            return self.command[:4] + bytes([len(data)]) + data
        data = bytearray(self.command[5:])
        for pin, offset in zip(wanted, self.offsets):
            at = self.start + offset
            if at + self.block > len(data):
                raise Refused(0)
            data[at:at + len(pin)] = pin
        return self.command[:5] + bytes(data)


def read(data: bytes, pad: Pad) -> Order:
    """The order in a message's data. As the real reader does, one that it cannot fulfil is refused whole."""
    if len(data) < 15 or data[0] > 1:
        raise Refused(10)
    change = data[0] == 1
    first = 5 + (2 if change else 0)
    if data[2] != 0x82:
        raise Refused(12)
    if data[4] != 0 or data[3] >> 4:
        raise Refused(13)
    block, most, least = data[3] & 0x0F, data[first], data[first + 1]
    if block == 0 and not pad.open_length:
        raise Refused(13)
    if most > pad.max_digits:
        raise Refused(10 + first)
    if least < pad.min_digits:
        raise Refused(11 + first)
    rest = first + 2
    confirm = data[rest] if change else 0
    if change:
        rest += 1
    if data[rest] != 0x02:
        raise Refused(10 + rest)
    messages = data[rest + 1]
    if messages != (1 + (confirm & 1) + (confirm >> 1 & 1) if change else 1):
        raise Refused(11 + rest)
    teo = rest + 4 + (3 if change else 1)
    command = data[teo + 3:]
    if len(command) < 5 or command[4] != len(command) - 5:
        raise Refused(13 + teo)
    return Order(change, data[1], block, data[2] >> 3 & 0x0F, tuple(data[5:7]) if change else (0,), least, most, messages,
                 data[teo + 1] >> 6 & 1, data[teo], command)
