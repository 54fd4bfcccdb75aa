# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Card profiles from a file on real parts. Not ours on the other end: pcscd, vpcd, and vpicc's ISO/IEC 7816-4 card, which
# nobody here wrote and which is driven through the generic row as it stands. Touches processes and folders of its own.
"""Profile files and a foreign card."""
from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from box import BUILD, ROOT
from cli import read_json
from foreign import PROFILES, Foreign
from provoked import provoked

UNPROVEN, UNKNOWN_TRIES = 2, 4


def test_a_foreign_card_by_the_generic_row(foreign: Foreign) -> None:
    """VERIFY wrong, right, wrong three times, blocked; every selection asks for no answer (P2 0C)."""
    lines = foreign.drive("iso7816.profile", UNPROVEN | UNKNOWN_TRIES, "9999", "1234", "9999", "9998", "9997", "1234")
    assert lines[0] == "ok usable=ok kind=4 id=atr:3B951381018073FF01000B row=iso7816 pin=unknown tries=-1"
    assert [line.split()[:2] for line in lines[1:]] == [
        ["pin-wrong", "sw=6300"], ["ok", "sw=0000"], ["pin-wrong", "sw=6300"], ["pin-wrong", "sw=6300"],
        ["pin-wrong", "sw=6300"], ["pin-blocked", "sw=6983"]]
    selects = [apdu for apdu in foreign.sent if apdu[2:4] == "A4"]
    assert selects and all(apdu[6:8] == "0C" for apdu in selects)
    assert sum(apdu.startswith("00200081") for apdu in foreign.sent) == 6
    provoked("pin-wrong")
    provoked("pin-blocked")


def test_a_candidate_and_unknown_tries_are_refused(foreign: Foreign) -> None:
    """The generic row proves nothing: without the caller's word no VERIFY is sent to it."""
    assert foreign.drive("iso7816.profile", 0, "1234")[1].startswith("command-unproven ")
    assert foreign.drive("iso7816.profile", UNPROVEN, "1234")[1].startswith("pin-tries-unknown ")
    assert not [apdu for apdu in foreign.sent if apdu[2:4] == "20"]
    assert foreign.drive("iso7816.profile", UNPROVEN | UNKNOWN_TRIES, "123")[1].startswith("pin-too-short ")
    assert not [apdu for apdu in foreign.sent if apdu[2:4] == "20"]


def test_the_command_takes_pins_as_long_as_the_row_says(foreign: Foreign) -> None:
    """Four digits are no PIN of Kamu SM's, and are one of this row's."""
    words = ("pin", "change", "--json", "--profile-file", str(PROFILES / "iso7816.profile"), "--unproven", "--unknown-tries",
             "--old-pin-fd", "0", "--new-pin-fd", "0")
    for typed, status in (("1234\n567\n", "pin-too-short"), ("123\n5678\n", "pin-too-short"),
                          ("1234\n567890123\n", "pin-too-long")):
        done = foreign.kamupin(*words, typed=typed)
        assert json.loads(done.stdout)["error"]["status"] == status, done.stderr
        assert not [apdu for apdu in foreign.sent if apdu[2:4] == "24"]
    foreign.kamupin(*words, typed="1234\n5678\n")  # vicc knows another form of CHANGE, and ends over this one
    assert [apdu for apdu in foreign.sent if apdu[2:4] == "24"] == ["00240081"]


def test_a_row_for_another_card_gives_it_no_command(foreign: Foreign, tmp_path: Path) -> None:
    """The PIV row is tried with every card; this one has no such application. (Asked without FCI, over which vicc dies.)"""
    piv = tmp_path / "piv.profile"
    piv.write_text((PROFILES / "piv.profile").read_text() + "select-answer = none\n")
    assert "usable=card-unrecognised" in foreign.drive(str(piv), UNPROVEN | UNKNOWN_TRIES, "123456")[0]
    assert not [apdu for apdu in foreign.sent if apdu[2:4] == "20"]


