# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# lib/net before TLS servers that are not ours: openssl s_server with certificates of openssl ca, and raw servers
# on Python's ssl for what s_server cannot play. Each case names the status that a person is told.
from __future__ import annotations

import contextlib
import os
import re
import select
import socket
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from private_pcscd import program
from tls_servers import Authority, RawServer, SServer, openssl, pin_of, read_request, self_signed

GOOD = (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nDPoP-Nonce: nonce-1\r\nRetry-After: 7\r\n"
        b"Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
        b"Content-Length: 2\r\n\r\n{}")


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    yield Authority(tmp_path_factory.mktemp("pki"), "root")


@pytest.fixture(scope="module")
def leaf(pki: Authority) -> Path:
    return pki.leaf("good")


def ask(pki: Authority | None, url: str, *options: str, **environment: str) -> list[dict[str, str]]:
    """Runs driver-net; one dict per exchange, with `status` and the words of its line. `log` is in the last one."""
    ca = [] if pki is None else ["--ca", str(pki.file)]
    plain = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    done = subprocess.run([program("driver-net"), *ca, *options, url], capture_output=True, text=True, timeout=60,
                          env={**plain, **environment}, check=False)
    assert done.returncode == 0, done.stderr
    answers = []
    for line in done.stdout.splitlines():
        status, _, rest = line.partition(" ")
        head, _, detail = rest.partition("detail=")
        answers.append({"status": status, "detail": detail, "log": done.stderr,
                        **dict(word.split("=", 1) for word in head.split())})
    return answers


def ask_once(pki: Authority | None, url: str, *options: str, **environment: str) -> dict[str, str]:
    return ask(pki, url, *options, **environment)[-1]


def serve_all(answer: bytes):
    """Answers every request of a connection alike, until the client closes."""
    def serve(connection: socket.socket) -> None:
        while read_request(connection):
            connection.sendall(answer)
    return serve


def test_one_tls_connection_serves_many_requests(pki: Authority, leaf: Path) -> None:
    with RawServer(serve_all(GOOD), leaf) as server:
        answers = ask(pki, f"https://localhost:{server.port}/base/x", "--times", "5", "--post", "{}")
    assert [answer["status"] for answer in answers] == ["ok"] * 5
    assert server.connections == 1
    assert (answers[0]["http"], answers[0]["type"], answers[0]["nonce"], answers[0]["retry"], answers[0]["bytes"]) == (
        "200", "application/json", "nonce-1", "7", "2")
    assert answers[0]["date"] == "784111777", "the date that RFC 9110 writes as an example"


@pytest.mark.parametrize("date", [b"", b"Date: yesterday\r\n", b"Date: " + b"9" * 60 + b"\r\n"])
def test_a_date_that_is_none(pki: Authority, leaf: Path, date: bytes) -> None:
    with RawServer(serve_all(b"HTTP/1.1 200 OK\r\n" + date + b"Content-Length: 0\r\n\r\n"), leaf) as server:
        answer = ask_once(pki, f"https://localhost:{server.port}/")
    assert (answer["status"], answer["date"]) == ("ok", "0")


def test_log_names_path_and_status_only(pki: Authority, leaf: Path) -> None:
    with RawServer(serve_all(GOOD), leaf) as server:
        answer = ask_once(pki, f"https://localhost:{server.port}/base/codes/redeem", "--post", '{"code":"123456789"}',
                          "--header", "Authorization: DPoP very-secret")
    assert "net: POST /base/codes/redeem → 200 (" in answer["log"]
    assert "very-secret" not in answer["log"] and "123456789" not in answer["log"]


