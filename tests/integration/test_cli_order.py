# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# kamupin pin unblock --login, kamupin order and kamupin issued-pin: commands that borrow the session which `kamupin login` holds, with a
# real authorization server, service and PC/SC daemon.
"""The command with a session."""
from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from box import BUILD, Box
from cli import KAMUPIN, STATUS, read_line
from idp_client import login
from kamupin_sandbox.registry import Registry
from provoked import provoked
from terminal import Terminal
from test_canaries import files, holds
from test_cli_login import Held

NEW_PIN = "482915"


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    with Box(["akis2:blocked:p384:mali-muhur"], ["--login"]) as made:
        with Registry(made.folder / "service" / "registry.db") as registry:
            registry.issue_pin(str(made.cards[0].card_id), "135790")
        yield made


@pytest.fixture
def home(box: Box, tmp_path: Path) -> Mapping[str, str]:
    """The environment of somebody with a runtime folder of their own, and no display."""
    env = {name: value for name, value in box.env.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    runtime = tmp_path / "r"
    runtime.mkdir(mode=0o700)
    return env | {"XDG_RUNTIME_DIR": str(runtime), "TERM": "xterm", "KAMUPIN_LANG": "en"}


@pytest.fixture
def held(home: Mapping[str, str]) -> Iterator[Held]:
    made = Held(home)
    yield made
    made.close()


def run(env: Mapping[str, str], *argv: str, **secrets: str) -> tuple[int, dict[str, Any]]:
    """A command with --json; its exit code and what it printed. secrets: new_pin_fd="…"."""
    extra, ends = [], []
    for option, value in secrets.items():
        read_end, write_end = os.pipe()
        os.write(write_end, value.encode() + b"\n")
        os.close(write_end)
        ends.append(read_end)
        extra += [f"--{option.replace('_', '-')}", str(read_end)]
    try:
        done = subprocess.run([KAMUPIN, *argv, *extra, "--json"], env=dict(env), capture_output=True, text=True, timeout=60,
                              stdin=subprocess.DEVNULL, pass_fds=ends)
    finally:
        for end in ends:
            os.close(end)
    return done.returncode, read_line(done.stdout)


def test_without_a_session_each_says_to_log_in(home: Mapping[str, str]) -> None:
    for words in (("order", "new"), ("order", "code"), ("order", "list"), ("order", "show", "ord-AAECAwQF"), ("issued-pin", "list"), ("issued-pin", "show", "pin-AAECAwQF")):
        code, said = run(home, *words)
        assert code == STATUS["login-required"] and said["error"]["status"] == "login-required"
        provoked("login-required")


def unblock(box: Box, home: Mapping[str, str]) -> None:
    """The card of the organisation gets its new PIN, by an order of the session that is held."""
    words = ["pin", "unblock", "--login", "--product", "mali-muhur", "--on-behalf-of", "vkn:4540536920", "--acknowledge", "--unproven"]
    child = subprocess.Popen([KAMUPIN, "order", "list", "--json"], env=dict(home), stdout=subprocess.PIPE, text=True)
    assert read_line(child.communicate(timeout=60)[0])["orders"] == []
    sms = len(box.control.get("/sms")["sms"])
    read_pin, write_pin = os.pipe()
    read_sms, write_sms = os.pipe()
    os.write(write_pin, NEW_PIN.encode() + b"\n")
    words += ["--new-pin-fd", str(read_pin), "--sms-fd", str(read_sms), "--json"]
    done = subprocess.Popen([KAMUPIN, *words], env=dict(home), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            text=True, pass_fds=(read_pin, read_sms))
    os.write(write_sms, box.sms(sms + 1)[-1]["code"].encode() + b"\n")
    said, complaint = done.communicate(timeout=60)
    for end in (read_pin, write_pin, read_sms, write_sms):
        os.close(end)
    assert done.returncode == 0, complaint
    assert read_line(said)["result"]["outcome"] == "done"
    assert box.verify_by_opensc(NEW_PIN) == "9000"
    assert "redeem" in [one["call"] for one in box.requests()]


def once_unblocked(box: Box, home: Mapping[str, str]) -> None:
    """The same for a test that comes after it, whichever of this file ran before on this sandbox."""
    if "done" not in [one["outcome"] for one in box.operations()]:
        unblock(box, home)


def test_an_unblock_for_an_organisation_without_a_code(box: Box, home: Mapping[str, str], held: Held) -> None:
    once_unblocked(box, home)


def test_a_person_may_not_act_for_everybody(home: Mapping[str, str], held: Held) -> None:
    common = ("--login", "--product", "mali-muhur", "--acknowledge")
    code, _ = run(home, "pin", "unblock", *common, "--on-behalf-of", "detsis:87654321", new_pin_fd=NEW_PIN, sms_fd="1")
    assert code == STATUS["not-represented"]
    code, _ = run(home, "pin", "unblock", *common, "--on-behalf-of", "vkn:4540536921", new_pin_fd=NEW_PIN, sms_fd="1")
    assert code == STATUS["identity-malformed"]
    code, _ = run(home, "pin", "unblock", "--on-behalf-of", "vkn:4540536920", code_fd="1", new_pin_fd="1", sms_fd="1")
    assert code == STATUS["invalid-argument"]


def test_an_order_is_shown_and_given_up(box: Box, home: Mapping[str, str], held: Held) -> None:
    code, said = run(home, "order", "show", "ord-no-such-one")
    assert code == STATUS["order-unknown"]
    once_unblocked(box, home)
    orders = box.control.get("/orders")["orders"]
    code, said = run(home, "order", "show", orders[-1]["order_id"])
    assert code == 0 and said["order"]["order_id"] == orders[-1]["order_id"]
    code, _ = run(home, "order", "show")
    assert code == STATUS["invalid-argument"]


def test_an_interrupted_unblock_gives_its_order_up(box: Box, home: Mapping[str, str], held: Held) -> None:
    """Ctrl+C cancels the order as well: a person who tries again finds no order of the first try. In words of the person's language."""
    words = ["pin", "unblock", "--login", "--product", "mali-muhur", "--on-behalf-of", "vkn:4540536920", "--unproven"]
    with Terminal([KAMUPIN, *words], home) as terminal:
        terminal.expect("Ctrl\\+C")
        waiting = subprocess.run([KAMUPIN, "order", "list", "--lang", "tr"], env=dict(home), capture_output=True, text=True, timeout=60)
        assert "\n  kilit çözme  Mali Mühür  vkn:4540536920  kodu kullanılıyor  " in waiting.stdout  # the name has its own line
        assert max(map(len, waiting.stdout.splitlines())) <= 80
        terminal.send("\x03", end="")
        assert terminal.wait() == STATUS["cancelled"]
    code, said = run(home, "order", "list")
    assert code == 0 and said["orders"] == []


def test_an_issued_pin_is_shown_once_and_deleted(box: Box, home: Mapping[str, str], held: Held) -> None:
    once_unblocked(box, home)  # which makes it stale
    code, said = run(home, "issued-pin", "list")
    (record,) = said["issued_pins"]
    listed = subprocess.run([KAMUPIN, "issued-pin", "list", "--lang", "tr"], env=dict(home), capture_output=True, text=True, timeout=60)
    head, row = listed.stdout.splitlines()
    assert row == f"{record['record_id']}  {record['serial']}  Mali Mühür  gösterilmedi, PIN değişti"
    assert [head.index(word) for word in ("Seri no", "Ürün", "Durum")] == [row.index(word) for word in (record["serial"], "Mali", "göst")]
    assert code == 0 and record["stale"] and not record["shown"]
    code, said = run(home, "issued-pin", "show", record["record_id"])
    assert code == 0 and said["issued_pin"] == {"record_id": record["record_id"], "pin": "135790", "stale": True}
    assert run(home, "issued-pin", "show", record["record_id"])[0] == STATUS["issued-pin-shown"]
    assert run(home, "issued-pin", "delete", record["record_id"])[0] == STATUS["not-acknowledged"]
    with Terminal([KAMUPIN, "issued-pin", "delete", record["record_id"]], home) as terminal:
        terminal.expect("type delete")
        terminal.send("delete")
        terminal.expect("The record of the PIN is deleted")
    assert run(home, "issued-pin", "show", record["record_id"])[0] == STATUS["issued-pin-unknown"]


def test_a_code_for_another_desk(box: Box, home: Mapping[str, str], held: Held, tmp_path: Path) -> None:
    """Ordered and shown by the person's session, typed where nobody is logged in. The code is in no log and in no file."""
    words = ("--product", "mali-muhur", "--on-behalf-of", "vkn:4540536920")
    code, said = run(home, "order", "new", *words)
    order_id = said["order"]["order_id"]
    assert code == 0 and (said["order"]["kind"], said["order"]["state"]) == ("unblock", "waiting")
    code, said = run(home, "order", "code")
    first = said["order_code"]
    assert code == 0 and first["order_id"] == order_id and first["seconds_left"] > 0
    shown = subprocess.run([KAMUPIN, "order", "code", order_id, "--lang", "tr", "--log", "trace"], env=dict(home), capture_output=True,
                           text=True, timeout=60)
    second = shown.stdout.splitlines()[0].removeprefix("Doğrulama kodu: ")
    assert second.isdecimal() and second != first["code"] and "kamupin pin unblock" in shown.stdout and "PUK değildir" in shown.stdout
    assert "/code" in shown.stderr, "the log was not at its most talkative"
    for data in [shown.stderr.encode(), *(path.read_bytes() for path in files(box, set()))]:
        assert not holds(data, first["code"]) and not holds(data, second)
    runtime = tmp_path / "desk"
    runtime.mkdir(mode=0o700)
    with Terminal([KAMUPIN, "pin", "unblock", "--unproven"], dict(home) | {"XDG_RUNTIME_DIR": str(runtime)}) as desk:
        desk.expect("Code on the web page")
        desk.send(first["code"])
        desk.expect("A newer code has been issued")
        desk.expect("Code on the web page")
        desk.send(second)
        desk.expect("give up: Ctrl\\+C")
        assert run(home, "order", "code")[0] == STATUS["order-in-use"]
        desk.send("\x03", end="")
        assert desk.wait() == STATUS["cancelled"]
    assert run(home, "order", "code", order_id)[0] == 0
    assert run(home, "order", "cancel", order_id)[0] == 0
    assert run(home, "order", "code", order_id)[0] == STATUS["order-ended"]


def test_which_order_a_code_is_of_has_to_be_clear(home: Mapping[str, str], held: Held) -> None:
    said = subprocess.run([KAMUPIN, "order", "code"], env=dict(home), capture_output=True, text=True, timeout=60)
    assert said.returncode == STATUS["order-unknown"] and "to make one: kamupin order new" in said.stderr
    ids = [run(home, "order", "new", *more)[1]["order"]["order_id"] for more in ((), ("--create",))]
    said = subprocess.run([KAMUPIN, "order", "code"], env=dict(home), capture_output=True, text=True, timeout=60)
    assert (said.returncode, said.stdout) == (STATUS["invalid-argument"], "") and "kamupin order list" in said.stderr
    shown = subprocess.run([KAMUPIN, "order", "code", ids[1]], env=dict(home), capture_output=True, text=True, timeout=60)
    assert shown.returncode == 0 and "kamupin pin create" in shown.stdout
    for order_id in ids:
        assert run(home, "order", "cancel", order_id)[0] == 0
    assert run(home, "order", "code", "../session")[0] == STATUS["order-unknown"]
    assert run(home, "order", "new", "--product", "elektronik-muhur")[0] == STATUS["product-not-offered"]


def test_the_one_page_program(sandbox: Callable[..., Box]) -> None:
    """examples/order.c, from the login to the new PIN."""
    box = sandbox(["akis2:blocked"], ["--login"])
    with subprocess.Popen([str(BUILD / "bin" / "example-order")], env=box.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as program:
        assert program.stdin is not None and program.stdout is not None

        def type_line(text: str) -> None:
            assert program.stdin is not None
            program.stdin.write(text + "\n")
            program.stdin.flush()

        type_line(login(program.stdout.readline().strip(), box.env["KAMUPIN_CA_FILE"]))
        for text in ("", NEW_PIN, NEW_PIN):
            type_line(text)
        type_line(box.sms()[-1]["code"])
        said, complaint = program.communicate(timeout=60)
    assert (program.returncode, said) == (0, f"{box.cards[0].card_id} done\n"), complaint
    assert box.verify_by_opensc(NEW_PIN) == "9000"


def test_the_one_page_program_asks_which_card(sandbox: Callable[..., Box]) -> None:
    """At a terminal: what was pasted by mistake is asked again, and nothing that is typed hidden is shown."""
    box = sandbox(["akis2:blocked", "empty", "akis2:blocked"], ["--login"])
    with box.terminal("example-order") as person:
        url = person.expect(r"(https://\S+/auth\?\S+)\r")[1]
        person.expect("Adres / Address: ")
        person.send("https://example.org/")
        person.expect("Copy the whole address from the browser's address bar")
        person.expect("Adres / Address: ")
        person.send(login(url, box.env["KAMUPIN_CA_FILE"]))
        assert str(box.cards[2].card_id) in person.expect(r"1  \S.*3  (.*)Hangi kart\? / Which card\?: ")[0]
        person.send("2")
        person.expect(r"Which card\?: ")
        person.send("3")
        person.expect("When read, Enter: ")
        person.send("")
        for question in ("New PIN: ", "New PIN again: "):
            person.expect(question)
            person.send(NEW_PIN)
        person.expect(r"\*2596 SMS kodu .*: ")
        person.send(box.sms()[-1]["code"])
        person.expect("Leave the card where it is")
        assert person.wait() == STATUS["ok"], person.text
        assert f"{box.cards[2].card_id} done" in person.text and NEW_PIN not in person.text
    assert box.verify_by_opensc(NEW_PIN, slot=2) == "9000"
