# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What the pages about certificates, consents, applications and lists have in common: the profile's own calls in the name of the
# browser's session, and their refusals in words. Decides nothing itself.
"""The profile's calls for pages."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web

from ..registry import PRODUCTS
from ..service.problems import Problem
from ..service.state import Request
from .frame import Frame, Refused, language
from .sessions import Session
from .texts import TEXTS, words

HOME, MENU = ("/", "landing"), ("/products", "menu")
_GROUP = 4  # letters of a long number between two spaces

Call = Callable[[Request], dict[str, Any]]
Routes = dict[str, Callable[[web.Request], Any]]
Trail = tuple[tuple[str, str], ...]


def trail_of(product: str, *more: tuple[str, str]) -> Trail:
    """The way to a holder's page of a product."""
    return (HOME, MENU, (f"/products/{product}", product + "-menu"), (f"/products/{product}/individual", "individual"), *more)


def spaced(number: str) -> str:
    """A long number in groups, so that it can be compared and breaks at the line's end."""
    return " ".join(number[at:at + _GROUP] for at in range(0, len(number), _GROUP))


class Life:
    """A family of pages that belongs to one group of the profile's calls."""

    group = ""  # of the service's features

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.service = frame.service

    def need(self, request: web.Request) -> Session:
        """Who asks; the page is not there when the service does not have these calls."""
        session = self.frame.need(request)
        if self.group not in self.service.features():
            raise Refused("not-found", "/products")
        return session

    def product(self, request: web.Request) -> str:
        """The one that the address names."""
        product = request.match_info["product"]
        if product not in PRODUCTS:
            raise Refused("not-found", "/products")
        return product

    def ask(self, request: web.Request, session: Session, call: Call, named: str = "", body: dict[str, Any] | None = None,
            **query: str) -> dict[str, Any]:
        """A call of the profile, in a transaction of its own. Problem; what a refusal has counted is kept, as over HTTP."""
        store, refused, answer = self.service.store, None, {}
        with store.transaction() as now:
            row = store.one("SELECT * FROM session WHERE session_id = ?", session.session_id)
            asked = Request(self.service, now, body or {}, request.remote or "", session=row, named=named, query=query,
                            language=language(request))
            try:
                with store.attempt():
                    try:
                        answer = call(asked)
                    except Problem as problem:
                        if not problem.kept:
                            raise
                        refused = problem
            except Problem as problem:
                refused = problem
        for then in asked.after:
            then()
        if refused is not None:
            raise refused
        return answer

    def found(self, request: web.Request, session: Session, call: Call, named: str, back: str = "/products") -> dict[str, Any]:
        """What a call shows of the one that is named; what is not there, or not this person's, has no page."""
        try:
            return self.ask(request, session, call, named)
        except Problem:
            raise Refused("not-found", back) from None

    def sentence(self, request: web.Request, problem: Problem) -> str:
        """A refusal in words that say what to do next."""
        lang = language(request)
        if (name := "p-" + problem.name) in TEXTS:
            return words(lang)(name, **problem.members)
        return str(self.service.contract.problems[problem.name][lang])

    def status(self, problem: Problem) -> int:
        """Its HTTP status."""
        return int(self.service.contract.problems[problem.name]["status"])
