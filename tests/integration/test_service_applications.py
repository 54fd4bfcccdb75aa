# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The stand-in service's applications for certificates: which can be handed in, what their forms ask for, whose they are. What the service has
# is compared at its control address; each answer is checked against openapi.yaml by the client. The service is this project's own.
"""Applications."""
from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from service_client import OPENAPI, Service
from service_states import CARDS, FORM, World

STATES = OPENAPI["components"]["schemas"]["ApplicationState"]["enum"]
RENEWAL = {"schema_id": "nes-renewal-1", "document": {"delivery": "office", "years": 1}}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service(tmp_path_factory.mktemp("service"), CARDS) as service:
        yield service


@pytest.fixture
def world(running: Service) -> World:
    return World(running)


def on_file(world: World, name: str) -> dict[str, Any]:
    """An application as the control address shows it, without its time."""
    found = next(one for one in world.service.control("GET", "/applications")["applications"] if one["application_id"] == name)
    return {member: value for member, value in found.items() if member != "seconds_left"}


def test_what_the_invented_people_have(tmp_path: Path) -> None:
    with Service(tmp_path, CARDS) as service:
        world = World(service)
        mine = world.logged_in().call("applications").json["applications"]
        assert [(one["state"], one["reason"]) for one in mine] == [("submitted", "lost"), ("pending-pre-application", "renewal")]
        assert 29 * 86400 < mine[1]["seconds_left"] <= 30 * 86400 and "seconds_left" not in mine[0]
        theirs = world.logged_in("baska").call("applications").json["applications"]
        assert [one["state"] for one in theirs] == ["draft"]
        service.end()
        service.start("--password-login")
        client = world.logged_in()
        assert [one["application_id"] for one in client.call("applications").json["applications"]] == [one["application_id"] for one in mine]


@pytest.mark.parametrize("state", STATES)
def test_submitting_in_every_state(world: World, state: str) -> None:
    """Pre-applications and drafts become submitted; the others are refused and stay as they are."""
    name, client = world.application(state=state), world.logged_in()
    before = on_file(world, name)
    reply = client.call("submit-application", FORM, named=name)
    if state in ("pending-pre-application", "draft"):
        assert reply.status == 200 and (reply.json["state"], reply.json["document"]) == ("submitted", FORM["document"])
        assert "seconds_left" not in reply.json and client.call("application", named=name).json == reply.json
        assert on_file(world, name) == before | {"state": "submitted", "document": FORM["document"]}
    else:
        assert reply.problem == "application-state" and on_file(world, name) == before


def test_one_whose_time_is_over(world: World) -> None:
    name = world.application()
    for _ in range(30):
        world.service.advance(86400)
    client = world.logged_in()
    assert client.call("application", named=name).json["state"] == "expired"
    assert client.call("submit-application", FORM, named=name).problem == "application-state"


def test_a_consent_that_is_needed_comes_first(world: World) -> None:
    client = world.consented()
    name = world.application(product="nes", schema_id="nes-renewal-1", reason="renewal")
    assert client.call("application", named=name).json["needs_consent"] is True
    before = on_file(world, name)
    assert client.call("submit-application", RENEWAL, named=name).problem == "application-state"
    assert on_file(world, name) == before
    told = client.call("consent-text", {}).json
    assert client.call("submit-consent", world.papers.signature(told["content"]), named=told["consent_id"]).status == 200
    assert client.call("submit-application", RENEWAL, named=name).json["state"] == "submitted"


@pytest.mark.parametrize(("document", "fields"), [
    ({}, ["contact", "delivery", "years"]), ({"delivery": "post", "years": 4, "contact": "x"}, ["years"]),
    ({"delivery": "post", "years": True, "contact": "x"}, ["years"]), ({"delivery": "post", "years": 3.0, "contact": "x"}, ["years"]),
    ({"delivery": ["post"], "years": 3, "contact": ""}, ["contact", "delivery"]),
    ({"delivery": "post", "years": 3, "contact": "x", "e_mail": "nobody"}, ["e_mail"]),
    ({"delivery": "post", "years": 3, "contact": "x", "other": "y" * 33000}, ["document"])])
def test_documents_that_are_refused_name_the_wrong_members(world: World, document: dict[str, Any], fields: list[str]) -> None:
    name, client = world.application(), world.logged_in()
    before = on_file(world, name)
    reply = client.call("submit-application", FORM | {"document": document}, named=name)
    assert reply.problem == "document-refused" and reply.json["fields"] == fields
    assert on_file(world, name) == before
    assert client.call("submit-application", FORM, named=name).status == 200


@pytest.mark.parametrize("member", ["1e999", "-1e999", "[1.0, 9e400]", "NaN", '"\\ud800"'])
def test_a_document_that_could_not_be_given_back_is_no_json(world: World, member: str) -> None:
    """What is taken comes back in later answers: a number too large for any double would come back as Infinity, which is no JSON."""
    name, client = world.application(), world.logged_in()
    before = on_file(world, name)
    raw = json.dumps(FORM | {"document": FORM["document"] | {"ek": 0}}).replace('"ek": 0', f'"ek": {member}').encode()
    assert client.call("submit-application", raw, named=name).problem == "request-invalid"
    assert on_file(world, name) == before
    assert client.call("submit-application", FORM, named=name).status == 200


def test_another_schema_is_refused(world: World) -> None:
    name, client = world.application(), world.logged_in()
    reply = client.call("submit-application", FORM | {"schema_id": "nes-renewal-1"}, named=name)
    assert reply.problem == "document-refused" and reply.json["fields"] == ["schema_id"]


def test_members_that_nobody_asks_for_are_kept_as_they_came(world: World) -> None:
    name, client = world.application(), world.logged_in()
    document = FORM["document"] | {"ek": {"açıklama": ["ı", 1, None, True]}, "e_mail": "deneme@example.org"}
    assert client.call("submit-application", FORM | {"document": document}, named=name).json["document"] == document


def test_somebody_elses(world: World) -> None:
    theirs, client = world.application(user="baska"), world.logged_in()
    before = on_file(world, theirs)
    assert theirs not in [one["application_id"] for one in client.call("applications").json["applications"]]
    assert client.call("application", named=theirs).problem == "application-unknown"
    assert client.call("submit-application", FORM, named=theirs).problem == "application-unknown"
    assert on_file(world, theirs) == before


def test_the_list_is_bounded_and_newest_first(tmp_path: Path) -> None:
    with Service(tmp_path, CARDS) as service:
        world = World(service)
        made = [world.application() for _ in range(40)]
        reply = world.logged_in().call("applications")
        assert [one["application_id"] for one in reply.json["applications"]] == made[:-33:-1] and len(reply.raw) < 65536


def test_repetitions_a_lost_answer_and_two_sessions(world: World) -> None:
    """The same request gets its answer again; of two at once one is taken."""
    name, client, key = world.application(), world.logged_in(), str(uuid.uuid4())
    world.service.control("POST", "/faults", {"call": "submit-application", "action": "drop-after"})
    with pytest.raises(OSError):
        client.call("submit-application", FORM, named=name, key=key)
    client.connection.close()
    again = client.call("submit-application", FORM, named=name, key=key)
    assert again.status == 200 and again.headers["Idempotency-Replayed"] == "true"
    assert client.call("submit-application", FORM | {"x-other": 1}, named=name, key=key).problem == "idempotency-conflict"
    other = world.application()
    with ThreadPoolExecutor(2) as pool:
        replies = list(pool.map(lambda one: one.call("submit-application", FORM, named=other), (client, world.logged_in())))
    assert sorted(reply.status for reply in replies) == [200, 409]
