# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What a holder does to a certificate through the library: every call in every state, for each product, for oneself and for an
# organisation; which certificate is meant; requests counted; answers lost. The other end is the sandbox's service; what it then says of
# the certificate to anybody else is asked with openssl ocsp, openssl verify and openssl crl, of which nothing is ours.
"""Suspend, unsuspend, activate, revoke."""
from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from box import BUILD, Box
from journey import preload
from life_driver import MAY, UNLIMITED, Drawer, Life
from service_life import STATES, Held
from status_clients import Client

PASSWORD = "deneme-parola"
# The contract: state → what suspend, unsuspend, activate and revoke make of it; a word with a hyphen is a status, a state what it is then.
TABLE = {
    "issued": ("certificate-not-activated", "certificate-not-activated", "active", "revoked"),
    "not-yet-valid": ("certificate-not-yet-valid", "certificate-not-yet-valid", "certificate-not-yet-valid", "revoked"),
    "active": ("suspended", "certificate-not-suspended", "certificate-active", "revoked"),
    "by-holder": ("suspended", "active", "certificate-suspended", "revoked"),
    "by-authority": ("certificate-suspended-by-others",) * 3 + ("revoked",),
    "by-institution": ("certificate-suspended-by-others",) * 3 + ("revoked",),
    "revoked": ("certificate-revoked",) * 4,
    "expired": ("certificate-expired",) * 4,
}
CALLS = ("suspend", "unsuspend", "activate", "revoke")
# Whose, and which product: oneself, a company, a public body.
HOLDERS = [("deneme", "nes", "signature"), ("vkn:4540536920", "mali-muhur", "mali-muhur"), ("vkn:4540536920", "elektronik-muhur", "seal"),
           ("detsis:12345678", "kurumsal-sifreleme", "encryption")]


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    """A sandbox without any card."""
    with Box(["empty"], ["--password-login"]) as made:
        made.settings(**UNLIMITED)
        yield made


@pytest.fixture
def life(box: Box) -> Iterator[Life]:
    """Logged in, with no reader to reach."""
    with Life(box, env={"PCSCLITE_CSOCK_NAME": "/nonexistent/pcscd.comm"}) as made:
        made.login()
        made.fresh_calls()
        yield made


@pytest.fixture
def drawer(box: Box) -> Drawer:
    return Drawer(box)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("owner, product, kind", HOLDERS)
def test_every_call_in_every_state(life: Life, drawer: Drawer, owner: str, product: str, kind: str, state: str) -> None:
    """Those that are refused have their own status and change nothing; revoking is prepared and confirmed."""
    for call, outcome in zip(CALLS, TABLE[state]):
        held = drawer.held(state, owner, kind, product)
        before = drawer.of(held)
        assert life.row("details", held.name).product == product
        words = (call, held.name, "superseded") if call == "revoke" else (call, held.name)
        if "-" in outcome:
            life.refused(outcome, *words)
            assert drawer.of(held) == before, (state, call)
            continue
        if call == "revoke":
            code = life.begun(held.name, "superseded")
            assert drawer.of(held) == before, "nothing is revoked yet"
            found = life.row("code", code)
            assert found.reason == "superseded" and abs(found.revoked_at - time.time()) < 60
        else:
            found = life.row(*words)
        assert found.state == outcome and found.organisation == ("" if owner == "deneme" else owner.split(":")[1])
        assert drawer.of(held).stored == outcome
        again = life.row("details", held.name)
        assert (again.state, again.by, again.reason) == (found.state, found.by, found.reason)
        assert again.by == ("holder" if outcome == "suspended" else "nobody")
        if state == outcome.replace("suspended", "by-holder"):
            assert drawer.of(held) == before, "once more is not another suspension"


def test_what_may_be_asked_for_is_told(life: Life, drawer: Drawer) -> None:
    """`may` of each state; the holder's own suspension may be repeated, but moves nothing."""
    for state in STATES:
        may = life.row("details", drawer.held(state).name).may
        expected = {call for call, outcome in zip(CALLS, TABLE[state]) if "-" not in outcome} - ({"suspend"} if state == "by-holder" else set())
        assert may == sum(MAY[call] for call in expected), state


