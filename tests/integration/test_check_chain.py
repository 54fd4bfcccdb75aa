# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Chains and trust stores. On the other end: `openssl verify` judges each chain as well, and certificates are made by `cryptography`.
# Nobody is asked for a revocation here: a chain that does not hold asks nobody, which the web server's log shows.
"""Chains to a root that is trusted."""
from __future__ import annotations

import base64
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ObjectIdentifier

from box import BUILD
from checking import Checker
from little_pki import CA_USE, DAY, NOW, Party, Web, Wish, issue, name_of, new_key, seconds
from provoked import provoked

LOCAL = ("--no-ocsp", "--no-crl")
WEAK_HASH, WEAK_KEY = 1, 2
UNKNOWN = x509.UnrecognizedExtension(ObjectIdentifier("1.2.3.4.5"), b"\x05\x00")


@dataclass
class Chain:
    """A leaf, what stands between, and what is trusted."""

    leaf: Party
    between: list[Party]
    roots: list[Party]


def usual(sub: Wish | None = None, leaf: Wish | None = None, root: Wish | None = None) -> Chain:
    top = issue("Root", None, root or Wish(ca=True))
    middle = issue("Sub", top, sub or Wish(ca=True))
    return Chain(issue("Leaf", middle, leaf or Wish()), [middle], [top])


def two_below(length: int) -> Chain:
    top = issue("Root", None, ca=True)
    first = issue("First", top, ca=True, length=length)
    second = issue("Second", first, ca=True)
    return Chain(issue("Leaf", second), [first, second], [top])


def stranger() -> Chain:
    chain = usual()
    chain.between.append(chain.roots[0])
    chain.roots = [issue("Root", None, ca=True)]
    return chain


def untrusted() -> Chain:
    chain = usual()
    return Chain(chain.leaf, [*chain.between, *chain.roots], [issue("Other root", None, ca=True)])


def forged() -> Chain:
    """Names and key identifiers are right, the signature is another key's."""
    chain = usual()
    real = chain.between[0]
    builder = (x509.CertificateBuilder().subject_name(name_of("Leaf")).issuer_name(real.certificate.subject)
               .public_key(new_key().public_key()).serial_number(7).not_valid_before(NOW - DAY).not_valid_after(NOW + DAY)
               .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(real.key.public_key()), False))
    leaf = Party(builder.sign(new_key(), hashes.SHA256()), real.key, real)
    return Chain(leaf, chain.between, chain.roots)


def of_names(constraint: str) -> Chain:
    allowed = x509.NameConstraints([x509.DNSName(constraint)], None)
    name = x509.SubjectAlternativeName([x509.DNSName("kart.ornek.tr")])
    return usual(Wish(ca=True, more=[(allowed, True)]), Wish(more=[(name, False)]))


NO_SIGN = CA_USE | {"key_cert_sign": False}
CHAINS = {
    "right": (usual, "ok"),
    "a root alone above it": (lambda: (lambda top: Chain(issue("Leaf", top), [], [top]))(issue("Root", None, ca=True)), "ok"),
    "the issuer is missing": (lambda: Chain(usual().leaf, [], [issue("Root", None, ca=True)]), "chain-incomplete"),
    "nothing is trusted": (lambda: Chain((chain := usual()).leaf, chain.between, []), "chain-incomplete"),
    "another root of the same name": (stranger, "chain-untrusted"),
    "a root that is not trusted": (untrusted, "chain-untrusted"),
    "self-signed": (lambda: Chain(issue("Leaf", None), [], [issue("Root", None, ca=True)]), "chain-untrusted"),
    "forged": (forged, "chain-broken"),
    "the issuer is no CA": (lambda: usual(Wish(ca=False, use=CA_USE)), "chain-broken"),
    "a CA without keyCertSign": (lambda: usual(Wish(ca=True, use=NO_SIGN)), "chain-broken"),
    "a root without keyCertSign": (lambda: usual(root=Wish(ca=True, use=NO_SIGN)), "chain-broken"),
    "path length 0": (lambda: two_below(0), "chain-broken"),
    "path length 1": (lambda: two_below(1), "ok"),
    "a CA that is over": (lambda: usual(Wish(ca=True, begins=NOW - 9 * DAY, ends=NOW - DAY)), "chain-broken"),
    "a root that is over": (lambda: usual(root=Wish(ca=True, begins=NOW - 9 * DAY, ends=NOW - DAY)), "chain-broken"),
    "a CA that has not begun": (lambda: usual(Wish(ca=True, begins=NOW + DAY)), "chain-broken"),
    "an unknown critical extension": (lambda: usual(leaf=Wish(more=[(UNKNOWN, True)])), "chain-broken"),
    "… of a CA": (lambda: usual(Wish(ca=True, more=[(UNKNOWN, True)])), "chain-broken"),
    "an unknown extension": (lambda: usual(leaf=Wish(more=[(UNKNOWN, False)])), "ok"),
    "a name that is allowed": (lambda: of_names("ornek.tr"), "ok"),
    "a name that is not": (lambda: of_names("baska.tr"), "chain-broken"),
}


