# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# An operation from redeem to its end: phases, the cards it may be used for, status, cancel.
"""Operations."""
from __future__ import annotations

import json
import secrets
import sqlite3
from typing import Any

from .clock import left
from .problems import Problem
from .state import Request

BEFORE_CARD_WORK = ("code-redeemed", "card-chosen", "factor-verified")


def phase(op: sqlite3.Row, now: float) -> str:
    """The phase now: time ends what has not reached the card; what has only waits for its report."""
    current: str = op["phase"]
    return "expired" if current in BEFORE_CARD_WORK and now >= op["deadline"] else current


def need(request: Request, *phases: str) -> None:
    """Refuses unless the operation is alive and in one of these phases."""
    now_in = phase(request.op, request.now)
    if now_in == "expired" or (now_in == "authority-issued" and request.now >= request.op["deadline"]):
        raise Problem("operation-expired")
    if now_in == "cancelled":
        raise Problem(request.op["ended_by"] or "operation-cancelled")
    if now_in not in phases:
        raise Problem("operation-phase", f"the operation is in phase {now_in}")


def open_operation(request: Request, page: sqlite3.Row) -> str:
    """Makes the operation and sets request.operation; returns its token, which is kept only as a mark."""
    store, given = request.store, json.loads(page["terms"])
    operation_id, token = "op-" + secrets.token_urlsafe(16), secrets.token_urlsafe(32)
    store.do("INSERT INTO operation (operation_id, page_id, user_id, organisation, kind, product, terms, key_mark, token_mark, "
             "phase, deadline, tries_left) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'code-redeemed', ?, ?)", operation_id, page["page_id"],
             page["user_id"], page["organisation"], page["kind"], page["product"], page["terms"], request.key_mark,
             store.mark("token", token), min(request.now + given["operation_seconds"], page["ends"]), given["sms_tries"])
    request.operation = store.one("SELECT * FROM operation WHERE operation_id = ?", operation_id)
    return token


def name_cards(request: Request) -> list[dict[str, Any]]:
    """Notes the cards that the request names; returns the allowed ones among them."""
    allowed: dict[str, dict[str, Any]] = {}
    for named in request.body["cards"]:
        card_id = named["card_id"]
        request.store.do("INSERT OR REPLACE INTO named_card VALUES (?, ?, ?)", request.op["operation_id"], card_id, named["row"])
        card = request.service.registry.card(card_id)
        if card is not None and judge(request, card_id) is None:
            allowed[card_id] = {"card_id": card_id, "label": card.label, "authority": card.form}
    return list(allowed.values())


def judge(request: Request, card_id: str) -> str | None:
    """Why this card may not be used in this operation, as a problem name; None when it may."""
    organisation, registry = request.op["organisation"], request.service.registry
    if organisation and organisation not in [one.organisation_id for one in registry.organisations(request.op["user_id"])]:
        return "card-not-allowed"  # the person acted for it when the order was made, and does no more
    named = request.store.one("SELECT row FROM named_card WHERE operation_id = ? AND card_id = ?",
                              request.op["operation_id"], card_id)
    card = registry.card(card_id)
    if named is None or card is None or card.row != named["row"] or card.owner != (organisation or request.op["user_id"]):
        return "card-not-allowed"
    return None if card.product == request.op["product"] else "product-mismatch"


def cards(request: Request) -> dict[str, Any]:
    """POST /operations/{id}/cards."""
    need(request, "code-redeemed", "card-chosen", "factor-verified", "authority-issued")
    return {"cards": name_cards(request), "seconds_left": left(request.now, request.op["deadline"])}


def status(request: Request) -> dict[str, Any]:
    """GET /operations/{id}."""
    now_in = phase(request.op, request.now)
    running = now_in in (*BEFORE_CARD_WORK, "authority-issued")
    answer = {"phase": now_in, "seconds_left": left(request.now, request.op["deadline"]) if running else 0}
    return answer | ({"outcome": request.op["outcome"]} if request.op["outcome"] else {})


def cancel(request: Request) -> dict[str, Any]:
    """POST /operations/{id}/cancel."""
    if request.op["phase"] != "cancelled":
        need(request, *BEFORE_CARD_WORK)
        request.change(phase="cancelled")
    return {"phase": "cancelled"}