def test_the_reason_is_told_and_the_history_kept(life: Life, drawer: Drawer) -> None:
    held = drawer.held("issued")
    life.ask("activate", held.name)
    for reason in ("lost", "stolen", "left-behind", "other"):
        life.ask("suspend", held.name, reason)
        life.ask("unsuspend", held.name)
    life.ask("suspend", held.name)
    life.ask("code", life.begun(held.name, "affiliationChanged"))
    history = life.history(held.name)
    assert history[0].startswith("issued/")
    assert [one for one in history if one.startswith("suspended")] == [
        f"suspended/holder/none/{reason}" for reason in ("lost", "stolen", "left-behind", "other", "")]
    assert history[-1] == "revoked/holder/affiliationChanged/affiliationChanged"
    life.refused("invalid-argument", "suspend", held.name, "for-fun")


def test_where_the_authority_ends_a_suspension_the_end_is_told(life: Life, drawer: Drawer) -> None:
    held = drawer.held()
    life.box.settings(suspend_days=30)
    found = life.row("suspend", held.name)
    assert found.suspend_until - found.suspended_at == 30 * 86400
    life.box.settings(suspend_days=0)


# ---- which one is meant ----

def test_suspending_by_id_is_one_request(life: Life, drawer: Drawer) -> None:
    held = drawer.held()
    life.ask("suspend", held.name, "lost")
    assert life.fresh_calls() == ["suspend"]


def test_a_serial_number_is_found_with_one_list(life: Life, drawer: Drawer) -> None:
    """In hex as anybody writes it, and in decimal; then one list and the call itself."""
    held = drawer.held()
    number = drawer.of(held).serial
    digits = f"{number:X}"
    whole = digits.zfill(len(digits) + len(digits) % 2)
    for text in (whole, whole.lower(), digits, "00" + whole, ":".join(whole[i:i + 2] for i in range(0, len(whole), 2)), f"decimal:{number}"):
        assert life.row("suspend", text).certificate_id == held.name
        assert life.fresh_calls() == ["certificates", "suspend"], text
    assert life.row("details", f"decimal:{number}").certificate_id == held.name


def test_a_serial_number_of_an_organisations_certificate_is_found_too(life: Life, drawer: Drawer) -> None:
    held = drawer.held("active", "vkn:4540536920", "mali-muhur", "mali-muhur")
    assert life.row("suspend", f"{drawer.of(held).serial:X}").certificate_id == held.name
    assert life.fresh_calls() == ["certificates", "certificates", "suspend"]


@pytest.mark.parametrize("which", ["crt-no-such-certificate", "../session/end", "crt-1", "0A0B0C0D0E0F", "decimal:12345", "decimal:", "decimal:0x12",
                                   "decimal:" + "9" * 200, "A" * 300, ":::"])
def test_what_names_no_certificate_of_this_person_is_unknown(life: Life, which: str) -> None:
    for call in ("suspend", "unsuspend", "activate", "details"):
        life.refused("certificate-unknown", call, which)
    life.refused("certificate-unknown", "revoke", which, "superseded")


def test_somebody_elses_certificate_is_unknown(life: Life, drawer: Drawer) -> None:
    held = drawer.held("active", "baska")
    for which in (held.name, f"{drawer.of(held).serial:X}"):
        for call in ("suspend", "unsuspend", "activate", "details"):
            life.refused("certificate-unknown", call, which)
        life.refused("certificate-unknown", "revoke", which, "superseded")
    assert drawer.of(held).stored == "active"


