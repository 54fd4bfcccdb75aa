# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# A pcscd of one's own with one vpcd reader of two slots, and kamupin-vcard in them, for tests of the card
# alone (the sandbox runner does this for users, and more). Touches a folder of its own and two TCP ports.
from __future__ import annotations

import os
import select
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import box  # noqa: F401  (finds the sandbox's package)
from kamupin_sandbox.runner.ports import take

DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so.0.8")
AKIS1_ATR = "3BBA11008131FE4D55454B41452056312E30AE"
AKIS2_ATR = "3B9F978131FE4580655443D3228231C073F621808105D3"


def program(name: str) -> str:
    """The built program NAME, from PATH; a test without it is a failure, not a skip."""
    found = shutil.which(name)
    assert found, f"{name} is not on PATH: build first and put build/bin on PATH"
    return found


def wait_for(what: str, condition: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds} s in vain: {what}"
        time.sleep(0.01)


def end(process: subprocess.Popen[bytes]) -> int:
    """Ends a process that we started and takes its exit code."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
    return process.wait(5)


class Card:
    """A kamupin-vcard process: its state file, log and control socket."""

    def __init__(self, folder: Path, name: str, port: int, state: str, *options: str,
                 noticed: bool = True) -> None:
        self.state_path = folder / f"{name}.state"
        self.log_path = folder / f"{name}.log"
        self.control_path = folder / f"{name}.control"
        self.port = port
        self.options = options
        self.state_path.write_text(state)
        self.state_path.chmod(0o600)
        self.noticed = noticed  # by a reader that is there already
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [program("kamupin-vcard"), "--port", str(self.port), "--state", str(self.state_path),
             "--log", str(self.log_path), "--control", str(self.control_path), *self.options])
        if self.noticed:
            self.wait_noticed()

    def wait_noticed(self) -> None:
        """Until the reader has asked this contact for its ATR: only then do APDUs reach the card."""
        def ready() -> bool:
            assert self.process and self.process.poll() is None, "the virtual card ended"
            try:
                return self.status()["noticed"] == "1"
            except OSError:
                return False

        wait_for("the reader to notice the card", ready)

    def kill(self) -> None:
        assert self.process
        self.process.kill()
        self.process.wait(5)

    def stop(self) -> int:
        return end(self.process) if self.process else 0

    def control(self, line: str) -> str:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(5)
            client.connect(str(self.control_path))
            client.sendall(line.encode() + b"\n")
            answer = client.makefile().readline().rstrip("\n")
        assert answer, f"no answer to {line!r}"
        return answer

    def status(self) -> dict[str, str]:
        words = self.control("status").split()
        assert words[0] == "ok", words
        return dict(word.split("=", 1) for word in words[1:])

    def commands(self) -> list[str]:
        """The commands in the log, without answers and notes."""
        return [line[2:] for line in self.log_path.read_text().splitlines() if line[:2] == "> "]

    def value(self, key: str) -> str | None:
        """A value of the state file as it is on disk now."""
        for line in self.state_path.read_text().splitlines():
            if line.startswith(key + " "):
                return line[len(key) + 1:]
        return None


class Client:
    """pcsc_client.py as a process: say() a line, get its line."""

    def __init__(self, environment: dict[str, str], reader: str) -> None:
        self.process = subprocess.Popen(
            ["/usr/bin/python3", str(Path(__file__).with_name("pcsc_client.py")), reader], text=True,
            env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, line: str) -> None:
        """Sends a line whose answer is taken later, by answer()."""
        assert self.process.stdin
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def answer(self, seconds: float = 15.0) -> str:
        assert self.process.stdout
        assert select.select([self.process.stdout], [], [], seconds)[0], "the PC/SC client says nothing"
        return self.process.stdout.readline().rstrip("\n")

    def has_answered(self) -> bool:
        assert self.process.stdout
        return bool(select.select([self.process.stdout], [], [], 0)[0])

    def say(self, line: str) -> str:
        self.ask(line)
        return self.answer()

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


class PrivatePcscd:
    """pcscd by socket activation on a socket of ours: `with PrivatePcscd() as pcscd: pcscd.insert(…)`."""

    def __enter__(self) -> "PrivatePcscd":
        self.folder = Path(tempfile.mkdtemp(prefix="kamupin-pcscd-"))
        self.ports = take(1)[0]  # guarded: other tests and sandboxes run at the same time
        self.port = self.ports.port
        self.cards: list[Card] = []
        self.clients: list[Client] = []
        readers = self.folder / "readers"
        readers.mkdir()
        (readers / "vpcd").write_text(
            f'FRIENDLYNAME "Sim"\nDEVICENAME /dev/null:{self.port:#x}\nLIBPATH {DRIVER}\n'
            f"CHANNELID {self.port:#x}\n")
        self.socket_path = self.folder / "pcscd"
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.socket_path))
        self.listener.listen(16)
        self.environment = dict(os.environ, PCSCLITE_CSOCK_NAME=str(self.socket_path), LC_ALL="C")
        self.messages = open(self.folder / "pcscd.messages", "ab")
        self.process: subprocess.Popen[bytes] | None = None
        self.start()
        return self

    def start(self) -> None:
        """Starts the daemon; again after stop(), on the same socket and ports."""
        number = self.listener.fileno()
        # The shell gives its own process id to pcscd, which takes descriptor 3 only if the id is its own.
        command = 'LISTEN_PID=$$ LISTEN_FDS=1 exec /usr/sbin/pcscd --foreground --error -c "$0"'
        self.process = subprocess.Popen(
            ["/bin/sh", "-c", command, str(self.folder / "readers")], pass_fds=(3,),
            preexec_fn=lambda: os.dup2(number, 3), stdin=subprocess.DEVNULL, stdout=self.messages,
            stderr=self.messages)

    def stop(self) -> None:
        assert self.process
        end(self.process)

    def insert(self, state: str, *options: str, slot: int = 0) -> Card:
        card = Card(self.folder, f"card{len(self.cards)}", self.port + slot, state, *options)
        self.cards.append(card)
        self.wait_card(slot)
        return card

    def has_card(self, slot: int = 0) -> bool:
        """Whether pcscd, which looks every 400 ms, knows of a card in the slot."""
        rows = [line.split() for line in self.run("opensc-tool", "-l").stdout.splitlines()]
        return any(row[:2] == [str(slot), "Yes"] for row in rows)

    def wait_card(self, slot: int = 0, there: bool = True) -> None:
        wait_for(f"card in slot {slot}: {there}", lambda: self.has_card(slot) == there)

    def run(self, *command: str, text: str | None = None, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, env=self.environment | more, input=text, text=True, timeout=30,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)

    def client(self, slot: int = 0) -> "Client":
        """A connected PC/SC client; end it with close() or by leaving the pcscd."""
        client = Client(self.environment, f"Sim 00 0{slot}")
        self.clients.append(client)
        assert client.say("connect") == "ok"
        return client

    def apdus(self, *commands: str, reader: int = 0) -> list[str]:
        """Sends APDUs (hex) by OpenSC's tool in one connection; each answer as hex with its status word."""
        arguments = [part for one in commands for part in ("-s", one)]
        result = self.run("opensc-tool", "-r", str(reader), "-c", "default", *arguments)
        return parse_answers(result.stdout)

    def __exit__(self, *_: object) -> None:
        for client in self.clients:
            client.close()
        for card in self.cards:
            card.stop()
        self.stop()
        self.listener.close()
        self.ports.close()
        self.messages.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def parse_answers(text: str) -> list[str]:
    """The answers in opensc-tool's output: 'Received (SW1=0x90, SW2=0x00):' and lines of hex."""
    answers: list[str] = []
    data = sw = ""
    for line in text.splitlines() + ["Sending:"]:
        if line.startswith("Sending:"):
            if sw:
                answers.append(data + sw)
            data = sw = ""
        elif line.startswith("Received (SW1=0x"):
            sw = line[16:18] + line[26:28]
        elif sw:
            data += line[:3 * (len(line) // 4)].replace(" ", "")  # "XX " a byte, then as many letters
    return answers
