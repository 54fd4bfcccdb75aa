# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What the Python package holds, and for how long: handles that an exception's traceback refers to, cards that several
# threads share, waits that Ctrl-C ends; and errors that are copied or sent to another process. As
# test_python_smoke.py without reader daemon and network; run by CTest (binding_python_handles).
from __future__ import annotations

import asyncio
import gc
import unittest
from collections.abc import Callable
from typing import Any
from unittest import mock

from test_python_smoke import NOWHERE, Silent, context

import kamupin
from kamupin import native


class Freed(unittest.TestCase):
    """Who leaves `with`, or closes, lets go at once, whoever keeps the exception."""

    def setUp(self) -> None:
        gc.disable()  # what only the collector would let go of is not let go of
        self.addCleanup(gc.enable)
        self.said: list[str] = []
        for name in "operation_free", "session_free", "card_free", "context_free", "cancel_free", "watch_free", "order_free":
            self.telling(name, getattr(native, name))

    def telling(self, name: str, free: Callable[[list[Any]], None]) -> None:
        def told(slot: list[Any]) -> None:
            self.said.append(name)
            free(slot)

        patch = mock.patch.object(native, name, told)
        patch.start()
        self.addCleanup(patch.stop)

    def failed(self, call: Callable[[], object]) -> kamupin.KamupinError:
        try:
            call()
        except kamupin.KamupinError as error:
            return error  # with its traceback, and all frames of that
        raise AssertionError("it does not fail")

    def test_by_a_step_of_an_operation_that_failed(self) -> None:
        def steps() -> None:
            with context(readers=Silent()) as owner, owner.operation(NOWHERE) as operation:
                operation.set_pin(bytearray(b"123456"), bytearray(b"123456"))

        kept = self.failed(steps)
        self.assertEqual((kept.name, self.said), ("wrong-state", ["operation_free", "context_free"]))

    def test_by_an_awaited_step_that_failed(self) -> None:
        async def steps() -> None:
            async with context(readers=Silent()).operation(NOWHERE) as operation:
                await operation.set_pin(bytearray(b"123456"), bytearray(b"123456"))

        kept = self.failed(lambda: asyncio.run(steps()))
        self.assertEqual((kept.name, self.said[:1]), ("wrong-state", ["operation_free"]))

    def test_by_a_session_and_a_card(self) -> None:
        def session() -> None:
            with context(readers=Silent()) as owner, owner.session(NOWHERE) as session:
                session.info()

        def watch() -> None:
            with context(readers=Silent()) as owner, owner.watch() as watch:
                while True:
                    watch.next(0)

        def prompts() -> None:
            with context(readers=Silent()) as owner:
                owner.unblock("http://127.0.0.1/", kamupin.Prompts())

        for call, freed in ((session, ["session_free", "context_free"]), (watch, ["watch_free", "context_free"]),
                            (prompts, ["cancel_free", "context_free"])):
            self.said.clear()
            kept = self.failed(call)
            self.assertEqual(self.said, freed, kept.name)
            del kept  # and with it what else its frames refer to

    def test_while_a_call_runs_it_is_kept(self) -> None:
        """close(), and the last reference going, inside of a callback: freed when the call has ended."""
        def event(_: kamupin.Event) -> None:
            held.pop().close()
            self.said.append("closed")

        held = [context().operation(NOWHERE, on_event=event)]
        held[0].cancel()
        kept = self.failed(lambda: held[0].redeem(bytearray(b"123456")))
        self.assertEqual((kept.name, self.said[:2]), ("cancelled", ["closed", "operation_free"]))


if __name__ == "__main__":
    unittest.main(verbosity=1)
