# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The Python package on a machine without a reader daemon and without a network: errors, secrets, callbacks,
# and that objects may be freed in any order. Run by CTest (binding_python) with build/bindings/python on
# PYTHONPATH. What needs cards and a service is in tests/integration/test_bindings.py.
from __future__ import annotations

import ast
import asyncio
import gc
import inspect
import os
import signal
import subprocess
import sys
import tempfile
import threading
import unittest
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

# Set before the library first looks for the daemon: a socket that does not exist.
FOLDER = tempfile.TemporaryDirectory(prefix="kamupin-smoke-")
os.environ["PCSCLITE_CSOCK_NAME"] = f"{FOLDER.name}/no-daemon"

import kamupin  # noqa: E402
from kamupin import native  # noqa: E402
from kamupin._cards import awaited  # noqa: E402

unittest.addModuleCleanup(FOLDER.cleanup)

NOWHERE = "https://127.0.0.1:9/kamupin/v1"


def context(**options: Any) -> kamupin.Context:
    return kamupin.Context(state_folder=FOLDER.name, **options)


def secret(owner: kamupin.Context, kind: kamupin.SecretKind, text: str) -> kamupin.Secret:
    made = kamupin.Secret(owner, kind)
    made.append(bytearray(text, "ascii"))
    return made


class Errors(unittest.TestCase):
    def test_without_a_daemon_the_list_says_so_in_both_languages(self) -> None:
        with self.assertRaises(kamupin.ReaderError) as caught:
            context().cards()
        error = caught.exception
        self.assertEqual((error.status, error.name), (kamupin.Status.READER_SERVICE_DOWN, "reader-service-down"))
        self.assertEqual(error.origin, kamupin.Origin.READER)
        self.assertEqual((error.tries_left, error.retry_after, error.status_word, error.http_status), (None, None, None, None))
        # SCARD_E_NO_SERVICE (PC/SC part 5), as libpcsclite answers it.
        self.assertEqual(error.platform_code & 0xFFFFFFFF, 0x8010001D)
        turkish, english = error.text(kamupin.Language.TURKISH), error.text()
        self.assertRegex(turkish, "[ğışçöüİ]")
        self.assertRegex(turkish, "pcscd")
        self.assertRegex(english, "pcscd")
        self.assertNotEqual(turkish, english)
        self.assertIn(error.remedy, english)
        self.assertEqual(str(error), f"{english} (cannot reach the readers (code 0x8010001D))")
        self.assertEqual(repr(error), "<ReaderError reader-service-down>")

    def test_every_status_has_its_constant_and_its_sentences(self) -> None:
        walked = 0
        number = native.status_next(native.OK)
        while number != native.OK:
            status = kamupin.Status(number)
            self.assertEqual(kamupin.status_name(status), status.name.lower().replace("_", "-"))
            for language in kamupin.Language:
                self.assertTrue(kamupin.status_cause(status, language) and kamupin.status_remedy(status, language))
            number, walked = native.status_next(number), walked + 1
        self.assertEqual(walked + 1, len(kamupin.Status))

    def test_every_function_of_the_library_is_there(self) -> None:
        exported = Path(__file__).resolve().parents[2] / "docs" / "abi" / "symbols.txt"
        names = [line.split("@")[0].removeprefix("kamupin_") for line in exported.read_text().splitlines() if line[:1] not in ("", "#")]
        instead = {"unblock": "unblock_with", "resume": "resume_with", "password_captcha": "password_captcha_image",
                   "card_cms": "card_cms_of", "reader_backend_pcsc": "BuiltInReaders"}
        missing = [name for name in names if not hasattr(native, instead.get(name, name))]
        self.assertEqual(missing, [])
        self.assertGreater(len(names), 190)

    def test_a_number_of_a_newer_library_is_kept(self) -> None:
        self.assertEqual((int(kamupin.Status(119999)), kamupin.Status(119999).name), (119999, "NUMBER_119999"))
        with self.assertRaises(ValueError):
            kamupin.Status("pin-wrong")  # type: ignore[arg-type]

    def test_what_is_closed_refuses(self) -> None:
        with context() as owner:
            pin = kamupin.Secret(owner, kamupin.SecretKind.PIN)
        with self.assertRaises(kamupin.KamupinError) as caught:
            kamupin.Secret(owner, kamupin.SecretKind.PIN)
        self.assertEqual(caught.exception.status, kamupin.Status.INVALID_ARGUMENT)
        self.assertTrue(owner.closed)
        pin.close()
        pin.close()
        with self.assertRaises(kamupin.KamupinError):
            pin.append(bytearray(b"1"))

    def test_a_context_lives_as_long_as_what_was_made_from_it(self) -> None:
        pin = secret(context(), kamupin.SecretKind.PIN, "123456")
        gc.collect()
        pin.append(bytearray(b"7"))
        self.assertEqual(len(pin), 7)

    def test_the_version_is_the_librarys(self) -> None:
        self.assertRegex(kamupin.version(), r"^\d+\.\d+\.\d+$")


