# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# A service that is away, slow, broken, somebody else, or refuses: each with its own status, exit code and sentences,
# and no try spent on the card. Not ours on the other end: pcscd and vpcd, Python's TLS, the resolver; the refusals are
# ordered from the sandbox's service, one for every problem type of openapi.yaml.
"""The network, TLS, and every refusal of the service."""
from __future__ import annotations

import json
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from attempt import (KAMUPIN, NEW_PIN, PHASE, Attempt, Ended, Steps, check_refusal, costly, fault, new_pin_works, refused,
                     requests, spends_nothing)
from box import ROOT
from by_document import sent_holds
from tls_servers import Authority, RawServer, read_request

LANG = pytest.mark.parametrize("lang", ["tr", "en"])
OPENAPI = yaml.safe_load((ROOT / "docs" / "protocol" / "openapi.yaml").read_text(encoding="utf-8"))

# What a person is told of each problem type; where none is told, why. The call that answers it in the test stands beside it.
PROBLEMS = {
    "code-malformed": ("redeem", "code-malformed"), "code-unknown": ("redeem", "code-unknown"),
    "code-expired": ("redeem", "code-expired"), "code-used": ("redeem", "code-used"),
    "code-replaced": ("redeem", "code-replaced"), "page-closed": ("redeem", "page-closed"), "session-ended": ("factor", "session-ended"),
    "factor-mismatch": ("factor", "factor-mismatch"), "web-password-exhausted": ("factor", "web-password-exhausted"),
    "web-password-wrong": ("verify", "web-password-wrong"),
    "client-too-old": ("redeem", "client-too-old"), "rate-limited": ("redeem", "rate-limited"),
    "card-not-allowed": ("factor", "card-not-yours"), "product-mismatch": ("factor", "product-mismatch"),
    "operation-unknown": ("factor", "operation-unknown"), "operation-expired": ("factor", "operation-expired"),
    "operation-cancelled": ("factor", "operation-cancelled"), "operation-phase": ("factor", "operation-phase"),
    "factor-wrong": ("verify", "sms-code-wrong"), "factor-exhausted": ("verify", "sms-code-exhausted"),
    "factor-expired": ("verify", "sms-code-expired"), "resend-too-soon": ("factor", "sms-resend-too-soon"),
    "phone-out-of-date": ("factor", "phone-out-of-date"), "authority-exhausted": ("authority", "authority-exhausted"),
    "authority-limit": ("authority", "authority-limit"), "challenge-used": ("authority", "challenge-used"),
    "token-invalid": ("factor", "session-refused"), "dpop-invalid": ("factor", "session-refused"),
    "dpop-nonce": ("factor", "session-refused"), "idempotency-conflict": ("factor", "service-refused"),
    "request-invalid": ("redeem", "service-refused"), "request-too-large": ("redeem", "service-refused"),
    "not-found": ("metadata", "service-refused"), "method-not-allowed": ("metadata", "service-refused"),
    "internal": ("metadata", "service-unavailable"), "unavailable": ("authority", "service-unavailable"),
    # The card is done by then; whether the report was refused for good decides what is said.
    "ticket-invalid": ("report", "ticket-refused"), "outcome-conflict": ("report", "outcome-conflict"),
}


CALLS = ("metadata", "redeem", "cards", "status", "cancel", "factor", "resend", "verify", "authority", "relay", "report")  # of this command


def test_every_problem_type_of_the_commands_calls_is_provoked():
    """What other calls may refuse is those commands' tests' to show."""
    items = [item for methods in OPENAPI["paths"].values() for name, item in methods.items() if name != "parameters"]
    listed = [problem for item in items if item["operationId"] in CALLS for problem in item["x-kamupin-problems"]]
    assert set(PROBLEMS) == {*listed, *OPENAPI["x-kamupin-problems-everywhere"]}


@LANG
@pytest.mark.parametrize("problem", [name for name, (call, _) in PROBLEMS.items() if call != "report"])
def test_a_refusal_before_the_card_is_changed(calm_box, problem, lang):
    call, status = PROBLEMS[problem]
    fault(calm_box, call, "problem", problem=problem, times=8)
    error = refused(calm_box, status, code=calm_box.code(), lang=lang)
    assert error["problem_type"] == f"urn:kamupin:problem:{problem}"
    assert error["origin"] == "service"
    members = OPENAPI["components"]["x-kamupin-problems"][problem].get("with", [])
    assert (error["wait_seconds"] is not None) == bool({"retry_after", "resend_after"} & set(members))


