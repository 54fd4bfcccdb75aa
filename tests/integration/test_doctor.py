# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# kamupin doctor on broken set-ups: the fault that is to be mended first is named first, in both languages, and nothing is changed by
# looking. Not ours on the other end: pcscd and vpcd, the resolver, openssl s_server, nginx, tinyproxy; libfaketime turns the clock.
"""What is the matter here."""
from __future__ import annotations

import base64
import datetime
import hashlib
import json
import os
import re
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from box import BUILD, Box, until
from cli import KAMUPIN, STATUS, pin_commands, read_json
from faketime import clock
from foreign import Foreign
from private_pcscd import Client, PrivatePcscd
from provoked import provoked
from test_broken_machine import Mute, public_folder, unprivileged  # noqa: F401  (a fixture among them)
from tls_servers import Authority, RawServer, SServer, read_request, self_signed
from web_servers import Nginx, TinyProxy, free_port

FIRST = {"tr": "Önce şunu düzeltin:", "en": "Mend this first:"}
CALM = {"tr": "Bir sorun bulunmadı.", "en": "No problem was found."}
AHEAD = {"tr": "Şu anda engel yok; ama bunlara dikkat edin:", "en": "Nothing is in the way now, but look after these:"}


@dataclass
class Told:
    """What a run told: exit code, findings, hosts, and the text for people."""

    code: int
    json: dict[str, Any]
    text: str
    findings: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.findings = self.json["diagnosis"]

    @property
    def first(self) -> dict[str, Any]:
        """What is to be mended first."""
        return self.findings[0]

    def of(self, subject: str) -> list[tuple[str, str]]:
        """Severity and status of each finding about a subject."""
        return [(one["severity"], one["status"]) for one in self.findings if one["subject"] == subject]


def examine(*options: str, env: Mapping[str, str], lang: str, wrap: Sequence[str] = (), command: str = KAMUPIN) -> Told:
    """kamupin doctor, for programs and for people; both have to agree."""
    argv = [*wrap, command, "doctor", "--lang", lang, *options]
    plain = {"stdin": subprocess.DEVNULL, "capture_output": True, "text": True, "timeout": 60, "env": dict(env)}
    asked = subprocess.run([*argv, "--json"], **plain)  # type: ignore[call-overload]
    shown = subprocess.run(argv, **plain)  # type: ignore[call-overload]
    if "--verbose" not in options:  # which tells what is done, too
        assert (asked.stderr, shown.stderr) == ("", "")
    assert asked.returncode == shown.returncode
    return Told(asked.returncode, read_json(asked), shown.stdout)


def names_first(status: str, subject: str, words: Mapping[str, str], *options: str, env: Mapping[str, str],
                severity: str = "fault", wrap: Sequence[str] = (), command: str = KAMUPIN) -> Told:
    """The first finding is that one, in both languages, as JSON, as text and as the exit code; the last run's."""
    told = None
    for lang in ("tr", "en"):
        told = examine(*options, env=env, lang=lang, wrap=wrap, command=command)
        first = told.first
        assert (first["status"], first["subject"], first["severity"]) == (status, subject, severity), told.findings
        assert words[lang] in first["text"], first["text"]
        head = FIRST if severity == "fault" else AHEAD
        lines = told.text.splitlines()
        assert lines[0] == head[lang] and lines[1].endswith(first["text"]), told.text
        assert told.code == (STATUS[status] if severity == "fault" else 0)
        assert ("error" in told.json) == (severity == "fault")
    assert told is not None
    provoked(status)
    return told


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority of openssl's."""
    return Authority(tmp_path_factory.mktemp("pki"), "root")


# ---- nothing is the matter ----

def without_days(text: str) -> str:
    """Text and JSON are of two runs: a day may have ended between them."""
    return re.sub(r"\d+(?= gün| day)", "N", text)


@pytest.mark.parametrize("lang", ["tr", "en"])
def test_a_healthy_machine(calm_box: Box, lang: str) -> None:
    """Nothing is wrong, everything that was looked at is said with --verbose, and where the requests went."""
    told = examine("--verbose", env=calm_box.env, lang=lang)
    assert told.code == 0 and told.text.splitlines()[0] == CALM[lang]
    assert {one["severity"] for one in told.findings} == {"fine"}, told.findings
    fine = {one["subject"] for one in told.findings if one["severity"] == "fine"}
    assert fine >= {"machine", "daemon", "reader", "card", "pin", "certificate", "clock", "network", "service"}
    assert {"tr": "iptal edilmemiş", "en": "neither revoked nor suspended"}[lang] in told.text
    for one in told.findings:
        assert without_days(one["text"]) in without_days(told.text)
    host, responder = told.json["hosts"]
    assert responder["host"] == "127.0.0.1" and responder["status"] == "ok"  # the issuer's OCSP
    assert (host["host"], host["address"], host["proxied"], host["requests"], host["status"]) == (
        "localhost", "127.0.0.1", False, 1, "ok")
    assert f"localhost:{host['port']} (127.0.0.1)" in told.text


