# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# E-Onay İşlemleri: how the consent stands, its text, and the file that a card has signed it into. The PIN never comes near the page; the
# rules are the profile's own (service/consent.py).
"""Pages of the e-consent."""
from __future__ import annotations

import base64
import re
import sqlite3

from aiohttp import web

from ..service import consent
from ..service.clock import left
from ..service.orders import PERSONAL
from ..service.problems import Problem
from .frame import Refused, language
from .life import Life, Routes, trail_of
from .order_pages import when
from .sessions import Session

_ARMOUR = re.compile(rb"\s*-----BEGIN (?:CMS|PKCS7)-----(.+?)-----END (?:CMS|PKCS7)-----\s*", re.DOTALL)
_FILE = "e-onay.txt"


def as_sent(signature: bytes) -> str:
    """A signature file as the profile carries it: DER, or the same in PEM."""
    armour = _ARMOUR.fullmatch(signature)
    if armour:
        try:
            signature = base64.b64decode(b"".join(armour[1].split()), validate=True)
        except ValueError:
            signature = b""
    return base64.urlsafe_b64encode(signature).rstrip(b"=").decode()


class ConsentPages(Life):
    """Routes of the consent."""

    group = "consent"

    def gets(self) -> Routes:
        """What can be looked at."""
        return {"/products/{product}/individual/consent": self._status, "/consents/{consent}": self._show, "/consents/{consent}/text": self._text}

    def posts(self) -> Routes:
        """What changes something."""
        return {"/products/{product}/individual/consent": self._get, "/consents/{consent}": self._submit}

    def _holder(self, request: web.Request) -> Session:
        """A consent is the holder's of a qualified certificate."""
        session = self.need(request)
        if self.product(request) != PERSONAL:
            raise Refused("not-found", "/products")
        return session

    def _page(self, request: web.Request, session: Session, problem: Problem | None = None) -> web.Response:
        stands = self.ask(request, session, consent.status)
        at = when(stands["at"], language(request)) if stands.get("at") else ""
        return self.frame.page(request, "consent.html", "consent", session=session, trail=trail_of(PERSONAL), state=stands["state"], at=at,
                               status=self.status(problem) if problem else 200, wrong=self.sentence(request, problem) if problem else "")

    async def _status(self, request: web.Request) -> web.Response:
        return self._page(request, self._holder(request))

    async def _get(self, request: web.Request) -> web.Response:
        session = self._holder(request)
        await self.frame.form(request, session)
        try:
            given = self.ask(request, session, consent.text)
        except Problem as problem:
            return self._page(request, session, problem)
        return self.frame.go(request, f"/consents/{given['consent_id']}")

    # ---- a text ----

    def _row(self, request: web.Request, session: Session) -> sqlite3.Row:
        row = self.service.store.one("SELECT * FROM consent WHERE consent_id = ? AND user_id = ?", request.match_info["consent"], session.user_id)
        if row is None:
            raise Refused("not-found", f"/products/{PERSONAL}/individual/consent")
        return row

    def _sheet(self, request: web.Request, session: Session, problem: Problem | None = None) -> web.Response:
        row, now = self._row(request, session), self.service.store.clock.now()
        alive = row["state"] == "pending" and now < row["deadline"]
        if not alive and problem is None:
            problem = Problem("consent-expired")
        above = (f"/products/{PERSONAL}/individual/consent", "consent")
        return self.frame.page(
            request, "consent_text.html", "consent-text", session=session, trail=trail_of(PERSONAL, above), script=alive,
            status=self.status(problem) if problem else 200, wrong=self.sentence(request, problem) if problem else "", alive=alive,
            named=row["consent_id"], text=bytes(row["content"]).decode(), seconds_left=left(now, row["deadline"]))

    async def _show(self, request: web.Request) -> web.Response:
        session = self.need(request)
        if self._row(request, session)["state"] == "accepted":
            return self.frame.go(request, f"/products/{PERSONAL}/individual/consent")
        return self._sheet(request, session)

    async def _text(self, request: web.Request) -> web.Response:
        """The very bytes that are to be signed."""
        return self.frame.file(request, _FILE, bytes(self._row(request, self.need(request))["content"]).decode())

    async def _submit(self, request: web.Request) -> web.Response:
        session = self.need(request)
        self._row(request, session)
        (signature,) = await self.frame.files(request, "signature", session=session)
        try:
            self.ask(request, session, consent.submit, request.match_info["consent"], {"signature": as_sent(signature)})
        except Problem as problem:
            return self._sheet(request, session, problem)
        return self.frame.go(request, f"/products/{PERSONAL}/individual/consent")
