# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The sandbox's authority, OCSP responder and CRLs in the hands of clients that are not ours: openssl verify, ocsp, crl and x509, and Python's
# cryptography, which reads the extensions. (It also encodes them on the other side, so what counts of these is said by openssl too.)
"""Certificates of the sandbox, and what its issuer says of them."""
from __future__ import annotations

import base64
import datetime
import re
import urllib.error
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from box import BUILD, Box, until
from idp_client import Client as Person
from idp_client import problem
from kamupin_sandbox.ca import CardIssuer, make_card_key
from kamupin_sandbox.ca.status import Status
from kamupin_sandbox.registry import Registry
from session_driver import Session
from status_clients import Client, fetch, openssl

CARDS = ("akis2", "akis2:p256:expired", "akis2:p384:not-yet", "akis2:p256:issued", "akis2:p256:suspended=holder", "akis2:p256:suspended=authority",
         "akis2:p256:suspended=institution", "akis2:p256:revoked", "akis1:p256:revoked:expired", "akis2:p256:suspended=holder:expired",
         "akis2:mali-muhur", "akis2:elektronik-muhur:kind=qualified-seal", "akis2:kurumsal-sifreleme", "akis2:p256:also=time-stamp")
HOLD = "revoked:certificateHold"
# State → what openssl ocsp, openssl crl and openssl verify say (error 9: not yet valid; 10: expired; 23: revoked or on hold).
SEEN = {"active": ("good", "", "OK"), "expired": ("good", "", "10"), "not-yet-valid": ("good", "", "9"),
        "issued": (HOLD, "Certificate Hold", "23"), "suspended": (HOLD, "Certificate Hold", "23")}
REASONS = {"keyCompromise": "Key Compromise", "affiliationChanged": "Affiliation Changed", "superseded": "Superseded",
           "cessationOfOperation": "Cessation Of Operation", "privilegeWithdrawn": "Privilege Withdrawn", "cACompromise": "CA Compromise"}


@pytest.fixture(scope="module")
def status_box() -> Iterator[Box]:
    """Cards in every state; the further certificates that every sandbox has."""
    with Box(CARDS) as box:
        yield box


@pytest.fixture
def client(status_box: Box, tmp_path: Path) -> Iterator[Client]:
    """OpenSSL, and an issuer that answers rightly before and after."""
    yield Client(status_box, tmp_path)
    status_box.control.post("/status-service", {"ocsp": "right", "crl": "right"})


def issued(box: Box) -> list[dict[str, Any]]:
    """What the registry has."""
    found: list[dict[str, Any]] = box.control.get("/certificates")["certificates"]
    return found


def paper(client: Client, one: dict[str, Any]) -> Path:
    """The certificate of a record, as a file."""
    return client.pem("certificate", base64.b64decode(one["der"]))


def put(box: Box, one: dict[str, Any], state: str, **more: str) -> dict[str, Any]:
    """Moves it by the control address."""
    moved: dict[str, Any] = box.control.post("/certificates/state", {"certificate": one["certificate_id"], "state": state} | more)
    return moved


def spare(box: Box, state: str = "active", owner: str = "deneme") -> dict[str, Any]:
    """A certificate in that state that the tests before have left alone."""
    return next(one for one in issued(box) if (one["state"], one["owner"]) == (state, owner) and len(one["history"]) == 1)


def seen(client: Client, one: dict[str, Any]) -> tuple[str, str, str]:
    """What three clients say of it."""
    path = paper(client, one)
    return client.ocsp(path), client.entry(path), client.verify(path)


def test_every_certificate_is_seen_as_it_is(status_box: Box, client: Client) -> None:
    """All states there are, on cards and besides; each by three clients. What is revoked stays so when it expires, and a hold too."""
    states = set()
    for one in issued(status_box):
        found, (ocsp_word, crl_word, verify_word) = one["state"], seen(client, one)
        states.add((found, one.get("suspended_by", "")))
        if found == "revoked":
            superseded = one.get("reason") == "superseded"
            expected = ("revoked:superseded", "Superseded", "23") if superseded else ("revoked", "-", "23")
        elif found == "expired" and [event["state"] for event in one["history"]] == ["active", "suspended"]:
            expected = (HOLD, "Certificate Hold", "23")
        else:
            expected = SEEN[found]
        assert (ocsp_word, crl_word, verify_word) == expected, one
    assert states == {("active", ""), ("expired", ""), ("not-yet-valid", ""), ("issued", ""), ("revoked", ""), ("expired", "holder"),
                      ("suspended", "holder"), ("suspended", "authority"), ("suspended", "institution")}


