# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What every authority of the sandbox is made of: a certificate with its key, how both are kept in files, and how a certificate is begun
# and signed. Touches the files it is told of.
"""Certificates with their keys."""
from __future__ import annotations

import datetime
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

DAY = datetime.timedelta(days=1)

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class Identity:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: Key


def name_of(common_name: str, **more: str) -> x509.Name:
    """A name that says that it is a test. more: further attributes by their names in NameOID."""
    parts = [x509.NameAttribute(NameOID.COUNTRY_NAME, "TR"),
             x509.NameAttribute(NameOID.ORGANIZATION_NAME, "libkamupin SANDBOX - geçersiz deneme / test only"),
             x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    parts += [x509.NameAttribute(getattr(NameOID, key.upper()), value) for key, value in more.items()]
    return x509.Name(parts)


def builder_of(subject: x509.Name, issuer: x509.Name, key: Key, days: float, start: datetime.datetime) -> x509.CertificateBuilder:
    """A certificate begun: names, key, serial number, dates (start: UTC, without a zone)."""
    return (x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(start).not_valid_after(start + days * DAY)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False))


def usage_of(**on: bool) -> x509.KeyUsage:
    """A key usage with these bits."""
    names = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
             "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
    return x509.KeyUsage(**{name: on.get(name, False) for name in names})


def yesterday() -> datetime.datetime:
    """This time yesterday, as certificates want it."""
    return datetime.datetime.utcnow().replace(microsecond=0) - DAY


def hash_for(key: Key) -> hashes.HashAlgorithm:
    """The hash that goes with a key that signs certificates."""
    return hashes.SHA384() if isinstance(key, ec.EllipticCurvePrivateKey) and key.key_size == 384 else hashes.SHA256()


def signed(builder: x509.CertificateBuilder, key: Key, parent: Identity | None) -> x509.Certificate:
    """The certificate, signed by KEY, which is PARENT's or its own."""
    issuer_key = parent.certificate.public_key() if parent else key.public_key()
    builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False)  # type: ignore[arg-type]
    return builder.sign(key, hash_for(key))


def make_authority(common_name: str, parent: Identity | None = None, extensions: Sequence[x509.ExtensionType] = (),
                   curve: type[ec.EllipticCurve] = ec.SECP256R1) -> Identity:
    """A certification authority, self-signed or below PARENT."""
    key = ec.generate_private_key(curve())
    subject = name_of(common_name)
    builder = builder_of(subject, parent.certificate.subject if parent else subject, key, 3650, yesterday())
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0 if parent else 1), critical=True)
    builder = builder.add_extension(usage_of(key_cert_sign=True, crl_sign=True), critical=True)
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return Identity(signed(builder, parent.key if parent else key, parent), key)


def make_card_key(kind: str) -> Key:
    """A key that a card signs with: "rsa" (2048 bits), "p256" or "p384"."""
    if kind == "rsa":
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key(ec.SECP256R1() if kind == "p256" else ec.SECP384R1())


def key_der(key: Key) -> bytes:
    """A private key as PKCS #8, DER."""
    return key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


# ---- files ----

def write_private(path: Path, data: bytes) -> None:
    """Writes a file that only its owner may read; a complete one or none."""
    fresh = path.with_name(path.name + ".new")
    fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(fd, "wb") as stream:
        stream.write(data)
    fresh.replace(path)


def pem_of(certificate: x509.Certificate) -> bytes:
    """A certificate as PEM."""
    return certificate.public_bytes(serialization.Encoding.PEM)


def save(identity: Identity, path: Path, chain: tuple[x509.Certificate, ...] = ()) -> None:
    """Key, certificate, and what CHAIN adds, in one private PEM file."""
    key = identity.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                     serialization.NoEncryption())
    write_private(path, key + b"".join(pem_of(one) for one in (identity.certificate, *chain)))


def load(path: Path) -> Identity:
    """What save() wrote."""
    data = path.read_bytes()
    key = serialization.load_pem_private_key(data, None)
    assert isinstance(key, (ec.EllipticCurvePrivateKey, rsa.RSAPrivateKey))
    return Identity(x509.load_pem_x509_certificate(data[data.index(b"-----BEGIN CERTIFICATE"):]), key)
