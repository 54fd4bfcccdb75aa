# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Logging this browser in with a card: the page gives a line of text, made for this browser and good once; the person has the card
# sign it with the command, and sends signature and certificate. The PIN never comes near the page.
"""Logging in with a signature."""
from __future__ import annotations

import base64
import binascii
import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timezone

from cryptography import x509
from cryptography.exceptions import InvalidSignature, InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

from ..service.gateway import Gateway
from ..service.state import Service
from .relying_party import LoginFailed, Person

SECONDS = 600.0  # that a text is good
_READ = ("extensions", "issuer", "not_valid_after", "not_valid_before", "signature_hash_algorithm", "subject")  # what is looked at


def _read(pem: bytes) -> x509.Certificate:
    """A certificate of which everything that is looked at can be read. LoginFailed: what the parser raises has a dozen names."""
    try:
        certificate = x509.load_pem_x509_certificate(pem)
        certificate.public_key()
        for name in _READ:
            getattr(certificate, name)
    except Exception:
        raise LoginFailed("certificate") from None
    return certificate


def _holds(key: object, signature: bytes, data: bytes, hash_: hashes.HashAlgorithm) -> bool:
    """Whether a signature (RSASSA-PKCS1-v1_5, or ECDSA in DER) is that key's."""
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, data, padding.PKCS1v15(), hash_)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, data, ec.ECDSA(hash_))
        else:
            return False
    except (InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _in_time(certificate: x509.Certificate) -> bool:
    now = datetime.now(timezone.utc).replace(tzinfo=None)
    return certificate.not_valid_before <= now < certificate.not_valid_after


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    hash_ = certificate.signature_hash_algorithm
    return (certificate.issuer == issuer.subject and _in_time(issuer) and hash_ is not None
            and _holds(issuer.public_key(), certificate.signature, certificate.tbs_certificate_bytes, hash_))


def _for_signatures(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return usage.digital_signature or usage.content_commitment


class SignatureLogin:
    """Texts to sign, and who signed one. `gateway` knows who issues the cards."""

    def __init__(self, service: Service, gateway: Gateway) -> None:
        self._service = service
        self._roots, self._between = ([x509.load_pem_x509_certificate(one.encode()) for one in gateway.card_authorities[name]]
                                      for name in ("roots", "between"))
        self._policies = gateway.card_authorities["policies"]

    def begin(self, cookie: str) -> str:
        """A text, sealed into the value of the browser's cookie: a new one, unless the one that it has is still good."""
        try:
            self.text(cookie)
            return cookie
        except LoginFailed:
            pass
        begun = {"word": secrets.token_urlsafe(24), "until": self._service.store.clock.now() + SECONDS}
        return base64.urlsafe_b64encode(self._service.store.seal("portal-signed", json.dumps(begun).encode())).decode()

    def _begun(self, cookie: str) -> dict[str, object]:
        try:
            begun: dict[str, object] = json.loads(self._service.store.unseal("portal-signed", base64.urlsafe_b64decode(cookie)))
        except (binascii.Error, InvalidTag, ValueError):
            raise LoginFailed("text") from None
        store = self._service.store
        if store.clock.now() >= float(str(begun["until"])) or store.one("SELECT 1 FROM portal_signed WHERE mark = ?", self._mark(begun)):
            raise LoginFailed("text")
        return begun

    def _mark(self, begun: Mapping[str, object]) -> str:
        return self._service.store.mark("portal-signed", str(begun["word"]))

    def text(self, cookie: str) -> str:
        """What is to be signed: where it logs in, and a word that nobody has had before. LoginFailed."""
        return f"KamuPIN {self._service.origin} {self._begun(cookie)['word']}\n"

    def finish(self, cookie: str, signature: bytes, pem: bytes) -> Person:
        """Who signed the cookie's text; it is used up by a signature that holds. LoginFailed: text, signature, certificate."""
        text, mark, store = self.text(cookie), self._mark(self._begun(cookie)), self._service.store
        certificate = _read(pem)
        if not _holds(certificate.public_key(), signature, text.encode(), hashes.SHA256()):
            raise LoginFailed("signature")
        person = self._holder(certificate)
        with store.transaction() as now:
            store.do("DELETE FROM portal_signed WHERE until < ?", now)
            if not store.do("INSERT OR IGNORE INTO portal_signed VALUES (?, ?)", mark, now + SECONDS):
                raise LoginFailed("text")
        return person

    def _holder(self, certificate: x509.Certificate) -> Person:
        """Whose certificate it is: in its time, for signatures, of a class that persons have, of an issuer of cards, not taken back."""
        taken_back = certificate.fingerprint(hashes.SHA256()).hex() in self._service.registry.certificates.taken_back()
        if (taken_back or not _in_time(certificate) or not _for_signatures(certificate) or not self._leads_to_root(certificate)
                or not self._of_persons(certificate)):
            raise LoginFailed("certificate")
        numbers = certificate.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)
        user = self._service.registry.user_of("tckn", str(numbers[0].value)) if len(numbers) == 1 else None
        if user is None:
            raise LoginFailed("certificate")
        return Person(user.user_id, "e-signature")

    def _of_persons(self, certificate: x509.Certificate) -> bool:
        try:
            policies = certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value
        except x509.ExtensionNotFound:
            return False
        return any(one.policy_identifier.dotted_string in self._policies for one in policies)

    def _leads_to_root(self, certificate: x509.Certificate) -> bool:
        return any(_issued(certificate, root) for root in self._roots) or any(
            _issued(certificate, one) and _issued(one, root) for one in self._between for root in self._roots)
