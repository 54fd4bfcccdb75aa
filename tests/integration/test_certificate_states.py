# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The table of the sandbox by which certificates move from state to state, and the records that it moves. Both ends are ours here: what
# a responder, a list and a client make of the states is judged by OpenSSL in test_certificate_status.py.
"""The life of a certificate, by the table."""
from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import box  # noqa: F401  the sandbox's modules
from kamupin_sandbox import lifecycle
from kamupin_sandbox.ca import CardIssuer, make_card_key
from kamupin_sandbox.certificates import text_of, time_of
from kamupin_sandbox.lifecycle import Event, Record, Refused
from kamupin_sandbox.registry import Registry

HOUR = datetime.timedelta(hours=1)
NOW = time_of("2026-05-05T12:00:00Z")
CALLS = ("suspend", "unsuspend", "activate", "revoke")
# As it stands in the profile: the state that a call leads to, or the problem that it meets.
TABLE = {
    "issued": ("certificate-not-activated", "certificate-not-activated", "active", "revoked"),
    "not-yet-valid": ("certificate-not-yet-valid", "certificate-not-yet-valid", "certificate-not-yet-valid", "revoked"),
    "active": ("suspended", "certificate-not-suspended", "certificate-active", "revoked"),
    "holder": ("suspended", "active", "certificate-suspended", "revoked"),
    "authority": ("certificate-suspended-by-others",) * 3 + ("revoked",),
    "institution": ("certificate-suspended-by-others",) * 3 + ("revoked",),
    "revoked": ("certificate-revoked",) * 4,
    "expired": ("certificate-expired",) * 4,
}
ISSUED = Record("crt-1", b"", "", 1, "deneme", "nes", None, NOW - HOUR, NOW + HOUR, "issued", (Event("issued", NOW - HOUR),))


def record_in(state: str) -> Record:
    """A record in a state of the table."""
    active = replace(ISSUED, stored="active", history=(Event("active", NOW - HOUR),))
    if state in lifecycle.BY:
        return lifecycle.put(active, "suspended", NOW, by=state)
    return {"issued": ISSUED, "active": active, "revoked": lifecycle.put(active, "revoked", NOW),
            "not-yet-valid": replace(active, not_before=NOW + HOUR / 2), "expired": replace(active, not_after=NOW - HOUR / 2)}[state]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("state", TABLE)
def test_every_call_in_every_state(state: str, call: str) -> None:
    """What is allowed moves and is written down; what is not has its own name and changes nothing."""
    record, expected = record_in(state), TABLE[state][CALLS.index(call)]
    allowed = expected in lifecycle.STATES
    assert lifecycle.refusal(record, call, NOW) == ("" if allowed else expected)
    assert (call in lifecycle.may(record, NOW)) == (allowed and (state, call) != ("holder", "suspend"))
    if not allowed:
        with pytest.raises(Refused, match=f"^{expected}$"):
            lifecycle.move(record, call, NOW)
        return
    moved = lifecycle.move(record, call, NOW)
    assert lifecycle.state(moved, NOW) == expected
    if (state, call) == ("holder", "suspend"):
        assert moved == record
    else:
        assert moved.history == (*record.history, Event(expected, NOW, "holder", "unspecified" if call == "revoke" else ""))
    assert (moved.suspended_by, moved.suspended_at) == (("holder", NOW) if expected == "suspended" else ("", None))
    assert (moved.revoked_at, moved.reason) == ((NOW, "unspecified") if expected == "revoked" else (None, ""))


def test_what_goes_before_what() -> None:
    """Revoked before expired, that before suspended and issued, and they before not yet valid."""
    late = {"not_after": NOW - HOUR / 2}
    early = {"not_before": NOW + HOUR / 2}
    for stored, dates, expected in (("revoked", late, "revoked"), ("revoked", early, "revoked"), ("suspended", late, "expired"),
                                    ("issued", late, "expired"), ("suspended", early, "suspended"), ("issued", early, "issued"),
                                    ("active", early, "not-yet-valid"), ("active", {}, "active")):
        record = replace(ISSUED, stored=stored, suspended_by="holder" if stored == "suspended" else "", **dates)  # type: ignore[arg-type]
        assert lifecycle.state(record, NOW) == expected


