# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# `cmake --install` of a build with bindings: what a Java program finds there. Not ours on the other end: CMake, the JVM. Writes to
# the test's temporary folder only.
from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from test_install import ROOT, installed, run  # noqa: F401  (a fixture among them)


@pytest.mark.parametrize("place", ["lib", f"lib/{os.uname().machine}-linux-gnu"])
def test_java_finds_its_library_beside_the_jar_in_whatever_prefix(installed, place, tmp_path):
    moved = tmp_path / "moved"
    shutil.copytree(installed.prefix, moved, symlinks=True)
    [library] = moved.rglob("libkamupin_java.so")
    wanted = moved / place / "jni" / library.name
    wanted.parent.mkdir(parents=True, exist_ok=True)
    library.rename(wanted)
    said = run("java", "-cp", moved / "share/java/kamupin.jar", ROOT / "tests/bindings/Version.java", LD_LIBRARY_PATH=str(moved / "lib"),
               XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert said.splitlines() == [installed.flags("--modversion")[0], str(wanted)]
    wanted.unlink()
    done = subprocess.run(["java", "-cp", moved / "share/java/kamupin.jar", ROOT / "tests/bindings/Version.java"], capture_output=True,
                          text=True, timeout=120, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"})
    assert done.returncode == 1 and "UnsatisfiedLinkError" in done.stderr and f"{wanted.parent}" in done.stderr
