# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The two hosts that a session contacts, each with TLS that is not to be trusted: openssl s_server in the place of the service and of the
# authorization server, at the first contact and at the moment when a secret is about to leave (code and verifier, refresh token,
# access token). Each way has its own status, and s_server, which prints all that it decrypts, sees no request.
"""TLS of a session's two hosts."""
from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from fake_idp import FakeIdp
from session_driver import Session
from test_net_tls import bad_server
from tls_servers import Authority, RawServer, SServer, pin_of

KINDS = pytest.mark.parametrize("kind, status", [
    ("expired", "tls-expired"), ("early", "tls-expired"), ("self-signed", "tls-self-signed"), ("name", "tls-name"),
    ("purpose", "tls-purpose"), ("tls-1.1", "tls-version"), ("pin", "tls-pin")])


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("pki"), "root")


class Bad(SServer):
    """s_server with that fault; what it was sent."""

    def __init__(self, pki: Authority, folder: Path, kind: str) -> None:
        pem, options = bad_server(kind, pki, folder)
        super().__init__(folder, pem, *options)
        self.url = f"https://localhost:{self.port}"

    def saw_nothing(self) -> None:
        """Ends it; no request came, and no secret of a session's."""
        said = self.said()
        assert not set(re.findall(r"GET|POST|HTTP/1|Host:|DPoP|code_verifier|refresh_token|[acr]{43}", said)), said


def open_session(pki: Authority, service: str, kind: str) -> Session:
    """A session whose context pins the good servers' key where that is what is tested."""
    good = pki.folder / "fake-idp.pem"
    pins = {"KAMUPIN_PINS": pin_of(good)} if kind == "pin" else {}
    return Session(pins, service=service, ca_file=str(pki.file))


def moved(hex_bytes: str, before: str, after: str) -> str:
    """What was kept of a session, of a service at another address: as if the same one had another certificate now."""
    data = bytes.fromhex(hex_bytes)[:-32]
    old, new = before.encode(), after.encode()
    head, rest = data[:5], data[5:]
    assert rest[:2 + len(old)] == len(old).to_bytes(2, "big") + old
    data = head + len(new).to_bytes(2, "big") + new + rest[2 + len(old):]
    return (data + hashlib.sha256(data).digest()).hex()


@KINDS
def test_a_service_at_the_first_contact(pki: Authority, tmp_path: Path, kind: str, status: str) -> None:
    with FakeIdp(pki), Bad(pki, tmp_path, kind) as bad, open_session(pki, f"{bad.url}/v1", kind) as session:
        session.refused(status, "begin")
        bad.saw_nothing()


@KINDS
def test_a_service_that_is_about_to_get_a_token(pki: Authority, tmp_path: Path, kind: str, status: str) -> None:
    """A session goes on; the refusal costs it nothing."""
    with FakeIdp(pki) as idp, Bad(pki, tmp_path, kind) as bad:
        with open_session(pki, idp.service, kind) as session:
            session.ask("complete", idp.callback(session.begin()))
            kept = moved(session.ask("keep"), idp.service, f"{bad.url}/v1")
        with open_session(pki, f"{bad.url}/v1", kind) as session:
            session.ask("restore", kept)
            for word in ("info", "order", "renew"):
                session.refused(status, word)
            assert session.kept() == {}, "nothing new was kept"
            bad.saw_nothing()


@KINDS
def test_an_authorization_server_at_the_first_contact(pki: Authority, tmp_path: Path, kind: str, status: str) -> None:
    """No address comes out, so no browser is sent there."""
    with Bad(pki, tmp_path, kind) as bad, FakeIdp(pki, login={"issuer": bad.url}) as idp, open_session(pki, idp.service, kind) as session:
        session.refused(status, "begin")
        bad.saw_nothing()


@KINDS
def test_an_authorization_server_that_is_about_to_get_a_code(pki: Authority, tmp_path: Path, kind: str, status: str) -> None:
    """It was not seen by anybody: the same callback may be given again."""
    with Bad(pki, tmp_path, kind) as bad, FakeIdp(pki, metadata={"token_endpoint": f"{bad.url}/token"}) as idp:
        with open_session(pki, idp.service, kind) as session:
            callback = idp.callback(session.begin())
            for _ in range(2):
                session.refused(status, "complete", callback)
            session.refused("login-required", "info")
            bad.saw_nothing()


@KINDS
def test_an_authorization_server_that_is_about_to_get_tokens_back(pki: Authority, tmp_path: Path, kind: str, status: str) -> None:
    """The session is over here all the same, and says what was not done."""
    with Bad(pki, tmp_path, kind) as bad, FakeIdp(pki, metadata={"revocation_endpoint": f"{bad.url}/revoke"},
                                                  raw={"/v1/session/end": {"ended": True}}) as idp:
        with open_session(pki, idp.service, kind) as session:
            session.ask("complete", idp.callback(session.begin()))
            session.refused(status, "end")
            assert session.kept() == {}
            bad.saw_nothing()


@KINDS
def test_an_authorization_server_that_is_about_to_get_a_refresh_token(pki: Authority, tmp_path: Path, kind: str, status: str) -> None:
    """It is as good as before: whoever goes on with what was kept renews at the right server."""
    with Bad(pki, tmp_path, kind) as bad, FakeIdp(pki) as idp:
        with open_session(pki, idp.service, kind) as session:
            session.ask("complete", idp.callback(session.begin()))
            kept = session.ask("keep")
        right, idp.metadata["token_endpoint"] = idp.metadata["token_endpoint"], f"{bad.url}/token"
        with open_session(pki, idp.service, kind) as session:
            session.ask("restore", kept)
            session.refused(status, "renew")
            bad.saw_nothing()
        idp.metadata["token_endpoint"] = right
        with open_session(pki, idp.service, kind) as session:
            session.ask("restore", kept)
            session.ask("renew")


def redirect(plain: RawServer) -> tuple[int, str, str, str]:
    return 307, "", "text/plain", f"Location: http://localhost:{plain.port}/"


def test_a_redirect_into_cleartext_is_followed_nowhere(pki: Authority) -> None:
    """From each address of both hosts."""
    with RawServer(lambda connection: None) as plain, FakeIdp(pki) as idp, open_session(pki, idp.service, "") as session:
        for path in ("/v1/metadata", "/.well-known/oauth-authorization-server"):
            idp._raw = {path: redirect(plain)}
            with open_session(pki, idp.service, "") as other:
                other.refused("http-redirected", "begin")
        idp._raw, good = {}, idp._token
        idp._token = [redirect(plain)]
        session.refused("http-redirected", "complete", idp.callback(session.begin()))
        idp._token = good
        session.ask("complete", idp.callback(session.begin()))
        idp._raw = {"/v1/session": redirect(plain), "/v1/orders": redirect(plain), "/v1/session/end": {"ended": True}, "/revoke": redirect(plain)}
        for word in ("info", "order", "end"):
            session.refused("http-redirected", word)
        assert plain.connections == 0
