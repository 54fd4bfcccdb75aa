# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The stand-in service's strictness, rule by rule: codes, cards, SMS, phases, authority and ledger, reports, times.
# Each answer is also checked against openapi.yaml by the client.
"""What the service refuses, and what a refusal costs."""
from __future__ import annotations

import os
import uuid
from collections.abc import Iterator

import pytest
from service_client import Client, Service, b64


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service(tmp_path_factory.mktemp("service")) as running:
        yield running


@pytest.fixture(autouse=True)
def fresh(service: Service) -> None:
    """Each test finds full ledgers and nobody's guesses counted."""
    for card_id in service.keys:
        service.control("POST", "/ledger", {"card_id": card_id, "attempts_left": 3})
    service.advance(301)


def wrong(code: str) -> str:
    """A code of the same length that is not that one."""
    return code[:-1] + str((int(code[-1]) + 1) % 10)


# ---- verification codes ----

def test_code_works_once(service: Service) -> None:
    code = service.code()
    assert Client(service).redeem(code).status == 200
    assert Client(service).redeem(code).problem == "code-used"


def test_code_unknown_malformed_expired_replaced(service: Service) -> None:
    client = Client(service)
    assert client.redeem("000000000000000").problem == "code-unknown"
    for code in ("12 34 56", "123456789012345\n", "12345", "1" * 33, "１２３４５６７", ""):
        assert client.redeem(code).problem == "code-malformed"
    code = service.code(seconds=30)
    service.advance(30)
    assert client.redeem(code).problem == "code-expired"
    first = service.control("POST", "/codes", {})
    second = service.control("POST", "/codes", {"page": first["page"]})
    assert first["code"] != second["code"]
    assert client.redeem(first["code"]).problem == "code-replaced"
    assert client.redeem(second["code"]).status == 200


def test_code_dies_with_its_page(service: Service) -> None:
    client = Client(service)
    opened = service.control("POST", "/codes", {})
    service.control("POST", "/pages/close", {"page": opened["page"]})
    assert client.redeem(opened["code"]).problem == "page-closed"
    code = service.code(seconds=86400)
    service.advance(1800)
    assert client.redeem(code).problem == "page-closed"


def test_guesses_are_limited_per_address_and_over_all(service: Service) -> None:
    here, code = Client(service), service.code()
    for guess in range(10):
        assert here.redeem(f"{guess:015d}").problem == "code-unknown"
    limited = here.redeem(code)
    assert limited.problem == "rate-limited"
    assert int(limited.headers["Retry-After"]) == limited.json["retry_after"] > 0
    assert Client(service, "127.0.0.2").redeem(code).status == 200, "others are not held up by one address' guesses"
    service.control("POST", "/settings", {"guesses_in_all": 12})
    try:
        elsewhere = [Client(service, f"127.0.0.{n}").redeem("1" * 15).problem for n in (3, 4, 5)]
    finally:
        service.control("POST", "/settings", {"guesses_in_all": 100})
    assert elsewhere == ["code-unknown", "code-unknown", "rate-limited"]
    service.advance(limited.json["retry_after"])
    assert here.redeem(service.code()).status == 200


# ---- cards ----

def test_only_the_users_own_cards_of_the_product(service: Service) -> None:
    mine, akis1, of_other, of_other_product = service.cards
    client = Client(service)
    allowed = client.redeem(service.code(), *service.cards).json["cards"]
    assert [card["card_id"] for card in allowed] == [mine.card_id, akis1.card_id]
    assert client.factor(of_other).problem == "card-not-allowed"
    assert client.factor(of_other_product).problem == "product-mismatch"
    assert service.operation(client.operation_id)["sms_sent"] == 0
    assert client.factor(mine).status == 200


def test_a_card_counts_only_as_it_was_named(service: Service) -> None:
    client = Client(service)
    body = {"code": service.code(), "cards": [{"card_id": client.card.card_id, "row": "akis-1"}]}
    redeemed = client.call("redeem", body).json
    client.operation_id, client.operation_token = redeemed["operation_id"], redeemed["operation_token"]
    assert redeemed["cards"] == []
    assert client.factor().problem == "card-not-allowed"
    assert client.factor(service.cards[1]).problem == "card-not-allowed", "owned, but never named in this operation"


def test_authority_is_for_the_chosen_card_alone(service: Service) -> None:
    client = Client(service)
    client.redeem(service.code(), service.cards[0], service.cards[1])
    client.factor()
    client.verify()
    assert client.authority(card_id=service.cards[1].card_id).problem == "card-not-allowed"
    assert client.report("done", card_id=service.cards[1].card_id).problem == "card-not-allowed"


# ---- SMS ----

