# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# _cards.py: readers, cards and their PINs, and watching them come and go.
"""Cards."""
from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Optional

from . import native
from ._call import Handle, Listing, Telling, check, made
from ._enums import Hash, PinRisk, SecretKind, SignForm
from ._errors import Cancelled
from ._records import CardInfo, Signature, WatchEvent
from ._secrets import SecretText, taken, twice

if TYPE_CHECKING:
    from ._context import Context


class Cancel(Handle):
    """Ends the calls it was given to, from any thread."""

    __slots__ = ()

    def __init__(self, context: "Context") -> None:
        super().__init__(made(native.cancel_new, context._raw), native.cancel_free, context)

    def pull(self) -> None:
        """Ends the call that runs, and every later one."""
        native.cancel_pull(self._raw)

    def clear(self) -> None:
        """Lets calls run again."""
        native.cancel_clear(self._raw)

    @property
    def pulled(self) -> bool:
        """Whether it was pulled."""
        return bool(native.cancel_pulled(self._raw))


class Cards(Handle, Listing[CardInfo]):
    """Every reader and what is known of its card, as it was when the list was made."""

    __slots__ = ("_context",)

    def __init__(self, context: "Context", slot: Optional[list[Any]] = None, *keeps: Any) -> None:
        self._context = context
        super().__init__(slot or made(native.reader_list_new, context._raw, None), native.reader_list_free, context, *keeps)

    def __len__(self) -> int:
        return int(native.reader_list_count(self._raw))

    def _item(self, index: int) -> CardInfo:
        raw = native.card_info()
        check(native.reader_list_get(self._raw, index, raw), None)
        return CardInfo._of(raw)

    def wait(self, timeout: Optional[float] = None, cancel: Optional[Cancel] = None) -> None:
        """Waits until a card or reader comes or goes; raises KamupinError (timed-out) after `timeout` seconds."""
        error = native.error()
        milliseconds = -1 if timeout is None else int(timeout * 1000)
        check(native.reader_list_wait(self._raw, milliseconds, None if cancel is None else cancel._raw, error), error)


class Card(Telling):
    """One card. One thread at a time."""

    __slots__ = ("_context",)

    def __init__(self, context: "Context", which: Optional[str] = None, cancel: Optional[Cancel] = None) -> None:
        self._context = context
        super().__init__(made(native.card_open, context._raw, which, None if cancel is None else cancel._raw), native.card_free,
                         native.card_error, context, cancel)

    def read(self) -> CardInfo:
        """What the card says now. Spends no try."""
        raw = native.card_info()
        self._check(native.card_read(self._raw, raw))
        return CardInfo._of(raw)

    @property
    def certificates(self) -> list[bytes]:
        """The certificates on it, DER."""
        found: list[bytes] = []
        slot: list[Any] = [None]
        while native.card_certificate(self._raw, len(found), slot) == native.OK:
            found.append(slot[0])
        return found

    def check_ready(self, risk: PinRisk = PinRisk(0)) -> None:
        """Raises why a PIN command would be refused now. Spends no try."""
        self._check(native.pin_ready(self._raw, int(risk)))

    def verify(self, pin: SecretText, risk: PinRisk = PinRisk(0)) -> None:
        """Verifies the PIN; a wrong one costs a try and raises PinError."""
        with taken(self._context, SecretKind.PIN, pin) as secret:
            self._check(native.pin_verify(self._raw, secret._raw, int(risk)))

    def change_pin(self, old: SecretText, new: SecretText, again: SecretText, risk: PinRisk = PinRisk(0)) -> None:
        """Changes the PIN, knowing the old one; the new one is typed twice."""
        with taken(self._context, SecretKind.PIN, old) as was, twice(self._context, new, again) as (one, two):
            self._check(native.pin_change(self._raw, was._raw, one._raw, two._raw, int(risk)))

    def sign(self, digest: bytes, pin: SecretText, *, hash: Hash = Hash.SHA256, form: SignForm = SignForm.BY_KEY,
             certificate: Optional[int] = None, risk: PinRisk = PinRisk(0)) -> Signature:
        """Has the card sign a hash. certificate: whose key; None: the first that fits."""
        request = native.sign_request()
        request.hash, request.form, request.risk = int(hash), int(form), int(risk)
        request.digest, request.digest_length = digest, len(digest)
        if certificate is not None:
            request.certificate = certificate
        raw = native.signature()
        with taken(self._context, SecretKind.PIN, pin) as secret:
            self._check(native.card_sign(self._raw, request, secret._raw, raw))
        return Signature._of(raw)


class Watch(Handle, Iterator[WatchEvent]):
    """Cards and readers as they come and go: an iterator that waits for the next event. The first events say
    how things stand. stop() ends it, from any thread."""

    __slots__ = ("_cancel",)

    def __init__(self, context: "Context") -> None:
        self._cancel = Cancel(context)
        super().__init__(made(native.watch_new, context._raw, None), native.watch_free, context, self._cancel)

    def next(self, timeout: Optional[float] = None) -> WatchEvent:
        """The next event; raises KamupinError (timed-out) after `timeout` seconds."""
        raw, error = native.watch_event(), native.error()
        milliseconds = -1 if timeout is None else int(timeout * 1000)
        check(native.watch_next(self._raw, milliseconds, self._cancel._raw, raw, error), error)
        return WatchEvent._of(raw)

    def __next__(self) -> WatchEvent:
        try:
            return self.next()
        except Cancelled:  # by stop(), which nothing but this object can pull
            raise StopIteration from None

    def stop(self) -> None:
        """Ends the iteration."""
        self._cancel.pull()

    def fileno(self) -> int:
        """A descriptor that is readable while next() has something to tell: for select() and event loops."""
        return int(native.watch_fd(self._raw))
