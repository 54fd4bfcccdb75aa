# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Servers of others that stand between a client and a service: Debian's tinyproxy, squid, microsocks and nginx, each on a free port
# of loopback with a configuration and logs in a folder of the test's. Touches the processes it starts.
"""Foreign proxies and web servers."""
from __future__ import annotations

import hashlib
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path


def free_port() -> int:
    """A port that nobody listened on a moment ago; who takes it tries again when another was quicker."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


class Foreign:
    """A server that is told its port in a configuration; it is up when it accepts."""

    as_nobody = False  # for a server that refuses to be root's

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name = folder, name
        folder.mkdir(exist_ok=True)
        for _ in range(5):
            self.port = free_port()
            command = self.command()
            other = {"user": "nobody", "group": "nogroup", "extra_groups": []} if self.as_nobody and os.geteuid() == 0 else {}
            for path in [folder, *folder.iterdir()] if other else []:
                shutil.chown(path, "nobody", "nogroup")
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                            stderr=(folder / "stderr").open("wb"), cwd=folder, **other)
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


class Squid(Foreign):
    """squid; with `pem` it speaks TLS to its clients, with `login` (user, password) it asks for Digest authentication. In a folder of
    its own under /tmp, where another user may come to it: squid refuses to run as root."""

    as_nobody = True
    realm = "kamupin"

    def __init__(self, pem: Path | None = None, login: tuple[str, str] | None = None) -> None:
        self.pem, self.login = pem, login
        super().__init__(Path(tempfile.mkdtemp(prefix="kamupin-squid-")), "squid")

    def command(self) -> list[str]:
        """A whole configuration: tunnels to any port, nothing kept."""
        at = self.folder
        lines = [f"http_port 127.0.0.1:{self.port}"]
        if self.pem is not None:
            shutil.copy(self.pem, at / "server.pem")
            lines = [f"https_port 127.0.0.1:{self.port} tls-cert={at}/server.pem"]
        lines += ["pid_filename none", f"access_log stdio:{at}/access", f"cache_log {at}/log", "cache_store_log none", "cache deny all",
                  f"coredump_dir {at}", "netdb_filename none", "pinger_enable off", "visible_hostname localhost",
                  "shutdown_lifetime 0 seconds", "sslproxy_session_cache_size 0", "memory_cache_shared off"]
        if self.login is not None:
            user, password = self.login
            known = hashlib.md5(f"{user}:{self.realm}:{password}".encode()).hexdigest()
            (at / "users").write_text(f"{user}:{self.realm}:{known}\n")
            lines += [f"auth_param digest program /usr/lib/squid/digest_file_auth -c {at}/users", f"auth_param digest realm {self.realm}",
                      "auth_param digest children 1", "acl known proxy_auth REQUIRED", "http_access deny !known"]
        (at / "squid.conf").write_text("\n".join([*lines, "http_access allow all"]) + "\n")
        return ["/usr/sbin/squid", "-N", "-n", f"kamupin{self.port}", "-f", str(at / "squid.conf")]

    def requests(self) -> list[tuple[str, str]]:
        """What it was asked for: its answer's status, and HOST:PORT of the tunnel."""
        self.end()
        return re.findall(r"/(\d+) \d+ CONNECT (\S+)", (self.folder / "access").read_text())

    def __exit__(self, *_: object) -> None:
        self.end()
        for left in Path("/dev/shm").glob(f"kamupin{self.port}-*"):
            left.unlink()
        shutil.rmtree(self.folder)


class MicroSocks(Foreign):
    """microsocks, a SOCKS5 server; with `login` (user, password) it asks for it."""

    def __init__(self, folder: Path, login: tuple[str, str] | None = None) -> None:
        self.login = login
        super().__init__(folder, "microsocks")

    def command(self) -> list[str]:
        """It has no configuration but its arguments."""
        login = [] if self.login is None else ["-u", self.login[0], "-P", self.login[1]]
        return ["microsocks", "-i", "127.0.0.1", "-p", str(self.port), *login]

    def tunnels(self) -> list[str]:
        """Where it was asked to connect to, HOST:PORT."""
        self.end()
        return re.findall(r"connected to (\S+)", (self.folder / "stderr").read_text())


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
