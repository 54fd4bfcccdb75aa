# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The desktop program when something comes between: the card is pulled, the person wants out, the service is not there. What is left
# open is said, and the next start brings it to its end.
"""Tests of the desktop program: disturbed, cancelled, resumed."""
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from box import Box, until
from desk import NEW, Desk
from faketime import LIBRARY

Sandbox = Callable[..., Box]
Open = Callable[..., Desk]


def test_a_card_that_was_pulled_is_waited_for(sandbox: Sandbox, desk: Open) -> None:
    """Pulled while the SMS is typed: the work waits, and goes on by itself when the card is back."""
    box = sandbox(cards=["akis2:blocked"])
    window = desk(box)
    window.to_factor(box)
    box.cards[0].eject()
    window.give_sms(box.sms()[-1]["code"])
    window.see(window.words["waits"])
    window.see("Kartı yeniden takınca")
    window.picture("5-pulled")
    box.cards[0].insert()
    window.see(window.words["done"])
    assert box.verify_by_opensc(NEW) == "9000"


def test_a_card_pulled_in_the_middle_of_its_work(sandbox: Sandbox, desk: Open) -> None:
    """The answer to the command that changes the card is lost: put back, the card is looked at, and the service hears the truth."""
    box = sandbox(cards=["akis2:blocked"])
    box.cards[0].on("ins=2C nth=1 after eject")
    window = desk(box, language="en")
    window.to_factor(box)
    window.give_sms(box.sms()[-1]["code"])
    window.see(window.words["waits"])
    box.cards[0].insert()
    window.see(window.words["done"])
    assert box.operations()[-1]["outcome"] == "done"
    assert box.verify_by_opensc(NEW) == "9000"


@pytest.mark.parametrize("page", ["info", "card", "factor"])
def test_cancelling_says_that_nothing_is_left(sandbox: Sandbox, desk: Open, page: str) -> None:
    """On each page: the service hears of it, the card keeps its state, and a new code begins anew."""
    box = sandbox(cards=["akis2:blocked"])
    window = desk(box)
    getattr(window, f"to_{page}")(box)
    window.press(window.words["cancel"])
    window.see(window.words["cancelled"], "label")
    window.see(window.words["nothing"])
    window.picture("7-cancelled")
    assert box.operations()[-1]["phase"] == "cancelled"
    window.keys("alt+y")
    window.to_info(box)


@pytest.mark.parametrize("page", ["code", "info", "card", "factor"])
def test_closing_the_window_ends_cleanly(sandbox: Sandbox, desk: Open, page: str) -> None:
    """The window's own button on each page: the program ends by itself with nothing left behind."""
    box = sandbox(cards=["akis2:blocked"])
    window = desk(box, language="en")
    if page == "code":
        window.see(window.words["code"], "text", focused=True)
    else:
        getattr(window, f"to_{page}")(box)
    window.press("Close")
    assert window.ended() == 0
    assert [operation["phase"] for operation in box.operations()] == ([] if page == "code" else ["cancelled"])


def test_closing_during_card_work_finishes_it(sandbox: Sandbox, desk: Open) -> None:
    """The command that changes the card is under way: the window stays until it is told how it came out."""
    box = sandbox(cards=["akis2:blocked"])
    box.cards[0].on("ins=2C nth=1 after wait")
    window = desk(box)
    window.to_factor(box)
    window.give_sms(box.sms()[-1]["code"])
    until(lambda: any(command[2:4] == "2C" for command in box.cards[0].commands()), what="the command that changes the card")
    window.press("Close")
    window.see("Kart işlemi bitiriliyor")
    box.cards[0].go()
    window.see(window.words["done"])
    window.press("Close")
    assert window.ended() == 0
    assert box.verify_by_opensc(NEW) == "9000"


def test_what_could_not_be_reported_is_left_and_brought_to_its_end(sandbox: Sandbox, desk: Open) -> None:
    """The card has its new PIN and the service does not hear: said, and the next start reports by itself."""
    box = sandbox(cards=["akis2:blocked"])
    window = desk(box)
    window.to_factor(box)
    box.fault("report", "drop-before", times=20)
    window.give_sms(box.sms()[-1]["code"])
    window.see(window.words["waits"])
    window.press(window.words["cancel"])
    window.see(window.words["unreported"])
    window.see(window.words["offers"])
    window.picture("7-open")
    window.keys("Return")
    assert window.ended() == 0
    box.control.call("DELETE", "/faults")
    window.start()
    window.see("kart yeni PIN'i almış")
    window.picture("1-resumed")
    assert box.operations()[-1]["outcome"] == "done"


