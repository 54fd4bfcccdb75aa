# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The authority that issues the certificates on the virtual cards: a root, a subordinate authority below it, and the certificate of the OCSP
# responder. What it issues says where to ask about it, at the port that was set aside when the folder was made. Touches its folder.
"""Issuing card certificates."""
from __future__ import annotations

import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from .identity import Identity, Key, builder_of, load, make_authority, name_of, pem_of, save, signed, usage_of, write_private, yesterday
from .profiles import ISSUED_UNDER, addresses_of, extensions_of, subject_of

ROOT_NAME = "SANDBOX Kök Sertifika Hizmet Sağlayıcısı - deneme / test root"
SUB_NAME = "SANDBOX Elektronik Sertifika Hizmet Sağlayıcısı - deneme / test sub-CA"
RESPONDER_NAME = "SANDBOX Çevrimiçi Sertifika Durumu Yanıtlayıcısı - deneme / test responder"


def make_responder(parent: Identity, for_ocsp: bool = True) -> Identity:
    """The certificate that signs OCSP answers for PARENT (RFC 6960, 4.2.2.2); not for_ocsp: one that may not."""
    key = ec.generate_private_key(ec.SECP256R1())
    builder = builder_of(name_of(RESPONDER_NAME), parent.certificate.subject, key, 3600, yesterday())
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(usage_of(digital_signature=True), critical=True)
    if for_ocsp:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), critical=False)
        builder = builder.add_extension(x509.OCSPNoCheck(), critical=False)
    return Identity(signed(builder, parent.key, parent), key)


class CardIssuer:
    """The authority, kept in FOLDER. PORT, of loopback, is where it will be asked: for a folder that is new; without one its certificates name
    no addresses."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / "issuer.pem"
        self.root_file = folder / "root.pem"
        self.trust_file = folder / "trust.pem"  # the root and what stands below it, as a store of Kamu SM has both
        if not path.exists():
            _found(folder, path, port)
        self.port = int((folder / "port").read_text("ascii"))
        self.root = load(folder / "root-key.pem")
        self.sub = load(path)
        self.responder = load(folder / "ocsp.pem")

    @property
    def base(self) -> str:
        """What the addresses in its certificates begin with; "" where they have none."""
        return _base(self.port)

    def authorities(self) -> dict[str, list[str]]:
        """The certificates of the authorities as PEM: the roots, and what stands between them and a card."""
        return {"roots": [self.root_file.read_text("ascii")], "between": [pem_of(self.sub.certificate).decode("ascii")]}

    def issue(self, holder: str, identity: str, kind: str = "signature", days: float = 1095, key: Key | None = None,
              start: datetime.datetime | None = None, signs: bool = True, organisation: bool = False) -> bytes:
        """A certificate as DER, of a kind of profiles.KINDS. No record is made of it.

        Without KEY an RSA-2048 key is made and thrown away, for cards that do not sign. signs: whether the
        key's usage is for signatures; else it is for encipherment alone. organisation: whether the holder is one.
        """
        key = key or rsa.generate_private_key(65537, 2048)
        elliptic = isinstance(key, ec.EllipticCurvePrivateKey)
        builder = builder_of(subject_of(holder, identity, organisation), self.sub.certificate.subject, key, days, start or yesterday())
        wanted = extensions_of(kind, elliptic, signs, self.base) + [(one, False) for one in addresses_of(self.base, "sub", True)]
        for extension, critical in wanted:
            builder = builder.add_extension(extension, critical)
        return signed(builder, self.sub.key, self.sub).public_bytes(serialization.Encoding.DER)


def _base(port: int) -> str:
    return f"http://127.0.0.1:{port}" if port else ""


def _found(folder: Path, path: Path, port: int) -> None:
    """Makes the authorities; the file that says that all are there comes last."""
    root = make_authority(ROOT_NAME, curve=ec.SECP384R1)
    policies = x509.CertificatePolicies([x509.PolicyInformation(one, None) for one in ISSUED_UNDER])
    sub = make_authority(SUB_NAME, root, [policies, *addresses_of(_base(port), "root", False)], ec.SECP384R1)
    write_private(folder / "port", str(port).encode())
    write_private(folder / "root.pem", pem_of(root.certificate))
    write_private(folder / "trust.pem", pem_of(root.certificate) + pem_of(sub.certificate))
    save(root, folder / "root-key.pem")
    save(make_responder(sub), folder / "ocsp.pem")
    save(sub, path)
