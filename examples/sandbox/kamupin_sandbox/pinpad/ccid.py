# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# CCID messages (USB CCID 1.1, chapter 6) in the frames of Gemalto's serial readers: 03 06, the message, and an
# exclusive-or of all before. Touches nothing.
"""Messages and frames."""
from __future__ import annotations

import struct
from dataclasses import dataclass

from .t1 import lrc

SYNC = b"\x03\x06"
HEADER = 10
POWER_ON, POWER_OFF, SLOT_STATUS, TRANSFER, SECURE, ESCAPE, SET_PARAMETERS, GET_PARAMETERS = (
    0x62, 0x63, 0x65, 0x6F, 0x69, 0x6B, 0x61, 0x6C)
DATA_BLOCK, STATUS, PARAMETERS, ESCAPED = 0x80, 0x81, 0x82, 0x83
ACTIVE, INACTIVE, ABSENT = 0, 1, 2
FAILED = 0x40
MUTE, NO_SUCH_COMMAND, CANCELLED, TIMED_OUT = 0xFE, 0x00, 0xEF, 0xF0


@dataclass(frozen=True)
class Message:
    """A message from the computer."""

    kind: int
    slot: int
    sequence: int
    special: bytes
    data: bytes


class Frames:
    """Collects bytes and cuts whole messages out of them."""

    def __init__(self) -> None:
        self._bytes = b""

    def feed(self, data: bytes) -> list[Message]:
        """The messages that are complete now. What is no frame is skipped."""
        self._bytes += data
        found = []
        while True:
            start = self._bytes.find(SYNC)
            if start < 0:
                self._bytes = self._bytes[-1:]
                return found
            self._bytes = self._bytes[start:]
            if len(self._bytes) < 2 + HEADER:
                return found
            size = struct.unpack_from("<I", self._bytes, 3)[0]
            whole = 2 + HEADER + size + 1
            if len(self._bytes) < whole:
                return found
            frame, self._bytes = self._bytes[:whole], self._bytes[whole:]
            if lrc(frame) == 0:
                found.append(Message(frame[2], frame[7], frame[8], frame[9:12], frame[12:-1]))


def reply(to: Message, kind: int, status: int, error: int = 0, data: bytes = b"", last: int = 0) -> bytes:
    """The answering frame. `last` is the chaining, clock or protocol byte, as the kind has it."""
    frame = SYNC + struct.pack("<BIBBBBB", kind, len(data), to.slot, to.sequence, status, error, last) + data
    return frame + bytes([lrc(frame)])
