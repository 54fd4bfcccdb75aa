# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The login page, which stands in for the e-Devlet gateway (seed 001, page 4): what it shows in both languages, what it says about what was
# typed, what it lets a browser do. Read as HTML; the portal's tests see it in Chromium.
"""Login page."""
from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

import pytest

from box import Box
from idp_client import PEOPLE, Browser, Client, Reply, ask


@pytest.fixture
def client(login_box: Box) -> Client:
    """A client at the shared sandbox with login."""
    return Client(login_box.env["KAMUPIN_ISSUER"], login_box.env["KAMUPIN_CA_FILE"], login_box.env["KAMUPIN_SERVICE"])


def open_page(client: Client, language: str = "tr", **change: str | None) -> tuple[Browser, Reply]:
    """The page as a browser of that language gets it."""
    browser = Browser(client.ca_file, language)
    page = browser.go(client.authorization_url(**change))
    assert page.status == 200 and page.headers["Content-Type"] == "text/html; charset=utf-8"
    return browser, page


def alert(page: Reply) -> str:
    """What the page says is wrong."""
    found = re.search(r'role="alert">([^<]*)<', page.text)
    assert found and page.status == 400, page.text
    return found.group(1)


SCREEN = ("e-Devlet Kapısı", "Kimlik Doğrulama Sistemi", "e-Devlet Şifresi", "Mobil İmza", "Elektronik İmza", "T.C. Kimlik Kartı",
          "İnternet Bankacılığı", "T.C. Kimlik No", "İptal", "Giriş Yap", "KamuPIN Online İşlemler", "DENEME")


def test_the_page_is_the_screen_of_the_guide(client: Client) -> None:
    """Its words, whom one logs in to and where, and that it is a sandbox."""
    _, page = open_page(client)
    assert all(word in page.text for word in SCREEN), [word for word in SCREEN if word not in page.text]
    assert client.service.removesuffix("kamupin/v1") in page.text


@pytest.mark.parametrize("language,locales,query,expected", [
    ("tr", None, "", "tr"), ("en-GB,en;q=0.8", None, "", "en"), ("de", None, "", "tr"), ("en", "tr", "", "tr"), ("tr", "fr en", "", "en"),
    ("tr", "tr", "?lang=en", "en"), ("en", None, "?lang=xx", "en")])
def test_the_language_is_the_one_that_was_asked_for(client: Client, language: str, locales: str | None, query: str, expected: str) -> None:
    """?lang=, then ui_locales, then the browser's."""
    browser, page = open_page(client, language, ui_locales=locales)
    page = browser.go(urljoin(page.url, query)) if query else page
    assert f'<html lang="{expected}">' in page.text and page.headers["Content-Language"] == expected
    assert ("Giriş Yap" in page.text) == (expected == "tr")


def test_what_was_typed_wrongly_is_said_and_nothing_is_lost(client: Client) -> None:
    """A number that cannot be, an unknown one, a wrong password; then the right ones, in the same window."""
    browser, page = open_page(client)
    identity, password = PEOPLE["deneme"]
    for number in ("10000000147", "1000000014", "abc", "", "00000000000"):
        page = browser.type(page, number, password)
        assert "T.C. Kimlik No geçerli değil" in alert(page) and f'value="{number}"' in page.text
    assert 'aria-invalid="true" aria-describedby="wrong"' in page.text
    unknown = alert(browser.type(page, "22222222220", password))
    page = browser.type(page, identity, "yanlış")
    assert alert(page) == unknown and "hatalı" in unknown and "yanlış" not in page.text
    assert browser.type(page, f" {identity} ", password).status == 303


def test_five_wrong_passwords_end_the_login(client: Client) -> None:
    """The client is told, and that nobody cancelled; the next login begins anew."""
    browser, page = open_page(client)
    for _ in range(4):
        page = browser.type(page, PEOPLE["deneme"][0], "yanlış")
        assert "hatalı" in alert(page)
    page = browser.type(page, PEOPLE["deneme"][0], "yanlış")
    assert page.status == 303 and "error=login_required" in page.headers["Location"] and client.state in page.headers["Location"]
    browser, page = open_page(client)
    assert browser.log_in(page, "deneme", "password").status == 303


def test_wrong_ways_and_hostile_text_do_no_harm(client: Client) -> None:
    """An unknown way is the first one; what comes back is text."""
    browser, page = open_page(client)
    page = browser.go(urljoin(page.url, "?way=%22%3E%3Cscript%3E"))
    assert page.status == 200 and "<script" not in page.text
    page = browser.type(page, '"><script>alert(1)</script>', "x")
    assert alert(page) and "<script" not in page.text


def test_the_page_needs_no_script_and_lets_nothing_in(client: Client) -> None:
    """Headers; every input has its label; the only resource is the style sheet beside it; forms lead here and to the client."""
    browser, page = open_page(client)
    policy = dict(part.strip().split(" ", 1) for part in page.headers["Content-Security-Policy"].split(";"))
    assert policy == {"default-src": "'none'", "style-src": "'self'", "form-action": "'self' http://127.0.0.1:8765",
                      "frame-ancestors": "'none'", "base-uri": "'none'"}
    assert page.headers["X-Content-Type-Options"] == "nosniff" and page.headers["Cache-Control"] == "no-store"
    assert "script" not in page.text and " style=" not in page.text and " on" not in re.sub(r">[^<]*<", "><", page.text)
    assert re.findall(r'(?:src|href)="(?!/interaction/)([^"]*)"', page.text) == ["/style.css"]
    inputs = re.findall(r'<input id="(\w+)"', page.text)
    assert inputs == ["identity", "password"] and all(f'<label for="{name}">' in page.text for name in inputs)
    assert browser.go(urljoin(page.url, "/style.css")).headers["Content-Type"].startswith("text/css")
    _, page = open_page(client, redirect_uri="example.kamupin:/callback")
    assert page.headers["Content-Security-Policy"].endswith("form-action 'self' example.kamupin:")


def test_a_page_belongs_to_the_browser_that_it_was_shown_in(client: Client) -> None:
    """Another browser, another site's form, and a login that is over."""
    browser, page = open_page(client)
    assert Browser(client.ca_file).go(page.url).status == 400
    forged = ask("POST", page.url, client.ca_file, {"Origin": "https://elsewhere.invalid", "Cookie": "x=1"}, "cancel=1")
    assert forged.status == 400
    browser.log_in(page, "deneme", "password")
    late = browser.go(page.url)
    assert late.status == 400 and "yeniden başlatınız" in late.text


def test_a_form_of_another_site_is_refused(client: Client) -> None:
    """Though the browser brings its cookies along."""
    browser, page = open_page(client)
    browser.origin = "https://elsewhere.invalid"
    assert browser.log_in(page, "deneme", "password").status == 403
    browser.origin = None
    assert browser.log_in(page, "deneme", "password").status == 303


def test_the_server_answers_to_its_name_alone(client: Client) -> None:
    """Not to an address, nor to a name that somebody else points at it."""
    port = urlsplit(client.issuer).port
    reply = ask("GET", f"https://127.0.0.1:{port}/.well-known/openid-configuration", client.ca_file)
    assert reply.status == 421


def test_a_form_that_is_too_large_is_refused(client: Client) -> None:
    """Bounded."""
    browser, page = open_page(client)
    assert browser.type(page, "1" * 5000, "x").status == 413
