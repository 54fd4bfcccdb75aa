# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Listing and recognising cards through a real PC/SC daemon: example-list-cards before Debian's pcscd and vpcd.
# Those are not ours, and the certificates are made by Python's cryptography; the card that answers is. So these
# tests show that the library lives with a real PC/SC service, not that an AKİS card answers as ours does.
"""Tests of the reader list."""
from __future__ import annotations

import json
import os
import re
import select
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from box import BUILD, Box, Card, until
from private_pcscd import PrivatePcscd

WAIT = str(BUILD / "bin" / "driver-wait")
CROWD = str(BUILD / "bin" / "driver-crowd")
LIST = str(BUILD / "bin" / "example-list-cards")
KAMUPIN = str(BUILD / "bin" / "kamupin")
READER_SERVICE_DOWN, READER_NOT_PERMITTED = 20, 21


def rows(text: str) -> dict[str, list[str]]:
    """Reader name to product, card id and state."""
    found = [line.split("\t") for line in text.splitlines() if "\t" in line]
    return {words[0]: words[1:] for words in found}


def states(box: Box) -> list[str]:
    """The state of each slot, in order."""
    done = box.run(LIST)
    assert done.returncode == 0, done.stderr
    return [rows(done.stdout)[card.reader][2] for card in box.cards]


def assert_no_pin_command(card: Card) -> None:
    """Nothing that could spend a try reached the card, nothing that changes it."""
    for command in card.commands():
        assert not re.match(r"..(09|10|15|16|19|2.|82)", command), command


def test_each_card_as_it_is(sandbox: Callable[..., Box]) -> None:
    box = sandbox(["akis1", "akis2", "idcard", "empty", "akis2:no-certs", "akis2:dead", "akis2:blocked", "akis2:unset"])
    done = box.run(LIST)
    assert done.returncode == 0, done.stderr
    found = rows(done.stdout)
    assert [found[card.reader][2] for card in box.cards] == [
        "ok", "ok", "card-identity-card", "no-card", "card-no-certificate", "card-dead", "ok", "ok"]
    # The names are those that the issuer's registry made of the same files, in another language.
    for slot in (0, 1, 5, 6, 7):
        assert found[box.cards[slot].reader][1] == box.cards[slot].card_id
    assert found[box.cards[2].reader][1] == ""
    for slot in (0, 1, 2, 4, 5, 6, 7):
        assert_no_pin_command(box.cards[slot])


@pytest.mark.parametrize("answer", ["6982", "6A86", "6D00", "6A81"])
def test_recognition_fails_closed(sandbox: Callable[..., Box], answer: str) -> None:
    box = sandbox([f"akis2:3d10={answer}"])
    assert states(box) == ["card-unrecognised"]
    selected = [command for command in box.cards[0].commands() if command.startswith("00A4")]
    assert selected[-1].endswith("3D1000"), "the card was asked for more after an unclear answer"
    assert_no_pin_command(box.cards[0])


@pytest.mark.parametrize("way", ["61xx", "6cxx"])
def test_other_ways_to_answer(sandbox: Callable[..., Box], way: str) -> None:
    box = sandbox([f"akis1:reply={way}", f"akis2:reply={way}"])
    assert states(box) == ["ok", "ok"]


def test_many_threads_list_side_by_side(sandbox: Callable[..., Box]) -> None:
    """libpcsclite 1.9.9 crashes in SCardDisconnect when another thread releases its context at that moment. glibc overwrites
    freed memory here, so that the crash comes within seconds when nothing keeps the two apart."""
    box = sandbox(["idcard"] * 8)
    done = box.run(CROWD, "4", "250", env={"MALLOC_PERTURB_": "165"}, seconds=120)
    assert (done.returncode, done.stdout) == (0, "1000\n")


def test_no_handle_is_looked_up_while_an_older_context_connects(sandbox: Callable[..., Box], tmp_path: Path) -> None:
    """Nor crashes libpcsclite when SCardConnect hangs a handle in while another thread walks through it: a gap of so few
    instructions that the calls are looked at instead, by a preload library that lets every SCardConnect end late."""
    box = sandbox(["idcard"] * 8)
    seen = tmp_path / "order"
    done = box.run(CROWD, "4", "5", env={"LD_PRELOAD": str(BUILD / "lib" / "libfault-order.so"), "KAMUPIN_ORDER": str(seen)})
    assert (done.returncode, done.stdout) == (0, "20\n"), done.stderr
    assert set(seen.read_text().split()) == {"beside"}


@pytest.mark.parametrize("words", [("card", "list"), ("pin", "status")], ids=" ".join)
def test_a_cancel_ends_the_wait_for_a_daemon_that_hangs(sandbox: Callable[..., Box], words: tuple[str, ...]) -> None:
    """A daemon that takes connections and says nothing: libpcsclite would wait for it without end, and no signal would help."""
    box = sandbox(["akis2"])
    daemon = box.processes()["pcscd"]
    os.kill(daemon, signal.SIGSTOP)
    try:
        program = box.start(KAMUPIN, *words, "--json")
        until(lambda: len(os.listdir(f"/proc/{program.pid}/task")) > 1, what="the thread that hears signals")
        program.send_signal(signal.SIGINT)
        out, _ = program.communicate(timeout=20)
    finally:
        os.kill(daemon, signal.SIGCONT)
    assert json.loads(out)["error"]["status"] == "cancelled"
    assert states(box) == ["ok"]


