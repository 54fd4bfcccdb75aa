# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# No call is forgotten: each of openapi.yaml, and each of an authorization server, is one whose answers a hostile server gives wrongly.
"""Which hostile test holds which call."""
from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from box import ROOT

HERE = Path(__file__).parent
SERVICE, SESSION, OAUTH = "test_hostile_service.py", "test_hostile_session.py", "test_hostile_oauth.py"
LIFE = "test_hostile_life.py"
# operationId → the test, and the paths whose answers it spoils
HELD = {
    "metadata": (SERVICE, r"/metadata$"), "redeem": (SERVICE, r"/codes/redeem$"), "cards": (SERVICE, r"/cards$"),
    "cancel": (SERVICE, r"/cancel$"), "factor": (SERVICE, r"/factor$"), "resend": (SERVICE, r"/factor/resend$"),
    "verify": (SERVICE, r"/factor/verify$"), "authority": (SERVICE, r"/authority$"), "relay": (SERVICE, r"/authority/relay$"),
    "report": (SERVICE, r"/reports$"), "session": (SESSION, r"/session$"), "end-session": (SESSION, r"/session/end$"),
    "captcha": (SESSION, r"/login/captcha$"), "password-login": (SESSION, r"/login/password$"), "password-login-sms": (SESSION, r"/sms$"),
    "password-login-confirm": (SESSION, r"/confirm$"), "security-word-reset": (SESSION, r"/login/reset$"),
    "orders": (SESSION, r"/orders$"), "order": (SESSION, r"/orders$"), "order-status": (SESSION, r"/orders/[^/]+$"),
    "code": (SESSION, r"/code$"), "cancel-order": (SESSION, r"/orders/[^/]+/cancel$"), "issued-pins": (SESSION, r"/issued-pins$"),
    "show-issued-pin": (SESSION, r"/show$"), "delete-issued-pin": (SESSION, r"/delete$"), "seal-authority": (SESSION, r"/seal-authority$"),
    "debt": (SESSION, r"/debt$"), "shipment": (SESSION, r"/shipment$"), "certificates": (LIFE, r"/certificates(\?role=\w+)?$"),
    "certificate-details": (LIFE, r"/certificates/[^/]+$"), "suspend": (LIFE, r"/suspend$"), "unsuspend": (LIFE, r"/unsuspend$"),
    "activate": (LIFE, r"/activate$"), "revoke": (LIFE, r"/revocation$"), "revocation-factor": (LIFE, r"/revocations/[^/]+/factor$"),
    "revocation-resend": (LIFE, r"/revocations/[^/]+/factor/resend$"), "confirm-revocation": (LIFE, r"/revocations/[^/]+/confirm$"),
    "cancel-revocation": (LIFE, r"/revocations/[^/]+/cancel$"), "consent": (LIFE, r"/consent$"), "consent-text": (LIFE, r"/consent/text$"),
    "submit-consent": (LIFE, r"/consents/[^/]+/submit$"), "applications": (LIFE, r"/applications$"), "application": (LIFE, r"/applications/[^/]+$"),
    "submit-application": (LIFE, r"/applications/[^/]+/submit$"), "authorised-lists": (LIFE, r"/authorised/lists$"),
    "authorised-list": (LIFE, r"/authorised/lists/[^/]+$"), "sign-list": (LIFE, r"/authorised/lists/[^/]+/sign$")}
UNASKED = {"status"}  # the library keeps count of its operation by itself, and never asks
# grant type → the test of its tokens
GRANTS = {"authorization_code": "test_tokens_for_a_code_given_wrongly", "refresh_token": "test_a_renewal_given_wrongly",
          "urn:ietf:params:oauth:grant-type:jwt-bearer": "test_tokens_for_a_card_given_wrongly"}


def calls() -> dict[str, str]:
    """operationId → path."""
    paths: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "docs/protocol/openapi.yaml").read_text())["paths"]
    return {one["operationId"]: path for path, item in paths.items() for method, one in item.items() if method in ("get", "post", "put", "delete")}


def test_every_call_of_the_profile_is_held() -> None:
    assert set(calls()) - UNASKED == set(HELD)
    for name, (file, pattern) in HELD.items():
        path = re.sub(r"{\w+}", "x", calls()[name])
        assert re.search(pattern, path), f"{name}: {path}"
        assert f'r"{pattern}"' in (HERE / file).read_text(), f"{name}: {file} spoils no {pattern}"


def test_what_the_library_does_not_ask_is_not_asked() -> None:
    """An operation's own path, without a rest behind it, is no call of the library's."""
    rests: set[str] = set()
    for path in (ROOT / "lib/service").glob("*.c"):
        text = path.read_text()
        for words in re.findall(r"kp_call_operation\(\s*service,([^;]*?)&?body", text) + re.findall(r"(?:make_call\(use,|rest = )([^;]*?);", text):
            rests |= set(re.findall(r'"(/[^"]*)"', words))
    assert rests - {"/confirm"} == {"/factor", "/factor/resend", "/factor/verify", "/authority", "/authority/relay", "/cancel", "/cards"}


def test_every_call_of_an_authorization_server_is_held() -> None:
    """The metadata, the token endpoint with each grant, and the revocation; the library asks for nothing else of its metadata."""
    code = "\n".join(path.read_text() for path in sorted((ROOT / "lib/auth").glob("*.[ch]")))
    tests = (HERE / OAUTH).read_text()
    assert set(re.findall(r'"(\w+_(?:endpoint|uri))"', code)) == {"authorization_endpoint", "token_endpoint", "revocation_endpoint", "redirect_uri"}
    used = set(re.findall(r'"grant_type", "(\S+?)"', code)) | set(re.findall(r'"(urn:ietf:params:oauth:grant-type:[\w-]+)"', code))
    assert used == set(GRANTS)
    for name in (*GRANTS.values(), "test_metadata_given_wrongly", "test_a_revocation_given_wrongly"):
        assert f"def {name}(" in tests and "ANY.items()" in tests.split(f"def {name}(")[1].split("\ndef ")[0]
