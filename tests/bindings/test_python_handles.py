# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What the Python package holds, and for how long: handles that an exception's traceback refers to, cards that several
# threads share, waits that Ctrl-C ends; and errors that are copied or sent to another process. As
# test_python_smoke.py without reader daemon and network; run by CTest (binding_python_handles).
from __future__ import annotations

import asyncio
import copy
import gc
import os
import pickle
import signal
import socket
import sys
import threading
import time
import unittest
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from types import FrameType
from typing import Any
from unittest import mock

from test_python_smoke import FOLDER, NOWHERE, Silent, context

import kamupin
from kamupin import native
from kamupin._call import Watched
from kamupin._prompts import _Native
from kamupin._relayed import Relayed


class Freed(unittest.TestCase):
    """Who leaves `with`, or closes, lets go at once, whoever keeps the exception."""

    def setUp(self) -> None:
        gc.disable()  # what only the collector would let go of is not let go of
        self.addCleanup(gc.enable)
        self.said: list[str] = []
        for name in "operation_free", "session_free", "card_free", "context_free", "cancel_free", "watch_free", "order_free":
            self.telling(name, getattr(native, name))

    def telling(self, name: str, free: Callable[[list[Any]], None]) -> None:
        def told(slot: list[Any]) -> None:
            self.said.append(name)
            free(slot)

        patch = mock.patch.object(native, name, told)
        patch.start()
        self.addCleanup(patch.stop)

    def failed(self, call: Callable[[], object]) -> kamupin.KamupinError:
        try:
            call()
        except kamupin.KamupinError as error:
            return error  # with its traceback, and all frames of that
        raise AssertionError("it does not fail")

    def test_by_a_step_of_an_operation_that_failed(self) -> None:
        def steps() -> None:
            with context(readers=Silent()) as owner, owner.operation(NOWHERE) as operation:
                operation.set_pin(bytearray(b"123456"), bytearray(b"123456"))

        kept = self.failed(steps)
        self.assertEqual((kept.name, self.said), ("wrong-state", ["operation_free", "context_free"]))

    def test_by_an_awaited_step_that_failed(self) -> None:
        async def steps() -> None:
            async with context(readers=Silent()).operation(NOWHERE) as operation:
                await operation.set_pin(bytearray(b"123456"), bytearray(b"123456"))

        kept = self.failed(lambda: asyncio.run(steps()))
        self.assertEqual((kept.name, self.said[:1]), ("wrong-state", ["operation_free"]))

    def test_by_a_session_and_a_card(self) -> None:
        def session() -> None:
            with context(readers=Silent()) as owner, owner.session(NOWHERE) as session:
                session.info()

        def watch() -> None:
            with context(readers=Silent()) as owner, owner.watch() as watch:
                while True:
                    watch.next(0)

        def prompts() -> None:
            with context(readers=Silent()) as owner:
                owner.unblock("http://127.0.0.1/", kamupin.Prompts())

        for call, freed in ((session, ["session_free", "context_free"]), (watch, ["watch_free", "context_free"]),
                            (prompts, ["cancel_free", "context_free"])):
            self.said.clear()
            kept = self.failed(call)
            self.assertEqual(self.said, freed, kept.name)
            del kept  # and with it what else its frames refer to

    def test_while_a_call_runs_it_is_kept(self) -> None:
        """close(), and the last reference going, inside of a callback: freed when the call has ended."""
        def event(_: kamupin.Event) -> None:
            held.pop().close()
            self.said.append("closed")

        held = [context().operation(NOWHERE, on_event=event)]
        held[0].cancel()
        kept = self.failed(lambda: held[0].redeem(bytearray(b"123456")))
        self.assertEqual((kept.name, self.said[:2]), ("cancelled", ["closed", "operation_free"]))


def interrupt() -> None:
    """Ctrl-C."""
    os.kill(os.getpid(), signal.SIGINT)


class Anywhere(unittest.TestCase):
    """Ctrl-C comes between any two steps of the interpreter."""

    def interrupted(self, step: int) -> bool:
        """Whether that many steps were taken, after which an interrupt came; the call has ended by then."""
        stop, seen = threading.Event(), [0]
        relayed = Relayed(stop.set)

        def trace(frame: FrameType, event: str, _: Any) -> Any:
            if frame.f_code not in (Relayed.run.__code__, Relayed._wait.__code__):
                return None
            frame.f_trace_opcodes = True
            if event == "opcode":
                seen[0] += 1
                if seen[0] > step:
                    raise KeyboardInterrupt  # and traces no more
            return trace

        def call(_: Any) -> int:
            stop.wait()
            return int(native.E_CANCELLED)

        before = sys.gettrace()
        try:
            sys.settrace(trace)
            relayed.run(call)
            sys.settrace(before)
            relayed.settle()
            return False
        except KeyboardInterrupt:
            return True
        finally:
            sys.settrace(before)
            for thread in threading.enumerate():
                if thread.name == "kamupin-call":
                    thread.join(10)
                    self.assertFalse(thread.is_alive(), f"the call goes on after an interrupt at step {step}")

    def test_the_call_is_told(self) -> None:
        with mock.patch("kamupin._relayed.SLICE", 0.001):
            for step in range(200):  # several times around its loop
                self.assertTrue(self.interrupted(step), step)


