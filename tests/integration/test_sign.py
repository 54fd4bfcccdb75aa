# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Signatures by the card, through the public calls (driver-sign). Not ours on the other end: the `openssl` command judges
# every signature against the certificate that stands on the card; pcscd and vpcd carry the commands. The card that signs is
# ours, and nobody has seen a real one take these bytes.
"""Tests of signing by the card."""
from __future__ import annotations

import hashlib
import itertools
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from attempt import costly, spends_nothing
from box import BUILD, Box, until
from provoked import provoked

PIN = "123456"
DATA = "Hitit güneşi\n".encode()
FORMS = {"by-key": 0, "pkcs1": 1, "pss": 2, "raw": 3, "der": 4}
HASHES = {"sha256": 1, "sha384": 2, "sha512": 3}
UNPROVEN = 2
ANY = -1


def driver(box: Box, form: str, hash_name: str = "sha256", slot: int = 0, certificate: int = ANY, risk: int = UNPROVEN,
           days: int = 0, pin: str = PIN, digest: str | None = None) -> list[dict[str, str]]:
    """The answers of driver-sign: of the ready call and, when it was ok, of the call itself."""
    digest = hashlib.new(hash_name, DATA).hexdigest() if digest is None else digest
    done = box.run(str(BUILD / "bin" / "driver-sign"), box.cards[slot].reader, str(FORMS[form]), str(HASHES[hash_name]),
                   str(certificate), str(risk), str(days), input=f"{pin}\n{digest}\n")
    assert done.returncode == 0, done.stderr
    rows = [line.split(" ") for line in done.stdout.splitlines()]
    return [{"status": words[0], **dict(word.split("=", 1) for word in words[1:])} for words in rows]


def signature_of(box: Box, form: str, hash_name: str = "sha256", **how) -> bytes:
    """A signature that must be made."""
    ready, made = driver(box, form, hash_name, **how)
    assert (ready["status"], made["status"]) == ("ok", "ok"), (ready, made)
    assert ready["certificate"] == made["certificate"]
    return bytes.fromhex(made["signature"])


def verified_by_openssl(folder: Path, der: str, form: str, hash_name: str, signature: bytes) -> str:
    """What the openssl command says of a signature of DATA, with the key of a certificate (DER in hex)."""
    (folder / "certificate").write_bytes(bytes.fromhex(der))
    (folder / "data").write_bytes(DATA)
    if form == "raw":
        half = len(signature) // 2
        signature = encode_dss_signature(*(int.from_bytes(part, "big") for part in (signature[:half], signature[half:])))
    (folder / "signature").write_bytes(signature)
    subprocess.run(["openssl", "x509", "-inform", "DER", "-in", "certificate", "-noout", "-pubkey", "-out", "key"],
                   cwd=folder, check=True)
    options = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest", "-sigopt",
               f"rsa_mgf1_md:{hash_name}"] if form == "pss" else []
    done = subprocess.run(["openssl", "dgst", f"-{hash_name}", *options, "-verify", "key", "-signature", "signature", "data"],
                          cwd=folder, capture_output=True, text=True)
    return done.stdout.strip() or done.stderr


def signing_commands(commands: list[str]) -> list[str]:
    """MSE and PERFORM SECURITY OPERATION, in any class."""
    return [one for one in commands if one[2:4] in ("22", "2A")]


@pytest.fixture(scope="module")
def signers() -> Iterator[Box]:
    """Cards that sign, all in one sandbox: v2.x with each key, and v1.0; two of them answer with 61xx."""
    with Box(["akis2:rsa", "akis2:p256:reply=61xx", "akis2:p384:reply=6cxx", "akis1:rsa:reply=61xx"]) as box:
        yield box


MATRIX = [*itertools.product([0, 3], ["pkcs1", "pss"], HASHES), *itertools.product([1, 2], ["raw", "der"], HASHES)]


