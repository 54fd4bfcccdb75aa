# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Signed documents, through the public calls (driver-cms). Not ours on the other end: the `openssl` command reads and judges
# every document, with the rules of CAdES and with the sandbox's root as the only thing it trusts; pcscd and vpcd carry the
# commands. The card that signs is ours, and nobody has seen a real one take these bytes.
"""Tests of CMS documents."""
from __future__ import annotations

import hashlib
import itertools
import re
import subprocess
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path

import pytest

from attempt import costly, spends_nothing
from box import BUILD, Box
from kamupin_sandbox.ca import CardIssuer
from test_sign import ANY, HASHES, PIN, READY, UNPROVEN, signing_commands

TEXT = "Elektronik işlemlerimi onaylıyorum.\r\nHitit güneşi\n".encode() + bytes(range(256))
MOST = 16 << 20
DAY = 86400


class Desk:
    """A folder with a document that is to be signed, and what belongs to it."""

    def __init__(self, box: Box, folder: Path, content: bytes = TEXT, slot: int = 0) -> None:
        self.box, self.folder, self.slot = box, folder, slot
        (folder / "content").write_bytes(content)
        issuers = CardIssuer(box.folder / "service" / "card-issuer").authorities()
        (folder / "issuers.pem").write_text("".join(issuers["roots"] + issuers["between"]))
        (folder / "roots.pem").write_text("".join(issuers["roots"]))
        (folder / "between.pem").write_text("".join(issuers["between"]))

    def sign(self, hash_name: str = "sha256", certificate: int = ANY, detached: bool = False, risk: int = UNPROVEN, days: int = 0,
             pin: str = PIN, between: Sequence[str] = ()) -> dict[str, str]:
        """What driver-cms says; the document is in the file `made`."""
        done = self.box.run(str(BUILD / "bin" / "driver-cms"), self.box.cards[self.slot].reader, str(HASHES[hash_name]), str(certificate),
                            str(risk), str(int(detached)), str(days), str(self.folder / "content"), str(self.folder / "made"),
                            *(str(self.folder / name) for name in between), input=pin + "\n")
        assert done.returncode == 0, done.stderr
        words = done.stdout.split()
        return {"status": words[0], **dict(word.split("=", 1) for word in words[1:])}

    def must_sign(self, *args, **how) -> bytes:
        """Its bytes."""
        said = self.sign(*args, **how)
        assert (said["status"], said["record"], said["made"]) == ("ok", "ok", "1"), said
        return (self.folder / "made").read_bytes()

    def openssl(self, *argv: str) -> subprocess.CompletedProcess[bytes]:
        """The openssl command, in this folder."""
        return subprocess.run(["openssl", *argv], cwd=self.folder, capture_output=True)

    def verify(self, *options: str, detached: bool = False) -> subprocess.CompletedProcess[bytes]:
        """openssl cms -verify, strictly: the rules of CAdES, the sandbox's root, and its sub-CA to reach it by. What was signed is
        in the file `out`."""
        outside = ["-content", "content"] if detached else []
        return self.openssl("cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", "made", "-CAfile",
                            "issuers.pem", "-purpose", "any", "-certsout", "inside.pem", "-out", "out", *outside, *options)

    def must_verify(self, detached: bool = False) -> None:
        """… accepts it, and the content is the one that was signed."""
        done = self.verify(detached=detached)
        assert done.returncode == 0 and b"CAdES Verification successful" in done.stderr, done.stderr
        assert (self.folder / "out").read_bytes() == (self.folder / "content").read_bytes()

    def tree(self) -> str:
        """The whole document, as openssl tells it."""
        done = self.openssl("cms", "-cmsout", "-print", "-noout", "-inform", "DER", "-in", "made")
        assert done.returncode == 0, done.stderr
        return done.stdout.decode("utf-8", "replace")


@pytest.fixture(scope="module")
def signers() -> Iterator[Box]:
    """Cards that sign: v2.x with each key, and v1.0."""
    with Box(["akis2:rsa", "akis2:p256", "akis2:p384", "akis1:rsa"]) as box:
        yield box


# digestAlgorithm, signatureAlgorithm as RFC 5754 names them; the signing key as openssl does.
ALGORITHMS = {0: "rsaEncryption", 1: "ecdsa-with-{}", 2: "ecdsa-with-{}", 3: "rsaEncryption"}


