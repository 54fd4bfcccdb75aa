# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# kamupin card watch: the live table of a terminal and the JSON lines of everything else, while cards come and go and the
# PC/SC daemon is killed and started again. Not ours on the other end: Debian's pcscd and vpcd; the card in it is.
"""Tests of card watch."""
from __future__ import annotations

import json
import re
import signal
from collections.abc import Iterator

import pytest

from cli import KAMUPIN, STATUS, read_line
from private_pcscd import AKIS2_ATR
from terminal import Terminal
from test_watch import CARD, Daemon

FOREIGN = CARD.replace(AKIS2_ATR, "3B9F978131FE458065544312210031C073F62180810501")


@pytest.fixture
def daemon() -> Iterator[Daemon]:
    with Daemon() as made:
        made.environment["KAMUPIN_LANG"] = "en"
        yield made


def screen(text: str) -> list[str]:
    """What a terminal shows at the end: obeys the two sequences that the table uses, and fails at any other."""
    lines = [""]
    at = 0
    for part in re.split(r"(\x1b\[\d*[A-Za-z]|\r?\n|\r)", text):
        up = re.fullmatch(r"\x1b\[(\d+)A", part)
        if up:
            at -= int(up[1])
            assert at >= 0, "the table is drawn above its beginning"
        elif part == "\x1b[J":
            lines[at:] = [""]
        elif part.endswith("\n"):
            at += 1
            lines += [""] * (at + 1 - len(lines))
        elif part and part != "\r":
            assert "\x1b" not in part, repr(part)
            assert lines[at] == "", "a line of the table is written over another"
            lines[at] = part
    return lines


def test_json_lines(daemon: Daemon) -> None:
    watch = daemon.program(KAMUPIN, "card", "watch", "--json")
    first = [read_line(line) for line in watch.lines(3)]
    assert [(event["event"], event["reader"], event["status"]) for event in first] == [
        ("service-up", None, "ok"), ("reader-in", "Sim 00 00", "ok"), ("reader-in", "Sim 00 01", "ok")]
    card = daemon.insert(CARD)
    came = read_line(watch.lines(1)[0])
    assert (came["event"], came["reader"], came["atr"], came["profile"]) == ("card-in", "Sim 00 00", AKIS2_ATR, "akis-2")
    assert came["format"] == 1 and came["events"] >= 1 and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", came["time"])
    card.control("eject")
    went = read_line(watch.lines(1)[0])
    assert (went["event"], went["atr"], went["profile"]) == ("card-out", AKIS2_ATR, None)
    daemon.kill()
    gone = [read_line(line) for line in watch.lines(3)]
    assert [event["event"] for event in gone] == ["reader-out", "reader-out", "service-down"]
    assert (gone[2]["status"], gone[2]["number"]) == ("reader-service-down", STATUS["reader-service-down"])
    daemon.start()
    assert [json.loads(line)["event"] for line in watch.lines(3)] == ["service-up", "reader-in", "reader-in"]
    assert card.commands() == []
    watch.process.send_signal(signal.SIGINT)
    assert watch.process.wait(10) == 0
    assert watch.lines(1) == []


def test_lines_without_being_asked_and_nobody_who_reads_them(daemon: Daemon) -> None:
    """Standard output is a pipe: JSON lines. When its reader goes, the command does not stay behind."""
    watch = daemon.program(KAMUPIN, "card", "watch")
    assert [read_line(line)["event"] for line in watch.lines(3)] == ["service-up", "reader-in", "reader-in"]
    assert watch.process.stdout
    watch.process.stdout.close()
    assert watch.process.wait(10) in (0, 1)


@pytest.mark.parametrize("lang, readers, akis, none, ends", [
    ("en", "Reader", "a card, profile akis-2", "no card", r"Ctrl\+C ends this\."),
    ("tr", "Okuyucu", "kart takılı, profili akis-2", "kart yok", r"Bitirmek için Ctrl\+C\.")])
def test_a_table_at_a_terminal(daemon: Daemon, lang: str, readers: str, akis: str, none: str, ends: str) -> None:
    environment = daemon.environment | {"KAMUPIN_LANG": lang, "TZ": "UTC0"}
    with Terminal([KAMUPIN, "card", "watch"], environment) as terminal:
        terminal.expect(rf"{readers}.*Sim 00 00 +{none}.*Sim 00 01 +{none}.*{ends}")
        card = daemon.insert(CARD)
        terminal.expect(rf"Sim 00 00 +{akis}.*{ends}")
        daemon.insert(FOREIGN, slot=1)
        terminal.expect(rf"Sim 00 01 .*{ends}")
        card.control("eject")
        terminal.expect(rf"Sim 00 00 +{none}.*{ends}")
        shown = [line for line in screen(terminal.text) if line]
        assert len(shown) == 4 and shown[0].endswith(shown[0].split()[-1]) and readers in shown[0]
        assert re.fullmatch(rf"\d\d:\d\d:\d\d  Sim 00 00  {none}", shown[1]), shown
        assert shown[2].startswith(shown[2][:8] + "  Sim 00 01  ") and none not in shown[2]
        daemon.kill()
        terminal.expect(rf"PC/SC.*{ends}")
        assert len([line for line in screen(terminal.text) if line]) == 2
        daemon.start()
        terminal.expect(rf"Sim 00 01 .*{ends}")
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.wait() == 0


@pytest.mark.parametrize("lang, more", [("tr", "ve 4 okuyucu daha"), ("en", "and 4 more")])
def test_a_table_of_many_readers_stays_within_the_terminal(sandbox, lang: str, more: str) -> None:
    """What is drawn over has to be on the screen still: a table as long as the terminal would leave its header behind each time."""
    box = sandbox(["akis2", *["empty"] * 6, "akis1"])
    with box.terminal("sh", "-c", f"stty rows 8; exec {KAMUPIN} card watch --lang {lang}") as terminal:
        terminal.expect(rf"{more}[^\n]*\n[^\n]*Ctrl\+C")
        table = [line for line in screen(terminal.text) if line]
        assert len(table) == 7 and box.cards[0].reader in table[1] and box.cards[7].reader in table[4]
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.wait() == 0
