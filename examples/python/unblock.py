#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# unblock.py: a whole program that gives a card a new PIN: one call, and two small methods that it asks and tells.
# Answers are lines of standard input, hidden at a terminal; never of the command line, where everybody sees them.
#
#   KAMUPIN_SERVICE=https://… unblock.py [CARD]
#
# Exits with the status' number (0: done) and says what happened in Turkish and English.
"""Gives a card a new PIN."""
import os
import sys
import termios

import kamupin
from kamupin import Ask, EventKind, Language, Notice, Phase

WHAT = {
    Ask.CODE: "Sayfadaki doğrulama kodu / Code on the web page",
    Ask.NEW_PIN: "Yeni PIN / New PIN",
    Ask.NEW_PIN_AGAIN: "Yeni PIN (tekrar) / New PIN again",
    Ask.SMS_CODE: "SMS kodu (boş: yenisi) / SMS code (empty: a new one)",
    Ask.WEB_PASSWORD: "WEB parola (boş: SMS ile) / Web password (empty: by SMS)",
    Ask.PIN_TO_CHECK: "Yarıda kalan işlemin PIN'i / PIN of the interrupted operation",
}


def say(*lines: str) -> None:
    print(*lines, sep="\n", file=sys.stderr, flush=True)


def read_line(prompt: str) -> bytearray:
    """What the person types, into memory that can be wiped. EOFError at the end of the input."""
    before = termios.tcgetattr(0) if os.isatty(0) else None
    if before is not None:
        hidden = list(before)
        hidden[3] &= ~termios.ECHO
        termios.tcsetattr(0, termios.TCSAFLUSH, hidden)
    print(f"{prompt}: ", end="", file=sys.stderr, flush=True)
    try:
        typed, key = bytearray(), bytearray(1)
        while os.readv(0, [key]) == 1:
            if key == b"\n":
                return typed
            # A bytearray that grows may leave its old memory behind: it is made anew, and the old one wiped.
            typed, old = typed + key, typed
            old[:] = bytes(len(old))
        raise EOFError
    finally:
        if before is not None:
            termios.tcsetattr(0, termios.TCSAFLUSH, before)
        say("")


class AtTheTerminal(kamupin.Prompts):
    """This program's side of the conversation."""

    def secret(self, question: kamupin.Question) -> bytearray:
        if question.problem is not None:
            say(question.problem.text(Language.TURKISH), question.problem.text(Language.ENGLISH))  # why it is asked again
        if question.factor is not None:
            print(question.factor.destination, end=" ", file=sys.stderr)
        try:
            typed = read_line(WHAT[question.ask])
        except EOFError:
            raise kamupin.GiveUp from None
        if not typed and question.ask == Ask.SMS_CODE:
            raise kamupin.Resend
        if not typed and question.ask == Ask.WEB_PASSWORD:
            raise kamupin.OtherFactor
        return typed

    def acknowledge(self, notice: Notice) -> bool:
        say(kamupin.notice_text(notice, Language.TURKISH), "", kamupin.notice_text(notice, Language.ENGLISH))
        try:
            return notice != Notice.BEFORE_PIN or read_line("Okuduysanız Enter'a basın / When you have read this, press Enter") is not None
        except EOFError:
            return False

    def event(self, event: kamupin.Event) -> None:
        if event.kind == EventKind.WAIT_FOR_CARD:
            say(kamupin.status_remedy(event.status, Language.TURKISH), kamupin.status_remedy(event.status, Language.ENGLISH))
        elif event.phase == Phase.CARD_WORK:
            say("Kartı çıkarmayın. / Leave the card where it is.")


def main() -> int:
    try:
        # None: the system's authorities, and the user's own folder
        with kamupin.Context(ca_file=os.environ.get("KAMUPIN_CA_FILE"), state_folder=os.environ.get("KAMUPIN_STATE_DIR")) as context:
            result = context.unblock(os.environ.get("KAMUPIN_SERVICE", ""), AtTheTerminal(), card=sys.argv[1] if sys.argv[1:] else None)
        print(result.card_id, result.outcome.word)
        return 0
    except kamupin.KamupinError as error:
        say(error.text(Language.TURKISH), error.text(Language.ENGLISH))
        return int(error.status)


if __name__ == "__main__":
    sys.exit(main())
