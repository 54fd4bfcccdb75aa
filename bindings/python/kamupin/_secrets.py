# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# _secrets.py: PINs, codes and passwords on their way into the library.
"""Secrets."""
from __future__ import annotations

import inspect
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from io import BytesIO
from itertools import product
from typing import TYPE_CHECKING, Any, Union

from . import native
from ._call import Handle, check, made
from ._enums import Look, SecretKind

if TYPE_CHECKING:
    from ._context import Context

SecretText = Union["Secret", bytearray, memoryview, str]
"""How a secret may be given. A bytearray (or a writable memoryview) is wiped when it was taken, and when it was not. A str cannot
be wiped: Python may have copies of it anywhere, so it is taken with a warning."""

Typed = Union[bytearray, memoryview, str]
"""How a prompt may answer with a secret: wiped, or with that warning."""

Kept = Union[bytearray, memoryview, bytes]
"""How a session that was kept may be given: wiped, or, when it is bytes, with that warning."""


class TextSecretWarning(UserWarning):
    """A secret came as a str, or a kept session as bytes, which nobody can wipe."""


def _outside() -> int:
    """The stacklevel, for who calls this, of the line outside this package by which the secret came in."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] in (__package__, "contextlib"):
        frame, level = frame.f_back, level + 1
    return level


def _writable(given: Any) -> bool:
    try:
        return isinstance(given, (bytearray, memoryview)) and not memoryview(given).readonly
    except ValueError:  # a memoryview that was released
        return False


def wipe(given: Any) -> None:
    """Memory that can be written to, also where it does not lie in one piece; nothing else."""
    if not _writable(given):
        return
    view: Any = memoryview(given)
    if view.c_contiguous:
        BytesIO(bytes(view.nbytes)).readinto(view)  # of any format, which an assignment is not
    elif view.ndim == 1:
        for at in range(len(view)):
            wipe(view[at:at + 1])
    else:
        for place in product(*map(range, view.shape)):
            view[place] = b"\0" if view.format == "c" else 0


@contextmanager
def wiped(*given: Any) -> Iterator[None]:
    """Whatever comes of the block, those are wiped."""
    with ExitStack() as after:
        for one in given:
            after.callback(wipe, one)
        yield


class _Moved(bytearray):
    """A secret on its way to a thread; who never gets there leaves nothing either."""

    def __del__(self) -> None:
        self[:] = bytes(len(self))


def moved(call: Callable[..., Any], arguments: tuple[Any, ...], more: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """What another thread will give a method of this package: its secrets are taken and wiped at once, because a task that is
    cancelled before its first step calls nothing."""
    try:
        parameters = list(inspect.signature(call).parameters.values())
    except (TypeError, ValueError):  # of what is no method of ours
        parameters = []
    secret = {one.name for one in parameters if one.annotation in ("SecretText", "Kept")}
    ways: dict[int, _Moved] = {}

    def on_its_way(name: str, given: Any) -> Any:
        if name not in secret or not _writable(given):
            return given
        if id(given) not in ways:
            ways[id(given)] = _Moved(given)
            wipe(given)
        return ways[id(given)]

    names = [one.name for one in parameters] + [""] * len(arguments)
    return [on_its_way(*one) for one in zip(names, arguments)], {name: on_its_way(name, given) for name, given in more.items()}


def append(raw: Any, text: Any) -> None:
    """Appends to a native secret what was typed; wiping that is the caller's."""
    if isinstance(text, str):
        warnings.warn("a secret that is a str cannot be wiped: give a bytearray", TextSecretWarning, stacklevel=_outside())
        encoded = _encoded(text)
        with wiped(encoded):
            check(native.secret_append(raw, encoded), None)
    elif not _writable(text):
        raise TypeError("a secret is a bytearray, which can be wiped")
    else:
        check(native.secret_append(raw, text), None)


def _encoded(text: str) -> bytearray:
    """UTF-8. What Python raises of a text that has none has the text in it."""
    try:
        return bytearray(text, "utf-8")
    except UnicodeEncodeError:
        pass
    raise ValueError("a secret with half of a character in it (a lone surrogate)")


class Secret(Handle):
    """A secret in locked memory, typed into and never read back. For keypads of a program's own; elsewhere a
    bytearray does."""

    __slots__ = ()

    def __init__(self, context: "Context", kind: SecretKind) -> None:
        super().__init__(made(native.secret_new, context._raw, int(kind)), native.secret_free, context)

    def append(self, text: Union[bytearray, memoryview, str]) -> None:
        """Appends digits or letters (UTF-8); what was given is wiped."""
        with wiped(text):
            append(self._raw, text)

    def backspace(self) -> None:
        """Takes the last character away."""
        native.secret_backspace(self._raw)

    def clear(self) -> None:
        """Wipes the content."""
        native.secret_clear(self._raw)

    def __len__(self) -> int:
        return int(native.secret_length(self._raw))

    def __bool__(self) -> bool:
        return True

    @property
    def looks_like(self) -> Look:
        """What it looks like, by its digits and letters."""
        return Look(native.secret_looks_like(self._raw))


@contextmanager
def all_taken(context: "Context", kind: SecretKind, *texts: SecretText) -> Iterator[list[Secret]]:
    """Secrets of that kind: the caller's own, or ones that are closed afterwards. The same object is taken once. When one of
    them is refused, the others are wiped as well. What may raise comes after it: the first thing in every call that is given one."""
    with ExitStack() as opened:
        secrets: dict[int, Secret] = {}
        with wiped(*texts):
            for text in texts:
                if isinstance(text, Secret):
                    secrets[id(text)] = text
                elif id(text) not in secrets:
                    secrets[id(text)] = opened.enter_context(Secret(context, kind))
                    secrets[id(text)].append(text)
        yield [secrets[id(text)] for text in texts]


@contextmanager
def taken(context: "Context", kind: SecretKind, text: SecretText) -> Iterator[Secret]:
    """One secret."""
    with all_taken(context, kind, text) as (one,):
        yield one


@contextmanager
def twice(context: "Context", pin: SecretText, again: SecretText) -> Iterator[tuple[Secret, Secret]]:
    """A new PIN and its repetition."""
    with all_taken(context, SecretKind.PIN, pin, again) as (one, two):
        yield one, two
