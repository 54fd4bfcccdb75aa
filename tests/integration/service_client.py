# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The stand-in service in the hands of a test: a real kamupin-service process, its control address, and a client of the
# profile written for the tests from openapi.yaml alone (DPoP by python3-cryptography, HTTP by the standard library). It checks each
# answer against openapi.yaml. Nothing of the service's own code is used here but its personaliser.
"""A service process and a client for it."""
from __future__ import annotations

import base64
import hashlib
import http.client
import json
import os
import ssl
import subprocess
import sys
import time
import urllib.request
import uuid
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import yaml
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from jsonschema import Draft202012Validator, RefResolver

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "examples" / "sandbox"))

from kamupin_sandbox.personalise import CardFiles, make_card  # noqa: E402
from kamupin_sandbox.registry import Registry  # noqa: E402

OPENAPI: dict[str, Any] = yaml.safe_load((ROOT / "docs" / "protocol" / "openapi.yaml").read_text(encoding="utf-8"))
RESOLVER = RefResolver("", OPENAPI)
CALLS = {item["operationId"]: (method.upper(), path, item)
         for path, methods in OPENAPI["paths"].items() for method, item in methods.items() if method != "parameters"}


BREACH = " ERROR kamupin-service "  # an answer that is not what openapi.yaml says, or a call that failed: in no service's log


