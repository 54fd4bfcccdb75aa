# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# vpicc's ISO/IEC 7816-4 card, which nobody here wrote, in a reader of a private daemon. Touches the two processes that it
# starts and a folder that it is given.
"""A foreign card."""
from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from box import BUILD, ROOT
from private_pcscd import PrivatePcscd, end

PROFILES = ROOT / "share" / "profiles"
VPICC = "/usr/lib/python3/site-packages/virtualsmartcard"
# Debian's vicc wants PyCrypto, which is gone; its successor answers to another name.
SHIM = """import sys, Cryptodome, Cryptodome.Cipher, Cryptodome.Hash, Cryptodome.Hash.SHA1, Cryptodome.PublicKey, Cryptodome.Util
Cryptodome.Hash.SHA = Cryptodome.Hash.SHA1
for name in ("", ".Cipher", ".Hash", ".PublicKey", ".Util"):
    sys.modules["Crypto" + name] = sys.modules["Cryptodome" + name]
"""


class Foreign:
    """vpicc's card in a reader of a daemon of its own."""

    def __init__(self, folder: Path, kind: str = "iso7816") -> None:
        self.folder = folder
        (folder / "shim").mkdir()
        (folder / "shim" / "Crypto.py").write_text(SHIM)
        self.pcscd = PrivatePcscd().__enter__()
        environment = dict(os.environ, PYTHONPATH=f"{folder / 'shim'}:{VPICC}")
        self.log = open(folder / "vicc.log", "w+", encoding="utf-8")
        self.process = subprocess.Popen(
            ["/usr/bin/python3", "/usr/bin/vicc", "--type", kind, "-H", "127.0.0.1", "-P", str(self.pcscd.port), "-vvvv"],
            env=environment, stdout=self.log, stderr=self.log)
        self.pcscd.wait_card()

    def drive(self, profile: str, risk: int, *pins: str) -> list[str]:
        """Opens the card through a shipped profile and verifies the PINs: the driver's lines."""
        done = subprocess.run(
            [BUILD / "bin" / "driver-row", PROFILES / profile, "Sim 00 00", str(risk), *pins], text=True, timeout=60,
            capture_output=True, check=True, env=self.pcscd.environment | {"KAMUPIN_STATE_DIR": str(self.folder / "state")})
        self.sent = re.findall(r"card: .* > ([0-9A-F]+)", done.stderr)
        assert self.process.poll() is None, "vicc died:\n" + (self.folder / "vicc.log").read_text()
        return done.stdout.splitlines()

    def kamupin(self, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        """The command, at this card, with lines on its standard input; `sent` is what the card got."""
        done = subprocess.run(
            [BUILD / "bin" / "kamupin", *words, "--log", "trace"], input=typed, text=True, timeout=60, capture_output=True, check=False,
            env=dict(os.environ) | self.pcscd.environment | {"KAMUPIN_STATE_DIR": str(self.folder / "state")})
        self.sent = re.findall(r"^\[card trace\] .* > ([0-9A-F]+)", done.stderr, re.M)
        return done

    def alive(self) -> bool:
        """Whether the program that plays the card is still there (it ends over what it cannot do)."""
        return self.process.poll() is None

    def close(self) -> None:
        end(self.process)
        self.log.close()
        self.pcscd.__exit__()
