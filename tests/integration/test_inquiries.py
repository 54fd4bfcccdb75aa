# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# inquire and info as a person and as a program use them: no login, numbers checked before anything is sent, amounts as
# people write them. The service is the sandbox's, which counts what it was asked.
from __future__ import annotations

import re
import subprocess
from typing import Any

import pytest

from box import ROOT, Box
from cli import KAMUPIN, alone, ask, read_json, refuse
from provoked import provoked


def requests(box: Box) -> list[str]:
    """The paths of the inquiries that reached the service."""
    return [one["path"] for one in box.control.get("/requests")["requests"] if "/inquiries/" in one["path"]]


@pytest.mark.parametrize("number, authorised, name", [("detsis:12345678", True, "DENEME KURUMU"),
                                                      ("vkn:4540536920", False, "DENEME ANONİM ŞİRKETİ")])
def test_who_may_have_a_seal(calm_box: Box, number: str, authorised: bool, name: str) -> None:
    assert ask(calm_box, "inquire", "seal-authority", number)["seal_authority"] == {"name": name, "authorised": authorised}
    said = calm_box.run(KAMUPIN, "inquire", "seal-authority", number, "--lang", "tr")
    assert said.stdout == f"{name}: elektronik mühür yetkisi {'var' if authorised else 'yok'}.\n"


@pytest.mark.parametrize("lang, lines", [
    ("tr", ["Numara         Ürün                    Tutar", "BRC-2026-0001  Mali Mühür        1.250,00 TL",
            "BRC-2026-0002  Elektronik Mühür    999,50 TL"]),
    ("en", ["Reference      Product                 Amount", "BRC-2026-0001  Mali Mühür        TRY 1,250.00",
            "BRC-2026-0002  Elektronik Mühür    TRY 999.50"])])
def test_debts_are_lira(calm_box: Box, lang: str, lines: list[str]) -> None:
    assert calm_box.run(KAMUPIN, "inquire", "debt", "vkn:4540536920", "--lang", lang).stdout.splitlines() == lines
    debts = ask(calm_box, "inquire", "debt", "vkn:4540536920", "--lang", lang)["debts"]
    assert [(one["kurus"], one["text"]) for one in debts] == [(kurus, line.split("  ")[-1].strip()) for kurus, line in zip((125000, 99950), lines[1:])]


def test_a_person_without_debts_and_one_with_a_passport(calm_box: Box) -> None:
    assert ask(calm_box, "inquire", "debt", "tckn:10000000146")["debts"] == []
    assert calm_box.run(KAMUPIN, "inquire", "debt", "tckn:10000000146", "--lang", "en").stdout == "Nothing is to be paid.\n"
    assert [one["kurus"] for one in ask(calm_box, "inquire", "debt", "passport:U12345678")["debts"]] == [1]


@pytest.mark.parametrize("number, shipment, turkish", [
    ("KSM2026000001", {"state": "on-the-way", "carrier": "PTT", "day": "2026-01-26"}, "Gönderi yolda. (PTT, 26.01.2026)"),
    ("KSM2026000002", {"state": "preparing", "carrier": None, "day": None}, "Gönderi hazırlanıyor."),
    ("KSM2026000003", {"state": "delivered", "carrier": "PTT", "day": "2026-01-20"}, "Gönderi teslim edildi. (PTT, 20.01.2026)"),
    ("KSM2026000004", {"state": "returned", "carrier": "PTT", "day": "2026-01-22"}, "Gönderi geri döndü. (PTT, 22.01.2026)")])
def test_where_a_delivery_is(calm_box: Box, number: str, shipment: dict[str, Any], turkish: str) -> None:
    assert ask(calm_box, "inquire", "shipment", number)["shipment"] == shipment
    assert calm_box.run(KAMUPIN, "inquire", "shipment", number, "--lang", "tr").stdout == turkish + "\n"


