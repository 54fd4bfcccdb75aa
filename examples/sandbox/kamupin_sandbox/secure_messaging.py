# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Secure messaging by ISO/IEC 7816-4 (as ICAO Doc 9303-11 and BSI TR-03110-3 use it) on `cryptography`: how the service
# authenticates itself to a card and speaks to it through a client. The library and the virtual card have an implementation
# each, and both are this project's; this third one shares no code with either and is itself held to published examples
# (tests/integration/test_secure_messaging.py). Pure: touches nothing but its own objects.
"""Secure messaging with a card: sessions, and how one begins."""
from __future__ import annotations

import hashlib
import secrets
from collections.abc import Generator
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC


class Refused(Exception):
    """The other side's message is not what a session allows."""


def pad(data: bytes, block: int) -> bytes:
    """ISO/IEC 7816-4 padding (ISO/IEC 9797-1 method 2)."""
    return data + b"\x80" + bytes(-(len(data) + 1) % block)


def unpad(data: bytes) -> bytes:
    """What pad was given."""
    bare = data.rstrip(b"\x00")
    if not bare.endswith(b"\x80"):
        raise Refused("padding")
    return bare[:-1]


def tlv(tag: int, value: bytes) -> bytes:
    """One data object with the shortest length."""
    size = len(value)
    head = bytes([size]) if size < 0x80 else bytes([0x81, size]) if size < 0x100 else b"\x82" + size.to_bytes(2, "big")
    return bytes([tag]) + head + value


def objects(data: bytes) -> list[tuple[int, bytes]]:
    """The data objects of a field."""
    found: list[tuple[int, bytes]] = []
    while data:
        if len(data) < 2:
            raise Refused("a tag without a length")
        tag, size, at = data[0], data[1], 2
        if size > 0x82:
            raise Refused("a length of too many bytes")
        if size >= 0x81:
            at = 2 + size - 0x80
            size = int.from_bytes(data[2:at], "big")
        if len(data) < at + size:
            raise Refused("a length beyond the end")
        found.append((tag, data[at:at + size]))
        data = data[at + size:]
    return found


def checksum(algorithm: str, key: bytes, message: bytes) -> bytes:
    """The checksum over whole blocks: CMAC cut to 8 bytes, or MAC algorithm 3 of ISO/IEC 9797-1."""
    if algorithm == "aes":
        maker = CMAC(algorithms.AES(key))
        maker.update(message)
        return maker.finalize()[:8]
    left, right = key[:8], key[8:16]
    chain = Cipher(algorithms.TripleDES(left), modes.CBC(bytes(8))).encryptor().update(message)[-8:]
    opened = Cipher(algorithms.TripleDES(right), modes.ECB()).decryptor().update(chain)
    return Cipher(algorithms.TripleDES(left), modes.ECB()).encryptor().update(opened)


@dataclass
class Session:
    """One side of a session: "aes" (CBC under an encrypted counter, CMAC) or "3des" (CBC from zero, MAC algorithm 3 of
    ISO/IEC 9797-1)."""

    algorithm: str
    encryption: bytes
    mac: bytes
    counter: int

    @property
    def keys(self) -> bytes:
        """What is handed over: both keys and the counter's present value, one after another."""
        return self.encryption + self.mac + self.counter.to_bytes(self.block, "big")

    @property
    def block(self) -> int:
        """Bytes in a block, and in the counter."""
        return 16 if self.algorithm == "aes" else 8

    def step(self) -> bytes:
        """The next value of the counter."""
        self.counter = (self.counter + 1) % (1 << 8 * self.block)
        return self.counter.to_bytes(self.block, "big")

    def _cipher(self) -> Cipher:
        if self.algorithm == "aes":
            now = Cipher(algorithms.AES(self.encryption), modes.ECB()).encryptor()
            start = now.update(self.counter.to_bytes(16, "big"))
            return Cipher(algorithms.AES(self.encryption), modes.CBC(start))
        return Cipher(algorithms.TripleDES(self.encryption), modes.CBC(bytes(8)))

    def encrypt(self, plain: bytes) -> bytes:
        """The cryptogram of a field under the counter's present value."""
        return self._cipher().encryptor().update(pad(plain, self.block))

    def decrypt(self, cryptogram: bytes) -> bytes:
        """The field of a cryptogram."""
        if not cryptogram or len(cryptogram) % self.block:
            raise Refused("a cryptogram of broken blocks")
        return unpad(self._cipher().decryptor().update(cryptogram))

    def checksum(self, covered: bytes) -> bytes:
        """The checksum over padded parts, under the counter's present value."""
        return checksum(self.algorithm, self.mac, self.counter.to_bytes(self.block, "big") + covered)

    # ---- the terminal's side ----

    def protect(self, header: bytes, data: bytes = b"", le: int | None = None) -> bytes:
        """A command as it goes over the wire; `le` is 1 to 256."""
        self.step()
        head = bytes([header[0] | 0x0C]) + header[1:4]
        field = b""
        if data:
            field += tlv(0x85, self.encrypt(data)) if header[1] & 1 else tlv(0x87, b"\x01" + self.encrypt(data))
        if le is not None:
            field += tlv(0x97, bytes([le & 0xFF]))
        covered = pad(head, self.block) + (pad(field, self.block) if field else b"")
        field += tlv(0x8E, self.checksum(covered))
        return head + bytes([len(field)]) + field + b"\x00"

    def unprotect(self, answer: bytes, odd: bool = False) -> tuple[bytes, int]:
        """Data and status word of an answer."""
        self.step()
        field, trailer = answer[:-2], answer[-2:]
        if len(field) < 14 or field[-10:-8] != b"\x8e\x08":
            raise Refused("no checksum at the end")
        covered = field[:-10]
        if self.checksum(pad(covered, self.block)) != field[-8:]:
            raise Refused("checksum")
        found = objects(covered)
        if not found or found[-1][0] != 0x99 or found[-1][1] != trailer or len(found) > 2:
            raise Refused("status")
        data = b""
        if len(found) == 2:
            tag, value = found[0]
            if tag != (0x85 if odd else 0x87) or (not odd and value[:1] != b"\x01"):
                raise Refused("data object")
            data = self.decrypt(value if odd else value[1:])
        return data, int.from_bytes(trailer, "big")

    # ---- the card's side ----

    def open(self, apdu: bytes) -> tuple[bytes, bytes, int | None]:
        """Header (its class without secure messaging), data and le of a command."""
        self.step()
        head, field = apdu[:4], apdu[5:-1]
        if apdu[4] != len(field) or apdu[-1] != 0 or field[-10:-8] != b"\x8e\x08":
            raise Refused("form")
        inside = field[:-10]
        covered = pad(head, self.block) + (pad(inside, self.block) if inside else b"")
        if self.checksum(covered) != field[-8:]:
            raise Refused("checksum")
        data, le = b"", None
        for tag, value in objects(inside):
            if tag == 0x97:
                le = value[0] or 256
            elif tag == 0x87 and value[:1] == b"\x01":
                data = self.decrypt(value[1:])
            elif tag == 0x85:
                data = self.decrypt(value)
            else:
                raise Refused("data object")
        return bytes([head[0] & ~0x0C]) + head[1:], data, le

    def answer(self, data: bytes, status: int, odd: bool = False) -> bytes:
        """An answer as the card sends it."""
        self.step()
        field = b""
        if data:
            field = tlv(0x85, self.encrypt(data)) if odd else tlv(0x87, b"\x01" + self.encrypt(data))
        word = status.to_bytes(2, "big")
        field += tlv(0x99, word)
        return field + tlv(0x8E, self.checksum(pad(field, self.block))) + word