def kamupin(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([BUILD / "bin" / "kamupin", *words], text=True, timeout=30, capture_output=True, check=False,
                          env=dict(os.environ, **environment))


@pytest.mark.parametrize("path", sorted(PROFILES.glob("*.profile")), ids=lambda path: path.name)
@pytest.mark.parametrize("lang", ["tr", "en"])
def test_shipped_profiles_are_good(path: Path, lang: str) -> None:
    done = kamupin("card", "profile", "check", str(path), "--lang", lang)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    found = json.loads(kamupin("card", "profile", "check", str(path), "--json").stdout)
    assert found["problems"] == [] and found["rows"][0]["row"] == path.stem


def test_a_file_has_to_be_named() -> None:
    for words in (["card", "profile"], ["card", "profile", "check"], ["card", "profile", "check", "a", "b"]):
        done = kamupin(*words, "--lang", "en")
        assert done.returncode == 2 and "no such command" not in done.stderr and "Help:" in done.stderr


def test_one_mistake_hides_no_other(tmp_path: Path) -> None:
    """Neither a name that is taken nor a model that is not there keeps the rest of a row from being judged."""
    bad = tmp_path / "bad.profile"
    bad.write_text("kamupin-profile 1\nrow = desk\nlike = akis-9\nprodct = X\nverify = 00 20 00 81 sure\n"
                   "row = akis-2\nlike = akis-1\nhistorical = 80 zz\nrow = Upper\nlike = akis-1\npin-length = 3 20\n")
    found = json.loads(kamupin("card", "profile", "check", str(bad), "--json").stdout)
    assert [one["line"] for one in found["problems"]] == [3, 4, 5, 6, 8, 9, 11]


def test_the_command_tells_every_line(tmp_path: Path) -> None:
    bad = tmp_path / "bad.profile"
    bad.write_text("kamupin-profile 1\nrow = desk\nlike = akis-2\nverify = known\nfoo\npuk = 1\n")
    texts = {}
    for lang in ("tr", "en"):
        done = kamupin("card", "profile", "check", str(bad), "--lang", lang)
        assert done.returncode == 45
        assert [line.split(":")[1] for line in done.stdout.splitlines()] == ["4", "5", "6"]
        texts[lang] = done.stdout
        used = kamupin("card", "list", "--profile-file", str(bad), "--lang", lang, PCSCLITE_CSOCK_NAME="/nowhere")
        assert used.returncode == 45
        assert used.stderr.startswith(done.stdout)
    assert texts["tr"] != texts["en"]
    provoked("profile-malformed")


def test_a_file_that_cannot_be_read_is_named_and_why(tmp_path: Path) -> None:
    """On the screen and in JSON, in both languages, for the two ways in which a file is given."""
    large, lax = tmp_path / "large.profile", tmp_path / "lax.profile"
    large.write_bytes(b"#" * (64 * 1024 + 1))
    lax.write_text("kamupin-profile 1\nrow = desk\nlike = akis-2\n")
    lax.chmod(0o666)
    for path, en, tr in ((tmp_path / "none", "there is no such file", "böyle bir dosya yok"),
                         (tmp_path, "not a plain file", "düz bir dosya değil"),
                         (lax, "everybody may write to it", "bu dosyaya herkes yazabiliyor"),
                         (large, "larger than 64 KiB", "64 KiB'den büyük")):
        for lang, says in (("en", f"{en}: {path}"), ("tr", f"{tr}: {path}")):
            for words in (("card", "profile", "check", str(path)), ("card", "list", "--profile-file", str(path))):
                done = kamupin(*words, "--lang", lang, "--json", PCSCLITE_CSOCK_NAME="/nowhere")
                assert done.returncode == 53 and f"! {says}\n" in done.stderr
                assert read_json(done)["error"]["detail"] == says
    provoked("profile-file")


def test_the_page_names_every_key() -> None:
    """docs/profiles.md and the parser's table have the same keys."""
    keys = set(re.findall(r'^ +(?:\{|[A-Z]+\()"([a-z0-9-]+)", ?', (ROOT / "lib/card/profile_keys.c").read_text(), re.M))
    cells = re.findall(r"^\| ((?:`[a-z0-9-]+`(?:, )?)+) \|", (ROOT / "docs/profiles.md").read_text(), re.M)
    told = {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}
    assert told - {"row", "like"} == keys


def test_a_row_of_the_desk_on_the_real_card(sandbox, tmp_path: Path) -> None:
    """An institution's row for v2.x takes the place of the built-in one; a lax one does not, and an identity card stays one."""
    box = sandbox(["akis2", "idcard"])
    desk = tmp_path / "desk.profile"
    desk.write_text("kamupin-profile 1\nrow = desk-2\nlike = akis-2\nproduct = Desk\n"
                    "verify = 00 20 00 81 known\nchange = 00 24 00 81 known\n"
                    "row = all\nproduct = All\nhistorical = *\nrecognition = application\napplication = mf\n"
                    "certificates = none\nname-by = atr\nverify = 00 20 00 81 known\n")
    done = box.run(BUILD / "bin" / "kamupin", "card", "list", "--json", "--profile-file", desk)
    cards = json.loads(done.stdout)["cards"]
    assert [(card["profile"], card["kind"], card["usable"]["status"]) for card in cards] == [
        ("desk-2", "signature", "ok"), ("desk-2", "identity", "card-identity-card")]
    lax = tmp_path / "lax.profile"
    lax.write_text(desk.read_text().split("row = desk-2")[0] + "row = all" + desk.read_text().split("row = all")[1])
    done = box.run(BUILD / "bin" / "kamupin", "card", "list", "--json", "--profile-file", lax)
    assert [(card["profile"], card["kind"]) for card in json.loads(done.stdout)["cards"]] == [
        ("akis-2", "signature"), ("akis-2", "identity")]
