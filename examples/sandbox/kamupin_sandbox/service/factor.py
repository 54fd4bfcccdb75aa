# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The second factor: an SMS code to the phone on file, its time, its tries, and the outbox that a test or a person
# can read instead of a phone.
"""SMS codes."""
from __future__ import annotations

import hmac
import json
import secrets
from typing import Any

from . import operations
from .clock import left
from .problems import Problem
from .state import SMS_DIGITS, SMS_PER_OPERATION, Request


def _mark(request: Request, code: str) -> str:
    return request.store.mark("sms", f"{request.op['operation_id']} {code}")


def _send(request: Request) -> dict[str, Any]:
    """A new code; the one before dies with it."""
    store, op, given = request.store, request.op, json.loads(request.op["terms"])
    user = request.service.registry.user(op["user_id"])
    phone = given["phone"] or (user.phone if user else "")
    if not phone or phone == "out-of-date":
        raise Problem("phone-out-of-date")
    if op["resend_at"] is not None and request.now < op["resend_at"]:
        raise Problem("resend-too-soon", resend_after=left(request.now, op["resend_at"]) + 1)
    if op["sms_sent"] >= SMS_PER_OPERATION:
        raise Problem("rate-limited", "no further SMS in this operation", retry_after=left(request.now, op["deadline"]) + 1)
    code = "".join(secrets.choice("0123456789") for _ in range(SMS_DIGITS))
    text = f"SMS doğrulama kodunuz: {code}. Kimseyle paylaşmayınız. / Your SMS code: {code}. Share it with nobody."
    deadline = min(request.now + given["sms_seconds"], op["deadline"])
    request.change(sms_mark=_mark(request, code), sms_deadline=deadline, resend_at=request.now + given["resend_seconds"],
                   sms_sent=op["sms_sent"] + 1)
    sealed = store.seal("sms", json.dumps({"code": code, "text": text}).encode())
    store.do("INSERT INTO sms (user_id, operation_id, destination, sealed, at) VALUES (?, ?, ?, ?, ?)", op["user_id"],
             op["operation_id"], phone, sealed, request.now)
    return {"type": "sms", "destination": phone, "code_length": SMS_DIGITS, "seconds_left": left(request.now, deadline),
            "resend_after": given["resend_seconds"], "tries_left": op["tries_left"]}


def _alive(request: Request, *phases: str) -> None:
    if request.op["exhausted"]:
        raise Problem("factor-exhausted")
    operations.need(request, *phases)


def begin(request: Request) -> dict[str, Any]:
    """POST /operations/{id}/factor: the card is chosen, the SMS sent."""
    _alive(request, "code-redeemed", "card-chosen")
    verdict = operations.judge(request, request.body["card_id"])
    if verdict is not None:
        raise Problem(verdict)
    answer = _send(request)
    request.change(card_id=request.body["card_id"], phase="card-chosen")
    return answer


def resend(request: Request) -> dict[str, Any]:
    """POST /operations/{id}/factor/resend."""
    _alive(request, "card-chosen")
    return _send(request)


def verify(request: Request) -> dict[str, Any]:
    """POST /operations/{id}/factor/verify: the right code brings the report ticket."""
    _alive(request, "card-chosen")
    op = request.op
    if request.now >= op["sms_deadline"]:
        raise Problem("factor-expired")
    if not hmac.compare_digest(_mark(request, request.body["code"]), op["sms_mark"]):
        _wrong(request)
    ticket = secrets.token_urlsafe(32)
    request.change(phase="factor-verified", ticket_mark=request.store.mark("ticket", ticket), sms_mark=None)
    return {"report_ticket": ticket, "seconds_left": left(request.now, op["deadline"])}


def _wrong(request: Request) -> None:
    """Spends a try; with the last one the operation ends."""
    tries = request.op["tries_left"] - 1
    if tries > 0:
        request.change(tries_left=tries)
        raise Problem("factor-wrong", kept=True, tries_left=tries)
    request.change(tries_left=0, exhausted=1, phase="cancelled", sms_mark=None)
    raise Problem("factor-exhausted", kept=True)
