# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Secrets stay where they belong. One unblock with known secrets (canaries) and the log at its most talkative; then
# everything that was written anywhere is searched for them, and so is the clear text of what passed TLS (tests/faults/tap.c
# stands between libcurl and OpenSSL). The search is shown to find: each secret is found where it must be.
"""Canaries."""
from __future__ import annotations

import base64
import re
from collections.abc import Callable
from pathlib import Path

from box import BUILD, Box
from journey import preload, unblock
from test_kill import KILLER, journals

PIN = "908172635401"
TAP = str(BUILD / "lib" / "libfault-tap.so")


def shapes(secret: str) -> list[bytes]:
    """How a secret may look in a file: as it is, in hex, in base64 at any alignment."""
    raw = secret.encode()
    found = [raw, raw.hex().encode(), raw.hex().upper().encode()]
    for lead in range(3):
        whole = base64.b64encode(b"\0" * lead + raw)
        found.append(whole[-(-lead * 4 // 3):len(whole) - 4].rstrip(b"="))
    return [shape for shape in found if len(shape) >= 6]


def holds(data: bytes, secret: str) -> bool:
    return any(shape in data for shape in shapes(secret))


def files(box: Box, but: set[Path]) -> list[Path]:
    """Every regular file of the sandbox: service, logs, journals, cards; except those named."""
    return [path for path in box.folder.rglob("*") if path.is_file() and path not in but]


def tapped(box: Box, name: str) -> tuple[Path, dict[str, str]]:
    path = box.folder.parent / f"{box.folder.name}-{name}.tap"
    return path, {"LD_PRELOAD": preload(KILLER, TAP), "KAMUPIN_TAP": str(path)}


def secrets_of(traffic: bytes) -> dict[str, str]:
    """The tokens that the service handed out, read from the traffic itself."""
    text = traffic.decode(errors="replace")
    return {name: re.findall(rf'"{name}"\s*:\s*"([^"]+)"', text)[0] for name in ("operation_token", "report_ticket")}


def test_secrets_are_nowhere(sandbox: Callable[..., Box]) -> None:
    box = sandbox(cards=["akis2:blocked"])
    tap, env = tapped(box, "done")
    code = box.code()
    try:
        done = unblock(box, PIN, "--log", "trace", code=code, env=env)
        assert done.returncode == 0, done.stderr
        traffic = tap.read_bytes()
    finally:
        tap.unlink(missing_ok=True)
    puk = bytes.fromhex(box.cards[0].state()["puk.value"]).decode()
    sms = box.control.get("/sms")["sms"][-1]["code"]
    tokens = secrets_of(traffic)
    assert "> 002C0281**" in done.stderr, "the log was not at its most talkative"
    # The search finds: what has to be somewhere is found there.
    assert holds(traffic, code) and holds(traffic, sms) and holds(traffic, tokens["operation_token"])
    assert holds(box.cards[0].path("state").read_bytes(), PIN)
    assert holds(box.cards[0].path("state").read_bytes(), puk)
    # Neither PIN nor PUK went over the network.
    assert not holds(traffic, PIN) and not holds(traffic, puk)
    # Nothing secret in what the command said or logged.
    said = (done.stdout + done.stderr).encode()
    for name, secret in {"pin": PIN, "puk": puk, "code": code, "sms": sms, **tokens}.items():
        assert not holds(said, secret), name
    # Nor in any file but the card's own state and the service's key table.
    keys = {path for path in files(box, set()) if path.name.startswith("registry")}
    for path in files(box, {box.cards[0].path("state")}):
        data = path.read_bytes()
        for name, secret in {"pin": PIN, "code": code, "sms": sms, **tokens}.items():
            assert not holds(data, secret), (name, path)
        assert path in keys or not holds(data, puk), path


def test_the_journal_holds_the_ticket_and_nothing_else(sandbox: Callable[..., Box]) -> None:
    """A run that is killed after EXTERNAL AUTHENTICATE leaves its journal behind: the report ticket is in it (that is what
    it is for), no PIN, code, SMS code, token or PUK is."""
    box = sandbox(cards=["akis2:blocked"])
    tap, env = tapped(box, "killed")
    code = box.code()
    counts = box.folder / "counts"
    try:
        count = unblock(box, PIN, env={"LD_PRELOAD": preload(KILLER), "KAMUPIN_KILL_COUNT": str(counts)})
        assert count.returncode == 0
        commands = counts.read_text().count("command")  # the last four: authenticate, reset, two of the logout
        killed = unblock(box, PIN, code=code, env=env | {"KAMUPIN_KILL": f"after:command:{commands - 2}"})
        assert killed.returncode == -9, killed.stderr
        traffic = tap.read_bytes()
    finally:
        tap.unlink(missing_ok=True)
        counts.unlink(missing_ok=True)
    journal = journals(box)[0]
    assert journal.stat().st_mode & 0o777 == 0o600
    data = journal.read_bytes()
    tokens = secrets_of(traffic)
    assert holds(data, tokens["report_ticket"])
    puk = bytes.fromhex(box.cards[0].state()["puk.value"]).decode()
    sms = box.control.get("/sms")["sms"][-1]["code"]
    for name, secret in {"pin": PIN, "puk": puk, "code": code, "sms": sms, "token": tokens["operation_token"]}.items():
        assert not holds(data, secret), name
    assert b"authentication accepted" in data or b"authentication unknown" in data
