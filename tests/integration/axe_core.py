# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# axe-core, the accessibility checker, by the lock file beside (axe/): fetched once into a cache folder, then run inside the page
# that a browser shows. Not ours on the other end.
"""Accessibility of a page."""
from __future__ import annotations

import fcntl
import functools
import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from browser import Browser

_LOCK = Path(__file__).resolve().parent / "axe"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
_RUN = """
const [rules, done] = arguments;
axe.run(document, {runOnly: {type: "tag", values: rules}, resultTypes: ["violations", "passes"]})
   .then((found) => done(found), (error) => done({error: String(error)}));
"""


@functools.cache
def source() -> str:
    """axe-core itself."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "kamupin-sandbox"
    cache.mkdir(parents=True, mode=0o700, exist_ok=True)
    place = cache / ("axe-" + hashlib.sha256((_LOCK / "package-lock.json").read_bytes()).hexdigest()[:16])
    with (cache / f"{place.name}.lock").open("w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            fresh = place.with_suffix(".new")
            shutil.rmtree(fresh, ignore_errors=True)
            fresh.mkdir(mode=0o700)
            for name in ("package.json", "package-lock.json"):
                shutil.copy(_LOCK / name, fresh)
            subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"], cwd=fresh,
                           stdin=subprocess.DEVNULL, capture_output=True, check=True)
            fresh.rename(place)
    return (place / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def violations(browser: Browser) -> list[str]:
    """What is wrong with the page that the browser shows: rule, what it wants, where."""
    browser.driver.execute_cdp_cmd("Runtime.evaluate", {"expression": source()})
    browser.driver.set_script_timeout(30)
    found: dict[str, Any] = browser.driver.execute_async_script(_RUN, list(RULES))
    assert "error" not in found and len(found["passes"]) >= 10, found
    return [f"{one['id']}: {one['help']}: {[node['html'][:120] for node in one['nodes']]}" for one in found["violations"]]
