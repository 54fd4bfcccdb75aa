# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The authorization server of the sandbox as a client meets it that nobody here wrote for it: code + PKCE + DPoP, what is
# refused, refresh, revocation, logout, and what the service makes of its tokens. Counterpart: npm oidc-provider.
"""Authorization server and sessions."""
from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from box import LIFETIMES, Box, until
from idp_client import REDIRECT, WAYS, Browser, Client, Key, Reply, ask, login, problem


def make_client(box: Box) -> Client:
    """A client with a key of its own."""
    return Client(box.env["KAMUPIN_ISSUER"], box.env["KAMUPIN_CA_FILE"], box.env["KAMUPIN_SERVICE"])


@pytest.fixture
def client(login_box: Box) -> Client:
    """A client with a new key at the shared sandbox with login."""
    return make_client(login_box)


@pytest.fixture
def short(login_box: Box) -> Iterator[Box]:
    """The shared sandbox for a test that changes lifetimes; they are as before afterwards."""
    yield login_box
    login_box.lifetimes(**LIFETIMES)


def error(reply: Reply) -> tuple[int, str]:
    """Status and error of a refusal of the authorization server."""
    return reply.status, str(reply.json["error"])


def back(callback: str) -> dict[str, str]:
    """What a callback says."""
    return {name: values[0] for name, values in parse_qs(urlsplit(callback).query).items()}


# ---- logging in ----

def test_a_login_ends_in_a_session_that_the_service_knows(client: Client) -> None:
    """Code, PKCE, DPoP; then GET /session says who and how."""
    tokens = client.log_in()
    assert tokens["token_type"] == "DPoP" and tokens["expires_in"] == 300 and tokens["refresh_token"] and "id_token" not in tokens
    said = client.call("GET", "/session").json
    assert said["person"] == {"name": "DENEME KULLANICI", "identity": "1********46"}
    assert said["assurance"] == "password" and 1700 <= said["seconds_left"] <= 1800
    assert {"type": "vkn", "number": "4540536920", "name": "DENEME ANONİM ŞİRKETİ"} in said["organisations"]


def test_another_person_has_another_session(client: Client) -> None:
    """The session is of who logged in: their name, and those for whom they may act."""
    client.log_in("baska")
    said = client.call("GET", "/session").json
    assert said["person"] == {"name": "BAŞKA KULLANICI", "identity": "1********10"}
    assert "4540536920" not in [one["number"] for one in said["organisations"]]


@pytest.mark.parametrize("way", WAYS)
def test_the_service_is_told_which_way_the_person_chose(client: Client, way: str) -> None:
    """Each of the five ways; renewing does not change it."""
    client.log_in(way=way)
    assert client.call("GET", "/session").json["assurance"] == way
    assert client.refresh().status == 200
    assert client.call("GET", "/session").json["assurance"] == way


def test_metadata_offers_the_login(login_box: Box) -> None:
    """Where, as which client, with which scope; the server says what it can."""
    url, ca_file = login_box.env["KAMUPIN_SERVICE"], login_box.env["KAMUPIN_CA_FILE"]
    said = ask("GET", url + "/metadata", ca_file, {"KamuPIN-Client": "test/1.0.0"}).json
    assert said["login"] == {"methods": ["browser", "card"], "issuer": login_box.env["KAMUPIN_ISSUER"], "client_id": "kamupin",
                             "scopes": ["kamupin"]}
    assert said["application"]["url"] == url.removesuffix("kamupin/v1")
    server = ask("GET", said["login"]["issuer"] + "/.well-known/openid-configuration", ca_file).json
    assert server["issuer"] == said["login"]["issuer"] and server["authorization_response_iss_parameter_supported"] is True
    assert server["code_challenge_methods_supported"] == ["S256"] and server["dpop_signing_alg_values_supported"] == ["ES256"]
    assert "urn:ietf:params:oauth:grant-type:jwt-bearer" in server["grant_types_supported"]


def test_a_sandbox_without_login_offers_none(calm_box: Box) -> None:
    """Neither in its metadata nor by a session."""
    assert "KAMUPIN_ISSUER" not in calm_box.env
    url, ca_file = calm_box.env["KAMUPIN_SERVICE"], calm_box.env["KAMUPIN_CA_FILE"]
    assert "login" not in ask("GET", url + "/metadata", ca_file, {"KamuPIN-Client": "test/1.0.0"}).json


