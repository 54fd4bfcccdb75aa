# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Completion on the command line: what kamupin __complete tells, and that a person at bash (alone and with
# bash-completion), zsh and fish sees it, from where it is installed. Not ours on the other end: those shells, and
# Debian's PC/SC daemon, whose readers are among the candidates.
"""Tests of share/completions."""
from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from box import BUILD, ROOT, Box
from cli import KAMUPIN, alone
from terminal import Terminal

READY = "hazır> "
BLANKS, DRAWN = re.compile(r"(?<!\\) +"), r"(?:\x1b\[[0-9;]*[A-Za-z]|\x1b\(B|\r|\s)*"
SHELLS = ["bash", "bash-completion", "zsh", "fish"]


def candidates(*words: str, lang: str = "en") -> dict[str, str]:
    """What may follow, with what it is; a directive has no tab behind it."""
    done = alone("__complete", *words, lang=lang)
    assert (done.returncode, done.stderr) == (0, "")
    return dict(line.split("\t") if "\t" in line else (line, "") for line in done.stdout.splitlines())


def commands() -> list[list[str]]:
    """The commands, as their table has them."""
    table = (ROOT / "examples/cli/commands.def").read_text()
    return [[noun, *verb.split()] for noun, verb in re.findall(r'^CLI_COMMAND\(\w+, "([^"]+)", "([^"]*)"', table, re.M)]


def helped(*words: str, lang: str) -> tuple[set[str], str]:
    """The options that a command's help names, and all that it says."""
    shown = alone(*words, "--help", lang=lang).stdout
    return {f"--{name}" for name in re.findall(r"^  --([a-z-]+)", shown, re.M)}, shown


def test_every_word_of_every_command_is_offered() -> None:
    for words in commands():
        for i, word in enumerate(words):
            assert word in candidates(*words[:i], ""), words
            assert word in candidates("help", *words[:i], word[:1]), words


@pytest.mark.parametrize("lang", ["tr", "en"])
def test_the_options_offered_are_those_of_the_help(lang: str) -> None:
    for words in commands():
        options, shown = helped(*words, lang=lang)
        offered = candidates(*words, "-", lang=lang)
        assert set(offered) == options
        assert all(summary and summary in shown for summary in offered.values())


@pytest.mark.parametrize("line, found", [
    ("card list --lang ", {"tr", "en"}), ("card list --lang=e", {"--lang=en"}), ("card list --log t", {"trace"}),
    ("card sign --form ", {"pkcs1", "pss", "raw", "der"}), ("card sign --hash=sha5", {"--hash=sha512"}),
    ("cert suspend --reason ", {"lost", "stolen", "left-behind", "other"}),
    ("cert revoke 01 --reason k", {"keyCompromise"}), ("cert list --role ", {"individual", "authorised"}),
    ("order new --product ", {"nes", "mali-muhur", "elektronik-muhur", "kurumsal-sifreleme"}),
    ("order new --on-behalf-of ", {"vkn:", "detsis:"}), ("inquire debt ", {"tckn:", "passport:", "vkn:"}),
    ("cert list c", {"cards", ":file"}), ("card sign --in ", {":file"}), ("card list --state-dir ", {":folder"}),
    ("cert status ", {":file"}), ("card list --json --js", set()), ("card list -- --js", set()), ("pin change --new-pin-fd ", set()),
    ("pin unblock 12345", set()), ("card list --code-fd=", set()), ("nothing ", set())])
def test_what_is_offered_fits_where_it_stands(line: str, found: set[str]) -> None:
    assert set(candidates(*line.split(" "))) == found


def test_after_an_option_that_is_none_come_those_that_are() -> None:
    assert set(candidates("card", "list", "--nothing", "")) == helped("card", "list", lang="en")[0]


