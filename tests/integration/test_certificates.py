# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What the library reads in certificates, compared with `openssl x509` and with Python's cryptography (whose reader of
# X.509 is written in Rust): every certificate that this machine has in /etc/ssl/certs, every one in the folder that
# KAMUPIN_REAL_CERTS names (Kamu SM's roots: .ci/run), and every one that a sandbox has issued. The names, numbers and
# keys of the first two were made by others. Touches sandboxes of its own and reads those folders.
"""Certificates, read."""
from __future__ import annotations

import base64
import hashlib
import os
import re
import subprocess
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtensionOID

from box import BUILD, Box
from cli import STATUS
from provoked import provoked

Sandbox = Callable[..., Box]
Said = dict[str, list[str]]

DRIVER = str(BUILD / "bin" / "driver-certificates")
EXAMPLE = str(BUILD / "bin" / "example-certificates")
CURVES = {"secp256r1": "EC P-256", "secp384r1": "EC P-384", "secp521r1": "EC P-521"}
USAGES = ["digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign",
          "crl_sign", "encipher_only", "decipher_only"]
WEAK_HASH, WEAK_KEY, WEAK_ANCHOR, WEAK_TEST = 1, 2, 4, 8
GIVEN, CARD = 1, 2
PUBLIC_BODY = "12345678"  # the sandbox's
ROOT = "Kamu SM Kök Sertifika Hizmet Sağlayıcısı - Sürüm "
# SHA-256 of Kamu SM's roots, as published; the version, and what is weak about it.
ROOTS = {"FB3D224BBC9B70B0D11929865E23D3993145B0D45B0CC54A3B8DB0B55CD7C90C": ("4", WEAK_HASH | WEAK_ANCHOR),
         "0F41D3BDB0687FD825303974CD052CCACA0A03B4125A2FD4A18F5063512318F3": ("5", 0),
         "AA466D3B528DC947C7E1DCA594C0DEB4A1D2B987C119125FCD7435DE92A23C60": ("6", 0),
         "23044F859844C23A2D082E518627FE8D69F5B21A7F7AF30CE204434C4055387D": ("7", 0)}


