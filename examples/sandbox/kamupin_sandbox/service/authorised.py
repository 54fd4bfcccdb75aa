# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Lists of applications that an organisation's authorised person signs. What is signed is the content as it is on file; one that was
# given out and has changed since is told apart from a wrong signature.
"""Authorised persons' lists."""
from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
from typing import Any

from ..registry import PUBLIC_BODY
from . import signatures
from .clock import Clock
from .dpop import b64
from .problems import Problem, encode
from .state import Request, Service

MOST = 32  # as the document bounds the list
_TITLE = {"tr": "NES başvuru listesi", "en": "List of applications for e-signature certificates"}
_PEOPLE = (("AYŞE ÖRNEK", "2********04", "renewal"), ("IŞIK ÇAĞRI ÖZGÜR", "3********12", "lost"), ("İSMAİL ĞÜMÜŞ", "4********28", "other"))


def add(service: Service, organisation: str) -> str:
    """A new list for that organisation, of invented people; returns its id."""
    rows = [{"application_id": "app-" + secrets.token_urlsafe(12), "name": name, "identity": identity, "product": "nes", "reason": reason}
            for name, identity, reason in _PEOPLE]
    list_id = "lst-" + secrets.token_urlsafe(12)
    service.store.do("INSERT INTO authorised_list (list_id, organisation, title, rows, made_at) VALUES (?, ?, ?, ?, ?)", list_id, organisation,
                     json.dumps(_TITLE), json.dumps(rows), Clock.date())
    return list_id


def invent(service: Service) -> None:
    """The invented list, where there is none yet."""
    with service.store.transaction():
        if service.store.one("SELECT n FROM authorised_list") is None:
            add(service, PUBLIC_BODY)


def change(service: Service, list_id: str) -> None:
    """The organisation takes the last row out, or puts a new one for it: the content is another from now on."""
    row = service.store.one("SELECT * FROM authorised_list WHERE list_id = ?", list_id)
    assert row is not None
    rows = json.loads(row["rows"])
    rows = rows[:-1] if len(rows) > 1 else [*rows, rows[0] | {"application_id": "app-" + secrets.token_urlsafe(12)}]
    service.store.do("UPDATE authorised_list SET rows = ?, version = version + 1 WHERE list_id = ?", json.dumps(rows), list_id)


def _organisations(request: Request) -> list[str]:
    """Whose lists the person may see and sign."""
    found = [one.organisation_id for one in request.service.registry.authorised_for(request.user_id)]
    if not found:
        raise Problem("role-refused")
    return found


def look(service: Service, row: sqlite3.Row) -> dict[str, Any]:
    """A list as the profile lists it."""
    answer = {"list_id": row["list_id"], "title": json.loads(row["title"]), "entries": len(json.loads(row["rows"])), "state": row["state"],
              "made_at": row["made_at"]} | service.on_behalf_of(row)
    return answer | ({"signed_at": row["signed_at"]} if row["signed_at"] else {})


def content_of(service: Service, row: sqlite3.Row) -> bytes:
    """The bytes to sign."""
    return encode({"list_id": row["list_id"], "version": row["version"], "made_at": row["made_at"], **service.on_behalf_of(row),
                   "rows": json.loads(row["rows"])})


def listed(request: Request) -> dict[str, Any]:
    """GET /authorised/lists."""
    mine = _organisations(request)
    rows = request.store.all(f"SELECT * FROM authorised_list WHERE organisation IN ({', '.join('?' * len(mine))}) ORDER BY n DESC LIMIT ?",
                             *mine, MOST)
    return {"lists": [look(request.service, row) for row in rows]}


def _one(request: Request) -> sqlite3.Row:
    mine = _organisations(request)
    row = request.store.one("SELECT * FROM authorised_list WHERE list_id = ?", request.named)
    if row is None or row["organisation"] not in mine:
        raise Problem("list-unknown")
    return row


def details(request: Request) -> dict[str, Any]:
    """GET /authorised/lists/{id}. What was given out is remembered, by its digest."""
    row = _one(request)
    content = content_of(request.service, row)
    sha256 = hashlib.sha256(content).hexdigest()
    request.store.do("INSERT OR IGNORE INTO list_shown VALUES (?, ?)", row["list_id"], sha256)
    return look(request.service, row) | {"rows": json.loads(row["rows"]), "content": b64(content), "sha256": sha256}


def sign(request: Request) -> dict[str, Any]:
    """POST /authorised/lists/{id}/sign."""
    row = _one(request)
    if row["state"] != "waiting":
        raise Problem("list-signed")
    content, raw = signatures.signed(request, request.body["signature"])
    if content != content_of(request.service, row):
        sha256 = hashlib.sha256(content).hexdigest()
        if request.store.one("SELECT 1 FROM list_shown WHERE list_id = ? AND sha256 = ?", row["list_id"], sha256) is None:
            raise Problem("signature-refused", "a content that was never given out")
        raise Problem("list-changed")
    request.store.do("UPDATE authorised_list SET state = 'signed', signed_at = ?, signature = ? WHERE n = ?", Clock.date(), raw, row["n"])
    return look(request.service, _one(request))
