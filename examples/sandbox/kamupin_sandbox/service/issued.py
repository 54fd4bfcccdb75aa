# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The PINs that cards were issued with, as older portals show them: once, and gone for good when the holder says so. The records
# lie in the registry; the store knows which were shown and which were deleted.
"""Issued PINs."""
from __future__ import annotations

from typing import Any

from ..registry import Card, IssuedPin
from .problems import Problem
from .state import Request, Service


def _mine(request: Request) -> dict[str, tuple[IssuedPin, Card]]:
    """The person's records: of their own cards, and of the cards of organisations that they may act for."""
    registry = request.service.registry
    owners = [request.user_id, *(one.organisation_id for one in registry.organisations(request.user_id))]
    gone = {row["record_id"] for row in request.store.all("SELECT record_id FROM issued_pin WHERE deleted = 1")}
    found = {}
    for record in registry.issued_pins():
        card = registry.card(record.card_id)
        if card is not None and card.owner in owners and record.record_id not in gone:
            found[record.record_id] = (record, card)
    return found


def _one(request: Request) -> tuple[IssuedPin, Card]:
    mine = _mine(request)
    if request.named not in mine:
        raise Problem("issued-pin-unknown")
    return mine[request.named]


def _stale(request: Request, record: IssuedPin) -> bool:
    """Whether the card is known to have got another PIN since."""
    return request.store.one("SELECT 1 FROM outcome JOIN operation USING (operation_id) WHERE card_id = ? AND outcome.outcome = 'done'",
                             record.card_id) is not None


def _shown(request: Request, record: IssuedPin) -> bool:
    return request.store.one("SELECT 1 FROM issued_pin WHERE record_id = ? AND shown = 1", record.record_id) is not None


def listed(request: Request) -> dict[str, Any]:
    """GET /issued-pins."""
    return {"records": [{"record_id": record.record_id, "serial": record.serial, "card_id": record.card_id, "product": card.product,
                         "shown": _shown(request, record), "stale": _stale(request, record)}
                        for record, card in _mine(request).values()]}


def show(request: Request) -> dict[str, Any]:
    """POST /issued-pins/{id}/show."""
    record, _ = _one(request)
    if _shown(request, record):
        raise Problem("issued-pin-shown")
    request.store.do("INSERT INTO issued_pin (record_id, shown) VALUES (?, 1)", record.record_id)
    answer = {"record_id": record.record_id, "serial": record.serial, "card_id": record.card_id, "pin": record.pin,
              "stale": _stale(request, record)}
    if request.service.settings.issued_puk:
        answer["puk"] = request.service.registry.puk(record.card_id).decode()
    return answer


def delete(request: Request) -> dict[str, Any]:
    """POST /issued-pins/{id}/delete. The registry's record goes when the answer is safe."""
    record, _ = _one(request)
    request.store.do("DELETE FROM answer WHERE named = ?", record.record_id)  # in which the PIN was shown
    request.store.do("INSERT INTO issued_pin (record_id, deleted) VALUES (?1, 1) ON CONFLICT (record_id) DO UPDATE SET deleted = 1",
                     record.record_id)
    request.after.append(lambda: purge(request.service))
    return {"deleted": True}


def purge(service: Service) -> None:
    """Takes out of the registry what was deleted; also at the start, for a service that was killed in between."""
    for row in service.store.all("SELECT record_id FROM issued_pin WHERE deleted = 1"):
        service.registry.forget_pin(row["record_id"])
