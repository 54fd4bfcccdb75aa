# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The openssl command as a client of an issuer's OCSP responder and CRLs: what it says of a certificate by either. Nothing of it is ours;
# where to ask is read from the certificate, by the command as well. For sandboxes, and for any other issuer.
"""OpenSSL's word on certificates."""
from __future__ import annotations

import base64
import re
import subprocess
import urllib.request
from pathlib import Path

from box import Box

OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def openssl(*argv: str | Path, data: bytes | None = None) -> tuple[int, str]:
    """Exit code, and all that it said."""
    done = subprocess.run(["openssl", *map(str, argv)], input=data, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.returncode, done.stdout.decode(errors="replace")


def fetch(address: str, data: bytes | None = None, kind: str = "") -> bytes:
    """A GET or, with DATA, a POST."""
    request = urllib.request.Request(address, data, {"Content-Type": kind} if kind else {})
    with OPENER.open(request, timeout=10) as answer:
        body: bytes = answer.read()
        return body


class Client:
    """A relying party that trusts a sandbox's root, and has FOLDER for its files."""

    def __init__(self, box: Box, folder: Path) -> None:
        self.box, self.folder = box, folder
        self.root = Path(box.env["KAMUPIN_TRUST"]).with_name("root.pem")
        self.base: str = box.control.get("/status-service")["address"]
        self.sub = self.pem("sub", fetch(self.base + "/ca/sub.crt"))

    def pem(self, name: str, der: bytes) -> Path:
        """A certificate in a file, as PEM."""
        path = self.folder / f"{name}.pem"
        path.write_text("-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(der).decode() + "-----END CERTIFICATE-----\n")
        return path

    def ocsp(self, certificate: Path, *more: str) -> str:
        """good, unknown, revoked, or revoked:REASON as openssl ocsp has it, from the address in the certificate, with a nonce that has to come
        back; or else what it said."""
        _, said = openssl("x509", "-in", certificate, "-noout", "-ocsp_uri")
        code, text = openssl("ocsp", "-issuer", self.sub, "-cert", certificate, "-url", said.strip(), "-CAfile", self.root, "-verify_other",
                             self.sub, *more)
        found = re.search(rf"^{re.escape(str(certificate))}: (\w+)$", text, re.M)
        if code or not found or "Response verify OK" not in text or "WARNING" in text or "rror" in text:
            return text
        reason = re.search(r"^\tReason: (.*)$", text, re.M)
        return found[1] + (f":{reason[1]}" if reason else "")

    def lists(self) -> Path:
        """Both CRLs as they are now, in one PEM file; each verified by openssl crl with its issuer."""
        path = self.folder / "crls.pem"
        text = ""
        for name, issuer in (("root", self.root), ("sub", self.sub)):
            (self.folder / f"{name}.crl").write_bytes(fetch(f"{self.base}/crl/{name}.crl"))
            code, said = openssl("crl", "-inform", "DER", "-in", self.folder / f"{name}.crl", "-CAfile", issuer)
            assert code == 0 and "verify OK" in said, said
            text += said.replace("verify OK\n", "")
        path.write_text(text)
        return path

    def verify(self, certificate: Path, *more: str) -> str:
        """OK, or the number of the first error that openssl verify -crl_check_all meets."""
        code, said = openssl("verify", "-CAfile", self.root, "-untrusted", self.sub, "-crl_check_all", "-CRLfile", self.lists(), *more,
                             certificate)
        if code == 0:
            assert said == f"{certificate}: OK\n", said
            return "OK"
        found = re.search(r"^error (\d+) at 0 depth", said, re.M)
        return found[1] if found else said

    def entry(self, certificate: Path) -> str:
        """The reason of the certificate's entry in the CRL as openssl crl has it, "-" for an entry without one, "" for none."""
        self.lists()
        _, serial = openssl("x509", "-in", certificate, "-noout", "-serial")
        _, said = openssl("crl", "-inform", "DER", "-in", self.folder / "sub.crl", "-noout", "-text")
        for one in said.split("Serial Number: ")[1:]:
            if one.split()[0] == serial.strip().removeprefix("serial="):
                reason = re.search(r"CRL Reason Code: \n\s+(.*)\n", one)
                return reason[1] if reason else "-"
        return ""