def test_what_is_on_a_card_is_in_the_registry(status_box: Box) -> None:
    """Each certificate, under the card's name and its holder's."""
    known = {one["sha256"]: one for one in issued(status_box)}
    for card in status_box.cards:
        for name, value in card.state().items():
            if name.startswith("file 3D00/"):
                certificate = x509.load_der_x509_certificate(bytes.fromhex(value))
                one = known[certificate.fingerprint(hashes.SHA256()).hex()]
                assert (one["card_id"], one["owner"], one["product"]) == (card.card_id, card.row["owner"], card.row["product"])
                assert int(one["serial"], 16) == certificate.serial_number
    assert sum("card_id" not in one for one in issued(status_box)) == 10


def test_before_and_after(status_box: Box, client: Client) -> None:
    """Suspended, taken down again, opened, revoked: the next answer of each client says so."""
    one = spare(status_box)
    for state, more, expected in (("suspended", {"by": "holder", "reason": "lost"}, SEEN["suspended"]), ("active", {"by": "holder"}, SEEN["active"]),
                                  ("issued", {}, SEEN["issued"]), ("active", {}, SEEN["active"]),
                                  ("suspended", {"by": "institution"}, SEEN["suspended"]),
                                  ("revoked", {"reason": "keyCompromise"}, ("revoked:keyCompromise", "Key Compromise", "23"))):
        assert put(status_box, one, state, **more)["state"] == state
        assert seen(client, one) == expected
    with pytest.raises(Exception, match="certificate-revoked"):
        put(status_box, one, "active")
    assert seen(client, one)[0] == "revoked:keyCompromise"


def make_one(box: Box, **more: Any) -> bytes:
    """A fresh certificate of the sandbox's own issuer, recorded."""
    der = CardIssuer(box.folder / "service" / "card-issuer").issue("DENEME KULLANICI", "10000000146", key=make_card_key("p256"), **more)
    with Registry(box.folder / "service" / "registry.db") as registry:
        registry.certificates.add(der, "deneme", "nes")
    return der


@pytest.mark.parametrize("reason", REASONS)
def test_reasons_and_times_of_revocations(status_box: Box, client: Client, reason: str) -> None:
    """As openssl prints them, in OCSP and in the CRL."""
    der = make_one(status_box)
    one = next(each for each in issued(status_box) if each["serial"] == f"{x509.load_der_x509_certificate(der).serial_number:X}")
    moved = put(status_box, one, "revoked", reason=reason)
    word = "(UNKNOWN)" if reason == "privilegeWithdrawn" else reason  # which openssl ocsp has no word for
    assert seen(client, one) == (f"revoked:{word}", REASONS[reason], "23")
    answer = ocsp.load_der_ocsp_response(fetch(client.base + "/ocsp", request_for(client, one, client.folder)))
    assert answer.revocation_reason and answer.revocation_reason.value == reason
    _, text = openssl("ocsp", "-issuer", client.sub, "-cert", paper(client, one), "-url", client.base + "/ocsp", "-CAfile", client.root)
    at = datetime.datetime.strptime(moved["revoked_at"], "%Y-%m-%dT%H:%M:%SZ")
    assert f"Revocation Time: {at:%b} {at.day:2} {at:%H:%M:%S %Y} GMT" in text


def test_a_suspension_with_an_end(status_box: Box, client: Client) -> None:
    """It is a hold until then, and none afterwards, though nobody did anything."""
    one = spare(status_box, "active", "baska")
    soon = datetime.datetime.utcnow() + datetime.timedelta(hours=1)
    assert put(status_box, one, "suspended", until=f"{soon:%Y-%m-%dT%H:%M:%SZ}")["suspend_until"] == f"{soon:%Y-%m-%dT%H:%M:%SZ}"
    assert seen(client, one) == SEEN["suspended"]
    assert put(status_box, one, "suspended", until="2026-01-01T00:00:00Z")["state"] == "active"
    assert seen(client, one) == SEEN["active"]


