# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The authority for the service's TLS name, and the certificates by which a client is to refuse a service.
"""The CA behind the service's TLS certificate."""
from __future__ import annotations

import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from .identity import DAY, Identity, builder_of, load, make_authority, name_of, pem_of, save, signed, usage_of, write_private, yesterday


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
            write_private(self.ca_file, pem_of(ca.certificate))
            save(ca, folder / "ca-key.pem")

    def server(self, kind: str = "good") -> Path:
        """A PEM file with key and certificate for localhost, 127.0.0.1 and ::1 (or a bad one of KINDS)."""
        path = self.folder / f"server-{kind}.pem"
        if not path.exists():
            save(self._make_server(kind), path)
        return path

    def _make_server(self, kind: str) -> Identity:
        parent = make_authority("SANDBOX foreign CA - test") if kind == "foreign-ca" else load(self.folder / "ca-key.pem")
        names: list[x509.GeneralName] = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
                                         x509.IPAddress(ipaddress.ip_address("::1"))]
        if kind == "wrong-name":
            names = [x509.DNSName("elsewhere.invalid")]
        start, days = yesterday(), 825.0
        if kind == "expired":
            start, days = start - 30 * DAY, 10.0
        elif kind == "not-yet-valid":
            start = start + 30 * DAY
        key = ec.generate_private_key(ec.SECP256R1())
        builder = builder_of(name_of("localhost"), parent.certificate.subject, key, days, start)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(usage_of(digital_signature=True), critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return Identity(signed(builder, parent.key, parent), key)
