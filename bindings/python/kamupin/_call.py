# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# _call.py: how this package calls the library: handles that own what they hold, statuses that become
# exceptions, callbacks whose exceptions come out of the call that was running.
"""Handles and calls."""
from __future__ import annotations

import sys
import threading
import weakref
from collections.abc import Sequence
from typing import Any, Callable, Optional, TypeVar, Union, overload

from . import native
from ._errors import KamupinError, error_for
from ._enums import Status

Self = TypeVar("Self", bound="Handle")
Item = TypeVar("Item")
Slot = list[Any]


class _Core:
    """What is freed when nobody uses it any more: its handle, or what was made from it."""

    __slots__ = ("slot", "_keeps", "__weakref__")

    def __init__(self, slot: Slot, free: Callable[[Slot], None], keeps: list[Any]) -> None:
        self.slot = slot
        weakref.finalize(self, _free, free, slot, keeps)


def _free(free: Callable[[Slot], None], slot: Slot, keeps: list[Any]) -> None:
    free(slot)
    keeps.clear()  # afterwards, so that a context is freed after all that was made from it


class Handle:
    """Something of the library's that is closed when it is not needed any more: by close(), by `with`, or
    by the garbage collector. A closed one refuses. What was made from it lives on, and keeps alive what it needs."""

    __slots__ = ("_core", "__weakref__")

    def __init__(self, slot: Slot, free: Callable[[Slot], None], *keeps: Any) -> None:
        cores = [one._core if isinstance(one, Handle) else one for one in keeps]
        self._core: Optional[_Core] = _Core(slot, free, cores)

    @property
    def _raw(self) -> Any:
        if self._core is None:
            raise KamupinError(Status.INVALID_ARGUMENT, detail=f"this {type(self).__name__} is closed")
        return self._core.slot[0]

    @property
    def closed(self) -> bool:
        """Whether close() was called."""
        return self._core is None

    def close(self) -> None:
        """Lets go. May be called again."""
        self._core = None

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Telling(Handle):
    """A handle with an error record of its own."""

    __slots__ = ("_told", "_watched")

    def __init__(self, slot: Slot, free: Callable[[Slot], None], told: Callable[[Any, Any], None], *keeps: Any,
                 watched: Optional["Watched"] = None) -> None:
        self._told, self._watched = told, watched
        super().__init__(slot, free, *keeps)

    def _check(self, status: int) -> None:
        """Raises what a callback has raised, or what the call has failed of."""
        if self._watched is not None:
            self._watched.settle()
        if status != native.OK:
            error = native.error()
            self._told(self._raw, error)
            check(status, error)


class Listing(Sequence[Item]):
    """What the library counts and gives by index: derive, and override __len__ and _item."""

    __slots__ = ()

    def _item(self, index: int) -> Item:
        raise NotImplementedError

    @overload
    def __getitem__(self, index: int) -> Item: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Item]: ...

    def __getitem__(self, index: Union[int, slice]) -> Union[Item, Sequence[Item]]:
        count = len(self)
        if isinstance(index, slice):
            return [self._item(i) for i in range(*index.indices(count))]
        if not -count <= index < count:
            raise IndexError(f"{index} of {count}")
        return self._item(index % count)


class Watched:
    """Callbacks of one handle: an exception in one is kept, and raised by the call that was running."""

    def __init__(self, stop: Optional[Callable[[], None]] = None) -> None:
        self._stop = stop
        self._lock = threading.Lock()
        self._raised: Optional[BaseException] = None

    def guard(self, call: Callable[[], Any], otherwise: Any = None) -> Any:
        """Calls; what it raises ends the operation at hand."""
        if self._raised is not None:
            return otherwise
        try:
            return call()
        except BaseException as error:  # also KeyboardInterrupt: it belongs to who called
            with self._lock:
                self._raised = self._raised or error
            if self._stop is not None:
                self._stop()
            return otherwise

    def settle(self) -> None:
        """Raises what a callback has raised."""
        with self._lock:
            error, self._raised = self._raised, None
        if error is not None:
            raise error


def printed(error: BaseException) -> None:
    """An exception that nobody is there for, such as one of a log's, is printed as Python does it."""
    sys.excepthook(type(error), error, error.__traceback__)


def check(status: int, error: Any, watched: Optional[Watched] = None) -> None:
    """Raises unless `status` is ok. error: the record that the call filled, or None."""
    if watched is not None:
        watched.settle()
    if status != native.OK:
        raise error_for(status, error)


def made(call: Callable[..., int], *arguments: Any, watched: Optional[Watched] = None) -> Slot:
    """Calls a function that makes a handle into a slot and fills an error record; the slot."""
    slot: Slot = [None]
    error = native.error()
    check(call(*arguments, slot, error), error, watched)
    return slot


def filled(call: Callable[..., int], record: Any, *arguments: Any) -> Any:
    """Calls a function that fills a record and has no error record of its own."""
    check(call(*arguments, record), None)
    return record
