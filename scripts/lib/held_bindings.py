# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# held_bindings.py: for check-docs: whether each public function is reachable from Python and from Java. Three steps each: SWIG's
# interface takes its header in and does not leave it out; the native modules of a build have it, and so has the stub that
# Python's type checkers read; the language's own package uses it.
# docs/abi/bindings.txt names the exceptions with their reasons.
"""Hold the public functions and the bindings together."""
from __future__ import annotations

import fnmatch
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

PACKAGES = {"python": ("bindings/python/kamupin", "*.py"), "java": ("bindings/java/src/main/java", "*.java")}


class Excepted(NamedTuple):
    """A line of docs/abi/bindings.txt: `python kamupin_x_* the reason`, or `both kamupin_x as x_of: the reason`."""

    language: str
    pattern: str
    other_name: str

    def is_for(self, language: str, symbol: str) -> bool:
        return self.language in (language, "both") and fnmatch.fnmatchcase(symbol, self.pattern)


def exceptions(path: Path) -> tuple[list[Excepted], list[str]]:
    """The exceptions, and what is wrong with their list."""
    found, problems = [], []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        match = re.fullmatch(r"(python|java|both) +(kamupin_[\w*]+) +(?:as (\w+): +)?(\S.*)", line)
        if match is None:
            problems.append(f"{path.name}: not `LANGUAGE SYMBOL REASON`: {line}")
        else:
            found.append(Excepted(match[1], match[2], match[3] or ""))
    return found, problems


def used(root: Path, language: str) -> set[str]:
    """The native functions that the package names: what is written by hand, and what its generator makes of the headers."""
    folder, names = PACKAGES[language]
    with tempfile.TemporaryDirectory(prefix="kamupin-") as made:
        subprocess.run([sys.executable, "-B", str(root / "bindings" / language / "generate.py"), str(root / "include"), made],
                       check=True, stdout=subprocess.DEVNULL)
        text = "\n".join(path.read_text(encoding="utf-8") for place in (root / folder, Path(made)) for path in sorted(place.rglob(names)))
    return set(re.findall(r"\bnative\.(\w+)" if language == "python" else r"\bNative(?:\.|::)(\w+)", text))


def included(root: Path) -> tuple[set[str], set[str]]:
    """The headers that SWIG's interface takes in, and the names that it leaves out."""
    text = (root / "bindings/swig/kamupin.i").read_text(encoding="utf-8")
    return set(re.findall(r"^%include <(kamupin/\w+\.h)>", text, re.M)), set(re.findall(r"^%ignore (kamupin_\w+);", text, re.M))


def defined(root: Path, build: Path) -> dict[tuple[str, str], set[str]]:
    """What a build's native modules define: (language, what it is) to names."""
    classes = build / "bindings/swig/java/org/kamupin/internal"
    places = {("python", "SWIG's module for Python"): (build / "bindings/python/kamupin/native.py", r"^def (\w+)\("),
              ("python", "the stub native.pyi"): (build / "bindings/python/kamupin/native.pyi", r"^def (\w+)\("),
              ("java", "SWIG's class for Java"): (classes / "Native.java", r"^  public static .*?(\w+)\(")}
    return {place: set(re.findall(pattern, path.read_text(encoding="utf-8"), re.M)) if path.exists() else set()
            for place, (path, pattern) in places.items()}


def compare(root: Path, headers: dict[str, str], build: Path | None) -> list[str]:
    """What is wrong; headers: the public functions and the header of each."""
    listed, problems = exceptions(root / "docs/abi/bindings.txt")
    taken, left_out = included(root)
    native = defined(root, build) if build is not None else {}
    needed: set[Excepted] = set()
    for language, (folder, _) in PACKAGES.items():
        words = used(root, language)
        for symbol, header in sorted(headers.items()):
            name = symbol.removeprefix("kamupin_")
            missing = [] if header in taken else [f"bindings/swig/kamupin.i does not take {header} in"]
            missing += ["bindings/swig/kamupin.i leaves it out"] if symbol in left_out else []
            missing += [] if name in words else [f"nothing in {folder} uses {name}"]
            excepted = [one for one in listed if one.is_for(language, symbol)] if missing else []
            needed |= set(excepted)
            other = next((one.other_name for one in excepted if one.other_name), "")
            if missing and not excepted:
                problems.append(f"{symbol} is not reachable from {language}: {', '.join(missing)}")
            elif other and other not in words and all(one.other_name for one in excepted):
                problems.append(f"{symbol} is not reachable from {language}: nothing in {folder} uses {other}")
            if symbol not in left_out or other:
                problems += [f"{place} has no {other or name}, for {symbol}" for (of, place), names in native.items()
                             if of == language and (other or name) not in names]
    problems += [f"bindings.txt: `{one.language} {one.pattern}` excepts nothing any more: take the line out"
                 for one in listed if one not in needed]
    return problems
