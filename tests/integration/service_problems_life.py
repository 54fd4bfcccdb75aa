# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# How each problem of the calls about certificates, revocations, consents, applications and lists comes about; test_service_problems.py has
# the others, and asks for all.
"""Problems of the life of certificates."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from service_client import Registry, Reply, b64
from service_states import Ready, World

Provoke = Callable[[World, str], Reply]

# ---- certificates and their revocation ----

STATE_OF = {"certificate-not-activated": "issued", "certificate-not-yet-valid": "not-yet-valid", "certificate-not-suspended": "active",
            "certificate-active": "active", "certificate-suspended": "by-holder", "certificate-suspended-by-others": "by-authority",
            "certificate-revoked": "revoked", "certificate-expired": "expired"}


def in_state(problem: str) -> Provoke:
    """The call, for a certificate in the state that refuses it; of a revocation, one that came into it after the preparation."""
    def provoke(world: World, name: str) -> Reply:
        made = world.ready(name)
        if name == "cancel-revocation":
            client, told = world.asked()
            assert client.call("confirm-revocation", world.confirmation(told), named=told["revocation_id"]).status == 200
            return Ready(name, client, {}, told["revocation_id"]).send()
        if name != "confirm-revocation":
            return made.send(named=world.papers.held(STATE_OF[problem]).name)
        prepared = world.service.control("GET", "/revocations")["revocations"][-1]["certificate_id"]
        with Registry(world.service.data / "registry.db") as registry:
            if problem == "certificate-revoked":
                registry.certificates.put(prepared, "revoked", "authority", "superseded")
            else:
                registry._db.execute("UPDATE certificate SET not_after = '2020-01-01T00:00:00Z' WHERE certificate_id = ?", (prepared,))
        return made.send()
    return provoke


def foreign_certificate(world: World, name: str) -> Reply:
    made = world.ready(name)
    assert made.send(named="no-such-certificate").problem == "certificate-unknown"
    return made.send(named=world.papers.held(owner="baska").name)


def late_revocation(world: World, name: str) -> Reply:
    """Of nobody, of another session, of another person, and one whose time is over."""
    made = world.ready(name)
    others = [Ready(name, world.logged_in(user), made.body, made.named).send().problem for user in ("deneme", "baska")]
    assert [made.send(named="no-such-revocation").problem, *others] == ["revocation-expired"] * 3
    world.service.advance(300)
    return made.send()


def revocation_exhausted(world: World, name: str, web: bool) -> Reply:
    client, told = world.asked("web-password" if web else "sms", sms_tries=1)
    token = {"confirmation_token": told["confirmation_token"]}
    bodies: dict[str, Any] = {"revocation-factor": {"type": "sms"}, "revocation-resend": {},
                              "confirm-revocation": token | ({"web_password": "x"} if web else {"code": "0000"})}
    last = client.call("confirm-revocation", bodies["confirm-revocation"], named=told["revocation_id"])
    assert last.problem == ("web-password-exhausted" if web else "factor-exhausted")
    return client.call(name, bodies[name], named=told["revocation_id"])


# ---- consents, applications, lists ----

def late_consent(world: World, name: str) -> Reply:
    made = world.ready(name)
    assert made.send(named="no-such-consent").problem == "consent-expired"
    world.service.advance(600)
    return made.send()


def given_consent(world: World, name: str) -> Reply:
    made = world.ready("submit-consent")
    assert made.send().status == 200
    return Ready(name, made.client, {} if name == "consent-text" else made.body, made.named).send()


def no_signature(world: World, name: str) -> Reply:
    return world.ready(name).send(body={"signature": b64(bytes(300))})


def foreign_application(world: World, name: str) -> Reply:
    made = world.ready(name)
    assert made.send(named="no-such-application").problem == "application-unknown"
    return made.send(named=world.application(user="baska"))


def wrong_form(world: World, name: str) -> Reply:
    made = world.ready(name)
    assert made.body is not None
    reply = made.send(body=made.body | {"document": {"delivery": "by hand", "contact": "x", "years": 3}})
    assert reply.json["fields"] == ["delivery"]
    return reply


def no_authorised_person(world: World, name: str) -> Reply:
    made = world.ready(name)
    return Ready(name, world.logged_in("baska"), made.body, made.named).send()


def foreign_list(world: World, name: str) -> Reply:
    made = world.ready(name)
    assert made.send(named="no-such-list").problem == "list-unknown"
    return made.send(named=world.waiting_list(organisation="vkn:9876543217"))


def changed_list(world: World, name: str) -> Reply:
    made = world.ready(name)
    world.service.control("POST", "/lists", {"list_id": made.named, "action": "change"})
    return made.send()


LIFE: dict[str, Provoke] = {
    "certificate-unknown": foreign_certificate, "revocation-expired": late_revocation, "consent-expired": late_consent,
    "consent-given": given_consent, "signature-refused": no_signature, "application-unknown": foreign_application,
    "document-refused": wrong_form, "role-refused": no_authorised_person, "list-unknown": foreign_list, "list-changed": changed_list,
    **{problem: in_state(problem) for problem in STATE_OF}}
