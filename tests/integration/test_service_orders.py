# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The stand-in service's orders: their states, codes and ends, on behalf of organisations, across logins; web passwords; issued PINs;
# inquiries. Each answer is also checked against openapi.yaml by the client.
"""Orders, web passwords, issued PINs, inquiries."""
from __future__ import annotations

import subprocess
import uuid
from collections.abc import Iterator

import pytest
from service_client import Client, Registry, Service
from service_states import CARDS, DEBTOR, Ready, World

COMPANY = {"type": "vkn", "number": "4540536920"}
NAMED = COMPANY | {"name": "DENEME ANONİM ŞİRKETİ"}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service(tmp_path_factory.mktemp("service"), CARDS) as service:
        yield service


@pytest.fixture
def world(running: Service) -> World:
    return World(running)


def code_of(order: Ready) -> str:
    """A new code of an order."""
    reply = order.client.call("code", {}, named=order.named)
    assert reply.status == 200, reply.problem
    return str(reply.json["code"])


def at_desk(world: World, order: Ready) -> Client:
    """A desk that has redeemed the order's code."""
    desk = Client(world.service)
    assert desk.redeem(code_of(order)).status == 200
    return desk


# ---- an order's way ----

def test_an_order_from_the_first_code_to_done(world: World) -> None:
    order = world.ordered()
    first = order.send().json
    assert 1790 <= first.pop("seconds_left") <= 1800
    assert first == {"order_id": order.named, "kind": "unblock", "product": "nes", "state": "waiting"}
    old, desk = code_of(order), Client(world.service)
    new = code_of(order)
    assert desk.redeem(old).problem == "code-replaced"
    assert desk.redeem(new).status == 200
    assert (order.send().json["state"], order.send().json["operation_id"]) == ("in-use", desk.operation_id)
    assert order.client.call("code", {}, named=order.named).problem == "order-in-use"
    desk.factor(), desk.verify(), desk.authority()
    assert order.send().json["state"] == "card-work"
    assert order.client.call("cancel-order", {}, named=order.named).problem == "order-in-use"
    assert desk.report("unknown", "unknown").status == 200
    assert (order.send().json["state"], order.send().json["outcome"]) == ("unknown", "unknown")
    recorded = desk.report("done").json["recorded_at"]
    last = order.send().json
    assert (last["state"], last["outcome"], last["recorded_at"]) == ("done", "done", recorded)
    assert order.named not in [one["order_id"] for one in order.client.call("orders").json["orders"]]


@pytest.mark.parametrize("end", ["cancel", "time", "not-done"])
def test_after_an_operation_that_did_not_work_there_is_a_new_code(world: World, end: str) -> None:
    order = world.ordered()
    desk = at_desk(world, order)
    if end == "cancel":
        desk.call("cancel", {})
    elif end == "time":
        world.service.advance(300)
    else:
        desk.factor(), desk.verify(), desk.authority()
        assert desk.report("not-done", "refused").status == 200
    assert order.send().json["state"] == ("not-done" if end == "not-done" else "waiting")
    code_of(order)
    assert order.send().json["state"] == "waiting"


def test_a_cancelled_order_takes_its_desk_along(world: World) -> None:
    order = world.ordered()
    desk = at_desk(world, order)
    cancelled = order.client.call("cancel-order", {}, named=order.named).json
    assert (cancelled["state"], cancelled["seconds_left"]) == ("cancelled", 0)
    assert desk.factor().problem == "operation-cancelled"
    assert order.client.call("cancel-order", {}, named=order.named).json["state"] == "cancelled", "it may be repeated"
    assert order.client.call("code", {}, named=order.named).problem == "order-ended"


