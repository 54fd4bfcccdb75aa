# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What the control address is told: one JSON object with known names and bounded numbers. Pure but for reading the request.
"""Bodies of control requests."""
from __future__ import annotations

import json
from typing import Any

from aiohttp import web


class Wrong(Exception):
    """A control request that makes no sense."""


async def wish_of(request: web.Request, *names: str) -> dict[str, Any]:
    """The body: an object with no other names than these."""
    raw = await request.read()
    wish = json.loads(raw) if raw else {}
    if not isinstance(wish, dict) or not set(wish) <= set(names):
        raise Wrong("the body is an object with members among " + ", ".join(names))
    return wish


def number(value: object, kind: type = int) -> Any:
    """A number that is not out of all bounds."""
    if isinstance(value, bool) or not isinstance(value, (int, kind)) or not 0 <= value <= 10**7:  # type: ignore[operator]
        raise Wrong("a number is out of bounds")
    return value