def test_what_is_fine_is_said_only_when_it_is_asked_for(calm_box: Box) -> None:
    assert "PC/SC" not in examine(env=calm_box.env, lang="en").text


def tree(folder: Path) -> dict[str, tuple[int, int, int, str]]:
    """Every file of a folder: mode, size, time of its last change, contents."""
    return {str(path.relative_to(folder)): (
        path.lstat().st_mode, path.lstat().st_size, path.lstat().st_mtime_ns,
        hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "") for path in [folder, *folder.rglob("*")]}


def test_nothing_is_changed(sandbox: Callable[..., Box]) -> None:
    """No PIN command, no login, no logout is sent; the state folder and the cards are byte for byte what they were."""
    box = sandbox(cards=["akis2:tries=2", "akis1", "idcard", "akis2:blocked"])
    state = Path(box.env["KAMUPIN_STATE_DIR"])
    state.mkdir(mode=0o700, exist_ok=True)
    (state / "op-1.journal").write_text("format 1\n")
    for card in box.cards:
        card.mark("doctor")
    before = tree(state), [card.path("state").read_bytes() for card in box.cards]
    told = examine(env=box.env, lang="en")
    assert (tree(state), [card.path("state").read_bytes() for card in box.cards]) == before
    for card in box.cards:
        sent = card.commands("doctor")
        assert pin_commands(sent) == []
        assert {one[2:4] for one in sent} <= {"A4", "B0", "CA", "CB", "C0"}, sent
    assert [one["call"] for one in box.requests()] == ["metadata"] * 2
    assert told.first["status"] == "pin-blocked"
    assert [one for one in told.findings if one["subject"] == "machine" and one["severity"] == "note"][0]["count"] == 1


def test_a_folder_that_is_missing_is_not_made(calm_box: Box, tmp_path: Path) -> None:
    told = examine("--state-dir", str(tmp_path / "a" / "b"), env=calm_box.env, lang="en")
    assert told.of("machine") == [("fine", "ok")] and list(tmp_path.iterdir()) == []


# ---- the machine ----

@pytest.mark.parametrize("kind", ["file", "open", "nowhere", "unmakeable"])
def test_a_folder_of_records_that_is_no_good(calm_box: Box, tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "state"
    env = dict(calm_box.env)
    if kind == "file":
        folder.write_text("")
    elif kind == "open":
        folder.mkdir()
        folder.chmod(0o755)
    elif kind == "unmakeable":
        (tmp_path / "file").write_text("")
        folder = tmp_path / "file" / "state"
    if kind == "nowhere":
        env = {name: value for name, value in env.items() if name not in ("HOME", "XDG_STATE_HOME", "KAMUPIN_STATE_DIR")}
    options = [] if kind == "nowhere" else ["--state-dir", str(folder)]
    told = names_first("state-folder", "machine", {"tr": "klasör güvenle kullanılamıyor", "en": "cannot be used safely"}, *options, env=env)
    assert told.of("card")[0] == ("fine", "ok")  # all else is looked at


def test_no_libcurl(calm_box: Box, tmp_path: Path) -> None:
    env = calm_box.env | {"LD_PRELOAD": str(BUILD / "lib" / "libfault-nocurl.so"), "KAMUPIN_NOCURL": str(tmp_path / "asked")}
    names_first("network-library", "network", {"tr": "libcurl", "en": "libcurl"}, env=env)


# ---- daemon and readers ----

NO_DAEMON = {"tr": "akıllı kart hizmeti (PC/SC) çalışmıyor. pcscd hizmetini başlatın", "en": "(PC/SC) is not running. Start pcscd"}


def test_no_daemon(calm_box: Box, tmp_path: Path) -> None:
    told = names_first("reader-service-down", "daemon", NO_DAEMON, env=calm_box.env | {"PCSCLITE_CSOCK_NAME": str(tmp_path / "none")})
    assert told.of("network") == [("fine", "ok")]


def test_a_dead_daemons_socket(calm_box: Box, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "dead"))
    names_first("reader-service-down", "daemon", NO_DAEMON, env=calm_box.env | {"PCSCLITE_CSOCK_NAME": str(tmp_path / "dead")})


