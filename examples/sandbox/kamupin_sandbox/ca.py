# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The sandbox' two certification authorities: one for the service's TLS name, one that issues the certificates on
# the virtual cards. Both say in their names that they are a test; neither key leaves its folder.
# The card certificates carry the object identifiers by which Kamu SM's qualified certificates are told
# (policy, QC statements), so that a client classifies them by the same rule.
"""Certificate authorities of the sandbox."""
from __future__ import annotations

import datetime
import ipaddress
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

QC_STATEMENTS = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3")  # RFC 3739
QC_COMPLIANCE = "0.4.0.1862.1.1"  # ETSI EN 319 412-5
BTK_QUALIFIED = "2.16.792.1.61.0.1.5070.2.1"
KAMUSM_QUALIFIED_POLICY = x509.ObjectIdentifier("2.16.792.1.2.1.1.5.7.1.1")
MALI_MUHUR_POLICY = x509.ObjectIdentifier("2.16.792.1.2.1.1.5.7.4.1")
MALI_MUHUR_USAGE = x509.ObjectIdentifier("2.16.792.1.2.1.1.5.7.50.1")
SEAL_POLICY = x509.ObjectIdentifier("2.16.792.1.2.1.1.5.7.1.10")
SEAL_STATEMENTS = ("2.16.792.1.61.0.1.5070.1.1", "2.16.792.1.61.0.1.5070.1.3")
SANDBOX_POLICY = x509.ObjectIdentifier("2.25.1")  # nobody's: certificates that must not classify
DAY = datetime.timedelta(days=1)

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class Identity:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: Key


def _name(common_name: str, **more: str) -> x509.Name:
    parts = [x509.NameAttribute(NameOID.COUNTRY_NAME, "TR"),
             x509.NameAttribute(NameOID.ORGANIZATION_NAME, "libkamupin SANDBOX - geçersiz deneme / test only"),
             x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    parts += [x509.NameAttribute(getattr(NameOID, key.upper()), value) for key, value in more.items()]
    return x509.Name(parts)


def _builder(subject: x509.Name, issuer: x509.Name, key: Key, days: float, start: datetime.datetime) -> x509.CertificateBuilder:
    return (x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(start).not_valid_after(start + days * DAY)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False))


def _usage(**on: bool) -> x509.KeyUsage:
    names = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
             "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
    return x509.KeyUsage(**{name: on.get(name, False) for name in names})


