# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Login with a card at the authorization server: assertions (RFC 7523) made by hand with python3-cryptography, checked there by npm jose and
# Node. Right ones of each kind of key, and everything that may be wrong with one.
"""Card login at the authorization server."""
from __future__ import annotations

import base64
import datetime
import hashlib
import json
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding

from box import Box, until
from idp_client import Client, Reply, ask, b64
from kamupin_sandbox.ca import CardIssuer, Key, make_card_key

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ALGORITHM = {"rsa": "RS256", "p256": "ES256", "p384": "ES384"}


def signature(key: Key, text: bytes) -> bytes:
    """A JWS signature by that key."""
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(text, padding.PKCS1v15(), hashes.SHA256())
    size = key.curve.key_size // 8
    r, s = decode_dss_signature(key.sign(text, ec.ECDSA(hashes.SHA384() if size == 48 else hashes.SHA256())))
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def assertion(key: Key, algorithm: str, chain: list[bytes], audience: str, **change: Any) -> str:
    """An assertion as the card would make it; change: claims of another value, None to leave one out."""
    mark, now = b64(hashlib.sha256(chain[0]).digest()) if chain else "", int(time.time())
    claims = {"iss": mark, "sub": mark, "aud": audience, "iat": now, "exp": now + 60, "jti": secrets.token_urlsafe(16)} | change
    header = {"alg": algorithm, "x5c": [base64.b64encode(one).decode() for one in chain]}
    parts = (header, {name: value for name, value in claims.items() if value is not None})
    text = ".".join(b64(json.dumps(part).encode()) for part in parts)
    return f"{text}.{b64(signature(key, text.encode()))}"


class Card:
    """A key with a certificate, and a client that logs in with them."""

    def __init__(self, box: Box, kind: str = "p256", issuer: CardIssuer | None = None, identity: str = "10000000146", **dates: Any) -> None:
        self.client = Client(box.env["KAMUPIN_ISSUER"], box.env["KAMUPIN_CA_FILE"], box.env["KAMUPIN_SERVICE"])
        self.key, self.algorithm = make_card_key(kind), ALGORITHM[kind]
        issuer = issuer or CardIssuer(box.folder / "service" / "card-issuer")
        self.certificate = issuer.issue("DENEME KULLANICI", identity, key=self.key, **dates)

    def make(self, algorithm: str | None = None, key: Key | None = None, chain: list[bytes] | None = None, **change: Any) -> str:
        """An assertion of this card."""
        return assertion(key or self.key, algorithm or self.algorithm, [self.certificate] if chain is None else chain,
                         self.client.metadata["token_endpoint"], **change)

    def log_in(self, text: str | None = None) -> Reply:
        """Gives an assertion for tokens."""
        return self.client.grant(grant_type=GRANT, assertion=text or self.make())


def ders(issuer: CardIssuer) -> list[bytes]:
    """The authorities above a card's certificate, next one first."""
    known = issuer.authorities()
    return [x509.load_pem_x509_certificate(one.encode()).public_bytes(Encoding.DER) for one in (*known["between"], *known["roots"])]


def refusal(reply: Reply) -> str:
    """The description of an invalid_grant."""
    assert reply.status == 400 and reply.json["error"] == "invalid_grant", reply.raw
    return str(reply.json["error_description"])


@pytest.mark.parametrize("kind", ALGORITHM)
def test_a_card_logs_its_holder_in(login_box: Box, kind: str) -> None:
    """Each kind of key; the session says e-signature; its tokens are renewed as any."""
    card = Card(login_box, kind)
    tokens = card.log_in().json
    assert tokens["token_type"] == "DPoP" and tokens["expires_in"] == 300 and tokens["scope"] == "kamupin"
    said = card.client.call("GET", "/session").json
    assert said["person"]["name"] == "DENEME KULLANICI" and said["assurance"] == "e-signature"
    assert card.client.refresh().status == 200
    assert card.client.call("GET", "/session").json["assurance"] == "e-signature"


def test_the_chain_may_come_along(login_box: Box) -> None:
    """Leaf first, what is above it behind it."""
    card = Card(login_box)
    known = ders(CardIssuer(login_box.folder / "service" / "card-issuer"))
    assert card.log_in(card.make(chain=[card.certificate, *known])).status == 200


def test_an_assertion_works_once(login_box: Box) -> None:
    """Its jti is remembered while it is good."""
    card = Card(login_box)
    text = card.make()
    assert card.log_in(text).status == 200
    assert refusal(card.log_in(text)) == "assertion: was used before"


MISTAKES: dict[str, dict[str, Any]] = {
    "another audience": {"aud": "https://localhost:1/token"}, "its time is over": {"iat": 1_600_000_000, "exp": 1_600_000_060},
    "too long": {"exp": 4_102_444_800},  # 2100: what is written here stands as long as the whole suite takes
    "no jti": {"jti": None}, "no exp": {"exp": None}, "another issuer": {"iss": "kamupin"}, "another subject": {"sub": "10000000146"}}


@pytest.mark.parametrize("change", MISTAKES.values(), ids=MISTAKES.keys())
def test_an_assertion_says_what_it_has_to(login_box: Box, change: dict[str, Any]) -> None:
    """A mistake of the client, not of the card."""
    card = Card(login_box)
    assert refusal(card.log_in(card.make(**change))).startswith("assertion: ")


