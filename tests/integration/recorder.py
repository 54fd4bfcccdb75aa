# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
"""What an institution's TLS front is to its service: takes the connections, passes each request on, and here writes both down."""

from __future__ import annotations

import http.client
import http.server
import socket
import ssl
import threading
from pathlib import Path
from types import TracebackType

from by_document import Exchange

_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "host"}


class Recorder:
    """`with Recorder(pem, ca) as front:` listens at front.url; front.port_behind is to be set to the service's port.

    lose: calls whose next answer does not come back, once each: the service has done its work, the connection breaks.
    stale: calls whose next answer comes back with a nonce that the service never made, once each.
    """

    BASE = "/kamupin/v1"

    def __init__(self, pem: Path, ca_file: Path) -> None:
        self.exchanges: list[Exchange] = []
        self.connections = 0
        self.port_behind = 0
        self.lose: set[str] = set()
        self.stale: set[str] = set()
        self._behind = ssl.create_default_context(cafile=str(ca_file))
        front = self

        class Handler(http.server.BaseHTTPRequestHandler):
            """One connection."""

            protocol_version = "HTTP/1.1"
            timeout = 30

            def setup(self) -> None:
                front.connections += 1
                super().setup()

            def log_message(self, *_: object) -> None:
                """Nothing on standard error."""

            def _pass_on(self) -> None:
                front._pass_on(self)

            do_GET = do_POST = do_PUT = _pass_on  # noqa: N815

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = f"https://localhost:{self._server.server_address[1]}{self.BASE}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    def _pass_on(self, handler: http.server.BaseHTTPRequestHandler) -> None:
        """One request to the service, its answer back."""
        body = handler.rfile.read(int(handler.headers.get("Content-Length", "0")))
        behind = http.client.HTTPSConnection("localhost", self.port_behind, context=self._behind, timeout=20)
        headers = {name: value for name, value in handler.headers.items() if name.lower() not in _HOP}
        try:
            behind.request(handler.command, handler.path, body or None, headers)
            answer = behind.getresponse()
            raw = answer.read()
        finally:
            behind.close()
        exchange = Exchange(handler.command, handler.path.removeprefix(self.BASE), {n.lower(): v for n, v in handler.headers.items()}, body,
                            answer.status, {n.lower(): v for n, v in answer.headers.items()}, raw)
        self.exchanges.append(exchange)
        if self.lose and exchange.call in self.lose:
            self.lose.remove(exchange.call)
            handler.close_connection = True
            handler.connection.shutdown(socket.SHUT_RDWR)
            return
        handler.send_response_only(answer.status)
        for name, value in answer.headers.items():
            if name.lower() == "dpop-nonce" and self.stale and exchange.call in self.stale:
                self.stale.remove(exchange.call)
                value = "A" * 24
            if name.lower() not in _HOP:
                handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(raw)))
        handler.end_headers()
        handler.wfile.write(raw)

    def __enter__(self) -> Recorder:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
