# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The service drives the card through the client until the right to reset is there: by external authentication in clear, or
# inside secure messaging, whose session keys it then hands over sealed. The new PIN is not its business. How far a relay has
# come lives in this process alone: one that is cut off is over.
"""Relays."""
from __future__ import annotations

from collections.abc import Generator
from typing import Any

from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.cmac import CMAC

from ..secure_messaging import Refused, begin
from . import authority, dpop, operations, sealed
from .clock import left
from .problems import Problem
from .state import Request, invalid

COUNTER = bytes.fromhex("00CB3FFF0A4D087006BF810102A08000")  # reads the PIN's counter
Script = Generator[bytes, bytes, bytes | None]  # gives commands, takes answers, returns session keys


def start(request: Request, card_id: str) -> dict[str, Any]:
    """POST /operations/{id}/authority with the form relay."""
    attempts = authority.spend(request, card_id, "relay")
    script = _script(request, card_id)
    request.service.relays[request.op["operation_id"]] = (script, attempts, 1)
    return _answer(request, next(script), 1, attempts)


def advance(request: Request) -> dict[str, Any]:
    """POST /operations/{id}/authority/relay."""
    operations.need(request, "authority-issued")
    card_id, relays, operation_id = request.body["card_id"], request.service.relays, request.op["operation_id"]
    if card_id != request.op["card_id"]:
        raise Problem("card-not-allowed")
    if operation_id not in relays or relays[operation_id][2] != request.body["step"]:
        raise Problem("operation-phase", "no relay is at this step")
    script, attempts, step = relays.pop(operation_id)
    try:
        command = script.send(dpop.unb64(request.body["answer"]))
    except StopIteration as end:
        return _done(request, card_id, end.value, attempts)
    except (Refused, ValueError) as refused:
        raise invalid(f"the card's answer: {refused}") from None
    relays[operation_id] = (script, attempts, step + 1)
    return _answer(request, command, step + 1, attempts)


def _answer(request: Request, command: bytes, step: int, attempts: int) -> dict[str, Any]:
    return {"form": "relay", "step": step, "command": dpop.b64(command), "attempts_left": attempts,
            "seconds_left": left(request.now, request.op["deadline"])}


def _done(request: Request, card_id: str, keys: bytes | None, attempts: int) -> dict[str, Any]:
    answer = {"form": "relay", "done": True, "attempts_left": attempts,
              "seconds_left": left(request.now, request.op["deadline"])}
    return answer | ({"sealed": sealed.seal(request, card_id, keys)} if keys else {})


def _script(request: Request, card_id: str) -> Script:
    """What this service sends to a card. Settings add commands in front, for tests of what a client refuses."""
    registry, settings = request.service.registry, request.service.settings
    in_clear, key, keys = settings.relay_in_clear, registry.card_key(card_id), registry.session_keys(card_id)
    for _ in range(settings.relay_padding):
        yield COUNTER
    if settings.relay_first:
        yield bytes.fromhex(settings.relay_first)
    if in_clear:
        challenge = yield bytes.fromhex("0084000008")
        mac = CMAC(algorithms.AES(key))
        mac.update(challenge[:-2])
        answer = yield bytes.fromhex("0082008310") + mac.finalize()
        if answer != b"\x90\x00":
            raise Refused("external authentication")
        return None
    session = yield from begin(*keys)
    answer = yield session.protect(COUNTER[:4], COUNTER[5:-1], 256)
    session.unprotect(answer, odd=True)
    return session.keys
