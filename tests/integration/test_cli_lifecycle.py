# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# kamupin cert suspend, unsuspend, activate and revoke: without a reader, at a terminal and for programs, in both languages; every
# refusal. Not ours on the other end: `openssl ocsp` says what the issuer's responder says of a certificate afterwards.
"""Tests of the life of certificates, by the command."""
from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from box import BUILD, until
from cli import KAMUPIN, STATUS, read_line
from cli_life import CTRL_C, Person, fits
from journey import feed_sms, preload
from life_driver import UNLIMITED, Drawer
from service_client import Registry
from terminal import Terminal

from kamupin_sandbox.lifecycle import now  # noqa: E402  (the path is service_client's)

NOWHERE = {"PCSCLITE_CSOCK_NAME": "/nonexistent/pcscd.comm"}


@pytest.fixture
def person() -> Iterator[Person]:
    with Person() as made:
        yield made


@pytest.fixture(scope="module")
def somebody() -> Iterator[Person]:
    """For tests that change nothing."""
    with Person() as made:
        yield made


def by_ocsp(person: Person, tmp_path: Path, certificate_id: str) -> str:
    """good, revoked … as `openssl ocsp` reads the responder."""
    leaf, sub, root = tmp_path / "leaf.pem", tmp_path / "sub.pem", person.box.env["KAMUPIN_TRUST"]
    shown = person.ask("cert", "show", certificate_id, "--out", str(leaf))["certificate"]
    der = subprocess.run(["curl", "-sf", shown["issuer_files"][0]], capture_output=True, check=True).stdout
    subprocess.run(["openssl", "x509", "-inform", "der", "-out", str(sub)], input=der, check=True)
    said = subprocess.run(["openssl", "ocsp", "-issuer", str(sub), "-cert", str(leaf), "-url", shown["ocsp"][0], "-CAfile", root],
                          capture_output=True, text=True)
    return said.stdout.splitlines()[0].rsplit(": ", 1)[1]


def test_suspending_needs_a_session_and_nothing_else(person: Person, tmp_path: Path) -> None:
    """No PC/SC daemon, no question, one command; it may be repeated, and is undone by another."""
    active = person.one("active")
    assert person.run("card", "list", env=NOWHERE)[0] == STATUS["reader-service-down"]
    for _ in range(2):
        code, said = person.run("cert", "suspend", active["certificate_id"], "--reason", "lost", env=NOWHERE)
        (made,) = said["suspended"]
        assert code == 0 and (made["state"], made["suspended_by"]) == ("suspended", "holder") and made["suspend_until"]
    assert by_ocsp(person, tmp_path, active["certificate_id"]) == "revoked"
    code, said = person.run("cert", "unsuspend", active["serial"].lower(), env=NOWHERE)
    assert code == 0 and said["record"]["state"] == "active" and "unsuspend" not in said["record"]["may"]
    assert by_ocsp(person, tmp_path, active["certificate_id"]) == "good"


@pytest.mark.parametrize("lang, says, undo", [("en", "The certificate is suspended", "found: kamupin cert unsuspend crt-"),
                                              ("tr", "Sertifika askıya alındı", "indirin: kamupin cert unsuspend crt-")])
def test_the_only_one_need_not_be_named(person: Person, lang: str, says: str, undo: str) -> None:
    done = person.plain("cert", "suspend", lang=lang, env=NOWHERE)
    assert done.returncode == 0 and says in done.stdout and undo in done.stdout and done.stderr == "" and fits(done.stdout)
    assert [one["record"]["state"] for one in person.certificates()].count("active") == 0
    again = person.plain("cert", "suspend", lang=lang, env=NOWHERE)
    assert again.returncode == 0 and again.stdout == "" and len(again.stderr.splitlines()) == 1


