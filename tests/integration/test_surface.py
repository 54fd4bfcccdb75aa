# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What the library and the command show to the outside: symbols and options. Nobody may hand a PUK in through
# either. Not ours on the other end: binutils' nm
# and the compiler's own reading of the headers. Reads build output; touches no sandbox.
"""Tests of the export list and of the command's options."""
from __future__ import annotations

import re
import subprocess

import pytest

from box import BUILD, ROOT

HEADERS = sorted((ROOT / "include" / "kamupin").glob("*.h"))


def exported() -> dict[str, str]:
    """Symbols that libkamupin.so defines, with their version."""
    said = subprocess.run(["nm", "-D", "--defined-only", "--with-symbol-versions",
                           str(BUILD / "lib" / "libkamupin.so")], capture_output=True, text=True, check=True).stdout
    rows = re.findall(r"^[0-9a-f]+ ([A-Za-z]) (\S+)$", said, re.M)
    return {name.split("@")[0]: name.partition("@")[2].lstrip("@") for kind, name in rows if kind != "A"}


def test_every_exported_symbol_is_versioned_and_ours():
    symbols = exported()
    assert len(symbols) > 10
    assert {name for name in symbols if not name.startswith("kamupin_")} == set()
    assert set(symbols.values()) == {"KAMUPIN_1.0"}


def test_what_the_headers_declare_is_exported_and_the_reverse():
    source = "".join(f"#include <kamupin/{header.name}>\n" for header in HEADERS)
    text = subprocess.run(["cc", "-E", "-P", "-I", str(ROOT / "include"), "-"], input=source, capture_output=True,
                          text=True, check=True).stdout
    declared = set(re.findall(r"\b(kamupin_\w+)\s*\((?!\*)", text)) - set(re.findall(r"\(\*\s*(kamupin_\w+)\)", text))
    assert set(exported()) == declared


def test_no_exported_symbol_takes_a_puk_from_a_person():
    assert [name for name in exported() if "puk" in name.lower()] == []


HELPS = [[], ["card"], ["card", "list"], ["card", "show"], ["pin"], ["pin", "status"], ["pin", "change"],
         ["pin", "unblock"], ["pin", "create"]]


@pytest.mark.parametrize("words", HELPS, ids=lambda words: "-".join(words) or "kamupin")
@pytest.mark.parametrize("lang", ["tr", "en"])
def test_no_option_takes_a_puk_from_a_person(words, lang):
    done = subprocess.run([str(BUILD / "bin" / "kamupin"), *words, "--help"], capture_output=True, text=True,
                          env={"KAMUPIN_LANG": lang, "PATH": "/usr/bin:/bin"}, timeout=20)
    assert done.returncode == 0, done.stderr
    options = re.findall(r"--?[A-Za-z][\w-]*", done.stdout)
    assert options, "the help names options"
    assert [option for option in options if "puk" in option.lower()] == []