class Interrupted(unittest.TestCase):
    """Ctrl-C ends a wait of the main thread at once."""

    def setUp(self) -> None:
        before = signal.signal(signal.SIGINT, signal.default_int_handler)  # also where who runs the tests ignores it
        self.addCleanup(signal.signal, signal.SIGINT, before)
        server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(server.close)
        self.service = f"https://127.0.0.1:{server.getsockname()[1]}/kamupin/v1"

        def silent() -> None:
            """Takes a connection, on which it says nothing, until it is given up."""
            peer, _ = server.accept()
            with peer:
                peer.recv(1)  # the library is in its call
                interrupt()
                while peer.recv(4096):
                    pass

        self.thread = threading.Thread(target=silent)
        self.thread.start()
        self.addCleanup(self.thread.join)

    def test_an_operation_in_one_call(self) -> None:
        class Typing(kamupin.Prompts):
            def secret(self, question: kamupin.Question) -> bytearray:
                asked.append(threading.get_ident())
                return bytearray(b"123456789012345")

        asked: list[int] = []
        with self.assertRaises(KeyboardInterrupt) as caught:
            context(readers=Silent()).unblock(self.service, Typing())
        self.assertIsInstance(caught.exception.__cause__, kamupin.Cancelled)
        self.assertEqual(asked, [threading.get_ident()])

    def test_what_a_handler_raises_ends_it_and_what_it_lets_pass_does_not(self) -> None:
        class Stop(Exception):
            pass

        def handler(*_: object) -> None:
            times.append(True)
            if len(times) == 2:
                raise Stop
            threading.Thread(target=interrupt).start()

        class Typing(kamupin.Prompts):
            def secret(self, question: kamupin.Question) -> bytearray:
                return bytearray(b"123456789012345")

        times: list[bool] = []
        signal.signal(signal.SIGINT, handler)
        with self.assertRaises(Stop):
            context(readers=Silent()).unblock(self.service, Typing())
        self.assertEqual(len(times), 2)


class Answers(unittest.TestCase):
    """What a prompt answers that is no answer comes out of the call."""

    def wrong(self, **answers: object) -> Watched:
        methods = {name: (lambda *_, answer=answer: answer) for name, answer in answers.items()}
        self.prompts = type("Wrong", (kamupin.Prompts,), methods)()
        return Watched()

    def test_of_a_choice(self) -> None:
        with context(readers=Silent()).cards() as cards:
            for answer in "Okuyucu", None, 0.5:
                watched = self.wrong(card=answer)
                self.assertEqual(_Native(self.prompts, watched).card(cards), -1)
                self.assertRaises(TypeError, watched.settle)
            for number, given in (0, 0), (99, 1), (1 << 40, 1), (-5, -1):
                watched = self.wrong(card=number)
                self.assertEqual(_Native(self.prompts, watched).card(cards), given)
                watched.settle()

    def test_of_yes_and_no(self) -> None:
        for answer in None, "no", 1:
            watched = self.wrong(acknowledge=answer)
            self.assertFalse(_Native(self.prompts, watched).acknowledge(int(next(iter(kamupin.Notice)))))
            self.assertRaises(TypeError, watched.settle)
            watched = self.wrong(wait_for_card=answer)
            self.assertFalse(_Native(self.prompts, watched).wait_for_card(native.E_NO_CARD))
            self.assertRaises(TypeError, watched.settle)


