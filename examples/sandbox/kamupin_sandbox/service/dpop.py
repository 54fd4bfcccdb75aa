# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Proofs of the operation's key (DPoP, RFC 9449, ES256) and the nonces that the service gives out for them. Touches the
# store's proof table, so that no proof is taken twice.
"""DPoP on the server's side."""
from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from .contract import Refused, parse_json
from .problems import Problem
from .store import Store

_B64 = re.compile(r"[A-Za-z0-9_-]*")
_JTI = re.compile(r"[\x21-\x7e]{8,64}")


def b64(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: object) -> bytes:
    """base64url without padding, in its one right spelling; ValueError for anything else."""
    if not isinstance(text, str) or not _B64.fullmatch(text) or len(text) % 4 == 1:
        raise ValueError("not base64url")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if b64(data) != text:
        raise ValueError("not the one spelling")
    return data


def invalid(detail: str) -> Problem:
    """dpop-invalid with the challenge that RFC 9449 asks for."""
    return Problem("dpop-invalid", detail, headers={"WWW-Authenticate": 'DPoP error="invalid_dpop_proof", algs="ES256"'})


class Nonces:
    """Nonces without memory: their time, something random, and a MAC over both."""

    def __init__(self, key: bytes, seconds: float) -> None:
        self._key = key
        self.seconds = seconds

    def _mac(self, head: bytes) -> bytes:
        return hmac.new(self._key, head, hashlib.sha256).digest()[:16]

    def make(self, now: float) -> str:
        """A fresh one."""
        head = int(now * 1000).to_bytes(8, "big") + secrets.token_bytes(8)
        return b64(head + self._mac(head))

    def made_at(self, nonce: object, now: float) -> float:
        """When a nonce was made; the problem dpop-nonce when it is none of ours or too old."""
        stale = Problem("dpop-nonce", "the proof needs the nonce of this answer",
                        headers={"WWW-Authenticate": 'DPoP error="use_dpop_nonce", algs="ES256"'})
        try:
            raw = unb64(nonce)
        except ValueError:
            raise stale from None
        made = int.from_bytes(raw[:8], "big") / 1000
        if len(raw) != 32 or not hmac.compare_digest(raw[16:], self._mac(raw[:16])) or not now - self.seconds < made <= now:
            raise stale
        return made


@dataclass(frozen=True)
class Proof:
    """A proof whose signature holds."""

    thumbprint: str
    claims: dict[str, Any]
    key: ec.EllipticCurvePublicKey


def _public_key(jwk: Any) -> tuple[ec.EllipticCurvePublicKey, str]:
    """The key of the header and its thumbprint (RFC 7638)."""
    if not isinstance(jwk, dict) or jwk.get("kty") != "EC" or jwk.get("crv") != "P-256" or "d" in jwk:
        raise invalid("jwk is not a public P-256 key")
    x, y = unb64(jwk.get("x")), unb64(jwk.get("y"))
    if len(x) != 32 or len(y) != 32:
        raise invalid("jwk is not a public P-256 key")
    numbers = ec.EllipticCurvePublicNumbers(int.from_bytes(x, "big"), int.from_bytes(y, "big"), ec.SECP256R1())
    canonical = f'{{"crv":"P-256","kty":"EC","x":"{jwk["x"]}","y":"{jwk["y"]}"}}'
    return numbers.public_key(), b64(hashlib.sha256(canonical.encode()).digest())


def read(text: str) -> Proof:
    """Reads a proof and checks its signature; its claims are still to be compared."""
    try:
        head, body, signature = text.split(".")
        header, claims, raw = parse_json(unb64(head)), parse_json(unb64(body)), unb64(signature)
        if not isinstance(header, dict) or not isinstance(claims, dict):
            raise invalid("not a JWT")
        if header.get("typ") != "dpop+jwt" or header.get("alg") != "ES256" or len(raw) != 64 or "crit" in header:
            raise invalid("typ, alg or signature is not what the profile asks for")
        key, thumbprint = _public_key(header.get("jwk"))
        numbers = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        key.verify(numbers, f"{head}.{body}".encode(), ec.ECDSA(hashes.SHA256()))
        return Proof(thumbprint, claims, key)
    except (ValueError, Refused):
        raise invalid("not a JWT with a public P-256 key") from None
    except InvalidSignature:
        raise invalid("the signature does not hold") from None


def accept(store: Store, nonces: Nonces, headers: list[str], method: str, url: str, token: str | None,
           now: float) -> Proof:
    """Checks the request's one proof, uses it up, and returns it."""
    if len(headers) != 1 or len(headers[0]) > 4096:
        raise invalid("one DPoP header is needed")
    proof = read(headers[0])
    claims, jti = proof.claims, proof.claims.get("jti")
    if claims.get("htm") != method or claims.get("htu") != url:
        raise invalid("htm or htu is of another request")
    if not isinstance(jti, str) or not _JTI.fullmatch(jti):
        raise invalid("jti is missing or of another form")
    if isinstance(claims.get("iat"), bool) or not isinstance(claims.get("iat"), (int, float)):
        raise invalid("iat is missing")
    if token is not None and claims.get("ath") != b64(hashlib.sha256(token.encode()).digest()):
        raise invalid("ath is not of this token")
    made = nonces.made_at(claims.get("nonce"), now)
    if not store.do("INSERT OR IGNORE INTO proof VALUES (?, ?, ?)", proof.thumbprint, jti, made + nonces.seconds):
        raise invalid("the proof was used before")
    return proof
