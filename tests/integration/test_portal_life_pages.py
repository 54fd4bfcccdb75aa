# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Every page about certificates, consents, applications and lists in both languages and two widths: pictures are kept and fit, axe-core
# finds nothing, nothing is loaded from elsewhere. Not ours on the other end: Debian's Chromium, axe-core.
"""Looks and accessibility of the pages about certificates."""
from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from box import Box
from browser import Browser
from portal import Portal, ask
from portal_life import PRODUCT, Held, last_sms, one_of_each, papers_of, signed_by_card
from test_portal_pages import look

OPTIONS = {"second_factors": "sms,web-password"}


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    with Box(["akis2:p256"], ["--login"]) as opened:
        opened.settings(**OPTIONS)
        yield opened


@pytest.fixture(scope="module")
def held(box: Box) -> dict[str, Held]:
    found = one_of_each(box)
    papers_of(box).held("active", "vkn:4540536920", "mali-muhur", "mali-muhur")
    return found


@pytest.fixture(params=["tr", "en"])
def portal(request: pytest.FixtureRequest, box: Box, held: dict[str, Held]) -> Iterator[Portal]:
    """A browser in each language, logged in."""
    box.control.post("/consents", {"user": "deneme", "state": "none"})
    with Browser(box.env["KAMUPIN_CA_FILE"], request.param) as browser:
        one = Portal(browser, box, request.param)
        one.log_in()
        yield one
        assert one.origin in browser.requested() <= {one.origin, box.env["KAMUPIN_ISSUER"]}, "nobody else is asked for anything"


def press(portal: Portal, css: str) -> None:
    """Clicks, and waits until another page is there."""
    before = portal.browser.find("html").id
    portal.browser.click(css)
    portal.browser.wait(lambda: portal.browser.find("html").id != before and portal.browser.run("return document.readyState") == "complete",
                        what=f"the page behind {css}")


def test_pages_of_certificates(portal: Portal, box: Box, held: dict[str, Held]) -> None:
    for path, name in (("/products/nes/individual", "60-individual"), (f"{PRODUCT}/list", "61-list"),
                       ("/products/mali-muhur/individual/list", "62-list-organisation"),
                       ("/products/kurumsal-sifreleme/individual/list", "63-list-none"), ("/certificates/none", "64-none"),
                       *((f"{PRODUCT}/{move}", f"65-{move}") for move in ("suspend", "unsuspend", "activate", "revoke")),
                       ("/products/elektronik-muhur/individual/suspend", "66-suspend-none"),
                       *((f"/certificates/{one.name}", f"67-{state}") for state, one in held.items())):
        portal.open(path)
        look(portal, name)


def test_pages_of_a_revocation(portal: Portal, box: Box) -> None:
    browser, one = portal.browser, papers_of(box).held()
    portal.open(f"{PRODUCT}/revoke?certificate={one.name}")
    browser.click("input[value=cessationOfOperation]")
    press(portal, "main form button")
    look(portal, "70-revocation")
    press(portal, "form[action$='/factor']:first-of-type button")
    look(portal, "71-sms")
    for typed, name in (("12", "72-sms-form"), (f"{(int(last_sms(box)) + 1) % 1000000:06}", "73-sms-wrong")):
        browser.field("#code", typed)
        press(portal, "button.danger")
        look(portal, name)
    browser.field("#code", last_sms(box))
    press(portal, "button.danger")
    portal.at(f"/certificates/{one.name}")
    look(portal, "74-revoked")
    browser.driver.back()
    other = papers_of(box).held()
    portal.open(f"{PRODUCT}/revoke?certificate={other.name}")
    browser.click("input[value=unspecified]")
    press(portal, "main form button")
    press(portal, "form[action$='/factor']:nth-of-type(2) button")
    look(portal, "75-web-password")
    box.advance(301)
    browser.driver.refresh()
    look(portal, "76-too-late")


def test_pages_of_consent_and_applications(portal: Portal, box: Box, tmp_path: Path) -> None:
    browser = portal.browser
    waiting = box.control.post("/applications", {"schema_id": "nes-lost-1", "reason": "lost"})["applications"][-1]["application_id"]
    portal.open(f"{PRODUCT}/apply")
    look(portal, "80-applications")
    portal.open(f"/applications/{waiting}")
    look(portal, "81-needs-consent")
    portal.open("/products/mali-muhur/individual/apply")
    look(portal, "82-applications-none")
    portal.open(f"{PRODUCT}/consent")
    look(portal, "83-consent")
    press(portal, "main form button")
    look(portal, "84-consent-text")
    row = box.control.get("/consents")["consents"][-1]
    text = ask(box, "GET", f"/consents/{row['consent_id']}/text", portal.cookies()).text
    browser.find("#signature").send_keys(str(signed_by_card(box, (text + "!").encode(), tmp_path)))
    press(portal, "form[enctype] button")
    look(portal, "85-consent-refused")
    browser.find("#signature").send_keys(str(signed_by_card(box, text.encode(), tmp_path)))
    press(portal, "form[enctype] button")
    portal.at(f"{PRODUCT}/consent")
    look(portal, "86-consent-given")
    portal.open(f"/applications/{waiting}")
    look(portal, "87-form")
    browser.run("document.querySelectorAll('[required]').forEach((one) => one.removeAttribute('required'))")
    press(portal, "main form button")
    look(portal, "88-form-wrong")
    browser.click("input[name=delivery][value=office]")
    browser.click("input[name=years][value='3']")
    browser.field("#what_happened", "Çantamla birlikte kayboldu.")
    press(portal, "main form button")
    portal.at(f"/applications/{waiting}")
    look(portal, "89-submitted")


def test_pages_of_an_authorised_person(portal: Portal, box: Box, tmp_path: Path) -> None:
    browser = portal.browser
    named = box.control.post("/lists", {})["lists"][-1]["list_id"]
    portal.open("/products/nes/official")
    look(portal, "90-lists")
    portal.open(f"/lists/{named}")
    look(portal, "91-list")
    content = ask(box, "GET", f"/lists/{named}/content", portal.cookies()).text
    assert json.loads(content)["list_id"] == named
    made = signed_by_card(box, content.encode(), tmp_path)
    box.control.post("/lists", {"list_id": named, "action": "change"})
    browser.find("#signature").send_keys(str(made))
    press(portal, "form[enctype] button")
    look(portal, "92-list-changed")
    content = ask(box, "GET", f"/lists/{named}/content", portal.cookies()).text
    browser.find("#signature").send_keys(str(signed_by_card(box, content.encode(), tmp_path)))
    press(portal, "form[enctype] button")
    look(portal, "93-list-signed")


def test_somebody_who_is_no_authorised_person(box: Box, held: dict[str, Held]) -> None:
    for language in ("tr", "en"):
        with Browser(box.env["KAMUPIN_CA_FILE"], language) as browser:
            portal = Portal(browser, box, language)
            portal.log_in("baska")
            portal.open("/products/nes/official")
            look(portal, "95-no-role")
