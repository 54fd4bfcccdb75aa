# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The documentation site (scripts/build-site) in a browser: pages in both languages and two widths, what they ask for, the search; and
# whether a broken link or a call without a comment is seen. Not ours on the other end: Chromium, MkDocs, Doxygen, javadoc. Touches
# build/site and a web server of its own on loopback. Pictures are kept in build/check/screens.
from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from box import BUILD, ROOT
from browser import SCREENS, Browser, By

sys.path.insert(0, str(ROOT / "scripts" / "lib"))
import site_links  # noqa: E402

HTML = BUILD / "site" / "html"
PAGES = ["index.html", "readme.html", "docs/errors/pin-blocked.html", "docs/errors/index.html", "man/kamupin.1.html",
         "man/kamupin_pin.3.html", "c/group__pin.html", "python/kamupin.html", "java/index.html", "docs/protocol/index.html",
         "docs/security.html", "examples/sandbox/index.html"]
PAGES += [f"docs/guides/LANGUAGE/{path.stem}.html" for path in sorted((ROOT / "docs/guides/tr").glob("*.md"))]
# Other people's layout, which is wider than a telephone in places.
WIDE = ("java/",)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *words: object) -> None:
        """Nothing: a test's output is its own."""


SOURCES = ("README.md", "CHANGELOG.md", "LICENSE", "bindings", "docs", "examples", "include", "scripts", "share")
BYTECODE = "__pycache__"  # which Python leaves beside the sources


def is_of_this_tree(made: Path = HTML / "index.html", root: Path = ROOT) -> bool:
    """Whether there is a site, and nothing that it is made from is younger."""
    if not made.exists():
        return False
    files = (path for name in SOURCES for path in [root / name, *(root / name).rglob("*")] if path.is_file() and path.parent.name != BYTECODE)
    return all(path.stat().st_mtime <= made.stat().st_mtime for path in files)


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The site's address; built once in a run, by whichever process comes first, unless scripts/check has built this tree's."""
    this = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    with open(BUILD / "site.lock", "a+", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.seek(0)
        looked = lock.read() == this  # another process of this run, whose tests are under way
        lock.truncate(0)
        lock.write(this)
        if not looked and not is_of_this_tree():
            subprocess.run([str(ROOT / "scripts/build-site"), "--build", str(BUILD)], check=True)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(HTML))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()


def look(browser: Browser, name: str) -> None:
    """Keeps a picture of what is seen first, at both widths: the references are too long to be drawn whole."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    for label, width in (("", 1280), ("-narrow", 360)):
        browser.size(width)
        # The theme's drawer slides out of the way after a change of width.
        browser.wait(lambda: browser.run("return document.documentElement.scrollWidth") <= width, what=f"{name} within {width} pixels")
        (SCREENS / f"{name}{label}.png").write_bytes(browser.driver.get_screenshot_as_png())


@pytest.mark.parametrize("language", ["tr", "en"])
def test_pages_stand_by_themselves(site: str, language: str) -> None:
    with Browser(None, language) as browser:
        browser.open(f"{site}/index.html")
        browser.says("English")
        for name in PAGES:
            browser.open(f"{site}/{language}/{name.replace('LANGUAGE', language)}")
            browser.find("h1, .title")
            if not name.startswith(WIDE):
                look(browser, f"site-{language}-{name.replace('LANGUAGE/', '').replace('/', '-').removesuffix('.html')}")
            assert browser.complaints() == [], name
        assert browser.requested() == {site}


@pytest.mark.parametrize("language", ["tr", "en"])
@pytest.mark.parametrize("words", ["şifre", "bloke", "kilit", "unutul", "pin-blocked", "kamupin_card_open"])
def test_what_people_call_it_is_found(site: str, language: str, words: str) -> None:
    with Browser(None, language) as browser:
        browser.open(f"{site}/{language}/index.html")
        browser.find(".md-search__input").click()
        browser.field(".md-search__input", words)
        found = browser.wait(lambda: browser.all(".md-search-result__item a"), what=f"results for {words}")
        lead = found[0].get_attribute("href")
        browser.open(lead)
        assert words.casefold() in browser.run("return document.querySelector('article').textContent").casefold()
        assert browser.complaints() == []


