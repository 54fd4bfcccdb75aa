# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The stand-in service's certificates: what each call does in each state, who may ask, repetitions and lost answers. The table of what moves
# stands here once more, apart from the service's. Serial numbers are compared with what OpenSSL prints; each answer is checked
# against openapi.yaml by the client. The service is this project's own.
"""Certificates: list, details, suspend, unsuspend, activate."""
from __future__ import annotations

import hashlib
import sqlite3
import subprocess
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from service_client import Client, Registry, Reply, Service
from service_life import STATES, raw_of
from service_states import CARDS, World

BY = {"by-holder": "holder", "by-authority": "authority", "by-institution": "institution"}
OTHERS = "certificate-suspended-by-others"
# state → suspend, unsuspend, activate, revoke: the problem, or the state that follows
TABLE = {
    "issued": ("certificate-not-activated", "certificate-not-activated", "active", "revoked"),
    "not-yet-valid": ("certificate-not-yet-valid", "certificate-not-yet-valid", "certificate-not-yet-valid", "revoked"),
    "active": ("suspended", "certificate-not-suspended", "certificate-active", "revoked"),
    "by-holder": ("suspended", "active", "certificate-suspended", "revoked"),
    "by-authority": (OTHERS, OTHERS, OTHERS, "revoked"),
    "by-institution": (OTHERS, OTHERS, OTHERS, "revoked"),
    "revoked": ("certificate-revoked",) * 4,
    "expired": ("certificate-expired",) * 4,
}
CALLS = ("suspend", "unsuspend", "activate", "revoke")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service(tmp_path_factory.mktemp("service"), CARDS) as service:
        yield service


@pytest.fixture
def world(running: Service) -> World:
    return World(running)


def details(client: Client, name: str) -> dict[str, Any]:
    """A certificate as the service tells it."""
    reply = client.call("certificate-details", named=name)
    assert reply.status == 200, reply.problem
    return reply.json


def ask(world: World, client: Client, call: str, name: str, key: str | None = None) -> Reply:
    """One of CALLS; revoke with everything up to its confirmation, or the refusal on the way."""
    bodies: dict[str, Any] = {"suspend": {"reason": "stolen"}, "revoke": {"reason": "keyCompromise"}}
    reply = client.call(call, bodies.get(call, {}), named=name, key=key)
    if call != "revoke" or reply.status != 200:
        return reply
    assert client.call("revocation-factor", {"type": "sms"}, named=reply.json["revocation_id"]).status == 200
    return client.call("confirm-revocation", world.confirmation(reply.json), named=reply.json["revocation_id"])


# ---- every call in every state ----

@pytest.mark.parametrize(("state", "call"), [(state, call) for state in STATES for call in CALLS])
def test_every_call_in_every_state(world: World, state: str, call: str) -> None:
    """The allowed ones move; the others have a problem of their own and change nothing."""
    held, client = world.papers.held(state), world.logged_in()
    before, kept, expected = details(client, held.name), world.papers.record(held.name), TABLE[state][CALLS.index(call)]
    reply = ask(world, client, call, held.name)
    after = details(client, held.name)
    if expected not in ("suspended", "active", "revoked"):
        assert reply.problem == expected
        assert after == before and world.papers.record(held.name) == kept
    elif (state, call) == ("by-holder", "suspend"):
        assert reply.status == 200 and world.papers.record(held.name) == kept
    else:
        assert reply.status == 200, reply.problem
        assert reply.json["state"] == after["state"] == world.papers.record(held.name).stored == expected
        assert len(after["history"]) == len(before["history"]) + 1
        assert after["history"][-1]["by"] == "holder"
    assert {name: value for name, value in after.items() if name not in ("certificate", "history")} == reply.json or reply.status != 200


