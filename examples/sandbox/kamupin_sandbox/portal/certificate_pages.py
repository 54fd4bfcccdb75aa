# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Sertifika Listeleme and what can be done with a certificate: its details, Askıya Alma, Askıdan İndirme, Kullanıma Açma, and the first
# step of Sertifikamı İptal Et. The rules are the profile's own (service/certificates.py).
"""Pages of certificates."""
from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from ..lifecycle import HOLDERS_REASONS, SUSPEND_REASONS
from ..service import certificates
from ..service.problems import Problem
from .frame import Frame, Refused, language
from .life import Life, Routes, spaced, trail_of
from .order_pages import day, when
from .revocation_pages import RevocationPages
from .sessions import Session
from .texts import words

MOVES = ("suspend", "unsuspend", "activate", "revoke")
_CALLS = {"suspend": certificates.suspend, "unsuspend": certificates.unsuspend, "activate": certificates.activate}
_REASONS = {"suspend": ("s-", SUSPEND_REASONS), "revoke": ("r-", HOLDERS_REASONS)}
_AFTER = {"suspend": "suspended", "unsuspend": "active", "activate": "active", "revoke": "revoked"}  # what a move has led to
TONES = {"active": "good", "suspended": "warn", "issued": "warn", "not-yet-valid": "warn", "revoked": "bad", "expired": "bad"}


class CertificatePages(Life):
    """Routes of certificates."""

    group = "certificates"

    def __init__(self, frame: Frame, revocations: RevocationPages) -> None:
        super().__init__(frame)
        self._revocations = revocations

    def gets(self) -> Routes:
        """What can be looked at."""
        return {"/products/{product}/individual/list": self._list, "/certificates/{certificate}": self._details,
                **{f"/products/{{product}}/individual/{move}": self._choose(move) for move in MOVES}}

    def posts(self) -> Routes:
        """What changes something."""
        return {f"/products/{{product}}/individual/{move}": self._move(move) for move in MOVES}

    def _views(self, request: web.Request, session: Session, product: str) -> list[dict[str, Any]]:
        """The product's certificates that the person may move, as the pages show them."""
        views = [view for role in ("individual", "authorised")
                 for view in self.ask(request, session, certificates.listed, role=role)["certificates"]]
        return [self._shown(request, view) for view in views if view["product"] == product]

    @staticmethod
    def _shown(request: web.Request, view: dict[str, Any]) -> dict[str, Any]:
        lang = language(request)
        return view | {"begin": day(view["not_before"][:10], lang), "end": day(view["not_after"][:10], lang), "tone": TONES[view["state"]],
                       "spaced": spaced(view["serial"])}

    async def _list(self, request: web.Request) -> web.Response:
        session, product = self.need(request), self.product(request)
        return self.frame.page(request, "certificates.html", "list", session=session, trail=trail_of(product),
                               certificates=self._views(request, session, product))

    # ---- one of them ----

    async def _details(self, request: web.Request) -> web.Response:
        session, named = self.need(request), request.match_info["certificate"]
        found, lang = self.found(request, session, certificates.details, named), language(request)
        view, der = self._shown(request, found), base64.urlsafe_b64decode(found["certificate"] + "==")
        certificate = x509.load_der_x509_certificate(der)
        above = (f"/products/{view['product']}/individual/list", "list")
        times = {name: when(view[name], lang) if name in view else "" for name in ("suspended_at", "suspend_until", "revoked_at")}
        done = request.query.get("done", "")
        done = done if _AFTER.get(done) == view["state"] or (done == "kept" and view["state"] != "revoked") else ""
        return self.frame.page(
            request, "certificate.html", "details", session=session, trail=trail_of(view["product"], above), here=f"/certificates/{named}",
            view=view, done=done, times=times, on_behalf=view.get("on_behalf_of", {}).get("name", ""), card=view.get("card_id", ""),
            begins=when(view["not_before"], lang), ends=when(view["not_after"], lang),
            issuer=certificate.issuer.rfc4514_string(), fingerprint=spaced(certificate.fingerprint(hashes.SHA256()).hex().upper()),
            history=[one | {"at": when(one["at"], lang), "by": one.get("by", ""), "why": self._why(one)} for one in view["history"]],
            why=self._why(view))

    @staticmethod
    def _why(event: dict[str, Any]) -> str:
        """The name of the text about its reason, if it has one that has a text."""
        kind = {"suspended": "suspend", "revoked": "revoke"}.get(event["state"], "")
        prefix, _ = _REASONS.get(kind, ("", ()))
        return prefix + event["reason"] if prefix and event.get("reason") else ""

    # ---- the four moves ----

    def _form(self, request: web.Request, session: Session, product: str, move: str, chosen: dict[str, str], wrong: str = "",
              status: int = 200) -> web.Response:
        views = [view for view in self._views(request, session, product) if move in view["may"]]
        prefix, reasons = _REASONS.get(move, ("", ()))
        return self.frame.page(request, "move.html", move, status=status, session=session, trail=trail_of(product), product=product, move=move,
                               certificates=views, chosen=chosen, reasons=[(one, prefix + one) for one in reasons], wrong=wrong)

    def _choose(self, move: str) -> Callable[[web.Request], Any]:
        async def choose(request: web.Request) -> web.Response:
            session, product = self.need(request), self.product(request)
            return self._form(request, session, product, move, {"certificate": request.query.get("certificate", "")})
        return choose

    def _move(self, move: str) -> Callable[[web.Request], Any]:
        async def change(request: web.Request) -> web.Response:
            session, product = self.need(request), self.product(request)
            chosen = await self.frame.form(request, session)
            certificate, reason = chosen.get("certificate", ""), chosen.get("reason", "")
            _, reasons = _REASONS.get(move, ("", ()))
            if not certificate or (reasons and reason not in reasons):
                return self._form(request, session, product, move, chosen, words(language(request))("wrong-choice"), 400)
            try:
                if move == "revoke":
                    return self._revocations.prepare(request, session, certificate, reason)
                self.ask(request, session, _CALLS[move], certificate, {"reason": reason} if reason else {})
            except Problem as problem:
                if problem.name == "certificate-unknown":
                    raise Refused("not-found", "/products") from None
                return self._form(request, session, product, move, chosen, self.sentence(request, problem), self.status(problem))
            return self.frame.go(request, f"/certificates/{certificate}?done={move}")
        return change
