# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# scripts/check-docs finds what it is for, and the manual is installed so that each function's name finds its
# page. Not ours on the other end: gcc and mandoc. Touches copies of docs and headers, and a prefix of its own.
from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from box import BUILD, ROOT


def check(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(ROOT / "scripts" / "check-docs"), "--root", str(root)], capture_output=True, text=True)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """What the script reads, to be broken."""
    for folder in ("docs/man", "docs/abi", "include"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return tmp_path


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_the_manual_is_whole() -> None:
    done = check(ROOT)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("break_it, says", [
    (lambda t: (t / "docs/man/kamupin_notice.3").unlink(), "kamupin_notice_text is on 0 pages"),
    (lambda t: edit(t / "docs/man/kamupin_card.3", ".Nm kamupin_card_read ,\n", ""), "kamupin_card_read is on 0 pages"),
    (lambda t: edit(t / "docs/man/kamupin_pin.3", ".Nm kamupin_pin_check ,\n",
                    ".Nm kamupin_pin_check ,\n.Nm kamupin_card_read ,\n"), "kamupin_card_read is on 2 pages"),
    (lambda t: edit(t / "docs/abi/symbols.txt", "kamupin_cancel_clear@@", "kamupin_cancel_renew@@"),
     "there is no kamupin_cancel_clear"),
    (lambda t: edit(t / "docs/abi/symbols.txt", "kamupin_cancel_clear@@", "kamupin_cancel_renew@@"),
     "kamupin_cancel_renew is in no public header"),
    (lambda t: edit(t / "include/kamupin/pin.h", "const kamupin_secret *again,", "kamupin_secret *again,"),
     "the synopsis of kamupin_pin_check"),
    (lambda t: edit(t / "docs/man/kamupin_secret.3", ".In kamupin/secret.h", ".In kamupin/error.h"),
     "kamupin_secret_new is not in kamupin/error.h"),
    (lambda t: edit(t / "docs/man/kamupin_context.3", "options.ca_file", "options.ca_files"), "kamupin_context: example 1"),
    (lambda t: edit(t / "docs/man/kamupin_pin.3", ".It Cm pin-blocked", ".It Cm pin-locked"), "no status pin-locked"),
    (lambda t: edit(t / "docs/man/kamupin_pin.3", "KAMUPIN_RISK_LAST_TRY", "KAMUPIN_RISK_LAST"), "KAMUPIN_RISK_LAST is in no"),
    (lambda t: edit(t / "docs/man/kamupin_pin.3", ".Sh SEE ALSO", ".Sx SEE ALSO\n.El"), "kamupin_pin.3: mandoc"),
    (lambda t: edit(t / "docs/man/kamupin.1", ".Sh DESCRIPTION", ".El\n.Sh DESCRIPTION"), "kamupin.1: mandoc")])
def test_what_is_missing_or_wrong_is_named(tree: Path, break_it: Callable[[Path], None], says: str) -> None:
    break_it(tree)
    done = check(tree)
    assert done.returncode == 1
    assert says in done.stderr


def test_every_name_finds_its_page_where_it_is_installed(tmp_path: Path) -> None:
    subprocess.run(["cmake", "--install", str(BUILD), "--component", "manual", "--prefix", str(tmp_path)],
                   check=True, capture_output=True)
    (manual,) = tmp_path.rglob("man")
    assert {str(path.relative_to(manual)) for path in manual.rglob("kamupin.*")} == {
        "man1/kamupin.1", "man3/kamupin.3", "tr/man1/kamupin.1"}
    listed = [line.split("@")[0] for line in (ROOT / "docs/abi/symbols.txt").read_text().splitlines() if line[:1] != "#"]
    for name in listed:
        page = manual / "man3" / f"{name}.3"
        text = page.read_text()
        if text.startswith(".so "):
            text = (manual / text.split()[1]).read_text()
        assert f".Nm {name}" in text.split(".Sh SYNOPSIS")[0], name


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "man").rglob("*.[13]")), ids=lambda page: f"{page.parent.name}-{page.name}")
def test_a_page_fits_a_terminal_of_80_columns(page: Path) -> None:
    """Examples too, which no formatter wraps."""
    shown = subprocess.run(["mandoc", "-Tutf8", "-Owidth=80", str(page)], capture_output=True, text=True, check=True).stdout
    lines = [re.sub(".\b", "", line) for line in shown.splitlines()]  # without the overstrikes of bold and underline
    assert len(lines) > 20 and [line for line in lines if len(line) > 80] == []
