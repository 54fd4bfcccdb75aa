# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The stand-in service's web page as the person at the desk sees it, and the control address: faults, clock, outbox.
# Not ours on the other end: the standard library's HTML parser and HTTP client.
"""Pages and control address."""
from __future__ import annotations

import http.client
import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from service_client import CALLS, Client, Reply, Service

DONE_TR = "PIN Oluşturma / Kilit Çözme İşleminiz Tamamlanmıştır."


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service(tmp_path_factory.mktemp("service"), ("akis2",)) as running:
        yield running


@pytest.fixture(autouse=True)
def fresh(service: Service) -> None:
    """Full ledger, no fault ordered."""
    service.control("POST", "/ledger", {"card_id": service.cards[0].card_id, "attempts_left": 3})
    service.control("DELETE", "/faults")


class Reader(HTMLParser):
    """What a person sees of a page: its texts, forms, and everything it would load."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text: list[str] = []
        self.forms: list[str] = []
        self.loads: list[str] = []
        self.tags: set[str] = set()
        self.refresh = self.lang = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        values = dict(attrs)
        self.tags.add(tag)
        self.lang = values.get("lang", self.lang)
        self.forms += [values["action"]] if tag == "form" else []
        self.loads += [values[name] for name in ("src", "href") if name in values]
        if values.get("http-equiv") == "refresh":
            self.refresh = values["content"]
        assert "style" not in values and not any(name.startswith("on") for name in values)

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def says(self, words: str) -> bool:
        return words in " ".join(self.text)


class Browser:
    """One page in a browser without script."""

    def __init__(self, service: Service, **wish: Any) -> None:
        self.service = service
        self.opened = service.control("POST", "/codes", wish)
        self.path = "/desk/" + self.opened["page"]
        assert self.opened["page_url"] == f"https://localhost:{service.ports[0]}{self.path}"

    def fetch(self, method: str = "GET", more: str = "", **headers: str) -> Reply:
        connection = http.client.HTTPSConnection("localhost", self.service.ports[0], timeout=10,
                                                 context=ssl.create_default_context(cafile=self.service.ca_file))
        connection.request(method, self.path + more, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        reply = Reply(response.status, response.headers, response.read())
        connection.close()
        return reply

    def see(self, lang: str = "tr") -> Reader:
        return Reader(self.fetch(Accept_Language=lang).raw.decode())

    def state(self) -> dict[str, Any]:
        return self.fetch(more="?format=json").json


def test_a_page_from_code_to_done(service: Service) -> None:
    browser, client = Browser(service), Client(service)
    first = browser.see()
    assert first.says(browser.opened["code"]) and first.says("PUK değildir") and first.says("saniye") and first.refresh
    client.redeem(browser.opened["code"])
    assert browser.see().says("Kod bir bilgisayarda kullanılıyor") and not browser.see().says(browser.opened["code"])
    assert browser.state()["state"] == "in-use"
    client.factor()
    client.verify()
    client.authority()
    assert browser.state()["state"] == "finishing" and not browser.see().forms
    client.report("unknown", "unknown")
    assert browser.state()["state"] == "unknown"
    recorded = client.report("done").json["recorded_at"]
    last = browser.see()
    assert last.says(DONE_TR) and last.says(recorded) and not last.refresh and not last.forms
    assert browser.see("en").says("PIN creation / unblocking is complete.") and browser.see("en").lang == "en"
    assert Reader(browser.fetch(more="?lang=en", Accept_Language="tr").raw.decode()).lang == "en"


def test_a_page_runs_no_script_and_loads_nothing_from_elsewhere(service: Service) -> None:
    browser = Browser(service)
    reply = browser.fetch()
    seen = Reader(reply.raw.decode())
    assert seen.tags & {"script", "img", "iframe", "object", "style"} == set() and seen.loads == ["/desk.css"]
    policy = reply.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert reply.headers["Cache-Control"] == "no-store" and reply.headers["X-Content-Type-Options"] == "nosniff"


def test_cancel_on_the_page(service: Service) -> None:
    browser, client = Browser(service), Client(service)
    client.redeem(browser.opened["code"])
    close = next(form for form in browser.see().forms if "/close" in form)
    assert browser.fetch("POST", close.removeprefix(browser.path), Origin="https://evil.invalid").status == 403
    assert client.call("status").json["phase"] == "code-redeemed"
    assert browser.fetch("POST", close.removeprefix(browser.path)).status == 200
    assert client.factor().problem == "operation-cancelled"
    assert browser.state()["state"] == "cancelled"


def test_a_new_code_on_the_page(service: Service) -> None:
    browser, client = Browser(service, seconds=60), Client(service)
    service.advance(60)
    assert browser.state()["state"] == "code-expired" and not browser.see().says(browser.opened["code"])
    assert browser.fetch("POST", "/refresh").status == 200
    new = browser.state()["code"]
    assert client.redeem(browser.opened["code"]).problem == "code-replaced"
    assert client.redeem(new).status == 200
    assert browser.fetch("POST", "/refresh").status == 409, "not while the code is in use"


def test_closed_and_ended_pages(service: Service) -> None:
    browser, other = Browser(service), Browser(service, seconds=86400)
    browser.fetch("POST", "/close")
    assert browser.state()["state"] == "closed" and browser.fetch("POST", "/refresh").status == 409
    service.advance(1800)
    assert other.state()["state"] == "closed"


def test_unknown_pages(service: Service) -> None:
    browser = Browser(service)
    browser.path = "/desk/none"
    assert [browser.fetch(method, more).status for method, more in (("GET", ""), ("POST", "/close"), ("POST", "/refresh"))] == [404] * 3


# ---- the control address ----

def test_control_needs_its_token_and_stays_on_loopback(service: Service) -> None:
    for token in (None, "Bearer ", "Bearer x", service.token):
        request = urllib.request.Request(service.address + "/codes", data=b"{}", headers={"Authorization": token} if token else {})
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=10)
        assert refused.value.code == 401
    assert service.address.startswith("http://127.0.0.1:")


@pytest.mark.parametrize("path,body", [("/codes", {"colour": 1}), ("/codes", {"user": "nobody"}), ("/codes", {"seconds": "many"}),
                                       ("/clock", {"advance": -1}), ("/clock", {}), ("/faults", {"call": "nothing", "action": "delay"}),
                                       ("/faults", {"call": "redeem", "action": "burn"}), ("/faults", {"call": "redeem"}),
                                       ("/settings", {"sms_tries": "3"}), ("/settings", {"colour": 1}), ("/tls", {"certificate": "golden"}),
                                       ("/ledger", {"card_id": "none", "attempts_left": 1}), ("/pages/close", {"page": "none"})])
def test_control_refuses_what_it_does_not_understand(service: Service, path: str, body: dict[str, Any]) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        service.control("POST", path, body)
    assert refused.value.code == 400


@pytest.mark.parametrize("action,status", [("garbage", 200), ("wrong-shape", 200), ("huge", 200), ("redirect", 307), ("html", 200), ("status", 418)])
def test_ordered_nonsense_strikes_once_and_has_no_effect(service: Service, action: str, status: int) -> None:
    client, code = Client(service), service.code()
    service.control("POST", "/faults", {"call": "redeem", "action": action, "status": 418})
    reply = client.send("POST", "/codes/redeem", b"{}", {})
    assert reply.status == status
    if action in ("garbage", "html"):
        with pytest.raises(ValueError):
            json.loads(reply.raw)
    assert len(reply.raw) > 65536 or action != "huge"
    assert client.redeem(code).status == 200


def test_ordered_breaks(service: Service) -> None:
    client, before = Client(service).ready(), service.control("GET", "/operations")["outcomes_recorded"]
    client.authority()
    for action in ("drop-before", "drop-after", "truncate"):
        service.control("POST", "/faults", {"call": "report", "action": action})
        with pytest.raises((OSError, http.client.HTTPException)):
            client.report("done")
        client.connection.close()
        happened = service.control("GET", "/operations")["outcomes_recorded"] - before
        assert happened == (0 if action == "drop-before" else 1)
    assert client.report("done").status == 200
    assert service.control("GET", "/faults") == {"faults": []}


def test_an_ordered_fault_counts_calls(service: Service) -> None:
    client = Client(service)
    service.control("POST", "/faults", {"call": "metadata", "action": "problem", "problem": "unavailable", "retry_after": 7, "nth": 2, "times": 2})
    replies = [client.call("metadata") for _ in range(4)]
    assert [reply.status for reply in replies] == [200, 503, 503, 200]
    assert replies[1].problem == "unavailable" and replies[1].headers["Retry-After"] == "7" and replies[1].json["retry_after"] == 7


def test_an_ordered_delay_delays(service: Service) -> None:
    client = Client(service)
    client.call("metadata")
    service.control("POST", "/faults", {"call": "metadata", "action": "delay", "seconds": 30})
    client.connection.sock.settimeout(0.3)
    with pytest.raises(TimeoutError):
        client.call("metadata")
    client.connection.close()
    assert Client(service).call("metadata").status == 200, "others are served meanwhile"


def test_the_request_log_names_calls_and_connections(service: Service) -> None:
    service.control("DELETE", "/requests")
    one, two = Client(service), Client(service)
    one.call("metadata")
    two.call("metadata")
    one.redeem(service.code())
    log = service.control("GET", "/requests")
    numbers = [(entry["call"], entry["connection"]) for entry in log["requests"]]
    assert log["connections"] == 2 and numbers[0][1] == numbers[2][1] != numbers[1][1]
    assert [name for name, _ in numbers] == ["metadata", "metadata", "redeem"]
    assert {entry["path"].removeprefix("/kamupin/v1") for entry in log["requests"]} <= {path for _, path, _ in CALLS.values()}
