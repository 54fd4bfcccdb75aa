# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The holder's calls about certificates. Which state takes which call is lifecycle.py's to say, and the records are the registry's; the
# store keeps what a call has decided until the registry has it, so that effect and stored answer are one.
"""Certificates: list, details, suspend, unsuspend, activate."""
from __future__ import annotations

import datetime
from typing import Any

from cryptography import x509
from cryptography.x509.oid import NameOID

from .. import lifecycle
from ..certificates import text_of, time_of
from ..lifecycle import Record, Refused
from .dpop import b64
from .problems import Problem, encode
from .sessions import masked
from .state import Request, Service

MOST = 64  # as the document bounds the list …
MOST_BYTES = 65000  # … and any answer
MOST_LETTERS = 128
_OVER = ("revoked", "expired")


def serial_of(number: int) -> str:
    """The contents octets of a serial number's INTEGER, in hex."""
    return number.to_bytes(number.bit_length() // 8 + 1, "big").hex().upper()


def look(service: Service, record: Record) -> dict[str, Any]:
    """A certificate as the profile shows it."""
    at, found = lifecycle.now(), x509.load_der_x509_certificate(record.der)
    state = lifecycle.state(record, at)
    answer = {"certificate_id": record.certificate_id, "issuer": b64(found.issuer.public_bytes()), "serial": serial_of(record.serial),
              "product": record.product, "state": state, "not_before": text_of(record.not_before), "not_after": text_of(record.not_after),
              "may": lifecycle.may(record, at)} | _whose(service, record.owner, found)
    if state == "suspended":
        answer |= {"suspended_by": record.suspended_by} | _times(suspended_at=record.suspended_at, suspend_until=record.suspend_until)
    if state == "revoked":
        answer |= {"reason": record.reason} | _times(revoked_at=record.revoked_at)
    return answer | ({"card_id": record.card_id} if record.card_id else {})


def _times(**times: datetime.datetime | None) -> dict[str, str]:
    return {name: text_of(at) for name, at in times.items() if at is not None}


def _whose(service: Service, owner: str, found: x509.Certificate) -> dict[str, Any]:
    """The holder as the certificate names them, which may be an earlier name, and their number as the registry has it."""
    organisation, user = service.registry.organisation(owner), service.registry.user(owner)
    names = found.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    holder = str(names[0].value)[:MOST_LETTERS] if names else ""
    if organisation is not None:
        return {"holder": holder or organisation.name, "identity": masked(organisation.number), "on_behalf_of": vars(organisation)}
    assert user is not None
    return {"holder": holder or user.name, "identity": masked(user.identity)}


def owners(request: Request, role: str = "") -> list[str]:
    """Whose certificates the person may move: their own ("individual") and those of the organisations that they act for ("authorised")."""
    others = [one.organisation_id for one in request.service.registry.organisations(request.user_id)]
    return {"individual": [request.user_id], "authorised": others}.get(role, [request.user_id, *others])


def listed(request: Request) -> dict[str, Any]:
    """GET /certificates."""
    records = request.service.registry.certificates.of(owners(request, request.query.get("role", "individual")))
    views = [look(request.service, record) for record in reversed(records)]
    while len(views) > MOST or len(encode({"certificates": views})) > MOST_BYTES:
        views.remove(next((view for view in reversed(views) if view["state"] in _OVER), views[-1]))
    return {"certificates": views}


def mine(request: Request, certificate_id: str) -> Record:
    """The record, if the person may see and move it."""
    record = request.service.registry.certificates.one(certificate_id)
    if record is None or record.owner not in owners(request):
        raise Problem("certificate-unknown")
    return record


def details(request: Request) -> dict[str, Any]:
    """GET /certificates/{id}."""
    record = mine(request, request.named)
    history = [{"state": one.state, "at": text_of(one.at)} | {name: value for name, value in (("by", one.by), ("reason", one.reason)) if value}
               for one in record.history]
    return look(request.service, record) | {"certificate": b64(record.der), "history": history}


def check(record: Record, call: str) -> None:
    """Refuses what the state of the certificate does not take."""
    problem = lifecycle.refusal(record, call, lifecycle.now())
    if problem:
        raise Problem(problem)


def move(request: Request, record: Record, call: str, reason: str = "", until: datetime.datetime | None = None) -> dict[str, Any]:
    """Decides a move; the registry has it as soon as the request's transaction is kept. Returns the certificate as it then is."""
    at = lifecycle.now()
    try:
        moved = lifecycle.move(record, call, at, reason, until)
    except Refused as refused:
        raise Problem(refused.problem) from None
    if moved != record:
        request.store.do("INSERT INTO moving (certificate_id, call, at, reason, until) VALUES (?, ?, ?, ?, ?)", record.certificate_id, call,
                         text_of(at), reason, text_of(until) if until else None)
        request.after.append(lambda: settle(request.service))
    return look(request.service, moved)


def settle(service: Service) -> None:
    """Tells the registry the moves that were decided; also at the start, for a service that was killed in between."""
    for row in service.store.all("SELECT * FROM moving ORDER BY n"):
        try:
            service.registry.certificates.move(row["certificate_id"], row["call"], row["reason"],
                                               time_of(row["until"]) if row["until"] else None, at=time_of(row["at"]))
        except Refused:
            pass  # the registry has had it, or the authority was faster
        service.store.do("DELETE FROM moving WHERE n = ?", row["n"])
    service.tell_login()


def suspend(request: Request) -> dict[str, Any]:
    """POST /certificates/{id}/suspend."""
    days = request.service.settings.suspend_days
    until = lifecycle.now() + datetime.timedelta(days=days) if days else None
    return move(request, mine(request, request.named), "suspend", request.body.get("reason", ""), until)


def unsuspend(request: Request) -> dict[str, Any]:
    """POST /certificates/{id}/unsuspend."""
    return move(request, mine(request, request.named), "unsuspend")


def activate(request: Request) -> dict[str, Any]:
    """POST /certificates/{id}/activate."""
    return move(request, mine(request, request.named), "activate")
