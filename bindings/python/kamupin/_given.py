# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# _given.py: what programs give, looked at before it goes to the library, so that what is wrong is said with the
# parameter's name. Never says a value: it may be a secret in the wrong place.
"""What programs give."""
from __future__ import annotations

import functools
import math
import operator
import os
from numbers import Real
from typing import Any, Callable, Optional, TypeVar, Union

from ._enums import Flags, Values

Call = TypeVar("Call", bound=Callable[..., Any])
Number = TypeVar("Number", bound=int)
Thing = TypeVar("Thing")
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


def milliseconds(name: str, seconds: float) -> int:
    """A time of Context's, 0 for the library's own."""
    given = a_time(name, seconds)
    if given < 0:
        raise ValueError(f"{name} is negative")
    return math.ceil(min(given, LONGEST) * 1000)


def one_of(kind: type[Number], value: Number) -> int:
    """The number of a value of an enumeration. One that a newer library has is a value, too; a mere number has to be known."""
    if isinstance(value, kind):
        return int(value)
    if not isinstance(value, int) or isinstance(value, (bool, Values, Flags)):
        raise TypeError(f"a {kind.__name__} is needed, not {type(value)!r}")
    known: list[int] = [int(one) for one in kind]  # type: ignore[attr-defined]
    if value not in known and (not issubclass(kind, Flags) or value & ~functools.reduce(operator.or_, known)):
        raise ValueError(f"no {kind.__name__} has that number")
    return int(value)


def a_callable(name: str, given: Call) -> Call:
    """A listener, a clock."""
    if not callable(given):
        raise refused(name, "a callable", given)
    return given


def an_instance(name: str, kind: type[Thing], given: Thing) -> Thing:
    """An object that derives from a class of this package."""
    if not isinstance(given, kind):
        raise refused(name, f"a {kind.__name__}", given)
    return given
