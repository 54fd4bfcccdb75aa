# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The Java package before real readers and the sandbox's service: PIN work, signatures, watching, prompts, futures, by
# programs of tests/bindings/java under -Xcheck:jni. Not ours on the other end: pcscd, OpenSC, the Java platform's own
# certificates and signatures.
"""Cards and operations by the Java package."""
from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import java
from box import ROOT, Box, until
from cli import FRESH_PIN
from pad_box import PadBox

CHANGED = "80461357"

Sandbox = Callable[..., Box]


@pytest.fixture(scope="session")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return java.compiled(tmp_path_factory.mktemp("work"), *sorted((ROOT / "tests/bindings/java").glob("*.java")))


def test_all_the_work_with_one_card(sandbox: Sandbox, classes: Path) -> None:
    box = sandbox(["akis2:rsa"])
    profile = sorted((ROOT / "share/profiles").glob("*"))[0]
    done = box.run(*java.argv(classes, "Work", box.cards[0].reader, str(profile)))
    assert (done.returncode, done.stdout, done.stderr) == (0, "ok\n", "")
    assert box.verify_by_opensc(CHANGED) == "9000"


class Program:
    """A program inside a sandbox, line by line."""

    def __init__(self, box: Box, argv: list[str]) -> None:
        self.process = box.start(*argv, stdin=subprocess.PIPE)

    def __enter__(self) -> "Program":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def give(self, *lines: str) -> None:
        assert self.process.stdin
        self.process.stdin.write("".join(f"{line}\n" for line in lines))
        self.process.stdin.flush()

    def says(self, *lines: str) -> None:
        assert self.process.stdout
        for line in lines:
            said = self.process.stdout.readline()
            assert said == f"{line}\n", said + self.process.communicate()[1]

    def end(self) -> None:
        out, err = self.process.communicate(timeout=60)
        assert (self.process.returncode, out, err) == (0, "", "")


def asked(box: Box) -> list[tuple[str, str]]:
    """What the service was asked, without the operation's own name."""
    return [(row["method"], re.sub(r"/operations/[^/]+", "/operations/ID", row["path"])) for row in box.requests()]


def test_futures_ask_and_send_what_c_does(sandbox: Sandbox, classes: Path) -> None:
    """On one card, so that its certificate is the same; it is blocked again by OpenSC."""
    box = sandbox(["akis2:blocked"])
    traces = []
    for mark, argv, says in (("steps", ["example-unblock-steps"], []),
                             ("futures", java.argv(classes, "Futures", "steps"), ["sms", "done DONE", "true"])):
        before, texts = len(box.requests()), len(box.control.get("/sms")["sms"])
        box.cards[0].mark(mark)
        with Program(box, argv) as program:
            program.give(box.code(), CHANGED, *([] if says else [CHANGED]))
            program.give(box.sms(texts + 1)[-1]["code"])
            if says:
                program.says(*says)
            program.process.communicate(timeout=60)
            assert program.process.returncode == 0
        traces.append((asked(box)[before:], [command[:10] for command in box.cards[0].commands(f"mark {mark}")]))
        assert box.verify_by_opensc(CHANGED) == "9000"
        while box.verify_by_opensc("00000000") != "6983":
            pass
    assert traces[0] == traces[1]


def test_a_cancelled_future_ends_a_silent_request_and_the_operation(sandbox: Sandbox, classes: Path) -> None:
    box = sandbox(["akis2:blocked"])
    box.fault("factor", "delay", seconds=300)
    with Program(box, java.argv(classes, "Futures", "stop")) as program:
        program.give(box.code(), CHANGED)
        program.says("asked")
        until(lambda: not box.control.get("/faults")["faults"], what="the request that gets no answer")
        program.give("")
        program.says("true true", "true", "CANCELLED", "true")
        program.end()
    (operation,) = box.operations()
    assert operation["phase"] == "cancelled"


def test_a_future_whose_time_is_over_ends_the_wait_for_a_card(sandbox: Sandbox, classes: Path) -> None:
    box = sandbox(["empty"])
    with Program(box, java.argv(classes, "Futures", "late")) as program:
        program.give(box.code())
        program.says("TimeoutException", "true")
        program.end()
    assert [row["phase"] for row in box.operations()] in ([], ["cancelled"])


def test_an_operation_is_given_up_while_its_list_lives_on(sandbox: Sandbox, classes: Path) -> None:
    box = sandbox(["akis2:blocked"])
    with Program(box, java.argv(classes, "Futures", "list")) as program:
        program.give(box.code())
        program.says("OK")
        assert [row["phase"] for row in box.operations()] == ["cancelled"]
        program.give("")
        program.says("true", "true")
        program.end()


def test_what_a_prompt_throws_ends_the_call_and_comes_out_of_it(sandbox: Sandbox, classes: Path) -> None:
    box = sandbox(["akis2:blocked"])
    with Program(box, java.argv(classes, "Futures", "prompts")) as program:
        program.says("true", "cancelled", "true")
        program.end()
    assert box.operations() == []


def test_readers_of_a_programs_own(sandbox: Sandbox, classes: Path) -> None:
    box = sandbox(["akis2"])
    done = box.run(*java.argv(classes, "OwnReaders", box.cards[0].reader, FRESH_PIN))
    *commands, last = box.cards[0].commands()
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{len(commands)}\nbroken\nok\n", "") and len(commands) > 2
    assert last == "0084000008", "of what came too late nothing reached the card"


def test_a_pin_is_typed_at_the_readers_keypad(classes: Path) -> None:
    with PadBox(f"akis2:pin={FRESH_PIN}") as pad:
        process = pad.start(*java.argv(classes, "Pad", "6"))
        try:
            assert process.stdout
            assert process.stdout.readline() == "false false true\n"  # not without the number of digits
            assert process.stdout.readline() == "true false 7 9\n"  # a caller's word
            for typed, said in (("111111", "pin-wrong 2"), (FRESH_PIN, "ok"), (f"{FRESH_PIN},635419,635419", "ok"),
                                ("635419", "the window is gone")):
                assert process.stdout.readline() == "typing\n"
                pad.press(f"type {typed}")
                assert process.stdout.readline() == said + "\n"
            assert process.communicate(timeout=30) == ("", "") and process.returncode == 0
        finally:
            if process.poll() is None:
                process.kill()
                process.communicate()
        assert (pad.holds(), pad.tries()) == ("635419", 3)
