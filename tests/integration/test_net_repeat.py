# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What is sent again by itself, and what a person gets to see instead: counted at the service.
from __future__ import annotations

import signal
from collections.abc import Callable

import pytest

from attempt import Attempt, Steps, check_refusal, fault, forget_requests, requests
from box import Box, until


def asked(box: Box, call: str) -> int:
    """How often a call has reached the service."""
    return requests(box).count(call)


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("action, more", [("drop-before", {}), ("drop-after", {}), ("truncate", {}), ("status", {"status": 502}),
                                          ("status", {"status": 503, "retry_after": 0}), ("problem", {"problem": "unavailable", "retry_after": 1})])
@pytest.mark.parametrize("call", ["metadata", "redeem"])
def test_a_short_outage_is_nobodys_business(calm_box: Box, call: str, action: str, more: dict[str, object], times: int) -> None:
    fault(calm_box, call, action, times=times, **more)
    with Steps(calm_box) as steps:
        steps.good("new", "any", "0")
        steps.good("redeem", calm_box.code())
    assert asked(calm_box, call) == times + 1
    assert {one["phase"] for one in calm_box.operations()[-1:]} != {"expired"}


@pytest.mark.parametrize("action, more, status, times", [
    ("drop-before", {}, "network-interrupted", 3), ("status", {"status": 502}, "service-unavailable", 3),
    ("status", {"status": 500}, "service-unavailable", 1), ("status", {"status": 503, "retry_after": 6}, "service-unavailable", 1),
    ("problem", {"problem": "unavailable", "retry_after": 60}, "service-unavailable", 1),
    ("problem", {"problem": "rate-limited", "retry_after": 0}, "rate-limited", 1), ("status", {"status": 429, "retry_after": 0}, "rate-limited", 1)])
def test_a_longer_one_is_told(calm_box: Box, action: str, more: dict[str, object], status: str, times: int) -> None:
    """With the seconds that the service says; and the code is not lost by it."""
    code = calm_box.code()
    with Steps(calm_box) as steps:
        steps.good("new", "any", "0")
        fault(calm_box, "redeem", action, times=9, **more)
        answer = steps.refused(status, "redeem", code)
        assert asked(calm_box, "redeem") == times
        if "retry_after" in more:
            assert answer["wait"] == str(more["retry_after"])
        calm_box.control.call("DELETE", "/faults")
        steps.good("redeem", code)


@pytest.mark.parametrize("call, words", [("factor", ("sms",)), ("verify", ("verify", "000000"))])
def test_nothing_that_costs_a_person_something_is_repeated(calm_box: Box, call: str, words: tuple[str, ...]) -> None:
    with Steps(calm_box) as steps:
        steps.to("sms" if call == "factor" else "sent")
        forget_requests(calm_box)
        fault(calm_box, call, "drop-after")
        steps.refused("network-interrupted", *words)
        assert asked(calm_box, call) == 1
        answer = steps.say(*words)  # by the person's own hand: the same request gets the same answer, a try is spent once
        assert (answer["status"], answer.get("tries")) == (("ok", None) if call == "factor" else ("sms-code-wrong", "2"))


def test_a_lost_answer_survives_a_service_that_is_gone(sandbox: Callable[..., Box]) -> None:
    """Redeemed and not heard; then nobody is at the port at all; then all is well again: the code is not used up."""
    box = sandbox()
    code = box.code()
    with Steps(box) as steps:
        steps.good("new", "any", "0")
        fault(box, "redeem", "drop-after", times=3)
        steps.refused("network-interrupted", "redeem", code)
        box.kill("service")
        steps.refused("network-unreachable", "redeem", code)
        box.revive()
        steps.good("redeem", code)


def test_a_cancel_ends_the_wait(calm_box: Box) -> None:
    fault(calm_box, "redeem", "status", status=503, retry_after=5, times=9)
    attempt = Attempt(calm_box, code=calm_box.code())
    until(lambda: asked(calm_box, "redeem") == 1, what="the first request")
    attempt.process.send_signal(signal.SIGINT)
    check_refusal(attempt.end(), "cancelled")
    assert asked(calm_box, "redeem") == 1
