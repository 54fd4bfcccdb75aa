# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What every page of the portal has: language, template, security headers, and forms that are believed only when they come
# from a page of ours. Reads the templates once; knows HTTP, and nothing of PINs.
"""Frame of the portal's pages."""
from __future__ import annotations

import hmac
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from multidict import MultiDictProxy

from ..service.app import COMMON, Front, form_of
from ..service.state import Service
from .sessions import Session, Sessions, set_cookie
from .texts import LANGUAGES, words

_HERE = Path(__file__).resolve().parent
LANGUAGE_COOKIE = "__Host-kamupin-language"
_YEAR = 31536000
# No Strict-Transport-Security: it would bind every server of this machine's "localhost", whatever its port.
_HEADERS = COMMON | {
    "Referrer-Policy": "same-origin",  # not "no-referrer": with that a browser hides the origin of our own forms too
    "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "accelerometer=(), camera=(), clipboard-read=(), clipboard-write=(self), display-capture=(), fullscreen=(), "
                          "geolocation=(), gyroscope=(), hid=(), magnetometer=(), microphone=(), midi=(), payment=(), "
                          "publickey-credentials-get=(), screen-wake-lock=(), serial=(), usb=()",
    "Vary": "Accept-Language, Cookie"}
_POLICY = ("default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
           "require-trusted-types-for 'script'; trusted-types 'none'")
_SCRIPT_POLICY = "; script-src 'self'; connect-src 'self'"
_STATIC = {"portal.css": "text/css", "portal.js": "text/javascript", "portal.svg": "image/svg+xml"}


