# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What the Python package leaves of a secret where it was given: nothing, whatever becomes of the call. No reader daemon, no
# network. Run by CTest as test_python_smoke.py is, whose readers these are.
from __future__ import annotations

import asyncio
import ctypes
import gc
import inspect
import traceback
import unittest
import warnings
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

from test_python_smoke import NOWHERE, WithCard, context

import kamupin
from kamupin import _probe, _prompts, native
from kamupin._call import Watched
from kamupin._secrets import Kept

PIN = b"80461357"


def views() -> Iterator[tuple[str, memoryview, Callable[[], bytes]]]:
    """Writable memory of every shape, and how to look at it afterwards."""
    def one(name: str, view: Any) -> tuple[str, memoryview, Callable[[], bytes]]:
        return name, view, lambda: bytes(view.tobytes())

    spread = bytearray(b"".join(bytes([digit, 0x78]) for digit in PIN))
    yield one("every second byte", memoryview(spread)[::2])
    back = bytearray(PIN[::-1])
    yield one("backwards", memoryview(back)[::-1])
    chars = bytearray(PIN * 2)
    yield one("characters", memoryview(chars).cast("c")[::2])
    table = bytearray(PIN)
    yield one("a table", memoryview(table).cast("B", (2, 4)))
    rows = bytearray(PIN * 2)
    yield one("every second row of a table", memoryview(rows).cast("B", (4, 4))[::2])
    yield one("the same of characters", memoryview(bytearray(PIN * 2)).cast("c", (4, 4))[::2])
    foreign = ctypes.create_string_buffer(PIN, len(PIN))
    yield one("memory of C", memoryview(foreign))
    yield one("memory of C, every second byte", memoryview(ctypes.create_string_buffer(PIN * 2, 16))[::2])


def secret_calls() -> Iterator[tuple[str, Any, list[str]]]:
    """Every public method that is given a secret, with the names of those."""
    for name in kamupin.__all__:
        owner = getattr(kamupin, name)
        if not inspect.isclass(owner):
            continue
        for of, call in vars(owner).items():
            if inspect.isfunction(call) and not of.startswith("_"):
                secrets = [one for one, kind in call.__annotations__.items() if kind in ("SecretText", "Kept")]
                if secrets:
                    yield f"{name}.{of}", call, secrets


