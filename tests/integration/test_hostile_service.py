# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Every answer of an unblocking, given wrongly by a server in the middle (hostile.py), to the library's public face: a clear
# status each time, bounded memory, and nothing lost: the same step with the next good answer goes on, with the same code
# and the same text message, to a card whose new PIN works for OpenSC.
"""A hostile service."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from attempt import NEW_PIN, PHASE, Steps, costly, new_pin_works
from box import Box, peak_of, until
from hostile import ANY, MEMORY_KB, VALUES, Hostile, Spoiled, Spoiler, changed, right

TIMEOUT = "4000"  # milliseconds of one exchange: what "slow" takes ten times as long for

# The members that the library reads of each answer: every one of them wrong makes the answer wrong.
READ: dict[str, list[tuple[Any, ...]]] = {
    r"/metadata$": [("profile",), ("minimum_client_version",), ("pin_policy",), ("pin_policy", "min_length"), ("pin_policy", "max_length"),
                    ("products",), ("authorities",), ("vouched_rows",), ("vouched_rows", 0, "row"), ("vouched_rows", 0, "operations")],
    r"/codes/redeem$": [("operation_id",), ("token_type",), ("operation_token",), ("kind",), ("product",), ("seconds_left",), ("pin_policy",),
                        ("pin_policy", "min_length"), ("cards",), ("cards", 0, "card_id")],
    r"/cards$": [("cards",), ("cards", 0, "card_id"), ("seconds_left",)],
    r"/factor$": [("type",), ("destination",), ("code_length",), ("seconds_left",), ("resend_after",), ("tries_left",)],
    r"/factor/resend$": [("type",), ("code_length",), ("seconds_left",), ("resend_after",), ("tries_left",)],
    r"/factor/verify$": [("report_ticket",), ("seconds_left",)],
    r"/authority$": [("form",), ("cryptogram",), ("attempts_left",)],
}


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    with Box(["akis2", "akis2"]) as made:
        yield made


@pytest.fixture
def hostile(box: Box) -> Iterator[Hostile]:
    with Hostile(box) as server:
        yield server


class Person:
    """Steps of an operation by way of the hostile server, with what a person would type; one after the other."""

    def __init__(self, box: Box, hostile: Hostile) -> None:
        self.box, self.hostile = box, hostile
        self.steps = Steps(box, TIMEOUT, env={"KAMUPIN_SERVICE": hostile.url})
        self.code = box.code(resend_after=0, operation_seconds=3000, seconds=3000, sms_seconds=3000)
        self.steps.good("new", "any", "0")
        self.peak = self.memory()

    def __enter__(self) -> "Person":
        return self

    def __exit__(self, *error: Any) -> None:
        grown = self.memory() - self.peak
        self.steps.__exit__(*error)
        assert error[0] is not None or grown < MEMORY_KB, f"{grown} kB more than at the beginning"

    def memory(self) -> int:
        """The most memory that the program ever held, in kB."""
        return peak_of(self.steps.process.pid)

    def spoiled(self, path: str, spoiler: Spoiler, status: str, *words: str) -> None:
        """A step whose answers are spoiled as often as they are asked for, and which leaves the operation where it was."""
        self.hostile.spoil(path, spoiler, 3)
        before = self.steps.phase()
        self.steps.refused(status, *words)
        assert self.steps.phase() == before
        self.hostile.orders.clear()

    def to(self, path: str) -> tuple[str, ...]:
        """Takes the good steps before the one that asks for PATH; that step's words."""
        card = self.box.cards[0].card_id or ""
        ways: dict[str, list[tuple[str, ...]]] = {r"/metadata$": [], r"/codes/redeem$": [], r"/cards$": [("redeem", self.code)]}
        ways[r"/factor$"] = [("redeem", self.code), ("choose", card), ("pin", NEW_PIN)]
        ways[r"/factor/resend$"] = ways[r"/factor/verify$"] = [*ways[r"/factor$"], ("sms",)]
        for words in ways.get(path, ways[r"/factor/verify$"]):
            self.steps.good(*words)
        if path in (r"/metadata$", r"/codes/redeem$"):
            return ("redeem", self.code)
        if path == r"/cards$":
            return ("cards",)
        if path in (r"/factor$", r"/factor/resend$"):
            return ("sms",)
        words = ("verify", self.box.sms()[-1]["code"])
        if path == r"/factor/verify$":
            return words
        self.steps.good(*words)
        return ("run",)

    def finish(self, path: str, words: tuple[str, ...]) -> None:
        """The step with a good answer, and all that come after it, to a new PIN."""
        self.steps.good(*words)
        if path in (r"/metadata$", r"/codes/redeem$", r"/cards$"):
            self.steps.good("choose", self.box.cards[0].card_id or "")
            self.steps.good("pin", NEW_PIN)
            self.steps.good("sms")
        if path != r"/factor/verify$":
            self.steps.good("verify", self.box.sms()[-1]["code"])
        self.steps.good("run")
        assert new_pin_works(self.box)


