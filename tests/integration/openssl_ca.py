# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# A certification authority run by OpenSSL's own programs: `openssl ca` issues, revokes and makes CRLs, `openssl ocsp` answers. Touches its
# own folder, and the processes that it starts.
"""OpenSSL's CA and OCSP responder."""
from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

CONFIG = """
[ca]
default_ca = it
[it]
database = index.txt
new_certs_dir = .
certificate = ca.pem
private_key = ca.key
serial = serial
crlnumber = crlnumber
default_md = sha256
default_days = 30
default_crl_days = 7
policy = any
unique_subject = no
crl_extensions = list
[any]
countryName = optional
commonName = supplied
[list]
authorityKeyIdentifier = keyid
[req]
distinguished_name = name
[name]
"""
ROOT = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n"
LEAF = ("basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature,nonRepudiation\nsubjectKeyIdentifier=hash\n"
        "authorityKeyIdentifier=keyid\n")
KEYS = {"rsa": ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"], "p256": ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
        "p384": ["EC", "-pkeyopt", "ec_paramgen_curve:P-384"], "pss": ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"]}


class Authority:
    """One CA, and its responder once it was started."""

    def __init__(self, folder: Path, kind: str = "p384") -> None:
        self.folder, self.kind = folder, kind
        self.responder: subprocess.Popen[str] | None = None
        self.url = ""
        folder.mkdir(exist_ok=True)
        for name, text in (("ca.cnf", CONFIG), ("index.txt", ""), ("serial", "1000\n"), ("crlnumber", "01\n"), ("root.ext", ROOT)):
            (folder / name).write_text(text)
        self.key("ca")
        self("req", "-new", "-key", "ca.key", "-subj", "/C=TR/CN=OpenSSL Kök", "-utf8", "-out", "ca.csr", "-config", "ca.cnf")
        self("x509", "-req", "-in", "ca.csr", "-key", "ca.key", "-days", "300", "-extfile", "root.ext", "-out", "ca.pem", *self.padding)
        self.issue("ocsp", "extendedKeyUsage=OCSPSigning\nnoCheck=ignored\n")

    def __call__(self, *words: str) -> str:
        done = subprocess.run(["openssl", *words], cwd=self.folder, capture_output=True, text=True)
        assert done.returncode == 0, f"{words}: {done.stderr}"
        return done.stdout + done.stderr

    @property
    def padding(self) -> list[str]:
        return ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:-1"] if self.kind == "pss" else []

    def key(self, name: str) -> None:
        self("genpkey", "-algorithm", *KEYS[self.kind], "-out", f"{name}.key")

    def issue(self, name: str, more: str = "", known: bool = True) -> Path:
        """A certificate; `known`: it stands in the CA's books."""
        self.key(name)
        self("req", "-new", "-key", f"{name}.key", "-subj", f"/C=TR/CN={name}", "-out", f"{name}.csr", "-config", "ca.cnf")
        more = more.replace("noCheck=ignored\n", "1.3.6.1.5.5.7.48.1.5=ASN1:NULL\n")
        (self.folder / f"{name}.ext").write_text(LEAF + more)
        if known:
            self("ca", "-batch", "-config", "ca.cnf", "-in", f"{name}.csr", "-out", f"{name}.pem", "-notext", "-extfile", f"{name}.ext",
                 *self.padding)
        else:
            self("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-set_serial", "0x7777", "-extfile",
                 f"{name}.ext", "-days", "30", "-out", f"{name}.pem")
        return self.folder / f"{name}.pem"

    def revoke(self, name: str, reason: str) -> None:
        self("ca", "-config", "ca.cnf", "-revoke", f"{name}.pem", "-crl_reason", reason)
        self.settle()

    def release(self, name: str) -> None:
        """There is no command that ends a hold: its line is edited."""
        serial = self("x509", "-in", f"{name}.pem", "-noout", "-serial").strip().removeprefix("serial=")
        path = self.folder / "index.txt"
        rows = [line.split("\t") for line in path.read_text().splitlines()]
        for row in rows:
            if row[3] == serial:
                row[0], row[2] = "V", ""
        edited = self.folder / "edited"  # another file: the responder looks at seconds, and at which file it is
        edited.write_text("".join("\t".join(row) + "\n" for row in rows))
        edited.rename(path)
        self.settle()

    def crl(self) -> bytes:
        """A new CRL, DER."""
        self("ca", "-config", "ca.cnf", "-gencrl", "-out", "crl.pem", *self.padding)
        self("crl", "-in", "crl.pem", "-outform", "DER", "-out", "crl.der")
        return (self.folder / "crl.der").read_bytes()

    def answer(self, *options: str, signer: str = "ocsp") -> None:
        """Starts the responder."""
        log = (self.folder / "responder").open("w")
        self.responder = subprocess.Popen(
            ["openssl", "ocsp", "-index", "index.txt", "-port", "0", "-rsigner", f"{signer}.pem", "-rkey", f"{signer}.key", "-CA", "ca.pem",
             "-ignore_err", *options], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True)
        log.close()
        assert self.responder.stdout is not None
        for line in self.responder.stdout:
            found = re.match(r"ACCEPT \S*:(\d+) ", line)
            if found:
                self.url = f"http://127.0.0.1:{found[1]}/"
                return
        raise AssertionError((self.folder / "responder").read_text())

    def status(self, name: str) -> list[str]:
        """What `openssl ocsp` says as a client: state, and reason or ""; its signature was verified."""
        text = self("ocsp", "-issuer", "ca.pem", "-cert", f"{name}.pem", "-url", self.url, "-CAfile", "ca.pem")
        assert "Response verify OK" in text and "WARNING" not in text, text
        state = re.search(rf"^{name}\.pem: (\w+)$", text, re.M)
        reason = re.search(r"Reason: (\w+)", text)
        assert state is not None, text
        return [state[1], "" if reason is None else reason[1]]

    def settle(self) -> None:
        """The responder notices a change after it has answered once more."""
        if self.responder is not None:
            self.status("ocsp")

    def verify(self, name: str, options: Sequence[str] = ()) -> str:
        """What `openssl verify` says with the last CRL: "OK" or its error's number."""
        (self.folder / "with-crl.pem").write_bytes((self.folder / "ca.pem").read_bytes() + (self.folder / "crl.pem").read_bytes())
        done = subprocess.run(["openssl", "verify", "-no-CApath", "-no-CAstore", "-CAfile", "with-crl.pem", "-crl_check", *options,
                               f"{name}.pem"], cwd=self.folder, capture_output=True, text=True)
        found = re.search(r"error (\d+) at", done.stdout + done.stderr)
        return "OK" if done.returncode == 0 else found[1] if found else done.stderr

    def __enter__(self) -> Authority:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _value: BaseException | None, _trace: TracebackType | None) -> None:
        if self.responder is not None:
            self.responder.terminate()
            self.responder.wait(10)
            assert self.responder.stdout is not None
            self.responder.stdout.close()