def test_wrong_sms_codes_until_none_is_left(service: Service) -> None:
    client = Client(service)
    client.redeem(service.code())
    assert client.factor().json["tries_left"] == 3
    bad = wrong(service.sms()[-1])
    first, second, third = (client.verify(bad) for _ in range(3))
    assert (first.problem, first.json["tries_left"]) == ("factor-wrong", 2)
    assert (second.problem, second.json["tries_left"]) == ("factor-wrong", 1)
    assert third.problem == "factor-exhausted"
    assert client.verify().problem == "factor-exhausted", "the right one comes too late"
    assert client.call("resend", {}).problem == "factor-exhausted"
    assert client.call("status").json["phase"] == "cancelled"


def test_tries_are_of_the_operation_not_of_the_sms(service: Service) -> None:
    client = Client(service)
    client.redeem(service.code(resend_after=10))
    client.factor()
    assert client.verify(wrong(service.sms()[-1])).json["tries_left"] == 2
    service.advance(10)
    assert client.call("resend", {}).json["tries_left"] == 2


def test_sms_expires_without_costing_a_try_and_resend_kills_the_old_one(service: Service) -> None:
    client = Client(service)
    client.redeem(service.code(sms_seconds=38, resend_after=20))
    sent = client.factor().json
    assert (sent["seconds_left"], sent["resend_after"]) == (38, 20)
    soon = client.call("resend", {})
    assert soon.problem == "resend-too-soon" and 0 < soon.json["resend_after"] <= 21
    assert client.factor().problem == "resend-too-soon", "choosing the card again is no way around the cool-down"
    service.advance(38)
    old = service.sms()[-1]
    assert client.verify(old).problem == "factor-expired"
    assert client.call("resend", {}).json["tries_left"] == 3
    if service.sms()[-1] != old:
        assert client.verify(old).problem == "factor-wrong"
    assert client.verify().status == 200


def test_sms_are_not_sent_without_end(service: Service) -> None:
    client = Client(service)
    client.redeem(service.code(resend_after=1, operation_seconds=300))
    client.factor()
    problems = []
    for _ in range(5):
        service.advance(2)
        problems.append(client.call("resend", {}).status)
    assert problems == [200, 200, 200, 200, 429]


def test_phone_out_of_date(service: Service) -> None:
    client = Client(service)
    client.redeem(service.code(phone="out-of-date"))
    assert client.factor().problem == "phone-out-of-date"
    assert client.call("status").json["phase"] == "code-redeemed"


# ---- phases, time, cancel ----

def test_each_step_in_its_phase(service: Service) -> None:
    client = Client(service)
    client.redeem(service.code())
    assert client.call("resend", {}).problem == "operation-phase"
    assert client.verify("000000").problem == "operation-phase"
    assert client.authority().problem == "operation-phase"
    client.factor()
    assert client.authority().problem == "operation-phase"
    client.verify()
    assert client.factor().problem == "operation-phase"
    assert client.report("done").problem == "operation-phase", "no authority, so no card can have accepted one"
    client.authority()
    assert client.call("cancel", {}).problem == "operation-phase"
    assert client.report("done").status == 200
    for late in (client.factor(), client.authority(), client.call("cards", {"cards": []}), client.call("cancel", {})):
        assert late.problem == "operation-phase"


def test_time_ends_everything_but_the_report(service: Service) -> None:
    early, late = Client(service), Client(service)
    early.redeem(service.code(operation_seconds=60))
    late.ready(operation_seconds=60)
    late.authority()
    service.advance(60)
    for reply in (early.factor(), early.call("cards", {"cards": []}), early.call("cancel", {}), late.authority()):
        assert reply.problem == "operation-expired"
    assert early.call("status").json == {"phase": "expired", "seconds_left": 0}
    service.advance(1800)
    assert late.report("done").status == 200


def test_cancel_may_be_repeated(service: Service) -> None:
    client = Client(service).ready()
    assert client.call("cancel", {}).json == {"phase": "cancelled"}
    assert client.call("cancel", {}).json == {"phase": "cancelled"}
    assert client.authority().problem == "operation-cancelled"
    assert client.report("not-done", "not-sent").status == 200, "a ticket is good for a report in any case"


def test_closing_the_page_cancels_only_before_card_work(service: Service) -> None:
    waiting, working = Client(service), Client(service)
    for client in (waiting, working):
        opened = service.control("POST", "/codes", {})
        client.redeem(opened["code"])
        client.factor()
        client.verify()
        if client is working:
            client.authority()
        service.control("POST", "/pages/close", {"page": opened["page"]})
    assert waiting.authority().problem == "page-closed"
    assert working.authority().status == 200
    assert working.report("done").status == 200


# ---- authority and ledger ----

def test_every_authority_is_spent_until_a_report_says_otherwise(service: Service) -> None:
    client = Client(service).ready()
    card_id = str(client.card.card_id)
    assert client.authority().json["attempts_left"] == 3
    assert service.attempts(card_id) == 2
    assert client.authority(previous="unknown").json["attempts_left"] == 2
    assert client.authority(previous="unknown").problem == "authority-exhausted"
    other = Client(service).ready()
    assert other.authority().problem == "authority-exhausted", "the ledger is the card's, not the operation's"
    assert client.report("done").status == 200
    assert service.attempts(card_id) == 3


