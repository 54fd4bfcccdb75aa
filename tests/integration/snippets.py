# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# A page of the documentation, done as its reader would do it: its fenced blocks in their order, in one folder, at terminals with a shell.
#
#   ```sh                    commands; each ends with 0 before the next is typed
#   ```console               the same with what is seen: `$ ` begins a command, other lines stand in what it says, in that
#                            order (… for anything, within a line or as lines; as the last line it leaves the command
#                            running, and a later block without `$ ` in front goes on with it); ‹123456› is typed at the
#                            prompt before it, ‹Enter› is nothing but the key, ‹code› and ‹sms› are what the sandbox told
#                            last, ^C is the key. A command may fail where `$ echo $?` follows.
#   ```LANGUAGE title="x"    the content of file x, which a later block has to use
#   ```json                  is JSON
#
# In a comment right above a block: <!-- terminal: 2 --> another terminal; <!-- not run: REASON --> left out.
"""Documentation under test."""
from __future__ import annotations

import fcntl
import json
import re
import struct
import subprocess
import termios
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from terminal import Terminal

LANGUAGES = {"sh", "console", "json"}
FILES = {"c", "cmake", "ini", "java", "json", "python", "text"}
_FENCE = re.compile(r"^```(\w*)(?: title=\"([\w./-]+)\")?$")
_READY = r"<ready (\d+)>"


class Block(NamedTuple):
    line: int
    language: str
    title: str
    text: str
    terminal: str
    not_run: str


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page."""
    found: list[Block] = []
    lines = iter(enumerate(page.read_text(encoding="utf-8").splitlines(), 1))
    above = ""
    for number, line in lines:
        if line.lstrip().startswith("```"):
            fence = _FENCE.match(line)
            assert fence, f"{page.name}:{number}: a block begins the line and says its language: {line}"
            body = []
            for _, inner in lines:
                if inner == "```":
                    break
                body.append(inner)
            said = dict(re.findall(r"<!-- (terminal|not run): (.*?) -->", above))
            found.append(Block(number, fence[1], fence[2] or "", "\n".join(body), said.get("terminal", "1"), said.get("not run", "")))
            above = ""
        elif line.strip():
            above = line
    return found


def commands(text: str) -> list[str]:
    """A script's commands, one after another, each with all its lines."""
    whole: list[str] = []
    part: list[str] = []
    for line in text.splitlines():
        part.append(line)
        joined = "\n".join(part)
        # A here-document that has not ended is a warning to bash -n and no error.
        checked = subprocess.run(["bash", "-n"], input=joined, capture_output=True, text=True)
        if checked.returncode == 0 and not checked.stderr and not line.endswith("\\"):
            if re.sub(r"^\s*#.*", "", joined).strip():
                whole.append(joined)
            part = []
    assert not part, f"no whole command: {part}"
    return whole


class Shell(Terminal):
    """A shell at a terminal, which tells after each command how it ended; so does every shell that is started in it."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        # In the prompt and not before it: what is typed then is shown once.
        super().__init__(["sh", "-c", 'cd "$0" && exec bash --norc -i', str(folder)],
                         {**env, "PROMPT_COMMAND": 'PS1="<ready $?> "', "TERM": "dumb"})
        self.folder = folder
        self.running = ""
        self.began = 0
        self.last = ""
        # Wide: what is typed is not broken into lines.
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 1000, 0, 0))
        self.expect(_READY)

    def begin(self, command: str) -> None:
        """Types a command."""
        assert not self.running, f"still at {self.running}"
        if "\n" in command:
            (self.folder / ".snippet").write_text(command + "\n", encoding="utf-8")
        self.send(". ./.snippet" if "\n" in command else command)
        self.expect(r"\n")  # what was typed
        self.running, self.began = command, self._seen

    def end(self, may_fail: bool = False) -> None:
        """Waits until the command has ended."""
        ready = self.expect(_READY, seconds=60)
        self.last = self.text[self.began:ready.start()]
        assert may_fail or ready[1] == "0", f"{self.running} ended with {ready[1]}:\n{self.last}"
        self.running = ""


class Reader:
    """Someone who does what a page says."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self.folder = folder
        self.env = env
        self.shells: dict[str, Shell] = {}
        self.told: dict[str, str] = {}

    def __enter__(self) -> "Reader":
        return self

    def __exit__(self, *error: object) -> None:
        for shell in self.shells.values():
            shell.__exit__(None, None, None)

    def shell(self, name: str) -> Shell:
        if name not in self.shells:
            self.shells[name] = Shell(self.folder, self.env)
        return self.shells[name]

    def end(self, shell: Shell, may_fail: bool = False) -> None:
        command = shell.running
        shell.end(may_fail)
        for name, tells in (("code", "kamupin-sandbox code"), ("sms", "kamupin-sandbox sms")):
            if command.startswith(tells):
                self.told[name] = re.findall(r"\d{6,}", shell.last)[-1]

    def console(self, shell: Shell, text: str) -> None:
        interrupted = False
        for line in text.splitlines():
            if line.startswith("$ "):
                if shell.running:
                    self.end(shell, may_fail=interrupted or line == "$ echo $?")
                shell.begin(line[2:])
                interrupted = False
                continue
            seen, typed, key = line.partition("‹")
            if line == "^C":
                shell.send("\x03", end="")
                interrupted = True
            elif seen.strip() not in ("", "…"):
                words = r"\s+".join(re.escape(word).replace("…", "[^\n]*?") for word in seen.split())
                said = shell.expect(f"(?P<words>{words})|{_READY}")
                assert said["words"] is not None, f"{shell.running} ended without {line!r}:\n{shell.text[shell.began:]}"
            if typed:
                wanted = key.rstrip("›")
                shell.send({"Enter": "", "kod": self.told.get("code", ""), **self.told}.get(wanted, wanted))
        if shell.running and not text.endswith("\n…"):
            self.end(shell, may_fail=interrupted)

    def do(self, block: Block, later: list[Block]) -> None:
        """One block; later: the page's blocks after it."""
        if block.title:
            assert block.language in FILES, f"line {block.line}: {block.language}"
            uses = "cmake -S" if block.title == "CMakeLists.txt" else Path(block.title).name
            assert any(uses in one.text for one in later), f"line {block.line}: no later block uses {block.title}"
            (self.folder / block.title).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / block.title).write_text(block.text + "\n", encoding="utf-8")
        elif block.language == "json":
            json.loads(block.text)
        else:
            assert block.language in LANGUAGES, f"line {block.line}: a block without a title is one of {LANGUAGES}"
            shell = self.shell(block.terminal)
            if block.language == "sh":
                for command in commands(block.text):
                    shell.begin(command)
                    self.end(shell)
            else:
                self.console(shell, block.text)
