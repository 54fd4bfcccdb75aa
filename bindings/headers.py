# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# headers.py: reads the public headers: enumerations, records and functions with their comments. Knows
# their one style (clang-format's) and nothing else of C; what it does not understand stops it.
"""The public headers as data."""
from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path


class Unreadable(Exception):
    """A header has something in it that this reader does not know."""


@dataclass
class Member:
    """A member of an enumeration (`value`) or of a record (`type`, `dimension`)."""

    name: str
    comment: str
    type: str = ""
    dimension: str = ""
    value: int = 0


@dataclass
class Enum:
    name: str  # without kamupin_
    comment: str
    members: list[Member] = field(default_factory=list)


@dataclass
class Record:
    name: str
    comment: str
    members: list[Member] = field(default_factory=list)


@dataclass
class Function:
    name: str
    comment: str
    returns: str
    parameters: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Headers:
    enums: dict[str, Enum] = field(default_factory=dict)
    records: dict[str, Record] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    constants: dict[str, int] = field(default_factory=dict)


def _comment(text: str) -> str:
    """A comment's words, one paragraph to a line."""
    inner = re.sub(r"^/\*\*?<?|\*/$", "", text.strip())
    lines = [re.sub(r"^\s*\*? ?", "", line).rstrip() for line in inner.splitlines()]
    return re.sub(r"\s*\n\s*(?!@|Threads:|Errors:|Ownership:)", " ", "\n".join(lines)).strip()


_TOKEN = re.compile(r"/\*\*.*?\*/|/\*.*?\*/|[^/]+|/", re.S)


def _pieces(body: str) -> list[tuple[str, str]]:
    """A body as (text, comment): the comment in front of a text, and the one behind it (`/**<`)."""
    pieces: list[tuple[str, str]] = []
    before = ""
    for token in _TOKEN.findall(body):
        if token.startswith("/**<"):
            if not pieces:
                raise Unreadable(f"a comment behind nothing: {token}")
            text, said = pieces[-1]
            pieces[-1] = (text, f"{said} {_comment(token)}".strip())
        elif token.startswith("/**"):
            before = _comment(token)
        elif not token.startswith("/*"):
            for part in re.findall(r"[^,;]+[,;]?|[,;]", token):
                if part.strip(" \n,;"):
                    pieces.append((part.strip(" \n,;"), before))
                    before = ""
    return pieces


def _number(text: str, known: dict[str, int]) -> int:
    """The value of a constant expression."""
    words = re.sub(r"\bKAMUPIN_\w+", lambda match: str(known[match[0]]), text)
    words = re.sub(r"(?<=[0-9A-Fa-f])[uUlL]+\b", "", words)
    if not re.fullmatch(r"[0-9a-fA-FxX<>|+*() -]+", words):
        raise Unreadable(f"no number: {text}")
    return int(eval(words))  # noqa: S307  # digits and operators alone


def _enum(name: str, comment: str, body: str, known: dict[str, int]) -> Enum:
    made, last = Enum(name, comment), -1
    for text, said in _pieces(body):
        word, _, value = (part.strip() for part in text.partition("="))
        last = _number(value, known) if value else last + 1
        known[word] = last
        made.members.append(Member(word, said, value=last))
    return made


def _record(name: str, comment: str, body: str) -> Record:
    made = Record(name, comment)
    for text, said in _pieces(re.sub(r"\(\*(\w+)\)\s*\([^)]*\)", r"\1", body)):
        text = re.sub(r"\s+\[", "[", text)
        found = re.fullmatch(r"(?:(?P<type>.*?[\s*]))?(?P<name>\w+)(?:\[(?P<dimension>\w+)\])?", text, re.S)
        if found is None:
            raise Unreadable(f"{name}: {text}")
        of = " ".join((found["type"] or made.members[-1].type).split())
        made.members.append(Member(found["name"], said, of, found["dimension"] or ""))
    return made


def _function(text: str, comment: str) -> Function:
    found = re.fullmatch(r"(.*?)\bkamupin_(\w+)\s*\((.*)\)", " ".join(text.split()))
    if found is None:
        raise Unreadable(text)
    parameters = []
    for one in found[3].split(","):
        of, name = re.fullmatch(r"(.*?[\s*])(\w+)|()(void)", one.strip()).group(1, 2)
        if of:
            parameters.append((of.strip(), name))
    return Function(found[2], comment, found[1].strip(), parameters)


