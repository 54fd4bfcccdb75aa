# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# stubs.py: the types of the native module (kamupin/native.pyi) from the public headers and the interface files, by the
# rules of bindings/swig/typemaps.i. Used by generate.py; tests/bindings/test_python_smoke.py holds what comes out
# against the module itself.
"""Types of the native module."""
from __future__ import annotations

import keyword
import re
from collections.abc import Iterator
from pathlib import Path

from headers import Headers, Unreadable

NUMBERS = {"int", "long", "long long", "int64_t", "size_t", "unsigned int", "unsigned long"}
# As kamupin.i leaves them out; others stand for them.
LEFT_OUT = {"unblock", "resume", "password_captcha", "card_cms", "reader_backend_pcsc"}
NO_RECORDS = {"reader_backend", "prompts"}
# What a function and its `user` are: an object of this class.
SINKS = {"kamupin_document_fn": "BytesSink", "kamupin_session_keep_fn": "BytesSink", "kamupin_issued_pin_fn": "DigitsSink",
         "kamupin_order_code_fn": "DigitsSink", "kamupin_profile_finding_fn": "ProfileSink", "kamupin_watch_fn": "WatchSink"}
HEAD = '''# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Made from the public headers and bindings/swig by bindings/python/stubs.py. The native module is this package's own
# affair: handles are addresses that nobody owns, results come in a list of one, a status is a number.
from typing import Any, Optional, Union

_Bytes = Union[bytes, bytearray, memoryview]
'''

Parameter = tuple[str, str]


class Types:
    """What C's types are in Python."""

    def __init__(self, headers: Headers, classes: set[str]) -> None:
        self.headers, self.classes = headers, classes
        self.handles: set[str] = set()

    def of(self, text: str) -> str:
        """A type of a parameter, a member or a result."""
        plain = text.replace("const ", "").strip()
        base, star = (plain[:-1].strip(), True) if plain.endswith("*") else (plain, False)
        name = base.removeprefix("kamupin_")
        if plain == "void":
            return "None"
        if plain == "bool":
            return "bool"
        if plain in NUMBERS or (not star and name in self.headers.enums):
            return "int"
        if plain == "char *":
            return "Optional[str]"
        if base in self.classes:
            return f"Optional[{base}]"
        if name in self.headers.records:  # by a second name: a member may be called as its type is
            return f"Optional[_{name}]" if star else f"_{name}"
        if star and base.startswith("kamupin_"):
            self.handles.add(base)
            return f"Optional[{base}]"
        raise Unreadable(f"no type: {text}")


def arguments(types: Types, parameters: list[Parameter], received: bool = False) -> Iterator[Parameter]:
    """Python's parameters: name and type. received: of a method that the library calls."""
    at = 0
    while at < len(parameters):
        of, name = parameters[at]
        following = parameters[at + 1][0] if at + 1 < len(parameters) else ""
        at += 1
        if of == "const unsigned char **":
            at += 1
            yield name, "list[bytes]"
        elif name in ("bytes", "json") and of in ("const unsigned char *", "const char *"):
            at += 1
            yield name, "bytearray" if received else "_Bytes"
        elif of == "char *" and name in ("text", "room") and following == "size_t":
            at += 1
        elif of == "char *" and following == "size_t":
            at += 1
            yield name, "list[str]"
        elif of in SINKS:
            at += 1
            yield name, f"Optional[{SINKS[of]}]"
        elif of.endswith("**"):
            yield name, "list[Any]"
        elif of.endswith("*") and of[:-1].strip() in NUMBERS:
            yield name, "list[int]"
        elif received and of == "const char *":
            yield name, "str"
        else:
            yield name, types.of(of)


def split(text: str) -> list[Parameter]:
    """The parameters of a declaration."""
    found = []
    for one in " ".join(text.split()).split(","):
        match = re.fullmatch(r"\s*(.*?[\s*])(\w+)\s*", one)
        if match is not None and one.strip() != "void":
            found.append((match[1].strip(), match[2]))
    return found


def result(types: Types, of: str, comment: str) -> str:
    """A result's type. A text may be missing where the comment says so."""
    made = types.of(of)
    if made == "Optional[str]" and "NULL" not in comment.partition("@return")[2] and "NULL past" not in comment:
        return "str"
    return made


def definition(types: Types, name: str, of: str, parameters: list[Parameter], comment: str = "", indent: str = "",
               received: bool = False) -> str:
    """A function or a method."""
    said = [f"{name_}_: {type_}" if keyword.iskeyword(name_) else f"{name_}: {type_}"
            for name_, type_ in arguments(types, parameters, received)]
    if indent:
        said.insert(0, "self")
    if said and said != ["self"]:
        said.append("/")
    return f"{indent}def {name}({', '.join(said)}) -> {result(types, of, comment)}: ..."


def without_comments(text: str) -> str:
    return re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.S)


