# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
"""The profile's document is enough to write a service from.

The other end here is tests/second-service, which was written from docs/protocol alone, by somebody who had not read the sandbox's
service: the library brings an unblock to its end on it. A front before it sees every byte; each request of the library and each
answer is judged by openapi.yaml, with the code of neither.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Callable, Iterator

import pytest
from box import Box, until
from by_document import answer_holds, request_holds
from cli import ask, refuse
from second_service import CODE, SMS_CODE, Second, cards_of

NEW_PIN = "864209"
CALLS = ["metadata", "redeem", "factor", "verify", "authority", "report"]


@pytest.fixture
def second(sandbox: Callable[..., Box], tmp_path: Path) -> Iterator[tuple[Box, Second]]:
    """A sandbox with a blocked card, and the second service for it. All that passed is judged by the document in the end."""
    box = sandbox(cards=["akis2:blocked"])
    with Second(tmp_path, Path(box.env["KAMUPIN_CA_FILE"]).parent, cards_of(box), cool_down=0) as service:
        yield box, service
    assert service.front.exchanges
    for exchange in service.front.exchanges:
        request_holds(exchange)
        answer_holds(exchange)


def answers(sms: str = SMS_CODE) -> dict[str, str]:
    """What the command's descriptors hold."""
    return {"--code-fd": CODE, "--new-pin-fd": NEW_PIN, "--sms-fd": sms}


def words(service: Second) -> list[str]:
    """The command: pin unblock against the second service."""
    return ["pin", "unblock", "--acknowledge", "--service", service.front.url]


def asked(service: Second) -> list[str]:
    """The calls that came, in order."""
    return [exchange.call for exchange in service.front.exchanges]


def test_an_unblock_ends_on_a_service_written_from_the_document(second: tuple[Box, Second]) -> None:
    box, service = second
    sandbox_was_asked = len(box.requests())
    ask(box, *words(service), secrets=answers())
    assert box.verify_by_opensc(NEW_PIN) == "9000"
    assert asked(service) == CALLS
    assert service.front.connections == 1, "from the metadata to the report: one TLS connection"
    assert len(box.requests()) == sandbox_was_asked, "the sandbox's own service was asked nothing"
    for exchange in service.front.exchanges:
        assert NEW_PIN.encode() not in exchange.body
    log = service.log()
    assert [line["call"] for line in log] == CALLS and {line["status"] for line in log} == {200}
    report = log[-1]["received"]
    assert report["outcome"] == "done" and report["card_id"] == box.cards[0].card_id
    assert report["evidence"]["external_authenticate"] == "accepted" and report["evidence"]["pin_state_before"] == "blocked"
    text = service.log_file.read_text(encoding="utf-8")
    assert not [secret for secret in (CODE, SMS_CODE, NEW_PIN) if secret in text]


@pytest.mark.parametrize("lost", ["metadata", "redeem", "report"])
def test_an_answer_may_be_lost(second: tuple[Box, Second], lost: str) -> None:
    """The library repeats, and what the document says of repetitions is enough for the service to know them again."""
    box, service = second
    service.front.lose = {lost}
    ask(box, *words(service), secrets=answers())
    assert box.verify_by_opensc(NEW_PIN) == "9000"
    at = CALLS.index(lost)
    assert asked(service) == CALLS[:at] + [lost] + CALLS[at:] and not service.front.lose
    first, again = service.front.exchanges[at:at + 2]
    assert first.body == again.body and first.headers.get("idempotency-key") == again.headers.get("idempotency-key")
    assert first.answer == again.answer
    assert lost == "metadata" or again.answer_headers["idempotency-replayed"] == "true"
    assert "dpop" not in first.headers or first.headers["dpop"] != again.headers["dpop"]


def test_a_stale_nonce_is_replaced_by_the_refusal(second: tuple[Box, Second]) -> None:
    """One repetition with the nonce of the refusal, in the same intent and with a new proof."""
    box, service = second
    service.front.stale = {"redeem", "verify"}
    ask(box, *words(service), secrets=answers())
    assert [(one.call, one.problem) for one in service.front.exchanges if one.call in ("factor", "authority")] == [
        ("factor", "dpop-nonce"), ("factor", "ok"), ("authority", "dpop-nonce"), ("authority", "ok")]
    keys = [one.headers["idempotency-key"] for one in service.front.exchanges if one.call in ("factor", "authority")]
    assert keys[0] == keys[1] != keys[2] == keys[3]


def test_a_card_that_comes_late_is_asked_for(second: tuple[Box, Second]) -> None:
    box, service = second
    box.cards[0].eject()
    until(lambda: not box.readers(True), what="an empty reader")
    with ThreadPoolExecutor(1) as side:
        running = side.submit(ask, box, *words(service), secrets=answers())
        until(lambda: "redeem" in asked(service), what="the code to be redeemed")
        box.cards[0].insert()
        running.result()
    assert asked(service) == ["metadata", "redeem", "cards", "factor", "verify", "authority", "report"]


def test_a_further_sms_is_asked_for(second: tuple[Box, Second]) -> None:
    box, service = second
    ask(box, *words(service), secrets=answers(f"r\n{SMS_CODE}"))
    assert asked(service) == ["metadata", "redeem", "factor", "resend", "verify", "authority", "report"]


def test_wrong_sms_codes_are_told_apart_and_end_it(second: tuple[Box, Second]) -> None:
    box, service = second
    refuse(box, "sms-code-exhausted", *words(service), secrets=answers("000000\n000001\n000002"))
    assert [(one.call, one.problem) for one in service.front.exchanges[3:]] == [
        ("verify", "factor-wrong"), ("verify", "factor-wrong"), ("verify", "factor-exhausted")]


def test_an_operation_that_is_given_up_is_cancelled(second: tuple[Box, Second]) -> None:
    box, service = second
    refuse(box, "sms-code-wrong", *words(service), secrets=answers("000000"))
    assert asked(service) == ["metadata", "redeem", "factor", "verify", "cancel"]
    assert [one.problem for one in service.front.exchanges[3:]] == ["factor-wrong", "ok"]
    hand = service.hand()
    assert hand.redeem(CODE).problem == "code-used"
