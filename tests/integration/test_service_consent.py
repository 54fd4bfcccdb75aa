# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The stand-in service's e-consent, and what it takes for a signature. Every signature here is OpenSSL's (openssl cms -sign), with keys and
# certificates of the sandbox's issuer or of nobody; what the service has kept is judged by openssl cms -verify once more.
"""E-consent and signatures."""
from __future__ import annotations

import hashlib
import re
import subprocess
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from service_client import Client, Registry, Service, b64
from service_life import Held, raw_of
from service_states import CARDS, World

from kamupin_sandbox.ca import CardIssuer, make_card_key


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service(tmp_path_factory.mktemp("service"), CARDS) as service:
        yield service


@pytest.fixture
def world(running: Service) -> World:
    return World(running)


def asked(world: World, **more: Any) -> tuple[Client, dict[str, Any]]:
    """A client of somebody without a consent, and the text that they were given."""
    client = world.consented()
    told = client.call("consent-text", {}, **more)
    assert told.status == 200, told.problem
    return client, told.json


# ---- from the text to the consent ----

def test_from_the_text_to_the_consent(world: World, tmp_path: Path) -> None:
    client = world.consented()
    assert client.call("consent").json == {"state": "none"}
    told = client.call("consent-text", {}).json
    assert client.call("consent").json == {"state": "pending", "consent_id": told["consent_id"]}
    content = raw_of(told["content"])
    assert 595 <= told["seconds_left"] <= 600 and told["signature_format"] == "cades-b-b"
    assert "DENEME KULLANICI" in content.decode() and told["consent_id"] in content.decode() and "10000000146" not in content.decode()
    done = client.call("submit-consent", world.papers.signature(told["content"]), named=told["consent_id"])
    assert (done.json["state"], done.json["consent_id"]) == ("accepted", told["consent_id"]) and done.json["at"]
    assert client.call("consent").json == done.json == world.logged_in().call("consent").json
    kept = next(one for one in world.service.control("GET", "/consents")["consents"] if one["consent_id"] == told["consent_id"])
    (tmp_path / "signature").write_bytes(raw_of(kept["signature"]))
    authorities = CardIssuer(world.service.data / "card-issuer").authorities()
    (tmp_path / "ca").write_text("".join(authorities["roots"] + authorities["between"]))
    subprocess.run(["openssl", "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", "signature", "-purpose", "any", "-CAfile", "ca",
                    "-out", "content"], cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / "content").read_bytes() == content


@pytest.mark.parametrize(("wished", "language", "word"), [("tr-TR,tr;q=0.9", "tr", "onaylıyorum"), ("en-GB", "en", "confirm"), (None, "en", "confirm")])
def test_the_text_speaks_the_language_that_is_asked_for(world: World, wished: str | None, language: str, word: str) -> None:
    _, told = asked(world, headers={"Accept-Language": wished})
    assert told["language"] == language and word in raw_of(told["content"]).decode()


def test_each_text_is_another_and_takes_the_place_of_the_one_before(world: World) -> None:
    client, first = asked(world)
    second = client.call("consent-text", {}).json
    assert first["content"] != second["content"]
    assert client.call("submit-consent", world.papers.signature(first["content"]), named=first["consent_id"]).problem == "consent-expired"
    assert client.call("submit-consent", world.papers.signature(first["content"]), named=second["consent_id"]).problem == "signature-refused"
    assert client.call("submit-consent", world.papers.signature(second["content"]), named=second["consent_id"]).status == 200


def test_a_consent_is_given_once_and_by_its_person(world: World) -> None:
    client, told = asked(world)
    body = world.papers.signature(told["content"])
    assert world.logged_in("baska").call("submit-consent", body, named=told["consent_id"]).problem == "consent-expired"
    other = world.logged_in()
    assert other.call("submit-consent", body, named=told["consent_id"]).status == 200, "another session of the same person"
    assert client.call("submit-consent", body, named=told["consent_id"]).problem == "consent-given"
    assert client.call("consent-text", {}).problem == "consent-given"


def test_a_refused_consent_may_be_given_after_all(world: World) -> None:
    client = world.consented("refused")
    assert client.call("consent").json["state"] == "refused"
    told = client.call("consent-text", {}).json
    assert client.call("consent").json["state"] == "pending"
    assert client.call("submit-consent", world.papers.signature(told["content"]), named=told["consent_id"]).json["state"] == "accepted"


