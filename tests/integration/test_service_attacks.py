# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What somebody tries who means harm: around the limits, with another person's keys and names, with what was given away already. One
# test an attack; each was possible once, or looks as if it were.
"""Attacks on the stand-in service."""
from __future__ import annotations

import gzip
import http.client
import json
import socket
import ssl
import uuid
from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

import pytest
from service_client import Client, Registry, Reply, Service
from service_states import CARDS, World


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service(tmp_path_factory.mktemp("service"), CARDS) as service:
        yield service


@pytest.fixture
def world(running: Service) -> World:
    return World(running)


def log_in(world: World, client: Client, user: str) -> None:
    """A session of that person, for the key that the client has."""
    begun = client.call("password-login", world.credentials(client, user))
    assert begun.status == 200, begun.problem
    login_id = begun.json["login_id"]
    assert client.call("password-login-sms", {}, named=login_id).status == 200
    done = client.call("password-login-confirm", {"code": world.service.sms()[-1]}, named=login_id)
    assert done.status == 200, done.problem
    client.access_token = done.json["access_token"]


# ---- limits ----

def test_one_idempotency_key_for_many_guesses_is_limited_too(world: World) -> None:
    client, key, code = Client(world.service), str(uuid.uuid4()), world.service.code()
    said = [client.redeem(f"{guess:015d}", key=key).problem for guess in range(12)]
    assert said == ["code-unknown"] * 10 + ["rate-limited"] * 2
    assert client.redeem(code, key=key).problem == "rate-limited", "nothing is told of a code that is good, either"


def test_a_persons_limit_holds_however_the_identity_is_written(world: World) -> None:
    def guess(n: int) -> Reply:
        client = Client(world.service, f"127.0.2.{n}")
        identity = {"type": "passport", "number": "U12345678", "another": n}
        return client.call("password-login", world.pictured(client) | {"identity": identity, "security_word": "yanlış"})

    assert [guess(n).problem for n in range(1, 8)] == ["security-word-wrong"] * 5 + ["rate-limited"] * 2


def test_sms_codes_are_not_guessed_over_many_logins(world: World) -> None:
    """Whoever knows the word begins as many logins as they like, each with tries of its own."""
    world.service.control("POST", "/settings", {"factor_guesses": 5})
    said = []
    for n in range(1, 4):
        client, login_id = world.begun(source=f"127.0.3.{n}")
        assert client.call("password-login-sms", {}, named=login_id).status == 200
        said += [client.call("password-login-confirm", {"code": "0000"}, named=login_id).problem for _ in range(2)]
    assert said == ["factor-wrong"] * 5 + ["rate-limited"]
    right = client.call("password-login-confirm", {"code": world.service.sms()[-1]}, named=login_id)
    assert right.problem == "rate-limited", "a right one is not told from a wrong one"
    assert world.logged_in("baska").access_token, "others log in all the same"
    world.service.advance(right.json["retry_after"])
    assert world.logged_in().access_token


FLOODS = {
    "pictures": ("captcha", "captchas_per_address", 4, None),
    "login SMS of an address": ("password-login-sms", "login_sms_per_address", 2, None),
    "login SMS of a person": ("password-login-sms", "login_sms_per_person", 2, "person"),
    "mails of an address": ("security-word-reset", "mails_per_address", 2, None),
    "mails of a number": ("security-word-reset", "mails_per_number", 2, "person"),
    "inquiries of an address": ("shipment", "inquiries_per_address", 3, None),
    "inquiries about a number": ("debt", "inquiries_per_number", 3, "person")}


@pytest.mark.parametrize("call,setting,most,whose", FLOODS.values(), ids=FLOODS.keys())
def test_what_costs_somebody_something_is_limited(world: World, call: str, setting: str, most: int, whose: str | None) -> None:
    """So often and no more, from one address, or about one person from whatever address; then all is well again."""
    world.service.control("POST", "/settings", {"captcha_seconds": 3600, "login_seconds": 3600})
    states = [world.ready(call) for _ in range(most + 2)]
    for n, state in enumerate(states):
        if whose:
            state.client = moved(state.client, f"127.0.4.{n + 1}")
    world.service.advance(901)  # what making the states took is over
    world.service.control("POST", "/settings", {setting: most})
    spent = len(world.service.sms()), len(world.service.control("GET", "/mails")["mails"])
    replies = [state.send() for state in states]
    assert [reply.status for reply in replies] == [200] * most + [429] * 2
    limited = replies[-1]
    assert limited.problem == "rate-limited" and int(limited.headers["Retry-After"]) == limited.json["retry_after"] > 0
    sent = len(world.service.sms()) - spent[0], len(world.service.control("GET", "/mails")["mails"]) - spent[1]
    assert sent == {"password-login-sms": (most, 0), "security-word-reset": (0, most)}.get(call, (0, 0)), "nothing is sent any more"
    if not whose:
        states[-2].client = moved(states[-2].client, "127.0.5.1")
        assert states[-2].send().status == 200, "others are not held up"
    world.service.advance(limited.json["retry_after"])
    assert states[-1].send().status == 200


