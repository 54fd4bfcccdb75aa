# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What the issuer says of its certificates: OCSP answers (RFC 6960) and CRLs (RFC 5280), made from the registry at each question; and the
# wrong ones that a test orders, by which a client is seen to refuse them. python3-cryptography encodes both. Touches the registry.
"""OCSP answers and certificate revocation lists."""
from __future__ import annotations

import datetime
import secrets
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp

from ..certificates import Certificates
from ..lifecycle import Record, now
from .identity import DAY, Identity, hash_for, make_authority
from .issuing import ROOT_NAME, SUB_NAME, CardIssuer, make_responder
from .profiles import der

HOUR = datetime.timedelta(hours=1)
OCSP_LIFE = datetime.timedelta(minutes=10)
CRL_LIFE = {"sub": HOUR, "root": 30 * DAY}
STALE = 10 * DAY  # how old a stale answer is
LARGEST_SERIAL = 1 << 159  # of a number in 20 octets that is not negative (RFC 5280, 4.1.2.2)
RIGHT = "right"
# Ways of answering that a test orders. In all but the first something is wrong.
OCSP_WAYS = (RIGHT, "stale", "unsigned", "wrong-key", "foreign-responder", "no-responder", "other-serial", "wrong-nonce", "no-nonce",
             "try-later", "garbage")
CRL_WAYS = (RIGHT, "stale", "wrong-key", "foreign-issuer", "garbage")
GARBAGE = b"\x30\x82\x01\x00" + b"\x00\xff{no DER" * 4


def _plain(at: datetime.datetime) -> datetime.datetime:
    """UTC without a zone, as cryptography's builders take it."""
    return at.astimezone(datetime.timezone.utc).replace(tzinfo=None)


@dataclass(frozen=True)
class Withdrawn:
    """A certificate that must not be relied upon: since when, and why."""

    at: datetime.datetime
    reason: x509.ReasonFlags

    @property
    def said(self) -> x509.ReasonFlags | None:
        """The reason as it is encoded: an unspecified one is left out (RFC 5280, 5.3.1)."""
        return None if self.reason is x509.ReasonFlags.unspecified else self.reason


def withdrawn(record: Record) -> Withdrawn | None:
    """What OCSP and CRL say against a certificate; None for a good one. One that is suspended, or not opened yet, is on hold. Its dates are
    no business of theirs."""
    if record.stored == "revoked":
        assert record.revoked_at is not None
        return Withdrawn(record.revoked_at, x509.ReasonFlags(record.reason))
    if record.stored == "active":
        return None
    return Withdrawn(record.suspended_at or record.history[-1].at, x509.ReasonFlags.certificate_hold)