def test_a_daemon_that_says_nothing(calm_box: Box, tmp_path: Path) -> None:
    """It takes the connection and hangs: it is waited for ten seconds, not for ever."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "mute"))
        listener.listen(8)
        told = examine(env=calm_box.env | {"PCSCLITE_CSOCK_NAME": str(tmp_path / "mute")}, lang="tr")
    assert (told.first["status"], told.first["subject"]) == ("reader-service-down", "daemon") and NO_DAEMON["tr"] in told.first["text"]
    assert told.of("service") == [("fine", "ok")]  # its silence ends nothing else


def test_a_daemon_that_does_not_admit_this_user(calm_box: Box, public_folder: Path) -> None:  # noqa: F811
    path = Path(calm_box.env["PCSCLITE_CSOCK_NAME"])
    mode = path.stat().st_mode & 0o7777
    with unprivileged(public_folder) as (wrap, env, command):
        state = public_folder / "state"
        state.mkdir(mode=0o700)
        if wrap:
            os.chown(state, 65534, 65534)
        path.chmod(0)
        try:
            names_first("reader-not-permitted", "daemon", {"tr": "bu kullanıcıya izin vermiyor", "en": "does not admit this user"},
                        "--state-dir", str(state), env=env | {"PCSCLITE_CSOCK_NAME": str(path)}, wrap=wrap, command=command)
        finally:
            path.chmod(mode)


def test_no_reader() -> None:
    with PrivatePcscd() as pcscd:
        pcscd.stop()
        for file in (pcscd.folder / "readers").iterdir():
            file.unlink()
        pcscd.start()
        names_first("no-reader", "reader", {"tr": "Takılı kart okuyucu bulunamadı", "en": "No card reader was found"}, env=pcscd.environment)


# ---- cards ----

CARDS = [
    ("empty", "no-card", "card", "Kart okuyucuda kart yok. E-imza kartınızı", "There is no card in the reader. Put your"),
    ("idcard", "card-identity-card", "card", "Bu bir T.C. kimlik kartı", "This is a Turkish identity card"),
    ("akis2:no-certs", "card-no-certificate", "card", "sertifika", "certificate"),
    ("akis2:3d10=6982", "card-unrecognised", "card", "e-imza kart", "e-signature card"),
    ("akis2:blocked", "pin-blocked", "pin", "Kart bloke: PIN (e-imza şifresi) için", "The card is blocked"),
    ("akis2:unset", "pin-not-set", "pin", "Bu kartta henüz PIN (e-imza şifresi) yok", "This card has no PIN yet"),
    ("akis2:dead", "card-dead", "card", "PUK hakları tükenmiş", "PUK tries are used up"),
    ("akis2:blocked:puk=1", "puk-last-try", "pin", "tek bir PUK hakkı kalmış", "a single PUK try left"),
]


@pytest.mark.parametrize("spec, status, subject, tr, en", CARDS, ids=[row[0] for row in CARDS])
def test_a_card_that_nothing_goes_with(sandbox: Callable[..., Box], spec: str, status: str, subject: str, tr: str, en: str) -> None:
    box = sandbox(cards=[spec])
    told = names_first(status, subject, {"tr": tr, "en": en}, env=box.env)
    assert told.first["name"] == box.cards[0].reader and told.first["text"].startswith(f"{box.cards[0].reader}: ")
    left = {"pin-blocked": 0, "puk-last-try": 1}.get(status)  # as pin status says it; null where no try is the matter
    assert told.first["error"]["tries_left"] == told.json["error"]["tries_left"] == left
    assert spec == "empty" or pin_commands(box.cards[0].commands()) == []


@pytest.mark.parametrize("spec, status, tr, en", [
    ("akis2:tries=1", "pin-last-try", "tek deneme hakkı kalmış", "A single try is left for the PIN"),
    ("akis2:puk=1", "puk-last-try", "tek bir PUK hakkı kalmış", "a single PUK try left")])
def test_a_card_that_goes_on_for_now(sandbox: Callable[..., Box], spec: str, status: str, tr: str, en: str) -> None:
    box = sandbox(cards=[spec])
    told = names_first(status, "pin", {"tr": tr, "en": en}, env=box.env, severity="trouble")
    assert told.first["count"] == told.first["error"]["tries_left"] == 1


def test_a_card_that_no_profile_knows(foreign: Foreign) -> None:
    names_first("card-unsupported", "card", {"tr": "kart", "en": "card"}, env=foreign.pcscd.environment)


def test_a_card_that_is_mute() -> None:
    with PrivatePcscd() as pcscd, Mute(pcscd.port):
        def seen() -> str:
            done = subprocess.run([KAMUPIN, "doctor", "--json"], env=pcscd.environment, capture_output=True, text=True, stdin=subprocess.DEVNULL)
            return str(read_json(done)["diagnosis"][0]["status"])

        until(lambda: seen() == "card-mute", what="the mute card")
        names_first("card-mute", "card", {"tr": "yanıt vermiyor", "en": "does not answer"}, env=pcscd.environment)


def test_a_card_in_other_hands(calm_box: Box) -> None:
    other = Client(calm_box.env, calm_box.cards[0].reader)
    try:
        assert other.say("exclusive") == "ok"
        names_first("card-in-use", "card", {"tr": "başka bir program", "en": "nother program"}, env=calm_box.env, severity="trouble")
    finally:
        other.close()
    until(lambda: examine(env=calm_box.env, lang="en").code == 0)


def test_one_good_card_makes_up_for_others(sandbox: Callable[..., Box]) -> None:
    """An identity card, an empty reader and a dead card beside a good one are in nobody's way."""
    box = sandbox(cards=["idcard", "akis2", "empty", "akis2:dead"])
    told = examine(env=box.env, lang="tr")
    assert told.code == 0 and told.of("card") == [("trouble", "card-dead"), ("note", "card-identity-card"), ("fine", "ok")]
    assert told.first["name"] == box.cards[3].reader
    assert "E-imza kartınızı takın" not in told.text  # one is there


