# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# How many requests each call of a session on certificates, applications and lists costs, counted by the service and held against
# docs/performance-calls.md.
"""Requests per call."""
from __future__ import annotations

import re
from collections.abc import Callable

from box import ROOT, Box
from life_driver import UNLIMITED, Drawer, Life

PAGE = ROOT / "docs" / "performance-calls.md"
PIN = "123456"


def rows() -> dict[str, int]:
    """The page's rows: call → requests."""
    return {call: int(count) for call, count in re.findall(r"^\| ([^|]+) \| (\d+) \|$", PAGE.read_text(encoding="utf-8"), re.M)}


def test_each_call_costs_what_the_page_says(sandbox: Callable[..., Box]) -> None:
    box = sandbox(["akis2:p256"], ["--password-login"])
    box.settings(**UNLIMITED)
    box.control.post("/people", {"user": "baska", "security_word": "çığlık42"})
    drawer = Drawer(box)
    held, new, ours = drawer.held(), drawer.held("issued"), drawer.held("active", "vkn:4540536920", "mali-muhur", "mali-muhur")
    counted: dict[str, int] = {}

    def count(life: Life, row: str, *calls: tuple[str, ...]) -> None:
        life.fresh_calls()
        for words in calls:
            life.ask(*words)
        counted[row] = len(life.fresh_calls())
    with Life(box) as other:
        other.login(number="11111111110")
        count(other, "suspend, without a name", ("suspend", "-"))
    with Life(box) as life:
        life.login()
        number, theirs = f"{drawer.of(held).serial:X}", f"{drawer.of(ours).serial:X}"
        count(life, "certificates: the person's own, or those of organisations", ("certificates",))
        count(life, "details, by id", ("certificate", held.name))
        count(life, "details, by serial number", ("certificate", number))
        count(life, "suspend, by id", ("suspend", held.name))
        count(life, "suspend, by serial number", ("suspend", number))
        count(life, "suspend, by serial number of an organisation's certificate", ("suspend", theirs))
        count(life, "unsuspend, by id", ("unsuspend", held.name))
        count(life, "activate, by id", ("activate", new.name))
        count(life, "revoke, by id: preparation, given up", ("revoke", held.name, "superseded"), ("free",))
        life.fresh_calls()
        life.ask("code", life.begun(held.name))
        counted["revoke, by id: preparation, SMS, confirmation"] = len([one for one in life.fresh_calls()])
        count(life, "consent: how it stands", ("consent",))
        count(life, "consent: text and signature", ("text",), ("sign", PIN))
        count(life, "applications", ("applications",))
        name = next(one.split("|")[0] for one in life.ask("applications").split(";") if "pending" in one)
        count(life, "application: one with its form", ("application", name))
        count(life, "application: submit", ("submit", name, "nes-renewal-1", '{"delivery":"post","years":3}'))
        count(life, "lists to be signed", ("lists",))
        listed = life.ask("lists").split("|")[0]
        count(life, "list: shown and signed", ("list", listed), ("sign-list", PIN))
    assert counted == rows()
