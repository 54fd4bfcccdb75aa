# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
"""What docs/protocol says a service refuses, asked of two services that do not know each other: the sandbox's, and tests/second-service,
which was written from the document alone. The requests are made by hand from the document (by_hand.py); libkamupin has no part in it.
"""

from __future__ import annotations

import json
import secrets
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest
from box import Box
from by_document import Exchange
from by_hand import Hand
from second_service import CODE, SMS_CODE, Second

NO_CARD = "certs:" + "0" * 64


@dataclass
class Peer:
    """A service, and what its person would read to us."""

    hand: Callable[[], Hand]
    code: Callable[[], str]
    sms: Callable[[], str]
    card: tuple[str, str]
    other_product: tuple[str, str]

    def ready(self) -> Hand:
        """A client whose SMS code was right."""
        hand = self.hand()
        is_(hand.redeem(self.code(), self.card), "ok")
        is_(hand.step("factor", {"card_id": self.card[0], "type": "sms"}), "ok")
        is_(hand.step("factor/verify", {"code": self.sms()}), "ok")
        return hand


def is_(exchange: Exchange, problem: str, **members: Any) -> Exchange:
    """The answer is that one, with these members."""
    assert exchange.problem == problem, (exchange.problem, exchange.status)
    assert {name: exchange.json.get(name) for name in members} == members
    return exchange


def replayed(exchange: Exchange) -> bool:
    """Whether the answer says that it is a stored one."""
    return exchange.answer_headers.get("idempotency-replayed") == "true" and "age" in exchange.answer_headers


@pytest.fixture(params=["second", "sandbox"])
def peer(request: pytest.FixtureRequest, sandbox: Callable[..., Box], tmp_path: Path) -> Iterator[Peer]:
    """Each of the two services."""
    if request.param == "second":
        cards = [{"card_id": f"certs:{secrets.token_hex(32)}", "row": "akis-2", "product": product, "key_hex": secrets.token_hex(32)}
                 for product in ("nes", "mali-muhur")]
        with Second(tmp_path, tmp_path / "tls", cards) as second:
            yield Peer(second.hand, lambda: CODE, lambda: SMS_CODE, *[(one["card_id"], one["row"]) for one in cards])
        return
    box = sandbox(cards=["akis2", "akis2:product=mali-muhur"])

    def hand() -> Hand:
        made = Hand(box.env["KAMUPIN_SERVICE"], box.env["KAMUPIN_CA_FILE"])
        made.metadata()
        return made

    yield Peer(hand, box.code, lambda: box.sms()[-1]["code"], *[(one.card_id, one.row["row"]) for one in box.cards])


def test_proofs(peer: Peer) -> None:
    """RFC 9449 as the document narrows it. A malformed code shows that the proof was taken."""
    hand, stranger = peer.hand(), peer.hand()
    path, body = "/codes/redeem", {"code": "x", "cards": []}

    def ask(**more: Any) -> Exchange:
        return hand.ask("POST", path, body, **more)

    is_(ask(), "code-malformed")
    proof = hand.proof("POST", path)
    is_(ask(headers={"DPoP": proof}), "code-malformed")
    is_(ask(headers={"DPoP": proof}), "dpop-invalid")
    nonce = hand.nonce
    is_(ask(nonce=nonce), "code-malformed")
    is_(ask(nonce=nonce), "code-malformed")  # a nonce is good for more than one proof
    is_(ask(iat=0), "code-malformed")  # and no clock is compared
    for name, claims in {"no nonce": {"nonce": None}, "a stale nonce": {"nonce": "A" * 24}}.items():
        said = is_(ask(**claims), "dpop-nonce")
        assert 'error="use_dpop_nonce"' in said.answer_headers["www-authenticate"], name
    for claims in ({"htm": "GET"}, {"htu": "https://example.org/kamupin/v1/codes/redeem"}, {"htu": hand.url.geturl() + path + "?"},
                   {"htu": None}, {"iat": "now"}, {"iat": None}, {"jti": "short"}, {"jti": "j" * 65}, {"jti": None}):
        said = is_(ask(**claims), "dpop-invalid")
        assert 'error="invalid_dpop_proof"' in said.answer_headers["www-authenticate"]
    header, claims, signature = hand.proof("POST", path).split(".")
    foreign = stranger.proof("POST", path, nonce=hand.nonce).split(".")
    is_(ask(headers={"DPoP": f"{header}.{claims}.{foreign[2]}"}), "dpop-invalid")
    is_(ask(headers={"DPoP": f"{foreign[0]}.{claims}.{signature}"}), "dpop-invalid")
    is_(ask(headers={"DPoP": None}), "dpop-invalid")


