# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# A card's PUK, sealed to the operation's key: for cards that know no other way. Released once an operation, marked as
# disclosed, and each use counts as spent for good. The sealing is Python's cryptography module at work (RFC 7516, RFC 7518).
"""Sealed PUKs."""
from __future__ import annotations

import json
import secrets
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash

from . import authority, dpop
from .clock import left
from .problems import Problem
from .state import PUK_USES, Request, Service


def uses_left(service: Service, card_id: str) -> int:
    """How often this card's PUK may still be used, by what the service knows."""
    row = service.store.one("SELECT uses_left FROM puk_ledger WHERE card_id = ?", card_id)
    return PUK_USES if row is None else int(row["uses_left"])


def disclosed(service: Service, card_id: str) -> bool:
    """Whether this card's PUK has ever left the service."""
    row = service.store.one("SELECT disclosed FROM puk_ledger WHERE card_id = ?", card_id)
    return row is not None and bool(row["disclosed"])


def set_uses(service: Service, card_id: str, uses: int) -> None:
    """Writes the count; what was disclosed stays disclosed."""
    service.store.do("INSERT INTO puk_ledger VALUES (?1, ?2, 0) ON CONFLICT (card_id) DO UPDATE SET uses_left = ?2", card_id,
                     max(0, min(uses, PUK_USES)))


def release(request: Request, card_id: str) -> dict[str, Any]:
    """POST /operations/{id}/authority with the form sealed-puk."""
    if authority.count(request) > 0:
        raise Problem("authority-limit", "a PUK is released once an operation")
    uses = uses_left(request.service, card_id)
    if uses < 2:
        raise Problem("authority-exhausted")
    set_uses(request.service, card_id, uses - 1)
    request.store.do("UPDATE puk_ledger SET disclosed = 1 WHERE card_id = ?", card_id)
    authority.note(request, card_id, "sealed-puk")
    return {"form": "sealed-puk", "sealed": seal(request, card_id, request.service.registry.puk(card_id)),
            "attempts_left": uses, "seconds_left": left(request.now, request.op["deadline"])}


def seal(request: Request, card_id: str, secret: bytes) -> str:
    """A JWE in compact form to the operation's key, for this operation and this card alone."""
    assert request.key is not None
    own = ec.generate_private_key(ec.SECP256R1())
    numbers = own.public_key().public_numbers()
    operation_id = request.op["operation_id"].encode()
    header = {"alg": "ECDH-ES", "enc": "A256GCM", "apu": dpop.b64(operation_id), "apv": dpop.b64(card_id.encode()),
              "epk": {"kty": "EC", "crv": "P-256", "x": dpop.b64(numbers.x.to_bytes(32, "big")),
                      "y": dpop.b64(numbers.y.to_bytes(32, "big"))}}
    shared = own.exchange(ec.ECDH(), request.key)
    info = b"".join(len(part).to_bytes(4, "big") + part for part in (b"A256GCM", operation_id, card_id.encode()))
    key = ConcatKDFHash(hashes.SHA256(), 32, info + (256).to_bytes(4, "big")).derive(shared)
    protected, nonce = dpop.b64(json.dumps(header, separators=(",", ":")).encode()), secrets.token_bytes(12)
    text = AESGCM(key).encrypt(nonce, secret, protected.encode())
    return ".".join((protected, "", dpop.b64(nonce), dpop.b64(text[:-16]), dpop.b64(text[-16:])))