BEFORE_THE_CARD = [path for path in READ if path != r"/authority$"]


def second_card_comes_late(box: Box, path: str) -> Callable[[], None]:
    """For the call that names a card which came after the code was redeemed; what brings it back."""
    def back() -> None:
        if path == r"/cards$":
            box.cards[1].insert()
            until(lambda: len(box.readers(True)) == 2, what="the second card")

    if path == r"/cards$":
        box.cards[1].eject()
        until(lambda: len(box.readers(True)) == 1, what="the empty reader")
    return back


@pytest.mark.parametrize("path", BEFORE_THE_CARD)
def test_any_answer_given_wrongly(box: Box, hostile: Hostile, path: str) -> None:
    """One operation meets every way in which an answer can be wrong, and then ends well."""
    insert = second_card_comes_late(box, path)
    commands = [len(card.commands()) for card in box.cards]
    try:
        with Person(box, hostile) as person:
            words = person.to(path)
            insert()
            for spoiler, status in ANY.values():
                person.spoiled(path, spoiler, status, *words)
            assert [costly(card.commands()[count:]) for card, count in zip(box.cards, commands)] == [[], []]
            person.finish(path, words)
    finally:
        insert()


@pytest.mark.parametrize("path", BEFORE_THE_CARD)
def test_any_member_that_is_not_as_the_profile_says(box: Box, hostile: Hostile, path: str) -> None:
    """Each member that is read, missing, of another type, out of range or an unknown word."""
    insert = second_card_comes_late(box, path)
    try:
        with Person(box, hostile) as person:
            words = person.to(path)
            insert()
            person.spoiled(path, lambda body: Spoiled(b""), "service-reply-malformed", *words)
            good = hostile.good[path]
            for member in READ[path]:
                value = good
                for step in member:
                    value = value[step]
                for wrong in VALUES:
                    if wrong is not ... and right(value, wrong):
                        continue
                    person.spoiled(path, lambda body, m=member, w=wrong: Spoiled(changed(body, m, w)), "service-reply-malformed", *words)
            person.finish(path, words)
    finally:
        insert()


def test_a_service_may_only_narrow(box: Box, hostile: Hostile) -> None:
    """A wider PIN policy allows no more than six to twelve digits; an empty one, and a timer of more than a day, are refused."""
    def policy(least: int, most: int) -> Spoiler:
        return lambda body: Spoiled(changed(body, ("pin_policy",), {"min_length": least, "max_length": most}))

    with Person(box, hostile) as person:
        for path in (r"/metadata$", r"/codes/redeem$"):
            for least, most in ((13, 255), (1, 5), (8, 7), (0, 12), (6, 256)):
                person.spoiled(path, policy(least, most), "service-reply-malformed", "redeem", person.code)
        for seconds in (86401, -1, 2**63):
            person.spoiled(r"/codes/redeem$", lambda body, s=seconds: Spoiled(changed(body, ("seconds_left",), s)), "service-reply-malformed",
                           "redeem", person.code)
    with Person(box, hostile) as person:
        hostile.spoil(r"/metadata$", policy(1, 255))
        hostile.spoil(r"/codes/redeem$", policy(4, 16))
        person.steps.good("redeem", person.code)
        assert hostile.orders == [], "both wider policies were given"
        person.steps.good("choose", box.cards[0].card_id or "")
        person.steps.refused("pin-too-short", "pin", "12345")
        person.steps.refused("pin-too-long", "pin", "1234567890123")
        person.steps.good("pin", NEW_PIN)


