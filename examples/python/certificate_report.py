#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# certificate_report.py: a whole program for a room full of readers: every card's certificates as CSV, which a spreadsheet
# opens: whose they are, until when they are good, how the card's PIN stands. The readers are worked side by side, each by
# a thread. Needs no PIN, and spends no try; numbers of people are masked.
#
#   certificate_report.py [FILE.csv]
#
# Exits with the status' number (0: done); what went wrong is said in Turkish and English.
"""The certificates of all cards as CSV."""
import csv
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from typing import Union

import kamupin
from kamupin import CardInfo, CertificateField, Context, Language

HEAD = ("reader", "card", "product", "PIN", "tries left", "holder", "organisation", "kind", "serial", "not after", "days left", "note")
Row = list[Union[str, int, None]]


def rows(context: Context, seen: CardInfo) -> Iterator[Row]:
    """A card's lines; one that says why, when there is none."""
    head: Row = [seen.reader, seen.card_id, seen.product, seen.pin_state.word, seen.pin_tries_left]
    if not seen.certificates:
        yield [*head, *[""] * 6, kamupin.status_name(seen.usable)]
        return
    try:
        with context.open(seen.reader) as card:
            for der in card.certificates:
                certificate = context.certificate(der)
                info = certificate.info
                days = None if info.not_after is None else (info.not_after - datetime.now(timezone.utc)).days
                yield [*head, certificate.holder, certificate.text(CertificateField.ORGANISATION), info.kind.word, certificate.serial,
                       "" if info.not_after is None else f"{info.not_after:%Y-%m-%d}", days, info.validity.name.lower().replace("_", "-")]
    except kamupin.KamupinError as error:  # pulled, or another program holds it
        yield [*head, *[""] * 6, error.name]


def report(context: Context) -> list[Row]:
    with context.cards() as cards, ThreadPoolExecutor(max(1, len(cards))) as threads:
        return [row for found in threads.map(lambda seen: list(rows(context, seen)), list(cards)) for row in found]


def main() -> int:
    try:
        with Context() as context:
            found = report(context)
    except kamupin.KamupinError as error:
        for language in Language.TURKISH, Language.ENGLISH:
            print(error.text(language), file=sys.stderr)
        return int(error.status)
    with open(sys.argv[1] if sys.argv[1:] else 1, "w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([HEAD, *found])
    return 0


if __name__ == "__main__":
    sys.exit(main())