def test_what_nobody_recorded_is_unknown(status_box: Box, client: Client, tmp_path: Path) -> None:
    """A certificate of this issuer that the registry does not have; and one of another issuer, of which nothing is said."""
    der = CardIssuer(status_box.folder / "service" / "card-issuer").issue("DENEME KULLANICI", "10000000146", key=make_card_key("p256"))
    assert client.ocsp(client.pem("nobodys", der)) == "unknown"
    assert client.verify(client.pem("nobodys", der)) == "OK", "a CRL cannot know"
    foreign = CardIssuer(tmp_path / "foreign", int(client.base.rpartition(":")[2]))
    theirs = client.pem("theirs", foreign.issue("DENEME KULLANICI", "10000000146", key=make_card_key("p256")))
    client.sub = client.pem("their-sub", foreign.sub.certificate.public_bytes(Encoding.DER))
    assert "unauthorized (6)" in client.ocsp(theirs)


# ---- the protocol ----

def request_for(client: Client, one: dict[str, Any], folder: Path, *more: str) -> bytes:
    """A request that openssl makes."""
    path = folder / "request"
    code, said = openssl("ocsp", "-issuer", client.sub, *more, "-cert", paper(client, one), "-reqout", path)
    assert code == 0, said
    return path.read_bytes()


@pytest.mark.parametrize("digest", ["-sha1", "-sha256", "-sha384"])
def test_get_and_post_say_the_same(status_box: Box, client: Client, tmp_path: Path, digest: str) -> None:
    """By GET in base64, percent-encoded or with its slashes; each answer is verified by openssl, and has the nonce that was sent."""
    for one in (spare(status_box), spare(status_box, "issued")):
        raw = request_for(client, one, tmp_path, digest)
        text = base64.b64encode(raw).decode()
        answers = [fetch(client.base + "/ocsp", raw, "application/ocsp-request"), fetch(f"{client.base}/ocsp/{quote(text, safe='')}"),
                   fetch(f"{client.base}/ocsp/{quote(text, safe='/+=')}")]
        for answer in answers:
            (tmp_path / "answer").write_bytes(answer)
            code, said = openssl("ocsp", "-respin", tmp_path / "answer", "-reqin", tmp_path / "request", "-CAfile", client.root,
                                 "-verify_other", client.sub, "-resp_text")
            assert code == 0 and "Response verify OK" in said and "Nonce Verify" not in said and "WARNING" not in said, said
            assert f"Cert Status: {'good' if one['state'] == 'active' else 'revoked'}\n" in said
            parsed = ocsp.load_der_ocsp_response(answer)
            assert parsed.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce == ocsp.load_der_ocsp_request(
                raw).extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
            assert parsed.hash_algorithm.name == digest[1:] and parsed.serial_number == int(one["serial"], 16)
            assert parsed.next_update and parsed.next_update - parsed.this_update == datetime.timedelta(minutes=10)


def test_without_a_nonce_there_is_none(status_box: Box, client: Client, tmp_path: Path) -> None:
    """It is echoed, not invented."""
    answer = fetch(client.base + "/ocsp", request_for(client, spare(status_box), tmp_path, "-no_nonce"))
    assert not list(ocsp.load_der_ocsp_response(answer).extensions)


def test_requests_that_are_none(client: Client, tmp_path: Path) -> None:
    """Malformed ones are told so (RFC 6960, 4.2.1); a body of no size is not read to its end; other addresses do not exist."""
    for data in (b"", b"no DER", b"\x30\x00", b"\x30\x82\xff\xff" + bytes(200), bytes(65000)):
        (tmp_path / "answer").write_bytes(fetch(client.base + "/ocsp", data))
        assert "malformedrequest (1)" in openssl("ocsp", "-respin", tmp_path / "answer", "-noverify")[1]
    for path in ("/ocsp/!!!", "/ocsp/AAAA", "/ocsp/%FF%FE"):
        assert ocsp.load_der_ocsp_response(fetch(client.base + path)).response_status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST
    for path, size, status in (("/ocsp", 70000, 413), ("/crl/other.crl", 0, 404), ("/ca/ocsp.crt", 0, 404), ("/", 0, 404),
                               ("/ca/../port", 0, 404), ("/ca/root-key.pem", 0, 404)):
        with pytest.raises(urllib.error.HTTPError) as refused:
            fetch(client.base + path, bytes(size) or None)
        assert refused.value.code == status


