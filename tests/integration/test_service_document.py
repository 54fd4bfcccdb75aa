# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# docs/protocol as a document: openapi.yaml is sound and its examples are what it says; README.md's table of problems
# and the library's own table (lib/service/problem.c) say the same. Reads files only.
"""The document itself."""
from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from service_client import CALLS, OPENAPI, RESOLVER, ROOT

PROBLEMS: dict[str, dict[str, Any]] = OPENAPI["components"]["x-kamupin-problems"]


def walk(value: Any) -> Iterator[dict[str, Any]]:
    """All objects in the document."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from walk(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from walk(inner)


def test_every_reference_leads_somewhere_and_every_schema_is_one() -> None:
    references = [item["$ref"] for item in walk(OPENAPI) if "$ref" in item]
    assert references and all(RESOLVER.resolve(one)[1] for one in references)
    for schema in OPENAPI["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    used = {one.rpartition("/")[2] for one in references}
    assert set(OPENAPI["components"]["schemas"]) <= used


def test_every_example_is_what_its_schema_says() -> None:
    contents = [media for item in walk(OPENAPI) for kind, media in item.items() if kind in ("application/json", "application/problem+json")]
    assert len(contents) >= 17
    for media in contents:
        Draft202012Validator(media["schema"], resolver=RESOLVER).validate(media["example"])
    for parameter in OPENAPI["components"]["parameters"].values():
        if "example" in parameter:
            Draft202012Validator(parameter["schema"], resolver=RESOLVER).validate(parameter["example"])


@pytest.mark.parametrize("schema,good,bad", [
    ("CardId", ["serial:0102030405060708090A0B0C", "certs:" + "0f" * 32], ["serial:0a", "serial:010", "certs:" + "0F" * 32, "x:00"]),
    ("OperationId", ["op-12345678"], ["short", "a" * 64, "op/12345678"]),
    ("Row", ["akis-1", "akis-2"], ["AKIS-2", "", "-akis"]),
    ("Moment", ["2026-01-26T00:00:00Z", "2026-01-26T03:00:00.123456+03:00"], ["2026-01-26T00:00:00.1234567Z", "2026-01-26T00:00Z"])])
def test_names_are_bounded(schema: str, good: list[str], bad: list[str]) -> None:
    checker = Draft202012Validator(OPENAPI["components"]["schemas"][schema])
    assert all(checker.is_valid(one) for one in good)
    assert not any(checker.is_valid(one) for one in bad)


def test_every_call_lists_known_problems_and_every_problem_is_listed() -> None:
    listed = set(OPENAPI["x-kamupin-problems-everywhere"]).union(*(item["x-kamupin-problems"] for _, _, item in CALLS.values()))
    assert listed == set(PROBLEMS)
    for kind in PROBLEMS.values():
        assert 400 <= kind["status"] <= 599 and kind["tr"].endswith(".") and kind["en"].endswith(".")


def status_by_readme(name: str) -> str:
    """The rule of README.md and its exceptions, read from its table."""
    text = (ROOT / "docs" / "protocol" / "README.md").read_text(encoding="utf-8")
    table = text.split("## From problem to library status")[1].split("\n## ")[0]
    for row in re.findall(r"^\| (`.*?) \| (.*) \|$", table, re.M):
        names, statuses = re.findall(r"`([a-z0-9-]+)`", row[0]), re.findall(r"`([^`]+)`", row[1])
        if name in names:
            full = statuses[0].removeprefix("KAMUPIN_E_")
            if len(statuses) == 1:
                return full
            head = full.rpartition("_")[0]
            return statuses[names.index(name)].replace("KAMUPIN_E_", "").replace("…", head)
    return name.upper().replace("-", "_")


def test_readme_and_library_agree_on_every_problem() -> None:
    source = (ROOT / "lib" / "service" / "problem.c").read_text(encoding="utf-8")
    library = dict(re.findall(r'\{"([a-z-]+)",\s*KAMUPIN_E_([A-Z_]+)\}', source))
    assert library == {name: status_by_readme(name) for name in PROBLEMS}
