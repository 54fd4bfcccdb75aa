# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# A reader with a keypad in the hands of a test: Debian's pcscd and its libccidtwin.so, neither of them ours, on the serial line of an
# emulated GemPC PinPad (kamupin-pinpad), with a kamupin-vcard in it. Touches a folder and a port of its own.
"""A private pcscd with one PIN pad reader."""
from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

import box  # noqa: F401  (finds the sandbox's package)
from private_pcscd import Card, end, program, wait_for
from kamupin_sandbox.personalise import make_card
from kamupin_sandbox.registry import Registry
from kamupin_sandbox.runner.ports import take

DRIVER = Path("/usr/lib/pcsc/drivers/serial/libccidtwin.so")


class PadBox:
    """`with PadBox("akis2") as pad: pad.run("kamupin", …)`. pcscd logs every APDU and every control, as it does with --apdu."""

    def __init__(self, spec: str = "akis2", *options: str, files: str = "") -> None:
        """`files`: lines for the card's state file, beside its own."""
        self.spec = spec
        self.files = files
        self.options = options
        self.children: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> "PadBox":
        self.folder = Path(tempfile.mkdtemp(prefix="kamupin-pad-"))
        self.ports = take(1)[0]
        self.messages = open(self.folder / "messages", "ab")
        try:
            self._open()
        except BaseException:
            self.close()
            raise
        return self

    def _open(self) -> None:
        self.line, self.keys, self.wire = (self.folder / name for name in ("tty", "keys", "wire.log"))
        self._start([program("kamupin-pinpad"), "--tty", str(self.line), "--port", str(self.ports.port), "--control",
                     str(self.keys), "--log", str(self.wire), *self.options])
        wait_for("the emulated reader", self.keys.exists)
        with Registry(self.folder / "registry.db") as registry:
            made = make_card(registry, self.spec, self.folder / "card")
        self.card_id, self.pin = made.card_id, made.pin
        self.card = Card(self.folder, "card", self.ports.port, Path(made.state).read_text() + self.files, noticed=False)
        self._start_pcscd()
        wait_for("the card in the reader", lambda: " Yes " in self.run("opensc-tool", "-l").stdout, 20)

    def _start(self, argv: list[str], **more: object) -> None:
        self.children.append(subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=self.messages,
                                              stderr=self.messages, **more))  # type: ignore[call-overload]

    def _start_pcscd(self) -> None:
        conf = self.folder / "readers"
        conf.mkdir()
        (conf / "pad").write_text(f'FRIENDLYNAME "PinPad"\nDEVICENAME {self.line}:GemPCPinPad\nLIBPATH {DRIVER}\n'
                                  "CHANNELID 0\n")
        self.apdus = self.folder / "apdus.log"
        path = self.folder / "pcscd"
        self.env = dict(os.environ, PCSCLITE_CSOCK_NAME=str(path), KAMUPIN_STATE_DIR=str(self.folder / "state"), LC_ALL="C")
        (self.folder / "state").mkdir(mode=0o700)
        with socket.socket(socket.AF_UNIX) as listener, self.apdus.open("ab") as log:
            listener.bind(str(path))
            listener.listen(16)
            number = listener.fileno()
            command = 'LISTEN_PID=$$ LISTEN_FDS=1 exec /usr/sbin/pcscd --foreground --debug --apdu -c "$0"'
            self.children.append(subprocess.Popen(
                ["/bin/sh", "-c", command, str(conf)], pass_fds=(3,), preexec_fn=lambda: os.dup2(number, 3),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log))

    def run(self, *command: str, env: Mapping[str, str] | None = None, seconds: float = 60) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, env=self.env | dict(env or {}), text=True, timeout=seconds, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)

    def start(self, *command: str, **more: object) -> subprocess.Popen[str]:
        """Starts a program and does not wait for it."""
        return subprocess.Popen(command, env=self.env, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, **more)  # type: ignore[call-overload]

    def press(self, line: str) -> str:
        """What the person at the keypad does at the next entry: `type 123456`, `type OLD,NEW,NEW`, `cancel`, `pull`."""
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(5)
            client.connect(str(self.keys))
            client.sendall(line.encode() + b"\n")
            answer = client.makefile().readline().rstrip("\n")
        assert answer.startswith("ok"), answer
        return answer

    @property
    def emulator(self) -> int:
        """The reader's process."""
        return self.children[0].pid

    @property
    def pcscd(self) -> int:
        """The daemon's process."""
        return self.children[1].pid

    def reader(self) -> dict[str, str]:
        """How the reader stands: card, powered, orders, waiting, people."""
        return dict(word.split("=", 1) for word in self.press("status").split()[1:])

    def tries(self) -> int:
        """The tries left, as the card has them on disk."""
        return int(self.card.value("pin.tries") or self.card.value("pin.max") or "3")

    def holds(self) -> str:
        """The PIN that the card holds."""
        return bytes.fromhex(self.card.value("pin.value") or "").decode()

    def close(self) -> None:
        """Ends everything, the daemon before the line that it reads."""
        for child in reversed(self.children):
            end(child)
        if hasattr(self, "card"):
            self.card.stop()
        self.ports.close()
        self.messages.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __exit__(self, *_: object) -> None:
        self.close()
