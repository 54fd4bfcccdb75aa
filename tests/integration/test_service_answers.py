# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What lib/service makes of answers that a service of the profile could, but may not give: each answer of openapi.yaml,
# changed in one place. The other end is a raw TLS server that says what the test tells it to; what it is asked is judged by
# openapi.yaml, its wrong answers are not.
from __future__ import annotations

import copy
import json
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest
from by_document import sent_holds
from service_client import CALLS, OPENAPI

from private_pcscd import program
from tls_servers import Authority, RawServer, read_request

CARD = "certs:" + "5f" * 32
OTHER = "serial:0102030405060708090A0B0C"
STEPS = {"metadata": "metadata", "redeem": f"redeem 100000000000001 {CARD} akis-2", "cards": f"cards {CARD} akis-2",
         "factor": f"sms {CARD}", "verify": "verify 000000", "authority": f"authority {CARD} 0001020304050607",
         "report": f"report {CARD} done accepted", "cancel": "cancel"}
BEFORE = {"metadata": [], "redeem": ["metadata"], "cards": ["metadata", "redeem"], "factor": ["metadata", "redeem"],
          "verify": ["metadata", "redeem", "factor"], "authority": ["metadata", "redeem", "factor", "verify"],
          "report": ["metadata", "redeem", "factor", "verify", "authority"], "cancel": ["metadata", "redeem"]}
GONE = object()


def example(name: str) -> dict[str, Any]:
    """The answer that openapi.yaml shows, for the card of this test."""
    answer = CALLS[name][2]["responses"]["200"]
    if "$ref" in answer:
        answer = OPENAPI["components"]["responses"][answer["$ref"].rsplit("/", 1)[1]]
    value: dict[str, Any] = copy.deepcopy(answer["content"]["application/json"]["example"])
    for card in value.get("cards", []):
        card["card_id"] = CARD
    return value


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("pki"), "root")


@pytest.fixture(scope="module")
def leaf(pki: Authority) -> Path:
    return pki.leaf("good")


def take(pki: Authority, leaf: Path, call: str, body: bytes) -> str:
    """The line of a step to which the server answers `body`, after steps that were answered as in the document."""
    answers = [json.dumps(example(name)).encode() for name in BEFORE[call]] + [body]
    asked: list[bytes] = []

    def serve(connection: socket.socket) -> None:
        while answers and (request := read_request(connection)):
            asked.append(request)
            answer = answers.pop(0)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nDPoP-Nonce: 0123456789abcdef\r\n"
                               b"Content-Length: %d\r\n\r\n" % len(answer) + answer)

    with RawServer(serve, leaf) as server:
        lines = "".join(STEPS[name] + "\n" for name in [*BEFORE[call], call])
        done = subprocess.run([program("driver-service"), f"https://localhost:{server.port}/v1"], input=lines, text=True,
                              capture_output=True, timeout=30, check=True, env={"KAMUPIN_CA_FILE": str(pki.file)})
    for request in asked:
        sent_holds(request)
    said = done.stdout.splitlines()
    assert [line.split(" ")[0] for line in said[:-1]] == ["ok"] * len(BEFORE[call]), said
    return said[-1]


def changed(call: str, *changes: tuple[str, Any]) -> bytes:
    """The document's answer with fields changed: "a.b" is b in a, "a.0.b" b in a's first entry."""
    value = example(call)
    for path, new in changes:
        *way, last = path.split(".")
        at: Any = value
        for part in way:
            at = at[int(part)] if isinstance(at, list) else at[part]
        if new is GONE:
            del at[last]
        elif isinstance(at, list):
            at[int(last)] = new
        else:
            at[last] = new
    return json.dumps(value).encode()


@pytest.mark.parametrize("call", STEPS)
def test_the_documents_own_examples_pass(pki: Authority, leaf: Path, call: str) -> None:
    assert take(pki, leaf, call, changed(call)).split(" ")[0] == "ok"


@pytest.mark.parametrize("call", STEPS)
def test_unknown_fields_are_ignored(pki: Authority, leaf: Path, call: str) -> None:
    assert take(pki, leaf, call, changed(call, ("x-later", {"deep": [1, None, {"a": 2.5}]}))).split(" ")[0] == "ok"


READ = {"metadata": ["profile", "minimum_client_version", "products", "second_factors", "pin_policy", "authorities", "vouched_rows"],
        "redeem": ["operation_id", "operation_token", "token_type", "kind", "product", "cards", "pin_policy", "second_factors", "seconds_left"],
        "cards": ["cards", "seconds_left"],
        "factor": ["type", "destination", "code_length", "seconds_left", "resend_after", "tries_left"],
        "verify": ["report_ticket", "seconds_left"], "authority": ["form", "cryptogram", "attempts_left"],
        "report": ["outcome", "recorded_at"], "cancel": ["phase"]}


