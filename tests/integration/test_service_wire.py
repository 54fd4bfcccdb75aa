# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The stand-in service on the wire: proofs of the operation's key and their replay, idempotency (also across a killed
# service), bounds of requests, and that no secret is left where it has no business.
"""Proofs, repetition, bounds, secrets."""
from __future__ import annotations

import json
import socket
import ssl
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from box import until
from service_client import CALLS, OPENAPI, Client, Service, b64


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service(tmp_path_factory.mktemp("service")) as running:
        yield running


@pytest.fixture(autouse=True)
def fresh(service: Service) -> None:
    """Each test finds full ledgers, nobody's guesses counted, no fault ordered."""
    for card_id in service.keys:
        service.control("POST", "/ledger", {"card_id": card_id, "attempts_left": 3})
    service.control("DELETE", "/faults")
    service.advance(301)


@pytest.fixture
def client(service: Service) -> Client:
    """A client in an operation."""
    client = Client(service)
    assert client.redeem(service.code()).status == 200
    return client


# ---- proofs ----

@pytest.mark.parametrize("claims", [{"htm": "POST"}, {"htu": "https://localhost/kamupin/v1/operations/x"}, {"htm": None}, {"htu": None},
                                    {"jti": None}, {"jti": "short"}, {"jti": "x" * 65}, {"iat": None}, {"iat": "1"}, {"iat": True},
                                    {"ath": None}, {"ath": b64(bytes(32))}, {"header": {"typ": "JWT"}}, {"header": {"alg": "none"}},
                                    {"header": {"alg": "HS256"}}, {"header": {"jwk": None}}, {"header": {"crit": ["x"]}},
                                    {"header": {"jwk": {"kty": "EC", "crv": "P-256", "x": b64(bytes(32)), "y": b64(bytes(32))}}}])
def test_proofs_of_another_form(client: Client, claims: dict[str, Any]) -> None:
    assert client.call("status", claims=claims).problem == "dpop-invalid"
    assert client.call("status").status == 200


def test_a_proof_names_the_url_exactly(client: Client) -> None:
    path = f"/operations/{client.operation_id}"
    for url in (client.service.base + path + "/", client.service.base.replace("localhost", "127.0.0.1") + path,
                client.service.base + path + "?", client.service.base.upper() + path):
        assert client.call("status", claims={"htu": url}).problem == "dpop-invalid"


def test_a_private_key_in_the_header_is_refused(client: Client) -> None:
    numbers = client.key.public_key().public_numbers()
    jwk = {"kty": "EC", "crv": "P-256", "x": b64(numbers.x.to_bytes(32, "big")), "y": b64(numbers.y.to_bytes(32, "big")), "d": b64(bytes(32))}
    assert client.call("status", claims={"header": {"jwk": jwk}}).problem == "dpop-invalid"


def test_a_signature_that_does_not_hold(client: Client) -> None:
    path = f"/operations/{client.operation_id}"
    proof = client.proof("GET", path, client.operation_token)
    head, body, signature = proof.split(".")
    other = client.proof("GET", path, client.operation_token).split(".")[2]
    for broken in (f"{head}.{body}.{other}", f"{head}.{body}", f"{head}.{body}.", f"{head}.{body}.{signature}=", "x", f"{head}.{body}.{signature}.x",
                   f"{head}.{body}.{signature[:-4]}"):
        assert client.call("status", headers={"DPoP": broken}).problem == "dpop-invalid"
    assert client.call("status", headers={"DPoP": None}).problem == "dpop-invalid"


def test_a_proof_is_used_once(client: Client) -> None:
    path = f"/operations/{client.operation_id}"
    proof = client.proof("GET", path, client.operation_token)
    assert client.call("status", headers={"DPoP": proof}).status == 200
    assert client.call("status", headers={"DPoP": proof}).problem == "dpop-invalid"
    assert client.call("status", claims={"jti": "a-jti-of-mine"}).status == 200
    assert client.call("status", claims={"jti": "a-jti-of-mine"}).problem == "dpop-invalid"