@pytest.mark.parametrize("slot, form, hash_name", MATRIX)
def test_openssl_verifies_every_signature(signers, tmp_path, slot, form, hash_name):
    signature = signature_of(signers, form, hash_name, slot=slot)
    der = signers.cards[slot].state()["file 3D00/2F10"]
    assert verified_by_openssl(tmp_path, der, form, hash_name, signature) == "Verified OK"
    spoilt = bytes([*signature[:-1], signature[-1] ^ 1])
    assert "erification failure" in verified_by_openssl(tmp_path, der, form, hash_name, spoilt)


def test_the_key_says_the_form_when_nobody_does(signers):
    assert driver(signers, "by-key", slot=0)[1]["form"] == str(FORMS["pkcs1"])
    assert driver(signers, "by-key", slot=2)[1]["form"] == str(FORMS["der"])


def test_one_transaction_of_few_commands_and_logged_out_behind(signers):
    """Identified (4), counter (1), VERIFY, MSE SET, the signature and its answer's rest, logout (2): nothing else."""
    card = signers.cards[0]
    driver(signers, "pkcs1")
    card.mark("one-signature")
    signature_of(signers, "pkcs1")
    sent = card.commands("one-signature")
    at = next(i for i, one in enumerate(sent) if one.startswith("00200081"))
    assert len(costly(sent)) == 1
    assert [one[:8] for one in sent[at - 1:]] == [
        "00CB3FFF", "00200081", "002241B6", "002A9E9A", "00C00000", "00C00000", "00A40000", "00A40400"]
    assert [one[:8] for one in sent[at - 5:at - 1]] == ["00A40400", "00A40200", "00B00000", sent[at - 2][:8]]
    assert "pin-verified=0" in card.tell("status").split()


def test_a_block_goes_as_a_chain_in_two_parts(signers):
    card = signers.cards[0]
    card.mark("a-chain")
    signature_of(signers, "pss")
    parts = [one for one in card.commands("a-chain") if one[2:4] == "2A"]
    assert [one[:10] for one in parts] == ["102A9E9AF4", "002A9E9A0C"]


def test_of_several_certificates_the_first_that_fits(sandbox, tmp_path):
    box = sandbox(cards=["akis2:rsa:p256:p384"])
    state = box.cards[0].state()
    for form, certificate, expected in [("pss", ANY, 0), ("raw", ANY, 1), ("der", 2, 2), ("by-key", 1, 1)]:
        ready, made = driver(box, form, "sha384", certificate=certificate)
        assert (made["status"], ready["certificate"], made["certificate"]) == ("ok", str(expected), str(expected))
        kind = "der" if form == "by-key" else form
        assert verified_by_openssl(tmp_path, state[f"file 3D00/2F1{expected}"], kind, "sha384",
                                   bytes.fromhex(made["signature"])) == "Verified OK"
    assert driver(box, "pkcs1", certificate=1)[0]["status"] == "key-unsuitable"
    assert driver(box, "pkcs1", certificate=3)[0]["status"] == "invalid-argument"


def test_a_wrong_pin_costs_exactly_one_try_and_nothing_is_signed(sandbox):
    box = sandbox(cards=["akis2:p256"])
    ready, made = driver(box, "der", pin="654321")
    assert (ready["status"], made["status"], made["tries"], made["signature"]) == ("ok", "pin-wrong", "2", "")
    assert box.cards[0].state()["pin.tries"] == "2"
    assert len(costly(box.cards[0].commands())) == 1
    assert signing_commands(box.cards[0].commands()) == []
    signature_of(box, "der")
    assert box.cards[0].state()["pin.tries"] == "3"


