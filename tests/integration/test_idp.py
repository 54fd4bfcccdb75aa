# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The authorization server of the sandbox as a client meets it that nobody here wrote for it: code + PKCE + DPoP, what is
# refused, refresh, revocation, and what the service makes of its tokens. Counterpart: npm oidc-provider.
"""Authorization server and sessions."""
from __future__ import annotations

from collections.abc import Iterator

import pytest

from box import Box
from idp_client import WAYS, Client, login


@pytest.fixture
def client(login_box: Box) -> Iterator[Client]:
    """A client with a new key at the shared sandbox with login."""
    yield Client(login_box.env["KAMUPIN_ISSUER"], login_box.env["KAMUPIN_CA_FILE"], login_box.env["KAMUPIN_SERVICE"])


def test_a_login_ends_in_a_session_that_the_service_knows(client: Client) -> None:
    """Code, PKCE, DPoP; then GET /session says who and how."""
    tokens = client.log_in()
    assert tokens["token_type"] == "DPoP" and tokens["expires_in"] == 300 and tokens["refresh_token"]
    said = client.call("GET", "/session").json
    assert said["person"] == {"name": "DENEME KULLANICI", "identity": "1********46"}
    assert said["assurance"] == "password" and 1790 <= said["seconds_left"] <= 1800
    assert {"type": "vkn", "number": "4540536920", "name": "DENEME ANONİM ŞİRKETİ"} in said["organisations"]


@pytest.mark.parametrize("way", WAYS)
def test_the_service_is_told_which_way_the_person_chose(client: Client, way: str) -> None:
    """Each of the five ways."""
    client.redeem(login(client.authorization_url(), client.ca_file, way=way))
    assert client.call("GET", "/session").json["assurance"] == way
