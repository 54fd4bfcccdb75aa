# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
"""The profile's document is enough to write a service from.

The other end here is tests/second-service, which was written from docs/protocol alone, by somebody who had not read the sandbox's
service: the library brings an unblock to its end on it. A front before it sees every byte; each request of the library and each
answer is judged by openapi.yaml, with the code of neither.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable, Iterator

import pytest
from box import Box
from by_document import answer_holds, request_holds
from cli import ask
from second_service import CODE, SMS_CODE, Second, cards_of

NEW_PIN = "864209"
CALLS = ["metadata", "redeem", "factor", "verify", "authority", "report"]


@pytest.fixture
def second(sandbox: Callable[..., Box], tmp_path: Path) -> Iterator[tuple[Box, Second]]:
    """A sandbox with a blocked card, and the second service for it. All that passed is judged by the document in the end."""
    box = sandbox(cards=["akis2:blocked"])
    with Second(tmp_path, Path(box.env["KAMUPIN_CA_FILE"]).parent, cards_of(box)) as service:
        yield box, service
    assert service.front.exchanges
    for exchange in service.front.exchanges:
        request_holds(exchange)
        answer_holds(exchange)


def unblock(box: Box, service: Second) -> dict[str, Any]:
    """kamupin pin unblock against the second service, to its end."""
    return ask(box, "pin", "unblock", "--acknowledge", "--service", service.front.url, "--card", box.cards[0].card_id,
               secrets={"--code-fd": CODE, "--new-pin-fd": NEW_PIN, "--sms-fd": SMS_CODE})


def asked(service: Second) -> list[str]:
    """The calls that came, in order."""
    return [exchange.call for exchange in service.front.exchanges]


def test_an_unblock_ends_on_a_service_written_from_the_document(second: tuple[Box, Second]) -> None:
    box, service = second
    sandbox_was_asked = len(box.requests())
    unblock(box, service)
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
    unblock(box, service)
    assert box.verify_by_opensc(NEW_PIN) == "9000"
    at = CALLS.index(lost)
    assert asked(service) == CALLS[:at] + [lost] + CALLS[at:] and not service.front.lose
    first, again = service.front.exchanges[at:at + 2]
    assert first.body == again.body and first.headers.get("idempotency-key") == again.headers.get("idempotency-key")
    assert first.answer == again.answer
    assert lost == "metadata" or again.answer_headers["idempotency-replayed"] == "true"
    assert "dpop" not in first.headers or first.headers["dpop"] != again.headers["dpop"]
