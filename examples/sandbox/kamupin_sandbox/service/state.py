# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What every call of the service works with: the service itself (registry, store, contract, settings) and one request
# of it. No HTTP here.
"""The service and a request."""
from __future__ import annotations

import dataclasses
import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from .. import idp
from ..registry import FORMS, Registry
from .contract import Contract
from .dpop import Nonces
from .gateway import Gateway
from .problems import Problem
from .store import Store

PIN_POLICY = {"min_length": 6, "max_length": 12}
CODE_DIGITS = 15  # as on the one screen that shows a code (seed 001)
SMS_DIGITS = 6
FACTORS = ("sms", "web-password")
LEDGER_MAXIMUM = 3
PUK_USES = 3  # seed 004: even right uses end a card after three
AUTHORITIES_PER_OPERATION = 3
SMS_PER_OPERATION = 5  # and login
VOUCHED = [{"row": "akis-1", "operations": ["verify", "change", "sign"]},
           {"row": "akis-2", "operations": ["verify", "change", "reset-by-cryptogram", "reset-by-relay", "sign"]}]
APPLICATION = {"name": {"tr": "KamuPIN Online İşlemler", "en": "KamuPIN online services"}}
FEATURES = {"certificates": ("/certificates", "/revocations"), "consent": ("/consent", "/consents"), "applications": ("/applications",),
            "authorised": ("/authorised",)}  # groups of calls that a service need not have, and where they stand
PRICES = {"nes": 95000, "mali-muhur": 180000, "elektronik-muhur": 240000, "kurumsal-sifreleme": 150000}  # invented, in kuruş
VOUCHED_OTHERS = ["verify", "change", "sign", *(f"reset-by-{form}" for form in FORMS)]  # rows that only the registry knows


@dataclass
class Settings:
    """What the control address may change; times in seconds."""

    minimum_client_version: str = "0.1.0"
    code_seconds: int = 180
    operation_seconds: int = 300
    page_seconds: int = 1800
    leave_seconds: int = 30  # after which a page that was closed, and not opened again, is given up
    sms_seconds: int = 90
    resend_seconds: int = 30
    sms_tries: int = 3
    guess_window: int = 300
    guesses_per_address: int = 10
    guesses_in_all: int = 100
    factor_guesses: int = 30  # wrong SMS codes and web passwords of one person, in guess_window
    second_factors: str = "sms"  # what operations get, with a comma between: sms, web-password
    password_login: int = 0  # 1: the password login of older portals is offered
    captcha_seconds: int = 120
    login_seconds: int = 300
    login_tries: int = 5  # wrong security words, for each address and each person, in guess_window
    logins_in_all: int = 100  # … and over all
    flood_window: int = 900  # in which the following are counted
    captchas_per_address: int = 100
    mails_per_address: int = 20  # for forgotten words …
    mails_per_number: int = 3  # … asked for with one identity number or passport
    login_sms_per_address: int = 60
    login_sms_per_person: int = 10
    inquiries_per_address: int = 100
    inquiries_per_number: int = 30
    session_seconds: int = 1800
    issued_puk: int = 0  # 1: an issued PIN is shown with a PUK, which a client has to drop
    portal_idle_seconds: int = 900  # the browser's session, when nothing happens in it …
    portal_seconds: int = 3600  # … and in any case
    front_host: str = ""  # HOST:PORT of a server in front of this one, by which it may be called as well
    keep_alive: int = 1  # 0: each connection is closed after its answer
    features: str = ",".join(FEATURES)  # those that this service has
    revocation_seconds: int = 300
    revocation_sms_per_person: int = 10  # in flood_window
    suspend_days: int = 30  # after which a suspension by the holder ends by itself; 0: never
    consent_seconds: int = 600
    relay_in_clear: int = 0  # 1: the right survives without a session (rows whose relay-right is in-clear)
    relay_padding: int = 0  # harmless commands before a relay begins
    relay_first: str = ""  # a command, in hex, that a relay sends then

    def change(self, wishes: dict[str, Any]) -> None:
        """Takes new values; ValueError for a name or a type that is none."""
        types = {one.name: type(getattr(self, one.name)) for one in dataclasses.fields(self)}
        for name, value in wishes.items():
            if name not in types or type(value) is not types[name] or (isinstance(value, int) and not 0 <= value <= 86400):
                raise ValueError(name)
        if "second_factors" in wishes:
            self.factors(wishes["second_factors"])
        if not set(filter(None, wishes.get("features", "").split(","))) <= set(FEATURES):
            raise ValueError("features")
        for name, value in wishes.items():
            setattr(self, name, value)

    def factors(self, names: str | None = None) -> list[str]:
        """The second factors that NAMES says (else the setting); ValueError when it says none."""
        found = str(self.second_factors if names is None else names).split(",")
        if not set(found) <= set(FACTORS) or len(set(found)) != len(found):
            raise ValueError("second factors")
        return found


