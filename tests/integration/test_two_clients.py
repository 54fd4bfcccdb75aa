# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# One AKİS v1.0 card, two programs: Debian's OpenSC 0.23 with its own `akis` driver, and the `kamupin` command. What the one
# changes the other works with, and both read the same serial. The driver was written by the card's makers, not by us.
"""OpenSC and kamupin on one card."""
from __future__ import annotations

import re
from collections.abc import Callable

from box import Box
from cli import FRESH_PIN, ask, refuse

FIRST, SECOND = "13572468", "24681357"


def opensc(box: Box, *argv: str) -> str:
    """One of OpenSC's programs with its akis driver, on the first reader."""
    config = box.folder / "opensc.conf"
    config.write_text("app default {\n\tcard_drivers = old, internal;\n}\n")
    return box.run(*argv, env={"OPENSC_CONF": str(config)}).stdout


def explore(box: Box, *lines: str) -> list[str]:
    """opensc-explorer on a script; what it says of PINs (its exit code is 0 whatever happened)."""
    script = box.folder / "explorer"
    script.write_text("\n".join(["cd 3D00", *lines, "quit"]) + "\n")
    said = opensc(box, "opensc-explorer", str(script))
    return [line for line in said.splitlines() if re.search(r"ode|PIN", line)]


def test_what_opensc_changes_kamupin_works_with(sandbox: Callable[..., Box]) -> None:
    box = sandbox(cards=["akis1"])
    assert opensc(box, "opensc-tool", "-n").splitlines()[-1] == "AKIS"
    card = ask(box, "card", "list")["cards"][0]
    serial = re.findall(r"\b[0-9A-F]{2}\b(?= )", opensc(box, "opensc-tool", "--serial").splitlines()[-1])
    assert card["serial"] == "".join(serial[:12]) and card["card_id"] == f"serial:{card['serial']}"
    assert explore(box, f'verify CHV128 "{FRESH_PIN}"', f'change CHV128 "{FRESH_PIN}" "{FIRST}"') == \
        ["Code correct.", "PIN changed."]
    # the old PIN is wrong now, the changed one is taken, and what kamupin changes OpenSC verifies
    error = refuse(box, "pin-wrong", "pin", "change", secrets={"--old-pin-fd": FRESH_PIN, "--new-pin-fd": SECOND})
    assert error["tries_left"] == 2
    assert ask(box, "pin", "status")["card"]["pin"]["tries_left"] == 2
    ask(box, "pin", "change", secrets={"--old-pin-fd": FIRST, "--new-pin-fd": SECOND})
    assert ask(box, "pin", "status")["card"]["pin"]["tries_left"] == 3
    assert explore(box, f'verify CHV128 "{FIRST}"', f'verify CHV128 "{SECOND}"') == \
        ["Incorrect code, 2 tries left.", "Code correct."]