READY = [("akis2:p256:blocked", {}, "pin-blocked"), ("akis2:p256:unset", {}, "pin-not-set"),
         ("akis2:p256:tries=1", {}, "pin-last-try"), ("akis2:p256:dead", {}, "card-dead"),
         ("akis2:p256:expired", {}, "certificate-not-valid"), ("akis2:p256:not-yet", {}, "certificate-not-valid"),
         ("akis2:p256", {"days": 2000}, "certificate-not-valid"), ("akis2:p256", {"days": -2}, "certificate-not-valid"),
         ("akis2:p256", {"form": "pkcs1"}, "key-unsuitable"), ("akis2:rsa", {"form": "raw"}, "key-unsuitable"),
         ("akis2:p256:no-sign", {}, "key-unsuitable"), ("akis2:p256", {"risk": 0}, "command-unproven"),
         ("akis1:rsa", {"form": "pss", "risk": 0}, "command-unproven"), ("akis1:p256", {"risk": 7}, "command-unknown"),
         ("idcard", {"risk": 7}, "card-identity-card")]


@pytest.mark.parametrize("spec, how, status", READY)
def test_what_is_refused_before_anybody_is_asked_for_a_pin(sandbox, spec, how, status):
    box = sandbox(cards=[spec])
    with spends_nothing(box):
        said = driver(box, **({"form": "by-key"} | how))
        assert len(said) == 1, "the call itself was not made"
        assert (said[0]["status"], said[0]["record"]) == (status, status)
        assert signing_commands(box.cards[0].commands()) == []
    provoked(status)


def test_a_v1_card_signs_with_the_forms_that_are_known(sandbox, tmp_path):
    box = sandbox(cards=["akis1:rsa"])
    signature = signature_of(box, "pkcs1", risk=0)
    assert verified_by_openssl(tmp_path, box.cards[0].state()["file 3D00/2F10"], "pkcs1", "sha256", signature) == "Verified OK"
    assert signing_commands(box.cards[0].commands())[0] == "0022C384"


@pytest.mark.parametrize("how, status", [({"pin": "12345"}, "pin-too-short"), ({"digest": "00"}, "invalid-argument"),
                                         ({"digest": "00" * 33}, "invalid-argument")])
def test_what_makes_no_sense_never_reaches_the_card(sandbox, how, status):
    box = sandbox(cards=["akis2:p256"])
    with spends_nothing(box):
        assert driver(box, "der", **how)[1]["status"] == status


LOST = [("ins=22 before sw=6A88", "card-refused"), ("ins=2A before sw=6985", "card-refused"),
        ("ins=2A nth=2 before sw=6883", "card-refused"), ("ins=2A after power-cycle", "card-reset"),
        ("ins=2A nth=2 after power-cycle", "card-reset"), ("ins=2A nth=2 after eject", "card-removed"),
        ("ins=C0 after eject", "card-removed"), ("ins=C0 nth=2 after sw=6F00", "card-refused")]


@pytest.mark.parametrize("rule, status", LOST)
def test_a_signature_that_failed_on_the_way_is_not_tried_again(sandbox, rule, status):
    """The card is pulled, reset or refuses at each of the signature's commands: at most one of each was sent."""
    box = sandbox(cards=["akis2:rsa"])
    card = box.cards[0]
    card.on(rule)
    made = driver(box, "pss")[1]
    allowed = (status, "card-removed") if status == "card-reset" else (status,)  # pcscd may look while it is away
    assert made["status"] in allowed and made["signature"] == "", made
    sent = card.commands()
    assert len(costly(sent)) == 1
    for instruction, most in (("22", 1), ("2A", 2)):
        assert len([one for one in sent if one[2:4] == instruction]) <= most
    assert card.state()["pin.tries"] == "3"
    if not card.present():
        card.insert()
    until(lambda: box.readers(True), what="the card in its reader again")
    assert "pin-verified=0" in card.tell("status").split()
    signature_of(box, "pss")


def test_what_another_key_signed_is_given_to_nobody(sandbox):
    """The certificates stand in another order than the keys."""
    box = sandbox(cards=["akis2:p256"])
    with Box(["akis2:p256"]) as other:
        foreign = other.cards[0].state()["sign.key"]
    card = box.cards[0]
    box.kill("card0")
    path = card.path("state")
    text = path.read_text().replace(card.state()["sign.key"], foreign)
    path.write_text(text)
    box.revive()
    made = driver(box, "der")[1]
    assert (made["status"], made["signature"]) == ("card-reply-malformed", "")