class Status:
    """What ISSUER says by the records of CERTIFICATES."""

    def __init__(self, issuer: CardIssuer, certificates: Certificates) -> None:
        self._issuer = issuer
        self._certificates = certificates

    # ---- OCSP ----

    def answer(self, raw: bytes, way: str = RIGHT) -> bytes:
        """The answer to a request, both DER."""
        if way == "garbage":
            return GARBAGE
        if way == "try-later":
            return _failure(ocsp.OCSPResponseStatus.TRY_LATER)
        try:
            asked = ocsp.load_der_ocsp_request(raw)
            nonce = [one.value.nonce for one in asked.extensions if isinstance(one.value, x509.OCSPNonce)]
            serial, algorithm = asked.serial_number, asked.hash_algorithm
            assert 0 < serial < LARGEST_SERIAL
        except Exception:  # what a parser of another's bytes raises has a dozen names; a request about several certificates is among it
            return _failure(ocsp.OCSPResponseStatus.MALFORMED_REQUEST)
        if (asked.issuer_name_hash, asked.issuer_key_hash) != self._hashes(algorithm):
            return _failure(ocsp.OCSPResponseStatus.UNAUTHORIZED)
        answer = self._single(serial + (way == "other-serial"), serial, algorithm, now() - (STALE if way == "stale" else 0 * DAY))
        if nonce and way != "no-nonce":
            said = secrets.token_bytes(len(nonce[0])) if way == "wrong-nonce" else nonce[0]
            answer = answer.add_extension(x509.OCSPNonce(said), critical=False)
        return self._signed(answer, way)

    def _hashes(self, algorithm: hashes.HashAlgorithm) -> tuple[bytes, bytes]:
        """How a request names the issuer of cards (RFC 6960, 4.1.1)."""
        issuer, found = self._issuer.sub.certificate, []
        key = issuer.public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)
        for part in (issuer.subject.public_bytes(), key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)):
            digest = hashes.Hash(algorithm)
            digest.update(part)
            found.append(digest.finalize())
        return found[0], found[1]

    def _single(self, named: int, serial: int, algorithm: hashes.HashAlgorithm, at: datetime.datetime) -> ocsp.OCSPResponseBuilder:
        """What there is to say of SERIAL, as of the certificate NAMED."""
        record = self._certificates.by_serial(serial)
        against = withdrawn(record) if record else None
        status = ocsp.OCSPCertStatus.UNKNOWN if record is None else ocsp.OCSPCertStatus.REVOKED if against else ocsp.OCSPCertStatus.GOOD
        if record is not None and named == serial:
            certificate = x509.load_der_x509_certificate(record.der)
        else:
            certificate = self._nobodys(named)
        return ocsp.OCSPResponseBuilder().add_response(
            certificate, self._issuer.sub.certificate, algorithm, status, _plain(at), _plain(at + OCSP_LIFE),
            _plain(against.at) if against else None, against.said if against else None)

    def _nobodys(self, serial: int) -> x509.Certificate:
        """A certificate of that number, which the builder takes the number from; nobody sees it."""
        key, name = ec.generate_private_key(ec.SECP256R1()), self._issuer.sub.certificate.subject
        at = _plain(now())
        return (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(serial)
                .not_valid_before(at).not_valid_after(at + DAY).sign(key, hashes.SHA256()))

    def _signed(self, answer: ocsp.OCSPResponseBuilder, way: str) -> bytes:
        responder = self._issuer.responder
        if way == "foreign-responder":
            responder = make_responder(make_authority(SUB_NAME))
        elif way == "no-responder":
            responder = make_responder(self._issuer.sub, for_ocsp=False)
        answer = answer.responder_id(ocsp.OCSPResponderEncoding.HASH, responder.certificate).certificates([responder.certificate])
        made = answer.sign(responder.key, hashes.SHA256())
        if way == "unsigned":
            return _with_signature(made, b"")
        if way == "wrong-key":
            key = ec.generate_private_key(ec.SECP256R1())
            return _with_signature(made, key.sign(made.tbs_response_bytes, ec.ECDSA(hashes.SHA256())), responder.certificate)
        return made.public_bytes(Encoding.DER)

    # ---- CRLs ----

    def revocations(self, name: str, way: str = RIGHT) -> bytes:
        """The list of the "root" or the "sub" authority as it is now, DER."""
        if way == "garbage":
            return GARBAGE
        issuer = self._issuer.root if name == "root" else self._issuer.sub
        entries = [] if name == "root" else [(record, withdrawn(record)) for record in self._certificates.all()]
        begun = _plain(now() - (STALE if way == "stale" else 0 * DAY))
        number = self._certificates.next_crl(name)
        if way == "foreign-issuer":
            issuer = make_authority(ROOT_NAME if name == "root" else SUB_NAME)
        elif way == "wrong-key":
            issuer = Identity(issuer.certificate, ec.generate_private_key(ec.SECP384R1()))
        key = issuer.certificate.public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)
        builder = (x509.CertificateRevocationListBuilder().issuer_name(issuer.certificate.subject).last_update(begun)
                   .next_update(begun + CRL_LIFE[name])
                   .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key), critical=False)
                   .add_extension(x509.CRLNumber(number), critical=False))
        for record, against in entries:
            if against:
                builder = builder.add_revoked_certificate(_entry(record, against))
        return builder.sign(issuer.key, hash_for(issuer.key)).public_bytes(Encoding.DER)

    def authority(self, name: str) -> bytes:
        """The certificate of the "root" or the "sub" authority, DER."""
        return (self._issuer.root if name == "root" else self._issuer.sub).certificate.public_bytes(Encoding.DER)


def _entry(record: Record, against: Withdrawn) -> x509.RevokedCertificate:
    builder = x509.RevokedCertificateBuilder().serial_number(record.serial).revocation_date(_plain(against.at))
    if against.said:
        builder = builder.add_extension(x509.CRLReason(against.said), critical=False)
    return builder.build()


def _failure(status: ocsp.OCSPResponseStatus) -> bytes:
    return ocsp.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(Encoding.DER)


def _with_signature(made: ocsp.OCSPResponse, signature: bytes, *certificates: x509.Certificate) -> bytes:
    """The answer with that signature in the place of its own, and no other certificates."""
    algorithm = der(0x30, bytes.fromhex("06082A8648CE3D040302"))  # ecdsa-with-SHA256
    chain = b"".join(one.public_bytes(Encoding.DER) for one in certificates)
    basic = der(0x30, made.tbs_response_bytes + algorithm + der(0x03, b"\x00" + signature) + (der(0xA0, der(0x30, chain)) if chain else b""))
    kind = bytes.fromhex("06092B0601050507300101")  # id-pkix-ocsp-basic
    return der(0x30, der(0x0A, b"\x00") + der(0xA0, der(0x30, kind + der(0x04, basic))))
