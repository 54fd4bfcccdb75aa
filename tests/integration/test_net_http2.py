# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Unblocking by way of Debian's nginx, which speaks HTTP/2 and stands before the sandbox's service as it would before a real one;
# what it notes of protocol, connections and TLS sessions is what is asserted. And a slow way without kept connections.
from __future__ import annotations

import select
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from box import Box
from journey import unblock
from web_servers import Nginx

PIN = "246813579"


@contextmanager
def before(box: Box, folder: Path, **how: object) -> Iterator[Nginx]:
    """nginx before the sandbox's service, with the same certificate."""
    trust = box.env["KAMUPIN_CA_FILE"]
    with Nginx(folder / "nginx", Path(trust).parent / "server-good.pem", box.env["KAMUPIN_SERVICE"], trust, **how) as server:  # type: ignore[arg-type]
        assert isinstance(server, Nginx)
        box.settings(front_host=f"localhost:{server.port}")
        yield server


def through(box: Box, url: str) -> dict[str, str]:
    """The environment in which the service is at another address."""
    path = box.env["KAMUPIN_SERVICE"].split("/", 3)[3]
    return {"KAMUPIN_SERVICE": f"{url}/{path}"}


@pytest.mark.parametrize("http2, protocol", [(True, "HTTP/2.0"), (False, "HTTP/1.1")])
def test_an_unblock_by_the_best_protocol_of_the_server(sandbox: Callable[..., Box], tmp_path: Path, http2: bool, protocol: str) -> None:
    """One connection, so one handshake, from the metadata to the acknowledged report; at most 8 requests from redeem on."""
    box = sandbox(cards=["akis2:blocked"])
    with before(box, tmp_path, http2=http2) as server:
        done = unblock(box, PIN, env=through(box, server.url))
        log = server.log()
    assert done.returncode == 0, done.stderr
    assert {row["protocol"] for row in log} == {protocol}, log
    assert {row["status"] for row in log} == {"200"}, log
    assert len({row["connection"] for row in log}) == 1, "one TCP connection, and one TLS handshake on it"
    begin = next(n for n, row in enumerate(log) if row["path"].endswith("/codes/redeem"))
    assert log[-1]["path"].endswith("/reports") and len(log[begin:]) <= 8, log
    assert box.verify_by_opensc(PIN) == "9000"


def test_a_server_that_closes_http2_connections_burns_nothing(sandbox: Callable[..., Box], tmp_path: Path) -> None:
    """nginx ends each connection after a request (GOAWAY): a new one for every request, and none of them is sent twice."""
    box = sandbox(cards=["akis2:blocked"])
    with before(box, tmp_path, more="keepalive_requests 1;") as server:
        done = unblock(box, PIN, env=through(box, server.url))
        log = server.log()
    assert done.returncode == 0, done.stderr
    assert {row["protocol"] for row in log} == {"HTTP/2.0"}
    assert len({row["connection"] for row in log}) == len(log)
    assert len([row for row in log if row["path"].endswith("/authority")]) == 1
    assert len([row for row in log if row["path"].endswith("/codes/redeem")]) == 1


class Relay:
    """Carries bytes both ways between a client and a service, each part 50 ms late: 100 ms more for every round trip."""

    DELAY = 0.05

    def __init__(self, port: int) -> None:
        self.behind = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.listener.getsockname()[1])
        self.connections = 0
        self.stop = threading.Event()
        self.threads = [threading.Thread(target=self._accept, daemon=True)]

    def __enter__(self) -> Relay:
        self.threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join(timeout=20)
        self.listener.close()

    def _accept(self) -> None:
        while not self.stop.is_set():
            if select.select([self.listener], [], [], 0.2)[0]:
                client = self.listener.accept()[0]
                self.connections += 1
                service = socket.create_connection(("127.0.0.1", self.behind))
                for one, other in ((client, service), (service, client)):
                    thread = threading.Thread(target=self._carry, args=(one, other), daemon=True)
                    self.threads.append(thread)
                    thread.start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        while not self.stop.is_set():
            try:
                if not select.select([one], [], [], 0.2)[0]:
                    continue
                part = one.recv(65536)
                self.stop.wait(self.DELAY)
                if not part:
                    other.shutdown(socket.SHUT_WR)
                    return
                other.sendall(part)
            except OSError:
                return


def test_a_slow_way_without_kept_connections(sandbox: Callable[..., Box]) -> None:
    """Every request has a connection and a handshake of its own, each round trip takes 100 ms more; the card work still ends within
    the ten seconds that the card is held, and everything within the service's timers."""
    box = sandbox(cards=["akis2:blocked"])
    box.settings(keep_alive=0)
    box.control.call("DELETE", "/requests")
    with Relay(int(box.env["KAMUPIN_SERVICE"].split(":")[2].split("/")[0])) as relay:
        box.settings(front_host=f"localhost:{relay.port}")
        done = unblock(box, PIN, env=through(box, f"https://localhost:{relay.port}"))
        assert done.returncode == 0, done.stderr
        log = box.requests()
        assert relay.connections == len(log) == len({row["connection"] for row in log}), log
    paths = [row["path"] for row in log]
    assert paths[-1].endswith("/reports") and len(paths[next(n for n, path in enumerate(paths) if path.endswith("/codes/redeem")):]) <= 8
    assert box.verify_by_opensc(PIN) == "9000"
