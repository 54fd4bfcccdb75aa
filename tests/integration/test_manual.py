# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The manual is installed so that each function's name finds its page, and fits a terminal. Not ours on the other
# end: mandoc. Touches a prefix of its own. What is on the pages is held by scripts/check-docs.
from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from box import BUILD, ROOT


def test_every_name_finds_its_page_where_it_is_installed(tmp_path: Path) -> None:
    for component in ("command", "development"):
        subprocess.run(["cmake", "--install", str(BUILD), "--component", component, "--prefix", str(tmp_path)],
                       check=True, capture_output=True)
    manual = tmp_path / "share" / "man"
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
