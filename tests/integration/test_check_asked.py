# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Which of a certificate's addresses are asked, in which order, and how long addresses that do not answer may hold a check up: by a clock that
# stands still until a server moves it.
"""Who is asked, and for how long."""
from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.ocsp import OCSPCertStatus

from checking import Checker, Published
from little_pki import Reply, Said, crl_of, issue, new_key

Reasons = x509.ReasonFlags
TIMEOUT = 30_000  # milliseconds: a context's for a request, where nobody says another


def test_nobody_is_there(published: Published, tmp_path: Path) -> None:
    with socket.socket() as taken:  # bound, and never listening: every connection is refused
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        leaf = issue("Leaf", published.root, ocsp=[url], crl=[url])
        found = published.check(leaf)
        assert (found["leaf"], found["leaf.ocsp"], found["leaf.crl"]) == ("unreachable", "network-unreachable", "network-unreachable")


def test_the_next_responder_is_asked_when_one_is_not_believed(published: Published) -> None:
    leaf = issue("Leaf", published.root, ocsp=["ldap://127.0.0.1/x", published.web.url + "/first", published.web.url + "/second"])
    published.web.responder("/first", leaf, Said(key=new_key()))
    published.web.responder("/second", leaf)
    found = published.check(leaf)
    assert (found["leaf"], found["leaf.address"]) == ("good", published.web.url + "/second")
    assert published.web.methods() == ["POST /first", "POST /second"]


def test_at_most_four_responders_are_asked(published: Published) -> None:
    leaf = issue("Leaf", published.root, ocsp=[f"{published.web.url}/{number}" for number in range(9)])
    assert published.check(leaf)["leaf"] == "unreachable" and len(published.web.methods()) == 4


def test_a_list_is_fetched_only_when_no_responder_is_believed(published: Published) -> None:
    published.web.paths["/crl"] = crl_of(published.root, [(published.leaf.certificate.serial_number, Reasons.certificate_hold)])
    found = published.by_answer(Said(key=new_key()))
    assert (found["leaf"], found["leaf.source"], found["leaf.ocsp"], found["leaf.crl"]) == ("suspended", "crl", "ocsp-unsigned", "ok")
    assert published.web.methods() == ["POST /ocsp", "GET /crl"]
    assert published.by_answer()["leaf"] == "good"


@pytest.mark.parametrize("option, asked", [("--no-ocsp", ["GET /crl"]), ("--no-crl", ["POST /ocsp"]), ("--offline", [])])
def test_what_is_not_wanted_is_not_asked(published: Published, option: str, asked: list[str]) -> None:
    found = published.check(published.leaf, option)
    assert found["leaf"] == "unreachable" and published.web.methods() == asked


def test_one_that_names_nobody(published: Published) -> None:
    for leaf in (issue("Leaf", published.root), issue("Leaf", published.root, ocsp=["ldap://127.0.0.1/a"], crl=["ldap://127.0.0.1/b"])):
        found = published.check(leaf)
        assert (found["leaf"], found["answer"]) == ("no-address", "revocation-unreachable")
    found = published.check(leaf, "--no-ocsp", "--no-crl")
    assert (found["leaf"], found["answer"]) == ("not-asked", "ok")


def test_what_stands_between_is_asked_about_as_well(published: Published, tmp_path: Path) -> None:
    url = published.web.url
    sub = issue("Sub", published.root, ca=True, ocsp=[url + "/sub"])
    leaf = issue("Leaf", sub, ocsp=[url + "/leaf"])
    published.web.responder("/leaf", leaf)
    check = Checker(tmp_path, [published.root], [sub])
    for said, state, answer in ((Said(), "good", "ok"), (Said(status=OCSPCertStatus.REVOKED), "revoked", "certificate-revoked"),
                                (Said(key=new_key()), "unreachable", "revocation-unreachable")):
        published.web.responder("/sub", sub, said)
        found = check(leaf)
        assert (found["leaf"], found["between"], found["answer"], found["length"]) == ("good", state, answer, "3")
        assert published.web.methods() == ["POST /leaf", "POST /sub"]
        assert check(leaf, "--leaf-only")["answer"] == "ok" and published.web.methods() == ["POST /leaf"]