def test_repetitions_and_a_lost_answer(world: World) -> None:
    client = world.consented()
    key = str(uuid.uuid4())
    world.service.control("POST", "/faults", {"call": "consent-text", "action": "drop-after"})
    with pytest.raises(OSError):
        client.call("consent-text", {}, key=key)
    client.connection.close()
    told = client.call("consent-text", {}, key=key)
    assert told.headers["Idempotency-Replayed"] == "true"
    body, key = world.papers.signature(told.json["content"]), str(uuid.uuid4())
    world.service.control("POST", "/faults", {"call": "submit-consent", "action": "drop-after"})
    with pytest.raises(OSError):
        client.call("submit-consent", body, named=told.json["consent_id"], key=key)
    client.connection.close()
    assert client.call("consent").json["state"] == "accepted"
    again = client.call("submit-consent", body, named=told.json["consent_id"], key=key)
    assert again.status == 200 and again.headers["Idempotency-Replayed"] == "true"
    assert client.call("submit-consent", world.papers.signature(told.json["content"]), named=told.json["consent_id"], key=key
                       ).problem == "idempotency-conflict"


# ---- what is a signature ----

def of_key(world: World, kind: str, holder: str = "DENEME KULLANICI") -> Held:
    """A signer with a key of that kind."""
    key = make_card_key(kind)
    der = CardIssuer(world.service.data / "card-issuer").issue(holder, "10000000146", "signature", 50, key)
    with Registry(world.service.data / "registry.db") as registry:
        return Held(registry.certificates.add(der, "deneme", "nes"), key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


@pytest.mark.parametrize("kind", ["rsa", "p256", "p384"])
@pytest.mark.parametrize("options", [("-md", "sha384"), ("-md", "sha512"), ("-keyid",), ("-indef", "-stream")])
def test_signatures_that_are_taken(world: World, kind: str, options: tuple[str, ...]) -> None:
    """Of each kind of key, with each digest that is not weak, in DER and in BER, the signer named by number or key."""
    client, told = asked(world)
    signature = of_key(world, kind).sign(raw_of(told["content"]), *options)
    reply = client.call("submit-consent", {"signature": b64(signature)}, named=told["consent_id"])
    assert reply.status == 200, reply.raw


def test_a_signature_of_rsa_with_pss(world: World) -> None:
    client, told = asked(world)
    signature = of_key(world, "rsa").sign(raw_of(told["content"]), "-keyopt", "rsa_padding_mode:pss")
    assert client.call("submit-consent", {"signature": b64(signature)}, named=told["consent_id"]).status == 200


def two_signers(world: World, content: bytes, folder: Path) -> bytes:
    """One signature of the person and one of another."""
    other = world.papers.held(owner="baska")
    (folder / "signature").write_bytes(world.papers.signer().sign(content))
    (folder / "key").write_bytes(other.key)
    (folder / "certificate").write_bytes(other.pem())
    subprocess.run(["openssl", "cms", "-resign", "-binary", "-inform", "DER", "-in", "signature", "-signer", "certificate", "-inkey", "key", "-cades",
                    "-nodetach", "-outform", "DER", "-out", "both"], cwd=folder, check=True, capture_output=True)
    return (folder / "both").read_bytes()


def self_made(world: World, content: bytes, folder: Path) -> bytes:
    """By a key whose certificate says the same as the person's, and which nobody issued."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "key", "-outform", "DER",
                    "-out", "der", "-subj", "/C=TR/serialNumber=10000000146/CN=DENEME KULLANICI", "-utf8", "-addext",
                    "keyUsage=critical,digitalSignature,nonRepudiation", "-addext", "certificatePolicies=2.16.792.1.2.1.1.5.7.1.1"],
                   cwd=folder, check=True, capture_output=True)
    record = replace(world.papers.signer().record, der=(folder / "der").read_bytes())
    return Held(record, (folder / "key").read_bytes()).sign(content)


def naming_another(world: World, content: bytes, _: Path) -> bytes:
    """Right in all but this: its signing-certificate-v2 names another certificate. OpenSSL makes no such thing, so one of its own is changed
    and signed once more, as RSA signatures all have one length and stand last."""
    signer = of_key(world, "rsa")
    made, named = signer.sign(content), hashlib.sha256(signer.record.der).digest()
    at = made.index(bytes.fromhex("301806092a864886f70d010903"))  # the first signed attribute, behind the tag and the length
    head = 4 if made[at - 4:at - 2] == b"\xa0\x82" else 3
    length = int.from_bytes(made[at - head + 2:at], "big")
    attributes = made[at:at + length].replace(named, bytes(32))
    assert attributes != made[at:at + length]
    key = load_pem_private_key(signer.key, None)
    assert isinstance(key, rsa.RSAPrivateKey)
    value = key.sign(b"\x31" + made[at - head + 1:at] + attributes, padding.PKCS1v15(), hashes.SHA256())
    return made[:at] + attributes + made[at + length:-len(value)] + value


def of_nobody_known(world: World, content: bytes, _: Path) -> bytes:
    """Of the right issuer, and in no registry."""
    return world.papers.held(known=False).sign(content)


def in_pem(world: World, content: bytes, folder: Path) -> bytes:
    (folder / "der").write_bytes(world.papers.signer().sign(content))
    return subprocess.run(["openssl", "cms", "-cmsout", "-inform", "DER", "-in", "der", "-outform", "PEM"], cwd=folder, check=True,
                          capture_output=True).stdout


def altered(world: World, content: bytes, _: Path) -> bytes:
    """One letter of the text inside, after it was signed."""
    return world.papers.signer().sign(content).replace(b"DENEME", b"DENEMF", 1)


def broken(world: World, content: bytes, _: Path) -> bytes:
    """One bit of the signature's value, which stands last."""
    signature = bytearray(world.papers.signer().sign(content))
    signature[-1] ^= 1
    return bytes(signature)


def by(state: str, **more: Any) -> Callable[[World, bytes, Path], bytes]:
    """By a certificate in that state."""
    return lambda world, content, _: world.papers.held(state, **more).sign(content)


def signed(*options: str, cades: bool = True, inside: bool = True, prefix: bytes = b"") -> Callable[[World, bytes, Path], bytes]:
    """By the person's own certificate, in another way."""
    return lambda world, content, _: world.papers.signer().sign(prefix + content, *options, cades=cades, inside=inside)


REFUSED: dict[str, Callable[[World, bytes, Path], bytes]] = {
    **{state: by(state) for state in ("issued", "not-yet-valid", "by-holder", "by-authority", "by-institution", "revoked", "expired")},
    "another-person": by("active", owner="baska"), "an-organisation": by("active", owner="vkn:4540536920"),
    "a-seal": by("active", kind="seal"), "encryption": by("active", kind="encryption"), "unmarked": by("active", kind="plain"),
    "no-cades": signed(cades=False), "no-attributes": signed("-noattr", cades=False), "sha-1": signed("-md", "sha1"),
    "detached": signed(inside=False), "more-text": signed(prefix=b"Ek: "), "no-certificate": signed("-nocerts"),
    "two-signers": two_signers, "self-made": self_made, "naming-another": naming_another, "of-nobody-known": of_nobody_known,
    "in-pem": in_pem, "altered": altered, "broken": broken, "cut": lambda world, content, _: world.papers.signer().sign(content)[:-1],
    "something-behind": lambda world, content, _: world.papers.signer().sign(content) + b"\x00",
    "an-end-behind": lambda world, content, _: world.papers.signer().sign(content, "-indef", "-stream") + b"\x00\x00",
    "the-text-itself": lambda world, content, _: content, "no-asn1": lambda world, content, _: b"\x30" * 200}


@pytest.mark.parametrize("way", REFUSED)
def test_signatures_that_are_refused(world: World, tmp_path: Path, way: str) -> None:
    """Nothing is changed by them, and the right one is taken afterwards."""
    client, told = asked(world)
    signature = REFUSED[way](world, raw_of(told["content"]), tmp_path)
    reply = client.call("submit-consent", {"signature": b64(signature)}, named=told["consent_id"])
    assert reply.problem == "signature-refused"
    assert client.call("consent").json["state"] == "pending"
    right = client.call("submit-consent", world.papers.signature(told["content"]), named=told["consent_id"])
    assert right.status == 200, right.problem


def test_base64url_that_is_none(world: World) -> None:
    """Bits left over, a length that cannot be; other letters are refused before anybody looks."""
    client, told = asked(world)
    text = world.papers.signature(told["content"])["signature"]
    while len(text) % 4 != 3:
        text = b64(world.papers.signer().sign(raw_of(told["content"])))
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    spoilt = text[:-1] + letters[letters.index(text[-1]) | 1]
    for wrong, problem in ((spoilt, "signature-refused"), (text + "AA", "signature-refused"), (text + "=", "request-invalid"),
                           (re.sub("[-_]", "+", text, count=1) + "+", "request-invalid"), ("A" * 60001, "request-invalid"), ("", "request-invalid")):
        assert client.call("submit-consent", {"signature": wrong}, named=told["consent_id"]).problem == problem
    assert client.call("submit-consent", {"signature": text}, named=told["consent_id"]).status == 200
