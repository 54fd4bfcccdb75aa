# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The table of all certificates that were issued: whose they are, and what has become of them. A part of the registry's file, through the
# registry's connection; which move is allowed is lifecycle.py's to say.
"""Records of issued certificates."""
from __future__ import annotations

import datetime
import json
import secrets
import sqlite3
from collections.abc import Iterable

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from .lifecycle import Event, Record, move, now, put, settled

SCHEMA = """
CREATE TABLE IF NOT EXISTS certificate (
    certificate_id TEXT PRIMARY KEY, der BLOB NOT NULL, sha256 TEXT NOT NULL UNIQUE, serial TEXT NOT NULL UNIQUE,
    owner TEXT NOT NULL, product TEXT NOT NULL, card_id TEXT, not_before TEXT NOT NULL, not_after TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('issued', 'active', 'suspended', 'revoked')), history TEXT NOT NULL,
    suspended_by TEXT NOT NULL, suspended_at TEXT, suspend_until TEXT, revoked_at TEXT, reason TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS judged (
    sha256 TEXT PRIMARY KEY, state TEXT NOT NULL CHECK (state IN ('suspended', 'revoked'))) STRICT;
CREATE TABLE IF NOT EXISTS crl (name TEXT PRIMARY KEY, number INTEGER NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS certificate_owner ON certificate (owner);
"""
_COLUMNS = ("certificate_id, der, sha256, serial, owner, product, card_id, not_before, not_after, state, history, suspended_by, "
            "suspended_at, suspend_until, revoked_at, reason")


def text_of(at: datetime.datetime) -> str:
    """RFC 3339 in UTC, as the profile has it."""
    return at.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def time_of(text: str) -> datetime.datetime:
    """The other way. ValueError."""
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.timezone.utc)


def _maybe(text: str | None) -> datetime.datetime | None:
    return None if text is None else time_of(text)


def _utc(at: datetime.datetime) -> datetime.datetime:
    return at.replace(tzinfo=datetime.timezone.utc)


def _record(row: tuple[object, ...]) -> Record:
    texts = [None if one is None else str(one) for one in row]
    (certificate_id, _, sha256, serial, owner, product, card_id, not_before, not_after, state, history, suspended_by, suspended_at,
     suspend_until, revoked_at, reason) = texts
    assert certificate_id and sha256 and serial and owner and product and not_before and not_after and state and history
    events = tuple(Event(one["state"], time_of(one["at"]), one["by"], one["reason"]) for one in json.loads(history))
    assert isinstance(row[1], bytes)
    return Record(certificate_id, row[1], sha256, int(serial, 16), owner, product, card_id, time_of(not_before), time_of(not_after),
                  state, events, suspended_by or "", _maybe(suspended_at), _maybe(suspend_until), _maybe(revoked_at), reason or "")


def _row(record: Record) -> tuple[object, ...]:
    events = [{"state": one.state, "at": text_of(one.at), "by": one.by, "reason": one.reason} for one in record.history]
    times = [None if one is None else text_of(one) for one in (record.suspended_at, record.suspend_until, record.revoked_at)]
    return (record.certificate_id, record.der, record.sha256, f"{record.serial:X}", record.owner, record.product, record.card_id,
            text_of(record.not_before), text_of(record.not_after), record.stored, json.dumps(events), record.suspended_by, *times,
            record.reason)


