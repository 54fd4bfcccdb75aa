# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# One call of the profile from headers and bytes to an answer: who asks (proof, token, ticket), whether it was asked
# before (idempotency), what the call does, all in one transaction. Knows HTTP's words, not its server.
"""The pipeline of a call."""
from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from . import (applications, authorised, authority, certificates, codes, consent, dpop, factor, inquiries, issued, operations, orders, passwords,
               relay, reports, revocations, sessions)
from .contract import Call, Refused
from .problems import Problem, encode
from .state import Request, Service, invalid

HANDLERS: dict[str, Callable[[Request], dict[str, Any]]] = {
    "metadata": lambda request: request.service.metadata(), "redeem": codes.redeem, "cards": operations.cards,
    "status": operations.status, "cancel": operations.cancel, "factor": factor.begin, "resend": factor.resend,
    "verify": factor.verify, "authority": authority.issue, "relay": relay.advance,
    "report": reports.report, "session": sessions.show, "end-session": sessions.end,
    "captcha": passwords.new_captcha, "password-login": passwords.begin,
    "password-login-sms": passwords.send, "password-login-confirm": passwords.confirm, "security-word-reset": passwords.reset,
    "orders": orders.listed, "order": orders.create, "order-status": orders.status, "code": orders.code,
    "cancel-order": orders.cancel, "issued-pins": issued.listed, "show-issued-pin": issued.show, "delete-issued-pin": issued.delete,
    "seal-authority": inquiries.seal_authority, "debt": inquiries.debt, "shipment": inquiries.shipment,
    "certificates": certificates.listed, "certificate-details": certificates.details, "suspend": certificates.suspend,
    "unsuspend": certificates.unsuspend, "activate": certificates.activate, "revoke": revocations.prepare,
    "revocation-factor": revocations.begin, "revocation-resend": revocations.resend, "confirm-revocation": revocations.confirm,
    "cancel-revocation": revocations.cancel, "consent": consent.status, "consent-text": consent.text, "submit-consent": consent.submit,
    "applications": applications.listed, "application": applications.details, "submit-application": applications.submit,
    "authorised-lists": authorised.listed, "authorised-list": authorised.details, "sign-list": authorised.sign}
ANY_VERSION = ("metadata", "report")  # what has to work for a client that is too old as well
_CLIENT = re.compile(r"[A-Za-z0-9._-]{1,40}/(\d{1,4})\.(\d{1,4})\.(\d{1,4})")


class Headers(Protocol):
    """Headers as the HTTP server gives them."""

    def get(self, name: str, default: str) -> str:
        """The first of that name."""

    def getall(self, name: str, default: list[str]) -> list[str]:
        """All of that name."""


@dataclass
class Asked:
    """A call as it came over the wire."""

    call: Call
    headers: Headers
    url: str
    named: str  # what the address names: an operation, order, login or record
    body: bytes
    address: str
    language: str
    query: list[tuple[str, str]] = field(default_factory=list)
    said: dict[str, Any] | None = None  # the authorization server's word on the access token


