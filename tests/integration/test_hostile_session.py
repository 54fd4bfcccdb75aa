# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The answers to a password login, a session and an order, given wrongly by a server in the middle (hostile.py): a clear status each
# time, and the same call with the next good answer goes on: no picture, no text message, no order and no code is lost.
"""A hostile service and a session."""
from __future__ import annotations

from collections.abc import Iterator

import pytest

from box import Box
from hostile import MEMORY_KB, Hostile, Spoiled, changed
from hostile_person import TIMEOUT, WRONG, Members, members, spoil
from portal_driver import NUMBER, WORD, Portal

# The same call comes hundreds of times here, and each is one that a person made.
UNLIMITED = {name: 10000 for name in ("captchas_per_address", "mails_per_address", "mails_per_number", "login_sms_per_address",
                                       "login_sms_per_person", "inquiries_per_address", "inquiries_per_number")}

# The members that the library reads of each answer of a session: every one of them wrong makes the answer wrong.
FACTOR = [("type",), ("destination",), ("code_length",), ("seconds_left",), ("resend_after",), ("tries_left",)]
ORDER = [("order_id",), ("kind",), ("product",), ("state",), ("seconds_left",)]
READ: Members = {
    r"/login/captcha$": [("captcha_id",), ("media_type",), ("image",), ("seconds_left",)],
    r"/login/password$": [("login_id",), ("destination",), ("seconds_left",)],
    r"/sms$": FACTOR, r"/confirm$": [("access_token",), ("token_type",), ("seconds_left",)], r"/login/reset$": [("destination",)],
    r"/session$": [("person",), ("person", "name"), ("person", "identity"), ("seconds_left",), ("organisations", 0, "type")],
    r"/orders$": ORDER, r"/orders/[^/]+$": ORDER, r"/orders/[^/]+/cancel$": ORDER, r"/code$": [("code",), ("seconds_left",)],
    r"/issued-pins$": [("records",), ("records", 0, "record_id"), ("records", 0, "serial"), ("records", 0, "product"),
                       ("records", 0, "shown"), ("records", 0, "stale")],
    r"/show$": [("record_id",), ("serial",), ("pin",), ("stale",)], r"/delete$": [("deleted",)], r"/session/end$": [("ended",)],
    r"/seal-authority$": [("authorised",), ("name",)],
    r"/debt$": [("debts",), ("debts", 0, "reference"), ("debts", 0, "product"), ("debts", 0, "kurus")],
    r"/shipment$": [("state",), ("day",)],
}


@pytest.fixture
def portal() -> Iterator[tuple[Portal, Hostile]]:
    with Box(["akis2"], ["--password-login"]) as box:
        box.control.post("/people", {"user": "deneme", "security_word": WORD, "phone": "*****2596"})
        box.settings(**UNLIMITED)
        with Hostile(box) as hostile:
            box.env["KAMUPIN_SERVICE"] = hostile.url
            with Portal(box, TIMEOUT) as made:
                before = made.memory()
                yield made, hostile
                grown = made.memory() - before
                assert grown < MEMORY_KB, f"{grown} kB more than at the beginning"


def record_of(portal: Portal) -> str:
    """The one record of an issued PIN that there is."""
    return portal.ask("issued").split("|")[0]