def test_with_several_one_is_asked_which(person: Person) -> None:
    person.ask("cert", "activate", person.one("issued")["certificate_id"])
    code, said = person.run("cert", "suspend")
    assert code == STATUS["choice-needed"] and {one["state"] for one in said["choices"]} == {"active"} and len(said["choices"]) == 2
    plain = person.plain("cert", "suspend", lang="tr")
    assert plain.returncode == STATUS["choice-needed"] and "--all" in plain.stderr and plain.stdout == ""
    assert all(one["serial"] in plain.stderr for one in said["choices"])
    with person.terminal("cert", "suspend", lang="tr") as terminal:
        terminal.expect("Hangi sertifika askıya alınsın.*3  hepsi.*Numarası")
        terminal.send("2")
        terminal.expect("askıya alındı.*" + said["choices"][1]["serial"])
        assert terminal.wait() == 0 and fits(terminal.text)
    assert [one["record"]["state"] for one in person.certificates()].count("active") == 1
    person.ask("cert", "unsuspend", said["choices"][1]["certificate_id"])
    assert len(person.ask("cert", "suspend", "--all")["suspended"]) == 2
    assert [one["record"]["state"] for one in person.certificates()].count("active") == 0


def test_an_organisations_by_its_authorised_person(person: Person) -> None:
    (made,) = person.ask("cert", "suspend", "--role", "authorised", "--reason", "stolen")["suspended"]
    assert made["product"] == "mali-muhur" and made["on_behalf_of"].startswith("vkn:")
    person.put(made["certificate_id"], "revoked", by="authority", reason="keyCompromise")
    person.refused("certificate-unknown", "cert", "suspend", "--role", "authorised")


REFUSALS = [
    ("suspend", "issued", None, "certificate-not-activated"), ("suspend", "not-yet-valid", None, "certificate-not-yet-valid"),
    ("suspend", "revoked", None, "certificate-revoked"), ("suspend", "expired", None, "certificate-expired"),
    ("unsuspend", "active", None, "certificate-not-suspended"), ("unsuspend", "issued", None, "certificate-not-activated"),
    ("unsuspend", "revoked", None, "certificate-revoked"), ("unsuspend", "expired", None, "certificate-expired"),
    ("unsuspend", "not-yet-valid", None, "certificate-not-yet-valid"), ("activate", "active", None, "certificate-active"),
    ("activate", "suspended", "holder", "certificate-suspended"), ("activate", "revoked", None, "certificate-revoked"),
    ("activate", "not-yet-valid", None, "certificate-not-yet-valid"), ("activate", "expired", None, "certificate-expired")]


@pytest.mark.parametrize("verb, state, by, status", REFUSALS)
def test_every_refusal_has_its_own_exit_code_and_sentence(somebody: Person, verb: str, state: str, by: str | None, status: str) -> None:
    which = somebody.one(state, by)
    somebody.refused(status, "cert", verb, which["certificate_id"])
    for lang in ("tr", "en"):
        assert len(somebody.plain("cert", verb, which["certificate_id"], lang=lang).stderr.strip()) > 30
    assert somebody.one(state, by) == which


@pytest.mark.parametrize("state", ["revoked", "expired"])
def test_what_is_over_is_not_revoked(somebody: Person, state: str) -> None:
    said = somebody.refused(f"certificate-{state}", "cert", "revoke", somebody.one(state)["certificate_id"], "--reason", "superseded",
                            "--acknowledge", sms_fd="1\n")
    assert "revocation" not in said


def test_what_others_suspended_stays(somebody: Person) -> None:
    which = somebody.one("suspended", "institution", "authorised")["certificate_id"]
    for verb in ("suspend", "unsuspend", "activate"):
        somebody.refused("certificate-suspended-by-others", "cert", verb, which)


