# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Another program holds a card in a transaction before a real PC/SC daemon, where SCardConnect then waits in the daemon and
# nothing can end it: listing comes all the same, and a cancel ends it. The other program is a bare client of Debian's
# libpcsclite (pcsc_client.py). And cards named by address.
"""Cards that another program holds; cards named by address."""
from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from box import BUILD, Box, until
from cli import ask, refuse
from foreign import Foreign
from private_pcscd import Client

KAMUPIN = str(BUILD / "bin" / "kamupin")


@contextmanager
def held(box: Box, slot: int) -> Iterator[Client]:
    """A transaction of another program on that slot's card; it may be ended before."""
    client = Client(box.env, box.cards[slot].reader)
    try:
        assert client.say("connect") == "ok"
        assert client.say("begin") == "ok"
        yield client
    finally:
        client.close()


def states(box: Box) -> list[str]:
    """The state of each slot's card."""
    found = {card["reader"]: card["usable"]["status"] for card in ask(box, "card", "list")["cards"]}
    return [found[card.reader] for card in box.cards]


def test_a_held_card_is_listed_as_in_use(sandbox: Callable[..., Box]) -> None:
    box = sandbox(["akis2", "akis1", "akis2"])
    with held(box, 0) as other:
        box.cards[0].mark("held")
        assert states(box) == ["card-in-use", "ok", "ok"]
        refuse(box, "card-in-use", "pin", "status", "--card", box.cards[0].reader)
        refuse(box, "card-in-use", "card", "probe", "--card", box.cards[0].reader)
        for lang, said in (("tr", "kart okunamadı"), ("en", "card not read")):
            assert said in box.run(KAMUPIN, "card", "list", "--lang", lang).stdout
        assert box.cards[0].commands("held") == [], "a held card was sent something"
        assert other.say("end") == "ok"
        assert states(box) == ["ok", "ok", "ok"]


def test_a_held_card_that_no_row_knows_is_not_waited_for(foreign: Foreign) -> None:
    """A probe connects to it although a list does not."""
    other = foreign.pcscd.client()
    assert other.say("begin") == "ok"
    done = foreign.kamupin("card", "probe", "--json")
    assert (done.returncode, json.loads(done.stdout)["error"]["status"]) == (25, "card-in-use")
    assert foreign.sent == []
    assert other.say("end") == "ok"
    assert foreign.kamupin("card", "probe", "--json").returncode == 0


def test_a_list_that_waits_is_cancelled(sandbox: Callable[..., Box]) -> None:
    """SIGINT ends the command, though the daemon does not answer its SCardConnect."""
    box = sandbox(["akis2"])
    with held(box, 0) as other:
        process = box.start(KAMUPIN, "card", "list", stderr=subprocess.PIPE)

        def connecting() -> bool:
            with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
                return "Threads:\t1\n" not in status.readlines()
        until(connecting, what="the thread that connects")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
        assert process.returncode == 4  # cancelled: when it had waited long enough it would list the card as in use, and end 0
        assert other.say("end") == "ok"  # until here the other program has held it


def test_addresses(sandbox: Callable[..., Box]) -> None:
    box = sandbox(["akis2", "akis1", "idcard"])
    old = ask(box, "card", "list")["cards"]
    by_reader = {card["reader"]: card for card in old}
    reader = box.cards[1].reader.replace(" ", "%20")
    serial = by_reader[box.cards[1].reader]["serial"]
    for address in (f"kamupin:serial={serial}", f"kamupin:serial={serial.lower()};reader={reader}", f"kamupin:reader={reader}",
                    by_reader[box.cards[1].reader]["atr"]):
        assert ask(box, "card", "show", "--card", address)["card"]["serial"] == serial
        assert ask(box, "pin", "status", "--card", address)["card"]["serial"] == serial
    refuse(box, "card-not-found", "card", "show", "--card", f"kamupin:serial={serial};card-id=serial:00")
    for words in (("card", "show"), ("pin", "status")):
        refuse(box, "card-address", *words, "--card", f"kamupin:serial={serial};reader={box.cards[1].reader}")
