# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Certificates, OCSP answers and CRLs as a test wants them, right or wrong, made with `cryptography`; a web server on loopback that
# gives them out, and notes what was asked. Touches its own port.
"""A little PKI, and whoever answers for it."""
from __future__ import annotations

import datetime
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
NOW = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None, microsecond=0)
HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)
CA_USE = dict(digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False, key_agreement=False,
              key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False)
LEAF_USE = CA_USE | dict(digital_signature=True, content_commitment=True, key_cert_sign=False, crl_sign=False)


def seconds(moment: datetime.datetime) -> int:
    """Seconds since 1970 of a moment in UTC."""
    return int(moment.replace(tzinfo=datetime.timezone.utc).timestamp())


def name_of(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "TR"), x509.NameAttribute(NameOID.COMMON_NAME, text)])


@dataclass
class Party:
    """A certificate with its key, and who issued it."""

    certificate: x509.Certificate
    key: Key
    issuer: Party | None = None

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)


@dataclass
class Wish:
    """What a certificate is to be like; the usual one is right."""

    ca: bool = False
    length: int | None = None
    use: dict[str, bool] | None = None
    begins: datetime.datetime = NOW - DAY
    ends: datetime.datetime = NOW + 300 * DAY
    ocsp: Sequence[str] = ()
    crl: Sequence[str] = ()
    point: x509.DistributionPoint | None = None
    purposes: Sequence[x509.ObjectIdentifier] = ()
    digest: hashes.HashAlgorithm = field(default_factory=hashes.SHA256)
    more: Sequence[tuple[x509.ExtensionType, bool]] = ()
    serial: int = 0
    key: Key | None = None
    name: x509.Name | None = None
    bare: bool = False  # names no keys: neither its own nor its issuer's


def new_key(kind: str = "ec") -> Key:
    return ec.generate_private_key(ec.SECP256R1()) if kind == "ec" else rsa.generate_private_key(65537, 2048)


def issue(text: str, issuer: Party | None, wish: Wish | None = None, **said: Any) -> Party:
    """A certificate; without an issuer it is self-signed."""
    wish = wish or Wish(**said)
    key = wish.key or new_key()
    name = wish.name or name_of(text)
    by = name if issuer is None else issuer.certificate.subject
    builder = (x509.CertificateBuilder().subject_name(name).issuer_name(by).public_key(key.public_key())
               .serial_number(wish.serial or x509.random_serial_number()).not_valid_before(wish.begins).not_valid_after(wish.ends))
    more: list[tuple[x509.ExtensionType, bool]] = []
    if not wish.bare:
        more.append((x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False))
    if issuer is not None and not wish.bare:
        more.append((x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), False))
    more.append((x509.BasicConstraints(wish.ca, wish.length if wish.ca else None), True))
    more.append((x509.KeyUsage(**(wish.use or (CA_USE if wish.ca else LEAF_USE))), True))
    if wish.ocsp:
        more.append((x509.AuthorityInformationAccess(
            [x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(one)) for one in wish.ocsp]), False))
    points = [] if wish.point is None else [wish.point]
    if wish.crl:
        points.append(x509.DistributionPoint([x509.UniformResourceIdentifier(one) for one in wish.crl], None, None, None))
    if points:
        more.append((x509.CRLDistributionPoints(points), False))
    if wish.purposes:
        more.append((x509.ExtendedKeyUsage(list(wish.purposes)), False))
    for extension, critical in [*more, *wish.more]:
        builder = builder.add_extension(extension, critical)
    return Party(builder.sign(key if issuer is None else issuer.key, wish.digest), key, issuer)


def responder_of(issuer: Party, **said: Any) -> Party:
    """A certificate that may answer for its issuer."""
    return issue("Responder", issuer, Wish(**({"purposes": [ExtendedKeyUsageOID.OCSP_SIGNING]} | said)))


def crl_of(issuer: Party, revoked: Sequence[tuple[int, x509.ReasonFlags | None]] = (), *, begins: datetime.datetime = NOW - HOUR,
           ends: datetime.datetime = NOW + DAY, key: Key | None = None, name: x509.Name | None = None,
           more: Sequence[tuple[x509.ExtensionType, bool]] = (), when: datetime.datetime = NOW - 2 * HOUR,
           signed_over: hashes.HashAlgorithm = hashes.SHA256()) -> bytes:
    """A CRL, DER."""
    builder = x509.CertificateRevocationListBuilder().issuer_name(name or issuer.certificate.subject).last_update(begins).next_update(ends)
    for serial, reason in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(when)
        builder = builder.add_revoked_certificate(
            (entry if reason is None else entry.add_extension(x509.CRLReason(reason), False)).build())
    for extension, critical in more:
        builder = builder.add_extension(extension, critical)
    return builder.sign(key or issuer.key, signed_over).public_bytes(serialization.Encoding.DER)


