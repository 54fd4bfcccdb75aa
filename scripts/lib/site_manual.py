# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# site_manual.py: for build-site: the manual's pages as pages of the site. mandoc makes HTML of them; here each section gets a heading of
# the site's own, so that its table of contents and its search know them, and references lead to pages that there are.
"""Man pages for the site."""
from __future__ import annotations

import html
import re
import subprocess
from pathlib import Path

_SECTION = re.compile(r'<section class="Sh">\s*<h1 class="Sh"[^>]*>(?:<a [^>]*>)?(.*?)(?:</a>)?</h1>(.*?)</section>'
                      r'(?=\s*(?:<section class="Sh">|</div>))', re.S)


def place_of(title: str) -> str:
    """What mandoc calls a section's place; it gives none to one that begins with a letter beyond ASCII, and leads there all the same."""
    return "".join(c if c.isascii() else f"__u{ord(c):04X}_" for c in title).replace(" ", "_")


def pages_of(folder: Path) -> tuple[dict[str, Path], dict[str, str]]:
    """An installed manual's pages by name (kamupin_card.3), and the names that stand for another page."""
    pages: dict[str, Path] = {}
    others: dict[str, str] = {}
    for path in sorted(folder.glob("man[13]/*.[13]")):
        said = re.match(r"\.so (?:.*/)?(\S+)\s*\Z", path.read_text(encoding="utf-8"))
        if said:
            others[path.name] = said[1]
        else:
            pages[path.name] = path
    return pages, others


def page(path: Path, pages: dict[str, Path], others: dict[str, str]) -> str:
    """One page."""
    made = subprocess.run(["mandoc", "-Thtml", "-Ofragment,man=%N.%S.html", str(path)], check=True, capture_output=True, text=True,
                          encoding="utf-8").stdout
    sections = _SECTION.findall(made)
    if not sections:
        raise ValueError(f"{path.name}: no sections in what mandoc says")

    def lead(found: re.Match[str]) -> str:
        name = others.get(found[1], found[1])
        if name not in pages:
            return f"<strong>{found[2]}</strong>"
        return f'<a class="Xr" href="{name}.html">{found[2]}</a>'

    name, number = path.stem, path.suffix[1:]
    lines = [f"# {name}({number})", ""]
    for heading, body in sections:
        title = " ".join(html.unescape(re.sub("<[^>]*>", "", heading)).split())
        body = re.sub(r'<a class="Xr" href="([^"]*)\.html"[^>]*>(.*?)</a>', lead, body, flags=re.S)
        # mandoc numbers a name that comes again: what leads to itself is of no use here.
        body = re.sub(r'<a class="permalink" href="#[^"]*">(.*?)</a>', r"\1", body, flags=re.S)
        body = re.sub(r"<(/?)h2\b", r"<\1h3", body)
        body = body.replace('<a class="In">', "<span>").replace("</a>&gt;", "</span>&gt;")
        lines += [f"## {title} {{#{place_of(title)}}}", "", f'<div class="manual">{body.strip()}</div>', ""]
    return "\n".join(lines)