def test_the_new_pin_is_asked_for_once_when_only_it_can_tell(sandbox: Sandbox, desk: Open) -> None:
    """A card that had all its tries is pulled in the middle, and the window closed: the next start offers to go on, asks for the PIN, and
    the outcome is recorded."""
    box = sandbox(cards=["akis2"])
    box.cards[0].on("ins=2C nth=1 after eject")
    window = desk(box)
    window.to_factor(box)
    window.give_sms(box.sms()[-1]["code"])
    window.see(window.words["waits"])
    window.press("Close")
    window.see(window.words["offers"])
    window.press("Close")
    assert window.ended() == 0
    window.start()
    window.see(window.words["resume"])
    window.picture("0-resume")
    box.cards[0].insert()
    until(lambda: box.cards[0].reader in box.readers(present=True), what="the card")
    window.keys("Return")
    window.see("Yarım kalan işlemde", "text", focused=True)
    window.type(NEW[:3])
    window.press("Close")  # over the question: nothing is sent, and it is offered again
    assert window.ended() == 0
    window.start()
    window.see(window.words["resume"])
    window.keys("Return")
    window.see("Yarım kalan işlemde", "text", focused=True)
    window.type(NEW)
    window.filled("Yarım kalan işlemde", window.words["typed"])
    window.picture("0-resume-pin")
    window.keys("Return")
    window.see("kart yeni PIN'i almış")
    assert box.operations()[-1]["outcome"] == "done"
    assert box.cards[0].state()["pin.tries"] == "3"


def test_time_runs_out(sandbox: Sandbox, desk: Open, tmp_path: Path) -> None:
    """Nobody does anything until the operation's time is over, which the program's own clocks tell: that is said by itself."""
    box = sandbox(cards=["akis2:blocked"])
    ahead = tmp_path / "ahead"
    ahead.write_text("+0")
    window = desk(box, language="en", env={"LD_PRELOAD": LIBRARY, "FAKETIME_TIMESTAMP_FILE": str(ahead), "FAKETIME_NO_CACHE": "1"})
    window.to_card(box)
    (tmp_path / "later").write_text("+3600s")
    (tmp_path / "later").replace(ahead)  # at once: it is read at each look at a clock
    window.see(window.words["failed"])
    window.picture("7-expired")


def test_a_web_page_that_is_closed_ends_it(sandbox: Sandbox, desk: Open) -> None:
    """The page that showed the code is closed under way: the next step says so, and to begin anew."""
    box = sandbox(cards=["akis2:blocked"])
    window = desk(box)
    made = box.control.post("/codes", {})
    window.give_code(made["code"])
    window.see(window.words["info"], "label")
    window.keys("Return")
    window.see(window.words["new"], "text", focused=True)
    window.give_pin()
    window.see(window.words["sms"], "text", focused=True)
    box.control.post("/pages/close", {"page": made["page"]})
    window.give_sms(box.sms()[-1]["code"])
    window.see(window.words["failed"], "label")
    window.picture("7-page-closed")


def test_without_a_service_or_a_reader_it_says_so(sandbox: Sandbox, desk: Open) -> None:
    """No address; and no PC/SC daemon: sentences, and what to do."""
    box = sandbox(cards=["akis2:blocked"])
    window = desk(box, env={"KAMUPIN_SERVICE": ""})
    window.see("KAMUPIN_SERVICE")
    window.press("Close")
    assert window.ended() == 0
    box.kill("pcscd")
    window.start("--service", box.env["KAMUPIN_SERVICE"])
    window.give_code(box.code())
    window.see("PC/SC")
    window.picture("code-no-daemon")


@pytest.mark.parametrize("name, settings", [("dark", "gtk-application-prefer-dark-theme=1\n"), ("large", "gtk-font-name=Sans 20\n"),
                                            ("contrast", "gtk-theme-name=HighContrast\n")])
def test_other_looks(sandbox: Sandbox, desk: Open, name: str, settings: str) -> None:
    """Dark, with large letters, with high contrast: pictures to look at; and it works."""
    box = sandbox(cards=["akis2:blocked", "idcard"])
    window = desk(box, settings=settings)
    window.to_card(box)
    window.see("AKİS", "radio button", checked=True)
    window.type("123456")
    window.keys("Tab")
    window.type("123457")
    window.keys("Return")
    window.see("iki kez aynı yazılmadı", "alert")
    window.picture(f"look-{name}")