def test_a_spoilt_request_is_answered(status_box: Box, client: Client, tmp_path: Path) -> None:
    """Each byte of a request changed, and each beginning of it: always an OCSP answer, and a status only of what a request names."""
    raw = request_for(client, spare(status_box), tmp_path)
    with Registry(status_box.folder / "service" / "registry.db") as registry:
        status = Status(CardIssuer(status_box.folder / "service" / "card-issuer"), registry.certificates)
        spoilt = [raw[:at] for at in range(len(raw))] + [raw[:at] + bytes((raw[at] ^ flip,)) + raw[at + 1:]
                                                         for at in range(len(raw)) for flip in (1, 0x80, 0xFF)]
        for one in spoilt:
            answer = ocsp.load_der_ocsp_response(status.answer(one))
            if answer.response_status is ocsp.OCSPResponseStatus.SUCCESSFUL:
                assert answer.serial_number == ocsp.load_der_ocsp_request(one).serial_number


def test_the_lists(status_box: Box, client: Client) -> None:
    """Version 2, a number that grows with each list, an end; the root's is empty and lives longer."""
    numbers = []
    for _ in range(2):
        client.lists()
        text = openssl("crl", "-inform", "DER", "-in", client.folder / "sub.crl", "-noout", "-text", "-crlnumber")[1]
        found = re.search(r"^crlNumber=0x([0-9A-F]+)$", text, re.M)
        assert found and "Version 2" in text
        numbers.append(int(found[1], 16))
    assert numbers[1] > numbers[0]
    sub, root = (x509.load_der_x509_crl((client.folder / f"{name}.crl").read_bytes()) for name in ("sub", "root"))
    assert sub.next_update and sub.next_update - sub.last_update == datetime.timedelta(hours=1)
    assert root.next_update and root.next_update - root.last_update == datetime.timedelta(days=30) and not list(root)
    assert fetch(client.base + "/ilke").decode().startswith("Geçersiz deneme")


# ---- answers that are not right ----

# Way of OCSP → what openssl ocsp says.
WRONG_OCSP = {"stale": "WARNING: Status times invalid", "unsigned": "Response Verify Failure", "wrong-key": "Response Verify Failure",
              "foreign-responder": "Response Verify Failure", "no-responder": "Response Verify Failure", "other-serial": "ERROR: No Status found",
              "wrong-nonce": "Nonce Verify error", "no-nonce": "WARNING: no nonce in response", "try-later": "Responder Error: trylater (3)",
              "garbage": "Error querying OCSP responder", "down": "Error querying OCSP responder", "unavailable": "Error querying OCSP responder"}


@pytest.mark.parametrize("way", WRONG_OCSP)
def test_wrong_ocsp_answers(status_box: Box, client: Client, way: str) -> None:
    """Each is wrong in the way that it is called by, and in no other; afterwards all is well."""
    one = spare(status_box)
    said = status_box.control.post("/status-service", {"ocsp": way})
    assert (said["ocsp"], said["crl"]) == (way, "right") and set(WRONG_OCSP) == set(said["ocsp_ways"]) - {"right"}
    told = client.ocsp(paper(client, one))
    assert WRONG_OCSP[way] in told
    if way in ("stale", "other-serial", "no-nonce"):
        assert "Response verify OK" in told
    assert client.verify(paper(client, one)) == "OK"
    status_box.control.post("/status-service", {"ocsp": "right"})
    assert client.ocsp(paper(client, one)) == "good"


@pytest.mark.parametrize("way, error", [("stale", "12"), ("wrong-key", "8"), ("foreign-issuer", "3")])
def test_wrong_lists(status_box: Box, client: Client, way: str, error: str) -> None:
    """Error 12: out of date; 8: its signature is wrong; 3: none of this issuer."""
    one = spare(status_box)
    status_box.control.post("/status-service", {"crl": way})
    text = ""
    for name in ("root", "sub"):
        (client.folder / "list").write_bytes(fetch(f"{client.base}/crl/{name}.crl"))
        text += openssl("crl", "-inform", "DER", "-in", client.folder / "list")[1]
    (client.folder / "list").write_text(text)
    _, said = openssl("verify", "-CAfile", client.root, "-untrusted", client.sub, "-crl_check_all", "-CRLfile", client.folder / "list",
                      paper(client, one))
    assert f"error {error} at 0 depth" in said
    assert client.ocsp(paper(client, one)) == "good"


