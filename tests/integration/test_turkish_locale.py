# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The dotless i: in a Turkish locale the small letter of I is no i, and numbers have commas. A program that has set one
# (as the bindings' languages do; a preloaded library does it here for the command) gets the same of the library, and of
# the command. Not ours on the other end: glibc and its Turkish locale, made by localedef of Debian's own sources.
"""Tests in a Turkish locale."""
from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from box import BUILD, ROOT, Box
from cli import KAMUPIN, STATUS
from journey import preload
from test_cli_unblock import NEW, running, texts

# What asks the locale which letters there are, and what a number looks like. strftime is used for digits alone.
OF_THE_LOCALE = {"strcasecmp", "strncasecmp", "strcasestr", "tolower", "toupper", "__ctype_b_loc", "__ctype_tolower_loc", "__ctype_toupper_loc",
                 "towlower", "towupper", "iswalpha", "strcoll", "strxfrm", "strtod", "strtof", "atof", "localeconv", "setlocale", "mbstowcs", "mbrtowc"}
PRELOADED = r"""
#include <ctype.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
__attribute__((constructor)) static void begin(void)
{
    char number[8];
    snprintf(number, sizeof number, "%.1f", setlocale(LC_ALL, "") == NULL ? 0.0 : 0.5);
    if (tolower('I') == 'i' || number[1] != ',')
        _Exit(99); /* this is no Turkish locale */
}
"""


@pytest.fixture(scope="module", params=["UTF-8", "ISO-8859-9"])
def turkish(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a program in a Turkish locale of that encoding, which it really sets."""
    folder = tmp_path_factory.mktemp("locale")
    (folder / "begin.c").write_text(PRELOADED)
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", str(folder / "begin.so"), str(folder / "begin.c")], check=True)
    subprocess.run(["localedef", "--no-archive", "-i", "tr_TR", "-f", request.param, str(folder / f"tr_TR.{request.param}")], check=True)
    (folder / "leaks").write_text("leak:__argz_add_sep\n")  # LOCPATH, which glibc takes apart once and keeps
    return {"LOCPATH": str(folder), "LC_ALL": f"tr_TR.{request.param}", "LD_PRELOAD": preload(str(folder / "begin.so")),
            "LSAN_OPTIONS": f"suppressions={folder / 'leaks'}:print_suppressions=0"}


def run(*argv: str, env: Mapping[str, str]) -> tuple[int, str, str]:
    done = subprocess.run([KAMUPIN, *argv], capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL,
                          env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "KAMUPIN_LANG": "en"} | dict(env))
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("binary", ["lib/libkamupin.so", "bin/kamupin"])
def test_nothing_is_imported_that_asks_the_locale(binary: str) -> None:
    said = subprocess.run(["nm", "-D", "--undefined-only", str(BUILD / binary)], capture_output=True, text=True, check=True).stdout
    imported = {re.sub(r"@.*", "", line.split()[1]) for line in said.splitlines()}
    if not any("asan" in name or "tsan" in name for name in imported):  # a sanitizer brings some of its own
        assert len(imported) > 50 and imported & OF_THE_LOCALE == set()


@pytest.mark.parametrize("line", [
    "--help", "cert list --help", "help info", "INFO", "PIN", "KILIT", "SIFRE", "SERTIFIKA", "IPTAL", "info --json", "pin unblock --FACTOR sms",
    "cert revoke 01 --reason CESSATIONOFOPERATION", "cert revoke 01 --reason AFFILIATIONCHANGED", "cert suspend --reason STOLEN",
    "cert watch --days 1,5", "cert watch --days 1.5", "card show KAMUPIN:serial=0102", "card show kamupin:SERIAL=0102",
    "pin unblock --service HTTPS://pin.invalid/ --proxy HTTP://proxy.invalid:1", "order new --on-behalf-of VKN:1", "inquire debt TCKN:10000000146 --service https://localhost:1/",
    "__complete cert ", "__complete card sign --form="])
def test_a_command_line_means_the_same(turkish: dict[str, str], line: str) -> None:
    words = line.split(" ")
    assert run(*words, env=turkish) == run(*words, env={})


def test_profiles_and_files_are_read_the_same(turkish: dict[str, str], tmp_path: Path) -> None:
    profiles = sorted((ROOT / "share/profiles").glob("*.profile"))
    assert profiles
    for path in profiles:
        small = tmp_path / path.name
        # their hex digits in the other case; keys and words are as they are
        small.write_text(re.sub(r"\b[0-9A-F]{4,}\b", lambda hexes: hexes[0].lower(), path.read_text()))
        for one in (path, small):
            told = run("card", "profile", "check", str(one), env=turkish)
            assert told == run("card", "profile", "check", str(one), env={}) and told[0] == 0
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(tmp_path / "key"), "-subj", "/CN=ISIK Istanbul",
                    "-days", "9", "-outform", "DER", "-out", str(tmp_path / "ISIK.DER")], check=True, capture_output=True)
    (tmp_path / "folder").mkdir()
    (tmp_path / "ISIK.DER").rename(tmp_path / "folder" / "ISIK.DER")
    told = run("cert", "list", str(tmp_path / "folder"), env=turkish)
    assert told == run("cert", "list", str(tmp_path / "folder"), env={}) and "ISIK Istanbul" in told[1]


def test_a_card_is_found_and_unblocked(turkish: dict[str, str], sandbox) -> None:
    """Its address in capitals; headers, JSON and hex on the way."""
    box: Box = sandbox(cards=["akis2:rsa:blocked", "empty"])
    card = box.cards[0]
    for name in (card.reader, f"KAMUPIN:reader={card.reader.replace(' ', '%20')}", card.card_id):
        shown = box.run(KAMUPIN, "card", "show", name, "--lang", "en")
        assert shown.returncode == 0 and box.run(KAMUPIN, "card", "show", name, "--lang", "en", env=turkish).stdout == shown.stdout
    serial = re.search(r'"serial": "([0-9A-F]+)"', box.run(KAMUPIN, "cert", "list", "cards", "--json").stdout)
    assert serial
    told = box.run(KAMUPIN, "cert", "show", serial[1].lower(), "--lang", "en", env=turkish)
    assert told.returncode == 0 and told.stdout == box.run(KAMUPIN, "cert", "show", serial[1], "--lang", "en").stdout
    box.env |= turkish
    with running(box, "pin", "unblock", "--acknowledge", "--lang", "tr") as run_:
        run_.give("--code-fd", box.code())
        run_.give("--new-pin-fd", NEW)
        box.sms()
        run_.give("--sms-fd", texts(box)[-1]["code"])
        code, said, err = run_.end()
    assert code == STATUS["ok"], err
    assert said["result"]["outcome"] == "done" and "kalan süre" in err
    for variable in turkish:
        del box.env[variable]
    assert box.verify_by_opensc(NEW) == "9000"