@pytest.mark.parametrize(("call", "field"), [(call, field) for call, fields in READ.items() for field in fields])
def test_a_field_that_is_read_has_to_be_there_and_of_its_type(pki: Authority, leaf: Path, call: str, field: str) -> None:
    for new in (GONE, None, True, -1, "", "unheard-of value", {"a": 1}):
        if new == "unheard-of value" and field in ("destination", "recorded_at"):
            continue  # free text
        said = take(pki, leaf, call, changed(call, (field, new)))
        assert said.startswith("service-reply-malformed ") and f'"{field}"' in said or (new == {"a": 1} and "malformed" in said), said


@pytest.mark.parametrize(("call", "changes"), [
    ("metadata", [("profile", "kamupin-service-2")]),
    ("metadata", [("products", ["nes", "something-new"])]),
    ("metadata", [("authorities", ["cryptogram", "by-post"])]),
    ("metadata", [("vouched_rows.0.operations", ["reset-by-magic"])]),
    ("metadata", [("vouched_rows.0.row", "a-row-name-that-is-longer-than-any")]),
    ("metadata", [("vouched_rows", [{"row": "akis-2", "operations": []}] * 17)]),
    ("metadata", [("pin_policy", {"min_length": 13, "max_length": 20})]),
    ("metadata", [("pin_policy", {"min_length": 8, "max_length": 7})]),
    ("metadata", [("pin_policy", {"min_length": 1, "max_length": 5})]),
    ("metadata", [("minimum_client_version", "0.1")]),
    ("metadata", [("minimum_client_version", "0.1.0-rc")]),
    ("redeem", [("token_type", "Bearer")]),
    ("redeem", [("kind", "replace")]),
    ("redeem", [("operation_id", "../../reports")]),
    ("redeem", [("operation_id", "short")]),
    ("redeem", [("operation_token", "x" * 31)]),
    ("redeem", [("operation_token", "x" * 129)]),
    ("redeem", [("operation_token", "x" * 40 + "\r\nX-Evil: 1")]),
    ("redeem", [("seconds_left", 86401)]),
    ("redeem", [("cards.0.card_id", OTHER)]),
    ("cards", [("cards", [{"card_id": OTHER, "label": "x"}])]),
    ("factor", [("type", "web-password")]),
    ("factor", [("destination", "*****\n2596")]),
    ("factor", [("code_length", 3)]),
    ("verify", [("report_ticket", "x y" * 15)]),
    ("authority", [("form", "sealed-puk")]),
    ("authority", [("cryptogram", "AAAA")]),
    ("authority", [("cryptogram", "A" * 342)]),
    ("authority", [("cryptogram", "3q2+7wABAgMEBQYHCAkKCw==")]),
    ("authority", [("attempts_left", 16)]),
    ("report", [("outcome", "unknown")]),
    ("report", [("recorded_at", "2" * 32)]),
    ("cancel", [("phase", "reported")]),
])
def test_values_that_the_profile_does_not_allow(pki: Authority, leaf: Path, call: str, changes: list[tuple[str, Any]]) -> None:
    assert take(pki, leaf, call, changed(call, *changes)).startswith("service-reply-malformed ")


def test_a_factor_of_a_later_version_has_a_status_of_its_own(pki: Authority, leaf: Path) -> None:
    assert " sms=0 " in take(pki, leaf, "metadata", changed("metadata", ("second_factors", ["face"])))
    assert take(pki, leaf, "redeem", changed("redeem", ("second_factors", ["face"]))).startswith("factor-unsupported ")
    # beside one that is known it is passed over
    assert " sms=1 " in take(pki, leaf, "metadata", changed("metadata", ("second_factors", ["face", "sms"])))
    assert take(pki, leaf, "redeem", changed("redeem", ("second_factors", ["face", "web-password"]))).startswith("ok ")


@pytest.mark.parametrize(("policy", "pin"), [((6, 12), "6..12"), ((1, 255), "6..12"), ((8, 10), "8..10"), ((4, 9), "6..9"), ((12, 12), "12..12")])
def test_a_pin_policy_only_narrows(pki: Authority, leaf: Path, policy: tuple[int, int], pin: str) -> None:
    change = ("pin_policy", {"min_length": policy[0], "max_length": policy[1]})
    assert f" pin={pin} " in take(pki, leaf, "metadata", changed("metadata", change))
    assert f" pin={pin} " in take(pki, leaf, "redeem", changed("redeem", change))


@pytest.mark.parametrize("call", STEPS)
def test_bodies_that_are_no_object(pki: Authority, leaf: Path, call: str) -> None:
    whole = changed(call)
    first, value = next(iter(example(call).items()))
    for body in (b"", b"[]", whole[:-1], whole + whole, whole[:-1] + f',"{first}":{json.dumps(value)}}}'.encode(),
                 whole.replace(b"{", b"{\xff", 1)):
        assert take(pki, leaf, call, body).startswith("service-reply-malformed ")
