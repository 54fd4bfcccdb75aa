# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# examples/desktop as a person uses it: by keyboard, on a display of its own, against the sandbox. Not ours on the other end:
# GTK, the X server's keyboard, the accessibility bus that tells what is shown, OpenSC for the PIN that the card takes. Pictures of
# every page are kept in build/check/desktop, to be looked at.
"""Tests of the desktop program: the way through its pages."""
from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest

from box import BUILD, ROOT, Box, until
from desk import NEW, Desk

Sandbox = Callable[..., Box]
Open = Callable[..., Desk]


@pytest.mark.parametrize("language", ["tr", "en"])
def test_a_blocked_card_gets_its_pin_by_keyboard(sandbox: Sandbox, desk: Open, language: str) -> None:
    """Nothing but keys from the code to the end; the card takes the new PIN, and the service, where the web page looks, has the report.
    The PIN is in the process while it is typed and nowhere afterwards."""
    box = sandbox(cards=["akis2:blocked"])
    window = desk(box, language=language)
    words = window.words
    window.see(words["code"], "text", focused=True)
    window.picture("1-code")
    window.to_info(box)
    window.picture("2-info")
    window.keys("Return")
    window.see("AKİS", "radio button", checked=True)
    window.see(words["new"], "text", focused=True)
    window.type(NEW)
    window.keys("Tab")
    window.see(words["again"], "text", focused=True)
    window.type(NEW)
    window.see(words["same"])
    assert [node["description"] for node in window.look() if node["role"] == "text"] == [words["typed"]] * 2
    assert NEW not in str(window.look())
    assert window.holds(NEW)
    window.picture("3-card")
    window.keys("Return")
    window.see(words["sms"], "text", focused=True)
    window.picture("4-sms")
    box.cards[0].on("ins=2C nth=1 after wait")
    window.give_sms(box.sms()[-1]["code"])
    window.see(words["work"], "label")
    window.picture("5-work")
    box.cards[0].go()
    window.see(words["done"])
    window.see(words["heard"])
    window.see(words["tries"])
    window.picture("6-done")
    assert not window.holds(NEW)
    window.keys("Return")
    assert window.ended() == 0
    assert box.verify_by_opensc(NEW) == "9000"
    assert box.operations()[-1]["outcome"] == "done"
    assert "report" in [request["call"] for request in box.requests()]


def test_bad_codes_are_said_below_the_field(sandbox: Sandbox, desk: Open) -> None:
    """One that is none, one that nobody issued, then the right one, in pieces and pasted."""
    box = sandbox(cards=["akis2:unset"])
    window = desk(box)
    window.give_code("12345")
    window.see("6 ile 32")
    window.see(window.words["code"], "text", focused=True)
    window.picture("code-malformed")
    window.give_code("123456789012345")
    window.see("böyle bir kod vermemiş", "alert")
    code = box.code(kind="create")
    window.see(window.words["code"], "text", focused=True)
    window.keys("ctrl+a")
    window.type(code[:5])
    window.keys("space")
    window.type(code[5:])
    window.keys("ctrl+a", "ctrl+x")
    window.press("Yapıştır")
    until(lambda: window.shown(window.words["code"], "text")["text"] == f"{code[:5]} {code[5:]}", what="the pasted code")
    window.press("İleri")
    window.see("PIN oluşturma")


def test_a_wrong_sms_code_and_a_new_one(sandbox: Sandbox, desk: Open) -> None:
    """A wrong code costs one of the answers and is said; another SMS may be asked for once its time has come; its code is the right one."""
    box = sandbox(cards=["akis2:blocked"])
    window = desk(box, language="en")
    words = window.words
    window.to_factor(box, resend_after=2)
    right = box.sms()[-1]["code"]
    window.give_sms("000000" if right != "000000" else "111111")
    window.see(words["left"].format(2))
    window.see("not entered correctly")
    window.picture("sms-wrong")
    window.see(words["sms"], "text", focused=True)
    window.press(words["resend"])  # which cannot be pressed before
    newest = box.sms(2)[-1]["code"]
    window.see(words["sms"], "text", focused=True)
    window.give_sms(newest)
    window.see(words["done"])
    assert box.verify_by_opensc(NEW) == "9000"


