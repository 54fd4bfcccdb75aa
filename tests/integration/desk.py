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
from pathlib import Path
from typing import Any

from box import BUILD, ROOT, Box, until

PROGRAM = "kamupin-desktop"
PICTURES = Path(os.environ.get("KAMUPIN_SCREENS", ROOT / "build" / "check")) / "desktop"
SETTINGS = "[Settings]\ngtk-enable-animations=0\ngtk-cursor-blink=0\n"
SIZE = "1000x1000x24"


class Desk:
    """kamupin-desktop, open. `with`, or close()."""

    def __init__(self, box: Box, folder: Path, *argv: str, language: str = "tr", settings: str = "",
                 env: Mapping[str, str] | None = None) -> None:
        self.language = language
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
        self.env["DISPLAY"] = ":" + self._told("Xvfb", "-displayfd", "1", "-screen", "0", SIZE, "-nolisten", "tcp")
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
        """Ends everything that was started, the last first."""
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
        self.keys(*text)

    def press(self, name: str) -> None:
        """Presses a button over AT-SPI, once it can be pressed."""
        until(lambda: self._ask(do="press", role="push button", name=name), 20, f"the button {name!r}")

    def ended(self, seconds: float = 20.0) -> int:
        """Waits for the program's end; its exit code."""
        return self.program.wait(timeout=seconds)
