# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The e-consent: a text made for this person and this time, which they sign with their own card; and how it stands.
"""E-consent."""
from __future__ import annotations

import secrets
import sqlite3
from typing import Any

from . import signatures
from .clock import Clock, left
from .dpop import b64
from .problems import Problem
from .sessions import masked
from .state import Request, Service

_TEXTS = {
    "tr": "E-ONAY (DENEME / SANDBOX)\n\nBen, {name} ({identity}), nitelikli elektronik sertifika başvurumdaki bilgilerin doğru olduğunu, kişisel\n"
          "verilerimin bu başvuru için işlenmesini ve taahhütnamenin koşullarını kabul ettiğimi onaylıyorum.\n\nOnay no: {consent_id}\nTarih: {date}\n",
    "en": "E-CONSENT (SANDBOX)\n\nI, {name} ({identity}), confirm that what my application for a qualified certificate says is true, that my personal\n"
          "data may be processed for it, and that I accept the terms of the undertaking.\n\nConsent: {consent_id}\nDate: {date}\n"}


def _newest(service: Service, user_id: str) -> sqlite3.Row | None:
    """The person's consent as it stands: an accepted one for good, else the last one."""
    return service.store.one("SELECT * FROM consent WHERE user_id = ? ORDER BY state = 'accepted' DESC, n DESC LIMIT 1", user_id)


def look(service: Service, user_id: str) -> dict[str, Any]:
    """How a person's consent stands."""
    row = _newest(service, user_id)
    if row is None:
        return {"state": "none"}
    return {"state": row["state"], "consent_id": row["consent_id"]} | ({"at": row["at"]} if row["at"] else {})


def is_given(service: Service, user_id: str) -> bool:
    """Whether it was accepted."""
    return bool(look(service, user_id)["state"] == "accepted")


def status(request: Request) -> dict[str, Any]:
    """GET /consent."""
    return look(request.service, request.user_id)


def text(request: Request) -> dict[str, Any]:
    """POST /consent/text: the text before dies."""
    service, user = request.service, request.service.registry.user(request.user_id)
    if is_given(service, request.user_id):
        raise Problem("consent-given")
    assert user is not None
    consent_id, deadline = "con-" + secrets.token_urlsafe(12), request.now + service.settings.consent_seconds
    content = _TEXTS[request.language].format(name=user.name, identity=masked(user.identity), consent_id=consent_id, date=Clock.date()).encode()
    request.store.do("UPDATE consent SET state = 'replaced' WHERE user_id = ? AND state = 'pending'", request.user_id)
    request.store.do("INSERT INTO consent (consent_id, user_id, content, deadline) VALUES (?, ?, ?, ?)", consent_id, request.user_id, content,
                     deadline)
    return {"consent_id": consent_id, "media_type": "text/plain; charset=utf-8", "language": request.language, "content": b64(content),
            "seconds_left": left(request.now, deadline), "signature_format": "cades-b-b"}


def submit(request: Request) -> dict[str, Any]:
    """POST /consents/{id}/submit."""
    if is_given(request.service, request.user_id):
        raise Problem("consent-given")
    row = request.store.one("SELECT * FROM consent WHERE consent_id = ? AND user_id = ?", request.named, request.user_id)
    if row is None or row["state"] != "pending" or request.now >= row["deadline"]:
        raise Problem("consent-expired")
    content, raw = signatures.signed(request, request.body["signature"])
    if content != bytes(row["content"]):
        raise Problem("signature-refused", "another content than the text that was given out")
    request.store.do("UPDATE consent SET state = 'accepted', at = ?, signature = ? WHERE n = ?", Clock.date(), raw, row["n"])
    return look(request.service, request.user_id)


def put(service: Service, user_id: str, state: str) -> None:
    """What the authority makes of it, for the control address: "none" as if nothing had been, or "refused"."""
    service.store.do("DELETE FROM consent WHERE user_id = ?", user_id)
    if state == "refused":
        service.store.do("INSERT INTO consent (consent_id, user_id, content, deadline, state, at) VALUES (?, ?, ?, 0, 'refused', ?)",
                         "con-" + secrets.token_urlsafe(12), user_id, b"", Clock.date())
