# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# How the card work ended, said with the ticket alone and at any time. Each outcome is recorded once; the ledger follows.
"""Reports."""
from __future__ import annotations

import json
from typing import Any

from . import authority
from .problems import Problem
from .state import Request

_EVIDENCE = ("external_authenticate", "status_word", "pin_state_before", "pin_state_after", "tries_before", "tries_after",
             "puk_tries_before", "puk_tries_after")


def report(request: Request) -> dict[str, Any]:
    """POST /reports."""
    op, outcome = request.op, request.body["outcome"]
    if request.body["operation_id"] != op["operation_id"]:
        raise Problem("ticket-invalid", "the ticket is of another operation", headers={"WWW-Authenticate": "KamuPIN-Ticket"})
    if request.body["card_id"] != op["card_id"]:
        raise Problem("card-not-allowed")
    if op["outcome"] == outcome:
        return {"outcome": outcome, "recorded_at": op["recorded_at"]}
    if op["outcome"] not in (None, "unknown"):
        raise Problem("outcome-conflict")
    if outcome == "done" and authority.count(request) == 0:
        raise Problem("operation-phase", "no authority was issued")
    return _record(request, outcome)


def _record(request: Request, outcome: str) -> dict[str, Any]:
    sent = request.body["evidence"]
    evidence = {name: sent[name] for name in _EVIDENCE if name in sent}
    if outcome == "done":
        authority.settle(request.service, request.op["card_id"])
    elif outcome == "not-done" and evidence["external_authenticate"] in ("not-sent", "accepted"):
        authority.give_back_last(request, not_sent=evidence["external_authenticate"] == "not-sent")
    recorded_at = request.store.clock.date()
    request.change(phase="reported", outcome=outcome, recorded_at=recorded_at)
    request.store.do("INSERT INTO outcome (operation_id, outcome, evidence, recorded_at) VALUES (?, ?, ?, ?)",
                     request.op["operation_id"], outcome, json.dumps(evidence), recorded_at)
    return {"outcome": outcome, "recorded_at": recorded_at}
