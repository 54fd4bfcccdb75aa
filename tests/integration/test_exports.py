# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What leaves the build: the library's symbols, against docs/abi/symbols.txt and the public headers, and the
# command's options. Nobody may hand a PUK in through either. Not ours on the other end: binutils' nm.
# Reads build output; touches no card and no network.
from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("KAMUPIN_BUILD", ROOT / "build"))
KAMUPIN = BUILD / "bin" / "kamupin"
LIST = ROOT / "docs" / "abi" / "symbols.txt"


def exported(library: Path) -> list[str]:
    """The symbols that a shared object defines for others, as nm shows them with their version."""
    said = subprocess.run(["nm", "-D", "--defined-only", "--with-symbol-versions", str(library)],
                          capture_output=True, text=True, check=True).stdout
    rows = [line.split(maxsplit=2) for line in said.splitlines()]
    return sorted(name for _, kind, name in rows if (kind, name) != ("A", "KAMUPIN_1.0"))


def declared() -> dict[str, str]:
    """The functions of the public headers: name to parameters."""
    headers = [path.read_text() for path in (ROOT / "include" / "kamupin").glob("*.h")]
    text = re.sub(r"/\*.*?\*/", "", "\n".join(headers), flags=re.S)
    return dict(re.findall(r"^KAMUPIN_API\b[^;]*?\b(kamupin_\w+)\s*\(([^;]*)\);", text, re.M))


def test_the_export_list_is_the_committed_one():
    wanted = [line for line in LIST.read_text().splitlines() if not line.startswith("#")]
    assert wanted == sorted(set(wanted)), f"{LIST.name} is sorted, each symbol once"
    found = exported(BUILD / "lib" / "libkamupin.so")
    assert found == wanted, (
        f"not in {LIST.name}: {sorted(set(found) - set(wanted))}; not exported: {sorted(set(wanted) - set(found))}")
    assert [name for name in found if not re.fullmatch(r"kamupin_\w+@@KAMUPIN_1\.0", name)] == []


def test_what_is_exported_is_declared_and_the_reverse():
    assert sorted(name.split("@")[0] for name in exported(BUILD / "lib" / "libkamupin.so")) == sorted(declared())


def test_no_call_takes_a_puk_from_a_person():
    calls = declared()
    assert [name for name, parameters in calls.items() if "puk" in f"{name} {parameters}".lower()] == []
    # What a person types becomes a secret by one call alone, and a secret that a program can make has one of these kinds. A session is
    # restored from bytes that the library itself has made, certificates are public, and a form is the service's own.
    takes_bytes = [name for name, parameters in calls.items()
                   if re.search(r"const (unsigned )?(char|void) \*\w+,\s*size_t", parameters)]
    assert sorted(name for name in takes_bytes if not name.startswith("kamupin_certificate_")) == [
        "kamupin_application_submit", "kamupin_secret_append", "kamupin_session_restore"]
    header = re.sub(r"/\*.*?\*/", "", (ROOT / "include/kamupin/secret.h").read_text(), flags=re.S)
    kinds = dict(re.findall(r"KAMUPIN_SECRET_(\w+)\s*=\s*(\d+)", header))
    assert {name for name, number in kinds.items() if int(number) < int(kinds["OWN"])} == {
        "PIN", "VERIFICATION_CODE", "SMS_CODE", "WEB_PASSWORD", "SECURITY_WORD", "PROXY_PASSWORD"}
    assert [name for name in kinds if "PUK" in name] == []


def help_text(words: list[str], language: str) -> str:
    done = subprocess.run([str(KAMUPIN), *words, "--help"], capture_output=True, text=True, timeout=20,
                          env={"KAMUPIN_LANG": language, "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"})
    assert done.returncode == 0, done.stderr
    return done.stdout


def commands() -> list[list[str]]:
    """The commands as the help itself lists them: one word or more, then what they do."""
    listed = help_text([], "en").split("Commands:\n")[1].split("\n\n")[0].splitlines()
    return [line[2:25].split() for line in listed]


@pytest.mark.parametrize("language", ["tr", "en"])
def test_no_option_takes_a_puk_from_a_person(language):
    known = commands()
    assert all(words in known for words in (["pin", "unblock"], ["card", "profile", "check"], ["inquire", "debt"], ["info"]))
    for words in [[], *known]:
        options = re.findall(r"(?<!\S)(--?[A-Za-z][\w-]*)[ =]?([A-ZĞİŞÇÖÜ]*)", help_text(words, language))
        assert "--help" in dict(options), f"the help of {words} names options"
        assert [option for option in options if "puk" in " ".join(option).lower()] == []


def test_a_puk_option_is_refused_like_any_unknown_one():
    def answer(option: str) -> tuple[int, str]:
        done = subprocess.run([str(KAMUPIN), "pin", "unblock", option, "12345678"], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=20, env={"PATH": "/usr/bin:/bin"})
        return done.returncode, done.stdout + done.stderr

    code, said = answer("--no-such-option")
    assert code != 0
    for option in ("--puk", "--puk-fd", "--puk=12345678", "--unblock-puk"):
        refused, words = answer(option)
        assert (refused, "12345678" in words.replace(option, "")) == (code, False), words
