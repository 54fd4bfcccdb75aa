# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The part of the control address that is about people: who there is, pictures with their answers, mails, sessions, orders.
"""People, logins and orders at the control address."""
from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from ..registry import CHANGEABLE
from . import orders, passwords, sessions
from .state import Service
from .wishes import Wrong, wish_of

Routes = dict[str, Callable[[web.Request], Awaitable[dict[str, Any]]]]


class People:
    """Routes about people."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def gets(self) -> Routes:
        """What there is to see."""
        return {"/people": self.people, "/captchas": self.captchas, "/mails": self.mails, "/sessions": self.sessions,
                "/orders": self.orders}

    def posts(self) -> Routes:
        """What there is to steer."""
        return {"/people": self.change, "/sessions/end": self.end}

    async def people(self, request: web.Request) -> dict[str, Any]:
        """GET /people: everybody, with what they know and whom they may act for."""
        registry = self._service.registry
        return {"people": [{"user" if name == "user_id" else name: value for name, value in vars(user).items()}
                           | {"organisations": [one.organisation_id for one in registry.organisations(user.user_id)]}
                           for user in registry.users()]}

    async def change(self, request: web.Request) -> dict[str, Any]:
        """POST /people {user, phone, e_mail, security_word, web_password}: phone a mask or "out-of-date"."""
        wish = await wish_of(request, "user", *CHANGEABLE)
        user = wish.pop("user", "")
        if self._service.registry.user(str(user)) is None or not all(isinstance(value, str) and value for value in wish.values()):
            raise Wrong("user, or a value that is no text")
        self._service.registry.change_user(user, **wish)
        return await self.people(request)

    async def captchas(self, request: web.Request) -> dict[str, Any]:
        """GET /captchas: the pictures of the last minutes with their answers, oldest first."""
        return {"captchas": passwords.captchas(self._service)}

    async def mails(self, request: web.Request) -> dict[str, Any]:
        """GET /mails: what was sent, oldest first."""
        return {"mails": passwords.mails(self._service)}

    async def sessions(self, request: web.Request) -> dict[str, Any]:
        """GET /sessions: who is or was logged in, oldest first."""
        store, now = self._service.store, self._service.store.clock.now()
        return {"sessions": [{"session": row["session_id"], "user": row["user_id"], "kind": row["kind"], "assurance": row["assurance"],
                              "state": "ended" if row["ended"] else "expired" if now >= row["ends"] else "open"}
                             for row in store.all("SELECT * FROM session ORDER BY rowid")]}

    async def end(self, request: web.Request) -> dict[str, Any]:
        """POST /sessions/end {session, user}: that session, or all of that user, ends as if they had logged out."""
        wish = await wish_of(request, "session", "user")
        found = self._service.store.all("SELECT session_id FROM session WHERE session_id = ? OR user_id = ?", wish.get("session"),
                                        wish.get("user"))
        if not found:
            raise Wrong("session or user")
        with self._service.store.transaction():
            for row in found:
                sessions.end_session(self._service, row["session_id"])
        return await self.sessions(request)

    async def orders(self, request: web.Request) -> dict[str, Any]:
        """GET /orders: all of them, oldest first, also those that have ended."""
        store, now = self._service.store, self._service.store.clock.now()
        return {"orders": [orders.look(self._service, now, page) | {"user": page["user_id"], "session": page["session"]}
                           for page in store.all("SELECT * FROM page WHERE session IS NOT NULL ORDER BY n")]}
