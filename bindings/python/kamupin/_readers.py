# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# _readers.py: readers of a program's own (remote ones, a phone, a script), and the built-in PC/SC readers, to be
# used or wrapped.
"""Readers of a program's own."""
from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Optional

from . import native
from ._call import printed
from ._enums import Status
from ._errors import KamupinError

READER_FEATURES: int = native.READER_FEATURES
"""The code of ReaderBackend.control() that asks a reader for its features (PC/SC part 10)."""


class ReaderFailure(Exception):
    """Raised by a method of ReaderBackend, whose answer it is. Allowed: those of the comment at
    kamupin_reader_answer in reader.h (READER_FAILED, CARD_REMOVED, CARD_RESET, TIMED_OUT, …).

    code: the platform's own, for the log. unsent: of transmit(), the command surely did not reach the card."""

    def __init__(self, status: Status, code: int = 0, unsent: bool = False) -> None:
        super().__init__(status)
        self.status, self.code, self.unsent = status, code, unsent


@dataclass
class ReaderState:
    """One reader as it stands; ReaderBackend.watch() changes it."""

    name: str
    gone: bool = False
    """The reader was unplugged, or does not answer."""
    present: bool = False
    """A card is in it."""
    mute: bool = False
    """… and does not answer."""
    exclusive: bool = False
    """… and another program holds it exclusively."""
    events: int = 0
    """Counts insertions and removals."""
    atr: bytes = b""
    """When present and not mute."""
    cookie: int = 0
    """The backend's own, 0 at first."""

    def _from(self, raw: Any) -> None:
        self.gone, self.present, self.mute, self.exclusive = raw.gone, raw.present, raw.mute, raw.exclusive
        self.events, self.atr, self.cookie = raw.events, raw.atr[: raw.atr_length], raw.cookie

    def _into(self, raw: Any) -> None:
        raw.name, raw.gone, raw.present, raw.mute, raw.exclusive = self.name, self.gone, self.present, self.mute, self.exclusive
        raw.events, raw.atr, raw.atr_length, raw.cookie = self.events, self.atr, len(self.atr), self.cookie


class ReaderBackend:
    """Derive, and give it to a context: Context(readers=…). A worker is one thread's connection to the reader system,
    a connection one to the card in a reader; both are whatever open() and connect() return. Failing is raising
    ReaderFailure; any other exception is printed, and the answer is reader-failed. Calls come from several threads, those
    on one worker and its connections from one at a time, but for wake().

    A PIN that the library sends to the card passes through transmit() in a bytearray that is wiped when it returns: keep
    no copy of it."""

    def open(self) -> Any:
        """Opens a worker."""
        raise NotImplementedError

    def open_waiting(self, stop: int, patience: Optional[float]) -> Any:
        """Optional: as open(), but never waits where `stop`, a descriptor that becomes readable, cannot end it (cancelled).
        patience None: waits until there is a reader system; else reader-service-down after so many seconds."""
        raise NotImplementedError

    def close(self, worker: Any) -> None:
        """Closes a worker."""
        raise NotImplementedError

    def readers(self, worker: Any) -> list[str]:
        """The readers' names."""
        raise NotImplementedError

    def watch(self, worker: Any, states: list[ReaderState], timeout: Optional[float]) -> None:
        """Fills the states, whose names are set. timeout 0: at once. Otherwise returns when one differs from what it says, or
        the readers are not those of the last readers(), or fails with timed-out (None: no bound), or cancelled after wake()."""
        raise NotImplementedError

    def wake(self, worker: Any) -> None:
        """Ends what waits on this worker, from another thread."""
        raise NotImplementedError

    def connect(self, worker: Any, reader: str) -> Any:
        """Connects to the card in a reader, shared, T=1."""
        raise NotImplementedError

    def disconnect(self, connection: Any) -> None:
        """Lets go of it without resetting it."""
        raise NotImplementedError

    def reconnect(self, connection: Any) -> None:
        """Accepts a reset or removal that happened."""
        raise NotImplementedError

    def begin(self, connection: Any) -> None:
        """Holds the card against other programs."""
        raise NotImplementedError

    def end(self, connection: Any) -> None:
        """Holds it no longer."""
        raise NotImplementedError

    def transmit(self, connection: Any, command: bytearray) -> bytes:
        """One command APDU, one response APDU."""
        raise NotImplementedError

    def control(self, connection: Any, code: int, data: bytearray) -> bytes:
        """Optional, for readers with keypads: a command to the reader itself."""
        raise NotImplementedError


