# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The inquiry forms' sentences, number by number, and what an unknown address answers: a page for browsers, a problem document for
# clients. And the check digits against the library's own rule.
"""Inquiry forms and unknown addresses."""
from __future__ import annotations

import http.client
import json
import re
import ssl
from urllib.parse import urlsplit

import pytest

from box import Box
from portal import Answer, ask, origin_of
from service_client import ROOT  # noqa: F401  (brings the sandbox' packages onto the path)

from kamupin_sandbox.numbers import fault, typed  # noqa: E402
from kamupin_sandbox.portal.texts import TEXTS  # noqa: E402

HTML = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def said(answer: Answer) -> str:
    """The sentence at the field; the field names it and is marked."""
    (sentence,) = re.findall(r'<p id="wrong"[^>]*role="alert">([^<]*)</p>', answer.text)
    (field,) = re.findall(r'<input id="number"[^>]*>', answer.text)
    assert 'aria-invalid="true"' in field and 'aria-describedby="wrong samples"' in field and "autofocus" in field
    return str(sentence)


@pytest.mark.parametrize("lang", ["tr", "en"])
@pytest.mark.parametrize("path,kind,number,sentence", [
    ("debt", "tckn", "1000000014", "wrong-tckn-form"), ("debt", "tckn", "00000000146", "wrong-tckn-form"),
    ("debt", "tckn", "1000000014٦", "wrong-tckn-form"), ("debt", "tckn", "10000000156", "wrong-tckn-digits"),
    ("debt", "tckn", "10000000147", "wrong-tckn-digits"), ("debt", "vkn", "45405369201", "wrong-vkn-form"),
    ("debt", "vkn", "4540536921", "wrong-vkn-digits"), ("debt", "vkn", "9999999902", "inquiry-unknown"),
    ("debt", "passport", "U1", "wrong-passport-form"), ("debt", "passport", "Ü12345678", "wrong-passport-form"),
    ("seal-authority", "detsis", "1234567", "wrong-detsis-form"), ("seal-authority", "vkn", "4540536929", "wrong-vkn-digits"),
    ("shipment", "", "K", "wrong-tracking-form")])
def test_each_mistake_has_its_sentence(login_box: Box, path: str, kind: str, number: str, sentence: str, lang: str) -> None:
    answer = ask(login_box, "POST", f"/inquiries/{path}?lang={lang}", form={"type": kind, "number": number})
    assert (answer.status, said(answer)) == (404 if sentence == "inquiry-unknown" else 400, TEXTS[sentence][lang == "en"])
    assert f'value="{number}"' in answer.text, "what was typed is still there"


@pytest.mark.parametrize("number", ["u12345678", " U 1234 5678 ", "u\xa012345678"])
def test_a_passport_number_as_people_type_it(login_box: Box, number: str) -> None:
    answer = ask(login_box, "POST", "/inquiries/debt", form={"type": "passport", "number": number})
    assert answer.status == 200 and "BRC-2026-0003" in answer.text and 'value="U12345678"' in answer.text


def test_capitals_do_not_depend_on_the_language() -> None:
    """Neither i becomes İ, nor does a Turkish keyboard's ı or İ stay."""
    assert typed("ıiİI 7") == "IIII7"
    assert fault("passport", typed("ti12345")) == "" and fault("passport", "ti12345") == "form"


def test_a_form_without_a_kind_is_none(login_box: Box) -> None:
    assert ask(login_box, "POST", "/inquiries/debt", form={"type": "detsis", "number": "12345678"}).status == 400


def test_asked_too_often_the_page_says_until_when(login_box: Box) -> None:
    before = login_box.control.get("/settings")["inquiries_per_number"]
    login_box.settings(inquiries_per_number=2)
    try:
        answers = [ask(login_box, "POST", "/inquiries/shipment", form={"number": "KSM2026777777"}) for _ in range(3)]
    finally:
        login_box.settings(inquiries_per_number=before)
    assert [one.status for one in answers] == [404, 404, 429]
    seconds = int(answers[-1].headers["Retry-After"])
    assert seconds > 0 and said(answers[-1]) == TEXTS["too-often"][0].format(seconds=seconds)


