# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Revoking through the library, in its two steps: what is told first, the second factor, what is refused, given up, lost or killed in
# between. The other end is the sandbox's service; that a certificate is revoked or not is openssl ocsp's word too.
"""Revocations."""
from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from box import BUILD, Box
from journey import preload
from life_driver import UNLIMITED, Drawer, Life, Row
from service_life import Held
from status_clients import Client

SMS, WEB = "1", "2"
PASSWORD = "deneme-parola-1"


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    """A sandbox without any card."""
    with Box(["empty"], ["--password-login"]) as made:
        made.settings(**UNLIMITED, second_factors="sms,web-password")
        yield made


@pytest.fixture
def life(box: Box) -> Iterator[Life]:
    with Life(box) as made:
        made.login()
        made.fresh_calls()
        yield made


@pytest.fixture
def held(box: Box) -> Held:
    return Drawer(box).held()


def stored(life: Life, held: Held) -> str:
    """The certificate in the registry."""
    return str(Drawer(life.box).of(held).stored)


def prepared(box: Box) -> list[dict[str, Any]]:
    """What the service has of revocations, oldest first."""
    return list(box.control.get("/revocations")["revocations"])


def times_revoked(box: Box, held: Held) -> int:
    """How often it was revoked."""
    return [one.state for one in Drawer(box).of(held).history].count("revoked")


def unanswered(life: Life, held: Held, action: str) -> str:
    """A revocation up to a confirmation that no answer came to; its code."""
    code = life.begun(held.name)
    life.box.fault("confirm-revocation", action)
    assert life._tell(f"code {code}")[0] == "network-interrupted"
    return code


def test_what_will_be_lost_is_told_first(life: Life, held: Held) -> None:
    seconds, losses, price, word, reason, row = life.ask("revoke", held.name, "superseded").split("|", 5)
    assert 0 < int(seconds) <= 600 and int(price) > 0 and (word, reason) == ("prepared", "superseded")
    assert Row.of(row).certificate_id == held.name and Row.of(row).state == "active"
    turkish, english = life.ask("losses", "tr").split("|"), life.ask("losses", "en").split("|")
    assert len(turkish) == len(english) == int(losses) >= 3
    assert any("geri alınamaz" in one for one in turkish) and any("cannot be undone" in one for one in english)
    assert stored(life, held) == "active" and life.fresh_calls() == ["revoke"]
    life.ask("advance", "60000")
    assert int(life.ask("read").split("|")[0]) <= int(seconds) - 60


@pytest.mark.parametrize("reason", ["unspecified", "keyCompromise", "affiliationChanged", "superseded", "cessationOfOperation", "privilegeWithdrawn"])
def test_a_holders_reasons(life: Life, held: Held, reason: str) -> None:
    life.ask("revoke", held.name, reason)
    life.ask("factor", "sms")
    assert life.row("code", life.last_sms()).reason == reason
    assert life.ask("read").split("|")[3] == "confirmed"


@pytest.mark.parametrize("reason", ["cACompromise", "certificateHold", "removeFromCRL", "aACompromise", "none", "because"])
def test_reasons_that_no_holder_gives(life: Life, held: Held, reason: str) -> None:
    life.refused("invalid-argument", "revoke", held.name, reason)
    assert life.fresh_calls() == []


def test_with_the_web_password(life: Life, held: Held) -> None:
    life.box.control.post("/people", {"user": "deneme", "web_password": PASSWORD})
    life.ask("revoke", held.name, "superseded")
    assert life.ask("factor", "web").split("|")[0] == WEB
    assert life.refused("web-password-wrong", "password", "another-one").startswith("tries=")
    life.refused("web-password-wrong", "password", "")
    life.refused("factor-mismatch", "code", "123456")
    assert stored(life, held) == "active"
    assert life.row("password", PASSWORD).state == "revoked"


def test_a_wrong_code_costs_a_try_and_the_last_ends_it(life: Life, held: Held) -> None:
    life.ask("revoke", held.name, "superseded")
    life.refused("wrong-state", "code", "123456")
    kind, offered, phone, length, tries, resend = life.ask("factor", "sms").split("|")
    assert kind == SMS and "*" in phone and int(length) == len(life.last_sms()) and int(tries) == 3
    assert int(offered) & 2 and int(resend) > 0
    life.refused("sms-resend-too-soon", "factor", "sms")
    life.refused("sms-code-malformed", "code", "12a456")
    life.refused("factor-mismatch", "password", "something")
    right = life.last_sms()
    wrong = "000000" if right != "000000" else "111111"
    assert life.refused("sms-code-wrong", "code", wrong).startswith("tries=2")
    assert life.ask("shown").split("|")[4] == "2"
    life.refused("sms-code-wrong", "code", wrong[::-1].replace("0", "2"))
    life.refused("sms-code-exhausted", "code", wrong.replace("0", "3").replace("1", "3"))
    life.refused("sms-code-exhausted", "code", right)
    assert stored(life, held) == "active"


