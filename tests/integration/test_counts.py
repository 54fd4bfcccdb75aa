# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# How much one unblock costs: commands on the card, requests to the service, TLS connections. Counted by the
# other ends (the card's own log, the service's own log), so that they fail when the numbers grow.
"""Counts of one cryptogram reset."""
from __future__ import annotations

import re
from collections.abc import Callable

from box import Box
from journey import unblock

PIN = "246813579"


def kind(command: str) -> str:
    """What a command of the card work is for."""
    ins = command[2:4].upper()
    return {"A4": "select", "B0": "read", "CB": "guard", "84": "challenge", "82": "authenticate", "2C": "reset"}.get(ins, ins)


def work_of(commands: list[str]) -> list[str]:
    """The commands of the transaction that the challenge was taken in: from the last application selection before
    the guard on, to the end."""
    kinds = [kind(command) for command in commands]
    challenge = kinds.index("challenge")
    begin = challenge
    while begin > 0 and kinds[begin - 1] in ("guard", "read", "select") and kinds[begin - 1:challenge].count("guard") <= 1 \
            and kinds[begin - 1:challenge].count("read") <= 2:
        begin -= 1
        if kinds[begin] == "select" and commands[begin][4:8].upper() == "0400":
            break
    return kinds[begin:]


def test_card_work_is_ten_commands(sandbox: Callable[..., Box]) -> None:
    """After the card was chosen: re-identification at most 4, guard at most 1, then exactly GET CHALLENGE, EXTERNAL
    AUTHENTICATE, RESET RETRY COUNTER, and logout at most 2: in that order and nothing else."""
    box = sandbox(cards=["akis2:blocked"])
    done = unblock(box, PIN)
    assert done.returncode == 0, done.stderr
    kinds = work_of(box.cards[0].commands())
    at = kinds.index("guard")
    assert at <= 4, kinds
    assert kinds[at:at + 4] == ["guard", "challenge", "authenticate", "reset"], kinds
    assert len(kinds[at + 4:]) <= 2 and set(kinds[at + 4:]) <= {"select"}, kinds
    commands = box.cards[0].commands()
    for name in ("challenge", "authenticate", "reset"):
        assert [kind(command) for command in commands].count(name) == 1
    assert not [command for command in commands if command[2:4].upper() in ("20", "24")]
    assert box.verify_by_opensc(PIN) == "9000"


def test_a_card_is_read_in_full_once_and_confirmed_after(sandbox: Callable[..., Box]) -> None:
    """The certificates are read once, when the code is redeemed: whoever looks at the card later (choosing it, and before the
    work) has it confirm itself by one selection of its certificate and two blocks."""
    box = sandbox(cards=["akis2:blocked"])
    assert unblock(box, PIN).returncode == 0
    commands = [command.upper() for command in box.cards[0].commands()]
    size = len(bytes.fromhex(box.cards[0].state()["file 3D00/2F10"]))
    selections = [command for command in commands if command.startswith("00A40200022F10")]
    reads = [command for command in commands if command.startswith("00B0")]
    assert len([command for command in commands if re.match(r"00A4..00023D10", command)]) <= 2, "recognised in full once"
    assert len(reads) <= -(-size // 244) + 2 * (len(selections) - 1), (len(reads), selections)
    assert len(selections) <= 4, selections


def test_requests_and_connections(sandbox: Callable[..., Box]) -> None:
    """From redeem to the acknowledged report at most 8 requests; one TLS connection for all; no repeated nonce round."""
    box = sandbox(cards=["akis2:blocked"])
    box.control.call("DELETE", "/requests")
    assert unblock(box, PIN).returncode == 0
    log = box.control.get("/requests")
    paths = [entry["path"] for entry in log["requests"]]
    begin = next(i for i, path in enumerate(paths) if path.endswith("/codes/redeem"))
    assert paths[-1].endswith("/reports"), paths
    assert len(paths[begin:]) <= 8, paths
    assert log["connections"] == 1, log
    assert all(entry["status"] < 400 for entry in log["requests"]), log
