# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What the tests of the command share: its JSON held to docs/cli/schema.json on every call, its status numbers
# from the public header, and its prompts. Touches nothing by itself.
"""The command kamupin in the hands of a test."""
from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

import jsonschema

from box import BUILD, ROOT, Box

KAMUPIN = str(BUILD / "bin" / "kamupin")
FRESH_PIN = "123456"  # of the sandbox's cards
_SCHEMA = jsonschema.Draft202012Validator(json.loads((ROOT / "docs" / "cli" / "schema.json").read_text()))
STATUS = {name.lower().replace("_", "-"): int(number) for name, number in re.findall(
    r"\bKAMUPIN_(?:E_)?(OK|[A-Z_]+)\s*=\s*(\d+)",
    (ROOT / "include" / "kamupin" / "status.h").read_text())}


def read_line(line: str) -> dict[str, Any]:
    """One line of `card watch`, after the schema has judged it."""
    said = json.loads(line)
    _SCHEMA.validate(said)
    return said


def read_json(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """The one JSON object of a call, after the schema has judged it."""
    said = json.loads(done.stdout)
    _SCHEMA.validate(said)
    return said


def ask(box: Box, *argv: str, secrets: Mapping[str, str] | None = None) -> dict[str, Any]:
    """kamupin … --json inside the sandbox, which must succeed."""
    done = box.run(KAMUPIN, *argv, "--json", secrets=secrets)
    assert done.returncode == 0, done.stderr
    return read_json(done)


def refuse(box: Box, status: str, *argv: str, secrets: Mapping[str, str] | None = None) -> dict[str, Any]:
    """kamupin … --json inside the sandbox, which must fail with that status; returns the error."""
    done = box.run(KAMUPIN, *argv, "--json", secrets=secrets)
    error = read_json(done)["error"]
    assert (error["status"], error["number"]) == (status, STATUS[status])
    assert done.returncode == STATUS[status]
    return error


def alone(*argv: str, lang: str = "en", env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """kamupin outside of any sandbox, without a terminal."""
    return subprocess.run([KAMUPIN, *argv], capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL,
                          env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "KAMUPIN_LANG": lang}
                          | dict(env or {}))


def pin_commands(commands: Sequence[str]) -> list[str]:
    """Those command APDUs that are about a PIN or PUK: VERIFY, CHANGE, RESET (ISO/IEC 7816-4, 11.5)."""
    return [one for one in commands if one[2:4].upper() in ("20", "24", "2C")]