def test_what_is_wrong_with_the_line(somebody: Person) -> None:
    for words in (("suspend", "--reason", "bored"), ("suspend", "crt-x", "--all"), ("revoke",), ("unsuspend",), ("activate",),
                  ("revoke", "crt-x", "--reason", "cACompromise", "--acknowledge", "--sms-fd", "0"),
                  ("revoke", "crt-x", "--reason", "superseded", "--sms-fd", "0"), ("revoke", "crt-x", "--reason", "superseded", "--acknowledge"),
                  ("revoke", "crt-x", "--sms-fd", "0", "--acknowledge"), ("suspend", "--card", "x")):
        done = somebody.plain("cert", *words)
        assert done.returncode == STATUS["invalid-argument"] and done.stdout == "" and done.stderr != "", words
    assert "keyCompromise" in somebody.plain("cert", "revoke", "crt-x", "--reason", "lost").stderr
    somebody.refused("certificate-unknown", "cert", "suspend", "crt-AAECAwQFBgcICQoL")
    somebody.refused("certificate-unknown", "cert", "unsuspend", "00FF00FF")


def test_without_a_session_each_says_to_log_in(somebody: Person, tmp_path: Path) -> None:
    (tmp_path / "r").mkdir(mode=0o700)
    alone = {"XDG_RUNTIME_DIR": str(tmp_path / "r")}
    for words in (("suspend",), ("unsuspend", "crt-x"), ("activate", "crt-x")):
        somebody.refused("login-required", "cert", *words, env=alone)


# ---- revoking ----


@pytest.mark.parametrize("lang, means, type_it, other, code, done", [
    ("en", "cannot be undone", "last four", "! That is not how this certificate's serial number ends", "Code in the SMS", "The certificate is revoked"),
    ("tr", "geri dönüşü yoktur", "son dört", "! Bu sertifikanın seri numarası böyle bitmiyor", "SMS doğrulama kodu \\(", "Sertifika iptal edildi")])
def test_revoking_at_a_terminal(person: Person, tmp_path: Path, lang: str, means: str, type_it: str, other: str, code: str, done: str) -> None:
    """What it means, the end of the serial number, the second factor; a wrong end is said to be one, and a wrong code too."""
    active = person.one("active")
    with person.terminal("cert", "revoke", active["serial"], lang=lang) as terminal:
        terminal.expect(r"\(1-5\): ")
        terminal.send("1")
        terminal.expect(means)
        terminal.expect("950[.,]00.*• .*kamupin cert suspend")
        terminal.expect(type_it)
        terminal.send("0000" if active["serial"][-4:] != "0000" else "1111")
        terminal.expect(other + ".*" + type_it)
        assert person.box.control.get("/sms")["sms"] == []
        terminal.send(active["serial"][-4:].lower())
        terminal.expect(code)
        terminal.send("000000" if person.sms() != "000000" else "111111")
        terminal.expect("! ")
        terminal.expect(code)
        assert person.one("active")["certificate_id"] == active["certificate_id"]
        terminal.send(person.sms())
        terminal.expect(done)
        assert terminal.wait() == 0 and fits(terminal.text)
    assert person.ask("cert", "show", active["certificate_id"])["certificate"]["record"]["reason"] == "keyCompromise"
    assert by_ocsp(person, tmp_path, active["certificate_id"]) == "revoked"


@pytest.mark.parametrize("lang, says", [("en", "You gave up: the certificate was not revoked"), ("tr", "Vazgeçtiniz: sertifika iptal edilmedi")])
@pytest.mark.parametrize("where", ["word", "code"])
def test_giving_up_revokes_nothing_and_says_so(somebody: Person, lang: str, says: str, where: str) -> None:
    active = somebody.one("active")
    with somebody.terminal("cert", "revoke", active["certificate_id"], "--reason", "superseded", lang=lang) as terminal:
        terminal.expect("last four|son dört")
        if where == "code":
            terminal.send(active["serial"][-4:])
            terminal.expect(r"\([^\n]*1 (min|dk)[^\n]*\): ")
        terminal.send(CTRL_C, end="")
        terminal.expect(says)
        assert terminal.wait() == STATUS["cancelled"]
    assert somebody.one("active") == active
    # The preparation is given up with the service as well.
    assert all(one["state"] != "waiting" for one in somebody.box.control.get("/revocations")["revocations"])


