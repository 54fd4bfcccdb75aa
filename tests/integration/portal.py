# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The portal's way as tests go it in a browser: from the first page through e-Devlet's login to the page with the code. And plain
# requests with a browser's cookies, for what no browser would send. Touches the sandbox it is given.
"""Going through the portal."""
from __future__ import annotations

import http.client
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from box import Box
from browser import Browser
from idp_client import PEOPLE
from idp_client import Browser as Person

# What is pressed and read on the way, by language.
WORDS: dict[str, dict[str, str]] = {
    "tr": {"login": "Giriş", "gateway": "e-Devlet Kapısına Git", "nes": "NES İŞLEMLERİ", "mali-muhur": "MALİ MÜHÜR İŞLEMLERİ",
           "individual": "BİREYSEL İŞLEMLER", "pin": "PIN Oluşturma/Kilit Çözme", "go-on": "Devam", "again": "Tekrar Kod Al",
           "cancel": "İptal", "copy": "Kodu kopyala", "logout": "Çıkış",
           "menu": "ANA MENÜ", "home": "Ana Sayfa", "back": "Geri", "inquire": "Sorgula",
           "done": "PIN Oluşturma / Kilit Çözme İşleminiz Tamamlanmıştır.", "in-use": "Kod bir bilgisayarda kullanılıyor.",
           "finishing": "Kart üzerinde çalışılıyor.", "closed": "Bu işlem sona erdi", "expired": "Doğrulama kodunun süresi doldu.",
           "idp-login": "Giriş Yap", "idp-cancel": "İptal"},
    "en": {"login": "Log in", "gateway": "Go to the e-Devlet gateway", "nes": "QUALIFIED CERTIFICATES (NES)",
           "mali-muhur": "FINANCIAL SEAL", "individual": "INDIVIDUAL OPERATIONS", "pin": "PIN creation / unblocking", "go-on": "Continue",
           "again": "Get a new code", "cancel": "Cancel", "copy": "Copy the code", "logout": "Log out", "menu": "MAIN MENU",
           "home": "Home page", "back": "Back",
           "inquire": "Inquire", "done": "PIN creation / unblocking is complete.", "in-use": "The code is in use at a desk.",
           "finishing": "The card is being worked on.", "closed": "This has ended", "expired": "The verification code's time is over.",
           "idp-login": "Log in", "idp-cancel": "Cancel"}}


def origin_of(box: Box) -> str:
    """https://localhost:PORT of the portal."""
    parts = urlsplit(box.env["KAMUPIN_SERVICE"])
    return f"{parts.scheme}://{parts.netloc}"


class Portal:
    """A person at a browser."""

    def __init__(self, browser: Browser, box: Box, language: str = "tr") -> None:
        self.browser = browser
        self.box = box
        self.origin = origin_of(box)
        self.words = WORDS[language]

    def open(self, path: str = "/") -> None:
        """A page of the portal."""
        self.browser.open(self.origin + path)

    def press(self, word: str) -> None:
        """Presses what has that name in WORDS."""
        self.browser.press(self.words[word])

    def at(self, path: str) -> None:
        """Waits until that page (or one below it) of the portal is there, whole."""
        self.browser.wait(lambda: self.browser.driver.current_url.startswith(self.origin + path)
                          and self.browser.run("return document.readyState") == "complete", what=path)

    def to_gateway(self) -> None:
        """From the first page to e-Devlet's login."""
        self.open("/")
        self.press("login")
        self.leave()

    def leave(self) -> None:
        """From the central login page to e-Devlet's."""
        self.at("/login")
        self.press("gateway")
        self.browser.wait(lambda: self.browser.driver.current_url.startswith(self.box.env["KAMUPIN_ISSUER"] + "/interaction/"))

    def prove(self, user: str = "deneme") -> None:
        """Types number and password there."""
        identity, password = PEOPLE[user]
        self.browser.field("#identity", identity)
        self.browser.field("#password", password)
        self.press("idp-login")

    def log_in(self, user: str = "deneme") -> None:
        """Straight to the login, and through it to the products."""
        self.open("/login")
        self.leave()
        self.prove(user)
        self.at("/products")

    def choose(self, kind: str = "unblock", whom: str | None = None) -> None:
        """On the page where one chooses: kind, for whom (me, vkn:…), Devam."""
        self.browser.click(f"input[name=kind][value={kind}]")
        if whom is not None:
            self.browser.click(f"input[name=for][value='{whom}']")
        self.press("go-on")
        self.at("/orders/")

    def order(self, product: str = "nes", kind: str = "unblock", whom: str | None = None) -> str:
        """Straight to a code; returns it."""
        self.open(f"/products/{product}/individual/pin")
        self.choose(kind, whom)
        return self.code()

    def code(self) -> str:
        """The code that the page shows."""
        return self.browser.read("#code", "value")

    @property
    def path(self) -> str:
        """Where the browser is."""
        return self.browser.path

    def cookies(self) -> dict[str, str]:
        """The browser's cookies for the portal."""
        return {one["name"]: one["value"] for one in self.browser.driver.get_cookies()}

    def token(self) -> str:
        """What the page's forms carry."""
        return self.browser.read("input[name=csrf]", "value")


@dataclass
class Answer:
    """An answer as it came."""

    status: int
    headers: http.client.HTTPMessage
    text: str


def ask(box: Box, method: str, path: str, cookies: Mapping[str, str] | None = None, form: Mapping[str, str] | None = None,
        body: bytes | None = None, **headers: str) -> Answer:
    """One request, with whatever cookies and headers; a form comes from the portal's own origin unless Origin says otherwise. body: what is
    sent instead of a form, as it is."""
    parts = urlsplit(box.env["KAMUPIN_SERVICE"])
    sent: dict[str, Any] = {"Accept-Language": "tr"}
    if cookies:
        sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    if form is not None:
        sent |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": origin_of(box)}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    assert parts.hostname is not None
    connection = http.client.HTTPSConnection(parts.hostname, parts.port, timeout=10,
                                             context=ssl.create_default_context(cafile=box.env["KAMUPIN_CA_FILE"]))
    try:
        sent_body = urlencode(form) if form is not None else body
        connection.request(method, path, sent_body, {name: value for name, value in sent.items() if value})
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read().decode())
    finally:
        connection.close()


def half_a_login(box: Box, user: str = "deneme") -> tuple[str, dict[str, str]]:
    """A login up to the way back: path and query of the callback, and the cookies of the browser that began."""
    begun = ask(box, "GET", "/login/e-devlet")
    cookies = dict(line.split(";")[0].split("=", 1) for line in begun.headers.get_all("Set-Cookie") or [])
    person = Person(box.env["KAMUPIN_CA_FILE"], stop=origin_of(box))
    reply = person.log_in(person.go(begun.headers["Location"]), user, "password")
    assert reply.status == 303, reply.text
    parts = urlsplit(reply.headers["Location"])
    return f"{parts.path}?{parts.query}", cookies


def logged_in(box: Box, user: str = "deneme") -> dict[str, str]:
    """The cookies of a browser that has logged in."""
    path, cookies = half_a_login(box, user)
    answer = ask(box, "GET", path, cookies)
    assert (answer.status, answer.headers["Location"]) == (303, "/products")
    lines = answer.headers.get_all("Set-Cookie") or []
    return {name: value for name, _, value in (line.split(";")[0].partition("=") for line in lines) if value}
