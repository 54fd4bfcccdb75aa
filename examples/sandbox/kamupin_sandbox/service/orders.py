# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Orders: what a person who is logged in asks for. Each issues codes; what happens with a code is the operation's matter. An
# order hangs on the session that made it, or that asked for its last code; looking at it takes it over from nobody.
"""Orders."""
from __future__ import annotations

import sqlite3
from typing import Any

from . import codes, operations
from .clock import left
from .problems import Problem
from .state import Request, Service

MOST = 16  # that one person has at a time, as the document bounds the list
PERSONAL = "nes"  # of persons alone …
CORPORATE = ("elektronik-muhur", "kurumsal-sifreleme")  # … and of organisations alone
_PHASES = {"cancelled": "waiting", "expired": "waiting", "authority-issued": "card-work"}
_ENDED = ("done", "cancelled", "expired")
_GIVEN_UP = ("cancelled", "not-done", "unknown")  # what an order that was given up may say; the last two are a report's words


def look(service: Service, now: float, page: sqlite3.Row) -> dict[str, Any]:
    """An order as the profile shows it."""
    store = service.store
    op = store.one("SELECT * FROM operation WHERE page_id = ? ORDER BY n DESC LIMIT 1", page["page_id"])
    answer = {"order_id": page["page_id"], "kind": page["kind"], "product": page["product"], "state": _state(service, now, page, op),
              "seconds_left": 0 if page["ended"] else left(now, page["ends"])} | service.on_behalf_of(page)
    if op is not None:
        answer |= {"operation_id": op["operation_id"]} | {name: op[name] for name in ("outcome", "recorded_at") if op[name]}
    return answer


def _state(service: Service, now: float, page: sqlite3.Row, op: sqlite3.Row | None) -> str:
    code = service.store.one("SELECT state FROM code WHERE page_id = ? ORDER BY n DESC LIMIT 1", page["page_id"])
    found = "waiting"
    if op is not None and code is not None and code["state"] == "used":
        phase = operations.phase(op, now)
        found = str(op["outcome"]) if phase == "reported" else _PHASES.get(phase, "in-use")
    if found in ("waiting", "in-use") and page["ended"]:
        return "cancelled"
    return "expired" if found == "waiting" and now >= page["ends"] else found


def live(service: Service, now: float, user_id: str) -> list[dict[str, Any]]:
    """A person's orders that have not ended, newest first. Pages of the control address are nobody's order."""
    pages = service.store.all("SELECT * FROM page WHERE user_id = ? AND session IS NOT NULL ORDER BY n DESC", user_id)
    views = [look(service, now, page) for page in pages]
    return [view for view in views if view["state"] not in _ENDED and (view["seconds_left"] > 0 or view["state"] == "card-work")]


def create(request: Request) -> dict[str, Any]:
    """POST /orders."""
    body, organisation = request.body, None
    if "on_behalf_of" in body:
        organisation = f"{body['on_behalf_of']['type']}:{body['on_behalf_of']['number']}"
        if organisation not in [one.organisation_id for one in request.service.registry.organisations(request.user_id)]:
            raise Problem("not-represented")
    if (body["product"] == PERSONAL and organisation) or (body["product"] in CORPORATE and not organisation):
        raise Problem("product-not-offered")
    if (running := live(request.service, request.now, request.user_id))[MOST - 1:]:
        raise Problem("rate-limited", "too many orders", retry_after=min(view["seconds_left"] for view in running) + 1)
    assert request.session is not None
    order_id = codes.open_page(request.service, request.now, request.user_id, body["kind"], body["product"], {}, organisation,
                               request.session["session_id"])
    return look(request.service, request.now, _page(request, order_id))


def _page(request: Request, order_id: str) -> sqlite3.Row:
    """The person's own order, of whatever session."""
    page = request.store.one("SELECT * FROM page WHERE page_id = ? AND user_id = ? AND session IS NOT NULL", order_id, request.user_id)
    if page is None:
        raise Problem("order-unknown")
    return page


def listed(request: Request) -> dict[str, Any]:
    """GET /orders."""
    return {"orders": live(request.service, request.now, request.user_id)}


def status(request: Request) -> dict[str, Any]:
    """GET /orders/{id}."""
    return look(request.service, request.now, _page(request, request.named))


def _open(request: Request, *busy: str) -> tuple[sqlite3.Row, dict[str, Any]]:
    """The order, unless it has ended or is in one of the states that stand in the way."""
    page = _page(request, request.named)
    view = look(request.service, request.now, page)
    if view["state"] in busy:
        raise Problem("order-in-use")
    if view["state"] in _ENDED or page["ended"] or request.now >= page["ends"]:
        raise Problem("order-ended")
    return page, view


def code(request: Request) -> dict[str, Any]:
    """POST /orders/{id}/code: the order goes on in this session."""
    page, _ = _open(request, "in-use", "card-work")
    request.store.do("UPDATE page SET session = ? WHERE page_id = ?", request.login["session_id"], page["page_id"])
    text = codes.issue(request.service, request.now, page["page_id"])
    found = codes.newest(request.service, page["page_id"])
    assert found is not None
    return {"code": text, "seconds_left": left(request.now, found[0]["deadline"])}


def cancel(request: Request) -> dict[str, Any]:
    """POST /orders/{id}/cancel."""
    page = _page(request, request.named)
    if not page["ended"] or look(request.service, request.now, page)["state"] not in _GIVEN_UP:
        _open(request, "card-work")
        codes.end_page(request.service, page["page_id"], "operation-cancelled")
    return look(request.service, request.now, _page(request, request.named))
