# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The portal as a site: its routes, the landing page, logging in and out, the menus. Every handler goes through one place
# that turns refusals into pages.
"""Routes of the portal."""
from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from aiohttp import web

from ..registry import PRODUCTS
from ..service import codes
from ..service.app import Front
from ..service.orders import PERSONAL
from ..service.state import Service
from .application_pages import ApplicationPages
from .authorised_pages import AuthorisedPages
from .certificate_pages import CertificatePages
from .consent_pages import ConsentPages
from .frame import Frame, LoginNeeded, Refused, language
from .inquiries import Inquiries
from .mailboxes import Mailboxes
from .order_pages import OrderPages
from .relying_party import LoginFailed, RelyingParty
from .revocation_pages import RevocationPages
from .sessions import Sessions, drop_cookie, set_cookie
from .signed import SignatureLogin
from .word import WordPages

LOG = logging.getLogger("kamupin-service")
_BEGUN_COOKIE = "__Host-kamupin-login"
_SIGNED_COOKIE = "__Host-kamupin-signed"
_WHY = ("cancelled", "refused", "mixed-up", "unreachable", "needed", "ended", "left", "text", "signature", "certificate")
_OPERATIONS = ("apply", "list", "unsuspend", "pin", "revoke", "consent", "suspend")
_GROUPS = {"apply": "applications", "consent": "consent", "official": "authorised", "pin": ""}  # of the service's features; else certificates
_HOME = ("/", "landing")
_MENU = ("/products", "menu")

Handler = Callable[[web.Request], Awaitable[web.Response]]