def judged_by_openssl(folder: Path, chain: Chain) -> bool:
    """Whether `openssl verify` says OK. It knows no empty store: what is trusted is one file."""
    (folder / "roots.pem").write_bytes(b"".join(one.pem for one in chain.roots) or issue("None", None, ca=True).pem)
    (folder / "more.pem").write_bytes(b"".join(one.pem for one in chain.between))
    (folder / "one.pem").write_bytes(chain.leaf.pem)
    more = ["-untrusted", str(folder / "more.pem")] if chain.between else []
    done = subprocess.run(["openssl", "verify", "-no-CApath", "-no-CAstore", "-CAfile", str(folder / "roots.pem"), *more,
                           str(folder / "one.pem")], capture_output=True, text=True)
    return done.returncode == 0


def checker_of(folder: Path, chain: Chain, how: str) -> tuple[Checker, list[str]]:
    """What stands between is in a list of the call's, or was added to the store: there a root among it would be one."""
    checker = Checker(folder, chain.roots)
    options: list[str] = []
    for index, one in enumerate(chain.between):
        path = folder / f"between{index}.der"
        path.write_bytes(one.der)
        options += [how, str(path)]
    return checker, options


@pytest.mark.parametrize("how", ["--between", "--add"])
@pytest.mark.parametrize("case", CHAINS)
def test_a_chain_is_judged_as_openssl_does(tmp_path: Path, case: str, how: str) -> None:
    make, wanted = CHAINS[case]
    chain = make()
    if how == "--add" and any(one.issuer is None for one in chain.between):
        how = "--between"
    checker, options = checker_of(tmp_path, chain, how)
    found = checker(chain.leaf, *LOCAL, *options)
    assert (found["answer"], found["chain"], found["verdict"], found["record"]) == (wanted, wanted, wanted, wanted)
    assert judged_by_openssl(tmp_path, chain) == (wanted == "ok")
    assert (found["root"] != "") == (wanted == "ok") and found["known"] == "0"
    if wanted != "ok":
        provoked(wanted)
        assert found["leaf"] == "not-asked" and found["detail"] != ""


def store_xml(folder: Path, roots: list[Party], others: list[Party] = [], frame: str = "{}") -> Path:
    """A SertifikaDeposu.xml."""
    def row(kind: str, one: Party) -> str:
        text = base64.encodebytes(one.der).decode()
        return f"<{kind}><mKokSertifikaNo>3</mKokSertifikaNo><mValue>\n{text}</mValue><mHash>q83v</mHash></{kind}>"

    path = folder / "SertifikaDeposu.xml"
    rows = "\n".join([row("koksertifika", one) for one in roots] + [row("altsertifika", one) for one in others])
    path.write_text(frame.format(f'<?xml version="1.0" encoding="UTF-8"?>\n<!-- depo -->\n<depo surum="1">{rows}</depo>\n'))
    return path


def test_each_kind_of_store_is_read(tmp_path: Path) -> None:
    chain = usual()
    checker = Checker(tmp_path, chain.roots, chain.between)
    folder = tmp_path / "folder"
    (folder / "below").mkdir(parents=True)
    (folder / "root.crt").write_bytes(chain.roots[0].der)
    (folder / "sub.PEM").write_bytes(chain.between[0].pem)
    (folder / "again.pem").write_bytes(b"text before\n" + chain.roots[0].pem + chain.between[0].pem)
    (folder / "notes.txt").write_text("not looked at")
    (folder / "below" / "more.pem").write_bytes(issue("Other", None, ca=True).pem)
    for trust in (checker.trust, folder, store_xml(tmp_path, chain.roots, chain.between)):
        found = checker(chain.leaf, *LOCAL, trust=trust)
        assert (found["answer"], found["length"], found["root"]) == ("ok", "3", "Root"), trust
        assert found["fingerprint"] == chain.roots[0].certificate.fingerprint(hashes.SHA256()).hex().upper()
    alone = tmp_path / "root.der"
    alone.write_bytes(chain.roots[0].der)
    assert checker(chain.leaf, *LOCAL, trust=alone)["answer"] == "chain-incomplete"