@pytest.mark.parametrize("slot, hash_name, detached", itertools.product(range(4), HASHES, [False, True]))
def test_openssl_accepts_every_document(signers, tmp_path, slot, hash_name, detached):
    desk = Desk(signers, tmp_path, slot=slot)
    desk.must_sign(hash_name, detached=detached)
    desk.must_verify(detached)
    said = desk.tree()
    assert said.count(f"algorithm: {ALGORITHMS[slot].format(hash_name.upper())}") >= 1
    assert ("eContent: <ABSENT>" in said) == detached
    signer = said[said.index("signerInfos:"):]
    assert re.search(r"digestAlgorithm:\s+algorithm: " + hash_name + " ", signer), signer


@pytest.mark.parametrize("slot, detached", itertools.product(range(3), [False, True]))
def test_a_changed_byte_is_refused(signers, tmp_path, slot, detached):
    desk = Desk(signers, tmp_path, slot=slot)
    made = desk.must_sign(detached=detached)
    (tmp_path / "made").write_bytes(made[:-1] + bytes([made[-1] ^ 1]))  # of the signature, which stands last
    assert desk.verify(detached=detached).returncode != 0
    (tmp_path / "made").write_bytes(made)
    if detached:
        (tmp_path / "content").write_bytes(TEXT + b".")
    else:
        at = made.index(TEXT)
        (tmp_path / "made").write_bytes(made[:at] + b"e" + made[at + 1:])
    done = desk.verify(detached=detached)
    assert done.returncode != 0 and b"verification failure" in done.stderr
    (tmp_path / "content").write_bytes(TEXT)
    (tmp_path / "made").write_bytes(made)
    desk.must_verify(detached)


def attributes(tree: str) -> dict[str, str]:
    """Name of a signed attribute → its text."""
    _, _, signed = tree.partition("signedAttrs:")
    signed, _, _ = signed.partition("signatureAlgorithm:")
    parts = re.split(r"object: (\S+) \([0-9.]+\)", signed)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize("slot, hash_name", [(0, "sha256"), (1, "sha256"), (2, "sha384"), (0, "sha512")])
def test_the_signed_attributes_are_those_of_cades_b_b(signers, tmp_path, slot, hash_name):
    """ETSI EN 319 122-1, 6.3: content-type, message-digest, signing-certificate-v2 and signing-time, and nothing else."""
    desk = Desk(signers, tmp_path, slot=slot)
    before = int(time.time())
    desk.must_sign(hash_name)
    found = attributes(desk.tree())
    assert sorted(found) == ["contentType", "id-smime-aa-signingCertificateV2", "messageDigest", "signingTime"]
    assert "OBJECT:pkcs7-data" in found["contentType"]
    squeezed = re.sub(r"[0-9a-f]{4} - |   .*|[^0-9a-f]", "", "\n".join(
        line.strip() for line in found["messageDigest"].splitlines() if re.match(r"\s+[0-9a-f]{4} - ", line)))
    assert squeezed.startswith(hashlib.new(hash_name, TEXT).hexdigest())
    told = re.search(r"UTCTIME:(.*) GMT", found["signingTime"])
    assert told is not None
    at = datetime.strptime(" ".join(told[1].split()), "%b %d %H:%M:%S %Y").replace(tzinfo=timezone.utc).timestamp()
    assert before <= at <= time.time()
    certificate = bytes.fromhex(signers.cards[slot].state()["file 3D00/2F10"])
    inside = re.sub(r"\s", "", found["id-smime-aa-signingCertificateV2"]).upper()
    assert hashlib.new(hash_name, certificate).hexdigest().upper() in inside
    assert (f":{hash_name.upper()}" in inside) == (hash_name != "sha256"), "SHA-256 is the default, which DER leaves out"


