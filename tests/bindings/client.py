# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What a Python program does with the binding: lists cards, unblocks one (also as an asyncio program), waits for a card.
# Driven by tests/integration/test_bindings.py inside the sandbox, line by line; Client.java and tests/drivers/public/client.c
# speak the same lines.
"""usage: client.py list | unblock | await | wait"""
from __future__ import annotations

import asyncio
import os
import sys
import threading

import kamupin


def say(*words: object) -> None:
    print(*words, sep="\t", flush=True)


def word(value: kamupin.Values) -> str:
    """NOT_SET here is "not-set" in the command's JSON."""
    return value.name.lower().replace("_", "-")


def count(value: int | None) -> int:
    return -1 if value is None else value


def new_context() -> kamupin.Context:
    return kamupin.Context(state_folder=os.environ["KAMUPIN_STATE_DIR"], ca_file=os.environ["KAMUPIN_CA_FILE"])


def read_secret(context: kamupin.Context, kind: kamupin.SecretKind) -> kamupin.Secret:
    """One line of standard input, through memory that is overwritten."""
    secret, byte = kamupin.Secret(context, kind), bytearray(1)
    while os.readv(0, [byte]) == 1 and byte != b"\n":
        secret.append(byte)
    return secret


def list_cards(context: kamupin.Context) -> None:
    with context.cards() as cards:
        for card in cards:
            say("card", card.reader, word(card.kind), card.card_id, card.serial, card.profile, card.product, card.atr.hex().upper(),
                card.certificates, word(card.pin_state), word(card.pin_tries), count(card.pin_tries_left), count(card.pin_tries_max),
                word(card.puk_state), word(card.puk_tries), count(card.puk_tries_left), count(card.puk_tries_max),
                kamupin.status_name(card.usable))


def show(event: kamupin.Event) -> None:
    say("event", int(event.kind), int(event.phase), count(event.seconds_left), event.card_id)


def unblock(context: kamupin.Context) -> None:
    with context.operation(os.environ["KAMUPIN_SERVICE"], on_event=show) as operation:
        with read_secret(context, kamupin.SecretKind.VERIFICATION_CODE) as code:
            operation.redeem(code)
        with operation.cards() as cards:
            say("allowed", *[card.card_id for card in cards if card.usable == kamupin.Status.OK])
        operation.choose()
        with read_secret(context, kamupin.SecretKind.PIN) as pin:
            operation.set_pin(pin, pin)
        sms = operation.begin_factor()
        say("sms", sms.destination, sms.code_length)
        with read_secret(context, kamupin.SecretKind.SMS_CODE) as code:
            operation.verify_factor(code)
        operation.run()
        result = operation.result
        say("result", int(result.outcome), result.reported, result.card_id, result.product)


async def unblock_awaiting(context: kamupin.Context) -> None:
    """The same steps, awaited."""
    loop = asyncio.get_running_loop()

    async def read(kind: kamupin.SecretKind) -> kamupin.Secret:
        return await loop.run_in_executor(None, read_secret, context, kind)

    async with context.operation(os.environ["KAMUPIN_SERVICE"], on_event=show) as operation:
        await operation.redeem(await read(kamupin.SecretKind.VERIFICATION_CODE))
        with await operation.cards() as cards:
            say("allowed", *[card.card_id for card in cards if card.usable == kamupin.Status.OK])
        await operation.choose()
        pin = await read(kamupin.SecretKind.PIN)
        await operation.set_pin(pin, pin)
        sms = await operation.begin_factor()
        say("sms", sms.destination, sms.code_length)
        await operation.verify_factor(await read(kamupin.SecretKind.SMS_CODE))
        await operation.run()
        result = operation.result
    say("result", int(result.outcome), result.reported, result.card_id, result.product)


def await_unblock(context: kamupin.Context) -> None:
    asyncio.run(unblock_awaiting(context))


def wait(context: kamupin.Context) -> None:
    """Another thread runs while the library waits: only so can the line below come before the change."""
    sys.setswitchinterval(1000)  # the waiting thread gives the interpreter away in the library or nowhere
    cards, entered, ended = context.cards(), threading.Event(), []

    def waiting() -> None:
        entered.set()
        try:
            cards.wait(10)
            ended.append("changed")
        except kamupin.KamupinError as error:
            ended.append(error.name)

    thread = threading.Thread(target=waiting)
    thread.start()
    entered.wait()
    say("running while it waits", thread.is_alive())
    thread.join()
    say("waited", *ended)


def main() -> int:
    try:
        with new_context() as context:
            {"list": list_cards, "unblock": unblock, "await": await_unblock, "wait": wait}[sys.argv[1]](context)
        return 0
    except kamupin.KamupinError as error:
        say("error", error.name, count(error.tries_left), error.text(kamupin.Language.TURKISH), error.text(kamupin.Language.ENGLISH))
        return 1


if __name__ == "__main__":
    sys.exit(main())