def test_revoking_for_programs(person: Person) -> None:
    active = person.one("active")
    words = ("cert", "revoke", active["certificate_id"], "--reason", "cessationOfOperation", "--acknowledge")
    said = person.refused("sms-code-wrong", *words, sms_fd="000000\n")
    assert not said["revocation"]["confirmed"] and said["revocation"]["price_kurus"] == 95000 and len(said["revocation"]["lost"]) > 2
    assert person.one("active") == active
    before = len(person.box.control.get("/sms")["sms"])
    read_end, write_end = os.pipe()
    child = subprocess.Popen([KAMUPIN, *words, "--sms-fd", str(read_end), "--json"], env=person.env, stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, pass_fds=[read_end])
    until(lambda: len(person.box.control.get("/sms")["sms"]) > before, what="the SMS")
    os.write(write_end, person.sms().encode() + b"\n")
    out, complaint = child.communicate(timeout=60)
    os.close(read_end)
    os.close(write_end)
    assert child.returncode == 0, complaint
    revocation = read_line(out)["revocation"]
    assert revocation["confirmed"] and revocation["record"]["state"] == "revoked" and revocation["reason"] == "cessationOfOperation"


@pytest.mark.parametrize("action, revoked", [("drop-before", False), ("drop-after", True)])
def test_a_lost_answer_is_looked_up(person: Person, action: str, revoked: bool) -> None:
    """The confirmation's answer is lost, however often it is repeated: the service tells what became of it."""
    active = person.one("active")
    person.box.control.post("/faults", {"call": "confirm-revocation", "action": action, "times": 20})
    with person.terminal("cert", "revoke", active["certificate_id"], "--reason", "superseded") as terminal:
        terminal.expect("last four")
        terminal.send(active["serial"][-4:])
        terminal.expect("Code in the SMS")
        terminal.send(person.sms())
        terminal.expect("The certificate is revoked" if revoked else "The certificate was not revoked; it is as it was", 60)
        code = terminal.wait(60)
    assert (code == 0) == revoked
    person.box.control.call("DELETE", "/faults")
    state = person.ask("cert", "show", active["certificate_id"])["certificate"]["record"]["state"]
    assert state == ("revoked" if revoked else "active")


def test_a_confirmation_that_is_still_under_way_is_not_called_nothing(person: Person) -> None:
    """Somebody stops while the service works on it: what is said at the end is what stands at the end, however slow the service is."""
    active = person.one("active")
    person.box.control.post("/faults", {"call": "confirm-revocation", "action": "slow", "seconds": 1})
    person.box.control.post("/faults", {"call": "cancel-revocation", "action": "delay", "seconds": 4})
    with person.terminal("cert", "revoke", active["certificate_id"], "--reason", "superseded") as terminal:
        terminal.expect("last four")
        terminal.send(active["serial"][-4:])
        terminal.expect(r"Code in the SMS \(")
        terminal.send(person.sms())
        until(lambda: len(person.box.control.get("/faults")["faults"]) == 1, what="the confirmation")
        terminal.send(CTRL_C, end="")
        terminal.expect("The certificate is revoked")
        assert terminal.wait() == 0 and "not revoked" not in terminal.text
    assert person.ask("cert", "show", active["certificate_id"])["certificate"]["record"]["state"] == "revoked"


def lost_from_now(person: Person, *calls: str) -> None:
    """The network is gone for these calls."""
    for call in calls:
        person.box.control.post("/faults", {"call": call, "action": "drop-before", "times": 20})


UNSETTLED = {"en": "whether the certificate is revoked is not known; .* kamupin cert show {}",
             "tr": "iptal edilip edilmediği bilinmiyor; .* kamupin cert show {}"}


