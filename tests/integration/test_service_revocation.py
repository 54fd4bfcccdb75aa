# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The stand-in service's revocation in two steps: nothing is revoked before token and second factor came together, and then once. What the
# registry has is read beside the service, by the sandbox's own code; each answer is checked against openapi.yaml by the client.
"""Revocations."""
from __future__ import annotations

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from service_client import Client, Registry, Reply, Service
from service_states import CARDS, World

REASONS = ("unspecified", "keyCompromise", "affiliationChanged", "superseded", "cessationOfOperation", "privilegeWithdrawn")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service(tmp_path_factory.mktemp("service"), CARDS) as service:
        yield service


@pytest.fixture
def world(running: Service) -> World:
    return World(running)


def stored(world: World, told: dict[str, Any]) -> str:
    """What the registry says of the certificate that the preparation is about."""
    return world.papers.record(told["certificate"]["certificate_id"]).stored


def events(world: World, told: dict[str, Any]) -> list[str]:
    """The states that it has been in."""
    return [one.state for one in world.papers.record(told["certificate"]["certificate_id"]).history]


def of(client: Client, call: str, told: dict[str, Any], body: dict[str, Any] | None = None, **more: Any) -> Reply:
    """A call of a preparation."""
    return client.call(call, body or {}, named=told["revocation_id"], **more)


def confirmed(world: World, client: Client, told: dict[str, Any], **more: Any) -> Reply:
    """Its confirmation with the code sent last."""
    return of(client, "confirm-revocation", told, world.confirmation(told), **more)


# ---- the way to a revocation ----

@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("factor", ["sms", "web-password"])
def test_nothing_is_revoked_before_both_came_together(world: World, factor: str, reason: str) -> None:
    client, held = world.logged_in(), world.papers.held()
    told = client.call("revoke", {"reason": reason}, named=held.name).json
    assert (told["reason"], told["certificate"]["state"], told["second_factors"]) == (reason, "active", ["sms", "web-password"])
    assert len(told["lost"]["tr"]) == len(told["lost"]["en"]) >= 3 and told["price"] == {"kurus": 95000, "currency": "TRY"}
    assert 295 <= told["seconds_left"] <= 300 and stored(world, told) == "active"
    begun = of(client, "revocation-factor", told, {"type": factor})
    assert begun.json["tries_left"] == 3 and stored(world, told) == "active"
    right = {"code": world.service.sms()[-1]} if factor == "sms" else {"web_password": world.person()["web_password"]}
    assert of(client, "confirm-revocation", told, {"confirmation_token": "x" * 43} | right).problem == "revocation-expired"
    assert of(client, "confirm-revocation", told, right).problem == "request-invalid"
    assert stored(world, told) == "active", "the token was missing or wrong"
    done = of(client, "confirm-revocation", told, {"confirmation_token": told["confirmation_token"]} | right)
    assert (done.json["state"], done.json["reason"], done.json["may"]) == ("revoked", reason, [])
    record = world.papers.record(held.name)
    assert (record.stored, record.reason, record.history[-1].by) == ("revoked", reason, "holder")


def test_who_may_revoke_and_why(world: World) -> None:
    """A compromised authority is nobody's reason but the authority's; there is no date in the request, and none is taken."""
    client, name = world.logged_in(), world.papers.held().name
    for body in ({"reason": "cACompromise"}, {"reason": "certificateHold"}, {"reason": ""}, {}):
        assert client.call("revoke", body, named=name).problem == "request-invalid"
    dated = {"revoked_at": "2020-01-01T00:00:00Z", "invalidity_date": "2020-01-01T00:00:00Z"}
    told = client.call("revoke", {"reason": "superseded"} | dated, named=name).json
    of(client, "revocation-factor", told, {"type": "sms"})
    done = of(client, "confirm-revocation", told, world.confirmation(told) | dated)
    assert done.status == 200 and done.json["revoked_at"] > done.json["not_before"]


def test_a_cancelled_preparation_is_over(world: World) -> None:
    client, told = world.asked()
    assert [of(client, "cancel-revocation", told).json for _ in range(2)] == [{"cancelled": True}] * 2
    assert {of(client, call, told, body).problem for call, body in (("revocation-factor", {"type": "sms"}), ("revocation-resend", {}))} == {
        "revocation-expired"}
    assert confirmed(world, client, told).problem == "revocation-expired"
    assert stored(world, told) == "active"


