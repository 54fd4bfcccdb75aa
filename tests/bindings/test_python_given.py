# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What a program gives the Python package by mistake, and how it is told. No reader daemon, no network. Run by CTest
# (binding_python_given) as test_python_smoke.py is, whose readers these are.
from __future__ import annotations

import asyncio
import math
import os
import tempfile
import threading
import unittest
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from test_python_smoke import NOWHERE, Silent, WithCard, context

import kamupin


def raised(call: Callable[[], object], kind: type[BaseException] = kamupin.KamupinError) -> Any:
    """What a call raises: of exactly that class."""
    try:
        call()
    except BaseException as error:
        if type(error) is kind:
            return error
        raise
    raise AssertionError("nothing was raised")


def elsewhere(call: Callable[[], object]) -> None:
    """Runs a call on another thread, and raises what it raised."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            call()
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(20)
    if thread.is_alive():
        raise AssertionError("it waits")
    if failed:
        raise failed[0]


class Patient(Silent):
    """Nothing changes, and a wait is over at once."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float | None] = []

    def watch(self, worker: threading.Event, states: list[kamupin.ReaderState], timeout: float | None) -> None:
        super().watch(worker, states, 0)
        if timeout != 0:
            self.waits.append(timeout)
            if len(self.waits) > 3:
                raise kamupin.ReaderFailure(kamupin.Status.CARD_RESET)  # ends what is without end
            raise kamupin.ReaderFailure(kamupin.Status.TIMED_OUT)


class Addresses(unittest.TestCase):
    def test_what_is_no_address_is_refused(self) -> None:
        with context(readers=WithCard(lambda _: b"\x6a\x82")).cards() as cards:
            for no_address in ("kamupin:bogus=1", "kamupin:reader=a;reader=b", "kamupin:reader=%2"):
                for call in (lambda: kamupin.matches(cards[0], no_address), lambda: cards.find(no_address)):
                    self.assertEqual(raised(call, kamupin.CardError).name, "card-address")
            self.assertFalse(kamupin.matches(cards[0], "kamupin:reader=x"))


class Times(unittest.TestCase):
    def test_a_negative_time_is_none_left(self) -> None:
        for thread in (lambda call: call(), elsewhere):
            for seconds in (-0.0001, -0.5, -1, -5, -1e300, -(10**400), -math.inf, 0):
                with context(readers=Patient()).cards() as cards, context(readers=Silent()).watch() as watch:
                    while watch.next().kind != kamupin.WatchKind.READER_IN:
                        pass
                    calls: list[Callable[[], object]] = [lambda: cards.wait(seconds), lambda: watch.next(seconds)]
                    for call in calls:
                        self.assertEqual(raised(lambda: thread(call)).status, kamupin.Status.TIMED_OUT, seconds)

    def test_a_time_that_c_does_not_count_is_waited_for(self) -> None:
        for seconds in (None, math.inf, 1e12, 10**400):
            readers = Patient()
            with context(readers=readers) as owner, owner.cards() as cards:
                for thread in (lambda call: call(), elsewhere):
                    readers.waits.clear()
                    self.assertEqual(raised(lambda: thread(lambda: cards.wait(seconds)), kamupin.CardError).name, "card-reset")
                    self.assertEqual(len(readers.waits), 4)

    def test_what_is_no_time_is_refused(self) -> None:
        with context(readers=Patient()).cards() as cards, context(readers=Silent()).watch() as watch:
            for call in (cards.wait, watch.next):
                self.assertIn("timeout", str(raised(lambda: call(math.nan), ValueError)))
                self.assertIn("timeout", str(raised(lambda: call("5"), TypeError)))  # type: ignore[arg-type]


class Said(unittest.TestCase):
    def test_an_error_says_what_a_programmer_needs(self) -> None:
        with context(readers=WithCard(lambda _: b"\x6a\x82")) as owner:
            card = owner.open()
            card.close()
            for call, what in ((card.read, "this Card is closed"), (lambda: context(proxy="ftp://x"), "")):
                error = raised(call)
                self.assertEqual(error.name, "invalid-argument")
                self.assertTrue(error.detail and what in error.detail)
                self.assertEqual(str(error), f"{error.text()} ({error.detail})")

    def test_a_closed_operation_of_asyncio_says_so(self) -> None:
        async def late() -> None:
            with context(readers=Silent()) as owner:
                async with owner.operation(NOWHERE) as operation:
                    pass
                await operation.close()
                await operation.choose()

        self.assertIn("Operation is closed", raised(lambda: asyncio.run(late())).detail)


