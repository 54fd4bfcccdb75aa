# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# --out of the command: a file is there whole or as it was before, with the mode that it had, and what is no regular file is written
# to as it stands. strace makes the system calls fail or kill; no reader and no service takes part.
"""Tests of the files that the command writes."""
from __future__ import annotations

import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from cli import KAMUPIN, STATUS
from little_pki import issue

ENV = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "KAMUPIN_LANG": "en"}
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


@pytest.fixture(scope="module")
def pem() -> str:
    """A certificate."""
    return issue("Deneme Kök", None).pem.decode()


@pytest.fixture
def folder(pem: str) -> Iterator[Path]:
    """A folder that others may read, with a certificate in it."""
    made = Path(tempfile.mkdtemp(prefix="kamupin-out-"))
    made.chmod(0o755)
    (made / "in.pem").write_text(pem)
    yield made
    shutil.rmtree(made)


def show(folder: Path, out: str, before: Sequence[str] = (), shell: str = "", umask: int = 0o022) -> subprocess.CompletedProcess[str]:
    """kamupin cert show --out, by way of `before` or with what a shell adds behind it."""
    command = [*before, KAMUPIN, "cert", "show", "in.pem", "--out", out]
    if shell != "":
        command = ["/bin/sh", "-c", f'exec "$@" {shell}', "sh", *command]
    return subprocess.run(command, cwd=folder, env=ENV, capture_output=True, text=True, timeout=60, umask=umask)


def failing(call: str) -> list[str]:
    """strace, under which that system call fails. (Who is traced cannot be searched for leaks.)"""
    return ["env", "ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0", "strace", "-f", "-o", "/dev/null", "-e", f"trace={call.split(':')[0]}",
            "-e", f"inject={call}"]


def test_a_new_file_has_the_umasks_mode(folder: Path, pem: str) -> None:
    assert show(folder, "new.pem", umask=0o027).returncode == 0
    assert (folder / "new.pem").read_text() == pem and stat.S_IMODE((folder / "new.pem").stat().st_mode) == 0o640


def test_a_file_that_is_there_keeps_its_mode_and_a_link_is_followed(folder: Path, pem: str) -> None:
    (folder / "there").mkdir()
    old = folder / "there" / "old.pem"
    old.write_text("longer than what comes" * 1000)
    old.chmod(0o600)
    (folder / "link.pem").symlink_to("there/old.pem")
    before = old.stat().st_ino
    assert show(folder, "link.pem", umask=0).returncode == 0
    assert (folder / "link.pem").is_symlink() and old.read_text() == pem and stat.S_IMODE(old.stat().st_mode) == 0o600
    assert old.stat().st_ino != before, "it took the place of the old one"
    (folder / "dangling.pem").symlink_to("there/none.pem")
    assert show(folder, "dangling.pem").returncode == 0
    assert (folder / "dangling.pem").is_symlink() and (folder / "there" / "none.pem").read_text() == pem


@pytest.mark.parametrize("call", ["fsync:error=EIO", "rename:error=ENOSPC", "fchmod:error=EPERM"])
def test_what_fails_leaves_the_old_file_and_nothing_beside_it(folder: Path, pem: str, call: str) -> None:
    (folder / "old.pem").write_text("old")
    done = show(folder, "old.pem", failing(call))
    if call.startswith("fchmod"):  # no file like the old one can be made: it is written to as it stands
        assert done.returncode == 0 and (folder / "old.pem").read_text() == pem
    else:
        assert done.returncode == STATUS["invalid-argument"] and "cannot be written: old.pem" in done.stderr
        assert (folder / "old.pem").read_text() == "old"
    assert sorted(one.name for one in folder.iterdir()) == ["in.pem", "old.pem"]


