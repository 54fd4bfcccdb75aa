# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# A machine that is not as it should be: no PC/SC daemon, one that does not admit this user, no reader, a card that another
# program holds, no locked memory, no libcurl, OpenSSL without randomness, a state folder that is not ours alone. Not ours on the other
# end: all of them are the system's own parts, broken as an administrator could break them.
"""Broken machines."""
from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from attempt import (KAMUPIN, NEW_PIN, PHASE, Attempt, Ended, Steps, check_refusal, costly, new_pin_works, refused, requests,
                     spends_nothing, unblock)
from box import BUILD, until
from private_pcscd import Client, PrivatePcscd

LANG = pytest.mark.parametrize("lang", ["tr", "en"])
COMMANDS = [("card", "list"), ("card", "show"), ("pin", "status")]


def run(*argv: str, env: dict[str, str], lang: str, wrap: tuple[str, ...] = ()) -> Ended:
    """kamupin … --json in that environment."""
    done = subprocess.run([*wrap, KAMUPIN, *argv, "--json", "--lang", lang], env=env, capture_output=True, text=True, timeout=30,
                          stdin=subprocess.DEVNULL)
    return Ended(done.returncode, json.loads(done.stdout), done.stderr)


# ---- the PC/SC daemon ----

@LANG
def test_no_daemon(calm_box, tmp_path, lang):
    """Neither is there a socket, nor does anybody listen at one; no code is spent on it."""
    dead = tmp_path / "dead"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(dead))
    for path in (tmp_path / "none", dead):
        env = calm_box.env | {"PCSCLITE_CSOCK_NAME": str(path)}
        for command in COMMANDS:
            error = check_refusal(run(*command, env=env, lang=lang), "reader-service-down", lang)
            assert error["origin"] == "reader"
        code = calm_box.code()
        refused(calm_box, "reader-service-down", code=code, sms="", lang=lang, env={"PCSCLITE_CSOCK_NAME": str(path)})
        assert requests(calm_box) == []


def test_a_daemon_that_dies_under_way(sandbox):
    """It is back a moment later, and the operation goes on to its end."""
    box = sandbox(cards=["akis2:blocked"])
    with Steps(box) as steps:
        steps.to("ready")
        box.kill("pcscd")
        with spends_nothing(box):
            assert int(steps.refused("reader-service-down", "run")["phase"]) == PHASE["ready"]
        box.revive()
        steps.good("run")
    assert new_pin_works(box)


