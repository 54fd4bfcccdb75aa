# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The Python and the Java module before real readers: the cards they list, an unblock with its events, a wait
# that leaves other threads running; and that C, Python, asyncio and Java do the same work: the same commands to the card,
# the same requests to the service. Not ours on the other end: pcscd with vpcd, OpenSC, the interpreters.
# The programs are tests/bindings/client.py, Client.java and tests/drivers/public/client.c; what needs no card is in their
# smoke tests.
from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from box import BUILD, ROOT, Box
from python import ENV

PYTHON = ["/usr/bin/python3", "-X", "dev", str(ROOT / "tests/bindings/client.py")]
JAVA_FOLDER = BUILD / "bindings" / "java"
JAVA = ["java", "-Xcheck:jni", f"-Djava.library.path={JAVA_FOLDER}", "-cp", str(JAVA_FOLDER / "kamupin.jar"),
        str(ROOT / "tests/bindings/Client.java")]
LANGUAGES = {"python": PYTHON, "java": JAVA}
# Not -X dev: it has asyncio tell by the clock which steps were slow.
AWAITING = ["/usr/bin/python3", "-W", "error", str(ROOT / "tests/bindings/client.py")]
UNBLOCKS = {"c": ["driver-client"], "python": [*PYTHON, "unblock"], "asyncio": [*AWAITING, "await"], "java": [*JAVA, "unblock"]}
NEW_PIN = "80461357"
TAP = BUILD / "lib" / "libfault-tap.so"
# Of a request: what is secret or of one run alone. Nothing of it may be shown, and a test that fails shows what it compares.
OWN = {"DPoP", "Authorization", "Idempotency-Key", "code", "challenge", "operation_id"}
# include/kamupin/operation.h
EVENT_PHASE, PHASE_DONE, OUTCOME_DONE = 1, 9, 1