class Stubs(unittest.TestCase):
    """native.pyi is made of the headers, the module by SWIG: both have to say the same."""

    def setUp(self) -> None:
        folder = Path(inspect.getfile(kamupin)).parent
        self.stub = ast.parse((folder / "native.pyi").read_text(encoding="utf-8"))

    @staticmethod
    def arity(function: Callable[..., object]) -> int:
        return len(inspect.signature(function).parameters)

    def test_every_function_and_its_parameters(self) -> None:
        told = {one.name: len(one.args.posonlyargs) for one in self.stub.body if isinstance(one, ast.FunctionDef)}
        had = {name: self.arity(one) for name, one in inspect.getmembers(native, inspect.isfunction) if not name.startswith("_")}
        self.assertEqual(told, had)

    def test_every_class_its_methods_and_members(self) -> None:
        def has(kind: type) -> tuple[dict[str, int], set[str]]:
            members = {name: one for name, one in vars(kind).items() if not name.startswith("_") and name != "thisown"}
            return ({name: self.arity(one) for name, one in members.items() if callable(one)},
                    {name for name, one in members.items() if isinstance(one, property)})

        told = {one.name: ({each.name: len(each.args.posonlyargs) or 1 for each in one.body
                            if isinstance(each, ast.FunctionDef) and each.name != "__init__"},
                           {each.target.id for each in one.body if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)})
                for one in self.stub.body if isinstance(one, ast.ClassDef) and not one.name.startswith("kamupin_")}
        had = {name: has(one) for name, one in inspect.getmembers(native, inspect.isclass) if not name.startswith("_")}
        self.assertEqual(told, had)

    def test_every_number(self) -> None:
        told = {one.target.id for one in self.stub.body if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)}
        had = {name for name, one in inspect.getmembers(native) if isinstance(one, int) and not name.startswith("_")}
        self.assertEqual(told, had)

    def test_the_package_is_python_3_9(self) -> None:
        root = Path(__file__).resolve().parents[2]
        files = [*Path(inspect.getfile(kamupin)).parent.glob("*.py"), *(root / "examples/python").glob("*.py")]
        self.assertGreater(len(files), 15)
        for path in files:
            ast.parse(path.read_text(encoding="utf-8"), path.name, feature_version=(3, 9))