class Shared(unittest.TestCase):
    """Threads that share a card wait for each other."""

    def setUp(self) -> None:
        self.inside: list[int] = []
        self.most = 0
        self.working: Callable[[], object] = lambda: None

        def opened(owner: Any, which: Any, cancel: Any, slot: list[Any], error: Any) -> int:
            return native.reader_list_new(owner, None, slot, error)

        def called(card: Any, *_: Any) -> int:
            self.inside.append(1)
            self.most = max(self.most, len(self.inside))
            self.working()
            time.sleep(0)  # lets the other threads in, as a native call does
            self.inside.pop()
            return native.OK

        for name, stand_in in (("card_open", opened), ("card_free", native.reader_list_free), ("card_read", called),
                               ("pin_ready", called), ("session_login_card_ready", called), ("certificate_list_add_card", called)):
            patch = mock.patch.object(native, name, stand_in)
            patch.start()
            self.addCleanup(patch.stop)
        self.card = context(readers=Silent()).open()

    def test_each_call_has_the_card_for_itself(self) -> None:
        before = sys.getswitchinterval()
        sys.setswitchinterval(1e-6)
        self.addCleanup(sys.setswitchinterval, before)
        session, certificates = context().session(NOWHERE), context().certificates()
        calls: list[Callable[[], object]] = [self.card.read, self.card.check_ready, lambda: session.check_login_card(self.card),
                                             lambda: certificates.add_card(self.card)]

        def work(call: Callable[[], object]) -> None:
            for _ in range(300):
                call()

        threads = [threading.Thread(target=work, args=(call,)) for call in calls]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual((self.most, self.inside), (1, []))

    @contextmanager
    def held(self, meanwhile: Callable[[], object]) -> Iterator[None]:
        """Another thread is in a call of this card, in which it does that once main() goes on."""
        entered, go, over = threading.Event(), threading.Event(), threading.Event()

        def working() -> None:
            entered.set()
            go.wait()
            meanwhile()
            over.wait()

        self.working = working
        thread = threading.Thread(target=self.card.read)
        thread.start()
        entered.wait()
        self.working = lambda: None
        go.set()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def test_ctrl_c_ends_the_wait_for_the_other(self) -> None:
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        self.addCleanup(signal.signal, signal.SIGINT, before)
        with self.assertRaises(KeyboardInterrupt), self.held(interrupt):
            self.card.read()

    def test_cancel_and_close_wait_for_nobody(self) -> None:
        with self.held(lambda: None):
            self.card.cancel()
            self.card.close()
        with self.assertRaises(kamupin.KamupinError):
            self.card.read()


class TextSecrets(unittest.TestCase):
    """A secret that is a str is told of where it is given, and so once for each such line."""

    def test_the_line_that_gives_it(self) -> None:
        owner = context(readers=Silent())
        with owner.session(NOWHERE) as session, owner.operation(NOWHERE) as operation:
            pin = kamupin.Secret(owner, kamupin.SecretKind.PIN)
            calls: list[Callable[[], object]] = [
                lambda: pin.append("1"),
                lambda: owner.check_pin("12", "12"),
                lambda: owner.proxy_login("user", "word"),
                lambda: operation.redeem("123456789012345"),
                lambda: operation.set_pin("123456", bytearray(b"123456")),
                lambda: operation.verify_factor("123456"),
                lambda: session.confirm_password("123456"),
            ]
            with warnings.catch_warnings(record=True) as told:
                warnings.simplefilter("default")
                for call in calls:
                    for _ in range(2):
                        with suppress(kamupin.KamupinError):
                            call()
        self.assertEqual([(one.category, one.filename, one.lineno) for one in told],
                         [(kamupin.TextSecretWarning, call.__code__.co_filename, call.__code__.co_firstlineno) for call in calls])


def refuse(folder: str) -> None:
    with kamupin.Context(state_folder=folder) as owner:
        owner.check_pin(bytearray(b"123456789012345"), bytearray(b"123456789012345"))


def tidy() -> None:
    """The other process imports this module, and so makes a folder of its own."""
    FOLDER.cleanup()


class Copied(unittest.TestCase):
    """An error is what it is in another process, too, and in a copy."""

    def same(self, one: BaseException, other: BaseException) -> None:
        assert isinstance(one, kamupin.KamupinError) and isinstance(other, kamupin.KamupinError)
        self.assertIs(type(other), type(one))
        fields = {name: value for name, value in vars(one).items() if name != "_record"}
        self.assertEqual({name: value for name, value in vars(other).items() if name != "_record"}, fields)
        self.assertEqual((str(other), repr(other), other.args, other.name), (str(one), repr(one), one.args, one.name))
        for language in kamupin.Language:
            self.assertEqual(other.text(language), one.text(language))

    def raised(self, call: Callable[[], object]) -> kamupin.KamupinError:
        with self.assertRaises(kamupin.KamupinError) as caught:
            call()
        return caught.exception

    def test_by_copy_and_pickle(self) -> None:
        class Silenced(Silent):
            def readers(self, worker: threading.Event) -> list[str]:
                raise kamupin.ReaderFailure(kamupin.Status.READER_NOT_PERMITTED, -7)

        with context() as closed:
            pass
        for call in (lambda: refuse(FOLDER.name), lambda: context(readers=Silenced()).cards(), closed.cards):
            error = self.raised(call)
            error.my_own = ["kept"]  # type: ignore[attr-defined]
            for again in (copy.copy(error), copy.deepcopy(error), *(pickle.loads(pickle.dumps(error, version)) for version in range(6))):
                self.same(error, again)

    def test_by_another_process(self) -> None:
        with ProcessPoolExecutor(1, get_context("spawn"), tidy) as pool:
            error = self.raised(pool.submit(refuse, FOLDER.name).result)
        self.same(self.raised(lambda: refuse(FOLDER.name)), error)


if __name__ == "__main__":
    unittest.main(verbosity=1)