def test_lists_that_are_none(status_box: Box, client: Client) -> None:
    """Garbage, a hang-up, a 503; OCSP and the issuers' certificates are there all the while."""
    status_box.control.post("/status-service", {"crl": "garbage"})
    assert openssl("crl", "-inform", "DER", "-noout", data=fetch(client.base + "/crl/sub.crl"))[0] != 0
    for way, error in (("down", OSError), ("unavailable", urllib.error.HTTPError)):
        said = status_box.control.post("/status-service", {"crl": way})
        with pytest.raises(error):
            fetch(client.base + "/crl/sub.crl")
        assert fetch(client.base + "/ca/root.crt") and client.ocsp(paper(client, spare(status_box))) == "good"
    assert set(said["crl_ways"]) == {"right", "stale", "wrong-key", "foreign-issuer", "garbage", "down", "unavailable"}
    for wish in ({"crl": "rotten"}, {"ocsp": "foreign-issuer"}, {"ocsp": 1}, {"port": 80}):
        with pytest.raises(Exception, match="400"):
            status_box.control.post("/status-service", wish)


# ---- what stands in the certificates ----

LAW = "2.16.792.1.61.0.1.5070."
KAMUSM = "2.16.792.1.2.1.1.5.7."
# Kind → policy, extended key usage, QC statements, and bits of the key usage, as they stand in the published lists of identifiers.
PROFILES = {"signature": (KAMUSM + "1.1", None, ("0.4.0.1862.1.1", LAW + "2.1"), "Digital Signature, Non Repudiation"),
            "seal": (KAMUSM + "1.10", None, (LAW + "1.1", LAW + "1.3"), "Digital Signature, Non Repudiation"),
            "qualified-seal": (KAMUSM + "1.10", None, ("0.4.0.1862.1.1", LAW + "2.1", LAW + "2.2"), "Digital Signature, Non Repudiation"),
            "mali-muhur": (KAMUSM + "4.1", KAMUSM + "50.1", (), "Digital Signature, Non Repudiation"),
            "encryption": ("2.25.1", None, (), "Key Encipherment, Data Encipherment"),
            "time-stamp": (KAMUSM + "3.1", "1.3.6.1.5.5.7.3.8", (), "Digital Signature"),
            "plain": ("2.25.1", None, (), "Digital Signature")}


@pytest.mark.parametrize("key", ["rsa", "p256", "p384"])
@pytest.mark.parametrize("kind", PROFILES)
def test_what_stands_in_a_certificate(status_box: Box, client: Client, kind: str, key: str) -> None:
    """Each kind with each key, read by cryptography and by openssl x509; names with all letters of Turkish come through."""
    holder, organisation = "ĞÜŞİÖÇ ığüşiöç IŞIK", kind in ("seal", "qualified-seal", "mali-muhur")
    der = CardIssuer(status_box.folder / "service" / "card-issuer").issue(holder, "4540536920", kind, key=make_card_key(key),
                                                                          organisation=organisation)
    policy, usage, statements, bits = PROFILES[kind]
    found, path = x509.load_der_x509_certificate(der), client.pem("kind", der)
    policies = found.extensions.get_extension_for_class(x509.CertificatePolicies).value
    assert [one.policy_identifier.dotted_string for one in policies] == [policy]
    usages = [one for one in found.extensions if isinstance(one.value, x509.ExtendedKeyUsage)]
    assert [one.dotted_string for each in usages for one in each.value] == ([usage] if usage else [])
    assert [each.critical for each in usages] == ([kind == "time-stamp"] if usage else [])
    qc = [one.value.value for one in found.extensions if one.oid.dotted_string == "1.3.6.1.5.5.7.1.3"]
    assert bool(qc) == bool(statements)
    if qc:
        said = openssl("asn1parse", "-inform", "DER", "-oid", "/dev/null", data=qc[0])[1]
        assert tuple(re.findall(r"OBJECT\s+:([\d.]+)$", said, re.M)) == statements
    asked = found.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    assert [(one.access_method._name, one.access_location.value) for one in asked] == [
        ("OCSP", client.base + "/ocsp"), ("caIssuers", client.base + "/ca/sub.crt")]
    points = found.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert [name.value for point in points for name in point.full_name or []] == [client.base + "/crl/sub.crl"]
    text = openssl("x509", "-in", path, "-noout", "-text", "-nameopt", "utf8,sep_comma_plus_space")[1]
    assert re.search(rf"X509v3 Key Usage: critical\n\s+{bits}" + ("$" if kind != "encryption" or key == "rsa" else ", Key Agreement$"), text, re.M)
    name = f"C=TR, serialNumber=4540536920, {'O=' + holder + ', ' if organisation else ''}CN={holder}"
    assert f"Subject: {name}\n" in text
    assert {"rsa": "Public-Key: (2048 bit)", "p256": "ASN1 OID: prime256v1", "p384": "ASN1 OID: secp384r1"}[key] in text
    assert client.verify(path) == "OK" and client.verify(path, "-policy_check") == "OK"
    assert client.verify(path, "-purpose", "timestampsign") == ("OK" if kind == "time-stamp" and key else "26")