def certificates(folder: Path) -> list[bytes]:
    """Those inside a document that was verified, as DER."""
    blocks = re.findall(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", (folder / "inside.pem").read_text(), re.S)
    return [subprocess.run(["openssl", "x509", "-outform", "DER"], input=block.encode(), capture_output=True, check=True).stdout
            for block in blocks]


def test_the_signers_certificate_is_inside_and_no_other(sandbox, tmp_path):
    box = sandbox(cards=["akis2:rsa:p256:p384"])
    desk = Desk(box, tmp_path)
    for asked, place in ((ANY, 0), (1, 1), (2, 2)):
        desk.must_sign("sha384", certificate=asked)
        desk.must_verify()
        assert certificates(tmp_path) == [bytes.fromhex(box.cards[0].state()[f"file 3D00/2F1{place}"])]


@pytest.mark.parametrize("detached", [False, True])
def test_what_stands_between_is_inside_as_well(sandbox, tmp_path, detached):
    """Then the root alone makes it good. Each is inside once, however often it was given; the signer's own as well."""
    box = sandbox(cards=["akis2:p256"])
    desk = Desk(box, tmp_path)
    signer = bytes.fromhex(box.cards[0].state()["file 3D00/2F10"])
    (tmp_path / "signer").write_bytes(signer)
    desk.must_sign(detached=detached)
    (tmp_path / "issuers.pem").write_bytes((tmp_path / "roots.pem").read_bytes())
    assert b"unable to get local issuer certificate" in desk.verify(detached=detached).stderr
    desk.must_sign(detached=detached, between=["between.pem", "signer", "roots.pem", "between.pem"])
    desk.must_verify(detached)
    assert len(certificates(tmp_path)) == len(set(certificates(tmp_path))) == 3 and signer in certificates(tmp_path)


def test_the_signing_time_is_the_contexts_calendars(signers, tmp_path):
    desk = Desk(signers, tmp_path, slot=1)
    desk.must_sign(days=400)
    told = re.search(r"UTCTIME:.* (\d{4}) GMT", desk.tree())
    assert told is not None and int(told[1]) == datetime.fromtimestamp(time.time() + 400 * DAY, timezone.utc).year


@pytest.mark.parametrize("detached", [False, True])
@pytest.mark.parametrize("length", [0, 1, MOST])
def test_contents_of_every_length(signers, tmp_path, length, detached):
    desk = Desk(signers, tmp_path, bytes(length), slot=1)
    made = desk.must_sign(detached=detached)
    assert (len(made) > length) != (detached and length == MOST)
    desk.must_verify(detached)


def test_one_signature_and_one_transaction(sandbox, tmp_path):
    box = sandbox(cards=["akis2:p256"])
    desk = Desk(box, tmp_path)
    box.cards[0].mark("one-document")
    desk.must_sign()
    sent = box.cards[0].commands("one-document")
    assert len(costly(sent)) == 1
    assert [one[2:4] for one in signing_commands(sent)] == ["22", "2A"]
    assert "pin-verified=0" in box.cards[0].tell("status").split()


@pytest.mark.parametrize("spec, how, status", [row for row in READY if "form" not in row[1]] + [
    ("akis2:p256", {"certificate": 1}, "invalid-argument"), ("akis2:p256", {"pin": "12345"}, "pin-too-short"),
    ("akis2:p256", {"risk": 64}, "invalid-argument")])
def test_what_is_refused_never_costs_a_try(sandbox, tmp_path, spec, how, status):
    box = sandbox(cards=[spec])
    desk = Desk(box, tmp_path)
    with spends_nothing(box):
        said = desk.sign(**how)
        assert (said["status"], said["record"], said["made"]) == (status, status, "0")
        assert signing_commands(box.cards[0].commands()) == []


def test_too_long_a_content_is_refused(signers, tmp_path):
    desk = Desk(signers, tmp_path, bytes(MOST + 1), slot=1)
    said = desk.sign()
    assert (said["status"], said["made"]) == ("invalid-argument", "0")


def test_a_wrong_pin_costs_one_try_and_leaves_no_document(sandbox, tmp_path):
    box = sandbox(cards=["akis2:rsa"])
    desk = Desk(box, tmp_path)
    said = desk.sign(pin="654321")
    assert (said["status"], said["record"], said["tries"], said["made"]) == ("pin-wrong", "pin-wrong", "2", "0")
    assert not (tmp_path / "made").exists()
    desk.must_sign()
    desk.must_verify()


@pytest.mark.parametrize("rule, status", [("ins=2A before sw=6985", "card-refused"), ("ins=2A after eject", "card-removed")])
def test_a_card_that_fails_on_the_way_makes_no_document(sandbox, tmp_path, rule: str, status: str):
    box = sandbox(cards=["akis2:p256"])
    desk = Desk(box, tmp_path)
    box.cards[0].on(rule)
    said = desk.sign()
    assert (said["status"], said["record"], said["made"]) == (status, status, "0")


def test_only_the_sandboxs_root_makes_it_good(signers, tmp_path):
    """Another root does not: the document is not believed because it fits itself."""
    desk = Desk(signers, tmp_path)
    desk.must_sign()
    (tmp_path / "issuers.pem").write_text("".join(sum(CardIssuer(tmp_path / "other").authorities().values(), [])))
    assert desk.verify().returncode != 0
