# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The Debian packages that scripts/packages has built, installed by apt into clean Debian 12 roots and used there by
# strangers: consumers/*, which the packages' autopkgtest runs as well. Not ours on the other end: apt, dpkg, gcc, CMake,
# pkg-config, Python, the JDK, pcscd. Run by `scripts/check --full roots`, as root.
from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from root import ROOT, Root

BUILT = Path(os.environ.get("KAMUPIN_PACKAGES", ROOT / "build" / "packages"))
CONSUMERS = "/srv/tests/packages/consumers"


def deb(name: str) -> Path:
    (found,) = BUILT.glob(f"{name}_*.deb")
    return found


def debs(*names: str) -> list[Path]:
    return [deb(name) for name in names]


@pytest.fixture
def root(request: pytest.FixtureRequest) -> Iterator[Root]:
    with Root(request.node.name.removeprefix("test_").split("[")[0]) as made:
        yield made


def test_programs_build_and_run_on_the_development_package(root: Root) -> None:
    root.install(debs("libkamupin1", "libkamupin-dev"), "gcc", "g++", "cmake", "make", "pkg-config")
    said = root.run(f"{CONSUMERS}/c")
    assert said.count("passed: ") == 12, said
    root.install(debs("kamupin", "kamupin-sandbox"))
    said = root.run(f"{CONSUMERS}/sandbox")
    assert "passed: readers" in said and "passed: sandbox" in said, said


def test_python_command_and_sandbox_one_after_the_other(root: Root) -> None:
    before = root.packages()
    root.install(debs("libkamupin1", "python3-kamupin"))
    assert "passed: python" in root.run(f"{CONSUMERS}/python")
    root.run("python3", "-c", "import kamupin")
    assert not {"gcc", "g++", "swig", "pcscd", "kamupin"} & (root.packages() - before)
    root.install(debs("kamupin"))
    assert "passed: command" in root.run(f"{CONSUMERS}/command")
    root.install(debs("kamupin-sandbox"))
    assert "nodejs" not in root.packages()
    said = root.run(f"{CONSUMERS}/sandbox")
    assert "passed: python" in said and "passed: sandbox" in said, said
    # What was installed goes again, and leaves nothing of ours.
    root.run("dpkg", "--purge", "kamupin-sandbox", "kamupin", "python3-kamupin", "libkamupin1")
    left = root.run("find", "/usr", "/etc", "/var/lib", "-name", "*kamupin*", "-not", "-path", "/var/lib/dpkg/*")
    assert left.strip() == ""


def test_the_java_example_runs_from_the_jar(root: Root) -> None:
    root.install(debs("libkamupin1", "libkamupin-java", "kamupin-sandbox"), "default-jdk-headless")
    assert "passed: java" in root.run(f"{CONSUMERS}/java")
