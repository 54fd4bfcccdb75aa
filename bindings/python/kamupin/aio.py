# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# aio.py: for asyncio programs: a watch as an asynchronous iterator, and an operation whose steps can be
# awaited. A step runs on a thread of the operation's own; cancelling the task cancels the operation.
"""libkamupin for asyncio."""
from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Optional, TypeVar

from ._cards import Cards
from ._cards import Watch as _Watch
from ._context import Context
from ._enums import FactorType, OperationKind, Phase, PinRisk, Product, Status
from ._errors import KamupinError
from ._operation import Operation as _Operation
from ._records import Event, Factor, Result, WatchEvent
from ._secrets import SecretText

T = TypeVar("T")


async def watch(context: Context) -> AsyncIterator[WatchEvent]:
    """Cards and readers as they come and go.

    async for event in kamupin.aio.watch(context):
        print(event.kind.name, event.reader)
    """
    loop = asyncio.get_running_loop()
    with _Watch(context) as source:
        ready = asyncio.Event()
        loop.add_reader(source.fileno(), ready.set)
        try:
            while True:
                await ready.wait()
                ready.clear()
                while True:
                    try:
                        event = source.next(0)
                    except KamupinError as error:
                        if error.status != Status.TIMED_OUT:
                            raise
                        break
                    yield event
        finally:
            loop.remove_reader(source.fileno())


class Operation:
    """kamupin.Operation whose steps are awaited. on_event is called in the event loop."""

    def __init__(self, context: Context, service: str, *, card: Optional[str] = None, kind: OperationKind = OperationKind.ANY,
                 product: Product = Product.ANY, risk: PinRisk = PinRisk(0), on_event: Optional[Callable[[Event], None]] = None) -> None:
        loop = asyncio.get_running_loop()

        def told(event: Event) -> None:
            loop.call_soon_threadsafe(on_event or (lambda _: None), event)

        self._operation = _Operation(context, service, card=card, kind=kind, product=product, risk=risk,
                                     on_event=None if on_event is None else told)
        self._thread = ThreadPoolExecutor(1, "kamupin-operation")

    async def __aenter__(self) -> "Operation":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _run(self, call: Callable[..., T], *arguments: Any) -> T:
        running = asyncio.get_running_loop().run_in_executor(self._thread, call, *arguments)
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            self._operation.cancel()  # ends the call; after card work has begun it finishes first
            try:
                await asyncio.shield(running)
            except KamupinError:
                pass
            raise

    async def close(self) -> None:
        """Lets go; before card work the service is told that the operation is given up."""
        await self._run(self._operation.close)
        self._thread.shutdown(wait=False)

    @property
    def phase(self) -> Phase:
        """The step that comes next."""
        return self._operation.phase

    async def redeem(self, code: SecretText) -> None:
        """Gives the verification code of the web page."""
        await self._run(self._operation.redeem, code)

    async def cards(self) -> Cards:
        """The readers; a card that this operation may not use says why."""
        return await self._run(self._operation.cards)

    async def choose(self, which: Optional[str] = None) -> None:
        """Chooses a card; None: the only one that may be used."""
        await self._run(self._operation.choose, which)

    async def set_pin(self, pin: SecretText, again: SecretText) -> None:
        """The new PIN, typed twice."""
        await self._run(self._operation.set_pin, pin, again)

    async def begin_factor(self, type: FactorType = FactorType.ANY) -> Factor:
        """Begins the second factor."""
        return await self._run(self._operation.begin_factor, type)

    async def verify_factor(self, secret: SecretText, type: FactorType = FactorType.SMS) -> None:
        """Gives the code of the SMS, or the web password."""
        await self._run(self._operation.verify_factor, secret, type)

    async def run(self) -> None:
        """Works on the card and reports."""
        await self._run(self._operation.run)

    @property
    def result(self) -> Result:
        """What came out."""
        return self._operation.result