class Portal:
    """All pages. In a sandbox without authorization server those that need a login cannot be reached."""

    def __init__(self, service: Service, front: Front) -> None:
        self._service = service
        self._party = RelyingParty(service, service.gateway) if service.gateway is not None else None
        self._signed = SignatureLogin(service, service.gateway) if service.gateway is not None else None
        self._sessions = Sessions(service)
        self._frame = Frame(service, front, self._sessions)
        self._orders = OrderPages(self._frame)
        revocations = RevocationPages(self._frame)
        self._families = (self._orders, Mailboxes(self._frame), Inquiries(self._frame), WordPages(self._frame),
                          CertificatePages(self._frame, revocations), revocations, ConsentPages(self._frame), ApplicationPages(self._frame),
                          AuthorisedPages(self._frame))

    def routes(self) -> list[web.RouteDef]:
        """Beside the profile and /desk."""
        gets: dict[str, Handler] = {
            "/": self._landing, "/login": self._login, "/login/e-devlet": self._depart, "/login/callback": self._arrive,
            "/login/e-imza/text": self._to_sign, "/products": self._products, "/products/{product}": self._product,
            "/products/{product}/individual": self._individual}
        posts: dict[str, Handler] = {"/login/e-imza": self._signature, "/logout": self._logout}
        for family in self._families:
            gets |= family.gets()
            posts |= family.posts()
        return [*self._frame.static_routes(), *(web.get(path, self._guarded(call), allow_head=False) for path, call in gets.items()),
                *(web.post(path, self._guarded(call)) for path, call in posts.items())]

    def lost(self, request: web.Request) -> web.Response:
        """The page for an address that has none; the way back is the menu for who is logged in."""
        return self._frame.refusal(request, Refused("not-found", "/products" if self._sessions.look(request) else "/"))

    def _guarded(self, call: Handler) -> Handler:
        async def handle(request: web.Request) -> web.Response:
            try:
                if request.host not in self._service.hosts:
                    raise Refused("wrong-request")
                codes.close_left(self._service)
                return await call(request)
            except Refused as refused:
                return self._frame.refusal(request, refused)
            except LoginNeeded as needed:
                return self._frame.go(request, f"/login?why={needed.why}")
            except Exception:
                LOG.exception("a page failed")
                return self._frame.refusal(request, Refused("internal"))
        return handle

    async def _landing(self, request: web.Request) -> web.Response:
        return self._frame.page(request, "landing.html", "landing")

    # ---- in and out ----

    async def _login(self, request: web.Request) -> web.Response:
        why = request.query.get("why", "")
        tab = "e-imza" if request.query.get("tab") == "e-imza" else "e-devlet"
        response = self._frame.page(request, "login.html", "central", why=why if why in _WHY else "", origin=self._service.origin, tab=tab,
                                    offered=self._party is not None)
        if tab == "e-imza" and self._signed is not None:
            set_cookie(response, _SIGNED_COOKIE, self._signed.begin(request.cookies.get(_SIGNED_COOKIE, "")))
        return response

    async def _depart(self, request: web.Request) -> web.Response:
        if self._party is None:
            raise Refused("not-found")
        try:
            address, cookie = await self._party.begin(language(request))
        except LoginFailed as failed:
            return self._frame.go(request, f"/login?why={failed.why}")
        response = self._frame.go(request, address)
        set_cookie(response, _BEGUN_COOKIE, cookie)
        return response

    async def _arrive(self, request: web.Request) -> web.Response:
        if self._party is None:
            raise Refused("not-found")
        try:
            person = await self._party.finish(request.query, request.cookies.get(_BEGUN_COOKIE, ""))
            response = self._frame.go(request, "/products")
            self._sessions.begin(request, response, person.user_id, person.assurance)
        except LoginFailed as failed:
            response = self._frame.go(request, f"/login?why={failed.why}")
        drop_cookie(response, _BEGUN_COOKIE)
        return response

    async def _to_sign(self, request: web.Request) -> web.Response:
        """The text that the card is to sign, as a file."""
        if self._signed is None:
            raise Refused("not-found")
        try:
            return self._frame.file(request, "giris.txt", self._signed.text(request.cookies.get(_SIGNED_COOKIE, "")))
        except LoginFailed as failed:
            return self._frame.go(request, f"/login?tab=e-imza&why={failed.why}")

    async def _signature(self, request: web.Request) -> web.Response:
        if self._signed is None:
            raise Refused("not-found")
        signature, certificate = await self._frame.files(request, "signature", "certificate")
        try:
            person = self._signed.finish(request.cookies.get(_SIGNED_COOKIE, ""), signature, certificate)
        except LoginFailed as failed:
            return self._frame.go(request, f"/login?tab=e-imza&why={failed.why}")
        response = self._frame.go(request, "/products")
        self._sessions.begin(request, response, person.user_id, person.assurance)
        drop_cookie(response, _SIGNED_COOKIE)
        return response

    async def _logout(self, request: web.Request) -> web.Response:
        session = self._frame.need(request)
        await self._frame.form(request, session)
        response = self._frame.go(request, "/login?why=left")
        self._sessions.end(session, response)
        return response

    # ---- menus ----

    async def _products(self, request: web.Request) -> web.Response:
        session = self._frame.need(request)
        choices = [(f"/products/{product}", product + "-menu", product + "-about") for product in PRODUCTS]
        return self._frame.page(request, "menu.html", "menu", trail=(_HOME,), session=session, choices=choices,
                                orders=self._orders.running(session))

    def _named(self, request: web.Request) -> str:
        product = request.match_info["product"]
        if product not in PRODUCTS:
            raise Refused("not-found", "/products")
        return product

    def _offered(self, name: str, address: str) -> str:
        """The address of what a menu names, or nothing where the service does not have its calls."""
        group = _GROUPS.get(name, "certificates")
        return address if not group or group in self._service.features() else ""

    async def _product(self, request: web.Request) -> web.Response:
        session, product = self._frame.need(request), self._named(request)
        choices = [(f"/products/{product}/individual", "individual", "individual-about"),
                   (self._offered("official", f"/products/{product}/official"), "official", "official-about")]
        return self._frame.page(request, "menu.html", product + "-menu", trail=(_HOME, _MENU), session=session, choices=choices, orders=())

    async def _individual(self, request: web.Request) -> web.Response:
        session, product = self._frame.need(request), self._named(request)
        choices = [(self._offered(name, f"/products/{product}/individual/{name}"), name, name + "-about") for name in _OPERATIONS
                   if name != "consent" or product == PERSONAL]
        return self._frame.page(request, "menu.html", "individual", trail=(_HOME, _MENU, (f"/products/{product}", product + "-menu")),
                                session=session, choices=choices, orders=())
