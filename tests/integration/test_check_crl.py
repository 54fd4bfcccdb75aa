# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# CRLs that are right, and such that nobody may believe, made by `cryptography`; what is kept of them, and that it is not read again, which
# strace sees. OpenSSL's own CRLs are in test_check_openssl.py.
"""What a CRL may say, and what is kept of it."""
from __future__ import annotations

import datetime
import os
import re
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import UniformResourceIdentifier

from little_pki import CA_USE, DAY, HOUR, NOW, Checker, Found, Party, Reply, Said, Web, Wish, crl_of, issue, new_key, seconds
from provoked import provoked

Reasons = x509.ReasonFlags
MINUTE = datetime.timedelta(minutes=1)


@dataclass
class World:
    """A root, a leaf of it that names /ocsp (where nobody answers) and /crl, and who checks it."""

    web: Web
    root: Party
    leaf: Party
    check: Checker

    @property
    def serial(self) -> int:
        return self.leaf.certificate.serial_number

    def ask(self, crl: bytes | Callable[[bytes], Reply] | None, *options: str) -> Found:
        if crl is not None:
            self.web.paths["/crl"] = crl
        return self.check(self.leaf, "--no-ocsp", *options)

    def refused(self, status: str, crl: bytes | Callable[[bytes], Reply], *options: str) -> Found:
        """The CRL is not believed, and nothing is kept of it: the state is not known, and never good."""
        found = self.ask(crl, *options)
        assert (found["leaf.crl"], found["leaf"], found["answer"]) == (status, "unreachable", "revocation-unreachable")
        assert found["leaf.source"] == "nobody" and self.check.kept == []
        provoked(status)
        return found


@pytest.fixture(scope="module")
def made() -> Iterator[tuple[Web, Party, Party]]:
    with Web() as web:
        root = issue("Root", None, ca=True)
        yield web, root, issue("Leaf", root, ocsp=[web.url + "/ocsp"], crl=[web.url + "/crl"])


@pytest.fixture
def world(made: tuple[Web, Party, Party], tmp_path: Path) -> World:
    web, root, leaf = made
    web.paths.clear()
    web.asked.clear()
    return World(web, root, leaf, Checker(tmp_path, [root]))


@pytest.mark.parametrize("listed, state, reason", [
    (None, "good", "none"), ((None,), "revoked", "unspecified"), ((Reasons.key_compromise,), "revoked", "keyCompromise"),
    ((Reasons.certificate_hold,), "suspended", "certificateHold"), ((Reasons.cessation_of_operation,), "revoked", "cessationOfOperation"),
    ((Reasons.remove_from_crl,), "good", "none")])
def test_what_a_list_says(world: World, listed: tuple[Reasons | None] | None, state: str, reason: str) -> None:
    others = [(number, Reasons.superseded) for number in (1, 2, world.serial + 1, world.serial - 1, 127, 128, 255, 256, 1 << 158)]
    crl = crl_of(world.root, others + ([] if listed is None else [(world.serial, listed[0])]))
    for source in ("crl", "crl-cache"):
        found = world.ask(crl)
        assert (found["leaf"], found["leaf.reason"], found["leaf.source"]) == (state, reason, source)
        assert int(found["leaf.at"]) == (0 if state == "good" else seconds(NOW - 2 * HOUR))
        assert (int(found["leaf.this"]), int(found["leaf.next"])) == (seconds(NOW - HOUR), seconds(NOW + DAY))
        assert found["leaf.address"] == world.web.url + "/crl"
    assert world.web.methods() == ["GET /crl"] and world.check.kept == [".crl", ".index"]


def test_one_that_is_listed_twice_is_the_worst_of_it(world: World) -> None:
    for order in (1, -1):
        listed = [(world.serial, one) for one in (Reasons.remove_from_crl, Reasons.certificate_hold, Reasons.key_compromise)[::order]]
        assert world.ask(crl_of(world.root, listed), "--crl-age", "1")["leaf"] == "revoked"
        (world.check.state / "crl").rename(world.check.state / f"crl{order}")
        assert world.ask(crl_of(world.root, listed[:2] if order == 1 else listed[1:]))["leaf"] == "suspended"
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
    found = world.ask(crl_of(world.root, more=point(only_contains_ca_certs=True)))
    assert (found["leaf"], found["leaf.crl"]) == ("unreachable", "crl-other")


def test_a_list_that_names_its_point_and_kind(world: World) -> None:
    here = [UniformResourceIdentifier("http://example.invalid/other"), UniformResourceIdentifier(world.web.url + "/crl")]
    assert world.ask(crl_of(world.root, more=point(full_name=here, only_contains_user_certs=True)))["leaf"] == "good"


