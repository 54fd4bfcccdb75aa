# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# kamupin login and kamupin logout: at a terminal and without one, against npm oidc-provider; the browser is the test's own, over real
# HTTP on loopback. Other commands borrow the session over its socket.
"""The command's login."""
from __future__ import annotations

import hashlib
import http.client
import json
import os
import re
import signal
import socket
import stat
import struct
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from box import Box, until
from cli import KAMUPIN, STATUS, read_line
from idp_client import Client, login
from terminal import Terminal


@pytest.fixture
def home(login_box: Box, tmp_path: Path) -> Mapping[str, str]:
    """The environment of somebody with a runtime folder of their own, and no display."""
    env = {name: value for name, value in login_box.env.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    runtime = tmp_path / "r"
    runtime.mkdir(mode=0o700)
    return env | {"XDG_RUNTIME_DIR": str(runtime), "TERM": "xterm", "KAMUPIN_LANG": "en"}


def visit(url: str, method: str = "GET", host: str | None = None) -> tuple[int, str]:
    """What a browser gets at an address on loopback."""
    parts = urlsplit(url)
    assert parts.hostname == "127.0.0.1"
    connection = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=20)
    connection.request(method, f"{parts.path}?{parts.query}", headers={} if host is None else {"Host": host})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def run(env: Mapping[str, str], *argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([KAMUPIN, *argv], env=dict(env), capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)


class Held:
    """`kamupin login --json` without a terminal, logged in."""

    def __init__(self, env: Mapping[str, str], *options: str, user: str = "deneme") -> None:
        self.process = subprocess.Popen([KAMUPIN, "login", "--json", *options], env=dict(env), stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if "--card" not in options:
            self.url = self.line()["login"]["url"]
            status, _ = visit(login(self.url, env["KAMUPIN_CA_FILE"], user))
            assert status == 200
        self.session = self.line()["session"]

    def line(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        said = self.process.stdout.readline()
        assert said, self.process.stderr.read() if self.process.stderr else ""
        return read_line(said)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        self.process.communicate(timeout=30)


@pytest.fixture
def held(home: Mapping[str, str]) -> Iterator[Held]:
    made = Held(home)
    yield made
    made.close()


def test_a_login_at_the_terminal(login_box: Box, home: Mapping[str, str]) -> None:
    """Where it goes, the address, who it was and how, how long; Ctrl+C logs out."""
    with Terminal([KAMUPIN, "login"], home) as terminal:
        terminal.expect("Logging in to +KamuPIN online services — https://localhost")
        url = terminal.expect(r"(https://localhost:\d+/auth\?\S+)")[1]
        status, page = visit(login(url, home["KAMUPIN_CA_FILE"], way="mobile-signature"))
        assert status == 200 and "You can close this window" in page and 'lang="en"' in page
        terminal.expect(r"Logged in: DENEME KULLANICI \(1\*+46\)")
        terminal.expect("proved by: mobile signature")
        terminal.expect("may act for .*\r\n  vkn:4540536920   DENEME ANONİM ŞİRKETİ\r\n  detsis:12345678  DENEME KURUMU\r\n")
        terminal.expect(r"session is held \((30|29) min left\)")
        terminal.send("\x03", end="")
        terminal.expect("Logged out")
        assert terminal.wait() == 0
    assert list(Path(home["XDG_RUNTIME_DIR"], "kamupin").glob("*[!k]")) == []  # the lock's file alone stays


def test_in_turkish(home: Mapping[str, str]) -> None:
    """The page in the browser too."""
    with Terminal([KAMUPIN, "login", "--lang", "tr"], home) as terminal:
        url = terminal.expect(r"(https://localhost:\d+/auth\?\S+)")[1]
        _, page = visit(login(url, home["KAMUPIN_CA_FILE"]))
        assert "Giriş tamamlandı" in page and 'lang="tr"' in page
        terminal.expect("Oturum açıldı: DENEME KULLANICI.*e-Devlet şifresi")
        terminal.send("\x03", end="")
        assert terminal.wait() == 0


def test_a_pasted_address(home: Mapping[str, str]) -> None:
    """No port listens; what is wrong is said, and asked for again."""
    with Terminal([KAMUPIN, "login", "--paste"], home) as terminal:
        url = terminal.expect(r"(https://localhost:\d+/auth\?\S+)")[1]
        callback = login(url, home["KAMUPIN_CA_FILE"])
        port = urlsplit(callback).port
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port or 0), timeout=5)
        terminal.expect("paste the whole address")
        terminal.send("123456")
        terminal.expect("not the login's callback|not the address|callback")
        terminal.expect("paste the whole address")
        terminal.send(f"  <{callback}> ")
        terminal.expect("Logged in: DENEME")
        terminal.send("\x03", end="")
        assert terminal.wait() == 0


def test_a_paste_without_a_terminal(login_box: Box, home: Mapping[str, str]) -> None:
    """For programs: the address on standard output, the callback on standard input, one of them."""
    process = subprocess.Popen([KAMUPIN, "login", "--paste", "--json"], env=dict(home), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    read_line(process.stdout.readline())
    out, _ = process.communicate("http://127.0.0.1:1/kamupin?code=a&state=b\n", timeout=30)
    error = read_line(out)["error"]
    assert (error["status"], process.returncode) == ("login-redirect-mismatch", STATUS["login-redirect-mismatch"])
    nothing = run(home, "login", "--paste")
    assert nothing.returncode == STATUS["cancelled"]


def test_cancelled_at_the_gateway(home: Mapping[str, str]) -> None:
    """The browser is told, and so is the person at the terminal."""
    with Terminal([KAMUPIN, "login", "--no-browser"], home) as terminal:
        url = terminal.expect(r"(https://localhost:\d+/auth\?\S+)")[1]
        status, page = visit(login(url, home["KAMUPIN_CA_FILE"], cancel=True))
        assert status == 400 and "was not completed" in page and "cancelled" in page
        terminal.expect("You cancelled at the login page")
        assert terminal.wait() == STATUS["login-cancelled"]


def test_a_browser_is_opened_where_there_is_a_display(home: Mapping[str, str], tmp_path: Path) -> None:
    """Not with --no-browser, and never without a display."""
    opened = tmp_path / "opened"
    program = tmp_path / "bin" / "xdg-open"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$1" >> {opened}\n')
    program.chmod(0o755)
    display = dict(home) | {"PATH": f"{program.parent}:{home['PATH']}", "DISPLAY": ":0"}
    for options, env in ((["--no-browser"], display), ([], display | {"DISPLAY": ""}), ([], display)):
        with Terminal([KAMUPIN, "login", *options], env) as terminal:
            url = terminal.expect(r"(https://localhost:\d+/auth\?\S+)")[1]
            terminal.expect("Open the address above")
            if env is display and not options:
                until(opened.exists, what="the browser")
                assert until(lambda: opened.read_text().endswith("\n")) and opened.read_text() == f"{url}\n"
            terminal.send("\x03", end="")
            assert terminal.wait() == STATUS["cancelled"]


def test_the_browser_gets_none_of_our_descriptors(home: Mapping[str, str], tmp_path: Path) -> None:
    """It lives long, and a connection to the service or a descriptor with a secret would stay open with it."""
    found = tmp_path / "found"
    program = tmp_path / "bin" / "xdg-open"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nls -l /proc/$$/fd > {found}.new; mv {found}.new {found}\n')
    program.chmod(0o755)
    ours, theirs = os.pipe()
    pipe = os.readlink(f"/proc/self/fd/{ours}")
    env = dict(home) | {"PATH": f"{program.parent}:{home['PATH']}", "DISPLAY": ":0"}
    process = subprocess.Popen([KAMUPIN, "login", "--json"], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, pass_fds=[ours])
    try:
        until(found.exists, what="the browser")
        assert "socket:" not in found.read_text() and pipe not in found.read_text()
    finally:
        process.terminate()
        process.communicate(timeout=30)
        os.close(ours)
        os.close(theirs)


def test_ctrl_c_before_the_browser_came_back(home: Mapping[str, str]) -> None:
    """Nothing is left listening."""
    with Terminal([KAMUPIN, "login"], home) as terminal:
        terminal.expect("Open the address above.*press\\s+Enter\\.\r\n")  # to its end: ^C stands wherever the terminal is
        terminal.send("\x03", end="")
        terminal.expect("\\^C\r\nkamupin: ")
        assert terminal.wait() == STATUS["cancelled"]


def test_the_listener_refuses_all_but_the_callback(login_box: Box, home: Mapping[str, str]) -> None:
    """Other paths, methods, hosts, floods and silences; the right callback still comes through, and a forged one does not."""
    with Terminal([KAMUPIN, "login"], home) as terminal:
        url = terminal.expect(r"(https://localhost:\d+/auth\?\S+)")[1]
        callback = login(url, home["KAMUPIN_CA_FILE"])
        parts = urlsplit(callback)
        at = f"http://127.0.0.1:{parts.port}"
        silent = [socket.create_connection(("127.0.0.1", parts.port or 0), timeout=20) for _ in range(12)]
        assert visit(f"{at}/favicon.ico?x")[0] == 404
        assert visit(callback, "POST")[0] == 405
        assert visit(callback, host="evil.example")[0] == 400
        assert visit(callback, host="localhost:1")[0] == 400
        with socket.create_connection(("127.0.0.1", parts.port or 0), timeout=20) as flood:
            flood.sendall(b"GET /kamupin?" + b"a" * 9000)
            assert flood.recv(100).startswith(b"HTTP/1.1 431")
        status, page = visit(re.sub("state=[^&]+", "state=forged", callback))
        assert status == 400 and "does not belong to the login" in page
        terminal.expect("does not belong to the login")
        assert visit(callback)[0] == 200
        terminal.expect("Logged in")
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", parts.port or 0), timeout=5)
        for connection in silent:
            connection.close()
        terminal.send("\x03", end="")
        assert terminal.wait() == 0


# A browser of somebody else: one that waits for its answer, one that has hung up before it was heard, one over IPv6's sockets.
SOMEBODY = """
import os, socket, sys
os.setuid(65534)
how, port, request = sys.argv[1], int(sys.argv[2]), sys.argv[3]
kind = socket.AF_INET6 if how == "mapped" else socket.AF_INET
with socket.socket(kind) as browser:
    browser.settimeout(20)
    browser.connect(("::ffff:127.0.0.1" if how == "mapped" else "127.0.0.1", port))
    browser.sendall(request.encode())
    if how != "gone":
        print(browser.recv(100).decode().split("\\r\\n")[0])
"""


@pytest.mark.parametrize("how", ["waits", "gone", "mapped"])
def test_somebody_elses_login_is_not_taken(home: Mapping[str, str], how: str) -> None:
    """The address stands on the browser's command line: another person of the machine logs in there, and gives this command the
    callback. The session would be theirs, and so would what is ordered and typed in it."""
    if os.getuid() != 0:
        pytest.skip("only root can be somebody else")
    with Terminal([KAMUPIN, "login"], home) as terminal:
        url = terminal.expect(r"(https://localhost:\d+/auth\?\S+)")[1]
        theirs = urlsplit(login(url, home["KAMUPIN_CA_FILE"], "baska"))
        request = f"GET {theirs.path}?{theirs.query} HTTP/1.1\r\nHost: 127.0.0.1:{theirs.port}\r\n\r\n"
        said = subprocess.run([sys.executable, "-c", SOMEBODY, how, str(theirs.port), request], capture_output=True, text=True, timeout=30,
                              check=True)
        assert said.stdout.strip() == ("" if how == "gone" else "HTTP/1.1 403 Forbidden")
        mine = login(url, home["KAMUPIN_CA_FILE"])
        assert visit(mine)[0] == 200
        terminal.expect("Logged in: DENEME")
        terminal.send("\x03", end="")
        assert terminal.wait() == 0


def test_the_session_is_told_as_json(held: Held, home: Mapping[str, str]) -> None:
    """A line for the login, a line for the session, a line for its end."""
    assert held.session["name"] == "DENEME KULLANICI" and held.session["assurance"] == "password" and held.session["organisations"] >= 1
    done = run(home, "logout", "--json")
    assert done.returncode == 0 and json.loads(done.stdout) == {"format": 1, "ended": True}
    assert held.line() == {"format": 1, "ended": True}
    assert held.process.wait(timeout=30) == 0
    again = run(home, "logout")
    assert again.returncode == STATUS["login-required"]
    assert "there is nothing to end" in again.stderr and "Log in" not in again.stderr


def test_one_session_of_a_service_is_held(held: Held, home: Mapping[str, str]) -> None:
    """A second login says so before anybody logs in; after a kill the next one takes the place over."""
    second = run(home, "login")
    assert second.returncode == STATUS["wrong-state"] and "kamupin logout" in second.stderr
    held.process.send_signal(signal.SIGKILL)
    held.process.wait(timeout=30)
    third = Held(home)
    third.close()
    assert third.process.returncode == 0


def test_the_socket_is_this_persons_alone(held: Held, home: Mapping[str, str]) -> None:
    """Folder and socket are closed to others; what is no request gets nothing; a lent session has no refresh token."""
    folder = Path(home["XDG_RUNTIME_DIR"]) / "kamupin"
    (path,) = [one for one in folder.iterdir() if stat.S_ISSOCK(one.stat().st_mode)]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700 and stat.S_IMODE(path.stat().st_mode) == 0o600
    for line in (b"\n", b"lend\n", b"lend -5\n", b"x" * 40, b"end"):
        with socket.socket(socket.AF_UNIX) as borrower:
            borrower.connect(str(path))
            borrower.sendall(line)
            borrower.shutdown(socket.SHUT_WR)
            try:
                assert len(borrower.recv(100)) in (0, 8)  # nothing, or a status
            except ConnectionResetError:
                pass  # hung up on before all of it was read
    with socket.socket(socket.AF_UNIX) as borrower:
        borrower.connect(str(path))
        borrower.sendall(b"lend 60\n")
        status, length = struct.unpack("II", borrower.recv(8, socket.MSG_WAITALL))
        lent = borrower.recv(length, socket.MSG_WAITALL)
    assert status == 0 and lent[:5] == b"KPSE\x01"
    assert held.process.poll() is None


def test_a_session_that_was_ended_elsewhere_is_not_held_on(login_box: Box, held: Held, home: Mapping[str, str]) -> None:
    """Logging out then finds it ended, which is what was wanted."""
    login_box.control.post("/sessions/end", {"user": "deneme"})
    assert run(home, "logout").returncode == 0
    assert held.process.wait(timeout=30) == 0


def is_held_no_more(env: Mapping[str, str]) -> None:
    """No socket is left, and what needs a session says what to do."""
    assert list(Path(env["XDG_RUNTIME_DIR"], "kamupin").glob("*[!k]")) == []
    again = run(env, "order", "list")
    assert again.returncode == STATUS["login-required"] and "in another terminal: kamupin login" in again.stderr


def test_the_holder_hears_of_an_end_elsewhere(login_box: Box, home: Mapping[str, str]) -> None:
    """The command that meets it says so, and so does the one that holds the session, which ends."""
    with Terminal([KAMUPIN, "login"], home) as terminal:
        url = terminal.expect(r"(https://localhost:\d+/auth\?\S+)")[1]
        visit(login(url, home["KAMUPIN_CA_FILE"]))
        terminal.expect("session is held")
        assert run(home, "order", "list").returncode == 0
        login_box.control.post("/sessions/end", {"user": "deneme"})
        met = run(home, "order", "list")
        assert met.returncode == STATUS["session-ended"] and "Log in again" in met.stderr
        terminal.expect("kamupin: The session was ended")
        assert terminal.wait() == STATUS["session-ended"]
    is_held_no_more(home)


def test_an_order_that_meets_the_end_tells_the_holder(login_box: Box, home: Mapping[str, str]) -> None:
    """pin unblock --login as well."""
    held = Held(home)
    login_box.control.post("/sessions/end", {"user": "deneme"})
    read_end, write_end = os.pipe()
    options = ["--acknowledge", "--new-pin-fd", str(read_end), "--sms-fd", str(read_end)]
    met = subprocess.run([KAMUPIN, "pin", "unblock", "--login", *options], env=dict(home), capture_output=True, text=True, timeout=60,
                         stdin=subprocess.DEVNULL, pass_fds=[read_end])
    os.close(read_end)
    os.close(write_end)
    assert met.returncode == STATUS["session-ended"], met.stderr
    assert held.line()["error"]["status"] == "session-ended"
    assert held.process.wait(timeout=30) == STATUS["session-ended"]
    is_held_no_more(home)


def ask_holder(env: Mapping[str, str], line: bytes) -> tuple[int, bytes]:
    """What the holder answers to a line of a borrower: a status, and what it lends."""
    (path,) = Path(env["XDG_RUNTIME_DIR"], "kamupin").glob("*[!k]")
    with socket.socket(socket.AF_UNIX) as borrower:
        borrower.connect(str(path))
        borrower.sendall(line)
        status, length = struct.unpack("II", borrower.recv(8, socket.MSG_WAITALL))
        return status, borrower.recv(length, socket.MSG_WAITALL) if length else b""


@pytest.mark.parametrize("words", [("order", "list"), ("logout",)], ids=" ".join)
def test_a_holder_that_hangs_is_not_waited_for_past_a_signal(home: Mapping[str, str], words: tuple[str, ...]) -> None:
    """It has taken the borrower's line and says nothing."""
    folder = Path(home["XDG_RUNTIME_DIR"], "kamupin")
    folder.mkdir(mode=0o700)
    name = hashlib.sha256(home["KAMUPIN_SERVICE"].rstrip("/").encode()).hexdigest()[:16]
    with socket.socket(socket.AF_UNIX) as holder:
        holder.bind(str(folder / f"s-{name}"))
        holder.listen()
        holder.settimeout(20)
        borrower = subprocess.Popen([KAMUPIN, *words], env=dict(home), stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        connection, _ = holder.accept()
        with connection:
            assert connection.recv(32).endswith(b"\n")
            borrower.send_signal(signal.SIGINT)
            try:
                assert borrower.wait(timeout=20) == STATUS["cancelled"]
            finally:
                borrower.kill()
                borrower.wait()


def test_the_holder_looks_for_itself(held: Held, home: Mapping[str, str]) -> None:
    """A borrower's word ends nothing that is not over."""
    assert ask_holder(home, b"look\n") == (0, b"")
    assert run(home, "order", "list").returncode == 0
    assert held.process.poll() is None


def test_a_token_that_was_given_back_ends_the_holder(held: Held, home: Mapping[str, str]) -> None:
    """The authorization server tells the service, which has ended the login then; the holder finds that it cannot renew."""
    _, lent = ask_holder(home, b"lend 60\n")
    at, fields = 5, []
    for _ in range(3):  # service, key, access token
        size = int.from_bytes(lent[at:at + 2], "big")
        fields.append(lent[at + 2:at + 2 + size])
        at += 2 + size
    client = Client(home["KAMUPIN_ISSUER"], home["KAMUPIN_CA_FILE"])
    assert client.revoke(fields[2].decode()).status == 200
    met = run(home, "order", "list").returncode
    assert met in (STATUS["session-expired"], STATUS["session-ended"])
    assert STATUS[held.line()["error"]["status"]] == held.process.wait(timeout=30) == met
    is_held_no_more(home)


def test_a_renewal_that_is_refused_ends_the_holder(sandbox: Any, tmp_path: Path) -> None:
    """The refresh token was taken back, or its time is over: the next command that borrows finds it out."""
    box = sandbox(["akis2"], ["--login"])
    (tmp_path / "r").mkdir(mode=0o700)
    home = box.env | {"XDG_RUNTIME_DIR": str(tmp_path / "r"), "KAMUPIN_LANG": "en"}
    box.lifetimes(access_token=30, refresh_token=1)
    held = Held(home)
    until(lambda: run(home, "order", "list").returncode == STATUS["session-expired"], what="the refusal")
    assert held.line()["error"]["status"] == "session-expired"
    assert held.process.wait(timeout=30) == STATUS["session-expired"]
    is_held_no_more(home)


def test_the_sessions_own_time_ends_the_holder(sandbox: Any, tmp_path: Path) -> None:
    """Nobody has to use it."""
    box = sandbox(["akis2"], ["--login"])
    (tmp_path / "r").mkdir(mode=0o700)
    home = box.env | {"XDG_RUNTIME_DIR": str(tmp_path / "r"), "KAMUPIN_LANG": "en"}
    box.settings(session_seconds=2)
    held = Held(home)
    assert held.session["seconds_left"] <= 2
    assert held.line()["error"]["status"] == "session-expired"
    assert held.process.wait(timeout=30) == STATUS["session-expired"]
    is_held_no_more(home)


def test_a_login_with_the_card(sandbox: Any, tmp_path: Path) -> None:
    """The PIN by descriptor and at the terminal, wrong once; no browser plays a part. How the card signs is the service's word."""
    box = sandbox(["akis2:p256"], ["--login"])
    runtime = tmp_path / "r"
    runtime.mkdir(mode=0o700)
    env = {"XDG_RUNTIME_DIR": str(runtime), "KAMUPIN_LANG": "en"}
    with box.terminal(KAMUPIN, "login", "--card", env=env) as terminal:
        terminal.expect("PIN: ")
        terminal.send("654321")
        terminal.expect("PIN.*PIN: ")
        terminal.send("123456")
        terminal.expect("Logged in: DENEME.*e-signature")
        terminal.send("\x03", end="")
        assert terminal.wait() == 0
        assert "123456" not in terminal.text.replace("detsis:12345678", "")
    done = box.run(KAMUPIN, "login", "--card", box.cards[0].reader, "--json", secrets={"--pin-fd": "999999"}, env=env)
    assert done.returncode == STATUS["pin-wrong"] and read_line(done.stdout)["error"]["status"] == "pin-wrong"


def test_a_card_whose_way_to_sign_nobody_vouches_for(sandbox: Any, tmp_path: Path) -> None:
    """Its row comes from a file, and the service does not name it: refused before a PIN is asked for, unless the person takes the risk."""
    box = sandbox(["akis2:p256"], ["--login"])
    path, runtime = tmp_path / "mine.profile", tmp_path / "r"
    path.write_text("kamupin-profile 1\nrow = mine\nlike = akis-2\n", encoding="ascii")
    runtime.mkdir(mode=0o700)
    words = (KAMUPIN, "login", "--card", box.cards[0].reader, "--profile-file", str(path), "--json")
    box.cards[0].mark("not vouched for")
    done = box.run(*words, secrets={"--pin-fd": "999999"}, env={"XDG_RUNTIME_DIR": str(runtime)})
    assert done.returncode == STATUS["command-unproven"], done.stdout
    assert [one for one in box.cards[0].commands("not vouched for") if one[2:4] == "20"] == []
    done = box.run(*words, "--unproven", secrets={"--pin-fd": "999999"}, env={"XDG_RUNTIME_DIR": str(runtime)})
    assert done.returncode == STATUS["pin-wrong"], done.stdout


def test_what_the_command_line_cannot_mean(home: Mapping[str, str]) -> None:
    """No service; a card without its PIN; options of other commands."""
    without = {name: value for name, value in home.items() if name != "KAMUPIN_SERVICE"}
    assert run(without, "login").returncode == STATUS["invalid-argument"]
    assert run(without, "logout").returncode == STATUS["invalid-argument"]
    assert run(home, "login", "--card").returncode == STATUS["invalid-argument"]
    assert run(home, "login", "--sealed").returncode == STATUS["invalid-argument"]
    both = run(home, "login", "--card", "--paste")
    assert both.returncode == STATUS["invalid-argument"] and "--paste" in both.stderr
    for wrong in ("--no-such-option", "--factor=fax"):
        done = run(home, "pin", "unblock", wrong)
        assert done.returncode == STATUS["invalid-argument"] and "kamupin pin unblock --help" in done.stderr
    assert run(home, "card", "show", "--card").returncode == STATUS["invalid-argument"]
    Path(home["XDG_RUNTIME_DIR"], "kamupin").chmod(0o755)
    assert run(home, "login").returncode == STATUS["state-folder"]
