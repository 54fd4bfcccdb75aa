# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Every call of openapi.yaml succeeds once, and every problem that it lists for itself is provoked: what is listed and cannot happen
# here, or happens and is not listed, fails. Each answer is checked against the file by client and service.
"""Every call and every problem that it lists."""
from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from service_client import CALLS, Client, Reply, Service, b64
from service_problems_life import LIFE, Provoke
from service_problems_operation import OPERATION
from service_problems_portal import PORTAL
from service_states import CARDS, Ready, World


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service(tmp_path_factory.mktemp("service"), CARDS) as service:
        yield service


@pytest.fixture
def world(running: Service) -> World:
    return World(running)


@pytest.mark.parametrize("name", CALLS)
def test_every_call_succeeds(world: World, name: str) -> None:
    reply = world.ready(name).send()
    assert reply.status == 200, reply.problem


# ---- problems that are the same everywhere ----

def too_old(world: World, name: str) -> Reply:
    return world.ready(name).send(headers={"KamuPIN-Client": "libkamupin/0.0.9"})


def bad_proof(world: World, name: str) -> Reply:
    return world.ready(name).send(claims={"htm": "PUT"})


def bad_nonce(world: World, name: str) -> Reply:
    return world.ready(name).send(claims={"nonce": b64(bytes(32))})


def bad_token(world: World, name: str) -> Reply:
    return world.ready(name).send(token="x" * 43)


def no_login(world: World, name: str) -> Reply:
    """No token, one of nobody, and one whose key another holds: the same refusal."""
    made = world.ready(name)
    thief = Client(world.service)
    thief.access_token, thief.nonce = made.client.access_token, made.client.nonce
    replies = [made.send(headers={"Authorization": None}), made.send(token="x" * 43), Ready(name, thief, made.body, made.named).send()]
    assert {reply.problem for reply in replies} == {"login-required"}
    return replies[-1]


def old_login(world: World, name: str) -> Reply:
    made = world.ready(name)
    world.service.advance(1800)
    return made.send()


def another_operation(world: World, name: str) -> Reply:
    return world.ready(name).send(named=world.redeemed().operation_id)


def conflict(world: World, name: str) -> Reply:
    made, key = world.ready(name), str(uuid.uuid4())
    if name == "redeem":  # a code that was used says so, whatever its key: here none was
        assert made.send(key=key, body={"code": "0" * 15, "cards": []}).problem == "code-unknown"
        return made.send(key=key)
    assert made.send(key=key).status == 200
    return made.send(key=key, body=made.body | {"x-other": 1})


PROVOKE: dict[str, Provoke] = {
    "client-too-old": too_old, "dpop-invalid": bad_proof, "dpop-nonce": bad_nonce, "token-invalid": bad_token, "login-required": no_login,
    "session-expired": old_login, "operation-unknown": another_operation, "idempotency-conflict": conflict, **OPERATION, **PORTAL, **LIFE}


@pytest.mark.parametrize(("name", "problem"), [(name, problem) for name, (_, _, item) in CALLS.items()
                                               for problem in item["x-kamupin-problems"]])
def test_every_problem_that_a_call_lists(world: World, name: str, problem: str) -> None:
    assert PROVOKE[problem](world, name).problem == problem
