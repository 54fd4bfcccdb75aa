# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# For each call of openapi.yaml a state of the service in which that call succeeds: who asks, with what right and what body. Used by
# the tests that provoke every problem of every call, and by the generated requests of tests/openapi.
"""States in which a call succeeds."""
from __future__ import annotations

import os
import unicodedata
from dataclasses import dataclass
from typing import Any

from service_client import CardFiles, Client, Registry, Reply, Service, b64
from service_life import Papers

CARDS = ("akis2", "akis2:form=relay", "akis2:other-user", "akis2:mali-muhur", "akis2:product=mali-muhur", "akis1")
SETTINGS = {"factor_guesses": 30, "password_login": 1, "second_factors": "sms,web-password", "relay_in_clear": 1, "captcha_seconds": 120,
            "login_seconds": 300, "session_seconds": 1800, "flood_window": 900, "captchas_per_address": 100, "mails_per_address": 20,
            "mails_per_number": 3, "login_sms_per_address": 60, "login_sms_per_person": 10, "inquiries_per_address": 100,
            "inquiries_per_number": 30, "sms_tries": 3, "sms_seconds": 90, "resend_seconds": 30, "revocation_seconds": 300, "revocation_sms_per_person": 10,
            "consent_seconds": 600, "suspend_days": 30, "features": "certificates,consent,applications,authorised"}
FORM: dict[str, Any] = {"schema_id": "mali-muhur-1", "document": {"delivery": "post", "years": 3, "contact": "DENEME KULLANICI"}}  # needs no consent
DEBTOR = {"payer": {"type": "vkn", "number": "4540536920"}}


@dataclass
class Ready:
    """A call that will succeed when it is sent."""

    name: str
    client: Client
    body: dict[str, Any] | None = None
    named: str | None = None

    def send(self, **more: Any) -> Reply:
        """Sends it; more: see Client.call."""
        return self.client.call(self.name, more.pop("body", self.body), named=more.pop("named", self.named), **more)


