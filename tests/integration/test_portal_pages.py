# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Every page of the portal in both languages: pictures at 1280 and 360 pixels are kept (KAMUPIN_SCREENS, build/check/screens) and fit,
# axe-core finds nothing, nothing is loaded from elsewhere, the page's own policy refuses nothing of it. And the headers of every route.
# Not ours on the other end: Debian's Chromium, axe-core.
"""Looks, accessibility and headers."""
from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import axe_core
from box import Box
from browser import Browser, Keys
from idp_client import PEOPLE
from portal import Portal, ask
from service_client import Client

from kamupin_sandbox.personalise import CardFiles  # noqa: E402  (the path is service_client's)
from kamupin_sandbox.portal.site import Portal as Site  # noqa: E402
from kamupin_sandbox.portal.texts import TEXTS, words  # noqa: E402
from kamupin_sandbox.registry import Registry  # noqa: E402
from kamupin_sandbox.service.app import Front  # noqa: E402
from kamupin_sandbox.service.contract import Contract  # noqa: E402
from kamupin_sandbox.service.dpop import Nonces  # noqa: E402
from kamupin_sandbox.service.state import Service as Running  # noqa: E402
from kamupin_sandbox.service.store import Store  # noqa: E402


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    with Box(["akis2:blocked"], ["--login"]) as opened:
        opened.settings(password_login=1)
        yield opened


@pytest.fixture(scope="module", params=["tr", "en"])
def portal(request: pytest.FixtureRequest, box: Box) -> Iterator[Portal]:
    """A browser in each language, not logged in."""
    with Browser(box.env["KAMUPIN_CA_FILE"], request.param) as browser:
        one = Portal(browser, box, request.param)
        yield one
        assert one.origin in browser.requested() <= {one.origin, box.env["KAMUPIN_ISSUER"]}, "nobody else is asked for anything"


class Desk(Client):
    """A client of the profile at the same sandbox, for states of a page that a card is not needed for."""

    def __init__(self, box: Box) -> None:
        self.box = box
        row = box.cards[0].row
        card = CardFiles(row["spec"], row["personality"], Path(), Path(row["state"]), row["card_id"], row["row"], row["owner"],
                         row["product"], row["pin"], tuple(row["variants"]))
        super().__init__(_Service(box, card))

    def step(self, reply: Any) -> None:
        """A step has to go well."""
        assert reply.status == 200, reply.raw


class _Service:
    """What service_client.Client asks of its service."""

    def __init__(self, box: Box, card: CardFiles) -> None:
        self.base, self.ca_file, self.cards, self._box = box.env["KAMUPIN_SERVICE"], box.env["KAMUPIN_CA_FILE"], [card], box

    def sms(self) -> list[str]:
        """The SMS codes so far."""
        return [one["code"] for one in self._box.control.get("/sms")["sms"]]


def look(portal: Portal, name: str) -> None:
    """The page that is there now: its picture, its accessibility, its language, no complaint in the console."""
    browser = portal.browser
    language = browser.read("html", "lang")
    browser.screen(f"{name}-{language}")
    assert axe_core.violations(browser) == [], name
    notice = words(language)("sandbox")
    assert notice in browser.text() or "/interaction/" in browser.driver.current_url
    levels = [int(one.tag_name[1]) for one in browser.all("h1, h2, h3, h4")]
    assert levels[0] == 1 and levels.count(1) == 1 and all(b - a <= 1 for a, b in zip(levels, levels[1:])), levels
    assert [line for line in browser.complaints() if "status of 4" not in line] == [], name