def test_what_a_store_calls_a_root_becomes_one_only_when_it_is_self_signed(tmp_path: Path) -> None:
    chain = usual()
    checker = Checker(tmp_path, chain.roots)
    assert checker(chain.leaf, *LOCAL, trust=store_xml(tmp_path, chain.between))["answer"] == "chain-incomplete"
    assert checker(chain.leaf, *LOCAL, trust=store_xml(tmp_path, chain.between, chain.roots))["answer"] == "chain-untrusted"


@pytest.mark.parametrize("bare", [False, True])
@pytest.mark.parametrize("way", ["file", "xml", "added"])
def test_its_own_name_makes_no_root_of_what_another_key_has_signed(tmp_path: Path, bare: bool, way: str) -> None:
    """An authority's new key, certified by its old one: issuer and subject are the same name, and the old key alone vouches for it. Without
    key identifiers OpenSSL takes such a one for a root where a store has it."""
    old = issue("Root", None, ca=True)
    new = issue("Root", old, Wish(ca=True, bare=bare))
    leaf = issue("Leaf", new, Wish(bare=bare))
    checker = Checker(tmp_path, [issue("Other", None, ca=True)] if way == "added" else [new])
    (tmp_path / "new.der").write_bytes(new.der)
    found = checker(leaf, *LOCAL, *(["--add", str(tmp_path / "new.der")] if way == "added" else []),
                    trust=store_xml(tmp_path, [new]) if way == "xml" else None)
    assert found["chain"] in ("chain-untrusted", "chain-incomplete") and found["root"] == ""
    assert (found.store["roots"], found.store["more"]) == ("1" if way == "added" else "0", "1")
    if not bare:  # it stands between
        found = Checker(tmp_path, [old, new])(leaf, *LOCAL)
        assert (found["chain"], found["length"], found.store["roots"]) == ("ok", "3", "1")


