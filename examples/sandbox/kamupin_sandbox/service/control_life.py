# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The control address' part about the life of certificates: revocations, consents, applications, lists, as tests and people need to see
# and steer them. (The certificates themselves are in control_login.py.)
"""Control: revocations, consents, applications, lists."""
from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from ..registry import DEFAULT_USER, PUBLIC_BODY
from . import applications, authorised, consent
from .dpop import b64
from .state import Service
from .wishes import Wrong, wish_of

Routes = dict[str, Callable[[web.Request], Awaitable[dict[str, Any]]]]


class Life:
    """Routes about the life of certificates."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def gets(self) -> Routes:
        """What there is to see."""
        return {"/revocations": self.revocations, "/consents": self.consents, "/applications": self.applications, "/lists": self.lists}

    def posts(self) -> Routes:
        """What there is to steer."""
        return {"/consents": self.put_consent, "/applications": self.apply, "/lists": self.change_list}

    async def revocations(self, request: web.Request) -> dict[str, Any]:
        """GET /revocations: all that were prepared, oldest first."""
        names = ("revocation_id", "certificate_id", "user_id", "reason", "state", "exhausted", "factor", "tries_left", "sms_sent")
        return {"revocations": [{name: row[name] for name in names}
                                for row in self._service.store.all("SELECT * FROM revocation ORDER BY n")]}

    async def consents(self, request: web.Request) -> dict[str, Any]:
        """GET /consents: every text that was given out, oldest first, with its signature."""
        return {"consents": [{"consent_id": row["consent_id"], "user": row["user_id"], "state": row["state"], "at": row["at"],
                              "signature": b64(bytes(row["signature"])) if row["signature"] else None}
                             for row in self._service.store.all("SELECT * FROM consent ORDER BY n")]}

    async def put_consent(self, request: web.Request) -> dict[str, Any]:
        """POST /consents {user, state}: none (as if nothing had been) or refused."""
        wish = await wish_of(request, "user", "state")
        if self._service.registry.user(str(wish.get("user"))) is None or wish.get("state") not in ("none", "refused"):
            raise Wrong("user or state")
        with self._service.store.transaction():
            consent.put(self._service, wish["user"], wish["state"])
        return await self.consents(request)

    async def applications(self, request: web.Request) -> dict[str, Any]:
        """GET /applications: all of them, oldest first."""
        store, now = self._service.store, self._service.store.clock.now()
        return {"applications": [applications.look(self._service, now, row) | {"user": row["user_id"], "document": json.loads(row["document"])}
                                 for row in store.all("SELECT * FROM application ORDER BY n")]}

    async def apply(self, request: web.Request) -> dict[str, Any]:
        """POST /applications {user, product, state, reason, schema_id}: one more, of an authority's making."""
        wish = await wish_of(request, "user", "product", "state", "reason", "schema_id")
        contract = self._service.contract
        given = {"user": DEFAULT_USER, "product": "nes", "state": "pending-pre-application", "reason": "renewal",
                 "schema_id": "nes-renewal-1"} | wish
        if (self._service.registry.user(str(given["user"])) is None or given["product"] not in contract.enum("Product")
                or given["state"] not in contract.enum("ApplicationState") or given["reason"] not in contract.enum("ApplicationReason")
                or given["schema_id"] not in applications.FORMS):
            raise Wrong("user, product, state, reason or schema_id")
        with self._service.store.transaction() as now:
            applications.add(self._service, now, given["user"], given["product"], given["state"], given["reason"], given["schema_id"], {})
        return await self.applications(request)

    async def lists(self, request: web.Request) -> dict[str, Any]:
        """GET /lists: all of them, oldest first, with their signatures."""
        store = self._service.store
        return {"lists": [authorised.look(self._service, row) | {"version": row["version"], "signature": b64(bytes(row["signature"]))
                                                                 if row["signature"] else None}
                          for row in store.all("SELECT * FROM authorised_list ORDER BY n")]}

    async def change_list(self, request: web.Request) -> dict[str, Any]:
        """POST /lists {organisation}: one more; {list_id, action}: its rows change, or it is withdrawn (change, withdraw)."""
        wish, store = await wish_of(request, "organisation", "list_id", "action"), self._service.store
        if "list_id" not in wish:
            if self._service.registry.organisation(str(wish.get("organisation", PUBLIC_BODY))) is None:
                raise Wrong("organisation")
            with store.transaction():
                authorised.add(self._service, wish.get("organisation", PUBLIC_BODY))
        elif store.one("SELECT n FROM authorised_list WHERE list_id = ?", wish["list_id"]) is None or wish.get("action") not in ("change", "withdraw"):
            raise Wrong("list_id or action")
        else:
            with store.transaction():
                if wish["action"] == "change":
                    authorised.change(self._service, wish["list_id"])
                else:
                    store.do("UPDATE authorised_list SET state = 'withdrawn' WHERE list_id = ?", wish["list_id"])
        return await self.lists(request)
