# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The password login of older portals: picture, identity and security word, SMS, session; and the mail with which a forgotten
# security word is made anew. Offered only when the setting says so.
"""Password login."""
from __future__ import annotations

import hmac
import json
import secrets
import sqlite3
from typing import Any

from ..numbers import right_tckn
from ..registry import User
from . import captcha, dpop, factor, limits, sessions
from .clock import left
from .limits import Count
from .problems import Problem
from .state import SMS_DIGITS, Request, Service, invalid

LINK_SECONDS = 3600.0  # that the mail for a forgotten word is good


def _offered(request: Request) -> None:
    if not request.service.settings.password_login:
        raise Problem("login-not-offered")


# ---- the picture ----

def new_captcha(request: Request) -> dict[str, Any]:
    """POST /login/captcha."""
    _offered(request)
    store, settings = request.store, request.service.settings
    pictures = Count("picture", request.address, settings.captchas_per_address, settings.flood_window)
    limits.check(request, pictures)
    limits.note(request, pictures)
    deadline = request.now + settings.captcha_seconds
    store.do("UPDATE captcha SET state = 'replaced' WHERE captcha_id = ? AND key_mark = ? AND state = 'fresh'",
             request.body.get("replaces", ""), request.key_mark)
    store.do("DELETE FROM captcha WHERE deadline < ?", request.now - settings.guess_window)
    answer, picture = captcha.make()
    captcha_id = "cap-" + secrets.token_urlsafe(12)
    sealed = store.seal("captcha", answer.encode())
    store.do("INSERT INTO captcha VALUES (?, ?, ?, ?, 'fresh')", captcha_id, request.key_mark, sealed, deadline)
    return {"captcha_id": captcha_id, "media_type": "image/png", "image": dpop.b64(picture), "seconds_left": left(request.now, deadline)}


def captchas(service: Service) -> list[dict[str, Any]]:
    """All pictures with their answers, oldest first, for the control address."""
    return [{"captcha_id": row["captcha_id"], "answer": service.store.unseal("captcha", row["sealed"]).decode(), "state": row["state"]}
            for row in service.store.all("SELECT * FROM captcha ORDER BY rowid")]


def _use_captcha(request: Request) -> None:
    """Takes the picture's answer: once, whatever it is, and from the key that asked for the picture."""
    store = request.store
    row = store.one("SELECT * FROM captcha WHERE captcha_id = ? AND key_mark = ?", request.body["captcha_id"], request.key_mark)
    if row is None or row["state"] != "fresh" or request.now >= row["deadline"]:
        raise Problem("captcha-expired")
    store.do("UPDATE captcha SET state = 'used' WHERE captcha_id = ?", row["captcha_id"])
    given = request.body["captcha_answer"].strip().upper().encode()
    if not hmac.compare_digest(given, store.unseal("captcha", row["sealed"])):
        raise Problem("captcha-wrong", kept=True)


# ---- who it is ----

def _person(request: Request) -> User | None:
    identity = request.body["identity"]
    if identity["type"] == "tckn" and not right_tckn(identity["number"]):
        raise invalid("the check digits of the identity number are wrong")
    return request.service.registry.user_of(identity["type"], identity["number"])


def _number(request: Request) -> str:
    """What a number is counted by, known here or not. The identity's object may have members that nobody knows; they make nobody else
    of a person."""
    identity = request.body["identity"]
    return request.store.mark("person", f"{identity['type']} {identity['number']}")


def _wrong_words(request: Request) -> tuple[Count, ...]:
    """Of this address, of this number, over all."""
    settings = request.service.settings
    return (Count("wrong word", request.address, settings.login_tries, settings.guess_window),
            Count("wrong word", _number(request), settings.login_tries, settings.guess_window),
            Count("wrong word", limits.EVERYBODY, settings.logins_in_all, settings.guess_window))


def begin(request: Request) -> dict[str, Any]:
    """POST /login/password."""
    _offered(request)
    user = _person(request)
    wrong_words = _wrong_words(request)
    limits.check(request, *wrong_words)
    _use_captcha(request)
    given, right = request.body["security_word"].encode(), (user.security_word if user else secrets.token_hex(8)).encode()
    if not hmac.compare_digest(given, right) or user is None:
        limits.note(request, *wrong_words)
        raise Problem("security-word-wrong", kept=True, tries_left=limits.room(request, wrong_words[0]))
    login_id, settings = "login-" + secrets.token_urlsafe(12), request.service.settings
    deadline = request.now + settings.login_seconds
    request.store.do("INSERT INTO login (login_id, user_id, key_mark, deadline, tries_left) VALUES (?, ?, ?, ?, ?)", login_id, user.user_id,
                     request.key_mark, deadline, settings.sms_tries)
    return {"login_id": login_id, "destination": user.phone, "seconds_left": left(request.now, deadline)}