@contextmanager
def unprivileged(folder: Path) -> Iterator[tuple[tuple[str, ...], dict[str, str], str]]:
    """How to run the command as somebody who may nothing: (wrapper, environment, path of the command)."""
    wrap: tuple[str, ...] = ()
    if os.geteuid() == 0:  # root may everything: a copy that anybody can reach, run as nobody
        for source in (Path(KAMUPIN), *(BUILD / "lib").glob("libkamupin.so*")):
            shutil.copy(source, folder, follow_symlinks=True)
        folder.chmod(0o755)
        wrap = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--")
    yield wrap, {"LD_LIBRARY_PATH": str(folder), "PATH": os.defpath}, str(folder / "kamupin") if wrap else KAMUPIN


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder whose parents anybody may pass."""
    folder = Path(subprocess.run(["mktemp", "-d", "/tmp/kamupin-test-XXXXXX"], check=True, capture_output=True, text=True).stdout.strip())
    yield folder
    shutil.rmtree(folder)


@LANG
def test_a_daemon_that_does_not_admit_this_user(sandbox, public_folder, lang):
    """Its socket is closed to the user, as a system without permission for the person looks."""
    box = sandbox(cards=["akis2"])
    path = Path(box.env["PCSCLITE_CSOCK_NAME"])
    mode = stat.S_IMODE(path.stat().st_mode)
    with unprivileged(public_folder) as (wrap, env, command):
        path.chmod(0)
        try:
            done = subprocess.run([*wrap, command, "card", "list", "--json", "--lang", lang], capture_output=True, text=True,
                                  env=env | {"PCSCLITE_CSOCK_NAME": str(path)}, stdin=subprocess.DEVNULL, timeout=30)
        finally:
            path.chmod(mode)
    check_refusal(Ended(done.returncode, json.loads(done.stdout), done.stderr), "reader-not-permitted", lang)
    assert costly(box.cards[0].commands()) == []


@LANG
def test_no_memory_for_secrets(public_folder, lang):
    """Without memory that stays out of swap there is no context. AddressSanitizer answers mlock by itself and locks
    nothing: a program built with it gets as far as the daemon that is not there."""
    sanitized = "libasan" in subprocess.run(["ldd", KAMUPIN], check=True, capture_output=True, text=True).stdout
    with unprivileged(public_folder) as (wrap, env, command):
        done = subprocess.run(["prlimit", "--memlock=0:0", *wrap, command, "card", "list", "--json", "--lang", lang], capture_output=True,
                              text=True, env=env | {"PCSCLITE_CSOCK_NAME": str(public_folder / "nobody")}, stdin=subprocess.DEVNULL,
                              timeout=30)
    check_refusal(Ended(done.returncode, json.loads(done.stdout), done.stderr),
                  "reader-service-down" if sanitized else "locked-memory", lang)


@LANG
def test_no_reader(lang):
    """A daemon that runs and has no reader."""
    with PrivatePcscd() as pcscd:
        pcscd.stop()
        for file in (pcscd.folder / "readers").iterdir():
            file.unlink()
        pcscd.start()
        assert run("card", "list", env=pcscd.environment, lang=lang).json["cards"] == []
        for command in COMMANDS[1:]:
            check_refusal(run(*command, env=pcscd.environment, lang=lang), "no-reader", lang)


class Mute:
    """What looks like a card at vpcd's port and gives an answer to reset longer than any may be (ISO/IEC 7816-3): the
    driver takes that for none."""

    def __init__(self, port: int) -> None:
        self.link = socket.socket()
        until(lambda: self.link.connect_ex(("127.0.0.1", port)) == 0, what="vpcd's port")
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _take(self, count: int) -> bytes:
        data = b""
        while len(data) < count and (part := self.link.recv(count - len(data))):
            data += part
        return data

    def _serve(self) -> None:
        try:
            while len(head := self._take(2)) == 2:
                if self._take(int.from_bytes(head, "big")) == b"\x04":  # vpcd asks for the answer to reset
                    self.link.sendall((40).to_bytes(2, "big") + b"\x3b" * 40)
        except ConnectionError:
            pass  # the daemon has ended

    def __exit__(self, *_: object) -> None:
        try:
            self.link.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # the daemon was first
        self.thread.join(timeout=10)
        self.link.close()

    def __enter__(self) -> "Mute":
        return self


def test_a_card_that_is_mute():
    with PrivatePcscd() as pcscd, Mute(pcscd.port):
        def seen() -> str:
            listed = run("card", "list", env=pcscd.environment, lang="en").json["cards"]
            return str(listed[0]["usable"]["status"]) if listed else ""

        until(lambda: seen() == "card-mute", what="the mute card")
        for lang in ("tr", "en"):
            check_refusal(run("pin", "status", env=pcscd.environment, lang=lang), "card-mute", lang)


# ---- the card in other hands ----

@LANG
def test_a_card_that_another_program_holds_exclusively(calm_box, lang):
    card = calm_box.cards[0]
    other = Client(calm_box.env, card.reader)
    try:
        assert other.say("exclusive") == "ok"
        with spends_nothing(calm_box):
            listed = run("card", "list", env=calm_box.env, lang=lang).json["cards"][0]
            assert (listed["kind"], listed["usable"]["status"]) == ("unknown", "card-in-use")
            check_refusal(run("pin", "status", env=calm_box.env, lang=lang), "card-in-use", lang)
            refused(calm_box, "card-in-use", code=calm_box.code(), sms="", lang=lang)
    finally:
        other.close()
    until(lambda: run("card", "list", env=calm_box.env, lang=lang).json["cards"][0]["usable"]["status"] == "ok")


def test_a_card_that_another_program_is_at_work_on(sandbox):
    """Its transaction was begun between the SMS code and the work: the work waits for its end, and nothing comes between."""
    box = sandbox(cards=["akis2:blocked"])
    other = Client(box.env, box.cards[0].reader)
    try:
        with Steps(box) as steps:
            steps.to("ready")
            assert other.say("connect") == "ok"
            assert other.say("begin") == "ok"
            box.cards[0].mark("held")
            steps.start("run")
            assert other.say("00A4000C023F00")[-4:] == "9000"
            assert box.cards[0].commands("held") == ["00A4000C023F00"]
            assert other.say("end") == "ok"
            assert steps.ended()["status"] == "ok"
    finally:
        other.close()
    assert new_pin_works(box)


@LANG
def test_a_cancel_while_another_program_is_at_work(sandbox, lang):
    """The person does not have to wait for the other program: Ctrl-C ends the work before a command was sent."""
    box = sandbox(cards=["akis2:blocked"])
    other = Client(box.env, box.cards[0].reader)
    try:
        attempt = Attempt(box, code=box.code(), lang=lang)
        message = attempt.text_message()
        assert [other.say("connect"), other.say("begin")] == ["ok", "ok"]
        with spends_nothing(box):
            attempt.feed("sms", message, more=False)
            state = Path(box.env["KAMUPIN_STATE_DIR"])
            until(lambda: any(path.is_file() and path.stat().st_size > 100 for path in state.rglob("*")), what="the journal")
            attempt.process.send_signal(signal.SIGINT)
            check_refusal(attempt.ended(20), "cancelled", lang)
        assert other.say("end") == "ok"
    finally:
        other.close()
    operation = box.control.get("/operations")["operations"][0]
    assert (operation["outcome"], operation["outcomes"][0]["evidence"]["external_authenticate"]) == ("not-done", "not-sent")
    assert unblock(box, pin=NEW_PIN).status == "ok"
    assert new_pin_works(box)


# ---- the rest of the machine ----

@LANG
def test_openssl_without_randomness(calm_box, tmp_path, lang):
    """OpenSSL's own configuration names a generator that is none."""
    config = tmp_path / "openssl.cnf"
    config.write_text("openssl_conf = init\n[init]\nrandom = random\n[random]\nrandom = NO-SUCH-GENERATOR\n")
    refused(calm_box, "crypto", code=calm_box.code(), sms="", lang=lang, env={"OPENSSL_CONF": str(config)})
    assert requests(calm_box) == []


