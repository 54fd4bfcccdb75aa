# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The profile over HTTP: routes from the OpenAPI document, bounds, nonces, ordered faults, a log of requests that holds no
# secret. Touches the network through aiohttp; decides nothing about the profile itself.
"""The profile's routes."""
from __future__ import annotations

import asyncio
import itertools
import json
import logging
import weakref
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from multidict import MultiDictProxy

from . import codes, sessions
from .contract import Call, Refused
from .exchange import Answer, Asked, Exchange, credential
from .faults import Fault, Faults
from .problems import Problem
from .state import Service

PREFIX = "/kamupin/v1"
MOST_BYTES = 65536
LOG = logging.getLogger("kamupin-service")
COMMON = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Server": "kamupin-service"}


class RequestLog:
    """What came in: method, path template, status, connection. No bodies, no headers, no identifiers."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []
        self._connections: weakref.WeakKeyDictionary[object, int] = weakref.WeakKeyDictionary()
        self._numbers = itertools.count(1)

    def connection(self, request: web.Request) -> int:
        """A number for the TLS connection that a request came over."""
        return self._connections.setdefault(request.task, next(self._numbers))  # aiohttp: one task a connection

    def add(self, request: web.Request, call: str, path: str, status: int | None) -> None:
        """Notes a request; status None when no answer left."""
        self.entries.append({"call": call, "method": request.method, "path": path, "status": status,
                             "connection": self.connection(request)})
        LOG.info("%s %s %s", request.method, path, status if status is not None else "no answer")


def language(request: web.Request) -> str:
    """tr or en, by ?lang= or Accept-Language."""
    wish = request.query.get("lang") or request.headers.get("Accept-Language", "")
    return "tr" if wish.strip().lower().startswith("tr") else "en"


class Front:
    """Takes requests of the profile and sends the answers."""

    def __init__(self, service: Service, validate: bool) -> None:
        self._service = service
        self._exchange = Exchange(service)
        self._validate = validate
        self.faults = Faults(list(service.contract.calls), list(service.contract.problems))
        self.log = RequestLog()

    def routes(self) -> list[web.RouteDef]:
        """One route a call of the document."""
        return [web.get(PREFIX + call.path, self._handler(call), allow_head=False) if call.method == "GET"
                else web.post(PREFIX + call.path, self._handler(call)) for call in self._service.contract.calls.values()]

    def _handler(self, call: Call) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            fault = self.faults.take(call.name)
            if fault is not None and fault.action in ("delay", "slow"):
                if fault.action == "slow":
                    await request.read()
                await asyncio.sleep(fault.seconds)
            if fault is not None and fault.before:
                await request.read()
                return self._broken(request, call, fault)
            answer = await self._answer(request, call)
            if fault is not None and fault.action == "drop-after":
                return self._drop(request, call)
            self.log.add(request, call.name, PREFIX + call.path, answer.status)
            if fault is not None and fault.action == "truncate":
                return await self._cut(request, answer)
            return self._response(answer, nonce=fault is None or fault.action != "no-nonce")
        return handle

    async def _answer(self, request: web.Request, call: Call) -> Answer:
        try:
            answer = await self._ask(request, call)
            if self._validate:
                call.check_answer(answer.status, answer.body)
            return answer
        except Refused as refused:
            LOG.error("the answer to %s is not what openapi.yaml says: %s", call.name, refused)
        except Exception:
            LOG.exception("%s failed", call.name)
        return self._exchange.refusal(Problem("internal"), language(request))

    async def _ask(self, request: web.Request, call: Call) -> Answer:
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return self._exchange.refusal(Problem("request-too-large", headers={"Connection": "close"}), language(request))
        except ConnectionResetError:  # whoever asked is gone before the whole request was here: nothing was done, and nobody reads this
            LOG.info("a client hung up in the middle of %s", call.name)
            return self._exchange.refusal(Problem("internal"), language(request))
        if request.host not in (*self._service.hosts, self._service.settings.front_host):
            return self._exchange.refusal(Problem("request-invalid", "the service has another name"), language(request))
        asked = Asked(call, request.headers, f"{request.scheme}://{request.host}{request.rel_url.raw_path}",
                      request.match_info.get("id", ""), body, request.remote or "", language(request), query=list(request.query.items()))
        try:
            asked.said = await self._ask_gateway(asked)
        except Problem as problem:
            return self._exchange.refusal(problem, language(request))
        codes.close_left(self._service)
        return self._exchange.answer(asked)

    async def _ask_gateway(self, asked: Asked) -> dict[str, Any] | None:
        """The authorization server's word on the call's access token; None where there is none to ask for."""
        token = credential(asked.headers, "DPoP") if "session" in asked.call.schemes else None
        if token is None or self._service.gateway is None or sessions.of_token(self._service.store, token) is not None:
            return None
        return await self._service.gateway.introspect(token)

    def refuse(self, request: web.Request, problem: Problem, path: str) -> web.Response:
        """A refusal outside any call: unknown address or method."""
        answer = self._exchange.refusal(problem, language(request))
        self.log.add(request, "", path, answer.status)
        return self._response(answer)

    def _response(self, answer: Answer, nonce: bool = True) -> web.Response:
        kind = "application/json" if answer.status == 200 else "application/problem+json"
        headers = COMMON | {"Content-Type": kind} | answer.headers
        if nonce:
            headers["DPoP-Nonce"] = self._service.nonces.make(self._service.store.clock.now())
        response = web.Response(status=answer.status, body=answer.body, headers=headers)
        if not self._service.settings.keep_alive:
            response.force_close()
        return response

    # ---- ordered faults ----

    def _drop(self, request: web.Request, call: Call) -> web.Response:
        self.log.add(request, call.name, PREFIX + call.path, None)
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)

    def _broken(self, request: web.Request, call: Call, fault: Fault) -> web.Response:
        if fault.action == "drop-before":
            return self._drop(request, call)
        if fault.action == "problem":
            kind = self._service.contract.problems[fault.problem]
            wanted = kind.get("with", [])
            members: dict[str, int] = {name: fault.retry_after for name in wanted if name != "fields"}
            problem = Problem(fault.problem, "", False, None, ["document"] if "fields" in wanted else None, **members)
            response = self._response(self._exchange.refusal(problem, language(request)))
        else:
            response = self._nonsense(fault)
        self.log.add(request, call.name, PREFIX + call.path, response.status)
        return response

    def _nonsense(self, fault: Fault) -> web.Response:
        """Answers that are not the profile's."""
        if fault.action == "status":
            return web.Response(status=fault.status, text="", headers={"Retry-After": str(fault.retry_after)})
        if fault.action == "redirect":
            return web.Response(status=307, headers={"Location": self._service.origin + "/elsewhere"})
        if fault.action == "html":
            return web.Response(text="<!doctype html><title>Oturum aç</title>", content_type="text/html")
        shapes = {"garbage": b"\x00\xff{not json", "wrong-shape": b'{"phase":7,"operation_id":[]}',
                  "huge": json.dumps({"padding": "x" * (2 * MOST_BYTES)}).encode()}
        return self._response(Answer(200, shapes[fault.action]))

    async def _cut(self, request: web.Request, answer: Answer) -> web.StreamResponse:
        """Half the body that was announced, then the end of the connection."""
        whole = self._response(answer)
        response = web.StreamResponse(status=answer.status, headers=whole.headers)
        response.content_length = len(answer.body)
        await response.prepare(request)
        await response.write(answer.body[: len(answer.body) // 2])
        if request.transport is not None:
            request.transport.close()
        return response


async def form_of(request: web.Request) -> MultiDictProxy[str | bytes | web.FileField]:
    """What a form sent, in UTF-8. ValueError for whatever is none: what aiohttp raises then has a dozen names."""
    if (request.charset or "utf-8").lower() != "utf-8":
        raise ValueError("another character set")
    try:
        return await request.post()
    except Exception as error:
        raise ValueError("no form") from error


def _is_text(raw: str) -> bool:
    """Whether what came as bytes was text; what was not is in surrogates."""
    return not any("\ud800" <= one <= "\udfff" for one in raw)


def _wants_page(service: Service, request: web.Request) -> bool:
    """Whether it is a person's browser that is looking for one. Clients of the profile ask below its prefix, or not for HTML."""
    return (not request.path.startswith(PREFIX + "/") and "text/html" in request.headers.get("Accept", "")
            and request.host in service.hosts)


def application(service: Service, front: Front, others: list[web.RouteDef], lost: Callable[[web.Request], web.Response]) -> web.Application:
    """The HTTPS application: the profile, the pages, and for everything else a page (lost) for browsers and problem documents."""
    @web.middleware
    async def elsewhere(request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> web.StreamResponse:
        try:
            if not _is_text(request.raw_path):
                raise web.HTTPNotFound
            return await handler(request)
        except web.HTTPMethodNotAllowed as refused:
            allow = {"Allow": ", ".join(sorted(refused.allowed_methods))}
            if _wants_page(service, request):
                page = lost(request)
                page.set_status(405)
                page.headers.update(allow)
                return page
            return front.refuse(request, Problem("method-not-allowed", headers=allow), "(other)")
        except web.HTTPNotFound:
            if _wants_page(service, request):
                return lost(request)
            return front.refuse(request, Problem("not-found"), "(other)")

    app = web.Application(middlewares=[elsewhere], client_max_size=MOST_BYTES)
    app.add_routes(front.routes())
    app.add_routes(others)
    return app
