# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# card sign: data or a hash from a file or standard input, the PIN from a descriptor or at a terminal. Not ours on the other
# end: the openssl command judges the signatures, the kernel's pty says what was echoed.
"""Tests of card sign."""
from __future__ import annotations

import base64
import hashlib
import json
import os
import signal
import subprocess

import pytest

from attempt import Ended, check_refusal, costly, spends_nothing
from cli import FRESH_PIN, KAMUPIN, STATUS, ask, refuse
from test_sign import DATA, signing_commands, verified_by_openssl

SIGN = ("card", "sign", "--unproven")
PIN = {"--pin-fd": FRESH_PIN}
CERTIFICATE = "file 3D00/2F10"


@pytest.fixture
def paper(tmp_path):
    """A file to sign."""
    path = tmp_path / "paper"
    path.write_bytes(DATA)
    return path


@pytest.mark.parametrize("spec, form, hash_name", [
    ("akis2:rsa", "pkcs1", "sha256"), ("akis2:rsa", "pss", "sha512"), ("akis2:p256", "raw", "sha256"), ("akis2:p384", "der", "sha384")])
def test_data_and_its_hash_are_signed(sandbox, paper, tmp_path, spec, form, hash_name):
    box = sandbox(cards=[spec])
    der = box.cards[0].state()[CERTIFICATE]
    made = ask(box, *SIGN, "--in", str(paper), "--form", form, "--hash", hash_name, secrets=PIN)["signature"]
    assert (made["form"], made["hash"], made["certificate"]) == (form, hash_name, 1)
    assert verified_by_openssl(tmp_path, der, form, hash_name, base64.b64decode(made["base64"])) == "Verified OK"
    paper.write_bytes(hashlib.new(hash_name, DATA).digest())
    out = tmp_path / "out"
    made = ask(box, *SIGN, "--in", str(paper), "--hashed", "--form", form, "--hash", hash_name, "--out", str(out), secrets=PIN)
    assert out.read_bytes() == base64.b64decode(made["signature"]["base64"])
    assert verified_by_openssl(tmp_path, der, form, hash_name, out.read_bytes()) == "Verified OK"


def test_the_certificate_comes_along(sandbox, paper, tmp_path):
    """With it, and nothing else of the card, openssl verifies: as the manual says."""
    box = sandbox(cards=["akis2:rsa:p256"])
    out, pem, key = (tmp_path / name for name in ("out", "pem", "key"))
    for number, mark in (("1", "2F10"), ("2", "2F11")):
        done = box.run(KAMUPIN, *SIGN, "--in", str(paper), "--out", str(out), "--cert-out", str(pem), "--certificate", number, secrets=PIN)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        der = subprocess.run(["openssl", "x509", "-in", str(pem), "-outform", "der"], capture_output=True, check=True).stdout
        assert der.hex().upper() == box.cards[0].state()[f"file 3D00/{mark}"].upper()
        key.write_bytes(subprocess.run(["openssl", "x509", "-in", str(pem), "-noout", "-pubkey"], capture_output=True, check=True).stdout)
        assert subprocess.run(["openssl", "dgst", "-sha256", "-verify", str(key), "-signature", str(out), str(paper)],
                              capture_output=True, text=True, check=True).stdout == "Verified OK\n"
    for lang, word in (("tr", "sertifika yazılamıyor"), ("en", "certificate cannot be written")):
        done = box.run(KAMUPIN, *SIGN, "--in", str(paper), "--cert-out", str(tmp_path / "none" / "pem"), "--lang", lang, secrets=PIN)
        assert done.returncode == 2 and word in done.stderr and base64.b64decode(done.stdout)  # the signature is not lost


def test_data_comes_from_standard_input_and_the_signature_is_a_line(sandbox, tmp_path):
    box = sandbox(cards=["akis1:rsa"])
    done = box.run(KAMUPIN, "card", "sign", input=DATA.decode(), secrets=PIN)
    assert done.returncode == 0, done.stderr
    signature = base64.b64decode(done.stdout, validate=False)
    assert done.stdout.count("\n") == 1
    assert verified_by_openssl(tmp_path, box.cards[0].state()[CERTIFICATE], "pkcs1", "sha256", signature) == "Verified OK"


@pytest.mark.parametrize("lang", ["tr", "en"])
def test_what_is_wrong_with_the_line_is_named_and_nothing_else(sandbox, paper, lang):
    """One sentence that names the option; the catalogue's general one is for programs."""
    box = sandbox(cards=["akis2:rsa"])
    for more, secrets, named in ((("--certificate", "7"), PIN, "--certificate 7"), (("--pin-fd", "0"), {}, "--pin-fd"),
                                 (("--in", "/nonexistent"), PIN, "/nonexistent")):
        done = box.run(KAMUPIN, *SIGN, "--in", str(paper), *more, "--lang", lang, secrets=secrets, input="")
        assert done.returncode == STATUS["invalid-argument"]
        (line,) = done.stderr.splitlines()
        assert named in line
    done = box.run(KAMUPIN, "pin", "change", "--unproven", "--lang", lang, "--new-pin-fd", "0", input="",
                   secrets={"--old-pin-fd": FRESH_PIN})
    assert done.returncode == STATUS["invalid-argument"] and "--new-pin-fd" in done.stderr.splitlines()[-1]
    assert costly(box.cards[0].commands()) == []


