# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What needs no login: debt, seal authority, shipment, as small forms over the profile's own calls. Numbers travel in the form's
# body, never in an address.
"""Inquiry pages."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from ..numbers import fault, typed
from ..service import inquiries
from ..service.problems import Problem
from ..service.state import Request
from .frame import Frame, Refused, language
from .order_pages import day
from .texts import words

_HOME = ("/", "landing")

Routes = dict[str, Callable[[web.Request], Any]]


@dataclass(frozen=True)
class Inquiry:
    """One of the forms. member: of the profile's request; kinds: the types that its number may be of, with their labels."""

    title: str
    call: Callable[[Request], dict[str, Any]]
    member: str
    field: str
    samples: str
    question: str = ""
    kinds: tuple[tuple[str, str], ...] = ()


INQUIRIES = {
    "debt": Inquiry("debt", inquiries.debt, "payer", "number", "4540536920 (VKN), 10000000146 (T.C.), U12345678 (pasaport / passport)",
                    "payer", (("tckn", "payer-tckn"), ("passport", "payer-passport"), ("vkn", "payer-vkn"))),
    "seal-authority": Inquiry("seal", inquiries.seal_authority, "organisation", "number", "12345678 (DETSİS), 4540536920 (VKN)",
                              "organisation", (("vkn", "org-vkn"), ("detsis", "org-detsis"))),
    "shipment": Inquiry("shipment", inquiries.shipment, "tracking", "tracking", "KSM2026000001, KSM2026000003")}


def lira(kurus: int, lang: str) -> str:
    """An amount of money as people write it."""
    whole = f"{kurus // 100:,}"
    return f"{whole.replace(',', '.')},{kurus % 100:02} TL" if lang == "tr" else f"TRY {whole}.{kurus % 100:02}"


class Inquiries:
    """Routes of the inquiries."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._service = frame.service

    def gets(self) -> Routes:
        """The forms."""
        return {f"/inquiries/{name}": self._form(name) for name in INQUIRIES}

    def posts(self) -> Routes:
        """The answers."""
        return {f"/inquiries/{name}": self._answer(name) for name in INQUIRIES}

    def _page(self, request: web.Request, name: str, status: int = 200, **more: Any) -> web.Response:
        one = INQUIRIES[name]
        values: dict[str, Any] = {"sent": {}, "wrong": "", "lines": (), "debts": ()} | more
        return self._frame.page(request, "inquiry.html", one.title, status=status, trail=(_HOME,), name=name, question=one.question,
                                kinds=one.kinds, field=one.field, samples=one.samples, **values)

    def _form(self, name: str) -> Callable[[web.Request], Any]:
        async def show(request: web.Request) -> web.Response:
            return self._page(request, name)
        return show

    def _answer(self, name: str) -> Callable[[web.Request], Any]:
        async def answer(request: web.Request) -> web.Response:
            one, sent, say = INQUIRIES[name], await self._frame.form(request), words(language(request))
            kind, number = sent.get("type", "") if one.kinds else one.member, typed(sent.get("number", ""))
            if one.kinds and kind not in dict(one.kinds):
                raise Refused("wrong-request", f"/inquiries/{name}")
            if wrong := fault(kind, number):
                return self._page(request, name, 400, sent=sent, wrong=say(f"wrong-{kind}-{wrong}"))
            try:
                found = self._ask(request, one, {one.member: {"type": kind, "number": number} if one.kinds else number})
            except Problem as problem:
                if problem.name == "inquiry-unknown":
                    return self._page(request, name, 404, sent=sent, wrong=say("inquiry-unknown"))
                response = self._page(request, name, 429, sent=sent, wrong=say("too-often", seconds=problem.members["retry_after"]))
                response.headers.update(problem.headers)
                return response
            lang, sent = language(request), sent | {"number": number}
            debts = [debt | {"amount": lira(debt["kurus"], lang)} for debt in found.get("debts", ())]
            return self._page(request, name, sent=sent, lines=self._lines(say, lang, found), debts=debts)
        return answer

    def _ask(self, request: web.Request, one: Inquiry, body: dict[str, Any]) -> dict[str, Any]:
        """The profile's own call, in a transaction of its own; what a refusal has counted is kept. Raises inquiry-unknown, rate-limited."""
        with self._service.store.transaction() as now:
            try:
                return one.call(Request(self._service, now, body, request.remote or ""))
            except Problem as problem:
                refused = problem
        raise refused

    @staticmethod
    def _lines(say: Callable[..., str], lang: str, found: dict[str, Any]) -> list[str]:
        """The answer in sentences."""
        if "debts" in found:
            return [say("debts-count", count=len(found["debts"]))] if found["debts"] else [say("no-debt")]
        if "authorised" in found:
            return [say("seal-yes" if found["authorised"] else "seal-no", name=found["name"])]
        lines = [say("shipment-" + found["state"])]
        lines += [say("carrier", carrier=found["carrier"])] if "carrier" in found else []
        return lines + ([say("day", day=day(found["day"], lang))] if "day" in found else [])
