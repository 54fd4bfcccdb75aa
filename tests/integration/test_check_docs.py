# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# scripts/check-docs finds what it is for: a symbol, a page, a binding, a sentence or a page of the catalogue that is missing or wrong, in
# copies of the tree and of a build. Not ours on the other end: gcc, mandoc and nm. Touches such copies alone.
from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from box import BUILD, ROOT


def check(root: Path, build: Path | None = None) -> subprocess.CompletedProcess[str]:
    of_build = ["--build", str(build)] if build is not None else []
    return subprocess.run([str(ROOT / "scripts" / "check-docs"), "--root", str(root), *of_build], capture_output=True, text=True)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """What the script reads, to be broken."""
    for folder in ("docs/man", "docs/abi", "docs/errors", "include", "lib/core", "bindings"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """What the script reads of a build, to be broken."""
    folder = tmp_path / "build"
    for name in ("bin/example-statuses", "lib/libkamupin.so", "bindings/python/kamupin/native.py",
                 "bindings/python/kamupin/native.pyi", "bindings/swig/java/org/kamupin/internal/Native.java"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if (BUILD / name).exists():
            (folder / name).symlink_to(BUILD / name)
    return folder


def rewrite(path: Path, old: str, new: str) -> None:
    """As edit, in a file of its own in the place of a link."""
    text = path.read_text()
    assert old in text
    path.unlink()
    path.write_text(text.replace(old, new, 1))


def forget(folder: Path, word: str) -> None:
    """Takes a word out of every file of the folder."""
    holders = [path for path in folder.iterdir() if path.is_file() and word in path.read_text()]
    assert holders
    for path in holders:
        path.write_text(path.read_text().replace(word, "gone"))


def test_all_of_it_is_whole() -> None:
    done = check(ROOT)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("break_it, says", [
    (lambda t: (t / "docs/man/kamupin_notice.3").unlink(), "kamupin_notice_text is on 0 pages"),
    (lambda t: edit(t / "docs/man/kamupin_card.3", ".Nm kamupin_card_read ,\n", ""), "kamupin_card_read is on 0 pages"),
    (lambda t: edit(t / "docs/man/kamupin_pin.3", ".Nm kamupin_pin_check ,\n",
                    ".Nm kamupin_pin_check ,\n.Nm kamupin_card_read ,\n"), "kamupin_card_read is on 2 pages"),
    (lambda t: edit(t / "docs/abi/symbols.txt", "kamupin_cancel_clear@@", "kamupin_cancel_renew@@"),
     "there is no kamupin_cancel_clear"),
    (lambda t: edit(t / "docs/abi/symbols.txt", "kamupin_cancel_clear@@", "kamupin_cancel_renew@@"),
     "kamupin_cancel_renew is in no public header"),
    (lambda t: edit(t / "include/kamupin/pin.h", "const kamupin_secret *again,", "kamupin_secret *again,"),
     "the synopsis of kamupin_pin_check"),
    (lambda t: edit(t / "docs/man/kamupin_secret.3", ".In kamupin/secret.h", ".In kamupin/error.h"),
     "kamupin_secret_new is not in kamupin/error.h"),
    (lambda t: edit(t / "docs/man/kamupin_context.3", "options.ca_file", "options.ca_files"), "kamupin_context: example 1"),
    (lambda t: edit(t / "docs/man/kamupin_pin.3", ".It Cm pin-blocked", ".It Cm pin-locked"), "no status pin-locked"),
    (lambda t: edit(t / "docs/man/kamupin_pin.3", "KAMUPIN_RISK_LAST_TRY", "KAMUPIN_RISK_LAST"), "KAMUPIN_RISK_LAST is in no"),
    (lambda t: edit(t / "docs/man/kamupin_pin.3", ".Sh SEE ALSO", ".Sx SEE ALSO\n.El"), "kamupin_pin.3: mandoc"),
    (lambda t: edit(t / "docs/man/kamupin.1", ".Sh DESCRIPTION", ".El\n.Sh DESCRIPTION"), "kamupin.1: mandoc"),
    (lambda t: edit(t / "docs/abi/symbols.txt", "kamupin_cancel_clear@@KAMUPIN_1.0\n", ""),
     "kamupin_cancel_clear is in a public header and not in symbols.txt"),
    (lambda t: edit(t / "bindings/swig/kamupin.i", "%include <kamupin/secret.h>\n", ""),
     "kamupin_secret_new is not reachable from java: bindings/swig/kamupin.i does not take kamupin/secret.h in"),
    (lambda t: edit(t / "bindings/swig/kamupin.i", "%ignore kamupin_resume;", "%ignore kamupin_resume;\n%ignore kamupin_card_open;"),
     "kamupin_card_open is not reachable from python: bindings/swig/kamupin.i leaves it out"),
    (lambda t: forget(t / "bindings/python/kamupin", "native.card_open"),
     "kamupin_card_open is not reachable from python: nothing in bindings/python/kamupin uses card_open"),
    (lambda t: forget(t / "bindings/java/src/main/java/org/kamupin", "Native.reader_list_count"),
     "kamupin_reader_list_count is not reachable from java: nothing in bindings/java/src/main/java uses reader_list_count"),
    (lambda t: edit(t / "docs/abi/bindings.txt", "both kamupin_resume ", "java kamupin_resume "),
     "kamupin_resume is not reachable from python"),
    (lambda t: (t / "docs/abi/bindings.txt").open("a").write("java kamupin_cancel_* no reason\n"), "take the line out"),
    (lambda t: (t / "docs/abi/bindings.txt").open("a").write("perl kamupin_unblock no camel\n"), "not `LANGUAGE SYMBOL REASON`"),
    (lambda t: (t / "docs/errors/pin-blocked.md").unlink(), "docs/errors/pin-blocked.md differs"),
    (lambda t: edit(t / "docs/errors/pin-blocked.md", "**Ne yapmalı:**", "**Ne yapılmalı:**"), "docs/errors/pin-blocked.md differs"),
    (lambda t: (t / "docs/errors/pin-locked.md").write_text("# pin-locked\n"), "docs/errors/pin-locked.md differs"),
    (lambda t: edit(t / "lib/core/catalogue.def", "KP_STATUS(E_NO_CARD,", "KP_NONE(E_NO_CARD,"), "lib/core/catalogue.def:"),
    (lambda t: edit(t / "lib/core/catalogue.def", 'KP_STATUS(E_NO_CARD, "no-card",', '#define KP_NONE(...)\nKP_NONE(E_NO_CARD, "no-card",'),
     "without sentences: KAMUPIN_E_NO_CARD"),
    (lambda t: edit(t / "lib/core/catalogue.def", '    "There is nothing more to do.")', '    "")'), "KAMUPIN_OK lacks a cause or a remedy")])
def test_what_is_missing_or_wrong_is_named(tree: Path, break_it: Callable[[Path], None], says: str) -> None:
    break_it(tree)
    done = check(tree)
    assert done.returncode == 1
    assert says in done.stderr


@pytest.mark.parametrize("name, old, new, says", [
    ("bindings/python/kamupin/native.py", "def card_open(", "def card_show(", "SWIG's module for Python has no card_open"),
    ("bindings/python/kamupin/native.pyi", "def card_open(", "def card_show(", "the stub native.pyi has no card_open"),
    ("bindings/swig/java/org/kamupin/internal/Native.java", " card_open(", " card_show(", "SWIG's class for Java has no card_open")])
def test_what_a_build_lacks_of_the_bindings_is_named(tree: Path, build: Path, name: str, old: str, new: str, says: str) -> None:
    rewrite(build / name, old, new)
    done = check(tree, build)
    assert done.returncode == 1
    assert says in done.stderr


def test_what_a_build_exports_and_says_is_held_to_the_tree(tree: Path, build: Path) -> None:
    library, program = build / "lib/libkamupin.so", build / "bin/example-statuses"
    for path, source in ((library, "int kamupin_version(void);\nint kamupin_version(void)\n{\n    return 0;\n}\n"),
                         (program, "int main(void)\n{\n    return 0;\n}\n")):
        path.unlink()
        shared = ["-shared", "-fPIC"] if path is library else []
        subprocess.run(["gcc", *shared, "-x", "c", "-", "-o", str(path)], input=source, text=True, check=True)
    done = check(tree, build)
    assert done.returncode == 1
    assert "kamupin_cancel_clear is not exported by libkamupin.so" in done.stderr
    assert "without sentences: KAMUPIN_OK" in done.stderr
