# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Every answer of an authorization server given wrongly in every way of hostile.py: its metadata, the tokens for a code and for a refresh
# token, a revocation. A clear status, bounded time and memory, a code and a refresh token sent once, no token kept that was not granted;
# and the next login with good answers goes well. The server is fake_idp.py. What is wrong in meaning is in test_session_lies.py.
"""A hostile authorization server."""
from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from box import Box
from fake_idp import FakeIdp
from hostile import ANY, MEMORY_KB, TAKEN_MAX, VALUES, Spoiled, changed, right
from provoked import provoked
from session_driver import Refused, Session
from tls_servers import Authority

METADATA = "/.well-known/oauth-authorization-server"
TIMEOUT = 3000  # milliseconds of one exchange: "slow" takes ten times as long
# A type is not asked for: who sends JSON under another name has granted all the same. Problem documents are the service's; the
# authorization server's refusals have an "error" (RFC 6749, 5.2).
OTHERS = {"wrong-kind": "ok", "problem-of-another-profile": "service-reply-malformed"}
# The words of a metadata's and a grant's members that RFC 8414, RFC 6749 and RFC 9449 leave out or let be any text.
OPTIONAL = {"expires_in", "refresh_token", "revocation_endpoint", "authorization_response_iss_parameter_supported"}


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("pki"), "root")


@pytest.fixture
def pair(pki: Authority) -> Iterator[tuple[FakeIdp, Session]]:
    """The server, and a session that has not grown or been given more than it may when the test is over."""
    with FakeIdp(pki, raw={"/v1/session/end": {"ended": True}}) as idp:
        with Session({}, service=idp.service, ca_file=str(pki.file), timeout_ms=TIMEOUT) as session:
            before = session.memory()
            yield idp, session
            grown = session.memory() - before
            assert grown < MEMORY_KB, f"{grown} kB more than at the beginning"
        taken = max([one.taken for one in idp.spoiled], default=0)
        assert taken < TAKEN_MAX, f"{taken} bytes of an answer without end went out"


def tell(session: Session, word: str, rest: str = "") -> str:
    """The status of a call."""
    try:
        session.ask(word, rest)
    except Refused as refused:
        provoked(refused.status)
        return refused.status
    return "ok"


def log_in(idp: FakeIdp, session: Session) -> None:
    session.ask("complete", idp.callback(session.begin()))


def test_metadata_given_wrongly(pair: tuple[FakeIdp, Session]) -> None:
    idp, session = pair
    good = json.dumps(idp.metadata).encode()
    for name, (spoiler, status) in ANY.items():
        if name != "wrong-kind":
            idp._raw[METADATA] = spoiler(good)
            assert tell(session, "begin") == OTHERS.get(name, status), name
    assert idp.forms == []
    idp._raw[METADATA] = ANY["wrong-kind"][0](good)
    log_in(idp, session)


def test_tokens_for_a_code_given_wrongly(pair: tuple[FakeIdp, Session]) -> None:
    """A code is sent once, whatever comes back; the person logs in again."""
    idp, session = pair
    good = json.dumps(FakeIdp.tokens()).encode()
    for name, (spoiler, status) in ANY.items():
        if name in OTHERS and OTHERS[name] == "ok":
            continue
        idp._token = [spoiler(good)]
        callback, sent = idp.callback(session.begin()), len(idp.forms)
        assert tell(session, "complete", callback) == OTHERS.get(name, status), name
        assert (len(idp.forms) - sent, session.kept()) == (1, {}), name
        assert (tell(session, "complete", callback), tell(session, "info")) == ("wrong-state", "login-required"), name
    idp._token = [FakeIdp.tokens()]
    log_in(idp, session)


def test_tokens_for_a_card_given_wrongly(pki: Authority) -> None:
    """The card signs for each login anew; nothing of it costs the PIN a try."""
    good = json.dumps(FakeIdp.tokens()).encode()
    with Box(["akis2:rsa"]) as box, FakeIdp(pki) as idp:
        tries = box.cards[0].state()["pin.tries"]
        with Session(box.env, service=idp.service, ca_file=str(pki.file), timeout_ms=TIMEOUT) as session:
            for name, (spoiler, status) in ANY.items():
                if OTHERS.get(name) == "ok":
                    continue
                idp._token, sent = [spoiler(good)], len(idp.forms)
                assert tell(session, "login-card", "123456") == OTHERS.get(name, status), name
                assert (len(idp.forms) - sent, session.kept(), tell(session, "info")) == (1, {}, "login-required"), name
            idp._token = [FakeIdp.tokens()]
            session.ask("login-card", "123456")
            assert session.kept()["access"] == "a" * 43
        assert box.cards[0].state()["pin.tries"] == tries


# What was not the server's answer, or its refusal, leaves the refresh token as it was; a lost or a useless answer may have used it up.
KEPT = {"page": "http-intercepted", "redirect": "http-redirected"}


