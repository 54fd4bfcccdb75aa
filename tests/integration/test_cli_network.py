# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The way to the service as the command line and the environment name it: Debian's tinyproxy with and without a login, a pinned key of
# the service that openssl(1) reads. An inquiry is what is asked: it needs neither card nor login.
"""The command's network options."""
from __future__ import annotations

import re
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from box import Box
from cli import KAMUPIN, STATUS, alone, ask, refuse
from tls_servers import pin_of
from web_servers import TinyProxy, free_port

INQUIRY = ("inquire", "shipment", "KSM2026000001")
PASSWORD = "proxy-secret-1"


def environment(port: int) -> dict[str, str]:
    """One with a proxy, in place of the sandbox's own, which says that loopback has none."""
    return {"https_proxy": f"http://127.0.0.1:{port}", "no_proxy": "", "NO_PROXY": ""}


def service_of(box: Box) -> str:
    """HOST:PORT of the sandbox's service."""
    return urlsplit(box.env["KAMUPIN_SERVICE"]).netloc


def asked(box: Box) -> int:
    """How many inquiries have reached the service."""
    return len([one for one in box.requests() if "/inquiries/" in one["path"]])


def test_a_proxy_that_is_named(calm_box: Box, tmp_path: Path) -> None:
    with TinyProxy(tmp_path / "proxy") as proxy:
        assert ask(calm_box, *INQUIRY, "--proxy", f"http://127.0.0.1:{proxy.port}")["shipment"]["state"] == "on-the-way"
        assert proxy.tunnels() == [service_of(calm_box)]


def test_the_environments_proxy_unless_there_is_to_be_none(calm_box: Box, tmp_path: Path) -> None:
    with TinyProxy(tmp_path / "proxy") as proxy:
        done = calm_box.run(KAMUPIN, *INQUIRY, env=environment(proxy.port))
        assert done.returncode == 0 and proxy.tunnels() == [service_of(calm_box)]
    nobody = environment(free_port())
    assert calm_box.run(KAMUPIN, *INQUIRY, env=nobody).returncode in (STATUS["network-proxy"], STATUS["network-unreachable"])
    assert calm_box.run(KAMUPIN, *INQUIRY, "--proxy", "none", env=nobody).returncode == 0


def test_a_proxys_login_from_a_descriptor(calm_box: Box, tmp_path: Path) -> None:
    with TinyProxy(tmp_path / "proxy", f"ayse {PASSWORD}") as proxy:
        way = ("--proxy", f"http://127.0.0.1:{proxy.port}")
        refuse(calm_box, "network-proxy", *INQUIRY, *way)
        refuse(calm_box, "network-proxy", *INQUIRY, *way, "--proxy-user", "ayse", secrets={"--proxy-password-fd": PASSWORD + "x"})
        assert asked(calm_box) == 0
        done = calm_box.run(KAMUPIN, *INQUIRY, *way, "--proxy-user", "ayse", "--log", "trace", secrets={"--proxy-password-fd": PASSWORD})
        assert (done.returncode, PASSWORD in done.stdout + done.stderr, asked(calm_box)) == (0, False, 1)
        done = calm_box.run(KAMUPIN, *INQUIRY, "--proxy-user", "ayse", env=environment(proxy.port), secrets={"--proxy-password-fd": PASSWORD})
        assert done.returncode == 0
        said = calm_box.run(KAMUPIN, *INQUIRY, *way, "--proxy-user", "ayse", env={"KAMUPIN_LANG": "en"})
        assert said.returncode == STATUS["invalid-argument"] and "give --proxy-password-fd" in said.stderr
        assert asked(calm_box) == 2 and set(proxy.tunnels()) == {service_of(calm_box)}


def test_a_proxys_login_at_a_terminal(calm_box: Box, tmp_path: Path) -> None:
    with TinyProxy(tmp_path / "proxy", f"ayse {PASSWORD}") as proxy:
        argv = (KAMUPIN, *INQUIRY, "--proxy", f"http://127.0.0.1:{proxy.port}", "--proxy-user", "ayse")
        with calm_box.terminal(*argv, env={"KAMUPIN_LANG": "tr"}) as terminal:
            terminal.expect("parolası")
            terminal.send(PASSWORD)
            terminal.expect("Gönderi yolda")
            assert terminal.wait() == 0 and PASSWORD not in terminal.text


def key_of(box: Box, folder: Path) -> str:
    """The service's public key as --server-key takes it, by openssl(1)."""
    pem = folder / "service.pem"
    with pem.open("wb") as out:
        subprocess.run(["openssl", "s_client", "-connect", service_of(box)], stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.DEVNULL,
                       check=True, timeout=30)
    return pin_of(pem)


def test_only_the_servers_key_that_is_named_is_talked_to(calm_box: Box, tmp_path: Path) -> None:
    good, other = key_of(calm_box, tmp_path), "sha256//" + "A" * 43 + "="
    ask(calm_box, *INQUIRY, "--server-key", good)
    ask(calm_box, *INQUIRY, "--server-key", f"{other};{good}")
    assert asked(calm_box) == 2
    refuse(calm_box, "tls-pin", *INQUIRY, "--server-key", other)
    assert asked(calm_box) == 2


@pytest.mark.parametrize("line, says", [
    ("--proxy ayse", "--proxy is written"), ("--proxy http://ayse:proxy-secret-1@127.0.0.1:1", "--proxy is written"),
    ("--proxy-user ayse:proxy-secret-1", "--proxy-user"), ("--proxy-user=", "--proxy-user"),
    ("--proxy-password-fd 0", "only goes with --proxy-user"), ("--server-key proxy-secret-1", "--server-key is written"),
    ("--server-key sha256//AAAA --proxy none", "--server-key is written")])
def test_what_is_written_wrongly_is_refused_and_not_repeated(line: str, says: str) -> None:
    done = alone(*INQUIRY, "--service", "https://127.0.0.1:1/", *line.split())
    assert done.returncode == STATUS["invalid-argument"] and says in done.stderr and re.search("Help: kamupin inquire shipment", done.stderr)
    assert PASSWORD not in done.stdout + done.stderr


def test_a_password_that_does_not_come_is_no_pin() -> None:
    done = alone(*INQUIRY, "--service", "https://127.0.0.1:1/", "--proxy-user", "ayse", "--proxy-password-fd", "0")
    assert done.returncode == STATUS["invalid-argument"]
    assert "nothing to read" in done.stderr and "--proxy-password-fd" in done.stderr and "PIN" not in done.stderr
