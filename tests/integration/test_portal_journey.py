# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The whole way, as the guides show it: in Debian's Chromium from the first page through e-Devlet's login to the code, `kamupin pin
# unblock` at a terminal with that code, the SMS read from the phone page, and the open page turns to completed by itself. Not ours
# on the other end: Chromium, npm oidc-provider behind e-Devlet, OpenSC for the card's new PIN.
"""From the first page to a new PIN."""
from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest

from box import Box, until
from browser import Browser, Keys
from cli import KAMUPIN
from portal import Portal

NEW = "48159263"


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    """Cards of the person, blocked, one a test: a test that unblocks has its own."""
    with Box(["akis2:blocked"] * 4 + ["akis2:blocked:mali-muhur"], ["--login"]) as opened:
        yield opened


@pytest.fixture
def chromium(box: Box) -> Iterator[Callable[..., Browser]]:
    """chromium(language=…, script=…) opens a browser that trusts the sandbox."""
    opened: list[Browser] = []

    def make(language: str = "tr", script: bool = True) -> Browser:
        opened.append(Browser(box.env["KAMUPIN_CA_FILE"], language, script=script))
        return opened[-1]

    yield make
    for browser in opened:
        browser.close()


def unblock(box: Box, slot: int, code: str, read_sms: Callable[[], str]) -> None:
    """kamupin pin unblock at a terminal, by somebody who reads the code and the SMS from pages."""
    with box.terminal(KAMUPIN, "pin", "unblock", "--lang", "tr", "--card", box.cards[slot].reader) as desk:
        desk.expect("Sayfadaki doğrulama kodu: ")
        desk.send(code)
        desk.expect("Okudum, sürdür: Enter")
        desk.send("")
        for prompt in ("Yeni PIN .*: ", "Yeni PIN .tekrar.*: "):
            desk.expect(prompt)
            desk.send(NEW)
        desk.expect("SMS doğrulama kodu .*: ")
        desk.send(read_sms())
        assert desk.wait() == 0, desk.text
    assert box.verify_by_opensc(NEW, slot) == "9000"


def phone(portal: Portal, texts: int) -> str:
    """The SMS code as the phone page shows it, in a window of its own, once there are so many texts."""
    driver = portal.browser.driver
    order = driver.current_window_handle
    driver.switch_to.new_window("tab")
    portal.open("/phone/deneme")
    portal.browser.wait(lambda: len(portal.browser.all(".messages li")) == texts, what=f"text message {texts}")
    code = portal.browser.read(".messages li strong")
    driver.close()
    driver.switch_to.window(order)
    assert re.fullmatch(r"\d{6}", code)
    return code


def sent(box: Box) -> int:
    """How many texts the person has had."""
    return len(box.control.get("/sms", user="deneme")["sms"])


def test_from_the_first_page_to_a_new_pin(box: Box, chromium: Callable[..., Browser]) -> None:
    portal = Portal(chromium(), box)
    portal.to_gateway()
    portal.prove()
    portal.at("/products")
    for word, path in (("nes", "/products/nes"), ("individual", "/products/nes/individual"), ("pin", "/products/nes/individual/pin")):
        portal.press(word)
        portal.at(path)
    portal.choose("unblock")
    code, before = portal.code(), sent(box)
    assert re.fullmatch(r"\d{15}", code) and "PUK değildir" in portal.browser.text()
    first_page = portal.browser.driver.current_url

    def read_sms() -> str:
        portal.browser.says(portal.words["in-use"])
        assert not portal.browser.all("#code"), "a code in use is not shown on"
        return phone(portal, before + 1)
    unblock(box, 0, code, read_sms)
    portal.browser.says(portal.words["done"])  # nobody touched the page
    assert portal.browser.driver.current_url == first_page and portal.browser.driver.title.startswith("✓")
    assert portal.browser.find("#said").aria_role == "status"
    assert "asla PUK ile işlem yapmayınız" in portal.browser.text(), "what has to be read after a new PIN (D05)"
    assert portal.browser.requested() == {portal.origin, box.env["KAMUPIN_ISSUER"]}, "nothing is asked of anybody else"
    assert portal.browser.complaints() == []


