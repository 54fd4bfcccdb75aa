# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Thousands of requests that schemathesis makes from openapi.yaml, right and wrong ones, against a real service process that checks
# its answers as well: no answer may be a server error, and each has to be what the file says. schemathesis (PyPI) generates and
# judges; the rights (proofs, tokens, a fresh operation, order or session) come from tests/integration/service_states.py. The cases
# are the same in every run. Runs in an environment of its own (requirements.txt beside this file): scripts/check openapi.
"""Generated requests."""
from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (content_type_conformance, response_headers_conformance, response_schema_conformance,
                                               status_code_conformance)

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration"))

from service_client import CALLS, OPENAPI, Service  # noqa: E402
from service_states import CARDS, Ready, World  # noqa: E402

RIGHT, WRONG = 54, 18  # cases a call: whose parts the file allows, and whose parts it does not
LEAST = 2000
MASK_BITS = 3
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance, response_schema_conformance]
OPERATIONS = {one.ok().definition.raw["operationId"]: one.ok() for one in schemathesis.openapi.from_dict(OPENAPI).get_all_operations()}
LOOSE = {"factor_guesses": 86400, "guesses_per_address": 86400, "guesses_in_all": 86400, "login_tries": 99, "logins_in_all": 86400,
         "sms_tries": 99, "captchas_per_address": 86400, "mails_per_address": 86400, "mails_per_number": 86400, "login_sms_per_address": 86400,
         "login_sms_per_person": 86400, "inquiries_per_address": 86400, "inquiries_per_number": 86400, "revocation_sms_per_person": 86400}
GONE = ("operation-expired", "operation-cancelled", "factor-exhausted", "web-password-exhausted", "captcha-wrong", "authority-limit",
        "authority-exhausted", "rate-limited")  # a state that ended so is of no further use
SAID: Counter[str] = Counter()
WELL: Counter[str] = Counter()  # 200s by call


class Sender:
    """Sends generated cases with the rights of a state that is good for the call."""

    def __init__(self, service: Service) -> None:
        self.world = World(service)
        service.control("POST", "/settings", LOOSE)
        self.http = requests.Session()
        self.http.verify, self.http.trust_env = service.ca_file, False
        self._ready: Ready | None = None

    def ready(self, name: str) -> Ready:
        """The state, made anew when the last one was used up."""
        if self._ready is None or self._ready.name != name:
            if self.world.service.control("GET", "/sessions")["sessions"]:
                self.world.service.control("POST", "/sessions/end", {"user": "deneme"})  # its orders count until they end
            for card_id in self.world.service.keys:  # an authority that nobody reports on stays spent
                self.world.service.control("POST", "/ledger", {"card_id": card_id, "attempts_left": 3})
            self._ready = self.world.ready(name)
        return self._ready

    def send(self, name: str, case: Any, mode: str, mask: int) -> requests.Response:
        """mode: rights (the body is generated), blend (those members of the right body that the mask picks are replaced by generated ones),
        path (what the address names is generated), raw (everything is)."""
        made = self.ready(name)
        if mode in ("rights", "blend") and "id" in case.path_parameters:
            case.path_parameters["id"] = made.named
        if mode == "blend" and isinstance(case.body, dict) and made.body is not None:
            case.body = made.body | {key: value for n, (key, value) in enumerate(sorted(case.body.items()))
                                     if key not in made.body or mask >> n % MASK_BITS & 1}
        if mode == "path":
            case.body = made.body if made.body is not None else case.body
        client = made.client
        wire = case.as_transport_kwargs(base_url=self.world.service.base)
        url = requests.Request(wire["method"], wire["url"], params=wire.get("params")).prepare().url or ""
        headers = {} if mode == "raw" else rights(name, made, wire["method"], url)
        reply = case.call(base_url=self.world.service.base, session=self.http, headers=headers, verify=self.http.verify)
        client.nonce = reply.headers["dpop-nonce"][0]
        problem = "" if reply.status_code == 200 else json.loads(reply.content)["type"].rpartition(":")[2]
        SAID[problem or "200"] += 1
        WELL[name] += reply.status_code == 200
        if (reply.status_code == 200 and wire["method"] == "POST") or problem in GONE:
            self._ready = None
        return reply


def rights(name: str, made: Ready, method: str, url: str) -> dict[str, str]:
    """The headers with which the state's client may ask."""
    client, schemes = made.client, {scheme for option in CALLS[name][2]["security"] for scheme in option}
    token = client.operation_token if "token" in schemes else client.access_token if "session" in schemes else None
    sent = {"KamuPIN-Client": "libkamupin/0.1.0"}
    if token is not None:
        sent["Authorization"] = f"DPoP {token}"
    if "ticket" in schemes:
        sent["Authorization"] = f"KamuPIN-Ticket {client.ticket}"
    if "dpop" in schemes:
        sent["DPoP"] = client.proof(method, "", token, htu=url.partition("?")[0])
    return sent


@pytest.fixture(scope="module")
def sender(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sender]:
    with Service(tmp_path_factory.mktemp("service"), CARDS) as service:
        yield Sender(service)


@pytest.mark.parametrize("name", OPERATIONS)
def test_generated_requests(sender: Sender, name: str) -> None:
    for mode, many in ((schemathesis.GenerationMode.POSITIVE, RIGHT), (schemathesis.GenerationMode.NEGATIVE, WRONG)):
        @settings(max_examples=many, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
                  suppress_health_check=list(HealthCheck))
        @given(case=OPERATIONS[name].as_strategy(generation_mode=mode), way=st.sampled_from(("rights", "blend", "blend", "path", "raw")),
               mask=st.integers(0, 2 ** MASK_BITS - 1))
        def one(case: Any, way: str, mask: int) -> None:
            case.validate_response(sender.send(name, case, way, mask), checks=CHECKS)

        one()


def test_enough_was_sent() -> None:
    """Counted by what the service answered: neither all refused at the door nor all accepted, and no call without a state in which
    what was generated came through."""
    print(dict(SAID), dict(WELL))
    assert not [name for name in OPERATIONS if WELL[name] == 0]
    assert sum(SAID.values()) >= LEAST
    assert SAID["200"] >= LEAST // 20 and SAID["request-invalid"] >= LEAST // 20 and len(SAID) >= 20