def test_request_carries_what_was_given_and_no_more(pki: Authority, leaf: Path) -> None:
    seen: list[bytes] = []

    def serve(connection: socket.socket) -> None:
        seen.append(read_request(connection))
        connection.sendall(GOOD.replace(b"Retry-After: 7", b"Set-Cookie: a=b"))
        seen.append(read_request(connection))
        connection.sendall(GOOD)

    with RawServer(serve, leaf) as server:
        ask(pki, f"https://localhost:{server.port}/x", "--times", "2", "--post", '{"a":1}', "--header", "X-A: b")
    for request in seen:
        head, _, body = request.partition(b"\r\n\r\n")
        names = {line.split(b":")[0].lower() for line in head.split(b"\r\n")[1:]}
        assert names <= {b"host", b"x-a", b"accept", b"content-type", b"content-length"}
        assert body == b'{"a":1}'


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_s_server_of_a_wanted_version(pki: Authority, leaf: Path, tmp_path: Path, version: str) -> None:
    (tmp_path / "answer").write_bytes(GOOD)
    with SServer(tmp_path, leaf, version, "-HTTP") as server:
        answer = ask_once(pki, f"https://localhost:{server.port}/answer")
    assert (answer["status"], answer["http"]) == ("ok", "200")


def test_tls_1_1_only_is_refused(pki: Authority, leaf: Path, tmp_path: Path) -> None:
    """Also on a system whose OpenSSL is configured to allow it, as s_client shows."""
    (tmp_path / "answer").write_bytes(GOOD)
    lax = tmp_path / "lax.cnf"
    lax.write_text("openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n[c]\nMinProtocol = TLSv1\n"
                   "CipherString = DEFAULT:@SECLEVEL=0\n")
    with SServer(tmp_path, leaf, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0", "-HTTP") as server:
        other = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}"], input="", capture_output=True,
                               text=True, timeout=20, env={**os.environ, "OPENSSL_CONF": str(lax)}, check=False)
        assert "Protocol  : TLSv1.1" in other.stdout
        answer = ask_once(pki, f"https://localhost:{server.port}/answer", OPENSSL_CONF=str(lax))
    assert (answer["status"], answer["platform"]) == ("tls-version", "35")


def test_untrusted_authority(pki: Authority, tmp_path: Path) -> None:
    stranger = Authority(tmp_path, "stranger")
    (tmp_path / "answer").write_bytes(GOOD)
    with SServer(tmp_path, stranger.leaf("theirs"), "-HTTP") as server:
        url = f"https://localhost:{server.port}/answer"
        answer = ask_once(pki, url)
        assert (answer["status"], answer["platform"]) == ("tls-certificate", "60")
        assert ask_once(stranger, url)["status"] == "ok"
        assert ask_once(None, url)["status"] == "tls-certificate"


def test_ca_file_is_the_only_trust(pki: Authority, leaf: Path, tmp_path: Path) -> None:
    """What the process names to OpenSSL as trusted, file and folder, is not trusted beside the context's file."""
    stranger = Authority(tmp_path, "stranger")
    openssl(pki.folder, "rehash", ".")
    with SServer(tmp_path, leaf, "-www") as server:
        answer = ask_once(stranger, f"https://localhost:{server.port}/", SSL_CERT_FILE=str(pki.file),
                          SSL_CERT_DIR=str(pki.folder))
    assert answer["status"] == "tls-certificate"


def bad_server(kind: str, pki: Authority, folder: Path) -> tuple[Path, list[str]]:
    """A certificate, and options of s_server, that a client must not accept."""
    if kind == "tls-1.1":
        return pki.leaf("version"), ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"]
    if kind == "self-signed":
        return self_signed(folder, "alone"), []
    if kind == "pin":
        return pki.leaf("other-key"), []
    return pki.leaf(kind, **{
        "name": {"host": "DNS:service.example"}, "expired": {"dates": ("20200101", "20210101")},
        "early": {"dates": ("20900101", "20910101")}, "purpose": {"purpose": "clientAuth"}}[kind]), []


SECRET = '{"code":"123456789012345"}'


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
@pytest.mark.parametrize("kind, status", [
    ("expired", "tls-expired"), ("early", "tls-expired"), ("self-signed", "tls-self-signed"), ("name", "tls-name"),
    ("purpose", "tls-purpose"), ("tls-1.1", "tls-version"), ("pin", "tls-pin")])
