# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The Python module on a machine without a reader daemon and without a network: errors, secrets, callbacks,
# and that objects may be freed in any order. Run by CTest (binding_python) with build/bindings/python on
# PYTHONPATH. What needs cards and a service is in tests/integration/test_bindings.py.
from __future__ import annotations

import gc
import os
import re
import tempfile
import threading
import unittest
import weakref
from unittest import mock

# Set before the library first looks for the daemon: a socket that does not exist.
FOLDER = tempfile.TemporaryDirectory(prefix="kamupin-smoke-")
os.environ["PCSCLITE_CSOCK_NAME"] = f"{FOLDER.name}/no-daemon"

import kamupin  # noqa: E402

unittest.addModuleCleanup(FOLDER.cleanup)

NOWHERE = "https://127.0.0.1:9/kamupin/v1"


def context(**options: object) -> kamupin.Context:
    return kamupin.Context(state_folder=FOLDER.name, **options)


def secret(owner: kamupin.Context, kind: int, text: str) -> kamupin.Secret:
    made = kamupin.Secret(owner, kind)
    made.append(bytearray(text, "ascii"))
    return made


class Errors(unittest.TestCase):
    def test_without_a_daemon_the_list_says_so_in_both_languages(self) -> None:
        with self.assertRaises(kamupin.Error) as caught:
            kamupin.ReaderList(context())
        error = caught.exception
        self.assertEqual(error.status, kamupin.E_READER_SERVICE_DOWN)
        self.assertEqual(kamupin.status_name(error.status), "reader-service-down")
        self.assertEqual(error.origin, kamupin.FROM_READER)
        self.assertEqual((error.tries_left, error.wait_seconds), (-1, -1))
        # SCARD_E_NO_SERVICE (PC/SC part 5), as libpcsclite answers it.
        self.assertEqual(error.platform_code & 0xFFFFFFFF, 0x8010001D)
        turkish, english = error.text(kamupin.TURKISH), error.text(kamupin.ENGLISH)
        self.assertRegex(turkish, "[ğışçöüİ]")
        self.assertRegex(turkish, "pcscd")
        self.assertRegex(english, "pcscd")
        self.assertNotEqual(turkish, english)
        for language, text in ((kamupin.TURKISH, turkish), (kamupin.ENGLISH, english)):
            self.assertIn(kamupin.status_remedy(error.status, language), text)
        self.assertEqual(str(error), english)
        self.assertEqual(repr(error), "<kamupin.Error reader-service-down>")

    def test_every_status_has_its_constant_and_its_sentences(self) -> None:
        constants = {value: name for name, value in vars(kamupin).items() if name.startswith("E_")}
        status, walked = kamupin.status_next(kamupin.OK), 0
        while status != kamupin.OK:
            name = kamupin.status_name(status)
            self.assertEqual(constants[status], "E_" + name.upper().replace("-", "_"))
            for language in (kamupin.TURKISH, kamupin.ENGLISH):
                self.assertTrue(kamupin.status_cause(status, language))
            status, walked = kamupin.status_next(status), walked + 1
        self.assertEqual(walked, len(constants))

    def test_what_is_closed_refuses(self) -> None:
        with context() as owner:
            pin = kamupin.Secret(owner, kamupin.SECRET_PIN)
        with self.assertRaises(kamupin.Error) as caught:
            kamupin.Secret(owner, kamupin.SECRET_PIN)
        self.assertEqual(caught.exception.status, kamupin.E_INVALID_ARGUMENT)
        pin.append(bytearray(b"123456"))  # the context lives as long as its secrets
        pin.close()
        with self.assertRaises(kamupin.Error):
            pin.append(bytearray(b"1"))
        self.assertEqual(pin.length(), 0)

    def test_records_are_read_only(self) -> None:
        with self.assertRaises(kamupin.Error) as caught:
            kamupin.ReaderList(context())
        with self.assertRaises(AttributeError):
            caught.exception.status = kamupin.OK

    def test_the_version_is_the_librarys(self) -> None:
        self.assertRegex(kamupin.version(), r"^\d+\.\d+\.\d+$")


