# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Revocation as OpenSSL's own CA tells it: `openssl ca` and `openssl ocsp` are the other end, and `openssl ocsp`, `verify` and `crl` the clients
# that have to see the same. None of them is ours.
"""Checks against OpenSSL's CA and responder."""
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from checking import Checker, Found
from little_pki import Web
from openssl_ca import Authority

CRL_SAYS = {"good": "OK", "suspended": "23", "revoked": "23"}  # X509_V_ERR_CERT_REVOKED
OCSP_SAYS = {"good": ["good", ""], "suspended": ["revoked", "certificateHold"]}


class Seen:
    """An authority with a certificate that names its responder and a CRL, and both kinds of clients."""

    def __init__(self, folder: Path, authority: Authority, web: Web) -> None:
        self.authority, self.web = authority, web
        self.check = Checker(folder, [])
        self.check.trust = authority.folder / "ca.pem"
        self.more = f"crlDistributionPoints=URI:{web.url}/ca.crl\n"
        if authority.url:
            self.more += f"authorityInfoAccess=OCSP;URI:{authority.url}\n"
        self.leaf = authority.issue("leaf", self.more)
        authority.settle()
        self.count = 0

    def by_ocsp(self) -> Found:
        return self.check(self.leaf, "--no-crl")

    def by_crl(self) -> Found:
        """With a new CRL, and nothing kept of the one before."""
        self.web.paths["/ca.crl"] = self.authority.crl()
        self.count += 1
        self.check.state = self.check.folder / f"state{self.count}"
        return self.check(self.leaf, "--no-ocsp")

    def agree(self, state: str, reason: str) -> None:
        """All four clients see this state."""
        answer = {"good": "ok", "suspended": "certificate-suspended", "revoked": "certificate-revoked"}[state]
        for found, source in ((self.by_ocsp(), "ocsp"), (self.by_crl(), "crl")):
            assert (found["leaf"], found["leaf.reason"], found["leaf.source"], found["answer"]) == (state, reason, source, answer)
            assert (int(found["leaf.at"]) > 0) == (state != "good")
        assert self.authority.status("leaf") == OCSP_SAYS.get(state, ["revoked", reason])
        assert self.authority.verify("leaf") == CRL_SAYS[state]


@pytest.fixture(params=["p384", "rsa", "p256"])
def seen(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Seen]:
    with Authority(tmp_path / "ca", request.param) as authority, Web() as web:
        authority.answer()
        yield Seen(tmp_path, authority, web)


def test_suspended_reopened_and_revoked(seen: Seen) -> None:
    seen.agree("good", "none")
    assert seen.by_ocsp()["leaf.nonce"] == "1" and seen.by_ocsp()["leaf.next"] == "0"
    seen.authority.revoke("leaf", "certificateHold")
    seen.agree("suspended", "certificateHold")
    seen.authority.release("leaf")
    seen.agree("good", "none")
    seen.authority.revoke("leaf", "keyCompromise")
    seen.agree("revoked", "keyCompromise")


@pytest.mark.parametrize("seen", ["p256"], indirect=True)
@pytest.mark.parametrize("reason", ["unspecified", "CACompromise", "affiliationChanged", "superseded", "cessationOfOperation"])
def test_reasons(seen: Seen, reason: str) -> None:
    seen.authority.revoke("leaf", reason)
    word = {"CACompromise": "cACompromise"}.get(reason, reason)
    for found in (seen.by_ocsp(), seen.by_crl()):
        assert (found["leaf"], found["leaf.reason"]) == ("revoked", word)


@pytest.mark.parametrize("seen", ["p256"], indirect=True)
def test_one_that_the_authority_has_not_in_its_books(seen: Seen) -> None:
    leaf = seen.authority.issue("stray", seen.more, known=False)
    assert seen.authority.status("stray")[0] == "unknown"
    found = seen.check(leaf)
    assert (found["leaf"], found["answer"], found["leaf.source"]) == ("unknown", "revocation-unknown", "ocsp")


@pytest.mark.parametrize("options, signer", [([], "ca"), (["-nmin", "9"], "ocsp"), (["-resp_key_id"], "ocsp"), (["-resp_no_certs"], "ca"),
                                             (["-rmd", "sha384"], "ocsp")])
def test_ways_to_sign(tmp_path: Path, options: list[str], signer: str) -> None:
    with Authority(tmp_path / "ca") as authority, Web() as web:
        authority.answer(*options, signer=signer)
        seen = Seen(tmp_path, authority, web)
        found = seen.by_ocsp()
        assert (found["leaf"], found["leaf.nonce"]) == ("good", "1")
        assert (int(found["leaf.next"]) > 0) == ("-nmin" in options)


def test_a_responder_that_is_nobodys(tmp_path: Path) -> None:
    """Another authority's responder, at the address in the certificate, with the books of the right one."""
    with Authority(tmp_path / "ca") as authority, Authority(tmp_path / "other") as other, Web() as web:
        other.issue("liar", "extendedKeyUsage=OCSPSigning\n")
        for name in ("liar.pem", "liar.key"):
            (authority.folder / name).write_bytes((other.folder / name).read_bytes())
        authority.answer(signer="liar")
        authority.settle = lambda: None  # type: ignore[method-assign]
        found = Seen(tmp_path, authority, web).by_ocsp()
        assert (found["leaf"], found["leaf.ocsp"]) == ("unreachable", "ocsp-signer")


def test_a_list_signed_by_rsa_pss(tmp_path: Path) -> None:
    with Authority(tmp_path / "ca", "pss") as authority, Web() as web:
        seen = Seen(tmp_path, authority, web)
        assert seen.by_crl()["leaf"] == "good" and authority.verify("leaf") == "OK"
        authority.revoke("leaf", "keyCompromise")
        assert seen.by_crl()["leaf"] == "revoked" and authority.verify("leaf") == "23"
        crl = web.paths["/ca.crl"]
        assert isinstance(crl, bytes)
        web.paths["/ca.crl"] = crl[:-1] + bytes([crl[-1] ^ 1])
        seen.check.state = tmp_path / "fresh"
        assert seen.check(seen.leaf, "--no-ocsp")["leaf.crl"] == "crl-signature"


def test_the_responder_goes_away_and_the_list_gets_old(tmp_path: Path) -> None:
    with Authority(tmp_path / "ca") as authority, Web() as web:
        authority.answer()
        seen = Seen(tmp_path, authority, web)
        seen.authority.revoke("leaf", "certificateHold")
        web.paths["/ca.crl"] = authority.crl()
        assert authority.responder is not None
        authority.responder.terminate()
        authority.responder.wait(10)
        found = seen.check(seen.leaf)
        assert (found["leaf"], found["leaf.source"], found["leaf.ocsp"]) == ("suspended", "crl", "network-unreachable")
        later = str(int(found["leaf.next"]) + 400)
        found = seen.check(seen.leaf, "--now", later)
        assert (found["leaf"], found["leaf.crl"], found["answer"]) == ("unreachable", "crl-stale", "revocation-unreachable")
        assert authority.verify("leaf", ["-attime", later]) == "12"  # X509_V_ERR_CRL_HAS_EXPIRED