# ---- the SMS ----

def _login(request: Request) -> sqlite3.Row:
    """The login that this key began and that is still to be confirmed."""
    _offered(request)
    row = request.store.one("SELECT * FROM login WHERE login_id = ? AND key_mark = ?", request.named, request.key_mark)
    if row is None or row["done"] or request.now >= row["deadline"]:
        raise Problem("login-unknown")
    if row["tries_left"] == 0:
        raise Problem("factor-exhausted")
    return row


def _texts(request: Request, user_id: str) -> tuple[Count, ...]:
    """Text messages of logins: asked for from this address, and sent to this person."""
    settings = request.service.settings
    return (Count("login SMS", request.address, settings.login_sms_per_address, settings.flood_window),
            Count("login SMS", user_id, settings.login_sms_per_person, settings.flood_window))


def send(request: Request) -> dict[str, Any]:
    """POST /login/password/{id}/sms."""
    login, settings = _login(request), request.service.settings
    phone = factor.phone_of(request, login["user_id"])
    factor.not_too_soon(request, login)
    limits.check(request, *(texts := _texts(request, login["user_id"])))
    limits.note(request, *texts)
    code = factor.text(request, login["user_id"], phone, login_id=login["login_id"])
    deadline = min(request.now + settings.sms_seconds, login["deadline"])
    request.store.do("UPDATE login SET sms_mark = ?, sms_deadline = ?, resend_at = ?, sms_sent = sms_sent + 1 WHERE login_id = ?",
                     factor.mark(request, login["login_id"], code), deadline, request.now + settings.resend_seconds, login["login_id"])
    return {"type": "sms", "destination": phone, "code_length": SMS_DIGITS, "seconds_left": left(request.now, deadline),
            "resend_after": settings.resend_seconds, "tries_left": login["tries_left"]}


def confirm(request: Request) -> dict[str, Any]:
    """POST /login/password/{id}/confirm."""
    login, settings = _login(request), request.service.settings
    if login["sms_mark"] is None or request.now >= login["sms_deadline"]:
        raise Problem("factor-expired")
    factor.not_too_many(request, login["user_id"])
    if not hmac.compare_digest(factor.mark(request, login["login_id"], request.body["code"]), login["sms_mark"]):
        tries = login["tries_left"] - 1
        factor.note_wrong(request, login["user_id"])
        request.store.do("UPDATE login SET tries_left = ? WHERE login_id = ?", tries, login["login_id"])
        raise Problem("factor-wrong", kept=True, tries_left=tries) if tries else Problem("factor-exhausted", kept=True)
    request.store.do("UPDATE login SET done = 1 WHERE login_id = ?", login["login_id"])
    token = secrets.token_urlsafe(32)
    sessions.open_session(request.service, request.now, login["user_id"], "password", "password", jkt=request.key_mark, token=token)
    return {"access_token": token, "token_type": "DPoP", "seconds_left": settings.session_seconds}


# ---- a forgotten word ----

def masked(address: str) -> str:
    """d*****@example.org"""
    name, _, host = address.partition("@")
    return f"{name[:1]}*****@{host}"


def reset(request: Request) -> dict[str, Any]:
    """POST /login/reset: the same answer for everybody; a mail only for who is known."""
    _offered(request)
    user, settings = _person(request), request.service.settings
    mails = (Count("reset mail", request.address, settings.mails_per_address, settings.flood_window),
             Count("reset mail", _number(request), settings.mails_per_number, settings.flood_window))
    limits.check(request, *mails)
    _use_captcha(request)
    limits.note(request, *mails)
    if user is None:
        letter = "abcdefgh"[int(request.store.mark("nobody", request.body["identity"]["number"]), 16) % 8]
        return {"destination": masked(letter + "@example.org")}
    secret = secrets.token_urlsafe(24)
    request.store.do("INSERT INTO word_link VALUES (?, ?, ?)", request.store.mark("word", secret), user.user_id, request.now + LINK_SECONDS)
    link = f"{request.service.origin}/word/{secret}"  # portal/word.py's page
    words = f"Yeni güvenlik sözcüğünüz için: {link} / For a new security word: {link}"
    request.store.do("INSERT INTO mail (user_id, destination, sealed) VALUES (?, ?, ?)", user.user_id, user.e_mail,
                     request.store.seal("mail", json.dumps({"link": link, "text": words}).encode()))
    return {"destination": masked(user.e_mail)}


def mails(service: Service) -> list[dict[str, Any]]:
    """The mails that were sent, oldest first, for the control address."""
    return [{"user": row["user_id"], "destination": row["destination"]} | json.loads(service.store.unseal("mail", row["sealed"]))
            for row in service.store.all("SELECT * FROM mail ORDER BY n")]
