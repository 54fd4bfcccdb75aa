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
from hostile import ANY, Hostile
from portal_driver import NUMBER, WORD, Portal

# Without two bounds that test_hostile_service.py has seen, and a refusal that is none of the profile: it ends a login, as a known one does.
PASSED = ("slow", "100-mb", "problem-of-another-profile")
WRONG = {name: how for name, how in ANY.items() if name not in PASSED}


@pytest.fixture
def portal() -> Iterator[tuple[Portal, Hostile]]:
    with Box(["akis2"], ["--password-login"]) as box:
        box.control.post("/people", {"user": "deneme", "security_word": WORD, "phone": "*****2596"})
        with Hostile(box) as hostile:
            box.env["KAMUPIN_SERVICE"] = hostile.url
            with Portal(box) as made:
                yield made, hostile


def spoil(portal: Portal, hostile: Hostile, path: str, *words: str) -> str:
    """The call with each wrong answer, then with a good one; its value."""
    for name, (spoiler, status) in WRONG.items():
        hostile.spoil(path, spoiler, 3)
        found, value = portal._tell(" ".join(words))
        assert found == status, f"{path} {name}: {found} {value}"
        hostile.orders.clear()
    return portal.ask(*words)


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
    spoil(person, hostile, r"/issued-pins$", "issued")
    spoil(person, hostile, r"/orders/[^/]+/cancel$", "cancel")
    spoil(person, hostile, r"/orders$", "list")
