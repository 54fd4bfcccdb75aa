# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# site_links.py: for build-site: whether what a site's pages lead to and are made of is there, and whether any of it would be fetched from
# elsewhere. Reads files alone.
"""Broken links."""
from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.leads: list[tuple[str, str]] = []
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("id", "name") and value:
                self.ids.add(value)
            elif name in ("href", "src") and value is not None:
                self.leads.append((tag, value))


def check(folder: Path, foreign: tuple[str, ...]) -> list[str]:
    """What is wrong in all pages of a folder; foreign: sub-folders whose pages others made, where only files are looked for."""
    pages: dict[Path, _Page] = {}
    for path in sorted(folder.rglob("*.html")):
        pages[path] = _Page()
        pages[path].feed(path.read_text(encoding="utf-8"))
    problems: set[str] = set()
    for path, page in pages.items():
        here = path.relative_to(folder)
        others = any(part in foreign for part in here.parts)
        for tag, lead in page.leads:
            parts = urlsplit(lead)
            if parts.scheme or parts.netloc:
                if tag != "a" and parts.scheme not in ("data", "javascript"):
                    problems.add(f"{here}: <{tag}> is fetched from elsewhere: {lead}")
                continue
            target = path if not parts.path else (path.parent / unquote(parts.path)).resolve()
            target = target / "index.html" if target.is_dir() else target
            if not target.exists():
                problems.add(f"{here}: {lead} leads nowhere")
            elif parts.fragment and not others and target in pages and unquote(parts.fragment) not in pages[target].ids:
                if not any(part in foreign for part in target.relative_to(folder).parts):
                    problems.add(f"{here}: {lead}: no such place there")
    for path in folder.rglob("*.css"):
        for lead in re.findall(r"(?:url\(|@import\s+(?!url))\s*['\"]?([^'\")]+)", path.read_text(encoding="utf-8")):
            parts = urlsplit(lead)
            if parts.scheme != "data" and (parts.scheme or parts.netloc or not (path.parent / unquote(parts.path)).exists()):
                problems.add(f"{path.relative_to(folder)}: {lead} is not there")
    return sorted(problems)
