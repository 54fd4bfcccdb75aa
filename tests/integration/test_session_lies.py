# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The library's login before an authorization server that lies, breaks off, or has something on the way to it: each has its own
# status, nothing more is sent than has to be, and no token is used twice. The server is fake_idp.py; no real one does such things.
"""A lying authorization server."""
from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import parse_qs

import pytest

from fake_idp import DROP, RESET, FakeIdp
from session_driver import Session
from tls_servers import Authority

PAGE = (200, "<html><title>Giriş yapın</title></html>", "text/html; charset=utf-8")


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("pki"), "root")


def open_session(idp: FakeIdp, pki: Authority) -> Session:
    return Session({}, service=idp.service, ca_file=str(pki.file))


LYING_METADATA: list[tuple[str, dict[str, Any]]] = [
    ("login-issuer-mismatch", {"issuer": "https://localhost"}),
    ("service-reply-malformed", {"issuer": None}),
    ("service-reply-malformed", {"token_endpoint": "http://localhost/token"}),
    ("service-reply-malformed", {"token_endpoint": None}),
    ("service-reply-malformed", {"token_endpoint": "https://user@localhost/token"}),
    ("service-reply-malformed", {"authorization_endpoint": "http://localhost/auth"}),
    ("service-reply-malformed", {"authorization_endpoint": "https://localhost/" + "a" * 300}),
    ("login-not-offered", {"authorization_endpoint": None}),
    ("login-not-offered", {"code_challenge_methods_supported": ["plain"]}),
    ("login-not-offered", {"code_challenge_methods_supported": None}),
    ("login-not-offered", {"dpop_signing_alg_values_supported": None}),
]


@pytest.mark.parametrize("status, metadata", LYING_METADATA, ids=[f"{n}-{status}" for n, (status, _) in enumerate(LYING_METADATA)])
def test_metadata_is_believed_only_as_far_as_it_may_be(pki: Authority, status: str, metadata: dict[str, Any]) -> None:
    """No address comes out of it, so no browser is sent anywhere."""
    with FakeIdp(pki, metadata=metadata) as idp, open_session(idp, pki) as session:
        session.refused(status, "begin")
        assert idp.forms == []


@pytest.mark.parametrize("status, answer", [
    ("http-intercepted", PAGE), ("service-unavailable", (503, "{}", "application/json")),
    ("service-unavailable", (502, "<html>", "text/html")), ("service-reply-malformed", (200, "[]", "application/json")),
    ("service-reply-malformed", (400, "{}", "application/json")), ("service-reply-malformed", (200, '{"issuer"', "application/json")),
    ("http-redirected", (302, "", "text/plain", "Location: https://localhost/else")), ("network-interrupted", DROP), ("network-interrupted", RESET),
    ("reply-too-large", (200, "[" + " " * 70000 + "]", "application/json"))])
def test_what_is_no_metadata(pki: Authority, status: str, answer: Any) -> None:
    """A portal's page, a broken connection, garbage."""
    with FakeIdp(pki, raw={"/.well-known/oauth-authorization-server": answer}) as idp, open_session(idp, pki) as session:
        session.refused(status, "begin")


def test_metadata_at_the_place_of_openid_connect(pki: Authority) -> None:
    """RFC 8414's place has none."""
    with FakeIdp(pki) as idp:
        idp._raw = {"/.well-known/oauth-authorization-server": (404, "x", "text/html"), "/.well-known/openid-configuration": idp.metadata}
        with open_session(idp, pki) as session:
            assert session.begin().startswith(f"{idp.issuer}/auth?response_type=code")


BAD_TOKENS = [("bearer", {"token_type": "Bearer"}), ("no type", {"token_type": None}), ("no token", {"access_token": None}),
              ("a token with a line end", {"access_token": "a\r\nX-Evil: 1"}), ("a huge token", {"access_token": "a" * 5000}),
              ("a number as token", {"access_token": 7}), ("words as time", {"expires_in": "soon"})]


@pytest.mark.parametrize("change", [change for _, change in BAD_TOKENS], ids=[name for name, _ in BAD_TOKENS])
def test_tokens_are_taken_only_as_they_have_to_be(pki: Authority, change: dict[str, Any]) -> None:
    """Above all bound to the session's key: a Bearer token works for whoever has seen it."""
    with FakeIdp(pki, token=FakeIdp.tokens(**change)) as idp, open_session(idp, pki) as session:
        session.refused("service-reply-malformed", "complete", idp.callback(session.begin()))
        session.refused("login-required", "info")
        assert session.kept() == {} and len(idp.forms) == 1


