#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# watch_cards.py: a whole asyncio program that tells cards and readers as they come and go, until its input ends.
#
#   watch_cards.py
#
# Exits with the status' number (0: done); what went wrong is said in Turkish and English.
"""Tells cards and readers as they come and go."""
import asyncio
import os
import sys
import threading

import kamupin


async def tell(watch: kamupin.Watch) -> None:
    async for event in watch:
        print(event.kind.word, event.reader, kamupin.status_name(event.status), event.atr.hex().upper(), sep="\t", flush=True)


async def main() -> int:
    try:
        with kamupin.Context() as context, context.watch() as watch:
            def ended() -> None:
                while os.read(0, 4096):
                    pass
                watch.stop()  # the iteration ends

            threading.Thread(target=ended, daemon=True).start()  # a daemon: Ctrl-C does not wait for input
            await tell(watch)
        return 0
    except kamupin.KamupinError as error:
        for language in kamupin.Language.TURKISH, kamupin.Language.ENGLISH:
            print(error.text(language), file=sys.stderr)
        return int(error.status)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
