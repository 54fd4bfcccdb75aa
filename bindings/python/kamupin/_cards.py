# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# _cards.py: readers, cards and their PINs, and watching them come and go.
"""Cards."""
from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Optional, TypeVar

from . import native
from ._call import SLICE, Handle, Listing, Telling, Watched, check, give, made
from ._enums import Hash, PadQuirk, PinRisk, SecretKind, SignForm, Status
from ._errors import Cancelled, KamupinError
from ._given import LONGEST, a_callable, a_time, an_instance, one_of
from ._records import CardInfo, PadInfo, Signature, WatchEvent
from ._secrets import SecretText, all_taken, moved, taken

if TYPE_CHECKING:
    from ._certificates import Certificates
    from ._context import Context

T = TypeVar("T")


class Cancel(Handle):
    """Ends the calls it was given to, from any thread."""

    __slots__ = ()

    def __init__(self, context: "Context") -> None:
        super().__init__(made(native.cancel_new, context._raw), native.cancel_free)  # it may outlive the context

    def pull(self) -> None:
        """Ends the call that runs, and every later one."""
        native.cancel_pull(self._raw)

    def clear(self) -> None:
        """Lets calls run again."""
        native.cancel_clear(self._raw)

    def _again(self) -> "Cancel":
        """The same one for who keeps it: it is there when this one was closed."""
        other = Cancel.__new__(Cancel)
        other._held, other._known = self._this, self._known
        return other

    @property
    def pulled(self) -> bool:
        """Whether it was pulled."""
        return bool(native.cancel_pulled(self._raw))


def raw_of(cancel: Optional[Cancel]) -> Any:
    """A cancel handle that there may be."""
    return None if cancel is None else an_instance("cancel", Cancel, cancel)._raw


def in_slices(wait: Callable[[int], int], timeout: Optional[float]) -> int:
    """The status of a wait of so many milliseconds. On the main thread it comes back every half second, because Python sees a
    Ctrl-C only between calls; elsewhere when C counts no further."""
    left = a_time("timeout", timeout)
    longest = SLICE if threading.current_thread() is threading.main_thread() else LONGEST
    end = time.monotonic() + left
    while left > longest:
        status = wait(round(longest * 1000))
        if status != native.E_TIMED_OUT:
            return status
        left = end - time.monotonic()
    return wait(int(max(left, 0) * 1000))


async def awaited(cancel: Cancel, call: Callable[[], T]) -> T:
    """Awaits a call on a thread of its own. Cancelling the task pulls `cancel`, and lets the call end before it goes on; what
    was pulled before stays so."""
    pulled = False

    def pull() -> None:
        nonlocal pulled
        pulled = not cancel.pulled
        cancel.pull()

    thread = ThreadPoolExecutor(1, "kamupin-call")  # asyncio's own pool is small: a few waits would fill it
    try:
        return await ended(asyncio.get_running_loop().run_in_executor(thread, call), pull)
    except asyncio.CancelledError:
        if pulled:
            cancel.clear()
        raise
    finally:
        thread.shutdown(wait=False)


async def ended(running: "asyncio.Future[T]", cancel: Callable[[], None]) -> T:
    """What a call on a thread ends with. Cancelling the task calls `cancel`, and lets the call end before it goes on; what the call
    has then failed of is the cause of the CancelledError."""
    try:
        return await asyncio.shield(running)
    except GeneratorExit:  # nobody awaits any more
        cancel()
        raise
    except asyncio.CancelledError as cancelled:
        try:
            cancel()
        finally:
            while not running.done():
                try:
                    await asyncio.wait({running})
                except asyncio.CancelledError:
                    pass  # it is being cancelled already
        raise cancelled from running.exception()
    finally:
        del running  # whose exception has this frame in its traceback: a cycle


