#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# generate.py: writes kamupin/_enums.py and kamupin/_records.py from the public headers, with their
# comments, so that a Python program reads the same words as a C program; and the types of the native module
# (native.pyi). Run by the build.
#
#   generate.py INCLUDE_FOLDER OUTPUT_FOLDER
"""Enumerations and records for Python."""
from __future__ import annotations

import re
import sys
import textwrap
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from headers import (FLAGS, NO_ENUMS, Enum, Headers, Member, Record, Unreadable, bits_of, camel, in_order, length_of,  # noqa: E402
                     member_name, read, shown)
from stubs import stub  # noqa: E402

HEAD = '''# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Made from the public headers by bindings/python/generate.py; what is wrong here is wrong there.
'''

def sentence(comment: str) -> str:
    """A comment of C as Python says it."""
    said = re.sub(r"KAMUPIN_E_(\w+)", r"Status.\1", comment)
    said = re.sub(r"\bkamupin_(\w+)_t?\b", r"kamupin_\1", said)
    said = said.split("\n")[0].strip()
    return said[:1].upper() + said[1:] + ("" if not said or said[-1] in ".!?…" else ".")


def documented(comment: str, indent: str, otherwise: str) -> list[str]:
    """A docstring."""
    text = sentence(comment) or otherwise
    wrapped = textwrap.wrap(text.replace("\\", "\\\\").replace('"""', "'''"), 110 - len(indent))
    if len(wrapped) == 1 and not wrapped[0].endswith('"'):
        return [f'{indent}"""{wrapped[0]}"""']
    return [f'{indent}"""{wrapped[0]}', *[f"{indent}{line}" for line in wrapped[1:]], f'{indent}"""']


def write_enum(enum: Enum, headers: Headers) -> list[str]:
    base = "Flags" if enum.name in FLAGS else "Values"
    lines = ["", "", f"class {camel(enum.name)}({base}):", *documented(enum.comment, "    ", f"kamupin_{enum.name}."), ""]
    for member in enum.members:
        if enum.name in FLAGS and member.value == 0:
            continue
        lines.append(f"    {member_name(enum, member)} = {member.value}")
        if member.comment:
            lines += documented(member.comment, "    ", "")
    named = next((name for name in (f"{enum.name}_name", f"{enum.name.removesuffix('_item')}_name") if name in headers.functions), None)
    if named is not None:
        lines += ["", "    @property", "    def word(self) -> str:", *documented(headers.functions[named].comment, "        ", "Its stable word."),
                  f"        return native.{named}(self.value)"]
    return lines


ENUMS_HEAD = HEAD + '''"""Enumerations of libkamupin."""
from __future__ import annotations

import enum

from . import native


class Values(enum.IntEnum):
    """One of several. A value that a newer library has and this module does not is kept as a number."""

    @classmethod
    def _missing_(cls, value: object) -> "Values":
        if not isinstance(value, int):
            raise ValueError(f"{value!r} is no {cls.__name__}")
        made = int.__new__(cls, value)
        made._name_ = f"NUMBER_{value}" if value >= 0 else f"NUMBER_MINUS_{-value}"
        made._value_ = value
        return made

    @property
    def word(self) -> str:
        """Its stable word."""
        return self.name.lower().replace("_", "-")


class Flags(enum.IntFlag):
    """A set of bits."""

    @property
    def word(self) -> str:
        """The stable words of its bits, with commas between them; "" for none."""
        return ",".join(one._name_.lower().replace("_", "-") for one in type(self) if one._name_ and one.value & self.value)
'''


