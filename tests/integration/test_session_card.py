# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The login with the card: the assertion that it signs is judged by npm jose in the authorization server, and, as it went over
# the wire to a server of the test, by Python's cryptography. pcscd and vpcd carry the commands; the card that signs is ours.
"""The login with the card."""
from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from box import Box
from cli import pin_commands
from fake_idp import FakeIdp
from session_driver import Session
from tls_servers import Authority

PIN = "123456"
KEYS = {"rsa": "RS256", "p256": "ES256", "p384": "ES384"}


@pytest.fixture(scope="module", params=list(KEYS))
def card_box(request: pytest.FixtureRequest) -> Iterator[tuple[str, Box]]:
    """A card with one key of each kind, at a sandbox with login."""
    with Box([f"akis2:{request.param}"], ["--login"]) as box:
        yield request.param, box


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("pki"), "root")


def test_a_card_logs_its_owner_in(card_box: tuple[str, Box]) -> None:
    """Without a browser; renewed and ended as any session."""
    _, box = card_box
    with Session(box.env, redirect="-") as session:
        session.ask("login-card", PIN)
        name, _, assurance, _ = session.ask("info").split("\t")
        assert (name, assurance) == ("DENEME KULLANICI", "3")  # by e-signature
        session.ask("renew")
        session.ask("end")
        session.refused("login-required", "info")


def test_a_wrong_pin_is_the_cards_word_and_nothing_is_sent(card_box: tuple[str, Box]) -> None:
    """One try is spent; the server hears nothing of it."""
    _, box = card_box
    with Session(box.env, redirect="-") as session:
        session.refused("pin-wrong", "login-card", "654321")
        session.refused("login-required", "info")
        session.ask("login-card", PIN)


def part(text: str) -> dict[str, Any]:
    value = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    assert isinstance(value, dict)
    return value


def verify(jws: str, algorithm: str) -> tuple[x509.Certificate, dict[str, Any]]:
    """Judges a JWS by its own x5c with Python's cryptography; the certificate and the claims."""
    head, payload, signature = jws.split(".")
    header, raw = part(head), base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
    assert (header["alg"], header["typ"]) == (algorithm, "JWT")
    certificate = x509.load_der_x509_certificate(base64.b64decode(header["x5c"][0], validate=True))
    key, data = certificate.public_key(), f"{head}.{payload}".encode()
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(raw, data, padding.PKCS1v15(), hashes.SHA256())
    else:
        assert isinstance(key, ec.EllipticCurvePublicKey)
        half = len(raw) // 2
        assert half == (32 if algorithm == "ES256" else 48)
        der = encode_dss_signature(int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big"))
        key.verify(der, data, ec.ECDSA(hashes.SHA256() if algorithm == "ES256" else hashes.SHA384()))
    return certificate, part(payload)


def test_the_assertion_verifies_with_another_library(card_box: tuple[str, Box], pki: Authority) -> None:
    """Audience, names and times as agreed; the time is the server's, which stands in another year here."""
    key, box = card_box
    with FakeIdp(pki, date="Wed, 21 Oct 2015 07:28:00 GMT") as idp:
        with Session(box.env, redirect="-", service=idp.service, ca_file=str(pki.file)) as session:
            session.ask("login-card", PIN)
            form = {name: values[0] for name, values in parse_qs(idp.forms[-1]).items()}
    assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer" and form["scope"] == "kamupin"
    certificate, claims = verify(form["assertion"], KEYS[key])
    mark = base64.urlsafe_b64encode(certificate.fingerprint(hashes.SHA256())).rstrip(b"=").decode()
    assert claims["iss"] == claims["sub"] == mark and claims["aud"] == f"{idp.issuer}/token"
    assert 1445412480 <= claims["iat"] < 1445412480 + 60 and claims["exp"] == claims["iat"] + 60 and len(claims["jti"]) == 36
    assert PIN not in idp.forms[-1] and hashlib.sha256(PIN.encode()).hexdigest() not in idp.forms[-1]


def test_a_card_that_the_server_does_not_take_says_so(sandbox: Any) -> None:
    """An organisation's card logs nobody in."""
    box = sandbox(["akis2:mali-muhur"], ["--login"])
    with Session(box.env, redirect="-") as session:
        session.refused("login-card-refused", "login-card", PIN)


def test_a_card_that_was_suspended_logs_in_again_when_it_is_good(sandbox: Any) -> None:
    """Its holder proves who they are all the same; the server knows what has become of the certificate."""
    box = sandbox(["akis2:p256"], ["--login"])
    named = {"sha256": hashlib.sha256(bytes.fromhex(box.cards[0].state()["file 3D00/2F10"])).hexdigest()}
    with Session(box.env, redirect="-") as session:
        box.control.post("/certificates", named | {"state": "suspended"})
        session.refused("login-card-refused", "login-card", PIN)
        box.control.post("/certificates", named | {"state": "good"})
        session.ask("login-card", PIN)


def test_a_certificate_that_is_over_is_said_before_the_pin_is_used(sandbox: Any) -> None:
    """No PIN command reaches the card."""
    box = sandbox(["akis2:p256:expired"], ["--login"])
    with Session(box.env, redirect="-") as session:
        session.refused("certificate-not-valid", "login-card", PIN)
    assert pin_commands(box.cards[0].commands()) == [one for one in pin_commands(box.cards[0].commands()) if len(one) <= 10]
    assert Path(box.cards[0].path("log")).exists()


def test_a_server_without_the_grant_does_not_offer_it(card_box: tuple[str, Box], pki: Authority) -> None:
    """Said before the card is asked for anything."""
    _, box = card_box
    with FakeIdp(pki, metadata={"grant_types_supported": ["authorization_code"]}) as idp:
        with Session(box.env, redirect="-", service=idp.service, ca_file=str(pki.file)) as session:
            box.cards[0].mark("not offered")
            session.refused("login-not-offered", "login-card", PIN)
            assert pin_commands(box.cards[0].commands("not offered")) == []
