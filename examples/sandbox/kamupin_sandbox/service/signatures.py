# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Judges signatures of persons: CMS with the content inside it, CAdES-B-B, by a qualified certificate of that person that is in force.
# What is ASN.1 or cryptography is OpenSSL's, in a process of its own (openssl cms); whose certificate it is says the registry.
"""Signatures over consents and lists."""
from __future__ import annotations

import base64
import binascii
import re
import subprocess
import tempfile
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from .. import lifecycle
from ..ca import KAMUSM_QUALIFIED_POLICY, CardIssuer
from .problems import Problem
from .state import Request

_SECONDS = 20
_QC_STATEMENTS = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3")  # RFC 3739
_ATTRIBUTES = ("contentType", "messageDigest", "id-smime-aa-signingCertificateV2")  # as openssl prints their names
_DIGESTS = ("sha256", "sha384", "sha512")


def _refused(why: str) -> Problem:
    return Problem("signature-refused", why)


def _bytes(text: str) -> bytes:
    """Base64url without bits left over."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        raise _refused("not base64url") from None
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != text:
        raise _refused("not base64url")
    return raw


def _openssl(folder: Path, command: str, *words: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["openssl", command, "-inform", "DER", "-in", "signature", *words], cwd=folder, capture_output=True,
                          timeout=_SECONDS, check=False, env={"PATH": "/usr/bin:/bin", "OPENSSL_CONF": "/dev/null"})


def _is_alone(folder: Path) -> None:
    """One value of ASN.1, and nothing behind it, which openssl cms would pass over."""
    done = _openssl(folder, "asn1parse")
    if done.returncode != 0 or len(re.findall(rb"^ *[0-9]+:d=0 ", done.stdout, re.M)) != 1:
        raise _refused("not one value in DER or BER")


def _has_attributes(folder: Path) -> None:
    """One signer, whose signed attributes are those of CAdES-B-B and whose digest is none of the weak ones."""
    done = _openssl(folder, "cms", "-cmsout", "-print", "-noout")
    text = done.stdout.decode("utf-8", "replace")
    signers = text.partition("\n    signerInfos:")[2]
    signed = signers.partition("signedAttrs:")[2].partition("\n        signatureAlgorithm:")[0]
    if done.returncode != 0 or len(re.findall(r"^ +signedAttrs:", signers, re.M)) != 1:
        raise _refused("not one signer with signed attributes")
    if not all(re.search(rf"^ +object: {re.escape(name)} ", signed, re.M) for name in _ATTRIBUTES):
        raise _refused("a signed attribute of CAdES-B-B is missing")
    digest = re.search(r"digestAlgorithm: *\n +algorithm: (\S+) ", signers)
    if digest is None or digest.group(1) not in _DIGESTS:
        raise _refused("a weak digest")


def _verified(request: Request, folder: Path) -> tuple[bytes, x509.Certificate]:
    """What was signed, and the certificate that signed it and leads to the sandbox's root."""
    found = CardIssuer(request.service.registry.path.parent / "card-issuer").authorities()
    (folder / "authorities").write_text("".join([*found["roots"], *found["between"]]), "ascii")
    done = _openssl(folder, "cms", "-verify", "-cades", "-binary", "-purpose", "any", "-CAfile", "authorities", "-no-CApath", "-no-CAstore",
                    "-signer", "signer", "-out", "content")
    if done.returncode != 0:
        raise _refused("openssl cms -verify -cades does not take it")
    return (folder / "content").read_bytes(), x509.load_pem_x509_certificate((folder / "signer").read_bytes())


def _is_qualified(certificate: x509.Certificate) -> bool:
    """A person's certificate for signatures, by the marks that a client classifies by."""
    try:
        policies = certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
        certificate.extensions.get_extension_for_oid(_QC_STATEMENTS)
    except (x509.ExtensionNotFound, ValueError):
        return False
    return KAMUSM_QUALIFIED_POLICY in [one.policy_identifier for one in policies] and usage.content_commitment


def signed(request: Request, text: str) -> tuple[bytes, bytes]:
    """The content that the person who asks has signed, and the signature as DER, from the base64url of a request; signature-refused."""
    raw = _bytes(text)
    with tempfile.TemporaryDirectory(prefix="kamupin-signature-") as name:
        folder = Path(name)
        (folder / "signature").write_bytes(raw)
        _is_alone(folder)
        _has_attributes(folder)
        content, certificate = _verified(request, folder)
    record = request.service.registry.certificates.by_sha256(certificate.fingerprint(hashes.SHA256()).hex())
    if record is None or record.owner != request.user_id or not _is_qualified(certificate):
        raise _refused("not a qualified certificate of this person")
    if lifecycle.state(record, lifecycle.now()) != "active":
        raise _refused("the certificate is not in force")
    return content, raw