class Wiping(unittest.TestCase):
    def test_memory_of_every_shape(self) -> None:
        for name, view, seen in views():
            with self.subTest(name), kamupin.Secret(context(), kamupin.SecretKind.PIN) as secret:
                secret.append(view)
                self.assertEqual((len(secret), seen()), (len(PIN), bytes(len(PIN))))

    def test_nothing_beside_it(self) -> None:
        spread = bytearray(b"8x0x4x6x1x3x5x7x")
        context().check_pin(memoryview(spread)[::2], bytearray(PIN))
        self.assertEqual(bytes(spread), b"\0x" * 8)

    def test_when_a_closed_one_is_given_it(self) -> None:
        secret, typed = kamupin.Secret(context(), kamupin.SecretKind.PIN), bytearray(PIN)
        secret.close()
        with self.assertRaises(kamupin.KamupinError):
            secret.append(typed)
        self.assertEqual(bytes(typed), bytes(len(PIN)))

    def test_with_one_beside_it_that_was_released(self) -> None:
        gone, typed = memoryview(bytearray(PIN)), bytearray(PIN)
        gone.release()
        for pair in (gone, typed), (typed, gone):
            typed[:] = PIN
            with self.assertRaises(TypeError):
                context().check_pin(*pair)
            self.assertEqual(bytes(typed), bytes(len(PIN)))

    def test_every_call_whatever_else_it_is_given(self) -> None:
        """Each other argument is one that nothing can be made of; what is called is closed as well."""
        found = list(secret_calls())
        self.assertGreater(len(found), 15)
        for name, call, secrets in found:
            for wrong in ("not bytes", object(), None, -1):
                given: dict[str, Any] = {one: bytearray(PIN) for one in secrets}
                parameters = list(inspect.signature(call).parameters.values())[1:]
                others = {one.name: wrong for one in parameters if one.name not in secrets}
                with self.subTest(name, wrong=wrong):
                    self.called(call, {**others, **given})
                    self.assertEqual({one: bytes(value) for one, value in given.items()}, {one: bytes(len(PIN)) for one in secrets})

    def called(self, call: Any, given: dict[str, Any]) -> None:
        """On an object that was closed, or was never more than this."""
        owner = context()
        self_: Any = SimpleNamespace(_context=owner, _session=SimpleNamespace(_context=owner))
        if call.__qualname__.startswith("AsyncOperation"):
            operation = owner.operation(NOWHERE)
            self_ = kamupin.AsyncOperation(operation)
            call(self_, **given).close()
            return
        if call.__qualname__.startswith("Context"):
            self_ = owner
            owner.close()
        if call.__qualname__.startswith("Secret"):
            self_ = kamupin.Secret(owner, kamupin.SecretKind.PIN)
            self_.close()
        with self.assertRaises((TypeError, ValueError, AttributeError, OverflowError, kamupin.KamupinError)):
            call(self_, **given)

    def test_what_of_a_signature_is_no_hash(self) -> None:
        with context(readers=WithCard(lambda _: b"\x6a\x82")) as owner, owner.open() as card:
            wrong: Any = "not bytes"
            calls: list[Callable[[bytearray], object]] = [
                lambda pin: card.sign(wrong, pin), lambda pin: card.sign(b"", pin, hash=wrong), lambda pin: card.cms(wrong, pin),
                lambda pin: card.cms(b"", pin, risk=wrong), lambda pin: card.cms(b"", pin, between=wrong)]
            for call in calls:
                typed = bytearray(PIN)
                with self.assertRaises((TypeError, ValueError, AttributeError, kamupin.KamupinError)):
                    call(typed)
                self.assertEqual(bytes(typed), bytes(len(PIN)))

    def test_half_of_a_character_is_shown_to_nobody(self) -> None:
        text = PIN.decode() + "\ud800"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", kamupin.TextSecretWarning)
            with self.assertRaises(ValueError) as caught:
                context().check_pin(text, text)
        error: BaseException | None = caught.exception
        self.assertIs(type(error), ValueError)
        self.assertIsNone(caught.exception.__context__)
        self.assertNotIn(PIN.decode(), "".join(traceback.format_exception(caught.exception)) + repr(error))


class Awaiting(unittest.TestCase):
    """Whoever writes `to_thread(card.verify, pin)` down has given the PIN away."""

    def left(self) -> list[bytes]:
        """Copies of a secret that are on their way."""
        gc.collect()
        return [bytes(one) for one in gc.get_objects() if isinstance(one, bytearray) and PIN in bytes(one)]

    def test_a_task_that_is_cancelled_before_its_first_step(self) -> None:
        async def program(card: kamupin.Card, session: kamupin.Session, operation: kamupin.AsyncOperation) -> None:
            begun: list[Callable[[bytearray, bytearray], Any]] = [
                lambda pin, again: card.to_thread(card.change_pin, pin, again, again=again),
                lambda pin, again: session.to_thread(session.restore, pin),
                lambda pin, again: operation.redeem(pin), lambda pin, again: operation.set_pin(pin, again),
                lambda pin, again: operation.verify_factor(pin)]
            for begin in begun:
                pin, again = bytearray(PIN), bytearray(PIN)
                task = asyncio.ensure_future(begin(pin, again))
                self.assertEqual(bytes(pin), bytes(len(PIN)))
                again[:] = bytes(len(PIN))
                task.cancel()
                await asyncio.wait({task})
                self.assertTrue(task.cancelled())
                del task
                self.assertEqual(self.left(), [])

        async def all_of() -> None:
            with context(readers=WithCard(lambda _: b"\x6a\x82")) as owner, owner.open() as card, owner.session(NOWHERE) as session:
                async with owner.operation(NOWHERE) as operation:
                    await program(card, session, operation)

        asyncio.run(all_of())

    def test_a_step_after_the_end(self) -> None:
        async def program() -> None:
            async with context().operation(NOWHERE) as operation:
                await operation.close()
                for step in operation.redeem, operation.verify_factor, lambda pin: operation.set_pin(pin, pin):
                    typed = bytearray(PIN)
                    with self.assertRaises(kamupin.KamupinError) as caught:
                        await step(typed)
                    self.assertEqual((caught.exception.status, bytes(typed)), (kamupin.Status.INVALID_ARGUMENT, bytes(len(PIN))))

        asyncio.run(program())

    def test_what_is_no_secret_stays(self) -> None:
        async def program() -> None:
            with context(readers=WithCard(lambda _: b"\x6a\x82")) as owner, owner.open() as card:
                document, pin = bytearray(b"content"), bytearray(PIN)
                with self.assertRaises(kamupin.KamupinError):
                    await card.to_thread(card.cms, document, pin)
                self.assertEqual((bytes(document), bytes(pin)), (b"content", bytes(len(PIN))))
                self.assertEqual(await card.to_thread(len, document), 7)

        asyncio.run(program())


