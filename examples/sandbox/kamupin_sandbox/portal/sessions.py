# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The browser's session: a cookie whose value is kept only as a mark, made anew at each login, with an idle and an absolute
# end. It is a session of the service like one behind a token: what was ordered in it hangs on it.
"""Cookie sessions."""
from __future__ import annotations

import secrets
from dataclasses import dataclass

from aiohttp import web

from ..service import sessions
from ..service.clock import left
from ..service.state import Service

COOKIE = "__Host-kamupin"


def set_cookie(response: web.Response, name: str, value: str, seconds: int | None = None) -> None:
    """A cookie for this host alone, which no script reads. seconds: how long it is kept; None: until the browser is closed."""
    response.set_cookie(name, value, max_age=seconds, secure=True, httponly=True, samesite="Lax", path="/")


def drop_cookie(response: web.Response, name: str) -> None:
    """Takes it back; it has to be named as it was set, or the browser keeps it."""
    set_cookie(response, name, "", 0)


@dataclass(frozen=True)
class Session:
    """Somebody who is logged in with this browser."""

    session_id: str
    user_id: str
    name: str
    assurance: str
    cookie: str


class Sessions:
    """All of them."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._store = service.store

    def begin(self, request: web.Request, response: web.Response, user_id: str, assurance: str) -> None:
        """A login succeeded: a new session with a new cookie. One that this browser had before is over; the same person's orders go on
        in the new one, which is where they would look for a way to end them."""
        settings, cookie = self._service.settings, secrets.token_urlsafe(32)
        before = self._store.one("SELECT session.* FROM portal_session JOIN session USING (session_id) WHERE mark = ?",
                                 self._store.mark("portal", request.cookies.get(COOKIE, "")))
        with self._store.transaction() as now:
            session_id = sessions.open_session(self._service, now, user_id, assurance, "portal", settings.portal_idle_seconds)
            self._store.do("INSERT INTO portal_session VALUES (?, ?, ?)", self._store.mark("portal", cookie), session_id,
                           now + settings.portal_seconds)
            if before is not None:
                self._store.do("UPDATE session SET ends = min(ends, ?) WHERE session_id = ?", now, before["session_id"])
                self._store.do("UPDATE page SET session = ? WHERE session = ? AND user_id = ? AND ended IS NULL", session_id,
                               before["session_id"], user_id)
        set_cookie(response, COOKIE, cookie)

    def end(self, session: Session, response: web.Response) -> None:
        """Logs out: what was ordered ends with it."""
        with self._store.transaction():
            sessions.end_session(self._service, session.session_id)
        drop_cookie(response, COOKIE)

    def known(self, request: web.Request) -> bool:
        """Whether the browser has, or had, a session."""
        return COOKIE in request.cookies

    def look(self, request: web.Request) -> Session | None:
        """The session of a request, if it lives; nothing changes."""
        cookie, now = request.cookies.get(COOKIE, ""), self._store.clock.now()
        row = self._store.one("SELECT session.* FROM portal_session JOIN session USING (session_id) WHERE mark = ? AND until > ?",
                              self._store.mark("portal", cookie), now)
        if row is None or not sessions.alive(self._service, now, row["session_id"]):
            return None
        user = self._service.registry.user(row["user_id"])
        return None if user is None else Session(row["session_id"], user.user_id, user.name, row["assurance"], cookie)

    def find(self, request: web.Request, presence: bool) -> Session | None:
        """The same; with presence the idle time begins anew."""
        session = self.look(request)
        if session is not None and presence:
            idle, mark = self._service.settings.portal_idle_seconds, self._store.mark("portal", session.cookie)
            with self._store.transaction() as now:
                self._store.do("UPDATE session SET ends = min(?, (SELECT until FROM portal_session WHERE mark = ?)) WHERE session_id = ?",
                               now + idle, mark, session.session_id)
        return session

    def seconds_left(self, session: Session) -> int:
        """Until the session ends if nothing happens."""
        row = self._store.one("SELECT ends FROM session WHERE session_id = ?", session.session_id)
        return 0 if row is None else left(self._store.clock.now(), row["ends"])

    def form_token(self, session: Session) -> str:
        """What each form of this session carries: nobody without its cookie can know it."""
        return self._store.mark("portal-form", session.cookie)