@pytest.mark.parametrize("status, answer", [
    ("login-grant-refused", (400, '{"error":"invalid_grant"}', "application/json")),
    ("login-refused", (400, '{"error":"invalid_client","error_description":"x"}', "application/json")),
    ("login-refused", (401, '{"error":"<b>odd</b>"}', "application/json")),
    ("login-refused", (400, '{"error":"use_dpop_nonce"}', "application/json", "DPoP-Nonce: n-1")),
    ("service-unavailable", (500, "<html>", "text/plain")), ("rate-limited", (429, "{}", "application/json", "Retry-After: 7")),
    ("http-intercepted", PAGE), ("http-intercepted", (403, "<html>", "text/html")),
    ("service-reply-malformed", (400, "no", "text/plain")), ("service-reply-malformed", (400, '{"error":7}', "application/json")),
    ("network-interrupted", DROP), ("network-interrupted", RESET), ("reply-too-large", (200, "x" * 70000, "application/json"))])
def test_what_is_wrong_with_the_grant_has_its_own_status(pki: Authority, status: str, answer: Any) -> None:
    """A broken connection and somebody else's page are told from a refused login. The code is not sent again, but for a nonce."""
    with FakeIdp(pki, token=answer) as idp, open_session(idp, pki) as session:
        callback = idp.callback(session.begin())
        session.refused(status, "complete", callback)
        session.refused("wrong-state", "complete", callback)
        assert len(idp.forms) == (2 if "use_dpop_nonce" in str(answer) else 1)


def test_a_callback_without_issuer_is_anybodys(pki: Authority) -> None:
    """Where the server says that it names itself; where it does not, none is asked for."""
    with FakeIdp(pki) as idp, open_session(idp, pki) as session:
        url = session.begin()
        session.refused("login-issuer-mismatch", "complete", idp.callback(url, iss=None))
        session.refused("login-issuer-mismatch", "complete", idp.callback(url, iss=idp.issuer + "/"))
        assert idp.forms == []
    with FakeIdp(pki, metadata={"authorization_response_iss_parameter_supported": False}) as idp, open_session(idp, pki) as session:
        session.ask("complete", idp.callback(session.begin(), iss=None))


def test_scopes_are_joined_as_the_service_says(pki: Authority) -> None:
    """Some gateways take a semicolon."""
    with FakeIdp(pki, login={"scopes": ["openid", "pin"], "scope_separator": ";"}) as idp, open_session(idp, pki) as session:
        assert "&scope=openid%3Bpin&" in session.begin()
    with FakeIdp(pki, login={"scopes": ["openid", "pin"]}) as idp, open_session(idp, pki) as session:
        assert "&scope=openid%20pin&" in session.begin()


@pytest.mark.parametrize("answer", [DROP, RESET, (500, "", "text/plain"), (502, "<html>", "text/html"), (504, "<html>", "text/html"),
                                    (200, "garbage", "application/json"), FakeIdp.tokens(token_type="Bearer")],
                         ids=["dropped", "reset", "500", "gateway-502", "gateway-504", "garbage", "bearer"])
def test_a_refresh_token_whose_answer_is_lost_is_not_used_again(pki: Authority, answer: Any) -> None:
    """Whether the server has used it up is not known; the session is over, and says so."""
    with FakeIdp(pki, token=[FakeIdp.tokens(), answer, FakeIdp.tokens()]) as idp, open_session(idp, pki) as session:
        session.ask("complete", idp.callback(session.begin()))
        session.refused("session-expired", "renew")
        assert session.kept()["refresh"] == ""  # nor by whoever goes on with what was kept
        session.refused("session-expired", "renew")
        session.ask("advance", "301000")
        session.refused("session-expired", "info")
        assert [parse_qs(form)["grant_type"] for form in idp.forms] == [["authorization_code"], ["refresh_token"]]


@pytest.mark.parametrize("status, answer", [
    ("http-intercepted", PAGE), ("rate-limited", (429, "{}", "application/json")), ("service-unavailable", (503, "", "text/plain")),
    ("login-refused", (400, '{"error":"temporarily_odd"}', "application/json"))])