@pytest.mark.parametrize("outcome", ["not-done", "unknown"])
def test_giving_up_may_be_repeated_after_a_report_too(world: World, outcome: str) -> None:
    """Each with a key of its own. The order keeps the report's word; once the card turns out to be done there is nothing to give up."""
    order = world.ordered()
    desk = at_desk(world, order)
    desk.factor(), desk.verify(), desk.authority()
    assert desk.report(outcome, "refused" if outcome == "not-done" else "unknown").status == 200
    for _ in range(3):
        reply = order.client.call("cancel-order", {}, named=order.named)
        assert reply.status == 200 and (reply.json["state"], reply.json["seconds_left"]) == (outcome, 0)
    assert order.client.call("code", {}, named=order.named).problem == "order-ended"
    if outcome == "unknown":
        desk.report("done")
        assert order.client.call("cancel-order", {}, named=order.named).problem == "order-ended"


def test_a_code_of_a_cancelled_order_is_worth_nothing(world: World) -> None:
    order = world.ordered()
    code = code_of(order)
    order.client.call("cancel-order", {}, named=order.named)
    assert Client(world.service).redeem(code).problem == "page-closed"


def test_an_order_expires(world: World) -> None:
    order = world.ordered()
    world.service.advance(1790)
    again = Ready("order-status", world.logged_in(), None, order.named)
    assert again.send().json["state"] == "waiting"
    world.service.advance(20)
    assert again.send().json["state"] == "expired"
    assert again.client.call("orders").json == {"orders": []}
    assert again.client.call("code", {}, named=again.named).problem == "order-ended"
    assert again.client.call("cancel-order", {}, named=again.named).problem == "order-ended"


def test_orders_are_listed_newest_first_and_bounded(world: World) -> None:
    client = world.logged_in()
    made = [world.ordered(client).named for _ in range(16)]
    assert [one["order_id"] for one in client.call("orders").json["orders"]] == made[::-1]
    limited = client.call("order", {"kind": "create", "product": "nes"})
    assert limited.problem == "rate-limited" and limited.json["retry_after"] > 0
    assert client.call("cancel-order", {}, named=made[0]).status == 200
    assert client.call("order", {"kind": "create", "product": "nes"}).status == 200


def test_the_desk_page_shows_no_code_of_an_order(world: World) -> None:
    """An order's id is no secret; the page of the control address, whose id is one, shows its code to whoever knows it."""
    order = world.ordered()
    code_of(order)
    client = Client(world.service)
    client.prefix = ""
    assert client.send("GET", f"/desk/{order.named}", None, {}).status == 404


# ---- sessions ----

def second(world: World, order: Ready) -> Ready:
    """The same order, asked about by another session of the person."""
    return Ready("order-status", world.logged_in(), None, order.named)


def test_looking_from_another_session_takes_nothing_over(world: World) -> None:
    """Both live: the list, the order itself and a refused code leave it where it is, so the first one's logout ends it."""
    order = world.ordered()
    code, other = code_of(order), second(world, order)
    assert [one["order_id"] for one in other.client.call("orders").json["orders"]][:1] == [order.named]
    assert other.send().json["state"] == "waiting"
    desk = Client(world.service)
    assert desk.redeem(code).status == 200
    assert other.client.call("code", {}, named=order.named).problem == "order-in-use"
    assert other.client.call("end-session", {}).status == 200
    assert desk.factor().status == 200, "it never was the other's"
    assert order.client.call("end-session", {}).status == 200
    assert desk.verify().problem == "session-ended"


def test_asking_for_a_code_takes_an_order_on(world: World) -> None:
    """Also from a session that lives: the code of the first one dies by it, and its logout ends nothing any more."""
    order = world.ordered()
    old, other = code_of(order), second(world, order)
    new = code_of(other)
    assert order.send().json["state"] == "waiting", "the first one still sees it"
    assert order.client.call("end-session", {}).status == 200
    assert Client(world.service).redeem(old).problem == "code-replaced"
    assert Client(world.service).redeem(new).status == 200
    assert code_of(order := world.ordered()) and code_of(second(world, order))
    back = code_of(order)
    assert order.client.call("end-session", {}).status == 200
    assert Client(world.service).redeem(back).problem == "session-ended", "it went back with the last code"


def test_any_session_of_the_person_gives_an_order_up(world: World) -> None:
    order = world.ordered()
    code = code_of(order)
    assert second(world, order).client.call("cancel-order", {}, named=order.named).json["state"] == "cancelled"
    assert Client(world.service).redeem(code).problem == "page-closed"