@pytest.mark.parametrize("why, written", [("ENOSPC", False), ("EDQUOT", False), ("EMFILE", False), ("EACCES", True), ("EROFS", True)])
def test_only_where_no_file_may_be_made_the_old_one_is_written_to_as_it_stands(folder: Path, pem: str, why: str, written: bool) -> None:
    """The new file beside fails to open, by its name: strace -D leaves the command the number of the process that the shell had."""
    (folder / "old.pem").write_text("old")
    traced = ["env", "ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0", "/bin/sh", "-c",
              f'exec strace -D -o /dev/null -P "$(pwd -P)/.kamupin-$$-0" -e trace=openat -e inject=openat:error={why} "$@"', "sh"]
    done = show(folder, "old.pem", traced)
    assert (done.returncode == 0) == written, done.stderr
    assert (folder / "old.pem").read_text() == (pem if written else "old")
    assert sorted(one.name for one in folder.iterdir()) == ["in.pem", "old.pem"]


def test_a_folder_full_of_left_files_is_no_reason_to_lose_the_old_one(folder: Path) -> None:
    (folder / "old.pem").write_text("old")
    crowded = ["/bin/sh", "-c", 'i=0; while [ $i -lt 100 ]; do : > .kamupin-$$-$i; i=$((i + 1)); done; exec "$@"', "sh"]
    assert show(folder, "old.pem", crowded).returncode == STATUS["invalid-argument"]
    assert (folder / "old.pem").read_text() == "old"


def test_who_is_killed_in_the_middle_leaves_the_old_file(folder: Path) -> None:
    (folder / "old.pem").write_text("old")
    assert show(folder, "old.pem", failing("rename:signal=KILL")).returncode != 0
    assert (folder / "old.pem").read_text() == "old"


@pytest.mark.parametrize("out, shell", [("/dev/stdout", "| cat"), ("/dev/fd/3", "3>&1 | cat"), ("/dev/stdout", "> said"), ("link", "> said"), ("said", "> said")])
def test_a_descriptor_is_written_to_and_not_replaced(folder: Path, pem: str, out: str, shell: str) -> None:
    """A pipe; a file that a shell has opened, also under another name: what the shell holds is what is written to, one after the other."""
    (folder / "said").write_text("")
    (folder / "link").symlink_to("/dev/stdout")
    before = (folder / "said").stat().st_ino
    done = show(folder, out, shell=shell)
    assert done.returncode == 0, done.stderr
    assert (folder / "said").stat().st_ino == before
    said = done.stdout + (folder / "said").read_text()
    assert "Deneme Kök" in said and said.endswith(pem)


def test_a_named_pipe_is_written_to(folder: Path, pem: str) -> None:
    os.mkfifo(folder / "pipe")
    with subprocess.Popen(["cat", "pipe"], cwd=folder, stdout=subprocess.PIPE, text=True) as reader:
        assert show(folder, "pipe").returncode == 0
        assert reader.communicate(timeout=60)[0] == pem
    assert stat.S_ISFIFO((folder / "pipe").stat().st_mode)


def test_rights_are_what_they_were(folder: Path, pem: str) -> None:
    """What may not be written is not replaced; a file that may be, in a folder where nothing may be made, is written to as it stands."""
    writable, closed = folder / "writable.pem", folder / "closed.pem"
    for one, mode in ((writable, 0o666), (closed, 0o644)):
        one.write_text("old")
        one.chmod(mode)
    assert show(folder, "writable.pem", NOBODY if os.geteuid() == 0 else ()).returncode == 0
    assert writable.read_text() == pem and stat.S_IMODE(writable.stat().st_mode) == 0o666
    if os.geteuid() == 0:
        done = show(folder, "closed.pem", NOBODY)
        assert done.returncode == STATUS["invalid-argument"] and closed.read_text() == "old"
        os.chown(folder, 65534, 65534)
        done = show(folder, "closed.pem", NOBODY)
        assert done.returncode == STATUS["invalid-argument"] and closed.read_text() == "old", "although its folder is one's own"
        os.chown(folder, 0, 0)
        os.chown(writable, 65534, 65534)
        assert show(folder, "writable.pem", NOBODY).returncode == 0, "one's own file in somebody else's folder"
        assert writable.stat().st_uid == 65534


@pytest.mark.parametrize("out", ["none/out.pem", "in.pem/out.pem", "."])
def test_what_cannot_be_a_file_is_refused(folder: Path, out: str) -> None:
    done = show(folder, out)
    assert done.returncode == STATUS["invalid-argument"] and f"cannot be written: {out}" in done.stderr