def test_at_most_three_authorities_each_given_back(service: Service) -> None:
    client = Client(service).ready()
    assert [client.authority(previous="not-sent").json["attempts_left"] for _ in range(3)] == [3, 3, 3]
    assert client.authority(previous="not-sent").problem == "authority-limit"
    assert service.attempts(str(client.card.card_id)) == 2
    assert service.operation(client.operation_id)["authorities"] == ["given-back", "given-back", "spent"]


def test_a_challenge_is_answered_once(service: Service) -> None:
    client, challenge = Client(service).ready(), os.urandom(8)
    assert client.authority(challenge).status == 200
    assert client.authority(challenge).problem == "challenge-used"
    assert Client(service).ready().authority(challenge).problem == "challenge-used"
    assert service.attempts(str(client.card.card_id)) == 2


@pytest.mark.parametrize("challenge", [b64(bytes(7)), b64(bytes(33)), "AAAAAAAAAAB", "AAAAAAAA=AA", ""])
def test_challenges_of_another_form(service: Service, challenge: str) -> None:
    client = Client(service).ready()
    body = {"card_id": client.card.card_id, "form": "cryptogram", "challenge": challenge}
    assert client.call("authority", body).problem == "request-invalid"
    assert service.attempts(str(client.card.card_id)) == 3


@pytest.mark.parametrize("outcome,external,attempts", [("done", "accepted", 3), ("not-done", "not-sent", 3), ("not-done", "accepted", 3),
                                                       ("not-done", "refused", 2), ("not-done", "unknown", 2), ("unknown", "unknown", 2)])
def test_what_a_report_gives_back(service: Service, outcome: str, external: str, attempts: int) -> None:
    client = Client(service).ready()
    client.authority()
    assert client.report(outcome, external).status == 200
    assert service.attempts(str(client.card.card_id)) == attempts


def test_an_old_attempt_is_not_given_back_after_the_card_accepted_another(service: Service) -> None:
    old, new = Client(service).ready(), Client(service).ready()
    old.authority()
    new.authority()
    new.report("done")
    later = Client(service).ready()
    later.authority()
    old.report("not-done", "not-sent")
    assert service.attempts(str(old.card.card_id)) == 2, "the later attempt is still out"


# ---- reports ----

def test_one_outcome_is_recorded_once(service: Service) -> None:
    client = Client(service).ready()
    client.authority()
    first = client.report("done")
    service.advance(5)
    assert client.report("done").raw == first.raw
    assert client.report("not-done").problem == "outcome-conflict"
    assert client.report("unknown").problem == "outcome-conflict"
    assert service.operation(client.operation_id)["outcomes_recorded"] == 1


@pytest.mark.parametrize("then", ["done", "not-done"])
def test_unknown_may_become_known(service: Service, then: str) -> None:
    client = Client(service).ready()
    client.authority()
    assert client.report("unknown", "unknown").status == 200
    assert client.report(then, "accepted").status == 200
    assert client.report("done" if then == "not-done" else "not-done").problem == "outcome-conflict"
    assert [one["outcome"] for one in service.operation(client.operation_id)["outcomes"]] == ["unknown", then]
    assert service.attempts(str(client.card.card_id)) == 3


def test_a_ticket_is_for_its_own_report_only(service: Service) -> None:
    one, two = Client(service).ready(), Client(service).ready()
    assert one.report("not-done", operation_id=two.operation_id).problem == "ticket-invalid"
    right, one.ticket = one.ticket, "x" * 43
    assert one.report("not-done").problem == "ticket-invalid"
    assert one.call("status", headers={"Authorization": f"KamuPIN-Ticket {right}"}).problem == "token-invalid"
    assert one.call("status", token=right).problem == "token-invalid"
    one.ticket = one.operation_token
    assert one.report("not-done").problem == "ticket-invalid"


# ---- versions ----

def test_old_clients_are_told_so_but_may_still_report(service: Service) -> None:
    client = Client(service).ready()
    client.authority()
    service.control("POST", "/settings", {"minimum_client_version": "0.2.0"})
    try:
        assert client.call("status").problem == "client-too-old"
        assert client.redeem(service.code()).problem == "client-too-old"
        assert client.call("metadata").json["minimum_client_version"] == "0.2.0"
        assert client.report("done").status == 200
        newer = {"KamuPIN-Client": "libkamupin/0.10.0"}
        assert client.call("status", headers=newer).status == 200
    finally:
        service.control("POST", "/settings", {"minimum_client_version": "0.1.0"})


def test_an_uuid_is_an_uuid(service: Service) -> None:
    assert Client(service).redeem(service.code(), key="not-a-uuid").problem == "request-invalid"
    assert Client(service).redeem(service.code(), key=str(uuid.uuid4()).upper()).status == 200
