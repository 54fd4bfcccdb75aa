# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The web page of the person who wants a PIN: the code with its seconds, then how the work at the desk goes, then the
# end. Plain HTML, no script, nothing from elsewhere; also as JSON for scripts. Words as on the screens of the seeds.
"""Web pages."""
from __future__ import annotations

import html
from typing import Any

from aiohttp import web

from . import codes, operations
from .app import COMMON, Front, language
from .clock import left
from .state import Service

_CSP = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
STYLE = """body{font:1rem/1.5 sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}
h1{font-size:1.4rem}.code{font:700 2rem monospace;letter-spacing:.1em;user-select:all}.test{background:#fde68a;padding:.5rem}
.warning{border-left:.3rem solid #b91c1c;padding-left:.8rem}button{font:inherit;padding:.4rem 1rem}form{display:inline}"""
RUNNING = ("in-use", "finishing")

# state → what the page says, Turkish and English, with what to do next
TEXTS = {
    "code": ("Aşağıdaki doğrulama kodunu kopyalayıp bilgisayarınızdaki uygulamaya yapıştırınız. İşlem sırasında bu sayfayı kapatmayınız.",
             "Copy the verification code below and paste it into the application on your computer. Do not close this page while you work."),
    "code-expired": ("Doğrulama kodunun süresi doldu. Yeni bir kod alınız.", "The verification code's time is over. Get a new one."),
    "in-use": ("Kod bir bilgisayarda kullanılıyor. İşlemi siz başlatmadıysanız iptal ediniz.",
               "The code is in use at a desk. If that is not you, cancel."),
    "finishing": ("Kart üzerinde çalışılıyor. Kartı çıkarmayınız ve sonucu bekleyiniz.",
                  "The card is being worked on. Do not pull it out; wait for the result."),
    "done": ("PIN Oluşturma / Kilit Çözme İşleminiz Tamamlanmıştır.", "PIN creation / unblocking is complete."),
    "not-done": ("İşlem tamamlanamadı, kartınız eskisi gibi. Yeni bir kod alıp yineleyiniz.",
                 "The work was not completed; the card is as it was. Get a new code and try again."),
    "unknown": ("Kartın yeni PIN'i alıp almadığı bilinmiyor. Kartı takıp uygulamayı yeniden çalıştırınız.",
                "It is not known whether the card took the new PIN. Put the card in and run the application again."),
    "cancelled": ("İşlem iptal edildi. Yeniden denemek için yeni bir kod alınız.", "The operation was cancelled. Get a new code to try again."),
    "expired": ("İşlemin süresi doldu. Yeni bir kod alınız.", "The operation's time is over. Get a new code."),
    "closed": ("Bu sayfa kapatıldı; kodu artık geçmez. Yeni bir oturum açınız.", "This page was closed; its code is no longer good. Log in again."),
}
WORDS = {"tr": {"title": "PIN Oluşturma/Kilit Çözme", "code": "Doğrulama Kodu", "left": "Kalan süre: {} saniye", "again": "Tekrar Kod Al",
                "close": "İptal", "test": "DENEME SERVİSİ: gerçek bir kurumun sayfası değildir.", "at": "Bildirim zamanı: {}",
                "warning": "Bu doğrulama kodu PUK değildir. Hiçbir kart aracında PUK olarak kullanmayınız; kartınız geri dönülmez biçimde kilitlenir."},
         "en": {"title": "PIN creation / unblocking", "code": "Verification code", "left": "{} seconds left", "again": "Get a new code",
                "close": "Cancel", "test": "SANDBOX: this is no real institution's page.", "at": "Reported at: {}",
                "warning": "This code is not a PUK. Never enter it as a PUK in any card tool: the card would be destroyed for good."}}


def _operation_state(phase: str, outcome: str | None) -> str:
    if phase == "reported":
        return outcome or "unknown"
    return {"cancelled": "cancelled", "expired": "expired", "authority-issued": "finishing"}.get(phase, "in-use")


def look(service: Service, page_id: str) -> dict[str, Any] | None:
    """What a page of the control address shows now; None when there is no such page."""
    store, now = service.store, service.store.clock.now()
    page, newest = store.one("SELECT * FROM page WHERE page_id = ? AND session IS NULL", page_id), codes.newest(service, page_id)
    if page is None or newest is None:
        return None
    code, text = newest
    view: dict[str, Any] = {"page": page_id, "kind": page["kind"], "product": page["product"], "state": "code", "seconds_left": 0}
    op = store.one("SELECT * FROM operation WHERE page_id = ? ORDER BY n DESC LIMIT 1", page_id)
    if code["state"] == "used" and op is not None:
        phase = operations.phase(op, now)
        view |= {"operation_id": op["operation_id"], "phase": phase, "state": _operation_state(phase, op["outcome"])}
        view |= {name: op[name] for name in ("outcome", "recorded_at") if op[name]}
        if view["state"] == "in-use":
            view["seconds_left"] = left(now, op["deadline"])
    elif page["ended"] or now >= page["ends"]:
        view["state"] = "closed"
    elif now >= code["deadline"]:
        view["state"] = "code-expired"
    else:
        view |= {"code": text, "seconds_left": left(now, code["deadline"])}
    view["ended"] = bool(page["ended"]) or now >= page["ends"]
    return view


