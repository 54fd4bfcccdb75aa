# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# One sandbox from first to last: private folder, PC/SC daemon, cards, service, the command, and the way back.
# Touches its own folder and the processes it started.
"""The sandbox and its life."""
from __future__ import annotations

import json
import os
import secrets
import signal
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from . import pcsc
from .cardspec import CardSpec
from .control import tell_card
from .daemon import SOCKET_NAME, Daemon, require_parts
from .members import end_members, mark_of
from .messages import SandboxError, complain, note
from .processes import (ENDING_SIGNALS, REVIVE_SIGNAL, Child, Interrupted, Janitor, hold_signals, remove, start, start_command,
                        wait_until)
from .stand import Stand, require_login

READY_SECONDS = 20.0
GRACE_SECONDS = 5.0
LONGEST_FOLDER = 60  # a unix socket's path has 108 bytes in all


@dataclass(frozen=True)
class Tools:
    """Where the built programs are."""

    programs: Path
    preload: Path

    @classmethod
    def beside(cls, program: Path) -> "Tools":
        """build/bin, found from the program's own place, be it there or in the source tree; or where it is installed."""
        real = program.resolve()
        for folder in (program.parent, real.parent, real.parents[3] / "build" / "bin"):
            if (folder / "kamupin-vcard").exists():
                return cls(folder, folder.parent / "lib" / "libkamupin-loopback.so")
        raise SandboxError("kamupin-vcard bulunamadı; önce projeyi derleyin: cmake --preset default && "
                           "cmake --build build",
                           "kamupin-vcard was not found; build the project first: cmake --preset default && "
                           "cmake --build build", 69)


def private_place() -> Path:
    """A short path for a new folder, under XDG_RUNTIME_DIR or the temporary folder. Nothing is made yet."""
    for base in (os.environ.get("XDG_RUNTIME_DIR", ""), tempfile.gettempdir(), "/tmp"):
        if base and len(base) <= LONGEST_FOLDER and os.access(base, os.W_OK | os.X_OK):
            return Path(base, f"kamupin-{secrets.token_hex(4)}")
    raise SandboxError("Geçici klasöre yazılamıyor; TMPDIR değişkenine yazılabilir bir klasör verin.",
                       "No temporary folder can be written to; set TMPDIR to one that can.", 73)


@dataclass
class Part:
    """A process that the sandbox is made of, and how to start it (again)."""

    begin: Callable[[], Child]
    child: Child


