# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What stands in the certificates of each kind: the object identifiers by which Kamu SM's certificates are told (policy, extended key usage,
# QC statements), so that a client classifies these by the same rule, and the key usage. Pure.
"""Profiles of card certificates."""
from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from .identity import usage_of

QC_STATEMENTS = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3")  # RFC 3739
QC_COMPLIANCE = "0.4.0.1862.1.1"  # ETSI EN 319 412-5
LAW = "2.16.792.1.61.0.1.5070."  # BTK's statements: qualified (first and newer form), and the restriction of usage of each
QUALIFIED, RESTRICTED, QUALIFIED_NEWER, RESTRICTED_NEWER = LAW + "1.1", LAW + "1.3", LAW + "2.1", LAW + "2.2"
KAMUSM_QUALIFIED_POLICY = x509.ObjectIdentifier("2.16.792.1.2.1.1.5.7.1.1")
SEAL_POLICY = x509.ObjectIdentifier("2.16.792.1.2.1.1.5.7.1.10")
TIME_STAMP_POLICY = x509.ObjectIdentifier("2.16.792.1.2.1.1.5.7.3.1")
MALI_MUHUR_POLICY = x509.ObjectIdentifier("2.16.792.1.2.1.1.5.7.4.1")
MALI_MUHUR_USAGE = x509.ObjectIdentifier("2.16.792.1.2.1.1.5.7.50.1")
SANDBOX_POLICY = x509.ObjectIdentifier("2.25.1")  # nobody's: certificates that must not classify
NOTICE = "Geçersiz deneme sertifikasıdır; hiçbir işlemde kullanılamaz. / An invalid test certificate, of no use for anything."


@dataclass(frozen=True)
class Profile:
    """What makes a kind: policy, extended key usage (critical or not), QC statements; what the key is for."""

    policy: x509.ObjectIdentifier
    statements: tuple[str, ...] = ()
    usage: x509.ObjectIdentifier | None = None
    usage_critical: bool = False
    commits: bool = True  # its signatures are meant as such (nonRepudiation)
    enciphers: bool = False  # its key is for encipherment, not for signatures


PROFILES = {
    "signature": Profile(KAMUSM_QUALIFIED_POLICY, (QC_COMPLIANCE, QUALIFIED_NEWER)),
    "seal": Profile(SEAL_POLICY, (QUALIFIED, RESTRICTED)),
    "qualified-seal": Profile(SEAL_POLICY, (QC_COMPLIANCE, QUALIFIED_NEWER, RESTRICTED_NEWER)),
    "mali-muhur": Profile(MALI_MUHUR_POLICY, usage=MALI_MUHUR_USAGE),
    "encryption": Profile(SANDBOX_POLICY, enciphers=True),
    "time-stamp": Profile(TIME_STAMP_POLICY, usage=ExtendedKeyUsageOID.TIME_STAMPING, usage_critical=True, commits=False),
    "plain": Profile(SANDBOX_POLICY, commits=False),
}
KINDS = tuple(PROFILES)
ISSUED_UNDER = (KAMUSM_QUALIFIED_POLICY, SEAL_POLICY, TIME_STAMP_POLICY, MALI_MUHUR_POLICY)  # what the sub-CA may issue under


def subject_of(holder: str, number: str, organisation: bool) -> x509.Name:
    """Whose certificate it is: a person by name and T.C. number, an organisation by name and VKN or DETSİS number."""
    parts = [x509.NameAttribute(NameOID.COUNTRY_NAME, "TR"), x509.NameAttribute(NameOID.SERIAL_NUMBER, number)]
    if organisation:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, holder))
    return x509.Name([*parts, x509.NameAttribute(NameOID.COMMON_NAME, holder)])


def extensions_of(kind: str, elliptic: bool, signs: bool, base: str) -> list[tuple[x509.ExtensionType, bool]]:
    """The extensions of a kind, each with whether it is critical. elliptic: the key; base: of the issuer's addresses, or ""."""
    profile = PROFILES[kind]
    signs = signs and not profile.enciphers
    usage = usage_of(digital_signature=signs, content_commitment=signs and profile.commits, key_encipherment=not signs,
                     data_encipherment=profile.enciphers, key_agreement=profile.enciphers and elliptic)
    qualifiers: list[str | x509.UserNotice] = [x509.UserNotice(None, NOTICE)]
    if base:
        qualifiers.insert(0, base + "/ilke")
    found: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=False, path_length=None), True), (usage, True),
        (x509.CertificatePolicies([x509.PolicyInformation(profile.policy, qualifiers)]), False)]
    if profile.usage is not None:
        found.append((x509.ExtendedKeyUsage([profile.usage]), profile.usage_critical))
    if profile.statements:
        found.append((qc_statements(*profile.statements), False))
    return found


def addresses_of(base: str, issuer: str, ocsp: bool) -> list[x509.ExtensionType]:
    """Where to ask about a certificate of ISSUER ("root" or "sub"): nothing where BASE is ""."""
    if not base:
        return []
    asked = [(AuthorityInformationAccessOID.OCSP, "/ocsp")] if ocsp else []
    asked.append((AuthorityInformationAccessOID.CA_ISSUERS, f"/ca/{issuer}.crt"))
    ways = [x509.AccessDescription(oid, x509.UniformResourceIdentifier(base + path)) for oid, path in asked]
    crl = x509.DistributionPoint([x509.UniformResourceIdentifier(f"{base}/crl/{issuer}.crl")], None, None, None)
    return [x509.AuthorityInformationAccess(ways), x509.CRLDistributionPoints([crl])]


def qc_statements(*oids: str) -> x509.UnrecognizedExtension:
    """The QC statements extension (RFC 3739 §3.2.6) with statements that are object identifiers alone."""
    return x509.UnrecognizedExtension(QC_STATEMENTS, der(0x30, b"".join(der(0x30, _der_oid(oid)) for oid in oids)))


def der(tag: int, content: bytes) -> bytes:
    """One element of DER."""
    size = len(content)
    if size < 128:
        return bytes((tag, size)) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content


def _der_oid(dotted: str) -> bytes:
    arcs = [int(arc) for arc in dotted.split(".")]
    out = bytearray()
    for arc in (arcs[0] * 40 + arcs[1], *arcs[2:]):
        part = [arc & 0x7F]
        while arc := arc >> 7:
            part.append(0x80 | arc & 0x7F)
        out += bytes(reversed(part))
    return der(0x06, bytes(out))
