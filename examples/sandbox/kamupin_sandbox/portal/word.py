# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The page behind the mail for a forgotten security word: the link works once and for a while, and the new word is typed twice. The
# word goes into the registry and nowhere else.
"""The page for a new security word."""
from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Callable
from typing import Any

from aiohttp import web

from .frame import Frame, Refused

_HOME = ("/", "landing")
MOST = 64  # letters of a word, as the profile bounds it

Routes = dict[str, Callable[[web.Request], Any]]


class WordPages:
    """Its two routes."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._service = frame.service

    def gets(self) -> Routes:
        """The form."""
        return {"/word/{secret}": self._show}

    def posts(self) -> Routes:
        """The new word."""
        return {"/word/{secret}": self._change}

    def _whose(self, request: web.Request) -> tuple[str, str]:
        """The link's mark, and the person whose it is while it is good."""
        store = self._service.store
        mark = store.mark("word", request.match_info["secret"])
        row = store.one("SELECT user_id FROM word_link WHERE mark = ? AND deadline > ?", mark, store.clock.now())
        if row is None:
            raise Refused("gone")
        return mark, str(row["user_id"])

    def _page(self, request: web.Request, wrong: str = "", done: bool = False) -> web.Response:
        return self._frame.page(request, "word.html", "word", status=422 if wrong else 200, wrong=wrong, done=done, trail=(_HOME,),
                                most=MOST)

    async def _show(self, request: web.Request) -> web.Response:
        self._whose(request)
        return self._page(request)

    async def _change(self, request: web.Request) -> web.Response:
        mark, user_id = self._whose(request)
        sent = await self._frame.form(request)
        word, again = (unicodedata.normalize("NFC", sent.get(name, "")) for name in ("word", "again"))
        if not 1 <= len(word) <= MOST or not hmac.compare_digest(word.encode(), again.encode()):
            return self._page(request, "word-differs")
        with self._service.store.transaction():
            if not self._service.store.do("DELETE FROM word_link WHERE mark = ?", mark):
                raise Refused("gone")  # somebody else was faster while this form was on its way
            self._service.store.do("DELETE FROM word_link WHERE user_id = ?", user_id)
        self._service.registry.change_user(user_id, security_word=word)
        return self._page(request, done=True)