@pytest.mark.parametrize("lang, how", [("en", "network"), ("tr", "network"), ("en", "Ctrl+C"), ("tr", "Ctrl+C")])
def test_what_nobody_can_know_is_called_so(person: Person, lang: str, how: str) -> None:
    """The confirmation went out, and then the network is gone, or the person stops meanwhile and it is gone: neither end is claimed."""
    active = person.one("active")
    if how == "network":
        person.box.control.post("/faults", {"call": "confirm-revocation", "action": "drop-before"})
    else:
        person.box.control.post("/faults", {"call": "confirm-revocation", "action": "slow", "seconds": 3})
    with person.terminal("cert", "revoke", active["certificate_id"], "--reason", "superseded", lang=lang) as terminal:
        terminal.expect("last four|son dört")
        terminal.send(active["serial"][-4:])
        terminal.expect(r"\([^\n]*1 (min|dk)[^\n]*\): ")
        lost_from_now(person, "cancel-revocation", "certificate-details")
        terminal.send(person.sms())
        if how == "Ctrl+C":
            until(lambda: len(person.box.control.get("/faults")["faults"]) == 2, what="the confirmation")
            terminal.send(CTRL_C, end="")
        terminal.expect(UNSETTLED[lang].format(active["certificate_id"]).replace(" ", r"\s+"))
        assert terminal.wait() == STATUS["revocation-unsettled"] and fits(terminal.text)
        assert "not revoked" not in terminal.text and "iptal edilmedi" not in terminal.text


def told_by_json(person: Person, certificate_id: str) -> tuple[int, dict[str, Any]]:
    """A revocation for programs, up to its end: exit code and what it printed."""
    before = len(person.box.control.get("/sms")["sms"])
    read_end, write_end = os.pipe()
    with revoking(person, certificate_id, read_end) as child:
        until(lambda: len(person.box.control.get("/sms")["sms"]) > before, what="the SMS")
        os.write(write_end, person.sms().encode() + b"\n")
        os.close(write_end)
        out, _ = child.communicate(timeout=60)
    return child.returncode, read_line(out)


def revoking(person: Person, certificate_id: str, sms_fd: int, env: dict[str, str] | None = None) -> subprocess.Popen[str]:
    """kamupin cert revoke for programs, which reads the SMS code from a pipe; this process' end of it is closed."""
    try:
        return subprocess.Popen([KAMUPIN, "cert", "revoke", certificate_id, "--reason", "superseded", "--acknowledge", "--sms-fd", str(sms_fd), "--json"],
                                env=person.env | (env or {}), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                pass_fds=[sms_fd])
    finally:
        os.close(sms_fd)


def test_programs_are_told_what_is_known(person: Person) -> None:
    """confirmed is null where nobody knows; the next run finds out."""
    active = person.one("active")["certificate_id"]
    lost_from_now(person, "confirm-revocation", "cancel-revocation", "certificate-details")
    code, said = told_by_json(person, active)
    assert code == STATUS["revocation-unsettled"] and said["error"]["status"] == "revocation-unsettled" and said["revocation"]["confirmed"] is None
    person.box.control.call("DELETE", "/faults")
    person.box.control.post("/faults", {"call": "confirm-revocation", "action": "drop-after"})
    lost_from_now(person, "certificate-details")
    code, said = told_by_json(person, active)
    assert code == 0 and said["revocation"]["confirmed"] is True and said["revocation"]["record"]["state"] == "revoked"


def test_what_somebody_else_revoked_meanwhile_is_not_called_unrevoked(person: Person) -> None:
    active = person.one("active")
    with person.terminal("cert", "revoke", active["certificate_id"], "--reason", "superseded") as terminal:
        terminal.expect("last four")
        terminal.send(active["serial"][-4:])
        terminal.expect(r"Code in the SMS \(")
        person.put(active["certificate_id"], "revoked", by="authority", reason="keyCompromise")
        terminal.send(person.sms())
        assert terminal.wait() == STATUS["certificate-revoked"] and "not revoked" not in terminal.text


# ---- killed ----

def times_revoked(person: Person, certificate_id: str) -> int:
    """How often it was revoked, by the service's registry."""
    with Registry(person.box.folder / "service" / "registry.db") as registry:
        record = registry.certificates.one(certificate_id)
    assert record is not None
    return [one.state for one in record.history].count("revoked")