def test_after_a_new_login_an_order_hangs_on_the_session_that_goes_on(world: World) -> None:
    world.service.control("POST", "/settings", {"session_seconds": 100})
    order = world.ordered()
    world.service.control("POST", "/settings", {"session_seconds": 1800})
    world.service.advance(100)
    assert order.send().problem == "session-expired"
    later = second(world, order)
    code = code_of(later)
    assert later.client.call("end-session", {}).status == 200
    assert Client(world.service).redeem(code).problem == "session-ended"


def test_an_order_outlives_its_sessions_time(world: World) -> None:
    world.service.control("POST", "/settings", {"session_seconds": 100})
    order = world.ordered()
    world.service.control("POST", "/settings", {"session_seconds": 1800})
    desk = at_desk(world, order)
    world.service.advance(100)
    assert order.send().problem == "session-expired"
    assert desk.factor().status == 200
    assert Ready("order-status", world.logged_in(), None, order.named).send().json["state"] == "in-use"


@pytest.mark.parametrize("how", ["logout", "page"])
def test_what_ends_before_card_work_and_what_goes_on_after_it(world: World, how: str) -> None:
    """Both ways of leaving: every step before the card has the status that says why, and a report is taken in any case."""
    def leave(page: str, client: Client) -> None:
        if how == "logout":
            assert client.call("end-session", {}).status == 200
        else:
            world.service.control("POST", "/pages/close", {"page": page})

    said = "session-ended" if how == "logout" else "page-closed"
    orders = [world.ordered() for _ in range(4)]
    desks = [at_desk(world, order) for order in orders]
    for reached, desk in enumerate(desks):
        steps = (desk.factor, desk.verify, desk.authority)[:reached]
        assert [step().status for step in steps] == [200] * reached
    for order in orders:
        leave(str(order.named), order.client)
    assert [desks[0].factor().problem, desks[0].call("cards", {"cards": []}).problem] == [said, said]
    assert [desks[1].verify().problem, desks[1].call("resend", {}).problem, desks[1].factor().problem] == [said] * 3
    assert desks[2].authority().problem == said
    assert desks[2].report("not-done", "not-sent").status == 200, "a ticket is good for a report in any case"
    assert desks[3].authority(previous="unknown").status == 200 and desks[3].report("done").status == 200
    seen = Ready("order-status", world.logged_in(), None, orders[3].named).send().json
    assert (seen["state"], seen["outcome"]) == ("done", "done")
    again = Ready("order-status", world.logged_in(), None, orders[0].named).send().json
    assert (again["state"], again["seconds_left"]) == ("cancelled", 0), "an order that has ended is not taken on"


def test_guesses_from_many_addresses_are_counted_together(world: World) -> None:
    """No address has guessed often, and none is believed about where it comes from."""
    def guess(source: str, n: int) -> str:
        body, headers = {"code": f"{n:015d}", "cards": []}, {"X-Forwarded-For": f"192.0.2.{n}"}
        return Client(world.service, source).call("redeem", body, headers=dict(headers)).problem

    code = world.service.code()
    world.service.control("POST", "/settings", {"guesses_in_all": 30})
    try:
        said = [guess(f"127.0.2.{n}", n) for n in range(1, 32)]
        assert said == ["code-unknown"] * 30 + ["rate-limited"]
        assert Client(world.service, "127.0.2.99").redeem(code).problem == "rate-limited"
    finally:
        world.service.control("POST", "/settings", {"guesses_in_all": 100})
    assert [guess("127.0.0.1", n) for n in range(11)][-1] == "rate-limited"


# ---- organisations ----

def test_an_organisations_card_on_its_behalf(world: World) -> None:
    order = world.ordered(product="mali-muhur", on_behalf_of=COMPANY)
    assert order.send().json["on_behalf_of"] == NAMED
    desk = Client(world.service)
    desk.card = world.corporate
    redeemed = desk.redeem(code_of(order), world.corporate, world.mine, world.other_product).json
    assert redeemed["on_behalf_of"] == NAMED and [card["card_id"] for card in redeemed["cards"]] == [world.corporate.card_id]
    assert desk.factor(world.mine).problem == "card-not-allowed", "the representative's own"
    assert desk.factor().status == 200 and desk.verify().status == 200 and desk.authority().status == 200
    assert desk.report("done").status == 200


