# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What tests/integration/test_bindings_python_work.py has a Python program do: a signed document, a PIN at the reader's keypad,
# a new PIN by an order's code, also as an asyncio program that waits for a session's answer; readers that were given up; awaited
# changes of a PIN that are cancelled.
"""usage: work.py sign PIN FILE MADE | pad | order PIN NEW | late READER | cancel READER PIN NEW"""
from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import kamupin
from kamupin import PinRisk, Product


def say(*words: object) -> None:
    print(*words, sep="\t", flush=True)


def sign(pin: str, content: str, made: str) -> None:
    with kamupin.Context() as context, context.open() as card:
        say("signs with", card.check_sign(risk=PinRisk.UNPROVEN))
        document = Path(content).read_bytes()
        Path(made).write_bytes(card.cms(document, bytearray(pin, "ascii"), risk=PinRisk.UNPROVEN))
        Path(made + ".detached").write_bytes(card.cms(document, bytearray(pin, "ascii"), detached=True, risk=PinRisk.UNPROVEN))


def pad() -> None:
    with kamupin.Context() as context, context.open() as card:
        found = card.pad(kamupin.PadUse(digits=6))
        say("pad", found.verify, found.change, found.wants_digits, found.max_digits)
        card.verify_at_pad(kamupin.PadUse(digits=6, timeout=20, typing=lambda: say("typing")), PinRisk.UNPROVEN)
        say("verified")
        unusable = kamupin.PadUse(quirks=kamupin.PadQuirk.UNUSABLE)
        try:
            card.change_pin_at_pad(unusable, PinRisk.UNPROVEN)
        except kamupin.KamupinError as error:
            say("refused", error.name)

        def fail() -> None:
            raise LookupError("nobody there")

        try:
            card.verify_at_pad(kamupin.PadUse(digits=6, timeout=20, typing=fail), PinRisk.UNPROVEN)
        except LookupError as error:
            say("raised", error)


async def ordered(context: kamupin.Context, pin: str, new: str) -> None:
    service = os.environ["KAMUPIN_SERVICE"]
    with context.session(service) as session:
        with context.open(os.environ["KAMUPIN_CARD_OF_LOGIN"]) as card:
            await session.to_thread(session.login_card, card, bytearray(pin, "ascii"), PinRisk.UNPROVEN)
        say("session", (await session.to_thread(session.info)).name)
        with await session.to_thread(session.order, Product.NES) as order:
            code, left = await session.to_thread(order.code)
            say("code", len(code), left is not None and left > 0)
            async with context.operation(service) as operation:
                await operation.redeem(code)
                await operation.choose(os.environ["KAMUPIN_CARD_OF_WORK"])
                again = bytearray(new, "ascii")
                await operation.set_pin(again, again)
                sms = await operation.begin_factor()
                say("sms", sms.code_length)
                await operation.verify_factor(bytearray(sys.stdin.readline().strip(), "ascii"))
                await operation.run()
                say("outcome", operation.result.outcome.word)
            say("order", (await session.to_thread(order.read)).state.word)


def order(pin: str, new: str) -> None:
    with kamupin.Context(state_folder=os.environ["KAMUPIN_STATE_DIR"], ca_file=os.environ["KAMUPIN_CA_FILE"]) as context:
        asyncio.run(ordered(context, pin, new))


def late(reader: str) -> None:
    """What comes too late reaches nothing: neither what was freed nor what has come to its place."""
    def useless(call: Callable[..., Any], *arguments: Any) -> None:
        try:
            call(*arguments)
            raise AssertionError("a call on what was given up")
        except kamupin.ReaderFailure as failure:
            assert failure.status == kamupin.Status.INVALID_ARGUMENT

    readers, challenge = kamupin.PcscReaders(), bytearray.fromhex("0084000008")
    worker = readers.open()
    gone = readers.connect(worker, reader)
    readers.disconnect(gone)
    connection = readers.connect(worker, reader)
    readers.disconnect(gone)
    useless(readers.begin, gone)
    useless(readers.transmit, gone, challenge)
    assert len(readers.transmit(connection, challenge)) >= 2
    readers.close(worker)
    useless(readers.transmit, connection, challenge)
    useless(readers.reconnect, connection)
    readers.disconnect(connection)
    readers.close(worker)
    readers.wake(worker)
    useless(readers.readers, worker)
    useless(readers.watch, worker, [], 0)
    useless(readers.connect, worker, reader)
    say("refused")


class Holding(kamupin.PcscReaders):
    """Holds a change of the PIN up until it is let go."""

    def __init__(self, entered: Callable[[], object]) -> None:
        super().__init__()
        self.entered, self.release = entered, threading.Event()

    def transmit(self, connection: Any, command: bytearray) -> bytes:
        if command[1] == 0x24:
            self.entered()
            self.release.wait()
        return super().transmit(connection, command)


async def cancelled_changes(reader: str, pin: str, new: str) -> None:
    """A card that was opened by an awaited call, and one whose cancel handle its program has closed: the PIN is being changed when
    the task is cancelled, or has no time left."""
    def opened_and_closed() -> kamupin.Card:
        with kamupin.Cancel(context) as cancel:
            return context.open(reader, cancel)

    entered, loop = asyncio.Event(), asyncio.get_running_loop()
    readers = Holding(lambda: loop.call_soon_threadsafe(entered.set))
    context = kamupin.Context(state_folder=os.environ["KAMUPIN_STATE_DIR"], readers=readers)
    ways: list[Callable[[], Any]] = [lambda: context.to_thread(context.open, reader), lambda: asyncio.to_thread(opened_and_closed)]
    for way, old, now in (ways[0], pin, new), (ways[1], new, pin):
        with await way() as card:
            again = bytearray(now, "ascii")
            task = asyncio.ensure_future(card.to_thread(card.change_pin, bytearray(old, "ascii"), again, again, PinRisk.UNPROVEN))
            await entered.wait()
            if way is ways[0]:
                task.cancel()
            waiting = task if way is ways[0] else asyncio.ensure_future(asyncio.wait_for(task, 0))
            for _ in range(10):  # the loop goes round until whatever could go on has gone on
                await asyncio.sleep(0)
            say("ended before the card", task.done() or waiting.done())
            entered.clear()
            readers.release.set()
            try:
                await waiting
            except (asyncio.CancelledError, asyncio.TimeoutError, kamupin.KamupinError) as error:
                say(type(error).__name__)
            readers.release.clear()
            say("the card", (await card.to_thread(card.read)).pin_state.word)
    context.close()


def cancel(reader: str, pin: str, new: str) -> None:
    asyncio.run(cancelled_changes(reader, pin, new))


if __name__ == "__main__":
    if sys.argv[1] == "pad":
        pad()
    elif sys.argv[1] == "sign":
        sign(*sys.argv[2:5])
    elif sys.argv[1] == "late":
        late(sys.argv[2])
    elif sys.argv[1] == "cancel":
        cancel(*sys.argv[2:5])
    else:
        order(*sys.argv[2:4])
