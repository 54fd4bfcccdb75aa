# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# A person's way through the pages about certificates, with script, without it and by keyboard: list, details, suspension, revoking with a
# text message, consent and lists signed by a card. Not ours on the other end: Debian's Chromium, npm oidc-provider, openssl (which judges
# the card's signatures for the service).
"""A way through the pages about certificates."""
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from box import Box
from browser import Browser, Keys
from portal import Portal, ask
from portal_life import PRODUCT, SAY, last_sms, papers_of, signed_by_card, state_of


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    with Box(["akis2:p256"], ["--login"]) as opened:
        yield opened


@pytest.mark.parametrize("script", [True, False])
def test_the_whole_way(box: Box, tmp_path: Path, script: bool) -> None:
    held = papers_of(box).held()
    box.control.post("/consents", {"user": "deneme", "state": "none"})
    with Browser(box.env["KAMUPIN_CA_FILE"], "tr", script=script) as browser:
        portal = Portal(browser, box)
        portal.log_in()
        for name in ("NES İŞLEMLERİ", "BİREYSEL İŞLEMLER", "Sertifika Listeleme"):
            browser.press(name)
            browser.wait(lambda name=name: name in browser.driver.title, what=name)
        browser.click(f"a[href='/certificates/{held.name}']")
        browser.says(SAY("c-active"))
        browser.press(SAY("do-suspend"))
        browser.says(SAY("move-suspend"))
        browser.click("input[value=lost]")
        browser.press(SAY("do-suspend"))
        browser.says(SAY("done-suspend"))
        assert state_of(box, held.name) == "suspended"
        assert SAY("s-lost") in browser.text() and SAY("by-holder") in browser.text(), "the history says who and why"
        browser.press(SAY("do-unsuspend"))
        browser.says(SAY("move-unsuspend"))
        browser.click(f"input[value='{held.name}']")
        browser.press(SAY("do-unsuspend"))
        browser.says(SAY("done-unsuspend"))
        assert state_of(box, held.name) == "active"
        revoke(browser, box, held.name)
        applications(portal, box, tmp_path)
        sign_list(portal, box, tmp_path)


def revoke(browser: Browser, box: Box, name: str) -> None:
    """Both steps; the second with a wrong code first."""
    browser.press(SAY("do-revoke"))
    browser.says(SAY("move-revoke"))
    browser.click("input[value=superseded]")
    browser.press(SAY("go-on"))
    browser.says(SAY("revocation-not-yet"))
    assert "950,00 TL" in browser.text() and SAY("no-way-back") in browser.text() and state_of(box, name) == "active"
    browser.press(SAY("send-sms"))
    browser.find("#code")
    code = last_sms(box)
    browser.field("#code", f"{(int(code) + 1) % 1000000:06}")
    browser.press(SAY("revoke-now"))
    browser.says(SAY("p-factor-wrong", tries_left=2))
    assert state_of(box, name) == "active"
    browser.field("#code", f"{code[:3]} {code[3:]}")
    browser.press(SAY("revoke-now"))
    browser.says(SAY("done-revoke"))
    assert state_of(box, name) == "revoked" and papers_of(box).record(name).reason == "superseded"
    assert SAY("may-nothing") in browser.text() and SAY("r-superseded") in browser.text()


def applications(portal: Portal, box: Box, folder: Path) -> None:
    """A pre-application waits for the consent, which the card signs, and is then sent."""
    browser = portal.browser
    named = box.control.post("/applications", {})["applications"][-1]["application_id"]
    portal.open(f"{PRODUCT}/apply")
    browser.click(f"a[href='/applications/{named}']")
    browser.says(SAY("needs-consent"))
    browser.press(SAY("to-consent"))
    browser.says(SAY("consent-none"))
    browser.press(SAY("consent-get"))
    browser.says(SAY("consent-read"))
    text = ask(box, "GET", browser.read("ol.steps a", "pathname"), portal.cookies()).text
    assert "DENEME KULLANICI" in text and " ".join(text.split()) in " ".join(browser.text().split()), "the page shows what is signed"
    browser.find("#signature").send_keys(str(signed_by_card(box, text.encode(), folder)))
    browser.press(SAY("send"))
    browser.says(SAY("consent-accepted"))
    portal.open(f"/applications/{named}")
    browser.click("input[name=delivery][value=post]")
    browser.click("input[name=years][value='2']")
    browser.press(SAY("application-send"))
    browser.says(SAY("application-done"))
    (sent,) = [one for one in box.control.get("/applications")["applications"] if one["application_id"] == named]
    assert sent["state"] == "submitted" and sent["document"] == {"delivery": "post", "years": 2}


def sign_list(portal: Portal, box: Box, folder: Path) -> None:
    """The authorised person's list, checked and signed with the card."""
    browser = portal.browser
    named = box.control.post("/lists", {})["lists"][-1]["list_id"]
    portal.open("/products/nes/official")
    browser.click(f"a[href='/lists/{named}']")
    browser.says("IŞIK ÇAĞRI ÖZGÜR")
    content = ask(box, "GET", f"/lists/{named}/content", portal.cookies()).text
    browser.find("#signature").send_keys(str(signed_by_card(box, content.encode(), folder)))
    browser.press(SAY("send"))
    browser.says(SAY("list-done"))
    assert [one["state"] for one in box.control.get("/lists")["lists"] if one["list_id"] == named] == ["signed"]


def test_by_keyboard_alone(box: Box) -> None:
    held = papers_of(box).held()
    with Browser(box.env["KAMUPIN_CA_FILE"], "tr") as browser:
        portal = Portal(browser, box)
        portal.log_in()
        portal.open(f"/certificates/{held.name}")
        browser.tab_to(SAY("do-suspend"))
        browser.keys(Keys.ENTER)
        portal.at(f"{PRODUCT}/suspend")
        browser.wait(lambda: browser.find("input[name=certificate]:checked"), what="the certificate that one came from")
        browser.run("document.querySelector('input[name=certificate]:checked').focus()")
        browser.keys(Keys.TAB)
        browser.keys(Keys.SPACE)
        browser.tab_to(SAY("do-suspend"))
        browser.keys(Keys.ENTER)
        browser.says(SAY("done-suspend"))
        assert state_of(box, held.name) == "suspended"
