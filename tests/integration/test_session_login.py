# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The library's login in the browser against npm oidc-provider, which demands PKCE and DPoP: what succeeds, and what each way
# to go wrong is called. The person at the browser is idp_client.py.
"""The login in the browser."""
from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from box import BUILD, LIFETIMES, Box
from cli import STATUS
from idp_client import REDIRECT, WAYS, Client, ask, login
from session_driver import Session, fields_of


@pytest.fixture
def session(login_box: Box) -> Iterator[Session]:
    """A new session at the shared sandbox with login."""
    with Session(login_box.env) as made:
        yield made


def enter(box: Box, session: Session, user: str = "deneme", way: str = "password") -> str:
    """A whole login; its callback."""
    callback = login(session.begin(), box.env["KAMUPIN_CA_FILE"], user, way)
    session.ask("complete", callback)
    return callback


def change(callback: str, **values: str | None) -> str:
    """The callback with other parameters, None: left out."""
    base, _, query = callback.partition("?")
    given = {name: value[0] for name, value in parse_qs(query).items()} | values
    return base + "?" + urlencode({name: value for name, value in given.items() if value is not None})


@pytest.mark.parametrize("way", WAYS)
def test_a_login_says_who_it_was_and_how(login_box: Box, session: Session, way: str) -> None:
    """Each of the five ways of e-Devlet."""
    enter(login_box, session, way=way)
    name, identity, assurance, left = session.ask("info").split("\t")
    assert (name, identity) == ("DENEME KULLANICI", "1********46")
    assert int(assurance) == WAYS.index(way) + 1 and 0 < int(left) <= 1800


def test_the_login_is_told_before_it_is_opened(session: Session) -> None:
    """What one logs in to and where, and an address that a native public client sends (RFC 8252, RFC 7636, RFC 9449)."""
    url, application, address = session.ask("begin").split("\t")
    assert application == "KamuPIN online services" and address.startswith("https://localhost:")
    said = {name: value[0] for name, value in parse_qs(urlsplit(url).query).items()}
    assert said["response_type"] == "code" and said["client_id"] == "kamupin" and said["redirect_uri"] == REDIRECT
    assert said["code_challenge_method"] == "S256" and len(said["code_challenge"]) == len(said["state"]) == len(said["dpop_jkt"]) == 43
    again = {name: value[0] for name, value in parse_qs(urlsplit(session.begin()).query).items()}
    assert again["state"] != said["state"] and again["code_challenge"] != said["code_challenge"]
    assert session.ask("methods") == "3"


def test_the_carried_word_comes_back(login_box: Box, session: Session) -> None:
    """A10: the application goes on with what it wanted before the login."""
    callback = login(session.begin("sipariş: ord-1"), login_box.env["KAMUPIN_CA_FILE"])
    session.ask("complete", callback)
    assert session.ask("carried") == "sipariş: ord-1"
    session.begin()
    assert session.ask("carried") == ""


def test_a_pasted_callback_works(login_box: Box, session: Session) -> None:
    """Where no browser can reach back."""
    callback = login(session.begin(), login_box.env["KAMUPIN_CA_FILE"])
    session.ask("complete", f'  <{callback}>\r')
    assert session.ask("info")


def test_each_wrong_callback_has_its_own_status_and_sends_nothing(login_box: Box, session: Session) -> None:
    """State, issuer and address are compared exactly; after all of that the right callback still works."""
    callback = login(session.begin(), login_box.env["KAMUPIN_CA_FILE"])
    session.refused("callback-malformed", "complete", "123456")
    session.refused("login-redirect-mismatch", "complete", callback.replace(":8765", ":8766"))
    session.refused("login-redirect-mismatch", "complete", callback.replace("/kamupin?", "/kamupin/?"))
    session.refused("login-state-mismatch", "complete", change(callback, state="x" * 43))
    session.refused("login-issuer-mismatch", "complete", change(callback, iss="https://localhost"))
    session.refused("login-issuer-mismatch", "complete", change(callback, iss=None))
    session.ask("complete", callback)
    assert session.ask("info")


def test_a_code_works_once(login_box: Box, session: Session) -> None:
    """In the login that waited for it, and never again."""
    callback = enter(login_box, session)
    session.refused("wrong-state", "complete", callback)
    state = parse_qs(urlsplit(session.begin()).query)["state"][0]
    session.refused("login-grant-refused", "complete", change(callback, state=state))


