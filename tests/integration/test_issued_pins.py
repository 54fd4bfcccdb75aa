# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The PIN that a card was issued with (rows D06 to D08): shown once, deleted for good, stale when this machine or the service knows that it
# was changed, a PUK beside it never looked at. The other ends are the sandbox's service and a virtual card.
"""Issued PINs."""
from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from box import Box
from kamupin_sandbox.registry import Registry
from portal_driver import Portal

ISSUED = "135790"


@pytest.fixture
def box(sandbox: Callable[..., Box]) -> Box:
    made = sandbox(["akis2"], ["--password-login"])
    with Registry(made.folder / "service" / "registry.db") as registry:
        registry.issue_pin(str(made.cards[0].card_id), ISSUED)
    return made


@pytest.fixture
def portal(box: Box) -> Iterator[Portal]:
    with Portal(box) as made:
        made.login()
        yield made


def record(portal: Portal) -> list[str]:
    """The record of the one card: its name, the card's, product, shown, stale."""
    (only,) = portal.ask("issued").split()
    return only.split("|")


def test_it_is_shown_once(portal: Portal) -> None:
    record_id, card_id, product, shown, stale = record(portal)
    assert (card_id, product, shown, stale) == (portal.box.cards[0].card_id, "nes", "0", "0")
    assert portal.ask("show", record_id) == f"{record_id} {ISSUED} 0"
    portal.refused("issued-pin-shown", "show", record_id)
    assert record(portal)[3:] == ["1", "0"]
    assert ISSUED not in portal.logged()


def test_a_lost_answer_loses_no_pin(portal: Portal) -> None:
    record_id = record(portal)[0]
    for _ in range(3):  # that of the two repetitions as well
        portal.box.fault("show-issued-pin", "drop-after")
    assert portal._tell(f"show {record_id}")[0] == "network-interrupted"
    assert portal.ask("show", record_id).split()[1] == ISSUED


def test_what_is_asked_in_between_loses_no_pin_either(portal: Portal) -> None:
    record_id = record(portal)[0]
    for _ in range(3):
        portal.box.fault("show-issued-pin", "drop-after")
    portal.refused("network-interrupted", "show", record_id)
    order_id = portal.ask("order", "unblock", "nes").split()[0]
    portal.ask("open", order_id)
    portal.ask("cancel")
    assert portal.ask("show", record_id).split()[1] == ISSUED


def test_a_puk_beside_it_is_not_looked_at(portal: Portal) -> None:
    portal.box.settings(issued_puk=1)
    with Registry(portal.box.folder / "service" / "registry.db") as registry:
        puk = registry.puk(str(portal.box.cards[0].card_id)).decode()
    assert portal.ask("show", record(portal)[0]).split()[1] == ISSUED
    assert puk not in portal.logged()


def test_it_is_deleted_only_when_that_is_meant(portal: Portal) -> None:
    record_id = record(portal)[0]
    portal.fresh_calls()
    portal.refused("not-acknowledged", "delete", record_id)
    assert portal.fresh_calls() == []
    portal.ask("delete", record_id, "yes")
    assert portal.ask("issued") == ""
    for words in (("show", record_id), ("delete", record_id, "yes"), ("show", "../session"), ("delete", "../session", "yes")):
        portal.refused("issued-pin-unknown", *words)


def test_it_is_stale_once_this_machine_changed_the_pin(portal: Portal) -> None:
    record_id = record(portal)[0]
    portal.refused("pin-wrong", "change", "999999", "482915")
    assert record(portal)[4] == "0"
    portal.ask("change", "123456", "482915")
    assert record(portal)[4] == "1"  # the service cannot know: no operation of it was
    assert portal.ask("show", record_id) == f"{record_id} {ISSUED} 1"
    (mark,) = marks(portal.box)
    found = mark.stat()
    assert (found.st_size, stat.S_IMODE(found.st_mode)) == (0, 0o600)
    assert str(portal.box.cards[0].card_id).split(":")[1] not in mark.name


def marks(box: Box) -> list[Path]:
    """The marks of changed PINs in the sandbox's state folder."""
    return list(Path(box.env["KAMUPIN_STATE_DIR"]).glob("*.changed"))


def test_it_is_stale_after_an_unblock(portal: Portal) -> None:
    portal.ask("order", "unblock", "nes")
    portal.ask("new")
    portal.verified()
    portal.ask("run")
    assert record(portal)[4] == "1"
    assert len(marks(portal.box)) == 1