def moved(client: Client, source: str) -> Client:
    """The same client, its key and what it knows, at another address."""
    other = Client(client.service, source)
    other.key, other.access_token = client.key, client.access_token
    return other


def test_a_repeated_request_is_counted_once(world: World) -> None:
    """A lost answer costs its asker nothing more."""
    world.service.control("POST", "/settings", {"inquiries_per_number": 2})
    client, key, asked = Client(world.service), str(uuid.uuid4()), {"tracking": "KSM2026000001"}
    assert [client.call("shipment", asked, key=key).status for _ in range(5)] == [200] * 5
    assert [client.call("shipment", asked).status for _ in range(2)] == [200, 429]
    assert client.call("shipment", asked, key=key).status == 200, "and a kept answer comes also then"


def test_numbers_are_not_tried_one_after_the_other(world: World) -> None:
    """What nobody has is counted too, or whoever tries them all would never be held up."""
    world.service.control("POST", "/settings", {"inquiries_per_address": 3})
    client, key = Client(world.service), str(uuid.uuid4())
    said = [client.call("shipment", {"tracking": f"KSM20269{n:05}"}, key=key if n == 0 else None).problem for n in range(5)]
    assert said == ["inquiry-unknown"] * 3 + ["rate-limited"] * 2
    assert client.call("shipment", {"tracking": "KSM2026900000"}, key=key).headers["Idempotency-Replayed"] == "true"


def test_a_limit_on_mails_does_not_tell_who_is_known(world: World) -> None:
    """An unknown number is counted as a known one is, and the picture of a limited request stays good."""
    said = []
    for number in ("U12345678", "X00000000"):
        client = Client(world.service)
        bodies = [world.pictured(client) | {"identity": {"type": "passport", "number": number}} for _ in range(4)]
        said.append([client.call("security-word-reset", body).status for body in bodies])
    assert said == [[200, 200, 200, 429]] * 2
    other = bodies[-1] | {"identity": {"type": "tckn", "number": "10000000146"}}
    assert client.call("security-word-reset", other).status == 200, "the picture was not looked at"


@pytest.mark.parametrize("type,member", [("sms", "code"), ("web-password", "web_password")])
def test_second_factors_are_not_guessed_over_many_operations(world: World, type: str, member: str) -> None:
    """Whoever has a person's session orders one code after the other."""
    world.service.control("POST", "/settings", {"factor_guesses": 4})
    said, clients = [], [world.chosen(type=type) for _ in range(3)]
    for client in clients:
        said += [client.call("verify", {member: "0000"}).problem.removeprefix("web-password-").removeprefix("factor-") for _ in range(2)]
    assert said == ["wrong"] * 4 + ["rate-limited"] * 2
    assert world.service.control("POST", "/settings", {"factor_guesses": 30})
    assert clients[-1].call("verify", {member: "0000"}).json["tries_left"] == 2, "what was not looked at cost no try"


# ---- what is somebody else's ----

def test_an_answer_is_kept_for_the_session_that_got_it(world: World) -> None:
    """Two people with one client, and so with one key."""
    client, key = Client(world.service), str(uuid.uuid4())
    log_in(world, client, "deneme")
    body = {"kind": "unblock", "product": "nes"}
    first = client.call("order", body, key=key)
    record = world.record()
    key_of_pin = str(uuid.uuid4())
    assert client.call("show-issued-pin", {}, key=key_of_pin, named=record).status == 200
    log_in(world, client, "baska")
    assert client.call("show-issued-pin", {}, key=key_of_pin, named=record).problem == "issued-pin-unknown"
    assert client.call("order", body, key=key).json["order_id"] != first.json["order_id"]


