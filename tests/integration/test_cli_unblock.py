# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# pin unblock, pin create and pin resume as a person and as a program use them. Not ours on the other end: OpenSC
# says which PIN the card takes, the kernel's pty what was echoed.
"""Tests of the commands that give a card a new PIN."""
from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from box import Box, until
from cli import KAMUPIN, STATUS, pin_commands, read_json

NEW = "84026371"


class Run:
    """kamupin … --json with descriptors that the test writes to when it likes."""

    def __init__(self, box: Box, *argv: str, options: tuple[str, ...] = ("--code-fd", "--new-pin-fd", "--sms-fd")) -> None:
        pipes = {option: os.pipe() for option in options}
        extra = [word for option, (end, _) in pipes.items() for word in (option, str(end))]
        ends = [end for end, _ in pipes.values()]
        self.process = box.start(KAMUPIN, *argv, "--json", *extra, pass_fds=ends)
        for end in ends:
            os.close(end)
        self._writers = {option: end for option, (_, end) in pipes.items()}

    def give(self, option: str, line: str) -> None:
        """One line, and the descriptor stays open. A command that has ended already takes nothing: its exit code
        then says what the test wants to know."""
        with suppress(BrokenPipeError):
            os.write(self._writers[option], line.encode() + b"\n")

    def no_more(self) -> None:
        """Ends every descriptor."""
        while self._writers:
            os.close(self._writers.popitem()[1])

    def end(self, seconds: float = 30.0) -> tuple[int, dict[str, Any], str]:
        """Exit code, JSON and stderr."""
        self.no_more()
        out, err = self.process.communicate(timeout=seconds)
        return self.process.returncode, read_json(subprocess.CompletedProcess([], 0, out, err)), err


@contextmanager
def running(box: Box, *argv: str, **options: Any) -> Iterator[Run]:
    run = Run(box, *argv, **options)
    try:
        yield run
    finally:
        run.no_more()
        if run.process.poll() is None:
            run.process.kill()
            run.process.communicate()


def texts(box: Box) -> list[dict[str, Any]]:
    return box.control.get("/sms")["sms"]


@pytest.mark.parametrize("spec, command", [("akis2:blocked", "unblock"), ("akis2:tries=2", "unblock"),
                                           ("akis2:unset", "create")])
def test_a_program_gets_a_card_its_pin(sandbox, spec, command):
    box = sandbox(cards=[spec])
    with running(box, "pin", command, "--acknowledge") as run:
        run.give("--code-fd", box.code(kind=command))
        run.give("--new-pin-fd", NEW)
        box.sms()  # it was asked for though its descriptor has said nothing yet
        run.give("--sms-fd", texts(box)[-1]["code"])
        code, said, err = run.end()
    assert code == 0, err
    result = said["result"]
    assert (result["outcome"], result["reported"], result["card_id"]) == ("done", True, box.cards[0].card_id)
    assert result["recorded_at"] and result["finished_at"] and result["operation_id"]
    assert NEW not in err and "AKİS" in err
    assert box.verify_by_opensc(NEW) == "9000"


def test_descriptors_may_answer_more_than_once(sandbox):
    """Each bad answer is answered by the next line; the line r asks for another SMS."""
    box = sandbox(cards=["akis2:blocked"])
    with running(box, "pin", "unblock", "--acknowledge", "--lang", "en") as run:
        run.give("--code-fd", "12345")
        run.give("--code-fd", " ".join(re.findall("...", box.code(resend_after=0))))
        run.give("--new-pin-fd", "12345")
        run.give("--new-pin-fd", NEW)
        box.sms(1)
        run.give("--sms-fd", "r")
        box.sms(2)
        run.give("--sms-fd", "12")
        run.give("--sms-fd", texts(box)[-1]["code"])
        code, said, err = run.end()
    assert code == 0, err
    for problem in ("6 to 32 digits", "too short", "cannot be the code in the SMS"):
        assert problem in err
    assert box.verify_by_opensc(NEW) == "9000"


@pytest.mark.parametrize("given, status", [
    ({"--code-fd": "12345"}, "code-malformed"), ({"--code-fd": ""}, "code-malformed"),
    ({"--code-fd": "123456789012345"}, "code-unknown"), ({"--new-pin-fd": "12345"}, "pin-too-short"),
    ({"--new-pin-fd": "parolam"}, "pin-not-digits"), ({"--new-pin-fd": ""}, "pin-too-short"),
    ({"--sms-fd": "12"}, "sms-code-malformed"), ({"--sms-fd": ""}, "sms-code-malformed")])
def test_the_last_bad_answer_is_the_error(sandbox, given, status):
    box = sandbox(cards=["akis2:blocked"])
    with running(box, "pin", "unblock", "--acknowledge") as run:
        for option, line in ({"--code-fd": box.code(), "--new-pin-fd": NEW, "--sms-fd": ""} | given).items():
            if line:
                run.give(option, line)
        code, said, err = run.end()
    assert (code, said["error"]["status"]) == (STATUS[status], status)
    assert err.rstrip().endswith(said["error"]["text"])
    assert pin_commands(box.cards[0].commands()) == []


