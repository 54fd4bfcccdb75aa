# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The portal as an OpenID Connect client: confidential, code with PKCE (S256), state, nonce, iss (RFC 9207). The ID token is
# checked by PyJWT with the server's keys. What has to be remembered between the two halves of a login travels in a sealed cookie.
"""Logging in at the authorization server."""
from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import aiohttp
import jwt

from ..service.gateway import Gateway
from ..service.state import Service

CLIENT_ID = "portal"
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
ASSURANCES = ("password", "mobile-signature", "e-signature", "identity-card", "bank")
_BEGUN_SECONDS = 600.0
_TIMEOUT = aiohttp.ClientTimeout(total=10.0)
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class LoginFailed(Exception):
    """why: cancelled, refused, mixed-up, unreachable."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Person:
    """Who logged in, and how they proved it."""

    user_id: str
    assurance: str


class RelyingParty:
    """This client of the authorization server that the service knows."""

    def __init__(self, service: Service, gateway: Gateway) -> None:
        self._service = service
        self.issuer = gateway.issuer
        self._secret = gateway.portal_secret
        self._trust = ssl.create_default_context(cafile=gateway.ca_file)

    @property
    def _redirect(self) -> str:
        return self._service.origin + "/login/callback"

    async def begin(self, language: str) -> tuple[str, str]:
        """Where to send the browser, for pages in that language, and what its cookie has to keep."""
        async with self._client() as client:
            server = await self._discover(client)
        begun = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
        challenge = base64.urlsafe_b64encode(hashlib.sha256(begun["verifier"].encode()).digest()).rstrip(b"=").decode()
        query = urlencode({"response_type": "code", "client_id": CLIENT_ID, "redirect_uri": self._redirect, "scope": "openid",
                           "state": begun["state"], "nonce": begun["nonce"], "code_challenge": challenge,
                           "code_challenge_method": "S256", "prompt": "login", "ui_locales": language})
        store = self._service.store
        sealed = store.seal("portal-login", json.dumps(begun | {"until": store.clock.now() + _BEGUN_SECONDS}).encode())
        return f"{server['authorization_endpoint']}?{query}", base64.urlsafe_b64encode(sealed).decode()

    async def finish(self, query: Mapping[str, str], cookie: str) -> Person:
        """The other half, with what the server sent back and the cookie. LoginFailed."""
        begun = self._begun(cookie)
        if not hmac.compare_digest(query.get("state", "").encode(), begun["state"].encode()) or query.get("iss") != self.issuer:
            raise LoginFailed("mixed-up")
        if "error" in query or "code" not in query:
            raise LoginFailed("cancelled" if query.get("error") == "access_denied" else "refused")
        async with self._client() as client:
            server = await self._discover(client)
            answer = await self._json(client.post(
                server["token_endpoint"], auth=aiohttp.BasicAuth(CLIENT_ID, self._secret),
                data={"grant_type": "authorization_code", "code": query["code"], "redirect_uri": self._redirect,
                      "code_verifier": begun["verifier"]}))
            keys = await self._json(client.get(server["jwks_uri"]))
        return self._person(str(answer.get("id_token", "")), keys, begun["nonce"])

    def _begun(self, cookie: str) -> dict[str, Any]:
        store = self._service.store
        try:
            begun: dict[str, Any] = json.loads(store.unseal("portal-login", base64.urlsafe_b64decode(cookie)))
        except Exception:  # whatever is wrong with it, it is not one that was given out here
            raise LoginFailed("mixed-up") from None
        if store.clock.now() > begun["until"]:
            raise LoginFailed("mixed-up")
        return begun

    def _person(self, token: str, keys: dict[str, Any], nonce: str) -> Person:
        try:
            header = jwt.get_unverified_header(token)
            (key,) = [one for one in jwt.PyJWKSet.from_dict(keys).keys if one.key_id == header.get("kid")]
            claims = jwt.decode(token, key.key, algorithms=ALGORITHMS, audience=CLIENT_ID, issuer=self.issuer, leeway=30,
                                options={"require": ["iss", "sub", "aud", "exp", "iat", "nonce"]})
        except (jwt.PyJWTError, ValueError):
            raise LoginFailed("refused") from None
        if not hmac.compare_digest(str(claims["nonce"]).encode(), nonce.encode()) or claims.get("azp", CLIENT_ID) != CLIENT_ID:
            raise LoginFailed("refused")
        if self._service.registry.user(claims["sub"]) is None:
            raise LoginFailed("refused")
        assurance = claims.get("assurance")
        return Person(claims["sub"], assurance if assurance in ASSURANCES else "unknown")

    def _client(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(timeout=_TIMEOUT, connector=aiohttp.TCPConnector(ssl=self._trust))

    async def _discover(self, client: aiohttp.ClientSession) -> dict[str, Any]:
        """The server's metadata. Everything of it stays on the issuer's own origin."""
        server = await self._json(client.get(self.issuer + "/.well-known/openid-configuration"))
        if server.get("issuer") != self.issuer or any(_origin(str(server.get(name))) != _origin(self.issuer) for name in _ENDPOINTS):
            raise LoginFailed("refused")
        return server

    @staticmethod
    async def _json(asked: Any) -> dict[str, Any]:
        try:
            async with asked as answer:
                if answer.status != 200:
                    raise LoginFailed("refused")
                value = await answer.json()
        except (aiohttp.ClientError, TimeoutError, OSError):
            raise LoginFailed("unreachable") from None
        except ValueError:
            raise LoginFailed("refused") from None
        if not isinstance(value, dict):
            raise LoginFailed("refused")
        return value


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc
