# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The sandbox's phones and mailboxes: what the service sends to a person, for people who have neither a phone nor an account. They
# need no login; a real service has nothing of the kind.
"""Phone and mailbox pages."""
from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from aiohttp import web

from ..registry import User
from ..service import passwords
from .frame import Frame, Refused

_RELOAD_SECONDS = 5
_HOME = ("/", "landing")
_CODE = re.compile(r"\b(\d{4,12})\b")

Routes = dict[str, Callable[[web.Request], Any]]


def parts(text: str) -> list[dict[str, str]]:
    """A text message in pieces: its codes stand out."""
    return [{"text": piece, "strong": "yes" if n % 2 else "", "address": ""} for n, piece in enumerate(_CODE.split(text)) if piece]


def linked(text: str, link: str) -> list[dict[str, str]]:
    """A mail in pieces: its link can be followed."""
    pieces = [piece for part in text.split(link) for piece in (part, link)][:-1]
    return [{"text": piece, "strong": "", "address": piece if piece == link else ""} for piece in pieces if piece]


class Mailboxes:
    """Routes of phones and mailboxes."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._service = frame.service

    def gets(self) -> Routes:
        """Everything is only looked at."""
        return {"/phone": self._phones, "/phone/{user}": self._phone, "/phone/{user}/state": self._phone_state,
                "/mail": self._mailboxes, "/mail/{user}": self._mailbox, "/mail/{user}/state": self._mailbox_state}

    def posts(self) -> Routes:
        """Nothing."""
        return {}

    async def _phones(self, request: web.Request) -> web.Response:
        people = [{"user_id": one.user_id, "name": one.name, "destination": one.phone} for one in self._service.registry.users()]
        return self._frame.page(request, "people.html", "phone", what="phone", path="phone", people=people, trail=(_HOME,))

    def _user(self, request: web.Request) -> User:
        user = self._service.registry.user(request.match_info["user"])
        if user is None:
            raise Refused("not-found")
        return user

    def _texts(self, user: User) -> list[dict[str, Any]]:
        """The person's text messages, newest first."""
        store = self._service.store
        return [{"destination": row["destination"], "parts": parts(json.loads(store.unseal("sms", row["sealed"]))["text"])}
                for row in store.all("SELECT * FROM sms WHERE user_id = ? ORDER BY n DESC", user.user_id)]

    async def _phone(self, request: web.Request) -> web.Response:
        user = self._user(request)
        return self._frame.page(request, "messages.html", "phone-of", title_values={"name": user.name}, what="sms",
                                messages=self._texts(user), watch=f"/phone/{user.user_id}/state", script=True, refresh=_RELOAD_SECONDS,
                                trail=(_HOME, ("/phone", "phone")))

    async def _phone_state(self, request: web.Request) -> web.Response:
        return self._frame.data(request, {"version": str(len(self._texts(self._user(request))))})

    async def _mailboxes(self, request: web.Request) -> web.Response:
        people = [{"user_id": one.user_id, "name": one.name, "destination": one.e_mail} for one in self._service.registry.users()]
        return self._frame.page(request, "people.html", "mailbox", what="mailbox", path="mail", people=people, trail=(_HOME,))

    def _mails(self, user: User) -> list[dict[str, Any]]:
        """The person's mails, newest first."""
        return [{"destination": mail["destination"], "parts": linked(mail["text"], mail["link"])}
                for mail in reversed(passwords.mails(self._service)) if mail["user"] == user.user_id]

    async def _mailbox(self, request: web.Request) -> web.Response:
        user = self._user(request)
        return self._frame.page(request, "messages.html", "mailbox-of", title_values={"name": user.name}, what="mail",
                                messages=self._mails(user), watch=f"/mail/{user.user_id}/state", script=True, refresh=_RELOAD_SECONDS,
                                trail=(_HOME, ("/mail", "mailbox")))

    async def _mailbox_state(self, request: web.Request) -> web.Response:
        return self._frame.data(request, {"version": str(len(self._mails(self._user(request))))})
