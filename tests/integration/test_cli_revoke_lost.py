# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# kamupin cert revoke when the network goes away for good just as the service answers the confirmation: it took it, and nobody can be
# reached any more. A tunnelling proxy stands for the network; what is revoked is the service's word afterwards.
"""A confirmation whose answer is lost with the network."""
from __future__ import annotations

import os
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator

import pytest

from box import until
from cli import KAMUPIN, STATUS, read_line
from cli_life import Person


def shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # it was closed from the other side
    connection.close()


class Network:
    """A proxy (CONNECT) that is gone, with its port and all connections, as soon as something comes back while lost() holds."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.lost: Callable[[], bool] = lambda: False
        self.gone = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        shut(self.listener)

    def _accept(self) -> None:
        while not self.gone.is_set():
            try:
                client = self.listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        asked = b""
        while b"\r\n\r\n" not in asked:
            asked += client.recv(4096)
        host, port = asked.split()[1].decode().rsplit(":", 1)
        server = socket.create_connection((host, int(port)))
        client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        threading.Thread(target=self._pass, args=(client, server, False), daemon=True).start()
        self._pass(server, client, True)

    def _pass(self, one: socket.socket, other: socket.socket, back: bool) -> None:
        try:
            while part := one.recv(65536):
                if back and self.lost():
                    self.gone.set()
                    self.close()
                    break
                other.sendall(part)
        except OSError:
            pass
        shut(one)
        shut(other)


@pytest.fixture
def network() -> Iterator[Network]:
    made = Network()
    yield made
    made.close()


def test_what_was_confirmed_is_not_called_unrevoked(network: Network) -> None:
    with Person() as person:
        active = person.one("active")["certificate_id"]
        before = len(person.box.control.get("/sms")["sms"])
        read_end, write_end = os.pipe()
        with subprocess.Popen([KAMUPIN, "cert", "revoke", active, "--reason", "superseded", "--acknowledge", "--sms-fd", str(read_end),
                               "--proxy", network.address, "--json"], env=person.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, pass_fds=[read_end]) as child:
            os.close(read_end)
            until(lambda: len(person.box.control.get("/sms")["sms"]) > before, what="the SMS")
            network.lost = lambda: person.box.control.get("/revocations")["revocations"][-1]["state"] == "confirmed"
            os.write(write_end, person.sms().encode() + b"\n")
            os.close(write_end)
            out, said = child.communicate(timeout=60)
        assert network.gone.is_set()
        assert child.returncode == STATUS["revocation-unsettled"] and "not revoked" not in said, said
        assert read_line(out)["revocation"]["confirmed"] is None
        assert person.ask("cert", "show", active)["certificate"]["record"]["state"] == "revoked"