def test_a_new_sms_and_a_changed_mind(life: Life, held: Held) -> None:
    life.box.control.post("/people", {"user": "deneme", "web_password": PASSWORD})
    first = life.begun(held.name)
    life.ask("advance", "120000")
    life.box.advance(120)
    life.refused("sms-code-expired", "code", first)
    life.ask("factor", "any")
    assert life.last_sms() != first
    life.ask("factor", "web")
    life.refused("factor-mismatch", "code", life.last_sms())
    assert life.row("password", PASSWORD).state == "revoked"


# ---- what ends a preparation ----

def test_a_preparation_that_is_over_revokes_nothing(life: Life, held: Held) -> None:
    """Its time; another one in its place, of this session or another; the session's end."""
    code = life.begun(held.name)
    life.box.advance(3600 - 3000)
    status, _ = life._tell(f"code {code}")
    assert status in ("revocation-expired", "sms-code-expired") and stored(life, held) == "active"
    life.ask("revoke", held.name, "superseded")
    with Life(life.box) as other:
        other.login()
        theirs = other.begun(held.name, "keyCompromise")
        life.refused("revocation-expired", "factor", "sms")
        assert stored(life, held) == "active"
        assert other.row("code", theirs).reason == "keyCompromise"
    life.refused("certificate-revoked", "revoke", held.name, "superseded")


def test_what_became_revoked_or_expired_in_between_is_told(life: Life, held: Held) -> None:
    code = life.begun(held.name)
    life.box.control.post("/certificates/state", {"certificate": held.name, "state": "revoked", "reason": "superseded"})
    life.refused("certificate-revoked", "code", code)
    assert times_revoked(life.box, held) == 1


def test_freeing_gives_up_what_was_not_confirmed(life: Life, held: Held) -> None:
    life.ask("revoke", held.name, "superseded")
    life.fresh_calls()
    life.ask("free")
    assert life.fresh_calls() == ["cancel-revocation"] and prepared(life.box)[-1]["state"] == "cancelled"
    life.ask("code", life.begun(held.name))
    life.fresh_calls()
    life.ask("free")
    assert life.fresh_calls() == [], "what was done is not given up"
    assert stored(life, held) == "revoked"


def test_giving_up_is_bounded_in_time(life: Life, held: Held) -> None:
    life.ask("revoke", held.name, "superseded")
    life.box.fault("cancel-revocation", "delay", seconds=30)
    before = time.monotonic()
    life.ask("free")
    assert time.monotonic() - before < 10
    life.ask("revoke", held.name, "superseded")  # and the session works on


# ---- lost answers ----

def test_a_lost_confirmation_is_one_revocation(life: Life, held: Held) -> None:
    """The same code again: the same idempotency key, so the same answer; also when the code's time is over meanwhile."""
    code = life.begun(held.name)
    life.box.fault("confirm-revocation", "drop-after")
    life.fresh_calls()
    status, _ = life._tell(f"code {code}")
    assert status == "network-interrupted" and life.fresh_calls() == ["confirm-revocation"], "what can cost a try is not repeated by itself"
    assert stored(life, held) == "revoked"
    life.ask("advance", "120000")
    once = Drawer(life.box).of(held)
    assert life.row("code", code).state == "revoked"
    assert Drawer(life.box).of(held) == once and times_revoked(life.box, held) == 1
    life.fresh_calls()
    assert life.row("code", "999999").state == "revoked" and life.fresh_calls() == [], "known here, so nobody is asked"


def test_a_lost_confirmation_is_one_revocation_with_another_code_too(life: Life, held: Held) -> None:
    """Which is another request, under another key: the token of the preparation is what makes it one."""
    code = unanswered(life, held, "drop-after")
    assert life.row("code", "999999" if code != "999999" else "888888").state == "revoked"
    assert times_revoked(life.box, held) == 1


def test_a_lost_preparation_is_prepared_once(life: Life, held: Held) -> None:
    before = len(prepared(life.box))
    for _ in range(3):
        life.box.fault("revoke", "drop-after")
    assert life._tell(f"revoke {held.name} superseded")[0] == "network-interrupted"
    life.ask("revoke", held.name, "superseded")
    assert len(prepared(life.box)) == before + 1


