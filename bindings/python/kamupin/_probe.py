# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# _probe.py: finding out how a card wants to be spoken to.
"""Probing a card."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

from . import native
from ._call import Watched, check, give
from ._cards import Cancel
from ._enums import Language, ProbeStep, Status
from ._errors import KamupinError
from ._given import one_of
from ._prompts import yes_or_no
from ._records import ProbeFinding
from ._secrets import Typed, append, wiped

if TYPE_CHECKING:
    from ._context import Context


class ProbePrompts:
    """A program's side of Context.probe(): derive, and override what is of interest. Called on the thread of probe(); an
    exception ends the probe and comes out of it."""

    draft: str = ""
    """What was drafted, also by a probe that failed: it is good as far as the probe came."""

    def told(self, finding: ProbeFinding) -> None:
        """Is told each finding."""

    def pin(self) -> Typed:
        """Before the first step that needs it: the card's right PIN, given as in Prompts.secret()."""
        raise NotImplementedError

    def agree(self, step: ProbeStep) -> bool:
        """Before every other step that was asked for: whether to take it."""
        raise NotImplementedError

    def unblock(self, card_id: str) -> Typed:
        """For ProbeStep.UNBLOCK: has the blocked card given a new PIN by a service (Context.unblock()), and returns it."""
        raise NotImplementedError


class _Native(native.ProbePrompts):
    def __init__(self, prompts: ProbePrompts, watched: Watched) -> None:
        super().__init__()
        self._prompts, self._watched = prompts, watched

    def told(self, finding: Any) -> None:
        self._watched.guard(lambda: self._prompts.told(ProbeFinding._of(finding)))

    def ask(self, step: int, pin: Any) -> bool:
        def asked() -> bool:
            if pin is None:
                return yes_or_no(self._prompts.agree(ProbeStep(step)))
            _append(pin, self._prompts.pin())
            return True
        return bool(self._watched.guard(asked, False))

    def unblock(self, card: str, new_pin: Any, error: Any) -> int:
        def unblocked() -> int:
            try:
                _append(new_pin, self._prompts.unblock(card))
            except KamupinError as failed:  # the probe's own failure then, with all that is known of it
                native.error_fill(error, failed._record)
                return int(failed.status)
            return int(Status.OK)
        return int(self._watched.guard(unblocked, Status.CANCELLED))


def _append(into: Any, typed: Typed) -> None:
    with wiped(typed):
        append(into, typed)


def probe(context: "Context", card: Optional[str], prompts: Optional[ProbePrompts], steps: ProbeStep, language: Language,
          cancel: Optional[Cancel]) -> str:
    """The draft of a profile."""
    with Cancel(context) as own:
        used = cancel or own
        watched = Watched(used.pull)
        told = prompts or ProbePrompts()
        asked = _Native(told, watched)
        request = native.probe_request()
        request.card, request.steps, request.language = card, one_of(ProbeStep, steps), one_of(Language, language)
        request.set_prompts(asked)
        draft, error = [""], native.error()
        with give(request, cancel=used):
            status = native.card_probe(context._raw, request, draft, error)
        told.draft = draft[0]
        check(status, error, watched)
        return told.draft
