# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Where the authorization server says that a login has ended there: a token was given back, or used twice. What hangs on its session
# ends as with a logout here. No part of the profile: clients never call it.
"""Back-channel logout."""
from __future__ import annotations

import logging

from aiohttp import web

from . import sessions
from .app import COMMON, form_of
from .state import Service

LOG = logging.getLogger("kamupin-service")


class Backchannel:
    """Its one route; none without an authorization server."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def routes(self) -> list[web.RouteDef]:
        """Beside the profile."""
        return [web.post("/backchannel-logout", self._ended)] if self._service.gateway is not None else []

    async def _ended(self, request: web.Request) -> web.Response:
        assert self._service.gateway is not None
        try:
            login = self._service.gateway.ended_login(str((await form_of(request)).get("logout_token", "")))
        except ValueError:
            return web.json_response({"error": "invalid_request"}, status=400, headers=COMMON)
        with self._service.store.transaction():
            sessions.end_login(self._service, login)
        LOG.info("a login was ended at the authorization server")
        return web.Response(headers=COMMON)
