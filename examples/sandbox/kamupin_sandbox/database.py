# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Opening an SQLite file of the sandbox: private, with the tables that this version has. A file with others is left as it is and
# refused: what lies in a data folder is invented, so nothing of it is moved from one version to the next.
"""SQLite files and their layout."""
from __future__ import annotations

import os
import sqlite3
import zlib
from pathlib import Path


class OtherLayout(Exception):
    """The file was made by another version of the sandbox, or is no database."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.path = path


def layout_of(schema: str) -> int:
    """The number that a file with these tables carries: another one after every change of them, and never that of no tables."""
    return zlib.crc32(schema.encode()) % 0x7FFFFFFF + 1


def open_database(path: Path, schema: str, *pragmas: str) -> sqlite3.Connection:
    """The file with the tables of SCHEMA, mode 0600, made when it is not there. OtherLayout for one with others."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    db = sqlite3.connect(path, isolation_level=None, timeout=10.0)
    try:
        _lay_out(db, path, schema)
        for pragma in pragmas:
            db.execute("PRAGMA " + pragma)
    except BaseException as error:
        db.close()
        if type(error) is sqlite3.DatabaseError:  # its subclasses are about something else: a lock, a full disk
            raise OtherLayout(path) from None
        raise
    return db


def _lay_out(db: sqlite3.Connection, path: Path, schema: str) -> None:
    wanted = layout_of(schema)
    (found,) = db.execute("PRAGMA user_version").fetchone()
    (tables,) = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if tables and found != wanted:
        raise OtherLayout(path)
    if not tables:
        db.execute("PRAGMA secure_delete=ON")
        db.executescript(f"BEGIN IMMEDIATE;{schema}PRAGMA user_version = {wanted};COMMIT;")
