# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# _certificates.py: certificates of cards, files and the service, and whether they are genuine and in
# force.
"""Certificates."""
from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Optional, Union

from . import native
from ._call import Handle, Listing, Telling, check, filled, give, made
from ._cards import Cancel, Card
from ._enums import CertificateField, CertificateSource, Role
from ._errors import error_for
from ._given import Path, a_path, one_of
from ._records import CertificateInfo, CertificateRecord, Check, Identity

if TYPE_CHECKING:
    from ._context import Context
    from ._session import Session


def _keep(_: list[Any]) -> None:
    """Frees nothing: a certificate that a list owns."""


class Certificate(Handle):
    """What a certificate says. May be read by several threads."""

    __slots__ = ("_context",)

    def __init__(self, context: "Context", source: Union[bytes, list[Any]], owner: Any = None) -> None:
        """source: DER or PEM; or a slot."""
        self._context = context
        slot = source if isinstance(source, list) else made(native.certificate_new, context._raw, source)
        super().__init__(slot, native.certificate_free if owner is None else _keep, context, owner)

    @property
    def info(self) -> CertificateInfo:
        """Dates, kind, key, serial number."""
        return CertificateInfo._of(filled(lambda raw: native.certificate_read(self._raw, raw), native.certificate_info()))

    @property
    def identity(self) -> Optional[Identity]:
        """The holder's number, whole; None when there is none."""
        raw = native.identity()
        return Identity._of(raw) if native.certificate_identity(self._raw, raw) == native.OK else None

    @property
    def der(self) -> bytes:
        """The bytes."""
        slot: list[Any] = [b""]
        check(native.certificate_der(self._raw, slot), None)
        return bytes(slot[0])

    def texts(self, field: CertificateField) -> list[str]:
        """All that it says in that field; numbers of people are masked in those for showing."""
        found: list[str] = []
        while (text := native.certificate_text(self._raw, one_of(CertificateField, field), len(found))) is not None:
            found.append(text)
        return found

    def text(self, field: CertificateField) -> str:
        """The first of them; "" when there is none."""
        return str(native.certificate_text(self._raw, one_of(CertificateField, field), 0) or "")

    @property
    def holder(self) -> str:
        """Whose it is, for showing."""
        return self.text(CertificateField.HOLDER)

    @property
    def serial(self) -> str:
        """The serial number in hex."""
        return self.text(CertificateField.SERIAL)


class CertificateEntry(NamedTuple):
    """One certificate of a list, and who told of it."""

    sources: CertificateSource
    certificate: Optional[Certificate]
    """None: only the service told of it."""
    record: Optional[CertificateRecord]
    """What the authority says."""
    card_id: str
    card_index: int
    reader: str
    """The reader with that card."""


class Certificates(Telling, Listing[CertificateEntry]):
    """Certificates of cards, files and the service, each once (by issuer and serial number)."""

    __slots__ = ("_context",)

    def __init__(self, context: "Context") -> None:
        self._context = context
        super().__init__(made(native.certificate_list_new, context._raw), native.certificate_list_free, native.certificate_list_error,
                         context)

    def add(self, content: bytes) -> None:
        """Adds all certificates of bytes: DER, or PEM with any number."""
        self._do(native.certificate_list_add, content)

    def add_file(self, path: Path) -> None:
        """Adds all certificates of a file."""
        self._do(native.certificate_list_add_file, a_path("path", path))

    def add_card(self, card: Card) -> None:
        """Adds those of a card that was opened."""
        with card._alone:
            self._do(native.certificate_list_add_card, card._raw)

    def add_service(self, session: "Session", role: Role = Role.INDIVIDUAL) -> None:
        """Adds the service's, with what the authority says of each."""
        with session._alone:
            self._do(native.certificate_list_add_service, session._raw, one_of(Role, role))

    def __len__(self) -> int:
        return int(native.certificate_list_count(self._raw))

    def _item(self, index: int) -> CertificateEntry:
        raw = filled(lambda record: native.certificate_list_get(self._raw, index, record), native.certificate_entry())
        sources = CertificateSource(raw.sources)
        return CertificateEntry(sources, None if raw.certificate is None else Certificate(self._context, [raw.certificate], self),
                                CertificateRecord._of(raw.record) if CertificateSource.SERVICE in sources else None,
                                raw.card_id, raw.card_index, raw.reader)


class Trust(Handle):
    """The roots that a program trusts. One thread at a time.

    with context.trust("SertifikaDeposu.xml") as trust:
        trust.check(certificate)               # raises why it is not genuine and in force
    """

    __slots__ = ("_context",)

    def __init__(self, context: "Context", path: Optional[Path] = None) -> None:
        self._context = context
        super().__init__(made(native.trust_new, context._raw, None if path is None else a_path("path", path)), native.trust_free, context)

    def add(self, certificate: Certificate) -> None:
        """Adds a certificate; a self-signed one becomes a root."""
        error = native.error()
        check(native.trust_add(self._raw, certificate._raw, error), error)

    @property
    def roots(self) -> int:
        """How many."""
        return int(native.trust_roots(self._raw))

    @property
    def between(self) -> int:
        """How many certificates stand between."""
        return int(native.trust_between(self._raw))

    def examine(self, certificate: Certificate, *, offline: bool = False, ocsp: bool = True, crl: bool = True, leaf_only: bool = False,
                at: Optional[datetime] = None, crl_age: int = 0, between: Optional[Certificates] = None,
                cancel: Optional[Cancel] = None) -> Check:
        """What there is to say of a certificate; its `verdict` is the first that is wrong, or OK. at: the moment at which chain
        and dates are judged; crl_age: a CRL that was fetched at most so many seconds ago is not fetched again."""
        return self._examine(certificate, offline, ocsp, crl, leaf_only, at, crl_age, between, cancel)[0]

    def check(self, certificate: Certificate, *, offline: bool = False, ocsp: bool = True, crl: bool = True, leaf_only: bool = False,
              at: Optional[datetime] = None, crl_age: int = 0, between: Optional[Certificates] = None,
              cancel: Optional[Cancel] = None) -> Check:
        """As examine(), and raises the verdict unless it is OK."""
        found, error = self._examine(certificate, offline, ocsp, crl, leaf_only, at, crl_age, between, cancel)
        if found.verdict != native.OK:
            raise error_for(int(found.verdict), error)
        return found

    def _examine(self, certificate: Certificate, offline: bool, ocsp: bool, crl: bool, leaf_only: bool, at: Optional[datetime],
                 crl_age: int, between: Optional[Certificates], cancel: Optional[Cancel]) -> tuple[Check, Any]:
        options = native.check_options()
        options.offline, options.no_ocsp, options.no_crl, options.leaf_only = offline, not ocsp, not crl, leaf_only
        options.crl_age, options.at = crl_age, 0 if at is None else int(at.timestamp())
        raw, error = native.check(), native.error()
        with give(options, between=between, cancel=cancel):
            status = native.certificate_check(self._raw, certificate._raw, options, raw, error)
        check(native.OK if status == raw.verdict else status, error)
        return Check._of(raw), error
