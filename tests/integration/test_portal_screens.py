# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The portal's pages against the screens of the guides: each label that a screen shows stands on its page, in the screen's order. Plain
# requests with a browser's cookies; Chromium goes the same way in test_portal_journey.py. Not ours on the other end: npm oidc-provider.
"""Labels of the guides' screens."""
from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest

from box import Box
from idp_client import Browser
from portal import ask, logged_in

OPERATIONS = ("Başvuru İşlemleri", "Sertifika Listeleme", "Askıdan İndirme", "PIN Oluşturma/Kilit Çözme", "Sertifikamı İptal Et",
              "E-Onay İşlemleri", "Askıya Alma")
FRAME = ("Ana Sayfa", "ANA MENÜ", "Çıkış")

# seed 001's pages: address, what it shows from top to bottom
SCREENS = {
    "/": ("Giriş", "Oturum açmadan yapılabilecek işlemler", "Borç Sorgulama ve Ödeme", "Elektronik Mühür Yetki Sorgulama", "Gönderi Sorgulama",
          "Kart Okuyucu Başvuru", "Mali Mühür Sertifika Başvuru", "Zaman Damgası Başvuru", "444 5 576", "+90 262 648 18 18",
          "bilgi@kamusm.gov.tr"),
    "/login": ("Merkezi Kimlik Doğrulama Sistemi", "Giriş Yapılacak Adres", "Giriş Yapılacak Uygulama", "e-İmza", "e-Devlet",
               "e-Devlet Kapısına Git"),
    "/products": (*FRAME, "NES İŞLEMLERİ", "MALİ MÜHÜR İŞLEMLERİ", "ELEKTRONİK MÜHÜR İŞLEMLERİ", "KURUMSAL ŞİFRELEME İŞLEMLERİ"),
    "/products/nes": (*FRAME, "BİREYSEL İŞLEMLER", "YETKİLİ İŞLEMLERİ", "Geri"),
    "/products/nes/individual": (*FRAME, *OPERATIONS, "Geri"),
    "/products/mali-muhur/individual": (*FRAME, *(one for one in OPERATIONS if one != "E-Onay İşlemleri"), "Geri"),
}


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    with Box(["akis2:blocked"], ["--login"]) as opened:
        yield opened


@pytest.fixture(scope="module")
def cookies(box: Box) -> dict[str, str]:
    return logged_in(box)


def text_of(page: str) -> str:
    """What a person reads of it."""
    body = re.sub(r"<(script|style)\b.*?</\1>|<head\b.*?</head>", "", page, flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))


def in_order(page: str, labels: tuple[str, ...]) -> list[str]:
    """The labels that do not stand behind the ones before them."""
    at, missing = 0, []
    for label in labels:
        found = page.find(label, at)
        if found < 0:
            missing.append(label)
        else:
            at = found + len(label)
    return missing


@pytest.mark.parametrize("path", SCREENS)
def test_a_page_shows_what_its_screen_shows(box: Box, cookies: dict[str, str], path: str) -> None:
    answer = ask(box, "GET", path, cookies if path.startswith("/products") else None)
    assert answer.status == 200 and in_order(text_of(answer.text), SCREENS[path]) == []
    if path == "/products/mali-muhur/individual":
        assert "E-Onay" not in answer.text, "a consent is the holder's of a qualified certificate"


def test_the_gateways_page_shows_what_its_screen_shows(box: Box) -> None:
    """The stand-in for e-Devlet: the five ways, the fields, where a forgotten password leads, both buttons."""
    begun = ask(box, "GET", "/login/e-devlet")
    page = text_of(Browser(box.env["KAMUPIN_CA_FILE"]).go(begun.headers["Location"]).text)
    assert in_order(page, ("e-Devlet Şifresi", "Mobil İmza", "Elektronik İmza", "T.C. Kimlik Kartı", "İnternet Bankacılığı", "* T.C. Kimlik No",
                           "* e-Devlet Şifresi", "Şifremi Unuttum", "İptal", "Giriş Yap")) == []


def test_the_page_with_the_code_shows_what_its_screen_shows(box: Box, cookies: dict[str, str]) -> None:
    """Do not close it, the steps, no PUK, the code with its time, another code: in the screen's order."""
    path = "/products/nes/individual/pin"
    csrf = re.search(r'name="csrf" value="([^"]+)"', ask(box, "GET", path, cookies).text)
    assert csrf
    answer = ask(box, "POST", path, cookies, {"csrf": csrf[1], "kind": "unblock", "for": "me"})
    page = text_of(ask(box, "GET", answer.headers["Location"], cookies).text)
    assert in_order(page, ("PIN Oluşturma/Kilit Çözme", "Nitelikli Elektronik Sertifika", "İşlem sırasında bu sayfayı kapatmayınız.",
                           "Kartınızı bilgisayarınıza takınız.", "doğrulama kodunu kopyalayıp", "Kartınızı seçiniz", "PUK değildir",
                           "Doğrulama Kodu", "Kodu kopyala", "Kalan süre:", "Tekrar Kod Al", "Geri")) == []
