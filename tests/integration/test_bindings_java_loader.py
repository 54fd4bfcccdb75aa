# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The jar with the native library in it, as a stranger's program takes it: real JVMs and the real dynamic linker, the build's
# own library, and what is wrong with it made by a byte here and there. Each reason by itself is in JUnit
# (bindings/java/src/test, NativeLoaderTest); here is that it is said where a program dies of it.
"""The loader of the Java package's native library."""
from __future__ import annotations

import os
import stat
import subprocess
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from box import BUILD, ROOT
from java import HOME, compiled

FOLDER = BUILD / "bindings" / "java"
NAME = "libkamupin_java.so"


@pytest.fixture(scope="module")
def inside(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The library that has libkamupin in it."""
    (path,) = (FOLDER / "natives" / "org" / "kamupin" / "natives").glob(f"*/{NAME}")
    return path.read_bytes()


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, compiled once."""
    return compiled(tmp_path_factory.mktemp("classes"), ROOT / "tests/bindings/Version.java")


class Program:
    """A program with a jar of its own and a person's folders of its own."""

    def __init__(self, folder: Path, classes: Path, library: bytes | None) -> None:
        self.jar, self.cache, self._classes = folder / "kamupin.jar", folder / "cache", classes
        self.env = {"PATH": os.environ["PATH"], "XDG_CACHE_HOME": str(self.cache), "LC_ALL": "C.UTF-8"}
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        # Without the property Java would find an installed package's library first.
        self.options = ["-Djava.library.path=" + str(folder / "nothing"), f"-Djava.io.tmpdir={self.temporary}"]
        self.jar.write_bytes((FOLDER / "kamupin.jar").read_bytes())
        if library is not None:
            with zipfile.ZipFile(self.jar, "a", zipfile.ZIP_DEFLATED) as jar:
                jar.writestr(f"org/kamupin/natives/linux-{os.uname().machine}/{NAME}", library)

    def run(self, *options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([str(HOME / "bin" / "java"), "-Xcheck:jni", *self.options, *options, "-cp", f"{self.jar}:{self._classes}",
                               "Version"], env=self.env, text=True, capture_output=True, timeout=120)

    def loaded(self, *options: str) -> Path:
        """Runs well; from where."""
        done = self.run(*options)
        assert done.returncode == 0, done.stderr
        version, path = done.stdout.splitlines()
        assert version.count(".") == 2
        return Path(path)

    def refused(self, *options: str) -> str:
        """What it dies with: each place and reason in both languages."""
        done = self.run(*options)
        assert done.returncode == 1 and done.stdout == "", done
        assert "UnsatisfiedLinkError" in done.stderr and "yüklenemedi. Denenenler" in done.stderr and "What was tried" in done.stderr
        return done.stderr


@pytest.fixture
def program(tmp_path: Path, classes: Path, inside: bytes) -> Program:
    return Program(tmp_path, classes, inside)


def other(folder: Path, library: bytes) -> str:
    """A changed library in a folder of its own, by the option that names it."""
    path = folder / "other" / NAME
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(library)
    return f"-Dkamupin.library.path={path}"


def test_the_library_of_the_jar_is_unpacked_for_its_user_alone(program: Program, inside: bytes) -> None:
    path = program.loaded()
    assert path.parent == program.cache / "kamupin" / "java" and path.read_bytes() == inside
    assert stat.S_IMODE(path.parent.stat().st_mode) == stat.S_IMODE(path.stat().st_mode) == 0o700
    before = path.stat()
    assert program.loaded() == path and (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert list(path.parent.iterdir()) == [path] and list(program.temporary.iterdir()) == []


def test_what_was_changed_there_is_not_run(program: Program, inside: bytes) -> None:
    path = program.loaded()
    path.write_bytes(b"\x7fELF, but not ours")
    assert program.loaded() == path and path.read_bytes() == inside


def test_programs_that_start_at_once(program: Program, inside: bytes) -> None:
    with ThreadPoolExecutor(4) as threads:
        paths = set(threads.map(lambda _: program.loaded(), range(4)))
    (path,) = paths
    assert path.read_bytes() == inside and list(path.parent.iterdir()) == [path]


def test_a_folder_that_others_may_write_to_is_not_used(program: Program) -> None:
    """Somebody was faster, in a folder that is everybody's."""
    trap = program.cache / "kamupin" / "java"
    trap.mkdir(parents=True)
    trap.chmod(0o777)
    path = program.loaded()
    assert list(trap.iterdir()) == [] and path.is_relative_to(program.temporary)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_no_folder_is_safe_where_all_may_be_replaced(program: Program) -> None:
    """A folder for temporary files without the sticky bit: whoever writes to it renames what others have there."""
    program.cache.write_text("no folder")
    program.temporary.chmod(0o777)
    said = program.refused()
    assert said.count(f"by way of {program.temporary}") == 4, "in both languages: a folder for all runs, and one for this run alone"
    assert list(program.temporary.rglob("*.so")) == []


def test_nowhere_to_unpack_it(program: Program) -> None:
    program.cache.write_text("no folder")
    program.temporary.rmdir()
    program.temporary.write_text("no folder either")
    said = program.refused()
    assert "güvenli bir klasöre açılamadı" in said and "could not be unpacked into a safe folder" in said and "XDG_CACHE_HOME" in said


def test_a_library_of_the_system_comes_first(program: Program) -> None:
    assert program.loaded(f"-Djava.library.path={FOLDER}").samefile(FOLDER / NAME)
    assert not program.cache.exists()


def test_a_jar_without_a_library(tmp_path: Path, classes: Path) -> None:
    program = Program(tmp_path, classes, None)
    said = program.refused()
    assert f"no library for linux-{os.uname().machine}" in said and "apt install ./libkamupin-java_*.deb" in said
    assert f"Not in these folders: {tmp_path / 'nothing'}" in said
    assert program.loaded(f"-Dkamupin.library.path={FOLDER}").samefile(FOLDER / NAME)


@pytest.mark.parametrize("was, becomes, turkish, english", [
    (b"libjansson.so.4\0", b"libjansson.so.9\0", "gereken libjansson.so.9 kurulu değil", "needs libjansson.so.9, which is not installed"),
    (b"kamupin_java=0", b"kamupin_java=9", "aynı sürümden değil", "is not of the same version as kamupin.jar"),
    (b"\x7fELF\x02", b"\x7fELF\x07", "başka bir işlemci mimarisi için", "is for another architecture"),
    (b"\x7fELF", b"hello", "bir kitaplık değil", "no library, or half of one"),
], ids=["missing", "version", "architecture", "no-library"])
def test_each_fault_of_the_one_that_was_named(program: Program, inside: bytes, tmp_path: Path, was: bytes, becomes: bytes, turkish: str,
                                              english: str) -> None:
    assert was in inside
    said = program.refused(other(tmp_path, inside.replace(was, becomes)))
    assert turkish in said and english in said and "nowhere else was looked" in said


def test_an_older_libkamupin(program: Program, tmp_path: Path) -> None:
    """Debian's library takes libkamupin.so.1 from the system; one that lacks a call is told from one that is missing."""
    small = (FOLDER / NAME).read_bytes()
    said = program.refused(other(tmp_path, small.replace(b"\0kamupin_order_code_show\0", b"\0kamupin_order_code_soon\0")))
    assert "older and has no kamupin_order_code_soon" in said and "libkamupin1" in said
    said = program.refused(other(tmp_path, small.replace(b"libkamupin.so.1\0", b"libkamupin.so.8\0")))
    assert "gereken libkamupin.so.8 kurulu değil" in said
