# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# CRLs that are right, and such that nobody may believe, made by `cryptography`. OpenSSL's own are in test_check_openssl.py; what is kept of
# them is in test_check_crl_kept.py.
"""What a CRL may say."""
from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import UniformResourceIdentifier

from checking import Checker, Found, Published
from little_pki import CA_USE, DAY, HOUR, NOW, Answer, Reply, Said, Wish, crl_of, issue, new_key, seconds
from provoked import provoked

Reasons = x509.ReasonFlags
MINUTE = datetime.timedelta(minutes=1)


class World(Published):
    """The leaf's responder never answers: what is known comes from its list."""

    def refused(self, status: str, crl: Answer | bytes, *options: str) -> Found:
        """The CRL is not believed, and nothing is kept of it: the state is not known, and never good."""
        found = self.by_list(crl, *options)
        assert (found["leaf.crl"], found["leaf"], found["answer"]) == (status, "unreachable", "revocation-unreachable")
        assert found["leaf.source"] == "nobody" and self.check.kept == []
        provoked(status)
        return found


@pytest.fixture
def world(published: Published) -> World:
    return World(**vars(published))


@pytest.mark.parametrize("listed, state, reason", [
    (None, "good", "none"), ((None,), "revoked", "unspecified"), ((Reasons.key_compromise,), "revoked", "keyCompromise"),
    ((Reasons.certificate_hold,), "suspended", "certificateHold"), ((Reasons.cessation_of_operation,), "revoked", "cessationOfOperation"),
    ((Reasons.remove_from_crl,), "good", "none")])
def test_what_a_list_says(world: World, listed: tuple[Reasons | None] | None, state: str, reason: str) -> None:
    others = [(number, Reasons.superseded) for number in (1, 2, world.serial + 1, world.serial - 1, 127, 128, 255, 256, 1 << 158)]
    crl = crl_of(world.root, others + ([] if listed is None else [(world.serial, listed[0])]))
    for source in ("crl", "crl-cache"):
        found = world.by_list(crl)
        assert (found["leaf"], found["leaf.reason"], found["leaf.source"]) == (state, reason, source)
        assert int(found["leaf.at"]) == (0 if state == "good" else seconds(NOW - 2 * HOUR))
        assert (int(found["leaf.this"]), int(found["leaf.next"])) == (seconds(NOW - HOUR), seconds(NOW + DAY))
        assert found["leaf.address"] == world.web.url + "/crl"
    assert world.web.methods() == ["GET /crl"] and world.check.kept == [".crl", ".index"]


def test_one_that_is_listed_twice_is_the_worst_of_it(world: World) -> None:
    for order in (1, -1):
        listed = [(world.serial, one) for one in (Reasons.remove_from_crl, Reasons.certificate_hold, Reasons.key_compromise)[::order]]
        assert world.by_list(crl_of(world.root, listed), "--crl-age", "1")["leaf"] == "revoked"
        (world.check.state / "crl").rename(world.check.state / f"crl{order}")
        assert world.by_list(crl_of(world.root, listed[:2] if order == 1 else listed[1:]))["leaf"] == "suspended"
        (world.check.state / "crl").rename(world.check.state / f"crl{order}b")


@pytest.mark.parametrize("serial", [1, 0x7F, 0x80, 0xFF, 0x8000, (1 << 159) - 1])
def test_serials_of_every_shape(world: World, serial: int) -> None:
    leaf = issue("Leaf", world.root, crl=[world.web.url + "/crl"], serial=serial)
    world.web.paths["/crl"] = crl_of(world.root, [(serial, None), (3, None)])
    assert world.check(leaf)["leaf"] == "revoked"
    near = issue("Leaf", world.root, crl=[world.web.url + "/crl"], serial=serial + 1 if serial < 1 << 158 else serial - 1)
    assert world.check(near)["leaf"] == "good"


