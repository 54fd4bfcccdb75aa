# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The runner's hold on the sandbox's other half: the personaliser that makes cards and registers them, the process of the
# stand-in service and, where logging in is wanted, that of the authorization server. Touches the sandbox's folder.
"""Cards, service and authorization server of a sandbox."""
from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .. import idp
from ..ca import CardIssuer
from ..further import issue_further
from ..personalise import make_card
from ..registry import Registry
from .cardspec import CardSpec
from .messages import SandboxError
from .ports import PortPair, take
from .processes import Child, start


class Stand:
    """What stands in for issuer and online service."""

    def __init__(self, folder: Path, programs: Path, password_login: bool = False) -> None:
        self.folder = folder
        self._data = folder / "service"
        self._programs = programs
        self._options = ["--password-login"] if password_login else []
        self._status_port: PortPair | None = None  # of the issuer's OCSP responder and CRLs, which certificates name
        self._ports: PortPair | None = None  # with a login: the authorization server's, and the service's next to it

    def prepare_login(self) -> None:
        """Before the first start: the two know each other's address from the beginning. After personalise()."""
        (self._ports,) = take(1)
        idp.configure(self._data, self._ports.port, self._ports.port + 1)

    def close(self) -> None:
        """Gives the ports back."""
        for pair in filter(None, (self._ports, self._status_port)):
            pair.close()
        self._ports = self._status_port = None

    def start_login(self) -> Child:
        """Starts the authorization server, at the same address each time. Who was logged in there has to log in again."""
        self._login_ready.unlink(missing_ok=True)
        argv, env = idp.command(self._login_file, self._login_ready)
        return start("idp", argv, env, self.folder / "logs" / "idp.log")

    @property
    def _login_file(self) -> Path:
        return self._data / "idp" / "config.json"

    @property
    def _login_ready(self) -> Path:
        return self._data / "idp" / "ready.json"

    def login_ready(self) -> bool:
        """Whether the authorization server listens."""
        return self._login_ready.exists()

    def personalise(self, specs: Sequence[CardSpec]) -> list[dict[str, Any]]:
        """Makes the cards and returns a row a slot: what is known of its card, and where its files are."""
        rows: list[dict[str, Any]] = []
        (self._status_port,) = take(1)
        CardIssuer(self._data / "card-issuer", self._status_port.port)
        with Registry(self._data / "registry.db") as registry, registry.together():
            for slot, spec in enumerate(specs):
                row: dict[str, Any] = {"slot": slot, "spec": spec.text, "personality": spec.personality,
                                       "variants": list(spec.variants)}
                if not spec.empty:
                    home = self.folder / "cards" / str(slot)
                    card = make_card(registry, spec.text, home)
                    row |= {"card_id": card.card_id, "row": card.row, "owner": card.owner, "product": card.product,
                            "pin": card.pin, "state": str(card.state), "log": str(home / "apdu.log"),
                            "control": str(home / "control")}
                rows.append(row)
            issue_further(registry)
        return rows

    def start(self) -> Child:
        """Starts the service; a second time at the same addresses, with the state that it left."""
        argv = [str(self._programs / "kamupin-service"), "--data", str(self._data), "--ready-file", str(self._ready),
                "--log", str(self.folder / "logs" / "service.log"), "--validate", *self._options]
        if self._ports is not None:
            argv += ["--login", str(self._login_file)]
        if self._ready.exists():
            said = self._said()
            argv += ["--port", str(said["port"]), "--control-port", str(said["control_port"])]
            self._ready.unlink()
        elif self._ports is not None:
            argv += ["--port", str(self._ports.port + 1)]
        return start("kamupin-service", argv, dict(os.environ), self.folder / "logs" / "service.err")

    @property
    def _ready(self) -> Path:
        return self._data / "ready.json"

    def _said(self) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(self._ready.read_text())
        return said

    def ready(self) -> bool:
        """Whether the service has said where it listens."""
        return self._ready.exists()

    def environment(self) -> dict[str, str]:
        """What a program needs to find the service, and a test to steer it."""
        said = self._said()
        login = {} if self._ports is None else {"KAMUPIN_ISSUER": idp.issuer(self._ports.port)}
        return {"KAMUPIN_SERVICE": said["service"], "KAMUPIN_CA_FILE": said["ca_file"], "KAMUPIN_TRUST": said["trust"],
                "KAMUPIN_SANDBOX_CONTROL": said["control"], "KAMUPIN_SANDBOX_TOKEN": said["token"]} | login


def require_login() -> None:
    """Gets the authorization server's packages; says what to do where that fails."""
    try:
        idp.install()
    except idp.Missing as missing:
        raise SandboxError(missing.tr, missing.en, 69) from None