def test_a_code_whose_time_is_over(login_box: Box, session: Session) -> None:
    """By the server's clock. Its answer is that of a code which was used (invalid_grant, RFC 6749, 5.2), so the status names both. Nothing
    is left of that login; what was logged in before stays so, and the next login goes well."""
    login_box.lifetimes(code=0)
    try:
        callback = login(session.begin(), login_box.env["KAMUPIN_CA_FILE"])
    finally:
        login_box.lifetimes(**LIFETIMES)
    assert "code=" in callback, "the page was completed, and a code was given"
    session.refused("login-grant-refused", "complete", callback)
    session.refused("wrong-state", "complete", callback)
    session.refused("login-required", "info")
    assert session.kept() == {}
    enter(login_box, session)
    login_box.lifetimes(code=0)
    try:
        late = login(session.begin(), login_box.env["KAMUPIN_CA_FILE"])
    finally:
        login_box.lifetimes(**LIFETIMES)
    session.refused("login-grant-refused", "complete", late)
    assert session.ask("info")
    enter(login_box, session)


def test_a_code_of_another_login_is_refused_by_the_server(login_box: Box, session: Session) -> None:
    """A code that was put into this login's callback (RFC 9700, 4.5): the verifier does not fit."""
    other = Client(login_box.env["KAMUPIN_ISSUER"], login_box.env["KAMUPIN_CA_FILE"])
    stolen = parse_qs(urlsplit(login(other.authorization_url(), other.ca_file)).query)["code"][0]
    callback = login(session.begin(), login_box.env["KAMUPIN_CA_FILE"])
    session.refused("login-grant-refused", "complete", change(callback, code=stolen))


def test_a_login_that_was_begun_anew_voids_the_one_before(login_box: Box, session: Session) -> None:
    """Its callback is another login's."""
    callback = login(session.begin(), login_box.env["KAMUPIN_CA_FILE"])
    session.begin()
    session.refused("login-state-mismatch", "complete", callback)


def test_a_cancelled_login_is_told_from_a_refused_one(login_box: Box, session: Session) -> None:
    """The page's İptal; and a server that will not show a page at all."""
    callback = login(session.begin(), login_box.env["KAMUPIN_CA_FILE"], cancel=True)
    assert "error=access_denied" in callback
    session.refused("login-cancelled", "complete", callback)
    session.refused("wrong-state", "complete", callback)
    reply = ask("GET", session.begin() + "&prompt=none", login_box.env["KAMUPIN_CA_FILE"])
    assert reply.status == 303 and "error=login_required" in reply.headers["Location"], reply.raw
    session.refused("login-refused", "complete", reply.headers["Location"])


def test_a_token_that_has_run_out_is_renewed(login_box: Box, session: Session) -> None:
    """By the clock of this machine, and when it is asked for; by the service's word alone: test_session_lies.py."""
    enter(login_box, session)
    first = session.kept()
    session.ask("advance", "301000")
    assert session.ask("info")
    second = session.kept()
    assert second["access"] != first["access"] and second["refresh"] != first["refresh"] and second["key"] == first["key"]
    session.ask("renew")
    third = session.kept()
    assert third["refresh"] not in (first["refresh"], second["refresh"])
    assert session.ask("info")


def test_a_token_that_was_given_back_ends_the_login(login_box: Box, session: Session) -> None:
    """By whoever had it: the server grants no other for it, and the person logs in again."""
    enter(login_box, session)
    client = Client(login_box.env["KAMUPIN_ISSUER"], login_box.env["KAMUPIN_CA_FILE"])
    assert client.revoke(session.kept()["access"]).status == 200
    session.refused("session-expired", "info")
    session.refused("session-expired", "renew")
    enter(login_box, session)
    assert session.ask("info")


def test_a_refresh_token_that_was_used_ends_the_session(login_box: Box, session: Session) -> None:
    """Somebody has used it before: the server ends all that was granted, and the person logs in again."""
    enter(login_box, session)
    before = session.ask("keep")
    session.ask("renew")
    with Session(login_box.env) as copy:
        copy.ask("restore", before)
        copy.refused("session-expired", "renew")
        copy.refused("session-expired", "renew")
    session.refused("session-expired", "renew")
    enter(login_box, session)
    assert session.ask("info")