@pytest.mark.parametrize("redirect", ["http://127.0.0.1:49999/kamupin", "http://[::1]:8765/kamupin", "example.kamupin:/callback"])
def test_the_browser_comes_back_where_the_client_asked(client: Client, redirect: str) -> None:
    """RFC 8252: a loopback address with any port, or a scheme of the client's own."""
    callback = login(client.authorization_url(redirect_uri=redirect), client.ca_file)
    assert callback.startswith(redirect + "?")
    assert client.redeem(callback, redirect_uri=redirect).status == 200


# ---- what is refused ----

@pytest.mark.parametrize("change", [
    {"code_challenge": None, "code_challenge_method": None}, {"code_challenge_method": "plain"}, {"code_challenge": "short"}])
def test_without_pkce_there_is_no_login(client: Client, change: dict[str, str | None]) -> None:
    """The client hears invalid_request at its own address, without a person having been asked."""
    reply = Browser(client.ca_file).go(client.authorization_url(**change))
    said = back(reply.headers["Location"])
    assert reply.headers["Location"].startswith(REDIRECT) and said["error"] == "invalid_request"
    assert said["state"] == client.state and said["iss"] == client.issuer


@pytest.mark.parametrize("redirect", [
    "http://127.0.0.1:8765/other", "http://localhost:8765/kamupin", "https://127.0.0.1:8765/kamupin", "http://192.0.2.1/kamupin",
    "example.other:/callback", "http://127.0.0.1:8765/kamupin?more=1"])
def test_a_wrong_redirect_is_refused_on_the_spot(client: Client, redirect: str) -> None:
    """Nobody is sent to an address that is not registered."""
    reply = Browser(client.ca_file).go(client.authorization_url(redirect_uri=redirect))
    assert reply.status == 400 and "invalid_redirect_uri" in reply.text


def test_cancelling_is_told_to_the_client(client: Client) -> None:
    """İptal."""
    said = back(login(client.authorization_url(), client.ca_file, cancel=True))
    assert said["error"] == "access_denied" and said["state"] == client.state and said["iss"] == client.issuer


def test_a_code_works_once_and_its_tokens_die_with_the_second_use(client: Client) -> None:
    """Who gives it again may be who stole it."""
    callback = login(client.authorization_url(), client.ca_file)
    assert client.redeem(callback).status == 200
    tokens = dict(client.tokens)
    assert error(client.redeem(callback)) == (400, "invalid_grant")
    assert problem(client.call("GET", "/session", token=tokens["access_token"])) == "session-expired"
    assert error(client.refresh(tokens["refresh_token"])) == (400, "invalid_grant")


@pytest.mark.parametrize("change", [{"code_verifier": "x" * 43}, {"redirect_uri": "http://127.0.0.1:9/kamupin"}, {"code": "x" * 43}])
def test_a_code_is_worth_nothing_without_what_belongs_to_it(client: Client, change: dict[str, str]) -> None:
    """Verifier, redirect; and a code that was never issued."""
    assert error(client.redeem(login(client.authorization_url(), client.ca_file), **change)) == (400, "invalid_grant")


def test_a_code_is_too_old_after_its_time(client: Client, short: Box) -> None:
    """By the server's clock."""
    short.lifetimes(code=0)
    assert error(client.redeem(login(client.authorization_url(), client.ca_file))) == (400, "invalid_grant")


def test_a_token_needs_a_proof_with_the_nonce_of_the_server(client: Client) -> None:
    """No proof: refused. A proof without nonce: the server gives one, and the code is still good."""
    said = back(login(client.authorization_url(), client.ca_file))
    url = client.metadata["token_endpoint"]
    form = urlencode({"client_id": "kamupin", "grant_type": "authorization_code", "code": said["code"], "redirect_uri": REDIRECT,
                      "code_verifier": client.verifier})
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert error(ask("POST", url, client.ca_file, headers, form)) == (400, "invalid_grant")
    reply = ask("POST", url, client.ca_file, headers | {"DPoP": client.key.proof("POST", url, None)}, form)
    assert error(reply) == (400, "use_dpop_nonce") and reply.headers["DPoP-Nonce"]
    proof = client.key.proof("POST", url, reply.headers["DPoP-Nonce"])
    assert ask("POST", url, client.ca_file, headers | {"DPoP": proof}, form).status == 200


# ---- tokens ----

