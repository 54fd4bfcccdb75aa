#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# list_cards.py: a whole program that lists readers and the cards in them. Needs no PIN, and spends no try.
#
#   list_cards.py
#
# Exits with the status' number (0: done); what went wrong is said in Turkish and English.
"""Lists the readers and their cards."""
import sys

import kamupin


def main() -> int:
    try:
        with kamupin.Context() as context, context.cards() as cards:
            for card in cards:
                print(card.reader, card.product, card.card_id, kamupin.status_name(card.usable), sep="\t")
            print(len(cards))
        return 0
    except kamupin.KamupinError as error:
        for language in kamupin.Language.TURKISH, kamupin.Language.ENGLISH:
            print(error.text(language), file=sys.stderr)
        return int(error.status)


if __name__ == "__main__":
    sys.exit(main())
