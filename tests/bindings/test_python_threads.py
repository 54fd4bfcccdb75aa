# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The Python package and the library's own threads: the garbage collector on one of them, close() on one, one that is in a
# method of the program's readers when the program ends; and other interpreters of the same process. Each is a program of
# its own, because what goes wrong is a thread that never comes back, or a process that dies. Run by CTest
# (binding_python_threads) with build/bindings/python on PYTHONPATH; needs no reader and no network.
from __future__ import annotations

import subprocess
import sys
import tempfile
import unittest

READERS = """
import ctypes, gc, os, sys, threading, time, weakref
import kamupin

class Readers(kamupin.ReaderBackend):
    "Calls `hook` whenever the library wants to know the readers: on the watch's own thread."
    hook = staticmethod(lambda: None)
    def open(self): return threading.Event()
    def close(self, worker): pass
    def readers(self, worker):
        self.hook()
        return ["Okuyucu"]
    def wake(self, worker): worker.set()
    def watch(self, worker, states, timeout):
        if timeout != 0:
            woken = worker.wait(0.01)  # then it says that something may have changed, and is asked for the readers
            worker.clear()
            if woken:
                raise kamupin.ReaderFailure(kamupin.Status.CANCELLED)

class Node: pass

def cycle(**what):
    node = Node()
    node.__dict__.update(what, node=node)
    return node

def context(**options):
    return kamupin.Context(state_folder=sys.argv[1], **options)

def freed(name, count):
    "A semaphore that is released whenever that function of the library has freed something."
    free, done = getattr(kamupin.native, name), threading.Semaphore(0)
    setattr(kamupin.native, name, lambda slot: (free(slot), done.release()))
    return lambda: [done.acquire() for _ in range(count)]

readers = Readers()
gc.disable()  # it runs where this says so, and nowhere else
"""


class Program(unittest.TestCase):
    def run_(self, program: str, out: str, status: int = 0) -> None:
        with tempfile.TemporaryDirectory(prefix="kamupin-threads-") as folder:
            done = subprocess.run([sys.executable, "-W", "error", "-c", READERS + program, folder], capture_output=True, text=True,
                                  timeout=30)
        self.assertEqual((done.stdout, done.stderr, done.returncode), (out, "", status))


class OnAWatchsThread(Program):
    """What waits until a watch's thread has ended is called on that thread, or by one that it waits for."""

    COLLECTED = """
{free}
lost, collected = threading.Event(), threading.Event()
def collect():
    if lost.is_set() and not collected.is_set():
        gc.collect()
        collected.set()
readers.hook = collect
{make}
lost.set()
collected.wait()
wait()
node = cycle()
seen = weakref.ref(node)
del node
gc.collect()
print(seen() is None)
"""

    def test_a_watch_is_collected(self) -> None:
        self.run_(self.COLLECTED.format(free='wait = freed("watch_free", 1)',
                                        make="owner = context(readers=readers); cycle(watch=owner.watch())"), "True\n")

    def test_a_context_is_collected_with_its_watches(self) -> None:
        self.run_(self.COLLECTED.format(free='wait = freed("context_free", 1)',
                                        make="cycle(watches=[owner.watch() for owner in [context(readers=readers)] for _ in range(3)])"),
                  "True\n")

    def test_a_watch_is_collected_under_a_lock_that_its_readers_take(self) -> None:
        self.run_("""
wait, lock, taken = freed("watch_free", 1), threading.Lock(), threading.Event()
def take():
    taken.set()
    with lock:
        pass
readers.hook = take
owner = context(readers=readers)
with lock:
    cycle(watch=owner.watch())
    taken.wait()
    gc.collect()
    print("collected")
wait()
print("freed")
""", "collected\nfreed\n")

    CLOSED = """
wait, met, ready = freed("watch_free", 2), threading.Barrier(2), threading.Event()
watches = []
def closing(of):
    def close():
        if ready.is_set() and not watches[of].closed:
            met.wait()
            watches[of].close()
    return close
for of in {order}:
    readers = Readers()
    readers.hook = closing(of)
    watches.append(context(readers=readers).watch())
ready.set()
wait()
print("freed")
"""

    def test_a_watch_is_closed_by_its_own_readers(self) -> None:
        self.run_(self.CLOSED.format(order="0, 1"), "freed\n")

    def test_watches_are_closed_by_the_others_readers(self) -> None:
        self.run_(self.CLOSED.format(order="1, 0"), "freed\n")


