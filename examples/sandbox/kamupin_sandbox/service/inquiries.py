# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What may be asked without a login: who may have an electronic seal, what is to be paid, where a delivery is. Invented data.
"""Inquiries."""
from __future__ import annotations

from typing import Any

from . import limits
from .limits import Count
from .problems import Problem
from .state import Request

_SEALS = {("detsis", "12345678"): (True, "DENEME KURUMU"), ("vkn", "4540536920"): (False, "DENEME ANONİM ŞİRKETİ")}
_DEBTS: dict[tuple[str, str], list[dict[str, Any]]] = {
    ("vkn", "4540536920"): [{"reference": "BRC-2026-0001", "product": "mali-muhur", "kurus": 125000},
                            {"reference": "BRC-2026-0002", "product": "elektronik-muhur", "kurus": 99950}],
    ("passport", "U12345678"): [{"reference": "BRC-2026-0003", "product": "nes", "kurus": 1}],
    ("tckn", "10000000146"): []}
_SHIPMENTS: dict[str, dict[str, Any]] = {
    "KSM2026000001": {"state": "on-the-way", "carrier": "PTT", "day": "2026-01-26"}, "KSM2026000002": {"state": "preparing"},
    "KSM2026000003": {"state": "delivered", "carrier": "PTT", "day": "2026-01-20"},
    "KSM2026000004": {"state": "returned", "carrier": "PTT", "day": "2026-01-22"}}


def _found(request: Request, about: str, found: Any) -> Any:
    """What is on file about a number, counted for who asks and for the number, also when there is nothing: a number that nobody has
    is what somebody who tries them all asks for."""
    settings = request.service.settings
    counts = (Count("inquiry", request.address, settings.inquiries_per_address, settings.flood_window),
              Count("inquiry", request.store.mark("inquiry", about), settings.inquiries_per_number, settings.flood_window))
    limits.check(request, *counts)
    limits.note(request, *counts)
    if found is None:
        raise Problem("inquiry-unknown", kept=True)
    return found


def seal_authority(request: Request) -> dict[str, Any]:
    """POST /inquiries/seal-authority."""
    asked = request.body["organisation"]
    found = _found(request, f"seal {asked['type']} {asked['number']}", _SEALS.get((asked["type"], asked["number"])))
    return {"authorised": found[0], "name": found[1]}


def debt(request: Request) -> dict[str, Any]:
    """POST /inquiries/debt."""
    asked = request.body["payer"]
    return {"debts": _found(request, f"debt {asked['type']} {asked['number']}", _DEBTS.get((asked["type"], asked["number"])))}


def shipment(request: Request) -> dict[str, Any]:
    """POST /inquiries/shipment."""
    tracking = request.body["tracking"]
    found: dict[str, Any] = _found(request, f"shipment {tracking}", _SHIPMENTS.get(tracking))
    return found