def test_orders_and_records_of_others_are_like_none(world: World) -> None:
    order, record = world.ordered(), world.record()
    code = order.client.call("code", {}, named=order.named).json["code"]
    other = world.logged_in("baska")
    none = "ord-AAAAAAAAAAAAAAAAAAAAAA"
    for call, body in (("order-status", None), ("code", {}), ("cancel-order", {})):
        mine, nobodys = (other.call(call, body, named=one) for one in (order.named, none))
        assert mine.problem == "order-unknown" and (mine.status, mine.raw) == (nobodys.status, nobodys.raw)
    for call, body in (("show-issued-pin", {}), ("delete-issued-pin", {"confirm": "delete-for-good"})):
        mine, nobodys = (other.call(call, body, named=one) for one in (record, "pin-AAAAAAAAAAAAAAAA"))
        assert mine.problem == "issued-pin-unknown" and (mine.status, mine.raw) == (nobodys.status, nobodys.raw)
    assert order.named not in [one["order_id"] for one in other.call("orders").json["orders"]]
    assert Client(world.service).redeem(code).status == 200


def test_a_deleted_pin_is_not_shown_again_by_the_old_key(world: World) -> None:
    record, client, key = world.record(), world.logged_in(), str(uuid.uuid4())
    assert client.call("show-issued-pin", {}, key=key, named=record).status == 200
    assert client.call("delete-issued-pin", {"confirm": "delete-for-good"}, named=record).status == 200
    assert client.call("show-issued-pin", {}, key=key, named=record).problem == "issued-pin-unknown"


def test_who_acts_for_an_organisation_no_more_gets_none_of_its_cards(world: World) -> None:
    """At redeem, and at every step up to the card."""
    organisation = {"type": "vkn", "number": "4540536920"}
    order = world.ordered(product="mali-muhur", on_behalf_of=organisation)
    desk, ready = Client(world.service), world.verified(world.corporate, product="mali-muhur", on_behalf_of="vkn:4540536920")
    desk.card = world.corporate
    code, card_id = order.client.call("code", {}, named=order.named).json["code"], world.corporate.card_id
    with Registry(world.service.data / "registry.db") as registry:
        registry._db.execute("DELETE FROM representative WHERE user_id = 'deneme' AND organisation = 'vkn:4540536920'")
    try:
        assert desk.redeem(code).json["cards"] == []
        assert desk.factor().problem == "card-not-allowed"
        assert ready.call("authority", {"card_id": card_id, "form": "cryptogram", "challenge": "AAAAAAAAAAA"}).problem == "card-not-allowed"
    finally:
        with Registry(world.service.data / "registry.db"):
            pass  # whoever opens it puts everybody of the sandbox back


# ---- the mail's link ----

def test_a_link_works_once_also_for_two_at_the_same_time(world: World) -> None:
    client = Client(world.service)
    for _ in range(2):
        asked = world.pictured(client) | {"identity": {"type": "passport", "number": "U87654321"}}
        assert client.call("security-word-reset", asked).status == 200
    older = urlsplit(world.service.control("GET", "/mails")["mails"][-2]["link"]).path
    parts = urlsplit(world.service.control("GET", "/mails")["mails"][-1]["link"])
    context = ssl.create_default_context(cafile=world.service.ca_file)

    def begin(word: str) -> tuple[http.client.HTTPSConnection, bytes]:
        connection = http.client.HTTPSConnection("localhost", parts.port, timeout=10, context=context)
        body = urlencode({"word": word, "again": word}).encode()
        connection.putrequest("POST", parts.path)
        for name, value in (("Origin", f"https://localhost:{parts.port}"), ("Content-Type", "application/x-www-form-urlencoded"),
                            ("Content-Length", str(len(body))), ("Expect", "100-continue")):
            connection.putheader(name, value)
        connection.endheaders()
        assert connection.sock.recv(64).startswith(b"HTTP/1.1 100"), "the service waits for the form"
        return connection, body

    both = [begin(word) for word in ("BİRİNCİ", "İKİNCİ")]
    assert world.person("baska")["security_word"] not in ("BİRİNCİ", "İKİNCİ")
    answers = []
    for connection, body in both:
        connection.send(body)
        answers.append(connection.getresponse().status)
        connection.close()
    assert answers == [200, 410]
    assert world.person("baska")["security_word"] == "BİRİNCİ"
    connection = http.client.HTTPSConnection("localhost", parts.port, timeout=10, context=context)
    connection.request("GET", older)
    assert connection.getresponse().status == 410, "an older mail's link is gone with it"
    connection.close()


