# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Time, in one place: a monotonic clock that runs through suspend, goes on where it was after a restart or a reboot,
# and can be moved forward by tests. Touches the store's clock row; nothing else in the service reads a clock.
"""The service's clock."""
from __future__ import annotations

import datetime
import sqlite3
import time
from pathlib import Path


def _boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


class Clock:
    """Seconds since the store was made."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        row = db.execute("SELECT boot_id, offset, last FROM clock").fetchone()
        here, boot = time.clock_gettime(time.CLOCK_BOOTTIME), _boot_id()
        if row is None:
            self._offset = -here
            db.execute("INSERT INTO clock VALUES (?, ?, 0.0)", (boot, self._offset))
        elif row[0] != boot:
            self._offset = row[2] - here
            db.execute("UPDATE clock SET boot_id = ?, offset = ?", (boot, self._offset))
        else:
            self._offset = row[1]

    def now(self) -> float:
        """Seconds since the store was made; never goes back."""
        return time.clock_gettime(time.CLOCK_BOOTTIME) + self._offset

    def advance(self, seconds: float) -> float:
        """Moves time forward, for tests; returns the new time."""
        self._offset += seconds
        self._db.execute("UPDATE clock SET offset = ?", (self._offset,))
        return self.now()

    def mark(self, now: float) -> None:
        """Keeps the time, so that it goes on from here after a reboot; inside the request's transaction."""
        self._db.execute("UPDATE clock SET last = max(last, ?)", (now,))

    @staticmethod
    def date() -> str:
        """The calendar's time for people and records, RFC 3339 in UTC. No decision depends on it."""
        return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def left(now: float, deadline: float) -> int:
    """Whole seconds until DEADLINE; rounded down, so that nothing is promised that is not there."""
    return max(0, int(deadline - now))
