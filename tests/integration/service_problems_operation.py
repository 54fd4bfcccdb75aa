# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# How each problem of redeeming a code, of an operation's steps and of its report comes about, and those of the second factors of a
# revocation, which are alike; test_service_problems.py has the others, and asks for all.
"""Problems of an operation."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from service_client import CALLS, Client, Reply, b64
from service_problems_life import Provoke, revocation_exhausted
from service_states import Ready, World

# ---- what ends an operation ----

def operation(world: World, name: str) -> tuple[Ready, str]:
    """The call's state, and the page that its operation hangs on."""
    made = world.ready(name)
    return made, str(world.service.operation(made.client.operation_id)["page"])


def over(world: World, name: str) -> Reply:
    made = world.ready(name)
    world.service.advance(300)
    return made.send()


def _ended_before_card_work(world: World, name: str, end: Callable[[Client, str], Any]) -> Reply:
    """relay comes after the card work has begun: it is asked for in an operation that ended before it."""
    made, page = operation(world, "authority" if name == "relay" else name)
    end(made.client, page)
    if name == "relay":
        made = Ready(name, made.client, {"card_id": made.client.card.card_id, "step": 1, "answer": "kAA"}, made.named)
    return made.send()


def cancelled(world: World, name: str) -> Reply:
    return _ended_before_card_work(world, name, lambda client, _: client.call("cancel", {}))


def page_closed(world: World, name: str) -> Reply:
    if name == "redeem":
        opened = world.service.control("POST", "/codes", {})
        world.service.control("POST", "/pages/close", {"page": opened["page"]})
        return Client(world.service).redeem(opened["code"])
    return _ended_before_card_work(world, name, lambda _, page: world.service.control("POST", "/pages/close", {"page": page}))


def ended_login(world: World, name: str) -> Reply:
    made = world.ready(name)
    world.service.control("POST", "/sessions/end", {"user": "deneme"})
    return made.send()


def session_ended(world: World, name: str) -> Reply:
    """The operation grew from an order, and its person logs out."""
    if name in CALLS and "session" in {scheme for option in CALLS[name][2]["security"] for scheme in option}:
        return ended_login(world, name)
    order = world.ordered()
    order.client.card = world.mine
    code = order.client.call("code", {}, named=order.named).json["code"]
    desk = Client(world.service)
    if name == "redeem":
        assert order.client.call("end-session", {}).status == 200
        return desk.redeem(code)
    assert desk.redeem(code).status == 200
    if name in ("resend", "verify", "authority", "relay"):
        assert desk.factor().status == 200
    if name in ("authority", "relay"):
        assert desk.verify().status == 200
    assert order.client.call("end-session", {}).status == 200
    bodies: dict[str, Any] = {"cards": {"cards": []}, "factor": {"card_id": desk.card.card_id, "type": "sms"}, "resend": {},
                              "verify": {"code": "000000"}, "relay": {"card_id": desk.card.card_id, "step": 1, "answer": "kAA"},
                              "authority": {"card_id": desk.card.card_id, "form": "cryptogram", "challenge": b64(bytes(8))}}
    return Ready(name, desk, bodies[name], desk.operation_id).send()


def phase(world: World, name: str) -> Reply:
    """Each step at the wrong time."""
    if name == "cancel":
        made = world.ready("authority")
        assert made.send().status == 200
        return made.client.call("cancel", {})
    if name in ("cards", "factor"):
        client = world.verified()
        assert client.authority().status == 200 and client.report("done").status == 200
        body = {"cards": []} if name == "cards" else {"card_id": client.card.card_id, "type": "sms"}
        return Ready(name, client, body, client.operation_id).send()
    if name == "report":
        return world.verified().report("done")
    client = world.redeemed()
    bodies: dict[str, Any] = {"resend": {}, "verify": {"code": "000000"},
                              "relay": {"card_id": client.card.card_id, "step": 1, "answer": "kAA"},
                              "authority": {"card_id": client.card.card_id, "form": "cryptogram", "challenge": b64(bytes(8))}}
    return Ready(name, client, bodies[name], client.operation_id).send()


# ---- cards and factors ----

def foreign_card(world: World, name: str) -> Reply:
    made = world.ready(name)
    if name == "factor":
        made.client.call("cards", {"cards": made.client.named(world.foreign)})
    assert made.body is not None
    return made.send(body=made.body | {"card_id": world.foreign.card_id})


def other_product(world: World, name: str) -> Reply:
    client = world.redeemed()
    client.call("cards", {"cards": client.named(world.other_product)})
    return client.factor(world.other_product)


def old_phone(world: World, name: str) -> Reply:
    made = world.ready(name)
    world.service.control("POST", "/people", {"user": "deneme", "phone": "out-of-date"})
    return made.send()


def too_soon(world: World, name: str) -> Reply:
    if name == "password-login-sms":
        made = world.ready(name)
        assert made.send().status == 200
        return made.send()
    if name.startswith("revocation-"):
        client, told = world.asked()
        return client.call(name, {"type": "sms"} if name == "revocation-factor" else {}, named=told["revocation_id"])
    client = world.chosen()
    return client.factor() if name == "factor" else client.call("resend", {})


