# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Every block of commands, code and data of README.md and of the guides, done as a reader would do it: snippets.py says how. Not ours on the
# other end: bash, the compilers, pcscd with vpcd. Touches a folder, a prefix and sandboxes of its own.
from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from box import BUILD, ROOT
from snippets import Block, Reader, blocks, commands

GUIDES = sorted((ROOT / "docs" / "guides").rglob("*.md"))
PAGES = [ROOT / "README.md", *GUIDES]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `cmake --install` puts in place, for the pages that compile something."""
    prefix = tmp_path_factory.mktemp("installed")
    subprocess.run(["cmake", "--install", str(BUILD), "--prefix", str(prefix)], check=True, capture_output=True)
    return prefix


def surroundings(page: Path, folder: Path, prefix: Path) -> dict[str, str]:
    """A person's environment in which the library is installed and the sandbox is at hand."""
    libraries = next(prefix.rglob("libkamupin.so")).parent
    language = "tr" if page.parent.name == "tr" else "en"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KAMUPIN_", "LC_", "PYTHON"))}
    return kept | {
        "HOME": str(folder), "LANG": "C.UTF-8", "KAMUPIN_LANG": language, "PATH": f"{BUILD / 'bin'}:/usr/bin:/bin:/usr/sbin:/sbin",
        "LD_LIBRARY_PATH": str(libraries), "PKG_CONFIG_PATH": str(libraries / "pkgconfig"), "CMAKE_PREFIX_PATH": str(prefix),
        "PYTHONPATH": str(BUILD / "bindings" / "python"), "PYTHONDONTWRITEBYTECODE": "1"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_shows_works(page: Path, tmp_path: Path, installed: Path) -> None:
    for name in ("build", "examples", "share", "docs"):
        (tmp_path / name).symlink_to(BUILD if name == "build" else ROOT / name)
    found = [block for block in blocks(page) if not block.not_run]
    with Reader(tmp_path, surroundings(page, tmp_path, installed)) as reader:
        for number, block in enumerate(found):
            try:
                reader.do(block, found[number + 1:])
            except AssertionError as error:
                raise AssertionError(f"{page.relative_to(ROOT)}, block in line {block.line}: {error}") from None


def test_few_blocks_are_left_out_and_each_says_why() -> None:
    left_out = [(page.name, block.line, block.not_run) for page in PAGES for block in blocks(page) if block.not_run]
    assert all(len(reason.split()) > 3 for *_, reason in left_out), left_out
    assert len(left_out) <= 8, left_out


def test_every_page_is_there_in_both_languages() -> None:
    guides = {language: {path.name for path in GUIDES if path.parent.name == language} for language in ("tr", "en")}
    assert guides["tr"] == guides["en"]


def test_what_does_not_work_is_seen(tmp_path: Path, installed: Path) -> None:
    """The test of the pages can fail."""
    page = tmp_path / "page.md"
    env = surroundings(page, tmp_path, installed)
    wrong = {"```sh\nfalse\n```\n": "ended with 1", "```console\n$ echo a\nb\n```\n": "ended without 'b'",
             "```c title=\"x.c\"\nint x;\n```\n": "no later block", "```\nx\n```\n": "one of", "```perl\nx\n```\n": "one of",
             "```json\n{]\n```\n": "", "  ```sh\n": "begins the line", "```sh\nif true\n```\n": "no whole command"}
    for text, says in wrong.items():
        page.write_text(text)
        with Reader(tmp_path, env) as reader, pytest.raises((AssertionError, ValueError), match=says):
            found = blocks(page)
            reader.do(found[0], found[1:])


def test_commands_are_whole_and_a_running_one_is_gone_on_with(tmp_path: Path, installed: Path) -> None:
    assert commands("# no command\na \\\n  b\ncat <<X\nif\nX\nfor i in 1; do\n  c\ndone") == [
        "a \\\n  b", "cat <<X\nif\nX", "for i in 1; do\n  c\ndone"]
    first = Block(1, "console", "", "$ bash\n$ read -p 'Name: ' name\n…", "1", "")
    other = Block(2, "sh", "", "true", "2", "")
    said = ["Name: ‹Ayşe›", '$ test "$name" = Ayşe', "$ false", "$ echo $?", "1", "$ sh -c 'echo here; exec sleep 99'", "here", "^C", "$ echo $?", "130"]
    last = Block(3, "console", "", "\n".join(said), "1", "")
    with Reader(tmp_path, surroundings(tmp_path, tmp_path, installed)) as reader:
        reader.do(first, [other, last])
        reader.do(other, [last])
        reader.do(last, [])
