# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# A person's way through the pages about certificates, with script, without it and by keyboard: list, details, suspension, revoking with a
# text message, consent and lists signed by a card. And what the pages refuse, in words. Not ours on the other end: Debian's Chromium, npm
# oidc-provider, openssl (service_life's signatures and the service's judge of them).
"""The pages about certificates."""
from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from box import Box
from browser import Browser, Keys
from portal import Answer, Portal, ask
from portal_life import PRODUCT, Visitor, last_sms, papers_of, signed_by_card, upload
from service_life import STATES
from test_certificate_states import TABLE

from kamupin_sandbox.portal.texts import words  # noqa: E402  (the path is service_life's)

MOVES = ("suspend", "unsuspend", "activate", "revoke")
SAY = words("tr")
ROWS = {"by-holder": "holder", "by-authority": "authority", "by-institution": "institution"}


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    with Box(["akis2:p256"], ["--login"]) as opened:
        opened.settings(resend_seconds=0)
        yield opened


@pytest.fixture
def visitor(box: Box) -> Visitor:
    return Visitor.of(box)


def alert(answer: Answer) -> str:
    """What the page says went wrong."""
    found = re.search(r'<p[^>]*class="said bad" role="alert">([^<]*)</p>', answer.text)
    return html.unescape(found[1]) if found else ""


def state_of(box: Box, name: str) -> str:
    """How the registry has the certificate."""
    return papers_of(box).record(name).stored


# ---- a person's way ----

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


# ---- what is refused ----

@pytest.mark.parametrize("state", STATES)
def test_each_move_in_each_state(box: Box, visitor: Visitor, state: str) -> None:
    """The table of the profile, as the pages tell it: what is refused changes nothing and says why."""
    row = TABLE[ROWS.get(state, state)]
    for move, led in zip(MOVES, row, strict=True):
        held = papers_of(box).held(state)
        before = state_of(box, held.name)
        offered = f"/{move}?certificate={held.name}" in visitor.get(f"/certificates/{held.name}").text
        answer = visitor.send(f"{PRODUCT}/{move}", certificate=held.name, reason="lost" if move == "suspend" else "unspecified")
        if led.startswith("certificate-"):
            assert (answer.status, alert(answer)) == (410 if led in ("certificate-revoked", "certificate-expired") else 409, SAY("p-" + led)), move
            assert state_of(box, held.name) == before and not offered
        else:
            where = answer.headers["Location"]
            assert answer.status == 303 and where.startswith("/revocations/" if move == "revoke" else f"/certificates/{held.name}?done={move}")
            assert offered == ((state, move) != ("by-holder", "suspend")), "one's own suspension may be repeated, but nobody is asked to"
            assert move == "revoke" or state_of(box, held.name) == led


def revocation(box: Box, visitor: Visitor) -> tuple[str, str]:
    """A prepared one: its page and its certificate."""
    held = papers_of(box).held()
    answer = visitor.send(f"{PRODUCT}/revoke", certificate=held.name, reason="unspecified")
    return answer.headers["Location"], held.name


def test_nothing_is_revoked_without_a_code(box: Box, visitor: Visitor) -> None:
    page, name = revocation(box, visitor)
    answer = visitor.send(page + "/confirm", code="123456")
    assert (answer.status, alert(answer)) == (409, SAY("p-factor-mismatch"))
    assert visitor.send(page + "/factor", type="sms").status == 303
    for typed in ("12345", "1234567", "12345x", "", "١٢٣٤٥٦"):
        answer = visitor.send(page + "/confirm", code=typed)
        assert (answer.status, alert(answer)) == (400, SAY("wrong-sms-form", digits=6)), "and no try is spent"
    code = last_sms(box)
    for left in (2, 1):
        answer = visitor.send(page + "/confirm", code=f"{(int(code) + 1) % 1000000:06}")
        assert (answer.status, alert(answer)) == (403, SAY("p-factor-wrong", tries_left=left))
    answer = visitor.send(page + "/confirm", code=f"{(int(code) + 1) % 1000000:06}")
    assert (answer.status, alert(answer)) == (403, SAY("p-factor-exhausted")) and SAY("begin-again") in answer.text
    answer = visitor.send(page + "/confirm", code=code)
    assert answer.status == 403 and state_of(box, name) == "active"


