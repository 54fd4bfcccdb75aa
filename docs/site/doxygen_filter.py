#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# doxygen_filter.py: a public header as Doxygen wants it, on standard output: what the file's first comment says becomes the description of
# a group that holds all of it, and `Threads:`, `Errors:` and `Ownership:` become headings. The headers themselves are written for people.
#
#   doxygen_filter.py HEADER
#   doxygen_filter.py --check HEADER…    names what is public and has no comment; members of records may speak for themselves
"""House style to Doxygen's."""
from __future__ import annotations

import re
import sys
from pathlib import Path

_HEADINGS = "Threads|Errors|Ownership"


def described(comment: str, functions: set[str]) -> str:
    """A comment with its headings as Doxygen has them, and with calls that it leads to."""
    said = re.sub(r"\bkamupin_\w+\b(?!\()", lambda name: f"{name[0]}()" if name[0] in functions else name[0], comment)
    # What follows the parameters is no part of the last one's description: that would be further in.
    said = re.sub(r"(?m)((?:^ \*  @param .*\n)(?:^ \* {4,}\S.*\n)*)(?= \*  [^@\s])", r"\1 *\n", said)
    said = re.sub(rf"^(\s*\*?\s*)({_HEADINGS}):[ \n]", r"\1@par \2\n\1", said, flags=re.M)
    said = re.sub(rf"([.;]) ({_HEADINGS}): ", r"\1\n * @par \2\n * ", said)
    # Names of parameters that share a description.
    said = re.sub(r"(@param \w+), (\w+), (\w+) ", r"\1,\2,\3 ", said)
    return re.sub(r"(@param \w+), (\w+) ", r"\1,\2 ", said)


def group(name: str, comment: str) -> str:
    """The first comment as the description of a group."""
    words = re.sub(r"SPDX-\S+:.*\n", "", comment[2:-2])
    lines = [re.sub(r"^ {3}", "", line) for line in words.splitlines()]
    text = "\n".join(lines).strip()
    begin = re.match(rf"{re.escape(name)}: (.*?)([.:;]\s|$)", text, re.S)
    if begin is None:
        sys.exit(f"{name}: its first comment does not begin with `{name}: `")
    title = " ".join(begin[1].split())
    rest = text[len(name) + 2:]
    rest = re.sub(r"(?m)^ {4,}.*(?:\n(?: {4,}.*|\s*(?=\n {4})))*", lambda code: f"@verbatim\n{code[0]}\n@endverbatim", rest)
    rest = rest[:1].upper() + rest[1:]
    stem = name.removesuffix(".h")
    return f"/** @file {name}\n@brief {title[:1].upper() + title[1:]}. */\n/** @defgroup {stem} {name}: {title}\n{rest}\n@{{ */"


def filtered(path: Path) -> str:
    """A whole header."""
    text = path.read_text(encoding="utf-8")
    first = re.match(r"/\*.*?\*/", text, re.S)
    if first is None:
        sys.exit(f"{path.name}: no comment at its beginning")
    rest = text[first.end():]
    # What the same words would say each time.
    rest = re.sub(r"(?m)^(?=#define KAMUPIN_(\w+)_INIT\b)",
                  lambda found: f"/** What a kamupin_{found[1].lower()} is set to first. */\n", rest)
    rest = re.sub(r"(?m)(?<!\*/\n)^(?=typedef struct (kamupin_\w+) \1;)", "/** A handle; what is in it is the library's own. */\n", rest)
    names = {name for header in path.parent.glob("*.h") for name in re.findall(r"\b(kamupin_\w+)\(", header.read_text(encoding="utf-8"))}
    rest = re.sub(r"/\*\*.*?\*/", lambda found: described(found[0], names), rest, flags=re.S)
    return group(path.name, first[0]) + rest + "\n/** @} */\n"


def undocumented(text: str) -> list[str]:
    """Functions, types and constants without a comment in front of them or behind."""
    found = re.finditer(r"^(?:KAMUPIN_API [^;]*?\b(kamupin_\w+)\(|typedef (?:struct|enum) (kamupin_\w+) \{"
                        r"|typedef [^;]*?\(\*(kamupin_\w+)\)\("
                        r"|#define (KAMUPIN_\w+)(?:\([^)]*\))?[ \n\\](?!(?:[^\n]*\\\n)?[^\n]*/\*\*<))", text, re.M)
    comment = re.compile(r"/\*\*(?!<)(?:(?!\*/).)*\*/\n*\Z", re.S)
    return [next(name for name in one.groups() if name) for one in found if not comment.search(text[:one.start()])]


def main() -> int:
    """Command line."""
    if sys.argv[1] != "--check":
        sys.stdout.write(filtered(Path(sys.argv[1])))
        return 0
    problems = [f"{Path(name).name}: {what} has no comment" for name in sys.argv[2:] for what in undocumented(filtered(Path(name)))
                if not re.fullmatch(r"KAMUPIN_(\w+_H|API|BEGIN|END|SIZED)", what)]
    print("\n".join(problems), end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
