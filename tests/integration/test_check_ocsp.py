# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# OCSP answers that are right, and such that nobody may believe, made by `cryptography`, of which the library knows nothing. `openssl ocsp`
# reads each of them as well: what it calls verified is what is believed here, but for what is asked beyond it (nonce, times).
"""What a responder may say."""
from __future__ import annotations

import datetime
import subprocess
import time
from collections.abc import Callable
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.ocsp import OCSPCertStatus
from cryptography.x509.oid import ExtendedKeyUsageOID

from checking import Found, Published
from little_pki import DAY, HOUR, NOW, Party, Reply, Said, crl_of, issue, new_key, responder_of, seconds
from provoked import provoked

MINUTE = datetime.timedelta(minutes=1)
Reasons = x509.ReasonFlags


class World(Published):
    """What /ocsp says; no list can be had at /crl."""

    def refused(self, status: str, said: Said | None = None, spoil: Callable[[bytes], Reply] = bytes, *options: str) -> Found:
        """The answer is not believed, and no CRL can be had: the state is not known, and never good."""
        found = self.by_answer(said, spoil, *options)
        assert (found["leaf.ocsp"], found["leaf"], found["answer"]) == (status, "unreachable", "revocation-unreachable")
        assert found["leaf.source"] == "nobody" and found["leaf.crl"] != "ok" and found["leaf.nonce"] == "0"
        provoked("revocation-unreachable")
        provoked(status)
        return found


@pytest.fixture
def world(published: Published) -> World:
    return World(**vars(published))


def test_good_asks_one_question_and_no_list(world: World) -> None:
    found = world.by_answer()
    assert (found["answer"], found["leaf"], found["leaf.source"], found["leaf.nonce"]) == ("ok", "good", "ocsp", "1")
    assert (found["leaf.reason"], found["leaf.at"], found["leaf.ocsp"], found["leaf.crl"]) == ("none", "0", "ok", "ok")
    assert found["leaf.address"] == world.web.url + "/ocsp" and found["between"] == "not-asked"
    (method, path, body), = world.web.asked
    question = ocsp.load_der_ocsp_request(body)
    assert (method, path, question.serial_number) == ("POST", "/ocsp", world.leaf.certificate.serial_number)
    assert len(question.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce) >= 16
    world.by_answer()
    again = ocsp.load_der_ocsp_request(world.web.asked[1][2]).extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
    assert again != question.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce


@pytest.mark.parametrize("reason, state, answer, word", [
    (None, "revoked", "certificate-revoked", "unspecified"), (Reasons.key_compromise, "revoked", "certificate-revoked", "keyCompromise"),
    (Reasons.superseded, "revoked", "certificate-revoked", "superseded"),
    (Reasons.certificate_hold, "suspended", "certificate-suspended", "certificateHold"),
    (Reasons.privilege_withdrawn, "revoked", "certificate-revoked", "privilegeWithdrawn")])
def test_revoked_and_suspended_come_with_reason_and_time(world: World, reason: Reasons | None, state: str, answer: str, word: str) -> None:
    found = world.by_answer(Said(status=OCSPCertStatus.REVOKED, reason=reason))
    assert (found["leaf"], found["answer"], found["record"], found["leaf.reason"]) == (state, answer, answer, word)
    assert int(found["leaf.at"]) == seconds(NOW - 2 * HOUR)
    provoked(answer)


def test_unknown_is_not_good_and_no_list_makes_it_so(world: World) -> None:
    world.web.paths["/crl"] = crl_of(world.root)
    found = world.by_answer(Said(status=OCSPCertStatus.UNKNOWN))
    assert (found["leaf"], found["answer"], found["leaf.source"]) == ("unknown", "revocation-unknown", "ocsp")
    assert world.web.methods() == ["POST /ocsp"]
    provoked("revocation-unknown")


@pytest.mark.parametrize("digest", [hashes.SHA1(), hashes.SHA256()])
def test_an_answer_may_name_the_issuer_by_another_hash(world: World, digest: hashes.HashAlgorithm) -> None:
    assert world.by_answer(Said(digest=digest))["leaf"] == "good"


def test_a_key_that_the_issuer_made_for_it_may_answer(world: World) -> None:
    signer = responder_of(world.root)
    assert world.by_answer(Said(signer=signer, certificates=[signer.certificate]))["leaf"] == "good"