# ---- certificates ----

@pytest.mark.parametrize("spec, status, tr, en", [
    ("akis2:expired", "certificate-expired", "Sertifikanızın süresi", "Your certificate expired"),
    ("akis2:not-yet", "certificate-not-yet-valid", "Sertifikanızın geçerliliği", "Your certificate's time begins in")])
def test_a_certificate_out_of_its_dates(sandbox: Callable[..., Box], spec: str, status: str, tr: str, en: str) -> None:
    box = sandbox(cards=[spec])
    pem = certificate_of(box)
    days = days_to(pem.not_valid_after if status == "certificate-expired" else pem.not_valid_before)
    told = names_first(status, "certificate", {"tr": tr, "en": en}, env=box.env)
    assert int(told.first["name"], 16) == pem.serial_number
    assert told.first["count"] == days


def days_to(edge: datetime.datetime) -> int:
    """Whole days between now and then, asked at another second of the day than the edge's own: there one more would count."""
    day = datetime.timedelta(days=1).total_seconds()
    until(lambda: 2 < (edge - datetime.datetime.utcnow()).total_seconds() % day < day - 2, 20, "another second of the day")
    return abs(edge - datetime.datetime.utcnow()).days


def certificate_of(box: Box) -> x509.Certificate:
    """The certificate of the first card, as python3-cryptography reads it."""
    (row,) = [one for one in box.control.get("/certificates")["certificates"] if one.get("card_id") == box.cards[0].card_id]
    return x509.load_der_x509_certificate(base64.b64decode(row["der"]))


def test_a_certificate_that_ends_soon(calm_box: Box) -> None:
    """By the days that are asked about, and by the calendar."""
    days = days_to(certificate_of(calm_box).not_valid_after)
    told = names_first("certificate-ends-soon", "certificate", {"tr": f"Sertifikanız {days} gün sonra bitiyor", "en": f"ends in {days} days"},
                       "--days", str(days + 1), env=calm_box.env, severity="trouble")
    assert told.first["count"] == days
    assert examine("--days", str(days), env=calm_box.env, lang="en").of("certificate")[-1] == ("fine", "ok")


@pytest.mark.parametrize("state, tr, en", [("suspended", "Sertifika askıda", "The certificate is suspended"),
                                           ("revoked", "Sertifika iptal edilmiş", "The certificate is revoked")])
def test_a_certificate_that_was_taken_back(sandbox: Callable[..., Box], state: str, tr: str, en: str) -> None:
    """By the word of its issuer's responder, from one moment to the next."""
    box = sandbox(cards=["akis2"])
    assert examine(env=box.env, lang="en").code == 0
    box.control.post("/certificates/state", {"certificate": f"{certificate_of(box).serial_number:X}", "state": state})
    names_first(f"certificate-{state}", "certificate", {"tr": tr, "en": en}, env=box.env)