NO_STORES: dict[str, bytes | None] = {
    "missing": None, "empty.pem": b"", "text.pem": b"nothing of the kind\n", "huge.pem": b"\n" * ((8 << 20) + 1), "cut.der": b"\x30\x82\x01",
    "key.pem": b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "cut.xml": b"<depo><koksertifika>", "no.xml": b"<depo/>",
    "other.xml": b"<depo><koksertifika><mValue>q83v</mValue></koksertifika></depo>",
    "entity.xml": b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d><koksertifika><mValue>&x;</mValue></koksertifika></d>'}


@pytest.mark.parametrize("name", NO_STORES)
def test_a_store_that_is_none(tmp_path: Path, name: str) -> None:
    path, content = tmp_path / name, NO_STORES[name]
    if content is not None:
        path.write_bytes(content)
    found = Checker(tmp_path, [])(usual().leaf, trust=path)
    assert found.status == "trust-store" and found.lines == []
    provoked("trust-store")


def test_a_pipe_in_a_folder_is_not_waited_for(tmp_path: Path) -> None:
    chain = usual()
    checker, folder = Checker(tmp_path, []), tmp_path / "folder"
    folder.mkdir()
    os.mkfifo(folder / "pipe.pem")
    (folder / "roots.pem").write_bytes(b"".join(one.pem for one in [*chain.roots, *chain.between]))
    assert checker(chain.leaf, trust=folder).status == "ok"


def test_a_folder_without_certificates_is_no_store(tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    assert Checker(tmp_path, [])(usual().leaf, trust=folder).status == "trust-store"


def test_the_systems_roots_are_read_as_a_store_and_are_nobodys_by_themselves(tmp_path: Path) -> None:
    system = Path("/etc/ssl/certs")
    leaf = usual().leaf
    assert Checker(tmp_path, [])(leaf, *LOCAL, trust=system)["answer"] == "chain-incomplete"
    one = next(path for path in sorted(system.glob("*.pem")) if path.exists())
    path = tmp_path / "one.pem"
    path.write_bytes(one.read_bytes())
    assert Checker(tmp_path, usual().roots)(path, *LOCAL)["answer"] == "chain-untrusted"
    assert Checker(tmp_path, [])(path, *LOCAL, trust=system)["chain"] == "ok"


def test_the_dates_of_the_certificate_itself_have_their_own_answers(tmp_path: Path) -> None:
    over, later = (usual(leaf=Wish(begins=NOW + begins * DAY, ends=NOW + ends * DAY)) for begins, ends in ((-9, -1), (1, 9)))
    for chain, wanted in ((over, "certificate-expired"), (later, "certificate-not-yet-valid")):
        checker = Checker(tmp_path, chain.roots, chain.between)
        found = checker(chain.leaf, *LOCAL)
        assert (found["answer"], found["chain"], found["dates"]) == (wanted, "ok", wanted)
        provoked(wanted)
        for at in (chain.leaf.certificate.not_valid_before, chain.leaf.certificate.not_valid_after):
            begun = at >= chain.between[0].certificate.not_valid_before
            found = checker(chain.leaf, *LOCAL, "--at", str(seconds(at)))
            assert (found["dates"], found["chain"]) == ("ok", "ok" if begun else "chain-broken")
    checker = Checker(tmp_path, over.roots, over.between)
    last = seconds(over.leaf.certificate.not_valid_after)
    assert checker(over.leaf, *LOCAL, "--at", str(last + 1))["dates"] == "certificate-expired"
    assert checker(over.leaf, *LOCAL, "--now", str(last))["answer"] == "ok"


def test_weak_algorithms_are_judged_and_named(tmp_path: Path) -> None:
    old = hashes.SHA1()
    cases = [(usual(), 0), (usual(leaf=Wish(digest=old)), WEAK_HASH), (usual(Wish(ca=True, digest=old)), WEAK_HASH),
             (usual(root=Wish(ca=True, digest=old)), 0)]
    for chain, weak in cases:
        found = Checker(tmp_path, chain.roots, chain.between)(chain.leaf, *LOCAL)
        assert (found["answer"], int(found["weak"])) == ("ok", weak)


def test_nobody_is_asked_before_the_chain_holds(tmp_path: Path, web: Web) -> None:
    top, other = issue("Root", None, ca=True), issue("Other", None, ca=True)
    leaf = issue("Leaf", top, ocsp=[web.url + "/ocsp"], crl=[web.url + "/crl"])
    assert Checker(tmp_path, [other])(leaf)["leaf"] == "not-asked" and web.methods() == []
    (tmp_path / "top.der").write_bytes(top.der)  # a whole chain, to a root that is not trusted
    found = Checker(tmp_path, [other])(leaf, "--between", str(tmp_path / "top.der"))
    assert (found["chain"], found["length"], found["leaf"]) == ("chain-untrusted", "2", "not-asked") and web.methods() == []
    assert Checker(tmp_path, [top])(leaf)["leaf"] == "unreachable" and web.methods() == ["POST /ocsp", "GET /crl"]


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as made:
        yield made


def test_the_example_says_it_in_a_line(tmp_path: Path, web: Web) -> None:
    top = issue("Root", None, ca=True)
    leaf = issue("Leaf", top, ocsp=[web.url + "/ocsp"])
    web.responder("/ocsp", leaf)
    check = Checker(tmp_path, [top])
    (tmp_path / "leaf.pem").write_bytes(leaf.pem)
    argv = [str(BUILD / "bin" / "example-check-certificate"), str(check.trust), str(tmp_path / "leaf.pem")]
    env = check.env() | {"XDG_STATE_HOME": str(tmp_path)}
    done = subprocess.run(argv, env=env, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "Leaf: ok; root Root; revocation good by ocsp\n")
    web.paths.clear()
    done = subprocess.run(argv, env=env, capture_output=True, text=True)
    assert done.returncode == 230 and done.stdout == "Leaf: revocation-unreachable; root Root; revocation unreachable by nobody\n"
    assert subprocess.run([argv[0], str(tmp_path / "none"), argv[2]], env=env, capture_output=True).returncode == 206