@dataclass
class Answer:
    """What goes back."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


class Exchange:
    """Answers calls, one after the other."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def answer(self, asked: Asked) -> Answer:
        """The answer to one call; refusals included, nothing is raised for them."""
        store = self._service.store
        with store.transaction() as now:
            request = Request(self._service, now, {}, asked.address, named=asked.named)
            try:
                answer = self._accepted(asked, request)
            except Problem as problem:
                answer = self.refusal(problem, asked.language)
        for then in request.after:
            then()
        return answer

    def refusal(self, problem: Problem, language: str) -> Answer:
        """A problem as an answer."""
        status, body = problem.document(self._service.contract, language)
        return Answer(status, body, dict(problem.headers))

    def _accepted(self, asked: Asked, request: Request) -> Answer:
        if not self._service.offers(asked.call.path):
            raise Problem("not-found")
        self._check_headers(asked)
        scope = self._who(asked, request)
        request.language, request.query = asked.language, _query(asked)
        if asked.call.has_body:
            request.body = _body(asked)
        if asked.call.method != "POST":
            return Answer(200, encode(HANDLERS[asked.call.name](request)))
        return self._once(asked, request, scope)

    def _check_headers(self, asked: Asked) -> None:
        for name, pattern in asked.call.headers.items():
            values = asked.headers.getall(name, [])
            if len(values) != 1 or not pattern.search(values[0]):
                raise invalid(f"the header {name} is missing or of another form")
        client = _CLIENT.fullmatch(asked.headers.get("KamuPIN-Client", ""))
        least = self._service.settings.minimum_client_version
        if asked.call.name not in ANY_VERSION and client is not None:
            if tuple(map(int, client.groups())) < tuple(map(int, least.split("."))):
                raise Problem("client-too-old", f"at least {least} is needed", headers={"Upgrade": f"libkamupin/{least}"})

    def _who(self, asked: Asked, request: Request) -> str:
        """Checks proof, token or ticket; returns whose idempotency keys these are."""
        if "ticket" in asked.call.schemes:
            return self._by_ticket(asked, request)
        if "dpop" not in asked.call.schemes:
            return f"address {asked.address}"
        bound = asked.call.schemes & {"token", "session"}
        token = credential(asked.headers, "DPoP") if bound else None
        if token is None and bound:
            raise _bad_token("an operation token is needed") if "token" in bound else sessions.refused("login-required", "no access token")
        proofs = asked.headers.getall("DPoP", [])
        proof = dpop.accept(request.store, self._service.nonces, proofs, asked.call.method, asked.url, token, request.now)
        request.key_mark, request.key = proof.thumbprint, proof.key
        if token is not None and "session" in bound:
            request.session = sessions.accept(request, token, asked.said, may_be_ended=asked.call.name == "end-session")
            return f"person {request.user_id} key {request.key_mark}"  # one key may serve several people, one after the other
        elif token is not None:
            request.operation = self._by_token(asked, request, token)
        return f"key {request.key_mark}"

    def _by_token(self, asked: Asked, request: Request, token: str) -> sqlite3.Row:
        store = request.store
        row = store.one("SELECT * FROM operation WHERE token_mark = ?", store.mark("token", token))
        if row is None or row["key_mark"] != request.key_mark:
            raise _bad_token("the token is not one of this key")
        if row["operation_id"] != asked.named:
            raise Problem("operation-unknown")
        return row

    def _by_ticket(self, asked: Asked, request: Request) -> str:
        ticket, store = credential(asked.headers, "KamuPIN-Ticket"), request.store
        mark = store.mark("ticket", ticket or "")
        request.operation = store.one("SELECT * FROM operation WHERE ticket_mark = ?", mark)
        if ticket is None or request.operation is None:
            raise Problem("ticket-invalid", headers={"WWW-Authenticate": "KamuPIN-Ticket"})
        return f"ticket {mark}"

    def _once(self, asked: Asked, request: Request, scope: str) -> Answer:
        """The effect of a request happens once; a repetition gets the stored answer."""
        key = asked.headers.get("Idempotency-Key", "").lower()
        digest = hashlib.sha256(f"{asked.call.name}\0{asked.named}\0".encode() + asked.body).digest()
        row = request.store.one("SELECT * FROM answer WHERE scope = ? AND key = ?", scope, key)
        if row is not None:
            return self._again(asked, request, row, digest)
        answer, kept = self._effect(asked, request)
        if kept:
            request.store.do("INSERT INTO answer VALUES (?, ?, ?, ?, ?, ?, ?)", scope, key, digest, answer.status,
                             request.store.seal("answer", answer.body), request.now, asked.named)
        request.store.sweep(request.now)
        return answer

    def _effect(self, asked: Asked, request: Request) -> tuple[Answer, bool]:
        """Runs the call; what a refusal had begun is undone unless the refusal is itself an effect."""
        try:
            with request.store.attempt():
                try:
                    return Answer(200, encode(HANDLERS[asked.call.name](request))), True
                except Problem as problem:
                    if not problem.kept:
                        raise
                    return self.refusal(problem, asked.language), True
        except Problem as problem:
            return self.refusal(problem, asked.language), False

    def _again(self, asked: Asked, request: Request, row: sqlite3.Row, digest: bytes) -> Answer:
        if row["request"] != digest:
            if asked.call.name == "redeem":
                codes.find(request, request.body["code"])  # a used code says so, whatever key it comes with
            raise Problem("idempotency-conflict")
        body = request.store.unseal("answer", row["sealed"])
        return Answer(row["status"], body, {"Idempotency-Replayed": "true", "Age": str(int(request.now - row["at"]))})


def _bad_token(detail: str) -> Problem:
    return Problem("token-invalid", detail, headers={"WWW-Authenticate": 'DPoP error="invalid_token", algs="ES256"'})


def credential(headers: Headers, scheme: str) -> str | None:
    """The one credential of that scheme in Authorization, or None."""
    values = headers.getall("Authorization", [])
    found = re.fullmatch(re.escape(scheme) + r" +([A-Za-z0-9_-]{1,128})", values[0], re.IGNORECASE) if len(values) == 1 else None
    return found.group(1) if found else None


def _query(asked: Asked) -> dict[str, str]:
    """The parameters that the call names."""
    try:
        return asked.call.check_query(asked.query)
    except Refused as refused:
        raise invalid(str(refused)) from None


def _body(asked: Asked) -> dict[str, Any]:
    """The checked body."""
    if asked.headers.get("Content-Type", "").partition(";")[0].strip().lower() != "application/json":
        raise invalid("Content-Type is not application/json")
    try:
        return asked.call.check_body(asked.body)
    except Refused as refused:
        if asked.call.name == "redeem" and (refused.where, refused.rule) == ("code", "pattern"):
            raise Problem("code-malformed") from None
        raise invalid(str(refused)) from None
