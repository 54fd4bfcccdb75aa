# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The reader itself: one loop over the serial line, the card and the person at the keypad, who is played by lines on a
# control socket. Touches its pseudo-terminal, its port, its socket and its log.
"""The reader's loop."""
from __future__ import annotations

import os
import selectors
import socket
import time
import tty
from collections import deque
from pathlib import Path
from typing import TextIO

from . import ccid
from .card import POWER_OFF, POWER_ON, RESET, CardGone, Contacts
from .ccid import Frames, Message, reply
from .keypad import Order, Pad, Refused, read
from .t1 import T1

FIRMWARE = b"GemTwin-V2.00-GK00"
ENABLE, ASK_FIRMWARE = 0x01, 0x02


class Reader:
    """Use: Reader(…).serve(); stop with a signal."""

    def __init__(self, contacts: Contacts, tty_path: Path, control: Path, pad: Pad, log: TextIO | None) -> None:
        self.contacts = contacts
        self.pad = pad
        self.log = log
        self.line, other = os.openpty()
        tty.setraw(other)
        self._other = other  # held open: a line without a far end would read as broken
        tty_path.unlink(missing_ok=True)
        tty_path.symlink_to(os.ttyname(other))
        control.unlink(missing_ok=True)
        self.control = socket.socket(socket.AF_UNIX)
        self.control.bind(str(control))
        control.chmod(0o600)
        self.control.listen(8)
        self.frames = Frames()
        self.session: T1 | None = None
        self.powered = False
        self.people: deque[str] = deque()  # what will be typed, an entry each
        self.waiting: tuple[Message, Order, float] | None = None
        self.orders = 0

    # ---- the loop ----

    def serve(self) -> None:
        """Until the process is ended."""
        while True:
            with selectors.DefaultSelector() as watch:
                watch.register(self.line, selectors.EVENT_READ, self._serial)
                watch.register(self.control, selectors.EVENT_READ, self._person)
                watch.register(self.contacts.listener, selectors.EVENT_READ, self.contacts.accept)
                if self.contacts.card is not None:
                    watch.register(self.contacts.card, selectors.EVENT_READ, self._card_gone)
                wait = None if self.waiting is None else max(0.0, self.waiting[2] - time.monotonic())
                for key, _ in watch.select(wait):
                    key.data()
            self._entry()

    def _note(self, text: str) -> None:
        if self.log is not None:
            self.log.write(text + "\n")
            self.log.flush()

    def _card_gone(self) -> None:
        self.contacts.looks_gone()
        self.powered = False

    def _serial(self) -> None:
        data = os.read(self.line, 4096)
        for message in self.frames.feed(data):
            self._note(f"> {message.kind:02X} {message.data.hex().upper()}")
            self._handle(message)

    def _send(self, frame: bytes) -> None:
        """Twice: the line's own driver takes the first frame for the echo of its command."""
        self._note(f"< {frame[2]:02X} {frame[12:-1].hex().upper()} status {frame[9]:02X} error {frame[10]:02X}")
        data = frame + frame
        while data:
            data = data[os.write(self.line, data):]

    # ---- messages ----

    def _status(self) -> int:
        if self.contacts.card is None:
            return ccid.ABSENT
        return ccid.ACTIVE if self.powered else ccid.INACTIVE

    def _handle(self, message: Message) -> None:
        try:
            if message.kind == ccid.SECURE:
                self._secure(message)
            else:
                self._send(self._answer(message))
        except CardGone:
            self.powered = False
            kind = ccid.DATA_BLOCK if message.kind in (ccid.POWER_ON, ccid.TRANSFER, ccid.SECURE) else ccid.STATUS
            self._send(reply(message, kind, ccid.FAILED | ccid.ABSENT, ccid.MUTE))

    def _answer(self, message: Message) -> bytes:
        if message.kind == ccid.ESCAPE:
            return self._escape(message)
        if message.kind == ccid.POWER_ON:
            self.contacts.power(RESET if self.powered else POWER_ON)
            atr = self.contacts.atr()
            self.powered = True
            self.session = T1(self.contacts.transmit)
            return reply(message, ccid.DATA_BLOCK, ccid.ACTIVE, data=atr)
        if message.kind == ccid.POWER_OFF:
            if self.contacts.card is not None:
                self.contacts.power(POWER_OFF)
            self.powered = False
            return reply(message, ccid.STATUS, self._status())
        if message.kind == ccid.TRANSFER:
            return self._transfer(message)
        if message.kind == ccid.SET_PARAMETERS:
            return reply(message, ccid.PARAMETERS, self._status(), data=message.data, last=1)
        return reply(message, ccid.STATUS, self._status())

    def _escape(self, message: Message) -> bytes:
        """The reader's own commands: firmware, notifications; the rest it does not know."""
        if message.data[:1] == bytes([ASK_FIRMWARE]):
            return reply(message, ccid.ESCAPED, self._status(), data=FIRMWARE)
        if message.data[:1] == bytes([ENABLE]) or message.data[:1] == b"\xB2":  # … and texts of the display
            return reply(message, ccid.ESCAPED, self._status())
        return reply(message, ccid.ESCAPED, ccid.FAILED | self._status(), ccid.NO_SUCH_COMMAND)

    def _transfer(self, message: Message) -> bytes:
        if self.contacts.card is None or not self.powered or self.session is None:
            raise CardGone
        if message.data[:1] == b"\xFF":  # protocol and parameters: what is asked for is taken
            return reply(message, ccid.DATA_BLOCK, ccid.ACTIVE, data=message.data)
        return reply(message, ccid.DATA_BLOCK, ccid.ACTIVE, data=self.session.answer(message.data))

    # ---- the keypad ----

    def _secure(self, message: Message) -> None:
        if self.contacts.card is None or not self.powered:
            raise CardGone
        try:
            order = read(message.data, self.pad)
        except Refused as refused:
            self._send(reply(message, ccid.DATA_BLOCK, ccid.FAILED | ccid.ACTIVE, refused.offset))
            return
        self.orders += 1
        self.waiting = (message, order, time.monotonic() + (order.seconds or 30))

    def _entry(self) -> None:
        """Ends the entry when the person has typed, or the time is over."""
        if self.waiting is None:
            return
        message, order, until = self.waiting
        if self.people:
            self.waiting = None
            self._typed(message, order, self.people.popleft())
        elif time.monotonic() >= until:
            self.waiting = None
            self._send(reply(message, ccid.DATA_BLOCK, ccid.FAILED | ccid.ACTIVE, ccid.TIMED_OUT))

    def _typed(self, message: Message, order: Order, typed: str) -> None:
        pins = typed.split(",")
        if typed == "pull":
            self.contacts.lose()
        if self.contacts.card is None:
            self._send(reply(message, ccid.DATA_BLOCK, ccid.FAILED | ccid.ABSENT, ccid.MUTE))
        elif typed == "cancel" or len(pins) != order.asks:
            self._send(reply(message, ccid.DATA_BLOCK, ccid.FAILED | ccid.ACTIVE, ccid.CANCELLED))
        elif order.wrong_length(pins):
            self._send(reply(message, ccid.DATA_BLOCK, ccid.ACTIVE, data=b"\x64\x03"))
        elif order.mismatch(pins):
            self._send(reply(message, ccid.DATA_BLOCK, ccid.ACTIVE, data=b"\x64\x02"))
        else:
            self._give(message, order, pins)

    def _give(self, message: Message, order: Order, pins: list[str]) -> None:
        """The card gets its command; nobody else sees it. It goes by T=1 as any other, with the number that the driver
        gave to the block."""
        assert self.session is not None
        try:
            command = order.completed(pins)
            block = self.session.keypad(order.nad, order.sequence, command)
            self._send(reply(message, ccid.DATA_BLOCK, ccid.ACTIVE, data=block))
        except CardGone:
            self.powered = False
            self._send(reply(message, ccid.DATA_BLOCK, ccid.FAILED | ccid.ABSENT, ccid.MUTE))

    # ---- the person ----

    def _person(self) -> None:
        client, _ = self.control.accept()
        with client:
            client.settimeout(5)
            words = client.makefile(encoding="ascii").readline().split()
            client.sendall((self._told(words) + "\n").encode())

    def _told(self, words: list[str]) -> str:
        """type PIN[,NEW,NEW], cancel, pull: what the person does at the next entry (or at this one); status."""
        if words[:1] == ["type"] and len(words) == 2:
            self.people.append(words[1])
        elif words in (["cancel"], ["pull"]):
            self.people.append(words[0])
        elif words == ["status"]:
            return (f"ok card={int(self.contacts.card is not None)} powered={int(self.powered)} orders={self.orders} "
                    f"waiting={int(self.waiting is not None)} people={len(self.people)}")
        else:
            return "error no such line; there are: type PIN[,NEW,NEW], cancel, pull, status"
        return "ok"
