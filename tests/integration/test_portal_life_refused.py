# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What the portal's pages about certificates refuse, in words: each move in each state, codes that are wrong or too old, what is somebody
# else's, forms from elsewhere, signatures of other bytes. Plain requests with a browser's cookies. Not ours on the other end: openssl makes
# the signatures (service_life) and judges them; npm oidc-provider logs people in.
"""Refusals of the pages about certificates."""
from __future__ import annotations

import html
import http.client
import re
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from box import Box
from portal import Answer, ask, origin_of
from portal_life import PRODUCT, SAY, Visitor, last_sms, papers_of, state_of, upload
from service_life import STATES
from test_certificate_states import TABLE

MOVES = ("suspend", "unsuspend", "activate", "revoke")
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
    """Too old, replaced, given up, of another browser, of an earlier login of this one: it says that nothing was revoked, and where to begin again."""
    page, name = revocation(box, visitor)
    box.advance(301)
    late = visitor.get(page)
    page, name = revocation(box, visitor)
    again = visitor.send(f"{PRODUCT}/revoke", certificate=name, reason="unspecified").headers["Location"]
    replaced = visitor.get(page)
    other, fresh = Visitor.of(box).get(again), Visitor.of(box)
    later = Visitor(box, visitor.cookies | fresh.cookies).get(again)
    forgotten = Visitor(box, {name: value for name, value in visitor.cookies.items() if "revocation" not in name}).get(again)
    assert visitor.get(again).status == 200
    assert visitor.send(again + "/cancel").headers["Location"] == f"/certificates/{name}?done=kept"
    assert SAY("done-kept") in visitor.get(f"/certificates/{name}?done=kept").text
    for answer in (late, replaced, other, later, forgotten, visitor.get(again)):
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
            answer = visitor.upload(path, b"0", token)
            assert answer.status == 403 and SAY("forbidden-about") in answer.text, path
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


@pytest.mark.parametrize("what", ["fields", "file"])
def test_a_form_that_is_still_coming_when_the_session_ends(box: Box, visitor: Visitor, what: str) -> None:
    """Whoever holds a request back until the person has logged out has nothing of it: the session is looked at when the form is whole."""
    held, token = papers_of(box).held("by-holder"), visitor.token()
    path = f"{PRODUCT}/unsuspend" if what == "fields" else "/lists/lst-AAECAwQFBgcICQoL"
    kind = "application/x-www-form-urlencoded" if what == "fields" else "multipart/form-data; boundary=x"
    body = (f"csrf={token}&certificate={held.name}" if what == "fields" else
            f'--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{token}\r\n--x\r\nContent-Disposition: form-data; name="signature"; '
            'filename="a"\r\nContent-Type: application/octet-stream\r\n\r\nx\r\n--x--\r\n').encode()
    parts = urlsplit(origin_of(box))
    connection = http.client.HTTPSConnection(str(parts.hostname), parts.port, timeout=10,
                                             context=ssl.create_default_context(cafile=box.env["KAMUPIN_CA_FILE"]))
    connection.putrequest("POST", path)
    for name, value in {"Cookie": "; ".join(f"{name}={value}" for name, value in visitor.cookies.items()), "Origin": origin_of(box),
                        "Content-Type": kind, "Content-Length": str(len(body)), "Expect": "100-continue"}.items():
        connection.putheader(name, value)
    connection.endheaders()
    assert connection.sock.recv(100).startswith(b"HTTP/1.1 100")  # the page's handler has the request now
    connection.send(body[:10])
    assert visitor.send("/logout").status == 303
    connection.send(body[10:])
    reply = connection.getresponse()
    assert (reply.status, reply.headers["Location"]) == (303, "/login?why=ended")
    connection.close()
    assert state_of(box, held.name) == "suspended"