class World:
    """A service whose people and cards the tests know."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.mine, self.relayed, self.foreign, self.corporate, self.other_product, self.old = service.cards
        self.papers = Papers(service)
        self.calm()

    def calm(self) -> None:
        """Full ledgers, nothing counted, no fault ordered, the settings of these tests, reachable phones, nobody logged in."""
        if self.service.control("GET", "/sessions")["sessions"]:
            self.service.control("POST", "/sessions/end", {"user": "deneme"})
        for card_id in self.service.keys:
            self.service.control("POST", "/ledger", {"card_id": card_id, "attempts_left": 3})
        self.service.control("DELETE", "/faults")
        self.service.control("POST", "/settings", SETTINGS)
        self.service.control("POST", "/people", {"user": "deneme", "phone": "*****2596"})
        self.service.advance(901)

    def person(self, user: str = "deneme") -> dict[str, Any]:
        """What the registry knows of somebody."""
        found: dict[str, Any] = next(one for one in self.service.control("GET", "/people")["people"] if one["user"] == user)
        return found

    # ---- operations ----

    def redeemed(self, card: CardFiles | None = None, **wish: Any) -> Client:
        """A client whose code was redeemed."""
        client = Client(self.service)
        client.card = card or self.mine
        assert client.redeem(self.service.code(**wish)).status == 200
        return client

    def chosen(self, card: CardFiles | None = None, type: str = "sms", **wish: Any) -> Client:
        """… whose card and second factor are chosen."""
        client = self.redeemed(card, **wish)
        assert client.factor(type=type).status == 200
        return client

    def verified(self, card: CardFiles | None = None, **wish: Any) -> Client:
        """… whose second factor was right."""
        client = self.chosen(card, **wish)
        assert client.verify().status == 200
        return client

    def relaying(self) -> Client:
        """… whose card is being driven by the service."""
        client = self.verified(self.relayed)
        assert client.call("authority", {"card_id": self.relayed.card_id, "form": "relay"}).status == 200
        return client

    # ---- logins ----

    def pictured(self, client: Client) -> dict[str, Any]:
        """A picture asked for, and its answer."""
        found = client.call("captcha", {})
        assert found.status == 200, found.problem
        last = self.service.control("GET", "/captchas")["captchas"][-1]
        return {"captcha_id": found.json["captcha_id"], "captcha_answer": last["answer"]}

    def credentials(self, client: Client, user: str = "deneme") -> dict[str, Any]:
        """The body of a password login that is right."""
        known = self.person(user)
        word = unicodedata.normalize("NFC", known["security_word"])
        return self.pictured(client) | {"identity": {"type": "passport", "number": known["passport"]}, "security_word": word}

    def begun(self, user: str = "deneme", source: str = "127.0.0.1") -> tuple[Client, str]:
        """A client that has given the security word, and its login_id."""
        client = Client(self.service, source)
        begun = client.call("password-login", self.credentials(client, user))
        assert begun.status == 200, begun.problem
        return client, begun.json["login_id"]

    def texted(self) -> tuple[Client, str]:
        """… to whom the SMS was sent."""
        client, login_id = self.begun()
        assert client.call("password-login-sms", {}, named=login_id).status == 200
        return client, login_id

    def logged_in(self, user: str = "deneme") -> Client:
        """A client with a session."""
        client, login_id = self.begun(user)
        assert client.call("password-login-sms", {}, named=login_id).status == 200
        done = client.call("password-login-confirm", {"code": self.service.sms()[-1]}, named=login_id)
        assert done.status == 200, done.problem
        client.access_token = done.json["access_token"]
        return client

    def ordered(self, client: Client | None = None, **more: Any) -> Ready:
        """An order, as the call that asks where it stands."""
        client = client or self.logged_in()
        made = client.call("order", {"kind": "unblock", "product": "nes"} | more)
        assert made.status == 200, made.problem
        return Ready("order-status", client, None, made.json["order_id"])

    def record(self) -> str:
        """A record of an issued PIN that nobody has seen."""
        with Registry(self.service.data / "registry.db") as registry:
            registry.issue_pin(str(self.mine.card_id), "135790")
            return next(one.record_id for one in registry.issued_pins() if one.card_id == self.mine.card_id)

    # ---- each call ----

    def ready(self, name: str) -> Ready:
        """The state in which that call succeeds."""
        made = self._operation(name) or self._login(name) or self._session(name) or self._certificate(name) or self._paper(name)
        if made is not None:
            return made
        bodies = {"seal-authority": {"organisation": {"type": "detsis", "number": "12345678"}}, "debt": DEBTOR,
                  "shipment": {"tracking": "KSM2026000001"}, "metadata": None}
        return Ready(name, Client(self.service), bodies[name])

    def _operation(self, name: str) -> Ready | None:
        if name == "redeem":
            client = Client(self.service)
            return Ready(name, client, {"code": self.service.code(), "cards": client.named(self.mine, self.corporate)})
        if name in ("status", "cancel", "cards", "factor"):
            client = self.redeemed()
            bodies = {"cancel": {}, "cards": {"cards": client.named()}, "factor": {"card_id": client.card.card_id, "type": "sms"}}
            return Ready(name, client, bodies.get(name), client.operation_id)
        if name in ("resend", "verify"):
            client = self.chosen(resend_after=0)
            return Ready(name, client, {} if name == "resend" else {"code": self.service.sms()[-1]}, client.operation_id)
        if name == "authority":
            client = self.verified()
            body = {"card_id": client.card.card_id, "form": "cryptogram", "challenge": b64(os.urandom(8))}
            return Ready(name, client, body, client.operation_id)
        if name == "relay":
            client = self.relaying()
            answer = b64(os.urandom(8) + b"\x90\x00")
            return Ready(name, client, {"card_id": client.card.card_id, "step": 1, "answer": answer}, client.operation_id)
        if name == "report":
            client = self.verified()
            return Ready(name, client, {"operation_id": client.operation_id, "card_id": client.card.card_id, "outcome": "not-done",
                                        "evidence": {"external_authenticate": "not-sent"}})
        return None

    def _login(self, name: str) -> Ready | None:
        client = Client(self.service)
        if name == "captcha":
            return Ready(name, client, {})
        if name == "password-login":
            return Ready(name, client, self.credentials(client))
        if name == "password-login-sms":
            client, login_id = self.begun()
            return Ready(name, client, {}, login_id)
        if name == "password-login-confirm":
            client, login_id = self.texted()
            return Ready(name, client, {"code": self.service.sms()[-1]}, login_id)
        if name == "security-word-reset":
            return Ready(name, client, self.pictured(client) | {"identity": {"type": "tckn", "number": "10000000146"}})
        return None

    def _session(self, name: str) -> Ready | None:
        if name in ("session", "orders", "issued-pins"):
            return Ready(name, self.logged_in())
        if name == "end-session":
            return Ready(name, self.logged_in(), {})
        if name == "order":
            organisation = {"type": "vkn", "number": "4540536920"}
            return Ready(name, self.logged_in(), {"kind": "unblock", "product": "mali-muhur", "on_behalf_of": organisation})
        if name in ("order-status", "code", "cancel-order"):
            order = self.ordered()
            return Ready(name, order.client, None if name == "order-status" else {}, order.named)
        if name in ("show-issued-pin", "delete-issued-pin"):
            return Ready(name, self.logged_in(), {"confirm": "delete-for-good"} if name.startswith("delete") else {}, self.record())
        return None

    # ---- certificates, consents, applications, lists ----

    def prepared(self, state: str = "active", client: Client | None = None, **settings: Any) -> tuple[Client, dict[str, Any]]:
        """A revocation that was prepared, and what was answered."""
        self.service.control("POST", "/settings", settings)
        client = client or self.logged_in()
        found = client.call("revoke", {"reason": "superseded"}, named=self.papers.held(state).name)
        assert found.status == 200, found.problem
        return client, found.json

    def asked(self, type: str = "sms", client: Client | None = None, **settings: Any) -> tuple[Client, dict[str, Any]]:
        """… whose second factor was begun."""
        client, told = self.prepared(client=client, **settings)
        assert client.call("revocation-factor", {"type": type}, named=told["revocation_id"]).status == 200
        return client, told

    def confirmation(self, told: dict[str, Any]) -> dict[str, Any]:
        """The body that confirms, with the SMS code sent last."""
        return {"confirmation_token": told["confirmation_token"], "code": self.service.sms()[-1]}

    def consented(self, state: str = "none") -> Client:
        """A client whose person has given no consent, or had it refused."""
        self.service.control("POST", "/consents", {"user": "deneme", "state": state})
        return self.logged_in()

    def application(self, **wish: Any) -> str:
        """A new application that can be submitted, with FORM unless wished otherwise."""
        made = {"product": "mali-muhur", "schema_id": FORM["schema_id"], "reason": "other"} | wish
        return str(self.service.control("POST", "/applications", made)["applications"][-1]["application_id"])

    def waiting_list(self, **wish: Any) -> str:
        """A new list that waits for a signature."""
        return str(self.service.control("POST", "/lists", wish)["lists"][-1]["list_id"])

    def _certificate(self, name: str) -> Ready | None:
        if name == "certificates":
            return Ready(name, self.logged_in())
        states = {"certificate-details": "active", "suspend": "active", "unsuspend": "by-holder", "activate": "issued", "revoke": "active"}
        if name in states:
            bodies: dict[str, Any] = {"certificate-details": None, "suspend": {"reason": "lost"}, "revoke": {"reason": "superseded"}}
            return Ready(name, self.logged_in(), bodies.get(name, {}), self.papers.held(states[name]).name)
        if name in ("revocation-factor", "cancel-revocation"):
            client, told = self.prepared()
            return Ready(name, client, {"type": "sms"} if name == "revocation-factor" else {}, told["revocation_id"])
        if name in ("revocation-resend", "confirm-revocation"):
            client, told = self.asked(resend_seconds=0)
            return Ready(name, client, {} if name == "revocation-resend" else self.confirmation(told), told["revocation_id"])
        return None

    def _paper(self, name: str) -> Ready | None:
        if name in ("consent", "applications", "authorised-lists"):
            return Ready(name, self.logged_in())
        if name == "consent-text":
            return Ready(name, self.consented(), {})
        if name == "submit-consent":
            client = self.consented()
            told = client.call("consent-text", {}).json
            return Ready(name, client, self.papers.signature(told["content"]), told["consent_id"])
        if name in ("application", "submit-application"):
            return Ready(name, self.logged_in(), FORM if name == "submit-application" else None, self.application())
        if name in ("authorised-list", "sign-list"):
            client, list_id = self.logged_in(), self.waiting_list()
            told = client.call("authorised-list", named=list_id).json
            return Ready(name, client, self.papers.signature(told["content"]) if name == "sign-list" else None, list_id)
        return None
