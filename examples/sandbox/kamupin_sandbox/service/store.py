# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The service's state in one SQLite file: schema, one transaction a request, sealing of what must not lie there in
# clear (codes, SMS texts, stored answers). Touches DATA/service.db only; the keys come from the registry.
"""The store."""
from __future__ import annotations

import hashlib
import hmac
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ..database import open_database
from ..registry import Registry
from .clock import Clock

_SCHEMA = """
CREATE TABLE IF NOT EXISTS clock (boot_id TEXT NOT NULL, offset REAL NOT NULL, last REAL NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS session (
    session_id TEXT PRIMARY KEY, user_id TEXT NOT NULL, kind TEXT NOT NULL CHECK (kind IN ('token', 'password', 'portal')),
    assurance TEXT NOT NULL, jkt TEXT, grant_mark TEXT UNIQUE, token_mark TEXT UNIQUE, ends REAL NOT NULL,
    ended INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE IF NOT EXISTS portal_session (
    mark TEXT PRIMARY KEY, session_id TEXT NOT NULL REFERENCES session (session_id), until REAL NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS portal_signed (mark TEXT PRIMARY KEY, until REAL NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS captcha (
    captcha_id TEXT PRIMARY KEY, key_mark TEXT NOT NULL, sealed BLOB NOT NULL, deadline REAL NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('fresh', 'used', 'replaced'))) STRICT;
CREATE TABLE IF NOT EXISTS tally (at REAL NOT NULL, what TEXT NOT NULL, whose TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS login (
    login_id TEXT PRIMARY KEY, user_id TEXT NOT NULL, key_mark TEXT NOT NULL, deadline REAL NOT NULL, done INTEGER NOT NULL DEFAULT 0,
    sms_mark TEXT, sms_deadline REAL, resend_at REAL, sms_sent INTEGER NOT NULL DEFAULT 0, tries_left INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS word_link (mark TEXT PRIMARY KEY, user_id TEXT NOT NULL, deadline REAL NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS mail (
    n INTEGER PRIMARY KEY, user_id TEXT NOT NULL, destination TEXT NOT NULL, sealed BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS page (
    n INTEGER PRIMARY KEY, page_id TEXT NOT NULL UNIQUE, session TEXT REFERENCES session (session_id), user_id TEXT NOT NULL,
    organisation TEXT, kind TEXT NOT NULL, product TEXT NOT NULL, terms TEXT NOT NULL, ends REAL NOT NULL, given_up REAL,
    ended TEXT CHECK (ended IN ('page-closed', 'session-ended', 'operation-cancelled'))) STRICT;
CREATE TABLE IF NOT EXISTS code (
    n INTEGER PRIMARY KEY, mark TEXT NOT NULL UNIQUE, page_id TEXT NOT NULL REFERENCES page (page_id),
    sealed BLOB NOT NULL, deadline REAL NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('fresh', 'used', 'replaced'))) STRICT;
CREATE TABLE IF NOT EXISTS operation (
    n INTEGER PRIMARY KEY, operation_id TEXT NOT NULL UNIQUE, page_id TEXT NOT NULL REFERENCES page (page_id),
    user_id TEXT NOT NULL, organisation TEXT, kind TEXT NOT NULL, product TEXT NOT NULL, terms TEXT NOT NULL,
    key_mark TEXT NOT NULL, token_mark TEXT NOT NULL UNIQUE, ticket_mark TEXT UNIQUE,
    phase TEXT NOT NULL, ended_by TEXT, deadline REAL NOT NULL, exhausted INTEGER NOT NULL DEFAULT 0, card_id TEXT, factor TEXT,
    sms_mark TEXT, sms_deadline REAL, resend_at REAL, sms_sent INTEGER NOT NULL DEFAULT 0, tries_left INTEGER NOT NULL,
    outcome TEXT, recorded_at TEXT) STRICT;
CREATE TABLE IF NOT EXISTS named_card (
    operation_id TEXT NOT NULL REFERENCES operation (operation_id), card_id TEXT NOT NULL, row TEXT NOT NULL,
    PRIMARY KEY (operation_id, card_id)) STRICT;
CREATE TABLE IF NOT EXISTS sms (
    n INTEGER PRIMARY KEY, user_id TEXT NOT NULL, operation_id TEXT, login_id TEXT, revocation_id TEXT, destination TEXT NOT NULL,
    sealed BLOB NOT NULL, at REAL NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS moving (
    n INTEGER PRIMARY KEY, certificate_id TEXT NOT NULL, call TEXT NOT NULL, at TEXT NOT NULL, reason TEXT NOT NULL, until TEXT) STRICT;
CREATE TABLE IF NOT EXISTS revocation (
    n INTEGER PRIMARY KEY, revocation_id TEXT NOT NULL UNIQUE, certificate_id TEXT NOT NULL, user_id TEXT NOT NULL,
    session TEXT NOT NULL REFERENCES session (session_id), reason TEXT NOT NULL, token_mark TEXT NOT NULL, terms TEXT NOT NULL,
    deadline REAL NOT NULL, exhausted INTEGER NOT NULL DEFAULT 0, factor TEXT, sms_mark TEXT, sms_deadline REAL, resend_at REAL,
    sms_sent INTEGER NOT NULL DEFAULT 0, tries_left INTEGER NOT NULL, state TEXT NOT NULL DEFAULT 'prepared'
    CHECK (state IN ('prepared', 'confirmed', 'cancelled', 'replaced'))) STRICT;
CREATE TABLE IF NOT EXISTS consent (
    n INTEGER PRIMARY KEY, consent_id TEXT NOT NULL UNIQUE, user_id TEXT NOT NULL, content BLOB NOT NULL, deadline REAL NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'accepted', 'refused', 'replaced')), at TEXT, signature BLOB) STRICT;
CREATE TABLE IF NOT EXISTS application (
    n INTEGER PRIMARY KEY, application_id TEXT NOT NULL UNIQUE, user_id TEXT NOT NULL, organisation TEXT, product TEXT NOT NULL,
    state TEXT NOT NULL, reason TEXT NOT NULL, schema_id TEXT NOT NULL, title TEXT NOT NULL, document TEXT NOT NULL,
    needs_consent INTEGER NOT NULL, ends REAL NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS authorised_list (
    n INTEGER PRIMARY KEY, list_id TEXT NOT NULL UNIQUE, organisation TEXT NOT NULL, title TEXT NOT NULL, rows TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1, state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'signed', 'withdrawn')),
    made_at TEXT NOT NULL, signed_at TEXT, signature BLOB) STRICT;
CREATE TABLE IF NOT EXISTS list_shown (
    list_id TEXT NOT NULL REFERENCES authorised_list (list_id), sha256 TEXT NOT NULL, PRIMARY KEY (list_id, sha256)) STRICT;
CREATE TABLE IF NOT EXISTS issued_pin (
    record_id TEXT PRIMARY KEY, shown INTEGER NOT NULL DEFAULT 0, deleted INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE IF NOT EXISTS ledger (card_id TEXT PRIMARY KEY, attempts_left INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS puk_ledger (
    card_id TEXT PRIMARY KEY, uses_left INTEGER NOT NULL, disclosed INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS authority (
    n INTEGER PRIMARY KEY, operation_id TEXT NOT NULL REFERENCES operation (operation_id), card_id TEXT NOT NULL,
    form TEXT NOT NULL, challenge BLOB, state TEXT NOT NULL CHECK (state IN ('spent', 'given-back', 'settled')),
    UNIQUE (card_id, challenge)) STRICT;
CREATE TABLE IF NOT EXISTS outcome (
    n INTEGER PRIMARY KEY, operation_id TEXT NOT NULL REFERENCES operation (operation_id), outcome TEXT NOT NULL,
    evidence TEXT NOT NULL, recorded_at TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS answer (
    scope TEXT NOT NULL, key TEXT NOT NULL, request BLOB NOT NULL, status INTEGER NOT NULL, sealed BLOB NOT NULL,
    at REAL NOT NULL, named TEXT NOT NULL, PRIMARY KEY (scope, key)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS proof (
    key_mark TEXT NOT NULL, jti TEXT NOT NULL, until REAL NOT NULL, PRIMARY KEY (key_mark, jti)) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS tally_whose ON tally (what, whose, at);
CREATE INDEX IF NOT EXISTS answer_at ON answer (at);
CREATE INDEX IF NOT EXISTS proof_until ON proof (until);
CREATE INDEX IF NOT EXISTS page_user ON page (user_id);
CREATE INDEX IF NOT EXISTS code_page ON code (page_id);
CREATE INDEX IF NOT EXISTS operation_page ON operation (page_id);
"""
ANSWER_SECONDS = 86400.0  # how long stored answers are kept


