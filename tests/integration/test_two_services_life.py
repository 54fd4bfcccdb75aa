# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
"""What docs/protocol says of the life of certificates, asked of the two services of test_two_services.py by one client made by hand, which
logs in to each with a password. What a reader of the document could have built otherwise is told alike by both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable

import pytest
from box import Box
from by_hand import Hand
from portal_driver import NUMBER, WORD
from second_life import CAPTCHA, early, service_for, some_certificates
from second_service import SMS_CODE

WRONG = "1234"  # a code of another length than any that is sent


@dataclass
class Peer:
    """A service, and what its person would read to us."""

    hand: Callable[[], Hand]
    captcha: Callable[[], str]
    sms: Callable[[], str]
    put: Callable[[str], Any] | None = None

    def login(self) -> Hand:
        """A client with a session of its own."""
        hand = self.hand()
        picture = asked(hand, "/login/captcha", {})["captcha_id"]
        who = {"identity": {"type": "tckn", "number": NUMBER}, "security_word": WORD}
        body = who | {"captcha_id": picture, "captcha_answer": self.captcha()}
        login = asked(hand, "/login/password", body)["login_id"]
        asked(hand, f"/login/password/{login}/sms", {})
        hand.token = asked(hand, f"/login/password/{login}/confirm", {"code": self.sms()})["access_token"]
        return hand

    def issued_early(self, hand: Hand) -> str:
        """A certificate that was made, not opened, and begins later."""
        rows = asked(hand, "/certificates")["certificates"]
        if self.put is None:
            return str(max(rows, key=lambda row: str(row["not_before"]) if row["state"] == "issued" else "")["certificate_id"])
        early = str(next(row for row in rows if row["state"] == "not-yet-valid")["certificate_id"])
        self.put(early)
        return early


def asked(hand: Hand, path: str, body: Any = None) -> dict[str, Any]:
    """The answer of a call that succeeds; without a body by GET."""
    exchange = hand.ask("GET" if body is None else "POST", path, body)
    assert exchange.problem == "ok", exchange.answer
    answer: dict[str, Any] = exchange.json
    return answer


def told(hand: Hand, path: str, body: Any = None) -> str:
    """`ok`, or the problem's name."""
    return hand.ask("POST", path, {} if body is None else body).problem


@pytest.fixture(params=["sandbox", "second"])
def peer(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Peer]:
    if request.param == "second":
        with service_for(tmp_path, [*some_certificates(), early()]) as service:
            yield Peer(service.hand, lambda: CAPTCHA, lambda: SMS_CODE)
        return
    with Box(["akis2:p384"], ["--password-login"]) as box:
        def hand() -> Hand:
            made = Hand(box.env["KAMUPIN_SERVICE"], box.env["KAMUPIN_CA_FILE"])
            made.metadata()
            return made

        yield Peer(hand, lambda: str(box.control.get("/captchas")["captchas"][-1]["answer"]), lambda: str(box.sms()[-1]["code"]),
                   lambda name: box.control.post("/certificates/state", {"certificate": name, "state": "issued"}))


def one(hand: Hand, state: str) -> str:
    """A certificate in that state."""
    found = [row["certificate_id"] for row in asked(hand, "/certificates")["certificates"] if row["state"] == state]
    return str(found[0])


def prepared(hand: Hand, certificate: str) -> tuple[str, dict[str, str]]:
    """The path of a new preparation's calls, and the token in the body of its confirmation."""
    answer = asked(hand, f"/certificates/{certificate}/revocation", {"reason": "superseded"})
    return f"/revocations/{answer['revocation_id']}", {"confirmation_token": answer["confirmation_token"]}


def test_what_may_be_done_is_what_the_table_of_states_says(peer: Peer) -> None:
    hand = peer.login()
    listed = asked(hand, "/certificates")["certificates"]
    may = {"issued": ["activate", "revoke"], "not-yet-valid": ["revoke"], "active": ["suspend", "revoke"], "expired": [], "revoked": []}
    for row in listed:
        own = row.get("suspended_by") == "holder"
        assert sorted(row["may"]) == sorted(may.get(row["state"], ["unsuspend", "revoke"] if own else ["revoke"])), row["state"]
        for call in ("suspend", "unsuspend", "activate"):
            if call not in row["may"] and not (call == "suspend" and own):
                assert told(hand, f"/certificates/{row['certificate_id']}/{call}").startswith("certificate-")
    assert asked(hand, "/certificates")["certificates"] == listed
    for query in ("role=x", "role=individual&role=individual"):
        assert hand.ask("GET", f"/certificates?{query}").problem == "request-invalid"


def test_a_certificate_that_is_opened_before_its_time(peer: Peer) -> None:
    """It is not in force yet, which is the state that it then has; what is written down is that it was opened."""
    hand = peer.login()
    early = peer.issued_early(hand)
    answer = asked(hand, f"/certificates/{early}/activate", {})
    assert answer["state"] == "not-yet-valid" and answer["may"] == ["revoke"]
    last = asked(hand, f"/certificates/{early}")["history"][-1]
    assert (last["state"], last["by"]) == ("active", "holder")
    assert told(hand, f"/certificates/{early}/activate") == "certificate-not-yet-valid"