@pytest.mark.parametrize("way", ["down", "wrong-key", "stale"])
def test_a_responder_that_cannot_be_believed(calm_box: Box, way: str) -> None:
    """Not good, not bad: not known. No CRL is fetched instead, and nothing is kept."""
    state = Path(calm_box.env["KAMUPIN_STATE_DIR"])
    before = tree(state) if state.exists() else None
    calm_box.control.post("/status-service", {"ocsp": way})
    try:
        names_first("revocation-unreachable", "certificate", {"tr": "iptal durumu sorulamadı", "en": "could not be learned"},
                    env=calm_box.env, severity="trouble")
    finally:
        calm_box.control.post("/status-service", {"ocsp": "right"})
    assert (tree(state) if state.exists() else None) == before


def test_a_root_that_is_a_stranger(calm_box: Box, pki: Authority) -> None:
    told = examine("--trust", str(pki.file), env=calm_box.env, lang="en")
    assert told.code == 0 and told.first["subject"] == "certificate" and told.first["status"].startswith("chain-")


def test_revocation_is_asked_only_with_roots_and_network(calm_box: Box) -> None:
    env = {name: value for name, value in calm_box.env.items() if name != "KAMUPIN_TRUST"}
    for told in (examine(env=env, lang="en"), examine("--offline", env=calm_box.env, lang="en")):
        assert ("note", "ok") in told.of("certificate") and not [one for one in told.json["hosts"] if one["host"] == "127.0.0.1"]


def test_dates_are_judged_by_what_the_clock_should_be(calm_box: Box) -> None:
    """By the computer's own date the card would be over: it is not, and nobody is sent to buy a new one."""
    days = (certificate_of(calm_box).not_valid_after - datetime.datetime.utcnow()).days + 400
    told = names_first("clock-wrong", "clock", {"tr": f"{days} gün ileri", "en": f"{days} days ahead"}, env=calm_box.env | clock(f"+{days}d"))
    assert ("fine", "ok") in told.of("certificate") and "certificate-expired" not in str(told.findings)


def test_a_successor_makes_up_for_what_is_over(sandbox: Callable[..., Box]) -> None:
    box = sandbox(cards=["akis2:expired", "akis2"])
    told = examine(env=box.env, lang="tr")
    assert told.code == 0 and ("note", "certificate-expired") in told.of("certificate")


@pytest.mark.parametrize("lang, heading, says", [("tr", AHEAD["tr"], ("kamupin cert unsuspend", "kurumunuza ya da Kamu SM'ye (444 5 576)")),
                                                 ("en", AHEAD["en"], ("kamupin cert unsuspend", "your institution or Kamu SM (444 5 576)"))])
def test_nothing_makes_up_for_what_is_suspended(sandbox: Callable[..., Box], lang: str, heading: str, says: tuple[str, str]) -> None:
    """Another certificate of the same card is good; but somebody has to reopen this one, or to say why it is suspended."""
    box = sandbox(cards=["akis2:rsa:p256"])
    first, _ = sorted(one["serial"] for one in box.control.get("/certificates")["certificates"] if one.get("card_id"))
    box.control.post("/certificates/state", {"certificate": first, "state": "suspended", "by": "holder"})
    told = examine(env=box.env, lang=lang)
    assert told.code == 0 and told.text.splitlines()[0] == heading
    assert (told.first["severity"], told.first["status"], int(told.first["name"], 16)) == ("trouble", "certificate-suspended", int(first, 16))
    assert all(word in told.first["text"] for word in says) and told.first["reader"] is None


def test_the_reader_of_a_certificate_is_named_where_there_are_several(sandbox: Callable[..., Box]) -> None:
    box = sandbox(cards=["akis2:suspended=holder", "akis1"])
    told = examine("--verbose", env=box.env, lang="en")
    said = [one for one in told.findings if one["subject"] == "certificate"]
    assert {one["reader"] for one in said} == {card.reader for card in box.cards} and len(said) == 4
    assert all(one["text"].startswith(f"{one['reader']}, {one['name']}: ") for one in said)
    assert told.first["reader"] == box.cards[0].reader and told.first["status"] == "certificate-suspended"


# ---- the clock ----

def test_a_clock_that_is_an_hour_off(calm_box: Box) -> None:
    names_first("clock-wrong", "clock", {"tr": "saati 1 sa", "en": "clock is 1 h"}, env=calm_box.env | clock("+3605s"), severity="trouble")


def test_a_clock_of_another_decade_offline(calm_box: Box) -> None:
    """A dead battery: nobody has to be asked."""
    told = names_first("clock-wrong", "clock", {"tr": "yazıldığı günden bile önce", "en": "before this program was even written"},
                       "--offline", env=calm_box.env | clock("@2005-01-01 00:00:00"))
    assert told.of("network") == [("note", "ok")] and told.json["hosts"] == []


