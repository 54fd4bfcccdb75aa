# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
"""The profile's document is enough to write the life of certificates from.

The other end here is tests/second-service, written from docs/protocol alone: the command logs in there with a password, and lists,
suspends, takes back, opens and revokes certificates, signs a consent and a list, and hands in an application. It has `openssl cms -cades`
judge signatures. Each request of the library and each answer is judged by openapi.yaml, with the code of neither.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable

import pytest
from box import Box
from by_document import answer_holds, request_holds
from second_life import Holder, base64url, service_for, some_certificates
from second_service import SMS_CODE, Second
from service_client import Registry

PIN = "123456"


def holds(service: Second) -> None:
    """All that passed is what the document says."""
    assert service.front.exchanges
    for exchange in service.front.exchanges:
        request_holds(exchange)
        answer_holds(exchange)


@pytest.fixture
def life(tmp_path: Path) -> Iterator[tuple[Second, Holder]]:
    """A service and somebody who is logged in there, with a certificate of each state and no reader."""
    with service_for(tmp_path, some_certificates()) as service:
        with Holder(service) as holder:
            yield service, holder
        holds(service)


@pytest.fixture
def signer(sandbox: Callable[..., Box], tmp_path: Path) -> Iterator[tuple[Second, Holder]]:
    """The same for somebody with a card, whose signature certificate a sandbox's authority made."""
    box = sandbox(cards=["akis2:rsa"])
    with Registry(box.folder / "service" / "registry.db") as registry:
        mine = [{"der": base64url(one.der), "product": one.product, "card_id": one.card_id}
                for one in registry.certificates.of_card(box.cards[0].card_id or "")]
    with service_for(tmp_path, mine, roots=box.env["KAMUPIN_TRUST"]) as service:
        with Holder(service, box.env) as holder:
            yield service, holder
        holds(service)


def calls(service: Second) -> list[tuple[str, str]]:
    """Calls and how they ended, from the last one of the login on."""
    told = [(one.call, one.problem) for one in service.front.exchanges]
    return told[max(at for at, (call, _) in enumerate(told) if call == "password-login-confirm") + 1:]


def test_a_login_tells_who_it_is(life: tuple[Second, Holder]) -> None:
    service, holder = life
    said = {name: holder.session[name] for name in ("name", "identity", "assurance", "organisations")}
    assert said == {"name": "ELİF IŞIK", "identity": "1********46", "assurance": "password", "organisations": 1}
    assert [call for call, _ in calls(service)] == ["session"]


def test_every_state_is_listed_and_shown(life: tuple[Second, Holder]) -> None:
    _, holder = life
    listed = [one["record"] for one in holder.certificates()]
    assert sorted(one["state"] for one in listed) == ["active", "expired", "issued", "not-yet-valid", "suspended"]
    assert [one["product"] for one in (row["record"] for row in holder.certificates("authorised"))] == ["mali-muhur"]
    for one in listed:
        shown = holder.ask("cert", "show", one["certificate_id"])["certificate"]
        assert shown["serial"] == one["serial"] and shown["record"]["state"] == one["state"]


def test_suspended_taken_back_and_opened(life: tuple[Second, Holder]) -> None:
    """By the only one that it can be, and by name; what the states refuse has the refusal's own status."""
    _, holder = life
    active = holder.one("active")["certificate_id"]
    for _ in range(2):
        (made,) = holder.ask("cert", "suspend", active, "--reason", "lost")["suspended"]
        assert (made["state"], made["suspended_by"]) == ("suspended", "holder")
    holder.refused("certificate-suspended", "cert", "activate", active)
    holder.ask("cert", "unsuspend", active)
    holder.refused("certificate-not-suspended", "cert", "unsuspend", active)
    issued = holder.one("issued")["certificate_id"]
    holder.refused("certificate-not-activated", "cert", "suspend", issued)
    holder.ask("cert", "activate", issued)
    holder.refused("certificate-active", "cert", "activate", issued)
    for state, status in (("suspended", "certificate-suspended-by-others"), ("not-yet-valid", "certificate-not-yet-valid"),
                          ("expired", "certificate-expired")):
        holder.refused(status, "cert", "suspend", holder.one(state)["certificate_id"])
    holder.refused("certificate-unknown", "cert", "suspend", "crt-AAECAwQFBgcICQoL")


