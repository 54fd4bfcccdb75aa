# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Applications for certificates: what the authority has begun for a renewal, what the person has handed in. The forms are the sandbox's
# own invention; a document is opaque to everybody but the service that its schema belongs to.
"""Applications."""
from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Callable
from typing import Any

from ..registry import DEFAULT_USER, OTHER_USER
from . import consent
from .clock import left
from .problems import Problem, encode
from .state import Request, Service, price

MOST = 32  # as the document bounds the list
MOST_DOCUMENT = 32768
DAYS = 86400.0
OPEN = ("pending-pre-application", "draft")

Rule = tuple[bool, Callable[[Any], bool]]  # whether the member has to be there, and what it may be


def _one_of(*values: object) -> Callable[[Any], bool]:
    return lambda value: any(type(value) is type(one) and value == one for one in values)


def _line(value: object) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= 200 and value.isprintable()


def _e_mail(value: object) -> bool:
    return _line(value) and str(value).count("@") == 1 and not str(value).startswith("@") and not str(value).endswith("@")


_DELIVERY: dict[str, Rule] = {"delivery": (True, _one_of("post", "office")), "years": (True, _one_of(1, 2, 3)), "e_mail": (False, _e_mail)}
FORMS: dict[str, dict[str, Rule]] = {
    "nes-renewal-1": _DELIVERY | {"address": (False, _line)},
    "nes-lost-1": _DELIVERY | {"what_happened": (True, _line)},
    "mali-muhur-1": _DELIVERY | {"contact": (True, _line)}}
_TITLES = {"nes-renewal-1": {"tr": "NES yenileme başvurusu", "en": "Application for a renewed e-signature certificate"},
           "nes-lost-1": {"tr": "Kayıp kart için NES başvurusu", "en": "Application for an e-signature certificate after a loss"},
           "mali-muhur-1": {"tr": "Mali Mühür başvurusu", "en": "Application for a financial seal"}}
# user, product, state, reason, schema, document
_INVENTED: tuple[tuple[str, str, str, str, str, dict[str, Any]], ...] = (
    (DEFAULT_USER, "nes", "pending-pre-application", "renewal", "nes-renewal-1", {"delivery": "post", "years": 3}),
    (DEFAULT_USER, "nes", "submitted", "lost", "nes-lost-1", {"delivery": "office", "years": 1, "what_happened": "Kart kayboldu."}),
    (OTHER_USER, "nes", "draft", "other", "nes-renewal-1", {}))


def add(service: Service, now: float, user_id: str, product: str, state: str, reason: str, schema_id: str,
        document: dict[str, Any], organisation: str | None = None) -> str:
    """A new application; returns its id."""
    application_id = "app-" + secrets.token_urlsafe(12)
    service.store.do("INSERT INTO application (application_id, user_id, organisation, product, state, reason, schema_id, title, document, "
                     "needs_consent, ends) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", application_id, user_id, organisation, product, state,
                     reason, schema_id, json.dumps(_TITLES[schema_id]), json.dumps(document), int(product == "nes"), now + 30 * DAYS)
    return application_id


def invent(service: Service) -> None:
    """The invented people's applications, where there are none yet."""
    with service.store.transaction() as now:
        if service.store.one("SELECT n FROM application") is None:
            for one in _INVENTED:
                add(service, now, *one)


def _state(row: sqlite3.Row, now: float) -> str:
    return "expired" if row["state"] in OPEN and now >= row["ends"] else str(row["state"])


def look(service: Service, now: float, row: sqlite3.Row) -> dict[str, Any]:
    """An application as the profile lists it."""
    state = _state(row, now)
    answer = {"application_id": row["application_id"], "product": row["product"], "state": state, "reason": row["reason"],
              "schema_id": row["schema_id"], "title": json.loads(row["title"]), "price": price(row["product"])}
    return answer | service.on_behalf_of(row) | ({"seconds_left": left(now, row["ends"])} if state in OPEN else {})


def listed(request: Request) -> dict[str, Any]:
    """GET /applications."""
    rows = request.store.all("SELECT * FROM application WHERE user_id = ? ORDER BY n DESC LIMIT ?", request.user_id, MOST)
    return {"applications": [look(request.service, request.now, row) for row in rows]}


def _mine(request: Request) -> sqlite3.Row:
    row = request.store.one("SELECT * FROM application WHERE application_id = ? AND user_id = ?", request.named, request.user_id)
    if row is None:
        raise Problem("application-unknown")
    return row


def details(request: Request) -> dict[str, Any]:
    """GET /applications/{id}."""
    row = _mine(request)
    return look(request.service, request.now, row) | {"document": json.loads(row["document"]), "needs_consent": bool(row["needs_consent"])}


def wrong_fields(schema_id: str, document: dict[str, Any]) -> list[str]:
    """The members of a form that are missing or not what they may be."""
    return sorted(name for name, (wanted, rule) in FORMS[schema_id].items() if (wanted if name not in document else not rule(document[name])))


def submit(request: Request) -> dict[str, Any]:
    """POST /applications/{id}/submit."""
    row, document = _mine(request), request.body["document"]
    if _state(row, request.now) not in OPEN:
        raise Problem("application-state")
    if row["needs_consent"] and not consent.is_given(request.service, request.user_id):
        raise Problem("application-state", "the e-consent has to be given first")
    if request.body["schema_id"] != row["schema_id"]:
        raise Problem("document-refused", "another schema is asked for", fields=["schema_id"])
    if len(encode(document)) > MOST_DOCUMENT:
        raise Problem("document-refused", "too large", fields=["document"])
    if wrong := wrong_fields(row["schema_id"], document):
        raise Problem("document-refused", fields=wrong)
    request.store.do("UPDATE application SET state = 'submitted', document = ? WHERE n = ?", json.dumps(document), row["n"])
    return details(request)