class BackendSink(native.ReaderBackend):
    """What the library calls. Never lets an exception out."""

    def __init__(self, backend: ReaderBackend) -> None:
        super().__init__()
        self._backend = backend
        self._things: dict[int, Any] = {}
        self._numbers = itertools.count(1)
        kind = type(backend)
        self.offer(kind.open_waiting is not ReaderBackend.open_waiting, kind.control is not ReaderBackend.control)

    def _answered(self, answer: Any, call: Callable[[], Any], otherwise: Any = None) -> Any:
        try:
            return call()
        except ReaderFailure as failure:
            answer.status, answer.code, answer.unsent = int(failure.status), failure.code, failure.unsent
        except KamupinError as error:
            answer.status, answer.code = int(error.status), error.platform_code
        except BaseException as error:
            answer.status = int(Status.READER_FAILED)
            printed(error)
        return otherwise

    def _quietly(self, call: Callable[[], Any]) -> None:
        try:
            call()
        except BaseException as error:
            printed(error)

    def _numbered(self, call: Callable[[], Any]) -> int:
        thing = call()
        number = next(self._numbers)
        self._things[number] = thing
        return number

    def open_worker(self, answer: Any) -> int:
        return int(self._answered(answer, lambda: self._numbered(self._backend.open), 0))

    def open_waiting(self, stop: int, patience_ms: int, answer: Any) -> int:
        patience = None if patience_ms < 0 else patience_ms / 1000
        return int(self._answered(answer, lambda: self._numbered(lambda: self._backend.open_waiting(stop, patience)), 0))

    def close(self, worker: int) -> None:
        self._quietly(lambda: self._backend.close(self._things.pop(worker)))

    def list_readers(self, worker: int, names: Any, answer: Any) -> None:
        found = self._answered(answer, lambda: self._backend.readers(self._things[worker]), [])
        names.put(b"".join(name.encode() + b"\0" for name in found) + b"\0")

    def watch(self, worker: int, states: Any, timeout_ms: int, answer: Any) -> None:
        raws = [states.at(i) for i in range(states.count())]
        passed = [ReaderState(raw.name) for raw in raws]
        for state, raw in zip(passed, raws):
            state._from(raw)
        self._answered(answer, lambda: self._backend.watch(self._things[worker], passed, None if timeout_ms < 0 else timeout_ms / 1000))
        for state, raw in zip(passed, raws):
            state._into(raw)

    def wake(self, worker: int) -> None:
        self._quietly(lambda: self._backend.wake(self._things[worker]))

    def connect(self, worker: int, reader: str, answer: Any) -> int:
        return int(self._answered(answer, lambda: self._numbered(lambda: self._backend.connect(self._things[worker], reader)), 0))

    def disconnect(self, connection: int) -> None:
        self._quietly(lambda: self._backend.disconnect(self._things.pop(connection)))

    def reconnect(self, connection: int, answer: Any) -> None:
        self._answered(answer, lambda: self._backend.reconnect(self._things[connection]))

    def begin(self, connection: int, answer: Any) -> None:
        self._answered(answer, lambda: self._backend.begin(self._things[connection]))

    def end(self, connection: int, answer: Any) -> None:
        self._answered(answer, lambda: self._backend.end(self._things[connection]))

    def transmit(self, connection: int, command: bytearray, reply: Any, answer: Any) -> None:
        try:
            said = self._answered(answer, lambda: self._backend.transmit(self._things[connection], command))
            if said is not None:
                reply.put(said)
        finally:
            command[:] = bytes(len(command))

    def control(self, connection: int, code: int, data: bytearray, reply: Any, answer: Any) -> None:
        try:
            said = self._answered(answer, lambda: self._backend.control(self._things[connection], code, data))
            if said is not None:
                reply.put(said)
        finally:
            data[:] = bytes(len(data))


