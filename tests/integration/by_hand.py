# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
"""Requests of the service profile, made by hand from docs/protocol alone.

Knows nothing of libkamupin and of no service: an address, a root certificate, and what the document says.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import os
import ssl
import time
import urllib.parse
import uuid
from pathlib import Path
from typing import Any

from by_document import Exchange, answer_holds
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature


def b64(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Hand:
    """A client with one key. `nonce`, `token`, `operation`, `ticket` are kept from the answers, and may be set.

    Every answer is judged by the document; what a test asks may break the document, and often has to.
    """

    def __init__(self, url: str, ca_file: str | Path) -> None:
        self.url = urllib.parse.urlsplit(url)
        self.tls = ssl.create_default_context(cafile=str(ca_file))
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.nonce = self.token = self.operation = self.ticket = ""

    def proof(self, method: str, path: str, token: str = "", key: ec.EllipticCurvePrivateKey | None = None, **claims: Any) -> str:
        """A DPoP proof (RFC 9449) for path below the base address; claims to set, or to leave out by None."""
        signer = self.key if key is None else key
        numbers = signer.public_key().public_numbers()
        jwk = {"kty": "EC", "crv": "P-256", "x": b64(numbers.x.to_bytes(32, "big")), "y": b64(numbers.y.to_bytes(32, "big"))}
        said: dict[str, Any] = {"jti": str(uuid.uuid4()), "htm": method, "htu": self.url.geturl() + path, "iat": int(time.time()),
                                "nonce": self.nonce}
        if token:
            said["ath"] = b64(hashlib.sha256(token.encode()).digest())
        said = {name: value for name, value in (said | claims).items() if value is not None}
        text = ".".join(b64(json.dumps(part).encode()) for part in ({"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk}, said))
        r, s = decode_dss_signature(signer.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{text}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"

    def send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Exchange:
        """One request as it is, over a connection of its own; keeps the nonce of its answer."""
        connection = http.client.HTTPSConnection(self.url.hostname or "", self.url.port, context=self.tls, timeout=20)
        try:
            connection.request(method, self.url.path + path, body, headers)
            answer = connection.getresponse()
            back = {one.lower(): value for one, value in answer.headers.items()}
            exchange = Exchange(method, path.split("?")[0], {one.lower(): value for one, value in headers.items()}, body or b"",
                                answer.status, back, answer.read())
        finally:
            connection.close()
        if exchange.is_call:
            answer_holds(exchange)
        self.nonce = back["dpop-nonce"]
        return exchange

    def metadata(self) -> Exchange:
        """The first call; brings the first nonce."""
        return self.send("GET", "/metadata", None, {"KamuPIN-Client": "hand/1.0.0"})

    def ask(self, method: str, path: str, body: Any = None, *, key: str = "", headers: dict[str, str | None] | None = None,
            **claims: Any) -> Exchange:
        """A call with a proof. key: the Idempotency-Key; headers: to set, or to leave out by None."""
        said: dict[str, str | None] = {"KamuPIN-Client": "hand/1.0.0", "DPoP": self.proof(method, path.partition("?")[0], self.token, **claims)}
        if self.token:
            said["Authorization"] = f"DPoP {self.token}"
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        if data is not None:
            said |= {"Content-Type": "application/json", "Idempotency-Key": key or str(uuid.uuid4())}
        return self.send(method, path, data, {name: value for name, value in (said | (headers or {})).items() if value is not None})

    def redeem(self, code: str, *cards: tuple[str, str], **more: Any) -> Exchange:
        """Gives the code; cards are (card_id, row)."""
        answer = self.ask("POST", "/codes/redeem", {"code": code, "cards": [{"card_id": one, "row": row} for one, row in cards]}, **more)
        if answer.status == 200:
            self.token, self.operation = answer.json["operation_token"], answer.json["operation_id"]
        return answer

    def step(self, name: str, body: Any = None, **more: Any) -> Exchange:
        """A step of the operation by POST: cards, cancel, factor, factor/resend, factor/verify, authority."""
        answer = self.ask("POST", f"/operations/{self.operation}/{name}", {} if body is None else body, **more)
        if answer.status == 200:
            self.ticket = answer.json.get("report_ticket", self.ticket)
        return answer

    def status(self, **more: Any) -> Exchange:
        """Where the operation stands."""
        return self.ask("GET", f"/operations/{self.operation}", **more)

    def challenge(self) -> str:
        """Eight bytes, as a card would give."""
        return b64(os.urandom(8))

    def authority(self, card_id: str, challenge: str = "", **more: Any) -> Exchange:
        """Asks for a cryptogram."""
        return self.step("authority", {"card_id": card_id, "form": "cryptogram", "challenge": challenge or self.challenge()}, **more)

    def report(self, card_id: str, outcome: str, external: str = "accepted", *, key: str = "") -> Exchange:
        """Says how it ended, by the ticket alone."""
        body = {"operation_id": self.operation, "card_id": card_id, "outcome": outcome, "evidence": {"external_authenticate": external}}
        headers = {"KamuPIN-Client": "hand/1.0.0", "Content-Type": "application/json", "Idempotency-Key": key or str(uuid.uuid4()),
                   "Authorization": f"KamuPIN-Ticket {self.ticket}"}
        return self.send("POST", "/reports", json.dumps(body).encode(), headers)
