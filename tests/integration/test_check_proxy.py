# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# OCSP and CRL by way of a proxy: Debian's tinyproxy (Basic) and squid (Digest), which pass requests to plain http:// addresses of a
# certificate on in their own way, with and without a login; named by the context, the command or the environment.
"""Addresses of a certificate behind a proxy."""
from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from checking import Checker, Found
from cli import KAMUPIN, STATUS
from little_pki import Party, Web, crl_of, issue
from provoked import provoked
from tls_servers import RawServer, read_request
from web_servers import Squid, TinyProxy, free_port

USER, WORD = "ayse", "proxy-parola"


@dataclass
class World:
    """A root and a leaf of it that names /ocsp and /crl of a web server."""

    web: Web
    root: Party
    leaf: Party
    check: Checker

    def ask(self, *options: str, **environment: str) -> Found:
        """The program's answer with these options, and nothing of a proxy in the environment but what is said."""
        argv = ["env", *(f"{name}={value}" for name, value in environment.items()), *self.check.argv([self.leaf], "--leaf-only", *options)]
        return self.check.run(argv)

    def status(self, *options: str, password: str = "", **environment: str) -> tuple[int, str, str]:
        """`kamupin cert status`: how it ended, what is known of the leaf's revocation, and all that was printed."""
        read_end, write_end = os.pipe()
        os.write(write_end, password.encode() + b"\n")
        os.close(write_end)
        (self.check.folder / "leaf.pem").write_bytes(self.leaf.pem)
        argv = [KAMUPIN, "cert", "status", str(self.check.folder / "leaf.pem"), "--trust", str(self.check.trust), "--json", *options]
        argv += ["--proxy-password-fd", str(read_end)] if password else []
        env = os.environ | {"KAMUPIN_STATE_DIR": str(self.check.state), "KAMUPIN_LANG": "en"} | environment
        try:
            done = subprocess.run(argv, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60, pass_fds=[read_end])
        finally:
            os.close(read_end)
        return done.returncode, str(json.loads(done.stdout)["check"]["revocation"]["state"]), done.stdout + done.stderr


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with Web() as web:
        root = issue("Kök", None, ca=True)
        leaf = issue("ELİF", root, ocsp=[web.url + "/ocsp"], crl=[web.url + "/crl"])
        web.responder("/ocsp", leaf)
        web.paths["/crl"] = crl_of(root)
        yield World(web, root, leaf, Checker(tmp_path, [root]))


def asked(folder: Path) -> list[str]:
    """What tinyproxy, which has ended, was asked for: whole addresses, and no tunnel."""
    return re.findall(r"Request \(.*\): (\w+ \S+) HTTP/1.1", (folder / "log").read_text())


@pytest.mark.parametrize("by", ["option", "http_proxy", "all_proxy"])
def test_a_plain_address_goes_by_the_proxy(world: World, tmp_path: Path, by: str) -> None:
    """The question to the responder and the CRL: as requests of their whole address, since there is no tunnel to a plain one."""
    with TinyProxy(tmp_path / "proxy") as proxy:
        url = f"http://127.0.0.1:{proxy.port}"
        options, environment = (("--proxy", url), {"no_proxy": "*"}) if by == "option" else ((), {by: url})
        assert world.ask(*options, **environment)["leaf.source"] == "ocsp"
        assert world.ask("--no-ocsp", *options, **environment)["leaf.source"] == "crl"
        proxy.end()
        assert asked(proxy.folder) == [f"POST {world.web.url}/ocsp", f"GET {world.web.url}/crl"]
    assert world.web.methods() == ["POST /ocsp", "GET /crl"]


def test_what_the_environment_says_of_no_proxy(world: World) -> None:
    """There is nobody at the proxy's port. https_proxy is not for a plain address, and HTTP_PROXY is a web server's word."""
    nobody = f"http://127.0.0.1:{free_port()}"
    for environment in ({"http_proxy": nobody, "no_proxy": "example.org,127.0.0.1"}, {"https_proxy": nobody}, {"HTTP_PROXY": nobody}):
        assert world.ask(**environment)["leaf"] == "good", environment
    assert world.ask("--proxy", "", http_proxy=nobody)["leaf"] == "good"
    gone = world.ask("--proxy", nobody)
    assert (gone["leaf"], gone["leaf.ocsp"], gone["leaf.crl"]) == ("unreachable", "network-proxy", "network-proxy")
    assert world.ask(http_proxy=nobody)["leaf"] == "unreachable"
    assert world.web.methods() == ["POST /ocsp"] * 4


@pytest.mark.parametrize("kind", ["basic", "digest"])
def test_a_proxys_login_for_plain_addresses(world: World, tmp_path: Path, kind: str) -> None:
    """The proxy keeps the first request and asks who it is; only the second comes to the responder. A wrong word is the proxy's refusal."""
    with TinyProxy(tmp_path / "proxy", f"{USER} {WORD}") if kind == "basic" else Squid(login=(USER, WORD)) as proxy:
        way = ("--proxy", f"http://127.0.0.1:{proxy.port}")
        login = (*way, "--proxy-user", USER)
        code, state, said = world.status(*login, password=WORD)
        assert code == 0 and state == "good" and WORD not in said
        assert world.web.methods() == ["POST /ocsp"]
        world.leaf = issue("ELİF", world.root, crl=[world.web.url + "/crl"])
        code, state, said = world.status(*login, password=WORD)
        assert code == 0 and state == "good" and world.web.methods() == ["GET /crl"]
        shutil.rmtree(world.check.state / "crl")
        for options, password in ((login, WORD + "x"), (way, "")):
            code, state, said = world.status(*options, password=password)
            assert code == STATUS["revocation-unreachable"] and state == "unreachable" and WORD not in said
            # tinyproxy calls a wrong word 401, which is a server's word and not a proxy's.
            assert '"network-proxy"' in said or (kind == "basic" and password)
        assert world.web.methods() == []
        provoked("network-proxy")


def test_a_login_in_the_environments_address(world: World, tmp_path: Path) -> None:
    with TinyProxy(tmp_path / "proxy", f"{USER} {WORD}") as proxy:
        found = world.ask(http_proxy=f"http://{USER}:{WORD}@127.0.0.1:{proxy.port}")
    assert (found["leaf"], found["leaf.source"]) == ("good", "ocsp") and world.web.methods() == ["POST /ocsp"]


def test_a_proxy_that_asks_for_ever(world: World) -> None:
    """Whatever login it is given, it wants another one: the request is sent a few times to it, and is then its refusal."""
    heads: list[bytes] = []

    def ask(connection: socket.socket) -> None:
        while head := read_request(connection):
            heads.append(head)
            connection.sendall(b'HTTP/1.1 407 x\r\nProxy-Authenticate: Digest realm="a", nonce="b%d", qop="auth", stale=true\r\n'
                               b"Content-Length: 0\r\n\r\n" % len(heads))

    with RawServer(ask) as proxy:
        found = world.ask("--no-crl", http_proxy=f"http://{USER}:{WORD}@127.0.0.1:{proxy.port}")
    assert found["leaf"] == "unreachable" and len(heads) <= 3 and world.web.methods() == []
    assert found["leaf.ocsp"] == "network-proxy"
