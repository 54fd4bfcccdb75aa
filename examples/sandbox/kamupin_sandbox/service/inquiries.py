# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What may be asked without a login: who may have an electronic seal, what is to be paid, where a delivery is. Invented data.
"""Inquiries."""
from __future__ import annotations

from typing import Any

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


def seal_authority(request: Request) -> dict[str, Any]:
    """POST /inquiries/seal-authority."""
    asked = request.body["organisation"]
    found = _SEALS.get((asked["type"], asked["number"]))
    if found is None:
        raise Problem("inquiry-unknown")
    return {"authorised": found[0], "name": found[1]}


def debt(request: Request) -> dict[str, Any]:
    """POST /inquiries/debt."""
    found = _DEBTS.get((request.body["payer"]["type"], request.body["payer"]["number"]))
    if found is None:
        raise Problem("inquiry-unknown")
    return {"debts": found}


def shipment(request: Request) -> dict[str, Any]:
    """POST /inquiries/shipment."""
    found = _SHIPMENTS.get(request.body["tracking"])
    if found is None:
        raise Problem("inquiry-unknown")
    return found