def _button(action: str, text: str) -> str:
    return f'<form method="post" action="{html.escape(action)}"><button>{html.escape(text)}</button></form> '


def render(view: dict[str, Any], lang: str) -> str:
    """The page as HTML."""
    words, state, page_id = WORDS[lang], view["state"], view["page"]
    said = TEXTS[state][0 if lang == "tr" else 1]
    parts = [f'<p class="test">{words["test"]}</p><h1>{words["title"]}</h1><p role="status">{html.escape(said)}</p>']
    if "code" in view:
        parts.append(f'<p>{words["code"]}</p><p class="code">{view["code"]}</p><p class="warning">{words["warning"]}</p>')
    if state in ("code", "in-use"):
        parts.append(f'<p>{words["left"].format(view["seconds_left"])}</p>')
    if "recorded_at" in view:
        parts.append(f'<p>{words["at"].format(html.escape(view["recorded_at"]))}</p>')
    if not view["ended"] and state not in (*RUNNING, "done"):
        parts.append(_button(f"/desk/{page_id}/refresh?lang={lang}", words["again"]))
    if not view["ended"] and state in ("code", "code-expired", "in-use"):
        parts.append(_button(f"/desk/{page_id}/close?lang={lang}", words["close"]))
    again = f"2; url=/desk/{page_id}?lang={lang}"  # also after a button: the address is then the button's
    refresh = f'<meta http-equiv="refresh" content="{html.escape(again)}">' if state in ("code", "unknown", *RUNNING) else ""
    return (f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">{refresh}<title>{words["title"]}</title>'
            f'<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/desk.css"></head>'
            f'<body><main>{"".join(parts)}</main></body></html>')


class Pages:
    """Routes of the pages."""

    def __init__(self, service: Service, front: Front) -> None:
        self._service = service
        self._front = front

    def routes(self) -> list[web.RouteDef]:
        """Below /desk, beside the profile."""
        return [web.get("/desk.css", self._style, allow_head=False), web.get("/desk/{page}", self._show, allow_head=False),
                web.post("/desk/{page}/close", self._close), web.post("/desk/{page}/refresh", self._refresh)]

    def _page(self, request: web.Request) -> dict[str, Any]:
        view = look(self._service, request.match_info["page"])
        if view is None:
            raise web.HTTPNotFound()
        return view

    def _answer(self, request: web.Request, view: dict[str, Any], status: int = 200) -> web.Response:
        if request.query.get("format") == "json":
            response = web.json_response(view, status=status, headers=COMMON)
        else:
            response = web.Response(status=status, text=render(view, language(request)), content_type="text/html",
                                    headers=COMMON | {"Content-Security-Policy": _CSP, "Referrer-Policy": "same-origin",
                                                      "Content-Language": language(request), "Vary": "Accept-Language"})
        self._front.log.add(request, "page", request.match_info.route.resource.canonical, status)  # type: ignore[union-attr]
        return response

    async def _style(self, request: web.Request) -> web.Response:
        return web.Response(text=STYLE, content_type="text/css", headers={"X-Content-Type-Options": "nosniff"})

    async def _show(self, request: web.Request) -> web.Response:
        return self._answer(request, self._page(request))

    def _foreign(self, request: web.Request) -> bool:
        """A form of another site; a browser says so."""
        return request.headers.get("Origin", self._service.origin) != self._service.origin

    async def _close(self, request: web.Request) -> web.Response:
        view = self._page(request)
        if self._foreign(request):
            return self._answer(request, view, 403)
        with self._service.store.transaction():
            codes.end_page(self._service, view["page"], "operation-cancelled")
        return self._answer(request, self._page(request))

    async def _refresh(self, request: web.Request) -> web.Response:
        view = self._page(request)
        if self._foreign(request):
            return self._answer(request, view, 403)
        if view["ended"] or view["state"] in RUNNING:
            return self._answer(request, view, 409)
        with self._service.store.transaction() as now:
            codes.issue(self._service, now, view["page"])
        return self._answer(request, self._page(request))