def test_an_issuer_whose_key_is_not_for_lists(world: World, tmp_path: Path) -> None:
    root = issue("Root", None, ca=True, use=CA_USE | {"crl_sign": False})
    leaf = issue("Leaf", root, crl=[world.web.url + "/crl"])
    world.web.paths["/crl"] = crl_of(root)
    assert Checker(tmp_path, [root])(leaf)["leaf.crl"] == "crl-signature"


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


def test_offline_a_kept_list_counts_until_it_is_over(world: World) -> None:
    assert world.check(world.leaf, "--offline")["leaf.crl"] == "revocation-unreachable" and world.web.methods() == []
    world.ask(crl_of(world.root))
    world.web.methods()
    found = world.check(world.leaf, "--offline")
    assert (found["leaf"], found["leaf.source"]) == ("good", "crl-cache") and world.web.methods() == []


def test_how_old_a_kept_list_may_be(world: World) -> None:
    world.ask(crl_of(world.root))
    world.web.methods()
    later = str(seconds(NOW + HOUR))
    assert world.ask(None, "--now", later, "--crl-age", "7200")["leaf.source"] == "crl-cache" and world.web.methods() == []
    renewed = crl_of(world.root, [(world.serial, None)], begins=NOW - 30 * MINUTE)
    found = world.ask(renewed, "--now", later, "--crl-age", "60")
    assert (found["leaf.source"], found["leaf"]) == ("crl", "revoked") and world.web.methods() == ["GET /crl"]
    del world.web.paths["/crl"]
    found = world.ask(None, "--now", str(seconds(NOW + 2 * HOUR)), "--crl-age", "60")
    assert (found["leaf.source"], found["leaf"], found["leaf.crl"]) == ("crl-cache", "revoked", "ok")
    assert world.web.methods() == ["GET /crl"]


def test_a_list_that_was_fetched_in_the_future_is_of_no_known_age(world: World) -> None:
    """The clock was set back since: it may have been fetched long ago."""
    world.ask(crl_of(world.root), "--now", str(seconds(NOW + HOUR)))
    world.web.methods()
    renewed = crl_of(world.root, [(world.serial, None)], begins=NOW - 30 * MINUTE)
    found = world.ask(renewed, "--now", str(seconds(NOW)), "--crl-age", "600")
    assert (found["leaf.source"], found["leaf"]) == ("crl", "revoked") and world.web.methods() == ["GET /crl"]
    assert world.ask(None, "--now", str(seconds(NOW - MINUTE)), "--crl-age", "600")["leaf.source"] == "crl-cache"
    assert world.web.methods() == []


def test_an_older_list_does_not_take_the_place_of_a_newer_one(world: World) -> None:
    world.ask(crl_of(world.root, [(world.serial, None)]))
    older = crl_of(world.root, begins=NOW - 2 * HOUR)
    found = world.ask(older, "--now", str(seconds(NOW + HOUR)), "--crl-age", "60")
    assert (found["leaf"], found["leaf.source"]) == ("revoked", "crl-cache")
    found = world.ask(None)
    assert found["leaf"] == "revoked"


def opened(log: Path) -> list[str]:
    return re.findall(r'openat\([^"]*"([^"]+\.(?:crl|index))"', log.read_text())


def test_a_kept_list_is_not_read_again_only_its_index(world: World, tmp_path: Path) -> None:
    world.ask(crl_of(world.root, [(world.serial, None)]))
    log = tmp_path / "strace"
    argv = world.check.argv([world.leaf], "--no-ocsp")
    done = subprocess.run(["strace", "-f", "-e", "trace=openat,open", "-o", str(log), *argv], env=world.check.env(), capture_output=True,
                          text=True)
    assert "leaf=revoked" in done.stdout and "leaf.source=crl-cache" in done.stdout
    assert [Path(name).suffix for name in opened(log)] == [".index"]
    for path in (world.check.state / "crl").glob("*.crl"):
        path.unlink()
    world.web.methods()
    assert world.ask(None)["leaf.source"] == "crl-cache" and world.web.methods() == []


def index_of(world: World) -> Path:
    return next((world.check.state / "crl").glob("*.index"))


@pytest.mark.parametrize("spoil", [lambda data: data[:-1], lambda data: data + b"\x00", lambda data: b"", lambda data: data[:20],
                                   lambda data: data[:160] + bytes([data[160] ^ 1]) + data[161:], lambda data: b"x" + data[1:],
                                   lambda data: data[:15] + b"\x09" + data[16:], lambda data: data[:20] + b"\xff" + data[21:],
                                   lambda data: data[:48] + b"\xff" * 8 + data[56:], lambda data: data[:44] + b"\xff" * 4 + data[48:]])
