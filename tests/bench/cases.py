# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What is measured, and the bounds. Cards are the sandbox's, behind a real PC/SC daemon. Touches sandboxes of its own.
"""The cases of scripts/bench."""
from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from bindings import apdu_python, call_java, call_python, readers_java, readers_python
from measure import Failed, Result, Side, interleaved, timed

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "integration"))

from box import BUILD, Box  # noqa: E402
from checking import Checker  # noqa: E402
from little_pki import Web, issue, long_crl  # noqa: E402
from terminal import Terminal  # noqa: E402

ANSWER_MS = 40
READERS = 16
BATCH = 200
ENTRIES = 200_000


def program(name: str) -> str:
    return str(BUILD / "bin" / name)


def demo(runs: int) -> Result:
    """The demo, once built."""
    argv = ["scripts/demo"]
    timed(argv, cwd=str(ROOT))
    side = Side("scripts/demo", [timed(argv, cwd=str(ROOT)) for _ in range(runs)])
    return Result("demo", "scripts/demo, once built", side, 10000)


def readers(runs: int) -> Result:
    """All cards at once against one alone."""
    card = f"akis2:wait={ANSWER_MS}"
    with Box([card]) as one, Box([card] * READERS) as all_of_them:
        def listing(box: Box, count: int) -> Callable[[], float]:
            done = box.run(program("example-list-cards"))
            if done.stdout.count("\tok\n") != count:
                raise Failed(f"{count} cards were expected:\n{done.stdout}{done.stderr}")
            return lambda: timed([program("example-list-cards")], box.env)

        ours, other = interleaved(runs, (f"{READERS} cards identified", listing(all_of_them, READERS)),
                                  ("one card identified", listing(one, 1)))
    return Result("readers", f"every answer of a card takes {ANSWER_MS} ms", ours, 1.3, other)


def apdu(runs: int) -> Result:
    """One command through the library against SCardTransmit."""
    with Box(["akis2"]) as box:
        done = box.run(program("bench-apdu"), box.cards[0].reader, str(4 * runs + 1), str(BATCH), seconds=600)
    if done.returncode != 0:
        raise Failed(done.stderr)
    rows = [[int(word) / 1e6 for word in line.split()] for line in done.stdout.splitlines()][1:]
    return Result("apdu", f"SELECT of the MF, {BATCH} in a row", Side("through the library", [row[0] for row in rows]), 1.05,
                  Side("SCardTransmit", [row[1] for row in rows]))


def _start(case: str, card: str, runs: int) -> Result:
    """OpenSC as Debian sets it up: it tries its drivers on the card, and has none for it that knows its serial number."""
    with Box([card]) as box:
        reader = box.cards[0].reader
        ours_argv = [program("kamupin"), "card", "show", "--json", "--card", reader]
        other_argv = ["opensc-tool", "--reader", reader, "--serial"]
        said = box.run(*ours_argv).stdout
        if str(box.cards[0].card_id) not in said:
            raise Failed(f"the card is not shown:\n{said}")
        ours, other = interleaved(runs, ("kamupin card show --json", lambda: timed(ours_argv, box.env)),
                                  ("opensc-tool --serial", lambda: timed(other_argv, box.env)))
    return Result(case, f"process start to the answer, the same card ({card})", ours, 0.5, other)


def start(runs: int) -> Result:
    """A card that answers at once: what is compared is mostly the start of two programs."""
    return _start("start", "akis2", 4 * runs)


def start_slow(runs: int) -> Result:
    """A card that takes its time, as real ones do."""
    return _start("start-slow", f"akis2:wait={ANSWER_MS}", runs)


def _cancels(case: str, what: str, runs: int, *words: str) -> Result:
    with Box(["akis2"]) as box:
        done = box.run(program("driver-cancels"), str(10 * runs), *words)
    lines = [line.split() for line in done.stdout.splitlines()]
    if len(lines) != 10 * runs or any(line[0] != "cancelled" for line in lines):
        raise Failed(f"not every wait was cancelled:\n{done.stdout}{done.stderr}")
    return Result(case, f"{what}, cancelled from another thread",
                  Side("from the pull to the end", [int(line[1]) / 1000 for line in lines]), 50, worst=True)


def cancel(runs: int) -> Result:
    """From pulling a cancel handle to the end of the wait that it was given to, around the moment that the wait begins."""
    return _cancels("cancel", "a wait for readers and cards", runs, "500")


def cancel_network(runs: int) -> Result:
    """The same while a service takes the connection and says nothing."""
    return _cancels("cancel-network", "a request that nobody answers", runs, "2000", "-n")