def test_a_site_of_another_tree_is_not_taken(tmp_path: Path) -> None:
    made, page = tmp_path / "index.html", tmp_path / "docs" / "guides" / "a.md"
    page.parent.mkdir(parents=True)
    page.touch()
    assert not is_of_this_tree(made, tmp_path)
    made.touch()
    os.utime(page, (0, 0))
    assert is_of_this_tree(made, tmp_path)
    os.utime(made, (1, 1))
    os.utime(page, (2, 2))
    assert not is_of_this_tree(made, tmp_path)


def test_a_page_leads_to_itself_in_the_other_language(site: str) -> None:
    with Browser(None) as browser:
        for here, there in (("tr/docs/errors/no-card.html", "en/docs/errors/no-card.html"),
                            ("en/docs/guides/en/probe.html", "tr/docs/guides/tr/probe.html"),
                            ("en/man/kamupin.1.html", "tr/man/kamupin.1.html")):
            browser.open(f"{site}/{here}")
            lead = browser.driver.find_element(By.CSS_SELECTOR, f"a[hreflang={there[:2]}]").get_attribute("href")
            assert lead == f"{site}/{there}"
            browser.open(lead)
            browser.find("h1")
        assert "SEÇENEKLER" in browser.text()


def test_every_status_and_every_call_has_its_place(site: str) -> None:
    statuses = {path.stem for path in (ROOT / "docs/errors").glob("*.md")}
    symbols = [line.split("@")[0] for line in (ROOT / "docs/abi/symbols.txt").read_text().splitlines() if line[:1] not in ("", "#")]
    for language in ("tr", "en"):
        assert {path.stem for path in (HTML / language / "docs/errors").glob("*.html")} == statuses
        said = "".join(path.read_text() for path in (HTML / language / "c").glob("group__*.html"))
        assert [name for name in symbols if f"</span>{name}()</h2>" not in said] == []


def test_a_broken_link_and_what_is_fetched_from_elsewhere_are_seen(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('<p id="here"><a href="b.html#there">b</a> <a href="c.html">c</a> <a href="#here">a</a>'
                                     '<a href="https://example.invalid/">e</a><img src="https://example.invalid/i.png">')
    (tmp_path / "b.html").write_text('<p id="where"><a href="a.html#here">a</a>')
    (tmp_path / "a.css").write_text("@import url('https://example.invalid/f.css'); p { background: url(\"data:x\") }")
    assert site_links.check(tmp_path, ()) == [
        "a.css: https://example.invalid/f.css is not there", "a.html: <img> is fetched from elsewhere: https://example.invalid/i.png",
        "a.html: b.html#there: no such place there", "a.html: c.html leads nowhere"]


@pytest.mark.parametrize("name, old, new, says", [
    ("pin.h", "/** Verifies a PIN, and logs the card out again.", "/* ", "kamupin_pin_verify has no comment"),
    ("pin.h", "/** What a PIN call may risk; OR them together. */\n", "", "kamupin_pin_risk has no comment"),
    ("trust.h", "/** The most certificates of a chain, the first and the root among them. */\n", "", "KAMUPIN_CHAIN_MAX has no comment")])
def test_what_has_no_comment_is_named(tmp_path: Path, name: str, old: str, new: str, says: str) -> None:
    text = (ROOT / "include/kamupin" / name).read_text()
    assert old in text
    (tmp_path / name).write_text(text.replace(old, new))
    done = subprocess.run([str(ROOT / "docs/site/doxygen_filter.py"), "--check", str(tmp_path / name)], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, f"{name}: {says}\n")
