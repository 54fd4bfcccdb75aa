# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# _context.py: the context, from which everything is made.
"""The context."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Optional, TypeVar

from . import native
from ._call import Handle, check, give, made, printed
from ._cards import Cancel, Card, Cards, Watch, awaited, raw_of
from ._certificates import Certificate, Certificates, Trust
from ._enums import FactorType, IdentityType, Language, LogLevel, OperationKind, PinRisk, ProbeStep, Product, SecretKind
from ._given import Path, a_callable, a_path, a_text, an_instance, milliseconds, one_of
from ._of_session import Order
from ._operation import EventListener, Operation
from ._probe import ProbePrompts, probe
from ._prompts import Prompts, resume, unblock
from ._readers import BackendSink, ReaderBackend
from ._records import Debts, Debt, Finding, Host, Result, SealAuthority, Shipment
from ._secrets import Secret, SecretText, taken, twice
from ._session import KeepListener, Session, identity

LogListener = Callable[[LogLevel, str, str], None]
T = TypeVar("T")


class _Log(native.LogSink):
    def __init__(self, listener: LogListener) -> None:
        super().__init__()
        self._listener = listener

    def log(self, level: int, room: str, line: str) -> None:
        """A log is no reason to stop: an exception is printed and goes no further."""
        try:
            self._listener(LogLevel(level), room, line)
        except BaseException as error:
            printed(error)


class _Time(native.TimeSource):
    def __init__(self, now: Callable[[], float], scale: int) -> None:
        super().__init__()
        self._now, self._scale = now, scale

    def now(self) -> int:
        """An exception is printed; the library then takes it for the beginning of time."""
        try:
            return int(self._now() * self._scale)
        except BaseException as error:
            printed(error)
            return 0


class Context(Handle):
    """What everything is made from: log, state folder, trusted authorities, proxy. Several threads may use one.

    with kamupin.Context() as context:
        for card in context.cards():
            print(card.reader, card.pin_state)
    """

    __slots__ = ()

    def __init__(self, *, state_folder: Optional[Path] = None, ca_file: Optional[Path] = None, log: Optional[LogListener] = None,
                 log_level: LogLevel = LogLevel.WARNING, proxy: Optional[str] = None, server_keys: Optional[str] = None,
                 name_timeout: float = 0, connect_timeout: float = 0, tls_timeout: float = 0, answer_timeout: float = 0,
                 request_timeout: float = 0, readers: Optional[ReaderBackend] = None, clock: Optional[Callable[[], float]] = None,
                 calendar: Optional[Callable[[], float]] = None) -> None:
        """server_keys: the only public keys of servers, as curl has them ("sha256//BASE64"); times in seconds, 0 for the
        library's own; readers: in place of PC/SC; clock: seconds that run through sleep; calendar: seconds since 1970."""
        options = native.context_options()
        options.state_folder = None if state_folder is None else a_path("state_folder", state_folder)
        options.ca_file = None if ca_file is None else a_path("ca_file", ca_file)
        options.proxy, options.pins = proxy, a_text("server_keys", server_keys)
        options.connect_timeout_ms = milliseconds("connect_timeout", connect_timeout)
        options.request_timeout_ms = milliseconds("request_timeout", request_timeout)
        options.answer_timeout_ms = milliseconds("answer_timeout", answer_timeout)
        options.name_timeout_ms = milliseconds("name_timeout", name_timeout)
        options.tls_timeout_ms = milliseconds("tls_timeout", tls_timeout)
        options.log_level = one_of(LogLevel, log_level)
        sink = None if log is None else _Log(a_callable("log", log))
        options.set_log(sink)
        backend = None if readers is None else BackendSink(an_instance("readers", ReaderBackend, readers))
        options.set_backend(backend)
        ticks = None if clock is None else _Time(a_callable("clock", clock), 1000)
        dates = None if calendar is None else _Time(a_callable("calendar", calendar), 1)
        options.set_clock(ticks)
        options.set_calendar(dates)
        super().__init__(made(native.context_new, options), native.context_free, sink, backend, ticks, dates)

    async def to_thread(self, call: Callable[..., T], *arguments: Any, **more: Any) -> T:
        """Awaits one of this context's calls that take `cancel`, on a thread of its own: await context.to_thread(context.cards).
        Cancelling the task cancels the call."""
        with Cancel(self) as cancel:
            return await awaited(cancel, lambda: call(*arguments, **more, cancel=cancel))

    # ---- cards ----

    def cards(self, cancel: Optional[Cancel] = None) -> Cards:
        """The readers and what is known of their cards. Spends no try."""
        return Cards(self, cancel=cancel)

    def open(self, which: Optional[str] = None, cancel: Optional[Cancel] = None) -> Card:
        """The card of that address (id, serial number, reader …); None: the only one there is."""
        return Card(self, which, cancel)

    def probe(self, card: Optional[str] = None, *, prompts: Optional[ProbePrompts] = None, steps: ProbeStep = ProbeStep(0),
              language: Language = Language.ENGLISH, cancel: Optional[Cancel] = None) -> str:
        """Finds out how a card wants to be spoken to, and drafts its profile (docs/profiles.md). Without `steps` only what is
        safe on any card is sent."""
        return probe(self, card, prompts, steps, language, cancel)

    def watch(self) -> Watch:
        """Cards and readers as they come and go."""
        return Watch(self)

    def load_profiles(self, path: Path) -> None:
        """Card profiles besides the built-in ones, of a file."""
        error = native.error()
        check(native.profile_load(self._raw, a_path("path", path), error), error)

    # ---- checks of what was typed ----

    def check_pin(self, pin: SecretText, again: SecretText) -> None:
        """Raises unless it is a new PIN by Kamu SM's rules, typed the same twice."""
        error = native.error()
        with twice(self, pin, again) as (one, two):
            check(native.pin_check(None, one._raw, two._raw, error), error)

    def normalise_code(self, code: Secret) -> None:
        """Takes blanks, line ends and characters without width out of a verification code that was pasted, makes full-width
        digits plain ones, and raises unless 6 to 32 digits are left."""
        error = native.error()
        check(native.code_normalise(code._raw, error), error)

    # ---- a new PIN ----

    def operation(self, service: Optional[str] = None, *, order: Optional[Order] = None, card: Optional[str] = None,
                  kind: OperationKind = OperationKind.ANY, product: Product = Product.ANY, factor: FactorType = FactorType.ANY,
                  risk: PinRisk = PinRisk(0), on_event: Optional[EventListener] = None) -> Operation:
        """A new PIN for a blocked or new card, in steps; see Operation. With an order nobody types a code, and the service is
        the order's."""
        return Operation(self, service, order=order, card=card, kind=kind, product=product, factor=factor, risk=risk, on_event=on_event)

    def unblock(self, service: Optional[str], prompts: Prompts, *, order: Optional[Order] = None, card: Optional[str] = None,
                kind: OperationKind = OperationKind.ANY, product: Product = Product.ANY, factor: FactorType = FactorType.ANY,
                risk: PinRisk = PinRisk(0), cancel: Optional[Cancel] = None) -> Result:
        """The same in one call, with prompts."""
        return unblock(self, service, prompts, order=order, card=card, kind=kind, product=product, factor=factor, risk=risk, cancel=cancel)

    def resume(self, prompts: Optional[Prompts] = None, cancel: Optional[Cancel] = None) -> int:
        """Brings operations that an earlier run left unfinished to their end, and returns how many still wait; raises why when
        one could not be ended."""
        return resume(self, prompts, cancel=cancel)

    # ---- certificates ----

    def certificate(self, content: bytes) -> Certificate:
        """A certificate, DER or PEM."""
        return Certificate(self, content)

    def certificates(self) -> Certificates:
        """An empty list, for certificates of cards, files and the service."""
        return Certificates(self)

    def trust(self, path: Optional[Path] = None) -> Trust:
        """The roots of a folder, a file or a SertifikaDeposu.xml; None: none yet."""
        return Trust(self, path)

    # ---- the service ----

    def session(self, service: str, *, redirect: Optional[str] = None, keep: Optional[KeepListener] = None) -> Session:
        """A login at the service; see Session."""
        return Session(self, service, redirect=redirect, keep=keep)

    def inquire_seal_authority(self, service: str, organisation: tuple[IdentityType, str],
                               cancel: Optional[Cancel] = None) -> SealAuthority:
        """Whether an organisation may have an electronic seal. Needs no login."""
        raw, error = native.seal_authority(), native.error()
        check(native.inquire_seal_authority(self._raw, service, identity("organisation", organisation), raw_of(cancel), raw, error), error)
        return SealAuthority._of(raw)

    def inquire_debt(self, service: str, payer: tuple[IdentityType, str], cancel: Optional[Cancel] = None) -> tuple[Debt, ...]:
        """What a person or an organisation still has to pay. Needs no login."""
        raw, error = native.debts(), native.error()
        check(native.inquire_debt(self._raw, service, identity("payer", payer), raw_of(cancel), raw, error), error)
        return Debts._of(raw).debt

    def inquire_shipment(self, service: str, tracking: str, cancel: Optional[Cancel] = None) -> Shipment:
        """Where a delivery is. Needs no login."""
        raw, error = native.shipment(), native.error()
        check(native.inquire_shipment(self._raw, service, tracking, raw_of(cancel), raw, error), error)
        return Shipment._of(raw)

    # ---- what is the matter ----

    def diagnose(self, service: Optional[str] = None, *, trust: Optional[Trust] = None, offline: bool = False,
                 days: int = 0, cancel: Optional[Cancel] = None) -> list[Finding]:
        """What is the matter here, and what to do: readers, cards, certificates, clock, network, service."""
        options = native.diagnose_options()
        options.service, options.offline, options.days = service, offline, days
        with give(options, trust=trust, cancel=cancel):
            slot = made(native.diagnose, self._raw, options)
        try:
            found = []
            for index in range(native.diagnosis_count(slot[0])):
                raw = native.finding()
                check(native.diagnosis_get(slot[0], index, raw), None)
                found.append(Finding._of(raw))
            return found
        finally:
            native.diagnosis_free(slot)

    # ---- the network ----

    def proxy_login(self, user: str, password: SecretText) -> None:
        """Name and password at the proxy."""
        error = native.error()
        with taken(self, SecretKind.PROXY_PASSWORD, password) as secret:
            check(native.context_proxy_login(self._raw, user, secret._raw, error), error)

    def hosts(self) -> Iterator[Host]:
        """The hosts that were contacted."""
        for index in range(native.context_host_count(self._raw)):
            raw, error = native.host(), native.error()
            check(native.context_host(self._raw, index, raw, error), error)
            yield Host._of(raw)
