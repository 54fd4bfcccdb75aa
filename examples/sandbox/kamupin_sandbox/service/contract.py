# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# docs/protocol/openapi.yaml, loaded: the one source of what a request, an answer and a problem look like. Reads that
# file once; pure afterwards.
"""The OpenAPI document as a checker."""
from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, RefResolver
from jsonschema.exceptions import best_match

_PACKAGE = Path(__file__).resolve().parents[1]
# Beside the package where it is installed, else where the tree has it.
DOCUMENT = next(path for path in (_PACKAGE.parent / "openapi.yaml", _PACKAGE.parents[2] / "docs" / "protocol" / "openapi.yaml")
                if path.exists())


class Refused(Exception):
    """A body or header that the document does not allow. The text says where, never what was sent."""

    def __init__(self, where: str, rule: str) -> None:
        super().__init__(f"{where or 'body'} breaks the rule '{rule}'")
        self.where = where
        self.rule = rule


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a member occurs twice")
    return dict(pairs)


def _no_constant(_: str) -> None:
    raise ValueError("not a JSON number")


def parse_json(raw: bytes) -> Any:
    """Strict JSON: UTF-8, no member twice, no NaN, no lone surrogates, no bottomless nesting."""
    try:
        value = json.loads(raw.decode("utf-8"), object_pairs_hook=_no_twins, parse_constant=_no_constant)
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8")  # 1e999 is read as infinity
        return value
    except (ValueError, RecursionError):
        raise Refused("body", "JSON in UTF-8") from None


def _anchor(value: Any) -> None:
    """JSON Schema's "$" is the end of the text; Python's also stands before a last newline. Says what is meant."""
    if isinstance(value, dict):
        if isinstance(value.get("pattern"), str):
            value["pattern"] = re.sub(r"\$(?=\)*$)", r"\\Z", value["pattern"])
        for inner in value.values():
            _anchor(inner)
    elif isinstance(value, list):
        for inner in value:
            _anchor(inner)


class Call:
    """One operation of the document."""

    def __init__(self, name: str, method: str, path: str, item: Mapping[str, Any], contract: "Contract") -> None:
        self.name = name
        self.method = method
        self.path = path
        self.problems = frozenset(item["x-kamupin-problems"]) | contract.everywhere
        self.schemes = frozenset(scheme for option in item["security"] for scheme in option)
        parameters = [contract.resolve(one) for one in item.get("parameters", [])]
        self.headers = {one["name"]: re.compile(one["schema"]["pattern"]) for one in parameters
                        if one["in"] == "header" and "pattern" in one["schema"]}
        self._query = {one["name"]: contract.checker(one["schema"]) for one in parameters if one["in"] == "query"}
        body = contract.resolve(item["requestBody"]) if "requestBody" in item else None
        self._body = contract.checker(body["content"]["application/json"]["schema"]) if body else None
        answer = contract.resolve(item["responses"]["200"])
        self._answer = contract.checker(answer["content"]["application/json"]["schema"])
        self._problem = contract.checker({"$ref": "#/components/schemas/Problem"})

    @property
    def has_body(self) -> bool:
        """Whether the call takes a body."""
        return self._body is not None

    def check_body(self, raw: bytes) -> dict[str, Any]:
        """The decoded body of a request. Refused when it is not what the document says."""
        assert self._body is not None
        return _checked(self._body, parse_json(raw))

    def check_query(self, given: Sequence[tuple[str, str]]) -> dict[str, str]:
        """The parameters of a query that this call names; others are passed over. Refused when one is not what the document says."""
        found: dict[str, str] = {}
        for name, value in given:
            if name not in self._query:
                continue
            if name in found or not self._query[name].is_valid(value):
                raise Refused(name, "parameter")
            found[name] = value
        return found

    def check_answer(self, status: int, raw: bytes) -> None:
        """Refused when an answer is not what the document says: shape, status, or a problem not listed here."""
        value = parse_json(raw)
        if status == 200:
            _checked(self._answer, value)
            return
        _checked(self._problem, value)
        if value["type"].rpartition(":")[2] not in self.problems or value["status"] != status:
            raise Refused("type", "x-kamupin-problems")


def _checked(checker: Draft202012Validator, value: Any) -> dict[str, Any]:
    error = best_match(checker.iter_errors(value))
    if error is not None:
        raise Refused("/".join(str(part) for part in error.absolute_path), str(error.validator))
    assert isinstance(value, dict)
    return value


class Contract:
    """The whole document: its calls by name, its problems by name."""

    def __init__(self, path: Path = DOCUMENT) -> None:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's is ten times as fast
        self.document: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
        _anchor(self.document)
        self._resolver = RefResolver("", self.document)
        self.everywhere = frozenset(self.document["x-kamupin-problems-everywhere"])
        self.problems: dict[str, dict[str, Any]] = self.document["components"]["x-kamupin-problems"]
        self.calls: dict[str, Call] = {}
        for route, methods in self.document["paths"].items():
            for method, item in methods.items():
                if method != "parameters":
                    name = item["operationId"]
                    self.calls[name] = Call(name, method.upper(), route, item, self)

    def resolve(self, item: dict[str, Any]) -> dict[str, Any]:
        """Follows a $ref."""
        return self._resolver.resolve(item["$ref"])[1] if "$ref" in item else item

    def checker(self, schema: dict[str, Any]) -> Draft202012Validator:
        """A checker for a schema of the document."""
        return Draft202012Validator(schema, resolver=self._resolver)

    def enum(self, schema: str) -> list[str]:
        """The values of an enumeration."""
        return list(self.document["components"]["schemas"][schema]["enum"])
