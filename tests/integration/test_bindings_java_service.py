# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What a Java program does at a service: tests/bindings/Service.java under -Xcheck:jni against the sandbox's service, its
# authorization server (npm oidc-provider) and a card at a real PC/SC daemon. What was signed and what the world is told of a
# certificate is judged by openssl, of which nothing is ours.
"""The Java package's sessions, orders, certificates and trust."""
from __future__ import annotations

import base64
import json
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType

import pytest

from box import ROOT, Box
from idp_client import login
from java import argv, compiled
from kamupin_sandbox.registry import Registry
from life_driver import UNLIMITED
from portal_driver import NEW_PIN, NUMBER, WORD, Portal
from status_clients import Client, openssl

PIN = "123456"
FORM = '{"delivery":"post","years":3}'


class Java(Portal):
    """The Java program, with one session."""

    classes = Path()

    def __init__(self, box: Box) -> None:
        self.box = box
        self._log = (box.folder / "logs" / f"java-{id(self)}.log").open("w+", encoding="utf-8")
        self._process = subprocess.Popen(argv(self.classes, "Service"), env=box.env | {"KAMUPIN_STATE": box.env["KAMUPIN_STATE_DIR"]},
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True)
        assert self._answer() == ("ok", ""), self.logged()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        said, _ = self._process.communicate(timeout=60)
        ended = (said, self.logged(), self._process.returncode)
        assert kind is not None or ended == ("", "", 0), "the JVM warns in words, on standard output"
        self._log.close()

    def login_in_browser(self) -> str:
        """A whole login; the page that the browser ends at."""
        return page(login(self.ask("browser"), self.box.env["KAMUPIN_CA_FILE"]))[1]

    def mine(self) -> list[list[str]]:
        """The certificates of the person: id, serial, product, state, by whom, reason, may, card."""
        return [one.split("|") for one in self.ask("certificates").split(";")]


def page(url: str) -> tuple[int, str]:
    """What a browser is shown at this machine's address."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@pytest.fixture(scope="module", autouse=True)
def classes(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The program, compiled once."""
    Java.classes = compiled(tmp_path_factory.mktemp("classes"), ROOT / "tests/bindings/Service.java")


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    """A sandbox with everything: a card, the login page, the older portal's login."""
    with Box(["akis2:p256"], ["--login", "--password-login"]) as made:
        made.settings(**UNLIMITED)
        with Registry(made.folder / "service" / "registry.db") as registry:
            registry.issue_pin(str(made.cards[0].card_id), "246813")
        yield made


@pytest.fixture
def java(box: Box) -> Iterator[Java]:
    with Java(box) as made:
        yield made


@pytest.fixture
def inside(java: Java) -> Java:
    """Logged in."""
    java.login()
    return java


def opened(signature: bytes, folder: Path, box: Box) -> bytes:
    """What openssl cms finds signed, by a certificate of the sandbox's issuer; the format is CAdES."""
    der, out, both, trusted = folder / "signature", folder / "content", folder / "both.pem", Client(box, folder)
    der.write_bytes(signature)
    both.write_bytes(trusted.root.read_bytes() + trusted.sub.read_bytes())
    code, said = openssl("cms", "-verify", "-cades", "-inform", "DER", "-in", der, "-CAfile", both, "-purpose", "any", "-binary",
                         "-out", out)
    assert code == 0, said
    return out.read_bytes()


# ---- logging in ----

def test_a_login_in_the_browser(java: Java) -> None:
    assert java.ask("methods") == "[BROWSER, CARD, PASSWORD]"
    java.refused("login-required", "info")
    assert "Giriş tamamlandı" in java.login_in_browser()
    assert java.ask("logged-in") == "DENEME KULLANICI"
    name, identity, assurance, organisations = java.ask("info").split("|")
    assert (name, identity, assurance) == ("DENEME KULLANICI", "1********46", "PASSWORD")
    assert "VKN:4540536920:DENEME ANONİM ŞİRKETİ" in organisations.split(",")
    assert java.ask("restored") == "DENEME KULLANICI"
    assert java.ask("renew") == "true", "what is kept has changed"
    assert java.ask("lent") == "DENEME KULLANICI|true", "what a listener was given is wiped afterwards"
    assert java._tell("keep-fails") == ("exception", "java.lang.UnsupportedOperationException: from the listener")
    assert java.ask("end") == "0", "nothing is left to be kept"
    java.refused("login-required", "info")


def test_only_the_right_callback_ends_it(java: Java) -> None:
    """Others are answered as such, and the login waits on: another path, another host's name, another state."""
    callback = login(java.ask("browser"), java.box.env["KAMUPIN_CA_FILE"])
    place = callback.split("?")[0]
    assert page(place)[0] == 404 and page(place.replace("/kamupin", "/other?x"))[0] == 404
    assert page(callback.replace("127.0.0.1", "localhost"))[0] == 400
    request = urllib.request.Request(callback, method="POST", data=b"")
    with pytest.raises(urllib.error.HTTPError, match="405"):
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10)
    status, said = page(callback.replace("state=", "state=x"))
    assert status == 400 and "Giriş tamamlanamadı" in said
    assert page(callback)[0] == 200
    assert java.ask("logged-in") == "DENEME KULLANICI"


