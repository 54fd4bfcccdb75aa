# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# A real browser in the hands of a test: Debian's Chromium, driven by its chromedriver through Selenium, in a home folder of its
# own that trusts one sandbox' authority and nobody else's. Not ours on the other end. It notes every address it asked for.
"""Chromium under test."""
from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from box import BUILD, until
from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException, WebDriverException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

SCREENS = Path(os.environ.get("KAMUPIN_SCREENS", BUILD / "check" / "screens"))
_SWITCHES = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync", "--disable-default-apps", "--disable-extensions", "--disable-dev-shm-usage",
             "--no-default-browser-check", "--no-pings", "--no-proxy-server", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost",
             "--disable-features=OptimizationHints,MediaRouter,Translate,AutofillServerCommunication,DialMediaRouteProvider",
             "--password-store=basic", "--force-device-scale-factor=1", "--hide-scrollbars")

# How chromedriver says now and then that an element went away with its page, instead of StaleElementReferenceException.
_STALE = ("Node with given id does not belong to the document", "No node with given id found", "aborted by navigation")


def _trusting(home: Path, ca_file: str) -> None:
    """A certificate database that trusts the sandbox' authority for servers."""
    place = home / ".pki" / "nssdb"
    place.mkdir(parents=True, mode=0o700)
    for argv in (("-N", "--empty-password"), ("-A", "-n", "sandbox", "-t", "C,,", "-i", ca_file)):
        subprocess.run(["certutil", "-d", f"sql:{place}", *argv], check=True, capture_output=True)