def test_refused_before_a_secret_leaves(pki: Authority, tmp_path: Path, kind: str, status: str, version: str) -> None:
    """Nothing that the other end decrypts comes from a client that refuses it; s_server prints all that it is sent."""
    pem, options = bad_server(kind, pki, tmp_path)
    pins = ["--pins", pin_of(pki.leaf("pinned"))] if kind == "pin" else []
    with SServer(tmp_path, pem, *(options or [version])) as server:
        answer = ask_once(pki, f"https://localhost:{server.port}/", "--post", SECRET, "--header", "Authorization: DPoP very-secret", *pins)
        said = server.said()
    assert answer["status"] == status, answer
    assert not set(re.findall(r"POST|HTTP/1|Host:|very-secret|123456789012345", said)), said


def test_s_server_prints_what_it_is_sent(pki: Authority, leaf: Path, tmp_path: Path) -> None:
    """So that the tests above can fail."""
    with SServer(tmp_path, leaf) as server:
        answer = ask_once(pki, f"https://localhost:{server.port}/", "--post", SECRET, "--timeout", "1500")
        said = server.said()
    assert answer["status"] == "network-timeout"
    assert "POST / HTTP/1.1" in said and "123456789012345" in said


def test_one_of_the_pinned_keys_is_enough(pki: Authority, leaf: Path) -> None:
    other = pin_of(pki.leaf("next-key"))
    with RawServer(serve_all(GOOD), leaf) as server:
        url = f"https://localhost:{server.port}/"
        assert ask_once(pki, url, "--pins", pin_of(leaf))["status"] == "ok"
        assert ask_once(pki, url, "--pins", f"{other};{pin_of(leaf)}")["status"] == "ok"
        assert ask_once(pki, url, "--pins", other)["status"] == "tls-pin"


def test_a_pinned_key_is_no_trust(pki: Authority, tmp_path: Path) -> None:
    pem = self_signed(tmp_path, "alone")
    with RawServer(serve_all(GOOD), pem) as server:
        assert ask_once(pki, f"https://localhost:{server.port}/", "--pins", pin_of(pem))["status"] == "tls-self-signed"


PAGE = b"HTTP/1.1 %d Moved\r\nContent-Type: text/html; charset=utf-8\r\nLocation: http://portal.example/\r\nContent-Length: 6\r\n\r\n<html>"


@pytest.mark.parametrize("code", [302, 307, 511])
def test_a_networks_own_page_is_told_as_one(pki: Authority, leaf: Path, code: int) -> None:
    with RawServer(serve_all(PAGE % code), leaf) as server:
        answer = ask_once(pki, f"https://localhost:{server.port}/", "--post", "{}")
    assert (answer["status"], answer["http"]) == ("http-intercepted", str(code))


def test_a_redirect_into_cleartext_is_never_followed(pki: Authority, leaf: Path) -> None:
    with RawServer(serve_all(GOOD)) as plain:
        moved = f"HTTP/1.1 302 Found\r\nLocation: http://localhost:{plain.port}/\r\nContent-Length: 0\r\n\r\n".encode()
        with RawServer(serve_all(moved), leaf) as server:
            answer = ask_once(pki, f"https://localhost:{server.port}/", "--post", SECRET)
    assert (answer["status"], answer["http"]) == ("http-redirected", "302")
    assert plain.connections == 0