class Texts(unittest.TestCase):
    """C's text ends at a NUL."""

    def test_a_nul_is_refused(self) -> None:
        with context(readers=WithCard(lambda _: b"\x6a\x82")) as owner, owner.cards() as cards:
            options: list[dict[str, Any]] = [{name: "a\0b"} for name in ("state_folder", "ca_file", "proxy", "server_keys")]
            calls: list[Callable[[], object]] = [
                *(partial(kamupin.Context, **one) for one in options),
                lambda: owner.open("Okuyucu ğ\0zzz"), lambda: kamupin.matches(cards[0], "Okuyucu ğ\0zzz"), lambda: owner.load_profiles("a\0b"),
                lambda: owner.trust(b"a\0b"), lambda: kamupin.check_profiles("a\0b"), lambda: owner.session(NOWHERE + "\0"),
                lambda: kamupin.check_identity(kamupin.IdentityType.TCKN, "10000000146\0")]
            for call in calls:
                self.assertIn("embedded null", str(raised(call, ValueError)))

    def test_what_is_no_text_or_too_long_is_refused(self) -> None:
        with context() as owner:
            wrong: list[tuple[str, Callable[[], object]]] = [
                ("which", lambda: owner.open(5)), ("service", lambda: owner.session(b"a")),  # type: ignore[arg-type]
                ("server_keys", lambda: context(server_keys=5)), ("ca_file", lambda: context(ca_file=5)), ("path", lambda: owner.trust(5)),  # type: ignore[arg-type]
                ("number", lambda: kamupin.check_identity(kamupin.IdentityType.TCKN, None))]  # type: ignore[arg-type]
            for name, call in wrong:
                self.assertRegex(str(raised(call, TypeError)), f"^{name} is a (str|path), not <class '")
            self.assertEqual(str(raised(lambda: kamupin.check_identity(kamupin.IdentityType.TCKN, "1" * 99), ValueError)), "number is too long")

    def test_names_that_are_no_utf_8_are_found(self) -> None:
        with tempfile.TemporaryDirectory(prefix="kamupin-given-") as folder, context() as owner:
            name = os.fsencode(folder) + b"/k\xf6k\xff.pem"
            with open(name, "wb") as file:
                file.write(b"no certificate\n")
            for given in (name, os.fsdecode(name), Path(os.fsdecode(name))):
                self.assertNotEqual(raised(lambda: owner.certificates().add_file(given), kamupin.CertificateError).name, "file-unreadable")
                self.assertTrue(kamupin.check_profiles(given))
                owner.load_profiles


class Kinds(unittest.TestCase):
    def test_what_is_of_another_type_is_named(self) -> None:
        who: Any = "10000000146"
        five: Any = 5
        text: Any = "tr"
        with context(readers=Silent()) as owner, owner.operation(NOWHERE) as operation:
            wrong: list[tuple[str, Callable[[], object]]] = [
                ("prompts", lambda: owner.unblock(NOWHERE, five)), ("prompts", lambda: owner.resume(five)),
                ("payer", lambda: owner.inquire_debt(NOWHERE, who)), ("organisation", lambda: owner.inquire_seal_authority(NOWHERE, who)),
                *((name, partial(context, **{name: five})) for name in ("log", "readers", "clock", "calendar")),
                *((f"{name}_timeout", partial(context, **{f"{name}_timeout": "5"})) for name in ("name", "connect", "tls", "answer", "request")),
                ("on_event", lambda: owner.operation(NOWHERE, on_event=five)), ("keep", lambda: owner.session(NOWHERE, keep=five)),
                ("typing", lambda: kamupin.PadUse(typing=five)), ("cancel", lambda: owner.cards(cancel=five)),
                ("Language", lambda: kamupin.KamupinError(kamupin.Status.NO_CARD).text(text)), ("LogLevel", lambda: context(log_level="debug")),
                ("PinRisk", lambda: owner.operation(NOWHERE, risk=text)), ("Language", lambda: kamupin.duration_text(5, text)),
                ("FactorType", lambda: operation.begin_factor(text)), ("Product", lambda: owner.operation(NOWHERE, product=kamupin.Language.ENGLISH)),  # type: ignore[arg-type]
                ("PinRisk", lambda: owner.operation(NOWHERE, risk=True))]  # type: ignore[arg-type]
            for name, call in wrong:
                self.assertRegex(str(raised(call, TypeError)), rf"\b{name} is .*, not <(class|enum) '")

    def test_a_number_that_says_nothing_is_refused(self) -> None:
        with context() as owner:
            for call in (lambda: context(log_level=99), lambda: context(connect_timeout=-5), lambda: context(tls_timeout=math.nan),
                         lambda: owner.operation(NOWHERE, risk=1 << 20)):  # type: ignore[arg-type]
                raised(call, ValueError)
        context(log_level=4, connect_timeout=0.0001, tls_timeout=math.inf, name_timeout=10**400).close()
        self.assertTrue(kamupin.duration_text(5, kamupin.Language(99)))  # as a newer library may have given it

    def test_no_value_is_said(self) -> None:
        with context() as owner:
            for call in (lambda: owner.operation(NOWHERE, risk="73190462"), lambda: owner.open(73190462),  # type: ignore[arg-type]
                         lambda: context(connect_timeout="73190462"), lambda: owner.inquire_debt(NOWHERE, "73190462")):  # type: ignore[arg-type]
                self.assertNotIn("73190462", str(raised(call, TypeError)))


class Words(unittest.TestCase):
    def test_every_enumeration_has_its_words(self) -> None:
        kinds = [one for one in vars(kamupin).values() if isinstance(one, type) and issubclass(one, (kamupin.Values, kamupin.Flags))]
        kinds = [kind for kind in kinds if len(kind)]
        self.assertGreater(len(kinds), 40)
        for kind in kinds:
            words = [value.word for value in kind if value.word]
            self.assertEqual(len(set(words)), len(words), kind)
            self.assertGreaterEqual(len(words) + 1, len(kind), kind)  # but for "nothing"
            for word in words:
                self.assertRegex(word, "^[a-z][A-Za-z0-9]*(-[a-z0-9]+)*$", kind)
        self.assertEqual([kamupin.CardKind.NONE.word, kamupin.Ask.SMS_CODE.word, kamupin.Phase(99).word], ["none", "sms-code", "number-99"])
        self.assertEqual((kamupin.LoginMethod(0).word, (kamupin.LoginMethod.CARD | kamupin.LoginMethod.BROWSER).word), ("", "browser,card"))


if __name__ == "__main__":
    unittest.main(verbosity=1)