class Secrets(unittest.TestCase):
    def test_a_secret_is_typed_and_never_read(self) -> None:
        pin = secret(context(), kamupin.SECRET_PIN, "12345678")
        self.assertEqual(pin.length(), 8)
        pin.backspace()
        self.assertEqual(pin.length(), 7)
        pin.clear()
        self.assertEqual(pin.length(), 0)
        methods = {name for name in dir(kamupin.Secret) if not name.startswith("_")}
        self.assertEqual(methods, {"append", "backspace", "clear", "length", "looks_like", "close", "thisown"})
        pin.append(bytearray(b"987654"))
        for shown in (repr(pin), str(pin), str(vars(pin))):
            self.assertNotIn("987654", shown)
        for read in (bytes, bytearray, memoryview, len, iter, float):
            with self.assertRaises(TypeError):
                read(pin)  # type: ignore[operator]

    def test_only_memory_that_can_be_wiped_is_taken(self) -> None:
        pin = kamupin.Secret(context(), kamupin.SECRET_PIN)
        for given in ("123456", b"123456", 123456, None):
            with self.assertRaises(TypeError):
                pin.append(given)
        typed = bytearray(b"123456")
        pin.append(memoryview(typed)[:2])
        self.assertEqual(pin.length(), 2)
        typed.clear()  # the library holds no view of it: a bytearray that is viewed cannot shrink

    def test_a_full_secret_refuses_and_keeps_what_it_had(self) -> None:
        pin = secret(context(), kamupin.SECRET_PIN, "123456")
        with self.assertRaises(kamupin.Error) as caught:
            pin.append(bytearray(kamupin.SECRET_MAX - 5))
        self.assertEqual(caught.exception.status, kamupin.E_SECRET_FULL)
        self.assertEqual(pin.length(), 6)

    def test_a_secret_of_the_wrong_kind_is_refused(self) -> None:
        owner = context()
        pin = secret(owner, kamupin.SECRET_PIN, "123456")
        code = secret(owner, kamupin.SECRET_VERIFICATION_CODE, "123456")
        kamupin.pin_check(pin, pin)
        kamupin.code_normalise(code)
        for call in (lambda: kamupin.pin_check(code, code), lambda: kamupin.pin_check(pin, code),
                     lambda: kamupin.code_normalise(pin)):
            with self.assertRaises(kamupin.Error) as caught:
                call()
            self.assertEqual(caught.exception.status, kamupin.E_SECRET_KIND)

    def test_no_program_can_make_a_puk(self) -> None:
        self.assertEqual([name for name in dir(kamupin) if re.search("SECRET.*PUK", name)], [])
        owner = context()
        accepted = []
        for kind in range(256):
            try:
                kamupin.Secret(owner, kind).close()
                accepted.append(kind)
            except kamupin.Error as error:
                self.assertEqual(error.status, kamupin.E_INVALID_ARGUMENT)
        self.assertEqual(accepted, [kamupin.SECRET_PIN, kamupin.SECRET_VERIFICATION_CODE,
                                    kamupin.SECRET_SMS_CODE,
                                    kamupin.SECRET_WEB_PASSWORD, kamupin.SECRET_SECURITY_WORD,
                                    kamupin.SECRET_PROXY_PASSWORD])


class Watcher(kamupin.Listener):
    def __init__(self, problem: BaseException | None = None) -> None:
        super().__init__()
        self.events: list[kamupin.Event] = []
        self.threads: list[int] = []
        self.problem = problem

    def event(self, event: kamupin.Event) -> None:
        self.events.append(event)
        self.threads.append(threading.get_ident())
        if self.problem:
            raise self.problem


