# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The second factor against a raw TLS server that keeps what it was sent, for openapi.yaml to judge: which request begins which factor, and a web
# password's letters as Python's unicodedata, which is not ours, composes them.
from __future__ import annotations

import json
import socket
import subprocess
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from by_document import sent_holds
from test_service_answers import CARD, changed

from private_pcscd import program
from tls_servers import Authority, RawServer, read_request

WEB = {"type": "web-password", "seconds_left": 240, "tries_left": 3}
PASSWORD = "Şifre-Çığlık-İĞÜÖ-âî"


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("pki"), "root")


def problem(name: str, **members: Any) -> bytes:
    return json.dumps({"type": f"urn:kamupin:problem:{name}", "title": name, "status": 403, **members}).encode()


def play(pki: Authority, factors: list[str], *steps: tuple[str, bytes | None]) -> tuple[list[str], list[tuple[str, Any]]]:
    """The lines of the steps, and the requests (path, body) that came for them; None: a step that sends nothing."""
    answers = [changed("metadata", ("second_factors", factors)), changed("redeem", ("second_factors", factors)),
               *[answer for _, answer in steps if answer is not None]]
    asked: list[tuple[str, Any]] = []
    sent: list[bytes] = []

    def serve(connection: socket.socket) -> None:
        while request := read_request(connection):
            sent.append(request)
            head, _, body = request.partition(b"\r\n\r\n")
            asked.append((head.split(b" ")[1].decode().split("/", 2)[-1], json.loads(body) if body else None))
            answer = answers.pop(0)
            wrong = b"problem:" in answer
            connection.sendall(b"HTTP/1.1 " + (b"403 Forbidden" if wrong else b"200 OK") + b"\r\nContent-Type: application/"
                               + (b"problem+json" if wrong else b"json") + b"\r\nDPoP-Nonce: 0123456789abcdef\r\n"
                               + b"Content-Length: %d\r\n\r\n" % len(answer) + answer)

    with RawServer(serve, pki.leaf("good")) as server:
        lines = ["metadata", f"redeem 100000000000001 {CARD} akis-2", *[line for line, _ in steps]]
        done = subprocess.run([program("driver-service"), f"https://localhost:{server.port}/v1"], input="\n".join(lines) + "\n",
                              text=True, capture_output=True, timeout=30, check=True, env={"KAMUPIN_CA_FILE": str(pki.file)})
    for request in sent:
        sent_holds(request)
    said = done.stdout.splitlines()
    assert [line.split(" ")[0] for line in said[:2]] == ["ok", "ok"], said
    assert answers == []
    return said[2:], asked[2:]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_web_password_is_sent_composed(pki: Authority, form: str) -> None:
    said, asked = play(pki, ["web-password"], (f"web {CARD}", json.dumps(WEB).encode()),
                       ("password " + unicodedata.normalize(form, PASSWORD), changed("verify")))
    assert said[0] == "ok destination= length=0 seconds=240 resend=0 tries=3"
    assert said[1].startswith("ok ticket=43 ")
    assert asked == [("operations/op-3q2-7wABCDEFGHIJKLMNOP/factor", {"card_id": CARD, "type": "web-password"}),
                     ("operations/op-3q2-7wABCDEFGHIJKLMNOP/factor/verify", {"web_password": unicodedata.normalize("NFC", PASSWORD)})]


def test_a_wrong_web_password_has_its_own_statuses(pki: Authority) -> None:
    said, asked = play(pki, ["web-password"], (f"web {CARD}", json.dumps(WEB).encode()), ("password", None),
                       ("password one", problem("web-password-wrong", tries_left=2)),
                       ("password two", problem("web-password-exhausted")))
    assert [line.split(" ")[:3] for line in said[1:]] == [
        ["web-password-wrong", "http=0", "tries=3"],  # an empty one is not sent
        ["web-password-wrong", "http=403", "tries=2"], ["web-password-exhausted", "http=403", "tries=-1"]]
    assert len(asked) == 3


def test_one_factor_does_not_stand_in_for_the_other(pki: Authority) -> None:
    sms = changed("factor", ("resend_after", 60))
    said, asked = play(pki, ["sms", "web-password"], (f"sms {CARD}", sms), ("password guess", None),
                       (f"web {CARD}", json.dumps(WEB).encode()), ("verify 000000", None),
                       (f"sms {CARD}", None), (f"web {CARD}", problem("factor-mismatch")))
    assert [line.split(" ")[0] for line in said] == [
        "ok", "factor-mismatch", "ok", "factor-mismatch",
        "sms-resend-too-soon",  # the SMS' cool-down goes on beside the web password
        "factor-mismatch"]  # and as the service says it
    assert [path.rsplit("/", 1)[1] for path, _ in asked] == ["factor", "factor", "factor"]
    assert [body["type"] for _, body in asked] == ["sms", "web-password", "web-password"]


def test_a_factor_that_is_not_offered_is_not_asked_for(pki: Authority) -> None:
    said, asked = play(pki, ["sms"], (f"web {CARD}", None), ("password guess", None))
    assert [line.split(" ")[0] for line in said] == ["factor-unsupported", "wrong-state"]
    assert asked == []
