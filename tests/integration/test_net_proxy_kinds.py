# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Every kind of proxy that the options take, each against a server that is not ours: Debian's squid (TLS to the proxy, Digest) and
# microsocks (SOCKS5, with and without a login); tinyproxy (HTTP, Basic) is in test_net_proxy.py. What the proxy's certificate has to
# be, and that nothing is sent to one that is refused, is seen by openssl s_server.
"""Kinds of proxies."""
from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from attempt import refused, requests, unblock
from box import ROOT, Box
from cli import KAMUPIN, STATUS, read_json
from session_driver import Session
from test_net_proxy import address, ask
from tls_servers import Authority, RawServer, SServer, good_service, self_signed
from web_servers import MicroSocks, Squid

USER, WORD = "ayse", "proxy-parola"
SECRET = "123456789012345"


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("pki"), "root")


@pytest.fixture
def server(pki: Authority) -> Iterator[RawServer]:
    """A service that answers."""
    with good_service(pki) as running:
        yield running


def test_the_kinds_are_those_that_are_tested_and_written_down() -> None:
    """The schemes that the library takes, those of the header, the manual and this file."""
    code = (ROOT / "lib/core/options.c").read_text()
    taken = set(re.findall(r'"(\w+)://"', code.partition("SCHEMES[] = {")[2].partition("}")[0]))
    header = (ROOT / "include/kamupin/context.h").read_text()
    manual = (ROOT / "docs/man/kamupin_context.3").read_text()
    written = set(re.findall(r"(\w+)://", header.partition("else the proxy for every request")[2].partition("*/")[0]))
    paged = set(re.findall(r"(\w+)://", manual.partition("Else the proxy by which every request goes")[2].partition(".El")[0]))
    assert taken == written == paged == {"http", "https", "socks5h"}
    for page in ("docs/man/command/options.en.mdoc", "docs/man/command/options.tr.mdoc"):
        option = (ROOT / page).read_text().partition("== --proxy\n")[2].partition('.\\" == ')[0]
        assert set(re.findall(r"(\w+)://", option)) == taken, page


# ---- TLS to the proxy, and Digest ----

@pytest.mark.parametrize("by", ["option", "environment"])
def test_tls_to_the_proxy(pki: Authority, server: RawServer, by: str) -> None:
    """The proxy's certificate is held to the same authorities as the service's."""
    with Squid(pki.leaf("proxy")) as proxy:
        url = f"https://localhost:{proxy.port}"
        options, environment = (["--proxy", url], {}) if by == "option" else ([], {"https_proxy": url})
        answers = ask(pki, address(server), *options, "--times", "2", "--post", "{}", **environment)
        assert proxy.requests() == [("200", f"localhost:{server.port}")], "one tunnel for both"
    assert [one["status"] for one in answers] == ["ok", "ok", "host"] and answers[-1]["proxied"] == "1"


def refused_proxy(kind: str, pki: Authority, folder: Path) -> tuple[Path, list[str]]:
    """A certificate, and options of s_server, that no proxy may have."""
    if kind == "tls-1.1":
        return pki.leaf("old"), ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"]
    if kind == "self-signed":
        return self_signed(folder, "alone"), []
    if kind == "stranger":
        return Authority(folder, "stranger").leaf("theirs"), []
    more = {"name": {"host": "DNS:proxy.example"}, "expired": {"dates": ("20200101", "20210101")}, "purpose": {"purpose": "clientAuth"}}
    return pki.leaf(f"bad-{kind}", **more[kind]), []


@pytest.mark.parametrize("by", ["option", "environment"])
@pytest.mark.parametrize("kind", ["name", "expired", "purpose", "self-signed", "stranger", "tls-1.1"])
def test_a_proxy_whose_certificate_is_refused_gets_nothing(pki: Authority, server: RawServer, tmp_path: Path, kind: str, by: str) -> None:
    """It is told as the proxy's, not as the service's; no name, no login and no request is sent."""
    pem, options = refused_proxy(kind, pki, tmp_path)
    with SServer(tmp_path, pem, *options) as proxy:
        url = f"https://localhost:{proxy.port}"
        way, environment = (["--proxy", url], {}) if by == "option" else ([], {"https_proxy": url})
        answer = ask(pki, address(server), *way, "--proxy-user", USER, "--post", SECRET, password=WORD, **environment)[0]
        said = proxy.said()
    assert (answer["status"], "the proxy's" in answer["detail"]) == ("network-proxy", True), answer
    assert not set(re.findall(f"CONNECT|HTTP/1|Proxy-Auth|{USER}|{WORD}|{SECRET}|localhost:{server.port}", said)), said
    assert server.connections == 0