def test_the_order_of_refusals(peer: Peer) -> None:
    """Of several faults the one that the document puts first is told."""
    hand, old = peer.hand(), {"KamuPIN-Client": "hand/0.0.9"}
    assert hand.send("POST", "/nothing", b"{}", {}).problem == "not-found"
    assert is_(hand.send("GET", "/metadata", None, {}), "request-invalid").json["title"] == "The request is not understood."
    turkish = hand.send("GET", "/metadata", None, {"Accept-Language": "tr-TR,tr;q=0.9"})
    assert is_(turkish, "request-invalid").json["title"] == "İstek anlaşılamadı."
    is_(hand.send("GET", "/metadata?x=1", None, dict(old)), "ok")
    wrong = hand.send("PUT", "/codes/redeem", b"", {})
    assert (wrong.problem, wrong.answer_headers["allow"]) == ("method-not-allowed", "POST")
    redeem = ("POST", "/codes/redeem")
    is_(hand.ask(*redeem, b" " * 65537, headers={"DPoP": None}), "request-too-large")
    is_(hand.ask(*redeem, {}, key="x", headers={**old, "DPoP": None}), "request-invalid")
    is_(hand.ask(*redeem, {}, headers={**old, "DPoP": None}), "client-too-old")
    is_(hand.ask(*redeem, {}, headers={"DPoP": None, "Content-Type": "text/plain"}), "dpop-invalid")
    too_many = [{"card_id": peer.card[0], "row": peer.card[1]}] * 65
    twice = b'{"code":"1","code":"2","cards":[]}'
    for body in ({}, {"code": 5, "cards": []}, {"code": "100000", "cards": too_many}, b"", b"[]", b"\xff", twice):
        is_(hand.ask(*redeem, body), "request-invalid")
    is_(hand.ask(*redeem, {"code": "x", "cards": []}, headers={"Content-Type": "text/plain"}), "request-invalid")
    charset = {"Content-Type": "application/json; charset=utf-8"}
    is_(hand.ask(*redeem, {"code": "x", "cards": [], "later": 1}, headers=charset), "code-malformed")


def test_redeem(peer: Peer) -> None:
    """A code works once, for one key and one intent."""
    hand, stranger = peer.hand(), peer.hand()
    code, key = peer.code(), str(uuid.uuid4())
    unknown = "9" * 15
    first = is_(hand.ask("POST", "/codes/redeem", {"code": unknown, "cards": []}, key=key), "code-unknown")
    again = is_(hand.ask("POST", "/codes/redeem", {"code": unknown, "cards": []}, key=key), "code-unknown")
    assert replayed(again) and again.answer == first.answer
    is_(hand.redeem(code, peer.card, key=key), "idempotency-conflict")
    key = str(uuid.uuid4())
    named = (peer.card, peer.other_product, (NO_CARD, "akis-2"))
    first = is_(hand.redeem(code, *named, key=key), "ok", kind="unblock", product="nes", second_factors=["sms"])
    assert [one["card_id"] for one in first.json["cards"]] == [peer.card[0]] and 0 < first.json["seconds_left"]
    hand.token = ""
    again = is_(hand.redeem(code, *named, key=key.upper()), "ok")
    assert replayed(again) and again.answer == first.answer
    hand.token = ""
    is_(hand.redeem(code, *named), "code-used")
    is_(hand.redeem(code, key=key), "code-used")
    is_(hand.redeem(unknown, key=key), "code-unknown")
    is_(stranger.redeem(code, *named, key=key), "code-used")
    is_(stranger.redeem(code, *named), "code-used")