def strangers(world: World) -> dict[str, Said]:
    other = issue("Other", None, ca=True)
    foreign = responder_of(other)
    no_purpose = issue("Responder", world.root)
    over = responder_of(world.root, begins=NOW - 9 * DAY, ends=NOW - DAY)
    early = responder_of(world.root, begins=NOW + DAY)
    server = responder_of(world.root, purposes=[ExtendedKeyUsageOID.SERVER_AUTH])
    copied = issue("Responder", Party(world.root.certificate, new_key()), purposes=[ExtendedKeyUsageOID.OCSP_SIGNING])
    return {name: Said(signer=signer, certificates=[signer.certificate]) for name, signer in {
        "of another CA": foreign, "without the purpose": no_purpose, "over": over, "too early": early, "for servers": server,
        "signed by another key in the CA's name": copied, "the certificate itself": world.leaf, "another root": other}.items()}


@pytest.mark.parametrize("name", ["of another CA", "without the purpose", "over", "too early", "for servers",
                                  "signed by another key in the CA's name", "the certificate itself", "another root"])
def test_a_key_that_may_not_answer(world: World, name: str) -> None:
    world.refused("ocsp-signer", strangers(world)[name])


@pytest.mark.parametrize("wish, weak", [({}, 0), ({"digest": hashes.SHA1()}, 1), ({"key": rsa.generate_private_key(65537, 1024)}, 2)])
def test_a_key_that_is_weak_answers_and_is_named(world: World, wish: dict[str, Any], weak: int) -> None:
    """As one of the chain: whoever works it out can say that all is well."""
    responder = responder_of(world.root, **wish)
    found = world.by_answer(Said(signer=responder, certificates=[responder.certificate]))
    assert (found["leaf"], found["answer"], int(found["weak"])) == ("good", "ok", weak)
    found = world.refused("ocsp-nonce", Said(signer=responder, certificates=[responder.certificate], nonce=b"another"))
    assert int(found["weak"]) == 0  # nothing hangs on it


def test_a_weak_hash_that_an_answer_is_signed_over_is_named(world: World) -> None:
    """Certificates and keys as they should be: what SHA-1 was used for is the answer's own signature."""
    found = world.by_answer(Said(signed_over=hashes.SHA1()))
    assert (found["leaf"], found["answer"], int(found["weak"])) == ("good", "ok", 1)
    assert int(world.by_answer(Said(digest=hashes.SHA1()))["weak"]) == 0  # names the issuer, proves nothing


def test_a_signer_that_nobody_names(world: World) -> None:
    world.refused("ocsp-signer", Said(signer=responder_of(world.root)))


def test_an_answer_in_the_issuers_name_by_another_key(world: World) -> None:
    world.refused("ocsp-unsigned", Said(key=new_key()))


def changed_last(answer: bytes) -> bytes:
    return answer[:-1] + bytes([answer[-1] ^ 1])


def shortened(data: bytes, at: int, by: int) -> bytes:
    """A DER element whose length, of two octets, is less by so much; `at` is its tag's place."""
    assert data[at + 1] == 0x82
    return data[:at + 2] + (int.from_bytes(data[at + 2:at + 4], "big") - by).to_bytes(2, "big") + data[at + 4:]


def without_signature(answer: bytes) -> bytes:
    """The same answer, whose signature has no bits."""
    signature = ocsp.load_der_ocsp_response(answer).signature
    at = answer.index(signature)
    assert answer[at - 3:at] == bytes([3, len(signature) + 1, 0])
    answer = answer[:at - 2] + b"\x01\x00" + answer[at + len(signature):]
    octets = answer.index(b"\x04\x82")  # around it: the answer, [0], responseBytes, octets; within them: BasicOCSPResponse
    for tag in (0, 7, 11, octets, octets + 4):
        answer = shortened(answer, tag, len(signature))
    done = subprocess.run(["openssl", "asn1parse", "-inform", "DER", "-strparse", str(octets)], input=answer, capture_output=True)
    assert done.returncode == 0
    return answer


@pytest.mark.parametrize("spoil", [changed_last, without_signature])
def test_a_signature_that_does_not_hold(world: World, spoil: Callable[[bytes], bytes]) -> None:
    world.refused("ocsp-unsigned", Said(), spoil)