def test_a_refresh_token_that_was_not_used_up_is_tried_again(pki: Authority, status: str, answer: Any) -> None:
    """Something on the way answered, or the server did and did nothing."""
    with FakeIdp(pki, token=[FakeIdp.tokens(), answer, FakeIdp.tokens(refresh_token="s" * 43)]) as idp, open_session(idp, pki) as session:
        session.ask("complete", idp.callback(session.begin()))
        session.refused(status, "renew")
        session.ask("renew")
        assert session.kept()["refresh"] == "s" * 43


def test_a_cancel_before_a_renewal_costs_no_refresh_token(pki: Authority) -> None:
    """Nothing was sent, so the token is as good as before, also for whoever goes on with what was kept."""
    with FakeIdp(pki) as idp, open_session(idp, pki) as session:
        session.ask("complete", idp.callback(session.begin()))
        session.ask("cancel")
        session.refused("cancelled", "renew")
        assert len(idp.forms) == 1 and session.kept()["refresh"] == "r" * 43


def problem(name: str, status: int) -> tuple[int, str, str]:
    return status, f'{{"type":"urn:kamupin:problem:{name}","title":"x","status":{status}}}', "application/problem+json"


@pytest.mark.parametrize("after", [problem("session-expired", 401), problem("dpop-invalid", 401)], ids=["expired", "proof"])
def test_a_key_outlives_a_session_that_ran_out_meanwhile(pki: Authority, after: Any) -> None:
    """The first request may have done its work before its answer was lost; that the next one comes too late says nothing of it.
    A new key would order twice, or meet a PIN that was shown to nobody."""
    order = {"order_id": "order-0001", "kind": "unblock", "product": "nes", "state": "waiting", "seconds_left": 900}
    with FakeIdp(pki, raw={"/v1/orders": [DROP, after, order], "/v1/orders/order-0001": order}) as idp, open_session(idp, pki) as session:
        session.ask("complete", idp.callback(session.begin()))
        if "dpop" in str(after):
            session.refused("session-refused", "order")
        assert session.ask("order") == "order-0001"
        assert len(idp.keys["/v1/orders"]) == 3 and len(set(idp.keys["/v1/orders"])) == 1


def test_a_call_that_went_on_with_a_new_token_has_nothing_in_its_record(pki: Authority) -> None:
    who = {"person": {"name": "A", "identity": "1*********1"}, "assurance": "bank", "organisations": [], "seconds_left": 60}
    with FakeIdp(pki, raw={"/v1/session": [problem("session-expired", 401), who]}) as idp, open_session(idp, pki) as session:
        session.ask("complete", idp.callback(session.begin()))
        assert len(session.ask("info").split("\t")) == 4  # a fifth is the record's status


@pytest.mark.parametrize("refresh", [None, "r" * 43], ids=["none", "the same"])
def test_a_server_that_does_not_rotate_is_gone_on_with(pki: Authority, refresh: str | None) -> None:
    """No new refresh token in the answer: the old one stays, also in what is kept, which is once for each change."""
    renewed = FakeIdp.tokens(access_token="b" * 43, refresh_token=refresh)
    with FakeIdp(pki, token=[FakeIdp.tokens(), renewed]) as idp, open_session(idp, pki) as session:
        session.ask("complete", idp.callback(session.begin()))
        assert session.ask("keeps") == "1"
        session.ask("renew")
        assert (session.kept()["access"], session.kept()["refresh"]) == ("b" * 43, "r" * 43)
        assert session.ask("keeps") == "2"


@pytest.mark.parametrize("answer, keeps", [(FakeIdp.tokens(refresh_token="s" * 43), 2), (DROP, 2), ((503, "", "text/plain"), 1)],
                         ids=["rotated", "lost", "not used"])
def test_it_is_kept_once_for_each_change(pki: Authority, answer: Any, keeps: int) -> None:
    """A refresh token that must not be used again is a change; one that was not used is none."""
    with FakeIdp(pki, token=[FakeIdp.tokens(), answer]) as idp, open_session(idp, pki) as session:
        session.ask("complete", idp.callback(session.begin()))
        if keeps == 2 and isinstance(answer, dict):
            session.ask("renew")
        else:
            session.refused("session-expired" if answer == DROP else "service-unavailable", "renew")
        assert session.ask("keeps") == str(keeps)