@pytest.mark.parametrize("end", ["time", "logout", "another", "another-session"])
def test_a_preparation_that_has_ended_revokes_nothing(world: World, end: str) -> None:
    client, told = world.asked()
    again = {"reason": "keyCompromise"}
    if end == "time":
        world.service.advance(300)
    elif end == "logout":
        assert client.call("end-session", {}).status == 200
    else:
        other = client if end == "another" else world.logged_in()
        newer = other.call("revoke", again, named=told["certificate"]["certificate_id"])
        assert newer.status == 200
        assert [one["state"] for one in world.service.control("GET", "/revocations")["revocations"][-2:]] == ["replaced", "prepared"]
    assert confirmed(world, client, told).problem == ("session-ended" if end == "logout" else "revocation-expired")
    assert stored(world, told) == "active"
    if end == "logout":
        assert confirmed(world, world.logged_in(), told).problem == "revocation-expired", "it was that session's"


def test_what_another_person_or_session_knows_is_worth_nothing(world: World) -> None:
    """Token, code and id together, in a session of another person, and in another one of the same."""
    client, told = world.asked()
    for user in ("baska", "deneme"):
        other = world.logged_in(user)
        sms = [one["code"] for one in world.service.control("GET", "/sms")["sms"] if one.get("revocation_id") == told["revocation_id"]][-1]
        body = {"confirmation_token": told["confirmation_token"], "code": sms}
        assert of(other, "confirm-revocation", told, body).problem == "revocation-expired"
        assert of(other, "cancel-revocation", told).problem == "revocation-expired"
    assert stored(world, told) == "active"
    assert of(client, "confirm-revocation", told, body).status == 200


def test_who_acts_for_the_organisation_no_more_revokes_nothing(world: World) -> None:
    client, name = world.logged_in(), world.papers.held(owner="detsis:12345678", kind="encryption", product="kurumsal-sifreleme").name
    told = client.call("revoke", {"reason": "superseded"}, named=name).json
    assert told["certificate"]["on_behalf_of"]["number"] == "12345678"
    of(client, "revocation-factor", told, {"type": "sms"})
    row = ("deneme", "detsis:12345678")
    with Registry(world.service.data / "registry.db") as registry:
        registry._db.execute("DELETE FROM representative WHERE user_id = ? AND organisation = ?", row)
        assert confirmed(world, client, told).problem == "revocation-expired"
        registry._db.execute("INSERT INTO representative VALUES (?, ?)", row)
    assert stored(world, told) == "active"
    assert confirmed(world, client, told).status == 200


# ---- the second factor ----

def test_a_new_sms_kills_the_code_before(world: World) -> None:
    client, told = world.asked(resend_seconds=0)
    old = world.confirmation(told)
    assert of(client, "revocation-resend", told).json["tries_left"] == 3
    assert of(client, "confirm-revocation", told, old).json["tries_left"] == 2
    assert stored(world, told) == "active"
    assert confirmed(world, client, told).status == 200


def test_tries_are_of_the_preparation(world: World) -> None:
    """Neither a new SMS nor the other factor brings one back; the last one ends it, and a right code does nothing any more."""
    client, told = world.asked(resend_seconds=0)
    token = {"confirmation_token": told["confirmation_token"]}
    assert of(client, "confirm-revocation", told, token | {"code": "0000"}).json["tries_left"] == 2
    assert of(client, "revocation-resend", told).json["tries_left"] == 2
    assert of(client, "revocation-factor", told, {"type": "web-password"}).json["tries_left"] == 2
    assert of(client, "confirm-revocation", told, token | {"web_password": "çarşı-ciğlik-42"}).json["tries_left"] == 1
    assert of(client, "revocation-factor", told, {"type": "sms"}).json["tries_left"] == 1
    right = world.confirmation(told)
    assert of(client, "confirm-revocation", told, token | {"code": "0000"}).problem == "factor-exhausted"
    assert of(client, "confirm-revocation", told, right).problem == "factor-exhausted"
    assert of(client, "cancel-revocation", told).problem == "revocation-expired"
    assert stored(world, told) == "active"