@pytest.mark.parametrize("number,right", [("10000000146", True), ("11111111110", True), ("10000000145", False), ("19999999990", False)])
def test_check_digits_of_an_identity_number(number: str, right: bool) -> None:
    assert (fault("tckn", number) == "") == right


@pytest.mark.parametrize("number,right", [("4540536920", True), ("1234567890", True), ("4540536921", False), ("1111111111", False)])
def test_check_digit_of_a_tax_number(login_box: Box, number: str, right: bool) -> None:
    """Ours and the library's, which were written apart, agree."""
    assert (fault("vkn", number) == "") == right
    done = login_box.run("kamupin", "inquire", "seal-authority", f"vkn:{number}", "--json")
    assert ("identity-malformed" not in done.stdout + done.stderr) == right


# ---- addresses that are none ----

@pytest.mark.parametrize("lang,title,home", [("tr", "Sayfa bulunamadı", "Ana Sayfa"), ("en", "Page not found", "Home page")])
@pytest.mark.parametrize("method,path,status", [("GET", "/no/such/page", 404), ("POST", "/no/such/page", 404), ("GET", "/logout", 405),
                                                ("GET", "/desk/none", 404), ("GET", "/kamupin", 404), ("DELETE", "/", 405)])
def test_a_browser_gets_a_page(login_box: Box, method: str, path: str, status: int, lang: str, title: str, home: str) -> None:
    """In the person's language, with the way back and the headers of every page."""
    answer = ask(login_box, method, path, Accept=HTML, Accept_Language=lang)
    assert answer.status == status and answer.headers["Content-Type"].startswith("text/html")
    assert f"<h1 id=\"title\" tabindex=\"-1\">{title}</h1>" in answer.text and f'<a class="button" href="/">{home}</a>' in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"] and answer.headers["Content-Language"] == lang
    assert (status == 405) == (answer.headers["Allow"] is not None)


@pytest.mark.parametrize("path,accept", [("/no/such/page", "application/json"), ("/no/such/page", "*/*"), ("/no/such/page", ""),
                                         ("/kamupin/v1/none", HTML)])
def test_a_client_gets_a_problem(login_box: Box, path: str, accept: str) -> None:
    answer = ask(login_box, "GET", path, Accept=accept)
    assert answer.status == 404 and answer.headers["Content-Type"] == "application/problem+json"
    assert json.loads(answer.text)["type"] == "urn:kamupin:problem:not-found"


# ---- forms that are none ----

FIELD = b'--b\r\nContent-Disposition: form-data; name="signature"; filename="f"\r\n%s\r\nx\r\n--b--\r\n'
NONE = {"a character set that nobody has": ("application/x-www-form-urlencoded; charset=none-such", b"number=1"),
        "one that is no text": ("application/x-www-form-urlencoded; charset=rot13", b"number=1"),
        "one that makes half characters": ("application/x-www-form-urlencoded; charset=raw_unicode_escape", b"type=tckn&number=\\ud800"),
        "bytes that are no text": ("application/x-www-form-urlencoded", b"number=\xff"),
        "an unknown encoding": ("multipart/form-data; boundary=b", FIELD % b"Content-Transfer-Encoding: none-such\r\n"),
        "a header that is none": ("multipart/form-data; boundary=b", FIELD % b"none-such\r\n"),
        "a part that is cut off": ("multipart/form-data; boundary=b", FIELD[:40]),
        "no boundary": ("multipart/form-data", b"x"), "too much": ("application/x-www-form-urlencoded", b"number=" + b"1" * 70000)}


@pytest.mark.parametrize("path", ["/inquiries/debt", "/login/e-imza", "/backchannel-logout"])
@pytest.mark.parametrize("what", NONE)
def test_a_form_that_is_none_is_the_senders_mistake(login_box: Box, path: str, what: str) -> None:
    kind, body = NONE[what]
    parts = urlsplit(login_box.env["KAMUPIN_SERVICE"])
    connection = http.client.HTTPSConnection(str(parts.hostname), parts.port, timeout=10,
                                             context=ssl.create_default_context(cafile=login_box.env["KAMUPIN_CA_FILE"]))
    connection.request("POST", path, body, {"Content-Type": kind, "Origin": origin_of(login_box)})
    assert connection.getresponse().status == 400
    connection.close()
