# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The second factor: an SMS code to the phone on file or the web password, their times and tries, and the outbox that a test or a
# person can read instead of a phone.
"""SMS codes and web passwords."""
from __future__ import annotations

import hmac
import json
import secrets
import sqlite3
from typing import Any

from . import limits, operations
from .clock import left
from .limits import Count
from .problems import Problem
from .state import SMS_DIGITS, SMS_PER_OPERATION, Request


def mark(request: Request, about: str, code: str) -> str:
    """What is kept of an SMS code: it is good for one operation, or one login."""
    return request.store.mark("sms", f"{about} {code}")


def phone_of(request: Request, user_id: str, phone: str | None = None) -> str:
    """The phone on file, masked; phone-out-of-date when there is none to use."""
    user = request.service.registry.user(user_id)
    phone = phone or (user.phone if user else "")
    if not phone or phone == "out-of-date":
        raise Problem("phone-out-of-date")
    return phone


def text(request: Request, user_id: str, phone: str, **about: str) -> str:
    """Sends a new code, which goes to the outbox; returns it. about: operation_id or login_id."""
    code = "".join(secrets.choice("0123456789") for _ in range(SMS_DIGITS))
    words = f"SMS doğrulama kodunuz: {code}. Kimseyle paylaşmayınız. / Your SMS code: {code}. Share it with nobody."
    sealed = request.store.seal("sms", json.dumps({"code": code, "text": words}).encode())
    request.store.do("INSERT INTO sms (user_id, operation_id, login_id, destination, sealed, at) VALUES (?, ?, ?, ?, ?, ?)", user_id,
                     about.get("operation_id"), about.get("login_id"), phone, sealed, request.now)
    return code


def not_too_soon(request: Request, row: sqlite3.Row) -> None:
    """Refuses a new SMS while the last one is fresh, and when there were enough of them (ROW: an operation or a login)."""
    if row["resend_at"] is not None and request.now < row["resend_at"]:
        raise Problem("resend-too-soon", resend_after=left(request.now, row["resend_at"]) + 1)
    if row["sms_sent"] >= SMS_PER_OPERATION:
        raise Problem("rate-limited", "no further SMS here", retry_after=left(request.now, row["deadline"]) + 1)


def _wrong_answers(request: Request, user_id: str) -> Count:
    settings = request.service.settings
    return Count("wrong answer", user_id, settings.factor_guesses, settings.guess_window)


def not_too_many(request: Request, user_id: str) -> None:
    """Refuses any answer while this person had too many wrong ones, in whatever logins and operations."""
    limits.check(request, _wrong_answers(request, user_id))


def note_wrong(request: Request, user_id: str) -> None:
    """A wrong SMS code or web password of this person."""
    limits.note(request, _wrong_answers(request, user_id))


def _send(request: Request) -> dict[str, Any]:
    """A new code; the one before dies with it."""
    op, given = request.op, json.loads(request.op["terms"])
    phone = phone_of(request, op["user_id"], given["phone"])
    not_too_soon(request, op)
    code = text(request, op["user_id"], phone, operation_id=op["operation_id"])
    deadline = min(request.now + given["sms_seconds"], op["deadline"])
    request.change(factor="sms", sms_mark=mark(request, op["operation_id"], code), sms_deadline=deadline,
                   resend_at=request.now + given["resend_seconds"], sms_sent=op["sms_sent"] + 1)
    return {"type": "sms", "destination": phone, "code_length": SMS_DIGITS, "seconds_left": left(request.now, deadline),
            "resend_after": given["resend_seconds"], "tries_left": op["tries_left"]}


def _ask_web_password(request: Request) -> dict[str, Any]:
    """Nothing is sent; an SMS code that is out dies."""
    request.change(factor="web-password", sms_mark=None)
    return {"type": "web-password", "seconds_left": left(request.now, request.op["deadline"]), "tries_left": request.op["tries_left"]}


_EXHAUSTED = {"sms": "factor-exhausted", "web-password": "web-password-exhausted"}


def _alive(request: Request, *phases: str) -> None:
    if request.op["exhausted"]:
        raise Problem(_EXHAUSTED[request.op["factor"]])
    operations.need(request, *phases)


def begin(request: Request) -> dict[str, Any]:
    """POST /operations/{id}/factor: the card is chosen; an SMS is sent, or the web password asked for."""
    _alive(request, "code-redeemed", "card-chosen")
    verdict = operations.judge(request, request.body["card_id"])
    if verdict is not None:
        raise Problem(verdict)
    if request.body["type"] not in json.loads(request.op["terms"])["factors"]:
        raise Problem("factor-mismatch", "the operation has another second factor")
    answer = _send(request) if request.body["type"] == "sms" else _ask_web_password(request)
    request.change(card_id=request.body["card_id"], phase="card-chosen")
    return answer


def resend(request: Request) -> dict[str, Any]:
    """POST /operations/{id}/factor/resend."""
    _alive(request, "card-chosen")
    if request.op["factor"] != "sms":
        raise Problem("factor-mismatch")
    return _send(request)


def verify(request: Request) -> dict[str, Any]:
    """POST /operations/{id}/factor/verify: the right code or web password brings the report ticket."""
    _alive(request, "card-chosen")
    if ("code" in request.body) != (request.op["factor"] == "sms"):
        raise Problem("factor-mismatch")
    not_too_many(request, request.op["user_id"])
    if not (_right_code(request) if request.op["factor"] == "sms" else _right_password(request)):
        _wrong(request)
    ticket = secrets.token_urlsafe(32)
    request.change(phase="factor-verified", ticket_mark=request.store.mark("ticket", ticket), sms_mark=None)
    return {"report_ticket": ticket, "seconds_left": left(request.now, request.op["deadline"])}


def _right_code(request: Request) -> bool:
    if request.now >= request.op["sms_deadline"]:
        raise Problem("factor-expired")
    return hmac.compare_digest(mark(request, request.op["operation_id"], request.body["code"]), request.op["sms_mark"])


def _right_password(request: Request) -> bool:
    """Compared exactly, letter by letter: I, ı, İ and i are four."""
    user = request.service.registry.user(request.op["user_id"])
    return user is not None and hmac.compare_digest(request.body["web_password"].encode(), user.web_password.encode())


def _wrong(request: Request) -> None:
    """Spends a try; with the last one the operation ends."""
    note_wrong(request, request.op["user_id"])
    tries, sms = request.op["tries_left"] - 1, request.op["factor"] == "sms"
    if tries > 0:
        request.change(tries_left=tries)
        raise Problem("factor-wrong" if sms else "web-password-wrong", kept=True, tries_left=tries)
    request.change(tries_left=0, exhausted=1, phase="cancelled", sms_mark=None)
    raise Problem(_EXHAUSTED[request.op["factor"]], kept=True)
