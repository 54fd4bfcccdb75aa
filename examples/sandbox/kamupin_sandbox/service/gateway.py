# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The authorization server as this service sees it: where it is, and what it says about an access token (RFC 7662). Each call asks
# anew, so that a token that was revoked is refused by the next call. Touches the network.
"""Introspection."""
from __future__ import annotations

import asyncio
import json
import ssl
from pathlib import Path
from typing import Any

import aiohttp

from .problems import Problem

SECONDS = 10.0
PATH = "/token/introspection"


class Gateway:
    """The authorization server that FILE (written by kamupin_sandbox/idp.py) names."""

    def __init__(self, file: Path) -> None:
        said = json.loads(file.read_text(encoding="utf-8"))
        self.issuer: str = said["issuer"]
        self.client_id: str = said["login"]["client_id"]
        self.scopes: list[str] = said["login"]["scopes"]
        self.application: dict[str, Any] = said["application"]
        self.ca_file: str = said["tls"]["ca_file"]
        self.portal_secret: str = said["clients"]["portal"]
        self._auth = aiohttp.BasicAuth("service", said["clients"]["service"])
        self._context = ssl.create_default_context(cafile=self.ca_file)
        self._http: aiohttp.ClientSession | None = None

    async def introspect(self, token: str) -> dict[str, Any]:
        """What it says about a token; the problem `unavailable` when it does not answer."""
        if self._http is None:
            self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS))
        try:
            form = {"token": token, "token_type_hint": "access_token"}
            async with self._http.post(self.issuer + PATH, data=form, auth=self._auth, ssl=self._context, allow_redirects=False) as answer:
                if answer.status == 200:
                    said: dict[str, Any] = await answer.json()
                    return said
        except (aiohttp.ClientError, asyncio.TimeoutError, ValueError):
            pass
        raise Problem("unavailable", "the authorization server does not answer", retry_after=1)

    async def close(self) -> None:
        """Lets the connections go."""
        if self._http is not None:
            await self._http.close()

    def offer(self) -> dict[str, Any]:
        """The metadata's `login`."""
        return {"methods": ["browser", "card"], "issuer": self.issuer, "client_id": self.client_id, "scopes": self.scopes}
