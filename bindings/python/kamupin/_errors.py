# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# _errors.py: the library's error record as exceptions.
"""Exceptions."""
from __future__ import annotations

from typing import Any, Optional

from . import native
from ._enums import Language, Look, Origin, Status
from ._given import one_of


class KamupinError(Exception):
    """Something went wrong. str() says what happened and what to do next, in English, with `detail` behind it, for programmers
    and logs; text() is for people, in either language. The subclasses are for what a program does differently; `status` says it
    exactly."""

    def __init__(self, status: Status, record: Any = None, detail: str = "") -> None:
        self._record = record if record is not None else native.error()
        if record is None:
            self._record.status = int(status)
        self.status = status
        """What: an entry of the catalogue (docs/errors)."""
        self.origin = Origin(self._record.origin)
        """Where it arose."""
        self.status_word: Optional[int] = self._record.status_word or None
        """The card's SW1-SW2."""
        self.tries_left: Optional[int] = self._record.tries_left if self._record.tries_left >= 0 else None
        """Tries left of what was refused."""
        self.retry_after: Optional[int] = self._record.wait_seconds if self._record.wait_seconds >= 0 else None
        """Seconds until it makes sense to try again."""
        self.http_status: Optional[int] = self._record.http_status or None
        self.platform_code: int = self._record.platform_code
        """The PC/SC, curl or errno code behind it."""
        self.problem_type: str = self._record.problem_type
        self.detail: str = detail or self._record.detail
        """Technical English for a log, without secrets."""
        self.looks_like = Look(self._record.looks_like)
        """Of a refused secret: what it looks like instead."""
        super().__init__(self.text())

    @property
    def name(self) -> str:
        """The status' stable word, such as "pin-blocked"."""
        return str(native.status_name(int(self.status)))

    @property
    def cause(self) -> str:
        """What happened, in English."""
        return str(native.status_cause(int(self.status), native.ENGLISH))

    @property
    def remedy(self) -> str:
        """What to do next, in English."""
        return str(native.status_remedy(int(self.status), native.ENGLISH))

    def text(self, language: Language = Language.ENGLISH) -> str:
        """What happened and what to do next, with tries and time filled in."""
        return str(native.error_text(self._record, one_of(Language, language)))

    def __str__(self) -> str:
        return f"{self.text()} ({self.detail})" if self.detail else self.text()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"

    def __reduce__(self) -> tuple[Any, ...]:
        """For copies, and for other processes: the record is the library's, of which what it says is taken along."""
        said = {name: getattr(self._record, name) for name, one in vars(native.error).items()
                if isinstance(one, property) and name != "thisown"}
        return _again, (type(self), self.status, said), {name: one for name, one in vars(self).items() if name != "_record"}


def _again(kind: type[KamupinError], status: Status, said: dict[str, Any]) -> KamupinError:
    record = native.error()
    for name, one in said.items():
        setattr(record, name, one)
    made = kind.__new__(kind)
    KamupinError.__init__(made, status, record)
    return made


class Cancelled(KamupinError):
    """The person, or a cancel() of the program's, ended it."""


class CardError(KamupinError):
    """The card, or what it says."""


class PinError(CardError):
    """The PIN was refused, or would be: wrong, blocked, too few tries left, not a PIN at all."""


class ReaderError(KamupinError):
    """Readers and the service that drives them; also a card that is not there."""


class NetworkError(KamupinError):
    """No answer came, or none that may be believed. Trying again later may help."""


class ServiceError(KamupinError):
    """The service's own word."""


class LoginRequired(ServiceError):
    """There is no session, or it is over: log in again."""


class CertificateError(KamupinError):
    """A certificate, its chain or its revocation."""


_BY_STATUS = {"cancelled": Cancelled, "operation-cancelled": Cancelled, "login-cancelled": Cancelled, "login-required": LoginRequired,
              "session-expired": LoginRequired, "session-ended": LoginRequired, "no-reader": ReaderError, "no-card": ReaderError,
              "timed-out": KamupinError}  # whoever was waited for
_BY_BEGINNING = (("pin-", PinError), ("puk-", PinError), ("card-", CardError), ("reader-", ReaderError), ("network-", NetworkError),
                 ("tls-", NetworkError), ("http-", NetworkError), ("certificate-", CertificateError), ("chain-", CertificateError),
                 ("ocsp-", CertificateError), ("crl-", CertificateError), ("revocation-", CertificateError), ("trust-", CertificateError))
_BY_ORIGIN = {Origin.CARD: CardError, Origin.READER: ReaderError, Origin.NETWORK: NetworkError, Origin.TLS: NetworkError,
              Origin.HTTP: NetworkError, Origin.SERVICE: ServiceError}


def error_for(status: int, record: Any) -> KamupinError:
    """The exception for a status; `record` as the call filled it, or None."""
    word = native.status_name(status)
    kind = _BY_STATUS.get(word) or next((kind for begin, kind in _BY_BEGINNING if word.startswith(begin)), None)
    if kind is None:
        kind = _BY_ORIGIN.get(Origin(record.origin), KamupinError) if record is not None else KamupinError
    return kind(Status(status), record)


def error_in(record: Any) -> Optional[KamupinError]:
    """The exception for a record that is part of another; None where it says nothing."""
    return None if record.status == native.OK else error_for(record.status, native.error_copy(record))
