# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Programs that tests/integration/test_bindings_python_held.py watches from outside: cards worked from many threads, very
# many operations, PINs that have to be gone afterwards. A line of standard input lets each go on to its next place.
"""usage: held.py readers PIN READER… | rounds READER | awaited READER | change READER | own READER | text | unblock"""
from __future__ import annotations

import asyncio
import gc
import os
import sys
import threading
import tracemalloc
import warnings
from collections.abc import Callable, Coroutine
from typing import Any

import kamupin
from kamupin import PinRisk, SecretKind

LENGTH = 12  # of the new PIN


def say(*words: object) -> None:
    print(*words, sep="\t", flush=True)


def new_context(readers: kamupin.ReaderBackend | None = None) -> kamupin.Context:
    return kamupin.Context(state_folder=os.environ["KAMUPIN_STATE_DIR"], ca_file=os.environ["KAMUPIN_CA_FILE"], readers=readers)


def line(length: int) -> bytearray:
    """A line of so many bytes, read to where it stays."""
    typed, key = bytearray(length), bytearray(1)
    for at in range(length):
        os.readv(0, [memoryview(typed)[at:at + 1]])
    os.readv(0, [key])
    assert key == b"\n", "a line of another length"
    return typed


def place(name: str) -> None:
    say(name)
    line(0)