class Secrets(unittest.TestCase):
    def test_a_secret_is_typed_and_never_read(self) -> None:
        pin = secret(context(), kamupin.SecretKind.PIN, "12345678")
        pin.backspace()
        self.assertEqual(len(pin), 7)
        pin.clear()
        self.assertEqual(len(pin), 0)
        methods = {name for name in dir(kamupin.Secret) if not name.startswith("_")}
        self.assertEqual(methods, {"append", "backspace", "clear", "looks_like", "close", "closed"})
        pin.append(bytearray(b"987654"))
        for shown in (repr(pin), str(pin)):
            self.assertNotIn("987654", shown)
        unreadable: Any = pin
        readers: list[Any] = [bytes, bytearray, memoryview, float]
        for read in readers:
            with self.assertRaises(TypeError):
                read(unreadable)

    def test_what_was_given_is_wiped(self) -> None:
        pin, typed, part = kamupin.Secret(context(), kamupin.SecretKind.PIN), bytearray(b"123456"), bytearray(b"123456")
        pin.append(typed)
        pin.append(memoryview(part)[:2])
        self.assertEqual((bytes(typed), bytes(part), len(pin)), (bytes(6), b"\0\0" + b"3456", 8))
        typed.clear()  # the library holds no view of it: a bytearray that is viewed cannot shrink

    def test_only_memory_that_can_be_wiped_is_taken_without_a_warning(self) -> None:
        pin = kamupin.Secret(context(), kamupin.SecretKind.PIN)
        for given in (b"123456", 123456, None, memoryview(b"123456")):
            with self.assertRaises(TypeError):
                pin.append(given)  # type: ignore[arg-type]
        with self.assertWarns(kamupin.TextSecretWarning):
            pin.append("123456")
        self.assertEqual(len(pin), 6)
        with warnings.catch_warnings(), self.assertRaises(kamupin.TextSecretWarning):
            warnings.simplefilter("error", kamupin.TextSecretWarning)
            pin.append("1")

    def test_a_full_secret_refuses_and_keeps_what_it_had(self) -> None:
        pin = secret(context(), kamupin.SecretKind.PIN, "123456")
        with self.assertRaises(kamupin.KamupinError) as caught:
            pin.append(bytearray(kamupin.SECRET_MAX - 5))
        self.assertEqual((caught.exception.status, len(pin)), (kamupin.Status.SECRET_FULL, 6))

    def test_a_secret_of_the_wrong_kind_is_refused(self) -> None:
        owner = context()
        pin = secret(owner, kamupin.SecretKind.PIN, "123456")
        code = secret(owner, kamupin.SecretKind.VERIFICATION_CODE, "123456")
        owner.check_pin(pin, pin)
        owner.normalise_code(code)
        refused: list[Callable[[], None]] = [lambda: owner.check_pin(code, code), lambda: owner.check_pin(pin, code),
                                             lambda: owner.normalise_code(pin)]
        for call in refused:
            with self.assertRaises(kamupin.KamupinError) as caught:
                call()
            self.assertEqual(caught.exception.status, kamupin.Status.SECRET_KIND)

    def test_a_pin_and_its_repetition_may_be_one_object(self) -> None:
        typed = bytearray(b"80461357")
        context().check_pin(typed, typed)
        self.assertEqual(bytes(typed), bytes(8))
        with self.assertRaises(kamupin.PinError) as caught:
            context().check_pin(bytearray(b"80461357"), bytearray(b"80461358"))
        self.assertEqual(caught.exception.status, kamupin.Status.PIN_MISMATCH)

    def test_when_one_is_refused_all_are_wiped(self) -> None:
        owner = context(readers=WithCard(lambda _: b"\x6a\x82"))
        typed = [bytearray(kamupin.SECRET_MAX + 1), bytearray(b"804613"), bytearray(b"804614")]
        with self.assertRaises(kamupin.KamupinError):
            owner.check_pin(*typed[:2])
        self.assertEqual(bytes(typed[1]), bytes(6))
        with self.assertRaises(kamupin.KamupinError), mock.patch.object(kamupin.Card, "__init__", lambda self, owner: None):
            card = kamupin.Card(owner)
            card._context = owner
            card.change_pin(typed[0], typed[1], typed[2])
        self.assertEqual(bytes(typed[2]), bytes(6))
        owner.close()
        typed[2][:] = b"804615"
        with self.assertRaises(kamupin.KamupinError):
            owner.check_pin(typed[2], typed[2])
        self.assertEqual(bytes(typed[2]), bytes(6))

    def test_no_program_can_make_a_puk(self) -> None:
        self.assertEqual([kind for kind in kamupin.SecretKind if "PUK" in kind.name], [])
        owner, accepted = context(), []
        for number in range(256):
            try:
                kamupin.Secret(owner, kamupin.SecretKind(number)).close()
                accepted.append(number)
            except kamupin.KamupinError as error:
                self.assertEqual(error.status, kamupin.Status.INVALID_ARGUMENT)
        kind = kamupin.SecretKind
        self.assertEqual(accepted, [kind.PIN, kind.VERIFICATION_CODE, kind.SMS_CODE, kind.WEB_PASSWORD, kind.SECURITY_WORD,
                                    kind.PROXY_PASSWORD])

    def test_a_secret_in_the_wrong_field_is_told(self) -> None:
        owner = context()
        with self.assertRaises(kamupin.PinError) as caught:
            owner.check_pin(bytearray(b"123456789012345"), bytearray(b"123456789012345"))
        error = caught.exception
        self.assertEqual((error.status, error.looks_like), (kamupin.Status.PIN_TOO_LONG, kamupin.Look.VERIFICATION_CODE))
        self.assertIn(kamupin.look_text(error.looks_like, kamupin.Language.TURKISH), error.text(kamupin.Language.TURKISH))