@dataclass
class Said:
    """What a responder says; the usual answer is right."""

    status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD
    reason: x509.ReasonFlags | None = None
    revoked: datetime.datetime = NOW - 2 * HOUR
    begins: datetime.datetime | None = None
    ends: datetime.datetime | None = None
    nonce: bytes | None = None  # None: the question's; b"": none
    about: x509.Certificate | None = None
    signer: Party | None = None  # None: the issuer
    key: Key | None = None  # signs in the signer's name, and is not its key
    certificates: Sequence[x509.Certificate] = ()
    digest: hashes.HashAlgorithm = field(default_factory=hashes.SHA1)
    signed_over: hashes.HashAlgorithm = field(default_factory=hashes.SHA256)


def answer_of(leaf: Party, said: Said, question: ocsp.OCSPRequest | None) -> bytes:
    """An OCSP answer, DER."""
    assert leaf.issuer is not None
    signer, encoding = said.signer or leaf.issuer, ocsp.OCSPResponderEncoding.HASH
    if said.key is not None:  # in its name alone: `cryptography` wants certificate and key to match
        signer, encoding = issue("", None, key=said.key, name=signer.certificate.subject), ocsp.OCSPResponderEncoding.NAME
    gone = said.status == ocsp.OCSPCertStatus.REVOKED
    builder = ocsp.OCSPResponseBuilder().add_response(
        said.about or leaf.certificate, leaf.issuer.certificate, said.digest, said.status, said.begins or NOW - HOUR / 2, said.ends,
        said.revoked if gone else None, said.reason if gone else None).responder_id(encoding, signer.certificate)
    nonce = said.nonce
    if nonce is None and question is not None:
        nonce = question.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
    if nonce:
        builder = builder.add_extension(x509.OCSPNonce(nonce), False)
    if said.certificates:
        builder = builder.certificates(list(said.certificates))
    return builder.sign(signer.key, said.signed_over).public_bytes(serialization.Encoding.DER)


Reply = bytes | tuple[int, bytes, dict[str, str]]
Answer = Callable[[bytes], Reply]


class Web:
    """Gives out what a path was told, and notes the requests: (method, path, body)."""

    def __init__(self) -> None:
        web = self
        self.paths: dict[str, Answer | bytes] = {}
        self.asked: list[tuple[str, str, bytes]] = []
        self.stop = threading.Event()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                web.asked.append((self.command, self.path, body))
                told = web.paths.get(self.path)
                reply = told(body) if callable(told) else told
                status, content, headers = reply if isinstance(reply, tuple) else (200, reply, {})
                if content is None:
                    status, content = 404, b"no such thing"
                self.send_response(status)
                for key, value in {"Content-Length": str(len(content)), **headers}.items():
                    self.send_header(key, value)
                self.end_headers()
                try:
                    self.wfile.write(content)
                except OSError:
                    pass  # the client has had enough

            do_POST = do_GET

            def log_message(self, *_: object) -> None:
                """Nothing: what was asked is in `asked`."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()

    def methods(self) -> list[str]:
        """What was asked since the last time, "METHOD path"."""
        found = [f"{method} {path}" for method, path, _ in self.asked]
        self.asked.clear()
        return found

    def responder(self, path: str, leaf: Party, said: Said | None = None, spoil: Callable[[bytes], Reply] = bytes) -> None:
        """Answers questions at a path about one certificate."""
        self.paths[path] = lambda body: spoil(answer_of(leaf, said or Said(), ocsp.load_der_ocsp_request(body)))

    def close(self) -> None:
        self.stop.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def __enter__(self) -> Web:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _value: BaseException | None, _trace: TracebackType | None) -> None:
        self.close()


def der(tag: int, content: bytes) -> bytes:
    """A DER element."""
    length = len(content)
    size = b"" if length < 128 else length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size) if size else length]) + size + content


def long_crl(issuer: Party, serials: Sequence[int], reason: int = 1) -> bytes:
    """A CRL of very many entries, which `cryptography` is slow to build: every entry has this reason. Signed by an EC key."""
    assert isinstance(issuer.key, ec.EllipticCurvePrivateKey)
    sha256_with_ecdsa = der(0x30, bytes.fromhex("06082a8648ce3d040302"))
    moments = [der(0x17, f"{moment:%y%m%d%H%M%S}Z".encode()) for moment in (NOW - HOUR, NOW + DAY)]
    rest = moments[0] + der(0x30, der(0x30, bytes.fromhex("0603551d150403") + der(0x0A, bytes([reason]))))
    entries = b"".join(der(0x30, der(2, serial.to_bytes(serial.bit_length() // 8 + 1, "big")) + rest) for serial in serials)
    tbs = der(0x30, der(2, b"\x01") + sha256_with_ecdsa + issuer.certificate.subject.public_bytes() + moments[0] + moments[1]
              + der(0x30, entries))
    return der(0x30, tbs + sha256_with_ecdsa + der(3, b"\x00" + issuer.key.sign(tbs, ec.ECDSA(hashes.SHA256()))))