def test_the_signature_is_the_certificates(login_box: Box) -> None:
    """Another key, another algorithm, none; no certificate, and a header that is none."""
    card, other = Card(login_box), make_card_key("p256")
    for text in (card.make(key=other), card.make(algorithm="ES384"), card.make(algorithm="none"), card.make(chain=[]),
                 card.make(chain=[b"no certificate"]), "no JWT", card.make()[:-8]):
        assert refusal(card.log_in(text)).startswith("assertion: "), text


def renamed(box: Box, folder: Path) -> Card:
    """A right certificate in whose name another person's number was put."""
    card = Card(box)
    assert b"10000000146" in card.certificate
    card.certificate = card.certificate.replace(b"10000000146", b"11111111110")
    return card


def unsuited(**more: Any) -> Callable[[Box, Path], Card]:
    """A right certificate of the right person that is not for this."""
    def make(box: Box, folder: Path) -> Card:
        card = Card(box)
        issuer = CardIssuer(box.folder / "service" / "card-issuer")
        card.certificate = issuer.issue("DENEME KULLANICI", "10000000146", key=card.key, **more)
        return card
    return make


REFUSED: dict[str, tuple[str, Callable[[Box, Path], Card]]] = {
    "of another issuer": ("of no known issuer", lambda box, folder: Card(box, issuer=CardIssuer(folder))),
    "changed": ("of no known issuer", renamed),
    "expired": ("not in its time", lambda box, folder: Card(box, start=datetime.datetime.utcnow() - datetime.timedelta(days=30), days=29)),
    "not valid yet": ("not in its time", lambda box, folder: Card(box, start=datetime.datetime.utcnow() + datetime.timedelta(days=1))),
    "for encipherment": ("not for signing", unsuited(signs=False)),
    "of a seal": ("of a class", unsuited(kind="seal")),
    "of no class": ("of a class", unsuited(kind="plain")),
    "nobody's": ("nobody's here", lambda box, folder: Card(box, identity="4540536920"))}


@pytest.mark.parametrize("why,make", REFUSED.values(), ids=REFUSED.keys())
def test_a_certificate_that_is_not_accepted_is_told_from_other_refusals(
        login_box: Box, tmp_path: Path, why: str, make: Callable[[Box, Path], Card]) -> None:
    """The beginning of the description says so."""
    said = refusal(make(login_box, tmp_path).log_in())
    assert said.startswith("card-refused: ") and why in said


def test_a_certificate_that_was_taken_back(login_box: Box) -> None:
    """Suspended, good again, revoked: that is for good. Another card of the same person is not touched by it."""
    card, other = Card(login_box), Card(login_box)
    named = {"sha256": hashlib.sha256(card.certificate).hexdigest()}
    for state in ("suspended", "good", "revoked"):
        said = login_box.control.post("/certificates", named | {"state": state})
        assert (named | {"state": state} in said["certificates"]) == (state != "good")
        if state == "good":
            assert card.log_in().status == 200
        else:
            assert refusal(card.log_in()) == f"card-refused: the certificate is {state}"
    with pytest.raises(Exception, match="400"):
        login_box.control.post("/certificates", named | {"state": "good"})
    assert other.log_in().status == 200


def test_another_cards_certificate(login_box: Box) -> None:
    """Two cards of two people: what one signs with the other's certificate, or in the other's name, is nobody's login."""
    card, other = Card(login_box), Card(login_box, identity="11111111110")
    theirs = b64(hashlib.sha256(other.certificate).digest())
    for text in (card.make(chain=[other.certificate]), card.make(chain=[card.certificate, other.certificate], iss=theirs, sub=theirs),
                 card.make(chain=[other.certificate, card.certificate])):
        assert refusal(card.log_in(text)).startswith("assertion: does not hold")


def test_a_used_assertion_is_known_after_a_restart(sandbox: Callable[..., Box]) -> None:
    """The list lies beside the server's configuration, not in its memory."""
    box = sandbox(["akis2"], ["--login"])
    card = Card(box)
    text = card.make()
    assert card.log_in(text).status == 200
    box.kill("idp")
    box.revive()
    assert refusal(card.log_in(text)) == "assertion: was used before"
    assert card.log_in().status == 200


def test_a_used_assertion_is_forgotten_when_its_time_is_over(login_box: Box) -> None:
    """Then it is refused for its time."""
    card = Card(login_box)
    folder = login_box.folder / "service" / "idp" / "used-assertions"
    assert card.log_in().status == 200
    before, text = set(folder.iterdir()), card.make(exp=int(time.time()) - 2)  # within what a clock may be wrong
    assert card.log_in(text).status == 200
    (used,) = set(folder.iterdir()) - before
    until(lambda: time.time() > used.stat().st_mtime, what="the end of its time")
    assert card.log_in().status == 200 and not used.exists()
    assert refusal(card.log_in(text)) == "assertion: its time is over"


def test_a_self_made_issuer_in_x5c_is_not_believed(login_box: Box, tmp_path: Path) -> None:
    """A whole foreign chain, in its right order."""
    foreign = CardIssuer(tmp_path)
    card = Card(login_box, issuer=foreign)
    assert refusal(card.log_in(card.make(chain=[card.certificate, *ders(foreign)]))).startswith("card-refused: ")


def test_a_card_login_needs_a_proof(login_box: Box) -> None:
    """Without one the assertion is not used up either."""
    card = Card(login_box)
    text = card.make()
    form = urlencode({"client_id": "kamupin", "grant_type": GRANT, "assertion": text})
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    reply = ask("POST", card.client.metadata["token_endpoint"], card.client.ca_file, headers, form)
    assert refusal(reply) == "assertion: needs a DPoP proof"
    assert card.log_in(text).status == 200