@dataclass
class Service:
    """Everything that lives as long as the process."""

    registry: Registry
    store: Store
    contract: Contract
    nonces: Nonces
    settings: Settings = field(default_factory=Settings)
    origin: str = ""  # https://localhost:PORT, for pages and the issuer's name
    base: str = ""  # the profile's base URL
    hosts: tuple[str, ...] = ()  # HOST:PORT by which the service may be called
    gateway: Gateway | None = None  # the authorization server; without one nobody logs in but on the pages
    relays: dict[str, Any] = field(default_factory=dict)  # operation: script, attempts, step; relay.py's own

    def vouched(self) -> list[dict[str, Any]]:
        """The rows of its cards, and what it declares to be right for them."""
        named = [row["row"] for row in VOUCHED]
        others = dict.fromkeys(card.row for card in self.registry.cards() if card.row not in named)
        return VOUCHED + [{"row": row, "operations": VOUCHED_OTHERS} for row in others]

    def features(self) -> list[str]:
        """The groups of calls that it has."""
        return [one for one in FEATURES if one in self.settings.features.split(",")]

    def offers(self, path: str) -> bool:
        """Whether a call, by its path in the document, is one that it has."""
        group = next((name for name, places in FEATURES.items() if "/" + path.split("/")[1] in places), None)
        return group is None or group in self.features()

    def on_behalf_of(self, page: sqlite3.Row) -> dict[str, Any]:
        """The member on_behalf_of of an order, or nothing."""
        found = self.registry.organisation(page["organisation"] or "")
        return {"on_behalf_of": vars(found)} if found else {}

    def tell_login(self) -> None:
        """After the state of a certificate has changed: the authorization server learns which ones log nobody in."""
        if self.gateway is not None:
            idp.set_certificates(self.gateway.file, self.registry.certificates.at_login())

    def metadata(self) -> dict[str, Any]:
        """The answer to GET /metadata."""
        return {"profile": "kamupin-service-1", "issuer": self.base,
                "name": {"tr": "KamuPIN deneme hizmeti", "en": "KamuPIN sandbox service"},
                "minimum_client_version": self.settings.minimum_client_version,
                "products": self.contract.enum("Product"), "second_factors": self.settings.factors(), "pin_policy": PIN_POLICY,
                "authorities": list(FORMS), "features": self.features(), "vouched_rows": self.vouched()} | self.login()

    def login(self) -> dict[str, Any]:
        """What the metadata says of logging in; nothing where only the control address opens pages."""
        login: dict[str, Any] = self.gateway.offer() if self.gateway else {"methods": []}
        if self.settings.password_login:
            login["methods"] = [*login["methods"], "password"]
        application = self.gateway.application if self.gateway else APPLICATION | {"url": self.origin + "/"}
        return {"login": login, "application": application} if login["methods"] else {}


@dataclass
class Request:
    """One accepted request: who sent it is known, its body is what the document says."""

    service: Service
    now: float
    body: dict[str, Any]
    address: str
    key_mark: str = ""  # thumbprint of the operation's key …
    key: ec.EllipticCurvePublicKey | None = None  # … and that key
    operation: sqlite3.Row | None = None
    session: sqlite3.Row | None = None
    named: str = ""  # the order, login or record that the address names
    query: dict[str, str] = field(default_factory=dict)
    language: str = "en"
    after: list[Callable[[], None]] = field(default_factory=list)  # done once the transaction is kept

    @property
    def store(self) -> Store:
        """The store, inside the request's transaction."""
        return self.service.store

    @property
    def op(self) -> sqlite3.Row:
        """The operation that the token or ticket stands for."""
        assert self.operation is not None
        return self.operation

    @property
    def login(self) -> sqlite3.Row:
        """The session that the access token stands for."""
        assert self.session is not None
        return self.session

    @property
    def user_id(self) -> str:
        """Who is logged in."""
        assert self.session is not None
        return str(self.session["user_id"])

    def change(self, **values: object) -> None:
        """Changes columns of the operation."""
        names = ", ".join(f"{name} = ?" for name in values)
        self.store.do(f"UPDATE operation SET {names} WHERE operation_id = ?", *values.values(), self.op["operation_id"])


def terms(settings: Settings, wishes: dict[str, Any]) -> str:
    """The times and tries of one page and what grows from it, fixed when the page opens."""
    names = ("code_seconds", "operation_seconds", "sms_seconds", "resend_seconds", "sms_tries")
    return json.dumps({name: wishes.get(name, getattr(settings, name)) for name in names}
                      | {"phone": wishes.get("phone"), "factors": settings.factors(wishes.get("factors"))})


def price(product: str) -> dict[str, Any]:
    """What a new certificate costs."""
    return {"kurus": PRICES[product], "currency": "TRY"}


def invalid(detail: str) -> Problem:
    """request-invalid."""
    return Problem("request-invalid", detail)
