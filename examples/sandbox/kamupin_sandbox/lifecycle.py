# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The life of a certificate: which states there are, who may move one into which, and what is written down of it. Pure: the time is
# given, nothing is read or kept. The calls of the profile, the control address and the OCSP responder all decide by this table.
"""States of certificates and the moves between them."""
from __future__ import annotations

import datetime
from dataclasses import dataclass, replace

STORED = ("issued", "active", "suspended", "revoked")  # what is kept; the dates make the others of it
STATES = ("issued", "not-yet-valid", "active", "suspended", "revoked", "expired")
BY = ("holder", "authority", "institution")
CALLS = ("suspend", "unsuspend", "activate", "revoke")  # the holder's
REASONS = ("unspecified", "keyCompromise", "affiliationChanged", "superseded", "cessationOfOperation", "privilegeWithdrawn",
           "cACompromise")  # RFC 5280, 5.3.1, of revocations
HOLDERS_REASONS = REASONS[:-1]  # an authority alone knows of the last
SUSPEND_REASONS = ("lost", "stolen", "left-behind", "other")
MOST_EVENTS = 32

# state → call → the problem's name, or "" where the call is allowed. "others": suspended by authority or institution.
_RULES = {
    "issued": ("certificate-not-activated", "certificate-not-activated", "", ""),
    "not-yet-valid": ("certificate-not-yet-valid", "certificate-not-yet-valid", "certificate-not-yet-valid", ""),
    "active": ("", "certificate-not-suspended", "certificate-active", ""),
    "suspended": ("", "", "certificate-suspended", ""),
    "others": ("certificate-suspended-by-others", "certificate-suspended-by-others", "certificate-suspended-by-others", ""),
    "revoked": ("certificate-revoked",) * 4,
    "expired": ("certificate-expired",) * 4,
}


class Refused(Exception):
    """The move is not one of this state; `problem` is its name in the profile."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True)
class Event:
    """A state that began: when, by whom (of BY; "" for the issuer's ordinary work), why ("" where nothing was said)."""

    state: str
    at: datetime.datetime
    by: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Record:
    """A certificate that was issued. Times are UTC and aware, whole seconds. owner: a user_id or an organisation_id; card_id None: on no
    card that the issuer knows of; stored: of STORED; reason: of a revocation."""

    certificate_id: str
    der: bytes
    sha256: str
    serial: int
    owner: str
    product: str
    card_id: str | None
    not_before: datetime.datetime
    not_after: datetime.datetime
    stored: str
    history: tuple[Event, ...]
    suspended_by: str = ""
    suspended_at: datetime.datetime | None = None
    suspend_until: datetime.datetime | None = None
    revoked_at: datetime.datetime | None = None
    reason: str = ""


def now() -> datetime.datetime:
    """The calendar's time in whole seconds, as certificates have it."""
    return datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)


def settled(record: Record, at: datetime.datetime) -> Record:
    """The record as it stands: a suspension whose end has come has ended then."""
    if record.stored != "suspended" or record.suspend_until is None or at < record.suspend_until:
        return record
    return _with(replace(record, stored="active", suspended_by="", suspended_at=None, suspend_until=None),
                 Event("active", record.suspend_until))


def state(record: Record, at: datetime.datetime) -> str:
    """Of STATES. Revoked goes before expired, and that before what is stored."""
    record = settled(record, at)
    if record.stored == "revoked":
        return "revoked"
    if at > record.not_after:
        return "expired"
    if record.stored in ("suspended", "issued"):
        return record.stored
    return "not-yet-valid" if at < record.not_before else "active"


def refusal(record: Record, call: str, at: datetime.datetime) -> str:
    """The problem that CALL of the holder meets now; "" for none."""
    here = state(record, at)
    if here == "suspended" and settled(record, at).suspended_by != "holder":
        here = "others"
    return _RULES[here][CALLS.index(call)]


def may(record: Record, at: datetime.datetime) -> list[str]:
    """The calls that would move it now. Suspending once more is allowed and moves nothing."""
    again = "suspend" if state(record, at) == "suspended" else ""
    return [call for call in CALLS if not refusal(record, call, at) and call != again]


def move(record: Record, call: str, at: datetime.datetime, reason: str = "", until: datetime.datetime | None = None) -> Record:
    """What the holder's CALL makes of it. Refused. A suspension is told its reason (of SUSPEND_REASONS) and its end, where it has one;
    a revocation its reason (of HOLDERS_REASONS). One's own suspension once more leaves the record as it is."""
    problem = refusal(record, call, at)
    if problem:
        raise Refused(problem)
    record = settled(record, at)
    if call == "suspend":
        return record if record.stored == "suspended" else _suspended(record, at, "holder", reason, until)
    if call == "revoke":
        return _revoked(record, at, "holder", reason or "unspecified")
    return _opened(record, at, "holder")


def put(record: Record, stored: str, at: datetime.datetime, by: str = "authority", reason: str = "",
        until: datetime.datetime | None = None) -> Record:
    """Sets what is stored, as an authority or institution does it, whatever the state was; only what is revoked stays so.
    ValueError for words that are none, Refused("certificate-revoked")."""
    if stored not in STORED or by not in BY or (stored == "revoked" and reason not in ("", *REASONS)):
        raise ValueError("state, by or reason")
    record = settled(record, at)
    if record.stored == "revoked":
        if stored == "revoked":
            return record
        raise Refused("certificate-revoked")
    if stored == "suspended":
        return _suspended(record, at, by, reason, until)
    if stored == "revoked":
        return _revoked(record, at, by, reason or "unspecified")
    return _opened(record, at, by) if stored == "active" else _with(_plain(record, "issued"), Event("issued", at, by))


# ---- what a move writes ----

def _plain(record: Record, stored: str) -> Record:
    return replace(record, stored=stored, suspended_by="", suspended_at=None, suspend_until=None)


def _opened(record: Record, at: datetime.datetime, by: str) -> Record:
    return _with(_plain(record, "active"), Event("active", at, by))


def _suspended(record: Record, at: datetime.datetime, by: str, reason: str, until: datetime.datetime | None) -> Record:
    if reason and reason not in SUSPEND_REASONS:
        raise ValueError("reason")
    return _with(replace(record, stored="suspended", suspended_by=by, suspended_at=at, suspend_until=until),
                 Event("suspended", at, by, reason))


def _revoked(record: Record, at: datetime.datetime, by: str, reason: str) -> Record:
    if reason not in (HOLDERS_REASONS if by == "holder" else REASONS):
        raise ValueError("reason")
    return _with(replace(_plain(record, "revoked"), revoked_at=at, reason=reason), Event("revoked", at, by, reason))


def _with(record: Record, event: Event) -> Record:
    """One event more; of a long history the first one and the newest are kept."""
    events = (*record.history, event)
    return replace(record, history=events if len(events) <= MOST_EVENTS else (events[0], *events[-MOST_EVENTS + 1:]))
