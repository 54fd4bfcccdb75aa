# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Numbers that people type: how they are taken, and which could be somebody's. Pure.
"""Identity, passport, tax and other numbers."""
from __future__ import annotations

import re

_SHAPES = {"tckn": "[1-9][0-9]{10}", "vkn": "[0-9]{10}", "detsis": "[0-9]{8}", "passport": "[A-Z0-9]{5,20}", "tracking": "[A-Z0-9-]{4,40}"}


def typed(text: str) -> str:
    """What was typed without blanks and in capitals. A Turkish keyboard's ı and İ are a document's I: it has no others."""
    return "".join(text.split()).replace("İ", "I").upper()


def right_tckn(number: str) -> bool:
    """Whether the last two of eleven digits are those that check the others."""
    digits = [int(one) for one in number]
    tenth = (7 * sum(digits[0:9:2]) - sum(digits[1:8:2])) % 10
    return digits[9] == tenth and digits[10] == sum(digits[:10]) % 10


def right_vkn(number: str) -> bool:
    """Whether the last of ten digits is the one that checks the others."""
    total = 0
    for place, digit in enumerate(map(int, number[8::-1]), 1):
        shifted = (digit + place) % 10
        total += shifted and ((shifted << place) % 9 or 9)
    return int(number[9]) == -total % 10


_CHECKS = {"tckn": right_tckn, "vkn": right_vkn}


def fault(kind: str, number: str) -> str:
    """What is wrong with a number of that kind: "" for nothing, "form", or "digits" where its check digits are not right."""
    if re.fullmatch(_SHAPES[kind], number) is None:
        return "form"
    return "" if kind not in _CHECKS or _CHECKS[kind](number) else "digits"
