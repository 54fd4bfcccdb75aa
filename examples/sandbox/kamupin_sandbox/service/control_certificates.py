# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The part of the control address that is about certificates: which were issued, and moving one as its authority or institution does it (or
# its holder, without a login).
"""Certificates at the control address."""
from __future__ import annotations

import base64
import re
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from cryptography import x509
from cryptography.x509.oid import NameOID

from .. import lifecycle
from ..certificates import text_of, time_of
from ..lifecycle import Record
from .state import Service
from .wishes import Wrong, wish_of

Routes = dict[str, Callable[[web.Request], Awaitable[dict[str, Any]]]]


def _shown(record: Record) -> dict[str, Any]:
    """A record as people and tests read it; what is not there is left out."""
    holder = x509.load_der_x509_certificate(record.der).subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
    times = {"suspended_at": record.suspended_at, "suspend_until": record.suspend_until, "revoked_at": record.revoked_at}
    at = lifecycle.now()
    said = {"certificate_id": record.certificate_id, "state": lifecycle.state(record, at), "suspended_by": record.suspended_by,
            "reason": record.reason, "owner": record.owner, "holder": str(holder), "product": record.product, "card_id": record.card_id,
            "serial": f"{record.serial:X}", "sha256": record.sha256, "not_before": text_of(record.not_before),
            "not_after": text_of(record.not_after)} | {name: text_of(time) for name, time in times.items() if time}
    events = [{name: value for name, value in vars(one).items() if value} | {"at": text_of(one.at)} for one in record.history]
    return {name: value for name, value in said.items() if value} | {
        "der": base64.b64encode(record.der).decode(), "history": events}


class Papers:
    """Routes about certificates."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._records = service.registry.certificates

    def gets(self) -> Routes:
        """What there is to see."""
        return {"/certificates": self.certificates}

    def posts(self) -> Routes:
        """What there is to steer."""
        return {"/certificates": self.judge, "/certificates/state": self.put}

    async def certificates(self, request: web.Request) -> dict[str, Any]:
        """GET /certificates: all that were issued, in that order."""
        return {"certificates": [_shown(record) for record in self._records.all()]}

    async def judge(self, request: web.Request) -> dict[str, Any]:
        """POST /certificates {sha256, state}: good, suspended or revoked, for logins from now on; also of one that there is no record of.
        sha256: of the DER, in hex. Answers with those that log nobody in."""
        wish = await wish_of(request, "sha256", "state")
        if not re.fullmatch("[0-9a-f]{64}", str(wish.get("sha256"))):
            raise Wrong("sha256")
        self._records.judge(wish["sha256"], str(wish.get("state")))
        self._service.tell_login()
        return {"certificates": [{"sha256": sha256, "state": state} for sha256, state in self._records.taken_back().items()]}

    async def put(self, request: web.Request) -> dict[str, Any]:
        """POST /certificates/state {certificate, state, by, reason, until}: what is stored of one. certificate: its id, serial number or
        SHA-256 (hex); state: issued, active, suspended, revoked; by: holder, authority (unless said), institution; until: RFC 3339."""
        wish = await wish_of(request, "certificate", "state", "by", "reason", "until")
        record = self._named(str(wish.get("certificate")))
        until = time_of(wish["until"]) if wish.get("until") else None
        try:
            moved = self._records.put(record.certificate_id, str(wish.get("state")), str(wish.get("by", "authority")),
                                      str(wish.get("reason", "")), until)
        except lifecycle.Refused as refused:
            raise Wrong(refused.problem) from None
        self._service.tell_login()
        return _shown(lifecycle.settled(moved, lifecycle.now()))

    def _named(self, name: str) -> Record:
        record = self._records.one(name) or self._records.by_sha256(name.lower())
        if record is None and re.fullmatch("[0-9A-Fa-f]{1,40}", name):
            record = self._records.by_serial(int(name, 16))
        if record is None:
            raise Wrong("certificate")
        return record