def python_type(member: Member, headers: Headers) -> tuple[str, str]:
    """Type, and how it is made of the raw value."""
    of, raw = member.type, f"raw.{member.name}"
    name = of.removeprefix("kamupin_")
    bits = bits_of(member, headers)
    if of == "char" and member.dimension:
        return "str", raw
    if of == "unsigned char" and member.dimension:
        return "bytes", f"raw.{member.name}[: raw.{length_of(member)}]"
    if member.dimension:
        return f"tuple[{camel(name)}, ...]", f"tuple({camel(name)}._of(raw.{member.name}_at(i)) for i in range(raw.count))"
    if name == "error":
        return "Optional[KamupinError]", f"error_in({raw})"
    if name in headers.enums:
        return camel(name), f"{camel(name)}({raw})"
    if name in headers.records:
        return camel(name), f"{camel(name)}._of({raw})"
    if bits:
        return camel(bits), f"{camel(bits)}({raw})"
    if of == "bool":
        return "bool", raw
    if of == "int64_t" and member.name != "number" and not member.name.endswith("kurus"):
        return "Optional[datetime]", f"_moment({raw})"
    if of in ("int", "int64_t") and "-1" in member.comment:
        return "Optional[int]", f"_known({raw})"
    if of in ("int", "int64_t", "long", "size_t", "unsigned int", "unsigned long"):
        return "int", raw
    raise Unreadable(f"{member.name}: {of}")


def write_record(record: Record, headers: Headers) -> list[str]:
    lines = ["", "", "@dataclass(frozen=True)", f"class {camel(record.name)}:",
             *documented(record.comment, "    ", f"kamupin_{record.name}."), ""]
    made = []
    for member in shown(record):
        of, expression = python_type(member, headers)
        lines.append(f"    {member.name}: {of}")
        if member.comment:
            lines += documented(member.comment, "    ", "")
        made.append(f"{member.name}={expression}")
    lines += ["", "    @classmethod", f'    def _of(cls, raw: Any) -> "{camel(record.name)}":', "        return cls("]
    lines += [*[f"            {one}," for one in made], "        )"]
    return lines + (write_back(record, headers) if record.name in GIVEN_BACK else [])


# Records that a program gives to the library as it got them.
GIVEN_BACK = {"card_info", "finding"}


def write_back(record: Record, headers: Headers) -> list[str]:
    """The raw record of what a program has."""
    lines = ["", "    def _raw(self) -> Any:", f"        raw = native.{record.name}()"]
    for member in shown(record):
        of, _ = python_type(member, headers)
        value = f"self.{member.name}"
        if of == "Optional[KamupinError]":
            lines += [f"        if {value} is not None:", f"            native.error_fill(raw.{member.name}, {value}._record)"]
        elif of == "Optional[int]":
            lines.append(f"        raw.{member.name} = -1 if {value} is None else {value}")
        elif of == "bytes":
            lines.append(f"        raw.{member.name}, raw.{length_of(member)} = {value}, len({value})")
        elif of in ("str", "int", "bool"):
            lines.append(f"        raw.{member.name} = {value}")
        else:
            lines.append(f"        raw.{member.name} = int({value})")
    return [*lines, "        return raw"]


RECORDS_HEAD = HEAD + '''"""Records of libkamupin: what calls tell, copied out. Times are in UTC; None is what was not said."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Optional

from . import native
from ._enums import (
%s
)

from ._errors import KamupinError, error_in

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def _moment(seconds: int) -> Optional[datetime]:
    """Seconds since 1970, 0 for none."""
    try:
        return None if seconds == 0 else _EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        return datetime.max.replace(tzinfo=timezone.utc) if seconds > 0 else datetime.min.replace(tzinfo=timezone.utc)


def _known(number: int) -> Optional[int]:
    return None if number < 0 else number
'''


def main() -> int:
    """Command line."""
    headers = read(Path(sys.argv[1]) / "kamupin")
    out = Path(sys.argv[2])
    enums = [one for name, one in headers.enums.items() if name not in NO_ENUMS]
    lines = [line for one in enums for line in write_enum(one, headers)]
    names = ["Flags", "Values", *[camel(one.name) for one in enums]]
    (out / "_enums.py").write_text(ENUMS_HEAD + "\n".join(lines) + "\n\n\n__all__ = " + repr(sorted(names)) + "\n", encoding="utf-8")
    records = in_order(headers)
    body = "\n".join(line for one in records for line in write_record(one, headers)) + "\n"
    used = sorted(camel(one.name) for one in enums if re.search(rf"\b{camel(one.name)}\b", body))
    names = [camel(one.name) for one in records]
    (out / "_records.py").write_text(RECORDS_HEAD % "\n".join(f"    {name}," for name in used) + body +
                                     "\n\n__all__ = " + repr(sorted(names)) + "\n", encoding="utf-8")
    (out / "native.pyi").write_text(stub(headers, Path(__file__).resolve().parents[1] / "swig"), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
