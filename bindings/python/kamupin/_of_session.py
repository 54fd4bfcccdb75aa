# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# _of_session.py: what hangs on a session and has a life of its own: an order, a revocation, the e-consent,
# a list that is signed.
"""What a session makes."""
from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Optional

from . import native
from ._call import Telling, Watched, made
from ._cards import Card
from ._enums import FactorType, Language, PinRisk, RevocationReason, SecretKind
from ._given import a_callable, one_of
from ._records import AuthorisedInfo, AuthorisedRow, CertificateRecord, ConsentInfo, Factor, OrderInfo, RevocationInfo
from ._secrets import Secret, SecretText, taken

if TYPE_CHECKING:
    from ._session import Session

DigitsListener = Callable[[bytearray, Optional[int]], None]


class DigitsSink(native.DigitsSink):
    """Shows digits to a person, and wipes the copy afterwards."""

    def __init__(self, listener: DigitsListener, watched: Watched) -> None:
        super().__init__()
        self._listener, self._watched = a_callable("show", listener), watched

    def show(self, digits: bytearray, seconds_left: int) -> None:
        try:
            self._watched.guard(lambda: self._listener(digits, None if seconds_left < 0 else seconds_left))
        finally:
            digits[:] = bytes(len(digits))


class OfSession(Telling):
    """What hangs on a session."""

    __slots__ = ("_session",)

    def __init__(self, session: "Session", slot: list[Any], free: Callable[[list[Any]], None], told: Callable[[Any, Any], None]) -> None:
        self._session = session
        super().__init__(slot, free, told, session, watched=session._calls, alone=session._alone)


class Order(OfSession):
    """A new PIN that was ordered."""

    __slots__ = ()

    def __init__(self, session: "Session", slot: list[Any]) -> None:
        super().__init__(session, slot, native.order_free, native.order_error)

    def read(self) -> OrderInfo:
        """Where it stands."""
        raw = native.order_info()
        self._do(native.order_read, raw)
        return OrderInfo._of(raw)

    def show_code(self, show: DigitsListener) -> None:
        """Has a code issued: `show` gets it in a bytearray that is wiped when it returns, with the seconds left."""
        self._do(native.order_code_show, DigitsSink(show, self._session._calls))

    def code(self) -> tuple[Secret, Optional[int]]:
        """Has a code issued, and takes it into a secret, with the seconds left: for Operation.redeem() in this program."""
        secret, left = Secret(self._session._context, SecretKind.VERIFICATION_CODE), [-1]
        self._do(native.order_code, secret._raw, left)
        return secret, None if left[0] < 0 else left[0]

    def cancel(self) -> None:
        """Gives it up."""
        self._do(native.order_cancel)


class Revocation(OfSession):
    """A revocation that was prepared. Confirmed, it is for ever."""

    __slots__ = ()

    def __init__(self, session: "Session", which: str, reason: RevocationReason) -> None:
        super().__init__(session, made(native.revocation_new, session._raw, which, one_of(RevocationReason, reason)), native.revocation_free,
                         native.revocation_error)

    @property
    def info(self) -> RevocationInfo:
        """What would be revoked."""
        raw = native.revocation_info()
        self._do(native.revocation_read, raw)
        return RevocationInfo._of(raw)

    def losses(self, language: Language = Language.TURKISH) -> list[str]:
        """Sentences of what will be lost."""
        found: list[str] = []
        with self._alone:
            while (text := native.revocation_loss(self._raw, len(found), one_of(Language, language))) is not None:
                found.append(text)
        return found

    def begin_factor(self, type: FactorType = FactorType.ANY) -> Factor:
        """Begins the second factor."""
        raw = native.factor()
        self._do(native.revocation_begin_factor, one_of(FactorType, type), raw)
        return Factor._of(raw)

    @property
    def factor(self) -> Factor:
        """What a person is shown of the second factor now. Asks nobody."""
        raw = native.factor()
        self._do(native.revocation_factor, raw)
        return Factor._of(raw)

    def confirm(self, secret: SecretText, type: FactorType = FactorType.SMS) -> CertificateRecord:
        """Revokes, for ever."""
        kind = SecretKind.WEB_PASSWORD if type == FactorType.WEB_PASSWORD else SecretKind.SMS_CODE
        raw = native.certificate_record()
        with taken(self._session._context, kind, secret) as given:
            self._do(native.revocation_confirm, given._raw, raw)
        return CertificateRecord._of(raw)

    def cancel(self) -> None:
        """Gives it up, and returns when nothing was revoked and nothing will be. Raises CertificateError when it came too
        late (certificate-revoked), or when that is not known (revocation-unsettled)."""
        self._do(native.revocation_cancel)


class Consent(OfSession):
    """The e-consent."""

    __slots__ = ()

    def __init__(self, session: "Session", language: Language) -> None:
        super().__init__(session, made(native.consent_new, session._raw, one_of(Language, language)), native.consent_free, native.consent_error)

    @property
    def text(self) -> str:
        """What is signed, to be shown to the person as it is."""
        slot: list[Any] = [b""]
        self._do(native.consent_text, slot)
        return str(slot[0], "utf-8")

    @property
    def seconds_left(self) -> Optional[int]:
        """To sign it."""
        left = native.consent_seconds_left(self._raw)
        return None if left < 0 else int(left)

    def sign(self, card: Card, pin: SecretText, risk: PinRisk = PinRisk(0)) -> ConsentInfo:
        """Has the card sign the text, and submits it."""
        raw = native.consent_info()
        with taken(self._session._context, SecretKind.PIN, pin) as secret, card._alone:
            self._do(native.consent_sign, card._raw, secret._raw, one_of(PinRisk, risk), raw)
        return ConsentInfo._of(raw)


class AuthorisedList(OfSession):
    """A list that an authorised person signs."""

    __slots__ = ()

    def __init__(self, session: "Session", list_id: str) -> None:
        super().__init__(session, made(native.authorised_list_new, session._raw, list_id), native.authorised_list_free,
                         native.authorised_list_error)

    @property
    def info(self) -> AuthorisedInfo:
        """What it is."""
        raw = native.authorised_info()
        self._do(native.authorised_list_read, raw)
        return AuthorisedInfo._of(raw)

    @property
    def rows(self) -> list[AuthorisedRow]:
        """Its rows."""
        found: list[AuthorisedRow] = []
        raw = native.authorised_row()
        with self._alone:
            while native.authorised_list_row(self._raw, len(found), raw) == native.OK:
                found.append(AuthorisedRow._of(raw))
        return found

    @property
    def content(self) -> bytes:
        """The bytes that are signed."""
        slot: list[Any] = [b""]
        self._do(native.authorised_list_content, slot)
        return bytes(slot[0])

    def sign(self, card: Card, pin: SecretText, risk: PinRisk = PinRisk(0)) -> None:
        """Has the card sign it, and submits it."""
        with taken(self._session._context, SecretKind.PIN, pin) as secret, card._alone:
            self._do(native.authorised_list_sign, card._raw, secret._raw, one_of(PinRisk, risk))