def b64(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass
class Reply:
    """An answer as it came."""

    status: int
    headers: http.client.HTTPMessage
    raw: bytes

    @property
    def json(self) -> dict[str, Any]:
        """The body."""
        value = json.loads(self.raw)
        assert isinstance(value, dict)
        return value

    @property
    def problem(self) -> str:
        """The problem's name; a message for answers that are none."""
        if self.status == 200:
            return f"none, the call succeeded: {self.raw!r}"
        return str(self.json["type"]).removeprefix("urn:kamupin:problem:")


class Service:
    """A service process with a data folder and cards."""

    def __init__(self, data: Path, cards: tuple[str, ...] = ("akis2", "akis1", "akis2:other-user", "akis2:product=mali-muhur")) -> None:
        self.data = data
        with Registry(data / "registry.db") as registry:
            self.cards: list[CardFiles] = [make_card(registry, spec, data / f"card{n}") for n, spec in enumerate(cards)]
            self.keys = {card.card_id: registry.card_key(card.card_id) for card in self.cards if card.card_id}
            self.puks = [bytes(row[0]) for row in registry._db.execute("SELECT puk FROM card")]
        self.ports = (0, 0)
        self.start()

    def start(self, *options: str) -> None:
        """Starts the process; on the ports it had before."""
        ready = self.data / "ready.json"
        ready.unlink(missing_ok=True)
        program = ROOT / "examples" / "sandbox" / "bin" / "kamupin-service"
        self.process = subprocess.Popen([str(program), "--data", str(self.data), "--port", str(self.ports[0]), "--control-port",
                                         str(self.ports[1]), "--ready-file", str(ready), "--log", str(self.data / "log"),
                                         "--validate", *options])
        deadline = time.monotonic() + 15
        while not ready.exists():
            assert self.process.poll() is None and time.monotonic() < deadline, "the service did not become ready"
            time.sleep(0.01)
        said = json.loads(ready.read_text())
        self.base, self.ca_file, self.address, self.token = said["service"], said["ca_file"], said["control"], said["token"]
        self.ports = (said["port"], said["control_port"])

    def kill(self) -> None:
        """SIGKILL."""
        self.process.kill()
        self.process.wait()

    def end(self) -> int:
        """SIGTERM; the exit code."""
        self.process.terminate()
        return self.process.wait(timeout=10)

    def __enter__(self) -> "Service":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self.process.poll() is None:
            self.end()
        log = (self.data / "log").read_text(encoding="utf-8")
        assert BREACH not in log, log[-4000:]

    def control(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """A request to the control address."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data=data, method=method)
        request.add_header("Authorization", f"Bearer {self.token}")
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as answer:
            return json.loads(answer.read())

    def code(self, **wish: Any) -> str:
        """A fresh code."""
        return str(self.control("POST", "/codes", wish)["code"])

    def advance(self, seconds: float) -> None:
        """Moves the service's clock."""
        self.control("POST", "/clock", {"advance": seconds})

    def sms(self) -> list[str]:
        """The SMS codes sent so far, oldest first."""
        return [one["code"] for one in self.control("GET", "/sms")["sms"]]

    def attempts(self, card_id: str) -> int:
        """The ledger's count for a card."""
        return next(int(one["attempts_left"]) for one in self.control("GET", "/ledger")["ledger"] if one["card_id"] == card_id)

    def operation(self, operation_id: str) -> dict[str, Any]:
        """An operation as the control address shows it."""
        found = self.control("GET", "/operations")["operations"]
        return next(one for one in found if one["operation_id"] == operation_id)


def check(name: str, reply: Reply) -> Reply:
    """An answer of the profile is what openapi.yaml says, or the test fails."""
    call = CALLS[name][2]
    assert reply.headers["DPoP-Nonce"], "every answer brings a nonce"
    if reply.status == 200:
        answer = call["responses"]["200"]
        answer = RESOLVER.resolve(answer["$ref"])[1] if "$ref" in answer else answer
        assert reply.headers["Content-Type"] == "application/json"
        Draft202012Validator(answer["content"]["application/json"]["schema"], resolver=RESOLVER).validate(reply.json)
        return reply
    assert reply.headers["Content-Type"] == "application/problem+json"
    Draft202012Validator(OPENAPI["components"]["schemas"]["Problem"], resolver=RESOLVER).validate(reply.json)
    kind = OPENAPI["components"]["x-kamupin-problems"][reply.problem]
    assert reply.problem in call["x-kamupin-problems"] + OPENAPI["x-kamupin-problems-everywhere"]
    assert reply.status == kind["status"] == reply.json["status"]
    assert set(kind.get("with", [])) <= set(reply.json)
    assert (reply.status not in (429, 503)) or int(reply.headers["Retry-After"]) >= 0
    return reply


class Client:
    """A client with a key of its own. What a step needs and is not given is taken from the steps before."""

    def __init__(self, service: Service, source: str = "127.0.0.1") -> None:
        self.service = service
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.nonce = "none"
        self.operation_id = self.operation_token = self.ticket = self.access_token = ""
        self.card: CardFiles = service.cards[0]
        parts = urlsplit(service.base)
        context = ssl.create_default_context(cafile=service.ca_file)
        assert parts.hostname and parts.port
        self.connection = http.client.HTTPSConnection(parts.hostname, parts.port, timeout=10, context=context,
                                                      source_address=(source, 0))
        self.prefix = parts.path

    def proof(self, method: str, path: str, token: str | None = None, **changes: Any) -> str:
        """A DPoP proof. changes: claims to set (None: left out), or header=…, key=…."""
        key = changes.pop("key", self.key)
        numbers = key.public_key().public_numbers()
        jwk = {"kty": "EC", "crv": "P-256", "x": b64(numbers.x.to_bytes(32, "big")), "y": b64(numbers.y.to_bytes(32, "big"))}
        header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk} | changes.pop("header", {})
        claims: dict[str, Any] = {"htm": method, "htu": self.service.base + path, "jti": uuid.uuid4().hex, "iat": 1, "nonce": self.nonce}
        if token:
            claims["ath"] = b64(hashlib.sha256(token.encode()).digest())
        claims = {name: value for name, value in (claims | changes).items() if value is not None}
        signed = b64(json.dumps(header).encode()) + "." + b64(json.dumps(claims).encode())
        r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        return signed + "." + b64(r.to_bytes(32, "big") + s.to_bytes(32, "big"))

    def send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Reply:
        """One request as it is, over the one connection."""
        self.connection.request(method, self.prefix + path, body=body, headers=headers)
        response = self.connection.getresponse()
        reply = Reply(response.status, response.headers, response.read())
        self.nonce = reply.headers.get("DPoP-Nonce", self.nonce)
        return reply

    def call(self, name: str, body: dict[str, Any] | bytes | None = None, key: str | None = None, token: str | None = None,
             claims: dict[str, Any] | None = None, headers: dict[str, str | None] | None = None, named: str | None = None,
             query: str = "") -> Reply:
        """A call of the profile, checked. key: Idempotency-Key; claims: see proof(); headers: to set, or None to leave out; named: what
        the address names, else the operation; query: with its question mark."""
        method, path, item = CALLS[name]
        path = path.replace("{id}", self.operation_id if named is None else named)
        schemes = {scheme for option in item["security"] for scheme in option}
        sent: dict[str, str | None] = {"KamuPIN-Client": "libkamupin/0.1.0"}
        if method == "POST":
            sent |= {"Idempotency-Key": key or str(uuid.uuid4()), "Content-Type": "application/json"}
        token = self.operation_token if token is None and "token" in schemes else token
        token = self.access_token if token is None and "session" in schemes else token
        if schemes & {"token", "session"}:
            sent["Authorization"] = f"DPoP {token}"
        if "ticket" in schemes:
            sent["Authorization"] = f"KamuPIN-Ticket {self.ticket}"
        raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        for _ in range(2):
            if "dpop" in schemes:
                sent["DPoP"] = self.proof(method, path, token, **dict(claims or {}))
            final = {header: value for header, value in (sent | (headers or {})).items() if value is not None}
            reply = check(name, self.send(method, path + query, raw, final))
            if reply.status != 401 or reply.problem != "dpop-nonce" or "nonce" in (claims or {}):
                break
        return reply

    # ---- the steps of one unblock ----

    def named(self, *cards: CardFiles) -> list[dict[str, Any]]:
        """Cards as the profile names them."""
        return [{"card_id": card.card_id, "row": card.row} for card in cards or (self.card,)]

    def redeem(self, code: str, *cards: CardFiles, key: str | None = None) -> Reply:
        """POST /codes/redeem."""
        reply = self.call("redeem", {"code": code, "cards": self.named(*cards)}, key=key)
        if reply.status == 200:
            self.operation_id, self.operation_token = reply.json["operation_id"], reply.json["operation_token"]
        return reply

    def factor(self, card: CardFiles | None = None, key: str | None = None, type: str = "sms") -> Reply:
        """POST factor."""
        return self.call("factor", {"card_id": (card or self.card).card_id, "type": type}, key=key)

    def verify(self, code: str | None = None, key: str | None = None) -> Reply:
        """POST factor/verify, with the code sent last unless told otherwise."""
        reply = self.call("verify", {"code": code or self.service.sms()[-1]}, key=key)
        if reply.status == 200:
            self.ticket = reply.json["report_ticket"]
        return reply

    def authority(self, challenge: bytes | None = None, key: str | None = None, **more: Any) -> Reply:
        """POST authority, for a fresh challenge unless told otherwise."""
        body = {"card_id": self.card.card_id, "form": "cryptogram", "challenge": b64(challenge or os.urandom(8))}
        return self.call("authority", body | more, key=key)

    def report(self, outcome: str = "done", external: str = "accepted", key: str | None = None, **more: Any) -> Reply:
        """POST /reports."""
        body = {"operation_id": self.operation_id, "card_id": self.card.card_id, "outcome": outcome,
                "evidence": {"external_authenticate": external, "status_word": "9000"}}
        return self.call("report", body | more, key=key)

    def ready(self, **wish: Any) -> "Client":
        """Everything up to and with the SMS code."""
        assert self.redeem(self.service.code(**wish)).status == 200
        assert self.factor().status == 200
        assert self.verify().status == 200
        return self
