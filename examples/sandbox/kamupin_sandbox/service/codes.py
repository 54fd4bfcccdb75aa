# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Web pages' verification codes: issue, refresh, close, and redeem for an operation. Guesses are limited per address
# and over all.
"""Verification codes."""
from __future__ import annotations

import json
import secrets
import sqlite3
from typing import Any

from . import limits, operations
from .clock import left
from .limits import Count
from .problems import Problem
from .state import CODE_DIGITS, PIN_POLICY, Request, Service, terms


def open_page(service: Service, now: float, user_id: str, kind: str, product: str, wishes: dict[str, Any],
              organisation: str | None = None, session: str | None = None) -> str:
    """What a user asks for on the web: an order, for themselves or an organisation, in a session (None: the control address's
    own pages); returns its id. No code is issued yet."""
    page_id = ("ord-" if session else "page-") + secrets.token_urlsafe(16)  # never an option's dash first
    service.store.do("INSERT INTO page (page_id, session, user_id, organisation, kind, product, terms, ends) "
                     "VALUES (?, ?, ?, ?, ?, ?, ?, ?)", page_id, session, user_id, organisation, kind, product,
                     terms(service.settings, wishes), now + service.settings.page_seconds)
    return page_id


def issue(service: Service, now: float, page_id: str) -> str:
    """A new code for a page; the one before dies."""
    store = service.store
    page = store.one("SELECT * FROM page WHERE page_id = ?", page_id)
    assert page is not None
    code = "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS))
    store.do("UPDATE code SET state = 'replaced' WHERE page_id = ? AND state = 'fresh'", page_id)
    store.do("UPDATE page SET given_up = NULL WHERE page_id = ?", page_id)
    store.do("INSERT INTO code (mark, page_id, sealed, deadline, state) VALUES (?, ?, ?, ?, 'fresh')",
             store.mark("code", code), page_id, store.seal("code", code.encode()),
             min(now + json.loads(page["terms"])["code_seconds"], page["ends"]))
    return code


def newest(service: Service, page_id: str) -> tuple[sqlite3.Row, str] | None:
    """A page's newest code: its row and the code itself, for showing; None before the first."""
    row = service.store.one("SELECT * FROM code WHERE page_id = ? ORDER BY n DESC LIMIT 1", page_id)
    return (row, service.store.unseal("code", row["sealed"]).decode()) if row is not None else None


def end_page(service: Service, page_id: str, why: str) -> None:
    """The person gives the page up, cancels, or logs out (why: the problem that tells so): its code dies, and so does what is
    under way unless a card is being worked on."""
    service.store.do("UPDATE page SET ended = coalesce(ended, ?) WHERE page_id = ?", why, page_id)
    service.store.do("UPDATE operation SET phase = 'cancelled', ended_by = ? WHERE page_id = ? AND phase IN "
                     "('code-redeemed', 'card-chosen', 'factor-verified')", why, page_id)


def leave(service: Service, now: float, page_id: str, session_id: str) -> None:
    """The browser says that the page was closed or left: unless it is shown again soon, it is given up. One that another session goes
    on with is not this browser's to give up."""
    service.store.do("UPDATE page SET given_up = ? WHERE page_id = ? AND session = ? AND ended IS NULL",
                     now + service.settings.leave_seconds, page_id, session_id)


def stay(service: Service, page_id: str) -> None:
    """The page is shown, still or again."""
    if service.store.one("SELECT n FROM page WHERE page_id = ? AND given_up IS NOT NULL", page_id) is not None:
        with service.store.transaction():
            service.store.do("UPDATE page SET given_up = NULL WHERE page_id = ?", page_id)


def close_left(service: Service) -> None:
    """Ends the pages that were left long enough ago: looked after at the beginning of each request, before which nobody can tell."""
    due = service.store.all("SELECT page_id FROM page WHERE given_up <= ? AND ended IS NULL", service.store.clock.now())
    if due:
        with service.store.transaction():
            for page in due:
                end_page(service, page["page_id"], "page-closed")


def _guesses(request: Request) -> tuple[Count, ...]:
    """Wrong codes from here, and from everywhere."""
    settings = request.service.settings
    return (Count("wrong code", request.address, settings.guesses_per_address, settings.guess_window),
            Count("wrong code", limits.EVERYBODY, settings.guesses_in_all, settings.guess_window))


def find(request: Request, code: str) -> sqlite3.Row:
    """The code's row with its page, if it can be redeemed now. Whoever asks is held back after too many wrong ones."""
    limits.check(request, *_guesses(request))
    row = request.store.one("SELECT code.*, page.ends, page.ended FROM code JOIN page USING (page_id) WHERE mark = ?",
                            request.store.mark("code", code))
    if row is None:
        limits.note(request, *_guesses(request))
        raise Problem("code-unknown", kept=True)
    if row["state"] == "used":
        raise Problem("code-used")
    if row["state"] == "replaced":
        raise Problem("code-replaced")
    if row["ended"] == "session-ended":
        raise Problem("session-ended")
    if row["ended"] or request.now >= row["ends"]:
        raise Problem("page-closed")
    if request.now >= row["deadline"]:
        raise Problem("code-expired")
    return row


def redeem(request: Request) -> dict[str, Any]:
    """POST /codes/redeem: the code becomes an operation, bound to the proof's key."""
    code = find(request, request.body["code"])
    request.store.do("UPDATE code SET state = 'used' WHERE n = ?", code["n"])
    page = request.store.one("SELECT * FROM page WHERE page_id = ?", code["page_id"])
    assert page is not None
    token = operations.open_operation(request, page)
    answer = {"operation_id": request.op["operation_id"], "operation_token": token, "token_type": "DPoP",
              "kind": page["kind"], "product": page["product"], "cards": operations.name_cards(request),
              "pin_policy": PIN_POLICY, "second_factors": json.loads(page["terms"])["factors"],
              "seconds_left": left(request.now, request.op["deadline"])}
    return answer | request.service.on_behalf_of(page)
