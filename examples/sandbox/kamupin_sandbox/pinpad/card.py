# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The reader's contacts: listens on loopback as vpcd does, and a card that connects is one that was put in. Touches
# that one port.
"""The card's side of the reader."""
from __future__ import annotations

import socket
import struct

POWER_OFF, POWER_ON, RESET, ATR = 0, 1, 2, 4
PATIENCE = 10.0  # seconds for an answer that the card owes


class CardGone(Exception):
    """The card was pulled, or does not answer."""


class Contacts:
    """A card is there from its connection to the end of it."""

    def __init__(self, port: int) -> None:
        self.listener = socket.create_server(("127.0.0.1", port))
        self.listener.setblocking(False)
        self.port: int = self.listener.getsockname()[1]
        self.card: socket.socket | None = None

    def accept(self) -> None:
        """Takes a card in; a second one finds the slot full."""
        try:
            card, _ = self.listener.accept()
        except BlockingIOError:
            return
        if self.card is not None:
            card.close()
            return
        card.settimeout(PATIENCE)
        card.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.card = card

    def lose(self) -> None:
        """The contact is gone."""
        if self.card is not None:
            self.card.close()
        self.card = None

    def looks_gone(self) -> None:
        """To be called when an idle card is readable: it never speaks unasked, so it has hung up."""
        self.lose()

    def close(self) -> None:
        """Ends both."""
        self.lose()
        self.listener.close()

    def _say(self, message: bytes) -> None:
        if self.card is None:
            raise CardGone
        try:
            self.card.sendall(struct.pack(">H", len(message)) + message)
        except OSError:
            self.lose()
            raise CardGone from None

    def _hear(self) -> bytes:
        def exactly(count: int) -> bytes:
            data = b""
            while len(data) < count:
                assert self.card is not None
                part = self.card.recv(count - len(data))
                if not part:
                    raise OSError
                data += part
            return data

        try:
            return exactly(struct.unpack(">H", exactly(2))[0])
        except OSError:
            self.lose()
            raise CardGone from None

    def atr(self) -> bytes:
        """The card's answer to reset."""
        self._say(bytes([ATR]))
        return self._hear()

    def power(self, signal: int) -> None:
        """POWER_OFF, POWER_ON or RESET; the card says nothing to it."""
        self._say(bytes([signal]))

    def transmit(self, command: bytes) -> bytes:
        """One command, one answer."""
        self._say(command)
        return self._hear()