def test_a_code_that_is_too_old_and_a_new_one(box: Box, visitor: Visitor) -> None:
    page, name = revocation(box, visitor)
    visitor.send(page + "/factor", type="sms")
    box.advance(91)
    answer = visitor.send(page + "/confirm", code=last_sms(box))
    assert (answer.status, alert(answer)) == (410, SAY("p-factor-expired"))
    old = last_sms(box)
    assert visitor.send(page + "/resend").status == 303 and last_sms(box) != old
    assert visitor.send(page + "/confirm", code=last_sms(box)).headers["Location"] == f"/certificates/{name}?done=revoke"
    assert visitor.get(page).status == 303, "what is done is shown at the certificate"
    assert state_of(box, name) == "revoked"


def test_a_preparation_that_is_no_longer_good(box: Box, visitor: Visitor) -> None:
    """Too old, replaced, given up, or of another browser: it says that nothing was revoked, and where to begin again."""
    page, name = revocation(box, visitor)
    box.advance(301)
    late = visitor.get(page)
    page, name = revocation(box, visitor)
    again = visitor.send(f"{PRODUCT}/revoke", certificate=name, reason="unspecified").headers["Location"]
    replaced = visitor.get(page)
    other = Visitor.of(box).get(again)
    assert visitor.send(again + "/cancel").headers["Location"] == f"/certificates/{name}?done=kept"
    assert SAY("done-kept") in visitor.get(f"/certificates/{name}?done=kept").text
    for answer in (late, replaced, other, visitor.get(again)):
        assert (answer.status, alert(answer)) == (410, SAY("p-revocation-expired")) and SAY("begin-again") in answer.text
    assert state_of(box, name) == "active"


def test_another_browser_of_the_person_cannot_confirm(box: Box, visitor: Visitor) -> None:
    page, name = revocation(box, visitor)
    visitor.send(page + "/factor", type="sms")
    answer = Visitor.of(box).send(page + "/confirm", code=last_sms(box))
    assert answer.status == 410 and state_of(box, name) == "active"
    assert visitor.send(page + "/confirm", code=last_sms(box)).status == 303


def test_a_phone_that_is_out_of_date(box: Box, visitor: Visitor) -> None:
    page, _ = revocation(box, visitor)
    before = next(one["phone"] for one in box.control.get("/people")["people"] if one["user"] == "deneme")
    box.control.post("/people", {"user": "deneme", "phone": "out-of-date"})
    try:
        answer = visitor.send(page + "/factor", type="sms")
    finally:
        box.control.post("/people", {"user": "deneme", "phone": before})
    assert (answer.status, alert(answer)) == (409, SAY("p-phone-out-of-date"))


def test_the_web_password_confirms_as_well(box: Box, visitor: Visitor) -> None:
    box.settings(second_factors="web-password")
    try:
        page, name = revocation(box, visitor)
    finally:
        box.settings(second_factors="sms")
    assert visitor.send(page + "/factor", type="web-password").status == 303
    answer = visitor.send(page + "/confirm", web_password="çarşı-çığlik-42")
    assert (answer.status, alert(answer)) == (403, SAY("p-web-password-wrong", tries_left=2)) and state_of(box, name) == "active"
    assert visitor.send(page + "/confirm", web_password="çarşı-çığlık-42").status == 303 and state_of(box, name) == "revoked"


