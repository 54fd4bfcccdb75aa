# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# A Debian 12 root with nothing in it but what packages bring along: made once by mmdebstrap (build/roots/bookworm.tar) and
# unpacked for each test. Installing reaches Debian's mirror; what is run afterwards has a network namespace with loopback
# alone. Needs root's rights; touches build/roots only, and mounts in namespaces of its own.
from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOTS = ROOT / "build" / "roots"
ARCHIVES = ROOTS / "archives"  # packages that were fetched, for the next root
TARBALL = ROOTS / "bookworm.tar"
A_DAY = 86400
PLAIN = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8",
         "DEBIAN_FRONTEND": "noninteractive"}
PROXY = {name: value for name, value in os.environ.items() if name.lower() in ("http_proxy", "https_proxy", "no_proxy")}
# Mounts that exist for one command: proc, dev, and for installing the fetched packages.
INSIDE = 'mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && '


def checked(*argv: object, env: dict[str, str] | None = None) -> str:
    done = subprocess.run([str(word) for word in argv], env=env, text=True, errors="replace", stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    assert done.returncode == 0, f"{argv}: {done.returncode}\n{done.stdout}"
    return done.stdout


def tarball() -> Path:
    """The clean root, at most a day old, with apt's lists of that day."""
    ARCHIVES.joinpath("partial").mkdir(parents=True, exist_ok=True)
    if not TARBALL.exists() or time.time() - TARBALL.stat().st_mtime > A_DAY:
        fresh = TARBALL.with_suffix(".new.tar")
        fresh.unlink(missing_ok=True)
        checked("mmdebstrap", "--variant=minbase", "--skip=cleanup/apt/lists", "bookworm", fresh)
        fresh.rename(TARBALL)
    return TARBALL


class Root:
    """One unpacked root. Use as a context manager; it is gone afterwards."""

    def __init__(self, name: str) -> None:
        self.path = ROOTS / f"{name}.{os.getpid()}"

    def __enter__(self) -> "Root":
        self.path.mkdir(parents=True)
        checked("tar", "-x", "-f", tarball(), "-C", self.path, "--exclude=./dev/*")
        shutil.copy("/etc/resolv.conf", self.path / "etc" / "resolv.conf")
        for folder in ("tests/packages/consumers", "examples/java"):
            shutil.copytree(ROOT / folder, self.path / "srv" / folder)
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.path)

    def _chroot(self, namespaces: list[str], prepare: str, env: dict[str, str], argv: tuple[str, ...]) -> str:
        return checked("unshare", "--mount", "--pid", "--fork", "--kill-child", *namespaces,
                       "sh", "-c", prepare + INSIDE + 'exec chroot "$0" "$@"', self.path, *argv, env=env)

    def install(self, debs: list[Path], *others: str) -> None:
        """apt-get install ./…deb, and Debian packages by name, with what they depend on and nothing else."""
        for deb in debs:
            shutil.copy(deb, self.path / "srv")
        self._chroot([], f'mount --bind "{ARCHIVES}" "$0/var/cache/apt/archives" && ', PLAIN | PROXY,
                     ("apt-get", "install", "-q", "-y", "--no-install-recommends", *(f"/srv/{deb.name}" for deb in debs), *others))

    def run(self, *argv: str) -> str:
        """A command inside, with loopback and no other network; its output. Fails where it does."""
        return self._chroot(["--net"], "ip link set lo up && ", PLAIN, argv)

    def packages(self) -> set[str]:
        """Names of what is installed."""
        return set(self.run("dpkg-query", "-W", "-f", "${Package}\\n").split())