def test_nonces_are_needed_and_die(client: Client) -> None:
    for nonce in (None, "", "none", b64(bytes(32)), client.nonce[:-1] + ("A" if client.nonce[-1] != "A" else "B")):
        assert client.call("status", claims={"nonce": nonce}).problem == "dpop-nonce"
    nonce = client.nonce
    assert client.call("status", claims={"nonce": nonce}).status == 200
    client.service.advance(120)
    stale = client.call("status", claims={"nonce": nonce})
    assert stale.problem == "dpop-nonce" and 'error="use_dpop_nonce"' in stale.headers["WWW-Authenticate"]
    assert client.call("status", claims={"nonce": stale.headers["DPoP-Nonce"]}).status == 200


def test_a_token_is_bound_to_its_key_and_operation(service: Service, client: Client) -> None:
    thief = Client(service)
    thief.operation_id, thief.operation_token = client.operation_id, client.operation_token
    assert thief.call("status").problem == "token-invalid"
    assert client.call("status", token="x" * 43).problem == "token-invalid"
    assert client.call("status", headers={"Authorization": None}).problem == "token-invalid"
    assert client.call("status", headers={"Authorization": f"Bearer {client.operation_token}"}).problem == "token-invalid"
    other = Client(service)
    other.redeem(service.code())
    client.operation_id, mine = other.operation_id, client.operation_id
    assert client.call("status").problem == "operation-unknown"
    client.operation_id = mine
    assert client.call("status").status == 200


# ---- repetition ----

def test_a_repeated_redeem_gets_the_same_answer(service: Service) -> None:
    client, code, key = Client(service), service.code(), str(uuid.uuid4())
    first = client.redeem(code, key=key)
    service.advance(3)
    again = client.redeem(code, key=key.upper())
    assert again.raw == first.raw and again.headers["Idempotency-Replayed"] == "true" and again.headers["Age"] == "3"
    assert first.headers["Idempotency-Replayed"] is None
    assert client.redeem(code, key=str(uuid.uuid4())).problem == "code-used", "another Idempotency-Key"
    assert client.call("redeem", {"code": code, "cards": []}, key=key).problem == "code-used", "another body"
    assert client.call("redeem", {"code": service.code(), "cards": []}, key=key).problem == "idempotency-conflict"
    thief = Client(service)
    assert thief.redeem(code, key=key).problem == "code-used", "another key of the operation"


def test_every_effect_happens_once(service: Service) -> None:
    client = Client(service)
    client.redeem(service.code())
    keys = [str(uuid.uuid4()) for _ in range(5)]
    before = len(service.sms())
    assert client.factor(key=keys[0]).raw == client.factor(key=keys[0]).raw
    assert len(service.sms()) == before + 1
    bad = str((int(service.sms()[-1]) + 1) % 10**6).zfill(6)
    assert [client.verify(bad, key=keys[1]).json["tries_left"] for _ in range(4)] == [2, 2, 2, 2]
    assert client.verify(key=keys[2]).raw == client.verify(key=keys[2]).raw
    challenge = bytes(range(16))
    assert client.authority(challenge, key=keys[3]).raw == client.authority(challenge, key=keys[3]).raw
    assert service.attempts(str(client.card.card_id)) == 2
    assert client.authority(key=keys[3]).problem == "idempotency-conflict"
    assert client.report(key=keys[4]).raw == client.report(key=keys[4]).raw
    assert service.operation(client.operation_id)["outcomes_recorded"] == 1


def test_one_idempotency_key_is_of_one_call(client: Client) -> None:
    key = str(uuid.uuid4())
    assert client.factor(key=key).status == 200
    assert client.call("cancel", {}, key=key).problem == "idempotency-conflict"


def test_a_refusal_without_effect_is_decided_anew(service: Service, client: Client) -> None:
    key = str(uuid.uuid4())
    client.factor()
    assert client.call("resend", {}, key=key).problem == "resend-too-soon"
    service.advance(30)
    assert client.call("resend", {}, key=key).status == 200


def test_lost_answers_and_a_killed_service_burn_nothing(service: Service) -> None:
    client, code, keys = Client(service), service.code(), [str(uuid.uuid4()) for _ in range(4)]
    client.call("metadata")  # for a nonce, so that the fault strikes the request that has the effect
    for step in range(4):
        name = ("redeem", "factor", "verify", "authority")[step]
        service.control("POST", "/faults", {"call": name, "action": "drop-after"})
        with pytest.raises(OSError):
            _step(client, step, code, keys)
        client.connection.close()
        service.kill()
        service.start()
        assert _step(client, step, code, keys).headers["Idempotency-Replayed"] == "true"
    assert service.attempts(str(client.card.card_id)) == 2
    assert client.report("done").status == 200


