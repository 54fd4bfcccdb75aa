# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# OpenSC 0.23 signs with the virtual v1.0 card: its own akis driver and pkcs15-crypt choose the bytes, the openssl command
# judges the signature. It pads itself and sends the block as a chain, which is what the row akis-1 follows. Only the card is ours, and the PKCS #15 files (v1.1, 6) that OpenSC wants to find on it: nobody has
# said whether a real card has any.
"""The v1.0 card's signatures in the hands of OpenSC."""
from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from private_pcscd import AKIS1_ATR, PrivatePcscd

PIN = "739154"
DATA = b"Karatepe\n"
KEY_REFERENCE = 0x84


def tlv(tag: int, *parts: bytes) -> bytes:
    """DER of up to 64 kB."""
    content = b"".join(parts)
    size = len(content)
    length = bytes([size]) if size < 128 else bytes([0x81, size]) if size < 256 else bytes([0x82, size >> 8, size & 255])
    return bytes([tag]) + length + content


def sequence(*parts: bytes) -> bytes:
    return tlv(0x30, *parts)


def path(text: str) -> bytes:
    return sequence(tlv(0x04, bytes.fromhex(text)))


def label(text: str, *more: bytes) -> bytes:
    """CommonObjectAttributes."""
    return sequence(tlv(0x0C, text.encode()), *more)


def pkcs15_files() -> dict[str, bytes]:
    """ODF, TokenInfo, and the directories of one PIN and one key."""
    identifier, auth = tlv(0x04, b"\x45"), tlv(0x04, b"\x01")
    pin = sequence(label("PIN"), sequence(auth), tlv(0xA1, sequence(
        tlv(0x03, b"\x03\x08"), tlv(0x0A, b"\x01"), tlv(0x02, b"\x06"), tlv(0x02, b"\x0c"), tlv(0x02, b"\x10"),
        tlv(0x80, b"\x00\x80"), path("3F003D00"))))
    key = sequence(label("Key", tlv(0x03, b"\x07\x80"), auth), sequence(
        identifier, tlv(0x03, b"\x05\x20"), tlv(0x02, bytes([0, KEY_REFERENCE]))), tlv(0xA1, sequence(
            path(""), tlv(0x02, b"\x08\x00"))))
    return {"5015/5031": tlv(0xA0, path("3F0050154401")) + tlv(0xA8, path("3F0050154402")),
            "5015/5032": sequence(tlv(0x02, b"\x00"), tlv(0x04, b"\x01"), tlv(0x0C, b"test"), tlv(0x03, b"\x00")),
            "5015/4401": key, "5015/4402": pin}


@pytest.fixture
def pcscd() -> Iterator[PrivatePcscd]:
    with PrivatePcscd() as daemon:
        yield daemon


def opensc_signs(pcscd: PrivatePcscd, data: Path, out: Path, pin: str) -> subprocess.CompletedProcess[str]:
    config = pcscd.folder / "opensc.conf"
    config.write_text("app default {\n\tcard_drivers = old, internal;\n\tframework pkcs15 {\n\t\tuse_file_caching = no;\n\t}\n}\n")
    return pcscd.run("pkcs15-crypt", "--sign", "--key", "45", "--pkcs1", "--sha-256", "--raw", "--pin", pin,
                     "--input", str(data), "--output", str(out), OPENSC_CONF=str(config))


def test_opensc_signs_with_its_own_akis_driver(pcscd: PrivatePcscd, tmp_path: Path) -> None:
    key = rsa.generate_private_key(65537, 2048)
    der = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    card = pcscd.insert(
        f"kamupin-vcard 1\npersonality akis1\natr {AKIS1_ATR}\nserial 0102030405060708090A0B0C\n"
        f"pin.value {PIN.encode().hex()}\nsign.key {KEY_REFERENCE:02X} {der.hex()}\nfile 3D00/2F10 3003020105\n"
        + "".join(f"file {name} {content.hex()}\n" for name, content in pkcs15_files().items()))
    (tmp_path / "data").write_bytes(DATA)
    (tmp_path / "hash").write_bytes(hashlib.sha256(DATA).digest())
    (tmp_path / "key").write_bytes(key.public_key().public_bytes(serialization.Encoding.PEM,
                                                                 serialization.PublicFormat.SubjectPublicKeyInfo))
    wrong = opensc_signs(pcscd, tmp_path / "hash", tmp_path / "signature", "000000")
    assert wrong.returncode != 0 and not (tmp_path / "signature").exists()
    done = opensc_signs(pcscd, tmp_path / "hash", tmp_path / "signature", PIN)
    assert done.returncode == 0, done.stdout + done.stderr
    judged = subprocess.run(["openssl", "dgst", "-sha256", "-verify", "key", "-signature", "signature", "data"], cwd=tmp_path,
                            capture_output=True, text=True)
    assert judged.stdout == "Verified OK\n", judged.stderr
    sent = [one for one in card.commands() if one[2:4] in ("22", "2A")]
    assert [one[:8] for one in sent] == ["0022C384", "102A9E9A", "002A9E9A"]
    assert card.value("pin.tries") == "3"
