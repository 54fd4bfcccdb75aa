# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The same refusals as a person meets them, with the command and the public calls: openssl s_server in the service's place, a
# proxy that wants a login. What each handshake looks like from the other end is in test_net_tls.py.
"""Services and proxies that a person is warned of."""
from __future__ import annotations

from pathlib import Path

import pytest

from attempt import Steps, refused, requests
from box import Box
from tls_servers import Authority, SServer, pin_of, self_signed
from web_servers import TinyProxy

LANG = pytest.mark.parametrize("lang", ["tr", "en"])
CODE = "123456789012345"


@LANG
@pytest.mark.parametrize("status", ["tls-self-signed", "tls-purpose", "tls-version"])
def test_a_service_whose_tls_is_not_to_be_trusted(calm_box: Box, tmp_path: Path, status: str, lang: str) -> None:
    pki = Authority(tmp_path, "root")
    options = ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"] if status == "tls-version" else []
    pem = self_signed(tmp_path, "alone") if status == "tls-self-signed" else pki.leaf(
        "leaf", purpose="clientAuth" if status == "tls-purpose" else "serverAuth")
    with SServer(tmp_path, pem, *options) as server:
        refused(calm_box, status, "--service", f"https://localhost:{server.port}/v1", "--ca-file", str(pki.file), code=CODE, sms="", lang=lang)
        assert CODE not in server.said()


def test_a_service_with_another_key(calm_box: Box) -> None:
    good = Path(calm_box.env["KAMUPIN_CA_FILE"]).parent / "server-good.pem"
    other = Path(calm_box.env["KAMUPIN_CA_FILE"])
    code = calm_box.code()
    with Steps(calm_box, env={"KAMUPIN_PINS": pin_of(other)}) as steps:
        steps.good("new", "any", "0")
        steps.refused("tls-pin", "redeem", code)
    assert requests(calm_box) == []
    with Steps(calm_box, env={"KAMUPIN_PINS": f"{pin_of(other)};{pin_of(good)}"}) as steps:
        steps.good("new", "any", "0")
        steps.good("redeem", code)


@LANG
def test_a_proxy_that_wants_a_login(calm_box: Box, tmp_path: Path, lang: str) -> None:
    with TinyProxy(tmp_path / "proxy", "ayse parola") as proxy:
        refused(calm_box, "network-proxy", code=calm_box.code(), sms="", lang=lang,
                env={"https_proxy": f"http://127.0.0.1:{proxy.port}", "no_proxy": "elsewhere.invalid"})
    assert requests(calm_box) == []