def point(**said: object) -> list[tuple[x509.ExtensionType, bool]]:
    """An IssuingDistributionPoint."""
    usual: dict[str, object] = dict(full_name=None, relative_name=None, only_contains_user_certs=False, only_contains_ca_certs=False,
                                    only_some_reasons=None, indirect_crl=False, only_contains_attribute_certs=False)
    return [(x509.IssuingDistributionPoint(**(usual | said)), True)]  # type: ignore[arg-type]


def spoiled(world: World) -> dict[str, tuple[str, bytes | Callable[[bytes], Reply]]]:
    good, other = crl_of(world.root), issue("Other", None, ca=True)
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    entry = (x509.RevokedCertificateBuilder().serial_number(5).revocation_date(NOW)
             .add_extension(x509.CertificateIssuer([x509.DirectoryName(other.certificate.subject)]), True).build())
    builder = (x509.CertificateRevocationListBuilder().issuer_name(world.root.certificate.subject).last_update(NOW - HOUR)
               .next_update(NOW + DAY).add_revoked_certificate(entry))
    indirect = builder.sign(world.root.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)  # type: ignore[arg-type]
    uri = [UniformResourceIdentifier("http://example.invalid/crl")]
    listed = crl_of(world.root, [(world.serial, Reasons.key_compromise)])
    der = world.serial.to_bytes(world.serial.bit_length() // 8 + 1, "big")
    return {
        "another issuer's": ("crl-other", crl_of(other)),
        "another key in its name": ("crl-signature", crl_of(world.root, key=new_key())),
        "the leaf's": ("crl-other", crl_of(world.leaf)),
        "the leaf's in the issuer's name": ("crl-signature", crl_of(world.leaf, name=world.root.certificate.subject)),
        "spoiled signature": ("crl-signature", good[:-1] + bytes([good[-1] ^ 1])),
        "spoiled entry": ("crl-signature", listed.replace(der, der[:-1] + bytes([der[-1] ^ 1]))),
        "cut": ("crl-malformed", good[:-5]),
        "half": ("crl-malformed", good[:len(good) // 2]),
        "more behind it": ("crl-malformed", good + b"\x05\x00"),
        "empty": ("crl-malformed", b""),
        "text": ("crl-malformed", b"<!doctype html><p>Wi-Fi"),
        "a certificate": ("crl-malformed", world.root.der),
        "over": ("crl-stale", crl_of(world.root, begins=NOW - 9 * DAY, ends=NOW - DAY)),
        "of tomorrow": ("crl-stale", crl_of(world.root, begins=NOW + DAY, ends=NOW + 2 * DAY)),
        "delta": ("crl-other", crl_of(world.root, more=[(x509.DeltaCRLIndicator(1), True)])),
        "unknown critical extension": ("crl-other", crl_of(world.root, more=[(unknown, True)])),
        "indirect": ("crl-other", crl_of(world.root, more=point(indirect_crl=True))),
        "indirect entry": ("crl-other", indirect),
        "some reasons": ("crl-other", crl_of(world.root, more=point(only_some_reasons=frozenset([Reasons.key_compromise])))),
        "attribute certificates": ("crl-other", crl_of(world.root, more=point(only_contains_attribute_certs=True))),
        "another point": ("crl-other", crl_of(world.root, more=point(full_name=uri))),
        "404": ("crl-malformed", lambda _: (404, good, {})),
        "moved": ("http-redirected", lambda _: (301, b"", {"Location": "http://127.0.0.1:1/"})),
        "cut on the way": ("network-interrupted", lambda _: (200, good, {"Content-Length": str(len(good) + 1)})),
    }


@pytest.mark.parametrize("case", [
    "another issuer's", "another key in its name", "the leaf's", "the leaf's in the issuer's name", "spoiled signature", "spoiled entry", "cut",
    "half", "more behind it", "empty", "text", "a certificate", "over", "of tomorrow", "delta", "unknown critical extension", "indirect",
    "indirect entry", "some reasons", "attribute certificates", "another point", "404", "moved", "cut on the way"])
def test_a_list_that_is_not_believed(world: World, case: str) -> None:
    status, crl = spoiled(world)[case]
    world.refused(status, crl)


def test_a_list_for_authorities_says_nothing_of_a_person(world: World) -> None:
    found = world.by_list(crl_of(world.root, more=point(only_contains_ca_certs=True)))
    assert (found["leaf"], found["leaf.crl"]) == ("unreachable", "crl-other")


def test_a_list_that_names_its_point_and_kind(world: World) -> None:
    here = [UniformResourceIdentifier("http://example.invalid/other"), UniformResourceIdentifier(world.web.url + "/crl")]
    assert world.by_list(crl_of(world.root, more=point(full_name=here, only_contains_user_certs=True)))["leaf"] == "good"


def test_an_issuer_whose_key_is_not_for_lists(world: World, tmp_path: Path) -> None:
    root = issue("Root", None, ca=True, use=CA_USE | {"crl_sign": False})
    leaf = issue("Leaf", root, crl=[world.web.url + "/crl"])
    world.web.paths["/crl"] = crl_of(root)
    assert Checker(tmp_path, [root])(leaf)["leaf.crl"] == "crl-signature"


def test_a_weak_hash_that_a_list_is_signed_over_is_named(world: World) -> None:
    """When it is fetched, and when only what is kept of it is read."""
    for source in ("crl", "crl-cache"):
        found = world.by_list(crl_of(world.root, signed_over=hashes.SHA1()))
        assert (found["leaf"], found["leaf.source"], found["answer"], int(found["weak"])) == ("good", source, "ok", 1)
    found = world.by_list(crl_of(world.root, begins=NOW - 30 * MINUTE), "--now", str(seconds(NOW + HOUR)), "--crl-age", "60")
    assert (found["leaf.source"], int(found["weak"])) == ("crl", 0)


def test_points_that_are_not_for_us_are_passed_over(world: World) -> None:
    uri = [UniformResourceIdentifier(world.web.url + "/crl")]
    world.web.paths["/crl"] = crl_of(world.root)
    for one in (x509.DistributionPoint(uri, None, frozenset([Reasons.key_compromise]), None),
                x509.DistributionPoint(uri, None, None, [x509.DirectoryName(world.leaf.certificate.subject)])):
        leaf = issue("Leaf", world.root, Wish(point=one))
        assert world.check(leaf)["leaf"] == "no-address" and world.web.methods() == []
        leaf = issue("Leaf", world.root, Wish(point=one, crl=["ldap://127.0.0.1/crl", world.web.url + "/crl"]))
        assert world.check(leaf)["leaf"] == "good" and len(world.web.methods()) <= 1


def test_with_the_responder_down_and_the_list_over_nothing_is_good(world: World) -> None:
    world.web.paths["/crl"] = crl_of(world.root, ends=NOW + HOUR)
    assert world.check(world.leaf)["leaf"] == "good"
    found = world.check(world.leaf, "--now", str(seconds(NOW + 2 * HOUR)))
    assert (found["leaf"], found["leaf.ocsp"], found["leaf.crl"], found["answer"]) == (
        "unreachable", "ocsp-refused", "crl-stale", "revocation-unreachable")
    provoked("crl-stale")
    found = world.check(world.leaf, "--offline", "--now", str(seconds(NOW + 2 * HOUR)))
    assert (found["leaf"], found["leaf.crl"]) == ("unreachable", "crl-stale")


def test_a_list_above_is_fetched_as_well(world: World, tmp_path: Path) -> None:
    url = world.web.url
    sub = issue("Sub", world.root, ca=True, crl=[url + "/root"])
    leaf = issue("Leaf", sub, ocsp=[url + "/leaf"])
    world.web.responder("/leaf", leaf, Said())
    world.web.paths["/root"] = crl_of(world.root, more=point(only_contains_ca_certs=True))
    check = Checker(tmp_path, [world.root], [sub])
    found = check(leaf)
    assert (found["leaf.source"], found["between.source"], found["answer"]) == ("ocsp", "crl", "ok")
    assert world.web.methods() == ["POST /leaf", "GET /root"]
    assert check(leaf)["between.source"] == "crl-cache" and world.web.methods() == ["POST /leaf"]