def test_the_factor_of_a_revocation(peer: Peer) -> None:
    """A factor that was not begun; another session; a wrong token; the last try, of which the calls of the factor go on telling."""
    hand, other = peer.login(), peer.login()
    certificate = one(hand, "active")
    path, token = prepared(hand, certificate)
    assert told(hand, path + "/factor/resend") == told(hand, path + "/confirm", token | {"code": WRONG}) == "factor-mismatch"
    assert told(hand, path + "/factor", {"type": "web-password"}) == "factor-mismatch"
    assert told(other, path + "/confirm", token | {"code": WRONG}) == told(other, path + "/cancel") == "revocation-expired"
    asked(hand, path + "/factor", {"type": "sms"})
    assert told(hand, path + "/confirm", token | {"web_password": "x"}) == "factor-mismatch"
    assert told(hand, path + "/confirm", {"confirmation_token": "A" * 43, "code": WRONG}) == "revocation-expired"
    said = [told(hand, path + "/confirm", token | {"code": WRONG}) for _ in range(4)]
    assert said == ["factor-wrong", "factor-wrong", "factor-exhausted", "factor-exhausted"]
    assert told(hand, path + "/cancel") == "revocation-expired"
    prepared(hand, certificate)
    assert told(hand, path + "/factor/resend") == told(hand, path + "/factor", {"type": "sms"}) == "factor-exhausted"


def test_a_preparation_that_is_given_up(peer: Peer) -> None:
    """Given up twice, and once more when the next has taken its place; a suspension in between changes nothing."""
    hand = peer.login()
    certificate = one(hand, "active")
    path, _ = prepared(hand, certificate)
    assert [told(hand, f"/certificates/{certificate}/suspend"), told(hand, path + "/factor", {"type": "sms"})] == ["ok", "ok"]
    assert [told(hand, path + "/cancel"), told(hand, path + "/cancel"), told(hand, path + "/factor", {"type": "sms"})] == [
        "ok", "ok", "revocation-expired"]
    later, _ = prepared(hand, certificate)
    assert told(hand, path + "/cancel") == "ok"
    prepared(hand, certificate)
    assert told(hand, later + "/factor", {"type": "sms"}) == "revocation-expired"


def test_one_confirmation_is_one_revocation(peer: Peer) -> None:
    hand, other = peer.login(), peer.login()
    certificate = one(hand, "active")
    path, token = prepared(hand, certificate)
    asked(hand, path + "/factor", {"type": "sms"})
    first = asked(hand, path + "/confirm", token | {"code": peer.sms()})
    assert first["state"] == "revoked" and first["may"] == []
    assert asked(other, path + "/confirm", token | {"code": WRONG}) == first, "from another session, with another code"
    assert told(hand, path + "/confirm", {"confirmation_token": "A" * 43, "code": WRONG}) == "revocation-expired"
    assert [told(hand, path + "/factor", {"type": "sms"}), told(other, path + "/cancel")] == ["revocation-expired", "revocation-expired"]
    assert told(hand, path + "/cancel") == "certificate-revoked"
    assert told(hand, f"/certificates/{certificate}/revocation", {"reason": "superseded"}) == "certificate-revoked"


def test_papers(peer: Peer) -> None:
    """A consent that is not signed yet has no time; its text is told of before a signature, an application's state before its form."""
    hand = peer.login()
    assert asked(hand, "/consent") == {"state": "none"}
    text = asked(hand, "/consent/text", {})["consent_id"]
    assert asked(hand, "/consent") == {"state": "pending", "consent_id": text}
    nonsense = {"signature": "A" * 80}
    assert told(hand, f"/consents/{text}/submit", nonsense) == "signature-refused"
    asked(hand, "/consent/text", {})
    assert told(hand, f"/consents/{text}/submit", nonsense) == "consent-expired"
    waits = next(row for row in asked(hand, "/applications")["applications"] if row["state"] == "pending-pre-application")
    assert told(hand, f"/applications/{waits['application_id']}/submit", {"schema_id": "other", "document": {}}) == "application-state"
    waiting = next(row for row in asked(hand, "/authorised/lists")["lists"] if row["state"] == "waiting")["list_id"]
    assert told(hand, f"/authorised/lists/{waiting}/sign", nonsense) == "signature-refused"


def test_what_is_not_there_or_of_another_form(peer: Peer) -> None:
    hand, nonsense = peer.login(), {"signature": "A" * 80}
    for name in ("x", "crt-AAECAwQFBgcICQoL"):
        assert told(hand, f"/certificates/{name}/suspend") == hand.ask("GET", f"/certificates/{name}").problem == "certificate-unknown"
        assert told(hand, f"/revocations/{name}/cancel") == "revocation-expired"
        assert told(hand, f"/consents/{name}/submit", nonsense) == "consent-expired"
        assert told(hand, f"/applications/{name}/submit", {"schema_id": "a", "document": {}}) == "application-unknown"
        assert told(hand, f"/authorised/lists/{name}/sign", nonsense) == "list-unknown"


def test_who_speaks_in_a_session(peer: Peer) -> None:
    """A token first, then its proof; logging out may be repeated, and ends what was prepared."""
    hand, other = peer.login(), peer.login()
    for headers, problem in (({"Authorization": None}, "login-required"), ({"Authorization": None, "DPoP": None}, "login-required"),
                             ({"Authorization": "Bearer x"}, "login-required"), ({"DPoP": None}, "dpop-invalid")):
        assert hand.ask("GET", "/session", headers=headers).problem == problem, headers
    path, _ = prepared(hand, one(hand, "active"))
    assert [told(hand, "/session/end"), told(hand, "/session/end"), told(hand, path + "/cancel")] == ["ok", "ok", "session-ended"]
    other.token, token = hand.token, other.token
    assert other.ask("GET", "/session").problem == "login-required", "a token with another key's proof"
    other.token = token
    assert other.ask("GET", "/session").problem == "ok"
