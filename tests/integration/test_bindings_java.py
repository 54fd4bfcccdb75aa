# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The Java package before real readers and the sandbox's service: PIN work, signatures, watching, prompts, futures, by
# programs of tests/bindings/java under -Xcheck:jni. Not ours on the other end: pcscd, OpenSC, the Java platform's own
# certificates and signatures.
"""Cards and operations by the Java package."""
from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import java
from box import ROOT, Box

CHANGED = "80461357"

Sandbox = Callable[..., Box]


@pytest.fixture(scope="session")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return java.compiled(tmp_path_factory.mktemp("work"), *sorted((ROOT / "tests/bindings/java").glob("*.java")))


def test_all_the_work_with_one_card(sandbox: Sandbox, classes: Path) -> None:
    box = sandbox(["akis2:rsa"])
    profile = sorted((ROOT / "share/profiles").glob("*"))[0]
    done = box.run(*java.argv(classes, "Work", box.cards[0].reader, str(profile)))
    assert (done.returncode, done.stdout, done.stderr) == (0, "ok\n", "")
    assert box.verify_by_opensc(CHANGED) == "9000"
