# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Python programs in the hands of a test: the system's interpreter with every warning an error, and the package as it was
# built.
"""Python programs for integration tests."""
from __future__ import annotations

import subprocess

from box import BUILD, ROOT

PYTHON = ["/usr/bin/python3", "-W", "error"]
ENV = {"PYTHONPATH": str(BUILD / "bindings" / "python"), "PYTHONDONTWRITEBYTECODE": "1"}


def argv(name: str) -> list[str]:
    """The command line of a program of examples/python."""
    return [*PYTHON, str(ROOT / "examples" / "python" / f"{name}.py")]


def read_until(process: "subprocess.Popen[str]", begin: str) -> str:
    """The next line of a program that begins so."""
    assert process.stdout
    for line in process.stdout:
        if line.startswith(begin):
            return line.rstrip("\n")
    raise AssertionError(f"no line {begin!r}: {process.communicate()[1]}")
