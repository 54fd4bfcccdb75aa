# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# _session.py: a login at the service, and what it is for: orders, issued PINs, certificates, consent,
# applications, lists.
"""Sessions."""
from __future__ import annotations

import warnings
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, NamedTuple, Optional, TypeVar

from . import native
from ._call import Telling, Watched, filled, give, made
from ._cards import Cancel, Card, awaited
from ._certificates import Certificate
from ._enums import (IdentityType, Language, LoginMethod, OperationKind, PinRisk, Product, RevocationReason, Role, SecretKind,
                     SuspendReason)
from ._given import a_callable, one_of, refused
from ._of_session import AuthorisedList, Consent, DigitsListener, DigitsSink, Order, Revocation
from ._records import (ApplicationInfo, AuthorisedInfo, CertificateEvent, CertificateRecord, ConsentInfo, Contact, Factor, Identity,
                       IssuedPinInfo, Login, OrderInfo, SessionInfo)
from ._secrets import Kept, SecretText, TextSecretWarning, moved, taken, wiped

if TYPE_CHECKING:
    from ._context import Context

KeepListener = Callable[[bytearray], None]
T = TypeVar("T")


class _Bytes(native.BytesSink):
    """Hands bytes over, and wipes the copy afterwards."""

    def __init__(self, listener: Callable[[bytearray], None], watched: Watched) -> None:
        super().__init__()
        self._listener, self._watched = listener, watched

    def take(self, content: bytearray) -> None:
        try:
            self._watched.guard(lambda: self._listener(content))
        finally:
            content[:] = bytes(len(content))


class Captcha(NamedTuple):
    """A picture to be read by the person."""

    image: bytes
    media_type: str
    seconds_left: int


class Details(NamedTuple):
    """A certificate as its authority knows it."""

    record: CertificateRecord
    certificate: Certificate
    events: list[CertificateEvent]


class Application(NamedTuple):
    """An application and its form, a JSON object as text."""

    info: ApplicationInfo
    form: str


def identity(name: str, given: tuple[IdentityType, str]) -> Any:
    """A raw identity."""
    if not isinstance(given, (tuple, list)) or len(given) != 2:
        raise refused(name, "a pair of an IdentityType and a number", given)
    raw = native.identity()
    raw.type, raw.number = one_of(IdentityType, given[0]), given[1]
    return raw


