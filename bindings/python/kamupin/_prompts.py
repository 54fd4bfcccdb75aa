# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# _prompts.py: the operation in one call, with prompts, and bringing an interrupted one to its end.
"""Prompts."""
from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, Optional

from . import native
from ._call import Watched, check, give
from ._cards import Cancel
from ._enums import Ask, FactorType, Notice, OperationKind, PinRisk, Product, Status
from ._errors import KamupinError, error_in
from ._given import an_instance, one_of
from ._records import CardInfo, Event, Factor, Result
from ._relayed import Relayed
from ._secrets import Typed, append, wiped

if TYPE_CHECKING:
    from ._context import Context
    from ._of_session import Order


class Resend(Exception):
    """Raised by Prompts.secret: send a new SMS."""


class OtherFactor(Exception):
    """Raised by Prompts.secret: the other second factor."""


class GiveUp(Exception):
    """Raised by a prompt: end the operation."""


class Question:
    """What a person is asked for."""

    def __init__(self, raw: Any) -> None:
        self.ask = Ask(raw.ask)
        """Which secret."""
        self.seconds_left: Optional[int] = raw.seconds_left if raw.seconds_left >= 0 else None
        """Until the answer comes too late."""
        self.problem: Optional[KamupinError] = None if raw.problem is None else error_in(raw.problem)
        """Why it is asked again."""
        self.factor: Optional[Factor] = None if raw.factor is None else Factor._of(raw.factor)
        """Of a second factor: where it was sent, how many tries are left."""


class Prompts:
    """A program's side of unblock(): derive, and override secret() and acknowledge(). Each is called on the
    thread of unblock(); an exception ends the operation and comes out of it. So does Ctrl-C, also while nothing is asked."""

    def secret(self, question: Question) -> Typed:
        """What the person types: a bytearray or a writable memoryview, which is wiped when it was taken. A str is taken with a
        TextSecretWarning."""
        raise NotImplementedError

    def acknowledge(self, notice: Notice) -> bool:
        """Shows a notice; False ends the operation where it has to be read."""
        raise NotImplementedError

    def card(self, cards: list[CardInfo]) -> int:
        """Chooses one of several cards; the index."""
        raise KamupinError(Status.CHOICE_NEEDED)

    def wait_for_card(self, why: Status) -> bool:
        """No card is there that may be used, and `why` says what there is instead: True waits until readers or cards change.
        Not overridden: waits while a reader or card is merely missing."""
        raise NotImplementedError

    def event(self, event: Event) -> None:
        """What happens meanwhile."""


def yes_or_no(answer: Any) -> bool:
    """What a prompt answers: of anything else, such as None or a coroutine, nobody knows what it means."""
    if not isinstance(answer, bool):
        raise TypeError(f"this prompt answers True or False, not {type(answer).__name__}")
    return answer


class _Native(native.Prompts):
    def __init__(self, prompts: Prompts, watched: Watched) -> None:
        super().__init__()
        self._prompts, self._watched = an_instance("prompts", Prompts, prompts), watched

    def secret(self, question: Any, into: Any) -> int:
        def ask() -> int:
            try:
                typed = self._prompts.secret(Question(question))
            except Resend:
                return int(native.ANSWER_RESEND)
            except OtherFactor:
                return int(native.ANSWER_OTHER_FACTOR)
            except GiveUp:
                return int(native.ANSWER_CANCEL)
            with wiped(typed):
                append(into, typed)
            return int(native.ANSWER_GIVEN)
        return int(self._watched.guard(ask, native.ANSWER_CANCEL))

    def card(self, cards: Any) -> int:
        def choose() -> int:
            found = []
            for index in range(native.reader_list_count(cards)):
                raw = native.card_info()
                check(native.reader_list_get(cards, index, raw), None)
                found.append(CardInfo._of(raw))
            return max(-1, min(operator.index(self._prompts.card(found)), len(found)))
        return int(self._watched.guard(choose, -1))

    def acknowledge(self, notice: int) -> bool:
        return bool(self._watched.guard(lambda: yes_or_no(self._prompts.acknowledge(Notice(notice))), False))

    def wait_for_card(self, why: int) -> bool:
        return bool(self._watched.guard(lambda: yes_or_no(self._prompts.wait_for_card(Status(why))), False))


class _Events(native.EventSink):
    def __init__(self, prompts: Prompts, watched: Watched) -> None:
        super().__init__()
        self._prompts, self._watched = prompts, watched

    def event(self, raw: Any) -> None:
        self._watched.guard(lambda: self._prompts.event(Event._of(raw)))


def unblock(context: "Context", service: Optional[str], prompts: Prompts, *, order: Optional["Order"], card: Optional[str],
            kind: OperationKind, product: Product, factor: FactorType, risk: PinRisk, cancel: Optional[Cancel]) -> Result:
    """The whole operation: what an earlier run left, code, card, PIN, second factor, card work, report."""
    with Cancel(context) as own:
        used = cancel or own
        watched = Relayed(used.pull)
        asked, told = _Native(prompts, watched), _Events(prompts, watched)
        options = native.operation_options()
        options.service, options.card, options.kind, options.product = service, card, one_of(OperationKind, kind), one_of(Product, product)
        options.factor, options.risk = one_of(FactorType, factor), one_of(PinRisk, risk)
        raw = native.result()
        chooses = type(prompts).card is not Prompts.card

        def work(error: Any) -> int:
            options.set_event(told)
            with give(options, order=order, cancel=used):
                return int(native.unblock_with(context._raw, options, asked, chooses, _waits(prompts), raw, error))

        status, error = watched.run(work)
        check(status, error, watched)
        return Result._of(raw)


def _waits(prompts: Optional[Prompts]) -> bool:
    return prompts is not None and type(prompts).wait_for_card is not Prompts.wait_for_card


def resume(context: "Context", prompts: Optional[Prompts] = None, *, cancel: Optional[Cancel] = None) -> int:
    """Brings operations that an earlier run left unfinished to their end; how many still wait."""
    with Cancel(context) as own:
        used = cancel or own
        watched = Relayed(used.pull)
        options = native.operation_options()
        asked = told = None
        if prompts is not None:
            asked, told = _Native(prompts, watched), _Events(prompts, watched)
        slot = [0]

        def work(error: Any) -> int:
            options.set_event(told)
            with give(options, cancel=used):
                return int(native.resume_with(context._raw, options, asked, _waits(prompts), slot, error))

        status, error = watched.run(work)
        check(status, error, watched)
        return slot[0]