@pytest.mark.parametrize("content", [None, "", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_ca_file_that_is_none(leaf: Path, tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    with RawServer(serve_all(GOOD), leaf) as server:
        answer = ask_once(None, f"https://localhost:{server.port}/", "--ca", str(file))
    assert answer["status"] == "ca-file"
    assert server.connections == 0


def test_plaintext_port(pki: Authority) -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(65536)  # a ClientHello, to which a plain web server says
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

    with RawServer(serve) as server:
        assert ask_once(pki, f"https://localhost:{server.port}/")["status"] == "tls-failed"


def test_no_server_and_no_name(pki: Authority) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert ask_once(pki, f"https://127.0.0.1:{port}/")["status"] == "network-unreachable"
    assert ask_once(pki, "https://service.invalid/")["status"] == "network-name"


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_redirects_are_never_followed(pki: Authority, leaf: Path, code: int) -> None:
    with RawServer(serve_all(GOOD), leaf) as target:
        moved = (f"HTTP/1.1 {code} Moved\r\nLocation: https://localhost:{target.port}/\r\nContent-Length: 0\r\n\r\n").encode()
        with RawServer(serve_all(moved), leaf) as server:
            answer = ask_once(pki, f"https://localhost:{server.port}/", "--post", "{}")
    assert (answer["status"], answer["http"]) == ("http-redirected", str(code))
    assert target.connections == 0


PATIENCE = 6.0  # seconds: less than what bounds an exchange that was told nothing else


def answer_late(connection: socket.socket) -> None:
    """Takes a request and answers it when the client has stayed for that long."""
    read_request(connection)
    if not select.select([connection], [], [], PATIENCE)[0]:
        connection.sendall(GOOD)


def leave_late(connection: socket.socket) -> None:
    """Never speaks TLS, and hangs up when the client has stayed for that long."""
    connection.recv(65536)
    select.select([connection], [], [], PATIENCE)


@pytest.mark.parametrize("bound", ["--timeout", "--deadline"])
def test_slow_server_ends_at_the_bound(pki: Authority, leaf: Path, bound: str) -> None:
    with RawServer(answer_late, leaf) as server:
        assert ask_once(pki, f"https://localhost:{server.port}/", bound, "500")["status"] == "network-timeout"


@pytest.mark.parametrize("bound", ["--connect-timeout", "--tls-timeout", "--timeout", "--deadline"])
def test_a_port_that_never_speaks_tls_ends_at_the_bound(pki: Authority, bound: str) -> None:
    with RawServer(leave_late) as server:
        assert ask_once(pki, f"https://127.0.0.1:{server.port}/", bound, "400")["status"] == "tls-failed"


@pytest.mark.parametrize("bound", ["--connect-timeout", "--timeout"])
def test_a_port_that_never_accepts_ends_at_the_bound(pki: Authority, bound: str) -> None:
    """As behind a firewall that swallows packets: a listener whose queue is full answers no connection."""
    with socket.socket() as listener, contextlib.ExitStack() as queue:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        full = False
        while not full:
            waiting = queue.enter_context(socket.socket())
            waiting.settimeout(0.3)
            try:
                waiting.connect(listener.getsockname())
            except TimeoutError:
                full = True
        answer = ask_once(pki, f"https://127.0.0.1:{listener.getsockname()[1]}/", bound, "400")
    assert answer["status"] == "network-unreachable"


def test_an_answer_has_a_bound_of_its_own(pki: Authority, leaf: Path) -> None:
    """Until the first byte; what then comes slowly is bounded by the whole."""
    def slow(connection: socket.socket) -> None:
        read_request(connection)
        for part in (GOOD[:20], GOOD[20:]):
            connection.sendall(part)
            select.select([connection], [], [], 1.0)

    with RawServer(answer_late, leaf) as server:
        answer = ask_once(pki, f"https://localhost:{server.port}/", "--answer-timeout", "400")
    assert (answer["status"], "no answer" in answer["detail"]) == ("network-timeout", True)
    with RawServer(slow, leaf) as server:
        assert ask_once(pki, f"https://localhost:{server.port}/", "--answer-timeout", "800")["status"] == "ok"
        answer = ask_once(pki, f"https://localhost:{server.port}/", "--timeout", "500")
    assert (answer["status"], "did not end" in answer["detail"]) == ("network-timeout", True)


def test_cancel_ends_a_wait(pki: Authority, leaf: Path) -> None:
    """Before the answer comes. How soon: scripts/bench cancel-network."""
    with RawServer(answer_late, leaf) as server:
        assert ask_once(pki, f"https://localhost:{server.port}/", "--cancel-after", "300")["status"] == "cancelled"


def body_of(length: int) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % length + b" " * length


def test_body_bound(pki: Authority, leaf: Path) -> None:
    with RawServer(serve_all(body_of(65536)), leaf) as server:
        answer = ask_once(pki, f"https://localhost:{server.port}/")
    assert (answer["status"], answer["bytes"]) == ("ok", "65536")
    with RawServer(serve_all(body_of(65537)), leaf) as server:
        assert ask_once(pki, f"https://localhost:{server.port}/")["status"] == "reply-too-large"


def test_endless_body_and_headers(pki: Authority, leaf: Path) -> None:
    def endless(start: bytes, part: bytes):
        def serve(connection: socket.socket) -> None:
            read_request(connection)
            connection.sendall(start)
            while True:
                connection.sendall(part)
        return serve

    chunk = b"1000\r\n" + b"x" * 4096 + b"\r\n"
    with RawServer(endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", chunk), leaf) as server:
        assert ask_once(pki, f"https://localhost:{server.port}/")["status"] == "reply-too-large"
    with RawServer(endless(b"HTTP/1.1 200 OK\r\n", b"X-A: " + b"b" * 1000 + b"\r\n"), leaf) as server:
        assert ask_once(pki, f"https://localhost:{server.port}/")["status"] == "reply-too-large"


def test_garbage(pki: Authority, leaf: Path) -> None:
    with RawServer(serve_all(b"\x00\x01garbage\r\n\r\n"), leaf) as server:
        assert ask_once(pki, f"https://localhost:{server.port}/")["status"] == "service-reply-malformed"


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\nContent-Le", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"])
def test_connection_cut_in_the_answer(pki: Authority, leaf: Path, answer: bytes) -> None:
    def serve(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(answer)

    with RawServer(serve, leaf) as server:
        assert ask_once(pki, f"https://localhost:{server.port}/")["status"] == "network-interrupted"


def test_a_write_to_a_closed_connection_does_not_end_the_program(pki: Authority, leaf: Path) -> None:
    """SIGPIPE is left as the host program has it, here deadly, and is not raised."""
    def serve(connection: socket.socket) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # ends with a reset

    with RawServer(serve, leaf) as server:
        answers = ask(pki, f"https://localhost:{server.port}/", "--times", "20", "--post", "x" * 60000)
    assert {answer["status"] for answer in answers} == {"network-interrupted"}
    assert len(answers) == 20


def test_answer_has_to_say_its_length(pki: Authority, leaf: Path) -> None:
    """A body that ends with the connection could have been cut by anyone on the way."""
    def serve(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n{}")

    with RawServer(serve, leaf) as server:
        assert ask_once(pki, f"https://localhost:{server.port}/")["status"] == "network-interrupted"


def test_nothing_is_sent_twice_by_libcurl(pki: Authority, leaf: Path) -> None:
    """A kept connection dies under the second request: libcurl would send it again on a new one."""
    requests: list[bytes] = []

    def serve(connection: socket.socket) -> None:
        requests.append(read_request(connection))
        if len(requests) != 2:
            connection.sendall(GOOD)
            if len(requests) == 1:
                requests.append(read_request(connection))

    with RawServer(serve, leaf) as server:
        answers = ask(pki, f"https://localhost:{server.port}/x", "--times", "3", "--post", "{}")
    assert [answer["status"] for answer in answers] == ["ok", "network-interrupted", "ok"]
    assert len([request for request in requests if request]) == 3


def test_cancel_does_not_wait_for_a_name(tmp_path: Path) -> None:
    """A name server that never answers; getaddrinfo itself cannot be cancelled, only left behind."""
    answer = ask_once(None, "https://service.invalid/", "--cancel-after", "300", **no_name_server(tmp_path))
    assert answer["status"] == "cancelled"  # and the program has ended: freeing the client did not wait either


@pytest.mark.parametrize("bound", ["--name-timeout", "--connect-timeout", "--timeout"])
def test_a_name_server_that_never_answers_ends_at_the_bound(tmp_path: Path, bound: str) -> None:
    answer = ask_once(None, "https://service.invalid/", bound, "400", **no_name_server(tmp_path))
    assert answer["status"] == "network-name"


def no_name_server(tmp_path: Path) -> dict[str, str]:
    """An environment in which getaddrinfo never returns."""
    source, shim = tmp_path / "slow.c", tmp_path / "slow.so"
    source.write_text("#include <unistd.h>\nint getaddrinfo(const char *n, const char *s, const void *h, void **r);\n"
                      "int getaddrinfo(const char *n, const char *s, const void *h, void **r)\n"
                      "{ (void)n; (void)s; (void)h; (void)r; for (;;) pause(); }\n")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", str(shim), str(source)], check=True, timeout=60)
    return {"LD_PRELOAD": str(shim), "ASAN_OPTIONS": "verify_asan_link_order=0"}
