# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
"""Judges requests and answers of the service profile by docs/protocol/openapi.yaml and nothing else (jsonschema)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Mapping
from urllib.parse import parse_qsl

import jsonschema
import yaml

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT: dict[str, Any] = yaml.safe_load((ROOT / "docs" / "protocol" / "openapi.yaml").read_text(encoding="utf-8"))
_RESOLVER = jsonschema.RefResolver("", DOCUMENT)
_PROBLEMS: dict[str, Any] = DOCUMENT["components"]["x-kamupin-problems"]


@dataclass
class Exchange:
    """A request and its answer as they were on the wire; names of headers in lower case. path: below the base address, with its query."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    status: int
    answer_headers: Mapping[str, str]
    answer: bytes

    @property
    def call(self) -> str:
        """The call's operationId; a path that the document does not have fails."""
        return str(_call(self)[0]["operationId"])

    @property
    def is_call(self) -> bool:
        """Whether the document has such a call."""
        return _find(self) is not None

    @property
    def json(self) -> Any:
        """The answer's body."""
        return json.loads(self.answer)

    @property
    def problem(self) -> str:
        """`ok`, or the problem's name."""
        return "ok" if self.status == 200 else str(self.json["type"]).removeprefix("urn:kamupin:problem:")


def _resolve(node: dict[str, Any]) -> dict[str, Any]:
    """What a reference stands for."""
    while "$ref" in node:
        node = _RESOLVER.resolve(node["$ref"])[1]
    return node


Call = tuple[dict[str, Any], list[dict[str, Any]], dict[str, str]]


def _find(exchange: Exchange) -> Call | None:
    """The call of the document, its parameters, and those in the path."""
    for template, item in DOCUMENT["paths"].items():
        match = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/?]+)", template), exchange.path.partition("?")[0])
        if match and exchange.method.lower() in item:
            call = item[exchange.method.lower()]
            return call, [_resolve(one) for one in item.get("parameters", []) + call.get("parameters", [])], match.groupdict()
    return None


def _call(exchange: Exchange) -> Call:
    call = _find(exchange)
    assert call is not None, f"{exchange.method} {exchange.path} is no call of the document"
    return call


def _fits(value: Any, schema: dict[str, Any], what: str) -> None:
    """The value has that schema, or the test fails without showing the value."""
    errors = list(jsonschema.Draft202012Validator(schema, resolver=_RESOLVER).iter_errors(value))
    assert not errors, [f"{what}: {list(one.absolute_path)} breaks {one.validator}" for one in errors]


def _header(value: str, schema: dict[str, Any], what: str) -> None:
    whole = _resolve(schema).get("type") == "integer"
    _fits(int(value) if whole and value.isdigit() else value, schema, what)


def _known(value: Any, schema: dict[str, Any], what: str) -> None:
    """No member that the document does not name: receivers pass them over, but nobody has a reason to send them."""
    schema = _resolve(schema)
    if isinstance(value, list):
        for one in value:
            _known(one, schema["items"], what)
    if isinstance(value, dict) and schema.get("additionalProperties") is not True:
        assert set(value) <= set(schema.get("properties", {})), f"{what}: members {sorted(set(value) - set(schema.get('properties', {})))}"
        for name, one in value.items():
            _known(one, schema["properties"][name], f"{what}.{name}")


def _content(raw: bytes, kind: str, content: dict[str, Any], what: str) -> None:
    """A body of that content type."""
    assert len(raw) <= 65536, what
    media = kind.split(";")[0].strip()
    assert media in content, f"{what}: {kind}"
    value = json.loads(raw.decode("utf-8"))
    _fits(value, content[media]["schema"], what)
    _known(value, content[media]["schema"], what)


def request_holds(exchange: Exchange) -> None:
    """The request is one of the document's: path, headers, authorization, body."""
    call, parameters, in_path = _call(exchange)
    what = f"request {call['operationId']}"
    query = dict(parse_qsl(exchange.path.partition("?")[2], keep_blank_values=True, strict_parsing="?" in exchange.path))
    assert set(query) <= {one["name"] for one in parameters if one["in"] == "query"}, f"{what}: a query that the call does not name"
    for one in parameters:
        places: dict[str, Mapping[str, str]] = {"path": in_path, "query": query, "header": exchange.headers}
        value = places[one["in"]].get(one["name"].lower())
        if value is None and not one["required"]:
            continue
        assert value is not None, f"{what}: {one['name']} is missing"
        _header(value, one["schema"], f"{what}: {one['name']}")
    schemes = [name for way in call["security"] for name in way]
    scheme, _, secret = exchange.headers.get("authorization", "").partition(" ")
    wanted = "DPoP" if {"token", "session"} & set(schemes) else "KamuPIN-Ticket" if "ticket" in schemes else ""
    assert scheme == wanted, what
    assert ("dpop" in exchange.headers) == ("dpop" in schemes), what
    if wanted:
        made_here = {"token", "ticket"} & set(schemes)  # a session's token may be an authorization server's (RFC 9110's token68)
        _fits(secret, {"$ref": "#/components/schemas/Opaque"} if made_here else {"pattern": r"^[A-Za-z0-9._~+/-]+=*$"}, f"{what}: authorization")
    if "requestBody" in call:
        _content(exchange.body, exchange.headers.get("content-type", ""), _resolve(call["requestBody"])["content"], what)
    else:
        assert not exchange.body, what


def sent_holds(request: bytes, base: str = "/v1") -> None:
    """The same of a request as it was on the wire, to a server that only plays a service of the profile below `base`."""
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode("ascii").split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines if ": " in line)}
    assert path.startswith(base + "/"), path
    request_holds(Exchange(method, path.removeprefix(base), headers, body, 0, {}, b""))


def answer_holds(exchange: Exchange) -> None:
    """The answer is one of the document's for that call: status, headers, body, and a problem that this call can have."""
    call, _, _ = _call(exchange)
    what = f"answer to {call['operationId']}"
    status = str(exchange.status)
    answers = call["responses"]
    answer = _resolve(answers[status] if status in answers else answers[f"{status[0]}XX"])
    for name, header in answer.get("headers", {}).items():
        value = exchange.answer_headers.get(name.lower())
        assert value is not None or not _resolve(header).get("required"), f"{what}: {name} is missing"
        if value is not None:
            _header(value, _resolve(header)["schema"], f"{what}: {name}")
    _content(exchange.answer, exchange.answer_headers.get("content-type", ""), answer["content"], what)
    if exchange.status == 200:
        return
    problem, body = _PROBLEMS[exchange.problem], exchange.json
    assert exchange.problem in call["x-kamupin-problems"] + DOCUMENT["x-kamupin-problems-everywhere"], f"{what}: {exchange.problem}"
    assert body["status"] == exchange.status == problem["status"] and body["title"] in (problem["tr"], problem["en"]), what
    assert set(problem.get("with", [])) <= set(body), what
    for demanded, header in ((401, "www-authenticate"), (426, "upgrade"), (429, "retry-after"), (503, "retry-after")):
        assert exchange.status != demanded or header in exchange.answer_headers, f"{what}: {header} is missing"
