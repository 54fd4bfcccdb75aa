# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# An attempt at a new PIN in the hands of a test: the command `kamupin` as a program uses it (descriptors, --json), or
# the steps of the public API one by one (driver-steps). Both inside a sandbox: a real PC/SC daemon, virtual cards
# and the service. With what every refusal has to keep: its own status, exit code and sentences, and no
# command at any card that could cost a try.
"""Attempts at a new PIN, and what a refusal has to keep."""
from __future__ import annotations

import functools
import json
import os
import re
import select
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any, NamedTuple

from box import BUILD, Box, until
from provoked import provoked

KAMUPIN = str(BUILD / "bin" / "kamupin")
NEW_PIN = "84026371"
# VERIFY, CHANGE, DISABLE, ENABLE, RESET RETRY COUNTER and their TLV forms, EXTERNAL AUTHENTICATE (ISO/IEC 7816-4, 11)
COSTLY = {0x20, 0x21, 0x24, 0x25, 0x26, 0x28, 0x2C, 0x2D, 0x82}
PHASE = {"code": 1, "card": 2, "pin": 3, "sms": 4, "ready": 5, "report": 8, "done": 9, "failed": 10, "cancelled": 11}


class Sentences(NamedTuple):
    """A status in the library's catalogue."""

    number: int
    cause: dict[str, str]
    remedy: dict[str, str]


@functools.cache
def catalogue() -> dict[str, Sentences]:
    """All statuses, read through the public calls (example-statuses)."""
    said = subprocess.run([BUILD / "bin" / "example-statuses"], check=True, capture_output=True, text=True,
                          encoding="utf-8").stdout
    rows = [line.split("\t") for line in said.splitlines()]
    return {name: Sentences(int(number), {"tr": tr_cause, "en": en_cause}, {"tr": tr_remedy, "en": en_remedy})
            for number, name, tr_cause, tr_remedy, en_cause, en_remedy in rows}


def costly(commands: list[str]) -> list[str]:
    """Those commands that can cost a try of PIN, PUK or key, in any class."""
    return [one for one in commands if int(one[2:4], 16) in COSTLY]


class Ended(NamedTuple):
    """How a run of the command ended."""

    code: int
    json: dict[str, Any]
    stderr: str

    @property
    def status(self) -> str:
        """The status of the error; ok when there is none."""
        return str(self.json.get("error", {}).get("status", "ok"))


class Attempt:
    """`kamupin pin unblock --json` with descriptors. The SMS code is fed when the test has it."""

    def __init__(self, box: Box, *options: str, verb: str = "unblock", code: str | None = None, pin: str | None = NEW_PIN,
                 sms: str | None = None, lang: str = "en", env: Mapping[str, str] | None = None) -> None:
        """code, sms: what stands in those pipes from the start (None for sms: see feed). pin None: see feed."""
        self.box = box
        self.sent_before = len(box.control.get("/sms")["sms"])
        self._ends: dict[str, int] = {}
        argv = [KAMUPIN, "pin", verb, "--json", "--acknowledge", "--lang", lang, *options]
        reads = []
        for name, text in (("code", code), ("new-pin", pin), ("sms", sms)):
            read_end, self._ends[name] = os.pipe()
            reads.append(read_end)
            argv += [f"--{name}-fd", str(read_end)]
            if text is not None:
                self.feed(name, text, more=False)
        stem = f"attempt-{time.monotonic_ns()}"
        self._out, self._err = (box.folder / "logs" / f"{stem}.{kind}" for kind in ("out", "err"))
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self.process = box.start(*argv, env=env, stdout=out, stderr=err, pass_fds=reads)
        for end in reads:
            os.close(end)

    def feed(self, name: str, text: str, more: bool = True) -> None:
        """Writes a line into one of the pipes: code, new-pin, sms; with more=False it is the last one."""
        os.write(self._ends[name], text.encode() + b"\n")
        if not more:
            os.close(self._ends.pop(name))

    @contextmanager
    def _ended_by_failure(self) -> Iterator[None]:
        """A test that fails leaves no command behind that holds the card's lock."""
        try:
            yield
        except BaseException:
            self.process.kill()
            print(self._err.read_text(), self._out.read_text())
            raise

    def says(self, words: str, seconds: float = 20.0) -> None:
        """Waits until the command has said these words."""
        with self._ended_by_failure():
            until(lambda: words in self._err.read_text(), seconds, f"{words!r} from the command")

    def text_message(self, more: int = 1) -> str:
        """The code of the SMS that this attempt had sent (the first one, or the so many-th)."""
        def came() -> list[dict[str, Any]]:
            assert self.process.poll() is None, self._err.read_text() + self._out.read_text()
            found: list[dict[str, Any]] = self.box.control.get("/sms")["sms"]
            return found if len(found) >= self.sent_before + more else []
        with self._ended_by_failure():
            return str(until(came, 20, "the text message")[-1]["code"])

    def answer_sms(self) -> None:
        """What a person does: waits for the text message and types its code."""
        self.feed("sms", self.text_message(), more=False)

    def end(self, seconds: float = 60.0) -> Ended:
        """Closes what was not fed and waits for the end."""
        for name in list(self._ends):
            os.close(self._ends.pop(name))
        return self.ended(seconds)

    def ended(self, seconds: float = 60.0) -> Ended:
        """Waits for the end with the pipes as they are."""
        try:
            code = self.process.wait(timeout=seconds)
        finally:
            if self.process.poll() is None:
                self.process.kill()
                print(self._err.read_text())
            for name in list(self._ends):
                os.close(self._ends.pop(name))
        said = self._out.read_text()
        assert said, f"nothing on standard output, exit code {code}:\n{self._err.read_text()}"
        return Ended(code, json.loads(said), self._err.read_text())