def test_tokens_of_two_kilobytes(pki: Authority) -> None:
    """Some servers' tokens are signed documents."""
    with FakeIdp(pki, token=FakeIdp.tokens(access_token="a." * 1024, refresh_token="r." * 1024)) as idp, open_session(idp, pki) as session:
        session.ask("complete", idp.callback(session.begin()))
        assert session.kept()["access"] == "a." * 1024 and session.kept()["refresh"] == "r." * 1024


def test_a_login_ends_here_though_the_server_is_gone(pki: Authority) -> None:
    """The tokens are wiped in any case, and the failure is told."""
    with FakeIdp(pki, raw={"/v1/session/end": {"ended": True}, "/revoke": DROP}) as idp, open_session(idp, pki) as session:
        session.ask("complete", idp.callback(session.begin()))
        session.refused("network-interrupted", "end")
        assert session.kept() == {}
        session.refused("login-required", "info")


def test_a_borrowed_token_is_given_to_no_other_server(pki: Authority) -> None:
    """Nothing says that the authorization server gave it: a password login's token is the service's own. The service ends the session."""
    with FakeIdp(pki, raw={"/v1/session/end": {"ended": True}}) as idp:
        with open_session(idp, pki) as session:
            session.ask("complete", idp.callback(session.begin()))
            lent, kept = session.ask("lend", "0"), session.ask("keep")
        for held, revoked in ((lent, False), (kept, True)):
            with open_session(idp, pki) as session:
                session.ask("restore", held)
                session.ask("end")
            assert ("/revoke" in idp.paths) == revoked


def test_what_was_told_of_one_person_is_not_told_of_the_next(pki: Authority) -> None:
    """The same handle logs in again, or goes on with what was kept."""
    who = {"person": {"name": "A", "identity": "1*********46"}, "assurance": "password", "seconds_left": 60,
           "organisations": [{"type": "vkn", "number": "4540536920", "name": "DENEME"}]}
    with FakeIdp(pki, raw={"/v1/session": who}) as idp, open_session(idp, pki) as session:
        session.ask("complete", idp.callback(session.begin()))
        for anew in (lambda: session.ask("complete", idp.callback(session.begin())), lambda: session.ask("restore", session.ask("keep"))):
            session.ask("info")
            assert session.ask("organisation") == "DENEME"
            session.ask("renew")
            assert session.ask("organisation") == "DENEME"
            anew()
            session.refused("invalid-argument", "organisation")


def test_a_name_commands_no_terminal(pki: Authority) -> None:
    """U+009B begins a terminal's commands as ESC [ does."""
    who = {"person": {"name": "A\u009b2JB", "identity": "1*********46"}, "assurance": "password", "seconds_left": 60, "organisations": []}
    with FakeIdp(pki, raw={"/v1/session": who}) as idp, open_session(idp, pki) as session:
        session.ask("complete", idp.callback(session.begin()))
        session.refused("service-reply-malformed", "info")
        who["person"] = {"name": "ÂÇĞİÖŞÜ \u00a0", "identity": "1*********46"}
        assert session.ask("info").startswith("ÂÇĞİÖŞÜ")


def test_a_name_looks_like_no_other(pki: Authority) -> None:
    """Characters that turn the direction of writing, and those without width, are left out of what is shown."""
    who = {"person": {"name": "\u202eNALSA\u202c\u200b İĞŞ\u2066", "identity": "1*********46\u200f"}, "assurance": "password", "seconds_left": 60,
           "organisations": [{"type": "vkn", "number": "4540536920", "name": "DENEME\u2069 A.Ş.\ufeff"}]}
    with FakeIdp(pki, raw={"/v1/session": who}) as idp, open_session(idp, pki) as session:
        session.ask("complete", idp.callback(session.begin()))
        assert session.ask("info").split("\t")[:2] == ["NALSA İĞŞ", "1*********46"]
        assert session.ask("organisation") == "DENEME A.Ş."


def test_what_is_gone_on_with_writes_no_header(pki: Authority) -> None:
    """Kept bytes that somebody has changed, with a token that would end its header."""
    with FakeIdp(pki) as idp, open_session(idp, pki) as session:
        session.ask("complete", idp.callback(session.begin()))
        for token, evil in (("a" * 43, "a\r\nX-Evil: 1"), ("a" * 43, "a b"), ("r" * 43, "r\0")):
            kept = bytes.fromhex(session.ask("keep"))[:-32].replace(token.encode(), evil.ljust(43, "b").encode())
            session.refused("invalid-argument", "restore", (kept + hashlib.sha256(kept).digest()).hex())
        session.ask("restore", session.ask("keep"))
