# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What listing costs at a real PC/SC daemon with no, one and sixteen readers: the calls to libpcsclite are written down by a
# preload library, the commands by the virtual cards. docs/performance-calls.md has a row for each, which these tests hold; and
# no row there is without a test.
"""Calls at a real daemon."""
from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from box import BUILD, ROOT, Box
from private_pcscd import PrivatePcscd

LIST = str(BUILD / "bin" / "example-list-cards")
COUNT = str(BUILD / "lib" / "libfault-count.so")
PAGE = ROOT / "docs" / "performance-calls.md"
BLOCK = 244


def rows() -> dict[str, str]:
    """The page's rows: what is done, to the whole line."""
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ") and line.count(" | ") == 6]
    return {line.split(" | ")[0].removeprefix("| "): line for line in lines if not re.match(r"\| (work|---) \|", line)}


def counts(file: Path) -> Counter[str]:
    """Calls by name; every one that has to be undone was."""
    found = Counter(file.read_text().split())
    assert found["SCardEstablishContext"] == found["SCardReleaseContext"]
    assert found["SCardConnect"] == found["SCardDisconnect"]
    assert found["SCardBeginTransaction"] == found["SCardEndTransaction"]
    return found


def check(work: str, found: Counter[str], commands: str) -> None:
    """The page's row says what was counted."""
    numbers = [found[name] for name in ("SCardEstablishContext", "SCardListReaders", "SCardGetStatusChange", "SCardConnect",
                                        "SCardBeginTransaction")]
    assert rows().get(work) == f"| {work} | {' | '.join(map(str, numbers))} | {commands} |"


def listed(box: Box) -> Counter[str]:
    """The calls of one listing."""
    file = box.folder / "counted"
    done = box.run(LIST, env={"LD_PRELOAD": COUNT, "KAMUPIN_COUNT": str(file)})
    assert done.returncode == 0, done.stderr
    return counts(file)


def test_no_reader(tmp_path: Path) -> None:
    file = tmp_path / "counted"
    with PrivatePcscd() as pcscd:
        pcscd.stop()
        (pcscd.folder / "readers" / "vpcd").unlink()
        pcscd.start()
        done = pcscd.run(LIST, LD_PRELOAD=COUNT, KAMUPIN_COUNT=str(file))
        assert (done.returncode, done.stdout) == (0, "0\n")
    check("list at a real daemon: no reader", counts(file), "0")


def test_one_reader(sandbox: Callable[..., Box]) -> None:
    """A sandbox has two readers at least: one of them is empty."""
    box = sandbox(["akis2", "empty"])
    size = len(bytes.fromhex(box.cards[0].state()["file 3D00/2F10"]))
    found = listed(box)
    commands = box.cards[0].commands()
    assert found["SCardTransmit"] == len(commands)
    reads = [command for command in commands if command.startswith("00B0")]
    assert len(reads) == -(-size // BLOCK)
    check("list at a real daemon: 1 v2.x card, 1 empty reader", found, f"{len(commands) - len(reads)} + ⌈size/244⌉")


def test_sixteen_readers(sandbox: Callable[..., Box]) -> None:
    """Each of sixteen cards by a worker, a connection and a transaction of its own; listed and looked at as often as one."""
    box = sandbox(["akis2"] * 16)
    found = listed(box)
    reads = 0
    for card in box.cards:
        size = len(bytes.fromhex(card.state()["file 3D00/2F10"]))
        blocks = [command for command in card.commands() if command.startswith("00B0")]
        assert len(blocks) == -(-size // BLOCK)
        reads += len(blocks)
    assert found["SCardTransmit"] == sum(len(card.commands()) for card in box.cards)
    check("list at a real daemon: 16 v2.x cards", found, f"{found['SCardTransmit'] - reads} + 16 × ⌈size/244⌉")


def test_every_row_is_counted() -> None:
    """What the page says, some test counts: its name stands in one."""
    sources = "".join(path.read_text(encoding="utf-8") for path in [*(ROOT / "tests" / "scripted").glob("*.c"), Path(__file__)])
    assert rows(), "no row was found"
    for work in rows():
        assert f'"{work}"' in sources, f"no test counts: {work}"