def test_the_token_is_of_one_key_and_one_operation(peer: Peer) -> None:
    """A stolen token is worth nothing."""
    hand, stranger = peer.hand(), peer.hand()
    is_(hand.redeem(peer.code(), peer.card), "ok")
    is_(hand.status(), "ok", phase="code-redeemed")
    is_(hand.status(headers={"Authorization": f"dpop {hand.token}"}), "ok")
    for no_token in (f"Bearer {hand.token}", "DPoP ", None):
        said = is_(hand.status(headers={"Authorization": no_token}), "token-invalid")
        assert said.answer_headers["www-authenticate"].startswith("DPoP ")
    is_(hand.status(ath="A" * 43), "dpop-invalid")
    is_(hand.status(ath=None), "dpop-invalid")
    stranger.token, stranger.operation = hand.token, hand.operation
    is_(stranger.status(), "token-invalid")
    hand.operation = "op-another-one"
    is_(hand.status(), "operation-unknown")
    hand.operation = stranger.operation
    hand.token = "A" * 43
    is_(hand.status(), "token-invalid")


def test_the_factor(peer: Peer) -> None:
    """Which card, and the code in the SMS."""
    hand = peer.hand()
    factor = {"card_id": peer.card[0], "type": "sms"}
    is_(hand.redeem(peer.code(), peer.card, peer.other_product), "ok")
    for early in ("factor/resend", "factor/verify"):
        is_(hand.step(early, {"code": "000000"}), "operation-phase")
    is_(hand.authority(peer.card[0]), "operation-phase")
    is_(hand.step("factor", {"card_id": NO_CARD, "type": "sms"}), "card-not-allowed")
    is_(hand.step("factor", {"card_id": peer.other_product[0], "type": "sms"}), "product-mismatch")
    is_(hand.step("factor", {"card_id": peer.card[0], "type": "owl"}), "request-invalid")
    is_(hand.step("factor", {"card_id": peer.card[0], "type": "web-password"}), "factor-mismatch")
    is_(hand.step("cards", {"cards": [{"card_id": peer.card[0], "row": "akis-1"}]}), "ok", cards=[])
    is_(hand.step("factor", factor), "card-not-allowed")
    assert is_(hand.step("cards", {"cards": [{"card_id": peer.card[0], "row": peer.card[1]}]}), "ok").json["cards"]
    sent = is_(hand.step("factor", factor), "ok", type="sms", code_length=6, tries_left=3)
    assert sent.json["seconds_left"] > 0
    for again in (("factor", factor), ("factor/resend", {})):
        said = is_(hand.step(*again), "resend-too-soon")
        assert 0 < said.json["resend_after"] <= sent.json["resend_after"] == int(said.answer_headers["retry-after"])
    right = peer.sms()
    wrong, key = f"{(int(right) + 1) % 1000000:06}", str(uuid.uuid4())
    first = is_(hand.step("factor/verify", {"code": wrong}, key=key), "factor-wrong", tries_left=2)
    again = is_(hand.step("factor/verify", {"code": wrong}, key=key), "factor-wrong", tries_left=2)
    assert replayed(again) and again.answer == first.answer
    is_(hand.step("factor/verify", {"code": right}, key=key), "idempotency-conflict")
    is_(hand.step("cancel", {"code": wrong}, key=key), "idempotency-conflict")
    is_(hand.step("factor/verify", {"code": right, "web_password": "x"}), "request-invalid")
    is_(hand.step("factor/verify", {"web_password": "x"}), "factor-mismatch")
    is_(hand.step("factor/verify", {"code": wrong[:4]}), "factor-wrong", tries_left=1)
    is_(hand.step("factor/verify", {"code": wrong}), "factor-exhausted")
    is_(hand.step("factor/verify", {"code": right}), "factor-exhausted")
    is_(hand.step("factor", factor), "factor-exhausted")
    is_(hand.step("factor/resend"), "factor-exhausted")
    is_(hand.step("cards", {"cards": []}), "operation-cancelled")
    is_(hand.authority(peer.card[0]), "operation-cancelled")
    is_(hand.status(), "ok", phase="cancelled", seconds_left=0)
    is_(hand.step("cancel"), "ok", phase="cancelled")