def test_without_a_name_the_only_one_is_meant(sandbox: Callable[..., Box]) -> None:
    """Two requests. Two in question are a choice, which is the person's; what was suspended may be asked for once more."""
    box = sandbox(["empty"], ["--password-login"])
    drawer = Drawer(box)
    with Life(box) as life:
        life.login()
        held = drawer.held()
        life.fresh_calls()
        assert life.row("suspend", "-", "lost").certificate_id == held.name
        assert life.fresh_calls() == ["certificates", "suspend"]
        box.control.post("/certificates/state", {"certificate": held.name, "state": "active"})
        other = drawer.held()
        before = drawer.of(held), drawer.of(other)
        life.refused("choice-needed", "suspend", "-")
        assert (drawer.of(held), drawer.of(other)) == before
        life.ask("suspend", other.name)
        assert life.row("suspend", "-").certificate_id == held.name
        box.control.post("/certificates/state", {"certificate": held.name, "state": "revoked", "reason": "superseded"})
        life.refused("choice-needed", "unsuspend", "-")  # another of this person's was suspended long ago
        life.refused("invalid-argument", "revoke", "-", "superseded")
        life.refused("invalid-argument", "details", "-")


def test_who_has_one_certificate_is_told_what_is_the_matter_with_it(sandbox: Callable[..., Box]) -> None:
    box = sandbox(["empty"], ["--password-login"])
    box.control.post("/people", {"user": "baska", "security_word": "çığlık42"})
    with Life(box) as life:
        life.login(number="11111111110")
        (only,) = life.rows()
        life.refused("certificate-active", "activate", "-")
        life.refused("certificate-not-suspended", "unsuspend", "-")
        Drawer(box).held("expired", "baska")
        assert [life.row("suspend", "-").certificate_id for _ in range(2)] == [only.certificate_id] * 2, "once more changes nothing"
        life.ask("unsuspend", "-")
        box.control.post("/certificates/state", {"certificate": only.certificate_id, "state": "suspended", "by": "authority"})
        life.refused("certificate-suspended-by-others", "suspend", only.certificate_id)
        life.refused("certificate-unknown", "suspend", "-")  # neither of the two


def test_a_role_has_its_own_list(life: Life, drawer: Drawer) -> None:
    mine, ours = drawer.held(), drawer.held("active", "detsis:12345678", "encryption", "kurumsal-sifreleme")
    individual, authorised = life.rows(), life.rows("authorised")
    assert mine.name in [row.certificate_id for row in individual] and ours.name in [row.certificate_id for row in authorised]
    assert all(row.organisation == "" for row in individual) and all(row.organisation != "" for row in authorised)
    assert all(len(row.serial) % 2 == 0 and row.not_before < row.not_after and "*" in row.identity for row in individual + authorised)
    life.refused("invalid-argument", "certificates", "3")
    assert life.fresh_calls() == ["certificates", "certificates"]


def test_details_bring_the_certificate_itself(life: Life, drawer: Drawer) -> None:
    held = drawer.held()
    assert life.ask("certificate", held.name) == drawer.of(held).sha256.upper()


# ---- no reader, no card ----

def test_neither_reader_nor_daemon_is_touched(box: Box, drawer: Drawer, tmp_path: Path) -> None:
    """Each call to libpcsclite would be written down by a preload library: there is none."""
    held, counted = drawer.held(), tmp_path / "counted"
    with Life(box, env={"LD_PRELOAD": preload(str(BUILD / "lib" / "libfault-count.so")), "KAMUPIN_COUNT": str(counted)}) as life:
        life.login()
        life.ask("suspend", held.name, "lost")
        life.ask("unsuspend", held.name)
        life.ask("code", life.begun(held.name))
    assert not counted.exists()


def test_nobody_is_logged_in(box: Box) -> None:
    with Life(box) as life:
        for words in (("certificates",), ("details", "crt-12345678"), ("suspend", "crt-12345678"), ("suspend", "-"), ("unsuspend", "crt-12345678"),
                      ("activate", "crt-12345678"), ("revoke", "crt-12345678", "superseded")):
            life.refused("login-required", *words)


# ---- lost answers ----

def lose(life: Life, call: str, *words: str) -> None:
    """A call whose answer is lost, and those of its two repetitions as well."""
    for _ in range(3):
        life.box.fault(call, "drop-after")
    status, _ = life._tell(" ".join(words))
    assert status == "network-interrupted"
    life.fresh_calls()