class Browser:
    """One window. Use as a context manager. ca_file None: for pages without TLS; script=False: as for people who have turned it off."""

    def __init__(self, ca_file: str | None, language: str = "tr", width: int = 1280, height: int = 900, script: bool = True) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="kamupin-b-", ignore_cleanup_errors=True)  # short: sockets lie in it
        folder = Path(self._folder.name)
        home = folder / "home"
        home.mkdir(parents=True, mode=0o700)
        if ca_file is not None:
            _trusting(home, ca_file)
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for switch in (*_SWITCHES, f"--user-data-dir={folder / 'profile'}", f"--window-size={width},{height}", f"--lang={language}"):
            options.add_argument(switch)
        preferences: dict[str, Any] = {"intl.accept_languages": language}
        if not script:
            preferences["profile.managed_default_content_settings.javascript"] = 2
        options.add_experimental_option("prefs", preferences)
        options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
        env = {name: value for name, value in os.environ.items() if not name.startswith(("KAMUPIN_", "XDG_", "DBUS_"))}
        service = Service("/usr/bin/chromedriver", env=env | {"HOME": str(home), "TMPDIR": str(folder), "LANG": "C.UTF-8"})
        self.driver = webdriver.Chrome(service=service, options=options)
        self.driver.set_page_load_timeout(30)
        self._entries: list[dict[str, Any]] = []

    def __enter__(self) -> "Browser":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Ends the browser and removes its folder."""
        self.driver.quit()
        self._folder.cleanup()

    # ---- going about ----

    def open(self, url: str) -> None:
        """Types an address."""
        self.driver.get(url)

    @property
    def path(self) -> str:
        """Path and query of the address bar."""
        parts = urlsplit(self.driver.current_url)
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def wait(self, check: Any, seconds: float = 20.0, what: str = "the page") -> Any:
        """Waits until check() is true; what is being replaced meanwhile counts as not yet."""
        def calm() -> Any:
            try:
                return check()
            except (NoSuchElementException, StaleElementReferenceException):
                return None
            except WebDriverException as error:
                if not any(words in str(error.msg) for words in _STALE):
                    raise
                return None
        try:
            return until(calm, seconds, what)
        except AssertionError as error:
            raise AssertionError(f"{error}; {self.driver.current_url} says:\n{self.text()}") from None

    def text(self) -> str:
        """What the page shows."""
        return str(self.driver.find_element(By.TAG_NAME, "body").text)

    def says(self, words: str, seconds: float = 20.0) -> None:
        """Waits until the page shows these words."""
        self.wait(lambda: words in self.text(), seconds, repr(words))

    def find(self, css: str) -> WebElement:
        """The one element."""
        return self.wait(lambda: self.driver.find_element(By.CSS_SELECTOR, css), what=css)

    def all(self, css: str) -> list[WebElement]:
        """All of them."""
        return list(self.driver.find_elements(By.CSS_SELECTOR, css))

    # A page may take a new part over, or load itself again, between finding an element and using it. What is gone was neither clicked nor
    # read: finding and using are one step for wait(), which begins it anew with what stands there now.

    def read(self, css: str, attribute: str = "") -> str:
        """The text of the one element, or one of its attributes."""
        def look() -> list[str]:
            found = self.driver.find_element(By.CSS_SELECTOR, css)
            return [found.get_attribute(attribute) if attribute else found.text]
        return str(self.wait(look, what=css)[0])

    def click(self, css: str) -> None:
        """Clicks the one element."""
        self.wait(lambda: [self.driver.find_element(By.CSS_SELECTOR, css).click()], what=css)

    def press(self, name: str) -> None:
        """Clicks the link or button of that (beginning of a) name, as it is read out."""
        def click() -> bool:
            found = [one for one in self.all("main a, main button, header a, header button") if one.accessible_name.startswith(name)]
            if found:
                found[0].click()
            return bool(found)
        self.wait(click, what=f"a link or button {name!r}")

    def field(self, css: str, value: str) -> None:
        """Types into a field."""
        def write() -> bool:
            field = self.driver.find_element(By.CSS_SELECTOR, css)
            field.clear()
            field.send_keys(value)
            return True
        self.wait(write, what=css)

    # ---- by keyboard alone ----

    def keys(self, *keys: str) -> None:
        """Types to whatever has the focus."""
        webdriver.ActionChains(self.driver).send_keys(*keys).perform()

    def tab_to(self, name: str, most: int = 60) -> WebElement:
        """Presses Tab until the focus is on something of that name."""
        for _ in range(most):
            self.keys(Keys.TAB)
            focused = self.driver.switch_to.active_element
            if focused.accessible_name.startswith(name):
                return focused
        raise AssertionError(f"Tab does not lead to {name!r} at {self.driver.current_url}")

    # ---- what it did ----

    def entries(self) -> list[dict[str, Any]]:
        """The messages of Chromium's own log of the network, all there were so far."""
        self._entries += [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        return self._entries

    def requested(self) -> set[str]:
        """Every origin that was asked for anything, by HTTP or otherwise."""
        urls = [entry["params"]["request"]["url"] for entry in self.entries() if entry["method"] == "Network.requestWillBeSent"]
        urls += [entry["params"]["url"] for entry in self.entries() if entry["method"] == "Network.webSocketCreated"]
        return {"{0.scheme}://{0.netloc}".format(urlsplit(url)) for url in urls if not url.startswith(("about:", "chrome:", "data:"))}

    def complaints(self) -> list[str]:
        """What the console holds: refused styles and scripts, errors."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]

    def run(self, script: str, *values: Any) -> Any:
        """Runs a script of the test's own in the page."""
        return self.driver.execute_script(script, *values)

    def size(self, width: int, height: int = 900) -> None:
        """The page's width and height, whatever the window's edges take."""
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                                    {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})

    def screen(self, name: str, widths: Mapping[str, int] | None = None) -> None:
        """Keeps a picture of the whole page at each width."""
        SCREENS.mkdir(parents=True, exist_ok=True)
        for label, width in (widths or {"": 1280, "-narrow": 360}).items():
            self.size(width)
            wide = self.run("return document.documentElement.scrollWidth")
            tall = self.run("return document.documentElement.scrollHeight")
            assert wide <= width, f"{name}: {wide} pixels wide in a window of {width}"
            self.size(width, max(tall, 600))
            (SCREENS / f"{name}{label}.png").write_bytes(self.driver.get_screenshot_as_png())
        self.size(1280)


__all__ = ["Browser", "By", "Keys", "SCREENS", "WebDriverException"]
