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
from dataclasses import dataclass
from typing import Any

from . import limits, operations
from .clock import left
from .limits import Count
from .problems import Problem
from .state import SMS_DIGITS, SMS_PER_OPERATION, Request


def mark(request: Request, about: str, code: str) -> str:
    """What is kept of an SMS code: it is good for one operation, login or revocation."""
    return request.store.mark("sms", f"{about} {code}")


def phone_of(request: Request, user_id: str, phone: str | None = None) -> str:
    """The phone on file, masked; phone-out-of-date when there is none to use."""
    user = request.service.registry.user(user_id)
    phone = phone or (user.phone if user else "")
    if not phone or phone == "out-of-date":
        raise Problem("phone-out-of-date")
    return phone


def text(request: Request, user_id: str, phone: str, **about: str) -> str:
    """Sends a new code, which goes to the outbox; returns it. about: operation_id, login_id or revocation_id."""
    code = "".join(secrets.choice("0123456789") for _ in range(SMS_DIGITS))
    words = f"SMS doğrulama kodunuz: {code}. Kimseyle paylaşmayınız. / Your SMS code: {code}. Share it with nobody."
    sealed = request.store.seal("sms", json.dumps({"code": code, "text": words}).encode())
    request.store.do("INSERT INTO sms (user_id, operation_id, login_id, revocation_id, destination, sealed, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                     user_id, about.get("operation_id"), about.get("login_id"), about.get("revocation_id"), phone, sealed, request.now)
    return code


def not_too_soon(request: Request, row: sqlite3.Row) -> None:
    """Refuses a new SMS while the last one is fresh, and when there were enough of them (ROW: an operation, a login or a revocation)."""
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


# ---- what an operation and a revocation have in common ----

@dataclass(frozen=True)
class Waiting:
    """What waits for a second factor, by its row: an operation or a revocation. counts: of its text messages, besides its own."""

    request: Request
    table: str
    row: sqlite3.Row
    counts: tuple[Count, ...] = ()

    @property
    def key(self) -> str:
        """The column of its name."""
        return f"{self.table}_id"

    @property
    def name(self) -> str:
        """Its name, which its SMS codes are bound to."""
        return str(self.row[self.key])

    def change(self, **values: object) -> None:
        """Changes columns of it."""
        names = ", ".join(f"{name} = ?" for name in values)
        self.request.store.do(f"UPDATE {self.table} SET {names} WHERE {self.key} = ?", *values.values(), self.name)

    def not_exhausted(self) -> None:
        """Refuses when no try is left."""
        if self.row["exhausted"]:
            raise Problem(_EXHAUSTED[self.row["factor"]])


_EXHAUSTED = {"sms": "factor-exhausted", "web-password": "web-password-exhausted"}


def _send(waiting: Waiting) -> dict[str, Any]:
    """A new code; the one before dies with it."""
    request, row, given = waiting.request, waiting.row, json.loads(waiting.row["terms"])
    phone = phone_of(request, row["user_id"], given["phone"])
    not_too_soon(request, row)
    limits.check(request, *waiting.counts)
    limits.note(request, *waiting.counts)
    code = text(request, row["user_id"], phone, **{waiting.key: waiting.name})
    deadline = min(request.now + given["sms_seconds"], row["deadline"])
    waiting.change(factor="sms", sms_mark=mark(request, waiting.name, code), sms_deadline=deadline,
                   resend_at=request.now + given["resend_seconds"], sms_sent=row["sms_sent"] + 1)
    return {"type": "sms", "destination": phone, "code_length": SMS_DIGITS, "seconds_left": left(request.now, deadline),
            "resend_after": given["resend_seconds"], "tries_left": row["tries_left"]}


def ask(waiting: Waiting, kind: str) -> dict[str, Any]:
    """Begins a factor: an SMS is sent, or the web password asked for, for which nothing is sent and an SMS code that is out dies."""
    if kind not in json.loads(waiting.row["terms"])["factors"]:
        raise Problem("factor-mismatch", "another second factor is asked for")
    if kind == "sms":
        return _send(waiting)
    waiting.change(factor="web-password", sms_mark=None)
    return {"type": "web-password", "seconds_left": left(waiting.request.now, waiting.row["deadline"]), "tries_left": waiting.row["tries_left"]}


def again(waiting: Waiting) -> dict[str, Any]:
    """A new SMS, where one was asked for."""
    if waiting.row["factor"] != "sms":
        raise Problem("factor-mismatch")
    return _send(waiting)


def prove(waiting: Waiting, **end: object) -> None:
    """Takes the code or the web password of the request's body, or refuses it. end: what to change when the last try is spent."""
    request, row = waiting.request, waiting.row
    if row["factor"] is None or ("code" in request.body) != (row["factor"] == "sms"):
        raise Problem("factor-mismatch")
    not_too_many(request, row["user_id"])
    if not (_right_code(waiting) if row["factor"] == "sms" else _right_password(waiting)):
        _wrong(waiting, end)


def _right_code(waiting: Waiting) -> bool:
    request, row = waiting.request, waiting.row
    if request.now >= row["sms_deadline"]:
        raise Problem("factor-expired")
    return hmac.compare_digest(mark(request, waiting.name, request.body["code"]), row["sms_mark"])


def _right_password(waiting: Waiting) -> bool:
    """Compared exactly, letter by letter: I, ı, İ and i are four."""
    user = waiting.request.service.registry.user(waiting.row["user_id"])
    return user is not None and hmac.compare_digest(waiting.request.body["web_password"].encode(), user.web_password.encode())


def _wrong(waiting: Waiting, end: dict[str, object]) -> None:
    """Spends a try; the last one ends it."""
    note_wrong(waiting.request, waiting.row["user_id"])
    tries, kind = waiting.row["tries_left"] - 1, waiting.row["factor"]
    if tries > 0:
        waiting.change(tries_left=tries)
        raise Problem("factor-wrong" if kind == "sms" else "web-password-wrong", kept=True, tries_left=tries)
    waiting.change(tries_left=0, exhausted=1, sms_mark=None, **end)
    raise Problem(_EXHAUSTED[kind], kept=True)


# ---- an operation's ----

def _alive(request: Request, *phases: str) -> Waiting:
    waiting = Waiting(request, "operation", request.op)
    waiting.not_exhausted()
    operations.need(request, *phases)
    return waiting


def begin(request: Request) -> dict[str, Any]:
    """POST /operations/{id}/factor: the card is chosen; an SMS is sent, or the web password asked for."""
    waiting = _alive(request, "code-redeemed", "card-chosen")
    verdict = operations.judge(request, request.body["card_id"])
    if verdict is not None:
        raise Problem(verdict)
    answer = ask(waiting, request.body["type"])
    waiting.change(card_id=request.body["card_id"], phase="card-chosen")
    return answer


def resend(request: Request) -> dict[str, Any]:
    """POST /operations/{id}/factor/resend."""
    return again(_alive(request, "card-chosen"))


def verify(request: Request) -> dict[str, Any]:
    """POST /operations/{id}/factor/verify: the right code or web password brings the report ticket."""
    waiting = _alive(request, "card-chosen")
    prove(waiting, phase="cancelled")
    ticket = secrets.token_urlsafe(32)
    waiting.change(phase="factor-verified", ticket_mark=request.store.mark("ticket", ticket), sms_mark=None)
    return {"report_ticket": ticket, "seconds_left": left(request.now, request.op["deadline"])}
