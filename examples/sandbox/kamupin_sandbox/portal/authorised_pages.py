# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Yetkili İşlemleri: the lists of applications that an organisation's authorised person checks and signs. The rules are the profile's own
# (service/authorised.py); the PIN never comes near the page.
"""Pages of authorised persons."""
from __future__ import annotations

import base64
from typing import Any

from aiohttp import web

from ..service import authorised
from ..service.problems import Problem
from .consent_pages import as_sent
from .frame import Refused, language
from .life import HOME, MENU, Life, Routes
from .order_pages import when
from .sessions import Session

_TONES = {"waiting": "warn", "signed": "good", "withdrawn": "bad"}


class AuthorisedPages(Life):
    """Routes of lists."""

    group = "authorised"

    def gets(self) -> Routes:
        """What can be looked at."""
        return {"/products/{product}/official": self._lists, "/lists/{list}": self._show, "/lists/{list}/content": self._content}

    def posts(self) -> Routes:
        """What changes something."""
        return {"/lists/{list}": self._sign}

    @staticmethod
    def _shown(request: web.Request, view: dict[str, Any]) -> dict[str, Any]:
        lang = language(request)
        return view | {"name": view["title"][lang], "tone": _TONES[view["state"]], "made": when(view["made_at"], lang),
                       "signed": when(view["signed_at"], lang) if "signed_at" in view else "", "on_behalf": view["on_behalf_of"]["name"]}

    async def _lists(self, request: web.Request) -> web.Response:
        session, product = self.need(request), self.product(request)
        try:
            lists, refused = self.ask(request, session, authorised.listed)["lists"], False
        except Problem:
            lists, refused = [], True
        return self.frame.page(request, "lists.html", "official", status=403 if refused else 200, session=session, refused=refused,
                               trail=(HOME, MENU, (f"/products/{product}", product + "-menu")),
                               lists=[self._shown(request, one) for one in lists])

    def _page(self, request: web.Request, session: Session, problem: Problem | None = None) -> web.Response:
        named = request.match_info["list"]
        view = self._shown(request, self.found(request, session, authorised.details, named))
        product = view["rows"][0]["product"] if view["rows"] else "nes"
        return self.frame.page(
            request, "list.html", "list-name", session=session, here=f"/lists/{named}", status=self.status(problem) if problem else 200,
            trail=(HOME, MENU, (f"/products/{product}", product + "-menu"), (f"/products/{product}/official", "official")), view=view, named=named,
            file=f"{named}.json", wrong=self.sentence(request, problem) if problem else "",
            done="done" in request.query and view["state"] == "signed")

    async def _show(self, request: web.Request) -> web.Response:
        return self._page(request, self.need(request))

    async def _content(self, request: web.Request) -> web.Response:
        """The very bytes that are to be signed."""
        view = self.found(request, self.need(request), authorised.details, request.match_info["list"])
        content = base64.urlsafe_b64decode(view["content"] + "==")
        return self.frame.file(request, f"{view['list_id']}.json", content.decode())

    async def _sign(self, request: web.Request) -> web.Response:
        session, named = self.need(request), request.match_info["list"]
        (signature,) = await self.frame.files(request, "signature", session=session)
        try:
            self.ask(request, session, authorised.sign, named, {"signature": as_sent(signature)})
        except Problem as problem:
            if problem.name in ("list-unknown", "role-refused"):
                raise Refused("not-found", "/products") from None
            return self._page(request, session, problem)
        return self.frame.go(request, f"/lists/{named}?done")
