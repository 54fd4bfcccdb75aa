# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What an interrupted operation leaves, and how the next program brings it to its end: by the card's state where that
# tells, by the new PIN typed once where only that can, and by reporting until the service has heard. The end state of the
# card is looked at with OpenSC.
"""Resume."""
from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from box import Box
from journey import KAMUPIN, preload, unblock
from provoked import provoked
from test_kill import KILLER, journals, operations

PIN = "31415926"


def resume(box: Box, *options: str, **more: Any) -> tuple[int, dict[str, Any]]:
    done = box.run(KAMUPIN, "pin", "resume", "--json", *options, **more)
    return done.returncode, json.loads(done.stdout)


def killed_at(box: Box, what: str, pin: str = PIN) -> None:
    """An unblock that is killed at a point, such as `after:command:12`."""
    done = unblock(box, pin, env={"LD_PRELOAD": preload(KILLER), "KAMUPIN_KILL": what})
    assert done.returncode == -9, done.stderr


def command_number(box: Box, pin: str, ins: str = "2C") -> int:
    """The number of the command with that instruction in an unblock of this card, found by a run that is not killed."""
    counts = box.folder / "counts"
    before = len(box.cards[0].commands())
    done = unblock(box, pin, env={"LD_PRELOAD": preload(KILLER), "KAMUPIN_KILL_COUNT": str(counts)})
    assert done.returncode == 0, done.stderr
    commands = box.cards[0].commands()[before:]
    assert len(commands) == counts.read_text().count("command")
    return [command[2:4].upper() for command in commands].index(ins) + 1


def test_a_forgotten_pin_is_asked_for_once(sandbox: Callable[..., Box]) -> None:
    """The card had all its tries and has them still: whether it took the new PIN only the PIN can tell. It is typed once,
    verified once, and the operation's outcome is recorded as done."""
    box = sandbox(cards=["akis2"])
    killed_at(box, f"after:command:{command_number(box, '27182818')}")
    box.cards[0].mark("resume")
    code, said = resume(box, secrets={"--check-pin-fd": PIN})
    assert code == 0 and said["left"] == 0, said
    assert len([c for c in box.cards[0].commands("resume") if c.startswith("0020")]) == 1
    assert operations(box)[-1]["outcome"] == "done"
    assert journals(box) == []
    assert box.cards[0].state()["pin.tries"] == "3"


def test_without_the_new_pin_the_outcome_stays_unknown(sandbox: Callable[..., Box]) -> None:
    """Nobody to ask: the outcome is reported as unknown, the journal stays, no try is spent; later the person is asked and
    the outcome is corrected."""
    box = sandbox(cards=["akis2"])
    killed_at(box, f"after:command:{command_number(box, '27182818')}")
    box.cards[0].mark("resume")
    code, said = resume(box)
    assert code == 123
    provoked("outcome-unknown")
    assert said["left"] == 1 and len(journals(box)) == 1
    assert not [c for c in box.cards[0].commands("resume") if c.startswith("0020")]
    assert operations(box)[-1]["outcome"] == "unknown"
    code, said = resume(box, secrets={"--check-pin-fd": PIN})
    assert code == 0 and said["left"] == 0
    assert operations(box)[-1]["outcome"] == "done"


def test_a_wrong_answer_says_not_done(sandbox: Callable[..., Box]) -> None:
    """Killed before the new PIN was sent: the person types it, the card refuses it, and the truth is recorded. One try is
    spent, with the person's own answer, and no more."""
    box = sandbox(cards=["akis2"])
    killed_at(box, f"before:command:{command_number(box, '27182818')}")
    code, said = resume(box, secrets={"--check-pin-fd": PIN})
    assert code == 0 and said["left"] == 0, said
    assert operations(box)[-1]["outcome"] == "not-done"
    assert box.cards[0].state()["pin.tries"] == "2"


def test_the_last_tries_are_not_risked_to_find_out(sandbox: Callable[..., Box]) -> None:
    """With one try left the guard refuses the question's command: the outcome stays unknown."""
    box = sandbox(cards=["akis2"])
    killed_at(box, f"before:command:{command_number(box, '27182818')}")
    for _ in range(2):
        assert box.verify_by_opensc("99999999").startswith("63C")
    code, said = resume(box, secrets={"--check-pin-fd": PIN})
    assert code != 0 and said["left"] == 1
    assert box.cards[0].state()["pin.tries"] == "1"


def test_a_dead_service_is_told_later(sandbox: Callable[..., Box]) -> None:
    """The card is done and the service does not answer: result-not-reported, and the journal keeps the report until a later
    run is heard. The card part is not repeated."""
    box = sandbox(cards=["akis2:blocked"])
    box.control.post("/faults", {"call": "report", "action": "drop-before", "nth": 1, "times": 10})
    done = unblock(box, PIN)
    assert done.returncode == 122, done.stderr
    provoked("result-not-reported")
    assert box.verify_by_opensc(PIN) == "9000"
    assert len(journals(box)) == 1
    code, said = resume(box)
    assert code == 122 and said["left"] == 1
    box.control.call("DELETE", "/faults")
    box.cards[0].mark("resume")
    code, said = resume(box)
    assert code == 0 and said["left"] == 0
    assert operations(box)[-1]["outcomes_recorded"] == 1 and operations(box)[-1]["outcome"] == "done"
    assert not [c for c in box.cards[0].commands("resume") if c[2:4] in ("20", "24", "2C", "82")]


def test_nothing_left_is_nothing_done(sandbox: Callable[..., Box]) -> None:
    box = sandbox(cards=["akis2"])
    assert resume(box)[0] == 0
    assert box.cards[0].commands() == []


def test_giving_up_tells_the_service_at_once(sandbox: Callable[..., Box]) -> None:
    """The service's answer to the challenge is lost and the program ends: the attempt that was never sent is given back, the
    outcome is recorded, and no journal is left for the next run."""
    box = sandbox(cards=["akis2:blocked"])
    box.control.post("/faults", {"call": "authority", "action": "drop-after", "nth": 1, "times": 1})
    done = unblock(box, PIN)
    assert done.returncode == 83, (done.returncode, done.stderr)
    assert [operation["outcome"] for operation in operations(box)] == ["not-done"]
    ledger = box.control.get("/ledger")["ledger"][0]
    assert ledger["attempts_left"] == ledger["maximum"]
    assert journals(box) == []


def test_cancelled_before_card_work_leaves_nothing(sandbox: Callable[..., Box]) -> None:
    """An SMS code that is never given: the operation is cancelled on the service, nothing is in the journal."""
    box = sandbox(cards=["akis2:blocked"])
    done = box.run(KAMUPIN, "pin", "unblock", "--acknowledge",
                   secrets={"--code-fd": box.code(), "--new-pin-fd": PIN, "--sms-fd": ""})
    assert done.returncode != 0
    assert operations(box)[-1]["phase"] == "cancelled"
    assert journals(box) == []
    assert not [c for c in box.cards[0].commands() if c[2:4] in ("20", "24", "2C", "82")]
