# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The program kamupin-pinpad: options, and the end by signal. Touches what its options name.
"""kamupin-pinpad."""
from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from .card import Contacts
from .keypad import Pad
from .reader import Reader


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = argparse.ArgumentParser(
        prog="kamupin-pinpad", description="A serial GemPC PinPad reader in software, for libccidtwin.so. / Tuş takımlı "
        "okuyucu taklidi.")
    made.add_argument("--tty", type=Path, required=True, help="where to link the serial line / seri hattın bağlantısı")
    made.add_argument("--port", type=int, required=True, help="loopback port for a kamupin-vcard / kartın kapısı")
    made.add_argument("--control", type=Path, required=True, help="unix socket of the person / tuşlara basanın soketi")
    made.add_argument("--log", type=Path, help="every CCID message / bütün CCID iletileri")
    made.add_argument("--min-digits", type=int, default=4, help="fewest digits / en az rakam (4)")
    made.add_argument("--max-digits", type=int, default=8, help="most digits / en çok rakam (8)")
    made.add_argument("--open-length", action="store_true", help="PINs of any length / her uzunlukta PIN")
    return made


def main(argv: Sequence[str]) -> int:
    """Runs until SIGTERM or SIGINT."""
    options = parser().parse_args(list(argv[1:]))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    log = options.log.open("a", encoding="ascii") if options.log else None
    Reader(Contacts(options.port), options.tty, options.control,
           Pad(options.min_digits, options.max_digits, options.open_length), log).serve()
    return 0