def authorities() -> list[tuple[str, Spoiler, str]]:
    """Wrong answers to the call for an authority: an operation has two that may fail, and one that has to do."""
    wrong: list[tuple[str, Spoiler, str]] = [(name, spoiler, status) for name, (spoiler, status) in ANY.items()]
    for member in READ[r"/authority$"]:
        for value in (..., None, [], -1, b"1e400", b"18446744073709551616", "zzz"):
            wrong.append((f"{member[0]}={value!r}", lambda body, m=member, v=value: Spoiled(changed(body, m, v)), "service-reply-malformed"))
    return wrong


def spoil_card_work(box: Box, hostile: Hostile, path: str, wrong: list[tuple[str, Spoiler, str]]) -> None:
    """Operations whose card work fails twice for a wrong answer, before anything was sent to the card, and then is done."""
    for first in range(0, len(wrong), 2):
        for card in box.control.get("/ledger")["ledger"]:
            box.control.post("/ledger", {"card_id": card["card_id"], "attempts_left": card["maximum"]})
        with Person(box, hostile) as person:
            words = person.to(path)
            count = len(box.cards[0].commands())
            for name, spoiler, status in wrong[first:first + 2]:
                hostile.spoil(path, spoiler, 3)
                answer = person.steps.refused(status, *words)
                assert int(answer["phase"]) == PHASE["ready"], name
                hostile.orders.clear()
            assert costly(box.cards[0].commands()[count:]) == []
            person.steps.good(*words)
            assert new_pin_works(box)


def test_an_authority_given_wrongly(box: Box, hostile: Hostile) -> None:
    spoil_card_work(box, hostile, r"/authority$", authorities())


def test_a_relay_given_wrongly(sandbox: Callable[..., Box]) -> None:
    """Its first answer and one in its middle."""
    relayed = sandbox(cards=["akis2:form=relay"])
    members: list[tuple[str, Spoiler, str]] = [
        (f"{member}={value!r}", lambda body, m=member, v=value: Spoiled(changed(body, (m,), v)), "service-reply-malformed")
        for member in ("form", "attempts_left", "command", "step") for value in (None, [], -1, b"1e400", "!")]
    picked = [(name, *how) for name, how in ANY.items()]
    with Hostile(relayed) as hostile:
        for path in (r"/authority$", r"/authority/relay$"):
            spoil_card_work(relayed, hostile, path, picked + members)


def test_a_report_given_wrongly(box: Box, hostile: Hostile) -> None:
    """The card is done; that the service has heard is not believed until it says so as the profile has it. Nothing is lost:
    a later run reports the same."""
    for card in box.control.get("/ledger")["ledger"]:
        box.control.post("/ledger", {"card_id": card["card_id"], "attempts_left": card["maximum"]})
    with Person(box, hostile) as person:
        person.to(r"/authority$")
        hostile.spoil(r"/reports$", lambda body: Spoiled(b"[]"), 50)
        person.steps.refused("result-not-reported", "run")
        assert new_pin_works(box)
        person.steps.say("free")  # it waits in the journal now
        hostile.orders.clear()
        members = [changed_report(member, value) for member in ("outcome", "recorded_at") for value in (..., None, [], "", "done\u0007")]
        members.append(changed_report("outcome", "not-done"))
        wrong = {name: spoiler for name, (spoiler, _) in ANY.items()} | {f"member {n}": one for n, one in enumerate(members)}
        for name, spoiler in wrong.items():
            hostile.spoil(r"/reports$", spoiler, 50)
            answer = person.steps.say("resume", seconds=100)
            assert (answer["status"], answer["left"]) != ("ok", "0"), f"{name}: {answer}"
            hostile.orders.clear()
        person.steps.good("resume")
        assert box.operations()[-1]["outcomes_recorded"] == 1


def changed_report(member: str, value: Any) -> Spoiler:
    """A report's answer with another value."""
    return lambda body: Spoiled(changed(body, (member,), value))


def test_giving_up_answered_wrongly(box: Box, hostile: Hostile) -> None:
    """What the service says to a cancel changes nothing for the program; the operation is over on both sides."""
    for spoiler, _ in ANY.values():
        with Person(box, hostile) as person:
            person.steps.good("redeem", person.code)
            hostile.spoil(r"/cancel$", spoiler, 3)
            person.steps.say("free")
            hostile.orders.clear()
        assert box.operations()[-1]["phase"] == "cancelled"