def test_a_login_that_the_person_gives_up(java: Java) -> None:
    status, said = page(login(java.ask("browser"), java.box.env["KAMUPIN_CA_FILE"], cancel=True))
    assert status == 400 and "Giriş tamamlanamadı" in said
    java.refused("login-cancelled", "logged-in")


def test_a_login_with_the_card(java: Java) -> None:
    assert java.refused("pin-wrong", "login-card", "654321") == "2 PinException"
    java.ask("login-card", PIN)
    assert java.ask("info").split("|")[2] == "E_SIGNATURE"
    java.ask("cancel")
    assert java.refused("cancelled", "info") == "-1 CancelledException"


def test_a_login_of_older_portals(java: Java) -> None:
    kind, magic, seconds = java.ask("captcha").split("|")
    assert (kind, magic) == ("image/png", "PNG") and int(seconds) > 0
    tries, name = java.refused("security-word-wrong", "begin", "tckn", NUMBER, java.picture(), "yanlış").split()
    assert int(tries) > 0 and name == "ServiceException"
    assert java.ask("begin", "tckn", NUMBER, java.picture(), WORD).endswith("2596")
    assert java.ask("sms").endswith("2596")
    java.refused("sms-code-wrong", "confirm", "000000" if java.last_sms() != "000000" else "000001")
    java.ask("confirm", java.last_sms())
    assert java.ask("info").startswith("DENEME KULLANICI")
    assert "@" in java.ask("reset", "tckn", NUMBER, java.picture())


# ---- orders and issued PINs ----

def test_an_order_at_another_desk(inside: Java) -> None:
    order_id = inside.ask("order", "nes")
    assert order_id in inside.ask("orders").split(",")
    digits, seconds, wiped = inside.ask("show-code").split("|")
    assert digits.isdigit() and int(seconds) > 0 and wiped == "true"
    left, length = inside.ask("code").split("|")
    assert int(left) > 0 and int(length) == len(digits)
    assert inside.ask("open", order_id) == "waiting"
    assert inside.ask("cancel-order") == "cancelled"
    assert order_id not in inside.ask("orders").split(",")
    inside.refused("order-ended", "show-code")
    inside.refused("not-represented", "order", "mali-muhur", "vkn", "1234567890")
    inside.refused("identity-malformed", "order", "mali-muhur", "vkn", "4540536921")
    inside.ask("order", "mali-muhur", "vkn", "4540536920")
    assert inside.ask("read") == "waiting|4540536920"
    inside.ask("cancel-order")


def test_an_order_at_this_desk_needs_no_code(sandbox: Callable[..., Box]) -> None:
    box = sandbox(["akis2:blocked"], ["--password-login"])
    with Java(box) as java:
        java.login()
        java.ask("order", "nes")
        assert java.ask("unblock", NEW_PIN).endswith("2596")
        assert java.ask("verify", java.last_sms()) == "done"
        assert java.ask("read").startswith("done|")
    assert box.verify_by_opensc(NEW_PIN) == "9000"


def test_an_issued_pin_is_shown_once(inside: Java) -> None:
    record, card, shown, stale = inside.ask("issued").split("|")
    assert (card, shown, stale) == (inside.box.cards[0].card_id, "false", "false")
    assert inside.ask("show-pin", record) == "246813|-1"
    inside.refused("issued-pin-shown", "show-pin", record)
    inside.ask("delete-pin", record)
    assert inside.ask("issued") == ""
    inside.refused("issued-pin-unknown", "delete-pin", record)


# ---- certificates ----

def test_a_lost_card(inside: Java) -> None:
    name, serial, *_ = next(row for row in inside.mine() if row[7] == inside.box.cards[0].card_id)
    row = inside.ask("suspend", name, "lost").split("|")
    assert row[:2] == [name, serial] and row[3:5] == ["suspended", "holder"] and "UNSUSPEND" in row[6]
    assert inside.refused("certificate-suspended", "activate", name).endswith("CertificateException")
    inside.refused("certificate-suspended", "check", inside.box.env["KAMUPIN_TRUST"])
    assert inside.ask("unsuspend", name).split("|")[3] == "active"
    record, holder, number, events = inside.ask("certificate", name).split(";")
    assert record.split("|")[0] == name and holder == "DENEME KULLANICI" and number == serial
    assert events.split(",")[-2:] == ["suspended/holder", "active/holder"]
    inside.refused("certificate-unknown", "certificate", "00")