_DECLARATION = re.compile(r"(?P<comment>/\*\*(?:(?!\*/).)*\*/\s*)?"
                          r"(?:typedef enum kamupin_(?P<enum>\w+) \{(?P<entries>.*?)\} kamupin_\w+;"
                          r"|typedef struct kamupin_(?P<record>\w+) \{(?P<fields>.*?)\n\} kamupin_\w+;"
                          r"|KAMUPIN_API (?P<function>[^;{]*?);"
                          r"|#define (?P<constant>KAMUPIN_\w+)(?: +| *\\\n *)(?P<value>[^\n\\(][^\n\\]*|\(size_t\)-1)\n)", re.S)


def read(folder: Path) -> Headers:
    """All of include/kamupin."""
    made = Headers()
    for path in [folder / "status.h", *sorted(folder.glob("*.h"))]:
        if path.name == "kamupin.h" or (path.name == "status.h" and made.enums):
            continue
        for found in _DECLARATION.finditer(path.read_text(encoding="utf-8")):
            comment = _comment(found["comment"] or "")
            if found["enum"]:
                made.enums[found["enum"]] = _enum(found["enum"], comment, found["entries"], made.constants)
            elif found["record"]:
                made.records[found["record"]] = _record(found["record"], comment, found["fields"])
            elif found["function"]:
                one = _function(found["function"], comment)
                made.functions[one.name] = one
            elif re.match(r"[0-9]", found["value"]):
                made.constants[found["constant"]] = _number(found["value"].partition("/*")[0], made.constants)
    return made


# ---- what both languages make of them ----

# Sets of bits; all others are one value of several.
FLAGS = {"certificate_may", "certificate_source", "key_usage", "login_method", "pad_quirk", "pin_risk", "probe_step", "weakness"}
# What C needs and the layers give by other means.
NO_RECORDS = {"captcha", "certificate_entry", "check_options", "cms_options", "context_options", "diagnose_options", "operation_options",
              "order_options", "pad_options",
              "pad_quirks", "pin_policy", "probe_request", "prompts", "question", "reader_answer", "reader_backend", "reader_state",
              "session_options", "sign_request", "error"}
NO_ENUMS = {"reader_answer", "delete", "answer"}
# Where the length of bytes is not called NAME_length.
LENGTHS = {"bytes": "length"}


def camel(name: str) -> str:
    """card_info -> CardInfo."""
    return "".join(part.capitalize() for part in name.split("_"))


def _prefix_of(enum: Enum) -> str:
    """What all members begin with, up to an underscore."""
    if enum.name == "status":
        return "KAMUPIN_"
    names = [member.name for member in enum.members]
    length = min(len(name) for name in names)
    same = next((i for i in range(length) if len({name[i] for name in names}) > 1), length)
    return names[0][:names[0].rindex("_", 0, same + 1) + 1] if len(names) > 1 else "KAMUPIN_"


def member_name(enum: Enum, member: Member) -> str:
    """KAMUPIN_PIN_NOT_SET of pin_state -> NOT_SET."""
    name = member.name.removeprefix(_prefix_of(enum))
    return name.removeprefix("E_") if enum.name == "status" else name


def length_of(member: Member) -> str:
    """The member that holds the length of these bytes."""
    return LENGTHS.get(member.name, f"{member.name}_length")


def shown(record: Record) -> list[Member]:
    """The members that a program sees: no sizes, lengths, counts and addresses."""
    lengths = {length_of(one) for one in record.members if one.type == "unsigned char"}
    counted = {"count"} if any(one.dimension and one.type.startswith("kamupin_") for one in record.members) else set()
    return [one for one in record.members
            if "*" not in one.type and one.type != "void" and one.name not in lengths | counted | {"size"}]


def bits_of(member: Member, headers: Headers) -> str:
    """The set of bits that a number is; "" for none."""
    found = re.search(r"kamupin_(\w+) (?:bits|values)", member.comment)
    return found[1] if found is not None and found[1] in headers.enums and member.type == "unsigned int" else ""


def in_order(headers: Headers) -> list[Record]:
    """The records that a program sees, those that others hold first."""
    ordered: list[Record] = []
    left = [one for name, one in headers.records.items() if name not in NO_RECORDS]
    while left:
        ready = [one for one in left if not any(member.type == f"kamupin_{other.name}" for member in one.members
                                                for other in left if other is not one)]
        ordered += ready
        left = [one for one in left if one not in ready]
    return ordered
