# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Refusals: an exception with a name of the profile, and how it becomes a problem document (RFC 9457). Names, HTTP
# status and titles come from the OpenAPI document. Details never hold what was sent.
"""Problem documents."""
from __future__ import annotations

import json
from typing import Any

from .contract import Contract


class Problem(Exception):
    """Raise it anywhere in a request. What the request had done so far is undone, unless `kept`.

    name: of the profile, "factor-wrong"; fields: wrong members of a document; members: tries_left, resend_after, retry_after; kept: the refusal had an
    effect of its own, which is committed, and a repetition gets this same answer.
    """

    def __init__(self, name: str, detail: str = "", kept: bool = False, headers: dict[str, str] | None = None,
                 fields: list[str] | None = None, **members: int) -> None:
        super().__init__(name)
        self.name = name
        self.detail = detail
        self.kept = kept
        self.members = members
        self.fields = fields
        self.headers = dict(headers or {})
        for member in ("retry_after", "resend_after"):
            if member in members:
                self.headers["Retry-After"] = str(members[member])

    def document(self, contract: Contract, language: str) -> tuple[int, bytes]:
        """HTTP status and body."""
        kind = contract.problems[self.name]
        body: dict[str, Any] = {"type": f"urn:kamupin:problem:{self.name}", "title": kind[language],
                                "status": kind["status"]}
        if self.detail:
            body["detail"] = self.detail
        body.update(self.members)
        if self.fields:
            body["fields"] = self.fields
        return kind["status"], encode(body)


def encode(value: dict[str, Any]) -> bytes:
    """JSON as the service writes it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
