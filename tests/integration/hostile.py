# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# A server between a client and the sandbox's service, with the service's own certificate: it forwards every request as it
# is, so that the service does its work, and spoils the answers that it is told to spoil. What the client asks and what the service
# answers, before it is spoiled, is judged by openapi.yaml (by_document.py). Touches its own port only.
"""A hostile service."""
from __future__ import annotations

import gzip
import http.client
import json
import re
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from box import BUILD, Box
from by_document import Exchange, answer_holds, request_holds
from tls_servers import read_request

JSON = "application/json"
SANITIZED = "libasan" in subprocess.run(["ldd", str(BUILD / "bin" / "driver-steps")], capture_output=True, text=True, check=True).stdout
MEMORY_KB = (400 if SANITIZED else 24) * 1024  # what a program may grow by; a sanitizer keeps what was freed for a while
TAKEN_MAX = 16 << 20  # bytes of an answer without end that may leave a server: nearly all of it lies in the kernel's buffers
Answer = dict[str, Any]


class Spoiled:
    """What a spoiler makes of an answer: bytes to send, and how."""

    def __init__(self, body: bytes, kind: str = JSON, status: int = 200, headers: str = "", length: int | None = None,
                 slow: bool = False, close: bool = False, endless: bytes = b"") -> None:
        self.body, self.slow, self.close, self.endless = body, slow, close, endless
        self.taken = 0  # bytes of what has no end that went out before the client had enough
        if "Transfer-Encoding" not in headers:
            headers += f"Content-Length: {len(body) if length is None else length}\r\n"
        self.head = f"HTTP/1.1 {status} Spoiled\r\nContent-Type: {kind}\r\n{headers}\r\n".encode()

    def send(self, connection: socket.socket, stop: threading.Event) -> None:
        """Sends it; OSError when the client has had enough."""
        if not self.slow:
            connection.sendall(self.head + self.body)
            while self.endless:
                connection.sendall(self.endless)
                self.taken += len(self.endless)
                assert self.taken < 100_000_000, "the client takes all of it"
            return
        for byte in self.head + self.body:
            connection.sendall(bytes([byte]))
            if stop.wait(0.02):
                return


Spoiler = Callable[[bytes], Spoiled]


