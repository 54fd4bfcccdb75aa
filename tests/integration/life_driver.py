# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# tests/drivers/public/life.c in the hands of a test: a person's certificates, revocations, consent, applications and lists, in one
# process. Touches the one process that it starts.
"""The library's life-cycle calls, as a test drives them."""
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from box import Box
from portal_driver import Portal
from service_life import Held, Papers

from kamupin_sandbox.lifecycle import Record

MAY = {"suspend": 1, "unsuspend": 2, "activate": 4, "revoke": 8}  # kamupin_certificate_may
# Many calls of one person in one test.
UNLIMITED = {name: 10000 for name in ("captchas_per_address", "login_sms_per_address", "login_sms_per_person", "revocation_sms_per_person")}


@dataclass(frozen=True)
class Row:
    """A kamupin_certificate_record as the driver writes it."""

    certificate_id: str
    serial: str
    product: str
    state: str
    by: str
    reason: str
    may: int
    organisation: str
    card_id: str
    identity: str
    suspended_at: int
    suspend_until: int
    revoked_at: int
    not_before: int
    not_after: int
    holder: str

    @classmethod
    def of(cls, line: str) -> Row:
        """From one line's part."""
        words = line.split("|")
        return cls(*words[:6], int(words[6]), *words[7:10], *map(int, words[10:15]), "|".join(words[15:]))  # type: ignore[arg-type]


class Life(Portal):
    """A program with one session, one revocation, one consent and one list."""

    DRIVER = "driver-life"

    def row(self, *words: str) -> Row:
        """A call that succeeds and tells a certificate."""
        return Row.of(self.ask(*words))

    def rows(self, *words: str) -> list[Row]:
        """The certificates of a list."""
        said = self.ask("certificates", *words)
        return [Row.of(one) for one in said.split(";")] if said else []

    def history(self, which: str) -> list[str]:
        """What befell a certificate: state/by/reason/word."""
        return self.ask("details", which).split(";")[1:]

    def begun(self, which: str, reason: str = "keyCompromise") -> str:
        """A revocation that was prepared, with its code on the phone; the code."""
        self.ask("revoke", which, reason)
        self.ask("factor", "sms")
        return self.last_sms()


class _Folder:
    def __init__(self, data: Path) -> None:
        self.data = data


class Drawer(Papers):
    """Certificates in the registry of a sandbox."""

    def __init__(self, box: Box) -> None:
        super().__init__(_Folder(box.folder / "service"))  # type: ignore[arg-type]

    def of(self, held: Held) -> Record:
        """A certificate as the registry has it now."""
        return self.record(held.name)