def test_a_lost_answer_is_one_suspension(life: Life, drawer: Drawer) -> None:
    held = drawer.held()
    lose(life, "suspend", "suspend", held.name, "lost")
    once = drawer.of(held)
    assert once.stored == "suspended"
    assert life.row("suspend", held.name, "lost").state == "suspended"
    assert drawer.of(held) == once
    lose(life, "unsuspend", "unsuspend", held.name)
    assert life.row("unsuspend", held.name).state == "active", "the first did it: the second is no refusal"
    assert [one.split("/")[0] for one in life.history(held.name)][-2:] == ["suspended", "active"]
    held = drawer.held("issued")
    lose(life, "activate", "activate", held.name)
    assert life.row("activate", held.name).state == "active"


def test_an_answer_of_then_is_not_the_state_of_now(life: Life, drawer: Drawer) -> None:
    """Suspended, the answer lost, reopened elsewhere: who suspends once more has it suspended, and not told so."""
    held = drawer.held()
    lose(life, "suspend", "suspend", held.name, "lost")
    life.box.control.post("/certificates/state", {"certificate": held.name, "state": "active", "by": "holder"})
    assert life.row("suspend", held.name, "lost").state == "suspended"
    assert drawer.of(held).stored == "suspended"


# ---- the others' word ----

def test_everybody_is_told_at_once(life: Life, drawer: Drawer, tmp_path: Path) -> None:
    """openssl ocsp, verify and crl agree before and after each call."""
    held, others = drawer.held(), Client(life.box, tmp_path)
    certificate = others.pem("held", held.record.der)

    def said() -> tuple[str, str, str]:
        return others.ocsp(certificate), others.verify(certificate), others.entry(certificate)
    assert said() == ("good", "OK", "")
    life.ask("suspend", held.name, "lost")
    assert said() == ("revoked:certificateHold", "23", "Certificate Hold")
    life.ask("unsuspend", held.name)
    assert said() == ("good", "OK", "")
    code = life.begun(held.name, "keyCompromise")
    assert said() == ("good", "OK", ""), "prepared, and nothing more"
    life.ask("code", code)
    assert said() == ("revoked:keyCompromise", "23", "Key Compromise")


def test_a_certificate_that_was_opened_is_good_to_everybody(life: Life, drawer: Drawer, tmp_path: Path) -> None:
    held, others = drawer.held("issued"), Client(life.box, tmp_path)
    certificate = others.pem("held", held.record.der)
    assert others.ocsp(certificate) == "revoked:certificateHold"
    life.ask("activate", held.name)
    assert others.ocsp(certificate) == "good" and others.verify(certificate) == "OK"


def test_a_service_without_this_group_refuses(life: Life, drawer: Drawer) -> None:
    held: Held = drawer.held()
    features = life.box.control.get("/settings")["features"]
    life.box.settings(features="")
    life.refused("service-refused", "suspend", held.name)
    life.box.settings(features=features)
    assert drawer.of(held).stored == "active"


def test_who_has_no_certificate_of_their_own_means_their_organisations(sandbox: Callable[..., Box]) -> None:
    """And whoever has one never suspends a seal by leaving the name out."""
    box = sandbox(["empty"], ["--password-login"])
    box.control.post("/people", {"user": "baska", "security_word": "çığlık42"})
    with Life(box) as life:
        life.login(number="11111111110")
        (own,), (seal,) = life.rows(), life.rows("authorised")
        box.control.post("/certificates/state", {"certificate": own.certificate_id, "state": "revoked", "reason": "superseded"})
        life.refused("certificate-revoked", "suspend", "-")
        assert life.row("details", seal.certificate_id).state == "active"
        with sqlite3.connect(box.folder / "service" / "registry.db") as registry:
            registry.execute("DELETE FROM certificate WHERE certificate_id = ?", (own.certificate_id,))
        registry.close()
        life.fresh_calls()
        assert life.row("suspend", "-").certificate_id == seal.certificate_id
        assert life.fresh_calls() == ["certificates", "certificates", "suspend"]