@pytest.mark.parametrize("options, missing", [
    (("--new-pin-fd", "--sms-fd"), "--code-fd"), (("--code-fd", "--sms-fd"), "--new-pin-fd"),
    (("--code-fd", "--new-pin-fd"), "--sms-fd")])
def test_what_is_missing_is_said_before_the_code_is_spent(sandbox, options, missing):
    box = sandbox(cards=["akis2:blocked"])
    with running(box, "pin", "unblock", "--acknowledge", options=options) as run:
        if "--code-fd" in options:
            run.give("--code-fd", box.code())
        code, _, err = run.end()
    assert code == 2 and missing in err
    assert box.control.get("/operations")["operations"] == []


def test_notices_have_to_be_acknowledged(sandbox):
    box = sandbox(cards=["akis2:blocked"])
    with running(box, "pin", "unblock", "--lang", "tr") as run:
        run.give("--code-fd", box.code())
        code, said, err = run.end()
    assert (code, said["error"]["status"]) == (STATUS["not-acknowledged"], "not-acknowledged")
    assert "çıkarmayın" in err and "kapatmayın" in err
    assert box.control.get("/operations")["operations"] == []


def test_two_cards_and_nobody_to_ask(sandbox):
    box = sandbox(cards=["akis2:blocked", "akis2:blocked"])
    with running(box, "pin", "unblock", "--acknowledge") as run:
        run.give("--code-fd", box.code())
        code, said, _ = run.end()
    assert (code, said["error"]["status"]) == (STATUS["choice-needed"], "choice-needed")
    with running(box, "pin", "unblock", "--acknowledge", "--card", box.cards[1].card_id) as run:
        run.give("--code-fd", box.code())
        run.give("--new-pin-fd", NEW)
        box.sms()
        run.give("--sms-fd", texts(box)[-1]["code"])
        code, said, err = run.end()
    assert (code, said["result"]["card_id"]) == (0, box.cards[1].card_id), err
    assert box.verify_by_opensc(NEW, slot=1) == "9000"
    assert pin_commands(box.cards[0].commands()) == []


def test_a_code_for_the_other_kind_is_refused(sandbox):
    box = sandbox(cards=["akis2:unset"])
    with running(box, "pin", "unblock", "--acknowledge") as run:
        run.give("--code-fd", box.code(kind="create"))
        code, said, _ = run.end()
    assert (code, said["error"]["status"]) == (STATUS["product-mismatch"], "product-mismatch")


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_cancels_on_both_sides(sandbox, name):
    box = sandbox(cards=["akis2:blocked"])
    with running(box, "pin", "unblock", "--acknowledge") as run:
        run.give("--code-fd", box.code())
        run.give("--new-pin-fd", NEW)
        box.sms()
        run.process.send_signal(getattr(signal, name))
        out, err = run.process.communicate(timeout=20)
    assert run.process.returncode == STATUS["cancelled"], err
    until(lambda: box.control.get("/operations")["operations"][0]["phase"] == "cancelled", what="the cancel")
    assert pin_commands(box.cards[0].commands()) == []


def test_resume_with_nothing_to_do(sandbox):
    box = sandbox(cards=["empty"])
    done = box.run(KAMUPIN, "pin", "resume", "--json")
    assert (done.returncode, read_json(done)["left"]) == (0, 0)
    assert "Yarım kalmış işlem yok" in box.run(KAMUPIN, "pin", "resume", "--lang", "tr").stdout


def test_a_person_is_led_through_in_turkish(sandbox):
    box = sandbox(cards=["akis2:blocked", "akis2:blocked", "idcard"])
    code = box.code(resend_after=0, sms_seconds=60)
    with box.terminal(KAMUPIN, "pin", "unblock", "--lang", "tr") as terminal:
        terminal.expect("PUK olarak kesinlikle yazmayın")
        terminal.expect("Sayfadaki doğrulama kodu: ")
        terminal.send("12 34")
        terminal.expect("! .*böyle olamaz.*Sayfadaki doğrulama kodu: ")
        terminal.send("\u00a0" + code[:5] + " " + code[5:])
        terminal.expect(r"Hangi kart\?")
        terminal.expect("1  " + box.cards[0].reader)
        terminal.expect("PIN: BLOKE, kalan deneme hakkı 0/3")
        terminal.expect("2  " + box.cards[1].reader)
        terminal.expect("PIN: BLOKE, kalan deneme hakkı 0/3")
        terminal.expect(r"Numarası \(1-2\): ")
        terminal.send("3")
        terminal.expect(r"! .*Numarası \(1-2\): ")
        terminal.send("2")
        terminal.expect("Başlamadan önce okuyun")
        terminal.expect("Okudum, sürdür: Enter")
        terminal.send("")
        terminal.expect(r"Yeni PIN \(6-12 rakam\) \(kalan süre \d dk[^)]*\): ")
        terminal.send(NEW)
        terminal.expect(r"Yeni PIN \(tekrar\) \(kalan süre \d dk[^)]*\): ")
        terminal.send(NEW)
        terminal.expect(re.escape(texts_after(box, 1)["destination"]))
        terminal.expect("Numara sizin değilse .* çağrı merkezini arayın: 444 5 576")
        first = terminal.expect(r"SMS doğrulama kodu \(kalan süre ([^)]+)\): ")[1]
        terminal.expect(rf"SMS doğrulama kodu \(kalan süre (?!{first}\))[^)]+ sn\): ")  # it ticks
        terminal.send("r", end="")
        sms = texts_after(box, 2)
        terminal.expect("gönderildi")
        terminal.expect(r"SMS doğrulama kodu \(kalan süre [^)]*\d sn\): ")
        terminal.send("0" * len(sms["code"]) if set(sms["code"]) != {"0"} else "1" * len(sms["code"]))
        terminal.expect("! .*Kalan deneme hakkı: .*SMS doğrulama kodu ")
        terminal.send(sms["code"])
        for phase in ("Hizmetten yetki alınıyor", "Karta yazılıyor", "bildiriliyor", "Tamamlandı",
                      "asla PUK ile işlem yapmayın", "kilidi çözüldü",
                      r"sonucu kaydetti, \d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d\r\n"):
            terminal.expect(phase)
        assert terminal.wait() == 0
        for secret in (code, NEW, sms["code"]):
            assert secret not in terminal.text
    assert box.verify_by_opensc(NEW, slot=1) == "9000"
    assert pin_commands(box.cards[0].commands()) == pin_commands(box.cards[2].commands()) == []


