# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Fixtures of all integration tests: real sandboxes (PC/SC daemon, virtual cards, service), ended after each
# test whatever happened in it.
"""Fixtures."""
from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from box import BUILD, Box
from checking import Checker, Published
from desk import Desk
from foreign import Foreign
from little_pki import Party, Web, issue

os.environ["PATH"] = f"{BUILD / 'bin'}{os.pathsep}{os.environ['PATH']}"
for variable in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[variable]  # everything here is on loopback; tests that want a proxy set their own

# A build that was told to leave the bindings out has none to test, and one with a sanitizer in its library is
# for its own programs, not for a stranger's. The default build has both: scripts/check runs them there.
cache = (BUILD / "CMakeCache.txt").read_text()
collect_ignore_glob = [name for name, line in (("test_bindings*.py", r"^KAMUPIN_BINDINGS:BOOL=OFF$"),
                                               ("test_desktop*.py", r"^KAMUPIN_DESKTOP:STRING=OFF$"),
                                               ("test_install.py", r"^CMAKE_C_FLAGS:\w+=.*-fsanitize"))
                       if re.search(line, cache, re.M)]
# A browser at pages, a desktop, and the documentation: once, with the default build.
if BUILD.resolve() != Path(__file__).resolve().parents[2] / "build":
    collect_ignore_glob += ["test_portal_*.py", "test_desk_page.py", "test_desktop*.py", "test_check_docs.py", "test_snippets.py", "test_site.py"]

# What whoever runs the tests ignores (nohup: SIGHUP; a shell's background job: SIGINT and SIGQUIT) would stay ignored in
# every program under test: they start as a person's would.
for _number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGTERM):
    if signal.getsignal(_number) == signal.SIG_IGN:
        signal.signal(_number, signal.default_int_handler if _number == signal.SIGINT else signal.SIG_DFL)


@pytest.fixture
def sandbox() -> Iterator[Callable[..., Box]]:
    """sandbox(cards=["akis2:blocked", "empty"]) opens one; as many as the test likes."""
    boxes: list[Box] = []

    def make(cards: Sequence[str] = ("akis2",), options: Sequence[str] = (),
             env: Mapping[str, str] | None = None) -> Box:
        boxes.append(Box(cards, options, env))
        return boxes[-1]

    yield make
    for box in reversed(boxes):
        box.close()


@pytest.fixture
def foreign(tmp_path: Path) -> Iterator[Foreign]:
    """vpicc's ISO/IEC 7816-4 card, which nobody here wrote."""
    card = Foreign(tmp_path)
    yield card
    card.close()


@pytest.fixture(scope="module")
def shared_box() -> Iterator[Box]:
    """One sandbox with a v2.x card for the tests of a file that leave everything as it was."""
    with Box(["akis2"]) as box:
        yield box


@pytest.fixture(scope="session")
def login_box() -> Iterator[Box]:
    """One sandbox with an authorization server for all tests of a worker: each logs in anew, and leaves everybody else's alone. A test
    that changes lifetimes or settings, or ends a part, opens its own: sandbox(options=["--login"])."""
    with Box(["akis2"], ["--login"]) as box:
        yield box


@pytest.fixture
def calm_box(shared_box: Box) -> Iterator[Box]:
    """The shared sandbox, its service without faults and with its own settings before and after each test."""
    control = shared_box.control
    before = control.get("/settings")
    control.call("DELETE", "/requests")
    yield shared_box
    control.call("DELETE", "/faults")
    control.post("/settings", before)
    control.post("/tls", {"certificate": "good"})
    for card in control.get("/ledger")["ledger"]:
        control.post("/ledger", {"card_id": card["card_id"], "attempts_left": card["maximum"]})


@pytest.fixture(scope="module")
def published_once() -> Iterator[tuple[Web, Party, Party]]:
    """What all tests of a file have in common of `published`: making keys takes its time."""
    with Web() as web:
        root = issue("Root", None, ca=True)
        yield web, root, issue("Leaf", root, ocsp=[web.url + "/ocsp"], crl=[web.url + "/crl"])


@pytest.fixture
def published(published_once: tuple[Web, Party, Party], tmp_path: Path) -> Published:
    """A leaf whose addresses answer nothing yet, and who checks it, with a state folder of the test's own."""
    web, root, leaf = published_once
    web.paths.clear()
    web.asked.clear()
    return Published(web, root, leaf, Checker(tmp_path, [root]))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """desk(box) opens the desktop program on a display of its own."""
    opened: list[Desk] = []

    def make(box: Box, *argv: str, **more: Any) -> Desk:
        opened.append(Desk(box, tmp_path, *argv, **more))
        return opened[-1]

    yield make
    for one in opened:
        one.close()
