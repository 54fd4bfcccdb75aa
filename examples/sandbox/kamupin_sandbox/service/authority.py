# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The right to reset a card's PIN, and the ledger that counts each one as spent until a report says otherwise: a cryptogram
# over the card's challenge here, the other forms in files of their own. The card shows nobody the counter of its key: the
# ledger is all there is.
"""Authority and ledger."""
from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.cmac import CMAC

from . import dpop, operations, relay, sealed
from .clock import left
from .problems import Problem
from .state import AUTHORITIES_PER_OPERATION, LEDGER_MAXIMUM, Request, Service, invalid


def attempts_left(service: Service, card_id: str) -> int:
    """The ledger's count for a card."""
    row = service.store.one("SELECT attempts_left FROM ledger WHERE card_id = ?", card_id)
    return LEDGER_MAXIMUM if row is None else int(row["attempts_left"])


def set_attempts(service: Service, card_id: str, attempts: int) -> None:
    """Writes the ledger's count, between nothing and its maximum."""
    service.store.do("INSERT OR REPLACE INTO ledger VALUES (?, ?)", card_id, max(0, min(attempts, LEDGER_MAXIMUM)))


def give_back_last(request: Request, not_sent: bool) -> None:
    """The last attempt of this operation did not cost the card anything: it was not sent, or the card accepted it. A PUK that
    was used is used, also when the card accepted it."""
    last = request.store.one("SELECT n, card_id, form, state FROM authority WHERE operation_id = ? ORDER BY n DESC LIMIT 1",
                             request.op["operation_id"])
    if last is None or last["state"] != "spent" or (last["form"] == "sealed-puk" and not not_sent):
        return
    request.store.do("UPDATE authority SET state = 'given-back' WHERE n = ?", last["n"])
    if last["form"] == "sealed-puk":
        sealed.set_uses(request.service, last["card_id"], sealed.uses_left(request.service, last["card_id"]) + 1)
    else:
        set_attempts(request.service, last["card_id"], attempts_left(request.service, last["card_id"]) + 1)


def settle(service: Service, card_id: str) -> None:
    """The card accepted: its counter and the ledger are full again, and no older attempt can be given back twice. The uses of
    a PUK do not come back."""
    service.store.do("UPDATE authority SET state = 'settled' WHERE card_id = ? AND state = 'spent'", card_id)
    set_attempts(service, card_id, LEDGER_MAXIMUM)


def count(request: Request) -> int:
    """Authorities issued in this operation."""
    row = request.store.one("SELECT count(*) AS n FROM authority WHERE operation_id = ?", request.op["operation_id"])
    assert row is not None
    return int(row["n"])


def note(request: Request, card_id: str, form: str, challenge: bytes | None = None) -> None:
    """An authority was issued; it counts as spent."""
    request.store.do("INSERT INTO authority (operation_id, card_id, form, challenge, state) VALUES (?, ?, ?, ?, 'spent')",
                     request.op["operation_id"], card_id, form, challenge)
    request.change(phase="authority-issued")


def _challenge(text: str) -> bytes:
    try:
        challenge = dpop.unb64(text)
    except ValueError:
        raise invalid("challenge is not base64url") from None
    if not 8 <= len(challenge) <= 32:
        raise invalid("challenge has 8 to 32 bytes")
    return challenge


def spend(request: Request, card_id: str, form: str, challenge: bytes | None = None) -> int:
    """Counts one attempt as spent; returns how many there were with it."""
    if count(request) >= AUTHORITIES_PER_OPERATION:
        raise Problem("authority-limit")
    if request.body.get("previous") == "not-sent":
        give_back_last(request, not_sent=True)
    attempts = attempts_left(request.service, card_id)
    if attempts < 2:
        raise Problem("authority-exhausted")
    set_attempts(request.service, card_id, attempts - 1)
    note(request, card_id, form, challenge)
    return attempts


def issue(request: Request) -> dict[str, Any]:
    """POST /operations/{id}/authority."""
    operations.need(request, "factor-verified", "authority-issued")
    card_id = request.body["card_id"]
    if card_id != request.op["card_id"] or operations.judge(request, card_id) is not None:
        raise Problem("card-not-allowed")
    card = request.service.registry.card(card_id)
    if card is None or card.form != request.body["form"]:
        raise invalid("this card gets its authority in another form")  # there is no falling back to another one
    return _FORMS[card.form](request, card_id)


def _by_cryptogram(request: Request, card_id: str) -> dict[str, Any]:
    challenge = _challenge(request.body["challenge"])
    if request.store.one("SELECT 1 FROM authority WHERE card_id = ? AND challenge = ?", card_id, challenge):
        raise Problem("challenge-used")
    attempts = spend(request, card_id, "cryptogram", challenge)
    mac = CMAC(algorithms.AES(request.service.registry.card_key(card_id)))
    mac.update(challenge)
    return {"form": "cryptogram", "cryptogram": dpop.b64(mac.finalize()), "attempts_left": attempts,
            "seconds_left": left(request.now, request.op["deadline"])}


_FORMS = {"cryptogram": _by_cryptogram, "sealed-puk": sealed.release, "relay": relay.start}
