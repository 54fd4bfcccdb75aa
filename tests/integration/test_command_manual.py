# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The man pages of section 1: one for each command, which the build makes of the command's own tables and of prose, and
# the overviews. Held together with --help. Not ours on the other end: mandoc. No reader and no service takes part.
"""Tests of the commands' manual."""
from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from box import BUILD, ROOT
from cli import alone

COMMANDS = [f"{noun} {verb}".strip() for noun, verb in
            re.findall(r'^CLI_COMMAND\(\w+, "([^"]+)", "([^"]*)"', (ROOT / "examples/cli/commands.def").read_text(), re.M)]
FOLDERS = {"en": "man1", "tr": "tr/man1"}
TITLES = {"en": ("SYNOPSIS", "DESCRIPTION", "OPTIONS", "SEE ALSO"), "tr": ("KULLANIM", "AÇIKLAMA", "SEÇENEKLER", "AYRICA BAKINIZ")}


@pytest.fixture(scope="module")
def manual(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The manual as it is installed."""
    prefix = tmp_path_factory.mktemp("manual")
    for component in ("command", "sandbox"):
        subprocess.run(["cmake", "--install", str(BUILD), "--component", component, "--prefix", str(prefix)], check=True, capture_output=True)
    (folder,) = prefix.rglob("man")
    return folder


def section(page: str, title: str) -> str:
    found = re.search(rf"^\.Sh {title}\n(.*?)(?=^\.Sh |\Z)", page, re.M | re.S)
    assert found, title
    return found[1]


def helped(command: str, lang: str) -> set[str]:
    """The options that the help of a command shows."""
    return set(re.findall(r"^  --([a-z-]+)", alone(*command.split(), "--help", lang=lang).stdout, re.M))


@pytest.mark.parametrize("lang", ["tr", "en"])
def test_each_command_has_a_page_with_all_its_options(manual: Path, lang: str) -> None:
    assert len(COMMANDS) > 40
    pages = {path.name for path in (manual / FOLDERS[lang]).iterdir()}
    assert pages == {f"kamupin-{command.replace(' ', '-')}.1" for command in COMMANDS} | {"kamupin.1", "kamupin-sandbox.1"}
    every = set.intersection(*(helped(command, lang) for command in COMMANDS))
    synopsis, description, options, see_also = TITLES[lang]
    overview = (manual / FOLDERS[lang] / "kamupin.1").read_text()
    assert set(re.findall(r"^\.It Fl -([a-z-]+)", section(overview, options), re.M)) == every
    for command in COMMANDS:
        page = (manual / FOLDERS[lang] / f"kamupin-{command.replace(' ', '-')}.1").read_text()
        own = helped(command, lang) - every
        assert set(re.findall(r"^\.It Fl -([a-z-]+)", section(page, options), re.M)) == own
        assert set(re.findall(r"^\.Op Fl -([a-z-]+)", section(page, synopsis), re.M)) == own
        named = re.search(r"^\.Fl (-\S+(?: , -\S+)+) \.$", section(page, options), re.M)
        assert named and {name.removeprefix("-") for name in named[1].split(" , ")} == every
        assert f".Cm {command}\n" in section(page, synopsis) and len(section(page, description)) > 20
        assert {f"kamupin-{other.replace(' ', '-')}" for other in COMMANDS
                if other != command and other.split()[0] == command.split()[0]} | {"kamupin"} == set(re.findall(r"^\.Xr (\S+) 1", section(page, see_also), re.M))


@pytest.mark.parametrize("lang", ["tr", "en"])
def test_the_overview_lists_the_commands_as_the_help_does(lang: str) -> None:
    path = {"en": ROOT / "docs/man/kamupin.1", "tr": ROOT / "docs/man/tr/kamupin.1"}[lang]
    listed = re.search(r'^\.\\" commands: .*?\n(.*?)^\.\\" commands end', path.read_text(), re.M | re.S)
    assert listed
    items = [(name, " ".join(text.split())) for name, text in re.findall(r"^\.It Cm (.*)\n((?:[^.].*\n)+)", listed[1], re.M)]
    text = alone("--help", lang=lang).stdout
    assert items == [(command, (re.search(rf"^  {command} +(.*)$", text, re.M) or [""])[1]) for command in COMMANDS]


def test_every_page_that_is_referred_to_is_there(manual: Path) -> None:
    for path in manual.rglob("kamupin*.1"):
        for name in re.findall(r"^\.Xr (kamupin\S*) 1", path.read_text(), re.M):
            assert (path.parent / f"{name}.1").is_file(), (path, name)


@pytest.mark.parametrize("lang", ["tr", "en"])
def test_pages_are_clean_and_fit_80_columns(manual: Path, lang: str) -> None:
    for path in sorted((manual / FOLDERS[lang]).iterdir()):
        lint = subprocess.run(["mandoc", "-T", "lint", str(path)], capture_output=True, text=True).stdout
        # which pages this machine has besides ours is not the page's matter
        assert [line for line in lint.splitlines() if "referenced manual not found" not in line] == []
        shown = subprocess.run(["mandoc", "-Tutf8", "-Owidth=80", str(path)], capture_output=True, text=True, check=True).stdout
        lines = [re.sub(".\b", "", line) for line in shown.splitlines()]
        assert len(lines) > 20 and [line for line in lines if len(line) > 80] == []


def compose(parts: Path, out: Path) -> subprocess.CompletedProcess[str]:
    """Makes all pages of the prose in that folder."""
    for folder in FOLDERS.values():
        (out / folder).mkdir(parents=True)
    return subprocess.run([str(BUILD / "bin" / "compose-manual"), "November 22, 2026", str(parts), str(out)], capture_output=True, text=True)


def cut(file: str, header: str) -> Callable[[Path], None]:
    def break_it(parts: Path) -> None:
        path = parts / file
        text = re.sub(rf'^\.\\" == {re.escape(header)}\n.*?(?=^\.\\" == |\Z)', "", path.read_text(), count=1, flags=re.M | re.S)
        assert text != path.read_text()
        path.write_text(text)
    return break_it


def add(file: str, text: str) -> Callable[[Path], None]:
    return lambda parts: (parts / file).write_text((parts / file).read_text() + text) and None


@pytest.mark.parametrize("break_it, says", [
    (cut("commands.en.mdoc", "pin unblock"), "en: no part for the command: pin unblock"),
    (cut("commands.tr.mdoc", "login"), "tr: no part for the command: login"),
    (cut("options.tr.mdoc", "--proxy"), "tr: no part for the option: --proxy"),
    (cut("options.en.mdoc", "--sealed"), "en: no part for the option: --sealed"),
    (add("options.en.mdoc", '.\\" == --puk\nNo.\n'), "en: belongs to nothing: --puk"),
    (add("commands.tr.mdoc", '.\\" == pin guess\nNo.\n'), "tr: belongs to nothing: pin guess"),
    (add("options.en.mdoc", '.\\" == --card: info\nNo.\n'), "en: belongs to nothing: --card: info")])
def test_what_is_missing_or_left_over_fails_the_build(tmp_path: Path, break_it: Callable[[Path], None], says: str) -> None:
    parts = tmp_path / "parts"
    shutil.copytree(ROOT / "docs/man/command", parts)
    assert compose(parts, tmp_path / "whole").returncode == 0
    break_it(parts)
    done = compose(parts, tmp_path / "broken")
    assert done.returncode == 1 and f"compose: {says}\n" in done.stderr


@pytest.mark.parametrize("lang", ["tr", "en"])
def test_the_sandboxs_page_names_its_words_and_those_of_run(lang: str) -> None:
    page = (ROOT / {"en": "docs/man/kamupin-sandbox.1", "tr": "docs/man/tr/kamupin-sandbox.1"}[lang]).read_text()
    program = str(BUILD / "bin" / "kamupin-sandbox")
    words = re.findall(r"^    ([a-z-]+)\b", subprocess.run([program, "--help"], capture_output=True, text=True, check=True).stdout, re.M)
    items = set(re.findall(r"[a-z-]+", " ".join(re.findall(r"^\.It Cm (.*)$", page, re.M))))
    assert len(words) > 15 and {word for word in words if word != "run"} <= items
    options = re.findall(r"^  --([a-z-]+)", subprocess.run([program, "run", "--help"], capture_output=True, text=True, check=True).stdout, re.M)
    assert set(options) == set(re.findall(r"^\.It Fl -([a-z-]+)", page, re.M)) == set(re.findall(r"^\.Op Fl -([a-z-]+)", page, re.M))