def unblock(box: Box, *options: str, **how: Any) -> Ended:
    """A whole attempt with the right SMS code."""
    attempt = Attempt(box, *options, code=how.pop("code", None) or box.code(), **how)
    attempt.answer_sms()
    return attempt.ended()


class Watch:
    """What the cards were when a refusal began."""

    def __init__(self, box: Box) -> None:
        self.cards = [card for card in box.cards if card.personality != "empty"]
        self.commands = [len(card.commands()) for card in self.cards]
        self.states = [card.state() for card in self.cards]

    def unspent(self) -> None:
        """No command that can cost a try has come since, and every card is as it was, byte for byte."""
        for card, commands, state in zip(self.cards, self.commands, self.states):
            assert costly(card.commands()[commands:]) == []
            assert card.state() == state


@contextmanager
def spends_nothing(box: Box) -> Iterator[None]:
    """What happens inside costs no try on any card of the sandbox."""
    watch = Watch(box)
    yield
    watch.unspent()


def check_refusal(ended: Ended, status: str, lang: str = "en") -> dict[str, Any]:
    """The command has refused with that status: exit code, number, and the sentences of its language, which say what
    to do; the other language has its own. Returns the error."""
    sentences = catalogue()[status]
    assert "error" in ended.json, ended
    error: dict[str, Any] = ended.json["error"]
    assert error["status"] == status, ended.stderr
    assert (ended.code, error["number"]) == (sentences.number, sentences.number)
    assert error["text"].startswith(f"{sentences.cause[lang]} {sentences.remedy[lang]}")
    assert error["text"] in ended.stderr
    assert sentences.remedy["tr"] and sentences.remedy["en"] and sentences.remedy["tr"] != sentences.remedy["en"]
    provoked(status)
    return error


def refused(box: Box, status: str, *options: str, lang: str = "en", **how: Any) -> dict[str, Any]:
    """A whole attempt that has to end so, and cost nothing. Without sms=… the right code is given once one came."""
    watch = Watch(box)
    attempt = Attempt(box, *options, lang=lang, **how)
    if how.get("sms") is None:
        until(lambda: attempt.process.poll() is not None or
              len(box.control.get("/sms")["sms"]) > attempt.sent_before, 60, "an SMS or the end")
        if attempt.process.poll() is None:
            attempt.answer_sms()
    error = check_refusal(attempt.end(), status, lang)
    watch.unspent()
    return error