def test_a_number_may_come_from_standard_input(calm_box: Box) -> None:
    """Where no list of processes shows it."""
    process = calm_box.start(KAMUPIN, "inquire", "debt", "-", "--json", stdin=subprocess.PIPE)
    out, err = process.communicate("vkn:4540536920\n", timeout=20)
    assert process.returncode == 0, err
    assert len(read_json(subprocess.CompletedProcess([], 0, out, err))["debts"]) == 2


@pytest.mark.parametrize("words", [("seal-authority", "detsis:87654321"), ("debt", "passport:U99999999"), ("shipment", "KSM2026999999")])
def test_what_is_not_on_file(calm_box: Box, words: tuple[str, str]) -> None:
    error = refuse(calm_box, "inquiry-unknown", "inquire", *words)
    provoked("inquiry-unknown")
    assert error["origin"] == "service" and words[1].split(":")[-1] not in error["text"]


@pytest.mark.parametrize("words", [("seal-authority", "vkn:4540536921"), ("seal-authority", "detsis:123"), ("debt", "tckn:10000000147"),
                                   ("debt", "vkn:45405369200000000000000000"), ("shipment", "KSM 1"), ("shipment", "K")])
def test_what_can_be_no_number_is_not_sent(calm_box: Box, words: tuple[str, str]) -> None:
    ask(calm_box, "inquire", "shipment", "KSM2026000001")
    before = len(requests(calm_box))
    assert before > 0  # the service does count
    error = refuse(calm_box, "identity-malformed", "inquire", *words)
    provoked("identity-malformed")
    assert error["origin"] == "local" and words[1].split(":")[-1] not in error["text"]
    assert len(requests(calm_box)) == before


def test_a_number_says_its_kind(calm_box: Box) -> None:
    done = calm_box.run(KAMUPIN, "inquire", "debt", "4540536920", "--lang", "en")
    assert done.returncode == 2
    assert "write the number with its kind" in done.stderr and "4540536920" not in done.stderr
    assert refuse(calm_box, "invalid-argument", "inquire", "debt", "detsis:12345678")["origin"] == "local"


def test_too_many_inquiries_say_how_long_to_wait(calm_box: Box) -> None:
    calm_box.control.post("/faults", {"call": "debt", "action": "problem", "problem": "rate-limited", "retry_after": 17})
    error = refuse(calm_box, "rate-limited", "inquire", "debt", "vkn:4540536920")
    assert error["wait_seconds"] == 17


@pytest.mark.parametrize("lang", ["tr", "en"])
def test_info_tells_whom_to_call(lang: str) -> None:
    done = alone("info", "--json", lang=lang)
    assert done.returncode == 0
    said = read_json(done)
    values = {one["name"]: one["value"] for one in said["info"]}
    assert values["call-centre"] == "444 5 576" and values["exchange"] == "+90 262 648 18 18"
    assert values["landing-page"] == "https://onlineislemler.kamusm.gov.tr/landing"
    assert {"reader-page", "time-stamp-page", "seal-page", "payment-page", "seal-authority-page"} <= set(values), "row B06"
    assert values["short-home-page"] == "https://www.kamusm.gov.tr/" and values["older-portal-page"].endswith("/nb.go"), "row H08"
    assert all(value.startswith("https://") for name, value in values.items() if name.endswith("-page"))
    notices = "\n".join(said["notices"])
    assert "444 5 576" in notices and "PUK" in notices
    assert ("5 iş günü" if lang == "tr" else "5\nworking days") in notices
    plain = alone("info", lang=lang).stdout
    assert all(value in plain for value in values.values())


def test_links_are_texts_and_never_addresses_of_a_call() -> None:
    """Only the catalogue knows them: no source of the library names a host of theirs or asks kamupin_info for one. The one domain
    beside it is compared with what stands in certificates, to tell those of a test PKI."""
    compared = '#define DOMAIN ".kamusm.gov.tr"'
    hosts = re.compile(r"(kamusm|tubitak|turkiye)\.|\bkamupin_info\(", re.I)
    for path in sorted((ROOT / "lib").rglob("*.[ch]")):
        code = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
        named = [line for line in code.splitlines() if hosts.search(line) and "const char *kamupin_info(" not in line]
        assert named == ([compared] if path.name == "roots.c" else []), path