def test_wrong_answers_are_counted_over_preparations(world: World) -> None:
    world.service.control("POST", "/settings", {"factor_guesses": 4})
    answers = []
    for tries in (3, 2):
        client, told = world.asked()
        body = {"confirmation_token": told["confirmation_token"], "code": "0000"}
        answers += [of(client, "confirm-revocation", told, body).problem for _ in range(tries)]
    assert answers == ["factor-wrong", "factor-wrong", "factor-exhausted", "factor-wrong", "rate-limited"]
    assert confirmed(world, client, told).problem == "rate-limited", "and the right one is not looked at"
    assert stored(world, told) == "active"


def test_text_messages_are_limited_over_preparations(world: World) -> None:
    world.service.control("POST", "/settings", {"revocation_sms_per_person": 3})
    client = world.logged_in()
    tolds = [world.prepared(client=client)[1] for _ in range(4)]
    sent = len(world.service.sms())
    replies = [of(client, "revocation-factor", told, {"type": "sms"}) for told in tolds]
    assert [reply.status for reply in replies] == [200, 200, 200, 429] and replies[-1].problem == "rate-limited"
    assert len(world.service.sms()) == sent + 3
    assert of(client, "revocation-factor", tolds[-1], {"type": "web-password"}).status == 200


def test_a_late_code_costs_no_try(world: World) -> None:
    client, told = world.asked(sms_seconds=60)
    world.service.advance(60)
    assert [confirmed(world, client, told).problem for _ in range(5)] == ["factor-expired"] * 5
    assert of(client, "revocation-resend", told).json["tries_left"] == 3
    assert confirmed(world, client, told).status == 200


# ---- once, however often it comes ----

def test_a_repeated_confirmation_is_one_revocation(world: World) -> None:
    """With its own key byte for byte; with another key, another code, in another session: the same certificate, revoked then."""
    client, told = world.asked()
    key = str(uuid.uuid4())
    first = confirmed(world, client, told, key=key)
    again = confirmed(world, client, told, key=key)
    assert again.raw == first.raw and again.headers["Idempotency-Replayed"] == "true"
    body = {"confirmation_token": told["confirmation_token"], "code": "0000"}
    assert of(client, "confirm-revocation", told, body).json == first.json
    world.service.advance(1000)
    assert of(world.logged_in(), "confirm-revocation", told, body).json == first.json
    assert of(client, "confirm-revocation", told, body | {"confirmation_token": "x" * 43}).problem == "revocation-expired"
    assert of(world.logged_in("baska"), "confirm-revocation", told, body).problem == "revocation-expired"
    assert events(world, told) == ["active", "revoked"]


@pytest.mark.parametrize("fault", ["drop-after", "drop-before", "truncate"])
def test_a_lost_answer_to_the_confirmation(world: World, fault: str) -> None:
    client, told = world.asked()
    body, key = world.confirmation(told), str(uuid.uuid4())
    world.service.control("POST", "/faults", {"call": "confirm-revocation", "action": fault})
    with pytest.raises(Exception):  # whatever http.client says of it
        of(client, "confirm-revocation", told, body, key=key)
    client.connection.close()
    assert stored(world, told) == ("active" if fault == "drop-before" else "revoked")
    assert of(client, "confirm-revocation", told, body, key=key).json["state"] == "revoked"
    assert events(world, told) == ["active", "revoked"]


def test_a_lost_preparation_is_asked_for_again(world: World) -> None:
    """The same request brings the same token; no second one lives."""
    client, name, key = world.logged_in(), world.papers.held().name, str(uuid.uuid4())
    world.service.control("POST", "/faults", {"call": "revoke", "action": "drop-after"})
    with pytest.raises(OSError):
        client.call("revoke", {"reason": "superseded"}, named=name, key=key)
    client.connection.close()
    told = client.call("revoke", {"reason": "superseded"}, named=name, key=key).json
    assert of(client, "revocation-factor", told, {"type": "sms"}).status == 200
    assert confirmed(world, client, told).status == 200


