# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What tests/integration/test_bindings_python_work.py has a Python program do: a signed document, a PIN at the reader's keypad,
# a new PIN by an order's code, also as an asyncio program that waits for a session's answer; readers that were given up.
"""usage: work.py sign PIN FILE MADE | pad | order PIN NEW | late READER"""
from __future__ import annotations

import asyncio
import os
import sys
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


if __name__ == "__main__":
    if sys.argv[1] == "pad":
        pad()
    elif sys.argv[1] == "sign":
        sign(*sys.argv[2:5])
    elif sys.argv[1] == "late":
        late(sys.argv[2])
    else:
        order(*sys.argv[2:4])