def read(*words: str | Path, box: Box | None = None) -> list[Said]:
    """What the library says of the certificates of files, and of a sandbox's card with --card."""
    argv = [DRIVER, *map(str, words)]
    done = box.run(*argv) if box else subprocess.run(argv, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    found: list[Said] = []
    for block in done.stdout.split("\n\n")[:-1]:
        said: Said = {}
        for line in block.split("\n"):
            name, _, value = line.partition("\t")
            said.setdefault(name, []).append(value)
        found.append(said)
    return found


def by_openssl(pem: bytes) -> dict[str, str]:
    """What `openssl x509` says of the same things, in our words for them."""
    done = subprocess.run(["openssl", "x509", "-noout", "-subject", "-issuer", "-serial", "-dates", "-dateopt", "iso_8601",
                           "-fingerprint", "-sha256", "-nameopt", "RFC2253,-esc_msb,utf8"], input=pem, capture_output=True, timeout=20)
    assert done.returncode == 0, done.stderr
    said = dict(line.split("=", 1) for line in done.stdout.decode().splitlines())

    def seconds(date: str) -> str:
        return str(int(datetime.strptime(date, "%Y-%m-%d %H:%M:%SZ").replace(tzinfo=timezone.utc).timestamp()))

    return {"subject": said["subject"], "issuer": said["issuer"], "serial": said["serial"], "not-before": seconds(said["notBefore"]),
            "not-after": seconds(said["notAfter"]), "fingerprint": said["sha256 Fingerprint"].replace(":", ""),
            "decimal": str(int(said["serial"], 16))}


def extension(certificate: x509.Certificate, oid: Any) -> Any:
    try:
        return certificate.extensions.get_extension_for_oid(oid).value
    except x509.ExtensionNotFound:
        return []


def by_cryptography(certificate: x509.Certificate) -> Said:
    """What Python's cryptography says of key, usage and identifiers."""
    key = certificate.public_key()
    usage = extension(certificate, ExtensionOID.KEY_USAGE)
    bits = 0
    for number, name in enumerate(USAGES):
        only = name.endswith("_only") and not (usage and usage.key_agreement)  # cryptography says nothing of these without
        bits |= 1 << number if usage and not only and getattr(usage, name) else 0
    access = [(one.access_method, one.access_location.value) for one in extension(certificate, ExtensionOID.AUTHORITY_INFORMATION_ACCESS)]
    said = {
        "usage": [str(bits)],
        "policy": [one.policy_identifier.dotted_string for one in extension(certificate, ExtensionOID.CERTIFICATE_POLICIES)],
        "purpose": [one.dotted_string for one in extension(certificate, ExtensionOID.EXTENDED_KEY_USAGE)],
        "ocsp": [value for method, value in access if method == AuthorityInformationAccessOID.OCSP],
        "issuer-file": [value for method, value in access if method == AuthorityInformationAccessOID.CA_ISSUERS],
        "crl": [name.value for point in extension(certificate, ExtensionOID.CRL_DISTRIBUTION_POINTS)
                for name in point.full_name or [] if isinstance(name, x509.UniformResourceIdentifier)],
    }
    if isinstance(key, rsa.RSAPublicKey):
        said |= {"key": [f"RSA {key.key_size}"], "key-bits": [str(key.key_size)], "key-type": ["1"]}
    elif isinstance(key, ec.EllipticCurvePublicKey):
        said |= {"key": [CURVES.get(key.curve.name, f"EC {key.curve.name}")], "key-bits": [str(key.key_size)]}
    return said


def compare(said: Said, der: bytes) -> None:
    """Holds one certificate to what the two others say of it."""
    certificate = x509.load_der_x509_certificate(der)
    expected = {name: [value] for name, value in by_openssl(certificate.public_bytes(Encoding.PEM)).items()}
    expected |= by_cryptography(certificate)
    assert {name: said.get(name, []) for name in expected} == expected
    assert said["octets"] == [f"{certificate.serial_number:X}".zfill(2 * ((certificate.serial_number.bit_length() + 7) // 8 or 1))]
    now = datetime.now(timezone.utc).timestamp()
    assert said["validity"] == ["1" if now < int(said["not-before"][0]) else "2" if now <= int(said["not-after"][0]) else "3"]
    assert said["self-issued"] == [str(int(certificate.subject == certificate.issuer))]


def pem_blocks(path: Path) -> list[bytes]:
    """The certificates of a PEM file, as DER."""
    return [base64.b64decode(block) for block in re.findall(
        rb"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", path.read_bytes(), re.S)]


def test_every_certificate_of_this_machine_is_read_as_others_read_it() -> None:
    real = os.environ.get("KAMUPIN_REAL_CERTS")
    folders = [Path("/etc/ssl/certs")] + ([Path(real)] if real else [])
    files = sorted(path for folder in folders for path in folder.iterdir() if path.is_file() and path.suffix in (".pem", ".crt"))
    assert len(files) > 100, "this machine has certificates of authorities"
    expected: dict[str, bytes] = {}
    for path in files:
        for der in pem_blocks(path):
            expected.setdefault(hashlib.sha256(der).hexdigest().upper(), der)
    found = read(*files)
    assert [said["fingerprint"][0] for said in found] == list(expected)  # each once, though the bundle has them all again
    for said, der in zip(found, expected.values()):
        compare(said, der)
        certificate = x509.load_der_x509_certificate(der)
        basic = extension(certificate, ExtensionOID.BASIC_CONSTRAINTS)
        assert said["class"] == ["authority" if basic and basic.ca else "other"]  # Debian's snakeoil certificate is none
        assert said["holder"][0] != ""
        hash_name = certificate.signature_hash_algorithm
        weakness = WEAK_HASH if hash_name is not None and hash_name.name in ("sha1", "md5") else 0
        version, known_weakness = ROOTS.get(said["fingerprint"][0], (None, weakness))
        assert said.get("known-root", []) == ([ROOT + version] if version else [])
        assert int(said["weakness"][0]) == known_weakness
    if real:
        assert {said["fingerprint"][0] for said in found if "known-root" in said} == set(ROOTS)


def issued(box: Box, folder: Path) -> dict[str, tuple[dict[str, Any], Path]]:
    """What a sandbox has issued, by fingerprint: its record, and the certificate in a file."""
    found = {}
    for number, record in enumerate(box.control.get("/certificates")["certificates"]):
        path = folder / f"{number}.cer"
        path.write_bytes(base64.b64decode(record["der"]))
        found[record["sha256"].upper()] = (record, path)
    return found


def test_what_a_sandbox_has_issued_is_read_as_others_read_it(sandbox: Sandbox, tmp_path: Path) -> None:
    box = sandbox(["akis2"])
    records = issued(box, tmp_path)
    found = read(*(path for _, path in records.values()))
    assert len(found) == len(records) > 10
    classes: dict[str, set[str]] = {}
    for said in found:
        record, path = records[said["fingerprint"][0]]
        compare(said, path.read_bytes())
        assert said["holder"] == [record["holder"]]
        assert int(said["weakness"][0]) == 0  # the sandbox is no PKI of Kamu SM's
        classes.setdefault(record["product"], set()).add(said["class"][0])
        assert ("whole-identity" not in said) == (record["owner"] == f"detsis:{PUBLIC_BODY}")  # eight digits, none of them a check digit
        whole, masked = said.get("whole-identity", [PUBLIC_BODY])[0], said["identity"][0] or "******" + PUBLIC_BODY[-2:]
        assert len(masked) == len(whole) and masked == "*" * (len(whole) - 2) + whole[-2:]
        assert said["identity-type"] == [{11: "1", 10: "3"}.get(len(whole), "0")]
        assert whole in said["subject"][0]
        for name in ("masked", "holder", "organisation"):
            assert whole not in said.get(name, [""])[0]
        assert said["masked"][0].replace(masked, whole) == said["subject"][0]
    assert classes == {"nes": {"signature"}, "mali-muhur": {"mali-muhur"}, "elektronik-muhur": {"qualified-seal"},
                       "kurumsal-sifreleme": {"encryption"}}


def test_a_card_and_files_are_one_list(sandbox: Sandbox, tmp_path: Path) -> None:
    box = sandbox(["akis2"])
    records = issued(box, tmp_path)
    on_card = [fingerprint for fingerprint, (record, _) in records.items() if record.get("card_id") == box.cards[0].card_id]
    others = [fingerprint for fingerprint in records if fingerprint not in on_card]
    assert on_card and others
    given = [records[on_card[0]][1], records[others[0]][1]]
    found = read("--card", *given, box=box)
    assert [said["fingerprint"][0] for said in found] == [*on_card, others[0]]
    assert [int(said["sources"][0]) for said in found] == [CARD | GIVEN, *[CARD] * (len(on_card) - 1), GIVEN]
    for index, said in enumerate(found[:-1]):
        assert said["card-id"] == [box.cards[0].card_id] and said["card-index"] == [str(index)]
    assert found[-1]["card-id"] == [""]
    # The one-page program, without a file: every card there is.
    done = box.run(EXAMPLE)
    assert done.returncode == 0, done.stderr
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    assert [line[3] for line in lines] == [said["serial"][0] for said in found[:-1]]
    assert {line[4] for line in lines} == {box.cards[0].card_id}
    assert [line[2] for line in lines] == [said["identity"][0] for said in found[:-1]]


def test_files_without_a_certificate_are_said_so(tmp_path: Path) -> None:
    empty, key = tmp_path / "empty", tmp_path / "key.pem"
    empty.touch()
    subprocess.run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", str(key), "-aes128",
                    "-pass", "pass:parola"], check=True, capture_output=True, timeout=20)
    for path in (empty, key, tmp_path, tmp_path / "nothing"):
        done = subprocess.run([EXAMPLE, str(path)], capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL)
        assert done.returncode == STATUS["certificate-file"], path
        assert done.stdout == "" and "sertifika" in done.stderr.lower()
    provoked("certificate-file")