def _exhausted(world: World, web: bool) -> Client:
    client = world.chosen(type="web-password" if web else "sms", tries=1)
    body = {"web_password": "x"} if web else {"code": "0000"}
    assert client.call("verify", body).problem == ("web-password-exhausted" if web else "factor-exhausted")
    return client


def _after(client: Client, name: str, web: bool) -> Reply:
    bodies: dict[str, Any] = {"factor": {"card_id": client.card.card_id, "type": "sms"}, "resend": {},
                              "verify": {"web_password": "x"} if web else {"code": "0000"}}
    return client.call(name, bodies[name])


def exhausted(world: World, name: str) -> Reply:
    if "revocation" in name:
        return revocation_exhausted(world, name, False)
    if name in ("password-login-sms", "password-login-confirm"):
        made = world.ready("password-login-confirm")
        problems = [made.send(body={"code": "0000"}).problem for _ in range(3)]
        assert problems == ["factor-wrong", "factor-wrong", "factor-exhausted"]
        return Ready(name, made.client, {} if name == "password-login-sms" else made.body, made.named).send()
    return _after(_exhausted(world, False), name, False)


def web_exhausted(world: World, name: str) -> Reply:
    if "revocation" in name:
        return revocation_exhausted(world, name, True)
    return _after(_exhausted(world, True), name, True)


def mismatch(world: World, name: str) -> Reply:
    if name == "revocation-factor":
        client, told = world.prepared(second_factors="web-password")
        return client.call(name, {"type": "sms"}, named=told["revocation_id"])
    if "revocation" in name:
        client, told = world.prepared()
        token = {"confirmation_token": told["confirmation_token"], "code": "0000"}
        bodies: dict[str, Any] = {"revocation-resend": {}, "confirm-revocation": token}
        assert client.call(name, bodies[name], named=told["revocation_id"]).problem == "factor-mismatch", "none was begun"
        assert client.call("revocation-factor", {"type": "web-password"}, named=told["revocation_id"]).status == 200
        return client.call(name, bodies[name], named=told["revocation_id"])
    if name == "factor":
        return world.redeemed(factors="sms").factor(type="web-password")
    client = world.chosen(type="web-password")
    return client.call("resend", {}) if name == "resend" else client.verify("000000")


def wrong_code(world: World, name: str) -> Reply:
    made = world.ready(name)
    reply = made.send(body=(made.body or {}) | {"code": "0000"})
    assert reply.json["tries_left"] == 2
    return reply


def late_code(world: World, name: str) -> Reply:
    made = world.ready(name)
    world.service.advance(90)
    return made.send()


def wrong_web_password(world: World, name: str) -> Reply:
    if name == "confirm-revocation":
        client, told = world.asked("web-password")
        return client.call(name, {"confirmation_token": told["confirmation_token"], "web_password": "x"}, named=told["revocation_id"])
    return world.chosen(type="web-password").call("verify", {"web_password": "x"})


# ---- authority and report ----

def spent(world: World, name: str) -> Reply:
    made = world.ready(name)
    world.service.control("POST", "/ledger", {"card_id": world.mine.card_id, "attempts_left": 1})
    return made.send()


def too_many(world: World, name: str) -> Reply:
    client = world.verified()
    assert [client.authority(previous="not-sent").status for _ in range(3)] == [200] * 3
    return client.authority(previous="not-sent")


def same_challenge(world: World, name: str) -> Reply:
    made = world.ready(name)
    assert made.send().status == 200
    return made.send()


def bad_ticket(world: World, name: str) -> Reply:
    made = world.ready(name)
    made.client.ticket = "x" * 43
    return made.send()


def another_outcome(world: World, name: str) -> Reply:
    client = world.verified()
    client.authority()
    assert client.report("done").status == 200
    return client.report("not-done")


# ---- codes ----

def malformed(world: World, name: str) -> Reply:
    return Client(world.service).redeem("12 34 56")


def never_issued(world: World, name: str) -> Reply:
    return Client(world.service).redeem("0" * 15)


def late(world: World, name: str) -> Reply:
    made = world.ready(name)
    world.service.advance(180)
    return made.send()


def twice(world: World, name: str) -> Reply:
    made = world.ready(name)
    assert made.send().status == 200
    return made.send()


def replaced(world: World, name: str) -> Reply:
    opened = world.service.control("POST", "/codes", {})
    world.service.control("POST", "/codes", {"page": opened["page"]})
    return Client(world.service).redeem(opened["code"])


OPERATION: dict[str, Provoke] = {
    "session-ended": session_ended, "operation-expired": over, "operation-cancelled": cancelled, "page-closed": page_closed,
    "operation-phase": phase, "card-not-allowed": foreign_card, "product-mismatch": other_product, "phone-out-of-date": old_phone,
    "resend-too-soon": too_soon, "factor-exhausted": exhausted, "web-password-exhausted": web_exhausted, "factor-mismatch": mismatch,
    "factor-wrong": wrong_code, "factor-expired": late_code, "web-password-wrong": wrong_web_password, "authority-exhausted": spent,
    "authority-limit": too_many, "challenge-used": same_challenge, "ticket-invalid": bad_ticket, "outcome-conflict": another_outcome,
    "code-malformed": malformed, "code-unknown": never_issued, "code-expired": late, "code-replaced": replaced,
    **{problem: twice for problem in ("code-used", "issued-pin-shown", "application-state", "list-signed")}}
