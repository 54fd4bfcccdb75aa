# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What an inquiry makes of answers that a service of the profile may not give, and of answers that do not come. The other end is a
# raw TLS server that says what the test tells it to; what it is asked is judged by openapi.yaml, its answers are not.
from __future__ import annotations

import json
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest

from by_document import sent_holds
from cli import KAMUPIN, STATUS, read_json
from tls_servers import Authority, RawServer, read_request

SEAL = {"authorised": True, "name": "DENEME KURUMU"}
DEBT = {"reference": "BRC-2026-0001", "product": "nes", "kurus": 125000}
SHIPMENT = {"state": "on-the-way", "carrier": "PTT", "day": "2026-01-26"}
WORDS = {"seal_authority": ["seal-authority", "vkn:4540536920"], "debts": ["debt", "vkn:4540536920"],
         "shipment": ["shipment", "KSM2026000001"]}


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("pki"), "root")


def ask(pki: Authority, what: str, *answers: bytes) -> tuple[int, dict[str, Any], list[bytes]]:
    """Exit code and JSON of an inquiry that the server answers so, one answer a connection (b"": it hangs up), and the requests."""
    left, requests = list(answers), []

    def serve(connection: socket.socket) -> None:
        request = read_request(connection)
        requests.append(request)
        body = left.pop(0)
        if body:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
                               b"Content-Length: %d\r\n\r\n" % len(body) + body)

    with RawServer(serve, pki.leaf("good")) as server:
        done = subprocess.run([KAMUPIN, "inquire", *WORDS[what], "--json", "--ca-file", str(pki.file),
                               "--service", f"https://localhost:{server.port}/v1"], capture_output=True, text=True, timeout=60,
                              env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"})
    for request in requests:
        sent_holds(request)
    return done.returncode, read_json(done), requests


@pytest.mark.parametrize(("what", "answer"), [("seal_authority", SEAL), ("debts", {"debts": [DEBT] * 32}), ("debts", {"debts": []}),
                                              ("shipment", SHIPMENT), ("shipment", {"state": "preparing", "x-later": 1})])
def test_what_the_profile_allows_is_taken(pki: Authority, what: str, answer: dict[str, Any]) -> None:
    code, said, [request] = ask(pki, what, json.dumps(answer).encode())
    assert code == 0 and what in said
    head, _, body = request.partition(b"\r\n\r\n")
    number = WORDS[what][1].split(":")[-1].encode()
    assert number in body and number not in head  # no number in an address or a header
    assert b"authorization" not in head.lower() and b"dpop:" not in head.lower()


@pytest.mark.parametrize(("what", "answer"), [
    *[("seal_authority", SEAL | change) for change in ({"authorised": "yes"}, {"authorised": None}, {"name": ""}, {"name": 7},
                                                       {"name": "A\nB"}, {"name": "x" * 600})],
    ("seal_authority", {"name": "x"}), ("seal_authority", {"authorised": True}),
    *[("debts", {"debts": [DEBT | change]}) for change in ({"kurus": 0}, {"kurus": -1}, {"kurus": 1000000001}, {"kurus": 1.5},
                                                           {"kurus": "125000"}, {"product": "other"}, {"reference": ""},
                                                           {"reference": "x" * 41})],
    ("debts", {"debts": [DEBT] * 33}), ("debts", {"debts": [1]}), ("debts", {"debts": DEBT}), ("debts", {}),
    *[("shipment", SHIPMENT | change) for change in ({"state": "lost"}, {"day": "26.01.2026"}, {"day": "2026-1-26"}, {"day": 1},
                                                     {"carrier": "x" * 300}, {"carrier": "\u0007"})],
    ("shipment", {})])
def test_what_it_does_not_allow_is_malformed(pki: Authority, what: str, answer: dict[str, Any]) -> None:
    code, said, _ = ask(pki, what, json.dumps(answer).encode())
    assert (code, said["error"]["status"]) == (STATUS["service-reply-malformed"], "service-reply-malformed")
    assert what not in said


def test_a_lost_answer_is_asked_for_again_under_the_same_key(pki: Authority) -> None:
    code, said, requests = ask(pki, "shipment", b"", json.dumps(SHIPMENT).encode())
    assert (code, said["shipment"]["state"]) == (0, "on-the-way")
    keys = [line for request in requests for line in request.split(b"\r\n") if line.lower().startswith(b"idempotency-key:")]
    assert len(keys) == 2 and keys[0] == keys[1]