def revoking(holder: Holder, codes: str) -> tuple[int, dict[str, Any]]:
    which = holder.one("active")["certificate_id"]
    return holder.run("cert", "revoke", which, "--reason", "keyCompromise", "--acknowledge", sms_fd=codes)


def test_revoked_in_two_steps(life: tuple[Second, Holder]) -> None:
    service, holder = life
    code, said = revoking(holder, SMS_CODE + "\n")
    assert code == 0 and said["revocation"]["record"]["state"] == "revoked" and said["revocation"]["reason"] == "keyCompromise"
    assert [call for call, _ in calls(service)][-3:] == ["revoke", "revocation-factor", "confirm-revocation"]
    which = said["revocation"]["record"]["certificate_id"]
    shown = holder.ask("cert", "show", which)["certificate"]["record"]
    assert shown["state"] == "revoked" and shown["reason"] == "keyCompromise"
    holder.refused("certificate-revoked", "cert", "suspend", which)


def test_a_wrong_code_and_a_lost_answer(life: tuple[Second, Holder]) -> None:
    """A preparation that is given up revokes nothing; where the confirmation's answer is lost, the service tells what became of it."""
    service, holder = life
    code, said = revoking(holder, "000000\n")
    assert said["error"]["status"] == "sms-code-wrong"
    assert calls(service)[-2:] == [("confirm-revocation", "factor-wrong"), ("cancel-revocation", "ok")]
    service.front.lose = {"confirm-revocation"}
    code, said = revoking(holder, SMS_CODE + "\n")
    assert code == 0 and said["revocation"]["confirmed"]
    assert calls(service)[-3:] == [("confirm-revocation", "ok"), ("cancel-revocation", "certificate-revoked"),
                                   ("certificate-details", "ok")]
    code, said = holder.run("cert", "list", "service")
    assert code == 0 and [one["record"]["state"] for one in said["certificates"]].count("revoked") == 1


def filled(document: dict[str, Any], schema_id: str = "nes-renewal-2") -> dict[str, Any]:
    return {"schema_id": schema_id, "document": document}


def test_a_consent_comes_before_the_application(signer: tuple[Second, Holder], tmp_path: Path) -> None:
    service, holder = signer
    (waits,) = holder.ask("application", "list")["applications"]
    form = tmp_path / "form.json"
    form.write_text(json.dumps(filled({"delivery": "post", "years": 3})))
    submit = ("application", "submit", waits["application_id"], "--in", str(form))
    holder.refused("application-state", *submit)
    assert holder.ask("consent", "status")["consent"]["state"] == "none"
    said = holder.ask("consent", "give", "--unproven", "--acknowledge", pin_fd=PIN + "\n")
    assert said["consent"]["state"] == "accepted" and "ELİF IŞIK" in said["consent_text"]
    holder.refused("consent-given", "consent", "show")
    form.write_text(json.dumps(filled({"delivery": "pigeon"})))
    holder.refused("document-refused", *submit)
    assert service.front.exchanges[-1].json["fields"] == ["delivery", "years"]
    form.write_text(json.dumps(filled({"delivery": "post", "years": 3}, "nes-renewal-1")))
    holder.refused("document-refused", *submit)
    assert service.front.exchanges[-1].json["fields"] == ["schema_id"]
    form.write_text(json.dumps(filled({"delivery": "post", "years": 3})))
    assert holder.ask(*submit)["application"]["state"] == "submitted"


def test_a_list_is_signed(signer: tuple[Second, Holder]) -> None:
    _, holder = signer
    (waits,) = holder.ask("authorised", "list")["lists"]
    sign = ("authorised", "sign", waits["list_id"], "--unproven", "--acknowledge")
    assert holder.ask(*sign, pin_fd=PIN + "\n")["list"]["state"] == "signed"
    holder.refused("list-signed", *sign, pin_fd=PIN + "\n")


def test_a_suspended_certificate_signs_nothing(signer: tuple[Second, Holder]) -> None:
    _, holder = signer
    holder.ask("cert", "suspend", holder.one("active")["certificate_id"])
    holder.refused("signature-refused", "consent", "give", "--unproven", "--acknowledge", pin_fd=PIN + "\n")
    assert holder.ask("consent", "status")["consent"]["state"] == "pending"
