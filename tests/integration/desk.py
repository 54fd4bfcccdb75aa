# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# A desktop in the hands of a test: a display of its own (Xvfb), a session bus of its own with the accessibility bus on it,
# and kamupin-desktop running there inside a sandbox. Keys come from xdotool, through the X server's own keyboard; what is
# shown is read over AT-SPI (desk_eyes.py). Neither is ours, nor is GTK's side of it.
"""kamupin-desktop on a display of its own."""
from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from box import BUILD, ROOT, Box, until

PROGRAM = "kamupin-desktop"
PICTURES = Path(os.environ.get("KAMUPIN_SCREENS", ROOT / "build" / "check")) / "desktop"
SETTINGS = "[Settings]\ngtk-enable-animations=0\ngtk-cursor-blink=0\n"
SIZE = "1000x1000x24"
KEYS = {"-": "minus", " ": "space", "ç": "ccedilla", "ğ": "gbreve", "ı": "idotless", "İ": "Iabovedot", "ö": "odiaeresis",
        "ş": "scedilla", "ü": "udiaeresis"}  # of a Turkish keyboard, by their X names
NEW = "84026371"

# What tells the pages apart, and what is said on them, in both languages.
WORDS = {
    "tr": {"code": "Sayfadaki doğrulama kodu", "next": "İleri", "info": "Bilgilendirme", "card": "Kart ve yeni PIN", "new": "Yeni PIN",
           "again": "Yeni PIN (tekrar)", "typed": "8 rakam girildi", "same": "İkisi aynı: tamam", "sms": "SMS doğrulama kodu",
           "resend": "SMS ulaşmadı mı? Yeniden gönder", "left": "Kalan deneme hakkı: {}", "work": "İşleminiz yapılıyor", "waits": "İşlem bekliyor",
           "done": "İşleminiz tamamlandı", "heard": "web sayfası da gösterir", "tries": "PIN için kalan deneme hakkı: 3",
           "cancel": "İptal", "cancelled": "İşlem iptal edildi", "nothing": "yarım kalan bir şey yok", "failed": "Yeni PIN verilemedi",
           "open": "İşlem sonuçlanmadı", "unreported": "Sonuç henüz bildirilmedi", "offers": "kaldığı yerden sürdürür", "resume": "Yarım kalmış işlem", "close": "Kapat", "password": "WEB parola"},
    "en": {"code": "Code on the web page", "next": "Next", "info": "Information", "card": "Card and new PIN", "new": "New PIN",
           "again": "New PIN (again)", "typed": "8 digits typed", "same": "Both are the same: met", "sms": "Code in the SMS",
           "resend": "No SMS? Send again", "left": "Tries left: {}", "work": "Working", "waits": "Waiting",
           "done": "Done", "heard": "the web page shows it, too", "tries": "Tries left for the PIN: 3",
           "cancel": "Cancel", "cancelled": "Cancelled", "nothing": "nothing is left open", "failed": "No new PIN was given",
           "open": "Not finished yet", "unreported": "Not reported yet", "offers": "at its next start", "resume": "Unfinished operation", "close": "Close", "password": "Web password"},
}