@pytest.mark.parametrize("state", STATES)
def test_what_an_answer_says_of_the_state(world: World, state: str) -> None:
    """`may` names the calls that would move it, and no others; who suspended it is told, and when it was revoked."""
    told = details(world.logged_in(), world.papers.held(state).name)
    moves = [call for call, end in zip(CALLS, TABLE[state]) if end in ("suspended", "active", "revoked")]
    assert told["may"] == [call for call in moves if (state, call) != ("by-holder", "suspend")]
    assert told["state"] == ("suspended" if state in BY else state)
    assert told.get("suspended_by") == BY.get(state) and ("suspended_at" in told) == (state in BY)
    assert ("revoked_at" in told) == (state == "revoked") and told.get("reason") == ("superseded" if state == "revoked" else None)


# ---- what is listed, and whose ----

def test_the_list_is_the_persons_own_or_their_organisations(world: World) -> None:
    mine, company, foreign = world.papers.held(), world.papers.held(owner="vkn:4540536920", product="mali-muhur"), world.papers.held(owner="baska")
    client = world.logged_in()
    for query in ("", "?role=individual", "?other=1&role=individual"):
        names = [one["certificate_id"] for one in client.call("certificates", query=query).json["certificates"]]
        assert names[0] == mine.name and not {company.name, foreign.name} & set(names), "newest first"
    listed = client.call("certificates", query="?role=authorised").json["certificates"]
    assert listed[0]["certificate_id"] == company.name and mine.name not in [one["certificate_id"] for one in listed]
    assert {one["on_behalf_of"]["number"] for one in listed} <= {"4540536920", "12345678"}
    assert listed[0]["holder"] == "DENEME ANONİM ŞİRKETİ" and listed[0]["identity"] == "4*******20"
    for query in ("?role=everybody", "?role=", "?role=individual&role=authorised"):
        assert client.call("certificates", query=query).problem == "request-invalid"


def test_details_are_the_certificates_own(world: World, tmp_path: Path) -> None:
    held = world.papers.held()
    told = details(world.logged_in(), held.name)
    (tmp_path / "der").write_bytes(raw_of(told["certificate"]))
    said = subprocess.run(["openssl", "x509", "-inform", "DER", "-in", tmp_path / "der", "-noout", "-serial", "-fingerprint", "-sha256"],
                          check=True, capture_output=True, text=True).stdout
    assert f"serial={told['serial'].removeprefix('00')}\n" in said
    assert hashlib.sha256(held.record.der).hexdigest().upper() in said.replace(":", "")
    assert raw_of(told["issuer"]) in held.record.der
    assert told["holder"] == "DENEME KULLANICI" and told["identity"] == "1********46" and "on_behalf_of" not in told
    card = world.logged_in().call("certificates").json["certificates"]
    assert world.mine.card_id in [one.get("card_id") for one in card]


def test_a_serial_number_keeps_the_octet_that_der_gives_it(world: World, tmp_path: Path) -> None:
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "key", "-subj",
                    "/CN=ESKİ AD", "-utf8", "-set_serial", "0x80FE", "-outform", "DER", "-out", "der"], cwd=tmp_path, check=True, capture_output=True)
    with Registry(world.service.data / "registry.db") as registry:
        name = registry.certificates.add((tmp_path / "der").read_bytes(), "deneme", "nes").certificate_id
    told = details(world.logged_in(), name)
    assert (told["serial"], told["holder"]) == ("0080FE", "ESKİ AD"), "the name that the certificate says"
    assert bytes.fromhex("0203" + told["serial"]) in raw_of(told["certificate"])