def test_a_damaged_index_is_made_again_from_the_list(world: World, spoil: Callable[[bytes], bytes]) -> None:
    world.ask(crl_of(world.root, [(world.serial, None), (77, None)]))
    path = index_of(world)
    whole = path.read_bytes()
    path.write_bytes(spoil(whole))
    world.web.methods()
    found = world.ask(None)
    assert (found["leaf"], found["leaf.source"]) == ("revoked", "crl-cache") and world.web.methods() == []
    assert len(path.read_bytes()) == len(whole)
    path.write_bytes(spoil(whole))
    for crl in path.parent.glob("*.crl"):
        crl.write_bytes(crl.read_bytes()[:-9])
    assert world.ask(None)["leaf.source"] == "crl" and world.web.methods() == ["GET /crl"]


def test_an_index_of_another_issuer_is_not_taken(world: World, tmp_path: Path) -> None:
    """The same name and address, another key: nothing of the first one's list is looked at."""
    world.ask(crl_of(world.root))
    other = issue("Root", None, ca=True)
    leaf = issue("Leaf", other, ocsp=[world.web.url + "/ocsp"], crl=[world.web.url + "/crl"], serial=world.serial)
    world.check.trust.write_bytes(other.pem)
    assert world.check(leaf, "--no-ocsp")["leaf.crl"] == "crl-signature"


def test_a_state_folder_that_is_none(world: World, tmp_path: Path) -> None:
    world.web.paths["/crl"] = crl_of(world.root)
    world.check.state.mkdir(mode=0o700)
    (world.check.state / "crl").write_text("a file")
    found = world.check(world.leaf, "--no-ocsp")
    assert (found["leaf"], found["leaf.crl"]) == ("unreachable", "state-folder")
    (world.check.state / "crl").unlink()
    (world.check.state / "crl").mkdir(mode=0o755)
    assert world.check(world.leaf, "--no-ocsp")["leaf.crl"] == "state-folder"
    (world.check.state / "crl").chmod(0o700)
    assert world.check(world.leaf, "--no-ocsp")["leaf"] == "good"


def test_what_is_kept_is_closed_to_others_and_what_was_left_is_swept(world: World) -> None:
    folder = world.check.state / "crl"
    folder.mkdir(parents=True, mode=0o700)
    world.check.state.chmod(0o700)
    (folder / "old.new").write_bytes(b"x")
    os.utime(folder / "old.new", (0, 0))
    (folder / "fresh.new").write_bytes(b"x")
    world.ask(crl_of(world.root))
    assert sorted(path.suffix for path in folder.iterdir()) == [".crl", ".index", ".new"] and (folder / "fresh.new").exists()
    assert {oct(path.stat().st_mode & 0o777) for path in folder.glob("*[lx]")} == {"0o600"}


def test_many_programs_at_once_keep_one_list(world: World) -> None:
    world.web.paths["/crl"] = crl_of(world.root, [(world.serial, None)])
    argv = world.check.argv([world.leaf], "--no-ocsp")
    running = [subprocess.Popen(argv, env=world.check.env(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) for _ in range(8)]
    assert all("leaf=revoked" in one.communicate()[0] for one in running)
    assert world.check.kept == [".crl", ".index"]


def test_a_slow_fetch_does_not_bring_an_older_list_back(world: World) -> None:
    """Who is on the way holds one program's fetch back until another has a newer list, and then lets it have an older one that still holds."""
    older, newer = crl_of(world.root, begins=NOW - 2 * HOUR), crl_of(world.root, [(world.serial, None)])
    asked, go = threading.Event(), threading.Event()

    def give(_: bytes) -> bytes:
        if asked.is_set():
            return newer
        asked.set()
        go.wait(20)
        return older

    world.web.paths["/crl"] = give
    argv = world.check.argv([world.leaf], "--no-ocsp")
    slow = subprocess.Popen(argv, env=world.check.env(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert asked.wait(20)
    assert world.ask(None)["leaf"] == "revoked"
    go.set()
    said = slow.communicate()[0]
    assert "leaf=revoked" in said and "leaf.source=crl-cache" in said
    assert world.ask(None)["leaf"] == "revoked" and world.web.methods() == ["GET /crl"] * 2
    assert world.check.kept == [".crl", ".index"]


def test_a_list_that_does_not_come_to_its_end(world: World) -> None:
    def wait(_: bytes) -> bytes:
        world.web.stop.wait(20)
        return b""

    world.web.stop.clear()
    found = world.ask(wait, "--cancel-after", "300")
    assert found["answer"] == "cancelled" and world.check.kept == []
    world.web.stop.set()


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
