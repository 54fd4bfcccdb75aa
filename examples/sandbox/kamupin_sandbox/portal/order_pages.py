# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What one comes for: choosing what to order and for whom, the page with the code, how the work at the desk goes, the end.
# The rules are the profile's own (service/orders.py); a page only calls them in the name of the browser's session.
"""Pages of an order."""
from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from aiohttp import web

from ..registry import PRODUCTS, Organisation
from ..service import codes, operations, orders
from ..service.clock import left
from ..service.problems import Problem
from ..service.state import Request
from .frame import Frame, Refused, language
from .sessions import Session

_HOME, _MENU = ("/", "landing"), ("/products", "menu")
_RUNNING = ("code", "in-use", "finishing")
_LEFT = ("code", "in-use")  # what closing the page gives up; after that the card may have changed
_TONES = {"done": "good", "code-expired": "bad", "not-done": "bad", "unknown": "bad", "cancelled": "bad", "expired": "bad", "closed": "bad"}
_REFUSALS = {"order-unknown": "not-found", "order-in-use": "in-use-now", "order-ended": "in-use-now", "rate-limited": "in-use-now",
             "not-represented": "wrong-request", "product-not-offered": "wrong-request"}
_STATES = {"card-work": "finishing", "cancelled": "closed", "expired": "closed"}  # the profile's word → the page's, where they differ
_RELOAD_SECONDS = 5  # for a browser without script
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")

Routes = dict[str, Callable[[web.Request], Any]]


def day(date: str, lang: str) -> str:
    """A date as people write it, from 2026-01-26."""
    then = datetime.date.fromisoformat(date)
    return f"{then:%d.%m.%Y}" if lang == "tr" else f"{then.day} {_MONTHS[then.month - 1]} {then.year}"


def when(recorded_at: str, lang: str) -> str:
    """A time of the service as people write it, from 2026-01-26T14:16:21Z."""
    date, _, clock = recorded_at.removesuffix("Z").partition("T")
    return f"{day(date, lang)} {clock} (UTC)"