def test_a_refused_service_behind_a_good_proxy_is_the_services(pki: Authority, tmp_path: Path) -> None:
    """The other way round: the proxy is trusted, the service is not. Of a chain that OpenSSL refuses, Debian's libcurl (7.88.1) says no
    reason when TLS runs inside TLS (docs/security.md); a later one may."""
    for kind, status in (("name", "tls-name"), ("expired", "tls-expired"), ("self-signed", "tls-self-signed")):
        pem, _ = refused_proxy(kind, pki, tmp_path)
        with Squid(pki.leaf("proxy")) as proxy, SServer(tmp_path, pem) as service:
            answer = ask(pki, f"https://localhost:{service.port}/", "--proxy", f"https://localhost:{proxy.port}", "--post", SECRET)[0]
            assert answer["status"] in ({status} if kind == "name" else {status, "tls-failed"}), answer
            assert SECRET not in service.said()


def test_a_proxy_that_never_speaks_tls(pki: Authority, server: RawServer) -> None:
    """It takes connections and says nothing, or what is no TLS."""
    def silence(connection: socket.socket) -> None:
        while connection.recv(65536):
            pass

    with RawServer(silence) as proxy:
        answer = ask(pki, address(server), "--proxy", f"https://localhost:{proxy.port}", "--tls-timeout", "400")[0]
    assert (answer["status"], server.connections) == ("network-proxy", 0)
    with RawServer(lambda connection: connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")) as proxy:
        answer = ask(pki, address(server), "--proxy", f"https://localhost:{proxy.port}")[0]
    assert (answer["status"], server.connections) == ("network-proxy", 0)


@pytest.mark.parametrize("tls", [False, True])
def test_a_login_by_digest(pki: Authority, server: RawServer, tls: bool) -> None:
    """squid's own: right, wrong, none. The password is in no log and no output, and the proxy never sees it."""
    with Squid(pki.leaf("proxy") if tls else None, (USER, WORD)) as proxy:
        way = ("--proxy", f"http{'s' if tls else ''}://localhost:{proxy.port}")
        good = ask(pki, address(server), *way, "--proxy-user", USER, password=WORD)
        wrong = ask(pki, address(server), *way, "--proxy-user", USER, password=WORD + "x")
        none = ask(pki, address(server), *way)
        asked = proxy.requests()
    assert (good[0]["status"], good[1]["proxied"]) == ("ok", "1")
    for one in (wrong[0], none[0]):
        assert (one["status"], one["detail"].startswith("the proxy answers 407")) == ("network-proxy", True)
    # asked once without a login, which is how Digest learns its nonce; a wrong one is not tried again
    assert [status for status, _ in asked] == ["407", "200", "407", "407", "407"]
    assert server.connections == 1
    for one in (good[0], wrong[0]):
        assert WORD not in one["said"] and USER not in one["said"]


# ---- SOCKS5 ----

@pytest.mark.parametrize("by", ["option", "environment"])
def test_socks(pki: Authority, server: RawServer, tmp_path: Path, by: str) -> None:
    """The name is resolved at the proxy (socks5h): this machine asks nobody."""
    with MicroSocks(tmp_path / "socks") as proxy:
        url = f"socks5h://127.0.0.1:{proxy.port}"
        options, environment = (["--proxy", url], {}) if by == "option" else ([], {"all_proxy": url})
        answers = ask(pki, address(server), *options, "--times", "2", **environment)
        unknown = ask(pki, "https://service.invalid/", *options, **environment)[0]
        assert proxy.tunnels() == [f"localhost:{server.port}"], "one tunnel for both"
    assert [one["status"] for one in answers] == ["ok", "ok", "host"] and answers[-1]["proxied"] == "1"
    assert unknown["status"] == "network-proxy"


def test_a_login_at_socks(pki: Authority, server: RawServer, tmp_path: Path) -> None:
    """Right, wrong, none (RFC 1929)."""
    with MicroSocks(tmp_path / "socks", (USER, WORD)) as proxy:
        way = ("--proxy", f"socks5h://127.0.0.1:{proxy.port}")
        good = ask(pki, address(server), *way, "--proxy-user", USER, password=WORD)
        wrong = ask(pki, address(server), *way, "--proxy-user", USER, password=WORD + "x")
        none = ask(pki, address(server), *way)
        assert proxy.tunnels() == [f"localhost:{server.port}"]
    assert [one[0]["status"] for one in (good, wrong, none)] == ["ok", "network-proxy", "network-proxy"]
    assert server.connections == 1
    for one in (good[0], wrong[0]):
        assert WORD not in one["said"] and USER not in one["said"]


def test_a_socks_proxy_that_is_not_there_or_refuses(pki: Authority, tmp_path: Path) -> None:
    with MicroSocks(tmp_path / "socks") as proxy:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        answer = ask(pki, f"https://localhost:{port}/", "--proxy", f"socks5h://127.0.0.1:{proxy.port}")[0]
        assert answer["status"] == "network-proxy", "nobody is there behind it"
    gone = ask(pki, f"https://localhost:{port}/", "--proxy", f"socks5h://127.0.0.1:{port}")[0]
    assert gone["status"] == "network-proxy"


# ---- the whole work ----

def proxies(box: Box, folder: Path) -> Iterator[tuple[str, Squid | MicroSocks]]:
    """One of each kind after another, with a certificate of the sandbox's own authority."""
    pem = Path(box.env["KAMUPIN_CA_FILE"]).parent / "server-good.pem"
    yield "http", Squid(login=(USER, WORD))
    yield "https", Squid(pem, (USER, WORD))
    yield "socks5h", MicroSocks(folder / "socks", (USER, WORD))


def test_the_commands_own_proxy(login_box: Box, tmp_path: Path) -> None:
    """--proxy of each kind, with the login read from a descriptor."""
    for scheme, proxy in proxies(login_box, tmp_path):
        with proxy:
            for word, status in ((WORD, "ok"), (WORD + "x", "network-proxy")):
                done = login_box.run(KAMUPIN, "inquire", "shipment", "KSM2026000001", "--json", "--proxy", f"{scheme}://localhost:{proxy.port}",
                                     "--proxy-user", USER, secrets={"--proxy-password-fd": word})
                said = read_json(done)
                assert done.returncode == (0 if status == "ok" else STATUS[status]), done.stderr
                assert said.get("error", {}).get("status", "ok") == status
                assert WORD not in done.stdout + done.stderr


def test_a_new_pin_and_a_login_by_every_kind(login_box: Box, tmp_path: Path) -> None:
    """An unblocking with the command, and a session at service and authorization server; a wrong login is told, and no secret logged."""
    for scheme, proxy in proxies(login_box, tmp_path):
        with proxy:
            host = f"localhost:{proxy.port}"
            env = {"https_proxy": f"{scheme}://{USER}:{WORD}@{host}", "no_proxy": "elsewhere.invalid"}
            ended = unblock(login_box, env=env)
            assert ended.status == "ok" and WORD not in ended.stderr
            with Session(login_box.env | env) as session:
                assert session.begin().startswith("https://")
                assert WORD not in session.close()
            wrong = {"https_proxy": f"{scheme}://{USER}:{WORD}x@{host}", "no_proxy": "elsewhere.invalid"}
            login_box.control.call("DELETE", "/requests")
            error = refused(login_box, "network-proxy", code=login_box.code(), sms="", env=wrong)
            assert WORD not in str(error) and requests(login_box) == []
            seen = {where for _, where in proxy.requests()} if isinstance(proxy, Squid) else set(proxy.tunnels())
        ports = {re.findall(r"localhost:\d+", login_box.env[name])[0] for name in ("KAMUPIN_SERVICE", "KAMUPIN_ISSUER")}
        assert seen == ports
