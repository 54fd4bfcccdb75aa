# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# A sandbox in the hands of a test: the real `kamupin-sandbox run`, its cards, its control address, programs
# run inside it. Touches the sandbox it started and nothing else; many may be open at once.
"""Sandbox handles for integration tests."""
from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from terminal import Terminal

ROOT = Path(__file__).resolve().parents[2]
BREACH = " ERROR kamupin-service "  # an answer that is not what openapi.yaml says, or a call that failed: in no service's log
BUILD = Path(os.environ.get("KAMUPIN_BUILD", ROOT / "build"))
sys.path.insert(0, str(ROOT / "examples" / "sandbox"))

from kamupin_sandbox.idp import LIFETIMES, set_lifetimes  # noqa: E402
from kamupin_sandbox.runner.control import Control, tell_card  # noqa: E402


def until(check: Callable[[], Any], seconds: float = 10.0, what: str = "the condition") -> Any:
    """Polls until check() gives something true, and returns that; fails at the deadline."""
    deadline = time.monotonic() + seconds
    while True:
        value = check()
        if value:
            return value
        assert time.monotonic() < deadline, f"{what} did not come true within {seconds} s"
        time.sleep(0.01)


def gone(pid: int) -> bool:
    """Whether a process has ended with all its threads, waited for or not."""
    try:
        zombie = re.search(r"^State:\s+Z", Path(f"/proc/{pid}/status").read_text(), re.M) is not None
        return zombie and len(os.listdir(f"/proc/{pid}/task")) == 1
    except OSError:
        return True