class Answering(unittest.TestCase):
    """What prompts answer is taken as elsewhere."""

    class Asked(kamupin.ProbePrompts):
        def __init__(self, answer: Any) -> None:
            self.answer = answer

        def pin(self) -> Any:
            return self.answer

        def agree(self, step: kamupin.ProbeStep) -> bool:
            return True

    def answered(self, answer: Any) -> tuple[int, BaseException | None]:
        """How much of it the library was given, and what was raised: by unblock()'s prompts and by probe()'s."""
        owner = context()
        ways: list[Callable[[Watched, Any], Any]] = []

        class Typing(kamupin.Prompts):
            def secret(self, question: kamupin.Question) -> Any:
                return answer

        question = native.question()
        ways.append(lambda watched, into: _prompts._Native(Typing(), watched).secret(question, into))
        ways.append(lambda watched, into: _probe._Native(self.Asked(answer), watched).ask(0, into))
        ended: list[tuple[int, BaseException | None]] = []
        for way in ways:
            if isinstance(answer, (bytearray, memoryview)) and not memoryview(answer).readonly:
                memoryview(answer)[:] = PIN
            watched = Watched()
            with kamupin.Secret(owner, kamupin.SecretKind.PIN) as into:
                way(watched, into._raw)
                try:
                    watched.settle()
                    ended.append((len(into), None))
                except Exception as error:
                    ended.append((len(into), error))
        self.assertEqual([(length, type(error)) for length, error in ended[:1]], [(length, type(error)) for length, error in ended[1:]])
        return ended[0]

    def test_with_memory_that_is_wiped(self) -> None:
        for answer in bytearray(PIN), memoryview(bytearray(PIN)), memoryview(bytearray(16))[::2]:
            self.assertEqual(self.answered(answer), (len(PIN), None))
            self.assertEqual(bytes(answer), bytes(len(PIN)))

    def test_with_what_is_warned_of(self) -> None:
        with self.assertWarns(kamupin.TextSecretWarning):
            self.assertEqual(self.answered(PIN.decode()), (len(PIN), None))

    def test_with_what_is_refused(self) -> None:
        for answer in PIN, None, memoryview(PIN):
            length, error = self.answered(answer)
            self.assertEqual((length, type(error)), (0, TypeError))


class KeptSessions(unittest.TestCase):
    def refused(self, kept: Kept) -> None:
        with context().session(NOWHERE) as session, self.assertRaises(kamupin.KamupinError) as caught:
            session.restore(kept)
        self.assertEqual(caught.exception.status, kamupin.Status.INVALID_ARGUMENT)

    def test_are_wiped_also_when_they_are_refused(self) -> None:
        kept = bytearray(PIN)
        self.refused(kept)
        self.assertEqual(bytes(kept), bytes(len(PIN)))
        kept[:] = PIN
        self.refused(memoryview(kept)[::-1])
        self.assertEqual(bytes(kept), bytes(len(PIN)))

    def test_that_are_bytes_are_warned_of(self) -> None:
        with self.assertWarns(kamupin.TextSecretWarning) as told:
            self.refused(PIN)
        self.assertEqual(told.filename, __file__)


if __name__ == "__main__":
    unittest.main(verbosity=1)
