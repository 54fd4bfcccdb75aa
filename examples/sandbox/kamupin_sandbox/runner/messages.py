# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What the runner says to a person: every sentence in Turkish and in English, each with what to do next.
# Pure text; touches nothing but standard error.
"""Bilingual sentences and the runner's error type."""
from __future__ import annotations

import os
import sys


class SandboxError(Exception):
    """Something the person at the keyboard has to know; carries the sentence in both languages."""

    def __init__(self, tr: str, en: str, code: int = 70) -> None:
        super().__init__(en)
        self.tr = tr
        self.en = en
        self.code = code


def language() -> str:
    """Language of small notes: KAMUPIN_LANG, else the locale, else English."""
    for name in ("KAMUPIN_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return "tr" if value.lower().startswith("tr") else "en"
    return "en"


def choose(tr: str, en: str) -> str:
    """The one sentence of the two that the person reads."""
    return tr if language() == "tr" else en


def note(tr: str, en: str) -> None:
    """A small remark in the person's language."""
    print(f"kamupin-sandbox: {choose(tr, en)}", file=sys.stderr, flush=True)


def complain(error: SandboxError) -> None:
    """An error is said in both languages: who reads it may be neither of our making nor our choice."""
    print(f"kamupin-sandbox: {error.tr}\nkamupin-sandbox: {error.en}", file=sys.stderr, flush=True)
