# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# _texts.py: what the library says to people, and checks that need neither card nor network.
"""Texts and checks."""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from . import native
from ._call import Watched, check
from ._enums import IdentityType, InfoItem, Language, Look, Notice, Status
from ._given import Path, a_path, one_of
from ._records import Finding, ProfileFinding
from ._session import identity

SECRET_MAX: int = native.SECRET_MAX
"""The most bytes a secret holds."""


def version() -> str:
    """The library's version, such as "0.1.0"."""
    return native.version()


def built_with() -> dict[str, str]:
    """What the native module was built with."""
    return {"compiler": native.module_compiler(), "interface": native.module_interface(), "swig": ".".join(str(byte) for byte in native.module_swig().to_bytes(3, "big"))}


def statuses() -> Iterator[Status]:
    """Every status of the library that runs, also of a newer one than this module knows; but for OK."""
    number = native.status_next(native.OK)
    while number != native.OK:
        yield Status(number)
        number = native.status_next(number)


def status_name(status: Status) -> str:
    """A status' stable word, such as "pin-blocked"."""
    return str(native.status_name(int(status)))


def status_cause(status: Status, language: Language = Language.ENGLISH) -> str:
    """What happened, in general."""
    return str(native.status_cause(int(status), one_of(Language, language)))


def status_remedy(status: Status, language: Language = Language.ENGLISH) -> str:
    """What to do next."""
    return str(native.status_remedy(int(status), one_of(Language, language)))


def finding_text(finding: Finding, language: Language = Language.ENGLISH) -> str:
    """What a finding of Context.diagnose() says: what it is about, what is the matter, and what to do."""
    return native.finding_text(finding._raw(), one_of(Language, language))


def notice_text(notice: Notice, language: Language = Language.ENGLISH) -> str:
    """A notice that people have to read."""
    return str(native.notice_text(one_of(Notice, notice), one_of(Language, language)))


def look_text(look: Look, language: Language = Language.ENGLISH) -> str:
    """What an entered secret seems to be, and where that belongs."""
    return str(native.look_text(one_of(Look, look), one_of(Language, language)))


def info(item: InfoItem, language: Language = Language.ENGLISH) -> str:
    """A number to call, an address to look at."""
    return str(native.info(one_of(InfoItem, item), one_of(Language, language)))


def info_label(item: InfoItem, language: Language = Language.ENGLISH) -> str:
    """What it is, for showing."""
    return str(native.info_label(one_of(InfoItem, item), one_of(Language, language)))


def duration_text(seconds: int, language: Language = Language.ENGLISH) -> str:
    """A time as people read it."""
    return str(native.duration_text(seconds, one_of(Language, language)))


def amount_text(kurus: int, language: Language = Language.ENGLISH) -> str:
    """An amount as people write it."""
    return str(native.amount_text(kurus, one_of(Language, language)))


def check_identity(type: IdentityType, number: str) -> None:
    """Raises unless the number is one of its type: digits, length, check digits."""
    error = native.error()
    check(native.identity_check(identity("type and number", (type, number)), error), error)


class _Findings(native.ProfileSink):
    def __init__(self, watched: Watched) -> None:
        super().__init__()
        self.found: list[ProfileFinding] = []
        self._watched = watched

    def finding(self, raw: Any) -> None:
        self._watched.guard(lambda: self.found.append(ProfileFinding._of(raw)))


def check_profiles(path: Path, language: Language = Language.ENGLISH) -> list[ProfileFinding]:
    """What is wrong with a card profile file, line by line; or its rows, when nothing is."""
    watched = Watched()
    sink = _Findings(watched)
    error = native.error()
    status = native.profile_check(a_path("path", path), one_of(Language, language), sink, error)
    if status != native.OK and not sink.found:
        check(status, error, watched)
    watched.settle()
    return sink.found
