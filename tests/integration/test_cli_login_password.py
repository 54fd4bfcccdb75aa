# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# kamupin login --password and security-word reset at a terminal and without one, against the sandbox's service; what is held after a
# login is borrowed as any session is.
"""The command's login at older portals."""
from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from box import Box
from cli import KAMUPIN, STATUS, read_line
from portal_driver import NUMBER, WORD
from terminal import Terminal


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    with Box(["empty"], ["--password-login"]) as made:
        yield made


@pytest.fixture
def home(box: Box, tmp_path: Path) -> Mapping[str, str]:
    """The environment of somebody with a runtime folder of their own."""
    runtime = tmp_path / "r"
    runtime.mkdir(mode=0o700)
    box.advance(3601)
    return box.env | {"XDG_RUNTIME_DIR": str(runtime), "TERM": "xterm", "KAMUPIN_LANG": "en"}


def answer(box: Box) -> str:
    """What a person reads in the last picture."""
    return str(box.control.get("/captchas")["captchas"][-1]["answer"])


def test_at_a_terminal(box: Box, home: Mapping[str, str]) -> None:
    with Terminal([KAMUPIN, "login", "--password"], home) as terminal:
        terminal.expect("Identity or passport number")
        terminal.send("10000000147")
        terminal.expect("digit by digit")
        terminal.expect("Identity or passport number")
        terminal.send(NUMBER)
        picture = Path(terminal.expect(r"Picture: +(\S+\.png)")[1])
        terminal.expect("Characters of the picture")
        assert picture.read_bytes()[:4] == b"\x89PNG" and stat.S_IMODE(picture.stat().st_mode) == 0o600
        terminal.send(answer(box))
        terminal.expect("Security word")
        terminal.send(WORD)
        terminal.expect(r"Phone: +\*+2596")
        terminal.expect("If that number is not yours .* call the call centre: 444 5 576")
        assert not picture.exists() and box.control.get("/sms")["sms"] == []
        terminal.send("")
        terminal.expect("Code in the SMS")
        terminal.send(box.sms()[-1]["code"])
        terminal.expect("DENEME KULLANICI")
        terminal.expect("proved by: security word and SMS")
        said = subprocess.run([KAMUPIN, "order", "list", "--json"], env=dict(home), capture_output=True, text=True, timeout=30)
        assert read_line(said.stdout)["orders"] == []
        subprocess.run([KAMUPIN, "logout"], env=dict(home), check=True, timeout=30)


def test_without_a_terminal(box: Box, home: Mapping[str, str]) -> None:
    sent = len(box.control.get("/sms")["sms"])
    word, word_end = os.pipe()
    sms, sms_end = os.pipe()
    os.write(word_end, WORD.encode() + b"\n")
    argv = [KAMUPIN, "login", "--password", "--json", "--word-fd", str(word), "--sms-fd", str(sms)]
    with subprocess.Popen(argv, env=dict(home), text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          pass_fds=(word, sms)) as program:
        assert program.stdin is not None and program.stdout is not None
        program.stdin.write(f"{NUMBER}\n")
        program.stdin.flush()
        assert Path(read_line(program.stdout.readline())["captcha"]["file"]).exists()
        program.stdin.write(answer(box) + "\n")
        program.stdin.flush()
        os.write(sms_end, box.sms(sent + 1)[-1]["code"].encode() + b"\n")
        assert read_line(program.stdout.readline())["session"]
        program.terminate()
        program.communicate(timeout=30)
    for end in (word, word_end, sms, sms_end):
        os.close(end)


def test_it_is_off_unless_the_service_offers_it(home: Mapping[str, str], shared_box: Box) -> None:
    env = dict(home) | {"KAMUPIN_SERVICE": shared_box.env["KAMUPIN_SERVICE"], "KAMUPIN_CA_FILE": shared_box.env["KAMUPIN_CA_FILE"]}
    done = subprocess.run([KAMUPIN, "login", "--password", "--word-fd", "0", "--sms-fd", "0", "--json"], env=env, capture_output=True,
                          text=True, timeout=30, stdin=subprocess.DEVNULL)
    assert done.returncode == STATUS["login-not-offered"]
    done = subprocess.run([KAMUPIN, "login", "--password", "--json"], env=env, capture_output=True, text=True, timeout=30,
                          stdin=subprocess.DEVNULL)
    assert done.returncode == STATUS["invalid-argument"]


def mails(box: Box) -> list[dict[str, str]]:
    """What the service has mailed."""
    return list(box.control.get("/mails")["mails"])


def test_a_forgotten_word_at_a_terminal(box: Box, home: Mapping[str, str]) -> None:
    sent = len(mails(box))
    with Terminal([KAMUPIN, "security-word", "reset", "--lang", "tr"], home) as terminal:
        terminal.expect("T.C. kimlik ya da pasaport numarası")
        terminal.send("10000000147")
        terminal.expect("T.C. kimlik ya da pasaport numarası")
        terminal.send(NUMBER)
        picture = Path(terminal.expect(r"Resim: +(\S+\.png)")[1])
        terminal.expect("Resimdeki karakterler")
        assert stat.S_IMODE(picture.stat().st_mode) == 0o600
        terminal.send("wrong")
        terminal.expect("Resimdeki karakterler doğru girilmedi")
        terminal.expect(r"Resim: .*Resimdeki karakterler")
        assert len(mails(box)) == sent
        terminal.send(answer(box))
        terminal.expect(r"bir bağlantı gönderildi: \w\*+@")
        assert terminal.wait() == 0 and not picture.exists()
    (mail,) = mails(box)[sent:]
    assert mail["link"] not in terminal.text


def reset(env: Mapping[str, str], box: Box, number: str) -> str:
    """What a program is told."""
    argv = [KAMUPIN, "security-word", "reset", "--json"]
    with subprocess.Popen(argv, env=dict(env), text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as program:
        assert program.stdin is not None and program.stdout is not None
        program.stdin.write(f"{number}\n")
        program.stdin.flush()
        assert Path(read_line(program.stdout.readline())["captcha"]["file"]).exists()
        said, _ = program.communicate(answer(box) + "\n", timeout=30)
        assert program.returncode == 0
    return str(read_line(said)["word_reset"]["destination"])


def test_a_forgotten_word_without_a_terminal(box: Box, home: Mapping[str, str]) -> None:
    """Somebody who is not on file is told the same, and nothing is sent."""
    sent = len(mails(box))
    destination = reset(home, box, NUMBER)
    assert destination == destination[0] + "*****@" + destination.partition("@")[2]
    assert len(mails(box)) == sent + 1
    assert "*****@" in reset(home, box, "10000000078") and len(mails(box)) == sent + 1


def test_a_reset_ends_with_what_is_wrong(box: Box, home: Mapping[str, str], shared_box: Box) -> None:
    sent = len(mails(box))
    for given, status in ((f"{NUMBER}\nwrong\n", "captcha-wrong"), ("10000000147\n", "identity-malformed"), ("", "cancelled")):
        done = subprocess.run([KAMUPIN, "security-word", "reset", "--json"], env=dict(home), capture_output=True, text=True, timeout=30,
                              input=given)
        assert done.returncode == STATUS[status] and read_line(done.stdout.splitlines()[-1])["error"]["status"] == status
    assert len(mails(box)) == sent
    other = dict(home) | {name: shared_box.env[name] for name in ("KAMUPIN_SERVICE", "KAMUPIN_CA_FILE")}
    done = subprocess.run([KAMUPIN, "security-word", "reset"], env=other, capture_output=True, text=True, timeout=30, input=f"{NUMBER}\n")
    assert done.returncode == STATUS["login-not-offered"]
