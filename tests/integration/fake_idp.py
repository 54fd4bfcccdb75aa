# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# An authorization server that lies, and the metadata of a service that names it: HTTPS on loopback, whose every answer
# a test may replace. Keeps the forms that it was sent; what the service in it was asked is judged by openapi.yaml in the end. For what
# npm oidc-provider would never do.
"""A lying authorization server."""
from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from by_document import sent_holds
from hostile import Spoiled
from tls_servers import Authority, RawServer, read_request

DROP, RESET = "drop", "reset"  # instead of an answer: the connection is closed, or reset


class FakeIdp(RawServer):
    """metadata: members of the server's metadata that are other, None: left out; token: what the token endpoint answers
    (dict: 200; tuple: status, body, content type; DROP; RESET; a list: one after another, the last one for ever); login: members of the
    service's `login` that are other; raw: path → answer (also such a list; or Spoiled, hostile.py); date: the Date of every answer."""

    def __init__(self, pki: Authority, metadata: Mapping[str, Any] | None = None, token: Any = None,
                 login: Mapping[str, Any] | None = None, raw: Mapping[str, Any] | None = None, date: str | None = None) -> None:
        leaf = pki.leaf("fake-idp")
        super().__init__(self._serve, leaf)
        self._beside = RawServer(self._serve, leaf)  # one connection at a time each
        self.issuer = f"https://localhost:{self.port}"
        self.service = f"https://localhost:{self._beside.port}/v1"
        self.forms: list[str] = []
        self.spoiled: list[Spoiled] = []
        self._ended = threading.Event()
        self.paths: list[str] = []
        self.asked: list[bytes] = []  # of the service
        self.keys: dict[str, list[str]] = {}  # idempotency keys by path
        self._token = token if isinstance(token, list) else [token if token is not None else self.tokens()]
        self._raw, self._date = dict(raw or {}), date
        said: dict[str, Any] = {
            "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/auth", "token_endpoint": f"{self.issuer}/token",
            "revocation_endpoint": f"{self.issuer}/revoke", "authorization_response_iss_parameter_supported": True,
            "code_challenge_methods_supported": ["S256"], "dpop_signing_alg_values_supported": ["ES256"],
            "grant_types_supported": ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:jwt-bearer"]}
        said |= dict(metadata or {})
        self.metadata = {name: value for name, value in said.items() if value is not None}
        self.login = {"methods": ["browser", "card"], "issuer": self.issuer, "client_id": "kamupin", "scopes": ["kamupin"]} | dict(login or {})

    def __enter__(self) -> FakeIdp:
        super().__enter__()
        self._beside.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._beside.__exit__()
        super().__exit__()
        for request in self.asked:
            sent_holds(request)

    @staticmethod
    def tokens(**change: Any) -> dict[str, Any]:
        """A good answer of the token endpoint, with other members; None: left out."""
        said = {"access_token": "a" * 43, "token_type": "DPoP", "expires_in": 300, "refresh_token": "r" * 43} | change
        return {name: value for name, value in said.items() if value is not None}

    def callback(self, url: str, **change: str | None) -> str:
        """The callback of a login that was begun with that address."""
        asked = {name: value[0] for name, value in parse_qs(urlsplit(url).query).items()}
        said = {"code": "c" * 43, "state": asked["state"], "iss": self.issuer} | change
        return asked["redirect_uri"] + "?" + "&".join(f"{name}={value}" for name, value in said.items() if value is not None)

    def _service_metadata(self) -> dict[str, Any]:
        return {"profile": "kamupin-service-1", "issuer": self.service, "name": {"tr": "a", "en": "a"}, "minimum_client_version": "0.1.0",
                "products": ["nes"], "second_factors": ["sms"], "pin_policy": {"min_length": 6, "max_length": 12},
                "authorities": ["cryptogram"], "vouched_rows": [], "login": self.login}

    def _answer(self, path: str, body: str) -> Any:
        if path in self._raw:
            answer = self._raw[path]
            return answer if not isinstance(answer, list) else answer.pop(0) if len(answer) > 1 else answer[0]
        if path == "/v1/metadata":
            return self._service_metadata()
        if path == "/.well-known/oauth-authorization-server":
            return self.metadata
        if path == "/token":
            self.forms.append(body)
            return self._token.pop(0) if len(self._token) > 1 else self._token[0]
        return {} if path == "/revoke" else (404, "{}", "application/json")

    def _serve(self, connection: socket.socket) -> None:
        request = read_request(connection)
        while request:
            head, _, body = request.partition(b"\r\n\r\n")
            path = head.split(b" ")[1].decode()
            self.paths.append(path)
            self.asked += [request] if path.startswith("/v1/") else []
            self.keys.setdefault(path, []).extend(line[17:] for line in head.decode().split("\r\n") if line.startswith("Idempotency-Key: "))
            answer = self._answer(path, body.decode())
            if answer == DROP:
                return
            if isinstance(answer, Spoiled):
                self.spoiled.append(answer)
                answer.send(connection, self._ended)
                if answer.close:
                    return
                request = read_request(connection)
                continue
            if answer == RESET:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return
            connection.sendall(self._bytes(answer))
            request = read_request(connection)

    def _bytes(self, answer: Any) -> bytes:
        if isinstance(answer, bytes):
            return answer
        status, text, kind, *more = answer if isinstance(answer, tuple) else (200, json.dumps(answer), "application/json")
        lines = [f"HTTP/1.1 {status} X", f"Content-Type: {kind}", f"Content-Length: {len(text.encode())}", *more]
        lines += [f"Date: {self._date}"] if self._date else []
        return ("\r\n".join(lines) + "\r\n\r\n" + text).encode()
