# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# _context.py: the context, from which everything is made.
"""The context."""
from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from typing import Optional, Union

from . import native
from ._call import Handle, check, made
from ._cards import Card, Cards, Watch
from ._certificates import Certificate, Certificates, Trust
from ._enums import IdentityType, LogLevel, OperationKind, PinRisk, Product, SecretKind
from ._operation import EventListener, Operation
from ._prompts import Prompts, resume, unblock
from ._records import Debts, Debt, Finding, Host, Result, SealAuthority, Shipment
from ._secrets import Secret, SecretText, taken, twice
from ._session import KeepListener, Session, identity

Path = Union[str, "os.PathLike[str]"]
LogListener = Callable[[LogLevel, str, str], None]


class _Log(native.LogSink):  # type: ignore[misc]
    def __init__(self, listener: LogListener) -> None:
        super().__init__()
        self._listener = listener

    def log(self, level: int, room: str, line: str) -> None:
        """A log is no reason to stop: an exception is printed and goes no further."""
        try:
            self._listener(LogLevel(level), room, line)
        except Exception:
            sys.excepthook(*sys.exc_info())


def _path(path: Optional[Path]) -> Optional[str]:
    return None if path is None else os.fspath(path)


class Context(Handle):
    """What everything is made from: log, state folder, trusted authorities, proxy. Several threads may use one.

    with kamupin.Context() as context:
        for card in context.cards():
            print(card.reader, card.pin_state)
    """

    __slots__ = ()

    def __init__(self, *, state_folder: Optional[Path] = None, ca_file: Optional[Path] = None, log: Optional[LogListener] = None,
                 log_level: LogLevel = LogLevel.WARNING, proxy: Optional[str] = None, server_keys: Optional[str] = None,
                 connect_timeout: float = 0, request_timeout: float = 0, answer_timeout: float = 0) -> None:
        options = native.context_options()
        options.state_folder, options.ca_file = _path(state_folder), _path(ca_file)
        options.proxy, options.pins = proxy, server_keys
        options.connect_timeout_ms = int(connect_timeout * 1000)
        options.request_timeout_ms = int(request_timeout * 1000)
        options.answer_timeout_ms = int(answer_timeout * 1000)
        options.log_level = int(log_level)
        sink = None if log is None else _Log(log)
        options.set_log(sink)
        super().__init__(made(native.context_new, options), native.context_free, sink)

    # ---- cards ----

    def cards(self) -> Cards:
        """The readers and what is known of their cards. Spends no try."""
        return Cards(self)

    def open(self, which: Optional[str] = None) -> Card:
        """The card of that address (id, serial number, reader …); None: the only one there is."""
        return Card(self, which)

    def watch(self) -> Watch:
        """Cards and readers as they come and go."""
        return Watch(self)

    def load_profiles(self, path: Path) -> None:
        """Card profiles besides the built-in ones, of a file."""
        error = native.error()
        check(native.profile_load(self._raw, os.fspath(path), error), error)

    # ---- checks of what was typed ----

    def check_pin(self, pin: SecretText, again: SecretText) -> None:
        """Raises unless it is a new PIN by Kamu SM's rules, typed the same twice."""
        error = native.error()
        with twice(self, pin, again) as (one, two):
            check(native.pin_check(None, one._raw, two._raw, error), error)

    def normalise_code(self, code: Secret) -> None:
        """Takes blanks, line ends and dashes out of a verification code that was pasted; raises unless it is one."""
        error = native.error()
        check(native.code_normalise(code._raw, error), error)

    # ---- a new PIN ----

    def operation(self, service: str, *, card: Optional[str] = None, kind: OperationKind = OperationKind.ANY,
                  product: Product = Product.ANY, risk: PinRisk = PinRisk(0), on_event: Optional[EventListener] = None) -> Operation:
        """A new PIN for a blocked or new card, in steps; see Operation."""
        return Operation(self, service, card=card, kind=kind, product=product, risk=risk, on_event=on_event)

    def unblock(self, service: str, prompts: Prompts, *, card: Optional[str] = None, kind: OperationKind = OperationKind.ANY,
                product: Product = Product.ANY, risk: PinRisk = PinRisk(0)) -> Result:
        """The same in one call, with prompts."""
        return unblock(self, service, prompts, card=card, kind=kind, product=product, risk=risk)

    def resume(self, prompts: Optional[Prompts] = None) -> None:
        """Brings operations that an earlier run left unfinished to their end; raises why when one stays so."""
        resume(self, prompts)

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

    def inquire_seal_authority(self, service: str, organisation: tuple[IdentityType, str]) -> SealAuthority:
        """Whether an organisation may have an electronic seal. Needs no login."""
        raw, error = native.seal_authority(), native.error()
        check(native.inquire_seal_authority(self._raw, service, identity(*organisation), None, raw, error), error)
        return SealAuthority._of(raw)

    def inquire_debt(self, service: str, payer: tuple[IdentityType, str]) -> tuple[Debt, ...]:
        """What a person or an organisation still has to pay. Needs no login."""
        raw, error = native.debts(), native.error()
        check(native.inquire_debt(self._raw, service, identity(*payer), None, raw, error), error)
        return Debts._of(raw).debt

    def inquire_shipment(self, service: str, tracking: str) -> Shipment:
        """Where a delivery is. Needs no login."""
        raw, error = native.shipment(), native.error()
        check(native.inquire_shipment(self._raw, service, tracking, None, raw, error), error)
        return Shipment._of(raw)

    # ---- what is the matter ----

    def diagnose(self, service: Optional[str] = None, *, trust: Optional[Trust] = None, offline: bool = False,
                 days: int = 0) -> list[Finding]:
        """What is the matter here, and what to do: readers, cards, certificates, clock, network, service."""
        options = native.diagnose_options()
        options.service, options.offline, options.days = service, offline, days
        options.trust = None if trust is None else trust._raw
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
