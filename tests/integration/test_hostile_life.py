# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The answers to the calls about certificates, revocations, consent, applications and lists, given wrongly by a server in the middle
# (hostile.py): a clear status each time, and the same call with the next good answer goes on: one suspension, one revocation, one text
# message, one signature of the card.
"""A hostile service and the life of certificates."""
from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from box import Box
from hostile import ANY, MEMORY_KB, Hostile, Spoiled, changed
from hostile_person import TIMEOUT, Members, members, spoil
from life_driver import UNLIMITED, Drawer, Life
from little_pki import issue

PIN = "123456"
CERTIFICATE: list[tuple[Any, ...]] = [(name,) for name in ("certificate_id", "issuer", "serial", "product", "state", "not_before", "not_after",
                                                            "holder", "identity", "may")]
FACTOR: list[tuple[Any, ...]] = [(name,) for name in ("type", "destination", "code_length", "seconds_left", "resend_after", "tries_left")]
APPLICATION: list[tuple[Any, ...]] = [("application_id",), ("product",), ("state",), ("reason",), ("schema_id",), ("title",), ("title", "tr"),
                                      ("title", "en")]
LIST: list[tuple[Any, ...]] = [("list_id",), ("on_behalf_of",), ("on_behalf_of", "type"), ("title",), ("title", "tr"), ("entries",), ("state",),
                               ("made_at",)]


