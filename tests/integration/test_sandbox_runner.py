# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The sandbox runner itself: where its daemon listens, what it returns, several at once, and that nothing is
# left however it ends. Not ours on the other end: pcscd, vpcd, opensc-tool, ss, the kernel's process table.
"""Tests of kamupin-sandbox run."""
from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from box import BUILD, until
from kamupin_sandbox.runner import daemon, members
from kamupin_sandbox.runner.messages import SandboxError
from terminal import Terminal

SANDBOX = str(BUILD / "bin" / "kamupin-sandbox")


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A temporary folder whose path is short enough for the sandbox to work in."""
    with tempfile.TemporaryDirectory(prefix="kt-", dir="/tmp") as name:
        yield Path(name)


def run(*argv: str, cards: str = "akis2", **options) -> subprocess.CompletedProcess[str]:
    """A sandbox around one command."""
    return subprocess.run([SANDBOX, "run", "--cards", cards, "--", *argv], capture_output=True, text=True,
                          timeout=60, **options)


def processes_naming(word: str) -> dict[int, str]:
    """Processes, zombies aside, whose command line, environment or open listeners name that word."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            if re.search(r"^State:\s+Z", (entry / "status").read_text(), re.M):
                continue
            text = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
        except OSError:
            continue
        if word.encode() in text:
            found[int(entry.name)] = text.split(b"\0")[0].decode(errors="replace")
    return found


def listening(port: int) -> bool:
    """Whether ss sees a listener at that port."""
    said = subprocess.run(["ss", "-ltnH", f"sport = :{port}"], capture_output=True, text=True, check=True).stdout
    return bool(said.strip())


def ports_of(folder: Path) -> list[int]:
    """The ports of a sandbox' vpcd drivers, from its own reader list."""
    bases = re.findall(r"DEVICENAME /dev/null:(\d+)", (folder / "readers" / "sandbox").read_text())
    return [int(base) + slot for base in bases for slot in (0, 1)]