def test_a_revocation_has_two_steps(inside: Java, box: Box) -> None:
    name = next(row[0] for row in inside.mine() if "REVOKE" in row[6] and row[7] != box.cards[0].card_id)
    losses, turkish, english, confirmed = inside.ask("revoke", name, "superseded").split("|")
    assert losses == turkish and int(losses) >= 3 and english != "" and confirmed == "false"
    inside.ask("cancel-revocation")
    inside.ask("revoke", name, "superseded")
    first, again = inside.ask("factor").split("|")
    assert first == again and first.endswith("2596")
    tries, name_of = inside.refused("sms-code-wrong", "confirm-revocation", "000000" if inside.last_sms() != "000000" else "000001").split()
    assert int(tries) > 0 and name_of == "ServiceException"
    row = inside.ask("confirm-revocation", inside.last_sms()).split("|")
    assert row[0] == name and (row[3], row[5], row[-1]) == ("revoked", "superseded", "true")
    inside.refused("certificate-revoked", "cancel-revocation")
    inside.refused("invalid-argument", "revoke", name, "ca-compromise")


def test_cards_and_service_are_one_list(inside: Java) -> None:
    count, *entries = inside.ask("all").split(";")
    rows = [one.split("|") for one in entries]
    (card,) = [row for row in rows if row[0] == "[GIVEN, CARD, SERVICE]"]
    assert int(count) == len(rows) == len(inside.mine()) and card[1] == inside.box.cards[0].card_id
    assert card[2] == inside.box.cards[0].reader and card[3] == card[4] != ""
    assert [row[3] for row in rows if row[0] == "[SERVICE]"] == [""] * (len(rows) - 1)


def test_a_certificate_and_whether_it_is_in_force(java: Java, tmp_path: Path) -> None:
    assert java.ask("check", java.box.env["KAMUPIN_TRUST"]) == "ok|good|ocsp|3|true|not-asked"
    whole, masked, kind, responders, root, same, usage = java.ask("who").split("|")
    assert (whole, masked, kind, responders, root, same) == (NUMBER, "*********46", "signature", "1", "", "true")
    assert "CONTENT_COMMITMENT" in usage
    stranger = tmp_path / "stranger.pem"
    stranger.write_text(Path(java.box.env["KAMUPIN_CA_FILE"]).read_text())
    assert java.refused("chain-incomplete", "check", str(stranger)).endswith("CertificateException")


# ---- what is signed ----

def test_a_document_is_signed_by_the_card(java: Java, tmp_path: Path) -> None:
    sub = Client(java.box, tmp_path).sub
    signature = base64.b64decode(java.ask("cms", PIN, "çığlık", str(sub)))
    assert opened(signature, tmp_path, java.box) == "çığlık".encode()


def test_consent_application_and_list(inside: Java, tmp_path: Path) -> None:
    assert inside.ask("consent") == "none"
    rows = [one.split("|") for one in inside.ask("applications").split(";")]
    name, _, schema = next(row for row in rows if row[1] == "pending-pre-application")
    assert json.loads(inside.ask("application", name)) == {"delivery": "post", "years": 3}
    inside.refused("application-state", "submit", name, schema, FORM)
    seconds, text = inside.ask("text").split("|")
    for _ in range(3):
        inside.box.fault("submit-consent", "drop-after")
    inside.refused("network-interrupted", "sign", PIN)
    assert int(seconds) > 0 and inside.ask("sign", "-") == "accepted", "the same signature once more, without a PIN"
    (held,) = inside.box.control.get("/consents")["consents"]
    assert opened(base64.urlsafe_b64decode(held["signature"] + "=="), tmp_path, inside.box) == base64.b64decode(text)
    inside.refused("document-refused", "submit", name, schema, '{"delivery":"pigeon","years":7}')
    assert inside.ask("submit", name, schema, FORM) == "submitted"
    listed, state, entries = inside.ask("lists").split("|")
    told, count, first, content = inside.ask("list", listed).split("|")
    assert (told, count, state) == (listed, entries, "waiting")
    assert json.loads(base64.b64decode(content))["rows"][0]["name"] == first
    inside.ask("sign-list", PIN)
    assert inside.ask("lists").split("|")[1] == "signed"
    inside.refused("list-signed", "sign-list", PIN)


# ---- without a login ----

def test_inquiries(java: Java) -> None:
    assert java.ask("seal", "detsis", "12345678") == "true|DENEME KURUMU"
    assert java.ask("debt", "vkn", "4540536920").split(";")[0] == "BRC-2026-0001|mali-muhur|1.250,00 TL"
    assert java.ask("debt", "tckn", NUMBER) == ""
    assert java.ask("shipment", "KSM2026000001") == "on-the-way|PTT|2026-01-26"
    java.refused("identity-malformed", "debt", "tckn", "10000000147")
    java.refused("inquiry-unknown", "shipment", "KSM2026999999")
