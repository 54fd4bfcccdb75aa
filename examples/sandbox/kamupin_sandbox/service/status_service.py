# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Where certificates of the sandbox's issuer say that one may ask about them: OCSP, CRLs and the issuers' own certificates over plain HTTP
# on 127.0.0.1, as such services are, and the control address's hold on them. No part of the profile.
"""The issuer's status service."""
from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from ..ca.issuing import CardIssuer
from ..ca.profiles import NOTICE
from ..ca.status import CRL_WAYS, OCSP_WAYS, RIGHT, Status
from ..registry import Registry
from .wishes import Wrong, wish_of

MOST_BYTES = 65536
NO_ANSWER = ("down", "unavailable")  # hung up on; 503
HEADERS = {"Cache-Control": "no-store", "Server": "kamupin-service"}


class StatusService:
    """OCSP, CRLs and issuers of the authority that ISSUER is, by the records of REGISTRY."""

    def __init__(self, issuer: CardIssuer, registry: Registry) -> None:
        self.issuer = issuer
        self._status = Status(issuer, registry.certificates)
        self.ways = {"ocsp": RIGHT, "crl": RIGHT}
        self.requests = {"ocsp": 0, "crl": 0, "ca": 0}

    def application(self) -> web.Application:
        """The aiohttp application."""
        app = web.Application(client_max_size=MOST_BYTES)
        app.add_routes([web.post("/ocsp", self._asked), web.post("/ocsp/", self._asked), web.get("/ocsp/{request:.+}", self._asked_by_get),
                        web.get("/crl/{name:sub|root}.crl", self._crl), web.get("/ca/{name:sub|root}.crt", self._issuer_of),
                        web.get("/ilke", self._policy)])
        return app

    # ---- questions ----

    async def _asked(self, request: web.Request) -> web.Response:
        return self._ocsp(request, await request.read())

    async def _asked_by_get(self, request: web.Request) -> web.Response:
        """RFC 6960, A.1: the request in base64, percent-encoded, behind the address."""
        text = unquote(request.rel_url.raw_path.removeprefix("/ocsp/"))
        try:
            raw = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            raw = b""
        return self._ocsp(request, raw)

    def _ocsp(self, request: web.Request, raw: bytes) -> web.Response:
        return self._answer(request, "ocsp", "application/ocsp-response", lambda: self._status.answer(raw, self.ways["ocsp"]))

    async def _crl(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        return self._answer(request, "crl", "application/pkix-crl", lambda: self._status.revocations(name, self.ways["crl"]))

    async def _issuer_of(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        return self._answer(request, "ca", "application/pkix-cert", lambda: self._status.authority(name))

    async def _policy(self, request: web.Request) -> web.Response:
        return web.Response(text=NOTICE + "\n", headers=HEADERS)

    def _answer(self, request: web.Request, what: str, kind: str, make: Callable[[], bytes]) -> web.Response:
        self.requests[what] += 1
        way = self.ways.get(what)
        if way == "unavailable":
            return web.Response(status=503, text="", headers=HEADERS)
        if way == "down":
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=503)
        return web.Response(body=make(), content_type=kind, headers=HEADERS)

    # ---- the control address ----

    def gets(self) -> dict[str, Callable[[web.Request], Awaitable[dict[str, Any]]]]:
        """What there is to see."""
        return {"/status-service": self.look}

    def posts(self) -> dict[str, Callable[[web.Request], Awaitable[dict[str, Any]]]]:
        """What there is to steer."""
        return {"/status-service": self.order}

    async def look(self, request: web.Request) -> dict[str, Any]:
        """GET /status-service: how OCSP and CRLs answer, where, and how often they were asked since the service started."""
        return self.ways | {"address": self.issuer.base, "root": str(self.issuer.root_file.absolute()), "requests": self.requests,
                            "ocsp_ways": [*OCSP_WAYS, *NO_ANSWER], "crl_ways": [*CRL_WAYS, *NO_ANSWER]}

    async def order(self, request: web.Request) -> dict[str, Any]:
        """POST /status-service {ocsp, crl}: a way of OCSP_WAYS or CRL_WAYS, "down" or "unavailable", until told otherwise."""
        wish = await wish_of(request, "ocsp", "crl")
        for name, known in (("ocsp", OCSP_WAYS), ("crl", CRL_WAYS)):
            if wish.get(name, RIGHT) not in (*known, *NO_ANSWER):
                raise Wrong(f"{name}: one of {', '.join((*known, *NO_ANSWER))}")
        self.ways.update(wish)
        return await self.look(request)