def test_sixteen_readers(sandbox: Callable[..., Box]) -> None:
    box = sandbox(["akis2"] * 8 + ["akis1"] * 4 + ["idcard", "empty", "akis2:blocked", "akis2:no-certs"])
    assert states(box) == ["ok"] * 12 + ["card-identity-card", "no-card", "ok", "card-no-certificate"]


@pytest.mark.parametrize("fault", ["cut", "power-cycle", "eject"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_card_that_fails_while_it_is_read(sandbox: Callable[..., Box], fault: str, when: str) -> None:
    """The list comes all the same; the other card is not concerned; this one is never named wrongly."""
    box = sandbox(["akis2", "akis2"])
    box.cards[0].on(f"ins=B0 nth=2 {when} {fault}")
    done = box.run(LIST)
    assert done.returncode == 0, done.stderr
    _, card_id, state = rows(done.stdout)[box.cards[0].reader]
    assert (card_id, state) == (box.cards[0].card_id, "ok") or (card_id == "" and state in (
        "card-removed", "card-reset", "no-card", "card-mute", "reader-failed")), (card_id, state)
    assert rows(done.stdout)[box.cards[1].reader][1:] == [box.cards[1].card_id, "ok"]


class Follower:
    """example-list-cards --follow: listing after listing."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def listing(self) -> dict[str, list[str]]:
        """The next listing, to its last line, which is the number of readers."""
        assert self.process.stdout is not None
        text = ""
        while True:
            line = self.process.stdout.readline()
            assert line, "the program ended: " + (self.process.stderr.read() if self.process.stderr else "")
            if "\t" not in line:
                return rows(text)
            text += line

    def until_state(self, reader: str, state: str) -> None:
        """Listings until the reader is in that state; the test's own time-out bounds it."""
        while self.listing()[reader][2] != state:
            pass


def test_cards_come_and_go(sandbox: Callable[..., Box]) -> None:
    box = sandbox(["akis2", "empty"])
    card = box.cards[0]
    process = box.start(LIST, "--follow")
    try:
        follower = Follower(process)
        assert follower.listing()[card.reader][2] == "ok"
        for _ in range(2):
            card.eject()
            follower.until_state(card.reader, "no-card")
            card.insert()
            follower.until_state(card.reader, "ok")
        box.kill("pcscd")
        assert process.wait(10) == READER_SERVICE_DOWN
    finally:
        process.kill()
        process.communicate()


def test_waiting_takes_no_time(sandbox: Callable[..., Box]) -> None:
    """A program that waits is asleep: its own processor time stays where it is."""
    box = sandbox(["akis2"])
    process = box.start(LIST, "--follow")
    try:
        Follower(process).listing()
        stat = Path(f"/proc/{process.pid}/stat")

        def ticks() -> int:
            words = stat.read_text().rsplit(")", 1)[1].split()
            return int(words[11]) + int(words[12])

        until(lambda: stat.read_text().rsplit(")", 1)[1].split()[0] == "S", what="the program to wait")
        before = ticks()
        box.cards[0].mark("waiting")
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(5)
        assert ticks() - before <= 5, "more than 50 ms of work in 5 s of waiting"
        assert box.cards[0].commands(after_mark="waiting") == [], "waiting sent something to the card"
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("times", [1, 2])
def test_a_wait_is_cancelled_at_once(sandbox: Callable[..., Box], times: int) -> None:
    """Also when it is pulled twice, and also with no reader changing: PC/SC itself has to be woken."""
    box = sandbox(["akis2"])
    process = box.start(WAIT, stdin=subprocess.PIPE)
    try:
        assert process.stdin is not None and process.stdout is not None
        assert process.stdout.readline() == "waiting\n"
        until(lambda: "S" in Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()[0],
              what="the program to wait")
        process.stdin.write("\n" * times)
        process.stdin.flush()
        assert select.select([process.stdout], [], [], 20)[0]  # not the minute after which it looks anew
        assert process.stdout.readline() == "cancelled\n"
        process.stdin.close()
        assert process.wait(10) == 4
    finally:
        process.kill()
        process.wait(10)


def test_no_daemon_and_no_right_to_it(sandbox: Callable[..., Box]) -> None:
    box = sandbox(["empty"])
    done = box.run(LIST, env={"PCSCLITE_CSOCK_NAME": "/nonexistent/pcscd"})
    assert done.returncode == READER_SERVICE_DOWN
    assert len(done.stderr.splitlines()) == 2  # a sentence in each language
    if os.geteuid() == 0:  # the sandbox' folder is closed to everybody else
        nobody = subprocess.run([LIST], env=box.env, user=65534, capture_output=True, text=True, timeout=20)
        assert nobody.returncode == READER_NOT_PERMITTED, nobody.stderr
    box.kill("pcscd")
    assert box.run(LIST).returncode == READER_SERVICE_DOWN


def test_no_reader_at_all() -> None:
    with PrivatePcscd() as pcscd:
        pcscd.stop()
        (pcscd.folder / "readers" / "vpcd").unlink()
        pcscd.start()
        done = pcscd.run(LIST)
        assert (done.returncode, done.stdout) == (0, "0\n")
