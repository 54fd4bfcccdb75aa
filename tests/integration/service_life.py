# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Certificates in each state of their life, and signatures of persons, for tests of the service. Certificates come from the sandbox's
# own issuer and go into its registry; signatures are made by OpenSSL (openssl cms -sign), with keys that are on no card.
"""Certificates and signatures for tests of the service."""
from __future__ import annotations

import base64
import datetime
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from service_client import Registry, Service, b64

from kamupin_sandbox.ca import DAY, CardIssuer, make_card_key
from kamupin_sandbox.lifecycle import Record

HOLDERS = {"deneme": ("DENEME KULLANICI", "10000000146"), "baska": ("BAŞKA KULLANICI", "11111111110"),
           "vkn:4540536920": ("DENEME ANONİM ŞİRKETİ", "4540536920"), "detsis:12345678": ("DENEME KURUMU", "12345678")}
STATES = ("issued", "not-yet-valid", "active", "by-holder", "by-authority", "by-institution", "revoked", "expired")
_BEGINS = {"not-yet-valid": 15, "expired": -100}  # days from now; certificates of these tests are good for 50


def raw_of(text: str) -> bytes:
    """The bytes of a base64url text."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass(frozen=True)
class Held:
    """A certificate and its key."""

    record: Record
    key: bytes  # PEM

    @property
    def name(self) -> str:
        """Its id in the profile."""
        return self.record.certificate_id

    def pem(self) -> bytes:
        """The certificate as PEM."""
        return x509.load_der_x509_certificate(self.record.der).public_bytes(Encoding.PEM)

    def sign(self, content: bytes, *options: str, cades: bool = True, inside: bool = True) -> bytes:
        """A CMS signature by OpenSSL, as DER; options: of openssl cms -sign."""
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "content").write_bytes(content)
            (folder / "key").write_bytes(self.key)
            (folder / "certificate").write_bytes(self.pem())
            words = ["openssl", "cms", "-sign", "-binary", "-in", "content", "-signer", "certificate", "-inkey", "key", "-outform", "DER",
                     "-out", "signature", "-nosmimecap", *(["-md", "sha256"] if "-md" not in options else []), *(["-cades"] if cades else []),
                     *(["-nodetach"] if inside else []), *options]
            subprocess.run(words, cwd=folder, check=True, capture_output=True)
            return (folder / "signature").read_bytes()


class Papers:
    """Makes certificates in the registry of a running service."""

    def __init__(self, service: Service) -> None:
        self._data = service.data
        self._signer: Held | None = None

    def held(self, state: str = "active", owner: str = "deneme", kind: str = "signature", product: str = "nes", known: bool = True) -> Held:
        """A new certificate in one of STATES. known False: of the same issuer, and in nobody's registry."""
        key, now = make_card_key("p256"), datetime.datetime.utcnow().replace(microsecond=0)
        holder, identity = HOLDERS[owner]
        der = CardIssuer(self._data / "card-issuer").issue(holder, identity, kind, 50, key, now + _BEGINS.get(state, -1) * DAY)
        with Registry(self._data / "registry.db") as registry:
            if known:
                record = registry.certificates.add(der, owner, product, None, "issued" if state == "issued" else "active")
                by = state.removeprefix("by-")
                if state != by:
                    record = registry.certificates.put(record.certificate_id, "suspended", by)
                if state == "revoked":
                    record = registry.certificates.put(record.certificate_id, "revoked", "authority", "superseded")
            else:
                record = Record("", der, "", 0, owner, product, None, now, now, "active", ())
        return Held(record, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))

    def record(self, certificate_id: str) -> Record:
        """A certificate as the registry has it now."""
        with Registry(self._data / "registry.db") as registry:
            found = registry.certificates.one(certificate_id)
        assert found is not None
        return found

    def signer(self) -> Held:
        """A certificate that the person may sign with."""
        if self._signer is None or self.record(self._signer.name).stored != "active":
            self._signer = self.held()
        return self._signer

    def signature(self, content: str) -> dict[str, str]:
        """The body that hands in the signed content of an answer."""
        return {"signature": b64(self.signer().sign(raw_of(content)))}