class Desk:
    """kamupin-desktop, open. `with`, or close()."""

    def __init__(self, box: Box, folder: Path, *argv: str, language: str = "tr", settings: str = "",
                 env: Mapping[str, str] | None = None) -> None:
        self.language = language
        self.words = WORDS[language]
        self._running: list[subprocess.Popen[Any]] = []
        config = folder / "config" / "gtk-4.0"
        config.mkdir(parents=True, exist_ok=True)
        (config / "settings.ini").write_text(SETTINGS + settings)
        runtime = folder / "run"
        runtime.mkdir(mode=0o700, exist_ok=True)
        self.env = box.env | {
            "HOME": str(folder), "XDG_CONFIG_HOME": str(folder / "config"), "XDG_RUNTIME_DIR": str(runtime),
            "XDG_CACHE_HOME": str(folder / "cache"), "GSETTINGS_BACKEND": "memory", "GDK_BACKEND": "x11", "GSK_RENDERER": "cairo",
            "NO_AT_BRIDGE": "0", "LC_ALL": "C.UTF-8", "KAMUPIN_LANG": language} | dict(env or {})
        self.env["DISPLAY"] = ":" + self._told("Xvfb", "-displayfd", "1", "-screen", "0", SIZE, "-nolisten", "tcp", "-r", "-noreset")
        subprocess.run(["setxkbmap", "tr"], env=self.env, check=True)
        self.env["DBUS_SESSION_BUS_ADDRESS"] = self._told("dbus-daemon", "--session", "--nofork", "--print-address=1")
        self._eyes = self._start(sys.executable, str(Path(__file__).with_name("desk_eyes.py")), stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE, text=True)
        self.log = folder / "desktop.log"
        self.program: subprocess.Popen[Any] = self.start(*argv)

    def _start(self, *argv: str, **options: Any) -> subprocess.Popen[Any]:
        process = subprocess.Popen(list(argv), env=self.env, **{"stdin": subprocess.DEVNULL, "stderr": subprocess.DEVNULL} | options)
        self._running.append(process)
        return process

    def _told(self, *argv: str) -> str:
        """Starts a server that says on its standard output where it is."""
        process = self._start(*argv, stdout=subprocess.PIPE, text=True)
        said = process.stdout.readline().strip() if process.stdout is not None else ""
        assert said, f"{argv[0]} did not start"
        return said

    def start(self, *argv: str) -> subprocess.Popen[Any]:
        """Starts the program (again)."""
        with open(self.log, "ab") as log:
            self.program = self._start(str(BUILD / "bin" / PROGRAM), *argv, stderr=log, stdout=log)
        return self.program

    def __enter__(self) -> "Desk":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends everything that was started, the last first. Fails when the toolkit complained of the program."""
        for process in reversed(self._running):
            if process.poll() is None:
                process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    stream.close()
        assert self.log.read_text() == ""

    # ---- seeing ----

    def _ask(self, **order: Any) -> Any:
        assert self._eyes.stdin is not None and self._eyes.stdout is not None
        self._eyes.stdin.write(json.dumps({"program": PROGRAM} | order) + "\n")
        self._eyes.stdin.flush()
        return json.loads(self._eyes.stdout.readline())

    def look(self) -> list[dict[str, Any]]:
        """Everything that is shown: role, name, description, text, states."""
        return self._ask(do="look")

    def shown(self, name: str, role: str | None = None, **wanted: bool) -> dict[str, Any] | None:
        """What is shown with that in its name; wanted: states it has to have or not (focused=True)."""
        for node in self.look():
            if name in node["name"] and role in (None, node["role"]) and all(
                    (state.upper() in node["states"]) == has for state, has in wanted.items()):
                return node
        return None

    def see(self, name: str, role: str | None = None, seconds: float = 20.0, **wanted: bool) -> dict[str, Any]:
        """Waits until it is shown."""
        try:
            return until(lambda: self.shown(name, role, **wanted), seconds, f"{name!r} on the screen")
        except AssertionError as late:
            names = "\n".join(f"{node['role']}: {node['name']} {node['states']}" for node in self.look())
            raise AssertionError(f"{late}; shown is:\n{names}\n{self.log.read_text()}") from None

    def filled(self, name: str, description: str) -> dict[str, Any]:
        """Waits until a field that shows no text tells that so much was typed."""
        until(lambda: (self.shown(name, "text") or {}).get("description") == description, 20,
              f"{description!r} of {name!r} (is {self.shown(name, 'text')})")
        return self.see(name, "text")

    def picture(self, name: str) -> None:
        """Keeps a picture of the screen, to be looked at."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        self._ask(do="picture", path=str(PICTURES / f"{name}-{self.language}.png"))

    # ---- acting ----

    def keys(self, *keys: str) -> None:
        """Keys of the keyboard, by their X names: Tab, Return, alt+k, 7."""
        subprocess.run(["xdotool", "key", "--delay", "1", *keys], env=self.env, check=True)

    def type(self, text: str) -> None:
        """Characters, where the focus is."""
        self.keys(*(KEYS.get(letter, letter) for letter in text))

    def press(self, name: str) -> None:
        """Presses a button over AT-SPI, once it can be pressed."""
        until(lambda: self._ask(do="press", role="push button", name=name), 20, f"the button {name!r}")

    def ended(self, seconds: float = 20.0) -> int:
        """Waits for the program's end; its exit code."""
        return self.program.wait(timeout=seconds)

    # ---- the way through the pages, by keyboard ----

    def give_code(self, code: str) -> None:
        """The first page."""
        self.see(self.words["code"], "text", focused=True)
        self.keys("ctrl+a")
        self.type(code)
        self.keys("Return")

    def to_info(self, box: Box, **wish: Any) -> None:
        """From the start to what the code is for."""
        self.give_code(box.code(**wish))
        self.see(self.words["info"], "label")

    def to_card(self, box: Box, **wish: Any) -> None:
        """… and on to card and PIN."""
        self.to_info(box, **wish)
        self.keys("Return")
        self.see(self.words["card"], "label")
        self.see(self.words["new"], "text", focused=True)

    def give_pin(self, pin: str = NEW) -> None:
        """The new PIN twice, and on; the only card is chosen."""
        self.see("", "radio button", checked=True)
        self.type(pin)
        self.keys("Tab")
        self.see(self.words["again"], "text", focused=True)
        self.type(pin)
        self.keys("Return")

    def to_factor(self, box: Box, **wish: Any) -> None:
        """… and on to the code by SMS."""
        self.to_card(box, **wish)
        self.give_pin()
        self.see(self.words["sms"], "text", focused=True)

    def give_sms(self, code: str) -> None:
        """The second factor."""
        self.type(code)
        self.keys("Return")

    def holds(self, secret: str) -> bool:
        """Whether the program's memory has it, in bytes or in characters of four."""
        shapes = [secret.encode(), secret.encode("utf-32-le")]
        with open(f"/proc/{self.program.pid}/maps", encoding="ascii", errors="replace") as maps, \
                open(f"/proc/{self.program.pid}/mem", "rb", buffering=0) as memory:
            for line in maps:
                span, rights = line.split()[:2]
                begin, end = (int(number, 16) for number in span.split("-"))
                if "r" not in rights or "[v" in line:
                    continue
                memory.seek(begin)
                with suppress(OSError):
                    held = memory.read(end - begin)
                    if any(shape in held for shape in shapes):
                        return True
        return False