@contextmanager
def in_front(box: Box, pki: Authority, folder: Path, pem: Path, more: str = "") -> Iterator[list[str]]:
    """nginx with another certificate before the sandbox's service; the options that lead there."""
    with Nginx(folder, pem, box.env["KAMUPIN_SERVICE"], box.env["KAMUPIN_CA_FILE"], more=more) as server:
        assert isinstance(server, Nginx)
        box.settings(front_host=f"localhost:{server.port}")
        path = "/" + box.env["KAMUPIN_SERVICE"].split("/", 3)[3]
        yield ["--service", server.url + path, "--ca-file", str(pki.file)]


YEAR = pytest.mark.parametrize("by, days, tr, en", [("+365d", 365, "saati 365 gün ileri", "clock is 365 days ahead"),
                                                    ("-300d", -300, "saati 300 gün geri", "clock is 300 days behind")])


@YEAR
def test_a_clock_that_is_far_off(calm_box: Box, pki: Authority, tmp_path: Path, by: str, days: int, tr: str, en: str) -> None:
    """The server's certificate holds at both dates: what its Date says was said over TLS that held."""
    ages = Authority(tmp_path, "ages", born="2020-01-01")
    with in_front(calm_box, ages, tmp_path / "nginx", ages.leaf("ages-leaf", dates=("20200101", "20550101"))) as there:
        told = names_first("clock-wrong", "clock", {"tr": tr, "en": en}, *there, env=calm_box.env | clock(by))
    assert abs(told.first["count"] - days * 86400) < 120 and told.first["error"]["origin"] == "http"
    assert told.of("service") == [("fine", "ok")]


@YEAR
def test_a_clock_that_makes_tls_fail(calm_box: Box, pki: Authority, tmp_path: Path, by: str, days: int, tr: str, en: str) -> None:
    """The server's certificate is of these two days: what is wrong is the clock and not TLS, and how that is known is said."""
    pem = pki.leaf(f"two-days-{days}")
    with in_front(calm_box, pki, tmp_path / "nginx", pem) as there:
        told = names_first("clock-wrong", "clock", {"tr": tr, "en": en}, *there, env=calm_box.env | clock(by))
        assert abs(told.first["count"] - days * 86400) < 120 and told.first["error"]["origin"] == "tls"
        assert "compare the date with another clock" in told.first["text"]
        assert told.of("network") == []
        assert len(told.findings) == len(examine(*there, env=calm_box.env, lang="en").findings) - 2  # of network and service nothing


@pytest.mark.parametrize("dates", [("20240101", "20250101"), ("20990101", "20990201")])
def test_a_server_that_is_out_of_its_dates(calm_box: Box, pki: Authority, tmp_path: Path, dates: tuple[str, str]) -> None:
    """The clock is right, and TLS is what is wrong."""
    pem = pki.leaf(f"from-{dates[0]}", dates=dates)
    with in_front(calm_box, pki, tmp_path / "nginx", pem) as there:
        told = names_first("tls-expired", "network", {"tr": "sertifikasının süresi dolmuş ya da henüz başlamamış", "en": "has expired or is not valid yet"},
                           *there, env=calm_box.env)
        assert told.of("clock") == []


def liar(pem: Path, date: str) -> RawServer:
    """A server whose certificate is over, and which says that its own days are now."""
    def serve(connection: socket.socket) -> None:
        while read_request(connection):
            connection.sendall(f"HTTP/1.1 200 OK\r\nDate: {date}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}".encode())

    return RawServer(serve, pem)


def test_a_hint_needs_a_server_that_is_trusted_but_for_its_dates(pki: Authority, calm_box: Box, tmp_path: Path) -> None:
    """One of another authority, whose certificate is over, is believed nothing; nor one of ours that names a day of no certificate of its."""
    other = Authority(tmp_path, "stranger")
    for pem, date in ((other.leaf("over", dates=("20240101", "20250101")), "Sat, 01 Jun 2024 00:00:00 GMT"),
                      (pki.leaf("over", dates=("20240101", "20250101")), "Mon, 01 Jun 2020 00:00:00 GMT"),
                      (pki.leaf("over-elsewhere", host="DNS:elsewhere.invalid", dates=("20240101", "20250101")), "Sat, 01 Jun 2024 00:00:00 GMT"),
                      (pki.leaf("over-client", purpose="clientAuth", dates=("20240101", "20250101")), "Sat, 01 Jun 2024 00:00:00 GMT")):
        with liar(pem, date) as server:
            told = examine("--service", f"https://localhost:{server.port}", "--ca-file", str(pki.file), env=calm_box.env, lang="en")
        assert told.of("clock") == [] and told.first["subject"] == "network" and told.first["status"].startswith("tls-")