class MutualAuthentication:
    """The terminal's side of MUTUAL AUTHENTICATE as the virtual card has it: the shape of ICAO Doc 9303-11, 4.3 and D.3.
    Keys of 16 bytes are 3DES keys, of 32 AES-256 keys."""

    def __init__(self, encryption: bytes, mac: bytes, challenge: bytes, *, random: bytes | None = None,
                 half: bytes | None = None) -> None:
        self.algorithm = "aes" if len(encryption) == 32 else "3des"
        self.encryption, self.mac, self.challenge = encryption, mac, challenge
        self.random = random or secrets.token_bytes(8)
        self.half = half or secrets.token_bytes(len(encryption))

    @property
    def _block(self) -> int:
        return 16 if self.algorithm == "aes" else 8

    def _cipher(self) -> Cipher:
        kind = algorithms.AES if self.algorithm == "aes" else algorithms.TripleDES
        return Cipher(kind(self.encryption), modes.CBC(bytes(self._block)))

    def _sum(self, token: bytes) -> bytes:
        return checksum(self.algorithm, self.mac, pad(token, self._block))

    def token(self) -> bytes:
        """The command's data field."""
        sealed = self._cipher().encryptor().update(self.random + self.challenge + self.half)
        return sealed + self._sum(sealed)

    def session(self, answer: bytes) -> Session:
        """The session that the card's answer gives."""
        sealed, found = answer[:-8], answer[-8:]
        if len(sealed) != 16 + len(self.half) or self._sum(sealed) != found:
            raise Refused("the card's token")
        opened = self._cipher().decryptor().update(sealed)
        if opened[:16] != self.challenge + self.random:
            raise Refused("the card's random numbers")
        seed = bytes(a ^ b for a, b in zip(self.half, opened[16:], strict=True))
        part = 8 if self.algorithm == "aes" else 4
        counter = int.from_bytes(self.challenge[-part:] + self.random[-part:], "big")
        return Session(self.algorithm, derive(self.algorithm, seed, 1), derive(self.algorithm, seed, 2), counter)


def begin(encryption: bytes, mac: bytes, reference: int = 0x84) -> Generator[bytes, bytes, Session]:
    """The commands that begin a session, one by one: each answer (with its status word) is sent in, the session returned.
    The application is selected already; an answer that is not 9000 ends it with Refused."""
    challenge = yield bytes.fromhex("0084000008")
    if len(challenge) != 10 or challenge[8:] != b"\x90\x00":
        raise Refused(f"the challenge: {challenge.hex()}")
    mutual = MutualAuthentication(encryption, mac, challenge[:8])
    token = mutual.token()
    answer = yield bytes([0x00, 0x82, 0x00, reference, len(token)]) + token + b"\x00"
    if answer[-2:] != b"\x90\x00":
        raise Refused(f"the card's status word: {answer.hex()}")
    return mutual.session(answer[:-2])


def derive(algorithm: str, seed: bytes, number: int) -> bytes:
    """A session key: the KDF of ICAO Doc 9303-11, 9.7.1 (3DES with odd parity)."""
    data = seed + number.to_bytes(4, "big")
    if algorithm == "aes":
        return hashlib.sha256(data).digest()
    return bytes(b & 0xFE | (bin(b >> 1).count("1") + 1) % 2 for b in hashlib.sha1(data).digest()[:16])
