# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Programs in another root (Debian 13, unpacked) that work in a sandbox of this system: what test_wheel.py and test_jar.py
# share. Needs root's rights; mounts in namespaces of its own.
from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from root import ROOT, checked

sys.path.insert(0, str(ROOT / "tests" / "integration"))

from box import Box  # noqa: E402
from test_bindings import Client  # noqa: E402

PCSC = Path("/usr/lib/x86_64-linux-gnu/libpcsclite.so.1")
NEW_PIN = "80461357"


def unpacked(archive: Path, folder: Path) -> Path:
    """The root of that archive, in that folder."""
    checked("tar", "-x", "-f", archive, "-C", folder, "--exclude=./dev/*")
    return folder


def inside(root: Path, *folders: Path) -> list[str]:
    """What goes before a command that is run there; these folders are at the same place as here."""
    mounts = "".join(f'mount --rbind /{name} "{root}/{name}" && ' for name in ("dev", "proc"))
    for folder in folders:
        place = root / folder.relative_to("/")
        place.mkdir(parents=True, exist_ok=True)
        mounts += f'mount --bind "{folder}" "{place}" && '
    return ["unshare", "--mount", "sh", "-c", f'{mounts}exec chroot "$0" "$@"', str(root)]


@contextmanager
def with_pcsc(root: Path) -> Iterator[None]:
    """PC/SC comes to the root: Debian 12's library, of the same age as the daemon."""
    there = root / "usr/lib/x86_64-linux-gnu" / PCSC.name
    there.write_bytes(PCSC.read_bytes())
    try:
        yield
    finally:
        there.unlink()


def unblocked(box: Box, argv: list[str]) -> tuple[object, ...]:
    """An unblock by tests/bindings/client.py or Client.java: what it printed, what the service was asked, which commands the
    card got."""
    card = box.cards[0]
    with Client(box, *argv) as client:
        client.send(box.code())
        client.until("allowed")
        client.send(NEW_PIN)
        client.until("sms")
        client.send(box.sms(1)[-1]["code"])
        client.until("result")
        assert client.end() == (0, "")
    commands = [row[:4] for row in card.commands()]
    assert box.verify_by_opensc(NEW_PIN) == "9000"
    lines = [[word for word in words if word != card.card_id] for words in client.lines if words[0] != "event"]
    phases = [words[2] for words in client.lines if words[0] == "event" and words[1] == "1"]
    return lines, phases, [(row["call"], row["status"]) for row in box.requests()], commands
