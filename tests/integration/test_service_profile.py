# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# lib/service and lib/factor against a running kamupin-service, which checks every request against openapi.yaml and every
# proof with python3-cryptography. The service is this project's too; not ours are that verifier, OpenSSL's CMAC and the
# OpenAPI document that both sides are held to.
from __future__ import annotations

import os
import select
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from service_client import OPENAPI, Service

from private_pcscd import program

PROBLEMS = sorted(OPENAPI["components"]["x-kamupin-problems"])


class Driver:
    """driver-service: a line in, a line out."""

    def __init__(self, service: Service, *options: str) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        self.log_file = service.data / f"driver-{time.monotonic_ns()}.log"
        self.process = subprocess.Popen([program("driver-service"), service.base, *options], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=self.log_file.open("w"), text=True,
                                        env=environment | {"KAMUPIN_CA_FILE": service.ca_file})
        self.service = service
        self.card, self.row = service.cards[0].card_id, service.cards[0].row

    def __enter__(self) -> "Driver":
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.close()
        code = self.process.wait(timeout=20)
        self.process.stdout.close()
        assert code == 0, self.log_file.read_text()

    def say(self, *words: str, seconds: float = 20) -> dict[str, str]:
        """Takes a step; `status` and the words of the answer."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(" ".join(words) + "\n")
        self.process.stdin.flush()
        assert select.select([self.process.stdout], [], [], seconds)[0], f"no answer to {words[0]}"
        status, _, rest = self.process.stdout.readline().rstrip("\n").partition(" ")
        head, _, detail = rest.partition("detail=")
        return {"status": status, "detail": detail, **dict(word.split("=", 1) for word in head.split())}

    def redeem(self, code: str | None = None) -> dict[str, str]:
        """Gives a fresh code, or this one."""
        return self.say("redeem", code or self.service.code(), self.card, self.row)

    def ready(self, **wish: Any) -> "Driver":
        """Everything up to and with the SMS code."""
        assert self.say("metadata")["status"] == "ok"
        assert self.redeem(self.service.code(**wish))["status"] == "ok"
        assert self.say("sms", self.card)["status"] == "ok"
        assert self.say("verify", self.service.sms()[-1])["status"] == "ok"
        return self


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service(tmp_path_factory.mktemp("service")) as running:
        yield running


@pytest.fixture(autouse=True)
def quiet(service: Service) -> Iterator[None]:
    service.control("DELETE", "/requests")
    before = service.control("GET", "/settings")
    yield
    service.control("DELETE", "/faults")
    service.control("POST", "/settings", before)
    for card in service.cards:
        if card.card_id:
            service.control("POST", "/ledger", {"card_id": card.card_id, "attempts_left": 3})


def fault(service: Service, call: str, action: str, **more: Any) -> None:
    service.control("POST", "/faults", {"call": call, "action": action} | more)


def calls(service: Service) -> list[tuple[str, int | None]]:
    return [(one["call"], one["status"]) for one in service.control("GET", "/requests")["requests"]]


def test_one_unblock_over_one_connection(service: Service) -> None:
    with Driver(service) as driver:
        told = driver.say("metadata")
        assert (told["status"], told["pin"], told["sms"], told["cryptogram"], told["akis-2"]) == ("ok", "6..12", "1", "1", "47")
        redeemed = driver.redeem(service.code(operation_seconds=200))
        assert (redeemed["status"], redeemed["kind"], redeemed["pin"], redeemed["allowed"]) == ("ok", "1", "6..12", driver.card)
        assert 198 <= int(redeemed["seconds"]) <= 200
        sent = driver.say("sms", driver.card)
        assert (sent["status"], sent["destination"], sent["length"], sent["tries"]) == ("ok", "*****2596", "6", "3")
        verified = driver.say("verify", service.sms()[-1])
        assert verified["status"] == "ok" and int(verified["ticket"]) >= 32
        given = driver.say("authority", driver.card, "0001020304050607")
        mac = subprocess.run(["openssl", "mac", "-cipher", "AES-256-CBC", "-macopt", f"hexkey:{service.keys[driver.card].hex()}", "CMAC"],
                             input=bytes(range(8)), capture_output=True, check=True).stdout.decode().strip()
        assert (given["status"], given["cryptogram"], given["attempts"]) == ("ok", mac, "3")
        reported = driver.say("report", driver.card, "done", "accepted")
        assert reported["status"] == "ok" and reported["recorded"][10] == "T"
        log = service.control("GET", "/requests")
        assert [one["call"] for one in log["requests"]] == ["metadata", "redeem", "factor", "verify", "authority", "report"]
        assert log["connections"] == 1
        evidence = service.operation(redeemed["operation"])["outcomes"][-1]["evidence"]
        assert evidence == {"external_authenticate": "accepted", "status_word": "9000", "pin_state_before": "blocked",
                            "pin_state_after": "usable", "tries_before": 0, "tries_after": 3}


def test_the_log_holds_no_secret(service: Service) -> None:
    code = service.code()
    with Driver(service) as driver:
        driver.say("metadata")
        driver.redeem(code)
        driver.say("sms", driver.card)
        driver.say("verify", service.sms()[-1])
    log = driver.log_file.read_text()
    assert "POST /kamupin/v1/codes/redeem → 200 (" in log
    assert code not in log and service.sms()[-1] not in log
    assert "DPoP" not in log and "eyJ" not in log


@pytest.mark.parametrize("problem", PROBLEMS)
def test_each_problem_has_a_status(service: Service, problem: str) -> None:
    general = {"idempotency-conflict", "request-invalid", "request-too-large", "not-found", "method-not-allowed"}
    renamed = {"card-not-allowed": "card-not-yours", "factor-wrong": "sms-code-wrong", "factor-exhausted": "sms-code-exhausted",
               "factor-expired": "sms-code-expired", "resend-too-soon": "sms-resend-too-soon", "token-invalid": "session-refused",
               "dpop-invalid": "session-refused", "dpop-nonce": "session-refused", "ticket-invalid": "ticket-refused", "login-unknown": "session-expired",
               "internal": "service-unavailable", "unavailable": "service-unavailable"}
    fault(service, "redeem", "problem", problem=problem, retry_after=7, times=2 if problem == "dpop-nonce" else 1)
    with Driver(service) as driver:
        said = driver.redeem("123456789012345")
    kind = OPENAPI["components"]["x-kamupin-problems"][problem]
    assert said["status"] == ("service-refused" if problem in general else renamed.get(problem, problem))
    assert (said["problem"], said["http"]) == (f"urn:kamupin:problem:{problem}", str(kind["status"]))
    waits = {"resend_after", "retry_after"} & set(kind.get("with", []))
    assert said["wait"] == ("7" if waits else said["wait"])
    assert said["tries"] == ("7" if "tries_left" in kind.get("with", []) else "-1")


def test_first_proof_without_a_nonce_costs_one_repetition(service: Service) -> None:
    with Driver(service) as driver:
        assert driver.redeem()["status"] == "ok"
    assert calls(service) == [("redeem", 401), ("redeem", 200)]


def test_a_stale_nonce_costs_one_repetition(service: Service) -> None:
    with Driver(service) as driver:
        driver.say("metadata")
        assert driver.redeem(service.code(operation_seconds=900))["status"] == "ok"
        service.advance(300)
        assert driver.say("sms", driver.card)["status"] == "ok"
    assert calls(service) == [("metadata", 200), ("redeem", 200), ("factor", 401), ("factor", 200)]


def test_an_answer_without_nonce_is_survived(service: Service) -> None:
    fault(service, "redeem", "no-nonce")
    with Driver(service) as driver:
        driver.say("metadata")
        assert driver.redeem()["status"] == "ok"
        assert driver.say("sms", driver.card)["status"] == "ok"


@pytest.mark.parametrize("action", ["drop-before", "drop-after", "truncate"])
def test_a_lost_answer_to_redeem_burns_nothing(service: Service, action: str) -> None:
    fault(service, "redeem", action)
    with Driver(service) as driver:
        driver.say("metadata")
        assert driver.redeem()["status"] == "ok"
        assert driver.say("sms", driver.card)["status"] == "ok"
    assert [name for name, _ in calls(service)] == ["metadata", "redeem", "redeem", "factor"]


def test_a_stored_answer_counts_its_time_from_when_it_was_made(service: Service) -> None:
    code = service.code(operation_seconds=300)
    fault(service, "redeem", "drop-after", times=3)
    with Driver(service) as driver:
        driver.say("metadata")
        assert driver.redeem(code)["status"] == "network-interrupted"
        service.advance(30)
        assert 266 <= int(driver.redeem(code)["seconds"]) <= 270
        assert driver.redeem(code)["status"] == "code-used"


def test_answers_lost_each_time_and_the_same_code_again_with_more_cards(service: Service) -> None:
    later = service.cards[1]
    code = service.code(operation_seconds=300)
    fault(service, "redeem", "drop-after", times=3)
    with Driver(service) as driver:
        driver.say("metadata")
        assert driver.redeem(code)["status"] == "network-interrupted"
        service.advance(30)
        said = driver.say("redeem", code, driver.card, driver.row, later.card_id, later.row)
        assert (said["status"], said["allowed"]) == ("ok", f"{driver.card},{later.card_id}")
        assert 266 <= int(said["seconds"]) <= 270
        assert driver.say("sms", driver.card)["status"] == "ok"
    assert [name for name, _ in calls(service)] == ["metadata", "redeem", "redeem", "redeem", "redeem", "cards", "factor"]


def test_cards_asked_after_a_repeated_redeem_may_be_lost_too(service: Service) -> None:
    later, code = service.cards[1], service.code()
    fault(service, "redeem", "drop-after", times=3)
    fault(service, "cards", "drop-before")
    with Driver(service) as driver:
        driver.say("metadata")
        assert driver.redeem(code)["status"] == "network-interrupted"
        wanted = ("redeem", code, driver.card, driver.row, later.card_id, later.row)
        assert driver.say(*wanted)["status"] == "network-interrupted"
        assert driver.say(*wanted)["allowed"] == f"{driver.card},{later.card_id}"


def test_a_used_code_is_used_for_another_client(service: Service) -> None:
    code = service.code()
    with Driver(service) as first, Driver(service) as second:
        assert first.redeem(code)["status"] == "ok"
        assert second.redeem(code)["status"] == "code-used"
        assert first.redeem(code)["status"] == "code-used"  # answered, so the same code is a new intent


def test_a_lost_answer_to_the_sms_calls_is_not_paid_twice(service: Service) -> None:
    with Driver(service) as driver:
        driver.say("metadata")
        driver.redeem()
        sent = len(service.sms())
        fault(service, "factor", "drop-after")
        assert driver.say("sms", driver.card)["status"] == "network-interrupted"
        assert driver.say("sms", driver.card)["status"] == "ok"
        assert len(service.sms()) == sent + 1
        fault(service, "verify", "drop-after")
        assert driver.say("verify", service.sms()[-1])["status"] == "network-interrupted"
        assert driver.say("verify", service.sms()[-1])["status"] == "ok"


def test_an_authority_is_never_repeated_by_itself(service: Service) -> None:
    with Driver(service) as driver:
        driver.ready()
        service.control("DELETE", "/requests")
        fault(service, "authority", "drop-after")
        assert driver.say("authority", driver.card, "00" * 8)["status"] == "network-interrupted"
        assert calls(service) == [("authority", None)]
        again = driver.say("authority", driver.card, "01" * 8, "not-sent")
        assert (again["status"], again["attempts"]) == ("ok", "3")


def test_a_lost_report_is_repeated_and_recorded_once(service: Service) -> None:
    with Driver(service) as driver:
        driver.ready()
        driver.say("authority", driver.card, "02" * 8)
        fault(service, "report", "drop-after")
        assert driver.say("report", driver.card, "unknown", "unknown")["status"] == "ok"
        assert driver.say("report", driver.card, "done", "accepted")["status"] == "ok"
        assert driver.say("report", driver.card, "not-done", "refused")["status"] == "outcome-conflict"
    recorded = service.control("GET", "/operations")["operations"][-1]["outcomes"]
    assert [one["outcome"] for one in recorded] == ["unknown", "done"]


def test_a_report_outlives_the_operation(service: Service) -> None:
    with Driver(service) as driver:
        driver.ready(operation_seconds=60)
        driver.say("authority", driver.card, "03" * 8)
        service.advance(3600)
        assert driver.say("authority", driver.card, "04" * 8)["status"] == "operation-expired"
        assert driver.say("report", driver.card, "done", "accepted")["status"] == "ok"


def test_sms_rules_that_need_no_request(service: Service) -> None:
    with Driver(service) as driver:
        driver.say("metadata")
        driver.redeem(service.code(resend_after=60))
        assert driver.say("verify", "123456")["status"] == "wrong-state"
        driver.say("sms", driver.card)
        service.control("DELETE", "/requests")
        again = driver.say("sms", driver.card)
        assert (again["status"], 55 <= int(again["wait"]) <= 60) == ("sms-resend-too-soon", True)
        for bad in ("12345", "1234567", "12345a", "100000000000001"):
            assert driver.say("verify", bad)["status"] == "sms-code-malformed"
        assert calls(service) == []


def test_wrong_sms_codes_and_a_new_sms(service: Service) -> None:
    with Driver(service) as driver:
        driver.say("metadata")
        driver.redeem(service.code(resend_after=0))
        driver.say("sms", driver.card)
        wrong = f"{(int(service.sms()[-1]) + 1) % 10**6:06d}"
        said = driver.say("verify", wrong)
        assert (said["status"], said["tries"]) == ("sms-code-wrong", "2")
        assert driver.say("verify", wrong)["tries"] == "1"  # the same wrong code is a new try, not a repetition
        old = service.sms()[-1]
        sent = driver.say("sms", driver.card)
        assert (sent["status"], sent["tries"]) == ("ok", "1")
        assert service.sms()[-1] != old
        assert driver.say("verify", service.sms()[-1])["status"] == "ok"


def test_exhausted_sms_codes_end_the_operation(service: Service) -> None:
    with Driver(service) as driver:
        driver.say("metadata")
        driver.redeem(service.code(tries=1))
        driver.say("sms", driver.card)
        assert driver.say("verify", f"{(int(service.sms()[-1]) + 1) % 10**6:06d}")["status"] == "sms-code-exhausted"


def test_a_card_of_someone_else(service: Service) -> None:
    other = service.cards[2]
    with Driver(service) as driver:
        driver.say("metadata")
        assert driver.redeem()["allowed"] == driver.card
        assert driver.say("cards", other.card_id, other.row)["allowed"] == ""
        assert driver.say("sms", other.card_id)["status"] == "card-not-yours"


def test_cancel(service: Service) -> None:
    with Driver(service) as driver:
        assert driver.say("cancel")["status"] == "wrong-state"
        driver.say("metadata")
        driver.redeem()
        assert driver.say("cancel")["status"] == "ok"
        assert driver.say("sms", driver.card)["status"] == "operation-cancelled"


def test_cancel_is_bounded(service: Service) -> None:
    with Driver(service) as driver:
        driver.say("metadata")
        driver.redeem()
        fault(service, "cancel", "delay", seconds=5)
        assert driver.say("cancel")["status"] == "network-timeout"  # with the time of a request it would hear the answer


@pytest.mark.parametrize(("action", "status"), [("garbage", "service-reply-malformed"), ("wrong-shape", "service-reply-malformed"),
                                                ("html", "http-intercepted"), ("huge", "reply-too-large"),
                                                ("redirect", "http-redirected")])
@pytest.mark.parametrize("call", ["metadata", "redeem", "factor", "verify", "authority", "report"])
def test_answers_that_are_not_the_profiles(service: Service, call: str, action: str, status: str) -> None:
    """Each such answer has its status, and the step can be taken again."""
    with Driver(service) as driver:
        steps = {"metadata": lambda: driver.say("metadata"), "redeem": driver.redeem, "factor": lambda: driver.say("sms", driver.card),
                 "verify": lambda: driver.say("verify", service.sms()[-1]),
                 "authority": lambda: driver.say("authority", driver.card, os.urandom(8).hex()),
                 "report": lambda: driver.say("report", driver.card, "done", "accepted")}
        for name, step in steps.items():
            if name == call:
                fault(service, call, action)
                assert step()["status"] == status
            said = step()
            assert said["status"] == "ok", (name, said)
            if name == call:
                return


@pytest.mark.parametrize(("least", "status"), [("0.0.9", "ok"), ("0.1.0", "ok"), ("0.1.1", "client-too-old"), ("0.2.0", "client-too-old"),
                                               ("1.0.0", "client-too-old")])
def test_smallest_version(service: Service, least: str, status: str) -> None:
    service.control("POST", "/settings", {"minimum_client_version": least})
    with Driver(service) as driver:
        assert driver.say("metadata")["status"] == status
        assert driver.redeem()["status"] == status

