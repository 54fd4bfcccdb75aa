# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What is awaited of the Python package, without a reader daemon and without a network: who closes what is used, closes again,
# waits for the same, gives up. Run by CTest as test_python_smoke.py is, whose readers these are.
from __future__ import annotations

import asyncio
import threading
import unittest
from collections.abc import Callable, Coroutine
from typing import Any

from test_python_smoke import NOWHERE, context

import kamupin
from kamupin._cards import awaited


async def turns() -> None:
    """The loop goes round until whatever could go on has gone on."""
    for _ in range(10):
        await asyncio.sleep(0)


def run(program: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """With an end to what would wait for ever."""
    asyncio.run(asyncio.wait_for(program(), 30))


class Cancelling(unittest.TestCase):
    def test_a_call_that_cannot_be_cancelled_is_waited_for(self) -> None:
        async def program() -> None:
            release, own = threading.Event(), context()
            cancel = kamupin.Cancel(own)
            task = asyncio.ensure_future(awaited(cancel, release.wait))
            await turns()
            cancel.close()
            task.cancel()
            await turns()
            self.assertFalse(task.done(), "its call runs")
            release.set()
            with self.assertRaises(kamupin.KamupinError):
                await task

        run(program)

    def test_who_keeps_a_cancel_handle_has_it_when_it_was_closed(self) -> None:
        own = context()
        given = kamupin.Cancel(own)
        kept = given._again()
        given.pull()
        self.assertTrue(kept.pulled)
        given.close()
        kept.clear()
        self.assertEqual((given.closed, kept.closed, kept.pulled), (True, False, False))
        with self.assertRaises(kamupin.KamupinError):
            given._again()


class Watches(unittest.TestCase):
    """A watch has its events for one; with no daemon there is one event, and then nothing but stop()."""

    def refused(self, caught: Any) -> None:
        self.assertEqual(caught.exception.status, kamupin.Status.WRONG_STATE)
        self.assertIn("Watch", caught.exception.detail)

    def test_a_second_task_is_refused_and_the_first_goes_on(self) -> None:
        async def program() -> None:
            with context().watch() as watch:
                self.assertIsNotNone(await watch.__anext__())
                first = asyncio.ensure_future(watch.__anext__())
                await turns()
                with self.assertRaises(kamupin.KamupinError) as caught:
                    await watch.__anext__()
                self.refused(caught)
                with self.assertRaises(kamupin.KamupinError) as caught:
                    watch.next(0)
                self.refused(caught)
                await turns()
                self.assertFalse(first.done())
                watch.stop()
                with self.assertRaises(StopAsyncIteration):
                    await first

        run(program)

    def test_who_was_cancelled_makes_room(self) -> None:
        async def program() -> None:
            with context().watch() as watch:
                await watch.__anext__()
                first = asyncio.ensure_future(watch.__anext__())
                await turns()
                first.cancel()
                with self.assertRaises(asyncio.CancelledError):
                    await first
                second = asyncio.ensure_future(watch.__anext__())
                await turns()
                watch.stop()
                with self.assertRaises(StopAsyncIteration):
                    await second

        run(program)

    def test_a_second_thread_is_refused(self) -> None:
        watch = context().watch()
        next(watch)
        more: list[kamupin.WatchEvent] = []
        first = threading.Thread(target=lambda: more.extend(watch))
        first.start()
        try:
            while first.is_alive() and not watch._taken.locked():
                threading.Event().wait(0.001)
            with self.assertRaises(kamupin.KamupinError) as caught:
                watch.next(0)
            self.refused(caught)
        finally:
            watch.stop()
            first.join()
        self.assertEqual(more, [])


class Operations(unittest.TestCase):
    def test_close_may_be_called_again(self) -> None:
        async def program() -> None:
            async with context().operation(NOWHERE) as operation:
                await operation.close()
                await operation.close()
                with self.assertRaises(kamupin.KamupinError) as caught:
                    await operation.choose()
                self.assertEqual((caught.exception.status, "closed" in caught.exception.detail), (kamupin.Status.INVALID_ARGUMENT, True))

        run(program)

    def test_a_second_close_waits_for_the_first(self) -> None:
        async def program() -> None:
            release = threading.Event()
            operation = context().operation(NOWHERE)
            async with operation as steps:
                running = asyncio.ensure_future(steps._run(release.wait))
                await turns()
                closing = [asyncio.ensure_future(steps.close()) for _ in range(2)]
                await turns()
                self.assertEqual([one.done() for one in closing], [False, False])
                release.set()
                await asyncio.gather(running, *closing)
                self.assertTrue(operation.closed)

        run(program)


if __name__ == "__main__":
    unittest.main(verbosity=1)