def inside(name: str, of: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The same members of the first entry of an array."""
    return [(name,)] + [(name, 0, *one) for one in of]


# The members that the library reads of each answer: every one of them wrong makes the answer wrong.
READ: Members = {
    r"/certificates(\?role=\w+)?$": inside("certificates", CERTIFICATE),
    r"/certificates/[^/]+$": CERTIFICATE + [("certificate",), ("history",), ("history", 0, "state"), ("history", 0, "at")],
    r"/suspend$": [*CERTIFICATE, ("suspended_by",), ("suspended_at",)], r"/unsuspend$": CERTIFICATE, r"/activate$": CERTIFICATE,
    r"/revocation$": [("revocation_id",), ("confirmation_token",), ("certificate",), ("certificate", "certificate_id"), ("certificate", "state"),
                      ("reason",), ("seconds_left",), ("second_factors",), ("lost",), ("lost", "tr"), ("lost", "en"), ("price", "currency")],
    r"/revocations/[^/]+/factor$": FACTOR, r"/revocations/[^/]+/factor/resend$": FACTOR, r"/revocations/[^/]+/confirm$": CERTIFICATE,
    r"/consent$": [("state",)], r"/consents/[^/]+/submit$": [("state",)],
    r"/consent/text$": [("consent_id",), ("media_type",), ("content",), ("seconds_left",), ("signature_format",)],
    r"/applications$": inside("applications", APPLICATION), r"/applications/[^/]+$": [*APPLICATION, ("needs_consent",)],
    r"/applications/[^/]+/submit$": [*APPLICATION, ("needs_consent",)],
    r"/authorised/lists$": inside("lists", LIST), r"/authorised/lists/[^/]+/sign$": LIST,
    r"/authorised/lists/[^/]+$": [*LIST, *inside("rows", [("application_id",), ("name",), ("identity",), ("product",), ("reason",)]),
                                  ("content",), ("sha256",)],
}
FORM = '{"delivery":"post","years":3}'


@pytest.fixture
def life() -> Iterator[tuple[Life, Hostile]]:
    with Box(["akis2:p256"], ["--password-login"]) as box:
        box.settings(**UNLIMITED, resend_seconds=3600, sms_seconds=7200, revocation_seconds=14400, consent_seconds=3600, session_seconds=14400)
        with Hostile(box) as hostile:
            box.env["KAMUPIN_SERVICE"] = hostile.url
            with Life(box, TIMEOUT) as made:
                made.login()
                before = made.memory()
                yield made, hostile
                grown = made.memory() - before
                assert grown < MEMORY_KB, f"{grown} kB more than at the beginning"


def whole(life: Life, hostile: Hostile, path: str, *words: str) -> str:
    """A call with every wrong answer."""
    return spoil(life, hostile, path, *words)


def by_member(life: Life, hostile: Hostile, path: str, *words: str) -> str:
    """A call with every member of its answer wrong."""
    return members(life, hostile, READ, path, *words)


EACH = pytest.mark.parametrize("wrong", [whole, by_member], ids=["whole", "by-member"])


@EACH
def test_lists_and_details(life: tuple[Life, Hostile], wrong: Any) -> None:
    person, hostile = life
    held = Drawer(person.box).held()
    wrong(person, hostile, r"/certificates(\?role=\w+)?$", "certificates")
    wrong(person, hostile, r"/certificates(\?role=\w+)?$", "certificates", "authorised")
    assert wrong(person, hostile, r"/certificates/[^/]+$", "certificate", held.name) == held.record.sha256.upper()


@EACH
def test_suspended_once_whatever_is_answered(life: tuple[Life, Hostile], wrong: Any) -> None:
    person, hostile = life
    drawer = Drawer(person.box)
    held, new = drawer.held(), drawer.held("issued")
    wrong(person, hostile, r"/suspend$", "suspend", held.name, "lost")
    wrong(person, hostile, r"/unsuspend$", "unsuspend", held.name)
    wrong(person, hostile, r"/activate$", "activate", new.name)
    assert [one.state for one in drawer.of(held).history][-2:] == ["suspended", "active"]
    assert [one.state for one in drawer.of(held).history].count("suspended") == 1 and drawer.of(new).stored == "active"


@EACH
def test_revoked_once_whatever_is_answered(life: tuple[Life, Hostile], wrong: Any) -> None:
    person, hostile = life
    drawer = Drawer(person.box)
    held = drawer.held()
    wrong(person, hostile, r"/revocation$", "revoke", held.name, "superseded")
    assert len(person.box.control.get("/revocations")["revocations"]) == 1
    sent = len(person.box.control.get("/sms")["sms"])
    wrong(person, hostile, r"/revocations/[^/]+/factor$", "factor", "sms")
    assert len(person.box.control.get("/sms")["sms"]) == sent + 1
    person.box.advance(3600)
    person.ask("advance", "3600000")
    wrong(person, hostile, r"/revocations/[^/]+/factor/resend$", "factor", "sms")
    assert len(person.box.control.get("/sms")["sms"]) == sent + 2
    wrong(person, hostile, r"/revocations/[^/]+/confirm$", "code", person.last_sms())
    assert [one.state for one in drawer.of(held).history].count("revoked") == 1


def test_giving_up_ends_whatever_is_answered(life: tuple[Life, Hostile]) -> None:
    """Nobody is told how it went, so it has to end, and soon."""
    person, hostile = life
    held = Drawer(person.box).held()
    for spoiler, _ in ANY.values():
        person.ask("revoke", held.name, "superseded")
        hostile.spoil(r"/revocations/[^/]+/cancel$", spoiler)
        before = time.monotonic()
        person.ask("free")
        assert time.monotonic() - before < 2 * TIMEOUT / 1000
        hostile.orders.clear()
    assert {one["state"] for one in person.box.control.get("/revocations")["revocations"]} == {"cancelled"}


@EACH
def test_signed_once_whatever_is_answered(life: tuple[Life, Hostile], wrong: Any) -> None:
    """The card signs the consent once and the list once."""
    person, hostile = life
    wrong(person, hostile, r"/consent$", "consent")
    wrong(person, hostile, r"/consent/text$", "text")
    mark = "before the signatures"
    person.box.cards[0].mark(mark)
    assert wrong(person, hostile, r"/consents/[^/]+/submit$", "sign", PIN).startswith("accepted")
    wrong(person, hostile, r"/authorised/lists$", "lists")
    name = person.ask("lists").split("|")[0]
    wrong(person, hostile, r"/authorised/lists/[^/]+$", "list", name)
    assert wrong(person, hostile, r"/authorised/lists/[^/]+/sign$", "sign-list", PIN).split("|")[4] == "signed"
    verifications = [one for one in person.box.cards[0].commands(mark) if one.startswith("00200081") and len(one) > 10]
    assert len(verifications) == 2


@EACH
def test_applications(life: tuple[Life, Hostile], wrong: Any) -> None:
    person, hostile = life
    person.ask("text")
    person.ask("sign", PIN)
    wrong(person, hostile, r"/applications$", "applications")
    name = next(one.split("|")[0] for one in person.ask("applications").split(";") if "pending" in one)
    wrong(person, hostile, r"/applications/[^/]+$", "application", name)
    assert wrong(person, hostile, r"/applications/[^/]+/submit$", "submit", name, "nes-renewal-1", FORM).split("|")[2] == "submitted"


# ---- answers about something else ----

def other(at: tuple[Any, ...], value: str) -> Any:
    """The answer with another id, else right."""
    return lambda body: Spoiled(changed(body, at, value))


def test_an_answer_about_another_is_none(life: tuple[Life, Hostile]) -> None:
    person, hostile = life
    held = Drawer(person.box).held()
    name = person.ask("applications").split("|")[0]
    listed = person.ask("lists").split("|")[0]
    cases = [(r"/certificates/[^/]+$", ("certificate_id",), ("details", held.name)), (r"/suspend$", ("certificate_id",), ("suspend", held.name)),
             (r"/unsuspend$", ("certificate_id",), ("unsuspend", held.name)),
             (r"/revocation$", ("certificate", "certificate_id"), ("revoke", held.name, "superseded")),
             (r"/applications/[^/]+$", ("application_id",), ("application", name)), (r"/authorised/lists/[^/]+$", ("list_id",), ("list", listed))]
    for path, at, words in cases:
        hostile.spoil(path, other(at, "of-somebody-else"), 3)
        person.refused("service-reply-malformed", *words)
        hostile.orders.clear()
        person.ask(*words)
    person.ask("factor", "sms")
    hostile.spoil(r"/confirm$", other(("certificate_id",), "of-somebody-else"))
    person.refused("service-reply-malformed", "code", person.last_sms())
    person.ask("code", person.last_sms())


@pytest.mark.parametrize("call, state, told", [("suspend", "active", "active"), ("suspend", "active", "revoked"), ("unsuspend", "by-holder", "suspended"),
                                               ("activate", "issued", "issued"), ("activate", "issued", "suspended")])
def test_a_state_that_the_call_does_not_make_is_no_answer(life: tuple[Life, Hostile], call: str, state: str, told: str) -> None:
    """A person who is told that a lost card is suspended goes to bed."""
    person, hostile = life
    held = Drawer(person.box).held(state)
    more = {"suspended_by": "holder", "suspended_at": "2026-01-01T00:00:00Z"}
    hostile.spoil(rf"/{call}$", lambda body: Spoiled(json.dumps(json.loads(body) | more | {"state": told}).encode()), 3)
    person.refused("service-reply-malformed", call, held.name)


def test_not_revoked_is_no_answer_to_a_confirmation(life: tuple[Life, Hostile]) -> None:
    person, hostile = life
    held = Drawer(person.box).held()
    code = person.begun(held.name)
    hostile.spoil(r"/confirm$", lambda body: Spoiled(json.dumps(json.loads(body) | {"state": "active"}).encode()))
    person.refused("service-reply-malformed", "code", code)
    assert person.row("code", code).state == "revoked"


def test_another_certificate_in_the_details_is_none(life: tuple[Life, Hostile]) -> None:
    person, hostile = life
    drawer = Drawer(person.box)
    held, another = drawer.held(), drawer.held()
    text = base64.urlsafe_b64encode(another.record.der).rstrip(b"=").decode()
    hostile.spoil(r"/certificates/[^/]+$", other(("certificate",), text), 3)
    person.refused("service-reply-malformed", "certificate", held.name)


def test_a_certificate_of_another_issuer_with_that_serial_number_is_none(life: tuple[Life, Hostile]) -> None:
    person, hostile = life
    held = Drawer(person.box).held()
    alike = issue("Leaf", issue("Another issuer", None, ca=True), serial=held.record.serial)
    text = base64.urlsafe_b64encode(alike.der).rstrip(b"=").decode()
    hostile.spoil(r"/certificates/[^/]+$", other(("certificate",), text), 3)
    person.refused("service-reply-malformed", "certificate", held.name)


# ---- what is signed ----

def unlike(body: bytes, **more: Any) -> Spoiled:
    """A list whose content is changed, its digest with it."""
    value = json.loads(body)
    content = json.loads(base64.urlsafe_b64decode(value["content"] + "=="))
    raw = json.dumps(content | more).encode()
    value |= {"content": base64.urlsafe_b64encode(raw).rstrip(b"=").decode(), "sha256": hashlib.sha256(raw).hexdigest()}
    return Spoiled(json.dumps(value).encode())


def test_rows_that_the_content_does_not_have_are_not_shown(life: tuple[Life, Hostile]) -> None:
    """The digest is right; what would be signed says something else than what is shown."""
    person, hostile = life
    name = person.ask("lists").split("|")[0]
    for more in ({"rows": []}, {"rows": None}, {"list_id": "lst-another-one"}):
        hostile.spoil(r"/authorised/lists/[^/]+$", lambda body, more=more: unlike(body, **more), 3)  # type: ignore[misc]
        person.refused("service-reply-malformed", "list", name)
        hostile.orders.clear()
    hostile.spoil(r"/authorised/lists/[^/]+$", lambda body: unlike(body, version=99), 3)
    person.ask("list", name)  # what else is in it is the service's own
    hostile.orders.clear()
    hostile.spoil(r"/authorised/lists/[^/]+$", lambda body: Spoiled(changed(body, ("sha256",), "0" * 64)), 3)
    person.refused("service-reply-malformed", "list", name)


def test_what_the_content_says_of_the_list_is_what_is_shown_of_it(life: tuple[Life, Hostile]) -> None:
    """For which organisation, since when, under which title, how many: where the signed bytes name it, they say the same."""
    person, hostile = life
    name = person.ask("lists").split("|")[0]
    for more in ({"on_behalf_of": {"type": "vkn", "number": "4540536920"}}, {"on_behalf_of": None}, {"made_at": "2020-01-01T00:00:00Z"},
                 {"title": {"tr": "Başka", "en": "Another"}}, {"entries": 99}):
        hostile.spoil(r"/authorised/lists/[^/]+$", lambda body, more=more: unlike(body, **more), 3)  # type: ignore[misc]
        person.refused("service-reply-malformed", "list", name)
        hostile.orders.clear()
    hostile.spoil(r"/authorised/lists/[^/]+$", lambda body: unlike(body, entries=json.loads(body)["entries"], title=json.loads(body)["title"]), 3)
    person.ask("list", name)


@pytest.mark.parametrize("member", ["name", "identity"])
def test_rows_that_cannot_be_shown_as_they_are_signed_are_not(life: tuple[Life, Hostile], member: str) -> None:
    """Elsewhere hidden characters of a name are left out; what is left of this one would not be what is signed."""
    person, hostile = life

    def hide(body: bytes) -> Spoiled:
        rows = json.loads(body)["rows"]
        rows[0][member] = rows[0][member][:3] + "\u202e" + rows[0][member][3:]
        return Spoiled(json.dumps(json.loads(unlike(body, rows=rows).body) | {"rows": rows}).encode())

    hostile.spoil(r"/authorised/lists/[^/]+$", hide, 3)
    person.refused("service-reply-malformed", "list", person.ask("lists").split("|")[0])


@pytest.mark.parametrize("text", [b"two\x1b[2Jlines", "left \u202etfel".encode(), b"\xff\xfe", "zero\u200bwidth".encode(), b"nul\x00", "\x9b".encode(),
                                  b"I agree to all.\rI agree to none.", b"at its end\r", b"twice\r\r\n"])
def test_a_text_that_cannot_be_shown_as_it_is_is_not_signed(life: tuple[Life, Hostile], text: bytes) -> None:
    person, hostile = life
    hostile.spoil(r"/consent/text$", other(("content",), base64.urlsafe_b64encode(text).rstrip(b"=").decode()), 3)
    person.refused("service-reply-malformed", "text")


def test_lines_may_end_as_they_do_elsewhere(life: tuple[Life, Hostile]) -> None:
    """A carriage return alone takes a terminal back to where the line began; before a line feed it is the end of a line."""
    person, hostile = life
    hostile.spoil(r"/consent/text$", other(("content",), base64.urlsafe_b64encode(b"one\r\ntwo\r\n").rstrip(b"=").decode()), 3)
    person.ask("text")