def test_refresh_tokens_are_used_once_and_reuse_ends_the_login(client: Client) -> None:
    """Rotation; then both parties lose what they have."""
    first = client.log_in()
    assert client.refresh().status == 200
    second = dict(client.tokens)
    assert second["refresh_token"] != first["refresh_token"] and client.call("GET", "/session").status == 200
    assert error(client.refresh(first["refresh_token"])) == (400, "invalid_grant")
    assert error(client.refresh(second["refresh_token"])) == (400, "invalid_grant")
    assert problem(client.call("GET", "/session", token=second["access_token"])) == "session-expired"


def test_a_refresh_token_is_bound_to_the_key(client: Client) -> None:
    """Stolen alone it is worth nothing."""
    client.log_in()
    own, client.key = client.key, Key()
    assert error(client.refresh()) == (400, "invalid_grant")
    client.key = own
    assert client.refresh().status == 200


def test_an_access_token_is_over_after_its_time_and_can_be_renewed(client: Client, short: Box) -> None:
    """session-expired, a refresh, and the same session goes on."""
    short.lifetimes(access_token=0)
    client.log_in()
    assert problem(client.call("GET", "/session")) == "session-expired"
    short.lifetimes(**LIFETIMES)
    assert client.refresh().status == 200 and client.call("GET", "/session").status == 200


def test_a_session_is_over_after_its_time() -> None:
    """Neither the service nor the authorization server lets it go on for ever."""
    with Box(["akis2"], ["--login"]) as box:
        own = make_client(box)
        own.log_in()
        assert own.call("GET", "/session").status == 200
        box.advance(1801)
        assert problem(own.call("GET", "/session")) == "session-expired"
        box.lifetimes(refresh_token=0)
        late = make_client(box)
        late.log_in()
        assert error(late.refresh()) == (400, "invalid_grant")


def test_a_revoked_token_is_refused_by_the_next_call(client: Client) -> None:
    """The service asks each time."""
    client.log_in()
    assert client.call("GET", "/session").status == 200
    assert client.revoke(client.tokens["refresh_token"]).status == 200
    assert problem(client.call("GET", "/session")) == "session-expired"
    assert error(client.refresh()) == (400, "invalid_grant")


def ordered(client: Client) -> tuple[str, str]:
    """An order of that session, and its code."""
    order = client.call("POST", "/orders", {"kind": "unblock", "product": "nes"}).json["order_id"]
    return order, client.call("POST", f"/orders/{order}/code", {}).json["code"]


def redeemed(box: Box, code: str) -> str:
    """What a desk is told, which has no token of the session."""
    return problem(make_client(box).call("POST", "/codes/redeem", {"code": code, "cards": []}, token="none"))


@pytest.mark.parametrize("how", ["refresh_token", "access_token", "used twice"])
def test_a_login_that_ends_at_the_server_alone_ends_at_the_service(client: Client, login_box: Box, how: str) -> None:
    """A token given back there, or a refresh token that comes twice: the order's code dies as with a logout, before who asked has an answer."""
    client.log_in()
    order, code = ordered(client)
    if how == "used twice":
        first = client.tokens["refresh_token"]
        assert client.refresh().status == 200
        assert error(client.refresh(first)) == (400, "invalid_grant")
    else:
        assert client.revoke(client.tokens[how]).status == 200
    assert redeemed(login_box, code) == "session-ended"
    assert problem(client.call("GET", "/session")) == "session-expired" and error(client.refresh()) == (400, "invalid_grant")
    other = make_client(login_box)
    other.log_in()
    assert other.call("GET", f"/orders/{order}").json["state"] == "cancelled"


def test_another_clients_token_cannot_be_given_back(client: Client, login_box: Box) -> None:
    """Nor one that there is not; the order lives."""
    client.log_in()
    _, code = ordered(client)
    assert client.revoke("x" * 43).status == 200
    form = urlencode({"client_id": "portal", "token": client.tokens["refresh_token"]})
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert ask("POST", client.metadata["revocation_endpoint"], client.ca_file, headers, form).status in (400, 401)
    assert redeemed(login_box, code).startswith("none, the call succeeded")


def test_a_service_that_was_away_is_told_when_it_is_back() -> None:
    """The one who logs out is answered all the same."""
    with Box(["akis2"], ["--login"]) as box:
        own = make_client(box)
        own.log_in()
        _, code = ordered(own)
        box.kill("service")
        assert own.revoke(own.tokens["refresh_token"]).status == 200
        box.revive()
        until(lambda: box.control.get("/sessions")["sessions"][0]["state"] == "ended", what="the end of the session")
        assert redeemed(box, code) == "session-ended"