def test_the_same_by_keyboard_alone_in_english(box: Box, chromium: Callable[..., Browser]) -> None:
    browser = chromium(language="en")
    portal = Portal(browser, box, "en")
    words = portal.words
    portal.open("/")
    browser.tab_to("Skip to the content")
    for name in (words["login"], words["gateway"]):
        browser.tab_to(name)
        browser.keys(Keys.ENTER)
        browser.wait(lambda: browser.run("return document.readyState") == "complete" and name not in browser.text())
    browser.tab_to("* T.C. identity number")
    browser.keys("10000000146", Keys.TAB, "deneme-1923", Keys.ENTER)
    portal.at("/products")
    for word, path in (("nes", "/products/nes"), ("individual", "/products/nes/individual"), ("pin", "/products/nes/individual/pin")):
        browser.tab_to(words[word])
        browser.keys(Keys.ENTER)
        portal.at(path)
    browser.tab_to("Unblocking:")
    browser.keys(Keys.SPACE)
    browser.tab_to(words["go-on"])
    browser.keys(Keys.ENTER)
    portal.at("/orders/")
    field = browser.tab_to("Verification code")
    assert browser.run("return getSelection().toString()") == field.get_attribute("value"), "the code is selected as it gets the focus"
    browser.tab_to(words["copy"])
    browser.keys(Keys.ENTER)
    browser.says("The verification code is copied.")
    code, before = portal.code(), sent(box)
    unblock(box, 1, code, lambda: phone(portal, before + 1))
    browser.says(words["done"])


def test_the_same_without_script(box: Box, chromium: Callable[..., Browser]) -> None:
    browser = chromium(script=False)
    portal = Portal(browser, box)
    portal.log_in()
    code, before = portal.order(), sent(box)
    assert browser.read("#copy", "hidden") == "true" and browser.all("noscript meta"), "a button that does nothing is not shown"
    unblock(box, 2, code, lambda: until(lambda: box.control.get("/sms", user="deneme")["sms"][before:])[0]["code"])
    browser.says(portal.words["done"])


def test_the_page_says_how_the_work_goes(box: Box, chromium: Callable[..., Browser]) -> None:
    """Nothing is pressed and nothing loaded anew: what changes is taken over, told once, and the focus is not lost."""
    browser = chromium()
    portal = Portal(browser, box)
    portal.log_in()
    code, before = portal.order(), sent(box)
    browser.run("window.untouched = true; document.getElementById('code').focus()")
    browser.run("new MutationObserver(() => { window.told = [...(window.told || []), document.getElementById('said').textContent]; })"
                ".observe(document.getElementById('said'), {childList: true})")

    def read_sms() -> str:
        browser.says(portal.words["in-use"])
        assert browser.driver.switch_to.active_element.get_attribute("id") == "title", "the focus was in what is gone"
        return until(lambda: box.control.get("/sms", user="deneme")["sms"][before:])[0]["code"]
    unblock(box, 3, code, read_sms)
    browser.says(portal.words["done"])
    told = [text for text in browser.run("return window.told") if text]
    assert told[0].startswith(portal.words["in-use"]) and told[-1] == portal.words["done"] and len(told) <= 3
    assert browser.run("return window.untouched") is True


def test_a_fiscal_seal_on_behalf_of_an_organisation(box: Box, chromium: Callable[..., Browser]) -> None:
    """The organisation's own card (EC P-384), by somebody who may act for it."""
    portal = Portal(chromium(), box)
    portal.log_in()
    code, before = portal.order("mali-muhur", "unblock", "vkn:4540536920"), sent(box)
    portal.browser.says("DENEME ANONİM ŞİRKETİ adına")
    unblock(box, 4, code, lambda: phone(portal, before + 1))
    portal.browser.says(portal.words["done"])