def texts_after(box: Box, count: int) -> dict[str, Any]:
    return box.sms(count)[-1]


def test_a_person_is_led_through_in_english_and_puts_the_right_card_in(sandbox):
    box = sandbox(cards=["akis2:blocked", "idcard"])
    box.cards[0].eject()
    with box.terminal(KAMUPIN, "pin", "unblock", "--lang", "en") as terminal:
        terminal.expect("Code on the web page: ")
        terminal.send(box.code())
        terminal.expect("! This is a Turkish identity card")
        terminal.expect(r"Waiting for the card: .*\(\d[^)]* left\)")
        box.cards[0].insert()
        terminal.expect("The card that is used: AKİS v2.x, " + re.escape(box.cards[0].reader))
        terminal.expect("Please read before you begin.*I have read this, go on: Enter")
        terminal.send("")
        terminal.expect("New PIN .*: ")
        terminal.send(NEW)
        terminal.expect(r"New PIN \(again\) .*: ")
        terminal.send(NEW)
        terminal.expect("Code in the SMS ")
        terminal.send(texts_after(box, 1)["code"])
        terminal.expect("The card was unblocked and has its new PIN.")
        assert terminal.wait() == 0
    assert box.verify_by_opensc(NEW) == "9000"
    assert pin_commands(box.cards[1].commands()) == []


def test_a_person_who_does_not_acknowledge(sandbox):
    box = sandbox(cards=["akis2:blocked"])
    with box.terminal(KAMUPIN, "pin", "unblock", "--lang", "en") as terminal:
        terminal.expect("Code on the web page: ")
        terminal.send(box.code())
        terminal.expect("go on: Enter")
        terminal.send("\x03", end="")
        assert terminal.wait() in (STATUS["not-acknowledged"], STATUS["cancelled"])
    assert pin_commands(box.cards[0].commands()) == []


def test_a_card_that_is_lost_is_said_before_anything_is_typed(sandbox):
    box = sandbox(cards=["akis2:dead"])
    with box.terminal(KAMUPIN, "pin", "unblock", "--lang", "tr") as terminal:
        terminal.expect("Sayfadaki doğrulama kodu: ")
        terminal.send(box.code())
        terminal.expect("444 5 576")
        assert terminal.wait() == STATUS["card-dead"]
    assert texts(box) == []


@pytest.mark.parametrize("language, notice", [("tr", "Başlamadan önce okuyun"), ("en", "Please read before you begin")])
def test_notices_stand_in_80_columns_as_they_were_written(sandbox, language, notice):
    """No line is longer than the terminal, and none is the torn-off end of another."""
    box = sandbox(cards=["akis2:blocked"])
    with box.terminal(KAMUPIN, "pin", "unblock", "--lang", language) as terminal:
        terminal.send(box.code())
        terminal.expect(notice)
        terminal.expect("Enter")
        lines = terminal.text.replace("\r", "").split(notice)[1].split("\n\n")[0].split("\n")[1:]
        terminal.send("\x03", end="")
        terminal.wait()
    assert len(lines) > 5
    for line in lines:
        assert len(line) <= 80 and line.startswith(("• ", "  ")), lines


def test_a_named_card_that_may_not_be_used_is_not_waited_for(sandbox):
    box = sandbox(cards=["akis1:blocked"])
    with box.terminal(KAMUPIN, "pin", "unblock", "--lang", "en", "--card", box.cards[0].card_id) as terminal:
        terminal.expect("Code on the web page: ")
        terminal.send(box.code())
        terminal.expect("How to do this on this kind of card is not known")
        assert terminal.wait() == STATUS["command-unknown"]
        assert "Waiting for the card" not in terminal.text
    assert texts(box) == []
