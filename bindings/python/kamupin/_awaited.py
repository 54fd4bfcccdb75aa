# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# _awaited.py: for asyncio programs: an operation whose steps are awaited. A step runs on a thread of the
# operation's own; cancelling the task cancels the operation.
"""An operation for asyncio."""
from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Optional, TypeVar

from ._cards import Cards, ended
from ._enums import FactorType, Phase, Status
from ._errors import KamupinError
from ._records import Factor, Result
from ._secrets import SecretText, moved

if TYPE_CHECKING:
    from ._operation import Operation

T = TypeVar("T")


class AsyncOperation:
    """Operation whose steps are awaited; on_event is called in the event loop, whose exception handler is told what it raises.

    async with context.operation("https://…") as operation:
        await operation.redeem(code)
        await operation.choose()
        await operation.set_pin(pin, again)
        await operation.begin_factor()
        await operation.verify_factor(sms)
        await operation.run()

    Cancelling a task that awaits a step cancels the operation: before card work at once and on both sides; after the first
    command that changes the card it is brought to its end first, and `result` tells which. What the step has then failed of is
    the cause of the CancelledError. A secret is taken and wiped when the step is called, whether it is awaited or not. phase,
    seconds_left, factor and result are for between steps: they do not wait for one.
    """

    def __init__(self, operation: "Operation") -> None:
        self._operation = operation
        self._thread = ThreadPoolExecutor(1, "kamupin-operation")
        self._closing: Optional["asyncio.Future[None]"] = None

    def _given(self, call: Callable[..., T], *secrets: Any) -> Coroutine[Any, Any, T]:
        """Takes them now, not when the step begins."""
        given, _ = moved(call, secrets, {})
        return self._run(call, *given)

    async def _run(self, call: Callable[..., T], *arguments: Any) -> T:
        if self._closing is not None:
            raise KamupinError(Status.INVALID_ARGUMENT, detail="this Operation is closed")
        return await ended(asyncio.get_running_loop().run_in_executor(self._thread, call, *arguments), self._operation.cancel)

    async def close(self) -> None:
        """Lets go; before card work the service is told that the operation is given up. May be called again: that waits for the
        first."""
        if self._closing is not None:
            await asyncio.wait({self._closing})
            return
        self._closing = asyncio.get_running_loop().run_in_executor(self._thread, self._operation.close)
        self._thread.shutdown(wait=False)
        await ended(self._closing, self._operation.cancel)

    @property
    def phase(self) -> Phase:
        """The step that comes next."""
        return self._operation.phase

    @property
    def seconds_left(self) -> Optional[int]:
        """Seconds left of what runs now, as the service counts them; None when no time runs."""
        return self._operation.seconds_left

    def redeem(self, code: SecretText) -> Coroutine[Any, Any, None]:
        """Gives the verification code of the web page."""
        return self._given(self._operation.redeem, code)

    async def cards(self) -> Cards:
        """The readers; a card that this operation may not use says why."""
        return await self._run(self._operation.cards)

    async def choose(self, which: Optional[str] = None) -> None:
        """Chooses a card; None: the only one that may be used."""
        await self._run(self._operation.choose, which)

    def set_pin(self, pin: SecretText, again: SecretText) -> Coroutine[Any, Any, None]:
        """The new PIN, typed twice."""
        return self._given(self._operation.set_pin, pin, again)

    async def back(self) -> None:
        """Goes back to the step before."""
        await self._run(self._operation.back)

    async def begin_factor(self, type: FactorType = FactorType.ANY) -> Factor:
        """Begins the second factor."""
        return await self._run(self._operation.begin_factor, type)

    @property
    def factor(self) -> Factor:
        """What a person is shown of the second factor now."""
        return self._operation.factor

    def verify_factor(self, secret: SecretText, type: FactorType = FactorType.SMS) -> Coroutine[Any, Any, None]:
        """Gives the code of the SMS, or the web password."""
        return self._given(self._operation.verify_factor, secret, type)

    async def run(self) -> None:
        """Works on the card and reports."""
        await self._run(self._operation.run)

    @property
    def result(self) -> Result:
        """What came out."""
        return self._operation.result
