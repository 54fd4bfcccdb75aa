# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The page that the control address opens (`kamupin-sandbox page`) in a real browser: its buttons work there, and it follows by itself
# after each of them. Not ours on the other end: Debian's Chromium.
"""The session-less page in a browser."""
from __future__ import annotations

from box import Box
from browser import Browser


def test_the_buttons_work_in_a_browser(calm_box: Box) -> None:
    opened = calm_box.control.post("/codes", {})
    with Browser(calm_box.env["KAMUPIN_CA_FILE"]) as browser:
        browser.open(opened["page_url"])
        browser.says(opened["code"])
        browser.press("Tekrar Kod Al")
        browser.wait(lambda: browser.all(".code") and opened["code"] not in browser.text())
        after = browser.path
        browser.wait(lambda: browser.path != after, what="the page itself after the button's address")
        browser.press("İptal")
        browser.says("Bu sayfa kapatıldı")
        assert browser.complaints() == []
