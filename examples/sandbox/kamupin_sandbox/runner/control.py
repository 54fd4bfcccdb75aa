# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Client of a running sandbox: the service's control address (plain HTTP on loopback, bearer token) and the
# cards' control sockets. Touches only what KAMUPIN_SANDBOX_CONTROL and the card list name.
"""Talking to a running sandbox."""
from __future__ import annotations

import json
import socket
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .messages import SandboxError

SECONDS = 10.0


class Control:
    """The control address of one sandbox."""

    def __init__(self, address: str, token: str) -> None:
        self.address = address.rstrip("/")
        self._token = token
        # A proxy of the person's environment has no business with loopback.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    @classmethod
    def of(cls, env: Mapping[str, str]) -> "Control":
        """From the environment that `kamupin-sandbox run` sets for its command."""
        try:
            return cls(env["KAMUPIN_SANDBOX_CONTROL"], env["KAMUPIN_SANDBOX_TOKEN"])
        except KeyError:
            raise SandboxError("Bu komut bir sandbox'ın içinde çalışır: kamupin-sandbox run -- bash",
                               "This command works inside a sandbox: kamupin-sandbox run -- bash", 64) from None

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None, **query: object) -> Any:
        """One request; returns the decoded JSON."""
        words = {key: str(value) for key, value in query.items() if value is not None}
        url = self.address + path + ("?" + urllib.parse.urlencode(words) if words else "")
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data=data, method=method)
        request.add_header("Authorization", f"Bearer {self._token}")
        request.add_header("Content-Type", "application/json")
        try:
            with self._opener.open(request, timeout=SECONDS) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            said = error.read().decode(errors="replace").strip()
            raise SandboxError(f"Sandbox isteği reddetti ({error.code}): {said}",
                               f"The sandbox refused the request ({error.code}): {said}", 69) from None
        except OSError as error:
            raise SandboxError(f"Sandbox'ın denetim adresine ulaşılamıyor ({error}); sandbox hâlâ açık mı?",
                               f"The sandbox's control address cannot be reached ({error}); is the sandbox "
                               "still running?", 69) from None
        return json.loads(text) if text else None

    def get(self, path: str, **query: object) -> Any:
        """GET."""
        return self.call("GET", path, None, **query)

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """POST."""
        return self.call("POST", path, body or {})

    def cards(self) -> list[dict[str, Any]]:
        """The reader slots and their cards."""
        return self.get("/cards")["cards"]


def tell_card(control_socket: str | Path, line: str) -> str:
    """Sends one line to a card's control socket; returns what follows `ok`."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as talk:
        talk.settimeout(SECONDS)
        try:
            talk.connect(str(control_socket))
            talk.sendall(line.encode() + b"\n")
            answer = b""
            while not answer.endswith(b"\n"):
                part = talk.recv(4096)
                if not part:
                    break
                answer += part
        except OSError as error:
            raise SandboxError(f"Kart süreci yanıt vermiyor ({error}); sandbox'ı yeniden başlatın.",
                               f"The card process does not answer ({error}); start the sandbox again.", 69) from None
    word, _, rest = answer.decode(errors="replace").strip().partition(" ")
    if word != "ok":
        raise SandboxError(f"Kart reddetti: {rest or word}", f"The card refused: {rest or word}", 69)
    return rest