def test_the_hosts_that_were_asked_are_noted(published: Published) -> None:
    published.web.responder("/ocsp", published.leaf)
    found = published.check(published.leaf, "--hosts")
    assert found.hosts == [f"host=127.0.0.1 port={published.web.server.server_address[1]} count=1 last=ok http=200"]


class Clock:
    """A clock of a check's context that stands still until somebody moves it."""

    def __init__(self, folder: Path) -> None:
        self.path, self.now = folder / "clock", 1_000_000
        self.on(0)

    def on(self, milliseconds: int) -> None:
        self.now += milliseconds
        beside = self.path.with_suffix(".new")
        beside.write_text(str(self.now))
        os.replace(beside, self.path)


@pytest.fixture
def clock(published: Published, tmp_path: Path) -> Iterator[Clock]:
    published.web.stop.clear()
    yield Clock(tmp_path)
    published.web.stop.set()


def silent(published: Published, clock: Clock, milliseconds: int) -> Callable[[bytes], bytes]:
    """Says nothing while the time goes by."""
    def wait(_: bytes) -> bytes:
        clock.on(milliseconds)
        published.web.stop.wait(20)
        return b""

    return wait


def refusing(clock: Clock, milliseconds: int) -> Callable[[bytes], Reply]:
    """Takes its time to say that it has nothing."""
    def refuse(_: bytes) -> Reply:
        clock.on(milliseconds)
        return 404, b"", {}

    return refuse


def test_addresses_that_give_nothing_hold_a_check_up_for_two_timeouts_of_each_kind(published: Published, clock: Clock) -> None:
    web = published.web
    leaf = issue("Leaf", published.root, ocsp=[f"{web.url}/o{i}" for i in range(4)], crl=[f"{web.url}/l{i}" for i in range(4)])
    for i in range(4):
        web.paths[f"/o{i}"] = silent(published, clock, TIMEOUT)
        web.paths[f"/l{i}"] = refusing(clock, TIMEOUT)
    found = published.check(leaf, "--clock", str(clock.path))
    assert web.methods() == ["POST /o0", "POST /o1", "GET /l0", "GET /l1"]
    assert (found["leaf"], found["leaf.ocsp"], found["leaf.crl"]) == ("unreachable", "network-timeout", "network-timeout")


def test_a_kept_list_counts_when_no_time_is_left_to_fetch_one(published: Published, clock: Clock) -> None:
    web = published.web
    leaf = issue("Leaf", published.root, crl=[f"{web.url}/l{i}" for i in range(4)])
    web.paths["/l3"] = crl_of(published.root)
    assert published.check(leaf)["leaf.source"] == "crl" and len(web.methods()) == 4
    web.paths |= {f"/l{i}": refusing(clock, TIMEOUT) for i in range(4)}
    found = published.check(leaf, "--clock", str(clock.path))
    assert (found["leaf"], found["leaf.source"], found["leaf.address"]) == ("good", "crl-cache", web.url + "/l3")
    assert web.methods() == ["GET /l0", "GET /l1"]


def test_all_asking_ends_after_ten_timeouts_however_many_are_asked_about(published: Published, tmp_path: Path, clock: Clock) -> None:
    """Each of the lists would have had ten for itself."""
    web = published.web
    sub = issue("Sub", published.root, ca=True, crl=[web.url + "/s0", web.url + "/s1"])
    leaf = issue("Leaf", sub, crl=[web.url + "/leaf"])

    def late(_: bytes) -> bytes:
        clock.on(9 * TIMEOUT)
        return crl_of(sub)

    web.paths |= {"/leaf": late, "/s0": silent(published, clock, 2 * TIMEOUT), "/s1": crl_of(published.root)}
    found = Checker(tmp_path, [published.root], [sub])(leaf, "--clock", str(clock.path))
    assert (found["leaf"], found["between"], found["between.crl"]) == ("good", "unreachable", "network-timeout")
    assert web.methods() == ["GET /leaf", "GET /s0"]