def test_which_kinds_make_a_card_known(sandbox: Any) -> None:
    """By the library's rule: encryption, time stamp and nobody's policy do not, but for the certificate beside them."""
    box = sandbox(cards=[*(f"akis2:p256:kind={kind}" for kind in PROFILES), "akis2:p256:kind=time-stamp:also=seal"])
    said = box.run(str(BUILD / "bin" / "example-list-cards")).stdout
    known = [line.rpartition("\t")[2] == "ok" for card in box.cards for line in said.splitlines() if line.startswith(card.reader + "\t")]
    assert known == [True, True, True, True, False, False, False, True]


def test_the_authorities(client: Client) -> None:
    """They say that they are a test; the responder may sign for OCSP and nothing else; files and addresses have the same certificates."""
    root = x509.load_pem_x509_certificate(client.root.read_bytes())
    assert root.public_bytes(Encoding.DER) == fetch(client.base + "/ca/root.crt")
    for path in (client.root, client.sub):
        text = openssl("x509", "-in", path, "-noout", "-subject", "-nameopt", "utf8")[1]
        assert "SANDBOX" in text and "deneme / test" in text
    purposes = openssl("x509", "-in", client.folder / "sub.pem", "-noout", "-purpose")[1]
    assert "OCSP helper CA : Yes" in purposes
    sub = x509.load_pem_x509_certificate(client.sub.read_bytes())
    points = sub.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert [name.value for point in points for name in point.full_name or []] == [client.base + "/crl/root.crl"]
    raw = request_for(client, spare(client.box), client.folder)
    answer = ocsp.load_der_ocsp_response(fetch(client.base + "/ocsp", raw))
    (responder,) = answer.certificates
    assert [one.dotted_string for one in responder.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value] == ["1.3.6.1.5.5.7.3.9"]
    assert responder.extensions.get_extension_for_class(x509.OCSPNoCheck) and responder.issuer == sub.subject
    assert answer.responder_key_hash == x509.SubjectKeyIdentifier.from_public_key(responder.public_key()).digest


# ---- the sandbox around it ----

def test_a_restarted_service_answers_at_the_same_address(sandbox: Any, tmp_path: Path) -> None:
    """With the states that it left; what was spoiled is right again. Until then nobody answers there."""
    box = sandbox(cards=["akis2:p256"])
    client, (one, *_) = Client(box, tmp_path), issued(box)
    put(box, one, "suspended", by="holder")
    number = x509.load_der_x509_crl(fetch(client.base + "/crl/sub.crl")).extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
    box.control.post("/status-service", {"ocsp": "stale"})
    box.kill("service")
    with pytest.raises(OSError):
        fetch(client.base + "/crl/sub.crl")
    box.revive()
    assert seen(client, one) == SEEN["suspended"]
    assert x509.load_der_x509_crl(fetch(client.base + "/crl/sub.crl")).extensions.get_extension_for_class(
        x509.CRLNumber).value.crl_number > number
    assert box.control.get("/status-service")["requests"]["ocsp"] == 1


def test_the_commands(sandbox: Any, tmp_path: Path) -> None:
    """`certificates`, `certificate ID STATE` and `status-service`, for people and scripts."""
    box = sandbox(cards=["akis2:p256"])
    client, (one, *_) = Client(box, tmp_path), issued(box)
    lines = box.run("kamupin-sandbox", "certificates").stdout.splitlines()
    assert lines[0].startswith(f"certificate_id={one['certificate_id']}  state=active  owner=deneme  product=nes  holder=DENEME KULLANICI")
    assert len(lines) == 11
    for name in (one["certificate_id"], one["serial"], one["sha256"]):
        done = box.run("kamupin-sandbox", "certificate", name, "suspended", "--by", "institution", "--until", "2099-12-31T21:00:00Z")
        assert "state=suspended  suspended_by=institution  suspend_until=2099-12-31T21:00:00Z" in done.stdout
    assert seen(client, one) == SEEN["suspended"]
    assert box.run("kamupin-sandbox", "certificate", one["certificate_id"], "revoked", "--reason", "superseded").returncode == 0
    done = box.run("kamupin-sandbox", "certificate", one["certificate_id"], "active")
    assert done.returncode == 69 and "certificate-revoked" in done.stderr
    for words in (("crt-x", "active"), (one["certificate_id"], "suspended", "--reason", "keyCompromise"),
                  (one["certificate_id"], "suspended", "--until", "tomorrow")):
        assert box.run("kamupin-sandbox", "certificate", *words).returncode == 69
    assert box.run("kamupin-sandbox", "status-service", "--ocsp", "try-later", "--crl", "stale").stdout.startswith(
        f"address={client.base}  ocsp=try-later  crl=stale  root={client.root}")
    assert box.control.get("/status-service")["ocsp"] == "try-later"