def test_the_authority_and_its_ledger(peer: Peer) -> None:
    """Three in the ledger, the last is never used, and what was not sent comes back."""
    hand, card_id = peer.ready(), peer.card[0]
    is_(hand.report(card_id, "done"), "operation-phase")
    is_(hand.step("authority", {"card_id": card_id, "form": "sealed-puk"}), "request-invalid")
    is_(hand.step("authority", {"card_id": card_id, "form": "cryptogram"}), "request-invalid")
    is_(hand.authority(card_id, "AAECAwQFBgd"), "request-invalid")  # the last character has bits beyond the eight bytes
    is_(hand.authority(peer.other_product[0]), "card-not-allowed")
    challenge, key = hand.challenge(), str(uuid.uuid4())
    first = is_(hand.authority(card_id, challenge, key=key), "ok", form="cryptogram", attempts_left=3)
    again = is_(hand.authority(card_id, challenge, key=key), "ok")
    assert replayed(again) and again.answer == first.answer
    is_(hand.authority(card_id, challenge), "challenge-used")
    for late in ("cancel", "factor/resend", "factor/verify"):
        is_(hand.step(late, {"code": "000000"}), "operation-phase")
    is_(hand.step("cards", {"cards": []}), "ok")
    is_(hand.status(), "ok", phase="authority-issued")
    is_(hand.authority(card_id), "ok", attempts_left=2)
    is_(hand.authority(card_id), "authority-exhausted")
    back = {"card_id": card_id, "form": "cryptogram", "previous": "not-sent"}
    is_(hand.step("authority", {**back, "challenge": challenge}), "challenge-used")
    is_(hand.step("authority", {**back, "challenge": hand.challenge()}), "ok", attempts_left=2)
    is_(hand.authority(card_id), "authority-limit")
    is_(hand.authority(card_id, challenge), "challenge-used")


def test_the_report(peer: Peer) -> None:
    """By the ticket alone; unknown may become final, final stays."""
    hand, card_id = peer.ready(), peer.card[0]
    is_(hand.authority(card_id), "ok")
    ticket, key = hand.ticket, str(uuid.uuid4())
    hand.ticket = "A" * 43
    said = is_(hand.report(card_id, "done"), "ticket-invalid")
    assert said.answer_headers["www-authenticate"].startswith("KamuPIN-Ticket")
    hand.ticket, own = ticket, hand.operation
    hand.operation = "op-of-somebody-else"
    said = is_(hand.report(card_id, "done"), "ticket-invalid")
    assert said.answer_headers["www-authenticate"].startswith("KamuPIN-Ticket")
    hand.operation = own
    is_(hand.report(peer.other_product[0], "done"), "card-not-allowed")
    is_(hand.report(card_id, "unknown", "unknown", key=key), "ok", outcome="unknown")
    is_(hand.report(card_id, "done", key=key), "idempotency-conflict")
    is_(hand.status(), "ok", phase="reported", seconds_left=0, outcome="unknown")
    for ended in ("cancel", "cards"):
        is_(hand.step(ended, {"cards": []}), "operation-phase")
    is_(hand.authority(card_id), "operation-phase")
    done = is_(hand.report(card_id, "done"), "ok", outcome="done")
    assert json.loads(is_(hand.report(card_id, "done", "unknown"), "ok").answer) == done.json
    for outcome in ("not-done", "unknown"):
        is_(hand.report(card_id, outcome), "outcome-conflict")
    is_(hand.status(), "ok", outcome="done")


def test_cancelling(peer: Peer) -> None:
    """Given up, and still reported by its ticket."""
    hand, card_id = peer.ready(), peer.card[0]
    is_(hand.step("factor/verify", {"code": peer.sms()}), "operation-phase")
    is_(hand.step("cancel"), "ok", phase="cancelled")
    is_(hand.step("cancel"), "ok", phase="cancelled")
    is_(hand.authority(card_id), "operation-cancelled")
    is_(hand.status(), "ok", phase="cancelled", seconds_left=0)
    is_(hand.report(card_id, "not-done", "not-sent"), "ok", outcome="not-done")
    is_(hand.status(), "ok", phase="reported", outcome="not-done")
    is_(hand.step("cancel"), "operation-phase")


def test_guessing_codes_is_limited(peer: Peer) -> None:
    """Wrong codes of one address: then not even the right one is taken, for as long as the service says."""
    hand = peer.hand()
    for guess in range(30):
        said = hand.redeem(f"9{guess:014}", peer.card)
        if said.problem != "code-unknown":
            break
    is_(said, "rate-limited")
    assert guess > 1 and said.json["retry_after"] == int(said.answer_headers["retry-after"]) > 0
    is_(hand.redeem(peer.code(), peer.card), "rate-limited")
    is_(hand.redeem("x", peer.card), "code-malformed")
