# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# A person with a session at a hostile service (hostile.py): a call whose answer is given wrongly in every way, as a whole and member by
# member, and then rightly. Touches nothing of its own.
"""Answers to a person's calls, given wrongly."""
from __future__ import annotations

import json
from typing import Any

from hostile import ANY, VALUES, Hostile, Spoiled, Spoiler, changed, right
from portal_driver import Portal

Members = dict[str, list[tuple[Any, ...]]]
TIMEOUT = 3000  # milliseconds of one exchange: "slow" takes ten times as long
# Without a refusal that is none of the profile: it ends a login, as a known one does.
PASSED = ("problem-of-another-profile",)
WRONG = {name: how for name, how in ANY.items() if name not in PASSED}


def spoil(portal: Portal, hostile: Hostile, path: str, *words: str) -> str:
    """The call with each wrong answer, then with a good one; its value."""
    for name, (spoiler, status) in WRONG.items():
        hostile.spoil(path, spoiler, 3)
        found, value = portal._tell(" ".join(words))
        assert found == status, f"{path} {name}: {found} {value}"
        hostile.orders.clear()
    return portal.ask(*words)


def member(at: tuple[Any, ...], value: Any) -> Spoiler:
    """The answer with another value in that place, unless the place would be right with it."""
    def spoil_one(body: bytes) -> Spoiled:
        there = json.loads(body)
        for step in at:
            there = there[step]
        fits = right(there, value) or (isinstance(there, bool) and isinstance(value, bool))
        fits = fits or (at == ("debts", 0, "kurus") and value == 10**9 and value is not True) or (at == ("day",) and value is ...)
        fits = fits or (at == ("image",) and value == "x" * 5000)  # the library does not look at pictures
        return Spoiled(body[:1] if fits else changed(body, at, value))
    return spoil_one


def members(portal: Portal, hostile: Hostile, read: Members, path: str, *words: str) -> str:
    """The call with each of its answer's members wrong in each way, then with a good answer; its value."""
    for at in read[path]:
        for value in VALUES:
            hostile.spoil(path, member(at, value), 3)
            found, said = portal._tell(" ".join(words))
            assert found == "service-reply-malformed", f"{path} {at} {value!r:.40}: {found} {said}"
            hostile.orders.clear()
    return portal.ask(*words)
