# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The person at the browser, without a browser: opens a login's address, fills the authorization server's form in, and tells where the
# browser would be sent in the end. And a client of that server written for the tests from the RFCs alone (PKCE, DPoP). Standard library
# and python3-cryptography; nothing of the sandbox's own code is used here.
"""Logging in by hand."""
from __future__ import annotations

import base64
import hashlib
import http.client
import http.cookies
import json
import secrets
import ssl
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

WAYS = ("password", "mobile-signature", "e-signature", "identity-card", "bank")
REDIRECT = "http://127.0.0.1:8765/kamupin"
# What the sandbox's people type: user → identity number, e-Devlet password.
PEOPLE = {"deneme": ("10000000146", "deneme-1923"), "baska": ("11111111110", "baska-1881")}


def b64(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass
class Reply:
    """An answer as it came."""

    status: int
    headers: http.client.HTTPMessage
    raw: bytes
    url: str

    @property
    def text(self) -> str:
        """The body."""
        return self.raw.decode()

    @property
    def json(self) -> dict[str, Any]:
        """The body, decoded."""
        value = json.loads(self.raw)
        assert isinstance(value, dict)
        return value


def ask(method: str, url: str, ca_file: str, headers: Mapping[str, str] | None = None, body: str | None = None) -> Reply:
    """One request of its own connection; no redirect is followed."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    connection = http.client.HTTPSConnection(parts.hostname, parts.port, timeout=20, context=ssl.create_default_context(cafile=ca_file))
    try:
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request(method, path or "/", body, dict(headers or {}))
        answer = connection.getresponse()
        return Reply(answer.status, answer.headers, answer.read(), url)
    finally:
        connection.close()


# ---- the person ----

class _Forms(HTMLParser):
    """The forms of a page: where each goes, and what is in it already."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append({"action": given.get("action", ""), "id": given.get("id", ""), "fields": {}, "buttons": {}})
        elif tag in ("input", "button") and given.get("name") and self.forms:
            kind = "buttons" if tag == "button" else "fields"
            self.forms[-1][kind][given["name"]] = given.get("value", "")


class Browser:
    """Cookies and pages of one person."""

    def __init__(self, ca_file: str, language: str = "tr", stop: str = "") -> None:
        """stop: the beginning of addresses to which no redirect is followed, as to an application's."""
        self._stop = stop
        self._ca_file = ca_file
        self._language = language
        self.origin: str | None = None  # whose forms these are; None: the page's own
        self._jar: dict[tuple[str, str], tuple[str, str]] = {}  # host:port and name → path, value

    def _request(self, method: str, url: str, form: Mapping[str, str] | None = None) -> Reply:
        parts = urlsplit(url)
        cookies = "; ".join(f"{name}={value}" for (host, name), (path, value) in self._jar.items()
                            if host == parts.netloc and parts.path.startswith(path))
        headers = {"Accept": "text/html", "Accept-Language": self._language} | ({"Cookie": cookies} if cookies else {})
        if form is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.origin or f"{parts.scheme}://{parts.netloc}"}
        reply = ask(method, url, self._ca_file, headers, None if form is None else urlencode(form))
        for line in reply.headers.get_all("Set-Cookie") or []:
            for name, morsel in http.cookies.SimpleCookie(line).items():
                self._jar[parts.netloc, name] = (morsel["path"] or "/", morsel.value)
        return reply

    def go(self, url: str, form: Mapping[str, str] | None = None) -> Reply:
        """Opens an address, or sends a form there, and follows redirections within https. The last answer: a page, or a redirection to an
        address that a browser would hand to an application (its Location tells which)."""
        reply = self._request("GET" if form is None else "POST", url, form)
        for _ in range(10):
            if reply.status not in (302, 303):
                return reply
            target = urljoin(reply.url, reply.headers["Location"])
            if urlsplit(target).scheme != "https" or (self._stop and target.startswith(self._stop)):
                return reply
            reply = self._request("GET", target)
        raise AssertionError("redirected without end")

    def log_in(self, page: Reply, user: str, way: str, cancel: bool = False) -> Reply:
        """Fills the login page in, as USER and in that way, or presses its İptal."""
        identity, password = PEOPLE[user]
        return self.type(page, identity, password, way, cancel)

    def type(self, page: Reply, identity: str, password: str, way: str = "password", cancel: bool = False) -> Reply:
        """The same with what is typed."""
        if way != "password":
            page = self.go(urljoin(page.url, f"?way={way}"))
        login, button = _read(page)
        if cancel:
            return self.go(urljoin(page.url, button["action"]), button["buttons"])
        return self.go(urljoin(page.url, login["action"]), login["fields"] | {"identity": identity, "password": password})

    def press(self, page: Reply, form_id: str, **button: str) -> Reply:
        """Sends a form of a page, by its id, with the button that is pressed."""
        reader = _Forms()
        reader.feed(page.text)
        form = next(one for one in reader.forms if one["id"] == form_id)
        return self.go(urljoin(page.url, form["action"]), form["fields"] | button)


def _read(page: Reply) -> tuple[dict[str, Any], dict[str, Any]]:
    """The login form of the page and the form of its İptal."""
    assert page.status in (200, 400), f"no login page: {page.status} {page.text}"
    reader = _Forms()
    reader.feed(page.text)
    return (next(one for one in reader.forms if "password" in one["fields"]),
            next(one for one in reader.forms if "cancel" in one["buttons"]))