def test_the_end_of_a_suspension() -> None:
    """It ends when it was said to, not before; the record then says when that was."""
    record = lifecycle.move(record_in("active"), "suspend", NOW, "lost", NOW + HOUR / 2)
    assert record.history[-1] == Event("suspended", NOW, "holder", "lost")
    just_before = NOW + HOUR / 2 - datetime.timedelta(seconds=1)
    assert lifecycle.state(record, just_before) == "suspended" and lifecycle.settled(record, just_before) == record
    after = lifecycle.settled(record, NOW + HOUR / 2)
    assert (after.stored, after.suspended_by, after.suspended_at, after.suspend_until) == ("active", "", None, None)
    assert after.history == (*record.history, Event("active", NOW + HOUR / 2))
    assert lifecycle.state(record, NOW + HOUR / 2) == "active"
    with pytest.raises(Refused, match="^certificate-not-suspended$"):
        lifecycle.move(record, "unsuspend", NOW + HOUR / 2)


def test_words_that_are_none() -> None:
    """Reasons of RFC 5280, and of those the compromise of an authority never from a holder."""
    active = record_in("active")
    for call, reason in (("revoke", "keycompromise"), ("revoke", "cACompromise"), ("revoke", "certificateHold"), ("suspend", "keyCompromise")):
        with pytest.raises(ValueError):
            lifecycle.move(active, call, NOW, reason)
    for state, by, reason in (("expired", "authority", ""), ("suspended", "neighbour", ""), ("revoked", "authority", "lost"),
                              ("revoked", "holder", "cACompromise")):
        with pytest.raises(ValueError):
            lifecycle.put(active, state, NOW, by, reason)
    assert lifecycle.put(active, "revoked", NOW, reason="cACompromise").reason == "cACompromise"


def test_revoked_is_for_good() -> None:
    """Also for an authority; and once more is the same revocation, with its first time and reason."""
    revoked = lifecycle.move(record_in("active"), "revoke", NOW, "superseded")
    for state in ("active", "issued", "suspended"):
        with pytest.raises(Refused, match="^certificate-revoked$"):
            lifecycle.put(revoked, state, NOW + HOUR / 2)
    assert lifecycle.put(revoked, "revoked", NOW + HOUR / 2, reason="keyCompromise") == revoked


def test_a_long_history_is_bounded() -> None:
    """The first event and the newest are kept."""
    record = record_in("active")
    for minute in range(40):
        record = lifecycle.move(record, ("suspend", "unsuspend")[minute % 2], NOW + minute * HOUR / 60)
    assert len(record.history) == lifecycle.MOST_EVENTS
    assert record.history[0] == Event("active", NOW - HOUR)
    assert record.history[-1] == Event("active", NOW + 39 * HOUR / 60, "holder")


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    """A registry of its own."""
    with Registry(tmp_path / "registry.db") as found:
        yield found


def test_records_are_kept(registry: Registry, tmp_path: Path) -> None:
    """What was moved is there after the file was closed; the order is that of issuing."""
    issuer = CardIssuer(tmp_path / "issuer")
    first, second = (registry.certificates.add(issuer.issue("DENEME KULLANICI", "10000000146", key=make_card_key("p256")), owner, "nes",
                                               card_id, state)
                     for owner, card_id, state in (("deneme", "certs:1", "active"), ("baska", None, "issued")))
    registry.certificates.move(second.certificate_id, "revoke", "superseded")
    moved = registry.certificates.move(first.certificate_id, "suspend", "stolen", lifecycle.now() + HOUR)
    assert registry.certificates.at_login() == {
        first.sha256: {"state": "suspended", "until": text_of(moved.suspend_until or NOW)}, second.sha256: {"state": "revoked"}}
    with Registry(registry.path) as again:
        assert [one.certificate_id for one in again.certificates.all()] == [first.certificate_id, second.certificate_id]
        assert again.certificates.one(first.certificate_id) == moved == again.certificates.by_serial(first.serial)
        assert again.certificates.of(["deneme", "vkn:4540536920"]) == [moved] == again.certificates.of_card("certs:1")
        assert again.certificates.by_sha256(second.sha256) == again.certificates.of(["baska"])[0]
        assert again.certificates.one("crt-x") is None is again.certificates.by_serial(1)
        with pytest.raises(KeyError):
            again.certificates.move("crt-x", "suspend")


def test_a_suspension_that_is_over_in_the_record(registry: Registry, tmp_path: Path) -> None:
    """Nobody has to write anything for it to be over."""
    der = CardIssuer(tmp_path / "issuer").issue("DENEME KULLANICI", "10000000146", key=make_card_key("p256"))
    record = registry.certificates.add(der, "deneme", "nes")
    registry.certificates.put(record.certificate_id, "suspended", "institution", until=lifecycle.now() - HOUR)
    assert registry.certificates.taken_back() == {}
    found = registry.certificates.one(record.certificate_id)
    assert found and [one.state for one in found.history] == ["active", "suspended", "active"]