class Session(Telling):
    """A login at the service, and all that needs one. Threads may share it: its calls, and those of what hangs
    on it, wait for each other, but for cancel() and close().

    with context.session("https://…", redirect="http://127.0.0.1:8123/callback") as session:
        login = session.begin()
        webbrowser.open(login.url)
        session.complete(callback)             # the address that the browser came back to
        print(session.info().name)
    """

    __slots__ = ("_context", "_cancel", "_calls")

    def __init__(self, context: "Context", service: str, *, redirect: Optional[str] = None, keep: Optional[KeepListener] = None) -> None:
        self._context = context
        self._cancel = Cancel(context)
        self._calls = Watched()
        sink = None if keep is None else _Bytes(a_callable("keep", keep), self._calls)
        options = native.session_options()
        options.service, options.redirect = service, redirect
        options.set_keep(sink)
        with give(options, cancel=self._cancel):
            super().__init__(made(native.session_new, context._raw, options), native.session_free, native.session_error, context,
                             self._cancel, sink, watched=self._calls)

    def _ask(self, call: Callable[..., int], record: Any, *arguments: Any) -> Any:
        """Calls a function that fills a record."""
        self._do(call, *arguments, record)
        return record

    def _all(self, ask: Callable[..., int], tell: Callable[..., int], record: Callable[[], Any], *arguments: Any) -> list[Any]:
        """What a list call has, one by one."""
        slot = [0]
        with self._alone:
            self._do(ask, *arguments, slot)
            return [filled(lambda raw, index=index: tell(self._raw, index, raw), record()) for index in range(slot[0])]

    # ---- logging in ----

    @property
    def methods(self) -> LoginMethod:
        """The ways to log in that the service offers."""
        slot = [0]
        self._do(native.session_methods, slot)
        return LoginMethod(slot[0])

    def begin(self, carry: Optional[str] = None) -> Login:
        """Begins a login in the browser: open login.url there."""
        return Login._of(self._ask(native.session_begin, native.login(), carry))

    def complete(self, callback: str) -> None:
        """Completes it with the address that the browser came back to, or that the person pasted."""
        self._do(native.session_complete, callback)

    @property
    def carried(self) -> str:
        """What begin() was given to carry."""
        with self._alone:
            return str(native.session_carried(self._raw))

    def login_card(self, card: Card, pin: SecretText, risk: PinRisk = PinRisk(0)) -> None:
        """Logs in with the card's key."""
        with taken(self._context, SecretKind.PIN, pin) as secret, card._alone:
            self._do(native.session_login_card, card._raw, secret._raw, one_of(PinRisk, risk))

    def check_login_card(self, card: Card, risk: PinRisk = PinRisk(0)) -> None:
        """Raises why a login with this card would be refused before its PIN is used."""
        with card._alone:
            self._do(native.session_login_card_ready, card._raw, one_of(PinRisk, risk))

    def captcha(self) -> Captcha:
        """Older portals: the picture."""
        slot: list[Any] = [b""]
        raw = native.captcha()
        self._do(native.password_captcha_image, raw, slot)
        return Captcha(slot[0], raw.media_type, raw.seconds_left)

    def begin_password(self, who: tuple[IdentityType, str], captcha: str, word: SecretText) -> Contact:
        """Older portals: number, picture and security word; an SMS is sent."""
        raw = native.contact()
        with taken(self._context, SecretKind.SECURITY_WORD, word) as secret:
            self._do(native.password_begin, identity("who", who), captcha, secret._raw, raw)
        return Contact._of(raw)

    def password_sms(self) -> Factor:
        """Older portals: what a person is shown of the SMS."""
        return Factor._of(self._ask(native.password_sms, native.factor()))

    def confirm_password(self, code: SecretText) -> None:
        """Older portals: the code of the SMS."""
        with taken(self._context, SecretKind.SMS_CODE, code) as secret:
            self._do(native.password_confirm, secret._raw)

    def reset_password(self, who: tuple[IdentityType, str], captcha: str) -> Contact:
        """Older portals: a mail for a forgotten security word."""
        raw = native.contact()
        self._do(native.password_reset, identity("who", who), captcha, raw)
        return Contact._of(raw)

    def info(self) -> SessionInfo:
        """Who is logged in."""
        return SessionInfo._of(self._ask(native.session_info_get, native.session_info()))

    @property
    def organisations(self) -> list[tuple[Identity, str]]:
        """The organisations of the last info() and their names."""
        found: list[tuple[Identity, str]] = []
        slot, raw = [""], native.identity()
        with self._alone:
            while native.session_organisation(self._raw, len(found), raw, slot) == native.OK:
                found.append((Identity._of(raw), slot[0]))
        return found

    def renew(self) -> None:
        """Renews the session now; every other call does so by itself."""
        self._do(native.session_renew)

    def restore(self, kept: Kept) -> None:
        """Goes on with what `keep` was given: a bytearray or a writable memoryview, which is wiped whatever comes of it. bytes are
        taken with a TextSecretWarning."""
        with wiped(kept):
            if isinstance(kept, bytes):
                warnings.warn("a kept session that is bytes cannot be wiped: give a bytearray", TextSecretWarning, stacklevel=2)
            self._do(native.session_restore, kept)

    def lend(self, take: KeepListener, seconds: int = 60) -> None:
        """Lends the session to another process: `take` gets what restore() goes on with there."""
        sink = _Bytes(a_callable("take", take), self._calls)
        self._do(native.session_lend, seconds, sink)

    def end(self) -> None:
        """Logs out."""
        self._do(native.session_end)

    def cancel(self) -> None:
        """Ends the call that runs and every later one. From any thread."""
        self._cancel.pull()

    def to_thread(self, call: Callable[..., T], *arguments: Any, **more: Any) -> Coroutine[Any, Any, T]:
        """Awaits a method of this session, or of what hangs on it, on a thread of its own: await session.to_thread(session.orders).
        Cancelling the task cancels the call. One at a time. Secrets are taken before anything is awaited."""
        given, named = moved(call, arguments, more)
        return awaited(self._cancel, lambda: call(*given, **named))

    # ---- orders and issued PINs ----

    def order(self, product: Product, kind: OperationKind = OperationKind.UNBLOCK,
              on_behalf_of: Optional[tuple[IdentityType, str]] = None) -> Order:
        """Orders a new PIN."""
        options = native.order_options()
        options.kind, options.product = one_of(OperationKind, kind), one_of(Product, product)
        if on_behalf_of is not None:
            options.on_behalf_of = identity("on_behalf_of", on_behalf_of)
        with self._alone:
            return Order(self, made(native.order_new, self._raw, options))

    def open_order(self, order_id: str) -> Order:
        """An order that there is."""
        with self._alone:
            return Order(self, made(native.order_open, self._raw, order_id))

    def orders(self) -> list[OrderInfo]:
        """Orders that have not ended, newest first."""
        return [OrderInfo._of(raw) for raw in self._all(native.order_list, native.order_listed, native.order_info)]

    def issued_pins(self) -> list[IssuedPinInfo]:
        """Cards whose first PIN is on record."""
        return [IssuedPinInfo._of(raw) for raw in self._all(native.issued_pin_list, native.issued_pin_listed, native.issued_pin_info)]

    def show_issued_pin(self, record_id: str, show: DigitsListener) -> None:
        """Shows a recorded PIN, once: `show` gets the digits in a bytearray that is wiped when it returns."""
        self._do(native.issued_pin_show, record_id, DigitsSink(show, self._calls))

    def delete_issued_pin(self, record_id: str) -> None:
        """Deletes the record for good."""
        self._do(native.issued_pin_delete, record_id, native.DELETE_FOR_GOOD)

    # ---- certificates ----

    def certificates(self, role: Role = Role.INDIVIDUAL) -> list[CertificateRecord]:
        """The certificates that the authority has for this person."""
        return [CertificateRecord._of(raw) for raw in
                self._all(native.certificate_record_list, native.certificate_record_listed, native.certificate_record, one_of(Role, role))]

    def certificate(self, which: str) -> Details:
        """All that the authority says of one: an id, or a serial number."""
        slot: list[Any] = [None]
        raw = native.certificate_record()
        events: list[CertificateEvent] = []
        event = native.certificate_event()
        with self._alone:
            self._do(native.certificate_details, which, raw, slot)
            while native.certificate_event_listed(self._raw, len(events), event) == native.OK:
                events.append(CertificateEvent._of(event))
        return Details(CertificateRecord._of(raw), Certificate(self._context, slot), events)

    def suspend(self, which: Optional[str] = None, reason: SuspendReason = SuspendReason.UNSAID) -> CertificateRecord:
        """Suspends a certificate, at once; None: the only one. Needs no card."""
        raw = native.certificate_record()
        self._do(native.certificate_suspend, which, one_of(SuspendReason, reason), raw)
        return CertificateRecord._of(raw)

    def unsuspend(self, which: str) -> CertificateRecord:
        """Reopens what the holder has suspended."""
        return CertificateRecord._of(self._ask(native.certificate_unsuspend, native.certificate_record(), which))

    def activate(self, which: str) -> CertificateRecord:
        """Opens a certificate that was issued for use."""
        return CertificateRecord._of(self._ask(native.certificate_activate, native.certificate_record(), which))

    def revoke(self, which: str, reason: RevocationReason) -> Revocation:
        """Prepares a revocation: nothing is revoked before confirm()."""
        with self._alone:
            return Revocation(self, which, reason)

    # ---- consent, applications, lists ----

    def consent_status(self) -> ConsentInfo:
        """Whether the e-consent was given."""
        return ConsentInfo._of(self._ask(native.consent_status, native.consent_info()))

    def consent(self, language: Language = Language.TURKISH) -> Consent:
        """The text of the e-consent, to be signed."""
        with self._alone:
            return Consent(self, language)

    def applications(self) -> list[ApplicationInfo]:
        """The person's applications."""
        return [ApplicationInfo._of(raw) for raw in
                self._all(native.application_list, native.application_listed, native.application_info)]

    def application(self, application_id: str) -> Application:
        """One, with its form."""
        forms: list[bytes] = []
        raw = native.application_info()
        sink = _Bytes(lambda content: forms.append(bytes(content)), self._calls)
        self._do(native.application_get, application_id, raw, sink)
        return Application(ApplicationInfo._of(raw), forms[0].decode() if forms else "")

    def submit_application(self, application_id: str, schema_id: str, form: str) -> ApplicationInfo:
        """Submits a form that was filled in for that schema."""
        raw = native.application_info()
        self._do(native.application_submit, application_id, schema_id, form.encode(), raw)
        return ApplicationInfo._of(raw)

    def authorised_lists(self) -> list[AuthorisedInfo]:
        """The lists of an authorised person."""
        return [AuthorisedInfo._of(raw) for raw in
                self._all(native.authorised_lists, native.authorised_listed, native.authorised_info)]

    def authorised_list(self, list_id: str) -> AuthorisedList:
        """One, to be read and signed."""
        with self._alone:
            return AuthorisedList(self, list_id)