class Sandbox:
    """Use: open(), command(), close(); close() may be called at any point and any number of times."""

    def __init__(self, specs: Sequence[CardSpec], tools: Tools, keep: bool = False, verbose: bool = False,
                 login: bool = False, password_login: bool = False) -> None:
        self.specs = list(specs)
        self.tools = tools
        self.keep = keep
        self.verbose = verbose
        self.login = login
        self.password_login = password_login
        self.folder: Path | None = None
        self.env: dict[str, str] = {}
        self._daemon: Daemon | None = None
        self._stand: Stand | None = None
        self._cards: list[dict[str, object]] = []
        self._parts: dict[str, Part] = {}
        self._command: Child | None = None
        self._janitor: Janitor | None = None
        self._mask = hold_signals()

    def _say(self, tr: str, en: str) -> None:
        if self.verbose:
            note(tr, en)

    def _make_folder(self) -> None:
        """The private folder. Its janitor comes first: a runner that is killed in between leaves nothing behind."""
        while self.folder is None:
            place = private_place()
            janitor = Janitor(place, mark_of(place / SOCKET_NAME), self.keep)
            try:
                place.mkdir(mode=0o700)
            except FileExistsError:
                janitor.dismiss()  # somebody else's folder: not ours to remove
                continue
            self.folder, self._janitor = place, janitor

    def open(self) -> None:
        """Brings everything up; returns when PC/SC shows every card and the service answers."""
        require_parts(self.tools.preload)
        if self.login:
            require_login()
        self._make_folder()
        assert self.folder is not None
        for name in ("logs", "cards", "state", "service"):
            (self.folder / name).mkdir(mode=0o700)
        self._say(f"klasör: {self.folder}", f"folder: {self.folder}")
        self._daemon = Daemon(self.folder, len(self.specs), self.tools.preload)
        self._daemon.configure()
        self._begin("pcscd", self._daemon.start)
        service = self._stand = Stand(self.folder, self.tools.programs, self.password_login)
        self._cards = service.personalise(self.specs)
        if self.login:
            service.prepare_login()
            self._begin("idp", service.start_login)
        for slot, card in enumerate(self._cards):
            card["reader"] = self._daemon.reader(slot)
            if not self.specs[slot].empty:
                self._begin(f"card{slot}", partial(self._start_card, slot))
        self._begin("service", service.start)
        self._write_cards()
        self._wait_for_cards()
        self._wait_for_service()
        self.env = self._environment(service)
        self._say("hazır.", "ready.")

    def _begin(self, name: str, begin: Callable[[], Child]) -> None:
        self._parts[name] = Part(begin, begin())

    def _start_card(self, slot: int) -> Child:
        assert self._daemon is not None and self.folder is not None
        card = self._cards[slot]
        argv = [str(self.tools.programs / "kamupin-vcard"), "--port", str(self._daemon.port(slot)),
                "--state", str(card["state"]), "--log", str(card["log"]), "--control", str(card["control"])]
        return start(f"kamupin-vcard {slot}", argv, dict(os.environ), self.folder / "logs" / f"card{slot}.log")

    def _write_cards(self) -> None:
        """The list that the control address gives to who asks: readers, cards, processes."""
        assert self.folder is not None
        for slot, card in enumerate(self._cards):
            part = self._parts.get(f"card{slot}")
            card["pid"] = part.child.pid if part else None
        processes = {name: part.child.pid for name, part in self._parts.items()} | {"runner": os.getpid()}
        path = self.folder / "service" / "cards.json"
        new = path.with_suffix(".new")
        new.write_text(json.dumps({"cards": self._cards, "processes": processes}))
        new.replace(path)

    def _wait_for(self, check: Callable[[], bool], tr: str, en: str, child: Child) -> None:
        """Waits for a part; a part that ends early is reported with the last words of its log."""
        def alive_and_ready() -> bool:
            if not child.alive():
                raise SandboxError(f"{child.name} başlarken bitti: {child.tail()}",
                                   f"{child.name} ended while it was starting: {child.tail()}")
            return check()
        wait_until(alive_and_ready, READY_SECONDS, f"{READY_SECONDS:.0f} sn içinde hazır olmadı: {tr}. Makinenin döngü arayüzünün (lo) açık "
                   f"olduğuna bakıp yeniden deneyin. {child.tail()}",
                   f"not ready within {READY_SECONDS:.0f} s: {en}. Check that the loopback interface (lo) is up, and try "
                   f"again. {child.tail()}")

    def _wait_for_service(self) -> None:
        assert self._stand is not None
        self._wait_for(self._stand.ready, "hizmet", "the service", self._parts["service"].child)
        if self.login:
            self._wait_for(self._stand.login_ready, "giriş sunucusu", "the login server", self._parts["idp"].child)

    def _wait_for_cards(self) -> None:
        for slot, spec in enumerate(self.specs):
            if not spec.empty:
                control = Path(str(self._cards[slot]["control"]))
                self._wait_for(control.exists, "sanal kart", "the virtual card", self._parts[f"card{slot}"].child)
        assert self._daemon is not None
        wanted = {name: False for name in self._daemon.readers()}
        self._wait_for_readers(wanted | {self._daemon.reader(slot): not spec.empty
                                         for slot, spec in enumerate(self.specs)})

    def _wait_for_readers(self, wanted: Mapping[str, bool]) -> None:
        """Waits until PC/SC shows the readers with or without a card, as wanted."""
        assert self._daemon is not None
        watch = pcsc.start_watch(self._daemon.socket_path, wanted)
        try:
            self._wait_for(lambda: not watch.alive(), "okuyucular", "the readers", self._parts["pcscd"].child)
        finally:
            watch.end()

    def _environment(self, service: Stand) -> dict[str, str]:
        assert self._daemon is not None and self.folder is not None
        env = dict(os.environ)
        env.update(service.environment())
        env["PCSCLITE_CSOCK_NAME"] = str(self._daemon.socket_path)
        env["KAMUPIN_STATE_DIR"] = str(self.folder / "state")
        # A proxy of the person's environment has no business with loopback.
        around = env.get("no_proxy") or env.get("NO_PROXY") or ""
        if around != "*":
            env["no_proxy"] = env["NO_PROXY"] = ",".join(filter(None, [around, "localhost", "127.0.0.1"]))
        env["PATH"] = f"{self.tools.programs}{os.pathsep}{env.get('PATH', os.defpath)}"
        return env

    def command(self, argv: Sequence[str]) -> int:
        """Runs COMMAND to its end and returns its exit code; passes signals on to it."""
        child = self._command = start_command(argv, self.env, self._mask)
        deadline: float | None = None
        while child.alive():
            left = 3600.0 if deadline is None else max(deadline - time.monotonic(), 0.0)
            came = signal.sigtimedwait(ENDING_SIGNALS | {signal.SIGCHLD, REVIVE_SIGNAL}, left)
            if came is None:
                if deadline is not None:
                    child.send(signal.SIGKILL)
                    deadline = None
            elif came.si_signo == REVIVE_SIGNAL:
                try:
                    self._revive()
                except Interrupted as interrupted:
                    child.send(interrupted.number)
                    deadline = deadline or time.monotonic() + GRACE_SECONDS
            elif came.si_signo != signal.SIGCHLD and self._pass_on(child, came):
                deadline = deadline or time.monotonic() + GRACE_SECONDS
        assert child.status is not None
        return child.status if child.status >= 0 else 128 - child.status

    def _revive(self) -> None:
        """Starts again what has died, as it was: same socket, same ports, same state. For tests of faults."""
        dead = [name for name, part in self._parts.items() if not part.child.alive()]
        cards = [name for name in dead if name.startswith("card")]
        try:
            for name in dead:
                if name not in cards:
                    self._parts[name].child = self._parts[name].begin()
            if "service" in dead or "idp" in dead:
                self._wait_for_service()
            # What died is first seen to be gone: PC/SC looks only now and then, and would miss the change.
            self._wait_for_readers({self._reader_of(name): False for name in cards})
            for name in cards:
                self._parts[name].child = self._parts[name].begin()
            self._wait_for_readers({self._reader_of(name): self._inserted(name)
                                    for name in self._parts if name.startswith("card")})
        except SandboxError as error:
            complain(error)
        self._write_cards()

    def _reader_of(self, name: str) -> str:
        return str(self._cards[int(name.removeprefix("card"))]["reader"])

    def _inserted(self, name: str) -> bool:
        """Whether that card says that it is in its reader."""
        control = Path(str(self._cards[int(name.removeprefix("card"))]["control"]))
        said = ""

        def answers() -> bool:
            nonlocal said
            try:
                said = tell_card(control, "status")
            except SandboxError:
                return False
            return True

        self._wait_for(answers, "sanal kart", "the virtual card", self._parts[name].child)
        return "present=1" in said.split()

    @staticmethod
    def _pass_on(child: Child, came: signal.struct_siginfo) -> bool:
        """Passes a signal on; returns whether the command now has to end soon.

        Ctrl-C at the terminal reaches the command without us, and what it means is the command's to decide.
        """
        from_kernel = came.si_code > 0
        if from_kernel and came.si_signo in (signal.SIGINT, signal.SIGQUIT):
            return False
        child.send(came.si_signo)
        return True

    def close(self) -> None:
        """Ends every process, gives back the ports and removes the folder."""
        if self.folder is not None:
            end_members(mark_of(self.folder / SOCKET_NAME))
        children = [part.child for part in self._parts.values()]
        if self._command is not None:
            children.append(self._command)
        for child in children:
            child.send(signal.SIGTERM)
        for child in children:
            child.end()
        if self._daemon is not None:
            self._daemon.close()
        if self._stand is not None:
            self._stand.close()
        if self.folder is not None and self.keep:
            note(f"klasör duruyor: {self.folder}", f"folder kept: {self.folder}")
        elif self.folder is not None:
            remove(self.folder)
        if self._janitor is not None:
            self._janitor.dismiss()
        self._parts, self._command, self._daemon, self.folder, self._janitor = {}, None, None, None, None


def run(specs: Sequence[CardSpec], tools: Tools, argv: Sequence[str], keep: bool, verbose: bool,
        login: bool = False, password_login: bool = False) -> int:
    """A whole sandbox for one command. Returns the exit code; 128 + n when signal n ended the start."""
    sandbox = Sandbox(specs, tools, keep, verbose, login, password_login)
    try:
        sandbox.open()
        return sandbox.command(argv)
    except Interrupted as interrupted:
        return 128 + interrupted.number
    finally:
        sandbox.close()