def test_killed_between_the_two_steps_nothing_is_revoked(person: Person, tmp_path: Path) -> None:
    active = person.one("active")["certificate_id"]
    read_end, write_end = os.pipe()
    with revoking(person, active, read_end) as child:
        until(lambda: len(person.box.control.get("/sms")["sms"]) > 0, what="the SMS")
        child.kill()
        assert child.wait(30) == -signal.SIGKILL
    os.close(write_end)
    assert times_revoked(person, active) == 0 and by_ocsp(person, tmp_path, active) == "good"
    code, said = told_by_json(person, active)
    assert code == 0 and said["revocation"]["record"]["state"] == "revoked" and times_revoked(person, active) == 1


def test_killed_while_the_service_works_on_it_the_next_run_tells_the_truth(person: Person, tmp_path: Path) -> None:
    active, before = person.one("active")["certificate_id"], len(person.box.control.get("/sms")["sms"])
    person.box.control.post("/faults", {"call": "confirm-revocation", "action": "slow", "seconds": 1})
    read_end, write_end = os.pipe()
    with revoking(person, active, read_end) as child:
        until(lambda: len(person.box.control.get("/sms")["sms"]) > before, what="the SMS")
        os.write(write_end, person.sms().encode() + b"\n")
        until(lambda: person.box.control.get("/faults")["faults"] == [], what="the confirmation")
        child.kill()
        assert child.wait(30) == -signal.SIGKILL
    os.close(write_end)
    until(lambda: times_revoked(person, active) == 1, what="the end of the service's work")
    said = person.refused("certificate-revoked", "cert", "revoke", active, "--reason", "superseded", "--acknowledge", sms_fd="1\n")
    assert "revocation" not in said and times_revoked(person, active) == 1
    assert person.ask("cert", "show", active)["certificate"]["record"]["reason"] == "superseded" and by_ocsp(person, tmp_path, active) == "revoked"


def killed_at(person: Person, where: str, n: int) -> bool:
    """Kills the command at its nth request, and has the next run bring it to its end. False when it came to its end itself."""
    drawer = Drawer(person.box)
    held = drawer.held()
    env = {"LD_PRELOAD": preload(str(BUILD / "lib" / "libfault-killer.so")), "KAMUPIN_KILL": f"{where}:{n}"}
    read_end, write_end = os.pipe()
    kept = os.dup(read_end)  # so that a code that comes too late for the killed one breaks no pipe
    stop = threading.Event()
    feeder = threading.Thread(target=feed_sms, args=(person.box, write_end, stop))
    feeder.start()
    with revoking(person, held.name, read_end, env) as child:
        out, complaint = child.communicate(timeout=60)
    stop.set()
    feeder.join()
    os.close(kept)
    assert child.returncode in (0, -signal.SIGKILL), complaint
    done = times_revoked(person, held.name)
    assert done == 1 if child.returncode == 0 else done <= 1
    assert person.ask("cert", "show", held.name)["certificate"]["record"]["state"] == ("revoked" if done else "active"), (where, n)
    if done:
        person.refused("certificate-revoked", "cert", "revoke", held.name, "--reason", "superseded", "--acknowledge", sms_fd="1\n")
    else:
        assert told_by_json(person, held.name)[0] == 0
    assert times_revoked(person, held.name) == 1, (where, n)
    return child.returncode != 0


@pytest.mark.parametrize("where", ["before:request", "after:request"])
def test_killed_at_every_request(person: Person, where: str) -> None:
    person.box.settings(**UNLIMITED)
    n = 1
    while killed_at(person, where, n):
        n += 1
    assert n > 3, "preparation, factor and confirmation"


def test_with_json_what_it_means_is_read_at_the_terminal(somebody: Person, tmp_path: Path) -> None:
    active, out = somebody.one("active"), tmp_path / "out"
    with Terminal(["/bin/sh", "-c", 'out=$1; shift; exec "$0" "$@" > "$out"', KAMUPIN, str(out), "cert", "revoke", active["certificate_id"],
                   "--json"], somebody.env) as terminal:
        terminal.expect(r"\(1-5\): ")
        terminal.send("1")
        terminal.expect("cannot be undone.*" + active["serial"] + ".*last four")
        terminal.send(CTRL_C, end="")
        assert terminal.wait() == STATUS["cancelled"]
    assert not read_line(out.read_text())["revocation"]["confirmed"] and somebody.one("active") == active