def test_a_text_message_is_not_sent_twice_by_itself(life: Life, held: Held) -> None:
    life.ask("revoke", held.name, "superseded")
    sent = len(life.box.control.get("/sms")["sms"])
    life.box.fault("revocation-factor", "drop-after")
    assert life._tell("factor sms")[0] == "network-interrupted"
    life.ask("factor", "sms")
    assert len(life.box.control.get("/sms")["sms"]) == sent + 1
    assert life.row("code", life.last_sms()).state == "revoked"


def test_what_was_lost_of_another_factor_is_over_and_nothing_else(life: Life, held: Held) -> None:
    """Whoever changes over and back gets a new text message; the key of a call on another certificate stays."""
    life.box.control.post("/people", {"user": "deneme", "web_password": PASSWORD})
    other = Drawer(life.box).held()
    for _ in range(3):
        life.box.fault("suspend", "drop-after")
    assert life._tell(f"suspend {other.name}")[0] == "network-interrupted"
    life.ask("revoke", held.name, "superseded")
    life.box.fault("revocation-factor", "drop-after")
    assert life._tell("factor sms")[0] == "network-interrupted"
    life.ask("factor", "web")
    life.refused("sms-resend-too-soon", "factor", "sms")  # and not the answer that was lost
    life.box.advance(60)
    life.ask("advance", "60000")
    life.ask("factor", "sms")
    life.fresh_calls()
    life.ask("suspend", other.name)
    assert life.fresh_calls() == ["suspend", "certificate-details"], "its answer of then, and how it stands now"
    assert life.row("code", life.last_sms()).state == "revoked"


# ---- giving up, and what it came to ----

def lost_from_now(life: Life, *calls: str) -> None:
    """The network is gone for these calls: whatever is asked, no answer comes."""
    for call in calls:
        life.box.control.post("/faults", {"call": call, "action": "drop-before", "times": 20})


def mended(life: Life) -> None:
    """It is back."""
    life.box.control.call("DELETE", "/faults")


def test_given_up_before_it_was_confirmed_nothing_is_revoked(life: Life, held: Held) -> None:
    code = life.begun(held.name)
    life.fresh_calls()
    life.ask("cancel")
    assert life.fresh_calls() == ["cancel-revocation"] and prepared(life.box)[-1]["state"] == "cancelled"
    life.ask("cancel")
    life.refused("revocation-expired", "code", code)
    life.refused("revocation-expired", "factor", "sms")
    life.ask("free")
    assert life.fresh_calls() == [] and stored(life, held) == "active", "what is known here is asked of nobody"


def test_given_up_without_a_network_nothing_is_revoked_either(life: Life, held: Held) -> None:
    """Nobody has confirmed it, and from here nobody can."""
    code = life.begun(held.name)
    lost_from_now(life, "cancel-revocation", "certificate-details")
    life.ask("cancel")
    mended(life)
    life.refused("revocation-expired", "code", code)
    assert stored(life, held) == "active"


def test_given_up_too_late_it_is_revoked_and_said(life: Life, held: Held) -> None:
    """The answer to the confirmation was lost; also when only the one word of the service comes through, or was asked for before."""
    unanswered(life, held, "drop-after")
    lost_from_now(life, "certificate-details")
    for _ in range(2):
        life.refused("certificate-revoked", "cancel")
        seconds, losses, price, word, reason, row = life.ask("read").split("|", 5)
        assert word == "confirmed" and Row.of(row).state == "revoked" and Row.of(row).reason == reason == "keyCompromise"
    mended(life)
    other = Drawer(life.box).held()
    unanswered(life, other, "drop-after")
    life.refused("certificate-revoked", "cancel")
    assert Row.of(life.ask("read").split("|", 5)[5]).revoked_at > 0, "as the service tells it"
    life.fresh_calls()
    life.refused("certificate-revoked", "cancel")
    life.ask("free")
    assert life.fresh_calls() == [] and times_revoked(life.box, held) == times_revoked(life.box, other) == 1


def test_given_up_after_a_confirmation_that_never_arrived(life: Life, held: Held) -> None:
    """The service says that it was in time, and what is still under way is not taken any more."""
    code = unanswered(life, held, "drop-before")
    life.ask("cancel")
    assert prepared(life.box)[-1]["state"] == "cancelled"
    life.refused("revocation-expired", "code", code)
    assert stored(life, held) == "active"


