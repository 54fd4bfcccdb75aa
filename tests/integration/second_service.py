# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
"""tests/second-service as a process, behind a front that records, for the cards of a sandbox."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

from box import ROOT, Box
from by_hand import Hand
from recorder import Recorder

sys.path.insert(0, str(ROOT / "examples" / "sandbox"))
from kamupin_sandbox.ca import TlsAuthority  # noqa: E402
from kamupin_sandbox.registry import Registry  # noqa: E402

CODE, SMS_CODE = "271828182845904", "314159"


def cards_of(box: Box) -> list[dict[str, str]]:
    """The cards of a sandbox, as a service's configuration has them: their issuer knows their keys."""
    with Registry(Path(box.env["KAMUPIN_CA_FILE"]).parents[1] / "registry.db") as registry:
        return [{"card_id": card.card_id, "row": card.row["row"], "product": card.row["product"],
                 "key_hex": registry.card_key(card.card_id).hex()} for card in box.cards]


class Second:
    """The service, for these cards. tls: a folder with the certification authority that its clients trust; made when there is none.

    more: further members of its configuration.
    """

    def __init__(self, folder: Path, tls: Path, cards: list[dict[str, str]], **more: Any) -> None:
        pem = TlsAuthority(tls).server()
        self.ca_file, self.log_file = tls / "ca.pem", folder / "second.log"
        self.front = Recorder(pem, self.ca_file)
        config = {"port": 0, "url": self.front.url, "cert": str(pem), "key": str(pem), "cards": cards, "code": CODE, "sms_code": SMS_CODE,
                  "form": "cryptogram", "log": str(self.log_file), **more}
        self.config_file = folder / "second.json"
        self.config_file.write_text(json.dumps(config), encoding="utf-8")
        self.config_file.chmod(0o600)

    def __enter__(self) -> Second:
        self.process = subprocess.Popen(["node", str(ROOT / "tests" / "second-service" / "main.js"), str(self.config_file)],
                                        stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        line = self.process.stdout.readline().split()
        assert line[:1] == ["listening"], "the second service did not start"
        self.front.port_behind = int(line[1])
        self.front.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.front.__exit__(kind, error, trace)
        self.process.terminate()
        self.process.communicate(timeout=10)

    def hand(self) -> Hand:
        """A client made by hand, that has its first nonce."""
        hand = Hand(self.front.url, self.ca_file)
        hand.metadata()
        return hand

    def log(self) -> list[dict[str, Any]]:
        """What the service says that it was asked."""
        return [json.loads(line) for line in self.log_file.read_text(encoding="utf-8").splitlines()]