def login(authorization_url: str, ca_file: str, user: str = "deneme", way: str = "password", cancel: bool = False) -> str:
    """Opens a login's address, logs in as USER in that way (or cancels), and returns the address that the browser is sent to."""
    browser = Browser(ca_file)
    reply = browser.log_in(browser.go(authorization_url), user, way, cancel)
    assert reply.status == 303, f"not sent on: {reply.status} {reply.text}"
    return urljoin(reply.url, reply.headers["Location"])


# ---- a client ----

class Key:
    """A P-256 key that makes DPoP proofs."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        numbers = self._key.public_key().public_numbers()
        self.jwk = {"kty": "EC", "crv": "P-256", "x": b64(numbers.x.to_bytes(32, "big")), "y": b64(numbers.y.to_bytes(32, "big"))}

    def proof(self, method: str, url: str, nonce: str | None, token: str | None = None) -> str:
        """A proof for one request."""
        claims: dict[str, Any] = {"jti": secrets.token_urlsafe(16), "htm": method, "htu": url, "iat": int(time.time())}
        claims |= {"nonce": nonce} if nonce else {}
        claims |= {"ath": b64(hashlib.sha256(token.encode()).digest())} if token else {}
        parts = ".".join(b64(json.dumps(part).encode()) for part in ({"typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk}, claims))
        return f"{parts}.{self.signature(parts)}"

    def signature(self, text: str) -> str:
        """ES256's signature over a text, as a JWS has it."""
        r, s = decode_dss_signature(self._key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
        return b64(r.to_bytes(32, "big") + s.to_bytes(32, "big"))


@dataclass
class Client:
    """The public client `kamupin` at an authorization server and at the service behind it, with a key of its own."""

    issuer: str
    ca_file: str
    service: str = ""
    client_id: str = "kamupin"
    key: Key = field(default_factory=Key)
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    state: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    nonces: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.metadata = ask("GET", self.issuer + "/.well-known/openid-configuration", self.ca_file).json

    def authorization_url(self, **change: str | None) -> str:
        """The address to open; change: parameters of another value, None to leave one out."""
        challenge = b64(hashlib.sha256(self.verifier.encode()).digest())
        wanted: dict[str, str | None] = {
            "response_type": "code", "client_id": self.client_id, "redirect_uri": REDIRECT, "scope": "kamupin", "state": self.state,
            "code_challenge": challenge, "code_challenge_method": "S256"}
        given = {name: value for name, value in (wanted | change).items() if value is not None}
        return f"{self.metadata['authorization_endpoint']}?{urlencode(given)}"

    def grant(self, **form: str) -> Reply:
        """A request to the token endpoint, repeated once with the nonce that it asks for."""
        url = self.metadata["token_endpoint"]
        for _ in range(2):
            headers = {"Content-Type": "application/x-www-form-urlencoded", "DPoP": self.key.proof("POST", url, self.nonces.get(url))}
            reply = ask("POST", url, self.ca_file, headers, urlencode({"client_id": self.client_id} | form))
            self.nonces[url] = reply.headers.get("DPoP-Nonce") or self.nonces.get(url, "")
            if reply.status != 400 or reply.json.get("error") != "use_dpop_nonce":
                break
        if reply.status == 200:
            self.tokens = reply.json
        return reply

    def redeem(self, callback: str, **change: str) -> Reply:
        """Gives the code of a callback for tokens."""
        said = parse_qs(urlsplit(callback).query)
        assert said["state"] == [self.state] and said["iss"] == [self.issuer], callback
        return self.grant(**({"grant_type": "authorization_code", "code": said["code"][0], "redirect_uri": REDIRECT,
                              "code_verifier": self.verifier} | change))

    def log_in(self, user: str = "deneme", way: str = "password") -> dict[str, Any]:
        """The whole login; the token endpoint's answer."""
        reply = self.redeem(login(self.authorization_url(), self.ca_file, user, way))
        assert reply.status == 200, reply.raw
        return reply.json

    def refresh(self, token: str | None = None) -> Reply:
        """New tokens for the refresh token."""
        return self.grant(grant_type="refresh_token", refresh_token=token or self.tokens["refresh_token"])

    def revoke(self, token: str) -> Reply:
        """RFC 7009."""
        return ask("POST", self.metadata["revocation_endpoint"], self.ca_file, {"Content-Type": "application/x-www-form-urlencoded"},
                   urlencode({"client_id": self.client_id, "token": token}))

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None, token: str | None = None,
             key: Key | None = None) -> Reply:
        """A call of the service's profile with the access token; repeated once with the nonce that it asks for."""
        url, token = self.service + path, token or self.tokens["access_token"]
        intent = str(uuid.uuid4())
        for _ in range(2):
            headers = {"KamuPIN-Client": "test/1.0.0", "Authorization": f"DPoP {token}", "Idempotency-Key": intent,
                       "DPoP": (key or self.key).proof(method, url, self.nonces.get("service"), token)}
            headers |= {"Content-Type": "application/json"} if body is not None else {}
            reply = ask(method, url, self.ca_file, headers, None if body is None else json.dumps(body))
            self.nonces["service"] = reply.headers["DPoP-Nonce"]
            if reply.status != 401 or problem(reply) != "dpop-nonce":
                break
        return reply


def problem(reply: Reply) -> str:
    """The name of the problem that a call was refused with."""
    if reply.status == 200:
        return f"none, the call succeeded: {reply.raw!r}"
    return str(reply.json["type"]).removeprefix("urn:kamupin:problem:")