def test_pages_without_login(portal: Portal) -> None:
    browser = portal.browser
    for path, name in (("/", "01-landing"), ("/login", "02-login"), ("/login?tab=e-imza", "03-login-card"),
                       ("/login?why=refused", "04-login-refused"), ("/phone", "05-phones"), ("/phone/deneme", "06-phone-empty"),
                       ("/mail", "07-mailboxes"), ("/mail/deneme", "08-mailbox-empty"), ("/products/none", "09-login-needed"),
                       ("/phone/nobody", "10-not-found"), ("/no/such/page", "15-unknown-address")):
        portal.open(path)
        look(portal, name)
    for path, name, choice, good, unknown, bad in (("debt", "11-debt", "vkn", "4540536920", "9999999902", "4540536921"),
                                                   ("debt", "12-no-debt", "tckn", "10000000146", "", "10000000147"),
                                                   ("debt", "16-passport", "passport", "u12345678", "", "U1-2"),
                                                   ("seal-authority", "13-seal", "detsis", "12345678", "87654321", "1234567"),
                                                   ("shipment", "14-shipment", "", "ksm2026000001", "KSM2026000009", "%")):
        portal.open(f"/inquiries/{path}")
        look(portal, name + "-form")
        for number, what in ((good, ""), (unknown, "-unknown"), (bad, "-wrong")):
            if number:
                if choice:
                    browser.click(f"input[value={choice}]")
                browser.field("#number", number)
                portal.press("inquire")
                browser.find("#wrong" if what else "#answer")
                look(portal, name + what)


def test_pages_of_somebody_who_is_logged_in(portal: Portal, box: Box) -> None:
    browser, desk = portal.browser, Desk(box)
    portal.to_gateway()
    look(portal, "20-e-devlet")
    browser.field("#identity", PEOPLE["deneme"][0])
    browser.field("#password", "wrong")
    portal.press("idp-login")
    browser.find("#wrong")
    look(portal, "21-e-devlet-wrong")
    portal.prove()
    portal.at("/products")
    for path, name in (("/", "22-landing-in"), ("/products", "23-products"), ("/products/nes", "24-nes"),
                       ("/products/nes/individual", "25-individual"), ("/products/nes/individual/pin", "26-choose"),
                       ("/products/mali-muhur/individual/pin", "27-choose-organisation"),
                       ("/orders/none", "28-not-found")):
        portal.open(path)
        look(portal, name)
    code = portal.order()
    look(portal, "30-code")
    desk.step(desk.redeem(code))
    browser.says(portal.words["in-use"])
    look(portal, "31-in-use")
    desk.step(desk.factor())
    place = portal.path
    portal.open("/phone/deneme")
    look(portal, "32-phone")
    portal.open(place)
    desk.step(desk.verify())
    desk.step(desk.authority())
    browser.says(portal.words["finishing"])
    look(portal, "33-card-work")
    desk.step(desk.report("unknown", "unknown"))
    browser.says(words(lang(portal))("state-unknown"))
    look(portal, "34-unknown")
    desk.step(desk.report("done"))
    browser.says(portal.words["done"])
    look(portal, "35-done")
    portal.open("/products")
    portal.order()
    box.advance(181)
    browser.says(portal.words["expired"])
    look(portal, "36-expired")
    portal.open("/products")
    look(portal, "37-products-running")
    browser.driver.back()
    portal.press("cancel")
    browser.says(portal.words["closed"])
    look(portal, "38-ended")
    portal.order("mali-muhur", "unblock", "vkn:4540536920")
    look(portal, "39-organisation")
    portal.press("logout")
    portal.at("/login")
    look(portal, "40-left")


def lang(portal: Portal) -> str:
    """The language of the page."""
    return portal.browser.read("html", "lang")


def test_a_forgotten_security_word(portal: Portal, box: Box) -> None:
    """The mail shows up by itself in the open mailbox, and its link leads to a page where a new word is made, once."""
    browser, desk = portal.browser, Desk(box)
    portal.open("/mail/deneme")
    before = len(browser.all(".messages li"))
    picture = desk.call("captcha", {})
    answer = box.control.get("/captchas")["captchas"][-1]["answer"]
    asked = {"captcha_id": picture.json["captcha_id"], "captcha_answer": answer,
             "identity": {"type": "tckn", "number": PEOPLE["deneme"][0]}}
    desk.step(desk.call("security-word-reset", asked))
    browser.wait(lambda: len(browser.all(".messages li")) == before + 1, what="the mail, by itself")
    look(portal, "50-mailbox")
    browser.click(".messages a")
    portal.at("/word/")
    place = portal.path
    look(portal, "51-word")
    for again, name in (("çiğlik43", "52-word-differs"), ("çığlık43", "53-word-done")):
        browser.field("#word", "çığlık43")
        browser.field("#again", again + Keys.ENTER)
        browser.find("#wrong" if "differs" in name else ".good")
        look(portal, name)
    assert [one["security_word"] for one in box.control.get("/people")["people"] if one["user"] == "deneme"] == ["çığlık43"]
    assert ask(box, "GET", place).status == ask(box, "POST", place, form={"word": "abcd", "again": "abcd"}).status == 410
    portal.open(place)
    look(portal, "54-word-gone")