def test_what_is_somebody_elses_is_not_there(box: Box, visitor: Visitor) -> None:
    held, page = papers_of(box).held(), revocation(box, visitor)[0]
    application = box.control.post("/applications", {})["applications"][-1]["application_id"]
    box.control.post("/consents", {"user": "deneme", "state": "none"})
    text, listed = visitor.send(f"{PRODUCT}/consent").headers["Location"], box.control.post("/lists", {})["lists"][-1]["list_id"]
    stranger = Visitor.of(box, "baska")
    for path in (f"/certificates/{held.name}", page, f"/applications/{application}", text, text + "/text", f"/lists/{listed}", f"/lists/{listed}/content"):
        assert (stranger.get(path).status, visitor.get(path).status) == (404, 200), path
    for move in MOVES:
        assert stranger.send(f"{PRODUCT}/{move}", certificate=held.name, reason="lost" if move == "suspend" else "unspecified").status == 404
    for path in (page + "/factor", page + "/resend", page + "/confirm", page + "/cancel", f"/applications/{application}"):
        assert stranger.send(path, type="sms", code="123456").status == 404, path
    for path in (text, f"/lists/{listed}"):
        assert stranger.upload(path, b"0").status == 404, path
    assert state_of(box, held.name) == "active"
    refused = stranger.get("/products/nes/official")
    assert refused.status == 403 and SAY("role-refused") in html.unescape(refused.text)


def test_every_form_is_the_pages_own(box: Box, visitor: Visitor) -> None:
    """Without the session's token, with another's, or from elsewhere nothing happens; without a login there is no page."""
    held, page = papers_of(box).held(), revocation(box, visitor)[0]
    box.control.post("/consents", {"user": "deneme", "state": "none"})
    text, listed = visitor.send(f"{PRODUCT}/consent").headers["Location"], box.control.post("/lists", {})["lists"][-1]["list_id"]
    other = Visitor.of(box).token()
    fields = {"certificate": held.name, "reason": "lost"}
    for path in (*(f"{PRODUCT}/{move}" for move in MOVES), page + "/factor", page + "/confirm", page + "/cancel", f"{PRODUCT}/consent"):
        for token in ({}, {"csrf": "x"}, {"csrf": other}):
            assert ask(box, "POST", path, visitor.cookies, fields | token).status == 403, path
        assert ask(box, "POST", path, visitor.cookies, fields | {"csrf": visitor.token()}, Origin="https://evil.invalid").status == 403, path
        assert ask(box, "POST", path, None, fields).status == 303, path
    for path in (text, f"/lists/{listed}"):
        for token in ("", "x", other):
            assert visitor.upload(path, b"0", token).status == 403, path
        assert upload(box, path, visitor.cookies, {}, b"0").status == 400, "a form without the token is none"
        assert visitor.upload(path, b"0", more="1").status == 400
    assert state_of(box, held.name) == "active"


def test_signatures_that_are_not_taken(box: Box, visitor: Visitor) -> None:
    """Consent and list take what openssl signed over the very bytes, DER or PEM, and nothing else."""
    box.control.post("/consents", {"user": "deneme", "state": "none"})
    signer = papers_of(box).signer()
    page = visitor.send(f"{PRODUCT}/consent").headers["Location"]
    text = visitor.get(page + "/text").text.encode()
    for wrong in (b"", b"0", b"x" * 50000, b"-----BEGIN CMS-----\n!\n-----END CMS-----\n", signer.sign(text + b" "), signer.sign(text, inside=False),
                  signer.sign(text, cades=False), papers_of(box).held("by-holder").sign(text), papers_of(box).held(known=False).sign(text)):
        answer = visitor.upload(page, wrong)
        assert (answer.status, alert(answer)) == (403, SAY("p-signature-refused")), wrong[:40]
    assert visitor.upload(page, signer.sign(text, "-outform", "PEM")).status == 303
    assert visitor.get(page).headers["Location"] == f"{PRODUCT}/consent"
    answer = visitor.send(f"{PRODUCT}/consent")
    assert (answer.status, alert(answer)) == (409, SAY("p-consent-given"))
    listed = box.control.post("/lists", {})["lists"][-1]["list_id"]
    content = visitor.get(f"/lists/{listed}/content").text.encode()
    box.control.post("/lists", {"list_id": listed, "action": "change"})
    answer = visitor.upload(f"/lists/{listed}", signer.sign(content))
    assert (answer.status, alert(answer)) == (409, SAY("p-list-changed"))
    content = visitor.get(f"/lists/{listed}/content").text.encode()
    assert visitor.upload(f"/lists/{listed}", signer.sign(content)).headers["Location"] == f"/lists/{listed}?done"
    answer = visitor.upload(f"/lists/{listed}", signer.sign(content))
    assert (answer.status, alert(answer)) == (409, SAY("p-list-signed"))


