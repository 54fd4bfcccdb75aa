# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The second step of Sertifikamı İptal Et: what is lost and what a new one costs, a second factor, and only then the end. The token of the
# preparation stays in the browser that made it, sealed; the rules are the profile's own (service/revocations.py).
"""Pages of a revocation."""
from __future__ import annotations

import base64
import binascii
import json
import re
import sqlite3
from typing import Any

from aiohttp import web
from cryptography.exceptions import InvalidTag

from ..service import certificates, revocations
from ..service.clock import left
from ..service.problems import Problem
from ..service.state import SMS_DIGITS, price
from .frame import Refused, language
from .inquiries import lira
from .life import Call, Life, Routes, spaced, trail_of
from .sessions import Session, drop_cookie, set_cookie
from .texts import words

_COOKIE = "__Host-kamupin-revocation"
_CODE = re.compile(rf"\d{{{SMS_DIGITS}}}", re.ASCII)


class RevocationPages(Life):
    """Routes of revocations."""

    group = "certificates"

    def gets(self) -> Routes:
        """What can be looked at."""
        return {"/revocations/{revocation}": self._show}

    def posts(self) -> Routes:
        """What changes something."""
        return {"/revocations/{revocation}/factor": self._factor, "/revocations/{revocation}/resend": self._resend,
                "/revocations/{revocation}/confirm": self._confirm, "/revocations/{revocation}/cancel": self._cancel}

    def prepare(self, request: web.Request, session: Session, certificate: str, reason: str) -> web.Response:
        """Tells what will be lost; nothing is revoked. Problem."""
        prepared = self.ask(request, session, revocations.prepare, certificate, {"reason": reason})
        kept = {"revocation": prepared["revocation_id"], "token": prepared["confirmation_token"]}
        response = self.frame.go(request, f"/revocations/{prepared['revocation_id']}")
        set_cookie(response, _COOKIE, base64.urlsafe_b64encode(self.service.store.seal("portal-revocation", json.dumps(kept).encode())).decode())
        return response

    def _token(self, request: web.Request) -> str:
        """The token of this preparation, if this browser made it."""
        try:
            sealed = base64.urlsafe_b64decode(request.cookies.get(_COOKIE, ""))
            kept: dict[str, str] = json.loads(self.service.store.unseal("portal-revocation", sealed))
        except (binascii.Error, InvalidTag, ValueError):
            return ""
        return kept["token"] if kept["revocation"] == request.match_info["revocation"] else ""

    def _row(self, request: web.Request, session: Session) -> sqlite3.Row:
        """The person's preparation, in whatever state."""
        row = self.service.store.one("SELECT * FROM revocation WHERE revocation_id = ? AND user_id = ?", request.match_info["revocation"],
                                     session.user_id)
        if row is None:
            raise Refused("not-found", "/products")
        return row

    def _page(self, request: web.Request, session: Session, problem: Problem | None = None, form: bool = False) -> web.Response:
        """The page as it stands. problem: what an answer met; form: the answer cannot be one."""
        row, now, lang = self._row(request, session), self.service.store.clock.now(), language(request)
        if row["state"] == "confirmed":
            return self.frame.go(request, f"/certificates/{row['certificate_id']}?done=revoke")
        view = self.found(request, session, certificates.details, row["certificate_id"])
        alive = (row["state"] == "prepared" and now < row["deadline"] and not row["exhausted"] and row["session"] == session.session_id
                 and bool(self._token(request)))
        if not alive and problem is None:
            problem = Problem("revocation-expired")
        wrong = words(lang)("wrong-sms-form", digits=SMS_DIGITS) if form else self.sentence(request, problem) if problem else ""
        user = self.service.registry.user(session.user_id)
        return self.frame.page(
            request, "revocation.html", "revocation", status=400 if form else self.status(problem) if problem else 200, session=session,
            trail=trail_of(view["product"], (f"/products/{view['product']}/individual/revoke", "revoke")),
            here=f"/revocations/{row['revocation_id']}", script=alive, view=view, alive=alive, wrong=wrong, named=row["revocation_id"],
            serial=spaced(view["serial"]), reason="r-" + row["reason"], lost=revocations.lost(view["product"])[lang], amount=lira(price(view["product"])["kurus"], lang),
            factors=json.loads(row["terms"])["factors"], begun=row["factor"] or "", phone=user.phone if user else "", digits=SMS_DIGITS,
            seconds_left=left(now, row["deadline"]), sms_left=left(now, row["sms_deadline"] or now))

    async def _show(self, request: web.Request) -> web.Response:
        return self._page(request, self.need(request))

    # ---- its buttons ----

    def _press(self, request: web.Request, session: Session, call: Call, body: dict[str, Any], done: str = "") -> web.Response:
        """A call, and the page that follows it. done: what it has led to when it went well; then this is over."""
        self._row(request, session)  # one of somebody else is not there, whatever was to be done with it
        try:
            self.ask(request, session, call, request.match_info["revocation"], body)
        except Problem as problem:
            return self._page(request, session, problem)
        return self._leave(request, session, done) if done else self.frame.go(request, f"/revocations/{request.match_info['revocation']}")

    async def _factor(self, request: web.Request) -> web.Response:
        session = self.need(request)
        sent = await self.frame.form(request, session)
        return self._press(request, session, revocations.begin, {"type": sent.get("type", "")})

    async def _resend(self, request: web.Request) -> web.Response:
        session = self.need(request)
        await self.frame.form(request, session)
        return self._press(request, session, revocations.resend, {})

    async def _confirm(self, request: web.Request) -> web.Response:
        session = self.need(request)
        sent = await self.frame.form(request, session)
        code = "".join(sent.get("code", "").split())
        if "code" in sent and not _CODE.fullmatch(code):
            return self._page(request, session, form=True)
        answer = {"code": code} if "code" in sent else {"web_password": sent.get("web_password", "")}
        return self._press(request, session, revocations.confirm, {"confirmation_token": self._token(request)} | answer, "revoke")

    async def _cancel(self, request: web.Request) -> web.Response:
        session = self.need(request)
        await self.frame.form(request, session)
        return self._press(request, session, revocations.cancel, {}, "kept")

    def _leave(self, request: web.Request, session: Session, done: str) -> web.Response:
        """It is over; on to the certificate."""
        response = self.frame.go(request, f"/certificates/{self._row(request, session)['certificate_id']}?done={done}")
        drop_cookie(response, _COOKIE)
        return response