def test_the_language_is_kept(portal: Portal) -> None:
    """Chosen on one page it holds on the next, whatever the browser prefers; the page stays where it was."""
    other, name = {"tr": ("en", "English"), "en": ("tr", "Türkçe")}[lang_of_browser(portal)]
    portal.open("/login?tab=e-imza")
    portal.browser.press(name)
    portal.browser.wait(lambda: portal.browser.find("html").get_attribute("lang") == other)
    assert portal.path == f"/login?tab=e-imza&lang={other}"
    portal.open("/phone")
    assert lang(portal) == other
    portal.browser.driver.delete_cookie("__Host-kamupin-language")


def lang_of_browser(portal: Portal) -> str:
    """What the browser prefers."""
    return str(portal.browser.run("return navigator.language"))[:2]


@pytest.mark.parametrize("width, zoom", [(320, 1), (1280, 4), (1280, 2)])
def test_narrow_and_zoomed(portal: Portal, width: int, zoom: int) -> None:
    """320 pixels, and letters of twice and four times the size: nothing has to be scrolled sideways."""
    browser = portal.browser
    browser.size(width // zoom if zoom > 2 else width)
    try:
        for path in ("/", "/login", "/inquiries/debt", "/phone/deneme"):
            portal.open(path)
            browser.run(f"document.documentElement.style.fontSize = '{100 * min(zoom, 2)}%'") if zoom == 2 else None
            assert browser.run("return document.documentElement.scrollWidth <= innerWidth"), path
    finally:
        browser.size(1280)


# ---- headers ----

def routes(folder: Path) -> list[tuple[str, str]]:
    """Every method and address of the portal, from its own list."""
    with Registry(folder / "registry.db") as registry:
        store = Store(folder / "service.db", registry)
        service = Running(registry, store, Contract(), Nonces(b"x" * 32, 60.0))
        found = [(one.method, one.path) for one in Site(service, Front(service, False)).routes()]
        store.close()
    return found


def test_the_headers_of_every_route(box: Box, tmp_path: Path) -> None:
    seen = set()
    for method, path in routes(tmp_path):
        address = re.sub(r"\{(\w+)\}", lambda name: {"product": "nes", "user": "deneme"}.get(name[1], "none"), path)
        answer = ask(box, method, address, form={} if method == "POST" else None)
        headers, policy = answer.headers, answer.headers["Content-Security-Policy"]
        seen.add(answer.status)
        assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy and "*" not in policy, address
        for part in ("frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'", "require-trusted-types-for 'script'"):
            assert part in policy, (address, part)
        assert headers["Cache-Control"] == "no-store" and headers["X-Content-Type-Options"] == "nosniff", address
        assert headers["Referrer-Policy"] == "same-origin" and headers["Cross-Origin-Opener-Policy"] == "same-origin", address
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin" and "camera=()" in headers["Permissions-Policy"], address
        assert headers["Strict-Transport-Security"] is None, "it would bind every other server of localhost"
        assert "Content-Length" in headers and "Python" not in headers["Server"], address
        if headers["Content-Type"].startswith("text/html"):
            inline = re.search(r"<style|\sstyle=|\son\w+=|javascript:|<script(?! src=\"/portal.js\")", answer.text)
            assert headers["Content-Language"] == "tr" and inline is None, address
    assert seen == {200, 303, 400, 401, 410}


def test_every_sentence_is_there_in_both_languages() -> None:
    for name, pair in TEXTS.items():
        assert len(pair) == 2 and all(pair), name
        fields = [sorted(re.findall(r"\{(\w*)\}", text)) for text in pair]
        assert fields[0] == fields[1], name
