# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The stand-in service, the way things should go: one unblock from code to report, its page, its timers, its connection.
# Not ours on the other end: OpenSSL's command-line programs (TLS client, CMAC), the standard library's HTTP client.
"""The way things should go."""
from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from service_client import Client, Service, b64


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service(tmp_path_factory.mktemp("service")) as running:
        yield running


def test_one_unblock_over_one_connection(service: Service) -> None:
    service.control("DELETE", "/requests")
    client = Client(service)
    metadata = client.call("metadata").json
    vouched = {"row": "akis-2", "operations": ["verify", "change", "reset-by-cryptogram", "reset-by-relay", "sign"]}
    assert metadata["issuer"] == service.base and vouched in metadata["vouched_rows"]
    redeemed = client.redeem(service.code(operation_seconds=200)).json
    assert (redeemed["kind"], redeemed["product"], redeemed["seconds_left"]) == ("unblock", "nes", 200)
    assert [card["card_id"] for card in redeemed["cards"]] == [client.card.card_id]
    sent = client.factor().json
    assert sent["destination"] == "*****2596" and len(service.sms()[-1]) == sent["code_length"]
    client.verify()
    challenge = bytes(range(8))
    cryptogram = client.authority(challenge).json
    assert cryptogram["attempts_left"] == 3
    # OpenSSL, not the service, says what the cryptogram has to be.
    mac = subprocess.run(["openssl", "mac", "-cipher", "AES-256-CBC", "-macopt", f"hexkey:{service.keys[client.card.card_id].hex()}", "-binary", "CMAC"],
                         input=challenge, capture_output=True, check=True).stdout
    assert cryptogram["cryptogram"] == b64(mac)
    assert client.report("done").json["outcome"] == "done"
    assert client.call("status").json == {"phase": "reported", "seconds_left": 0, "outcome": "done"}
    log = service.control("GET", "/requests")
    assert log["connections"] == 1
    assert [one["call"] for one in log["requests"]] == ["metadata", "redeem", "factor", "verify", "authority", "report", "status"]


def test_the_cryptogram_is_of_the_derived_card_key(service: Service) -> None:
    """HKDF-SHA256 (RFC 5869) by OpenSSL gives the key that the registry gives."""
    from kamupin_sandbox.registry import Registry
    with Registry(service.data / "registry.db") as registry:
        master = registry.secret("master-key")
    for card_id, key in service.keys.items():
        said = subprocess.run(["openssl", "kdf", "-keylen", "32", "-kdfopt", "digest:SHA2-256", "-kdfopt", f"hexkey:{master.hex()}",
                               "-kdfopt", "hexsalt:", "-kdfopt", "info:kamupin card" + card_id, "HKDF"],
                              capture_output=True, check=True, text=True).stdout
        assert bytes.fromhex(said.replace(":", "").strip()) == key


def test_openssl_as_a_foreign_tls_client(service: Service) -> None:
    port = service.ports[0]
    base = ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-servername", "localhost", "-CAfile", service.ca_file,
            "-verify_return_error", "-verify_hostname", "localhost"]
    request = f"GET /kamupin/v1/metadata HTTP/1.1\r\nHost: localhost:{port}\r\nKamuPIN-Client: openssl/3.0.0\r\nConnection: close\r\n\r\n"
    good = subprocess.run([*base, "-quiet"], input=request, capture_output=True, text=True, timeout=20)
    assert "HTTP/1.1 200" in good.stdout and '"kamupin-service-1"' in good.stdout
    for old in ("-tls1", "-tls1_1"):
        refused = subprocess.run([*base, old, "-cipher", "ALL:@SECLEVEL=0"], input="", capture_output=True, text=True, timeout=20)
        assert refused.returncode != 0 and "Cipher is (NONE)" in refused.stdout
    assert subprocess.run([*base, "-tls1_2"], input="", capture_output=True, text=True, timeout=20).returncode == 0


@pytest.mark.parametrize("kind,words", [("wrong-name", "mismatch"), ("expired", "expired"), ("not-yet-valid", "not yet valid"),
                                        ("foreign-ca", "unable to get local issuer")])
def test_bad_certificates_on_demand(service: Service, kind: str, words: str) -> None:
    service.control("POST", "/tls", {"certificate": kind})
    try:
        said = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{service.ports[0]}", "-CAfile", service.ca_file,
                               "-verify_return_error", "-verify_hostname", "localhost"], input="", capture_output=True, text=True, timeout=20)
    finally:
        service.control("POST", "/tls", {"certificate": "good"})
    assert said.returncode != 0 and words in (said.stdout + said.stderr).lower()
    assert Client(service).call("metadata").status == 200


def test_create_and_a_card_put_in_later(service: Service) -> None:
    client, akis1 = Client(service), service.cards[1]
    redeemed = client.call("redeem", {"code": service.code(kind="create"), "cards": []})
    client.operation_id, client.operation_token = redeemed.json["operation_id"], redeemed.json["operation_token"]
    assert redeemed.json["kind"] == "create" and redeemed.json["cards"] == []
    later = client.call("cards", {"cards": client.named(akis1, service.cards[2], service.cards[3])}).json
    assert [card["card_id"] for card in later["cards"]] == [akis1.card_id]
    assert client.factor(akis1).status == 200


def test_the_clock_goes_on_after_kill(service: Service, tmp_path: Path) -> None:
    client = Client(service)
    client.redeem(service.code(operation_seconds=100))
    service.advance(40)
    service.kill()
    service.start()
    client = _again(client, service)
    assert 50 <= client.call("status").json["seconds_left"] <= 60


def _again(old: Client, service: Service) -> Client:
    """The same client over a new connection."""
    new = Client(service)
    new.key, new.operation_id, new.operation_token, new.ticket, new.card = old.key, old.operation_id, old.operation_token, old.ticket, old.card
    return new


def test_it_ends_when_told(tmp_path: Path) -> None:
    with Service(tmp_path, ("akis2",)) as service:
        client = Client(service)
        client.call("metadata")  # an open connection keeps nothing alive
        assert service.end() == 0
