# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What tests of the portal's pages about certificates have in common: certificates in each state in a sandbox's registry, a card that
# signs what a page gave, requests of a logged-in browser with its form token. Touches the sandbox it is given.
"""Certificates, signatures and forms for tests of the portal."""
from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from box import BUILD, Box
from portal import Answer, ask, logged_in, origin_of
from service_life import Held, Papers

from kamupin_sandbox.portal.texts import words  # noqa: E402  (the path is service_life's)

PRODUCT = "/products/nes/individual"
PIN = "123456"
SAY = words("tr")


def papers_of(box: Box) -> Papers:
    """Makes certificates in the box's registry."""
    service: Any = SimpleNamespace(data=box.folder / "service")
    return Papers(service)


def state_of(box: Box, name: str) -> str:
    """How the registry has the certificate."""
    return papers_of(box).record(name).stored


def one_of_each(box: Box) -> dict[str, Held]:
    """A certificate in each state that the page of a list can show."""
    papers = papers_of(box)
    return {state: papers.held(state) for state in ("issued", "not-yet-valid", "by-holder", "by-institution", "revoked", "expired")}


def signed_by_card(box: Box, content: bytes, folder: Path, slot: int = 0) -> Path:
    """A CMS file that the card in that reader has made of the content, by the library."""
    source, made = folder / "content", folder / "made.p7s"
    source.write_bytes(content)
    done = box.run(str(BUILD / "bin" / "driver-cms"), box.cards[slot].reader, "1", "-1", "2", "0", "0", str(source), str(made), input=PIN + "\n")
    assert done.stdout.startswith("ok "), done.stdout
    return made


@dataclass
class Visitor:
    """Somebody who is logged in and whose browser runs no script; plain requests with its cookies."""

    box: Box
    cookies: dict[str, str]

    @classmethod
    def of(cls, box: Box, user: str = "deneme") -> "Visitor":
        """After logging in."""
        return cls(box, logged_in(box, user))

    def get(self, path: str) -> Answer:
        """A page."""
        return ask(self.box, "GET", path, self.cookies)

    def _keep(self, answer: Answer) -> Answer:
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def token(self) -> str:
        """What this session's forms carry."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.get("/products").text)
        assert found
        return found[1]

    def send(self, path: str, **fields: str) -> Answer:
        """A form of ours, with its token."""
        return self._keep(ask(self.box, "POST", path, self.cookies, {"csrf": self.token(), **fields}))

    def upload(self, path: str, file: bytes, token: str | None = None, **more: str) -> Answer:
        """The form with the signed file."""
        return upload(self.box, path, self.cookies, {"csrf": self.token() if token is None else token, **more}, file)


def upload(box: Box, path: str, cookies: Mapping[str, str], fields: Mapping[str, str], file: bytes) -> Answer:
    """A multipart form with one file, `signature`."""
    mark = uuid.uuid4().hex
    parts = [f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields.items()]
    parts += [f'--{mark}\r\nContent-Disposition: form-data; name="signature"; filename="a.p7s"\r\n'
              "Content-Type: application/octet-stream\r\n\r\n".encode() + file + f"\r\n--{mark}--\r\n".encode()]
    return ask(box, "POST", path, cookies, body=b"".join(parts), Content_Type=f"multipart/form-data; boundary={mark}", Origin=origin_of(box))


def last_sms(box: Box) -> str:
    """The newest SMS code."""
    return str(box.control.get("/sms")["sms"][-1]["code"])
