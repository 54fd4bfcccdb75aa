# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What somebody tries who means harm, at the authorization server and with its tokens at the service.
"""Attacks on the login."""
from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from box import Box
from idp_client import PEOPLE, REDIRECT, Browser, Client, Key, Reply, ask, b64, login, problem
from kamupin_sandbox.ca import CardIssuer, make_card_key
from test_idp_card import Card, assertion, ders, refusal, signature

NOBODY = "33333333330"  # a number that can exist, and that nobody here has
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def client(login_box: Box) -> Client:
    """A client that has not logged in."""
    return Client(login_box.env["KAMUPIN_ISSUER"], login_box.env["KAMUPIN_CA_FILE"], login_box.env["KAMUPIN_SERVICE"])


def configured(box: Box) -> dict[str, Any]:
    """What the authorization server was told, with its clients' secrets."""
    said: dict[str, Any] = json.loads((box.folder / "service" / "idp" / "config.json").read_text(encoding="utf-8"))
    return said


# ---- logouts that nobody made ----

LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
FORGED: dict[str, dict[str, Any]] = {
    "of another server": {"iss": "https://localhost:1"}, "for another client": {"aud": "portal"}, "out of its time": {"exp": 1},
    "without an end": {"exp": None}, "without a name": {"jti": None}, "of another event": {"events": {"logout": {}}}, "without one": {"events": None},
    "with a nonce": {"nonce": "n"}, "of nobody": {"sid": None}, "an ID token": {"typ": "JWT"}, "of another key": {"key": True},
    "of another login": {"sid": "another"}, "right": {}}


@pytest.mark.parametrize("what", FORGED)
def test_nobody_but_the_server_ends_a_login_at_the_service(client: Client, login_box: Box, what: str) -> None:
    """Whoever reaches the service's address: a token that is not the server's, or none for this, ends nothing."""
    client.log_in()
    values, change = configured(login_box), dict(FORGED[what])
    key = Key() if change.pop("key", None) else values["keys"]["jwk"]
    head = {"typ": change.pop("typ", "logout+jwt"), "kid": "1"}
    login_id = ask("POST", client.metadata["introspection_endpoint"], client.ca_file, FORM | {"Authorization": "Basic " + base64.b64encode(
        f"service:{values['clients']['service']}".encode()).decode()}, urlencode({"token": client.tokens["access_token"]})).json["login"]
    assert client.call("GET", "/session").status == 200
    claims = {"iss": values["issuer"], "aud": "service", "iat": int(time.time()), "exp": int(time.time()) + 60, "jti": "j" * 16,
              "sid": login_id, "events": {LOGOUT: {}}} | change
    signed = jwt.encode({name: value for name, value in claims.items() if value is not None},
                        jwt.PyJWK(values["keys"]["jwk"]).key if isinstance(key, dict) else key._key, "ES256", headers=head)
    reply = ask("POST", values["service"]["origin"] + "/backchannel-logout", client.ca_file, FORM, urlencode({"logout_token": signed}))
    assert reply.status == (200 if what in ("right", "of another login") else 400)
    assert client.call("GET", "/session").status == (410 if what == "right" else 200)


@pytest.mark.parametrize("body", ["", "logout_token=x.y.z", "logout_token=%00", "logout_token=a&logout_token=b"])
def test_what_is_no_logout_token(client: Client, login_box: Box, body: str) -> None:
    reply = ask("POST", configured(login_box)["service"]["origin"] + "/backchannel-logout", client.ca_file, FORM, body)
    assert reply.status == 400


# ---- tokens that are none for the service ----

def test_a_refresh_token_is_no_access_token(client: Client) -> None:
    client.log_in()
    reply = client.call("GET", "/session", token=client.tokens["refresh_token"])
    assert (reply.status, problem(reply)) == (401, "login-required")
    assert client.call("GET", "/session").status == 200


def test_a_token_without_the_services_scope_is_none(client: Client) -> None:
    assert client.redeem(login(client.authorization_url(scope="openid"), client.ca_file)).status == 200
    assert problem(client.call("GET", "/session")) == "login-required"


def test_a_token_of_another_client_is_none(client: Client, login_box: Box) -> None:
    """Of the portal, bound to a key of its own: good for its ID token alone."""
    values, url = configured(login_box), client.metadata["token_endpoint"]
    redirect = values["service"]["origin"] + "/login/callback"
    browser = Browser(client.ca_file, stop=redirect)
    page = browser.go(client.authorization_url(client_id="portal", redirect_uri=redirect, scope="openid"))
    code = parse_qs(urlsplit(browser.log_in(page, "deneme", "password").headers["Location"]).query)["code"][0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect, "code_verifier": client.verifier}
    nonce = client.grant(grant_type="refresh_token", refresh_token="none") and client.nonces[url]
    headers = FORM | {"DPoP": client.key.proof("POST", url, nonce), "Authorization": basic("portal", values)}
    answer = ask("POST", url, client.ca_file, headers, urlencode(form))
    assert answer.json["token_type"] == "DPoP", answer.raw
    assert problem(client.call("GET", "/session", token=answer.json["access_token"])) == "login-required"


def basic(name: str, values: dict[str, Any]) -> str:
    """A confidential client's Authorization."""
    return "Basic " + base64.b64encode(f"{name}:{values['clients'][name]}".encode()).decode()