class Client:
    """A client program inside a sandbox: its lines, split into words."""

    def __init__(self, box: Box, *argv: str) -> None:
        self.process = box.start(*argv, env=ENV, stdin=subprocess.PIPE)
        self.lines: list[list[str]] = []

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def send(self, line: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def until(self, word: str) -> list[str]:
        """Reads lines up to the one that begins with that word."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n").split("\t"))
            if self.lines[-1][0] == word:
                return self.lines[-1]
        raise AssertionError(f"no line {word!r}: {self.lines}\n{self.process.communicate()[1]}")

    def end(self) -> tuple[int, str]:
        """Exit code, and what it said on standard error."""
        out, err = self.process.communicate(timeout=60)
        self.lines += [line.split("\t") for line in out.splitlines()]
        return self.process.returncode, err


def as_words(card: dict[str, Any]) -> list[str]:
    """A card of `kamupin card list --json` in the words of the clients."""
    def count(value: int | None) -> str:
        return "-1" if value is None else str(value)

    return ["card", card["reader"], card["kind"], card["card_id"] or "", card["serial"] or "", card["profile"] or "",
            card["product"] or "", card["atr"] or "", str(card["certificates"]),
            *[word for reference in (card["pin"], card["puk"])
              for word in (reference["state"], reference["tries"], count(reference["tries_left"]),
                           count(reference["tries_max"]))],
            card["usable"]["status"]]


def test_both_list_what_the_command_lists(sandbox: Callable[..., Box]) -> None:
    box = sandbox(cards=["akis1", "akis2:blocked", "akis2:tries=2", "idcard", "empty"])
    said = box.run(str(BUILD / "bin" / "kamupin"), "card", "list", "--json")
    wanted = [as_words(card) for card in json.loads(said.stdout)["cards"]]
    assert {"signature", "identity", "none"} == {words[2] for words in wanted}
    assert any("AKİS v1.0" in words for words in wanted)
    for language, argv in LANGUAGES.items():
        done = box.run(*argv, "list", env=ENV)
        assert (done.returncode, done.stderr) == (0, ""), (language, done)
        assert [line.split("\t") for line in done.stdout.splitlines()] == wanted, language


def unblocked(box: Box, argv: list[str]) -> list[list[str]]:
    """One unblock by that program; its lines."""
    card_id = str(box.cards[0].card_id)
    texts = len(box.control.get("/sms")["sms"])
    with Client(box, *argv) as client:
        client.send(box.code())
        assert client.until("allowed") == ["allowed", card_id]
        client.send(NEW_PIN)
        _, destination, length = client.until("sms")
        text = box.sms(texts + 1)[texts]
        assert destination.endswith("2596") and len(text["code"]) == int(length)
        client.send(text["code"])
        assert client.until("result") == ["result", str(OUTCOME_DONE), "True", card_id, "AKİS v2.x"]
        assert client.end() == (0, "")
    return client.lines


@pytest.mark.parametrize("language", UNBLOCKS)
def test_an_unblock_with_its_events(sandbox: Callable[..., Box], language: str) -> None:
    box = sandbox(cards=["akis2:blocked"])
    card_id = box.cards[0].card_id
    assert box.verify_by_opensc(NEW_PIN) == "6983"
    events = [words[1:] for words in unblocked(box, UNBLOCKS[language]) if words[0] == "event"]
    phases = [int(phase) for kind, phase, *_ in events if int(kind) == EVENT_PHASE]
    assert phases == list(range(phases[0], PHASE_DONE + 1)) and phases[0] == 2, events
    assert events[-1] == [str(EVENT_PHASE), str(PHASE_DONE), "-1", card_id]
    assert all(0 < int(words[2]) for words in events[:4]), "the service's time runs until card work"
    assert box.verify_by_opensc(NEW_PIN) == "9000"


def form(value: Any, name: str = "") -> Any:
    """A member of a request: its value, or of what is a secret or of this run alone what kind of thing it is and how long."""
    if isinstance(value, dict):
        return {key: form(one, key) for key, one in value.items()}
    if isinstance(value, list):
        return [form(one, name) for one in value]
    return f"{type(value).__name__} of {len(str(value))}" if name in OWN else value


def sent(tap: Path) -> list[tuple[str, dict[str, str], Any]]:
    """The requests in what went over TLS, in clear: the first line, the headers and the body (None: there is none)."""
    requests, wire = [], tap.read_bytes()
    for head in re.finditer(rb"(?:GET|POST) /[^\r\n]* HTTP/1\.1\r\n(?:[^\r\n]+\r\n)+\r\n", wire):
        first, *lines = head[0].decode("ascii").strip().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines)
        body = wire[head.end():head.end() + int(headers.get("Content-Length", "0"))]
        requests.append((re.sub(r"/operations/[^/ ]+", "/operations/ID", first),
                         {name: str(form(value, name)) for name, value in headers.items()}, form(json.loads(body)) if body else None))
    return requests


def traced(box: Box, language: str) -> tuple[list[str], list[str], list[tuple[str, dict[str, str], Any]]]:
    """The commands that the card got from one unblock by that program, the requests that the service got with its answers' status, and
    the same as they were sent. The card's log masks PINs itself; of EXTERNAL AUTHENTICATE's cryptogram the form."""
    asked, tap, argv = len(box.requests()), box.folder / f"{language}.tap", UNBLOCKS[language]
    box.cards[0].mark(language)
    unblocked(box, ["env", f"LD_PRELOAD={TAP}", f"KAMUPIN_TAP={tap}", *argv])
    commands = [row[:10] + "*" * len(row[10:]) if row[2:4] == "82" else row for row in box.cards[0].commands(f"mark {language}")]
    requests = [f"{one['method']} {re.sub(r'/operations/[^/]+', '/operations/ID', one['path'])} {one['status']}"
                for one in box.requests()[asked:]]
    return commands, requests, sent(tap)


def test_c_python_asyncio_and_java_do_the_same_work(sandbox: Callable[..., Box]) -> None:
    """On one card, so that its certificate is the same; it is blocked again each time, by OpenSC."""
    box = sandbox(cards=["akis2:blocked"])
    traces = {}
    for language in UNBLOCKS:
        traces[language] = traced(box, language)
        assert box.verify_by_opensc(NEW_PIN) == "9000"
        while box.verify_by_opensc("00000000") != "6983":
            pass
    commands, requests, whole = traces["c"]
    assert [row[:8] for row in commands if row[2:4] in ("84", "82", "2C")] == ["00840000", "00820083", "002C0281"]
    assert [words.split("/")[-1] for words in requests] == ["metadata 200", "redeem 200", "factor 200", "verify 200", "authority 200",
                                                            "reports 200"]
    assert [first.split()[:2] for first, _, _ in whole] == [words.split()[:2] for words in requests]
    assert [sorted(body or ()) for _, _, body in whole] == [
        [], ["cards", "code"], ["card_id", "type"], ["code"], ["card_id", "challenge", "form"],
        ["card_id", "evidence", "operation_id", "outcome"]]
    for language in UNBLOCKS:
        assert traces[language] == (commands, requests, whole), language


@pytest.mark.parametrize("language", UNBLOCKS)
def test_a_refusal_of_the_service_is_an_exception(sandbox: Callable[..., Box], language: str) -> None:
    box = sandbox(cards=["akis2:blocked"])
    with Client(box, *UNBLOCKS[language]) as client:
        client.send(box.code())
        client.until("allowed")
        client.send(NEW_PIN)
        client.until("sms")
        [text] = box.sms(1)
        client.send(f"{(int(text['code']) + 1) % 10 ** len(text['code']):0{len(text['code'])}d}")
        _, status, tries, turkish, english = client.until("error")
        assert (status, client.end()) == ("sms-code-wrong", (1, ""))
    assert int(tries) > 0 and tries in turkish and tries in english and turkish != english
    assert [row for row in box.cards[0].commands() if row.startswith(("002C", "0082"))] == []


def test_other_python_threads_run_while_the_library_waits(sandbox: Callable[..., Box]) -> None:
    box = sandbox(cards=["akis2"])
    with Client(box, *PYTHON, "wait") as client:
        assert client.until("running while it waits")[1] == "True"
        box.cards[0].eject()
        assert client.until("waited") == ["waited", "changed"]  # at its own bound it would say timed-out
        assert client.end() == (0, "")
