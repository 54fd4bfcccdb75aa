# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The stand-in service's lists that an organisation's authorised person signs. Signatures are OpenSSL's (openssl cms -sign); which ones are
# refused in themselves is tried in test_service_consent.py, by the same code. Each answer is checked against openapi.yaml by the client.
"""Authorised persons' lists."""
from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from service_client import Client, Registry, Service, b64
from service_life import raw_of
from service_states import CARDS, World


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service(tmp_path_factory.mktemp("service"), CARDS) as service:
        yield service


@pytest.fixture
def world(running: Service) -> World:
    return World(running)


def on_file(world: World, name: str) -> dict[str, Any]:
    """A list as the control address shows it."""
    return next(one for one in world.service.control("GET", "/lists")["lists"] if one["list_id"] == name)


def shown(world: World) -> tuple[Client, dict[str, Any]]:
    """An authorised person, and a list as they were given it."""
    client = world.logged_in()
    told = client.call("authorised-list", named=world.waiting_list())
    assert told.status == 200, told.problem
    return client, told.json


def test_the_invented_list(tmp_path: Path) -> None:
    with Service(tmp_path, CARDS) as service:
        world = World(service)
        lists = world.logged_in().call("authorised-lists").json["lists"]
        assert [(one["entries"], one["state"], one["on_behalf_of"]["name"]) for one in lists] == [(3, "waiting", "DENEME KURUMU")]
        service.end()
        service.start("--password-login")
        assert [one["list_id"] for one in world.logged_in().call("authorised-lists").json["lists"]] == [lists[0]["list_id"]]


def test_a_list_from_its_rows_to_its_signature(world: World) -> None:
    client, told = shown(world)
    content = raw_of(told["content"])
    assert hashlib.sha256(content).hexdigest() == told["sha256"]
    said = json.loads(content)
    assert (said["list_id"], said["rows"]) == (told["list_id"], told["rows"]) and len(told["rows"]) == told["entries"] == 3
    reply = client.call("sign-list", world.papers.signature(told["content"]), named=told["list_id"])
    assert reply.json["state"] == "signed" and reply.json["signed_at"] >= told["made_at"]
    assert client.call("authorised-lists").json["lists"][0] == reply.json
    again = client.call("authorised-list", named=told["list_id"]).json
    assert (again["content"], again["state"]) == (told["content"], "signed")
    assert on_file(world, told["list_id"])["signature"]


@pytest.mark.parametrize("state", ["signed", "withdrawn"])
def test_what_was_signed_or_withdrawn_is_not_signed(world: World, state: str) -> None:
    client, told = shown(world)
    if state == "signed":
        assert client.call("sign-list", world.papers.signature(told["content"]), named=told["list_id"]).status == 200
    else:
        world.service.control("POST", "/lists", {"list_id": told["list_id"], "action": "withdraw"})
    before = on_file(world, told["list_id"])
    assert before["state"] == state == client.call("authorised-list", named=told["list_id"]).json["state"]
    assert client.call("sign-list", world.papers.signature(told["content"]), named=told["list_id"]).problem == "list-signed"
    assert on_file(world, told["list_id"]) == before


def test_a_list_that_has_changed_is_looked_at_again(world: World) -> None:
    client, told = shown(world)
    world.service.control("POST", "/lists", {"list_id": told["list_id"], "action": "change"})
    before = on_file(world, told["list_id"])
    assert client.call("sign-list", world.papers.signature(told["content"]), named=told["list_id"]).problem == "list-changed"
    assert on_file(world, told["list_id"]) == before and before["state"] == "waiting"
    now = client.call("authorised-list", named=told["list_id"]).json
    assert (now["entries"], len(now["rows"])) == (2, 2) and now["sha256"] != told["sha256"]
    assert client.call("sign-list", world.papers.signature(now["content"]), named=told["list_id"]).status == 200


@pytest.mark.parametrize("way", ["other-list", "never-shown", "another-person", "suspended", "detached"])
def test_signatures_that_are_refused(world: World, way: str) -> None:
    """The content of another list, one that was made up, another person's signature, a suspended certificate, the content not inside."""
    client, told = shown(world)
    content = raw_of(told["content"])
    if way == "other-list":
        content = raw_of(client.call("authorised-list", named=world.waiting_list()).json["content"])
    if way == "never-shown":
        content = content.replace(b'"reason":"lost"', b'"reason":"other"')
    signer = {"another-person": lambda: world.papers.held(owner="baska"), "suspended": lambda: world.papers.held("by-holder")}.get(
        way, world.papers.signer)()
    body = {"signature": b64(signer.sign(content, inside=way != "detached"))}
    before = on_file(world, told["list_id"])
    assert client.call("sign-list", body, named=told["list_id"]).problem == "signature-refused"
    assert on_file(world, told["list_id"]) == before
    assert client.call("sign-list", world.papers.signature(told["content"]), named=told["list_id"]).status == 200


def test_who_is_no_authorised_person(world: World) -> None:
    """The role is asked for before the list; who acts for an organisation is not yet its authorised person."""
    _, told = shown(world)
    other = world.logged_in("baska")
    assert [other.call("authorised-lists").problem, other.call("authorised-list", named=told["list_id"]).problem,
            other.call("sign-list", world.papers.signature(told["content"]), named="no-such-list").problem] == ["role-refused"] * 3
    with Registry(world.service.data / "registry.db") as registry:
        registry._db.execute("INSERT INTO authorised VALUES ('baska', 'vkn:9876543217')")
        try:
            assert other.call("authorised-lists").json == {"lists": []}
            assert other.call("authorised-list", named=told["list_id"]).problem == "list-unknown", "another organisation's"
            own = world.waiting_list(organisation="vkn:9876543217")
            assert [one["list_id"] for one in other.call("authorised-lists").json["lists"]] == [own]
        finally:
            registry._db.execute("DELETE FROM authorised WHERE user_id = 'baska'")


def test_repetitions_a_lost_answer_and_two_sessions(world: World) -> None:
    client, told = shown(world)
    body, key = world.papers.signature(told["content"]), str(uuid.uuid4())
    world.service.control("POST", "/faults", {"call": "sign-list", "action": "drop-after"})
    with pytest.raises(OSError):
        client.call("sign-list", body, named=told["list_id"], key=key)
    client.connection.close()
    kept = on_file(world, told["list_id"])
    again = client.call("sign-list", body, named=told["list_id"], key=key)
    assert again.json["state"] == "signed" and again.headers["Idempotency-Replayed"] == "true"
    assert on_file(world, told["list_id"]) == kept
    client, told = shown(world)
    bodies = [world.papers.signature(told["content"]) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        replies = list(pool.map(lambda pair: pair[0].call("sign-list", pair[1], named=told["list_id"]), zip((client, world.logged_in()), bodies)))
    assert sorted(reply.status for reply in replies) == [200, 409]
    winner = next(body for body, reply in zip(bodies, replies) if reply.status == 200)
    assert on_file(world, told["list_id"])["signature"] == winner["signature"]


def test_lists_are_bounded_and_newest_first(tmp_path: Path) -> None:
    with Service(tmp_path, CARDS) as service:
        world = World(service)
        made = [world.waiting_list() for _ in range(40)]
        reply = world.logged_in().call("authorised-lists")
        assert [one["list_id"] for one in reply.json["lists"]] == made[:-33:-1] and len(reply.raw) < 65536