def test_a_person_is_asked_for_the_pin_and_decides_about_each_try(sandbox, paper, tmp_path):
    box = sandbox(cards=["akis2:p256"])
    out = tmp_path / "out"
    with box.terminal(KAMUPIN, *SIGN, "--in", str(paper), "--out", str(out), "--lang", "tr") as terminal:
        terminal.expect(r"PIN \(e-imza şifresi\): ")
        terminal.send("12345")
        terminal.expect("çok kısa")
        terminal.expect(r"PIN \(e-imza şifresi\): ")
        terminal.send("654321")
        terminal.expect(r"kabul etmedi")
        terminal.expect(r"PIN \(e-imza şifresi\): ")
        terminal.send(FRESH_PIN)
        assert terminal.wait() == 0
        assert FRESH_PIN not in terminal.text and "654321" not in terminal.text
    assert verified_by_openssl(tmp_path, box.cards[0].state()[CERTIFICATE], "der", "sha256", out.read_bytes()) == "Verified OK"
    assert len(costly(box.cards[0].commands())) == 2


@pytest.mark.parametrize("lang", ["tr", "en"])
@pytest.mark.parametrize("spec, options, status", [
    ("akis2:p256:blocked", (), "pin-blocked"), ("akis2:p256:unset", (), "pin-not-set"), ("akis2:p256:tries=1", (), "pin-last-try"),
    ("akis2:rsa:expired", (), "certificate-not-valid"), ("akis2:p256", ("--form", "pss"), "key-unsuitable")])
def test_nobody_is_asked_in_vain(sandbox, paper, spec, options, status, lang):
    """No descriptor is read: what would be in it is not there, and the command does not wait for it."""
    box = sandbox(cards=[spec])
    read_end, write_end = os.pipe()
    with spends_nothing(box):
        process = box.start(KAMUPIN, *SIGN, "--json", "--lang", lang, "--in", str(paper), *options, "--pin-fd", str(read_end),
                            pass_fds=[read_end])
        try:
            out, said = process.communicate(timeout=20)
        finally:
            process.kill()
            os.close(read_end)
            os.close(write_end)
        check_refusal(Ended(process.returncode, json.loads(out), said), status, lang)
        assert signing_commands(box.cards[0].commands()) == []


def test_a_wrong_pin_from_a_descriptor_is_not_tried_again(sandbox, paper):
    box = sandbox(cards=["akis2:p256"])
    error = refuse(box, "pin-wrong", *SIGN, "--in", str(paper), secrets={"--pin-fd": f"654321\n{FRESH_PIN}"})
    assert error["tries_left"] == 2
    assert len(costly(box.cards[0].commands())) == 1


@pytest.mark.parametrize("options, secrets", [
    (("--in", "/nonexistent/paper"), PIN), (("--in", "."), PIN), (("--hashed",), PIN), ((), {}), (("--in", "paper"), {}),
    (("--hash", "sha1"), PIN), (("--form", "cms"), PIN), (("--certificate", "0"), PIN), (("--certificate", "2"), PIN)])
def test_what_makes_no_sense_costs_nothing(sandbox, options, secrets):
    box = sandbox(cards=["akis2:p256"])
    with spends_nothing(box):
        done = box.run(KAMUPIN, *SIGN, *options, input="too short for a hash", secrets=secrets)
        assert done.returncode == STATUS["invalid-argument"], done.stderr
        assert done.stdout == ""


def test_a_signature_that_cannot_be_written_is_not_lost(sandbox, paper, tmp_path):
    box = sandbox(cards=["akis2:p256"])
    done = box.run(KAMUPIN, *SIGN, "--in", str(paper), "--out", str(tmp_path / "no" / "folder"), secrets=PIN)
    assert done.returncode == STATUS["invalid-argument"] and "folder" in done.stderr
    signature = base64.b64decode(done.stdout)
    assert verified_by_openssl(tmp_path, box.cards[0].state()[CERTIFICATE], "der", "sha256", signature) == "Verified OK"


def test_giving_up_while_data_is_waited_for(sandbox):
    box = sandbox(cards=["akis2:p256"])
    read_end, write_end = os.pipe()
    process = box.start(KAMUPIN, *SIGN, "--log", "trace", "--pin-fd", str(read_end), pass_fds=[read_end], stdin=subprocess.PIPE)
    try:
        assert process.stderr is not None
        logouts = 0
        while logouts < 2:  # listing logs nothing out; the ready call ends with MF and application
            line = process.stderr.readline()
            assert line, "the command ended by itself"
            logouts += "> 00A4000002" in line
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == STATUS["cancelled"]
    finally:
        process.kill()
        process.communicate()
        os.close(read_end)
        os.close(write_end)
    assert costly(box.cards[0].commands()) == []