def test_a_renewal_given_wrongly(pair: tuple[FakeIdp, Session]) -> None:
    """A refresh token is sent once; when it may have been used up the session is over."""
    idp, session = pair
    good = json.dumps(FakeIdp.tokens(access_token="b" * 43, refresh_token="s" * 43)).encode()
    for name, (spoiler, _) in ANY.items():
        if name in OTHERS and OTHERS[name] == "ok":
            continue
        idp._token = [FakeIdp.tokens()]
        log_in(idp, session)
        idp._token, sent = [spoiler(good)], len(idp.forms)
        status = tell(session, "renew")
        assert status == KEPT.get(name, "session-expired"), name
        assert len(idp.forms) - sent == 1, name
        assert session.kept()["refresh"] == ("r" * 43 if name in KEPT else ""), name
        assert session.kept()["access"] == "a" * 43, "a token that was not granted is kept"
    idp._token = [FakeIdp.tokens()]
    log_in(idp, session)
    session.ask("renew")


def test_a_revocation_given_wrongly(pair: tuple[FakeIdp, Session]) -> None:
    """RFC 7009 gives its answer no body: what stands there is not looked at. The tokens are wiped in any case."""
    idp, session = pair
    unread = {name for name, (spoiler, _) in ANY.items() if name not in (
        "truncated", "100-mb", "endless", "endless-header", "slow", "page", "redirect",
        "problem-that-is-none", "problem-with-odd-numbers", "problem-of-another-profile")}
    for name, (spoiler, status) in ANY.items():
        log_in(idp, session)
        idp._raw["/revoke"] = spoiler(b"{}" if name != "duplicate" else b'{"x":1}')
        assert tell(session, "end") == ("ok" if name in unread else OTHERS.get(name, status)), name
        assert (session.kept(), tell(session, "info")) == ({}, "login-required"), name


REFUSED = {"service-reply-malformed", "login-issuer-mismatch", "login-not-offered"}


@pytest.mark.parametrize("member", ["issuer", "authorization_endpoint", "token_endpoint", "revocation_endpoint", "code_challenge_methods_supported",
                                    "dpop_signing_alg_values_supported", "authorization_response_iss_parameter_supported"])
def test_a_member_of_the_metadata_given_wrongly(pki: Authority, member: str) -> None:
    """Missing, of another type, out of range, no address: no browser is sent anywhere. What may be missing is, or is refused."""
    with FakeIdp(pki) as idp:
        spoil_member(pki, idp, member)


def spoil_member(pki: Authority, idp: FakeIdp, member: str) -> None:
    """One member of the metadata with each value."""
    good = json.dumps(idp.metadata).encode()
    for value in VALUES:
        if value is not ... and right(idp.metadata[member], value) and not isinstance(value, str) and member not in (
                "code_challenge_methods_supported", "dpop_signing_alg_values_supported"):
            continue
        idp._raw[METADATA] = Spoiled(changed(good, (member,), value))
        with Session({}, service=idp.service, ca_file=str(pki.file)) as asked:  # what was found once is not asked for again
            status = tell(asked, "begin")
        wanted = REFUSED | ({"ok"} if member in OPTIONAL and value in (..., None) else set())
        assert status in wanted, f"{value!r:.40}: {status}"
    assert idp.forms == []


@pytest.mark.parametrize("member", ["access_token", "token_type", "expires_in", "refresh_token"])
def test_a_member_of_a_grant_given_wrongly(pki: Authority, member: str) -> None:
    """No token that is none and none of another type is ever kept."""
    good = json.dumps(FakeIdp.tokens()).encode()
    with FakeIdp(pki) as idp:
        for value in VALUES:
            idp._token = [Spoiled(changed(good, (member,), value))]
            fits = (value is ... and member in OPTIONAL) or (member == "expires_in" and value == 10**9 and value is not True)
            fits = fits or (member.endswith("_token") and value == "zzz")
            with Session({}, service=idp.service, ca_file=str(pki.file)) as session:
                status = tell(session, "complete", idp.callback(session.begin()))
                assert status == ("ok" if fits else "service-reply-malformed"), f"{value!r:.40}: {status}"
                assert (session.kept() != {}) == fits


def test_a_time_wider_than_a_day_is_a_day(pki: Authority) -> None:
    who = {"person": {"name": "A", "identity": "1*********46"}, "assurance": "password", "seconds_left": 60, "organisations": []}
    with FakeIdp(pki, token=FakeIdp.tokens(expires_in=2**31 - 1), raw={"/v1/session": who}) as idp:
        with Session({}, service=idp.service, ca_file=str(pki.file)) as session:
            log_in(idp, session)
            session.ask("advance", str(86390 * 1000))
            session.ask("info")
            assert len(idp.forms) == 1
            session.ask("advance", str(20 * 1000))
            session.ask("info")
            assert len(idp.forms) == 2, "renewed"