def test_who_stops_between_two_suspensions_is_told(person: Person) -> None:
    """The second one is not suspended, and the exit code says so. The command waits for room in a full pipe after the first."""
    person.ask("cert", "activate", person.one("issued")["certificate_id"])
    read_end, write_end = os.pipe()
    os.set_blocking(write_end, False)
    try:
        while True:
            os.write(write_end, b"." * 4096)
    except BlockingIOError:
        os.set_blocking(write_end, True)
    with subprocess.Popen([KAMUPIN, "cert", "suspend", "--all"], env=person.env, stdin=subprocess.DEVNULL, stdout=write_end,
                          stderr=subprocess.PIPE, text=True) as child:
        os.close(write_end)
        until(lambda: "pipe_w" in Path(f"/proc/{child.pid}/wchan").read_text(), what="a command that waits to tell of the first suspension")
        assert active_ones(person) == 1
        child.send_signal(signal.SIGINT)
        until(lambda: "ShdPnd:\t0000000000000000" in Path(f"/proc/{child.pid}/status").read_text(), what="the signal's thread")
        while os.read(read_end, 65536):
            pass
        os.close(read_end)
        assert child.stderr is not None and "was cancelled" in child.stderr.read()
        assert child.wait(30) == STATUS["cancelled"]
    assert active_ones(person) == 1


def active_ones(person: Person) -> int:
    """How many of this person's certificates are open, by the service's registry."""
    with Registry(person.box.folder / "service" / "registry.db") as registry:
        return [one.stored for one in registry.certificates.of(["deneme"]) if one.not_before < now() < one.not_after].count("active")


@pytest.mark.parametrize("where", ["full", "gone", "closed"])
def test_a_result_that_nobody_could_read_is_no_success(person: Person, where: str) -> None:
    """The certificate is suspended all the same, which the sentence and an exit code that is no status say; a descriptor that is closed
    is no connection's."""
    assert 125 not in STATUS.values()
    active = person.one("active")
    read_end, write_end = os.pipe()
    os.close(read_end)
    if where == "full":
        os.dup2(os.open("/dev/full", os.O_WRONLY | os.O_CLOEXEC), write_end)
    redirect = 'exec "$0" "$@" >&-' if where == "closed" else 'exec "$0" "$@"'
    done = subprocess.run(["/bin/sh", "-c", redirect, KAMUPIN, "cert", "suspend", active["certificate_id"]], env=person.env, stdout=write_end,
                          stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, timeout=60)
    os.close(write_end)
    assert done.returncode == 125 and "has done its work, but could not write" in done.stderr and len(done.stderr.splitlines()) == 1
    assert active_ones(person) == 0


def test_ctrl_c_right_after_a_key_is_not_waited_out(somebody: Person, tmp_path: Path) -> None:
    """The command has seen that there is a key, and has not read it yet, when Ctrl+C comes; strace holds it there for a second.
    (Who is traced cannot be searched for leaks, and a sanitizer would end it with a code of its own.)"""
    traced = somebody.env | {"ASAN_OPTIONS": "verify_asan_link_order=0:detect_leaks=0"}
    with Terminal(["strace", "-f", "-o", str(tmp_path / "trace"), "-e", "trace=poll", "-e", "inject=poll:delay_exit=1000000", KAMUPIN, "cert", "revoke",
                   "crt-AAECAwQFBgcICQoL"], traced) as terminal:
        terminal.expect(r"\(1-5\): ")
        terminal.send("9", end="")
        with pytest.raises(AssertionError):
            terminal.expect("a second that passes", 0.3)
        terminal.send(CTRL_C, end="")
        assert terminal.wait(15) == STATUS["cancelled"]