@LANG
@pytest.mark.parametrize("kind", ["file", "open to others"])
def test_a_state_folder_that_is_not_ours_alone(calm_box, tmp_path, kind, lang):
    """Said before the code is asked for."""
    folder = tmp_path / "state"
    if kind == "file":
        folder.write_text("")
    else:
        folder.mkdir()
        folder.chmod(0o777)
    refused(calm_box, "state-folder", "--state-dir", str(folder), code=calm_box.code(), sms="", lang=lang)
    assert requests(calm_box) == []


@LANG
def test_a_journal_that_is_damaged(sandbox, lang):
    """Nothing is lost silently: resume says it every time, and a new operation is possible all the same."""
    box = sandbox(cards=["akis2:blocked"])
    box.control.post("/faults", {"call": "report", "action": "status", "status": 503, "times": 20})
    attempt = Attempt(box, code=box.code(), pin="112233")
    attempt.answer_sms()
    check_refusal(attempt.ended(), "result-not-reported")
    box.control.call("DELETE", "/faults")
    record = next(path for path in Path(box.env["KAMUPIN_STATE_DIR"]).rglob("*") if path.is_file() and path.stat().st_size > 100)
    record.write_text(record.read_text()[:-40])
    for _ in range(2):
        check_refusal(run("pin", "resume", env=box.env, lang=lang), "journal-damaged", lang)
    second = Attempt(box, code=box.code(), pin=NEW_PIN)
    second.answer_sms()
    assert second.ended().status == "ok"
    assert new_pin_works(box)


@LANG
def test_no_libcurl(calm_box, tmp_path, lang):
    """Whatever needs the network says what is missing, before a code is spent; the card's own work never asks for it."""
    asked = tmp_path / "asked"
    env = {"LD_PRELOAD": str(BUILD / "lib" / "libfault-nocurl.so"), "KAMUPIN_NOCURL": str(asked)}
    error = refused(calm_box, "network-library", code=calm_box.code(), sms="", lang=lang, env=env)
    assert error["origin"] == "local" and requests(calm_box) == []
    assert asked.exists()
    asked.unlink()
    for command in COMMANDS:
        done = run(*command, env=calm_box.env | env, lang=lang)
        assert done.code == 0, done
    assert not asked.exists()