class Cards(Handle, Listing[CardInfo]):
    """Every reader and what is known of its card, as it was when the list was made."""

    __slots__ = ("_context",)

    def __init__(self, context: "Context", slot: Optional[list[Any]] = None, cancel: Optional[Cancel] = None) -> None:
        self._context = context
        super().__init__(slot or made(native.reader_list_new, context._raw, raw_of(cancel)), native.reader_list_free, context)

    def __len__(self) -> int:
        return int(native.reader_list_count(self._raw))

    def _item(self, index: int) -> CardInfo:
        raw = native.card_info()
        check(native.reader_list_get(self._raw, index, raw), None)
        return CardInfo._of(raw)

    def wait(self, timeout: Optional[float] = None, cancel: Optional[Cancel] = None) -> None:
        """Waits until a card or reader comes or goes; raises KamupinError (timed-out) after `timeout` seconds: None waits without
        end, a negative number is as 0."""
        error = native.error()
        check(in_slices(lambda some: native.reader_list_wait(self._raw, some, raw_of(cancel), error), timeout), error)

    def find(self, which: str) -> Optional[CardInfo]:
        """The card of that address (id, serial number, reader, ATR, URI); None when no card or more than one has it. Raises as
        matches() does, unless there is no reader."""
        found = [card for card in self if matches(card, which)]
        return found[0] if len(found) == 1 else None


def matches(card: CardInfo, which: str) -> bool:
    """Whether a card is the one that an address means. A word is an address of some card, or of none; raises CardError
    (card-address) when it begins as a URI and is none."""
    status = native.card_matches(card._raw(), which)
    if status == native.E_CARD_NOT_FOUND:
        return False
    check(status, None)
    return True


class PadUse:
    """How an entry at a reader's keypad is asked for. digits: how many each PIN has, 0 any; timeout: seconds for the person,
    0 thirty; language: a Windows language id of the reader's display, 0 Turkish; typing: called when the keypad is about
    to ask; quirks and the digits that it takes: a word on the reader in place of the library's table."""

    def __init__(self, *, digits: int = 0, timeout: int = 0, language: int = 0, typing: Optional[Callable[[], None]] = None,
                 quirks: Optional[PadQuirk] = None, min_digits: int = 0, max_digits: int = 0) -> None:
        self._raw = native.pad_options()
        self._raw.digits, self._raw.timeout_seconds, self._raw.language = digits, timeout, language
        self._watched = Watched()
        self._keeps: list[Any] = []
        if typing is not None:
            self._keeps.append(_Typing(a_callable("typing", typing), self._watched))
            self._raw.set_typing(self._keeps[-1])
        if quirks is not None or min_digits or max_digits:
            word = native.pad_quirks()
            word.flags, word.min_digits, word.max_digits = int(quirks or 0), min_digits, max_digits
            self._keeps.append(word)
            self._raw.quirks = word


class _Typing(native.TypingSink):
    def __init__(self, listener: Callable[[], None], watched: Watched) -> None:
        super().__init__()
        self._listener, self._watched = listener, watched

    def typing(self) -> None:
        self._watched.guard(self._listener)