def test_every_answer_of_a_session_given_wrongly(portal: tuple[Portal, Hostile]) -> None:
    person, hostile = portal
    spoil(person, hostile, r"/login/captcha$", "captcha")
    picture = str(person.box.control.get("/captchas")["captchas"][-1]["answer"])
    spoil(person, hostile, r"/login/password$", "begin", "tckn", NUMBER, picture, WORD)
    sent = len(person.box.control.get("/sms")["sms"])
    spoil(person, hostile, r"/sms$", "sms")
    assert len(person.box.control.get("/sms")["sms"]) == sent + 1
    spoil(person, hostile, r"/confirm$", "confirm", person.last_sms())
    spoil(person, hostile, r"/session$", "info")
    spoil(person, hostile, r"/orders$", "order", "unblock", "nes")
    spoil(person, hostile, r"/orders/[^/]+$", "read")
    spoil(person, hostile, r"/code$", "code")
    spoil(person, hostile, r"/code$", "show-code")
    spoil(person, hostile, r"/issued-pins$", "issued")
    spoil(person, hostile, r"/orders/[^/]+/cancel$", "cancel")
    spoil(person, hostile, r"/orders$", "list")
    record = record_of(person)
    spoil(person, hostile, r"/show$", "show", record)
    spoil(person, hostile, r"/delete$", "delete", record, "yes")


def test_every_member_of_a_sessions_answers_given_wrongly(portal: tuple[Portal, Hostile]) -> None:
    person, hostile = portal
    members(person, hostile, READ, r"/login/captcha$", "captcha")
    picture = str(person.box.control.get("/captchas")["captchas"][-1]["answer"])
    members(person, hostile, READ, r"/login/password$", "begin", "tckn", NUMBER, picture, WORD)
    members(person, hostile, READ, r"/sms$", "sms")
    members(person, hostile, READ, r"/confirm$", "confirm", person.last_sms())
    members(person, hostile, READ, r"/session$", "info")
    members(person, hostile, READ, r"/orders$", "order", "unblock", "nes")
    members(person, hostile, READ, r"/orders/[^/]+$", "read")
    members(person, hostile, READ, r"/code$", "code")
    members(person, hostile, READ, r"/orders/[^/]+/cancel$", "cancel")
    members(person, hostile, READ, r"/issued-pins$", "issued")
    record = record_of(person)
    members(person, hostile, READ, r"/show$", "show", record)
    members(person, hostile, READ, r"/delete$", "delete", record, "yes")
    person.ask("captcha")
    picture = str(person.box.control.get("/captchas")["captchas"][-1]["answer"])
    members(person, hostile, READ, r"/login/reset$", "reset", "tckn", NUMBER, picture)


def test_a_session_is_over_here_whatever_the_answer_to_its_end(portal: tuple[Portal, Hostile]) -> None:
    person, hostile = portal
    for spoiler, status in WRONG.values():
        person.login()
        hostile.spoil(r"/session/end$", spoiler, 3)
        person.refused(status, "end")
        hostile.orders.clear()
        person.refused("login-required", "info")


def test_another_order_or_record_than_the_one_that_was_asked_for_is_none(portal: tuple[Portal, Hostile]) -> None:
    person, hostile = portal
    person.login()
    person.ask("order", "unblock", "nes")
    for path, words in ((r"/orders/[^/]+$", ("read",)), (r"/orders/[^/]+/cancel$", ("cancel",))):
        hostile.spoil(path, lambda body: Spoiled(changed(body, ("order_id",), "ord-of-somebody-else")), 3)
        person.refused("service-reply-malformed", *words)
        hostile.orders.clear()
    record = record_of(person)
    hostile.spoil(r"/show$", lambda body: Spoiled(changed(body, ("record_id",), "pin-of-somebody-else")), 3)
    person.refused("service-reply-malformed", "show", record)
    hostile.orders.clear()
    assert person.ask("show", record)  # the right answer to the same request: nothing was used up


INQUIRIES = {r"/seal-authority$": ("seal", "detsis", "12345678"), r"/debt$": ("debt", "vkn", "4540536920"),
             r"/shipment$": ("shipment", "KSM2026000001")}


@pytest.mark.parametrize("path", INQUIRIES)
def test_an_answer_to_an_inquiry_given_wrongly(portal: tuple[Portal, Hostile], path: str) -> None:
    person, hostile = portal
    said = spoil(person, hostile, path, *INQUIRIES[path])
    assert members(person, hostile, READ, path, *INQUIRIES[path]) == said != ""
