# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What a Python program does with the binding: lists cards, unblocks one, waits for a card. Driven by
# tests/integration/test_bindings.py inside the sandbox, line by line; Client.java speaks the same lines.
"""usage: client.py list | unblock | wait"""
from __future__ import annotations

import os
import sys
import threading

import kamupin

KINDS = {kamupin.CARD_NONE: "none", kamupin.CARD_UNKNOWN: "unknown", kamupin.CARD_SIGNATURE: "signature",
         kamupin.CARD_IDENTITY: "identity"}
STATES = {kamupin.PIN_UNKNOWN: "unknown", kamupin.PIN_NOT_SET: "not-set", kamupin.PIN_USABLE: "usable",
          kamupin.PIN_BLOCKED: "blocked", kamupin.PIN_DEAD: "dead"}
TRIES = {kamupin.TRIES_UNKNOWN: "unknown", kamupin.TRIES_KNOWN: "known", kamupin.TRIES_VERIFIED: "verified"}


def say(*words: object) -> None:
    print(*words, sep="\t", flush=True)


def new_context() -> kamupin.Context:
    return kamupin.Context(state_folder=os.environ["KAMUPIN_STATE_DIR"], ca_file=os.environ["KAMUPIN_CA_FILE"])


def read_secret(context: kamupin.Context, kind: int) -> kamupin.Secret:
    """One line of standard input, through memory that is overwritten."""
    secret, byte = kamupin.Secret(context, kind), bytearray(1)
    while os.readv(0, [byte]) == 1 and byte != b"\n":
        secret.append(byte)
    byte[0] = 0
    return secret


def list_cards(context: kamupin.Context) -> None:
    with kamupin.ReaderList(context) as cards:
        for card in cards:
            say("card", card.reader, KINDS[card.kind], card.card_id, card.serial, card.profile, card.product,
                card.atr_hex(), card.certificates, STATES[card.pin_state], TRIES[card.pin_tries],
                card.pin_tries_left, card.pin_tries_max, STATES[card.puk_state], TRIES[card.puk_tries],
                card.puk_tries_left, card.puk_tries_max, kamupin.status_name(card.usable))


class Show(kamupin.Listener):
    def event(self, event: kamupin.Event) -> None:
        say("event", event.kind, event.phase, event.seconds_left, event.card_id)


def unblock(context: kamupin.Context) -> None:
    with kamupin.Operation(context, os.environ["KAMUPIN_SERVICE"], listener=Show()) as operation:
        with read_secret(context, kamupin.SECRET_VERIFICATION_CODE) as code:
            operation.redeem(code)
        with operation.cards() as cards:
            say("allowed", *[card.card_id for card in cards if card.usable == kamupin.OK])
        operation.choose()
        with read_secret(context, kamupin.SECRET_PIN) as pin:
            operation.set_pin(pin, pin)
        sms = operation.begin_factor()
        say("sms", sms.destination, sms.code_length)
        with read_secret(context, kamupin.SECRET_SMS_CODE) as code:
            operation.verify_factor(code)
        operation.run()
        result = operation.result()
        say("result", result.outcome, result.reported, result.card_id, result.product)


def wait(context: kamupin.Context) -> None:
    """Another thread runs while the library waits: only so can the line below come before the change."""
    sys.setswitchinterval(1000)  # the waiting thread gives the interpreter away in the library or nowhere
    cards, entered, ended = kamupin.ReaderList(context), threading.Event(), []

    def waiting() -> None:
        entered.set()
        try:
            cards.wait_for_change(10_000)
            ended.append("changed")
        except kamupin.Error as error:
            ended.append(kamupin.status_name(error.status))

    thread = threading.Thread(target=waiting)
    thread.start()
    entered.wait()
    say("running while it waits", thread.is_alive())
    thread.join()
    say("waited", *ended)


def main() -> int:
    try:
        with new_context() as context:
            {"list": list_cards, "unblock": unblock, "wait": wait}[sys.argv[1]](context)
        return 0
    except kamupin.Error as error:
        say("error", kamupin.status_name(error.status), error.tries_left, error.text(kamupin.TURKISH),
            error.text(kamupin.ENGLISH))
        return 1


if __name__ == "__main__":
    sys.exit(main())