class Store:
    """DATA/service.db and the clock that lives in it. One connection, one thread. OtherLayout."""

    def __init__(self, path: Path, registry: Registry) -> None:
        self.db = open_database(path, _SCHEMA, "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
        self.db.row_factory = sqlite3.Row
        self.clock = Clock(self.db)
        self._seal = AESGCM(registry.secret("seal"))
        self._mark = registry.secret("mark")

    def close(self) -> None:
        """Closes the file."""
        self.db.close()

    @contextmanager
    def transaction(self) -> Iterator[float]:
        """Everything inside is kept or nothing is; gives the one moment that the request happens at."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            now = self.clock.now()
            yield now
            self.clock.mark(now)
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """A part of a transaction that is undone by itself when it raises."""
        self.db.execute("SAVEPOINT attempt")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK TO attempt")
            self.db.execute("RELEASE attempt")
            raise
        self.db.execute("RELEASE attempt")

    def one(self, sql: str, *values: object) -> sqlite3.Row | None:
        """The first row, or None."""
        row: sqlite3.Row | None = self.db.execute(sql, values).fetchone()
        return row

    def all(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """All rows."""
        return self.db.execute(sql, values).fetchall()

    def do(self, sql: str, *values: object) -> int:
        """Changes something; returns how many rows."""
        return self.db.execute(sql, values).rowcount

    def mark(self, kind: str, secret: str) -> str:
        """What is kept of a secret that is only ever compared: its HMAC. Also of bytes that are no text, as a header may hold them."""
        return hmac.new(self._mark, f"{kind}\0{secret}".encode(errors="surrogatepass"), hashlib.sha256).hexdigest()

    def seal(self, kind: str, data: bytes) -> bytes:
        """Encrypts what has to be shown again."""
        nonce = secrets.token_bytes(12)
        return nonce + self._seal.encrypt(nonce, data, kind.encode())

    def unseal(self, kind: str, sealed: bytes) -> bytes:
        """The other way."""
        return self._seal.decrypt(sealed[:12], sealed[12:], kind.encode())

    def sweep(self, now: float) -> None:
        """Forgets stored answers and proofs whose time is over."""
        self.do("DELETE FROM answer WHERE at < ?", now - ANSWER_SECONDS)
        self.do("DELETE FROM proof WHERE until < ?", now)
