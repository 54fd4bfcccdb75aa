# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# How each problem of the password login, of orders, issued PINs and inquiries comes about; test_service_problems.py has the others, and
# asks for all.
"""Problems of logins, orders and records."""
from __future__ import annotations

from typing import Any

from service_client import Client, Reply
from service_problems_life import Provoke
from service_states import Ready, World

# ---- logins ----

def not_offered(world: World, name: str) -> Reply:
    made = world.ready(name)
    world.service.control("POST", "/settings", {"password_login": 0})
    return made.send()


def wrong_picture(world: World, name: str) -> Reply:
    made = world.ready(name)
    assert made.body is not None
    reply = made.send(body=made.body | {"captcha_answer": "-"})
    assert made.send().problem == "captcha-expired", "a picture works once"
    return reply


def late_picture(world: World, name: str) -> Reply:
    made = world.ready(name)
    world.service.advance(120)
    return made.send()


def wrong_word(world: World, name: str) -> Reply:
    made = world.ready(name)
    assert made.body is not None
    return made.send(body=made.body | {"security_word": "x"})


def unknown_login(world: World, name: str) -> Reply:
    """Of another key, and one whose time is over."""
    made, other = world.ready(name), Client(world.service)
    assert Ready(name, other, made.body, made.named).send().problem == "login-unknown"
    world.service.advance(300)
    return made.send()


# ---- orders and records ----

def foreign_order(world: World, name: str) -> Reply:
    made, other = world.ready(name), world.logged_in("baska")
    assert made.send(named="no-such-order").problem == "order-unknown"
    return Ready(name, other, made.body, made.named).send()


def finished_order(world: World, name: str) -> Reply:
    made = world.ready(name)
    code = made.client.call("code", {}, named=made.named).json["code"]
    desk = Client(world.service)
    desk.redeem(code), desk.factor(), desk.verify(), desk.authority()
    assert desk.report("done").status == 200
    return made.send()


def busy_order(world: World, name: str) -> Reply:
    made = world.ready(name)
    code = made.client.call("code", {}, named=made.named).json["code"]
    desk = Client(world.service)
    assert desk.redeem(code).status == 200
    if name == "cancel-order":
        desk.factor(), desk.verify()
        assert desk.authority().status == 200
    return made.send()


def not_mine_to_act_for(world: World, name: str) -> Reply:
    made = world.ready(name)
    assert made.body is not None
    return made.send(body=made.body | {"on_behalf_of": {"type": "vkn", "number": "9876543217"}})


def no_such_product(world: World, name: str) -> Reply:
    made = world.ready(name)
    assert made.body is not None
    assert made.send(body={"kind": "create", "product": "elektronik-muhur"}).problem == "product-not-offered", "of organisations alone"
    return made.send(body=made.body | {"product": "nes"})


def foreign_record(world: World, name: str) -> Reply:
    made, other = world.ready(name), world.logged_in("baska")
    assert made.send(named="no-such-record").problem == "issued-pin-unknown"
    return Ready(name, other, made.body, made.named).send()


def nothing_on_file(world: World, name: str) -> Reply:
    bodies: dict[str, Any] = {"seal-authority": {"organisation": {"type": "vkn", "number": "0000000000"}},
                              "debt": {"payer": {"type": "tckn", "number": "10000000147"}}, "shipment": {"tracking": "NONE-0000"}}
    return Client(world.service).call(name, bodies[name])


PORTAL: dict[str, Provoke] = {
    "login-not-offered": not_offered, "captcha-wrong": wrong_picture, "captcha-expired": late_picture, "security-word-wrong": wrong_word,
    "login-unknown": unknown_login, "order-unknown": foreign_order, "order-ended": finished_order, "order-in-use": busy_order,
    "not-represented": not_mine_to_act_for, "product-not-offered": no_such_product, "issued-pin-unknown": foreign_record,
    "inquiry-unknown": nothing_on_file}