def test_a_word_that_was_changed_on_the_way(world: World) -> None:
    """Unknown made good: one octet, with all else as it was."""
    serial = world.leaf.certificate.serial_number
    der = serial.to_bytes(serial.bit_length() // 8 + 1, "big")

    def praised(answer: bytes) -> bytes:
        at = answer.index(der) + len(der)
        assert answer[at:at + 2] == b"\x82\x00"
        return answer[:at] + b"\x80" + answer[at + 1:]

    world.refused("ocsp-unsigned", Said(status=OCSPCertStatus.UNKNOWN), praised)


def test_an_answer_about_another_certificate(world: World) -> None:
    world.refused("ocsp-other", Said(about=issue("Leaf", world.root).certificate))


@pytest.mark.parametrize("nonce", [b"\x04\x20" + bytes(32), b"\x04\x10" + bytes(16), b"x"])
def test_another_questions_nonce(world: World, nonce: bytes) -> None:
    world.refused("ocsp-nonce", Said(nonce=nonce))
    world.refused("ocsp-nonce", Said(nonce=nonce, ends=NOW + DAY))


@pytest.mark.parametrize("begins, ends, fresh", [
    (-5 * MINUTE, None, True), (-59 * MINUTE, None, True), (-70 * MINUTE, None, False), (-9 * DAY, DAY, True), (-9 * DAY, -10 * MINUTE, False),
    (-DAY, -2 * MINUTE, True), (2 * MINUTE, None, True), (10 * MINUTE, None, False), (10 * MINUTE, DAY, False)])
@pytest.mark.parametrize("echoed", [True, False])
def test_times_have_to_be_of_now(world: World, begins: datetime.timedelta, ends: datetime.timedelta | None, fresh: bool,
                                 echoed: bool) -> None:
    now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None, microsecond=0)
    said = Said(begins=now + begins, ends=None if ends is None else now + ends, nonce=None if echoed else b"")
    if not fresh:
        world.refused("ocsp-stale", said)
        return
    found = world.by_answer(said)
    assert (found["leaf"], found["leaf.nonce"]) == ("good", "1" if echoed else "2")
    assert int(found["leaf.this"]) == seconds(now + begins) and int(found["leaf.next"]) == (0 if ends is None else seconds(now + ends))


def test_the_contexts_calendar_judges_the_times(world: World) -> None:
    later = str(seconds(NOW + 2 * DAY))
    world.refused("ocsp-stale", Said(), bytes, "--now", later)
    assert world.by_answer(Said(ends=NOW + 3 * DAY), bytes, "--now", later)["leaf"] == "good"


def refusal(status: ocsp.OCSPResponseStatus) -> bytes:
    return ocsp.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(Encoding.DER)


@pytest.mark.parametrize("status", [one for one in ocsp.OCSPResponseStatus if one != ocsp.OCSPResponseStatus.SUCCESSFUL])
def test_a_responder_that_refuses(world: World, status: ocsp.OCSPResponseStatus) -> None:
    world.refused("ocsp-refused", None, lambda _: refusal(status))


@pytest.mark.parametrize("code", [400, 404, 500, 503])
def test_a_web_server_that_refuses(world: World, code: int) -> None:
    world.refused("ocsp-refused", None, lambda answer: (code, answer, {}))


@pytest.mark.parametrize("spoil, status", [
    (lambda _: b"", "ocsp-malformed"), (lambda _: b"no OCSP at all", "ocsp-malformed"), (lambda answer: answer[:-7], "ocsp-malformed"),
    (lambda answer: answer + b"\x00", "ocsp-malformed"), (lambda _: b"<!doctype html><p>Wi-Fi", "ocsp-malformed"),
    (lambda answer: (302, b"", {"Location": "http://127.0.0.1:1/"}), "http-redirected"),
    (lambda answer: (200, answer, {"Content-Length": str(len(answer) + 9), "Connection": "close"}), "network-interrupted"),
    (lambda _: b"\x30" * 65537, "reply-too-large"), (lambda answer: (407, b"", {}), "network-proxy")])
def test_what_is_no_answer(world: World, spoil: Callable[[bytes], Reply], status: str) -> None:
    world.refused(status, None, spoil)


def test_an_answer_that_does_not_come(world: World) -> None:
    def wait(_: bytes) -> bytes:
        world.web.stop.wait(20)
        return b""

    world.web.stop.clear()
    began = time.monotonic()
    world.refused("network-timeout", None, wait, "--timeout", "300")
    found = world.by_answer(None, wait, "--cancel-after", "200")
    assert (found["answer"], found["verdict"], found["leaf"]) == ("cancelled", "cancelled", "not-asked")
    assert time.monotonic() - began < 10
    provoked("cancelled")
    world.web.stop.set()


