#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# generate.py: writes the enumerations and records of package org.kamupin from the public headers, with
# their comments as Javadoc. Run by the build.
#
#   generate.py INCLUDE_FOLDER OUTPUT_FOLDER      (the folder of the package)
"""Enumerations and records for Java."""
from __future__ import annotations

import html
import re
import sys
import textwrap
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from headers import (FLAGS, NO_ENUMS, Enum, Headers, Member, Record, Unreadable, bits_of, camel, in_order, length_of,  # noqa: E402
                     member_name, read, shown)

# What a program also makes, and gives to a call.
GIVEN = {"identity"}
LANGUAGES = ("TURKISH", "ENGLISH")

HEAD = '''// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// Made from the public headers by bindings/java/generate.py; what is wrong here is wrong there.
package org.kamupin;

'''


def doc(comment: str, indent: str, otherwise: str, returns: str = "") -> list[str]:
    """A Javadoc comment."""
    said = re.sub(r"KAMUPIN_E_(\w+)", r"\1", comment).split("\n")[0].strip() or otherwise
    said = said[:1].upper() + said[1:] + ("" if said[-1] in ".!?…" else ".")
    lines = textwrap.wrap(html.escape(said, quote=False).replace("@", "&#64;").replace("*/", "*&#47;"), 92 - len(indent))
    if returns:
        lines += ["", f"@return {returns}"]
    if len(lines) == 1:
        return [f"{indent}/** {lines[0]} */"]
    return [f"{indent}/**", *[f"{indent} * {line}".rstrip() for line in lines], f"{indent} */"]


def word_of(enum: Enum, headers: Headers) -> str:
    """The function that gives a member's stable word; "" for none."""
    found = [one.name for one in headers.functions.values()
             if one.name.endswith("_name") and [of for of, _ in one.parameters] == [f"kamupin_{enum.name}"]]
    return found[0] if found else ""


def write_enum(enum: Enum, headers: Headers) -> str:
    """An enumeration with its numbers and, where C has one, its stable word."""
    name = camel(enum.name)
    lines = doc(enum.comment, "", f"The values of kamupin_{enum.name} in C.") + [f"public enum {name} {{"]
    members = [one for one in enum.members if not (enum.name in FLAGS and one.value == 0)]
    for number, member in enumerate(members):
        lines += doc(member.comment, "    ", member_name(enum, member).replace("_", " ").lower())
        lines.append(f"    {member_name(enum, member)}({member.value}){',' if number + 1 < len(members) else ';'}")
    lines += ["", "    private final int value;", "", f"    {name}(int value) {{", "        this.value = value;", "    }", "",
              *doc("the number that C has for it", "    ", "", returns="the number"),
              "    public int value() {", "        return value;", "    }", ""]
    if word := word_of(enum, headers):
        said = re.split(r"[:;]|Ownership", headers.functions[word].comment)[0].strip()
        lines += [*doc(said, "    ", "", returns="the word"), "    public String word() {",
                  f"        return org.kamupin.internal.Native.{word}(value);", "    }", ""]
    if enum.name in FLAGS:
        lines += [f"    static java.util.Set<{name}> of(long bits) {{",
                  f"        java.util.EnumSet<{name}> found = java.util.EnumSet.noneOf({name}.class);",
                  f"        for ({name} one : values()) {{", "            if ((bits & one.value) != 0) {",
                  "                found.add(one);", "            }", "        }",
                  "        return java.util.Collections.unmodifiableSet(found);",
                  "    }", "", f"    static long bits(java.util.Set<{name}> set) {{", "        long bits = 0;",
                  f"        for ({name} one : set) {{", "            bits |= one.value;", "        }", "        return bits;", "    }"]
    else:
        lines += ["    /** Null for a number that is none here. */", f"    static {name} of(int value) {{",
                  f"        for ({name} one : values()) {{", "            if (one.value == value) {", "                return one;",
                  "            }", "        }", "        return null;", "    }"]
    return "\n".join([*lines, "}"]) + "\n"