def test_a_web_password_instead_of_an_sms(sandbox: Sandbox, desk: Open) -> None:
    """The other factor by its button; the password is in no widget's text."""
    box = sandbox(cards=["akis2:blocked"])
    window = desk(box)
    words = window.words
    window.to_factor(box, factors="sms,web-password")
    window.keys("alt+w")
    window.see(words["password"], "text", focused=True)
    password = box.run("kamupin-sandbox", "people", "--show", "web_password").stdout.strip()
    window.type(password)
    assert window.filled(words["password"], f"{len(password)} karakter girildi")["text"] == ""
    window.picture("4-password")
    window.keys("Return")
    window.see(words["done"])
    assert box.verify_by_opensc(NEW) == "9000"


def test_the_cards_come_and_go_in_the_list(sandbox: Sandbox, desk: Open) -> None:
    """A card of somebody else is grey and says why; of two that fit none is chosen beforehand; one that is pulled is gone from the list
    without a key, and then the other is chosen. The keypad on the screen types into the field that has the focus."""
    box = sandbox(cards=["akis2:blocked", "akis2:blocked", "akis2:other-user"])
    window = desk(box)
    words = window.words
    window.to_card(box)
    first, second, foreign = (box.cards[slot].reader for slot in range(3))
    window.see(foreign, "radio button", sensitive=False)
    window.see(first, "radio button", sensitive=True, checked=False)
    window.see(second, "radio button", sensitive=True, checked=False)
    window.keys("Return")
    window.see("Birden çok kart kullanılabilir", "alert")
    window.picture("3-choice")
    box.cards[1].eject()
    window.see(first, "radio button", checked=True)
    window.see(second, "radio button", sensitive=False)
    window.see(words["new"], "text", focused=True)
    for digit in NEW[:4]:
        window.press(digit)
    window.press("Temizle")
    for digit in NEW + "5":
        window.press(digit)
    window.press("Son rakamı sil")
    window.filled(words["new"], words["typed"])
    window.keys("Tab")
    window.type("84026372")
    window.keys("Return")
    window.see("iki kez aynı yazılmadı", "alert")
    window.see(words["again"], "text", focused=True)
    window.picture("pin-mismatch")
    window.type(NEW)
    window.keys("Return")
    window.see(words["sms"], "text", focused=True)
    window.give_sms(box.sms()[-1]["code"])
    window.see(words["done"])
    assert box.verify_by_opensc(NEW) == "9000"


def test_the_language_changes_in_the_window(sandbox: Sandbox, desk: Open) -> None:
    """Everything that is shown, the problem included; what was typed stays."""
    box = sandbox(cards=["akis2:blocked"])
    window = desk(box)
    window.give_code("12345")
    window.see("6 ile 32")
    window.press("English")
    window.see("6 to 32 digits")
    assert window.see("Code on the web page", "text")["text"] == "12345"
    assert not window.shown("Doğrulama")
    window.press("Türkçe")
    window.see("Sayfadaki doğrulama kodu", "text")


def test_its_options() -> None:
    """Without a display."""
    def run(*argv: str) -> tuple[int, str, str]:
        done = subprocess.run([str(BUILD / "bin" / "kamupin-desktop"), *argv], env={"LC_ALL": "tr_TR.UTF-8"}, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    assert run("--lang", "en", "--help")[1].startswith("Usage: kamupin-desktop")
    assert run("--help")[1].startswith("Kullanım: kamupin-desktop")
    code, said, _ = run("--version")
    assert code == 0 and said.startswith("kamupin-desktop 0.")
    for wrong in (["--lang", "de"], ["--pin", "123456"], ["123456"]):
        code, said, problem = run(*wrong)
        assert code == 2 and said == "" and "--help" in problem


def test_the_menu_entry_is_valid() -> None:
    """As freedesktop.org's own validator sees it."""
    entry = ROOT / "examples" / "desktop" / "org.kamupin.Desktop.desktop"
    done = subprocess.run(["desktop-file-validate", str(entry)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
