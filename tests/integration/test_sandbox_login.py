# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# kamupin-sandbox run --login: where the authorization server listens, that it goes with its sandbox however that ends, and that its
# packages are fetched once. Not ours on the other end: Node, ss, the kernel; npm's part is played where the network would be asked.
"""Tests of kamupin-sandbox run --login."""
from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from box import ROOT, Box
from idp_client import Client
from kamupin_sandbox import idp
from test_sandbox_runner import SANDBOX, started


def listeners(pid: int) -> list[str]:
    """The TCP addresses that a process listens at, as ss sees them."""
    said = subprocess.run(["ss", "-ltnpH"], capture_output=True, text=True, check=True).stdout
    return [line.split()[3] for line in said.splitlines() if f"pid={pid}," in line]


def npm(folder: Path, script: str) -> Mapping[str, str]:
    """An environment whose npm is that shell script, and whose cache of packages is empty."""
    program = folder / "bin" / "npm"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return dict(os.environ) | {"PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}", "XDG_CACHE_HOME": str(folder / "cache")}


def test_the_server_is_on_loopback_and_the_command_knows_it(login_box: Box) -> None:
    """One port, and KAMUPIN_ISSUER names it."""
    port = urlsplit(login_box.env["KAMUPIN_ISSUER"]).port
    assert listeners(login_box.processes()["idp"]) == [f"127.0.0.1:{port}"]
    assert "KAMUPIN_IDP_MODULES" not in login_box.env


def test_its_keys_and_secrets_are_its_users_alone(login_box: Box) -> None:
    """Nobody else may read them, and none is on a command line."""
    config = login_box.folder / "service" / "idp" / "config.json"
    assert config.stat().st_mode & 0o777 == 0o600
    secret = re.search(r'"portal": "([0-9a-f]{64})"', config.read_text())
    assert secret
    for name in ("idp", "service"):
        process = Path("/proc", str(login_box.processes()[name]))
        assert secret.group(1).encode() not in (process / "cmdline").read_bytes() + (process / "environ").read_bytes()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_however_it_ends(tmp_path: Path, number: signal.Signals) -> None:
    """The server dies with its runner."""
    process, remains = started(tmp_path, "--login")
    process.send_signal(number)
    process.communicate(timeout=30)
    remains.assert_gone()


def test_what_it_says_goes_to_a_log_that_holds_no_secret(login_box: Box) -> None:
    """Nor any warning of Node or the provider."""
    client = Client(login_box.env["KAMUPIN_ISSUER"], login_box.env["KAMUPIN_CA_FILE"], login_box.env["KAMUPIN_SERVICE"])
    client.log_in()
    assert (login_box.folder / "logs" / "idp.log").read_text() == ""


def test_packages_that_are_there_need_no_network(tmp_path: Path) -> None:
    """npm is not even asked."""
    idp.install()
    env = {name: value for name, value in npm(tmp_path, "exit 1").items() if name != "XDG_CACHE_HOME"}
    with Box(["akis2"], ["--login"], env) as box:
        assert box.env["KAMUPIN_ISSUER"]


def test_packages_that_cannot_be_fetched_are_said(tmp_path: Path) -> None:
    """In both languages, with npm's last words; nothing half-made stays."""
    env = npm(tmp_path, "mkdir node_modules; echo the network is down >&2; exit 1")
    done = subprocess.run([SANDBOX, "run", "--login", "--", "true"], env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 69 and done.stderr.count("the network is down") == 2
    assert "ağ bağlantısını denetleyip" in done.stderr and "check the network" in done.stderr
    assert [one.name for one in (tmp_path / "cache" / "kamupin-sandbox").iterdir()] == [idp.modules_folder().parent.name + ".lock"]


def test_without_npm_it_says_what_to_install(tmp_path: Path) -> None:
    """Only where it is needed."""
    env = dict(os.environ) | {"PATH": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    done = subprocess.run(["/usr/bin/python3", SANDBOX, "run", "--login", "--", "true"], env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 69 and "sudo apt-get install nodejs npm" in done.stderr


def test_two_that_start_at_once_fetch_once(tmp_path: Path) -> None:
    """The second waits for the first."""
    here = tmp_path / "here"
    env = npm(tmp_path, f'echo fetched >> {tmp_path}/log; mkdir node_modules; '
                        f'until [ "$(wc -l < {here})" = 2 ]; do sleep 0.01; done')
    source = str(ROOT / "examples" / "sandbox")
    code = (f"open({str(here)!r}, 'a').write('one\\n'); import sys; sys.path.insert(0, {source!r}); "
            "from kamupin_sandbox import idp; print(idp.install())")
    both = [subprocess.Popen([sys.executable, "-c", code], env=env, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = {process.communicate(timeout=30)[0].strip() for process in both}
    assert len(said) == 1 and Path(said.pop()).is_dir() and (tmp_path / "log").read_text() == "fetched\n"
