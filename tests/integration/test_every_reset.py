# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The card loses its power, and another program wants to reset it, at every single command of a change and of an
# unblock. How many commands there are is found by a run in which nothing happens. What it costs is read from the card.
# Not ours on the other end: pcscd and vpcd; the foreign program is a bare client of Debian's libpcsclite
# (pcsc_client.py). tests/scripted/faults has all other faults, without a daemon between.
"""A reset at every command."""
from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from attempt import NEW_PIN, Steps
from box import Box, Card, until
from private_pcscd import Client

OLD = "123456"
OK, REMOVED, RESET = 0, 27, 28
CHANGE, AUTHENTICATE, RESET_RETRY_COUNTER = "0024", "0082", "002C"


def change(box: Box, card: Card, old: str, new: str) -> subprocess.Popen[str]:
    """Starts a change by the one-page program."""
    program = box.start("example-change-pin", "--unproven", card.reader, stdin=subprocess.PIPE)
    assert program.stdin is not None
    program.stdin.write(f"{old}\n{new}\n{new}\n")
    program.stdin.close()
    program.stdin = None
    return program


def ended(program: subprocess.Popen[str]) -> tuple[int, str]:
    """A program's exit code, and what it said."""
    _, said = program.communicate(timeout=30)
    return program.returncode, said


def pin_of(card: Card) -> str:
    """The PIN on the card."""
    return bytes.fromhex(card.state()["pin.value"]).decode()


def headers(card: Card, mark: str) -> list[str]:
    """CLA and INS of the commands after a mark."""
    return [one[:4] for one in card.commands(mark)]


def seen(box: Box, card: Card) -> None:
    """Waits until the daemon shows the card."""
    until(lambda: "noticed=1" in card.tell("status") and card.reader in box.readers(True), 20, "the card in its reader")


def shared_out(cards: list[Card], work: Callable[[Card, int], None], positions: int) -> None:
    """Does every position (1 up), each card its share at the same time as the others."""
    def share(at: int) -> None:
        for position in range(1 + at, positions + 1, len(cards)):
            work(cards[at], position)

    with ThreadPoolExecutor(len(cards)) as pool:
        for done in [pool.submit(share, at) for at in range(len(cards))]:
            done.result()


@pytest.fixture(scope="module")
def crowd() -> Iterator[Box]:
    """A sandbox with several cards."""
    with Box(["akis2"] * 4) as box:
        yield box


def commands_of_a_change(box: Box) -> int:
    """How many commands a change takes when nothing happens."""
    card = box.cards[0]
    card.mark("nothing happens")
    code, said = ended(change(box, card, pin_of(card), NEW_PIN))
    assert code == OK, said
    sent = headers(card, "nothing happens")
    assert sent.count(CHANGE) == 1
    return len(sent)


@pytest.mark.parametrize("when", ["before", "after"])
def test_the_card_loses_its_power_at_every_command_of_a_change(crowd, when):
    """CHANGE is sent once at most; the card has the new PIN when it took it, whatever the answer; no try is lost; a card
    that was only read may be read again."""
    def one(card: Card, position: int) -> None:
        old, mark = pin_of(card), f"{when} {position}"
        new = OLD if old == NEW_PIN else NEW_PIN
        card.mark(mark)
        card.on(f"count={position} {when} power-cycle")
        code, said = ended(change(crowd, card, old, new))
        assert "rules=0" in card.tell("status"), "the rule was not met"
        sent = headers(card, mark)
        at = sent.index(CHANGE) + 1 if CHANGE in sent else 0
        taken = at > 0 and not (at == position and when == "before")
        assert sent.count(CHANGE) <= 1, (mark, sent)
        assert code in (OK, REMOVED, RESET), (mark, said)
        assert pin_of(card) == (new if taken else old), (mark, said)
        assert card.state()["pin.tries"] == "3", mark
        assert code != OK or taken, (mark, said)
        assert code == OK or position <= at or at == 0, (mark, said)
        seen(crowd, card)

    shared_out(crowd.cards, one, commands_of_a_change(crowd))


def test_another_program_resets_at_every_command_of_a_change(crowd):
    """What it asks for while the card is held waits or is refused; between, it happens, and the card is taken up again. No
    change fails by it."""
    def one(card: Card, position: int) -> None:
        old, mark = pin_of(card), f"foreign {position}"
        new = OLD if old == NEW_PIN else NEW_PIN
        other = Client(crowd.env, card.reader)
        try:
            assert other.say("connect") == "ok"
            card.mark(mark)
            card.on(f"count={position} after wait=100")
            program = change(crowd, card, old, new)
            until(lambda: len(headers(card, mark)) >= position, 20, f"command {position}")
            asked = other.say("reset")
            code, said = ended(program)
        finally:
            other.close()
        assert asked in ("ok", "error 0x8010000b"), (mark, asked)
        assert (code, pin_of(card)) == (OK, new), (mark, said)
        assert headers(card, mark).count(CHANGE) == 1, mark
        assert card.state()["pin.tries"] == "3", mark

    shared_out(crowd.cards, one, commands_of_a_change(crowd))


# ---- the unblock ----

def block(box: Box) -> None:
    """Spends the card's tries, and gives the service's ledger its own back."""
    wrong = "0020008106" + b"999999".hex()
    box.opensc("00A4040007504B43532D3135", wrong, wrong, wrong, wrong)
    assert box.cards[0].state()["pin.tries"] == "0"
    box.control.post("/ledger", {"card_id": box.cards[0].card_id, "attempts_left": 3})


def settle(steps: Steps, answer: dict[str, str]) -> None:
    """After a run whose outcome is unknown the same step finds out, now that the card is back. (A resume would leave the
    operation alone: its handle lives.) Read too early the card may still be on its way up: then once more."""
    if answer["status"] == "outcome-unknown":
        until(lambda: steps.say("run")["status"] != "outcome-unknown", 20, "the outcome")


@pytest.mark.parametrize("when", ["before", "after"])
def test_the_card_loses_its_power_at_every_command_of_an_unblock(sandbox, when):
    """The new PIN is sent once at most; what the service is told in the end is what the card has; neither card nor ledger
    comes near its last attempt."""
    box = sandbox(["akis2:blocked"])
    card = box.cards[0]
    with Steps(box) as steps:
        steps.to("ready")
        card.mark("nothing happens")
        steps.good("run")
        sent = headers(card, "nothing happens")
        assert (sent.count(AUTHENTICATE), sent.count(RESET_RETRY_COUNTER)) == (1, 1)
        for position in range(1, len(sent) + 1):
            block(box)
            steps.to("ready")
            card.mark(f"{when} {position}")
            card.on(f"count={position} {when} power-cycle")
            answer = steps.say_past_removal("run")
            assert "rules=0" in card.tell("status"), "the rule was not met"
            until(lambda: box.readers(True), 20, "the card in its reader")
            settle(steps, answer)
            came = headers(card, f"{when} {position}")
            state = card.state()
            assert came.count(RESET_RETRY_COUNTER) <= 1 and came.count(AUTHENTICATE) <= 2, (position, came)
            assert (state["auth.tries"], state["puk.tries"]) == ("3", "3"), position
            done = box.operations()[-1]["outcome"] == "done"
            assert done == (state["pin.tries"] == "3"), (position, answer)
            # lost at the new PIN, and the card found as it was: said so, and the code's operation is over
            allowed = ("ok", "outcome-unknown") if done else ("card-reset", "outcome-unknown")
            assert answer["status"] in allowed, (position, answer)
            assert done or came[position - 1] == RESET_RETRY_COUNTER, (position, answer)
            assert box.attempts_left() >= 2, position