def test_the_port_is_given_back(sandbox: Any) -> None:
    """It is the sandbox's while that is open, also with no service, and nobody's afterwards."""
    box = sandbox(cards=["empty"])
    port = int(box.control.get("/status-service")["address"].rpartition(":")[2])
    guard = f"@kamupin-sandbox-port-{port}\n"
    assert guard in Path("/proc/net/unix").read_text()
    box.kill("service")
    assert guard in Path("/proc/net/unix").read_text()
    box.close()
    assert guard not in Path("/proc/net/unix").read_text()
    with pytest.raises(OSError):
        fetch(f"http://127.0.0.1:{port}/ca/root.crt")


def test_what_the_holder_does_is_seen_at_once(sandbox: Any, tmp_path: Path) -> None:
    """The profile's calls, by a client of the document alone: what each moves is what the next question of openssl finds, and what is refused
    changes nothing."""
    box = sandbox(cards=["akis2:p256:suspended=authority", "akis2:p256:issued"], options=["--login"])
    client, (held, fresh, *_) = Client(box, tmp_path), issued(box)
    person = Person(box.env["KAMUPIN_ISSUER"], box.env["KAMUPIN_CA_FILE"], box.env["KAMUPIN_SERVICE"])
    person.log_in()

    def call(one: dict[str, Any], name: str, body: dict[str, Any], expected: str, word: str) -> dict[str, Any]:
        reply = person.call("POST", f"/certificates/{one['certificate_id']}/{name}", body)
        assert (reply.json["state"] if reply.status == 200 and "state" in reply.json else problem(reply)) == expected
        assert seen(client, one) == SEEN[word]
        return reply.json

    call(held, "unsuspend", {}, "certificate-suspended-by-others", "suspended")
    call(fresh, "suspend", {}, "certificate-not-activated", "issued")
    call(fresh, "activate", {}, "active", "active")
    call(fresh, "suspend", {"reason": "lost"}, "suspended", "suspended")
    call(fresh, "unsuspend", {}, "active", "active")
    begun = person.call("POST", f"/certificates/{fresh['certificate_id']}/revocation", {"reason": "keyCompromise"}).json
    assert seen(client, fresh) == SEEN["active"], "prepared is not revoked"
    where = f"/revocations/{begun['revocation_id']}"
    assert person.call("POST", where + "/factor", {"type": "sms"}).status == 200
    body = {"confirmation_token": begun["confirmation_token"], "code": box.sms()[-1]["code"]}
    for _ in range(2):
        assert person.call("POST", where + "/confirm", body).json["state"] == "revoked"
        assert seen(client, fresh) == ("revoked:keyCompromise", "Key Compromise", "23")


def test_a_card_that_was_not_opened_logs_nobody_in(sandbox: Any) -> None:
    """Until it is; and a suspension that has an end keeps out until then."""
    box = sandbox(["akis2:p256:issued"], ["--login"])
    one = issued(box)[0]
    with Session(box.env, redirect="-") as session:
        session.refused("login-card-refused", "login-card", "123456")
        put(box, one, "active")
        session.ask("login-card", "123456")
        session.ask("end")
        put(box, one, "suspended", until="2099-12-31T21:00:00Z")
        session.refused("login-card-refused", "login-card", "123456")
        soon = datetime.datetime.utcnow() + datetime.timedelta(seconds=2)
        put(box, one, "suspended", until=f"{soon:%Y-%m-%dT%H:%M:%SZ}")
        until(lambda: issued(box)[0]["state"] == "active", what="the end of the suspension")
        session.ask("login-card", "123456")
