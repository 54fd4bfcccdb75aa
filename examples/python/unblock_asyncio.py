#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# unblock_asyncio.py: a whole asyncio program that gives a card a new PIN in steps that are awaited, so that a server or
# a window lives on meanwhile. Answers are lines of standard input; switch a terminal's echo off around it
# (unblock.py shows how). Ctrl-C cancels the step and with it the operation.
#
#   KAMUPIN_SERVICE=https://… unblock_asyncio.py [CARD]
#
# Exits with the status' number (0: done) and says what happened in Turkish and English.
"""Gives a card a new PIN, awaiting each step."""
import asyncio
import os
import sys
import threading
from concurrent.futures import Future
from typing import Optional

import kamupin
from kamupin import Language, SecretKind


def say(*lines: str) -> None:
    print(*lines, sep="\n", file=sys.stderr, flush=True)


async def ask(context: kamupin.Context, kind: SecretKind, prompt: str) -> kamupin.Secret:
    """A line of standard input, key by key into a secret."""
    typed: Future[kamupin.Secret] = Future()
    typed.set_running_or_notify_cancel()

    def read() -> None:
        try:
            secret, key = kamupin.Secret(context, kind), bytearray(1)
            while os.readv(0, [key]) == 1 and key != b"\n":
                secret.append(key)  # and wipes it
            typed.set_result(secret)
        except BaseException as error:
            typed.set_exception(error)

    say(prompt)
    threading.Thread(target=read, daemon=True).start()  # a daemon: Ctrl-C does not wait for input
    return await asyncio.wrap_future(typed)


def show(event: kamupin.Event) -> None:
    if event.phase == kamupin.Phase.CARD_WORK:
        say("Kartı çıkarmayın. / Leave the card where it is.")


async def unblock(context: kamupin.Context, card: Optional[str]) -> kamupin.Result:
    async with context.operation(os.environ.get("KAMUPIN_SERVICE", ""), on_event=show) as operation:
        await operation.redeem(await ask(context, SecretKind.VERIFICATION_CODE, "Sayfadaki doğrulama kodu / Code on the web page"))
        await operation.choose(card)  # None: the only one that may be used
        say(kamupin.notice_text(kamupin.Notice.BEFORE_PIN, Language.TURKISH), kamupin.notice_text(kamupin.Notice.BEFORE_PIN))
        pin = await ask(context, SecretKind.PIN, "Yeni PIN / New PIN")
        await operation.set_pin(pin, await ask(context, SecretKind.PIN, "Yeni PIN (tekrar) / New PIN again"))
        sms = await operation.begin_factor(kamupin.FactorType.SMS)
        await operation.verify_factor(await ask(context, SecretKind.SMS_CODE, f"{sms.destination} SMS kodu / SMS code"))
        await operation.run()
        return operation.result


async def main() -> int:
    try:
        # None: the system's authorities, and the user's own folder
        with kamupin.Context(ca_file=os.environ.get("KAMUPIN_CA_FILE"), state_folder=os.environ.get("KAMUPIN_STATE_DIR")) as context:
            await context.to_thread(context.resume)  # what an earlier run could not finish
            result = await unblock(context, sys.argv[1] if sys.argv[1:] else None)
        print(result.card_id, result.outcome.word)
        return 0
    except kamupin.KamupinError as error:
        say(error.text(Language.TURKISH), error.text(Language.ENGLISH))
        return int(error.status)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
