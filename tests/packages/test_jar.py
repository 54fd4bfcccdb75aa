# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The jar that packaging/jar/build has made (build/jar), in a root that has Debian 13's headless JRE and nothing else: no JDK,
# no compiler, no libcurl, and PC/SC only while a test puts it there (Debian's JRE brings its library along). Not ours on the
# other end: that JVM, pcscd with vpcd, OpenSC, Debian's libpcsclite. Run by `scripts/check --full` (stage jar), which makes
# the jar and the root.
from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from elsewhere import ROOT, Box, inside, unblocked, unpacked, with_pcsc
from root import checked
from test_bindings import JAVA

MADE = Path(os.environ.get("KAMUPIN_JAR", ROOT / "build" / "jar"))
DEBIAN_13 = Path(os.environ.get("KAMUPIN_TRIXIE", MADE / "work" / "trixie.tar"))
PROGRAMS = [ROOT / "tests/packages/Halves.java", ROOT / "tests/bindings/Client.java"]


@pytest.fixture(scope="module")
def jar() -> Path:
    (found,) = (path for path in MADE.glob("kamupin-*.jar") if not path.stem.endswith(("-sources", "-javadoc")))
    return found


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, jar: Path) -> Path:
    """Debian 13 with its JRE; the jar in /srv, and strangers' programs that were compiled with it elsewhere."""
    folder = unpacked(DEBIAN_13, tmp_path_factory.mktemp("trixie"))
    for path in (folder / "usr/lib").rglob("libpcsclite*"):
        path.unlink()
    shutil.copy(jar, folder / "srv")
    checked("javac", "--release", "11", "-Xlint:all", "-Werror", "-cp", jar, "-d", folder / "srv", *PROGRAMS)
    return folder


@pytest.fixture
def box() -> Iterator[Box]:
    with Box(["akis2:blocked"]) as made:
        yield made


def java(root: Path, jar: Path, box: Box) -> list[str]:
    # --enable-native-access: from Java 24 on a JVM warns otherwise; those before know the option since 17.
    return [*inside(root, box.folder), "java", "--enable-native-access=ALL-UNNAMED", "-cp", f"/srv/{jar.name}:/srv"]


def halves(root: Path, jar: Path, box: Box) -> dict[str, str]:
    """What Halves.java says there."""
    done = subprocess.run([*java(root, jar, box), "Halves"], env=box.env, stdin=subprocess.DEVNULL, text=True, capture_output=True,
                          check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, ""), done
    return dict(line.split("\t") for line in done.stdout.splitlines())


def test_without_pcsc_the_service_answers_and_the_readers_say_what_to_install(root: Path, jar: Path, box: Box) -> None:
    assert not [path for name in ("pcsclite", "curl", "jansson", "kamupin") for path in (root / "usr/lib").rglob(f"lib{name}*.so*")]
    assert not [name for name in ("javac", "cc", "gcc", "g++", "clang", "make", "cmake") if (root / "usr/bin" / name).exists()]
    told = halves(root, jar, box)
    assert told["readers"] == "reader-service-down" and "apt install pcscd" in told["remedy"]
    assert told["service"] == "on-the-way"


def test_the_native_library_comes_out_of_the_jar_and_takes_nothing_from_the_system(root: Path, jar: Path, box: Box) -> None:
    told = halves(root, jar, box)
    assert told["library"].startswith("/root/.cache/kamupin/java/") and "system" not in told
    assert told["service"] == "on-the-way" and int(told["java"]) > 17


def test_an_unblock_by_the_jar_is_the_one_by_the_build(root: Path, jar: Path, box: Box) -> None:
    with Box(["akis2:blocked"]) as other:
        wanted = unblocked(other, [*JAVA, "unblock"])
    with with_pcsc(root):
        assert unblocked(box, [*java(root, jar, box), "Client", "unblock"]) == wanted
        assert halves(root, jar, box)["readers"] == "2"