def _step(client: Client, step: int, code: str, keys: list[str]) -> Any:
    if step == 0:
        return client.redeem(code, key=keys[0])
    return (client.factor(key=keys[1]) if step == 1 else client.verify(key=keys[2]) if step == 2
            else client.authority(b"challenge-of-card", key=keys[3]))


# ---- bounds and forms ----

@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b'{"code":"123456789012345"}', b'{"code":"123456789012345","cards":{}}', b"\xff\xfe",
                                  b'{"code":"123456789012345","code":"123456789012345","cards":[]}', b'{"code":"1234567","cards":[NaN]}',
                                  b'{"code":1234567,"cards":[]}', b"[" * 60000, b'{"code":"1234567","cards":[{"card_id":"serial:zz","row":"akis-1"}]}',
                                  b'{"code":"1234567","cards":[{"card_id":"serial:0102030405","row":"' + b"a" * 60 + b'"}]}',
                                  b'{"x":"\\ud800","code":"1234567","cards":[]}', b'{"code":"1234567","cards":[],"n":' + b"9" * 5000 + b"}"])
def test_bodies_that_are_none(service: Service, body: bytes) -> None:
    reply = Client(service).call("redeem", body)
    assert reply.problem == "request-invalid"
    assert b"1234567" not in reply.raw, "what was sent is not sent back"


def test_unknown_members_are_ignored_and_unknown_values_refused(service: Service) -> None:
    client = Client(service)
    body = {"code": service.code(), "cards": client.named(), "colour": "green"}
    redeemed = client.call("redeem", body)
    client.operation_id, client.operation_token = redeemed.json["operation_id"], redeemed.json["operation_token"]
    assert client.call("factor", {"card_id": client.card.card_id, "type": "pigeon"}).problem == "request-invalid"
    client.factor()
    client.verify()
    assert client.authority(form="sealed-puk").problem == "request-invalid"
    assert client.authority(previous="eaten").problem == "request-invalid"
    assert client.report("perhaps").problem == "request-invalid"


def test_size_is_bounded(service: Service) -> None:
    client = Client(service)
    body = {"code": "0" * 15, "cards": [], "padding": "x" * 70000}
    assert client.call("redeem", body).problem == "request-too-large"
    client.connection.close()
    body["padding"] = "x" * 60000
    assert client.call("redeem", body).problem == "code-unknown"
    many = [{"card_id": f"serial:{n:08X}", "row": "akis-1"} for n in range(65)]
    assert client.call("redeem", {"code": service.code(), "cards": many}).problem == "request-invalid"


@pytest.mark.parametrize("headers", [{"KamuPIN-Client": None}, {"KamuPIN-Client": "libkamupin"}, {"KamuPIN-Client": "libkamupin/1"},
                                     {"Idempotency-Key": None}, {"Idempotency-Key": "1"}, {"Content-Type": "text/plain"}, {"Content-Type": None},
                                     {"Host": "evil.invalid"}])
def test_headers_that_have_to_be_there(service: Service, headers: dict[str, str | None]) -> None:
    client = Client(service)
    body = {"code": service.code(), "cards": []}
    assert client.call("redeem", body, headers=headers).problem == "request-invalid"
    assert client.call("redeem", body).status == 200


def test_unknown_addresses_and_methods(service: Service) -> None:
    client = Client(service)
    for method, path, status, name in (("GET", "/nothing", 404, "not-found"), ("DELETE", "/metadata", 405, "method-not-allowed"),
                                       ("HEAD", "/metadata", 405, ""), ("GET", "/codes/redeem", 405, "method-not-allowed")):
        reply = client.send(method, path, None, {})
        assert reply.status == status and reply.headers["DPoP-Nonce"]
        assert not name or reply.problem == name
        assert status != 405 or reply.headers["Allow"]


def test_problems_speak_turkish_when_asked(service: Service) -> None:
    client = Client(service)
    titles = OPENAPI["components"]["x-kamupin-problems"]["code-unknown"]
    for accept, lang in (("tr-TR,tr;q=0.9", "tr"), ("en", "en"), (None, "en")):
        reply = client.call("redeem", {"code": "0" * 15, "cards": []}, headers={"Accept-Language": accept})
        assert reply.json["title"] == titles[lang]