class _Opened:
    """A worker, or a connection of that worker's, of the built-in readers. When it was closed, or its worker was, calls refuse it."""

    __slots__ = ("_number", "_worker", "answer", "slot")

    def __init__(self, number: int, worker: Optional["_Opened"]) -> None:
        self._number, self._worker = number, worker
        self.answer = native.reader_answer()  # one for all calls: they come one at a time
        self.slot: list[Any] = [b""]

    @property
    def number(self) -> int:
        return self._number if self._worker is None or self._worker._number else 0

    def given_up(self) -> int:
        """The number, for the last time."""
        number, self._number = self._number, 0
        return number


def _failed(answer: Any) -> ReaderFailure:
    return ReaderFailure(Status(answer.status), answer.code, answer.unsent)


class PcscReaders(ReaderBackend):
    """The built-in readers: PC/SC. For use as they are, or as what a backend of a program's own passes on to:

    class Counting(kamupin.PcscReaders):
        commands = 0

        def transmit(self, connection, command):
            self.commands += 1
            return super().transmit(connection, command)
    """

    def __init__(self) -> None:
        self._native = native.BuiltInReaders()

    def _open(self, worker: Optional[_Opened], call: Callable[..., int], *arguments: Any) -> _Opened:
        slot, answer = [0], native.reader_answer()
        if call(*arguments, answer, slot) != native.OK:
            raise _failed(answer)
        return _Opened(slot[0], worker)

    def open(self) -> Any:
        return self._open(None, self._native.open_worker)

    def open_waiting(self, stop: int, patience: Optional[float]) -> Any:
        return self._open(None, self._native.open_waiting, stop, -1 if patience is None else int(patience * 1000))

    def close(self, worker: Any) -> None:
        self._native.close(worker.given_up())

    def readers(self, worker: Any) -> list[str]:
        if self._native.list_readers(worker.number, worker.answer, worker.slot) != native.OK:
            raise _failed(worker.answer)
        return [name.decode("utf-8", "replace") for name in bytes(worker.slot[0]).split(b"\0") if name]

    def watch(self, worker: Any, states: list[ReaderState], timeout: Optional[float]) -> None:
        raws = native.ReaderStates(len(states))
        for index, state in enumerate(states):
            state._into(raws.at(index))
        answer = native.reader_answer()
        status = self._native.watch(worker.number, raws, -1 if timeout is None else int(timeout * 1000), answer)
        for index, state in enumerate(states):
            state._from(raws.at(index))
        if status != native.OK:
            raise _failed(answer)

    def wake(self, worker: Any) -> None:
        self._native.wake(worker.number)

    def connect(self, worker: Any, reader: str) -> Any:
        return self._open(worker, self._native.connect, worker.number, reader)

    def disconnect(self, connection: Any) -> None:
        self._native.disconnect(connection.given_up())

    def reconnect(self, connection: Any) -> None:
        if self._native.reconnect(connection.number, connection.answer) != native.OK:
            raise _failed(connection.answer)

    def begin(self, connection: Any) -> None:
        if self._native.begin(connection.number, connection.answer) != native.OK:
            raise _failed(connection.answer)

    def end(self, connection: Any) -> None:
        if self._native.end(connection.number, connection.answer) != native.OK:
            raise _failed(connection.answer)

    def transmit(self, connection: Any, command: bytearray) -> bytes:
        slot = connection.slot
        if self._native.transmit(connection.number, command, connection.answer, slot) != native.OK:
            raise _failed(connection.answer)
        reply: bytes = slot[0]
        return reply

    def control(self, connection: Any, code: int, data: bytearray) -> bytes:
        if self._native.control(connection.number, code, data, connection.answer, connection.slot) != native.OK:
            raise _failed(connection.answer)
        return bytes(connection.slot[0])
