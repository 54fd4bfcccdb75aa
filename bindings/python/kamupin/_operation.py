# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# _operation.py: a new PIN for a card, in steps.
"""The operation."""
from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Optional

from . import native
from ._awaited import AsyncOperation
from ._call import Telling, Watched, check, give, made
from ._cards import Cancel, Cards
from ._enums import FactorType, OperationKind, Phase, PinRisk, Product, SecretKind
from ._given import a_callable, one_of
from ._records import Event, Factor, Result
from ._secrets import SecretText, taken, twice

if TYPE_CHECKING:
    from ._context import Context
    from ._of_session import Order

EventListener = Callable[[Event], None]


class _Events(native.EventSink):
    def __init__(self, listener: EventListener, watched: Watched) -> None:
        super().__init__()
        self._listener, self._watched = listener, watched

    def to_loop(self, loop: asyncio.AbstractEventLoop) -> None:
        """From now on the listener is called in that event loop."""
        listener = self._listener

        def told(event: Event) -> None:
            loop.call_soon_threadsafe(listener, event)

        self._listener = told

    def event(self, raw: Any) -> None:
        self._watched.guard(lambda: self._listener(Event._of(raw)))


class Operation(Telling):
    """A new PIN for a card that is blocked, whose PIN was forgotten, or that never had one: code, card, PIN,
    second factor, card work, report. A step that fails on bad input leaves the operation where it was.

    with context.operation("https://…") as operation:
        operation.redeem(code)                 # of the web page
        operation.choose(operation.cards()[0].card_id)
        operation.set_pin(pin, again)
        operation.begin_factor()
        operation.verify_factor(sms)
        operation.run()

    In an asyncio program `async with` gives an AsyncOperation, whose steps are awaited. Threads may share it: its
    calls wait for each other, but for cancel() and close(), and for `phase` and `seconds_left`, which only look.
    An exception of on_event cancels the operation and is raised by the call that was running.
    """

    __slots__ = ("_context", "_cancel", "_sink", "_awaiting")

    def __init__(self, context: "Context", service: Optional[str], *, order: Optional["Order"] = None, card: Optional[str] = None,
                 kind: OperationKind = OperationKind.ANY, product: Product = Product.ANY, factor: FactorType = FactorType.ANY,
                 risk: PinRisk = PinRisk(0), on_event: Optional[EventListener] = None) -> None:
        self._context = context
        self._cancel = Cancel(context)
        watched = Watched(self._cancel.pull)
        sink = self._sink = None if on_event is None else _Events(a_callable("on_event", on_event), watched)
        options = native.operation_options()
        options.service, options.card = service, card
        options.kind, options.product, options.risk = one_of(OperationKind, kind), one_of(Product, product), one_of(PinRisk, risk)
        options.factor = one_of(FactorType, factor)
        options.set_event(sink)
        with give(options, order=order, cancel=self._cancel):
            super().__init__(made(native.operation_new, context._raw, options), native.operation_free, native.operation_error, context,
                             self._cancel, sink, order, watched=watched)

    async def __aenter__(self) -> "AsyncOperation":
        self._awaiting = AsyncOperation(self)
        if self._sink is not None:
            self._sink.to_loop(asyncio.get_running_loop())
        return self._awaiting

    async def __aexit__(self, *_: object) -> None:
        await self._awaiting.close()

    @property
    def phase(self) -> Phase:
        """The step that comes next."""
        return Phase(native.operation_phase(self._raw))

    @property
    def seconds_left(self) -> Optional[int]:
        """Seconds left of what runs now, as the service counts them; None when no time runs."""
        left = native.operation_seconds_left(self._raw)
        return None if left < 0 else int(left)

    def redeem(self, code: SecretText) -> None:
        """Gives the verification code of the web page."""
        with taken(self._context, SecretKind.VERIFICATION_CODE, code) as secret:
            self._do(native.operation_redeem, secret._raw)

    def cards(self) -> Cards:
        """The readers; a card that this operation may not use says why in `usable`."""
        slot: list[Any] = [None]
        self._do(native.operation_cards, slot)
        return Cards(self._context, slot)

    def choose(self, which: Optional[str] = None) -> None:
        """Chooses a card; None: the only one that may be used."""
        self._do(native.operation_choose, which)

    def set_pin(self, pin: SecretText, again: SecretText) -> None:
        """The new PIN, typed twice."""
        with twice(self._context, pin, again) as (one, two):
            self._do(native.operation_set_pin, one._raw, two._raw)

    def back(self) -> None:
        """Goes back to the step before."""
        self._do(native.operation_back)

    def begin_factor(self, type: FactorType = FactorType.ANY) -> Factor:
        """Begins the second factor: has the SMS sent, or sent again."""
        raw = native.factor()
        self._do(native.operation_begin_factor, one_of(FactorType, type), raw)
        return Factor._of(raw)

    @property
    def factor(self) -> Factor:
        """What a person is shown of the second factor now."""
        raw = native.factor()
        self._do(native.operation_factor, raw)
        return Factor._of(raw)

    def verify_factor(self, secret: SecretText, type: FactorType = FactorType.SMS) -> None:
        """Gives the code of the SMS, or the web password."""
        kind = SecretKind.WEB_PASSWORD if type == FactorType.WEB_PASSWORD else SecretKind.SMS_CODE
        with taken(self._context, kind, secret) as given:
            self._do(native.operation_verify_factor, given._raw)

    def run(self) -> None:
        """Works on the card and reports. When it raises outcome-unknown or result-not-reported, Context.resume() goes on."""
        self._do(native.operation_run)

    @property
    def result(self) -> Result:
        """What came out."""
        raw = native.result()
        with self._alone:
            check(native.operation_result(self._raw, raw), None)
        return Result._of(raw)

    def cancel(self) -> None:
        """Cancels the call that runs and every later one. From any thread, also from on_event."""
        self._cancel.pull()
