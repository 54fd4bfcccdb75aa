# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Servers of others that stand between a client and a service: Debian's tinyproxy and nginx, each on a free port of
# loopback with a configuration and logs in a folder of the test's. Touches the processes it starts.
"""Foreign proxies and web servers."""
from __future__ import annotations

import re
import socket
import subprocess
import time
from pathlib import Path


def free_port() -> int:
    """A port that nobody listened on a moment ago; who takes it tries again when another was quicker."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


class Foreign:
    """A server that is told its port in a configuration; it is up when it accepts."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name = folder, name
        folder.mkdir(exist_ok=True)
        for _ in range(5):
            self.port = free_port()
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                            stderr=(folder / "stderr").open("wb"), cwd=folder)
            if self._came_up():
                return
        raise AssertionError(f"{name} does not start: {(folder / 'stderr').read_text()}")

    def command(self) -> list[str]:
        """Writes the configuration for self.port; the command that starts the server in the foreground."""
        raise NotImplementedError

    def _came_up(self) -> bool:
        deadline = time.monotonic() + 10
        while self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return True
            except OSError:
                assert time.monotonic() < deadline, f"{self.name} does not come up"
                time.sleep(0.01)
        return False

    def end(self) -> None:
        """Ends it and waits, so that its logs are whole."""
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(timeout=10)

    def __enter__(self) -> Foreign:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()


class TinyProxy(Foreign):
    """tinyproxy; with `login` ("user password") it asks for Basic authentication."""

    def __init__(self, folder: Path, login: str = "") -> None:
        self.login = login
        super().__init__(folder, "tinyproxy")

    def command(self) -> list[str]:
        """Its configuration: HTTPS to any port of loopback."""
        lines = [f"Port {self.port}", "Listen 127.0.0.1", "Allow 127.0.0.1", "MaxClients 20", "Timeout 60", "LogLevel Connect",
                 f'LogFile "{self.folder / "log"}"']
        lines += [f"BasicAuth {self.login}"] if self.login else []
        (self.folder / "tinyproxy.conf").write_text("\n".join(lines) + "\n")
        return ["tinyproxy", "-d", "-c", str(self.folder / "tinyproxy.conf")]

    def tunnels(self) -> list[str]:
        """Where it was asked to connect to, HOST:PORT."""
        self.end()
        return re.findall(r"CONNECT (\S+) HTTP/1.1", (self.folder / "log").read_text())


class Nginx(Foreign):
    """nginx before a service: TLS with a certificate of its own towards the client, TLS to the service behind."""

    def __init__(self, folder: Path, pem: Path, behind: str, ca_file: str, http2: bool = True, more: str = "") -> None:
        self.pem, self.behind, self.ca_file, self.http2, self.more = pem, behind, ca_file, http2, more
        super().__init__(folder, "nginx")

    def command(self) -> list[str]:
        """A whole configuration; nothing of the system's is read."""
        parts = self.behind.split("/")
        (self.folder / "nginx.conf").write_text(f"""
daemon off; master_process off; pid {self.folder}/pid; error_log {self.folder}/error;
events {{ worker_connections 64; }}
http {{
    log_format counted '$server_protocol $connection $ssl_session_reused $status $request_method $uri';
    access_log {self.folder}/access counted;
    client_body_temp_path {self.folder}/t1; proxy_temp_path {self.folder}/t2; fastcgi_temp_path {self.folder}/t3;
    uwsgi_temp_path {self.folder}/t4; scgi_temp_path {self.folder}/t5;
    server {{
        listen 127.0.0.1:{self.port} ssl{" http2" if self.http2 else ""};
        ssl_certificate {self.pem}; ssl_certificate_key {self.pem}; ssl_protocols TLSv1.2 TLSv1.3;
        {self.more}
        location / {{
            proxy_pass {parts[0]}//{parts[2]}; proxy_set_header Host $http_host; proxy_http_version 1.1;
            proxy_ssl_verify on; proxy_ssl_trusted_certificate {self.ca_file}; proxy_ssl_name localhost;
        }}
    }}
}}
""")
        return ["nginx", "-p", str(self.folder), "-c", str(self.folder / "nginx.conf")]

    @property
    def url(self) -> str:
        """Its address for clients, without a path."""
        return f"https://localhost:{self.port}"

    def log(self) -> list[dict[str, str]]:
        """A row for each request: protocol ("HTTP/2.0"), connection (its number), reused (TLS session), status, method, path."""
        self.end()
        names = ("protocol", "connection", "reused", "status", "method", "path")
        return [dict(zip(names, line.split(" "))) for line in (self.folder / "access").read_text().splitlines()]