class Card(Telling):
    """One card. Threads may share it: its calls wait for each other, but for cancel() and close()."""

    __slots__ = ("_context", "_cancel")

    def __init__(self, context: "Context", which: Optional[str] = None, cancel: Optional[Cancel] = None) -> None:
        self._context = context
        self._cancel = Cancel(context) if cancel is None else cancel._again()
        super().__init__(made(native.card_open, context._raw, which, self._cancel._raw), native.card_free, native.card_error, context,
                         self._cancel)

    def cancel(self) -> None:
        """Ends the call that runs and every later one. From any thread."""
        self._cancel.pull()

    def to_thread(self, call: Callable[..., T], *arguments: Any, **more: Any) -> Coroutine[Any, Any, T]:
        """Awaits a method of this card, on a thread of its own: await card.to_thread(card.change_pin, old, new, again).
        Cancelling the task cancels the call, by the card's cancel handle: what else that was given to ends as well. Secrets are
        taken before anything is awaited."""
        given, named = moved(call, arguments, more)
        return awaited(self._cancel, lambda: call(*given, **named))

    def read(self) -> CardInfo:
        """What the card says now. Spends no try."""
        raw = native.card_info()
        self._do(native.card_read, raw)
        return CardInfo._of(raw)

    @property
    def certificates(self) -> list[bytes]:
        """The certificates on it, DER."""
        found: list[bytes] = []
        slot: list[Any] = [None]
        with self._alone:
            while native.card_certificate(self._raw, len(found), slot) == native.OK:
                found.append(slot[0])
        return found

    def check_ready(self, risk: PinRisk = PinRisk(0)) -> None:
        """Raises why a PIN command would be refused now. Spends no try."""
        self._do(native.pin_ready, one_of(PinRisk, risk))

    def verify(self, pin: SecretText, risk: PinRisk = PinRisk(0)) -> None:
        """Verifies the PIN; a wrong one costs a try and raises PinError."""
        with taken(self._context, SecretKind.PIN, pin) as secret:
            self._do(native.pin_verify, secret._raw, one_of(PinRisk, risk))

    def change_pin(self, old: SecretText, new: SecretText, again: SecretText, risk: PinRisk = PinRisk(0)) -> None:
        """Changes the PIN, knowing the old one; the new one is typed twice."""
        with all_taken(self._context, SecretKind.PIN, old, new, again) as (was, one, two):
            self._do(native.pin_change, was._raw, one._raw, two._raw, one_of(PinRisk, risk))

    def check_sign(self, *, hash: Hash = Hash.SHA256, form: SignForm = SignForm.BY_KEY, certificate: Optional[int] = None,
                   risk: PinRisk = PinRisk(0)) -> int:
        """Raises why sign() would be refused before the PIN is used; else the index of the certificate whose key will sign."""
        slot = [0]
        self._do(native.card_sign_ready, _request(hash, form, certificate, risk), slot)
        return slot[0]

    def sign(self, digest: bytes, pin: SecretText, *, hash: Hash = Hash.SHA256, form: SignForm = SignForm.BY_KEY,
             certificate: Optional[int] = None, risk: PinRisk = PinRisk(0)) -> Signature:
        """Has the card sign a hash. certificate: whose key; None: the first that fits."""
        raw = native.signature()
        with taken(self._context, SecretKind.PIN, pin) as secret:
            request = _request(hash, form, certificate, risk)
            request.digest, request.digest_length = digest, len(digest)
            self._do(native.card_sign, request, secret._raw, raw)
        return Signature._of(raw)

    def cms(self, content: bytes, pin: SecretText, *, detached: bool = False, hash: Hash = Hash.SHA256, certificate: Optional[int] = None,
            between: Optional["Certificates"] = None, risk: PinRisk = PinRisk(0)) -> bytes:
        """Signs a document: a CMS signature of the form CAdES-B-B, DER. detached: the content stays outside; between: certificates
        that are put in beside the signer's."""
        options, slot = native.cms_options(), [None]
        with taken(self._context, SecretKind.PIN, pin) as secret, give(options, between=between):
            options.detached, options.hash, options.risk = detached, one_of(Hash, hash), one_of(PinRisk, risk)
            if certificate is not None:
                options.certificate = certificate
            self._do(native.card_cms_of, content, options, secret._raw, slot)
        try:
            der: list[bytes] = [b""]
            check(native.cms_der(slot[0], der), None)
            return der[0]
        finally:
            native.cms_free(slot)

    # ---- at the reader's keypad ----

    def pad(self, use: Optional[PadUse] = None) -> PadInfo:
        """What the keypad of this card's reader can do with it. A reader without one is no failure."""
        raw = native.pad_info()
        self._do(native.pad_read, None if use is None else use._raw, raw)
        return PadInfo._of(raw)

    def verify_at_pad(self, use: Optional[PadUse] = None, risk: PinRisk = PinRisk(0)) -> None:
        """Verifies a PIN that is typed at the keypad; a wrong one costs a try. The program never holds it."""
        self._at_pad(native.pad_verify, use, risk)

    def change_pin_at_pad(self, use: Optional[PadUse] = None, risk: PinRisk = PinRisk(0)) -> None:
        """Changes the PIN at the keypad: the old one, the new one, and the new one again."""
        self._at_pad(native.pad_change, use, risk)

    def _at_pad(self, call: Callable[..., int], use: Optional[PadUse], risk: PinRisk) -> None:
        with self._alone:
            status = call(self._raw, None if use is None else use._raw, one_of(PinRisk, risk))
            if use is not None:
                use._watched.settle()
            self._check(status)


