# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# _call.py: how this package calls the library: handles that own what they hold, statuses that become
# exceptions, callbacks whose exceptions come out of the call that was running.
"""Handles and calls."""
from __future__ import annotations

import _thread
import sys
import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any, Callable, Optional, TypeVar, Union, overload

from . import native
from ._errors import KamupinError, error_for
from ._enums import Status

Self = TypeVar("Self", bound="Handle")
Item = TypeVar("Item")
Slot = list[Any]


class _Held:
    """What is freed with its last user. Users are the handle that owns it, until it is closed, what was made from that, a record
    that give() has it in, and every native call, while it runs; no frame is, so that a traceback keeps nothing."""

    __slots__ = ("this", "keeps", "closed", "__weakref__")

    def __init__(self, this: Any, keeps: list[Any]) -> None:
        self.this, self.keeps = this, keeps
        self.closed: list[bool] = []  # one when close() was called

    def freed_by(self, free: Callable[[Slot], None], slot: Slot) -> None:
        weakref.finalize(self, _free, weakref.ref(self), free, slot, self.keeps, self.closed)


def _free(held: "weakref.ref[_Held]", free: Callable[[Slot], None], slot: Slot, keeps: list[Any], closed: list[bool]) -> None:
    ending = held()  # None but at the interpreter's end, when there may be daemon threads
    if ending is None:
        if free is native.watch_free and not closed or free in (native.watch_free, native.context_free) and _in_callback():
            _free_elsewhere(free, slot, keeps)
            return
    else:
        if ending in _used():
            return
        ending.this = None  # a call that comes now finds nothing,
        if ending in _used():  # but one may have been faster
            return
    free(slot)
    keeps.clear()  # afterwards, so that a context is freed after all that was made from it


_elsewhere: set[_Held] = set()


def _free_elsewhere(free: Callable[[Slot], None], slot: Slot, keeps: list[Any]) -> None:
    """Frees what waits for a thread of the library's: on a thread of its own where that thread may wait for this one, or be it.
    The collector runs anywhere: in a method of a program's own readers too, and where a lock is held that such a method takes."""
    held = _Held(None, keeps)
    _elsewhere.add(held)

    def waiting() -> None:
        free(slot)
        _elsewhere.discard(held)
        keeps.clear()

    try:
        _thread.start_new_thread(waiting, ())  # threading's own takes locks, which the collector may have found taken
    except RuntimeError:  # no thread to be had, as at the interpreter's end: what it has stays until the process is gone
        pass


def _in_callback() -> bool:
    """Whether this is a thread of the library's, which calls a method of the program's."""
    at: Optional[FrameType] = sys._getframe()
    first = at
    while at is not None:
        first, at = at, at.f_back
    return isinstance(first and first.f_locals.get("self"), (native.ReaderBackend, native.LogSink, native.TimeSource))


def _used() -> set[Any]:
    """What other threads work with, and what that needs."""
    threads = sys._current_frames()
    del threads[threading.get_ident()]
    found: set[Any] = set(_elsewhere)
    for frame in threads.values():
        at: Optional[FrameType] = frame
        while at is not None:
            handles = [one for one in at.f_locals.values() if isinstance(one, Handle) and hasattr(one, "_known")]  # not half made
            found.update(one._known() for one in handles)
            at = at.f_back
    found.discard(None)
    needed = list(found)
    while needed:
        needed += [one for one in needed.pop().keeps if isinstance(one, _Held) and one not in found]
        found.update(needed)
    return found


class Handle:
    """Something of the library's that is closed when it is not needed any more: by close(), by `with`, or
    by the garbage collector. A closed one refuses. What was made from it lives on, and keeps alive what it needs."""

    __slots__ = ("_held", "_known", "__weakref__")

    def __init__(self, slot: Slot, free: Callable[[Slot], None], *keeps: Any) -> None:
        self._held: Optional[_Held] = _Held(slot[0], [one._held if isinstance(one, Handle) else one for one in keeps])
        self._held.freed_by(free, slot)
        self._known = weakref.ref(self._held)
        settle()

    @property
    def _this(self) -> Any:
        """For native calls, which are given the handle, take this of it and hold it until they end."""
        held = self._held
        if held is None or held.this is None:  # closed, or freed at the interpreter's end
            raise KamupinError(Status.INVALID_ARGUMENT, detail=f"this {type(self).__name__} is closed")
        return held

    @property
    def _raw(self) -> Any:
        """What a native call is given; for the field of a record see give()."""
        if self._held is None:
            return self._this  # raises
        return self

    @property
    def closed(self) -> bool:
        """Whether close() was called."""
        return self._held is None

    def close(self) -> None:
        """Lets go; a call that runs, on this thread or another, comes to its end first. May be called again."""
        held, self._held = self._held, None
        if held is not None:
            held.closed.append(True)
        del held  # frees, when nobody else uses it
        settle()

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@contextmanager
def give(record: Any, **handles: Optional[Handle]) -> Iterator[None]:
    """Sets fields of a record that are handles, for the calls of this block: its C half does not keep them alive."""
    given = {field: handle for field, handle in handles.items() if handle is not None}
    try:
        for field, handle in given.items():
            setattr(record, f"kept_{field}", handle._this)
            setattr(record, field, handle)
        yield
    finally:
        for field in given:
            setattr(record, field, None)
            setattr(record, f"kept_{field}", None)


SLICE = 0.5
"""Seconds: a wait of the main thread comes back so often, because Python sees Ctrl-C only between calls, and a lock or queue
misses the one that comes just before it begins to wait."""


class Turns:
    """A lock for calls that are for one thread at a time, which that thread may take again."""

    def __init__(self) -> None:
        self._lock = threading.RLock()

    def __enter__(self) -> None:
        while not self._lock.acquire(timeout=SLICE):
            pass

    def __exit__(self, *_: object) -> None:
        self._lock.release()


class Telling(Handle):
    """A handle with an error record of its own."""

    __slots__ = ("_told", "_watched", "_alone")

    def __init__(self, slot: Slot, free: Callable[[Slot], None], told: Callable[[Any, Any], None], *keeps: Any,
                 watched: Optional["Watched"] = None, alone: Optional[Turns] = None) -> None:
        """alone: of whom this takes turns with, such as the session that it hangs on."""
        self._told, self._watched = told, watched
        self._alone = Turns() if alone is None else alone
        super().__init__(slot, free, *keeps)

    def _do(self, call: Callable[..., int], *arguments: Any) -> None:
        """A native call and what it says, which belong together: the library's handle is for one thread at a time."""
        with self._alone:
            self._check(call(self._raw, *arguments))

    def _check(self, status: int) -> None:
        """Raises what a callback has raised, or what the call has failed of."""
        if _interrupts or self._watched is not None:
            settle(self._watched)
        if status != native.OK:
            check(status, self._error())

    def _error(self) -> Any:
        """The record of what the last call has failed of; None when this was closed under it, and has nothing more to say."""
        held = self._held
        if held is None:
            return None
        error = native.error()
        self._told(held, error)
        return error


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
            self.fail(error)
            return otherwise

    def fail(self, error: BaseException) -> None:
        """Keeps it, unless there is one already, and ends the operation at hand."""
        with self._lock:
            self._raised = self._raised or error
        if self._stop is not None:
            self._stop()

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