class Certificates:
    """The certificates in the registry's database DB. Whatever is given out is as it stands now."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def add(self, der: bytes, owner: str, product: str, card_id: str | None = None, state: str = "active") -> Record:
        """Records a certificate that was issued; state: "active", or "issued" for one that its holder has yet to open."""
        found, at = x509.load_der_x509_certificate(der), now()
        begun = Event("issued" if state == "issued" else "active", min(at, _utc(found.not_valid_before)))
        record = Record("crt-" + secrets.token_urlsafe(12), der, found.fingerprint(hashes.SHA256()).hex(), found.serial_number, owner,
                        product, card_id, _utc(found.not_valid_before), _utc(found.not_valid_after), begun.state, (begun,))
        row = _row(record)
        self._db.execute(f"INSERT INTO certificate ({_COLUMNS}) VALUES ({', '.join('?' * len(row))})", row)
        return record

    def _keep(self, record: Record) -> Record:
        row = _row(record)
        self._db.execute(f"UPDATE certificate SET ({_COLUMNS}) = ({', '.join('?' * len(row))}) WHERE certificate_id = ?",
                         (*row, record.certificate_id))
        return record

    def _some(self, where: str, *values: object) -> list[Record]:
        at = now()
        rows = self._db.execute(f"SELECT {_COLUMNS} FROM certificate {where} ORDER BY rowid", values)
        return [settled(_record(row), at) for row in rows]

    def _one(self, column: str, value: str) -> Record | None:
        found = self._some(f"WHERE {column} = ?", value)
        return found[0] if found else None

    def all(self) -> list[Record]:
        """All of them, in the order in which they were issued."""
        return self._some("")

    def of(self, owners: Iterable[str]) -> list[Record]:
        """Those of these users or organisations."""
        wanted = list(owners)
        return self._some(f"WHERE owner IN ({', '.join('?' * len(wanted))})", *wanted)

    def of_card(self, card_id: str) -> list[Record]:
        """Those on a card."""
        return self._some("WHERE card_id = ?", card_id)

    def one(self, certificate_id: str) -> Record | None:
        """The record of that name, or None."""
        return self._one("certificate_id", certificate_id)

    def by_serial(self, serial: int) -> Record | None:
        """The record with that serial number, or None."""
        return self._one("serial", f"{serial:X}")

    def by_sha256(self, sha256: str) -> Record | None:
        """The record of the certificate with that SHA-256 (hex, of the DER), or None."""
        return self._one("sha256", sha256)

    def _known(self, certificate_id: str) -> Record:
        record = self.one(certificate_id)
        if record is None:
            raise KeyError(certificate_id)
        return record

    def move(self, certificate_id: str, call: str, reason: str = "", until: datetime.datetime | None = None,
             at: datetime.datetime | None = None) -> Record:
        """The holder's "suspend", "unsuspend", "activate" or "revoke", now or AT; see lifecycle.move(). KeyError, Refused, ValueError."""
        return self._keep(move(self._known(certificate_id), call, at or now(), reason, until))

    def put(self, certificate_id: str, state: str, by: str = "authority", reason: str = "",
            until: datetime.datetime | None = None) -> Record:
        """What authority or institution make of it; see lifecycle.put(). KeyError, Refused, ValueError."""
        return self._keep(put(self._known(certificate_id), state, now(), by, reason, until))

    def next_crl(self, name: str) -> int:
        """The number of the next list of that authority: each is greater than the one before."""
        rows = self._db.execute("INSERT INTO crl VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET number = number + 1 RETURNING number",
                                (name,)).fetchall()
        return int(rows[0][0])

    # ---- by fingerprint: who may log in ----

    def taken_back(self) -> dict[str, str]:
        """The certificates that log nobody in: SHA-256 of the DER in hex → "issued", "suspended" or "revoked"."""
        known = {record.sha256: record.stored for record in self.all() if record.stored != "active"}
        return known | {str(sha256): str(state) for sha256, state in self._db.execute("SELECT sha256, state FROM judged ORDER BY rowid")}

    def at_login(self) -> dict[str, dict[str, str]]:
        """The same for the authorization server, with the end of a suspension that has one."""
        ends = {record.sha256: {"until": text_of(record.suspend_until)} for record in self.all() if record.suspend_until}
        return {sha256: {"state": state} | ends.get(sha256, {}) for sha256, state in self.taken_back().items()}

    def judge(self, sha256: str, state: str) -> None:
        """"suspended", "revoked", or "good" again; by the authority, and also of a certificate that there is no record of.
        ValueError for another word, and for one that was revoked: that is for good."""
        if state not in ("good", "suspended", "revoked") or (self.taken_back().get(sha256) == "revoked" and state != "revoked"):
            raise ValueError("state of a certificate")
        record = self.by_sha256(sha256)
        if record is not None:
            self.put(record.certificate_id, "active" if state == "good" else state)
            return
        self._db.execute("DELETE FROM judged WHERE sha256 = ?", (sha256,))
        if state != "good":
            self._db.execute("INSERT INTO judged VALUES (?, ?)", (sha256, state))
