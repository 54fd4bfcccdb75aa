# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# One `kamupin pin unblock` as a script runs it: secrets through descriptors, the SMS code fed when it has been
# sent. Touches the sandbox it is given.
"""Running an unblock from beginning to end."""
from __future__ import annotations

import os
import re
import subprocess
import threading
from collections.abc import Mapping, Sequence

from box import BUILD, Box

KAMUPIN = str(BUILD / "bin" / "kamupin")


def preload(*libraries: str) -> str:
    """LD_PRELOAD for the command of this build: a sanitizer's run time, when it has one, has to come first."""
    said = subprocess.run(["ldd", KAMUPIN], capture_output=True, text=True, check=True).stdout
    return ":".join(re.findall(r"=> (\S*libasan\S*)", said) + list(libraries))


def feed_sms(box: Box, end: int, stop: threading.Event) -> None:
    """Writes the next text message's code to a pipe, once it has been sent, and closes the pipe."""
    before = len(box.control.get("/sms")["sms"])
    sent = []
    while not sent and not stop.wait(0.01):
        sent = box.control.get("/sms")["sms"][before:]
    if sent:
        os.write(end, f"{sent[0]['code']}\n".encode())
    os.close(end)


def unblock(box: Box, pin: str, *options: str, command: str = "unblock", code: str | None = None,
            env: Mapping[str, str] | None = None, wrap: Sequence[str] = (), seconds: float = 60.0,
            ) -> subprocess.CompletedProcess[str]:
    """Unblocks the sandbox's card with a new PIN; returns what the command said. A killed one has a negative code."""
    code = code if code is not None else box.code(kind=command)
    code_end, code_write = os.pipe()
    pin_end, pin_write = os.pipe()
    sms_end, sms_write = os.pipe()
    os.write(code_write, f"{code}\n".encode())
    os.write(pin_write, f"{pin}\n".encode())
    os.close(code_write)
    os.close(pin_write)
    stop = threading.Event()
    before = threading.Thread(target=feed_sms, args=(box, sms_write, stop))
    before.start()
    try:
        return subprocess.run(
            [*wrap, KAMUPIN, "pin", command, "--acknowledge", "--code-fd", str(code_end), "--new-pin-fd", str(pin_end),
             "--sms-fd", str(sms_end), *options],
            env=box.env | dict(env or {}), stdin=subprocess.DEVNULL, capture_output=True, text=True,
            pass_fds=(code_end, pin_end, sms_end), timeout=seconds)
    finally:
        stop.set()
        before.join()
        for end in (code_end, pin_end, sms_end):
            os.close(end)


def block(box: Box, slot: int = 0) -> None:
    """Blocks a v2.x card's PIN with three wrong ones, sent by OpenSC."""
    words = [box.verify_by_opensc("00000000", slot) for _ in range(4)]
    assert words[-1] == "6983", words