def test_a_session_goes_on_in_another_process(login_box: Box, session: Session) -> None:
    """What was kept restores it: same key, same tokens; of another service it is refused."""
    enter(login_box, session, user="baska")
    kept = session.ask("keep")
    with Session(login_box.env) as other:
        other.ask("restore", kept)
        assert other.ask("info").startswith("BA")
        other.ask("renew")
    with Session(login_box.env, service=login_box.env["KAMUPIN_SERVICE"] + "/x") as stranger:
        stranger.refused("invalid-argument", "restore", kept)


def test_a_lent_session_works_without_a_refresh_token(login_box: Box, session: Session) -> None:
    """Two borrowers: neither can use the refresh token up, so the lender goes on."""
    enter(login_box, session)
    session.ask("advance", "250000")
    lent = session.ask("lend", "100")  # fewer were left, so it was renewed first
    assert fields_of(lent)["refresh"] == "" and fields_of(lent)["access"] == session.kept()["access"]
    for _ in range(2):
        with Session(login_box.env) as borrower:
            borrower.ask("restore", lent)
            borrower.ask("advance", "250000")
            assert borrower.ask("info").startswith("DENEME")
            borrower.refused("session-expired", "renew")
    session.ask("renew")


def test_logging_out_ends_everything(login_box: Box, session: Session) -> None:
    """At the service, at the authorization server, and here."""
    enter(login_box, session)
    kept, raw = session.kept(), session.ask("keep")
    session.ask("end")
    assert session.kept() == {}
    session.refused("login-required", "info")
    session.ask("end")  # nobody is logged in: nothing to do
    client = Client(login_box.env["KAMUPIN_ISSUER"], login_box.env["KAMUPIN_CA_FILE"])
    reply = client.refresh(kept["refresh"])
    assert (reply.status, reply.json["error"]) == (400, "invalid_grant")
    with Session(login_box.env) as copy:
        copy.ask("restore", raw)
        copy.refused("session-expired", "info")


def test_a_session_that_was_ended_on_the_web_is_told_from_one_that_ran_out(login_box: Box, session: Session) -> None:
    """Here the tokens stay until the application ends the session, which then succeeds."""
    enter(login_box, session, user="baska")
    assert session.ask("info")
    login_box.control.post("/sessions/end", {"user": "baska"})
    session.refused("session-ended", "info")
    session.ask("end")
    session.refused("login-required", "info")


def test_no_token_stands_in_the_log_or_in_an_address(login_box: Box) -> None:
    """At the most talkative level."""
    session = Session(login_box.env)
    callback = enter(login_box, session)
    first = session.kept()
    session.ask("renew")
    second = session.kept()
    session.ask("end")
    log = session.close()
    assert "/token" in log
    code = parse_qs(urlsplit(callback).query)["code"][0]
    for secret in (code, first["access"], first["refresh"], second["access"], second["refresh"]):
        assert secret not in log


def test_without_a_redirect_there_is_no_browser_login(login_box: Box) -> None:
    """And with one that anybody could take there is no session."""
    with Session(login_box.env, redirect="-") as session:
        session.refused("wrong-state", "begin")


def test_a_service_without_login_says_so(shared_box: Box) -> None:
    """A sandbox that was started without --login."""
    with Session(shared_box.env) as session:
        assert session.ask("methods") == "0"
        session.refused("login-not-offered", "begin")


def test_the_one_page_program(login_box: Box) -> None:
    """examples/login.c with a wrong and a right line, and without any."""
    argv = [str(BUILD / "bin" / "example-login"), login_box.env["KAMUPIN_SERVICE"], login_box.env["KAMUPIN_CA_FILE"]]
    process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdin is not None
    assert process.stdout.readline().startswith("KamuPIN Online İşlemler / KamuPIN online services: https://localhost:")
    callback = login(process.stdout.readline().strip(), argv[2])
    process.stdin.write(f"hello\n{callback}\n")
    process.stdin.flush()
    assert re.match(r"DENEME KULLANICI \(1\*+46\), password, \d+ s$", process.stdout.readline())
    assert process.communicate("\n", timeout=30)[1] == "" and process.returncode == 0
    silent = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30, check=False)
    assert silent.returncode == STATUS["cancelled"] and len(silent.stderr.splitlines()) == 2
