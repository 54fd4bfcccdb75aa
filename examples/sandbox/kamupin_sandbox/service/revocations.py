# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Revoking in two steps: what will be lost is told first, and nothing happens until the token of that preparation and a second factor
# come back in the same session. Each certificate has one preparation that lives.
"""Revocations."""
from __future__ import annotations

import hmac
import json
import secrets
import sqlite3
from typing import Any

from . import certificates, factor
from .clock import left
from .factor import Waiting
from .limits import Count
from .problems import Problem
from .state import Request, price, terms

_LOST = {
    "every": {"tr": ["Bu sertifikayla bir daha imza atılamaz, mühür basılamaz, veri çözülemez.",
                     "İptal geri alınamaz ve geçmiş bir tarihle yapılamaz; askıya alma ise geri alınabilir.",
                     "Yeni bir sertifika için yeniden başvurmak ve ücret ödemek gerekir."],
              "en": ["Nothing can be signed, sealed or decrypted with this certificate again.",
                     "It cannot be undone or back-dated; a suspension can be undone.",
                     "A new certificate needs a new application and has its price."]},
    "nes": {"tr": ["İptalden önce atılmış imzalar geçerliliğini korur.", "Karttaki e-imzayla bu hizmete giriş yapılamaz."],
            "en": ["Signatures made before stay valid.", "The card cannot log in to this service any more."]}}


def lost(product: str) -> dict[str, list[str]]:
    """What a revocation takes from the holder, in sentences."""
    return {lang: _LOST["every"][lang] + _LOST.get(product, {}).get(lang, []) for lang in ("tr", "en")}


def prepare(request: Request) -> dict[str, Any]:
    """POST /certificates/{id}/revocation: the earlier preparation of this certificate dies."""
    service, store = request.service, request.store
    record = certificates.mine(request, request.named)
    certificates.check(record, "revoke")
    store.do("UPDATE revocation SET state = 'replaced', sms_mark = NULL WHERE certificate_id = ? AND state = 'prepared'", record.certificate_id)
    revocation_id, token, given = "rev-" + secrets.token_urlsafe(12), secrets.token_urlsafe(32), terms(service.settings, {})
    deadline = min(request.now + service.settings.revocation_seconds, request.login["ends"])
    store.do("INSERT INTO revocation (revocation_id, certificate_id, user_id, session, reason, token_mark, terms, deadline, tries_left) "
             "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", revocation_id, record.certificate_id, request.user_id, request.login["session_id"],
             request.body["reason"], store.mark("confirmation", token), given, deadline, service.settings.sms_tries)
    return {"revocation_id": revocation_id, "confirmation_token": token, "certificate": certificates.look(service, record),
            "reason": request.body["reason"], "seconds_left": left(request.now, deadline), "second_factors": json.loads(given)["factors"],
            "lost": lost(record.product), "price": price(record.product)}


def _one(request: Request) -> sqlite3.Row:
    """The person's own preparation, in whatever state and of whatever session."""
    row = request.store.one("SELECT * FROM revocation WHERE revocation_id = ? AND user_id = ?", request.named, request.user_id)
    if row is None:
        raise Problem("revocation-expired")
    return row


def _alive(request: Request, row: sqlite3.Row) -> Waiting:
    """The same, if it lives and is of this session."""
    if row["session"] != request.login["session_id"]:
        raise Problem("revocation-expired")
    settings = request.service.settings
    waiting = Waiting(request, "revocation", row,
                      (Count("revocation SMS", request.user_id, settings.revocation_sms_per_person, settings.flood_window),))
    waiting.not_exhausted()
    if row["state"] != "prepared" or request.now >= row["deadline"]:
        raise Problem("revocation-expired")
    return waiting


def begin(request: Request) -> dict[str, Any]:
    """POST /revocations/{id}/factor."""
    return factor.ask(_alive(request, _one(request)), request.body["type"])


def resend(request: Request) -> dict[str, Any]:
    """POST /revocations/{id}/factor/resend."""
    return factor.again(_alive(request, _one(request)))


def confirm(request: Request) -> dict[str, Any]:
    """POST /revocations/{id}/confirm: one revocation, however often it comes."""
    row = _one(request)
    if not hmac.compare_digest(request.store.mark("confirmation", request.body["confirmation_token"]), row["token_mark"]):
        raise Problem("revocation-expired", "the token is not one of this preparation")
    if row["state"] == "confirmed":
        record = request.service.registry.certificates.one(row["certificate_id"])
        assert record is not None
        return certificates.look(request.service, record)
    waiting = _alive(request, row)
    try:
        record = certificates.mine(request, row["certificate_id"])
    except Problem:  # the person acted for its owner when this was prepared, and does no more
        raise Problem("revocation-expired") from None
    certificates.check(record, "revoke")
    factor.prove(waiting)
    waiting.change(state="confirmed", sms_mark=None)
    return certificates.move(request, record, "revoke", row["reason"])


def cancel(request: Request) -> dict[str, Any]:
    """POST /revocations/{id}/cancel."""
    row = _one(request)
    if row["session"] != request.login["session_id"]:
        raise Problem("revocation-expired")
    if row["state"] == "confirmed":
        raise Problem("certificate-revoked")
    if row["state"] != "cancelled":
        if row["state"] != "prepared" or request.now >= row["deadline"] or row["exhausted"]:
            raise Problem("revocation-expired")
        request.store.do("UPDATE revocation SET state = 'cancelled', sms_mark = NULL WHERE n = ?", row["n"])
    return {"cancelled": True}