# ---- bytes that are no text ----

HEADERS = ({"Authorization": b"DPoP \xff"}, {"Cookie": b"__Host-kamupin=\xff\xfe"}, {"Cookie": b"__Host-kamupin-login=\xff\xfe"},
           {"Cookie": b'__Host-kamupin="\xff"'}, {"Cookie": b'__Host-kamupin-login="\xff"'},
           {"Accept-Language": b"\xff"}, {"Origin": b"\xff"}, {"DPoP": b"\xff"}, {"Host": b"localhost\xff"})
PATHS = ("/", "/products", "/kamupin/v1/session", "/phone/%FF", "/word/%FF", "/word/%00", "/desk/%FF", "/?lang=%FF&a=%00",
         "/login/callback?state=%ff&iss=x", "/orders/%FF/state", "/kamupin/v1/operations/%FF")


@pytest.mark.parametrize("path", PATHS)
def test_bytes_that_are_no_text_break_nothing(world: World, path: str) -> None:
    parts, context = urlsplit(world.service.base), ssl.create_default_context(cafile=world.service.ca_file)
    for headers in HEADERS:
        connection = http.client.HTTPSConnection("localhost", parts.port, timeout=10, context=context)
        connection.request("GET", path, headers=headers)
        assert connection.getresponse().status < 500, headers
        connection.close()


@pytest.mark.parametrize("path", [b"/\xff", b"/?x=\xff", b"/word/\xff", b"/phone/\xc5\x9f", b"/desk/\xff", b"/kamupin/v1/orders/\xff",
                                  b"/kamupin/v1/metadata?x=\xff"])
def test_an_address_with_bytes_that_none_has(world: World, path: bytes) -> None:
    """Browsers and clients write them as %FF; as they are they are no text, and there is nothing under such an address."""
    parts, context = urlsplit(world.service.base), ssl.create_default_context(cafile=world.service.ca_file)
    for accept in (b"text/html", b"application/json"):
        with context.wrap_socket(socket.create_connection(("localhost", parts.port or 0), 10), server_hostname="localhost") as connection:
            connection.sendall(b"GET " + path + b" HTTP/1.1\r\nHost: " + parts.netloc.encode() + b"\r\nAccept: " + accept + b"\r\n\r\n")
            assert connection.recv(64).startswith(b"HTTP/1.1 404 "), accept


@pytest.mark.parametrize("body", [b"no gzip at all", gzip.compress(b'{"tracking": "KSM2026000001"}'), gzip.compress(b" " * 10_000_000)],
                         ids=["none", "small", "large"])
def test_a_body_is_taken_as_it_comes(world: World, body: bytes) -> None:
    """Nothing is unpacked: what is small on the wire stays small, and what cannot be unpacked is no failure of the service."""
    parts, context = urlsplit(world.service.base), ssl.create_default_context(cafile=world.service.ca_file)
    connection = http.client.HTTPSConnection("localhost", parts.port, timeout=10, context=context)
    connection.request("POST", parts.path + "/inquiries/shipment", body, {
        "Content-Type": "application/json", "Content-Encoding": "gzip", "KamuPIN-Client": "libkamupin/0.1.0",
        "Idempotency-Key": str(uuid.uuid4())})
    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())["type"]) == (400, "urn:kamupin:problem:request-invalid")
    connection.close()


@pytest.mark.parametrize("value", [b"Bearer \xff", b"", b"Bearer " + b"0" * 64])
@pytest.mark.parametrize("path", ["/sms", "/nothing", "/codes"])
def test_the_control_address_without_its_token(world: World, value: bytes, path: str) -> None:
    """Whatever a page in a browser of this machine tries: it learns not even which addresses there are."""
    port = urlsplit(world.service.address).port
    for method in ("GET", "POST", "OPTIONS", "HEAD", "PUT"):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request(method, path, headers={"Authorization": value, "Origin": "https://evil.example"})
        answer = connection.getresponse()
        assert answer.status == 401 and not answer.headers["Access-Control-Allow-Origin"], (method, answer.status)
        connection.close()
