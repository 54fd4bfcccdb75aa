# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The portal's own e-İmza login: Chromium takes the text, `kamupin card sign` has the card sign it at a terminal, Chromium sends what
# it made. Not ours on the other end: Chromium; and OpenSSL, which makes the signatures and certificates that are refused.
"""Logging a browser in with a card."""
from __future__ import annotations

import hashlib
import http.client
import re
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from box import Box
from browser import Browser
from cli import KAMUPIN
from portal import Portal, ask, origin_of

from kamupin_sandbox.personalise import FRESH_PIN  # noqa: E402  (the path is box's)

SIGN = ("card", "sign", "--unproven", "--hash", "sha256")
CERTIFICATE = "file 3D00/2F10"
KEYS = ("akis2:rsa", "akis2:p256", "akis2:p384")


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    with Box([*KEYS, "akis2:rsa:expired", "akis2:p256:mali-muhur", "akis2:rsa:other-user", "akis2:rsa:no-sign"], ["--login"]) as opened:
        yield opened


def begin(box: Box) -> tuple[dict[str, str], str]:
    """A browser's cookie from the page, and the text that it is to have signed."""
    said = ask(box, "GET", "/login?tab=e-imza").headers.get_all("Set-Cookie", [])
    name, value = next(one for one in said if "signed" in one).split(";")[0].split("=", 1)
    return {name: value}, ask(box, "GET", "/login/e-imza/text", {name: value}).text


def signed(box: Box, slot: int, text: str, folder: Path) -> tuple[bytes, bytes]:
    """What the command makes of it: signature and certificate."""
    paper, out, certificate = folder / "text", folder / "signature", folder / "certificate"
    paper.write_text(text, encoding="utf-8")
    done = box.run(KAMUPIN, *SIGN, "--card", box.cards[slot].reader, "--in", str(paper), "--out", str(out), "--cert-out",
                   str(certificate), secrets={"--pin-fd": FRESH_PIN})
    assert done.returncode == 0, done.stderr
    return out.read_bytes(), certificate.read_bytes()