def language(request: web.Request) -> str:
    """tr or en: what was chosen on a page, now or before, else what the browser prefers."""
    for chosen in (request.query.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if chosen in LANGUAGES:
            return str(chosen)
    wishes = request.headers.get("Accept-Language", "tr").lower().split(",")
    return next((wish.strip()[:2] for wish in wishes if wish.strip()[:2] in LANGUAGES), "en")


class Refused(Exception):
    """A request that is answered with a page of its own: not-found, forbidden, wrong-request, in-use-now, gone, internal."""

    STATUS = {"not-found": 404, "forbidden": 403, "wrong-request": 400, "in-use-now": 409, "gone": 410, "internal": 500}

    def __init__(self, why: str, back: str = "/") -> None:
        super().__init__(why)
        self.why = why
        self.back = back


class LoginNeeded(Exception):
    """The page is for people who are logged in. why: "needed", or "ended" for a session that was one."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Frame:
    """Makes the answers of all pages."""

    def __init__(self, service: Service, front: Front, sessions: Sessions) -> None:
        self.service = service
        self.sessions = sessions
        self._front = front
        self._static = {name: (_HERE / "static" / name).read_bytes() for name in _STATIC}
        self._templates = Environment(loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined,
                                      trim_blocks=True, lstrip_blocks=True)

    # ---- answers ----

    def page(self, request: web.Request, template: str, title: str, *, status: int = 200, script: bool = False, refresh: int = 0,
             trail: tuple[tuple[str, str], ...] = (), here: str = "", session: Session | None = None,
             title_values: Mapping[str, str] | None = None, **values: Any) -> web.Response:
        """A page. title: its name in the texts, and its values in title_values; trail: (address, name) from the first page to the
        one before; here: the address that shows this again; refresh: seconds, for browsers without script."""
        lang = language(request)
        say = words(lang)
        session = session or self.sessions.look(request)
        here = here or request.path
        query = {name: value for name, value in request.query.items() if name != "lang"} if here == request.path else {}
        others = [(one, here + "?" + urlencode(query | {"lang": one}, errors="replace")) for one in LANGUAGES]
        text = self._templates.get_template(template).render(
            say=say, lang=lang, languages=others, title=say(title, **dict(title_values or {})), script=script, refresh=refresh,
            trail=[(address, say(name)) for address, name in trail], session=session,
            csrf=self.sessions.form_token(session) if session else "", **values)
        policy = _POLICY + (_SCRIPT_POLICY if script else "")
        response = web.Response(status=status, text=text, content_type="text/html",
                                headers=_HEADERS | {"Content-Language": lang, "Content-Security-Policy": policy})
        if request.query.get("lang") in LANGUAGES:
            set_cookie(response, LANGUAGE_COOKIE, lang, _YEAR)
        return self.note(request, response)

    def go(self, request: web.Request, address: str) -> web.Response:
        """Sends the browser on, with GET."""
        response = web.Response(status=303, headers=_HEADERS | {"Location": address, "Content-Security-Policy": _POLICY})
        return self.note(request, response)

    def data(self, request: web.Request, value: Mapping[str, Any], status: int = 200) -> web.Response:
        """JSON for the portal's own script."""
        return self.note(request, web.json_response(value, status=status, headers=_HEADERS | {"Content-Security-Policy": _POLICY}))

    def file(self, request: web.Request, name: str, text: str) -> web.Response:
        """A text that the browser saves."""
        headers = _HEADERS | {"Content-Disposition": f'attachment; filename="{name}"', "Content-Security-Policy": _POLICY}
        return self.note(request, web.Response(text=text, content_type="text/plain", headers=headers))

    def note(self, request: web.Request, response: web.Response) -> web.Response:
        """Writes the request into the log: its route, never its address or what it held."""
        resource = request.match_info.route.resource
        self._front.log.add(request, "page", resource.canonical if resource else "(other)", response.status)
        return response

    async def static(self, request: web.Request) -> web.Response:
        """Stylesheet, script and icon."""
        name = request.path.removeprefix("/")
        return web.Response(body=self._static[name], content_type=_STATIC[name], charset="utf-8",
                            headers=_HEADERS | {"Content-Security-Policy": _POLICY})

    def static_routes(self) -> list[web.RouteDef]:
        """Their routes."""
        return [web.get("/" + name, self.static, allow_head=False) for name in _STATIC]

    def refusal(self, request: web.Request, refused: Refused) -> web.Response:
        """The page of a refusal."""
        return self.page(request, "refused.html", refused.why, status=Refused.STATUS[refused.why], here=refused.back,
                         why=refused.why, back=refused.back)

    # ---- who asks ----

    def need(self, request: web.Request, presence: bool = True) -> Session:
        """The session of this request. presence: whether the request shows that somebody is there."""
        session = self.sessions.find(request, presence)
        if session is None:
            raise LoginNeeded("ended" if self.sessions.known(request) else "needed")
        return session

    async def _sent(self, request: web.Request, content_type: str) -> MultiDictProxy[str | bytes | web.FileField]:
        """What a form of ours sent."""
        if request.headers.get("Origin") != self.service.origin or request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            raise Refused("forbidden")
        if request.content_type != content_type:
            raise Refused("wrong-request")
        try:
            return await form_of(request)
        except ValueError:
            raise Refused("wrong-request") from None

    def _of_session(self, request: web.Request, session: Session, token: object) -> None:
        """Refuses a form that does not carry the session's token, or that was whole only when the session had ended."""
        self.need(request, presence=False)
        if not isinstance(token, str) or not hmac.compare_digest(token.encode(), self.sessions.form_token(session).encode()):
            raise Refused("forbidden")

    async def files(self, request: web.Request, *names: str, session: Session | None = None) -> list[bytes]:
        """The files of a form of ours, those and no others; with a session also its token is right. Refused for anything else."""
        sent = await self._sent(request, "multipart/form-data")
        found = [sent.get(name) for name in names]
        if len(sent) != len(names) + (session is not None) or not all(isinstance(one, web.FileField) for one in found):
            raise Refused("wrong-request")
        if session is not None:
            self._of_session(request, session, sent.get("csrf"))
        return [one.file.read() for one in found if isinstance(one, web.FileField)]

    async def form(self, request: web.Request, session: Session | None = None) -> dict[str, str]:
        """The fields of a form of ours; with a session also its token is right. Refused for anything else."""
        sent = await self._sent(request, "application/x-www-form-urlencoded")
        fields = {name: value for name, value in sent.items() if isinstance(value, str)}
        if len(fields) != len(sent) or any(len(value) > 256 for value in fields.values()):
            raise Refused("wrong-request")
        if session is not None:
            self._of_session(request, session, fields.pop("csrf", ""))
        return fields
