# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# __main__.py: what `python -m kamupin` answers: the version and what it was built with, and the readers and their
# cards. Spends no try and asks nobody anything.
#
#   python -m kamupin [cards | version] [--json] [--lang tr|en]
"""python -m kamupin"""
from __future__ import annotations

import argparse
import dataclasses
import importlib.metadata
import io
import json
import os
import sys
from typing import Any, Optional

import kamupin
from kamupin import CardInfo, CardKind, Language, Status

TEXTS = {
    "about": ("Okuyucuları ve kartları listeler; bunun için PIN gerekmez, deneme hakkı harcanmaz.",
              "Lists readers and cards; needs no PIN and spends no try."),
    "what": ("cards: okuyucular ve kartlar; version: sürüm ve neyle derlendiği", "cards: readers and cards; version: and what it is built with"),
    "json": ("programlar için JSON", "JSON for programs"),
    "lang": ("dil", "language"),
    "usable": ("PIN kullanılabilir", "PIN usable"),
    "not-set": ("PIN belirlenmemiş", "PIN not set"),
    "blocked": ("PIN BLOKE", "PIN BLOCKED"),
    "dead": ("KULLANIM DIŞI", "DEAD"),
    "unknown": ("PIN durumu okunamıyor", "PIN state not readable"),
    "none": ("Okuyucu yok.", "No reader."),
    "empty": ("kart yok", "no card"),
    "left": ("kalan deneme", "tries left"),
}


def language_of(wanted: Optional[str]) -> Language:
    """As asked for, else as the environment says, as for the kamupin command."""
    for word in (wanted, *map(os.environ.get, ("KAMUPIN_LANG", "LC_ALL", "LC_MESSAGES", "LANG"))):
        if word:
            return Language.TURKISH if word.lower().startswith("tr") else Language.ENGLISH
    return Language.ENGLISH


def said(name: str, language: Language) -> str:
    """A text of this program."""
    turkish, english = TEXTS[name]
    return turkish if language == Language.TURKISH else english


def as_json(value: Any) -> Any:
    """Records as objects, values of enumerations as their words, bytes in hex."""
    if isinstance(value, kamupin.Values):
        return value.word
    if isinstance(value, bytes):
        return value.hex().upper()
    if dataclasses.is_dataclass(value):
        return {field.name: as_json(getattr(value, field.name)) for field in dataclasses.fields(value)}
    return value


def error_as_json(error: kamupin.KamupinError, language: Language) -> dict[str, Any]:
    """An error as `kamupin --json` has it."""
    return {"status": error.name, "number": int(error.status), "origin": error.origin.word, "tries_left": error.tries_left,
            "wait_seconds": error.retry_after, "status_word": None if error.status_word is None else f"{error.status_word:04X}",
            "problem_type": error.problem_type or None, "looks_like": error.looks_like.word or None,
            "detail": None, "text": error.text(language)}  # the detail is of a command line or a file


def inside() -> dict[str, str]:
    """The libraries that a wheel has inside, and their versions, as it says itself."""
    try:
        files = importlib.metadata.files("kamupin") or []
    except importlib.metadata.PackageNotFoundError:
        return {}
    lines = [line for file in files if file.name == "versions" for line in file.read_text().splitlines()]
    return {name: version for name, _, version in (line.partition(" ") for line in lines)}


def version() -> dict[str, str]:
    """What this is."""
    return {"libkamupin": kamupin.version(), "python": ".".join(map(str, sys.version_info[:3])),
            "module": os.path.realpath(sys.modules["kamupin._native"].__file__ or ""), **kamupin.built_with(), **inside()}


def line(card: CardInfo, language: Language) -> str:
    """A reader and its card, for people."""
    if card.kind == CardKind.NONE:
        return f"{card.reader}: {said('empty', language)}"
    words = [card.product or as_json(card.kind), card.card_id]
    if card.usable == Status.OK:
        words.append(said(card.pin_state.word, language))
        if card.pin_tries_left is not None:
            words.append(f"{said('left', language)} {card.pin_tries_left}")
    else:
        words.append(kamupin.status_cause(card.usable, language))
    return f"{card.reader}: " + ", ".join(word for word in words if word)


def show_cards(language: Language, as_objects: bool) -> None:
    """The readers and their cards."""
    with kamupin.Context() as context, context.cards() as cards:
        if as_objects:
            print(json.dumps({"cards": [as_json(card) for card in cards]}, ensure_ascii=False, indent=2))
        else:
            print("\n".join(line(card, language) for card in cards) or said("none", language))


def show_version(as_objects: bool) -> None:
    """The version and what it was built with."""
    found = version()
    if as_objects:
        print(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        print("\n".join(f"{name} {value}" for name, value in found.items()))


def main() -> int:
    """Command line."""
    language = language_of(next((word for before, word in zip(sys.argv, sys.argv[1:]) if before == "--lang"), None))
    parser = argparse.ArgumentParser(prog="python -m kamupin", description=said("about", language))
    parser.add_argument("what", nargs="?", choices=("cards", "version"), default="cards", help=said("what", language))
    parser.add_argument("--json", action="store_true", help=said("json", language))
    parser.add_argument("--lang", choices=("tr", "en"), help=said("lang", language))
    parser.add_argument("--version", action="store_const", const="version", dest="what", help=argparse.SUPPRESS)
    args = parser.parse_args()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")  # Turkish letters in every locale
    try:
        if args.what == "version":
            show_version(args.json)
        else:
            show_cards(language, args.json)
        return 0
    except kamupin.KamupinError as error:
        if args.json:
            print(json.dumps({"error": error_as_json(error, language)}, ensure_ascii=False, indent=2))
        print(error.text(language), file=sys.stderr)
        return int(error.status)


if __name__ == "__main__":
    sys.exit(main())