class Remains:
    """What a sandbox has while it is open, to see that it is gone afterwards."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = ports_of(folder)
        assert processes_naming(str(folder)), "the open sandbox has processes"

    def assert_gone(self) -> None:
        """Folder, processes, listeners and port guards are gone."""
        name = str(self.folder)
        until(lambda: not self.folder.exists(), what=f"the end of {name}")
        until(lambda: not processes_naming(name), what=f"the end of all processes of {name}")
        until(lambda: not any(map(listening, self.ports)), what=f"the end of listeners at {self.ports}")
        guards = Path("/proc/net/unix").read_text()
        for port in self.ports:
            assert f"@kamupin-sandbox-port-{port}\n" not in guards


def waiting_command(tmp_path: Path) -> tuple[list[str], Path]:
    """A command that says where its sandbox is and then waits for a long time."""
    where = tmp_path / "where"
    script = f'echo "$PCSCLITE_CSOCK_NAME" > {where}.new; mv {where}.new {where}; exec sleep 600'
    return ["sh", "-c", script], where


def started(tmp_path: Path, *options: str) -> tuple[subprocess.Popen[str], Remains]:
    """A sandbox whose command waits; returned once the command runs."""
    command, where = waiting_command(tmp_path)
    # A new session, as a terminal's job would be: the test's own Ctrl-C is not this sandbox'.
    process = subprocess.Popen([SANDBOX, "run", *options, "--", *command], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True, start_new_session=True)
    until(lambda: where.exists() or process.poll() is not None, 30, "the start of the command")
    assert process.poll() is None, process.communicate()
    return process, Remains(Path(where.read_text().strip()).parent)


def test_listeners_are_on_loopback_only(sandbox):
    box = sandbox(cards=["akis2", "empty", "akis1"])
    ports = ports_of(box.folder)
    assert len(ports) == 4
    said = subprocess.run(["ss", "-ltnH"], capture_output=True, text=True, check=True).stdout
    addresses = {line.split()[3] for line in said.splitlines()}
    for port in ports:
        assert {address for address in addresses if address.endswith(f":{port}")} == {f"127.0.0.1:{port}"}


def test_every_listener_of_the_sandbox_is_on_loopback(sandbox):
    box = sandbox()
    pids = processes_naming(str(box.folder))
    said = subprocess.run(["ss", "-ltnpH"], capture_output=True, text=True, check=True).stdout
    ours = [line for line in said.splitlines() if any(f"pid={pid}," in line for pid in pids)]
    assert len(ours) >= 3, "two reader slots and at least one port of the service"
    for line in ours:
        assert re.match(r"(127\.0\.0\.1|\[::1\]):\d+$", line.split()[3]), line


def test_a_foreign_client_sees_the_readers(sandbox):
    box = sandbox(cards=["akis2", "empty", "akis1"])
    assert box.readers(present=True) == {"Sim0 00 00", "Sim1 00 00"}
    assert box.readers(present=False) == {"Sim0 00 01", "Sim1 00 01"}
    assert [card.reader for card in box.cards] == ["Sim0 00 00", "Sim0 00 01", "Sim1 00 00"]
    assert [card.personality for card in box.cards] == ["akis2", "empty", "akis1"]


def test_sixteen_readers(sandbox):
    box = sandbox(cards=["akis2"] + ["empty"] * 15)
    assert box.readers() == {f"Sim{number} 00 0{slot}" for number in range(8) for slot in (0, 1)}


def test_cards_are_pulled_out_and_put_in(sandbox):
    box = sandbox()
    assert box.run(SANDBOX, "eject", "0").returncode == 0
    until(lambda: box.readers(present=True) == set(), what="the reader without its card")
    assert box.run(SANDBOX, "insert", "0").returncode == 0
    until(lambda: box.readers(present=True) == {"Sim0 00 00"}, what="the card back in its reader")
    nowhere = box.run(SANDBOX, "eject", "7")
    assert nowhere.returncode == 64 and "7" in nowhere.stderr


@pytest.mark.parametrize("parts", [["pcscd"], ["card0"], ["service"], ["pcscd", "card0", "service"]])
def test_parts_that_were_killed_come_back_as_they_were(sandbox, parts):
    box = sandbox(cards=["akis2:tries=3", "akis1"])
    pin = box.cards[0].state()["pin.value"]
    assert box.verify_by_opensc("9" * (len(pin) // 2 + 1)) != "9000"
    left = box.cards[0].state()["pin.tries"]
    before = box.processes()
    box.kill(*parts)
    box.revive()
    after = until(lambda: answered(box.processes), what="the control address")
    assert {name for name in before if before[name] != after[name]} == set(parts)
    assert box.cards[0].state()["pin.tries"] == left
    assert box.verify_by_opensc(bytes.fromhex(pin).decode()) == "9000"


def answered(call):
    """What the call returns, or None while there is nobody to answer."""
    try:
        return call()
    except SandboxError:
        return None


def test_code_page_and_ledger_commands(sandbox):
    box = sandbox()
    code = box.run(SANDBOX, "code").stdout.strip()
    assert re.fullmatch(r"\d+", code)
    asked = json.loads(box.run(SANDBOX, "code", "--kind", "create", "--seconds", "7", "--json").stdout)
    assert asked["code"] != code and asked["seconds_left"] <= 7
    page = box.run(SANDBOX, "page").stdout.strip()
    shown = box.run("curl", "-sf", "--cacert", box.env["KAMUPIN_CA_FILE"], page)
    assert shown.returncode == 0 and 'class="code"' in shown.stdout
    assert box.run(SANDBOX, "ledger").stdout.split()[0] == f"card_id={box.cards[0].card_id}"
    assert box.attempts_left() == 3
    assert box.run(SANDBOX, "operations").stdout.strip() == ""
    refused = box.run(SANDBOX, "code", "--user", "nobody")
    assert refused.returncode == 69 and "400" in refused.stderr


def test_commands_about_people_and_orders(sandbox):
    box = sandbox(["akis2:mali-muhur"], options=["--password-login"])
    metadata = box.run("curl", "--silent", "--fail", "--cacert", box.env["KAMUPIN_CA_FILE"], "-H", "KamuPIN-Client: curl/8.0.0",
                       box.env["KAMUPIN_SERVICE"] + "/metadata").stdout
    assert json.loads(metadata)["login"]["methods"] == ["password"]
    assert box.run(SANDBOX, "people", "--show", "security_word").stdout == "çığlık42\n"
    known = json.loads(box.run(SANDBOX, "people", "--user", "baska", "--json").stdout)["people"]
    assert [one["user"] for one in known] == ["baska"]
    assert box.run(SANDBOX, "people", "--user", "nobody").returncode == box.run(SANDBOX, "people", "--show", "colour").returncode == 64
    assert box.run(SANDBOX, "captcha").returncode == 75
    for name in ("orders", "sessions", "mails"):
        assert (box.run(SANDBOX, name).returncode, box.run(SANDBOX, name, "--json").stdout) == (0, f'{{\n  "{name}": []\n}}\n')
    assert box.run(SANDBOX, "logout").returncode == 69  # nobody is logged in
    asked = box.run(SANDBOX, "code", "--product", "mali-muhur", "--on-behalf-of", "vkn:4540536920", "--factors", "web-password", "--json")
    first = json.loads(asked.stdout)
    assert first["page"].startswith("page-")  # one that began with a dash would be an option
    assert box.run(SANDBOX, "code", "--order", first["page"]).stdout.strip() not in ("", first["code"])
    assert box.run(SANDBOX, "code", "--on-behalf-of", "vkn:9876543217").returncode == 69


def test_sms_command_waits_and_gives_up(sandbox):
    box = sandbox()
    assert box.run(SANDBOX, "sms").returncode == 0
    assert box.run(SANDBOX, "sms", "--wait", "0.1", "--code").returncode == 75


@pytest.mark.parametrize("lang, says", [("tr", "şöyle yazın: akis2:"), ("en", "write it so: akis2:")])
def test_a_variant_that_is_named_alone_is_told_how_it_is_written(lang: str, says: str) -> None:
    for cards in ("mali-muhur", "empty,elektronik-muhur:detsis", "suspended=holder"):
        done = run("true", cards=cards, env=os.environ | {"KAMUPIN_LANG": lang})
        assert done.returncode == 64 and f"{says}{cards.split(',')[-1]}" in done.stderr, done.stderr
    assert "akis2:" not in run("true", cards="mali").stderr


def test_cards_command_names_reader_and_card(sandbox):
    box = sandbox(cards=["akis2", "empty"])
    answer = json.loads(box.run(SANDBOX, "cards", "--json").stdout)
    assert [row["reader"] for row in answer["cards"]] == ["Sim0 00 00", "Sim0 00 01"]
    (card, _) = box.run(SANDBOX, "cards").stdout.splitlines()
    assert "Sim0 00 00" in card and "pin=123456" in card


def test_a_small_command_whose_reader_has_gone_says_nothing(sandbox):
    box = sandbox(cards=["akis2"])
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([SANDBOX, "cards"], env=box.env, stdout=writing, stderr=subprocess.PIPE, text=True, timeout=60)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.parametrize("code", [0, 1, 77, 255])
def test_exit_code_is_the_commands(code):
    assert run("sh", "-c", f"exit {code}").returncode == code


def test_exit_code_of_a_command_that_a_signal_ended():
    assert run("sh", "-c", "kill -KILL $$").returncode == 128 + signal.SIGKILL


def test_a_command_that_does_not_exist():
    done = run("/no/such/program")
    assert done.returncode == 127 and "/no/such/program" in done.stderr


def test_a_command_that_is_no_program(tmp_path):
    (tmp_path / "text").write_text("text")
    assert run(str(tmp_path / "text")).returncode == 126


@pytest.mark.parametrize("cards", ["akis9", "akis2:sleepy", "akis2:tries=x", "empty:blocked", "",
                                   ",".join(["empty"] * 17)])
def test_a_card_list_that_means_nothing(cards):
    done = run("true", cards=cards)
    assert done.returncode == 64
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 2 and all(line.startswith("kamupin-sandbox: ") for line in lines), "Turkish and English"


def test_no_command():
    assert run().returncode == 64


def test_outside_a_sandbox_the_small_commands_say_so():
    env = {name: value for name, value in os.environ.items() if not name.startswith("KAMUPIN_")}
    done = subprocess.run([SANDBOX, "sms"], env=env, capture_output=True, text=True)
    assert done.returncode == 64 and "kamupin-sandbox run" in done.stderr


def test_streams_and_descriptors_are_the_commands(tmp_path):
    read_end, write_end = os.pipe()
    os.write(write_end, b"from descriptor\n")
    os.close(write_end)
    done = subprocess.run([SANDBOX, "run", "--", "sh", "-c", f"cat; cat /dev/fd/{read_end}; echo problem >&2"],
                          input="from input\n", capture_output=True, text=True, pass_fds=[read_end], timeout=60)
    os.close(read_end)
    assert (done.returncode, done.stdout, done.stderr) == (0, "from input\nfrom descriptor\n", "problem\n")


def test_the_folder_is_private_and_the_environment_complete(sandbox):
    box = sandbox()
    assert box.folder.stat().st_mode & 0o777 == 0o700
    for name in ("PCSCLITE_CSOCK_NAME", "KAMUPIN_SERVICE", "KAMUPIN_CA_FILE", "KAMUPIN_SANDBOX_CONTROL",
                 "KAMUPIN_SANDBOX_TOKEN", "KAMUPIN_STATE_DIR"):
        assert box.env[name]
    assert Path(box.env["KAMUPIN_CA_FILE"]).is_file()
    assert Path(box.env["KAMUPIN_STATE_DIR"]).is_dir()
    assert "KAMUPIN_LANG" not in box.env
    assert sandbox(env={"KAMUPIN_LANG": "tr"}).env["KAMUPIN_LANG"] == "tr"


@pytest.mark.parametrize("before, after", [
    ({}, "localhost,127.0.0.1"), ({"no_proxy": "a.example"}, "a.example,localhost,127.0.0.1"),
    ({"NO_PROXY": "a.example"}, "a.example,localhost,127.0.0.1"), ({"no_proxy": "*"}, "*")])
def test_a_proxy_of_the_environment_is_not_asked_for_loopback(sandbox, before, after):
    # Nobody listens at port 9 of loopback: what goes to that proxy fails.
    proxies = {name: "http://127.0.0.1:9" for name in ("http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY")}
    box = sandbox(env=proxies | before)
    assert box.env["https_proxy"] == proxies["https_proxy"], "it is the person's, for what is not loopback"
    for program in (["curl", "--silent", "--fail", "--cacert", box.env["KAMUPIN_CA_FILE"], "--header",
                     "KamuPIN-Client: libkamupin/0.1.0", f"{box.env['KAMUPIN_SERVICE']}/metadata"],
                    ["kamupin-sandbox", "ledger"]):
        assert box.run(*program).returncode == 0, program
    assert box.env["no_proxy"] == after


def test_the_systems_daemon_keeps_its_pid_file(sandbox):
    pid_file = daemon.PCSCD_FOLDER / "pcscd.pid"
    box = sandbox()
    assert not pid_file.exists() or int(pid_file.read_text().strip("\n\0 ") or 0) != box.processes()["pcscd"]


def test_several_at_once():
    script = ('echo "$PCSCLITE_CSOCK_NAME $KAMUPIN_SANDBOX_CONTROL"; '
              'opensc-tool -r "Sim0 00 00" -a && opensc-tool -l | grep -c Sim')
    with ThreadPoolExecutor(6) as pool:
        done = list(pool.map(lambda _: run("sh", "-c", script), range(6)))
    assert [one.returncode for one in done] == [0] * 6, [one.stderr for one in done]
    assert all(one.stdout.strip().endswith("\n2") for one in done), "each sees its own two readers"
    for word in (0, 1):
        assert len({one.stdout.splitlines()[0].split()[word] for one in done}) == 6


def test_nothing_is_left_after_a_normal_end(sandbox):
    box = sandbox(cards=["akis2", "akis1"])
    remains = Remains(box.folder)
    assert box.close() == 0
    remains.assert_gone()


def test_nothing_is_left_after_a_failing_command(tmp_path):
    where = tmp_path / "where"
    script = f'cp "$(dirname "$PCSCLITE_CSOCK_NAME")"/readers/sandbox {tmp_path}; ' \
             f'echo "$PCSCLITE_CSOCK_NAME" > {where}; exit 9'
    assert run("sh", "-c", script).returncode == 9
    folder = Path(where.read_text().strip()).parent
    assert not folder.exists() and not processes_naming(str(folder))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_nothing_is_left_after_a_signal(tmp_path, number):
    process, remains = started(tmp_path)
    process.send_signal(number)
    process.communicate(timeout=30)
    assert process.returncode == 128 + number, "the command ended by the signal that was passed on to it"
    remains.assert_gone()


def test_a_command_that_ignores_signals_is_ended_all_the_same(tmp_path):
    where = tmp_path / "where"
    script = (f'trap "" TERM; echo "$PCSCLITE_CSOCK_NAME" > {where}.new; mv {where}.new {where}; '
              "while :; do sleep 0.1; done")
    process = subprocess.Popen([SANDBOX, "run", "--", "sh", "-c", script])
    until(where.exists, 30, "the start of the command")
    remains = Remains(Path(where.read_text().strip()).parent)
    process.terminate()
    assert process.wait(timeout=30) == 128 + signal.SIGKILL
    remains.assert_gone()


def test_nothing_is_left_after_the_runner_was_killed(tmp_path):
    process, remains = started(tmp_path, "--cards", "akis2,akis1")
    process.kill()
    process.communicate(timeout=30)
    remains.assert_gone()


@pytest.mark.parametrize("after", [0.02, 0.1, 0.2, 0.3, 0.4])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_when_the_start_is_interrupted(short_folder, after, number):
    # Not a wait for luck: wherever in the start the signal falls, the end has to be the same.
    process = subprocess.Popen([SANDBOX, "run", "--", "sleep", "600"], env=os.environ | {"TMPDIR": str(short_folder),
                               "XDG_RUNTIME_DIR": ""}, start_new_session=True, stderr=subprocess.PIPE)
    time.sleep(after)
    process.send_signal(number)
    process.communicate(timeout=30)
    assert process.returncode in (-number, 128 + number)
    until(lambda: not list(short_folder.iterdir()), what="an empty temporary folder")
    until(lambda: not processes_naming(str(short_folder / "kamupin-")), what="the end of all processes")


def test_a_part_that_cannot_start_is_named_and_cleaned_up(tmp_path, short_folder):
    program = tmp_path / "build" / "bin"
    program.mkdir(parents=True)
    (tmp_path / "build" / "lib").symlink_to(BUILD / "lib")
    for entry in (BUILD / "bin").iterdir():
        (program / entry.name).symlink_to(entry)
    (program / "kamupin-vcard").unlink()
    (program / "kamupin-vcard").write_text("#!/bin/sh\necho card is broken >&2\nexit 3\n")
    (program / "kamupin-vcard").chmod(0o755)
    done = subprocess.run([str(program / "kamupin-sandbox"), "run", "--", "true"], capture_output=True, text=True,
                          env=os.environ | {"TMPDIR": str(short_folder), "XDG_RUNTIME_DIR": ""}, timeout=60)
    assert done.returncode == 70 and "card is broken" in done.stderr
    assert not list(short_folder.iterdir())


def test_keep_leaves_the_folder_and_says_where(short_folder):
    done = subprocess.run([SANDBOX, "run", "--keep", "--", "true"], capture_output=True, text=True, timeout=60,
                          env=os.environ | {"TMPDIR": str(short_folder), "XDG_RUNTIME_DIR": "", "KAMUPIN_LANG": "en"})
    (folder,) = short_folder.iterdir()
    assert done.returncode == 0 and str(folder) in done.stderr
    assert not processes_naming(str(folder))


def test_control_c_at_the_terminal_is_the_commands_to_answer():
    # The signal is waited for, not handled: a shell's trap in `read` may miss one that comes just before it blocks.
    script = ("import signal, sys; waited = {signal.SIGINT}; signal.pthread_sigmask(signal.SIG_BLOCK, waited);"
              "print('begun', flush=True); signal.sigwait(waited); print('heard', flush=True); sys.exit(input() == 'on' and 5)")
    with Terminal([SANDBOX, "run", "--", "/usr/bin/python3", "-c", script], os.environ) as terminal:
        terminal.expect("begun", 30)
        terminal.send("\x03", end="")
        terminal.expect("heard")
        terminal.send("on")
        assert terminal.wait() == 5


def test_an_ordinary_user_can_run_it():
    argv = [SANDBOX, "run", "--", "sh", "-c", "id -u; opensc-tool -l"]
    if os.getuid() == 0:
        assert run("true").returncode == 0, "root's first run makes /run/pcscd, which the ordinary user needs"
        argv = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *argv]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60,
                          env={"PATH": os.environ["PATH"], "HOME": "/nonexistent"})
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.splitlines()[0]) > 0 and "Sim0 00 00" in done.stdout


def test_without_pcscds_folder_it_says_what_to_run(monkeypatch):
    # A place where nobody, root included, can make a folder stands in for one that only root could make.
    monkeypatch.setattr(daemon, "PCSCD_FOLDER", Path("/proc/pcscd"))
    with pytest.raises(SandboxError) as caught:
        daemon.require_parts(BUILD / "lib" / "libkamupin-loopback.so")
    assert caught.value.code == 77
    for sentence in (caught.value.tr, caught.value.en):
        assert "sudo mkdir -p /proc/pcscd" in sentence


def test_a_process_in_the_middle_of_an_exec_is_found(tmp_path, monkeypatch):
    """The kernel shows neither environment nor command line for that moment."""
    for name in ("cmdline", "environ"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "exe").symlink_to("/bin/sleep")

    def exec_ends(_seconds):
        (tmp_path / "cmdline").write_bytes(b"sleep\0600\0")
        (tmp_path / "environ").write_bytes(b"MARK=1\0")
    monkeypatch.setattr(members.time, "sleep", exec_ends)
    assert members._environment(tmp_path) == b"MARK=1\0"
    for name in ("cmdline", "environ", "exe"):
        (tmp_path / name).unlink()
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(OSError):  # ended: no program, and no waiting
        members._environment(tmp_path)


@pytest.mark.parametrize("end", ["exit 0", "kill -KILL $PPID; sleep 600"])
def test_what_a_command_leaves_running_ends_too(tmp_path, end):
    where = tmp_path / "where"
    script = f'sleep 600 & echo "$! $PCSCLITE_CSOCK_NAME" > {where}; {end}'
    run("sh", "-c", script)
    pid, path = where.read_text().split()
    until(lambda: not processes_naming(str(Path(path).parent)), what="the end of all processes")
    until(lambda: not Path(path).parent.exists(), what="the end of the folder")
    status = Path("/proc", pid, "status")
    assert not status.exists() or "State:\tZ" in status.read_text()