class Closing(unittest.TestCase):
    """close() while a call runs: what it works with is freed when it has ended."""

    def freed(self, name: str) -> list[str]:
        """Tells when the library is asked to free one."""
        said: list[str] = []
        free = getattr(native, name)

        def telling(slot: list[Any]) -> None:
            said.append("freed")
            free(slot)

        patch = mock.patch.object(native, name, telling)
        patch.start()
        self.addCleanup(patch.stop)
        return said

    def test_by_the_callback_of_the_call(self) -> None:
        said = self.freed("operation_free")

        def event(_: kamupin.Event) -> None:
            operation.close()
            said.append("closed")

        operation = context().operation(NOWHERE, on_event=event)
        operation.cancel()
        with self.assertRaises(kamupin.Cancelled):
            operation.redeem(bytearray(b"123456"))
        self.assertEqual(said, ["closed", "freed"])

    def test_by_another_thread(self) -> None:
        said = self.freed("reader_list_free")

        def waiting() -> None:
            closer = threading.Thread(target=cards.close)
            closer.start()
            closer.join()
            said.append("closed")
            ending.pull()

        owner = context(readers=Silent(waiting))
        cards, ending = owner.cards(), kamupin.Cancel(owner)
        with self.assertRaises(kamupin.Cancelled):
            cards.wait(cancel=ending)
        self.assertEqual(said, ["closed", "freed"])

    def test_a_cancel_handle_of_an_options_record(self) -> None:
        said = self.freed("cancel_free")

        class Asked(kamupin.ProbePrompts):
            def told(self, finding: kamupin.ProbeFinding) -> None:
                if not ending.closed:
                    ending.close()
                    said.append("closed")

        owner = context(readers=WithCard(lambda _: b"\x6a\x82"))
        ending = kamupin.Cancel(owner)
        owner.probe(prompts=Asked(), cancel=ending)
        self.assertEqual(said, ["closed", "freed", "freed"])

    def test_a_list_of_cards_keeps_no_operation(self) -> None:
        said = self.freed("operation_free")
        owner = context(readers=Silent())
        with mock.patch.object(native, "operation_cards", lambda _, slot: native.reader_list_new(owner._raw, None, slot, native.error())):
            operation = owner.operation(NOWHERE)
            cards = operation.cards()
        operation.close()
        self.assertEqual((said, len(cards)), (["freed"], 1))


class Ending(unittest.TestCase):
    """A program that ends while daemon threads of its own are in the library."""

    PROGRAM = """
import sys, threading, time
import kamupin
from kamupin import native

free, watching = native.watch_free, threading.Event()
native.watch_free = lambda slot: (print("freed"), free(slot))

def watch():
    for event in watch_:
        watching.set()

def poll(polled):  # its own, also between two calls
    while True:
        try:
            polled.next(0.001)
        except kamupin.KamupinError:
            pass

class Lasting:
    def __del__(self, sleep=time.sleep):
        sleep(0.2)  # the interpreter ends meanwhile, and the thread wants it

context = kamupin.Context(state_folder=sys.argv[1], log=lambda *_: None, log_level=kamupin.LogLevel.TRACE)
watch_, polled, idle = context.watch(), context.watch(), context.watch()
for work in (watch,), (poll, polled):
    threading.Thread(target=work[0], args=work[1:], daemon=True).start()
watching.wait()
sys.lasting = Lasting()
"""

    def test_frees_what_they_do_not_use_and_is_not_aborted(self) -> None:
        done = subprocess.run([sys.executable, "-c", self.PROGRAM, FOLDER.name], capture_output=True, text=True, timeout=30)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "freed\n", ""))


