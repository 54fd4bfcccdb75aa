# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Reads the value of --cards: "akis1,akis2:blocked,idcard,empty". What a card can be is the personaliser's to
# say; a reader without a card is ours. Pure; touches nothing.
"""The card list of a sandbox."""
from __future__ import annotations

from dataclasses import dataclass

from ..personalise import ATR, FLAGS, VALUES, parse_spec
from .messages import SandboxError

PERSONALITIES = (*ATR, "empty")
MOST_READERS = 16


@dataclass(frozen=True)
class CardSpec:
    """One reader slot: a personality ("empty": a reader without a card) and its variants."""

    personality: str
    variants: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The spec as it was written."""
        return ":".join((self.personality, *self.variants))

    @property
    def empty(self) -> bool:
        """True for a reader without a card."""
        return self.personality == "empty"


def _is_variant(word: str) -> bool:
    """Whether a card that is called so was meant as a variant of one: "mali-muhur" for "akis2:mali-muhur"."""
    try:
        parse_spec(f"akis2:{word}")
    except ValueError:
        return False
    return True


def parse_one(text: str) -> CardSpec:
    """Reads one entry; an entry that means nothing is refused with the list of what would."""
    text = text.strip()
    personality, *variants = text.split(":")
    if personality not in PERSONALITIES:
        choices = ", ".join(PERSONALITIES)
        if _is_variant(personality):
            raise SandboxError(f"--cards: «{personality}» kart değil, bir kartın değişkesidir; şöyle yazın: akis2:{text}.",
                               f"--cards: '{personality}' is no card but a variant of one; write it so: akis2:{text}.", 64)
        raise SandboxError(f"--cards: «{personality}» diye bir kart yok; şunlardan birini yazın: {choices}.",
                           f"--cards: there is no card '{personality}'; write one of: {choices}.", 64)
    try:
        if text != "empty":
            parse_spec(text)  # "empty:…" is none of its cards either
    except ValueError:
        choices = ", ".join([*FLAGS, *(f"{name}=…" for name in VALUES)])
        raise SandboxError(f"--cards: «{text}» içindeki değişke bir anlam taşımıyor; olabilecekler: {choices}.",
                           f"--cards: a variant in '{text}' means nothing; possible: {choices}.", 64) from None
    return CardSpec(personality, tuple(variants))


def parse(text: str) -> list[CardSpec]:
    """Reads the whole list, one entry a reader slot, in the order of the slots."""
    specs = [parse_one(part) for part in text.split(",")]
    if len(specs) > MOST_READERS:
        raise SandboxError(f"--cards: PC/SC en çok {MOST_READERS} okuyucu taşır; listeyi kısaltın.",
                           f"--cards: PC/SC holds at most {MOST_READERS} readers; shorten the list.", 64)
    return specs
