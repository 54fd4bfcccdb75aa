# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# A private certificate authority made with the openssl command, and servers on loopback: openssl s_server,
# which is not ours, where it can play the part, and a small raw TLS server where it cannot.
from __future__ import annotations

import os
import select
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

from faketime import clock


def openssl(folder: Path, *arguments: str, at: str = "") -> None:
    """Runs openssl, at another date if one is named: "2020-01-01"."""
    subprocess.run(["openssl", *arguments], cwd=folder, env=os.environ | (clock(f"@{at} 00:00:00") if at else {}), check=True,
                   capture_output=True, timeout=30)


class Authority:
    """A root certificate, and leaf certificates under it; all EC, all in one folder. A root is good for two days, or for forty
    years from the day it was `born`."""

    def __init__(self, folder: Path, name: str, born: str = "") -> None:
        self.folder, self.name = folder, name
        self.file = folder / f"{name}.pem"
        openssl(folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-days", "14600" if born else "2", "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.pem",
                "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign", at=born)

    def leaf(self, name: str, host: str = "DNS:localhost,IP:127.0.0.1", dates: tuple[str, str] | None = None,
             purpose: str = "serverAuth", digest: str = "sha256", bits: int = 0) -> Path:
        """A PEM file with key and certificate; `dates` are its first and last day, "20200101". With `bits` the key is an RSA one."""
        pem = self.folder / f"{name}.pem"
        key = [f"rsa:{bits}"] if bits else ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        openssl(self.folder, "req", "-new", "-newkey", *key, "-nodes", "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        (self.folder / "ca.cnf").write_text(
            f"[ca]\ndefault_ca=d\n[d]\ndatabase={self.name}.index\nserial={self.name}.serial\nnew_certs_dir=.\n"
            f"default_md={digest}\npolicy=p\nunique_subject=no\nx509_extensions=e\n[p]\ncommonName=supplied\n"
            f"[e]\nsubjectAltName={host}\nextendedKeyUsage={purpose}\n")
        (self.folder / f"{self.name}.index").touch()
        days = ["-days", "2"] if dates is None else ["-startdate", f"{dates[0]}000000Z", "-enddate", f"{dates[1]}000000Z"]
        openssl(self.folder, "ca", "-batch", "-config", "ca.cnf", "-create_serial", "-notext", "-in", f"{name}.csr",
                "-cert", f"{self.name}.pem", "-keyfile", f"{self.name}.key", "-out", f"{name}.crt", *days)
        pem.write_text((self.folder / f"{name}.key").read_text() + (self.folder / f"{name}.crt").read_text())
        return pem


def self_signed(folder: Path, name: str) -> Path:
    """A PEM file with a key and a server's certificate that this key signed."""
    openssl(folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", f"/CN={name}",
            "-keyout", f"{name}.key", "-out", f"{name}.crt", "-addext", "basicConstraints=critical,CA:FALSE",
            "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-addext", "extendedKeyUsage=serverAuth")
    pem = folder / f"{name}.pem"
    pem.write_text((folder / f"{name}.key").read_text() + (folder / f"{name}.crt").read_text())
    return pem


def pin_of(pem: Path) -> str:
    """A certificate's public key as curl pins it, worked out by openssl."""
    made = subprocess.run(f"openssl x509 -in '{pem}' -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary"
                          " | openssl enc -base64", shell=True, check=True, capture_output=True, text=True, timeout=30)
    return "sha256//" + made.stdout.strip()


class SServer:
    """openssl s_server on a free port; it says which when it listens. Without -www or -HTTP it prints what it is sent."""

    def __init__(self, folder: Path, pem: Path, *options: str) -> None:
        self.process = subprocess.Popen(
            ["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", str(pem), "-key", str(pem), *options],
            cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert self.process.stdout is not None
        self.port = 0
        for line in self.process.stdout:
            if line.startswith("ACCEPT"):
                self.port = int(line.split(":")[-1].split()[0])
                break
        self.printed: list[str] = []
        self.reader = threading.Thread(target=self._read, daemon=True)  # never lets it block on a full pipe
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.printed.extend(self.process.stdout)

    def said(self) -> str:
        """Ends the server; all that it printed."""
        self.__exit__()
        return "".join(self.printed)

    def __enter__(self) -> SServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        self.reader.join()


class RawServer:
    """Accepts on a free port and hands each connection, after TLS if there is a certificate, to `serve`."""

    def __init__(self, serve: Callable[[socket.socket], None], pem: Path | None = None) -> None:
        self.serve, self.connections = serve, 0
        self.tls = None
        if pem is not None:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(pem)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.stopping, self.stopped = socket.socketpair()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        while self.stopped not in select.select([self.listener, self.stopped], [], [])[0]:
            connection = self.listener.accept()[0]
            self.connections += 1
            try:
                if self.tls is not None:
                    connection = self.tls.wrap_socket(connection, server_side=True)
                self.serve(connection)
            except OSError:
                pass  # the client went away: what it says is what the test looks at
            finally:
                connection.close()

    def __enter__(self) -> RawServer:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.close()
        self.thread.join(timeout=20)
        self.listener.close()
        self.stopped.close()


GOOD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


def read_request(connection: socket.socket) -> bytes:
    """One request with its body, b"" when the client has closed."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65536)
        if not part:
            return b""
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def good_service(pki: Authority) -> RawServer:
    """A server with a certificate of that authority that answers every request with an empty object."""
    def serve(connection: socket.socket) -> None:
        while read_request(connection):
            connection.sendall(GOOD)

    pem = pki.folder / "service.pem"
    return RawServer(serve, pem if pem.exists() else pki.leaf("service"))