class Turns(Program):
    """What the library has for one thread at a time may be shared: calls wait for each other, but for cancel()."""

    def test_an_operation_and_a_session_are_for_one_at_a_time(self) -> None:
        self.run_("""
native, nowhere, inside, most = kamupin.native, "https://127.0.0.1:9/kamupin/v1", set(), [0]
def slow(*_):
    me = threading.get_ident()
    inside.add(me)
    most[0] = max(most[0], len(inside))
    time.sleep(0.001)  # lets the others in, if they can come
    inside.discard(me)
    return native.OK
for name in "operation_back", "operation_run", "session_renew", "session_end", "order_cancel", "order_read":
    setattr(native, name, slow)
owner = context(readers=readers)
operation, session = owner.operation(nowhere), owner.session(nowhere)
order = kamupin.Order(session, [None])
native.order_free = lambda slot: None
for calls in (operation.back, operation.run), (session.renew, session.end, order.cancel, order.read):
    begin, most[0] = threading.Barrier(4), 0
    def call():
        begin.wait()
        for _ in range(10):
            for one in calls:
                one()
    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    print(most[0])
worker = threading.Thread(target=operation.cancel)
native.operation_run = lambda *_: (worker.start(), worker.join(), native.OK)[2]
operation.run()
print("cancelled")
""", "1\n1\ncancelled\n")


class AtTheEnd(Program):
    """A program ends while threads are in the library, or on their way to it."""

    def test_the_readers_are_at_work(self) -> None:
        self.run_("""
ended, end = os.pipe()
os.dup2(end, 1)
os.close(end)
libc, entered = ctypes.CDLL(None), threading.Event()
libc.on_exit(libc.sleep, None)  # afterwards, with the status of the exit: 1 second for the thread
libc.on_exit(libc.close, None)  # first: file 1, of which the thread waits for the end
def wait():
    entered.set()
    os.read(ended, 1)
readers.hook = wait
owner = context(readers=readers)
watch = owner.watch()
def follow():
    for event in watch:
        pass
threading.Thread(target=follow, daemon=True).start()
entered.wait()
sys.exit(1)
""", "", 1)

    def test_a_handle_is_half_made(self) -> None:
        self.run_("""
made = threading.Event()
class Half(kamupin.Context):
    def __init__(self):
        made.set()
        threading.Event().wait()
threading.Thread(target=Half, daemon=True).start()
made.wait()
wait = freed("context_free", 1)
free = kamupin.native.context_free
kamupin.native.context_free = lambda slot: (free(slot), print("freed"))
owner = context()
""", "freed\n")


class Subinterpreters(Program):
    SUB = """
try:
    import _interpreters as others
    new = lambda: others.create("legacy")
except ImportError:
    import _xxsubinterpreters as others
    new = lambda: others.create(isolated=False)
def refused():
    other = new()
    others.run_string(other, "import sys; sys.path = %r\\ntry: import kamupin.native\\nexcept ImportError as e: print(e)" % sys.path
                      + "\\nsys.stdout.flush()")
    others.destroy(other)
"""
    SAID = ("kamupin works in the main interpreter alone, and this is a subinterpreter: "
            "run the program outside of one (mod_wsgi: WSGIApplicationGroup %{GLOBAL})\n")

    def test_one_is_refused_and_the_main_one_goes_on(self) -> None:
        self.run_(self.SUB + """
refused()
refused()
try:
    context().certificate(b"1")
except kamupin.CertificateError as error:
    print(error.name)
print(len(context(readers=readers).cards()))
""", 2 * self.SAID + "certificate-malformed\n1\n")

    def test_one_that_is_first_is_refused_too(self) -> None:
        with tempfile.TemporaryDirectory(prefix="kamupin-threads-") as folder:
            done = subprocess.run([sys.executable, "-c", "import sys" + self.SUB + "refused()\nimport kamupin\nprint(kamupin.Context())", folder],
                                  capture_output=True, text=True, timeout=30)
        self.assertEqual((done.stdout.startswith(self.SAID + "<kamupin"), done.stderr, done.returncode), (True, "", 0), done.stdout)


if __name__ == "__main__":
    unittest.main()