def test_a_long_list_leaves_out_what_is_over(tmp_path: Path) -> None:
    """Each takes the room of a long name; 64 at most, and no more than an answer holds."""
    with Service(tmp_path, CARDS) as service:
        world = World(service)
        first = world.papers.held("revoked")
        with Registry(service.data / "registry.db") as registry:
            der = world.papers.held().record.der
            rows = registry._db.execute("SELECT * FROM certificate WHERE owner = 'deneme' AND state = 'active'").fetchall()
            for n in range(70):
                row = ("crt-many" + f"{n:04}", der, f"{n:064x}", f"{n + 10:X}", *rows[0][4:])
                registry._db.execute(f"INSERT INTO certificate VALUES ({', '.join('?' * len(row))})", row)
        reply = world.logged_in().call("certificates")
        names = [one["certificate_id"] for one in reply.json["certificates"]]
        assert 32 <= len(names) <= 64 and len(reply.raw) <= 65536
        assert names[0] == "crt-many0069" and first.name not in names


@pytest.mark.parametrize("call", ["certificate-details", *CALLS])
def test_somebody_elses_is_unknown_and_stays_as_it_is(world: World, call: str) -> None:
    bodies: dict[str, Any] = {"certificate-details": None, "revoke": {"reason": "superseded"}}
    for owner in ("baska", "vkn:9876543217"):
        held = world.papers.held("issued" if call == "activate" else "by-holder" if call == "unsuspend" else "active",
                                 "baska" if owner == "baska" else "deneme")
        if owner != "baska":
            with Registry(world.service.data / "registry.db") as registry:
                registry._db.execute("UPDATE certificate SET owner = ? WHERE certificate_id = ?", (owner, held.name))
        kept = world.papers.record(held.name)
        assert world.logged_in().call(call, bodies.get(call, {}), named=held.name).problem == "certificate-unknown"
        assert world.papers.record(held.name) == kept


def test_who_acts_for_an_organisation_moves_its_certificates(world: World) -> None:
    held, client = world.papers.held(owner="vkn:4540536920", kind="mali-muhur", product="mali-muhur"), world.logged_in()
    assert client.call("suspend", {}, named=held.name).json["on_behalf_of"]["name"] == "DENEME ANONİM ŞİRKETİ"
    assert client.call("unsuspend", {}, named=held.name).json["state"] == "active"
    assert world.logged_in("baska").call("suspend", {}, named=held.name).problem == "certificate-unknown"


# ---- repetitions ----

def test_suspending_again_is_the_same_suspension(world: World) -> None:
    """Also by another session, and with another reason: the first one counts."""
    held, client = world.papers.held(), world.logged_in()
    first = client.call("suspend", {"reason": "lost"}, named=held.name).json
    other = world.logged_in().call("suspend", {"reason": "stolen"}, named=held.name).json
    assert first == other == client.call("suspend", {}, named=held.name).json
    assert [(one["state"], one.get("reason")) for one in details(client, held.name)["history"]] == [("active", None), ("suspended", "lost")]


def test_a_suspension_has_an_end_where_the_service_gives_it_one(world: World) -> None:
    client = world.logged_in()
    assert "suspend_until" in client.call("suspend", {}, named=world.papers.held().name).json
    world.service.control("POST", "/settings", {"suspend_days": 0})
    assert "suspend_until" not in client.call("suspend", {}, named=world.papers.held().name).json


@pytest.mark.parametrize(("call", "state"), [("suspend", "active"), ("unsuspend", "by-holder"), ("activate", "issued")])
def test_the_same_request_gets_the_same_answer_and_moves_nothing(world: World, call: str, state: str) -> None:
    """Whatever has happened since: the repetition of an unsuspend does not end a later suspension."""
    held, client, key = world.papers.held(state), world.logged_in(), str(uuid.uuid4())
    first = client.call(call, {}, named=held.name, key=key)
    assert first.status == 200, first.problem
    undo = "unsuspend" if call == "suspend" else "suspend"
    assert client.call(undo, {}, named=held.name).status == 200
    kept = world.papers.record(held.name)
    again = client.call(call, {}, named=held.name, key=key)
    assert again.raw == first.raw and again.headers["Idempotency-Replayed"] == "true"
    assert world.papers.record(held.name) == kept
    assert client.call(call, {"x-other": 1}, named=held.name, key=key).problem == "idempotency-conflict"
    assert client.call(undo, {}, named=held.name, key=key).problem == "idempotency-conflict"