def peak_of(pid: int) -> int:
    """The most memory that a process ever held, in kB."""
    return int(re.findall(r"^VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.M)[0])


class Card:
    """One reader slot of a sandbox and the card in it."""

    def __init__(self, row: Mapping[str, Any]) -> None:
        self.slot: int = row["slot"]
        self.reader: str = row["reader"]
        self.personality: str = row["personality"]
        self.card_id: str | None = row.get("card_id")
        self.pid: int | None = row.get("pid")
        self.row = dict(row)

    def path(self, name: str) -> Path:
        """One of the card's files: state, log, control."""
        return Path(self.row[name])

    def tell(self, line: str) -> str:
        """One line to the card's control socket."""
        return tell_card(self.path("control"), line)

    def eject(self) -> None:
        """Pulls the card out of the reader."""
        self.tell("eject")

    def insert(self) -> None:
        """Puts it back."""
        self.tell("insert")

    def present(self) -> bool:
        """Whether the card is in its reader, as the card itself sees it."""
        return "present=1" in self.tell("status").split()

    def on(self, rule: str) -> None:
        """A one-shot rule, for example `ins=82 nth=1 before eject`."""
        self.tell(f"on {rule}")

    def go(self) -> None:
        """Lets the answer go that a rule (`ins=2C after wait`) holds back; fails when none is."""
        self.tell("go")

    def mark(self, text: str) -> None:
        """Writes a mark into the APDU log."""
        self.tell(f"log-mark {text}")

    def state(self) -> dict[str, str]:
        """The state file: key to value; files of the card as `file PATH`."""
        result: dict[str, str] = {}
        for line in self.path("state").read_text().splitlines():
            words = line.split(" ", 2)
            if words[0] == "file":
                result[f"file {words[1]}"] = words[2] if len(words) > 2 else ""
            else:
                result[words[0]] = line[len(words[0]) + 1:]
        return result

    def log(self) -> str:
        """The APDU log as it is now."""
        return self.path("log").read_text() if self.path("log").exists() else ""

    def commands(self, after_mark: str | None = None) -> list[str]:
        """The command APDUs received so far (hex, secrets masked), or those after a mark."""
        text = self.log()
        if after_mark is not None:
            assert after_mark in text, f"no mark {after_mark!r} in the APDU log"
            text = text.rsplit(after_mark, 1)[1]
        return [line.split("> ", 1)[1].strip() for line in text.splitlines() if re.match(r"^(\S+ )?> ", line)]


class Box:
    """An open sandbox. `with`, or close()."""

    def __init__(self, cards: Sequence[str] = ("akis2",), options: Sequence[str] = (),
                 env: Mapping[str, str] | None = None) -> None:
        base = {name: value for name, value in os.environ.items() if not name.startswith("KAMUPIN_")}
        self._process = subprocess.Popen(
            [str(BUILD / "bin" / "kamupin-sandbox"), "run", "--cards", ",".join(cards), *options,
             "--", str(BUILD / "bin" / "kamupin-sandbox"), "hold"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=base | dict(env or {}))
        assert self._process.stdout is not None
        first = self._process.stdout.readline()
        if not first:
            _, said = self._process.communicate()
            raise RuntimeError(f"the sandbox did not start: {said}")
        self.env: dict[str, str] = json.loads(first)
        self.control = Control.of(self.env)
        self.cards = [Card(row) for row in self.control.cards()]
        self.pid = self._process.pid

    def __enter__(self) -> "Box":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> int:
        """Ends the sandbox; returns its exit code. Fails when an answer of its service was not what openapi.yaml says."""
        if self._process.returncode is None:
            log = self.folder / "logs" / "service.log"
            said = log.read_text(encoding="utf-8") if log.exists() else ""
            self._process.communicate(timeout=30)
            assert BREACH not in said, said[-4000:]
        return self._process.returncode

    def processes(self) -> dict[str, int]:
        """Process ids of the sandbox' parts: pcscd, service, card0, …, runner."""
        return self.control.get("/cards")["processes"]

    def kill(self, *names: str) -> None:
        """SIGKILL to parts of the sandbox; revive() brings them back."""
        pids = {name: json.loads((self.folder / "service" / "cards.json").read_text())["processes"][name]
                for name in names}
        for pid in pids.values():
            os.kill(pid, signal.SIGKILL)
        for name, pid in pids.items():
            until(lambda: gone(pid), what=f"the end of {name}")

    def revive(self) -> None:
        """Has the runner start again what was killed; returns when PC/SC shows the cards again."""
        path = self.folder / "service" / "cards.json"
        before = path.stat().st_ino
        os.kill(self.pid, signal.SIGUSR1)
        until(lambda: path.stat().st_ino != before, 30, "the runner's new list of processes")

    def readers(self, present: bool | None = None) -> set[str]:
        """Reader names as opensc-tool lists them: all, or those with (True) or without (False) a card."""
        said = self.run("opensc-tool", "--list-readers").stdout
        rows = re.findall(r"^\d+\s+(Yes|No)\s+(.*\S)\s*$", said, re.M)
        return {name for word, name in rows if present is None or (word == "Yes") == present}

    @property
    def folder(self) -> Path:
        """The sandbox's private folder."""
        return Path(self.env["PCSCLITE_CSOCK_NAME"]).parent

    def run(self, *argv: str, secrets: Mapping[str, str] | None = None, input: str | None = None,
            env: Mapping[str, str] | None = None, seconds: float = 60.0) -> subprocess.CompletedProcess[str]:
        """Runs a program inside the sandbox. secrets: option such as `--new-pin-fd` to what its pipe holds."""
        extra: list[str] = []
        ends: list[int] = []
        for option, value in (secrets or {}).items():
            read_end, write_end = os.pipe()
            os.write(write_end, value.encode() + b"\n")
            os.close(write_end)
            ends.append(read_end)
            extra += [option, str(read_end)]
        try:
            return subprocess.run([*argv, *extra], env=self.env | dict(env or {}), input=input, text=True,
                                  stdin=subprocess.DEVNULL if input is None else None, capture_output=True,
                                  pass_fds=ends, timeout=seconds)
        finally:
            for end in ends:
                os.close(end)

    def start(self, *argv: str, env: Mapping[str, str] | None = None, **options: Any) -> subprocess.Popen[str]:
        """Starts a program inside the sandbox and does not wait for it."""
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE,
                   "text": True} | options
        return subprocess.Popen(list(argv), env=self.env | dict(env or {}), **options)

    def terminal(self, *argv: str, env: Mapping[str, str] | None = None) -> Terminal:
        """Runs a program at a terminal inside the sandbox."""
        return Terminal(argv, self.env | {"TERM": "xterm"} | dict(env or {}))

    def opensc(self, *apdus: str, slot: int = 0) -> list[str]:
        """Sends APDUs with OpenSC, a client nobody here wrote; returns their status words."""
        argv = ["opensc-tool", "--reader", self.cards[slot].reader]
        for apdu in apdus:
            argv += ["--send-apdu", apdu]
        done = self.run(*argv)
        return ["".join(pair).upper() for pair in
                re.findall(r"SW1=0x([0-9A-Fa-f]{2}), SW2=0x([0-9A-Fa-f]{2})", done.stdout)]

    def verify_by_opensc(self, pin: str, slot: int = 0) -> str:
        """Status word of VERIFY on a v2.x card, sent by OpenSC after selecting the application."""
        pin_hex = pin.encode().hex()
        return self.opensc("00A4040007504B43532D3135", f"00200081{len(pin):02X}{pin_hex}", slot=slot)[-1]

    # The control address.
    def code(self, **wish: Any) -> str:
        """A fresh verification code (user, kind, product, seconds, …)."""
        return self.control.post("/codes", wish)["code"]

    def sms(self, count: int = 1, user: str | None = None, seconds: float = 20.0) -> list[dict[str, Any]]:
        """The outbox, once it holds that many texts."""
        def texts() -> list[dict[str, Any]] | None:
            found = self.control.get("/sms", user=user)["sms"]
            return found if len(found) >= count else None
        return until(texts, seconds, f"text message {count}")

    def operations(self) -> list[dict[str, Any]]:
        """The service's operations, with phase, outcomes recorded and authorities issued."""
        return self.control.get("/operations")["operations"]

    def attempts_left(self, slot: int = 0) -> int:
        """What the service's ledger says for the card of that slot."""
        (row,) = [row for row in self.control.get("/ledger")["ledger"] if row["card_id"] == self.cards[slot].card_id]
        return row["attempts_left"]

    def requests(self) -> list[dict[str, Any]]:
        """What the service was asked, in order: call, method, path, status, connection."""
        return self.control.get("/requests")["requests"]

    def fault(self, call: str, action: str, **more: Any) -> None:
        """Orders a fault of the service at the next such call: drop-before, drop-after, delay, status, …"""
        self.control.post("/faults", {"call": call, "action": action, **more})

    def advance(self, seconds: float) -> None:
        """Moves the service's clock forward."""
        self.control.post("/clock", {"advance": seconds})

    def lifetimes(self, **seconds: int) -> None:
        """Changes how long what the authorization server issues from now on lives: access_token, refresh_token, session, code, interaction."""
        set_lifetimes(self.folder / "service", **seconds)

    def settings(self, **values: Any) -> None:
        """Changes what the service allows; names as GET /settings of the control address gives them."""
        self.control.post("/settings", values)
