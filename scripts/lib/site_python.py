# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# site_python.py: for build-site: the Python package's reference, from the package itself. Run as a program with the built package in
# PYTHONPATH, it writes a page for each of its public modules into a folder.
#
#   site_python.py FOLDER
"""The Python reference."""
from __future__ import annotations

import dataclasses
import enum
import importlib
import inspect
import pkgutil
import re
import sys
from pathlib import Path
from typing import Any

def signature(name: str, what: Any) -> str:
    """A call as it is written."""
    try:
        said = str(inspect.signature(what))
    except (TypeError, ValueError):
        return f"{name}(…)"
    said = re.sub(r"\bkamupin\.\w+\.", "", said).replace("'", "")
    said = re.sub(r"\bForwardRef\(([^()]*)\)", r"\1", said)
    said = re.sub(r"<([\w.]+): -?\d+>", r"\1", said)  # a default that is one of an enumeration
    return f"{name}{said}"


def words(what: Any) -> str:
    """Its docstring."""
    return inspect.getdoc(what) or ""


def members(of: type) -> list[str]:
    """Methods and properties of a class that are its own."""
    lines: list[str] = []
    for name, what in vars(of).items():
        if name.startswith("_") and name != "__init__":
            continue
        if isinstance(what, property):
            lines += [f"### `{name}`", "", words(what), ""]
        elif isinstance(what, (staticmethod, classmethod)) or inspect.isfunction(what):
            call = getattr(of, name)
            if name == "__init__" and not call.__doc__:
                continue
            lines += [f"### `{name}`", "", f"`{signature(name, call)}`", "", words(call), ""]
    return lines


def described(name: str, what: Any) -> list[str]:
    """One public name."""
    lines = [f"## {name}", ""]
    if inspect.isclass(what) and issubclass(what, enum.Enum):
        lines += [words(what), "", "| name | value |", "| --- | --- |"]
        lines += [f"| `{one.name}` | {one.value} |" for one in what]
    elif inspect.isclass(what):
        bases = ", ".join(f"`{base.__name__}`" for base in what.__bases__ if base is not object)
        lines += [f"`class {signature(name, what)}`" + (f", a {bases}" if bases else ""), "", words(what), ""]
        if dataclasses.is_dataclass(what):
            lines += ["| field | type |", "| --- | --- |"]
            lines += [f"| `{one.name}` | `{str(one.type).replace('|', chr(92) + '|')}` |" for one in dataclasses.fields(what)] + [""]
        lines += members(what)
    elif callable(what):
        lines += [f"`{signature(name, what)}`", "", words(what)]
    else:
        lines += [f"`{name}`: `{what!r}`"]
    return [*lines, ""]


def main() -> int:
    """Command line."""
    package = importlib.import_module("kamupin")
    inner = sorted(one.name for one in pkgutil.iter_modules(package.__path__) if not one.name.startswith("_") and one.name != "native")
    for name in ("kamupin", *(f"kamupin.{one}" for one in inner)):
        module = importlib.import_module(name)
        public = getattr(module, "__all__", None) or [one for one in vars(module) if not one.startswith("_")]
        lines = [f"# {name}", "", (module.__doc__ or "").strip(), ""]  # as it stands: its example is further in
        for one in sorted(public, key=str.lower):
            what = getattr(module, one)
            if not inspect.ismodule(what):
                lines += described(one, what)
        (Path(sys.argv[1]) / f"{name}.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