class Callbacks(unittest.TestCase):
    def redeem(self, operation: kamupin.Operation, owner: kamupin.Context) -> None:
        operation.redeem(secret(owner, kamupin.SECRET_VERIFICATION_CODE, "123456"))

    def test_an_event_comes_back_from_c(self) -> None:
        owner, watcher = context(), Watcher()
        with kamupin.Operation(owner, NOWHERE, listener=watcher) as operation:
            self.assertEqual(operation.phase(), kamupin.PHASE_CODE)
            operation.cancel()
            with self.assertRaises(kamupin.Error) as caught:
                self.redeem(operation, owner)
            self.assertEqual(caught.exception.status, kamupin.E_CANCELLED)
        [event] = watcher.events
        gc.collect()  # the event belongs to us, not to the call that brought it
        self.assertEqual((event.kind, event.phase, event.seconds_left, event.card_id),
                         (kamupin.EVENT_PHASE, kamupin.PHASE_CANCELLED, -1, ""))
        self.assertEqual(watcher.threads, [threading.get_ident()])

    def test_an_exception_in_a_callback_ends_the_call(self) -> None:
        owner, problem = context(), KeyError("from the callback")
        operation = kamupin.Operation(owner, NOWHERE, listener=Watcher(problem))
        operation.cancel()
        with self.assertRaises(KeyError) as caught:
            self.redeem(operation, owner)
        self.assertIs(caught.exception, problem)
        with self.assertRaises(kamupin.Error) as later:  # and it was for that call alone
            self.redeem(operation, owner)
        self.assertEqual(later.exception.status, kamupin.E_WRONG_STATE)

    def test_a_listener_lives_as_long_as_its_operation(self) -> None:
        owner, watcher = context(), Watcher()
        events, gone = watcher.events, weakref.ref(watcher)
        operation = kamupin.Operation(owner, NOWHERE, None, watcher)
        del watcher
        gc.collect()
        self.assertIsNotNone(gone())
        operation.cancel()
        with self.assertRaises(kamupin.Error):
            self.redeem(operation, owner)
        self.assertEqual(len(events), 1)
        operation.close()
        gc.collect()
        self.assertIsNone(gone())

    def test_the_log_speaks_and_its_exceptions_stop_nothing(self) -> None:
        class Lines(kamupin.Log):
            def __init__(self) -> None:
                super().__init__()
                self.lines: list[tuple[int, str, str]] = []

            def log(self, level: int, room: str, line: str) -> None:
                self.lines.append((level, room, line))
                raise ValueError("a log that fails")

        lines = Lines()
        owner = context(log=lines, log_level=kamupin.LOG_TRACE)
        operation = kamupin.Operation(owner, NOWHERE)
        operation.cancel()
        with mock.patch("sys.unraisablehook") as said, self.assertRaises(kamupin.Error) as caught:
            self.redeem(operation, owner)
        self.assertEqual(caught.exception.status, kamupin.E_CANCELLED)
        self.assertIn("unblock", [room for _, room, _ in lines.lines])
        self.assertEqual(len(lines.lines), said.call_count)

    def test_what_is_no_listener_is_refused(self) -> None:
        with self.assertRaises(TypeError):
            kamupin.Operation(context(), NOWHERE, listener=object())

    def test_an_address_that_is_not_https_is_refused(self) -> None:
        with self.assertRaises(kamupin.Error) as caught:
            kamupin.Operation(context(), "http://127.0.0.1/")
        self.assertEqual(caught.exception.status, kamupin.E_URL_REFUSED)

    def test_the_second_factor_has_its_step(self) -> None:
        owner = context()
        operation = kamupin.Operation(owner, NOWHERE)
        for step in (operation.begin_factor, operation.factor, lambda: operation.begin_factor(kamupin.FACTOR_WEB_PASSWORD),
                     lambda: operation.verify_factor(secret(owner, kamupin.SECRET_WEB_PASSWORD, "x"))):
            with self.assertRaises(kamupin.Error) as caught:
                step()
            self.assertEqual(caught.exception.status, kamupin.E_WRONG_STATE)

    def test_a_secret_in_the_wrong_field_is_told(self) -> None:
        code = secret(context(), kamupin.SECRET_PIN, "123456789012345")
        self.assertEqual(code.looks_like(), kamupin.LOOKS_LIKE_VERIFICATION_CODE)
        with self.assertRaises(kamupin.Error) as caught:
            kamupin.pin_check(code, code)
        self.assertEqual((caught.exception.status, caught.exception.looks_like),
                         (kamupin.E_PIN_TOO_LONG, kamupin.LOOKS_LIKE_VERIFICATION_CODE))
        self.assertIn(kamupin.look_text(code.looks_like(), kamupin.TURKISH), caught.exception.text(kamupin.TURKISH))

    def test_whom_to_call(self) -> None:
        self.assertEqual(kamupin.info(kamupin.INFO_CALL_CENTRE, kamupin.ENGLISH), "444 5 576")
        self.assertEqual(kamupin.info_name(kamupin.INFO_CALL_CENTRE), "call-centre")
        self.assertTrue(kamupin.info_label(kamupin.INFO_CALL_CENTRE, kamupin.TURKISH))

    def test_nothing_to_resume(self) -> None:
        watcher = Watcher()
        kamupin.resume(context(), listener=watcher)
        self.assertEqual(watcher.events, [])


if __name__ == "__main__":
    unittest.main(verbosity=1)