def test_an_organisations_card_only_on_its_behalf(world: World) -> None:
    client = Client(world.service)
    assert client.redeem(world.service.code(product="mali-muhur"), world.corporate, world.other_product).json["cards"] == [
        {"card_id": world.other_product.card_id, "label": "DENEME KULLANICI (MALI-MUHUR)", "authority": "cryptogram"}]
    assert client.factor(world.corporate).problem == "card-not-allowed"


def test_a_code_for_another_product_of_the_organisation(world: World) -> None:
    client = Client(world.service)
    client.redeem(world.service.code(product="elektronik-muhur", on_behalf_of="vkn:4540536920"), world.corporate)
    assert client.factor(world.corporate).problem == "product-mismatch"


def test_the_card_of_an_organisation_is_an_ec_card_of_its_own(world: World) -> None:
    """Its certificate as OpenSSL reads it: EC P-384, the policy and usage that tell a Mali Mühür."""
    state = world.corporate.state.read_text()
    der = bytes.fromhex(next(line.split(" ")[2] for line in state.splitlines() if line.startswith("file 3D00/2F10")))
    argv = ["openssl", "x509", "-inform", "DER", "-noout", "-text"]
    said = subprocess.run(argv, input=der, capture_output=True, check=True).stdout.decode()
    assert "secp384r1" in said and "2.16.792.1.2.1.1.5.7.4.1" in said and "2.16.792.1.2.1.1.5.7.50.1" in said and "4540536920" in said


# ---- web password ----

def test_an_operation_by_web_password(world: World) -> None:
    client = world.redeemed(factors="web-password")
    before = len(world.service.sms())
    asked = client.factor(type="web-password").json
    assert asked == {"type": "web-password", "seconds_left": asked["seconds_left"], "tries_left": 3}
    assert len(world.service.sms()) == before
    right = world.person()["web_password"]
    for tries, wrong in ((2, right.upper()), (1, right + " ")):
        refused = client.call("verify", {"web_password": wrong})
        assert (refused.problem, refused.json["tries_left"]) == ("web-password-wrong", tries)
    verified = client.call("verify", {"web_password": right})
    client.ticket = verified.json["report_ticket"]
    assert client.authority().status == 200 and client.report("done").status == 200


def test_tries_are_of_the_operation_whatever_the_factor(world: World) -> None:
    client = world.redeemed()
    assert client.factor(type="web-password").json["tries_left"] == 3
    assert client.call("verify", {"web_password": "x"}).json["tries_left"] == 2
    assert client.factor().json["tries_left"] == 2
    code = world.service.sms()[-1]
    assert client.call("verify", {"code": "0000"}).json["tries_left"] == 1
    assert client.factor(type="web-password").json["tries_left"] == 1, "no cool-down: nothing is sent"
    assert client.call("verify", {"code": code}).problem == "factor-mismatch", "the SMS code died with the change"
    assert client.factor().problem == "resend-too-soon", "the web password is no way around the cool-down"
    assert client.call("verify", {"web_password": "x"}).problem == "web-password-exhausted"
    assert client.call("status").json["phase"] == "cancelled"


def test_both_answers_or_none_are_no_request(world: World) -> None:
    client = world.chosen()
    for body in ({}, {"code": "000000", "web_password": "x"}, {"web_password": ""}):
        assert client.call("verify", body).problem == "request-invalid"


# ---- issued PINs ----