class Watching(unittest.TestCase):
    """A watch that is closed ends, wherever it waits: with no daemon nothing else would end it."""

    def test_in_a_task(self) -> None:
        async def watch() -> list[kamupin.WatchKind]:
            async def tell() -> None:
                async for event in source:
                    seen.append(event.kind)
                    asyncio.get_running_loop().call_soon(told.set)

            seen: list[kamupin.WatchKind] = []
            told = asyncio.Event()
            with context().watch() as source:
                telling = asyncio.ensure_future(tell())
                await told.wait()
            await telling
            self.assertEqual([event async for event in source], [])
            return seen

        self.assertEqual(asyncio.run(watch()), [kamupin.WatchKind.SERVICE_DOWN])

    def test_in_a_thread(self) -> None:
        watch = context().watch()
        next(watch)
        closer = threading.Thread(target=watch.close)
        closer.start()
        self.assertEqual(list(watch), [])
        closer.join()
        self.assertTrue(watch.closed)

    def test_a_task_that_is_cancelled_after_it(self) -> None:
        async def watch() -> None:
            source = context().watch()
            next(source)
            telling = asyncio.ensure_future(source.__anext__())
            await asyncio.sleep(0)
            source.close()
            telling.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await telling

        asyncio.run(watch())


class Interrupts(unittest.TestCase):
    """Ctrl-C while the library works: on the main thread, whose call raises it."""

    def interrupted(self, *_: object) -> Any:
        raise KeyboardInterrupt

    def test_in_a_callback_that_nobody_is_there_for(self) -> None:
        class Interrupted(Silent):
            def readers(self, worker: threading.Event) -> list[str]:
                raise KeyboardInterrupt

        def logged(operation: kamupin.Operation) -> None:
            operation.cancel()
            operation.redeem(bytearray(b"123456"))

        calls: list[Callable[[], object]] = [
            lambda: context(readers=Interrupted()).cards(),
            lambda: context(calendar=self.interrupted, readers=Silent()).diagnose(offline=True),
            lambda: logged(context(log=self.interrupted, log_level=kamupin.LogLevel.TRACE).operation(NOWHERE)),
        ]
        for call in calls:
            with mock.patch("sys.excepthook") as said, self.assertRaises(KeyboardInterrupt):
                call()
            self.assertFalse(said.called)
            context(readers=Silent()).cards().close()  # and it was for that call alone

    def test_in_a_wait_without_end(self) -> None:
        program = """
import signal, sys, threading
import kamupin

signal.signal(signal.SIGINT, signal.default_int_handler)  # also where who runs the tests ignores it

class Idle(kamupin.ReaderBackend):
    def open(self): return threading.Event()
    def close(self, worker): pass
    def readers(self, worker): return ["Okuyucu"]
    def wake(self, worker): worker.set()
    def watch(self, worker, states, timeout):
        if timeout != 0:
            print("waiting", flush=True)
            raise kamupin.ReaderFailure(kamupin.Status.CANCELLED if worker.wait(timeout) else kamupin.Status.TIMED_OUT)

readers = None if sys.argv[2] == "watch" else Idle()
context = kamupin.Context(state_folder=sys.argv[1], readers=readers)
try:
    if readers is None:
        for event in context.watch():
            print("waiting", flush=True)
    context.cards().wait()
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""
        for way in "watch", "wait":
            with subprocess.Popen([sys.executable, "-c", program, FOLDER.name, way], stdout=subprocess.PIPE, text=True) as process:
                assert process.stdout
                self.assertEqual(process.stdout.readline(), "waiting\n")
                process.send_signal(signal.SIGINT)
                try:
                    out, _ = process.communicate(timeout=20)
                finally:
                    process.kill()
            self.assertEqual((process.returncode, out.splitlines()[-1]), (0, "interrupted"))


class Awaited(unittest.TestCase):
    def test_more_waits_than_processors_starve_nothing(self) -> None:
        async def waiting() -> int:
            entered = asyncio.Semaphore(0)
            loop = asyncio.get_running_loop()
            own = context(readers=Silent(lambda: loop.call_soon_threadsafe(entered.release)))
            count = 2 + min(32, (os.cpu_count() or 1) + 4)  # asyncio's own pool has two fewer
            tasks = [asyncio.ensure_future(own.to_thread(own.cards().wait)) for _ in range(count)]
            for _ in tasks:
                await asyncio.wait_for(entered.acquire(), 10)
            with await own.to_thread(own.cards) as cards:
                found = len(cards)
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            return found

        self.assertEqual(asyncio.run(waiting()), 1)

    def test_a_cancelled_task_knows_how_its_call_ended(self) -> None:
        async def cancelled(before: bool) -> tuple[BaseException | None, bool]:
            entered = asyncio.Event()
            loop = asyncio.get_running_loop()
            with context(readers=Silent(lambda: loop.call_soon_threadsafe(entered.set))) as own, own.cards() as cards:
                cancel = kamupin.Cancel(own)
                task = asyncio.ensure_future(awaited(cancel, lambda: cards.wait(cancel=cancel)))
                await entered.wait()
                if before:
                    cancel.pull()
                task.cancel()
                try:
                    await task
                except asyncio.CancelledError as error:
                    return error.__cause__ or error.__context__, cancel.pulled
            return None, False

        for before in False, True:
            cause, pulled = asyncio.run(cancelled(before))
            self.assertIsInstance(cause, kamupin.Cancelled)
            self.assertEqual(pulled, before, "what was pulled before stays so")


class Callbacks(unittest.TestCase):
    def redeem(self, operation: kamupin.Operation) -> None:
        operation.redeem(bytearray(b"123456"))

    def test_an_event_comes_back_from_c(self) -> None:
        seen: list[tuple[kamupin.Event, int]] = []
        with context().operation(NOWHERE, on_event=lambda event: seen.append((event, threading.get_ident()))) as operation:
            self.assertEqual(operation.phase, kamupin.Phase.CODE)
            operation.cancel()
            with self.assertRaises(kamupin.Cancelled):
                self.redeem(operation)
        [(event, thread)] = seen
        self.assertEqual((event.kind, event.phase, event.seconds_left, event.card_id),
                         (kamupin.EventKind.PHASE, kamupin.Phase.CANCELLED, None, ""))
        self.assertEqual(thread, threading.get_ident())

    def test_an_exception_in_a_callback_ends_the_call(self) -> None:
        problem = KeyError("from the callback")

        def fail(_: kamupin.Event) -> None:
            raise problem

        operation = context().operation(NOWHERE, on_event=fail)
        operation.cancel()
        with self.assertRaises(KeyError) as caught:
            self.redeem(operation)
        self.assertIs(caught.exception, problem)
        with self.assertRaises(kamupin.KamupinError) as later:  # and it was for that call alone
            self.redeem(operation)
        self.assertEqual(later.exception.status, kamupin.Status.WRONG_STATE)

    def test_the_log_speaks_and_its_exceptions_stop_nothing(self) -> None:
        lines: list[tuple[kamupin.LogLevel, str, str]] = []

        def log(level: kamupin.LogLevel, room: str, line: str) -> None:
            lines.append((level, room, line))
            raise ValueError("a log that fails")

        operation = context(log=log, log_level=kamupin.LogLevel.TRACE).operation(NOWHERE)
        operation.cancel()
        with mock.patch("sys.excepthook") as said, self.assertRaises(kamupin.Cancelled):
            self.redeem(operation)
        self.assertIn("unblock", [room for _, room, _ in lines])
        self.assertEqual(len(lines), said.call_count)

    def test_an_address_that_is_not_https_is_refused(self) -> None:
        with self.assertRaises(kamupin.KamupinError) as caught:
            context().operation("http://127.0.0.1/")
        self.assertEqual(caught.exception.status, kamupin.Status.URL_REFUSED)

    def test_the_second_factor_has_its_step(self) -> None:
        operation = context().operation(NOWHERE)
        for step in (operation.begin_factor, lambda: operation.factor, lambda: operation.begin_factor(kamupin.FactorType.WEB_PASSWORD),
                     lambda: operation.verify_factor(bytearray(b"x"), kamupin.FactorType.WEB_PASSWORD)):
            with self.assertRaises(kamupin.KamupinError) as caught:
                step()
            self.assertEqual(caught.exception.status, kamupin.Status.WRONG_STATE)

    def test_a_watch_that_is_stopped_ends(self) -> None:
        """Also while it waits, from another thread: with no daemon nothing else would end it."""
        watch = context().watch()
        seen = [next(watch)]
        self.assertEqual(seen[0].kind, kamupin.WatchKind.SERVICE_DOWN)
        stopper = threading.Thread(target=watch.stop)
        stopper.start()
        seen += list(watch)
        stopper.join()
        self.assertEqual((len(seen), list(watch)), (1, []))

    def test_a_watch_is_awaited_and_stopped(self) -> None:
        async def watch() -> list[kamupin.WatchKind]:
            source = context().watch()
            seen = []
            async for event in source:
                seen.append(event.kind)
                asyncio.get_running_loop().call_soon(source.stop)
            return seen

        self.assertEqual(asyncio.run(watch()), [kamupin.WatchKind.SERVICE_DOWN])

    def test_a_step_that_is_awaited_and_cancelled(self) -> None:
        """Against a server that takes the connection and says nothing."""
        async def steps() -> kamupin.Phase:
            def silent(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                writers.append(writer)
                connected.set()

            connected = asyncio.Event()
            writers: list[asyncio.StreamWriter] = []
            server = await asyncio.start_server(silent, "127.0.0.1", 0)
            address = server.sockets[0].getsockname()
            async with context(readers=Silent()).operation(f"https://127.0.0.1:{address[1]}/kamupin/v1") as operation:
                step = asyncio.ensure_future(operation.redeem(bytearray(b"123456789012345")))
                await connected.wait()
                step.cancel()
                with self.assertRaises(asyncio.CancelledError):
                    await step
                phase = operation.phase
            server.close()
            for writer in writers:
                writer.close()
            await server.wait_closed()
            return phase

        self.assertEqual(asyncio.run(steps()), kamupin.Phase.CANCELLED)

    def test_a_call_of_the_context_is_awaited_and_cancelled(self) -> None:
        async def waiting() -> None:
            entered = asyncio.Event()
            loop = asyncio.get_running_loop()
            own = context(readers=Silent(lambda: loop.call_soon_threadsafe(entered.set)))
            cards = own.cards()
            task = asyncio.ensure_future(own.to_thread(cards.wait))
            await entered.wait()
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await task

        asyncio.run(waiting())

    def test_whom_to_call(self) -> None:
        self.assertEqual(kamupin.info(kamupin.InfoItem.CALL_CENTRE), "444 5 576")
        self.assertTrue(kamupin.info_label(kamupin.InfoItem.CALL_CENTRE, kamupin.Language.TURKISH))

    def test_nothing_to_resume(self) -> None:
        context().resume()


class Silent(kamupin.ReaderBackend):
    """A reader of this program's own, whose watch waits until it is woken."""

    def __init__(self, waiting: Callable[[], object] = lambda: None) -> None:
        self.waiting, self.failing = waiting, False
        self.opened = 0

    def open(self) -> threading.Event:
        self.opened += 1
        return threading.Event()

    def close(self, worker: threading.Event) -> None:
        self.opened -= 1

    def readers(self, worker: threading.Event) -> list[str]:
        if self.failing:
            raise kamupin.ReaderFailure(kamupin.Status.READER_NOT_PERMITTED, -7)
        return ["Okuyucu ğ"]

    def watch(self, worker: threading.Event, states: list[kamupin.ReaderState], timeout: float | None) -> None:
        if timeout != 0:
            self.waiting()
            worker.wait(timeout)
            worker.clear()
            raise kamupin.ReaderFailure(kamupin.Status.CANCELLED)

    def wake(self, worker: threading.Event) -> None:
        worker.set()