def test_a_preparation_whose_time_was_over_is_seen_not_to_have_revoked(life: Life, held: Held) -> None:
    unanswered(life, held, "drop-before")
    life.box.advance(3600 - 3000)
    life.ask("cancel")
    assert stored(life, held) == "active"


@pytest.mark.parametrize("action, truth", [("drop-after", "certificate-revoked"), ("drop-before", "ok")])
def test_what_is_not_known_is_called_so_until_it_is(life: Life, held: Held, action: str, truth: str) -> None:
    """A confirmation went out, and then the network was gone: neither "revoked" nor "not revoked" may be said."""
    code = life.begun(held.name)
    life.box.fault("confirm-revocation", action)
    assert life._tell(f"code {code}")[0] == "network-interrupted"
    lost_from_now(life, "cancel-revocation", "certificate-details")
    for _ in range(2):
        life.refused("revocation-unsettled", "cancel")
        assert life.ask("read").split("|")[3] == "prepared"
    mended(life)
    assert life._tell("cancel")[0] == truth
    assert stored(life, held) == ("revoked" if action == "drop-after" else "active")


def test_a_certificate_that_looks_active_settles_nothing(life: Life, held: Held) -> None:
    """As long as the service did not take the giving up, a confirmation that is under way can still arrive."""
    code = unanswered(life, held, "drop-before")
    lost_from_now(life, "cancel-revocation")
    life.refused("revocation-unsettled", "cancel")
    assert life.row("code", code).state == "revoked", "and it can be confirmed still"
    assert times_revoked(life.box, held) == 1


def test_a_new_text_message_does_not_make_a_lost_confirmation_undone(life: Life, held: Held) -> None:
    """The second SMS takes the place of the first, but the first one's confirmation is not known to have failed."""
    unanswered(life, held, "drop-before")
    life.ask("advance", "60000")
    life.box.advance(60)
    life.ask("factor", "sms")
    lost_from_now(life, "cancel-revocation", "certificate-details")
    life.refused("revocation-unsettled", "cancel")
    mended(life)


# ---- killed ----

def test_killed_between_the_two_steps_nothing_is_revoked(box: Box, held: Held, tmp_path: Path) -> None:
    life = Life(box)
    life.login()
    life.begun(held.name)
    life._process.kill()
    life._process.wait(timeout=30)
    life._log.close()
    others = Client(box, tmp_path)
    assert others.ocsp(others.pem("held", held.record.der)) == "good"
    with Life(box) as after:
        after.login()
        assert after.row("details", held.name).state == "active"
        assert after.row("code", after.begun(held.name)).state == "revoked"
    assert times_revoked(box, held) == 1


def one_round(box: Box, where: str, n: int) -> bool:
    """Kills one revocation at a request; the next run says what is true, and brings it to its end. False when the point was not reached."""
    held, reached, asked = Drawer(box).held(), "", False
    killed = Life(box, env={"LD_PRELOAD": preload(str(BUILD / "lib" / "libfault-killer.so")), "KAMUPIN_KILL": f"{where}:{n}"})
    try:
        killed.login()
        reached = "logged in"
        code = killed.begun(held.name)
        asked = True
        killed.ask("code", code)
        reached = "all"
    except AssertionError as died:
        assert "the driver has died" in str(died)
    assert killed._process.stdin is not None
    killed._process.stdin.close()
    code_of = killed._process.wait(timeout=30)
    killed._log.close()
    assert code_of == (0 if reached == "all" else -9), (where, n, reached)
    done = times_revoked(box, held)
    assert done <= (1 if asked else 0), (where, n, "nothing is revoked before it is confirmed")
    with Life(box) as after:
        after.login()
        told = after.row("details", held.name)
        assert told.state == ("revoked" if done else "active"), (where, n)
        if done:
            after.refused("certificate-revoked", "revoke", held.name, "superseded")
        else:
            assert after.row("code", after.begun(held.name)).state == "revoked"
    assert times_revoked(box, held) == 1, (where, n)
    return reached != "all"


@pytest.mark.parametrize("where", ["before:request", "after:request"])
def test_killed_at_every_request(box: Box, where: str) -> None:
    n = 1
    while one_round(box, where, n):
        n += 1
    assert n > 7, "login, preparation, factor and confirmation"


def test_what_is_secret_is_in_no_log(sandbox: Callable[..., Box]) -> None:
    """Neither the token of the preparation nor the code, at the most talkative level."""
    box = sandbox(["empty"], ["--password-login"])
    held = Drawer(box).held()
    with Life(box) as life:
        life.login()
        code = life.begun(held.name)
        life.ask("code", code)
        assert code not in life.logged() and "confirmation_token" not in life.logged()
