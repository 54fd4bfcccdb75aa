# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Sessions: a person who has logged in, however that was. Three kinds: `token` (at the authorization server; its access tokens are
# checked there), `password` (the older portals' login; the token is this service's own), `portal` (the web pages; a cookie).
"""Sessions."""
from __future__ import annotations

import secrets
import sqlite3
from typing import Any

from . import codes
from .clock import left
from .problems import Problem
from .state import Request, Service
from .store import Store

KINDS = ("token", "password", "portal")


def open_session(service: Service, now: float, user_id: str, assurance: str, kind: str, seconds: int | None = None,
                 jkt: str | None = None, token: str | None = None, grant: str | None = None) -> str:
    """Opens one; returns its id. jkt: thumbprint of the key that its proofs are made with; token: the access token, where it is this
    service's own; grant: what the authorization server calls the login."""
    store, session_id = service.store, "ses-" + secrets.token_urlsafe(16)
    ends = now + (service.settings.session_seconds if seconds is None else seconds)
    store.do("INSERT INTO session VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)", session_id, user_id, kind, assurance, jkt,
             store.mark("grant", grant) if grant else None, store.mark("session", token) if token else None, ends)
    return session_id


def row(store: Store, session_id: str) -> sqlite3.Row | None:
    """The session, whatever has become of it."""
    return store.one("SELECT * FROM session WHERE session_id = ?", session_id)


def of_token(store: Store, token: str) -> sqlite3.Row | None:
    """The session of an access token of this service's own."""
    return store.one("SELECT * FROM session WHERE token_mark = ?", store.mark("session", token))


def ended(store: Store, session: sqlite3.Row | str | None) -> bool:
    """Whether a session was ended by the person. One whose time is merely over was not: orders hang on it no more than on an open one.
    No session (a page of the control address) never ends."""
    session_id = session if isinstance(session, str) or session is None else session["session_id"]
    found = row(store, session_id) if session_id is not None else None
    return found is not None and bool(found["ended"])


def alive(service: Service, now: float, session_id: str) -> bool:
    """Whether the session is there, was not ended, and has time left."""
    found = row(service.store, session_id)
    return found is not None and not found["ended"] and now < found["ends"]


def end_session(service: Service, session_id: str) -> None:
    """The person logs out, here or on the web page: the session's orders end, and their operations that have not reached a card."""
    service.store.do("UPDATE session SET ended = 1 WHERE session_id = ?", session_id)
    for page in service.store.all("SELECT page_id FROM page WHERE session = ? AND ended IS NULL", session_id):
        codes.end_page(service, page["page_id"], "session-ended")


def end_login(service: Service, login: str) -> None:
    """The same for the session behind what the authorization server calls the login; nothing when no call came with it yet."""
    found = service.store.one("SELECT session_id FROM session WHERE grant_mark = ?", service.store.mark("grant", login))
    if found is not None:
        end_session(service, found["session_id"])


def refused(name: str, detail: str) -> Problem:
    """login-required or session-expired with the challenge that RFC 9449 asks for."""
    error = ' error="invalid_token",' if name == "session-expired" else ""
    return Problem(name, detail, headers={"WWW-Authenticate": f'DPoP{error} algs="ES256"'})


def of_login(request: Request, said: dict[str, Any]) -> sqlite3.Row | None:
    """The session of an access token that the authorization server knows; opened when it is seen for the first time."""
    store = request.store
    mark = store.mark("grant", str(said["login"]))
    found = store.one("SELECT * FROM session WHERE grant_mark = ?", mark)
    if found is None and request.service.registry.user(str(said["sub"])) is not None:
        jkt = str(said.get("cnf", {}).get("jkt", ""))
        session_id = open_session(request.service, request.now, str(said["sub"]), str(said.get("assurance", "unknown")), "token",
                                  jkt=jkt, grant=str(said["login"]))
        found = row(store, session_id)
    return found


def _for_us(service: Service, said: dict[str, Any]) -> bool:
    """Whether it is an access token, and one for this service: not a refresh token, which is never shown here, nor one with which the
    authorization server let somebody see something else."""
    assert service.gateway is not None
    scopes = str(said.get("scope", "")).split()
    return said.get("token_type") == "DPoP" and said.get("aud") == service.base and set(service.gateway.scopes) <= set(scopes)


def accept(request: Request, token: str, said: dict[str, Any] | None, may_be_ended: bool) -> sqlite3.Row:
    """The session that TOKEN and the proof's key stand for. said: the authorization server's answer about it, None where the token is
    this service's own. Refuses with login-required, session-expired, session-ended."""
    if said is None:
        session = of_token(request.store, token)
        jkt = session["jkt"] if session is not None else None
    else:
        if not said.get("active"):
            raise refused("session-expired", "the authorization server knows the token no more")
        if not _for_us(request.service, said):
            raise refused("login-required", "the token is not one for this service")
        jkt = said.get("cnf", {}).get("jkt")
        session = of_login(request, said) if jkt == request.key_mark else None
    if session is None or jkt != request.key_mark:
        raise refused("login-required", "the token is not one of this key")
    if session["ended"] and not may_be_ended:
        raise Problem("session-ended")
    if request.now >= session["ends"]:
        raise refused("session-expired", "the session's time is over")
    return session


# ---- calls ----

def masked(number: str) -> str:
    """A number for display: its first character and its last two."""
    return number[:1] + "*" * max(len(number) - 3, 0) + number[-2:]


def show(request: Request) -> dict[str, Any]:
    """GET /session."""
    session, registry = request.login, request.service.registry
    user = registry.user(session["user_id"])
    assert user is not None
    organisations = [{"type": one.type, "number": one.number, "name": one.name} for one in registry.organisations(user.user_id)]
    return {"person": {"name": user.name, "identity": masked(user.identity)}, "assurance": session["assurance"],
            "organisations": organisations, "seconds_left": left(request.now, session["ends"])}


def end(request: Request) -> dict[str, Any]:
    """POST /session/end."""
    end_session(request.service, request.login["session_id"])
    return {"ended": True}