def cancel_prompt(runs: int) -> Result:
    """From Ctrl-C at the command's prompt for a PIN to the end of its process."""
    took = []
    with Box(["akis1"]) as box:
        for _ in range(2 * runs):
            with Terminal([program("kamupin"), "pin", "change", "--card", box.cards[0].reader], box.env | {"KAMUPIN_LANG": "en"}) as at:
                at.expect("Present PIN: ")
                began = time.monotonic()
                at.send("\x03", end="")
                at.wait()
                took.append((time.monotonic() - began) * 1000)
                if at.process.returncode == 0:
                    raise Failed(f"not cancelled:\n{at.text}")
    return Result("cancel-prompt", "a prompt, cancelled by Ctrl-C", Side("from the key to the end of the process", took), 50,
                  worst=True)


def _cost(argv: Sequence[str], env: Mapping[str, str]) -> tuple[float, float]:
    """Milliseconds of CPU time and the most kB of a command."""
    done = subprocess.run([program("bench-cost"), *argv], env=dict(env), capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed(f"{' '.join(argv)}: exit code {done.returncode}")
    time_us, memory = done.stdout.split()
    return int(time_us) / 1000, float(memory)


def _crl(case: str, what: str, bound: float, part: int, unit: str, runs: int, kept: bool) -> Result:
    """The status of one certificate by a CRL of very many entries, fetched or kept, against OpenSSL reading the same file."""
    numbers = random.Random(1)
    with tempfile.TemporaryDirectory() as name, Web() as web:
        folder = Path(name)
        root = issue("Root", None, ca=True)
        leaf = issue("Leaf", root, crl=[web.url + "/crl"])
        crl = long_crl(root, [numbers.getrandbits(150) for _ in range(ENTRIES)] + [leaf.certificate.serial_number])
        web.paths["/crl"] = crl
        (folder / "crl").write_bytes(crl)
        check = Checker(folder, [root])
        argv = check.argv([leaf])
        if check.run(argv)["leaf"] != "revoked":
            raise Failed("the certificate is not found in the list")

        def ours() -> float:
            if not kept:
                shutil.rmtree(check.state)
            return _cost(argv, check.env())[part]

        def openssl() -> float:
            return _cost(["openssl", "crl", "-inform", "DER", "-in", str(folder / "crl"), "-noout"], os.environ)[part]

        one, other = interleaved(runs, ("a check " + ("by what was kept of it" if kept else "that fetches it"), ours),
                                 ("openssl crl -noout", openssl))
    one.unit = other.unit = unit
    return Result(case, f"a CRL of {ENTRIES} entries, {what}", one, bound, other)


def crl(runs: int) -> Result:
    """CPU time when the CRL is fetched."""
    return _crl("crl", "CPU time", 1.5, 0, "ms", runs, False)


def crl_memory(runs: int) -> Result:
    """Memory when it is fetched."""
    return _crl("crl-memory", "peak memory", 1.2, 1, "kB", runs, False)


def crl_kept(runs: int) -> Result:
    """CPU time when it was fetched before: the CRL is not read again."""
    return _crl("crl-kept", "CPU time", 0.25, 0, "ms", runs, True)


def wheel(runs: int) -> Result:
    """pip install of the wheel that packaging/wheel/build has made, in a clean environment each time."""
    folder = ROOT / "build" / "wheel"
    if not list(folder.glob("*.whl")):
        timed(["packaging/wheel/build", "--older"], cwd=str(ROOT))
    made = list(folder.glob("*.whl"))
    side = Side(f"pip install {made[0].name}")
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as clean:
            timed(["/usr/bin/python3", "-m", "venv", clean])
            side.runs.append(timed([f"{clean}/bin/pip", "install", "-q", "--disable-pip-version-check", "--no-index", "--no-cache-dir",
                                    str(made[0])], {"PATH": "/nonexistent"}))
    return Result("wheel", "the wheel in a clean environment, without a compiler", side, 5000)


CASES: dict[str, Callable[[int], Result]] = {"demo": demo, "readers": readers, "apdu": apdu, "start": start,
                                               "start-slow": start_slow, "cancel": cancel,
                                               "cancel-network": cancel_network, "cancel-prompt": cancel_prompt,
                                               "crl": crl, "crl-memory": crl_memory, "crl-kept": crl_kept, "wheel": wheel,
                                               "call-java": call_java, "readers-java": readers_java,
                                               "call-python": call_python, "readers-python": readers_python,
                                               "apdu-python": apdu_python}
