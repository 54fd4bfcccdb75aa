# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# _given.py: what programs give, looked at before it goes to the library, so that what is wrong is said with the
# parameter's name. Never says a value: it may be a secret in the wrong place.
"""What programs give."""
from __future__ import annotations

import math
import os
from numbers import Real
from typing import Optional, Union

Path = Union[str, bytes, "os.PathLike[str]", "os.PathLike[bytes]"]
LONGEST = (2**31 - 1) / 1000
"""Seconds: the most milliseconds of a C long, wherever it has 32 bits."""


def refused(name: str, wanted: str, given: object) -> TypeError:
    """For what is of another type."""
    return TypeError(f"{name} is {wanted}, not {type(given)!r}")


def a_text(name: str, text: Optional[str]) -> Optional[str]:
    """Text whose parameter has another name in C."""
    if not isinstance(text, (str, type(None))):
        raise refused(name, "a str", text)
    return text


def a_path(name: str, path: Path) -> str:
    """A path as the native module takes text, with the bytes that Python's own calls would use."""
    if not isinstance(path, (str, bytes, os.PathLike)):
        raise refused(name, "a path", path)
    return os.fsencode(path).decode("utf-8", "surrogateescape")


def a_time(name: str, seconds: Optional[float]) -> float:
    """How long in seconds; None and infinity are without end."""
    if seconds is None:
        return math.inf
    if not isinstance(seconds, Real):
        raise refused(name, "a number of seconds", seconds)
    try:
        given = float(seconds)
    except OverflowError:  # an integer that no float holds
        given = math.inf if seconds > 0 else -math.inf
    if math.isnan(given):
        raise ValueError(f"{name} is not a number")
    return given