class Turncoat:
    """Shows one certificate at the first handshake and another ever after, in a RawServer's place of an SSLContext."""

    def __init__(self, first: ssl.SSLContext, pem: Path) -> None:
        self.contexts = [first]
        self.after = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.after.set_ciphers("DEFAULT@SECLEVEL=0")  # also with what is too weak elsewhere
        self.after.load_cert_chain(pem)

    def wrap_socket(self, connection: socket.socket, server_side: bool) -> ssl.SSLSocket:
        """A handshake with what is its turn."""
        return (self.contexts.pop() if self.contexts else self.after).wrap_socket(connection, server_side=server_side)


@pytest.mark.parametrize("kind", ["stranger", "alone", "client", "sha1", "1024"])
def test_a_hint_is_judged_anew(pki: Authority, calm_box: Box, tmp_path: Path, kind: str) -> None:
    """Who answers the question for the date has to be trusted itself, whatever was shown before. Without dates what is weak would be good for ever:
    many keys of old certificates can be worked out today."""
    dates = ("20240101", "20250101")
    pem = {"stranger": lambda: Authority(tmp_path, "stranger").leaf("other", dates=dates), "alone": lambda: self_signed(tmp_path, "alone"),
           "client": lambda: pki.leaf("for-clients", purpose="clientAuth", dates=dates),
           "sha1": lambda: pki.leaf("over-sha1", digest="sha1", dates=dates), "1024": lambda: pki.leaf("over-1024", bits=1024, dates=dates)}[kind]()
    date = "Sat, 01 Jun 2024 00:00:00 GMT" if kind != "alone" else "Sun, 01 Jun 2036 00:00:00 GMT"
    with liar(pki.leaf(f"turned-{kind}", dates=dates), date) as server:
        server.tls = Turncoat(server.tls, pem)  # type: ignore[assignment,arg-type]
        told = examine_once("--service", f"https://localhost:{server.port}", "--ca-file", str(pki.file), env=calm_box.env)
        assert server.connections == 2
    assert told[0]["status"] == "tls-expired" and "clock" not in [one["subject"] for one in told]


def examine_once(*options: str, env: Mapping[str, str]) -> list[dict[str, Any]]:
    """The findings of one run alone."""
    done = subprocess.run([KAMUPIN, "doctor", "--json", *options], env=dict(env), capture_output=True, text=True, timeout=60,
                          stdin=subprocess.DEVNULL)
    findings: list[dict[str, Any]] = read_json(done)["diagnosis"]
    return findings


def test_a_hint_is_told_as_one(pki: Authority, calm_box: Box) -> None:
    """Who holds the key of a certificate of ours that is over can say so, and no more comes of it than a sentence that says how it is known."""
    with liar(pki.leaf("over-liar", dates=("20240101", "20250101")), "Sat, 01 Jun 2024 00:00:00 GMT") as server:
        names_first("clock-wrong", "clock", {"tr": "tarihi başka bir saatle de karşılaştırın", "en": "compare the date with another clock"},
                    "--service", f"https://localhost:{server.port}", "--ca-file", str(pki.file), env=calm_box.env)


# ---- the network ----

def test_a_name_that_nobody_knows(calm_box: Box) -> None:
    told = names_first("network-name", "network", {"tr": "alan adı çözülemedi", "en": "name"}, "--service", "https://nobody.invalid/v1", env=calm_box.env)
    assert told.first["name"] == "nobody.invalid" and "nobody.invalid:443 (not reached)" in told.text


def test_a_port_that_nobody_listens_on(calm_box: Box) -> None:
    port = free_port()
    told = names_first("network-unreachable", "network", {"tr": "Hizmete bağlanılamadı", "en": "could not be reached"}, "--service",
                       f"https://localhost:{port}/v1", env=calm_box.env)
    assert told.first["name"] == f"localhost:{port}"


def test_a_proxy_that_wants_a_login(calm_box: Box, tmp_path: Path) -> None:
    with TinyProxy(tmp_path / "proxy", "ayse parola") as proxy:
        told = names_first("network-proxy", "network", {"tr": "ekil sunucu", "en": "proxy"},
                           env=calm_box.env | {"https_proxy": f"http://127.0.0.1:{proxy.port}", "no_proxy": "elsewhere.invalid"})
        assert "by way of a proxy" in told.text


@pytest.mark.parametrize("status, tr, en", [
    ("tls-self-signed", "sertifika", "certificate"), ("tls-purpose", "sertifika", "certificate"), ("tls-version", "TLS", "TLS"),
    ("tls-name", "ad", "name"), ("tls-certificate", "güven", "trust")])
