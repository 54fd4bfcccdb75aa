# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# examples/desktop as a person uses it: by keyboard, on a display of its own, against the sandbox. Not ours on the other end:
# GTK, the X server's keyboard, the accessibility bus that tells what is shown, OpenSC for the PIN that the card takes. Pictures of
# every page are kept in build/check/desktop, to be looked at.
"""Tests of the desktop program."""
from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from box import ROOT, Box, until
from desk import Desk

NEW = "84026371"

Sandbox = Callable[..., Box]
Open = Callable[..., Desk]

# What tells the pages apart, and what is said on them, in both languages.
WORDS = {
    "tr": {"code": "Sayfadaki doğrulama kodu", "info": "Bilgilendirme", "card": "Kart ve yeni PIN", "pin": "Yeni PIN kodu", "sms": "SMS doğrulama kodu",
           "done": "İşleminiz tamamlandı", "heard": "web sayfası da gösterir", "new": "Yeni PIN kodu", "tries": "deneme hakkı: 3"},
    "en": {"code": "Code on the web page", "info": "Information", "card": "Card and new PIN", "pin": "New PIN", "sms": "Code in the SMS",
           "done": "Done", "heard": "the web page shows it, too", "new": "New PIN", "tries": "Tries left for the PIN: 3"},
}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Open]:
    """desk(box) opens the program on a display of its own."""
    opened: list[Desk] = []

    def make(box: Box, *argv: str, **more: Any) -> Desk:
        opened.append(Desk(box, tmp_path, *argv, **more))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


def give_code(desk: Desk, code: str) -> None:
    desk.see(WORDS[desk.language]["code"], "text", focused=True)
    desk.type(code)
    desk.keys("Return")


def to_card(desk: Desk, box: Box, **wish: Any) -> None:
    """From the start to the page for card and PIN, by keyboard; the only card is chosen."""
    words = WORDS[desk.language]
    give_code(desk, box.code(**wish))
    desk.see(words["info"])
    desk.keys("Return")
    desk.see(words["card"])
    desk.see("AKİS", "radio button", checked=True)
    desk.see(words["new"], "text", focused=True)


def to_factor(desk: Desk, box: Box, **wish: Any) -> None:
    """… and on to the second factor."""
    to_card(desk, box, **wish)
    desk.type(NEW)
    desk.keys("Tab")
    desk.type(NEW)
    desk.keys("Return")
    desk.see(WORDS[desk.language]["sms"], "text", focused=True)


@pytest.mark.parametrize("language", ["tr", "en"])
def test_a_blocked_card_gets_its_pin_by_keyboard(sandbox: Sandbox, desk: Open, language: str) -> None:
    """Nothing but keys from the code to the end; the card takes the new PIN and the service knows."""
    box = sandbox(cards=["akis2:blocked"])
    words = WORDS[language]
    window = desk(box, language=language)
    to_factor(window, box)
    window.type(box.sms()[-1]["code"])
    window.keys("Return")
    window.see(words["done"])
    window.see(words["heard"])
    window.see(words["tries"])
    window.keys("Return")
    assert window.ended() == 0
    assert box.verify_by_opensc(NEW) == "9000"
    assert box.operations()[-1]["outcome"] == "done"


def test_the_menu_entry_is_valid() -> None:
    """As freedesktop.org's own validator sees it."""
    entry = ROOT / "examples" / "desktop" / "org.kamupin.Desktop.desktop"
    done = subprocess.run(["desktop-file-validate", str(entry)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