def test_readers_are_offered_and_their_cards_not_spoken_to(sandbox) -> None:
    box: Box = sandbox(cards=["akis2", "empty", "idcard"])
    done = box.run(KAMUPIN, "__complete", "pin", "unblock", "--card", "")
    assert [line.split("\t")[0] for line in done.stdout.splitlines()] == [box.cards[0].reader, box.cards[2].reader]
    assert box.cards[0].commands() == box.cards[2].commands() == []
    assert alone("__complete", "card", "show", "").stdout == ""  # no daemon: nothing, and no words about it


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The completions where a package would have them, below usr."""
    usr = tmp_path_factory.mktemp("installed") / "usr"
    subprocess.run(["cmake", "--install", str(BUILD), "--component", "command", "--prefix", str(usr)],
                   check=True, capture_output=True)
    assert sorted(str(path.relative_to(usr)) for path in usr.rglob("*kamupin*") if path.is_file() and {"zsh", "fish", "bash-completion"} & set(path.parts)) == [
        "share/bash-completion/completions/kamupin", "share/fish/vendor_completions.d/kamupin.fish",
        "share/zsh/site-functions/_kamupin"]
    return usr


class Shell:
    """A shell at a terminal, with its prompt there, and what the Tab key has to do in it."""

    def __init__(self, name: str, usr: Path, home: Path, env: Mapping[str, str]) -> None:
        share = usr / "share"
        bash = ["bash", "--norc", "--noprofile", "-i"]
        start = {"bash": bash, "bash-completion": bash, "zsh": ["zsh", "-f", "-i"], "fish": ["fish", "--private", "-i"]}[name]
        first = {"bash": f". {share}/bash-completion/completions/kamupin",
                 "bash-completion": "complete -p kamupin; . /usr/share/bash-completion/bash_completion",  # loads ours at the first Tab
                 "zsh": f"fpath=({share}/zsh/site-functions $fpath); autoload -U compinit; compinit -D",
                 "fish": "function fish_prompt; printf 'haz%sr> ' ı; end"}[name]
        self.tab = "\t\t" if name.startswith("bash") else "\t"
        self.terminal = Terminal(start, dict(env) | {
            "HOME": str(home), "TERM": "xterm" if name == "fish" else "dumb", "LC_ALL": "C.UTF-8", "KAMUPIN_LANG": "en", "INPUTRC": "/dev/null",
            "PS1": "$ ", "PATH": f"{BUILD / 'bin'}:/usr/bin:/bin", "XDG_DATA_DIRS": f"{share}:/usr/share"})
        self.terminal.expect(r"[#$%>] ")
        self.terminal.send(f"cd {shlex.quote(str(home))} && {first}" if name == "fish" else
                           f"cd {shlex.quote(str(home))}; {first}; PS1='haz'ır'> '")
        self.terminal.expect(READY)


@pytest.fixture(params=SHELLS)
def shell_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("line, sees", [
    ("kamupin card ", ["list", "show", "probe"]), ("kamupin help pin ", ["status", "unblock"]),
    ("kamupin card sign --form ", ["pkcs1", "der"]), ("kamupin card sign --form=", ["pkcs1", "der"]),
    ("kamupin login --no", ["kamupin login --no-browser "]), ("kamupin inquire debt tc", ["kamupin inquire debt tckn:"]),
    ("kamupin card sign --in bel", [r"--in belge\ 1.txt "]), ("kamupin card sign --in=bel", [r"--in=belge\ 1.txt "]),
    ("kamupin login --state-dir kla", ["--state-dir klasor/"]), ("kamupin card sign --un", ["known-tries", "proven"])])
def test_a_person_sees_what_may_follow(shell_name: str, installed: Path, tmp_path: Path, line: str, sees: list[str]) -> None:
    (tmp_path / "belge 1.txt").write_text("")
    (tmp_path / "klasor").mkdir()
    shell = Shell(shell_name, installed, tmp_path, {})
    with shell.terminal as terminal:
        terminal.send(line + shell.tab, end="")
        # In the order of the shell's liking; zsh and fish write what they have drawn before by moving the cursor over it.
        terminal.expect("".join(f"(?=.*{DRAWN.join(re.escape(part) for part in BLANKS.split(word))})" for word in sees))


def test_a_readers_name_is_typed_by_the_shell_as_it_has_to_be(shell_name: str, installed: Path, tmp_path: Path, sandbox) -> None:
    """Also with its blanks; the line is then a command that works."""
    box: Box = sandbox(cards=["akis2", "empty"])
    name = box.cards[0].reader
    assert " " in name
    shell = Shell(shell_name, installed, tmp_path, box.env)
    with shell.terminal as terminal:
        terminal.send("kamupin pin status " + name[:2] + shell.tab[0], end="")
        terminal.expect(re.escape(name[2:].replace(" ", "\\ ")))
        terminal.send("")
        terminal.expect("PIN .*usable.*3/3")
