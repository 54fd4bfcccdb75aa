# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What a program gives the Python package by mistake, and how it is told. No reader daemon, no network. Run by CTest
# (binding_python_given) as test_python_smoke.py is, whose readers these are.
from __future__ import annotations

import asyncio
import math
import threading
import unittest
from collections.abc import Callable
from typing import Any

from test_python_smoke import NOWHERE, Silent, WithCard, context

import kamupin


def raised(call: Callable[[], object], kind: type[BaseException] = kamupin.KamupinError) -> Any:
    """What a call raises: of exactly that class."""
    try:
        call()
    except BaseException as error:
        if type(error) is kind:
            return error
        raise
    raise AssertionError("nothing was raised")


def elsewhere(call: Callable[[], object]) -> None:
    """Runs a call on another thread, and raises what it raised."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            call()
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(20)
    if thread.is_alive():
        raise AssertionError("it waits")
    if failed:
        raise failed[0]


class Patient(Silent):
    """Nothing changes, and a wait is over at once."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float | None] = []

    def watch(self, worker: threading.Event, states: list[kamupin.ReaderState], timeout: float | None) -> None:
        super().watch(worker, states, 0)
        if timeout != 0:
            self.waits.append(timeout)
            if len(self.waits) > 3:
                raise kamupin.ReaderFailure(kamupin.Status.CARD_RESET)  # ends what is without end
            raise kamupin.ReaderFailure(kamupin.Status.TIMED_OUT)


class Addresses(unittest.TestCase):
    def test_what_is_no_address_is_refused(self) -> None:
        with context(readers=WithCard(lambda _: b"\x6a\x82")).cards() as cards:
            for no_address in ("kamupin:bogus=1", "kamupin:reader=a;reader=b", "kamupin:reader=%2"):
                for call in (lambda: kamupin.matches(cards[0], no_address), lambda: cards.find(no_address)):
                    self.assertEqual(raised(call, kamupin.CardError).name, "card-address")
            self.assertFalse(kamupin.matches(cards[0], "kamupin:reader=x"))


class Times(unittest.TestCase):
    def test_a_negative_time_is_none_left(self) -> None:
        for thread in (lambda call: call(), elsewhere):
            for seconds in (-0.0001, -0.5, -1, -5, -1e300, -(10**400), -math.inf, 0):
                with context(readers=Patient()).cards() as cards, context(readers=Silent()).watch() as watch:
                    while watch.next().kind != kamupin.WatchKind.READER_IN:
                        pass
                    calls: list[Callable[[], object]] = [lambda: cards.wait(seconds), lambda: watch.next(seconds)]
                    for call in calls:
                        self.assertEqual(raised(lambda: thread(call)).status, kamupin.Status.TIMED_OUT, seconds)

    def test_a_time_that_c_does_not_count_is_waited_for(self) -> None:
        for seconds in (None, math.inf, 1e12, 10**400):
            readers = Patient()
            with context(readers=readers) as owner, owner.cards() as cards:
                for thread in (lambda call: call(), elsewhere):
                    readers.waits.clear()
                    self.assertEqual(raised(lambda: thread(lambda: cards.wait(seconds)), kamupin.CardError).name, "card-reset")
                    self.assertEqual(len(readers.waits), 4)

    def test_what_is_no_time_is_refused(self) -> None:
        with context(readers=Patient()).cards() as cards, context(readers=Silent()).watch() as watch:
            for call in (cards.wait, watch.next):
                self.assertIn("timeout", str(raised(lambda: call(math.nan), ValueError)))
                self.assertIn("timeout", str(raised(lambda: call("5"), TypeError)))  # type: ignore[arg-type]


class Said(unittest.TestCase):
    def test_an_error_says_what_a_programmer_needs(self) -> None:
        with context(readers=WithCard(lambda _: b"\x6a\x82")) as owner:
            card = owner.open()
            card.close()
            for call, what in ((card.read, "this Card is closed"), (lambda: context(proxy="ftp://x"), "")):
                error = raised(call)
                self.assertEqual(error.name, "invalid-argument")
                self.assertTrue(error.detail and what in error.detail)
                self.assertEqual(str(error), f"{error.text()} ({error.detail})")

    def test_a_closed_operation_of_asyncio_says_so(self) -> None:
        async def late() -> None:
            with context(readers=Silent()) as owner:
                async with owner.operation(NOWHERE) as operation:
                    pass
                await operation.close()
                await operation.choose()

        self.assertEqual(raised(lambda: asyncio.run(late())).detail, "this Operation is closed")


if __name__ == "__main__":
    unittest.main(verbosity=1)
