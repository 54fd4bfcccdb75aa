# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The service's data folder: made by another version, holding something else, or not to be written. The service says what is so and what to
# do, in both languages, and leaves the folder as it found it.
"""A data folder that the service cannot use."""
from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from service_client import ROOT, Client, Service


def older(path: Path) -> None:
    """Tables, and no number: as files were before they had one."""
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE session (session_id TEXT PRIMARY KEY, user_id TEXT NOT NULL)")


def another(path: Path) -> None:
    """A number that is not this version's."""
    older(path)
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 7")


def no_database(path: Path) -> None:
    """Something else under that name."""
    path.write_bytes(b"this is a letter, and not a database\n" * 100)


def start(data: Path) -> subprocess.CompletedProcess[str]:
    """The service on that folder, to its end."""
    argv = [str(ROOT / "examples" / "sandbox" / "bin" / "kamupin-service"), "--data", str(data)]
    return subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False)


@pytest.mark.parametrize("name", ["registry.db", "service.db"])
@pytest.mark.parametrize("make", [older, another, no_database])
def test_a_folder_of_another_version(tmp_path: Path, name: str, make: Callable[[Path], None]) -> None:
    make(tmp_path / name)
    before = (tmp_path / name).read_bytes()
    ended = start(tmp_path)
    assert ended.returncode == 65 and ended.stdout == ""
    turkish, english = ended.stderr.splitlines()
    for line, words in ((turkish, ("başka bir sürümün", "boş bir klasör")), (english, ("another version", "an empty folder"))):
        assert line.startswith("kamupin-service: ") and str(tmp_path / name) in line and "--data" in line
        assert all(one in line for one in words)
    assert (tmp_path / name).read_bytes() == before


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ended = start(tmp_path / "file")
    assert ended.returncode == 69 and len(ended.stderr.splitlines()) == 2 and "Traceback" not in ended.stderr


def test_a_folder_of_this_version_is_gone_on_with(tmp_path: Path) -> None:
    with Service(tmp_path, ("akis2",)) as service:
        code = service.code()
        assert service.end() == 0
        service.start()
        assert Client(service).redeem(code).status == 200
        with sqlite3.connect(tmp_path / "service.db") as db:
            assert db.execute("PRAGMA user_version").fetchone()[0] > 0
