# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What the native modules of Python and Java show of themselves to a process: the way in for their language, and nothing of the
# C++ inside. Not ours on the other end: binutils' nm. Reads build output alone.
"""Tests of the native modules' symbols."""
from __future__ import annotations

import subprocess
from pathlib import Path

from box import BUILD


def exported(module: Path) -> set[str]:
    """What a module defines for others."""
    said = subprocess.run(["nm", "-D", "--defined-only", str(module)], capture_output=True, text=True, check=True).stdout
    return {line.split()[-1] for line in said.splitlines()}


def test_python_sees_the_modules_beginning_alone() -> None:
    (module,) = (BUILD / "bindings" / "python" / "kamupin").glob("_native*.so")
    assert exported(module) == {"PyInit__native"}


def test_java_sees_the_calls_of_its_package_and_the_modules_token() -> None:
    for module in (BUILD / "bindings" / "java").rglob("libkamupin_java.so"):
        shown = exported(module)
        calls = {name for name in shown if name.startswith("Java_org_kamupin_")}
        assert len(calls) > 500 and shown - calls == {"kamupin_java_token"}, module
