# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# lib/net by way of a proxy: Debian's tinyproxy, named by the environment or by the context, with and without a login;
# and raw ones for what tinyproxy does not do (Digest, silence). What was contacted is told by the context.
from __future__ import annotations

import base64
import hashlib
import os
import re
import select
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from private_pcscd import program
from tls_servers import GOOD, Authority, RawServer, good_service, read_request
from web_servers import TinyProxy, free_port

PASSWORD = "proxy-parolası:1"


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    yield Authority(tmp_path_factory.mktemp("pki"), "root")


@pytest.fixture
def server(pki: Authority) -> Iterator[RawServer]:
    """A service that answers."""
    with good_service(pki) as running:
        yield running


def ask(pki: Authority, url: str, *options: str, password: str = "", **environment: str) -> list[dict[str, str]]:
    """Runs driver-net; one dict per exchange and host, `said` is all of its output and log."""
    plain = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    done = subprocess.run([program("driver-net"), "--ca", str(pki.file), "--hosts", "1", *options, url], capture_output=True, text=True,
                          timeout=60, input=password + "\n", env={**plain, **environment}, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    answers = []
    for line in done.stdout.splitlines():
        kind, _, rest = line.partition(" ")
        head, _, detail = rest.partition("detail=")
        answers.append({"status": kind, "detail": detail, "said": done.stdout + done.stderr,
                        **dict(word.split("=", 1) for word in head.split())})
    return answers


def address(server: RawServer) -> str:
    return f"https://localhost:{server.port}/kamupin/v1/metadata"


@pytest.mark.parametrize("name", ["https_proxy", "HTTPS_PROXY", "all_proxy"])
def test_the_environments_proxy_is_taken(pki: Authority, server: RawServer, tmp_path: Path, name: str) -> None:
    with TinyProxy(tmp_path / "proxy") as proxy:
        answer, host = ask(pki, address(server), **{name: f"http://127.0.0.1:{proxy.port}"})
        assert proxy.tunnels() == [f"localhost:{server.port}"]
    assert answer["status"] == "ok"
    assert (host["name"], host["port"], host["address"], host["proxied"], host["count"], host["last"], host["http"]) == (
        "localhost", str(server.port), "127.0.0.1", "1", "1", "ok", "200")


def test_no_proxy_is_honoured(pki: Authority, server: RawServer) -> None:
    """There is nobody at the proxy's port: it is not even tried."""
    answer, host = ask(pki, address(server), https_proxy=f"http://127.0.0.1:{free_port()}", no_proxy="example.org,localhost")
    assert (answer["status"], host["proxied"]) == ("ok", "0")


def test_a_context_may_say_that_there_is_none(pki: Authority, server: RawServer) -> None:
    answer, host = ask(pki, address(server), "--proxy", "", https_proxy=f"http://127.0.0.1:{free_port()}")
    assert (answer["status"], host["proxied"]) == ("ok", "0")


def test_a_contexts_proxy_goes_before_the_environment(pki: Authority, server: RawServer, tmp_path: Path) -> None:
    with TinyProxy(tmp_path / "proxy") as proxy:
        answers = ask(pki, address(server), "--proxy", f"http://127.0.0.1:{proxy.port}", "--times", "3", no_proxy="*",
                      https_proxy=f"http://127.0.0.1:{free_port()}")
        assert proxy.tunnels() == [f"localhost:{server.port}"], "one tunnel for all three"
    assert [answer["status"] for answer in answers] == ["ok", "ok", "ok", "host"]
    assert (answers[-1]["proxied"], answers[-1]["count"]) == ("1", "3")


def test_a_proxys_login(pki: Authority, server: RawServer, tmp_path: Path) -> None:
    """Basic, by tinyproxy. The password is in no log, and in no output."""
    with TinyProxy(tmp_path / "proxy", f"ayse {PASSWORD.partition('ı')[0]}") as proxy:
        word = PASSWORD.partition("ı")[0]
        way = ("--proxy", f"http://127.0.0.1:{proxy.port}")
        good = ask(pki, address(server), *way, "--proxy-user", "ayse", "--times", "2", password=word)
        wrong = ask(pki, address(server), *way, "--proxy-user", "ayse", password=word + "x")
        none = ask(pki, address(server), *way)
        environment = ask(pki, address(server), "--proxy-user", "ayse", password=word, https_proxy=way[1])
    assert [one["status"] for one in good] == ["ok", "ok", "host"]
    assert environment[0]["status"] == "ok"
    for refused in (wrong[0], none[0]):
        assert (refused["status"], re.search(r"the proxy answers 40[17]", refused["detail"]) is not None) == ("network-proxy", True)
    assert wrong[1]["last"] == "network-proxy"
    assert word not in good[0]["said"] + wrong[0]["said"] + environment[0]["said"]


class DigestProxy:
    """A proxy that offers Basic and Digest, and checks the Digest as RFC 7616 writes it."""

    def __init__(self, user: str, password: str) -> None:
        self.user, self.password = user, password
        self.heads: list[str] = []
        self.accepted = 0

    def good(self, head: str) -> bool:
        """Whether the login in a request is right."""
        line = re.search(r"^Proxy-Authorization: Digest (.*?)\r?$", head, re.M)
        if line is None:
            return False
        said = {name: quoted or bare for name, quoted, bare in re.findall(r'(\w+)=(?:"([^"]*)"|([^\s,]+))', line[1])}

        def digest(*parts: str) -> str:
            return hashlib.sha256(":".join(parts).encode()).hexdigest()

        key = digest(self.user, "proxy", self.password)
        want = digest(key, "n0nce", said["nc"], said["cnonce"], "auth", digest("CONNECT", said["uri"]))
        return said["username"] == self.user and said["response"] == want

    def __call__(self, connection: socket.socket) -> None:
        while head := read_request(connection).decode():
            self.heads.append(head)
            if not self.good(head):
                connection.sendall(b'HTTP/1.1 407 Who?\r\nProxy-Authenticate: Basic realm="proxy"\r\nProxy-Authenticate: Digest '
                                   b'realm="proxy", nonce="n0nce", qop="auth", algorithm=SHA-256\r\nContent-Length: 0\r\n\r\n')
                continue
            self.accepted += 1
            host, _, port = head.split()[1].partition(":")
            with socket.create_connection((host, int(port))) as behind:
                connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
                relay(connection, behind)
            return


def relay(one: socket.socket, other: socket.socket) -> None:
    """Carries bytes both ways until one side ends."""
    while True:
        for ready in select.select([one, other], [], [])[0]:
            part = ready.recv(65536)
            if not part:
                return
            (other if ready is one else one).sendall(part)


def test_the_better_login_is_chosen(pki: Authority, server: RawServer) -> None:
    """Digest before Basic; a password with letters beyond ASCII and a colon; the proxy sees no header of the request's."""
    judge = DigestProxy("ayşe", PASSWORD)
    with RawServer(judge) as proxy:
        way = ("--proxy", f"http://127.0.0.1:{proxy.port}", "--header", "Authorization: DPoP very-secret", "--post", "{}")
        good = ask(pki, address(server), *way, "--proxy-user", "ayşe", password=PASSWORD)
        wrong = ask(pki, address(server), *way, "--proxy-user", "ayşe", password="x")
    assert (good[0]["status"], judge.accepted) == ("ok", 1)
    assert (wrong[0]["status"], "407" in wrong[0]["detail"]) == ("network-proxy", True)
    seen = "".join(judge.heads)
    assert "very-secret" not in seen and "/kamupin/v1" not in seen and PASSWORD not in seen
    assert base64.b64encode(f"ayşe:{PASSWORD}".encode()).decode() not in seen


def test_a_login_in_the_environments_address(pki: Authority, server: RawServer) -> None:
    """As curl takes it; a refusal of it does not repeat it."""
    refusal = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"

    def refuse(connection: socket.socket) -> None:
        while read_request(connection):
            connection.sendall(refusal)

    with RawServer(refuse) as proxy:
        answer = ask(pki, address(server), https_proxy=f"http://somebody:proxy-secret@127.0.0.1:{proxy.port}")[0]
    assert (answer["status"], "407" in answer["detail"]) == ("network-proxy", True)
    assert "proxy-secret" not in answer["said"]
    assert server.connections == 0


def test_a_proxy_that_is_not_there_or_does_not_speak(pki: Authority, server: RawServer) -> None:
    gone = ask(pki, address(server), "--proxy", f"http://127.0.0.1:{free_port()}")
    assert (gone[0]["status"], gone[1]["proxied"], gone[1]["address"]) == ("network-proxy", "1", "")

    def silence(connection: socket.socket) -> None:
        read_request(connection)
        select.select([connection], [], [], 6.0)

    with RawServer(silence) as proxy:
        silent = ask(pki, address(server), "--timeout", "500", https_proxy=f"http://127.0.0.1:{proxy.port}")
    assert (silent[0]["status"], "did not answer in time" in silent[0]["detail"]) == ("network-proxy", True)
    with RawServer(lambda connection: read_request(connection) and None) as proxy:
        assert ask(pki, address(server), https_proxy=f"http://127.0.0.1:{proxy.port}")[0]["status"] == "network-proxy"
    assert server.connections == 0


STALE = b'HTTP/1.1 407 x\r\nProxy-Authenticate: Digest realm="a", nonce="b", stale=true\r\nContent-Length: 0\r\n\r\n'
CHUNKED = b'HTTP/1.1 407 x\r\nProxy-Authenticate: Basic realm="a"\r\nTransfer-Encoding: chunked\r\n\r\n'


PAGE = b"5\r\nhello\r\n" * 1000


def babble(first: bytes, more: bytes) -> Callable[[socket.socket], None]:
    """A proxy that always has something more to say, until its client goes away."""
    def serve(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(first)
        while more != STALE or read_request(connection):
            connection.sendall(more)

    return serve


@pytest.mark.parametrize("first, more", [(STALE, STALE), (b"", b"HTTP/1.1 100 Continue\r\n\r\n"), (CHUNKED, PAGE)],
                         ids=["another-nonce", "interim", "a-page"])
def test_what_a_proxy_says_without_end_is_the_proxys(pki: Authority, server: RawServer, first: bytes, more: bytes) -> None:
    """Nothing was given to the service, whose answer is not what is too large or late."""
    with RawServer(babble(first, more)) as proxy:
        options = ("--proxy", f"http://127.0.0.1:{proxy.port}", "--proxy-user", "ayse", "--connect-timeout", "2000")
        assert ask(pki, address(server), *options, password="gizli")[0]["status"] == "network-proxy"
    assert server.connections == 0


def test_a_page_without_end_is_cancelled(pki: Authority, server: RawServer) -> None:
    """While libcurl reads it, too: the time for connecting is not over yet."""
    with RawServer(babble(CHUNKED, PAGE)) as proxy:
        options = ("--proxy", f"http://127.0.0.1:{proxy.port}", "--proxy-user", "ayse", "--connect-timeout", "600000", "--timeout", "600000")
        assert ask(pki, address(server), *options, "--cancel-after", "300", password="gizli")[0]["status"] == "cancelled"
    assert server.connections == 0


class Vanishing:
    """A server that answers one request, takes the next one whole, and is gone, with the port, before it answers."""

    def __init__(self, pki: Authority) -> None:
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(pem if (pem := pki.folder / "vanishing.pem").exists() else pki.leaf("vanishing"))
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.taken: list[bytes] = []
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        with self.tls.wrap_socket(self.listener.accept()[0], server_side=True) as connection:
            read_request(connection)
            connection.sendall(GOOD)
            self.taken.append(read_request(connection))
            self.listener.close()

    def __enter__(self) -> Vanishing:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.listener.close()
        self.thread.join(timeout=20)


@pytest.mark.parametrize("by_proxy", [False, True])
def test_a_request_that_was_given_away_may_have_been_taken(pki: Authority, tmp_path: Path, by_proxy: bool) -> None:
    """The connection dies under it and libcurl finds nobody to make a new one with: that is no word of the request's never having got there."""
    with Vanishing(pki) as server, TinyProxy(tmp_path / "proxy") as proxy:
        options = ("--proxy", f"http://127.0.0.1:{proxy.port}") if by_proxy else ()
        first, second, *_ = ask(pki, f"https://localhost:{server.port}/x", "--times", "2", "--post", "code=123456", *options)
    assert (first["status"], second["status"]) == ("ok", "network-interrupted")
    assert [one.endswith(b"code=123456") for one in server.taken] == [True]


def test_a_name_that_the_proxy_cannot_find(pki: Authority, tmp_path: Path) -> None:
    with TinyProxy(tmp_path / "proxy") as proxy:
        answer = ask(pki, "https://service.invalid/", "--proxy", f"http://127.0.0.1:{proxy.port}")[0]
    assert (answer["status"], answer["detail"].startswith("the proxy answers 5")) == ("network-proxy", True)