@LANG
@pytest.mark.parametrize("problem", [name for name, (call, _) in PROBLEMS.items() if call == "report"])
def test_a_report_that_is_refused_for_good(sandbox, problem, lang):
    """The card has its new PIN; the person is told what the service said, and nothing is left to be done again."""
    box = sandbox(cards=["akis2:blocked"])
    fault(box, "report", "problem", problem=problem)
    attempt = Attempt(box, code=box.code(), lang=lang)
    attempt.answer_sms()
    ended = attempt.ended()
    check_refusal(ended, PROBLEMS[problem][1], lang)
    assert (ended.json["result"]["outcome"], ended.json["result"]["reported"]) == ("done", False)
    assert new_pin_works(box)
    with Steps(box) as steps:
        assert steps.good("resume")["left"] == "0"


@LANG
def test_a_result_that_the_service_has_not_heard_is_reported_later(sandbox, lang):
    box = sandbox(cards=["akis2:blocked"])
    fault(box, "report", "status", status=503, times=20)
    attempt = Attempt(box, code=box.code(), lang=lang)
    attempt.answer_sms()
    ended = attempt.ended()
    check_refusal(ended, "result-not-reported", lang)
    assert (ended.json["result"]["outcome"], ended.json["result"]["reported"]) == ("done", False)
    assert new_pin_works(box)
    box.control.call("DELETE", "/faults")
    with Steps(box) as steps:
        assert steps.good("resume")["left"] == "0"
    operation = box.control.get("/operations")["operations"][-1]
    assert [one["outcome"] for one in operation["outcomes"]] == ["done"]


# ---- the connection ----

@LANG
def test_a_service_that_is_down(sandbox, lang):
    box = sandbox(cards=["akis2"])
    code = box.code()
    box.kill("service")
    with spends_nothing(box):
        done = box.run(KAMUPIN, "pin", "unblock", "--json", "--acknowledge", "--lang", lang,
                       secrets={"--code-fd": code, "--new-pin-fd": NEW_PIN, "--sms-fd": ""})
    check_refusal(Ended(done.returncode, json.loads(done.stdout), done.stderr), "network-unreachable", lang)


@LANG
def test_a_service_whose_name_is_none(calm_box, lang):
    refused(calm_box, "network-name", "--service", "https://service.invalid/kamupin/v1", code="123456789012345", sms="", lang=lang)
    assert requests(calm_box) == []


@LANG
@pytest.mark.parametrize("url", ["http://localhost/kamupin/v1", "https://user@localhost/", "ftp://localhost", "localhost",
                                 "https://localhost/?q=1", "https://" + "x" * 300])
def test_an_address_that_is_refused(calm_box, url, lang):
    refused(calm_box, "url-refused", "--service", url, code="123456789012345", sms="", lang=lang)


@pytest.mark.parametrize("call", ["metadata", "redeem", "factor", "verify"])
def test_a_service_that_is_slow(calm_box, call):
    """With 300 ms for an exchange; the step may be taken again when the service has recovered, and loses nothing."""
    with spends_nothing(calm_box), Steps(calm_box, "300") as steps:
        code = calm_box.code()
        fault(calm_box, call, "delay", seconds=1, times=6)
        steps.good("new")
        line = {"metadata": ("redeem", code), "redeem": ("redeem", code), "factor": ("sms",), "verify": ("verify",)}[call]
        if line[0] != "redeem":
            steps.good("redeem", code)
            steps.good("choose")
            steps.good("pin", NEW_PIN)
        if line[0] == "verify":
            before = len(calm_box.control.get("/sms")["sms"])
            steps.good("sms")
            line = ("verify", calm_box.sms(before + 1)[-1]["code"])
        steps.refused("network-timeout", *line)
        calm_box.control.call("DELETE", "/faults")
        steps.good(*line)


def test_an_answer_that_comes_after_the_hold_is_thrown_away(sandbox):
    """The card is held for ten seconds at most; nothing was sent to it, and the next run succeeds."""
    box = sandbox(cards=["akis2:blocked"])
    fault(box, "authority", "delay", seconds=11)
    with Steps(box) as steps:
        steps.to("ready")
        assert int(steps.refused("network-timeout", "run")["phase"]) == PHASE["ready"]
        assert costly(box.cards[0].commands()) == []
        steps.good("run")
    assert new_pin_works(box)


@LANG
@pytest.mark.parametrize("action, status", [
    ("drop-before", "network-interrupted"), ("garbage", "service-reply-malformed"), ("wrong-shape", "service-reply-malformed"),
    ("html", "http-intercepted"), ("huge", "reply-too-large"), ("redirect", "http-redirected"),
    ("truncate", "network-interrupted")])
