# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# ID tokens that the portal must not believe, and one that it must: made by hand with python3-cryptography, judged by the portal's own
# check (PyJWT). No network.
"""What the portal takes for an ID token."""
from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from pathlib import Path
from typing import Any

import pytest

from idp_client import Key, b64
from service_client import ROOT  # noqa: F401  (brings the sandbox' packages onto the path)

from kamupin_sandbox.portal.relying_party import LoginFailed, RelyingParty  # noqa: E402
from kamupin_sandbox.registry import Registry  # noqa: E402
from kamupin_sandbox.service.contract import Contract  # noqa: E402
from kamupin_sandbox.service.dpop import Nonces  # noqa: E402
from kamupin_sandbox.service.state import Service  # noqa: E402
from kamupin_sandbox.service.store import Store  # noqa: E402

ISSUER = "https://localhost:1"


class Signer(Key):
    """The authorization server's key, or somebody else's."""

    def sign(self, header: dict[str, Any], claims: dict[str, Any]) -> str:
        """A JWS with this key; with alg none or HS256 what a forger would make of it."""
        parts = ".".join(b64(json.dumps(part).encode()) for part in (header, claims))
        if header["alg"] == "none":
            return parts + "."
        if header["alg"] == "HS256":
            return parts + "." + b64(hmac.new(json.dumps(self.jwk).encode(), parts.encode(), hashlib.sha256).digest())
        return parts + "." + self.signature(parts)


@pytest.fixture
def party(tmp_path: Path) -> RelyingParty:
    registry = Registry(tmp_path / "registry.db")
    service = Service(registry, Store(tmp_path / "service.db", registry), Contract(), Nonces(b"x" * 32, 60.0))
    known = RelyingParty.__new__(RelyingParty)  # without a server: only the check is asked
    known._service, known.issuer = service, ISSUER
    return known


def claims(**changes: Any) -> dict[str, Any]:
    """Claims as they should be, with changes; None leaves one out."""
    now = int(time.time())
    right = {"iss": ISSUER, "sub": "deneme", "aud": "portal", "iat": now, "exp": now + 300, "nonce": "n", "assurance": "bank"}
    return {name: value for name, value in (right | changes).items() if value is not None}


HEADER = {"alg": "ES256", "kid": "1", "typ": "JWT"}
SERVER = Signer()
KEYS = {"keys": [SERVER.jwk | {"kid": "1", "alg": "ES256", "use": "sig"}]}


def test_a_good_one(party: RelyingParty) -> None:
    assert vars(party._person(SERVER.sign(HEADER, claims()), KEYS, "n")) == {"user_id": "deneme", "assurance": "bank"}
    assert party._person(SERVER.sign(HEADER, claims(assurance="a-new-way")), KEYS, "n").assurance == "unknown"
    assert party._person(SERVER.sign(HEADER, claims(aud=["portal"], azp="portal")), KEYS, "n").user_id == "deneme"


@pytest.mark.parametrize("changes", [
    {"iss": "https://localhost:2"}, {"iss": None}, {"aud": "kamupin"}, {"aud": None}, {"aud": ["portal", "kamupin"], "azp": "kamupin"},
    {"exp": 1}, {"exp": None}, {"iat": None}, {"iat": 1 << 40}, {"nonce": "other"}, {"nonce": None}, {"sub": "nobody"}, {"sub": None},
    {"sub": 7}])
def test_claims_that_are_not_right(party: RelyingParty, changes: dict[str, Any]) -> None:
    with pytest.raises(LoginFailed) as failed:
        party._person(SERVER.sign(HEADER, claims(**changes)), KEYS, "n")
    assert failed.value.why == "refused"


@pytest.mark.parametrize("header", [{"alg": "none", "kid": "1"}, {"alg": "HS256", "kid": "1"}, {"alg": "ES256", "kid": "2"},
                                    {"alg": "ES256"}])
def test_headers_that_are_not_right(party: RelyingParty, header: dict[str, Any]) -> None:
    with pytest.raises(LoginFailed):
        party._person(SERVER.sign(header, claims()), KEYS, "n")


def test_other_keys_and_no_tokens(party: RelyingParty) -> None:
    good = SERVER.sign(HEADER, claims())
    head, body, signature = good.split(".")
    forged = json.loads(base64.urlsafe_b64decode(body + "=="))
    changed = ".".join([head, b64(json.dumps(forged | {"sub": "baska"}).encode()), signature])
    for token, keys in ((Signer().sign(HEADER, claims()), KEYS), (changed, KEYS), (f"{head}.{body}.", KEYS), ("", KEYS), ("x.y.z", KEYS),
                        (good, {"keys": []}), (good, {}), (good, {"keys": "none"})):
        with pytest.raises(LoginFailed):
            party._person(token, keys, "n")