def _request(hash: Hash, form: SignForm, certificate: Optional[int], risk: PinRisk) -> native.sign_request:
    request = native.sign_request()
    request.hash, request.form, request.risk = one_of(Hash, hash), one_of(SignForm, form), one_of(PinRisk, risk)
    if certificate is not None:
        request.certificate = certificate
    return request


class Watch(Handle, Iterator[WatchEvent], AsyncIterator[WatchEvent]):
    """Cards and readers as they come and go: an iterator that waits for the next event, for `for` and for `async for`.
    The first events say how things stand. stop() ends it, from any thread. One waits at a time: another task or thread is refused
    (wrong-state) until that one has its event; a second watch is for it.

    async for event in context.watch():
        print(event.kind.word, event.reader)
    """

    __slots__ = ("_cancel", "_waiting", "_taken")

    def __init__(self, context: "Context") -> None:
        self._cancel = Cancel(context)
        self._waiting: Optional[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = None
        self._taken = threading.Lock()
        super().__init__(made(native.watch_new, context._raw, None), native.watch_free, context, self._cancel)

    def next(self, timeout: Optional[float] = None) -> WatchEvent:
        """The next event; raises KamupinError (timed-out) after `timeout` seconds: None waits without end, a negative number is
        as 0."""
        with self._alone():
            return self._next(timeout)

    def _next(self, timeout: Optional[float] = None) -> WatchEvent:
        raw, error = native.watch_event(), native.error()
        check(in_slices(lambda some: native.watch_next(self._raw, some, self._cancel._raw, raw, error), timeout), error)
        return WatchEvent._of(raw)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """An event goes to one, and an event loop calls one when there is something to tell."""
        if not self._taken.acquire(blocking=False):
            raise KamupinError(Status.WRONG_STATE, detail="another task or thread is waiting for the events of this Watch")
        try:
            yield
        finally:
            self._taken.release()

    def __next__(self) -> WatchEvent:
        try:
            return self.next()
        except KamupinError as error:
            if not self._over(error):
                raise
            raise StopIteration from None

    def __aiter__(self) -> "Watch":
        return self

    async def __anext__(self) -> WatchEvent:
        if self.closed:
            raise StopAsyncIteration
        with self._alone():
            return await self._awaited()

    async def _awaited(self) -> WatchEvent:
        held = self._this  # close() leaves the descriptor open until the loop knows no more of it
        loop, ready, descriptor = asyncio.get_running_loop(), asyncio.Event(), int(native.watch_fd(held))
        self._waiting = loop, ready
        loop.add_reader(descriptor, ready.set)
        try:
            while True:
                ready.clear()
                try:
                    return self._next(0)
                except KamupinError as error:
                    if self._over(error):
                        raise StopAsyncIteration from None
                    if error.status != Status.TIMED_OUT:
                        raise
                await ready.wait()
        finally:
            self._waiting = None
            loop.remove_reader(descriptor)
            del held

    def _over(self, error: KamupinError) -> bool:
        """Whether next() ended by stop(), which nothing but this object can pull, or because this is closed."""
        return self.closed or isinstance(error, Cancelled)

    def stop(self) -> None:
        """Ends the iteration."""
        self._cancel.pull()
        waiting = self._waiting
        if waiting is not None:
            loop, ready = waiting
            loop.call_soon_threadsafe(ready.set)

    def close(self) -> None:
        """Ends the iteration, also one that waits in another thread or task, and lets go. May be called again."""
        self.stop()
        super().close()

    def fileno(self) -> int:
        """A descriptor that is readable while next() has something to tell: for select() and event loops."""
        return int(native.watch_fd(self._raw))
