# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Başvuru İşlemleri: the person's applications with those that wait for them, the form of one, and how it went. The forms' members and
# rules are the service's (service/applications.py); here is only how each member is asked for.
"""Pages of applications."""
from __future__ import annotations

import datetime
from typing import Any

from aiohttp import web

from ..service import applications, consent
from ..service.problems import Problem
from .frame import language
from .inquiries import lira
from .life import Life, Routes, trail_of
from .order_pages import day
from .sessions import Session

_CHOICES: dict[str, tuple[str | int, ...]] = {"delivery": ("post", "office"), "years": (1, 2, 3)}  # members that are chosen, not typed
_TONES = {"pending-pre-application": "warn", "draft": "warn", "submitted": "good", "paid": "good", "produced": "good", "refused": "bad",
          "expired": "bad"}


def document_of(schema_id: str, sent: dict[str, str]) -> dict[str, Any]:
    """What a form of the page sent, as a document: members that were left empty are not in it."""
    document: dict[str, Any] = {}
    for name in applications.FORMS[schema_id]:
        typed = sent.get(name, "").strip()
        if typed:
            document[name] = next((one for one in _CHOICES.get(name, ()) if str(one) == typed), typed)
    return document


class ApplicationPages(Life):
    """Routes of applications."""

    group = "applications"

    def gets(self) -> Routes:
        """What can be looked at."""
        return {"/products/{product}/individual/apply": self._list, "/applications/{application}": self._show}

    def posts(self) -> Routes:
        """What changes something."""
        return {"/applications/{application}": self._submit}

    @staticmethod
    def _shown(request: web.Request, view: dict[str, Any]) -> dict[str, Any]:
        lang, last = language(request), ""
        if "seconds_left" in view:
            last = day((datetime.date.today() + datetime.timedelta(seconds=view["seconds_left"])).isoformat(), lang)
        return view | {"name": view["title"][lang], "tone": _TONES[view["state"]], "last": last,
                       "amount": lira(view["price"]["kurus"], lang) if "price" in view else "",
                       "on_behalf": view.get("on_behalf_of", {}).get("name", "")}

    async def _list(self, request: web.Request) -> web.Response:
        session, product = self.need(request), self.product(request)
        found = [self._shown(request, view) for view in self.ask(request, session, applications.listed)["applications"]
                 if view["product"] == product]
        return self.frame.page(request, "applications.html", "apply", session=session, trail=trail_of(product), applications=found)

    def _page(self, request: web.Request, session: Session, sent: dict[str, str] | None = None, problem: Problem | None = None) -> web.Response:
        named = request.match_info["application"]
        view = self._shown(request, self.found(request, session, applications.details, named))
        open_, document = view["state"] in applications.OPEN, view["document"]
        values = sent if sent is not None else {name: str(value) for name, value in document.items()}
        fields = [{"name": name, "wanted": wanted, "choices": _CHOICES.get(name, ()), "value": values.get(name, ""),
                   "wrong": bool(problem and name in (problem.fields or []))}
                  for name, (wanted, _) in applications.FORMS[view["schema_id"]].items()]
        lines = [("f-" + name, f"f-{name}-{document[name]}" if name in _CHOICES else "", document[name])
                 for name in applications.FORMS[view["schema_id"]] if name in document]
        above = (f"/products/{view['product']}/individual/apply", "apply")
        missing = open_ and view["needs_consent"] and not consent.is_given(self.service, session.user_id)
        return self.frame.page(
            request, "application.html", "application-name", session=session, trail=trail_of(view["product"], above),
            here=f"/applications/{named}", status=self.status(problem) if problem else 200, view=view, fields=fields, lines=lines, named=named,
            fillable=open_ and not missing, missing=missing, wrong=self.sentence(request, problem) if problem else "",
            done="done" in request.query and view["state"] == "submitted")

    async def _show(self, request: web.Request) -> web.Response:
        return self._page(request, self.need(request))

    async def _submit(self, request: web.Request) -> web.Response:
        session, named = self.need(request), request.match_info["application"]
        sent = await self.frame.form(request, session)
        schema_id = self.found(request, session, applications.details, named)["schema_id"]
        try:
            self.ask(request, session, applications.submit, named, {"schema_id": schema_id, "document": document_of(schema_id, sent)})
        except Problem as problem:
            return self._page(request, session, sent, problem)
        return self.frame.go(request, f"/applications/{named}?done")
