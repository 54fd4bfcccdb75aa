# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The authorization server as this service sees it: where it is, what it says about an access token (RFC 7662), and that a login has
# ended there. Each call asks anew, so that a token that was revoked is refused by the next call. Touches the network.
"""Introspection, and logouts that begin elsewhere."""
from __future__ import annotations

import asyncio
import json
import ssl
from pathlib import Path
from typing import Any

import aiohttp
import jwt

from .problems import Problem

SECONDS = 10.0
PATH = "/token/introspection"
CLIENT_ID = "service"
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"


class Gateway:
    """The authorization server that FILE (written by kamupin_sandbox/idp.py) names."""

    def __init__(self, file: Path) -> None:
        self.file = file
        said = json.loads(file.read_text(encoding="utf-8"))
        self.issuer: str = said["issuer"]
        self.client_id: str = said["login"]["client_id"]
        self.scopes: list[str] = said["login"]["scopes"]
        self.application: dict[str, Any] = said["application"]
        self.ca_file: str = said["tls"]["ca_file"]
        self.portal_secret: str = said["clients"]["portal"]
        self.card_authorities: dict[str, list[str]] = said["card_authorities"]
        self._auth = aiohttp.BasicAuth(CLIENT_ID, said["clients"]["service"])
        self._key = jwt.PyJWK({name: value for name, value in said["keys"]["jwk"].items() if name != "d"}).key
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

    def ended_login(self, logout_token: str) -> str:
        """Which login it says has ended there (OpenID Connect Back-Channel Logout 1.0); ValueError when the token is not one."""
        try:
            if jwt.get_unverified_header(logout_token).get("typ") != "logout+jwt":
                raise ValueError("not a logout token")
            said = jwt.decode(logout_token, self._key, algorithms=["ES256"], audience=CLIENT_ID, issuer=self.issuer,
                              options={"require": ["iss", "aud", "iat", "exp", "jti"]})
        except jwt.PyJWTError as error:
            raise ValueError("not a logout token") from error
        events = said.get("events")
        if not isinstance(events, dict) or LOGOUT not in events or "nonce" in said or not isinstance(said.get("sid"), str):
            raise ValueError("not a logout token")
        return str(said["sid"])

    async def close(self) -> None:
        """Lets the connections go."""
        if self._http is not None:
            await self._http.close()

    def offer(self) -> dict[str, Any]:
        """The metadata's `login`."""
        return {"methods": ["browser", "card"], "issuer": self.issuer, "client_id": self.client_id, "scopes": self.scopes}
