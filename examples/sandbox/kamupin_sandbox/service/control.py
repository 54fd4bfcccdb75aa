# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The control address: what tests and people need to see and steer (codes, SMS outbox, ledger, operations, clock,
# faults, requests). Plain HTTP on 127.0.0.1, bearer token; no part of the profile.
"""The control address."""
from __future__ import annotations

import hmac
import json
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from .. import registry as reg
from ..ca import TlsAuthority
from . import authority, codes, operations, pages, sealed
from .app import COMMON, Front
from .clock import left
from .control_certificates import Papers
from .control_life import Life
from .control_login import People, Routes
from .state import Service
from .status_service import StatusService
from .wishes import Wrong, number, wish_of

_TERMS = {"seconds": "code_seconds", "operation_seconds": "operation_seconds", "sms_seconds": "sms_seconds",
          "resend_after": "resend_seconds", "tries": "sms_tries"}


class Control:
    """Routes of the control address."""

    def __init__(self, service: Service, front: Front, token: str, tls: TlsAuthority, context: ssl.SSLContext,
                 cards_file: Path, status: StatusService) -> None:
        self._service = service
        self._front = front
        self._token = token
        self._tls = tls
        self._context = context
        self._cards_file = cards_file
        self._status = status

    def application(self) -> web.Application:
        """The aiohttp application."""
        @web.middleware
        async def guard(request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> web.StreamResponse:
            given = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
            if not hmac.compare_digest(given, f"Bearer {self._token}".encode()):
                return _error(401, "the bearer token is missing or wrong")
            try:
                return await handler(request)
            except (Wrong, ValueError, TypeError) as wrong:
                return _error(400, f"not understood: {wrong}")

        app = web.Application(middlewares=[guard], client_max_size=65536)
        gets: Routes = {"/cards": self.cards, "/sms": self.sms, "/ledger": self.ledger, "/operations": self.operations,
                        "/requests": self.requests, "/faults": self.standing, "/settings": self.settings}
        posts: Routes = {"/codes": self.issue, "/pages/close": self.close, "/ledger": self.set_ledger, "/clock": self.advance,
                         "/faults": self.order, "/settings": self.change, "/tls": self.certificate}
        for part in (People(self._service), Life(self._service), Papers(self._service), self._status):
            gets |= part.gets()
            posts |= part.posts()
        app.add_routes([web.get(path, _answering(call), allow_head=False) for path, call in gets.items()])
        app.add_routes([web.post(path, _answering(call)) for path, call in posts.items()])
        app.add_routes([web.delete("/faults", _answering(self.clear_faults)), web.delete("/requests", _answering(self.clear_requests))])
        return app

    # ---- codes and pages ----

    async def issue(self, request: web.Request) -> dict[str, Any]:
        """POST /codes {user, kind, product, on_behalf_of, factors, seconds, operation_seconds, sms_seconds, resend_after, tries, phone,
        page}: a new page with its code, or with `page` (or an order's id) a new code for that one. on_behalf_of: "vkn:NUMBER";
        factors: "sms,web-password"; phone: a mask, or "out-of-date"."""
        wish = await wish_of(request, "user", "kind", "product", "on_behalf_of", "factors", "phone", "page", *_TERMS)
        page_id = wish.get("page")
        with self._service.store.transaction() as now:
            page_id = self._page(page_id) if "page" in wish else self._open(now, wish)
            codes.issue(self._service, now, page_id)
        found = codes.newest(self._service, page_id)
        assert found is not None
        return {"code": found[1], "page": page_id, "page_url": f"{self._service.origin}/desk/{page_id}",
                "seconds_left": left(now, found[0]["deadline"])}

    def _open(self, now: float, wish: dict[str, Any]) -> str:
        user, kind, product = wish.get("user", reg.DEFAULT_USER), wish.get("kind", "unblock"), wish.get("product", "nes")
        registry, organisation = self._service.registry, wish.get("on_behalf_of")
        if registry.user(user) is None or kind not in self._service.contract.enum("Kind") or product not in reg.PRODUCTS:
            raise Wrong("user, kind or product")
        if organisation is not None and organisation not in [one.organisation_id for one in registry.organisations(user)]:
            raise Wrong("on_behalf_of")
        given = {_TERMS[name]: number(wish[name]) for name in _TERMS if name in wish}
        given |= {name: wish.get(name) for name in ("phone", "factors")}
        return codes.open_page(self._service, now, user, kind, product, given, organisation)

    def _page(self, page_id: object) -> str:
        if not isinstance(page_id, str) or self._service.store.one("SELECT 1 FROM page WHERE page_id = ?", page_id) is None:
            raise Wrong("page")
        return page_id

    async def close(self, request: web.Request) -> dict[str, Any]:
        """POST /pages/close {page}: the person leaves the page."""
        wish = await wish_of(request, "page")
        with self._service.store.transaction():
            codes.end_page(self._service, self._page(wish.get("page")), "page-closed")
        return pages.look(self._service, wish["page"]) or {}

    # ---- what there is to see ----

    async def cards(self, request: web.Request) -> dict[str, Any]:
        """GET /cards: what the runner says of its reader slots; without a runner, the registered cards."""
        if self._cards_file.exists():
            said: dict[str, Any] = json.loads(self._cards_file.read_text(encoding="utf-8"))
            return said
        return {"cards": [vars(card) for card in self._service.registry.cards()]}

    async def sms(self, request: web.Request) -> dict[str, Any]:
        """GET /sms?user=: the outbox, oldest first."""
        store, user, texts = self._service.store, request.query.get("user"), []
        for row in store.all("SELECT * FROM sms WHERE ? IS NULL OR user_id = ? ORDER BY n", user, user):
            said = json.loads(store.unseal("sms", row["sealed"]))
            about = {name: row[name] for name in ("operation_id", "login_id", "revocation_id") if row[name]}
            texts.append({"user": row["user_id"], "destination": row["destination"]} | about | said)
        return {"sms": texts}

    async def ledger(self, request: web.Request) -> dict[str, Any]:
        """GET /ledger: attempts left of every registered card."""
        return {"ledger": [{"card_id": card.card_id, "row": card.row, "owner": card.owner,
                            "attempts_left": authority.attempts_left(self._service, card.card_id),
                            "puk_uses_left": sealed.uses_left(self._service, card.card_id),
                            "puk_disclosed": sealed.disclosed(self._service, card.card_id),
                            "maximum": authority.LEDGER_MAXIMUM} for card in self._service.registry.cards()]}

    async def operations(self, request: web.Request) -> dict[str, Any]:
        """GET /operations: all of them, with every outcome that was recorded and every authority that was issued."""
        store, now, found = self._service.store, self._service.store.clock.now(), []
        for row in store.all("SELECT * FROM operation ORDER BY n"):
            mine = (row["operation_id"],)
            outcomes = [{"outcome": one["outcome"], "recorded_at": one["recorded_at"], "evidence": json.loads(one["evidence"])}
                        for one in store.all("SELECT * FROM outcome WHERE operation_id = ? ORDER BY n", *mine)]
            states = [one["state"] for one in store.all("SELECT state FROM authority WHERE operation_id = ? ORDER BY n", *mine)]
            found.append({"operation_id": row["operation_id"], "page": row["page_id"], "user": row["user_id"], "kind": row["kind"],
                          "product": row["product"], "phase": operations.phase(row, now), "card_id": row["card_id"],
                          "seconds_left": left(now, row["deadline"]), "sms_sent": row["sms_sent"], "outcome": row["outcome"],
                          "outcomes": outcomes, "outcomes_recorded": len(outcomes), "authorities": states})
        return {"operations": found, "outcomes_recorded": sum(one["outcomes_recorded"] for one in found)}

    async def requests(self, request: web.Request) -> dict[str, Any]:
        """GET /requests: what came in since the service started or the log was emptied."""
        entries = self._front.log.entries
        return {"requests": entries, "connections": len({one["connection"] for one in entries})}

    async def clear_requests(self, request: web.Request) -> dict[str, Any]:
        """DELETE /requests."""
        self._front.log.entries.clear()
        return {"requests": []}

    # ---- what there is to steer ----

    async def advance(self, request: web.Request) -> dict[str, Any]:
        """POST /clock {advance: seconds}."""
        wish = await wish_of(request, "advance")
        return {"now": self._service.store.clock.advance(number(wish.get("advance"), float))}

    async def set_ledger(self, request: web.Request) -> dict[str, Any]:
        """POST /ledger {card_id, attempts_left, puk_uses_left}: one of the two, or both."""
        wish = await wish_of(request, "card_id", "attempts_left", "puk_uses_left")
        if self._service.registry.card(str(wish.get("card_id"))) is None:
            raise Wrong("card_id")
        with self._service.store.transaction():
            if "attempts_left" in wish or "puk_uses_left" not in wish:
                authority.set_attempts(self._service, wish["card_id"], int(number(wish.get("attempts_left"))))
            if "puk_uses_left" in wish:
                sealed.set_uses(self._service, wish["card_id"], int(number(wish["puk_uses_left"])))
        return await self.ledger(request)

    async def order(self, request: web.Request) -> dict[str, Any]:
        """POST /faults {call, action, nth, times, seconds, status, problem, retry_after}; see faults.py."""
        wish = await wish_of(request, "call", "action", "nth", "times", "seconds", "status", "problem", "retry_after")
        return vars(self._front.faults.order(wish))

    async def standing(self, request: web.Request) -> dict[str, Any]:
        """GET /faults."""
        return {"faults": self._front.faults.standing()}

    async def clear_faults(self, request: web.Request) -> dict[str, Any]:
        """DELETE /faults."""
        self._front.faults.clear()
        return {"faults": []}

    async def settings(self, request: web.Request) -> dict[str, Any]:
        """GET /settings."""
        return dict(vars(self._service.settings))

    async def change(self, request: web.Request) -> dict[str, Any]:
        """POST /settings {name: value}; names are the fields of Settings."""
        self._service.settings.change(await wish_of(request, *vars(self._service.settings)))
        return await self.settings(request)

    async def certificate(self, request: web.Request) -> dict[str, Any]:
        """POST /tls {certificate: good|wrong-name|expired|not-yet-valid|foreign-ca}: for connections from now on."""
        kind = (await wish_of(request, "certificate")).get("certificate")
        if kind not in TlsAuthority.KINDS:
            raise Wrong("certificate")
        self._context.load_cert_chain(self._tls.server(kind))
        return {"certificate": kind}


def _answering(call: Callable[[web.Request], Awaitable[dict[str, Any]]]) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        return web.json_response(await call(request), headers=COMMON)
    return handle


def _error(status: int, text: str) -> web.Response:
    return web.json_response({"error": text}, status=status, headers=COMMON)