def send(box: Box, cookies: dict[str, str], signature: bytes, certificate: bytes, origin: str | None = None,
         names: tuple[str, str] = ("signature", "certificate")) -> tuple[int, str, str]:
    """The form, as a browser sends it: status, where it leads, the session's cookie."""
    mark = "kamupin-test-boundary"
    body = b"".join(f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="f"\r\n\r\n'.encode() + value + b"\r\n"
                    for name, value in zip(names, (signature, certificate))) + f"--{mark}--\r\n".encode()
    parts = urlsplit(origin_of(box))
    assert parts.hostname is not None
    connection = http.client.HTTPSConnection(parts.hostname, parts.port, timeout=10,
                                             context=ssl.create_default_context(cafile=box.env["KAMUPIN_CA_FILE"]))
    connection.request("POST", "/login/e-imza", body, {
        "Content-Type": f"multipart/form-data; boundary={mark}", "Origin": origin or origin_of(box),
        "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    session = re.search(r"__Host-kamupin=([^;]+)", " ".join(answer.headers.get_all("Set-Cookie", [])))
    return answer.status, answer.headers.get("Location", ""), session[1] if session else ""


@pytest.mark.parametrize("language", ["tr", "en"])
def test_a_person_logs_in_with_the_card(box: Box, tmp_path: Path, language: str) -> None:
    with Browser(box.env["KAMUPIN_CA_FILE"], language) as browser:
        portal = Portal(browser, box, language)
        portal.open("/login?tab=e-imza")
        command = browser.read("code.command").split()
        assert command[:3] == ["kamupin", "card", "sign"]
        text = ask(box, "GET", "/login/e-imza/text", portal.cookies())
        assert text.headers["Content-Disposition"] == 'attachment; filename="giris.txt"' and origin_of(box) in text.text
        (tmp_path / "giris.txt").write_text(text.text, encoding="utf-8")
        with box.terminal("sh", "-c", f'cd "{tmp_path}" && exec "{KAMUPIN}" {" ".join(command[1:])} --lang {language} --card '
                          f"'{box.cards[1].reader}'") as terminal:
            terminal.expect(r"PIN( .*)?: ")
            terminal.send(FRESH_PIN)
            assert terminal.wait() == 0, terminal.text
        browser.find("#signature").send_keys(str(tmp_path / "giris.imza"))
        browser.find("#certificate").send_keys(str(tmp_path / "sertifika.pem"))
        portal.press("login")
        portal.at("/products")
        assert "DENEME KULLANICI" in browser.text()
        assert {"tr": "elektronik imza ile giriş yapıldı", "en": "by electronic signature"}[language] in browser.text()
        assert "__Host-kamupin-signed" not in portal.cookies()
        portal.order()


@pytest.mark.parametrize("slot", range(len(KEYS)), ids=KEYS)
def test_with_each_kind_of_key_once(box: Box, tmp_path: Path, slot: int) -> None:
    cookies, text = begin(box)
    signature, certificate = signed(box, slot, text, tmp_path)
    status, where, session = send(box, cookies, signature, certificate)
    assert (status, where) == (303, "/products") and session
    assert send(box, cookies, signature, certificate) == (303, "/login?tab=e-imza&why=text", "")
    assert "why=text" in ask(box, "GET", "/login/e-imza/text", cookies).headers["Location"]


def test_the_person_is_the_cards(box: Box, tmp_path: Path) -> None:
    cookies, text = begin(box)
    _, where, session = send(box, cookies, *signed(box, 5, text, tmp_path))
    assert where == "/products" and "BAŞKA KULLANICI" in ask(box, "GET", "/products", {"__Host-kamupin": session}).text


def test_a_text_of_another_browser_and_one_that_is_too_old(box: Box, tmp_path: Path) -> None:
    mine, text = begin(box)
    theirs, _ = begin(box)
    made = signed(box, 0, text, tmp_path)
    assert send(box, theirs, *made)[1:] == ("/login?tab=e-imza&why=signature", "")
    assert send(box, {}, *made)[1:] == ("/login?tab=e-imza&why=text", "")
    assert send(box, {"__Host-kamupin-signed": "AAAA"}, *made)[1:] == ("/login?tab=e-imza&why=text", "")
    box.advance(601)
    assert send(box, mine, *made)[1:] == ("/login?tab=e-imza&why=text", "")


def openssl(*argv: str, data: bytes = b"") -> bytes:
    return subprocess.run(["openssl", *argv], input=data, check=True, capture_output=True).stdout


def test_certificates_that_do_not_log_in(box: Box, tmp_path: Path) -> None:
    """One's own with the sample person's name, none at all, an organisation's; and two that the command would have no card sign with,
    so their keys are taken out of the virtual cards: an expired one, and one that is not for signatures."""
    cookies, text = begin(box)
    key, own = tmp_path / "key.pem", tmp_path / "own.pem"
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", str(key), "-out", str(own),
            "-subj", "/C=TR/serialNumber=10000000146/CN=DENEME KULLANICI", "-addext", "keyUsage=digitalSignature")
    forged = openssl("dgst", "-sha256", "-sign", str(key), data=text.encode())
    assert send(box, cookies, forged, own.read_bytes())[1:] == ("/login?tab=e-imza&why=certificate", "")
    assert send(box, cookies, forged, b"no certificate")[1:] == ("/login?tab=e-imza&why=certificate", "")
    assert send(box, cookies, *signed(box, 4, text, tmp_path))[1:] == ("/login?tab=e-imza&why=certificate", "")
    for slot in (3, 6):
        state = box.cards[slot].state()
        key.write_bytes(openssl("pkcs8", "-inform", "DER", "-nocrypt", data=bytes.fromhex(state["sign.key"].split()[1])))
        certificate = openssl("x509", "-inform", "DER", data=bytes.fromhex(state[CERTIFICATE]))
        made = openssl("dgst", "-sha256", "-sign", str(key), data=text.encode())
        assert send(box, cookies, made, certificate)[1:] == ("/login?tab=e-imza&why=certificate", "")
    signature, certificate = signed(box, 0, text, tmp_path)
    assert send(box, cookies, forged, certificate)[1:] == ("/login?tab=e-imza&why=signature", "")
    assert send(box, cookies, signature, certificate)[1] == "/products"  # what was refused has used nothing up


# What is changed in a certificate that one has made oneself: hex before and after.
SPOILED = {"algorithm": ("2a8648ce3d040302", "2a8648ce3d040339"), "kind of key": ("2a8648ce3d0201", "2a8648ce3d0239"),
           "curve": ("2a8648ce3d030107", "2a8648ce3d030139"), "version": ("a003020102", "a003020105"),
           "extension": ("0603551d0f0101ff0404", "0603551d0f0101ff0405"), "name": ("0603550405", "0603550439")}


@pytest.mark.parametrize("part", SPOILED)
def test_a_certificate_that_cannot_be_read_is_refused_like_any_other(box: Box, tmp_path: Path, part: str) -> None:
    cookies, text = begin(box)
    key, own = tmp_path / "key.pem", tmp_path / "own.pem"
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", str(key), "-out", str(own),
            "-subj", "/serialNumber=10000000146", "-addext", "keyUsage=critical,digitalSignature")
    made = openssl("dgst", "-sha256", "-sign", str(key), data=text.encode())
    whole, (before, after) = ssl.PEM_cert_to_DER_cert(own.read_text()).hex(), SPOILED[part]
    assert before in whole
    spoiled = ssl.DER_cert_to_PEM_cert(bytes.fromhex(whole.replace(before, after)))
    assert send(box, cookies, made, spoiled.encode()) == (303, "/login?tab=e-imza&why=certificate", "")


def test_the_form_is_the_pages_own(box: Box, tmp_path: Path) -> None:
    cookies, text = begin(box)
    made = signed(box, 0, text, tmp_path)
    assert send(box, cookies, *made, origin="https://elsewhere.invalid")[0] == 403
    assert send(box, cookies, *made, names=("signature", "signature"))[0] == 400
    assert send(box, cookies, b"x" * 70000, made[1])[0] == 400
    assert send(box, cookies, *made)[1] == "/products"


def test_a_certificate_that_was_taken_back(box: Box, tmp_path: Path) -> None:
    cookies, text = begin(box)
    signature, certificate = signed(box, 1, text, tmp_path)
    sha256 = hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate.decode())).hexdigest()
    for state in ("suspended", "good"):
        box.control.post("/certificates", {"sha256": sha256, "state": state})
        where = send(box, cookies, signature, certificate)[1]
        assert where == ("/products" if state == "good" else "/login?tab=e-imza&why=certificate")