def test_introspection_is_not_for_the_portal(client: Client, login_box: Box) -> None:
    client.log_in()
    headers = FORM | {"Authorization": basic("portal", configured(login_box))}
    form = urlencode({"token": client.tokens["access_token"]})
    assert ask("POST", client.metadata["introspection_endpoint"], client.ca_file, headers, form).json == {"active": False}


# ---- passwords ----

class Guesser:
    """A browser that stays at one login and follows nothing."""

    def __init__(self, client: Client) -> None:
        self._browser = Browser(client.ca_file, stop=client.issuer)
        begun = self._browser.go(client.authorization_url())
        self._url = urljoin(begun.url, begun.headers["Location"])

    def guess(self, identity: str, password: str) -> Reply:
        """Types them."""
        return self._browser.go(self._url, {"identity": identity, "password": password})

    def end(self, reply: Reply) -> str:
        """Where the login ends that the last answer sends on."""
        return str(self._browser.go(urljoin(self._url, reply.headers["Location"])).headers["Location"])


def test_the_right_password_after_too_many_wrong_ones_is_worth_nothing(client: Client) -> None:
    guesser, (identity, password) = Guesser(client), PEOPLE["deneme"]
    assert [guesser.guess(identity, "yanlış").status for _ in range(6)] == [400] * 4 + [303] * 2
    end = guesser.end(guesser.guess(identity, password))
    assert end.startswith(REDIRECT) and "error=login_required" in end and "code=" not in end


def test_passwords_are_not_guessed_over_many_logins(client: Client) -> None:
    """Four a login, and the next one."""
    said: list[int] = []
    for _ in range(8):
        guesser = Guesser(client)
        said += [guesser.guess(NOBODY, "yanlış").status for _ in range(4)]
    assert said == [400] * 29 + [303] * 3
    assert client.redeem(login(client.authorization_url(), client.ca_file)).status == 200, "others log in all the same"


# ---- assertions of cards ----

def test_an_assertion_is_not_made_for_later(login_box: Box) -> None:
    """Good for a minute, in ten years."""
    card, later = Card(login_box), int(time.time()) + 10 * 365 * 86400
    assert refusal(card.log_in(card.make(iat=later, exp=later + 60))).startswith("assertion: ")


def test_a_public_key_is_no_secret(login_box: Box) -> None:
    card = Card(login_box)
    good = card.make().split(".")
    certificate = x509.load_der_x509_certificate(card.certificate)
    for secret in (card.certificate, certificate.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
                   certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)):
        for alg in ("HS256", "none"):
            header = json.loads(base64.urlsafe_b64decode(good[0] + "==")) | {"alg": alg}
            text = b64(json.dumps(header).encode()) + "." + good[1]
            text += "." + (b64(hmac.new(secret, text.encode(), hashlib.sha256).digest()) if alg == "HS256" else "")
            assert refusal(card.log_in(text)).startswith("assertion: ")


def test_headers_with_keys_of_their_own(login_box: Box) -> None:
    card, thief = Card(login_box), Card(login_box, identity="11111111110")
    good = card.make().split(".")
    for more in ({"jwk": thief.client.key.jwk}, {"jku": "https://localhost:1/keys"}, {"kid": "1"}, {"x5u": "https://localhost:1/"},
                 {"crit": ["x"], "x": 1}):
        header = json.loads(base64.urlsafe_b64decode(good[0] + "==")) | more
        text = b64(json.dumps(header).encode()) + "." + good[1]
        text += "." + b64(signature(thief.key, text.encode()))
        assert refusal(card.log_in(text)).startswith("assertion: "), more


def test_the_first_certificate_is_the_one_that_counts(login_box: Box) -> None:
    """Another's certificate behind one's own makes nobody else of a person, and an authority is nobody."""
    card, other = Card(login_box), Card(login_box, identity="11111111110")
    above = ders(CardIssuer(login_box.folder / "service" / "card-issuer"))
    for chain in ([*above, other.certificate], [card.certificate, other.certificate], above):
        assert refusal(other.log_in(other.make(chain=chain))), chain
    assert other.log_in(other.make(chain=[other.certificate, card.certificate])).status == 200
    assert other.client.call("GET", "/session").json["person"]["name"] == "BAŞKA KULLANICI"


def test_a_card_issues_no_certificates(login_box: Box) -> None:
    """One person's card signs a certificate for another person."""
    card, key, today = Card(login_box), make_card_key("p256"), datetime.datetime.utcnow()
    own = x509.load_der_x509_certificate(card.certificate)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "X"), x509.NameAttribute(x509.NameOID.SERIAL_NUMBER, "11111111110")])
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(own.subject).public_key(key.public_key()).serial_number(7)
            .not_valid_before(today - datetime.timedelta(days=1)).not_valid_after(today + datetime.timedelta(days=1))
            .sign(card.key, hashes.SHA256()).public_bytes(Encoding.DER))
    text = assertion(key, "ES256", [made, card.certificate], card.client.metadata["token_endpoint"])
    assert refusal(card.log_in(text)).startswith("card-refused: ")


@pytest.mark.parametrize("name", ["X\nserialNumber=10000000146", "X/serialNumber=10000000146", "X\r\nserialNumber=10000000146\n"])
def test_a_number_in_another_part_of_the_name_is_none(login_box: Box, name: str) -> None:
    card = Card(login_box)
    card.certificate = CardIssuer(login_box.folder / "service" / "card-issuer").issue(name, "11111111110", key=card.key)
    assert card.log_in().status == 200
    assert card.client.call("GET", "/session").json["person"]["name"] == "BAŞKA KULLANICI"