def test_a_consent_text_that_is_too_old(box: Box, visitor: Visitor) -> None:
    box.control.post("/consents", {"user": "deneme", "state": "none"})
    page = visitor.send(f"{PRODUCT}/consent").headers["Location"]
    box.advance(601)
    visitor = Visitor.of(box)
    for answer in (visitor.get(page), visitor.upload(page, papers_of(box).signer().sign(b"x"))):
        assert (answer.status, alert(answer)) == (410, SAY("p-consent-expired")) and SAY("consent-get") in answer.text


def test_a_form_marks_what_is_wrong_and_keeps_the_rest(box: Box, visitor: Visitor) -> None:
    box.control.post("/consents", {"user": "deneme", "state": "none"})
    page = visitor.send(f"{PRODUCT}/consent").headers["Location"]
    assert visitor.upload(page, papers_of(box).signer().sign(visitor.get(page + "/text").text.encode())).status == 303
    named = box.control.post("/applications", {"schema_id": "nes-lost-1"})["applications"][-1]["application_id"]
    answer = visitor.send(f"/applications/{named}", delivery="office", years="4", e_mail="nobody", what_happened="<Kayıp>")
    assert (answer.status, alert(answer)) == (422, SAY("p-document-refused"))
    assert re.findall(r'id="wrong-(\w+)"', answer.text) == ["years", "e_mail"]
    assert 'value="&lt;Kayıp&gt;"' in answer.text and re.search(r'value="office"[^>]* checked', answer.text)
    assert visitor.send(f"/applications/{named}", delivery="office", years="1", what_happened="<Kayıp>").headers["Location"] == f"/applications/{named}?done"
    assert "&lt;Kayıp&gt;" in visitor.get(f"/applications/{named}").text
    answer = visitor.send(f"/applications/{named}", delivery="office", years="1", what_happened="x")
    assert (answer.status, alert(answer)) == (409, SAY("p-application-state"))


def test_a_service_without_these_calls(box: Box, visitor: Visitor) -> None:
    """Its menus say so, and the pages are not there."""
    before = box.control.get("/settings")["features"]
    box.settings(features="")
    try:
        menu, pages = visitor.get("/products/nes/individual"), [visitor.get(path).status for path in (
            f"{PRODUCT}/list", f"{PRODUCT}/suspend", f"{PRODUCT}/consent", f"{PRODUCT}/apply", "/products/nes/official")]
    finally:
        box.settings(features=before)
    assert menu.text.count(SAY("later")) == 6 and pages == [404] * 5
    assert SAY("later") not in visitor.get("/products/nes/individual").text


def test_wrong_choices(box: Box, visitor: Visitor) -> None:
    held = papers_of(box).held()
    for fields in ({}, {"certificate": held.name}, {"certificate": held.name, "reason": "cACompromise"}, {"reason": "unspecified"}):
        answer = visitor.send(f"{PRODUCT}/revoke", **fields)
        assert (answer.status, alert(answer)) == (400, SAY("wrong-choice")), fields
    assert visitor.get("/products/mali-muhur/individual/consent").status == 404 == visitor.get("/products/none/individual/list").status
