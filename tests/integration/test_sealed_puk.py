# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The sealed PUK, end to end: the service gives the card's PUK as a JWE to the operation's key, the library opens it into a
# secret, one RESET RETRY COUNTER carries it. The card's row comes from a file and knows no external authentication. Service and
# card are this project's own; the JWE is sealed by Python's cryptography module here, and by Debian's `jose` and jwcrypto in the
# unit test. That the card takes this command from a foreign client shows test_opensc_agrees.py; OpenSC verifies the new PIN.
"""Sealed PUK."""
from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from attempt import NEW_PIN, Steps, costly, new_pin_works, requests, forget_requests
from box import ROOT, Box
from test_kill import journals

SEALED = 8  # KAMUPIN_RISK_SEALED_PUK
OUTCOME = {"1": "done", "2": "not-done", "3": "unknown"}
ROW = """kamupin-profile 1
row = no-key-2
like = akis-2
product = AKİS v2.x, no external authentication
external-authenticate = unknown
reset-with-puk = 00 2C 00 81 candidate
"""
CARD = "akis2:blocked:row=no-key-2:form=sealed-puk"
Sandbox = Callable[..., Box]


def steps(box: Box, row: str = ROW) -> Steps:
    """The public API with that card's row."""
    path = box.folder / "no-key-2.profile"
    path.write_text(row)
    path.chmod(0o600)
    made = Steps(box)
    made.good("profile", str(path))
    return made


def ledger(box: Box) -> dict[str, int]:
    """What the service counts for the card."""
    (row,) = [row for row in box.control.get("/ledger")["ledger"] if row["card_id"] == box.cards[0].card_id]
    return {"attempts": row["attempts_left"], "uses": row["puk_uses_left"], "disclosed": int(row["puk_disclosed"])}


def puk_of(box: Box) -> str:
    return bytes.fromhex(box.cards[0].state()["puk.value"]).decode()


def test_a_new_pin_by_a_sealed_puk(sandbox: Sandbox) -> None:
    box = sandbox(cards=[CARD])
    with steps(box) as one:
        one.to("ready", risk=SEALED)
        sent = len(box.cards[0].commands())
        one.good("run")
        assert OUTCOME[one.say("result")["outcome"]] == "done"
    work = [line[:8] for line in box.cards[0].commands()[sent:]]
    # one transaction: identified in four, the PUK's counter, the reset, the counter again, logged out
    assert [head[2:4] for head in work] == ["A4", "A4", "B0", "B0", "CB", "2C", "CB", "A4", "A4"]
    assert work[5] == "002C0081" and len(costly(box.cards[0].commands())) == 1
    assert new_pin_works(box)
    (operation,) = box.operations()
    assert operation["outcomes"][-1]["evidence"] == {
        "external_authenticate": "accepted", "pin_state_before": "blocked", "pin_state_after": "usable", "tries_before": 0,
        "puk_tries_before": 3, "puk_tries_after": 3}
    # a right use is a use: neither the ledger nor what was disclosed comes back
    assert ledger(box) == {"attempts": 3, "uses": 2, "disclosed": 1}
    assert journals(box) == []
    for secret in (puk_of(box), NEW_PIN):
        assert secret not in one.log.read_text() and secret.encode().hex() not in one.log.read_text().lower()


def test_refused_before_an_sms_where_nobody_allowed_it(sandbox: Sandbox) -> None:
    box = sandbox(cards=[CARD])
    with steps(box) as one:
        one.to("card")
        one.refused("sealed-puk-refused", "choose")
    assert costly(box.cards[0].commands()) == [] and ledger(box)["disclosed"] == 0
    assert box.control.get("/sms")["sms"] == []


def test_refused_for_a_row_that_knows_another_way(sandbox: Sandbox) -> None:
    box = sandbox(cards=["akis2:blocked:form=sealed-puk"])
    with Steps(box) as one:
        one.to("card", risk=SEALED)
        one.refused("sealed-puk-refused", "choose")
    assert costly(box.cards[0].commands()) == [] and ledger(box)["disclosed"] == 0


def test_never_the_last_use(sandbox: Sandbox) -> None:
    """By the card's own counter before an SMS, and by the service's ledger before the PUK leaves it."""
    box = sandbox(cards=[CARD + ":puk=1"])
    with steps(box) as one:
        one.to("card", risk=SEALED)
        one.refused("puk-last-try", "choose")
    box = sandbox(cards=[CARD])
    box.control.post("/ledger", {"card_id": box.cards[0].card_id, "puk_uses_left": 1})
    with steps(box) as one:
        one.to("ready", risk=SEALED)
        one.refused("authority-exhausted", "run")
    assert costly(box.cards[0].commands()) == [] and ledger(box) == {"attempts": 3, "uses": 1, "disclosed": 0}


def test_no_falling_back_to_another_form(sandbox: Sandbox) -> None:
    """A PUK that the card refuses ends the operation; the cryptogram is not tried, and the use stays counted."""
    box = sandbox(cards=[CARD])
    box.cards[0].on("ins=2C before sw=63C2")
    forget_requests(box)
    with steps(box) as one:
        one.to("ready", risk=SEALED)
        one.refused("authentication-refused", "run")
        assert OUTCOME[one.say("result")["outcome"]] == "not-done"
    assert requests(box).count("authority") == 1
    assert [line[2:4] for line in costly(box.cards[0].commands())] == ["2C"]
    assert box.operations()[0]["outcome"] == "not-done" and ledger(box)["uses"] == 2


@pytest.mark.parametrize("where, outcome", [("before", "not-done"), ("after", "done")])
def test_a_lost_answer_is_found_out(sandbox: Sandbox, where: str, outcome: str) -> None:
    """One command spends the PUK and sets the PIN. When its answer is lost the card's state tells: it was blocked."""
    box = sandbox(cards=[CARD])
    with steps(box) as one:
        one.to("ready", risk=SEALED)
        box.cards[0].on(f"ins=2C {where} power-cycle")
        answer = one.say("run")
        assert OUTCOME[one.say("result")["outcome"]] == outcome, answer
    assert len(costly(box.cards[0].commands())) == 1  # never sent twice
    assert box.operations()[0]["outcome"] == outcome and ledger(box)["uses"] == 2
    assert new_pin_works(box) == (outcome == "done")


def test_the_puk_reaches_a_card_by_one_way_alone() -> None:
    """Who can make a secret of that kind, and who can let it pass, stands once each in the library's source. (auth/form.c writes
    a login's verifier, of a kind of its own.)"""
    found: dict[str, list[str]] = {"kp_secret_written(": [], "sealed_puk = ": [], "KP_SECRET_PUK": []}
    for path in sorted((ROOT / "lib").rglob("*.[ch]")):
        text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
        for word, files in found.items():
            if word in text:
                files.append(str(path.relative_to(ROOT / "lib")))
    assert found == {"kp_secret_written(": ["auth/form.c", "core/secret.c", "core/secret.h", "service/jwe.c"],
                     "sealed_puk = ": ["card/sealed.c"],
                     "KP_SECRET_PUK": ["card/sealed.c", "core/secret.c", "core/secret.h", "service/calls.c"]}