def readers(pin: str, *names: str) -> None:
    """Each reader's card by a thread of its own."""
    found: dict[str, str] = {}

    def work(context: kamupin.Context, name: str) -> None:
        with context.open(name) as card:
            card.verify(bytearray(pin, "ascii"), PinRisk.UNPROVEN)
            found[name] = card.read().card_id

    with new_context() as context:
        threads = [threading.Thread(target=work, args=(context, name)) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for name in names:
        say(name, found.get(name, ""))


class NoCards(kamupin.ReaderBackend):
    """A reader of this program's own, without a card."""

    def open(self) -> Any:
        return object()

    def close(self, worker: Any) -> None:
        pass

    def readers(self, worker: Any) -> list[str]:
        return ["Okuyucu"]

    def watch(self, worker: Any, states: list[kamupin.ReaderState], timeout: float | None) -> None:
        pass

    def wake(self, worker: Any) -> None:
        pass


def round_of(context: kamupin.Context, own: kamupin.Context, card: kamupin.Card, der: bytes) -> None:
    """Handles, records, bytes, secrets, callbacks, errors: what has to be let go of again."""
    with kamupin.Secret(context, SecretKind.PIN) as pin:
        pin.append(bytearray(b"123456"))
        context.check_pin(pin, pin)
    try:
        context.check_pin(bytearray(b"12"), bytearray(b"12"))
        raise AssertionError("a PIN of two digits")
    except kamupin.PinError as error:
        assert error.remedy
    certificate = context.certificate(der)
    assert certificate.holder and certificate.der == der
    with context.certificates() as found:
        found.add(der)
        assert len(found) == 1 and found[0].certificate is not None
    assert [one.reader for one in own.cards()] == ["Okuyucu"]
    operation = context.operation("https://127.0.0.1:9/", on_event=lambda _: None)
    operation.cancel()
    try:
        operation.redeem(bytearray(b"123456"))
    except kamupin.Cancelled:
        pass
    try:
        context.operation("http://127.0.0.1:9/")
    except kamupin.KamupinError:
        pass


def counted(work: Callable[[int], None]) -> None:
    """As many rounds as each line says; tells what Python itself holds afterwards."""
    tracemalloc.start()
    for text in sys.stdin:
        work(int(text))
        gc.collect()
        say("done", tracemalloc.get_traced_memory()[0], len(gc.get_objects()))


def rounds(reader: str) -> None:
    with new_context() as context, new_context(NoCards()) as own, context.open(reader) as card:
        [der] = card.certificates

        def work(times: int) -> None:
            for number in range(times):
                round_of(context, own, card, der)
                if number % 20 == 0:
                    card.read()

        counted(work)


class Quiet(NoCards):
    """The same reader, at which nothing happens: who waits there waits until wake()."""

    def open(self) -> Any:
        return threading.Event()

    def watch(self, worker: Any, states: list[kamupin.ReaderState], timeout: float | None) -> None:
        news = [state for state in states if state.cookie == 0]
        for state in news:
            state.cookie = 1
        if news or timeout == 0:
            return
        raise kamupin.ReaderFailure(kamupin.Status.CANCELLED if worker.wait(timeout) else kamupin.Status.TIMED_OUT)

    def wake(self, worker: Any) -> None:
        worker.set()


async def stopped(step: Coroutine[Any, Any, Any]) -> None:
    """Begins it, and cancels its task."""
    task = asyncio.ensure_future(step)
    await asyncio.sleep(0)
    task.cancel()
    try:
        await task
        raise AssertionError("it was cancelled")
    except asyncio.CancelledError:
        pass


async def awaited_round(context: kamupin.Context, own: kamupin.Context) -> None:
    """What is awaited: it fails, it answers, its task is cancelled."""
    async with context.operation("https://127.0.0.1:9/", on_event=lambda _: None) as operation:
        await stopped(operation.choose())
        try:
            await operation.redeem(bytearray(b"123456"))
            raise AssertionError("the operation was cancelled with the task")
        except kamupin.Cancelled:
            pass
    with await own.to_thread(own.cards) as cards:
        assert [one.reader for one in cards] == ["Okuyucu"]


async def seldom(own: kamupin.Context, card: kamupin.Card) -> None:
    """What takes longer: a wait that is cancelled, a watch, a card."""
    with own.cards() as cards:
        await stopped(own.to_thread(cards.wait))
    with own.watch() as watch:
        async for _ in watch:
            break
    await card.to_thread(card.read)


def awaited(reader: str) -> None:
    async def all_of(times: int) -> None:
        for number in range(times):
            await awaited_round(context, own)
            if number % 20 == 0:
                await seldom(own, card)

    def work(times: int) -> None:
        asyncio.run(all_of(times))
        for thread in threading.enumerate():
            if thread is not threading.main_thread():
                thread.join()  # it is told to end, and not waited for

    with new_context() as context, new_context(Quiet()) as own, context.open(reader) as card:
        counted(work)


def change(context: kamupin.Context, reader: str) -> None:
    """A bytearray on its way through a native secret, and back to what it was by a bytearray alone."""
    old, new = line(6), line(LENGTH)
    again = bytearray(old)
    with context.open(reader) as card:
        place("typed")
        with kamupin.Secret(context, SecretKind.PIN) as secret:
            secret.append(new)
            place("taken")
            card.change_pin(old, secret, secret, PinRisk.UNPROVEN)
        place("used")
        new = line(LENGTH)
        place("typed")
        card.change_pin(new, again, again, PinRisk.UNPROVEN)
        place("used")


def own(reader: str) -> None:
    """The same where the program's own readers are given the commands."""
    class Passing(kamupin.PcscReaders):
        seen = 0

        def transmit(self, connection: Any, command: bytearray) -> bytes:
            self.seen += command[1] == 0x24 or command[1] == 0x2C
            return super().transmit(connection, command)

    passing = Passing()
    with new_context(passing) as context:
        change(context, reader)
    say("PIN commands", passing.seen)


def text(reader: str) -> None:
    """A str, which stays."""
    old, new = line(6), sys.stdin.readline().rstrip("\n")
    with new_context() as context, context.open(reader) as card, warnings.catch_warnings():
        warnings.simplefilter("ignore", kamupin.TextSecretWarning)
        card.change_pin(old, new, new, PinRisk.UNPROVEN)
    place("used")


def unblock() -> None:
    with new_context() as context, context.operation(os.environ["KAMUPIN_SERVICE"]) as operation:
        code = bytearray()
        key = bytearray(1)
        while os.readv(0, [key]) == 1 and key != b"\n":
            code += key
        operation.redeem(code)
        operation.choose()
        pin = line(LENGTH)
        place("typed")
        operation.set_pin(pin, pin)
        operation.begin_factor()
        say("sms")
        operation.verify_factor(line(6))
        operation.run()
        place("used")


def main() -> None:
    words = sys.argv[2:]
    programs: dict[str, Callable[..., None]] = {"readers": readers, "rounds": rounds, "awaited": awaited, "own": own, "text": text,
                                                "unblock": unblock}
    if sys.argv[1] == "change":
        with new_context() as context:
            change(context, words[0])
    else:
        programs[sys.argv[1]](*words)


if __name__ == "__main__":
    main()