def java_name(name: str) -> str:
    """card_id -> cardId."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def java_type(member: Member, headers: Headers) -> tuple[str, str]:
    """Type, and how it is made of the raw value."""
    of, name = member.type, member.type.removeprefix("kamupin_")
    raw = f"raw.get{camel(member.name)}()"
    if of == "char" and member.dimension:
        return "String", raw
    if of == "unsigned char" and member.dimension:
        return "byte[]", f"java.util.Arrays.copyOf({raw}, (int) raw.get{camel(length_of(member))}())"
    if name == "error":
        return "KamupinException", f"KamupinException.in({raw})"
    if name in headers.enums:
        return camel(name), f"{camel(name)}.of({raw})"
    if name in headers.records and not member.dimension:
        return camel(name), f"new {camel(name)}({raw})"
    if name in headers.records:
        return f"java.util.List<{camel(name)}>", f"{camel(name)}.all(raw)"
    bits = bits_of(member, headers)
    if bits:
        return f"java.util.Set<{camel(bits)}>", f"{camel(bits)}.of({raw})"
    if of == "bool":
        return "boolean", raw
    if of == "int64_t" and member.name != "number" and not member.name.endswith("kurus"):
        return "java.time.Instant", f"Slots.moment({raw})"
    if of == "int":
        return "int", raw
    if of in ("int64_t", "long", "size_t", "unsigned int", "unsigned long"):
        return "long", raw
    raise Unreadable(f"{member.name}: {of}")


def returned(member: Member, of: str) -> str:
    """What Javadoc says that an accessor gives."""
    said = "whether it is so" if of == "boolean" else f"the {member.name.replace('_', ' ')}"
    if of == "KamupinException":
        return f"{said}; null where nothing went wrong"
    return f"{said}, UTC; null for none" if of == "java.time.Instant" else said


def given(record: Record, typed: list[tuple[Member, str, str]]) -> list[str]:
    """How a program makes such a record, and how the library gets it. An enumeration may be null: 0."""
    taken = ", ".join(f"{of} {java_name(member.name)}" for member, of, _ in typed)
    lines = ["", "    /**", f"     * {record.comment.rstrip('.') or camel(record.name)}.", "     *"]
    lines += [f"     * @param {java_name(member.name)} {member.comment or java_name(member.name)}" for member, _, _ in typed]
    lines += ["     */", f"    public {camel(record.name)}({taken}) {{"]
    lines += [f"        this.{java_name(member.name)} = {java_name(member.name)};" for member, _, _ in typed] + ["    }", ""]
    lines += [f"    org.kamupin.internal.{record.name} raw() {{",
              f"        org.kamupin.internal.{record.name} raw = new org.kamupin.internal.{record.name}();"]
    for member, of, _ in typed:
        value = java_name(member.name) if of == "String" else f"{java_name(member.name)} == null ? 0 : {java_name(member.name)}.value()"
        lines.append(f"        raw.set{camel(member.name)}({value});")
    return lines + ["        return raw;", "    }"]


def text_of(record: Record, headers: Headers) -> str:
    """The function that says a record in plain words; "" for none."""
    name = f"{record.name}_text"
    return name if name in headers.functions else ""


def spoken(record: Record, headers: Headers) -> list[str]:
    """What that function says, asked for while the record is there."""
    if not text_of(record, headers):
        return []
    said = headers.functions[text_of(record, headers)].comment.split("\n")[0]
    return ["", *doc(said, "    ", "", "the sentences")[:-2], "     * @param language of the sentences", "     * @return the sentences",
            "     */", "    public String text(Language language) {",
            "        return language == Language.TURKISH ? turkish : english;", "    }"]


def write_record(record: Record, headers: Headers) -> str:
    """A record: read, not written."""
    name = camel(record.name)
    typed = [(member, *java_type(member, headers)) for member in shown(record)]
    lines = doc(record.comment, "", f"What C has as kamupin_{record.name}.") + [f"public final class {name} {{"]
    lines += [f"    private final {of} {java_name(member.name)};" for member, of, _ in typed]
    lines += [f"    private final String {one.lower()};" for one in LANGUAGES if text_of(record, headers)]
    lines += ["", f"    {name}(org.kamupin.internal.{record.name} raw) {{"]
    lines += [f"        {java_name(member.name)} = {made};" for member, _, made in typed]
    if text_of(record, headers):
        lines += [f"        {one.lower()} = org.kamupin.internal.Native.{text_of(record, headers)}(raw, Language.{one}.value());"
                  for one in LANGUAGES]
    lines.append("    }")
    if record.name in GIVEN:
        lines += given(record, typed)
    for member, of, _ in typed:
        copied = ".clone()" if of == "byte[]" else ""
        lines += ["", *doc(member.comment, "    ", member.name.replace("_", " "), returns=returned(member, of)),
                  f"    public {of} {java_name(member.name)}() {{",
                  f"        return {java_name(member.name)}{copied};", "    }"]
    lines += spoken(record, headers)
    lines += ["", "    @Override", "    public String toString() {", f'        return "{name}{{"']
    names = [java_name(member.name) for member, of, _ in typed if of != "byte[]"]
    shown_fields = [f'                + "{name_}=" + {name_}' for name_ in names]
    lines += ["\n                + \", \"\n".join(shown_fields), '                + "}";', "    }"]
    for holder, member in ((one, member) for one in headers.records.values() for member in one.members):
        if not member.dimension or member.type != f"kamupin_{record.name}":
            continue
        lines += ["", f"    static java.util.List<{name}> all(org.kamupin.internal.{holder.name} raw) {{",
                  f"        java.util.List<{name}> found = new java.util.ArrayList<>();",
                  "        for (int i = 0; i < raw.getCount(); i++) {", f"            found.add(new {name}(raw.{member.name}_at(i)));",
                  "        }", "        return java.util.Collections.unmodifiableList(found);", "    }"]
    return "\n".join([*lines, "}"]) + "\n"


def main() -> int:
    """Command line."""
    headers = read(Path(sys.argv[1]) / "kamupin")
    out = Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    for name, enum in headers.enums.items():
        if name not in NO_ENUMS - {"answer"}:  # which prompts give here
            (out / f"{camel(name)}.java").write_text(HEAD + write_enum(enum, headers), encoding="utf-8")
    for record in in_order(headers):
        (out / f"{camel(record.name)}.java").write_text(HEAD + write_record(record, headers), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