@pytest.mark.parametrize(("call", "state"), [("suspend", "active"), ("unsuspend", "by-holder"), ("activate", "issued")])
def test_a_lost_answer_is_asked_for_again(world: World, call: str, state: str) -> None:
    held, client, key = world.papers.held(state), world.logged_in(), str(uuid.uuid4())
    world.service.control("POST", "/faults", {"call": call, "action": "drop-after"})
    with pytest.raises(OSError):
        client.call(call, {}, named=held.name, key=key)
    client.connection.close()
    kept = world.papers.record(held.name)
    again = client.call(call, {}, named=held.name, key=key)
    assert again.status == 200 and again.headers["Idempotency-Replayed"] == "true"
    assert world.papers.record(held.name) == kept


def test_anothers_request_with_the_same_key_is_a_request_of_its_own(world: World) -> None:
    key, mine, theirs = str(uuid.uuid4()), world.papers.held(), world.papers.held(owner="baska")
    assert world.logged_in().call("suspend", {}, named=mine.name, key=key).status == 200
    reply = world.logged_in("baska").call("suspend", {}, named=theirs.name, key=key)
    assert reply.status == 200 and reply.json["certificate_id"] == theirs.name


def test_two_sessions_at_once(world: World) -> None:
    """Each suspends and takes back as fast as it can; whatever was answered, the history tells one thing after the other."""
    held, clients = world.papers.held(), [world.logged_in(), world.logged_in()]

    def turn(client: Client) -> int:
        return sum(client.call(call, {}, named=held.name).status == 200 for _ in range(8) for call in ("suspend", "unsuspend"))

    with ThreadPoolExecutor(2) as pool:
        assert min(pool.map(turn, clients)) >= 8, "to suspend again is never refused"
    states = [one.state for one in world.papers.record(held.name).history]
    assert all(one != other for one, other in zip(states, states[1:])), "no state after itself"


# ---- the service itself ----

def test_a_move_outlives_a_service_that_is_killed(tmp_path: Path) -> None:
    """What was decided and not yet in the registry, as a kill between the two leaves it, is there after the start; once."""
    with Service(tmp_path, CARDS) as service:
        world = World(service)
        held, known = world.papers.held(), world.papers.held("by-holder")
        client = world.logged_in()
        assert client.call("suspend", {}, named=held.name).status == 200
        service.kill()
        db = sqlite3.connect(service.data / "service.db")
        insert = "INSERT INTO moving (certificate_id, call, at, reason) VALUES (?, ?, '2026-02-01T08:30:00Z', '')"
        with db:
            db.execute(insert, (held.name, "unsuspend"))
            db.execute(insert, (known.name, "activate"))  # the registry refuses it, as one that it has had
        db.close()
        kept = world.papers.record(known.name)
        service.start()
        assert [one.state for one in world.papers.record(held.name).history] == ["active", "suspended", "active"]
        assert world.papers.record(known.name) == kept
        service.kill()
        service.start()
        assert len(world.papers.record(held.name).history) == 3


def test_groups_that_a_service_does_not_have(world: World) -> None:
    """The metadata does not name them, and their calls are no addresses there."""
    paths = {"certificates": "certificates", "consent": "consent", "applications": "applications", "authorised": "authorised-lists"}
    client = world.logged_in()
    assert client.call("metadata").json["features"] == list(paths)
    for group, call in paths.items():
        world.service.control("POST", "/settings", {"features": ",".join(one for one in paths if one != group)})
        assert client.call("metadata").json["features"] == [one for one in paths if one != group]
        assert client.call(call).problem == "not-found"
        assert all(client.call(other).problem != "not-found" for other in paths.values() if other != call)
    assert client.call("suspend", {}, named="any-certificate").problem == "certificate-unknown"
    assert client.call("cancel-revocation", {}, named="any-revocation").problem == "revocation-expired"