def classes_of(text: str) -> dict[str, list[tuple[str, str, list[Parameter], bool]]]:
    """The classes of a header of the interface: name to methods (name, result, parameters, virtual)."""
    text = re.sub(r"#ifndef SWIG\n.*?#endif", "", without_comments(text), flags=re.S)
    made: dict[str, list[tuple[str, str, list[Parameter], bool]]] = {}
    for name, body in re.findall(r"^class (\w+)\n\{\n(.*?)^\};", text, re.S | re.M):
        methods = made.setdefault(name, [])
        for virtual, of, method, parameters in re.findall(
                r"^ {4}(virtual )?((?:const )?\w+(?: long)?[ *]+)(\w+)\(([^()]*)\)(?: const)?(?: = 0;|;|\s+\{)", body.split("private:")[0],
                re.M):
            methods.append((method, of.strip(), split(parameters), bool(virtual)))
        constructor = re.search(rf"^ {{4}}explicit {name}\(([^()]*)\)", body, re.M)
        if constructor is not None:
            methods.append(("__init__", "void", split(constructor[1]), False))
    return made


def members(types: Types, name: str, ignored: set[str]) -> Iterator[str]:
    """The members of a record."""
    for one in types.headers.records[name].members:
        if one.name == "size" or re.fullmatch(r"(.*_)?user", one.name) or one.name in ignored:
            continue
        if one.type == "char" and one.dimension:
            yield f"    {one.name}: str"
        elif one.type == "unsigned char" and one.dimension:
            yield f"    {one.name}: bytes"
        elif one.dimension:
            yield f"    {one.name}: Any"
        else:
            yield f"    {one.name}: {types.of(one.type)}"


def interface(text: str) -> tuple[dict[str, set[str]], dict[str, list[str]], list[tuple[str, str, str]]]:
    """Of kamupin.i: ignored members, methods that records have, and functions of its own, as declarations."""
    text = re.sub(r"#if defined\(SWIGJAVA\)\n((?!#endif).)*?(?:#else\n(.*?))?#endif", r"\2", without_comments(text), flags=re.S)
    ignored: dict[str, set[str]] = {}
    for record, member in re.findall(r"%ignore kamupin_(\w+)::(\w+);", text):
        ignored.setdefault(record, set()).add(member)
    methods: dict[str, list[str]] = {}
    for record, body in re.findall(r"^%extend kamupin_(\w+) \{\n(.*?)^\}", text, re.S | re.M):
        methods.setdefault(record, []).extend(re.findall(r"^    ([^\n]*\w\([^()]+\))\n    \{", body, re.M))
    functions = [(of.strip(), name, parameters) for block in re.findall(r"%inline %\{\n(.*?)%\}", text, re.S)
                 for of, name, parameters in re.findall(r"^static ([^()\n]*?)(\w+)\(([^()]*)\)\n\{", block, re.M)]
    return ignored, methods, functions


def declared(text: str) -> list[tuple[str, str, str]]:
    """The functions of callbacks.hpp."""
    text = re.sub(r"#ifndef SWIG\n.*?#endif", "", without_comments(text), flags=re.S)
    return [(of.strip(), name, parameters) for of, name, parameters in re.findall(r"^(kamupin_status )(kamupin_\w+)\(([^()]*)\);", text, re.M)]


def stub(headers: Headers, folder: Path) -> str:
    """native.pyi. folder: bindings/swig."""
    sources = {name: (folder / name).read_text(encoding="utf-8") for name in ("kamupin.i", "callbacks.hpp", "readers.hpp")}
    classes = {**classes_of(sources["callbacks.hpp"]), **classes_of(sources["readers.hpp"])}
    types = Types(headers, set(classes))
    ignored, methods, functions = interface(sources["kamupin.i"])
    body: list[str] = []
    for name, found in classes.items():
        body += ["", f"class {name}:"]
        if not any(method == "__init__" for method, *_ in found):
            body.append("    def __init__(self) -> None: ...")
        body += [definition(types, method, of, parameters, indent="    ", received=virtual) for method, of, parameters, virtual in found]
    for name in headers.records:
        if name in NO_RECORDS:
            continue
        body += ["", f"class {name}:", "    def __init__(self) -> None: ...", *members(types, name, ignored.get(name, set()))]
        for text in methods.get(name, []):
            of, method, parameters = re.fullmatch(r"(.*?)(\w+)\((.*)\)", text).groups()  # type: ignore[union-attr]
            body.append(definition(types, method, of.strip(), split(parameters), indent="    "))
    body.append("")
    for function in headers.functions.values():
        if function.name not in LEFT_OUT:
            body.append(definition(types, function.name, function.returns, function.parameters, function.comment))
    for of, name, parameters in [*functions, *declared(sources["callbacks.hpp"])]:
        body.append(definition(types, name.removeprefix("kamupin_"), of, split(parameters)))
    numbers = sorted(name.removeprefix("KAMUPIN_") for name in headers.constants)
    handles = [line for name in sorted(types.handles) for line in ("", f"class {name}:", "    def __init__(self, never: None, /) -> None: ...")]
    second = [f"_{name} = {name}" for name in headers.records if name not in NO_RECORDS]
    return HEAD + "\n".join([*handles, *body, "", *second, "", *[f"{name}: int" for name in numbers]]) + "\n"