def test_a_stolen_token_is_worth_nothing_without_its_key(client: Client) -> None:
    """Nor is one that was never issued, nor none."""
    client.log_in()
    reply = client.call("GET", "/session", key=Key())
    assert problem(reply) == "login-required" and reply.headers["WWW-Authenticate"].startswith("DPoP")
    reply = client.call("GET", "/session", token="x" * 43)
    assert problem(reply) == "session-expired" and 'error="invalid_token"' in reply.headers["WWW-Authenticate"]
    client.tokens["access_token"] = " "
    assert problem(client.call("GET", "/session")) == "login-required"


def test_introspection_is_for_the_service_alone(client: Client) -> None:
    """A public client learns nothing about a token."""
    client.log_in()
    form = urlencode({"client_id": "kamupin", "token": client.tokens["access_token"]})
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert ask("POST", client.metadata["introspection_endpoint"], client.ca_file, headers, form).json == {"active": False}


# ---- logging out ----

def test_who_logs_out_is_told_so_until_the_next_login(client: Client) -> None:
    """session-ended; logging out again is no mistake; another login of the same client is another session."""
    client.log_in()
    assert client.call("POST", "/session/end", {}).json == {"ended": True}
    assert problem(client.call("GET", "/session")) == "session-ended"
    assert client.call("POST", "/session/end", {}).json == {"ended": True}
    assert client.refresh().status == 200
    assert problem(client.call("GET", "/session")) == "session-ended"
    client.log_in()
    assert client.call("GET", "/session").status == 200


def test_one_persons_logout_leaves_other_sessions_alone(client: Client, login_box: Box) -> None:
    """Two sessions of one person."""
    other = make_client(login_box)
    other.log_in()
    client.log_in()
    client.call("POST", "/session/end", {})
    assert other.call("GET", "/session").status == 200


# ---- the web pages' own client ----

def test_the_portal_gets_an_id_token_and_can_log_out(client: Client, login_box: Box) -> None:
    """Confidential client, code + PKCE; the ID token says who and how; logging out comes back to the portal."""
    config = json.loads((login_box.folder / "service" / "idp" / "config.json").read_text())
    origin = config["service"]["origin"]
    redirect = origin + "/login/callback"
    browser = Browser(client.ca_file, stop=redirect)
    page = browser.go(client.authorization_url(client_id="portal", redirect_uri=redirect, scope="openid", nonce="n-0S6", prompt="login"))
    said = back(browser.log_in(page, "deneme", "bank").headers["Location"])
    form = urlencode({"grant_type": "authorization_code", "code": said["code"], "redirect_uri": redirect, "code_verifier": client.verifier})
    headers = {"Content-Type": "application/x-www-form-urlencoded",
               "Authorization": "Basic " + base64.b64encode(f"portal:{config['clients']['portal']}".encode()).decode()}
    tokens = ask("POST", client.metadata["token_endpoint"], client.ca_file, headers, form).json
    body = tokens["id_token"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    assert claims["sub"] == "deneme" and claims["assurance"] == "bank" and claims["nonce"] == "n-0S6" and claims["aud"] == "portal"
    ask_page = browser.go(client.metadata["end_session_endpoint"] + "?" + urlencode(
        {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": origin + "/"}))
    assert ask_page.status == 200 and "op.logoutForm" in ask_page.text and "<script" not in ask_page.text
    assert browser.press(ask_page, "op.logoutForm", logout="yes").url == origin + "/"


# ---- faults ----

def test_the_service_says_when_the_authorization_server_is_away() -> None:
    """unavailable; revived, it has forgotten who was logged in, and logging in works again."""
    with Box(["akis2"], ["--login"]) as box:
        own = make_client(box)
        own.log_in()
        assert own.call("GET", "/session").status == 200
        box.kill("idp")
        assert problem(own.call("GET", "/session")) == "unavailable"
        box.revive()
        assert problem(own.call("GET", "/session")) == "session-expired"
        own.log_in()
        assert own.call("GET", "/session").status == 200
        box.kill("service")
        box.revive()
        assert own.call("GET", "/session").status == 200, "the service's sessions outlive it"
