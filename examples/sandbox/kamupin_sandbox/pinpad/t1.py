# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# T=1 (ISO/IEC 7816-3, 11) as a card speaks it, with LRC: the driver of this reader works with blocks, not with
# APDUs, so somebody has to be the card's half of the protocol. Touches nothing.
"""The card's half of T=1."""
from __future__ import annotations

from collections.abc import Callable

IFSC = 254
MORE = 0x20


def lrc(data: bytes) -> int:
    """The check byte: all bytes by exclusive or."""
    value = 0
    for byte in data:
        value ^= byte
    return value


def block(nad: int, pcb: int, inf: bytes = b"") -> bytes:
    """A whole block. The card answers with the nodes the other way round."""
    body = bytes([(nad & 0x0F) << 4 | nad >> 4, pcb, len(inf)]) + inf
    return body + bytes([lrc(body)])


class T1:
    """One session, from power-on to power-off."""

    def __init__(self, transmit: Callable[[bytes], bytes]) -> None:
        self._transmit = transmit
        self._ifsd = 32
        self._sent = 0      # N(S) of our next I-block
        self._expected = 0  # N(S) of the host's next I-block
        self._command = b""
        self._waiting = b""  # of an answer that goes in several blocks
        self._last = b""

    def answer(self, received: bytes) -> bytes:
        """The block that answers a block; R-blocks with an error for those that are none."""
        if len(received) < 4 or received[2] != len(received) - 4 or lrc(received) != 0:
            return block(received[0] if received else 0, 0x81 | self._expected << 4)
        nad, pcb, inf = received[0], received[1], received[3:-1]
        if pcb & 0x80 == 0:
            self._last = self._information(nad, pcb, inf)
        elif pcb & 0xC0 == 0xC0:
            self._last = self._supervision(nad, pcb, inf)
        elif self._waiting:
            self._last = self._next(nad)
        return self._last

    def keypad(self, nad: int, number: int, command: bytes) -> bytes:
        """The answer to a command that the reader completed itself, as a block that carried it would get."""
        return self.answer(self._host_block(nad, number, command))

    @staticmethod
    def _host_block(nad: int, number: int, inf: bytes) -> bytes:
        body = bytes([nad, number << 6, len(inf)]) + inf
        return body + bytes([lrc(body)])

    def _information(self, nad: int, pcb: int, inf: bytes) -> bytes:
        if pcb >> 6 & 1 != self._expected:
            return block(nad, 0x82 | self._expected << 4)
        self._expected ^= 1
        self._command += inf
        if pcb & MORE:
            return block(nad, 0x80 | self._expected << 4)
        command, self._command = self._command, b""
        self._waiting = self._transmit(command)
        return self._next(nad)

    def _next(self, nad: int) -> bytes:
        part, self._waiting = self._waiting[:self._ifsd], self._waiting[self._ifsd:]
        made = block(nad, self._sent << 6 | (MORE if self._waiting else 0), part)
        self._sent ^= 1
        return made

    def _supervision(self, nad: int, pcb: int, inf: bytes) -> bytes:
        if pcb == 0xC1 and len(inf) == 1:
            self._ifsd = inf[0]
        if pcb == 0xC0:
            self._sent = self._expected = 0
            self._command = self._waiting = b""
        return block(nad, pcb | 0x20, inf)
