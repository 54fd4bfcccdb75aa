# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What scripts/packages has built, and the rpm packages that `cpack` makes of the default build: what is in which, what
# each wants, and that debian/ says what the tree says. Not ours on the other end: dpkg, rpm, reuse. Run by
# `scripts/check packages`; what is installed of them is tested in test_roots.py.
from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("KAMUPIN_BUILD", ROOT / "build"))
BUILT = Path(os.environ.get("KAMUPIN_PACKAGES", ROOT / "build" / "packages"))
# Package of Debian, package of rpm, a file that is in it (below any folder), a library that it wants.
CUT = [("libkamupin1", "libkamupin", "libkamupin.so.1", "libcurl"),
       ("libkamupin-dev", "libkamupin-devel", "kamupin/kamupin.h", "libkamupin"),
       ("libkamupin-dev", "libkamupin-devel", "libkamupin.a", "libkamupin"),
       ("libkamupin-dev", "libkamupin-devel", "kamupinConfig.cmake", "libkamupin"),
       ("kamupin", "kamupin", "bin/kamupin", "libkamupin"),
       ("kamupin", "kamupin", "bash-completion/completions/kamupin", "libkamupin"),
       ("kamupin", "kamupin", "share/kamupin/profiles/piv.profile", "libkamupin"),
       ("python3-kamupin", "python3-kamupin", "dist-packages/kamupin/__init__.py", "libkamupin"),
       ("libkamupin-java", "kamupin-java", "libkamupin_java.so", "libkamupin")]


def said(*argv: object) -> str:
    done = subprocess.run([str(word) for word in argv], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{argv}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def rpms(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("rpm")
    said("cpack", "--config", BUILD / "CPackConfig.cmake", "-G", "RPM", "-B", folder)
    return {said("rpm", "-qp", "--qf", "%{NAME}", path): path for path in folder.glob("*.rpm")}


@pytest.mark.parametrize("package,_,file,wants", CUT, ids=[f"{row[0]}-{Path(row[2]).name}" for row in CUT])
def test_each_debian_package_has_what_it_is_for(package: str, _: str, file: str, wants: str) -> None:
    (deb,) = BUILT.glob(f"{package}_*.deb")
    listed = said("dpkg-deb", "-c", deb)
    assert re.search(rf"/{re.escape(file)}( |$)", listed, re.M), listed
    assert wants in said("dpkg-deb", "-f", deb, "Depends")


@pytest.mark.parametrize("_,package,file,wants", CUT, ids=[f"{row[1]}-{Path(row[2]).name}" for row in CUT])
def test_each_rpm_package_has_what_it_is_for(rpms: dict[str, Path], _: str, package: str, file: str, wants: str) -> None:
    assert {row[1] for row in CUT} <= set(rpms) and "kamupin-sandbox" not in rpms
    listed = said("rpm", "-qp", "--list", rpms[package])
    assert re.search(rf"/{re.escape(file)}$", listed, re.M), listed
    assert wants in said("rpm", "-qp", "--requires", rpms[package])


def test_the_rpm_command_runs_with_the_rpm_library(rpms: dict[str, Path], tmp_path: Path) -> None:
    for name in ("libkamupin", "kamupin"):
        archive = subprocess.run(["rpm2cpio", rpms[name]], capture_output=True, check=True).stdout
        subprocess.run(["cpio", "-idm", "--quiet"], input=archive, cwd=tmp_path, check=True)
    (library,) = tmp_path.rglob("libkamupin.so.1")
    done = subprocess.run([tmp_path / "usr/bin/kamupin", "--version"], env={"LD_LIBRARY_PATH": str(library.parent)},
                          capture_output=True, text=True, check=True)
    assert done.stdout.startswith("kamupin ")


def test_the_symbols_file_is_the_export_list() -> None:
    committed = [line.split("@")[0] for line in (ROOT / "docs/abi/symbols.txt").read_text().splitlines() if line and line[0] != "#"]
    text = (ROOT / "debian" / "libkamupin1.symbols").read_text()
    assert re.findall(r"^ (kamupin_\w+)@KAMUPIN_1\.0 [\d.]+$", text, re.M) == committed


def test_the_copyright_file_says_what_the_files_say() -> None:
    spdx = subprocess.run(["reuse", "--root", str(ROOT), "spdx"], capture_output=True, text=True, check=True).stdout
    licences = set(re.findall(r"^LicenseInfoInFile: (.*)$", spdx, re.M))
    holders = set(re.findall(r"(?:SPDX-FileCopyrightText:|<text>) ?(\d{4} [^<\\\n]+)", spdx))
    text = (ROOT / "debian" / "copyright").read_text()
    assert licences == set(re.findall(r"^License: (\S+)$", text, re.M))
    assert holders == set(re.findall(r"^Copyright: (.*)$", text, re.M))


def test_the_version_is_the_projects() -> None:
    (project,) = re.findall(r"^project\(kamupin VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text(), re.M)
    assert (ROOT / "debian" / "changelog").read_text().startswith(f"libkamupin ({project}-")