def test_an_issued_pin_is_shown_once_and_deleted_for_good(world: World) -> None:
    record, client = world.record(), world.logged_in()
    listed = next(one for one in client.call("issued-pins").json["records"] if one["record_id"] == record)
    assert (listed["product"], listed["shown"], listed["card_id"]) == ("nes", False, world.mine.card_id)
    assert "pin" not in listed
    key = str(uuid.uuid4())
    shown = client.call("show-issued-pin", {}, key=key, named=record)
    assert shown.json["pin"] == "135790" and shown.json["serial"] == listed["serial"] and "puk" not in shown.json
    assert client.call("show-issued-pin", {}, key=key, named=record).raw == shown.raw, "a lost answer"
    assert client.call("show-issued-pin", {}, named=record).problem == "issued-pin-shown"
    assert client.call("delete-issued-pin", {}, named=record).problem == "request-invalid", "without the word"
    assert client.call("delete-issued-pin", {"confirm": "delete-for-good"}, named=record).json == {"deleted": True}
    assert record not in [one["record_id"] for one in client.call("issued-pins").json["records"]]
    with Registry(world.service.data / "registry.db") as registry:
        assert record not in [one.record_id for one in registry.issued_pins()]
    assert client.call("show-issued-pin", {}, named=record).problem == "issued-pin-unknown"


def test_a_deleted_pin_is_in_no_file(world: World) -> None:
    with Registry(world.service.data / "registry.db") as registry:
        registry.issue_pin(str(world.old.card_id), "908172635")
        record = next(one.record_id for one in registry.issued_pins() if one.card_id == world.old.card_id)
    assert b"908172635" in (world.service.data / "registry.db").read_bytes()
    assert world.logged_in().call("delete-issued-pin", {"confirm": "delete-for-good"}, named=record).status == 200
    assert not [path for path in world.service.data.glob("*.db*") if b"908172635" in path.read_bytes()]


def test_an_issued_pin_is_stale_after_a_reported_change(world: World) -> None:
    card, client = world.relayed, world.logged_in()

    def stale() -> bool:
        return next(bool(one["stale"]) for one in client.call("issued-pins").json["records"] if one["card_id"] == card.card_id)

    assert not stale()
    desk = world.verified(card)
    desk.call("authority", {"card_id": card.card_id, "form": "relay"})
    assert desk.report("unknown", "unknown").status == 200 and not stale()
    assert desk.report("done").status == 200 and stale()


def test_a_puk_may_come_along_and_is_no_part_of_the_list(world: World) -> None:
    world.service.control("POST", "/settings", {"issued_puk": 1})
    try:
        shown = world.logged_in().call("show-issued-pin", {}, named=world.record()).json
    finally:
        world.service.control("POST", "/settings", {"issued_puk": 0})
    assert shown["puk"].isdigit()


def test_records_of_an_organisations_cards_belong_to_its_representatives(world: World) -> None:
    mine = [one["card_id"] for one in world.logged_in().call("issued-pins").json["records"]]
    theirs = [one["card_id"] for one in world.logged_in("baska").call("issued-pins").json["records"]]
    assert world.corporate.card_id in mine and world.foreign.card_id not in mine
    assert theirs == [world.foreign.card_id]


# ---- inquiries ----

def test_inquiries_need_no_login(world: World) -> None:
    client = Client(world.service)
    asked = {"organisation": {"type": "detsis", "number": "12345678"}}
    assert client.call("seal-authority", asked).json == {"authorised": True, "name": "DENEME KURUMU"}
    assert client.call("seal-authority", {"organisation": COMPANY}).json["authorised"] is False
    assert [one["kurus"] for one in client.call("debt", DEBTOR).json["debts"]] == [125000, 99950]
    assert client.call("debt", {"payer": {"type": "tckn", "number": "10000000146"}}).json == {"debts": []}
    states = [client.call("shipment", {"tracking": f"KSM202600000{n}"}).json["state"] for n in (1, 2, 3, 4)]
    assert states == ["on-the-way", "preparing", "delivered", "returned"]


def test_an_inquirys_key_is_of_its_address(world: World) -> None:
    """Nobody can take another's key away."""
    key = str(uuid.uuid4())
    assert Client(world.service).call("debt", DEBTOR, key=key).status == 200
    assert Client(world.service, "127.0.0.2").call("shipment", {"tracking": "KSM2026000001"}, key=key).status == 200
    assert Client(world.service).call("shipment", {"tracking": "KSM2026000001"}, key=key).problem == "idempotency-conflict"
