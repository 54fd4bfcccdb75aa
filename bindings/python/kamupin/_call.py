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
from types import FrameType
from typing import Any, Callable, Optional, TypeVar, Union, overload

from . import native
from ._errors import KamupinError, error_for
from ._enums import Status

Self = TypeVar("Self", bound="Handle")
Item = TypeVar("Item")
Slot = list[Any]


class _Core:
    """What is freed when nobody uses it any more: its handle, what was made from it, or a call: the native functions are
    given this object, and find the address in `this`. So close() frees nothing under a call that runs."""

    __slots__ = ("this", "keeps", "__weakref__")

    def __init__(self, slot: Slot, free: Callable[[Slot], None], keeps: list[Any]) -> None:
        self.this, self.keeps = slot[0], keeps
        weakref.finalize(self, _free, weakref.ref(self), free, slot, keeps)


def _free(core: "weakref.ref[_Core]", free: Callable[[Slot], None], slot: Slot, keeps: list[Any]) -> None:
    ending = core()  # None but at the interpreter's end, when there may be daemon threads
    if ending is not None:
        if ending in _used():
            return
        ending.this = None  # a call that comes now finds nothing,
        if ending in _used():  # but one may have been faster
            return
    free(slot)
    keeps.clear()  # afterwards, so that a context is freed after all that was made from it


def _used() -> set[Any]:
    """What other threads work with, and what that needs."""
    threads = sys._current_frames()
    del threads[threading.get_ident()]
    found: set[Any] = set()
    for frame in threads.values():
        at: Optional[FrameType] = frame
        while at is not None:
            local = [one._core if isinstance(one, Handle) else one for one in at.f_locals.values()]
            found.update(one for one in local if isinstance(one, _Core))
            at = at.f_back
    needed = list(found)
    while needed:
        needed += [one for one in needed.pop().keeps if isinstance(one, _Core) and one not in found]
        found.update(needed)
    return found


class Handle:
    """Something of the library's that is closed when it is not needed any more: by close(), by `with`, or
    by the garbage collector. A closed one refuses. What was made from it lives on, and keeps alive what it needs."""

    __slots__ = ("_core", "__weakref__")

    def __init__(self, slot: Slot, free: Callable[[Slot], None], *keeps: Any) -> None:
        cores = [one._core if isinstance(one, Handle) else one for one in keeps]
        self._core: Optional[_Core] = _Core(slot, free, cores)
        settle()

    @property
    def _raw(self) -> Any:
        """For native calls, which keep the library's object alive with it; for the field of a record see give()."""
        core = self._core
        if core is None:
            raise KamupinError(Status.INVALID_ARGUMENT, detail=f"this {type(self).__name__} is closed")
        return core

    @property
    def closed(self) -> bool:
        """Whether close() was called."""
        return self._core is None

    def close(self) -> None:
        """Lets go; a call that runs, on this thread or another, comes to its end first. May be called again."""
        self._core = None
        settle()

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def give(record: Any, **handles: Optional[Handle]) -> None:
    """Sets fields of a record that are handles, and has the record keep them alive, of which its C half knows nothing."""
    for field, handle in handles.items():
        if handle is not None:
            kept = handle._raw
            setattr(record, field, kept)
            setattr(record, f"kept_{field}", kept)


class Telling(Handle):
    """A handle with an error record of its own."""

    __slots__ = ("_told", "_watched")

    def __init__(self, slot: Slot, free: Callable[[Slot], None], told: Callable[[Any, Any], None], *keeps: Any,
                 watched: Optional["Watched"] = None) -> None:
        self._told, self._watched = told, watched
        super().__init__(slot, free, *keeps)

    def _check(self, status: int) -> None:
        """Raises what a callback has raised, or what the call has failed of."""
        if _interrupts or self._watched is not None:
            settle(self._watched)
        if status != native.OK:
            error, core = native.error(), self._core
            if core is not None:  # else it was closed under the call, and has nothing more to say
                self._told(core, error)
            check(status, error if core is not None else None)


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


_interrupts: list[KeyboardInterrupt] = []


def printed(error: BaseException) -> None:
    """An exception that nobody is there for, such as one of a log's, is printed as Python does it. Ctrl-C is for the main
    thread: the call that it runs raises it when it ends."""
    if isinstance(error, KeyboardInterrupt):
        _interrupts.append(error)
    else:
        sys.excepthook(type(error), error, error.__traceback__)


def settle(watched: Optional[Watched] = None) -> None:
    """Raises what callbacks have raised."""
    if _interrupts and threading.current_thread() is threading.main_thread():
        error = _interrupts[0]
        _interrupts.clear()
        raise error
    if watched is not None:
        watched.settle()


def check(status: int, error: Any, watched: Optional[Watched] = None) -> None:
    """Raises unless `status` is ok. error: the record that the call filled, or None."""
    if _interrupts or watched is not None:
        settle(watched)
    if status != native.OK:
        raise error_for(status, error)


def made(call: Callable[..., int], *arguments: Any) -> Slot:
    """Calls a function that makes a handle into a slot and fills an error record; the slot."""
    slot: Slot = [None]
    error = native.error()
    status = call(*arguments, slot, error)
    if status != native.OK:  # else what there is to raise is raised when the handle has its owner
        check(status, error)
    return slot


def filled(call: Callable[..., int], record: Any, *arguments: Any) -> Any:
    """Calls a function that fills a record and has no error record of its own."""
    check(call(*arguments, record), None)
    return record
