# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The page behind the mail for a forgotten security word: the link works once and for a while, and the new word is typed twice. No
# script, nothing from elsewhere. The word goes into the registry and nowhere else.
"""The page for a new security word."""
from __future__ import annotations

import html
import unicodedata

from aiohttp import web

from .app import COMMON, Front, language
from .state import Service

_CSP = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
MOST = 64  # letters of a word, as the profile bounds it
TEXTS = {
    "ask": ("Yeni güvenlik sözcüğünüzü iki kez yazınız. Bu sözcük imza PIN'i değildir.",
            "Type your new security word twice. This word is not the signing PIN."),
    "differ": ("İki sözcük aynı değil ya da boş; yeniden yazınız.", "The two words differ, or are empty; type them again."),
    "done": ("Güvenlik sözcüğünüz değişti. Şimdi giriş yapabilirsiniz.", "Your security word has changed. You can log in now."),
    "gone": ("Bu bağlantı artık geçmez. Giriş sayfasından yenisini isteyiniz.",
             "This link is no longer good. Ask for another one where you log in.")}
LABELS = {"tr": ("Güvenlik Sözcüğü", "Yeni sözcük", "Yeni sözcük (tekrar)", "Değiştir"),
          "en": ("Security word", "New word", "New word (again)", "Change")}


class WordPage:
    """Its two routes."""

    def __init__(self, service: Service, front: Front) -> None:
        self._service = service
        self._front = front

    def routes(self) -> list[web.RouteDef]:
        """Below /word, beside the profile."""
        return [web.get("/word/{secret}", self._show, allow_head=False), web.post("/word/{secret}", self._change)]

    def _whose(self, request: web.Request) -> tuple[str, str | None]:
        """The link's mark, and the person whose it is while it is good."""
        store = self._service.store
        mark = store.mark("word", request.match_info["secret"])
        row = store.one("SELECT user_id FROM word_link WHERE mark = ? AND deadline > ?", mark, store.clock.now())
        return mark, row["user_id"] if row is not None else None

    def _answer(self, request: web.Request, say: str, form: bool, status: int = 200) -> web.Response:
        lang = language(request)
        title, new, again, change = (html.escape(one) for one in LABELS[lang])
        fields = "".join(f'<p><label>{label} <input type="password" name="{name}" maxlength="{MOST}" required '
                         f'autocomplete="off"></label></p>'
                         for name, label in (("word", new), ("again", again)))
        body = f'<form method="post" action="?lang={lang}">{fields}<button>{change}</button></form>' if form else ""
        page = (f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title><meta name="viewport" '
                f'content="width=device-width"><link rel="stylesheet" href="/desk.css"></head><body><main><h1>{title}</h1>'
                f'<p role="status">{html.escape(TEXTS[say][0 if lang == "tr" else 1])}</p>{body}</main></body></html>')
        self._front.log.add(request, "page", "/word/{secret}", status)
        return web.Response(status=status, text=page, content_type="text/html",
                            headers=COMMON | {"Content-Security-Policy": _CSP, "Referrer-Policy": "same-origin", "Content-Language": lang})

    async def _show(self, request: web.Request) -> web.Response:
        good = self._whose(request)[1] is not None
        return self._answer(request, "ask" if good else "gone", good, 200 if good else 410)

    async def _change(self, request: web.Request) -> web.Response:
        mark, user_id = self._whose(request)
        if user_id is None or request.headers.get("Origin", self._service.origin) != self._service.origin:
            return self._answer(request, "gone", False, 410)
        given = await request.post()
        word, again = (unicodedata.normalize("NFC", str(given.get(name, ""))) for name in ("word", "again"))
        if not 1 <= len(word) <= MOST or word != again:
            return self._answer(request, "differ", True, 422)
        with self._service.store.transaction():
            self._service.store.do("DELETE FROM word_link WHERE mark = ?", mark)
        self._service.registry.change_user(user_id, security_word=word)
        return self._answer(request, "done", False)