@pytest.mark.parametrize("when", ["prepared", "confirmed"])
def test_a_service_that_is_killed_between_the_steps(tmp_path: Path, when: str) -> None:
    with Service(tmp_path, CARDS) as service:
        world = World(service)
        client, told = world.asked()
        if when == "confirmed":
            assert confirmed(world, client, told).status == 200
        service.kill()
        assert stored(world, told) == ("active" if when == "prepared" else "revoked")
        service.start()
        client.connection.close()
        assert confirmed(world, client, told).json["state"] == "revoked"
        assert events(world, told) == ["active", "revoked"]


def test_two_sessions_at_once(world: World) -> None:
    """Both prepare one certificate: one preparation lives. Then its session confirms from two connections at once: one revocation."""
    name, sessions = world.papers.held().name, [world.logged_in(), world.logged_in()]
    with ThreadPoolExecutor(2) as pool:
        tolds = list(pool.map(lambda one: one.call("revoke", {"reason": "superseded"}, named=name).json, sessions))
    mine = [one for one in world.service.control("GET", "/revocations")["revocations"] if one["certificate_id"] == name]
    assert sorted(one["state"] for one in mine) == ["prepared", "replaced"]
    alive = next(one["revocation_id"] for one in mine if one["state"] == "prepared")
    n = [told["revocation_id"] for told in tolds].index(alive)
    assert of(sessions[1 - n], "revocation-factor", tolds[1 - n], {"type": "sms"}).problem == "revocation-expired"
    assert of(sessions[n], "revocation-factor", tolds[n], {"type": "sms"}).status == 200
    twin = Client(world.service)
    twin.key, twin.access_token = sessions[n].key, sessions[n].access_token
    with ThreadPoolExecutor(2) as pool:
        replies = list(pool.map(lambda one: confirmed(world, one, tolds[n]), (sessions[n], twin)))
    assert [reply.status for reply in replies] == [200, 200] and replies[0].json == replies[1].json
    assert [one.state for one in world.papers.record(name).history] == ["active", "revoked"]


def test_what_the_authority_does_in_between_is_told(world: World) -> None:
    """Suspended meanwhile: it is revoked all the same. Revoked meanwhile: that, and no try is spent."""
    client, told = world.asked()
    with Registry(world.service.data / "registry.db") as registry:
        registry.certificates.put(told["certificate"]["certificate_id"], "suspended", "authority")
        assert confirmed(world, client, told).json["state"] == "revoked"
        client, told = world.asked(client=client)
        registry.certificates.put(told["certificate"]["certificate_id"], "revoked", "authority", "keyCompromise")
    body = {"confirmation_token": told["confirmation_token"], "code": "0000"}
    assert of(client, "confirm-revocation", told, body).problem == "certificate-revoked"
    assert world.service.control("GET", "/revocations")["revocations"][-1]["tries_left"] == 3
    assert world.papers.record(told["certificate"]["certificate_id"]).reason == "keyCompromise"


def test_no_secret_is_left_lying_about(tmp_path: Path) -> None:
    """Neither token nor code nor web password is in a file of the service but the table of people, nor in what the control address tells."""
    with Service(tmp_path, CARDS) as service:
        world = World(service)
        client, told = world.asked()
        body = world.confirmation(told)
        wrong = f"{(int(body['code']) + 1) % 10**6:06}"
        assert of(client, "confirm-revocation", told, body | {"code": wrong}).problem == "factor-wrong"
        assert confirmed(world, client, told).status == 200
        client, second = world.asked("web-password", client=client)
        word = "yanlış-parola-canary"
        of(client, "confirm-revocation", second, {"confirmation_token": second["confirmation_token"], "web_password": word})
        secrets = [told["confirmation_token"], second["confirmation_token"], body["code"], wrong, word]
        shown = str(service.control("GET", "/revocations")) + str(service.control("GET", "/requests"))
        files = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert len(files) > 5
        for path in files:
            data = path.read_bytes()
            found = [secret for secret in secrets if secret.encode() in data and (len(secret) > 6 or path.name == "log")]
            assert not found, f"in {path.name}"
        assert not [secret for secret in secrets if secret in shown]
