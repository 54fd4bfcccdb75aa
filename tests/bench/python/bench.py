# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What Python's cases of scripts/bench measure: for each line of standard input it answers a figure. Touches the readers that
# it is given, whose cards it reads; with apdu it sends them SELECT of the MF and nothing else.
"""usage: bench.py call CALLS | readers READER… | apdu READER COMMANDS | pyscard READER COMMANDS"""
from __future__ import annotations

import statistics
import sys
import threading
import time
from collections.abc import Callable

SELECT = b"\x00\xa4\x00\x00\x02\x3f\x00\x00"


def call(calls: str) -> Callable[[], float]:
    """Nanoseconds of a call that does next to nothing."""
    import kamupin

    secret = kamupin.Secret(kamupin.Context(), kamupin.SecretKind.PIN)
    secret.append(bytearray(b"1"))
    rounds = range(int(calls))

    def take() -> float:
        began = time.perf_counter_ns()
        for _ in rounds:
            len(secret)
        return (time.perf_counter_ns() - began) / len(rounds)
    return take


def readers(*names: str) -> Callable[[], float]:
    """Milliseconds until every card was opened and read, each by a thread of its own."""
    import kamupin

    def work(context: kamupin.Context, name: str) -> None:
        with context.open(name) as card:
            card.read()

    def take() -> float:
        context = kamupin.Context()  # one of its own each time: nothing is known of the cards
        threads = [threading.Thread(target=work, args=(context, name)) for name in names]
        began = time.perf_counter_ns()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return (time.perf_counter_ns() - began) / 1e6
    return take


def _median(send: Callable[[], object], commands: int) -> float:
    took = []
    for _ in range(commands):
        began = time.perf_counter_ns()
        send()
        took.append(time.perf_counter_ns() - began)
    return statistics.median(took)


def apdu(reader: str, commands: str) -> Callable[[], float]:
    """Nanoseconds of a command through this package's readers."""
    import kamupin

    backend = kamupin.PcscReaders()
    connection = backend.connect(backend.open(), reader)
    command = bytearray(SELECT)

    def take() -> float:
        backend.begin(connection)
        try:
            assert backend.transmit(connection, command)[-2] == 0x90
            return _median(lambda: backend.transmit(connection, command), int(commands))
        finally:
            backend.end(connection)
    return take


def pyscard(reader: str, commands: str) -> Callable[[], float]:
    """… and through pyscard, as its users send one."""
    import smartcard.System  # type: ignore[import-untyped]
    from smartcard.scard import SCARD_LEAVE_CARD, SCardBeginTransaction, SCardEndTransaction  # type: ignore[import-untyped]

    [found] = [one for one in smartcard.System.readers() if str(one) == reader]
    connection = found.createConnection()
    connection.connect()
    command = list(SELECT)

    def take() -> float:
        SCardBeginTransaction(connection.component.hcard)
        try:
            assert connection.transmit(command)[1] == 0x90
            return _median(lambda: connection.transmit(command), int(commands))
        finally:
            SCardEndTransaction(connection.component.hcard, SCARD_LEAVE_CARD)
    return take


if __name__ == "__main__":
    cases: dict[str, Callable[..., Callable[[], float]]] = {"call": call, "readers": readers, "apdu": apdu, "pyscard": pyscard}
    figure = cases[sys.argv[1]](*sys.argv[2:])
    for _ in sys.stdin:
        print(f"{figure():.3f}", flush=True)
