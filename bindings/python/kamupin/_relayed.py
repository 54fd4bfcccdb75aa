# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# _relayed.py: one long native call with callbacks, which Ctrl-C ends at once.
"""Calls that Ctrl-C ends."""
from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, Optional

from . import native
from ._call import SLICE, Watched
from ._errors import error_for


class _Asked:
    """A callback on its way from the thread of the native call to the one that waits for it."""

    def __init__(self, call: Callable[[], Any]) -> None:
        self._call = call
        self._answer: list[Any] = []
        self._ready: "SimpleQueue[None]" = SimpleQueue()
        self.told = False

    def answer(self) -> None:
        """May be interrupted anywhere, and is then called again."""
        if not self._answer:
            self._answer.append(self._call())
        self._ready.put(None)
        self.told = True

    def answered(self) -> bool:
        """Waits a while."""
        try:
            self._ready.get(timeout=SLICE)
        except Empty:
            return False
        return True

    def given(self) -> Any:
        return self._answer[0]


class Relayed(Watched):
    """Python sees Ctrl-C between the steps of its main thread alone. So there run() has the native call on a thread of its own, and
    waits; callbacks come back to the thread that waits. Ctrl-C, or what else a signal raises, stops the call, is kept as what a
    callback raises is, and has for its cause what the call has then failed of."""

    def __init__(self, stop: Callable[[], None]) -> None:
        super().__init__(stop)
        self._home: Optional[int] = None
        self._left = False
        self._asked: Optional[_Asked] = None
        self._news: "SimpleQueue[None]" = SimpleQueue()

    def guard(self, call: Callable[[], Any], otherwise: Any = None) -> Any:
        guarded = super().guard
        if self._home is None or self._home == threading.get_ident():
            return guarded(call, otherwise)
        asked = self._asked = _Asked(lambda: guarded(call, otherwise))
        self._news.put(None)
        while not asked.answered():
            if self._left:
                return otherwise
        return asked.given()

    def run(self, call: Callable[[Any], int]) -> tuple[int, Any]:
        """What the call answers, which is given an error record to fill, and that record. The call itself holds what it works with:
        where one interrupt comes upon the other, it may still run when this has been left."""
        error = native.error()
        if threading.current_thread() is not threading.main_thread():
            return call(error), error
        self._home = threading.get_ident()
        once, ended, interrupts = threading.Lock(), list[int](), list[BaseException]()

        def work() -> None:
            if once.acquire(blocking=False):
                status = int(native.E_CANCELLED)
                try:
                    status = call(error)
                except BaseException as failed:
                    self.fail(failed)
                finally:
                    ended.append(status)
                    self._news.put(None)

        try:
            waiting = True
            while waiting:
                try:
                    self._wait(work, ended, interrupts)
                    waiting = False
                except BaseException as interrupt:  # in the few steps of _wait that are in no `try`
                    interrupts.append(interrupt)
                    self.fail(interrupt)
        finally:
            self._left = True  # what is asked now has nobody to answer it
            if not ended and self._stop is not None:
                self._stop()
        if interrupts and ended[0] != native.OK:
            interrupts[0].__cause__ = error_for(ended[0], error)
        interrupts.clear()  # their tracebacks have this frame
        return ended[0], error

    def _wait(self, work: Callable[[], None], ended: list[int], interrupts: list[BaseException]) -> None:
        """Until the work has ended; begins it, and answers what it asks."""
        begun = False
        while not ended:
            try:  # an interrupt may come anywhere: what was done half is done again, and `once` has it done once
                if not begun:
                    threading.Thread(target=work, name="kamupin-call", daemon=True).start()
                    begun = True
                asked = self._asked
                if asked is None or asked.told:
                    self._news.get(timeout=SLICE)
                else:
                    asked.answer()
            except Empty:
                pass
            except BaseException as interrupt:
                interrupts.append(interrupt)
                self.fail(interrupt)