@pytest.mark.parametrize("call", ["redeem", "authority"])
def test_an_answer_that_is_not_the_profiles(calm_box, call, action, status, lang):
    fault(calm_box, call, action, times=8)
    refused(calm_box, status, code=calm_box.code(), lang=lang)


@LANG
@pytest.mark.parametrize("certificate, status", [
    ("wrong-name", "tls-name"), ("expired", "tls-expired"), ("not-yet-valid", "tls-expired"), ("foreign-ca", "tls-certificate")])
def test_a_service_that_cannot_prove_its_name(calm_box, certificate, status, lang):
    calm_box.control.post("/tls", {"certificate": certificate})
    refused(calm_box, status, code=calm_box.code(), sms="", lang=lang)
    assert requests(calm_box) == []


@LANG
def test_a_port_that_speaks_no_tls(calm_box, lang):
    port = urlsplit(calm_box.env["KAMUPIN_SANDBOX_CONTROL"]).port
    refused(calm_box, "tls-failed", "--service", f"https://localhost:{port}/kamupin/v1", code="123456789012345", sms="", lang=lang)


@LANG
@pytest.mark.parametrize("content", [None, "", "no certificate"])
def test_a_ca_file_that_is_none(calm_box, tmp_path, content, lang):
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    refused(calm_box, "ca-file", "--ca-file", str(path), code=calm_box.code(), sms="", lang=lang)


# ---- services of another make ----

class Other:
    """A service of another make on loopback: metadata and redeem as it likes, by a TLS server of Python's."""

    def __init__(self, folder: Path, **metadata: object) -> None:
        self.authority = Authority(folder, "other")
        self.metadata = OPENAPI["paths"]["/metadata"]["get"]["responses"]["200"]["content"]["application/json"]["example"] | metadata
        self.calls: list[str] = []
        self.asked: list[bytes] = []
        self.server = RawServer(self._serve, self.authority.leaf("leaf"))

    def _serve(self, connection: socket.socket) -> None:
        while data := read_request(connection):
            self.asked.append(data)
            head, _, body = data.partition(b"\r\n\r\n")
            path = head.split(b" ")[1].decode()
            self.calls.append(path.rsplit("/", 1)[1])
            cards = [{"card_id": card["card_id"], "label": "x"} for card in json.loads(body or b"{}").get("cards", [])]
            answer = {"metadata": self.metadata, "cancel": {"phase": "cancelled"}, "redeem": {
                "operation_id": "op-0123456789", "operation_token": "t" * 43, "token_type": "DPoP", "kind": "unblock", "product": "nes",
                "cards": cards, "pin_policy": {"min_length": 6, "max_length": 12},
                "second_factors": self.metadata["second_factors"], "seconds_left": 100}}[self.calls[-1]]
            text = json.dumps(answer).encode()
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nDPoP-Nonce: n\r\n"
                               b"Content-Length: %d\r\n\r\n%s" % (len(text), text))

    @property
    def options(self) -> list[str]:
        """What the command needs to know."""
        return ["--service", f"https://localhost:{self.server.port}/kamupin/v1", "--ca-file", str(self.authority.file)]


@LANG
@pytest.mark.parametrize("metadata, status, calls", [
    ({"second_factors": ["face"]}, "factor-unsupported", ["metadata"]),
    ({"authorities": []}, "command-unknown", ["metadata"]),
    ({"minimum_client_version": "0.1.1"}, "client-too-old", ["metadata"]),
    ({"profile": "kamupin-service-2"}, "service-reply-malformed", ["metadata"]),
    ({"vouched_rows": []}, "command-unproven", ["metadata", "redeem", "cancel"]),
    ({"vouched_rows": [{"row": "akis-2", "operations": ["verify", "change"]}]}, "command-unproven", ["metadata", "redeem", "cancel"])])
def test_a_service_that_asks_for_what_this_version_cannot(calm_box, tmp_path, metadata, status, calls, lang):
    other = Other(tmp_path, **metadata)
    with other.server:
        refused(calm_box, status, *other.options, code="123456789012345", sms="", lang=lang)
    assert other.calls == calls
    for request in other.asked:
        sent_holds(request, "/kamupin/v1")


def test_the_person_may_take_the_risk_of_an_unproven_form(calm_box, tmp_path):
    """--unproven, and the card is chosen; without an SMS nothing goes on here."""
    other = Other(tmp_path, vouched_rows=[])
    with other.server, spends_nothing(calm_box):
        attempt = Attempt(calm_box, *other.options, "--unproven", code="123456789012345", pin=None)
        attempt.says("Please read before you begin")
        check_refusal(attempt.end(), "pin-too-short")