class OrderPages:
    """Routes of orders."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._service = frame.service

    def gets(self) -> Routes:
        """What can be looked at."""
        return {"/products/{product}/individual/pin": self._choose, "/orders/{order}": self._show, "/orders/{order}/state": self._state}

    def posts(self) -> Routes:
        """What changes something."""
        return {"/products/{product}/individual/pin": self._order, "/orders/{order}/code": self._renew,
                "/orders/{order}/cancel": self._cancel, "/orders/{order}/leave": self._leave}

    def running(self, session: Session) -> list[dict[str, Any]]:
        """The person's orders that have not ended, newest first."""
        return orders.live(self._service, self._service.store.clock.now(), session.user_id)

    def _call(self, session: Session, call: Callable[[Request], dict[str, Any]], order_id: str = "", body: dict[str, Any] | None = None,
              back: str = "/products") -> dict[str, Any]:
        """A call of the profile in the name of the session, in a transaction of its own."""
        store = self._service.store
        try:
            with store.transaction() as now:
                row = store.one("SELECT * FROM session WHERE session_id = ?", session.session_id)
                return call(Request(self._service, now, body or {}, "", session=row, named=order_id))
        except Problem as problem:
            raise Refused(_REFUSALS.get(problem.name, "wrong-request"), back) from None

    # ---- what is wanted, and for whom ----

    def _product(self, request: web.Request) -> str:
        product = request.match_info["product"]
        if product not in PRODUCTS:
            raise Refused("not-found", "/products")
        return product

    def _owners(self, session: Session, product: str) -> tuple[bool, list[Organisation]]:
        """Whether the product may be the person's own, and for which organisations they may act."""
        organisations = [] if product == orders.PERSONAL else self._service.registry.organisations(session.user_id)
        return product not in orders.CORPORATE, organisations

    async def _choose(self, request: web.Request) -> web.Response:
        return self._form(request, self._frame.need(request), self._product(request), {})

    def _form(self, request: web.Request, session: Session, product: str, chosen: dict[str, str], status: int = 200) -> web.Response:
        own, organisations = self._owners(session, product)
        above = f"/products/{product}"
        return self._frame.page(request, "begin.html", "pin", status=status, session=session, product=product, chosen=chosen, own=own,
                                organisations=organisations, wrong=status != 200,
                                trail=(_HOME, _MENU, (above, product + "-menu"), (above + "/individual", "individual")))

    async def _order(self, request: web.Request) -> web.Response:
        session, product = self._frame.need(request), self._product(request)
        chosen = await self._frame.form(request, session)
        own, organisations = self._owners(session, product)
        body: dict[str, Any] = {"kind": chosen.get("kind"), "product": product}
        named = {f"{one.type}:{one.number}": one for one in organisations}
        whom = chosen.get("for", "me" if not organisations else "")
        if body["kind"] not in ("create", "unblock") or not (whom in named or (own and whom == "me")):
            return self._form(request, session, product, chosen, 400)
        if whom in named:
            body["on_behalf_of"] = {"type": named[whom].type, "number": named[whom].number}

        def ordered(asked: Request) -> dict[str, Any]:
            order = orders.create(asked)
            asked.named = order["order_id"]
            orders.code(asked)
            return order
        return self._frame.go(request, f"/orders/{self._call(session, ordered, body=body)['order_id']}")

    # ---- the page ----

    def _view(self, session: Session, order_id: str) -> dict[str, Any]:
        """The order in the page's words: its state, the code with its seconds while there is one, and what may be done."""
        order = self._call(session, orders.status, order_id)
        now, newest = self._service.store.clock.now(), codes.newest(self._service, order_id)
        row = newest[0] if newest else None
        view = {"kind": order["kind"], "product": order["product"], "on_behalf_of": order.get("on_behalf_of"), "seconds_left": 0}
        view["state"] = _STATES.get(order["state"], order["state"])
        if order["state"] == "waiting":
            view["state"] = self._waiting(now, row, order_id)
        if view["state"] == "code" and newest is not None:
            view |= {"code": newest[1], "seconds_left": left(now, newest[0]["deadline"])}
        if view["state"] == "in-use":
            op = self._service.store.one("SELECT deadline FROM operation WHERE operation_id = ?", order["operation_id"])
            view["seconds_left"] = left(now, op["deadline"]) if op else 0
        if view["state"] in ("done", "not-done", "unknown"):
            view["recorded_at"] = order.get("recorded_at", "")
        ended = view["state"] in ("done", "closed") or order["seconds_left"] == 0
        again = not ended and view["state"] not in ("in-use", "finishing")
        view["can"] = {"again": again, "cancel": not ended and view["state"] != "finishing", "anew": ended and view["state"] != "finishing"}
        view["follows"] = again or view["state"] in _RUNNING or view["state"] == "unknown"
        view["leave"] = view["state"] in _LEFT and self._hangs_on(session, order_id)
        view["version"] = f"{view['state']}-{row['n'] if row else 0}-{int(ended)}"
        return view

    def _hangs_on(self, session: Session, order_id: str) -> bool:
        """Whether the order is this session's to give up by closing the page; another one may have taken it on."""
        return self._service.store.one("SELECT 1 FROM page WHERE page_id = ? AND session = ?", order_id, session.session_id) is not None

    def _waiting(self, now: float, code: Any, order_id: str) -> str:
        """Between two codes: one is out, its time is over, or what grew from it ended without a card."""
        if code is None:
            return "code-none"
        if code["state"] != "used":
            return "code" if now < code["deadline"] else "code-expired"
        op = self._service.store.one("SELECT * FROM operation WHERE page_id = ? ORDER BY n DESC LIMIT 1", order_id)
        return "cancelled" if op is not None and operations.phase(op, now) == "cancelled" else "expired"

    async def _show(self, request: web.Request) -> web.Response:
        session, order_id = self._frame.need(request), request.match_info["order"]
        view = self._view(session, order_id)
        codes.stay(self._service, order_id)
        above, on_behalf = f"/products/{view['product']}", view["on_behalf_of"] or {}
        recorded = when(view["recorded_at"], language(request)) if view.get("recorded_at") else ""
        return self._frame.page(
            request, "order.html", "pin", session=session, script=True, refresh=_RELOAD_SECONDS if view["state"] in _RUNNING else 0,
            trail=(_HOME, _MENU, (above, view["product"] + "-menu"), (above + "/individual", "individual")), view=view, order_id=order_id,
            can=view["can"], follows=view["follows"], version=view["version"], recorded=recorded, on_behalf=on_behalf.get("name", ""),
            tone=_TONES.get(view["state"], ""), leave=view["leave"])

    async def _state(self, request: web.Request) -> web.Response:
        """For the page's script. A page that is open while its order runs shows that somebody is there; another does not."""
        session = self._frame.sessions.look(request)
        if session is None:
            return self._frame.data(request, {}, 401)
        view = self._view(session, request.match_info["order"])
        codes.stay(self._service, request.match_info["order"])
        if view["state"] in _RUNNING:
            self._frame.sessions.find(request, presence=True)
        return self._frame.data(request, {"version": view["version"]})

    # ---- its buttons ----

    async def _renew(self, request: web.Request) -> web.Response:
        return await self._press(request, orders.code)

    async def _cancel(self, request: web.Request) -> web.Response:
        return await self._press(request, orders.cancel)

    async def _leave(self, request: web.Request) -> web.Response:
        """From the page's script, when the page is closed."""
        session, order_id = self._frame.need(request, presence=False), request.match_info["order"]
        await self._frame.form(request, session)
        if self._view(session, order_id)["leave"]:
            with self._service.store.transaction() as now:
                codes.leave(self._service, now, order_id, session.session_id)
        return self._frame.data(request, {})

    async def _press(self, request: web.Request, call: Callable[[Request], dict[str, Any]]) -> web.Response:
        session, order_id = self._frame.need(request), request.match_info["order"]
        await self._frame.form(request, session)
        self._call(session, orders.status, order_id)  # one of somebody else is not there, whatever was to be done with it
        self._call(session, call, order_id, back=f"/orders/{order_id}")
        return self._frame.go(request, f"/orders/{order_id}")