class WithCard(Silent):
    """... with a card of one answer."""

    def __init__(self, answer: Callable[[bytearray], bytes]) -> None:
        super().__init__()
        self.answer = answer
        self.commands: list[bytes] = []
        self.kept: list[bytearray] = []
        self.held = 0

    def watch(self, worker: threading.Event, states: list[kamupin.ReaderState], timeout: float | None) -> None:
        for state in states:
            state.present, state.events, state.atr = True, 1, bytes.fromhex("3B9F978131FE4580655443D3228231C073F621808105D3")
        super().watch(worker, states, timeout)

    def connect(self, worker: threading.Event, reader: str) -> str:
        return f"connection to {reader}"

    def disconnect(self, connection: str) -> None:
        pass

    def reconnect(self, connection: str) -> None:
        pass

    def begin(self, connection: str) -> None:
        self.held += 1

    def end(self, connection: str) -> None:
        self.held -= 1

    def transmit(self, connection: str, command: bytearray) -> bytes:
        assert connection == "connection to Okuyucu ğ"
        self.commands.append(bytes(command))
        self.kept.append(command)
        return self.answer(command)


class Readers(unittest.TestCase):
    def test_a_reader_of_ones_own_is_listed(self) -> None:
        readers = Silent()
        with context(readers=readers) as owner:
            with owner.cards() as cards:
                self.assertEqual([(card.reader, card.usable) for card in cards], [("Okuyucu ğ", kamupin.Status.NO_CARD)])
        gc.collect()
        self.assertEqual(readers.opened, 0)

    def test_its_card_is_spoken_to(self) -> None:
        readers = WithCard(lambda command: b"\x6a\x82")
        with context(readers=readers).cards() as cards:
            self.assertEqual(cards[0].usable, kamupin.Status.CARD_UNRECOGNISED)
            self.assertIsNone(cards.find("Okuyucu x"))
            self.assertEqual(cards.find("Okuyucu ğ"), cards[0])
            self.assertTrue(kamupin.matches(cards[0], "kamupin:atr=" + cards[0].atr.hex()))
        self.assertEqual(readers.commands[0][:4], bytes.fromhex("00A40000"))
        self.assertEqual((readers.held, {bytes(len(one)) == bytes(one) for one in readers.kept}), (0, {True}))  # held no more, and wiped

    def test_what_it_answers_is_what_is_raised(self) -> None:
        readers = Silent()
        readers.failing = True
        with self.assertRaises(kamupin.ReaderError) as caught:
            context(readers=readers).cards()
        self.assertEqual((caught.exception.status, caught.exception.platform_code), (kamupin.Status.READER_NOT_PERMITTED, -7))

    def test_an_exception_in_it_is_printed_and_is_a_failure(self) -> None:
        def fail(_: bytearray) -> bytes:
            raise ZeroDivisionError

        with mock.patch("sys.excepthook") as said, context(readers=WithCard(fail)).cards() as cards:
            self.assertEqual(cards[0].usable, kamupin.Status.READER_FAILED)
        self.assertIs(said.call_args.args[0], ZeroDivisionError)

    def test_an_answer_that_does_not_fit_is_a_failure(self) -> None:
        with context(readers=WithCard(lambda _: bytes(1000))).cards() as cards:
            self.assertEqual(cards[0].usable, kamupin.Status.READER_FAILED)

    def test_the_probe_tells_and_drafts(self) -> None:
        class Told(kamupin.ProbePrompts):
            def __init__(self) -> None:
                self.steps: list[str] = []

            def told(self, finding: kamupin.ProbeFinding) -> None:
                self.steps.append(finding.step)

        told = Told()
        # No identity card (3D10), and an application that opens and tells nothing.
        readers = WithCard(lambda command: b"\x6a\x82" if b"\x3d\x10" in command else b"\x90\x00")
        draft = context(readers=readers).probe(prompts=told)
        self.assertEqual((told.steps[0], "application" in told.steps, told.draft), ("atr", True, draft))
        self.assertIn("\nkamupin-profile 1\n", draft)

    def test_the_context_asks_ones_own_calendar(self) -> None:
        asked: list[bool] = []

        def now() -> float:
            asked.append(True)
            return 1_700_000_000.0

        with context(calendar=now, readers=Silent()) as owner:
            findings = owner.diagnose(offline=True)
        self.assertTrue(findings and asked)
        for finding in findings:
            self.assertTrue(kamupin.finding_text(finding, kamupin.Language.TURKISH))

    def test_built_in_readers_say_what_is_the_matter(self) -> None:
        with self.assertRaises(kamupin.ReaderFailure) as caught:
            kamupin.PcscReaders().open()
        self.assertEqual(caught.exception.status, kamupin.Status.READER_SERVICE_DOWN)

    def test_what_was_given_up_is_refused(self) -> None:
        readers, answer, slot = native.BuiltInReaders(), native.reader_answer(), [0]
        steps: list[Callable[[], int]] = [lambda: readers.connect(0, "Okuyucu", answer, slot), lambda: readers.begin(0, answer),
                                          lambda: readers.transmit(0, b"\0\0\0\0", answer, [b""]),
                                          lambda: readers.list_readers(0, answer, [b""])]
        for step in steps:
            self.assertEqual((step(), answer.status), (native.E_INVALID_ARGUMENT, native.E_INVALID_ARGUMENT))
        readers.close(0)
        readers.disconnect(0)
        readers.wake(0)


if __name__ == "__main__":
    unittest.main(verbosity=1)
