# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
"""PINs of Turkish e-signature cards: what is on a card, a new PIN for a blocked one, certificates.

    import kamupin

    with kamupin.Context() as context:
        for card in context.cards():
            print(card.reader, card.product, card.pin_state.name)
"""
from . import _enums, _records
from ._awaited import AsyncOperation
from ._cards import Cancel, Card, Cards, PadUse, Watch, matches
from ._certificates import Certificate, CertificateEntry, Certificates, Trust
from ._context import Context
from ._enums import *  # noqa: F401,F403
from ._errors import (Cancelled, CardError, CertificateError, KamupinError, LoginRequired, NetworkError, PinError, ReaderError,
                      ServiceError)
from ._of_session import AuthorisedList, Consent, Order, Revocation
from ._operation import Operation
from ._probe import ProbePrompts
from ._prompts import GiveUp, OtherFactor, Prompts, Question, Resend
from ._readers import READER_FEATURES, PcscReaders, ReaderBackend, ReaderFailure, ReaderState
from ._records import *  # noqa: F401,F403
from ._secrets import Secret, SecretText, TextSecretWarning
from ._session import Application, Captcha, Details, Session
from ._texts import (SECRET_MAX, amount_text, built_with, check_identity, check_profiles, duration_text, finding_text, info, info_label,
                     look_text, notice_text, status_cause, status_name, status_remedy, statuses, version)

__all__ = [
    "Application", "AsyncOperation", "AuthorisedList", "Cancel", "Cancelled", "Captcha", "Card", "CardError", "Cards", "Certificate",
    "CertificateEntry", "CertificateError", "Certificates", "Consent", "Context", "Details", "GiveUp", "KamupinError", "LoginRequired",
    "NetworkError", "Operation", "Order", "OtherFactor", "PadUse", "PcscReaders", "PinError", "ProbePrompts", "Prompts", "Question",
    "READER_FEATURES", "ReaderBackend", "ReaderError", "ReaderFailure", "ReaderState", "Resend", "Revocation", "SECRET_MAX", "Secret",
    "SecretText", "ServiceError", "Session", "TextSecretWarning", "Trust", "Watch", "amount_text", "built_with", "check_identity",
    "check_profiles", "duration_text", "finding_text", "info", "info_label", "look_text", "matches", "notice_text", "status_cause",
    "status_name", "status_remedy", "statuses", "version"]
__all__ += _enums.__all__
__all__ += _records.__all__
