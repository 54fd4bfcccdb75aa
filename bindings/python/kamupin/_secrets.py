# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# _secrets.py: PINs, codes and passwords on their way into the library.
"""Secrets."""
from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Union

from . import native
from ._call import Handle, check, made
from ._enums import Look, SecretKind

if TYPE_CHECKING:
    from ._context import Context

SecretText = Union["Secret", bytearray, memoryview, str]
"""How a secret may be given. A bytearray (or a writable memoryview) is wiped when it was taken. A str cannot
be wiped: Python may have copies of it anywhere, so it is taken with a warning."""


class TextSecretWarning(UserWarning):
    """A secret came as a str, which nobody can wipe."""


def _outside() -> int:
    """The stacklevel, for who calls this, of the line outside this package by which the secret came in."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] in (__package__, "contextlib"):
        frame, level = frame.f_back, level + 1
    return level


def _wipe(bytes_: Union[bytearray, memoryview]) -> None:
    view = memoryview(bytes_).cast("B")
    view[:] = bytes(len(view))


class Secret(Handle):
    """A secret in locked memory, typed into and never read back. For keypads of a program's own; elsewhere a
    bytearray does."""

    __slots__ = ()

    def __init__(self, context: "Context", kind: SecretKind) -> None:
        super().__init__(made(native.secret_new, context._raw, int(kind)), native.secret_free, context)

    def append(self, text: Union[bytearray, memoryview, str]) -> None:
        """Appends digits or letters (UTF-8); what was given is wiped."""
        if isinstance(text, str):
            warnings.warn("a secret that is a str cannot be wiped: give a bytearray", TextSecretWarning, stacklevel=_outside())
            text = bytearray(text, "utf-8")
        if not isinstance(text, (bytearray, memoryview)) or memoryview(text).readonly:
            raise TypeError("a secret is a bytearray, which can be wiped")
        try:
            check(native.secret_append(self._raw, text), None)
        finally:
            _wipe(text)

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
    them is refused, the others are wiped as well."""
    with ExitStack() as opened:
        secrets: dict[int, Secret] = {}
        with ExitStack() as refused:
            for text in texts:
                if isinstance(text, (bytearray, memoryview)) and not memoryview(text).readonly:
                    refused.callback(_wipe, text)
            for text in texts:
                if isinstance(text, Secret):
                    secrets[id(text)] = text
                elif id(text) not in secrets:
                    secrets[id(text)] = opened.enter_context(Secret(context, kind))
                    secrets[id(text)].append(text)
            refused.pop_all()
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