def members(value: Answer, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where the members of an answer are, those of objects and first entries inside it too."""
    found = []
    for name, one in value.items():
        found.append((*path, name))
        if isinstance(one, dict):
            found += members(one, (*path, name))
        if isinstance(one, list) and one and isinstance(one[0], dict):
            found += members(one[0], (*path, name, 0))
    return found


def changed(body: bytes, path: tuple[Any, ...], to: Any) -> bytes:
    """The answer with another value at that place; `to` is Ellipsis: without the member; bytes: these, as they are."""
    value = json.loads(body)
    at = value
    for step in path[:-1]:
        at = at[step]
    if to is ...:
        del at[path[-1]]
    else:
        at[path[-1]] = "@@@" if isinstance(to, bytes) else to
    text = json.dumps(value).encode()
    return text.replace(b'"@@@"', to) if isinstance(to, bytes) else text


def duplicated(body: bytes) -> bytes:
    """The answer with its first member twice, right both times: nothing but the repetition is wrong."""
    name, value = next(iter(json.loads(body).items()))
    return body.rstrip().removesuffix(b"}") + f',"{name}":{json.dumps(value)}}}'.encode()


# What can be wrong with any answer, and what a client has to make of it.
ANY: dict[str, tuple[Spoiler, str]] = {
    "truncated": (lambda body: Spoiled(body[: len(body) // 2], length=len(body), close=True), "network-interrupted"),
    "half": (lambda body: Spoiled(body[: len(body) // 2]), "service-reply-malformed"),
    "empty": (lambda body: Spoiled(b""), "service-reply-malformed"),
    "100-mb": (lambda body: Spoiled(body[:1], length=100_000_000, endless=b" " * 65536), "reply-too-large"),
    "endless": (lambda body: Spoiled(b"", headers="Transfer-Encoding: chunked\r\n", endless=b"1000\r\n" + b" " * 4096 + b"\r\n"),
                "reply-too-large"),
    "endless-header": (lambda body: Spoiled(b"", headers=f"X-Padding: {'x' * 60000}\r\n"), "reply-too-large"),
    "slow": (lambda body: Spoiled(body, slow=True, headers=f"X-Padding: {'x' * 2000}\r\n"), "network-timeout"),
    "utf-8": (lambda body: Spoiled(body.rstrip().removesuffix(b"}") + b',"x":"\xc3\x28\xff"}'), "service-reply-malformed"),
    "nul": (lambda body: Spoiled(body.rstrip().removesuffix(b"}") + b',"x":"\\u0000"}'), "service-reply-malformed"),
    "deep-array": (lambda body: Spoiled(b'{"x":' + b"[" * 30000 + b"]" * 30000 + b"}"), "service-reply-malformed"),
    "deep-object": (lambda body: Spoiled(b'{"x":' * 10000 + b"1" + b"}" * 10000), "service-reply-malformed"),
    "duplicate": (lambda body: Spoiled(duplicated(body)), "service-reply-malformed"),
    "array": (lambda body: Spoiled(b"[" + body + b"]"), "service-reply-malformed"),
    "null": (lambda body: Spoiled(b"null"), "service-reply-malformed"),
    "trailing": (lambda body: Spoiled(body + b"x"), "service-reply-malformed"),
    "no-member": (lambda body: Spoiled(b"{}"), "service-reply-malformed"),
    "page": (lambda body: Spoiled(b"<!doctype html><title>Wi-Fi</title>", "text/html; charset=utf-8"), "http-intercepted"),
    "wrong-kind": (lambda body: Spoiled(body, "text/plain"), "service-reply-malformed"),
    "gzip": (lambda body: Spoiled(gzip.compress(body), headers="Content-Encoding: gzip\r\n"), "service-reply-malformed"),
    "gzip-bomb": (lambda body: Spoiled(gzip.compress(b" " * 50_000_000), headers="Content-Encoding: gzip\r\n"),
                  "service-reply-malformed"),
    "redirect": (lambda body: Spoiled(b"", status=302, headers="Location: http://localhost/\r\n"), "http-redirected"),
    "problem-that-is-none": (lambda body: Spoiled(b'{"type":7}', "application/problem+json", 400), "service-reply-malformed"),
    "problem-with-odd-numbers": (lambda body: Spoiled(b'{"type":"urn:kamupin:problem:rate-limited","retry_after":1e400}',
                                                      "application/problem+json", 400), "service-reply-malformed"),
    "problem-of-another-profile": (lambda body: Spoiled(b'{"type":"urn:kamupin:problem:moon-full"}', "application/problem+json", 418),
                                   "service-refused"),
}
# What no member may be: another type, out of range, not a word of the profile, not there.
VALUES: list[Any] = [..., None, [], {}, True, -1, b"1e400", b"18446744073709551616", 10**9, "", "\u0007", "zzz", "x" * 5000]


def right(value: Any, wrong: Any) -> bool:
    """Whether a "wrong" value is one that the member's own kind allows, as any text does for a name or a mask."""
    if isinstance(value, bool) or isinstance(wrong, bool):
        return value is wrong
    if isinstance(value, list):
        return wrong == []
    return isinstance(value, str) and wrong == "zzz"


class Hostile:
    """The server. `spoil` says what to do with the next answers to a path; everything else passes."""

    def __init__(self, box: Box) -> None:
        behind = urlsplit(box.env["KAMUPIN_SERVICE"])
        assert behind.hostname and behind.port
        self.behind = (behind.hostname, behind.port)
        self.trust = ssl.create_default_context(cafile=box.env["KAMUPIN_CA_FILE"])
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(Path(box.env["KAMUPIN_CA_FILE"]).parent / "server-good.pem")
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(0.2)
        self.host = f"localhost:{self.listener.getsockname()[1]}"
        self.base = behind.path
        self.url = f"https://{self.host}{self.base}"
        self.orders: list[tuple[str, Spoiler]] = []
        self.good: dict[str, Answer] = {}  # the last whole answer of each path that was spoiled
        self.asked: tuple[str, dict[str, str], bytes] = ("", {}, b"")  # the last request whose answer was spoiled: path, headers, body
        self.exchanges: list[Exchange] = []
        self.taken = 0  # the most bytes of an answer without end that went out
        self.stop = threading.Event()
        self.threads: list[threading.Thread] = [threading.Thread(target=self._accept, daemon=True)]
        self.before = box.control.get("/settings")["front_host"]
        self.box = box
        box.settings(front_host=self.host)

    def spoil(self, path: str, spoiler: Spoiler, times: int = 1) -> None:
        """The next so many 200 answers to paths that match are given wrongly."""
        self.orders += [(path, spoiler)] * times

    def __enter__(self) -> "Hostile":
        self.threads[0].start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop.set()
        for thread in list(self.threads):
            thread.join(timeout=20)
        self.listener.close()
        self.box.settings(front_host=self.before)
        for exchange in self.exchanges:
            request_holds(exchange)
            answer_holds(exchange)
        assert kind is not None or self.taken < TAKEN_MAX, f"{self.taken} bytes of an answer without end went out"

    def _accept(self) -> None:
        while not self.stop.is_set():
            try:
                connection = self.listener.accept()[0]
            except TimeoutError:
                continue
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self.threads.append(thread)
            thread.start()

    def _serve(self, plain: socket.socket) -> None:
        plain.settimeout(5)
        try:
            with self.tls.wrap_socket(plain, server_side=True) as connection:
                while (request := self._next(connection)) and self._answer(connection, request):
                    pass
        except OSError:
            pass  # the client went away, which is what some of this is for

    def _next(self, connection: socket.socket) -> bytes:
        while not self.stop.is_set():
            try:
                return read_request(connection)
            except TimeoutError:
                continue
        return b""

    def _answer(self, connection: socket.socket, request: bytes) -> bool:
        head, _, body = request.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        method, path, _ = first.split(" ")
        headers = dict(line.split(": ", 1) for line in lines)
        behind = http.client.HTTPSConnection(*self.behind, timeout=10, context=self.trust)
        behind.request(method, path, body=body or None, headers=headers)
        reply = behind.getresponse()
        said = reply.read()
        behind.close()
        self.exchanges.append(Exchange(method, path.removeprefix(self.base), {name.lower(): value for name, value in headers.items()}, body,
                                       reply.status, {name.lower(): value for name, value in reply.getheaders()}, said))
        order = next((one for one in self.orders if reply.status == 200 and re.search(one[0], path)), None)
        if order is None:
            kept = "".join(f"{name}: {value}\r\n" for name, value in reply.getheaders() if name.lower() not in ("connection", "date"))
            connection.sendall(f"HTTP/1.1 {reply.status} {reply.reason}\r\n{kept}\r\n".encode() + said)
            return True
        self.orders.remove(order)
        self.good[order[0]] = json.loads(said)
        self.asked = (path, headers, body)
        spoiled = order[1](said)
        try:
            spoiled.send(connection, self.stop)
        finally:
            self.taken = max(self.taken, spoiled.taken)
        return not spoiled.close