class Steps:
    """driver-steps: a step of the public API a line, its answer as words."""

    def __init__(self, box: Box, *options: str, env: Mapping[str, str] | None = None) -> None:
        self.box = box
        self.log = box.folder / "logs" / f"steps-{time.monotonic_ns()}.log"
        with self.log.open("wb") as log:
            self.process = box.start(str(BUILD / "bin" / "driver-steps"), *options, env=env, stdin=subprocess.PIPE, stderr=log)
        self.made = self._answer("the context", 20)

    def __enter__(self) -> "Steps":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.close()
        try:
            code = self.process.wait(timeout=20)
        finally:
            self.process.kill()
            self.process.stdout.close()
        assert kind is not None or code == 0, self.log.read_text()

    def _answer(self, what: str, seconds: float) -> dict[str, str]:
        assert self.process.stdout
        assert select.select([self.process.stdout], [], [], seconds)[0], f"no answer to {what}:\n{self.log.read_text()}"
        line = self.process.stdout.readline().rstrip("\n")
        assert line or what == "free", f"driver-steps ended at {what}:\n{self.log.read_text()}"
        status, _, rest = line.partition(" ")
        return {"status": status, **dict(word.split("=", 1) for word in rest.split())}

    def start(self, *words: str) -> None:
        """Takes a step and does not wait for its end; see ended."""
        assert self.process.stdin
        self.process.stdin.write("\t".join(words) + "\n")
        self.process.stdin.flush()

    def ended(self, seconds: float = 40) -> dict[str, str]:
        """The answer to a started step."""
        return self._answer("a started step", seconds)

    def say(self, *words: str, seconds: float = 40) -> dict[str, str]:
        """Takes a step; `status` and the words of the answer."""
        self.start(*words)
        return self._answer(words[0], seconds)

    def say_past_removal(self, *words: str) -> dict[str, str]:
        """A step whose card is power-cycled meanwhile. When pcscd's look (every 400 ms) falls into the gap it calls that a
        removal, rightly, and the step says so: it is taken again once the card is seen. At most three times."""
        for _ in range(3):
            answer = self.say(*words)
            if answer["status"] != "card-removed":
                break
            until(lambda: self.box.readers(True), what="the power-cycled card")
        return answer

    def good(self, *words: str) -> dict[str, str]:
        """Takes a step that must succeed."""
        answer = self.say_past_removal(*words) if words == ("run",) else self.say(*words)
        assert answer["status"] == "ok", f"{words}: {answer}\n{self.log.read_text()[-3000:]}"
        return answer

    def refused(self, status: str, *words: str, seconds: float = 40) -> dict[str, str]:
        """Takes a step that must answer this status, in its error record as well; noted for the table."""
        answer = self.say(*words, seconds=seconds)
        assert (answer["status"], answer["record"]) == (status, status), f"{words}: {answer}\n{self.log.read_text()[-3000:]}"
        provoked(status)
        return answer

    def to(self, phase: str, code: str | None = None, card: str | None = None, risk: int = 0) -> "Steps":
        """Takes every step to a phase: card, pin, sms, sent (an SMS was sent), ready."""
        steps = ["card", "pin", "sms", "sent", "ready"]
        wanted = steps[:steps.index(phase) + 1]
        before = len(self.box.control.get("/sms")["sms"])
        self.good("new", "any", str(risk))
        self.good("redeem", code or self.box.code())
        if "pin" in wanted:
            self.good("choose", *([card] if card else []))
        if "sms" in wanted:
            self.good("pin", NEW_PIN)
        if "sent" in wanted:
            self.good("sms")
        if "ready" in wanted:
            self.good("verify", self.box.sms(before + 1)[-1]["code"])
        return self

    def phase(self) -> int:
        """Where the operation stands."""
        return int(self.say("phase")["phase"])


def requests(box: Box) -> list[str]:
    """The calls that reached the service since forget_requests."""
    return [one["call"] for one in box.control.get("/requests")["requests"]]


def forget_requests(box: Box) -> None:
    """Empties the service's request log."""
    box.control.call("DELETE", "/requests")


def fault(box: Box, call: str, action: str, **more: Any) -> None:
    """Orders a fault of the service."""
    box.control.post("/faults", {"call": call, "action": action} | more)


def words(text: str) -> str:
    """A pattern for a text that a terminal may have broken into lines."""
    return r"\s+".join(re.escape(word) for word in text.split())


def new_pin_works(box: Box, pin: str = NEW_PIN, slot: int = 0) -> bool:
    """Whether OpenSC, a client not ours, gets 9000 for the PIN."""
    return box.verify_by_opensc(pin, slot) == "9000"