def test_tls_that_is_not_to_be_trusted(calm_box: Box, pki: Authority, tmp_path: Path, status: str, tr: str, en: str) -> None:
    pem = {"tls-self-signed": lambda: self_signed(tmp_path, "alone"),
           "tls-purpose": lambda: pki.leaf("client", purpose="clientAuth"),
           "tls-version": lambda: pki.leaf("old"),
           "tls-name": lambda: pki.leaf("elsewhere", host="DNS:elsewhere.invalid"),
           "tls-certificate": lambda: Authority(tmp_path, "other").leaf("stranger")}[status]()
    options = ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"] if status == "tls-version" else []
    with SServer(tmp_path, pem, "-www", *options) as server:
        names_first(status, "network", {"tr": tr, "en": en}, "--service", f"https://localhost:{server.port}/v1", "--ca-file", str(pki.file), env=calm_box.env)


def test_a_page_in_the_services_place(calm_box: Box, pki: Authority, tmp_path: Path) -> None:
    """A network's own login page, served by nginx."""
    page = 'location ~ /metadata { default_type text/html; return 200 "<html>Giris</html>"; }'
    with in_front(calm_box, pki, tmp_path / "nginx", pki.leaf("portal"), page) as there:
        told = names_first("http-intercepted", "network", {"tr": "ağın giriş sayfası", "en": "login page"}, *there, env=calm_box.env)
        assert told.of("clock") == [("fine", "ok")]  # its word for the date is good all the same


def test_an_address_that_is_none(calm_box: Box) -> None:
    names_first("url-refused", "network", {"tr": "https", "en": "https"}, "--service", "http://localhost/v1", env=calm_box.env)


def test_a_ca_file_that_is_missing(calm_box: Box, tmp_path: Path) -> None:
    names_first("ca-file", "network", {"tr": "dosya", "en": "file"}, "--ca-file", str(tmp_path / "none"), env=calm_box.env)


# ---- the service ----

def test_a_service_that_is_away(calm_box: Box) -> None:
    calm_box.fault("metadata", "status", status=503, times=20)
    names_first("service-unavailable", "service", {"tr": "Hizmet şu anda kullanılamıyor", "en": "not available"}, env=calm_box.env)


def test_a_client_that_is_too_old(calm_box: Box) -> None:
    calm_box.settings(minimum_client_version="99.0.0")
    told = names_first("client-too-old", "service", {"tr": "ürüm", "en": "version"}, env=calm_box.env)
    assert told.of("network") == [("fine", "ok")]


def test_a_server_that_is_no_such_service(calm_box: Box, pki: Authority, tmp_path: Path) -> None:
    other = 'location ~ /metadata { default_type application/json; return 200 "{}"; }'
    with in_front(calm_box, pki, tmp_path / "nginx", pki.leaf("other"), other) as there:
        names_first("service-reply-malformed", "service", {"tr": "izmet", "en": "service"}, *there, env=calm_box.env)


def test_no_service_is_no_fault(calm_box: Box) -> None:
    env = {name: value for name, value in calm_box.env.items() if name != "KAMUPIN_SERVICE"}
    told = examine(env=env, lang="en")
    assert told.code == 0 and told.of("service") == [("note", "ok")] and [one["host"] for one in told.json["hosts"]] == ["127.0.0.1"]


# ---- several at once, and giving up ----

def test_the_order_of_dependence(sandbox: Callable[..., Box], tmp_path: Path) -> None:
    """Of several faults the one that others depend on stands first."""
    box = sandbox(cards=["akis2:blocked"])
    bad = tmp_path / "state"
    bad.write_text("")
    told = examine("--state-dir", str(bad), "--service", "https://nobody.invalid", env=box.env, lang="tr")
    assert [one["status"] for one in told.findings if one["severity"] == "fault"] == ["state-folder", "pin-blocked", "network-name"]
    assert told.code == STATUS["state-folder"]
    assert re.search(r"Önce şunu düzeltin:\n  Bilgisayar .*\n\nSonra şunları düzeltin:\n  PIN .*\n  Ağ ", told.text)


def test_ctrl_c_ends_it(calm_box: Box) -> None:
    """Also while nothing answers."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        process = calm_box.start(KAMUPIN, "doctor", "--json", "--service", f"https://localhost:{silent.getsockname()[1]}")
        connection = silent.accept()[0]
        process.send_signal(2)
        said, _ = process.communicate(timeout=10)
        connection.close()
    assert process.returncode == STATUS["cancelled"] and json.loads(said)["error"]["status"] == "cancelled"