def test_every_call_of_the_document_is_served(service: Service) -> None:
    client = Client(service)
    client.operation_id = "op-none-of-this-name"
    for name, (method, path, _) in CALLS.items():
        reply = client.send(method, path.replace("{id}", client.operation_id), b"{}" if method == "POST" else None, {})
        assert reply.problem == "request-invalid", f"{name} is served and misses its headers"


def test_garbage_on_the_tls_port(service: Service) -> None:
    context = ssl.create_default_context(cafile=service.ca_file)
    for noise in (b"\x00" * 100, b"GET\r\n\r\n", b"POST /kamupin/v1/codes/redeem HTTP/1.1\r\nContent-Length: -1\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", service.ports[0]), timeout=10) as plain:
            with context.wrap_socket(plain, server_hostname="localhost") as secure:
                secure.sendall(noise)
                assert secure.recv(4096).split(b" ")[1] == b"400"
    assert Client(service).call("metadata").status == 200


def test_a_client_that_hangs_up_in_the_middle_is_no_failure_of_the_service(tmp_path: Path) -> None:
    """A program that ends while its last word is on its way; the service's own end (Service.__exit__) looks for failures in its log."""
    with Service(tmp_path, ("akis2",)) as service:
        context = ssl.create_default_context(cafile=service.ca_file)
        with socket.create_connection(("127.0.0.1", service.ports[0]), timeout=10) as plain:
            with context.wrap_socket(plain, server_hostname="localhost") as secure:
                secure.sendall(b"POST /kamupin/v1/codes/redeem HTTP/1.1\r\nHost: localhost:%d\r\nExpect: 100-continue\r\n"
                               b"Content-Length: 100\r\n\r\n{" % service.ports[0])
                assert b" 100 " in secure.recv(4096), "it waits for the rest"
        log = tmp_path / "log"
        until(lambda: "hung up" in log.read_text() or "ERROR" in log.read_text(), what="a word about it")
        assert Client(service).call("metadata").status == 200


# ---- secrets ----

def test_no_secret_is_left_lying_about(tmp_path: Path) -> None:
    """Codes, SMS codes, tokens, tickets, PUKs and keys are in no file but the key table and the cards' own."""
    with Service(tmp_path) as service:
        client = Client(service)
        secrets = {"code": service.code()}
        client.redeem(secrets["code"])
        client.factor()
        secrets["sms"] = service.sms()[-1]
        wrong = str((int(secrets["sms"]) + 1) % 10**6).zfill(6)
        client.verify(wrong)
        client.call("verify", json.dumps({"code": "canary-in-a-bad-body"}).encode())
        client.verify()
        cryptogram = client.authority().json["cryptogram"]
        client.report("unknown", "unknown")
        secrets |= {"token": client.operation_token, "ticket": client.ticket, "cryptogram": cryptogram, "wrong": wrong,
                    "body": "canary-in-a-bad-body", "control": service.token}
        raw = [value.encode() for value in secrets.values()] + service.puks
        for key in service.keys.values():
            raw += [key, key.hex().encode(), key.hex().upper().encode()]
        found = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()
                 if any(secret in path.read_bytes() for secret in raw)}
        service.kill()  # the write-ahead log is still there to be looked at
        assert (tmp_path / "service.db-wal").exists()
        found |= {path.name for path in tmp_path.glob("service.db*") if any(secret in path.read_bytes() for secret in raw)}
        log = (tmp_path / "log").read_text()
    key_table = {"registry.db"}
    assert {name for name in found if not name.endswith("card.state")} - key_table - {"ready.json"} == set()
    assert "/kamupin/v1/operations/{id}/factor/verify 403" in log and client.operation_id not in log
    assert all(path.stat().st_mode & 0o077 == 0 for path in tmp_path.rglob("*") if path.is_file() and path.name != "log")


def test_keys_of_others_are_not_accepted_as_curve_points(client: Client) -> None:
    other = ec.generate_private_key(ec.SECP384R1())
    numbers = other.public_key().public_numbers()
    jwk = {"kty": "EC", "crv": "P-256", "x": b64(numbers.x.to_bytes(48, "big")), "y": b64(numbers.y.to_bytes(48, "big"))}
    assert client.call("status", claims={"header": {"jwk": jwk}}).problem == "dpop-invalid"