def make_authority(common_name: str, parent: Identity | None = None, policy: x509.ObjectIdentifier | None = None) -> Identity:
    """A certification authority, self-signed or below PARENT."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name(common_name)
    builder = _builder(subject, parent.certificate.subject if parent else subject, key, 3650, _yesterday())
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0 if parent else 1), critical=True)
    builder = builder.add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
    if policy is not None:
        builder = builder.add_extension(x509.CertificatePolicies([x509.PolicyInformation(policy, None)]), critical=False)
    return Identity(_sign(builder, parent.key if parent else key, parent), key)


def _yesterday() -> datetime.datetime:
    return datetime.datetime.utcnow().replace(microsecond=0) - DAY


def _sign(builder: x509.CertificateBuilder, key: Key, parent: Identity | None) -> x509.Certificate:
    issuer_key = parent.certificate.public_key() if parent else key.public_key()
    builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False)  # type: ignore[arg-type]
    return builder.sign(key, hashes.SHA256())


# ---- files ----

def write_private(path: Path, data: bytes) -> None:
    """Writes a file that only its owner may read; a complete one or none."""
    fresh = path.with_name(path.name + ".new")
    fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(fd, "wb") as stream:
        stream.write(data)
    fresh.replace(path)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _save(identity: Identity, path: Path, chain: tuple[x509.Certificate, ...] = ()) -> None:
    key = identity.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                     serialization.NoEncryption())
    write_private(path, key + b"".join(_pem(one) for one in (identity.certificate, *chain)))


def _load(path: Path) -> Identity:
    data = path.read_bytes()
    key = serialization.load_pem_private_key(data, None)
    assert isinstance(key, (ec.EllipticCurvePrivateKey, rsa.RSAPrivateKey))
    return Identity(x509.load_pem_x509_certificate(data[data.index(b"-----BEGIN CERTIFICATE"):]), key)


# ---- the service's TLS name ----

class TlsAuthority:
    """The CA behind the service's TLS certificate, kept in FOLDER: `ca.pem` is what clients trust."""

    # Server certificates that tests of refusing clients ask for; "good" is the default.
    KINDS = ("good", "wrong-name", "expired", "not-yet-valid", "foreign-ca")

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ca_file = folder / "ca.pem"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not (folder / "ca-key.pem").exists():
            ca = make_authority("SANDBOX TLS CA - deneme / test")
            write_private(self.ca_file, _pem(ca.certificate))
            _save(ca, folder / "ca-key.pem")

    def server(self, kind: str = "good") -> Path:
        """A PEM file with key and certificate for localhost, 127.0.0.1 and ::1 (or a bad one of KINDS)."""
        path = self.folder / f"server-{kind}.pem"
        if not path.exists():
            _save(self._make_server(kind), path)
        return path

    def _make_server(self, kind: str) -> Identity:
        parent = make_authority("SANDBOX foreign CA - test") if kind == "foreign-ca" else _load(self.folder / "ca-key.pem")
        names: list[x509.GeneralName] = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
                                         x509.IPAddress(ipaddress.ip_address("::1"))]
        if kind == "wrong-name":
            names = [x509.DNSName("elsewhere.invalid")]
        start, days = _yesterday(), 825.0
        if kind == "expired":
            start, days = start - 30 * DAY, 10.0
        elif kind == "not-yet-valid":
            start = start + 30 * DAY
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _builder(_name("localhost"), parent.certificate.subject, key, days, start)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(_usage(digital_signature=True), critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return Identity(_sign(builder, parent.key, parent), key)


# ---- card certificates ----

def _der(tag: int, content: bytes) -> bytes:
    assert len(content) < 128
    return bytes((tag, len(content))) + content


def _der_oid(dotted: str) -> bytes:
    arcs = [int(arc) for arc in dotted.split(".")]
    out = bytearray()
    for arc in (arcs[0] * 40 + arcs[1], *arcs[2:]):
        part = [arc & 0x7F]
        while arc := arc >> 7:
            part.append(0x80 | arc & 0x7F)
        out += bytes(reversed(part))
    return _der(0x06, bytes(out))


def qc_statements(*oids: str) -> x509.UnrecognizedExtension:
    """The QC statements extension (RFC 3739 §3.2.6) with statements that are object identifiers alone."""
    return x509.UnrecognizedExtension(QC_STATEMENTS, _der(0x30, b"".join(_der(0x30, _der_oid(oid)) for oid in oids)))


def make_card_key(kind: str) -> Key:
    """A key that a card signs with: "rsa" (2048 bits), "p256" or "p384"."""
    if kind == "rsa":
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key(ec.SECP256R1() if kind == "p256" else ec.SECP384R1())


def key_der(key: Key) -> bytes:
    """A private key as PKCS #8, DER."""
    return key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


class CardIssuer:
    """The authority that issues the certificates on the virtual cards, kept in FOLDER."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / "issuer.pem"
        self.root_file = folder / "root.pem"
        if not path.exists():
            root = make_authority("SANDBOX Kök Sertifika Hizmet Sağlayıcısı - deneme / test root")
            sub = make_authority("SANDBOX Elektronik Sertifika Hizmet Sağlayıcısı - deneme / test sub-CA", root,
                                 KAMUSM_QUALIFIED_POLICY)
            write_private(self.root_file, _pem(root.certificate))
            _save(sub, path)
        self._issuer = _load(path)

    def authorities(self) -> dict[str, list[str]]:
        """The certificates of the authorities as PEM: the roots, and what stands between them and a card."""
        return {"roots": [self.root_file.read_text("ascii")], "between": [_pem(self._issuer.certificate).decode("ascii")]}

    def issue(self, holder: str, identity: str, kind: str = "signature", days: float = 1095, key: Key | None = None,
              start: datetime.datetime | None = None, signs: bool = True) -> bytes:
        """A certificate as DER, of a kind that classifies as Kamu SM's: "signature" (qualified), "mali-muhur", "seal"; or of one
        that does not: "encryption", "plain".

        Without KEY an RSA-2048 key is made and thrown away, for cards that do not sign. signs: whether the
        key's usage is for signatures; else it is for encipherment alone.
        """
        key = key or rsa.generate_private_key(65537, 2048)
        signs = signs and kind != "encryption"
        subject = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "TR"),
                             x509.NameAttribute(NameOID.SERIAL_NUMBER, identity),
                             x509.NameAttribute(NameOID.COMMON_NAME, holder)])
        builder = _builder(subject, self._issuer.certificate.subject, key, days, start or _yesterday())
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(_usage(digital_signature=signs, content_commitment=signs and kind != "plain",
                                               key_encipherment=not signs), critical=True)
        policy = {"signature": KAMUSM_QUALIFIED_POLICY, "mali-muhur": MALI_MUHUR_POLICY, "seal": SEAL_POLICY}.get(kind, SANDBOX_POLICY)
        builder = builder.add_extension(x509.CertificatePolicies([x509.PolicyInformation(policy, None)]), critical=False)
        if kind == "mali-muhur":
            builder = builder.add_extension(x509.ExtendedKeyUsage([MALI_MUHUR_USAGE]), critical=False)
        statements = {"signature": (QC_COMPLIANCE, BTK_QUALIFIED), "seal": SEAL_STATEMENTS}.get(kind)
        if statements:
            builder = builder.add_extension(qc_statements(*statements), critical=False)
        return _sign(builder, self._issuer.key, self._issuer).public_bytes(serialization.Encoding.DER)
