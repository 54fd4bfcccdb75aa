# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# kamupin cert list, show, status and watch: certificates of cards, files and the service, in both languages and as JSON. Not ours on the
# other end: the openssl command reads and verifies the same certificates; `date` and the C library's time zones say what a local time is.
"""Tests of certificates, by the command."""
from __future__ import annotations

import contextlib
import datetime
import os
import re
import socket
import sqlite3
import subprocess
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli import STATUS, alone, read_json
from cli_life import Person, fits, pem_of
from little_pki import issue
from provoked import provoked

NOWHERE = {"PCSCLITE_CSOCK_NAME": "/nonexistent/pcscd.comm"}
BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")


@pytest.fixture(scope="module")
def person() -> Iterator[Person]:
    with Person(["akis2:p384", "idcard", "akis1:rsa"]) as made:
        yield made


@pytest.fixture(scope="module")
def stranger() -> Iterator[Person]:
    """Nobody is logged in."""
    with Person(["akis2:rsa:p256"], logged_in=False) as made:
        yield made


def alike(person: Person, which: str, path: Path) -> dict[str, object]:
    """cert show, and openssl on the file that it wrote, say the same."""
    shown: dict[str, object] = person.ask("cert", "show", which, "--out", str(path))["certificate"]
    said = pem_of(path, "-serial", "-fingerprint", "-sha256", "-startdate", "-enddate", "-dateopt", "iso_8601").splitlines()
    values = dict(line.split("=", 1) for line in said)
    assert values["serial"].lstrip("0") == str(shown["serial"]).lstrip("0")
    assert values["sha256 Fingerprint"].replace(":", "") == shown["fingerprint"]
    assert (values["notBefore"].replace(" ", "T"), values["notAfter"].replace(" ", "T")) == (shown["not_before"], shown["not_after"])
    return shown


def test_one_list_of_cards_and_service(person: Person) -> None:
    """Each once, wherever it was found; an identity card is asked nothing and is no failure."""
    listed = person.ask("cert", "list")["certificates"]
    both = [one for one in listed if one["sources"] == ["card", "service"]]
    assert len(both) == 2 and {one["card_id"] for one in both} == {person.box.cards[0].card_id, person.box.cards[2].card_id}
    assert len({one["serial"] for one in listed}) == len(listed)
    states = [one["record"]["state"] for one in listed]
    assert sorted(set(states)) == ["active", "expired", "issued", "not-yet-valid", "revoked", "suspended"]
    # the service's own mask shows the first digit, too; all rows have one mask
    assert all(re.fullmatch(r"\*{8,}[0-9]{2}", one["identity"]) for one in listed)
    assert all(one["record"]["identity"] == one["identity"] for one in listed)
    assert {one["reader"] for one in both} == {person.box.cards[0].reader, person.box.cards[2].reader}
    assert all((one["reader"] is None) == ("card" not in one["sources"]) for one in listed)
    assert [one["sources"] for one in person.ask("cert", "list", "cards")["certificates"]] == [["card"], ["card"]]
    assert {one["record"]["on_behalf_of"] for one in person.certificates("authorised")} >= {"vkn:4540536920"}


def test_the_reader_is_a_column_where_there_are_several(person: Person, stranger: Person) -> None:
    """In the list, and where somebody has to say which of them is meant; with one card it would say the same in each row."""
    several, one = person.plain("cert", "list", "cards").stdout, stranger.plain("cert", "list", "cards").stdout
    assert "Reader" in several and all(person.box.cards[n].reader in several for n in (0, 2)) and fits(several)
    assert "Reader" not in one and str(stranger.box.cards[0].reader) not in one and one.count("e-signature") == 2
    asked = person.plain("cert", "show")
    assert asked.returncode == STATUS["choice-needed"] and all(str(person.box.cards[n].reader) in asked.stderr for n in (0, 2))
    shown = stranger.plain("cert", "show", "--certificate", "1").stdout
    assert f"Reader        {stranger.box.cards[0].reader}\n" in shown


@pytest.mark.parametrize("lang, hint", [("tr", "temsil ettiğiniz kurumların var"), ("en", "of organisations that you act for")])
def test_whose_certificates_are_an_organisations_is_told_so(lang: str, hint: str) -> None:
    """Who has none of their own, and acts for somebody who has; to anybody else nothing is said."""
    with Person(["empty"]) as somebody:
        assert "--role" not in somebody.plain("cert", "list", lang=lang).stderr
        with contextlib.closing(sqlite3.connect(somebody.box.folder / "service" / "registry.db")) as registry, registry:
            registry.execute("DELETE FROM certificate WHERE owner = 'deneme'")
        done = somebody.plain("cert", "list", lang=lang)
        assert done.returncode == 0 and hint in done.stderr and "kamupin cert list --role authorised" in " ".join(done.stderr.split())
        assert len(somebody.certificates("authorised")) > 1


@pytest.mark.parametrize("lang, words", [("en", ["Valid until", "not valid before 20", "suspended by you", "not opened for use", "revoked 20"]),
                                         ("tr", ["Bitiş", "henüz başlamadı: ", "askıda (siz)", "kullanıma açılmadı", "iptal edildi "])])
def test_the_list_for_people(person: Person, lang: str, words: list[str]) -> None:
    with person.terminal("cert", "list", lang=lang) as terminal:
        assert terminal.wait() == 0
        text = terminal.text.replace("\r", "")
    assert all(word in text for word in words) and fits(text)
    head = text.splitlines()[1]
    columns = [head.index(word.strip()) for word in head.split("  ") if word.strip()]
    rows = [line for line in text.splitlines()[2:] if line.startswith("  ")]
    assert len(rows) == len(person.ask("cert", "list")["certificates"])
    assert all(row[column - 1] == " " and row[column] != " " for row in rows for column in columns[1:] if len(row) > column)


def test_dates_are_shown_in_local_time(person: Person) -> None:
    """A certificate that has not begun says so in the person's own time zone, summer time and all."""
    record = person.one("not-yet-valid")
    begin = datetime.datetime.fromisoformat(record["not_before"].replace("Z", "+00:00"))
    for zone in ("Europe/Istanbul", "America/St_Johns", "Pacific/Kiritimati"):
        wanted = subprocess.run(["date", "-d", begin.isoformat(), "+%Y-%m-%d %H:%M"], env={"TZ": zone}, capture_output=True, text=True)
        said = person.plain("cert", "show", record["certificate_id"], env={"TZ": zone}).stdout
        assert f"not valid before {wanted.stdout.strip()}\n" in said
        assert f"Valid from    {wanted.stdout.strip()}:" in said


def test_without_readers_the_service_is_still_listed(person: Person, stranger: Person) -> None:
    done = person.plain("cert", "list", env=NOWHERE)
    assert done.returncode == 0 and "suspended by you" in done.stdout and "PC/SC" in done.stderr
    assert stranger.refused("reader-service-down", "cert", "list", env=NOWHERE)
    for words in (("service",), ("--login",), ("--role", "individual")):
        stranger.refused("login-required", "cert", "list", *words)
    assert len(stranger.ask("cert", "list")["certificates"]) == 2


def test_files_of_any_number(stranger: Person, tmp_path: Path) -> None:
    """Every certificate of the system's store, as many as openssl counts; a file that is none is named."""
    count = BUNDLE.read_text().count("-----BEGIN CERTIFICATE-----")
    listed = stranger.ask("cert", "list", str(BUNDLE))["certificates"]
    assert len(listed) == count > 50 and {one["class"] for one in listed} == {"authority"}
    mixed = stranger.ask("cert", "list", str(BUNDLE), "cards", stranger.env["KAMUPIN_TRUST"])["certificates"]
    assert len(mixed) == count + 4
    (tmp_path / "empty.pem").write_text("nothing")
    for lang in ("tr", "en"):
        done = stranger.plain("cert", "list", str(BUNDLE), str(tmp_path / "empty.pem"), lang=lang)
        assert done.returncode == STATUS["certificate-file"] and f"{tmp_path}/empty.pem: " in done.stderr and done.stdout == ""
    stranger.refused("certificate-file", "cert", "show", "/nonexistent.pem")


def xml_of(path: Path, pem: Path, mark: str = "") -> Path:
    """The certificates of a PEM file as a SertifikaDeposu.xml."""
    blocks = re.findall("-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", pem.read_text(), re.DOTALL)
    rows = "".join(f"<koksertifika><mKokSertifikaNo>1</mKokSertifikaNo><mValue>{one}</mValue></koksertifika>" for one in blocks)
    path.write_text(f'<?xml version="1.0"?>\n<depo>{rows}{mark}</depo>\n')
    return path


def test_a_folder_and_the_store_of_roots_are_read(tmp_path: Path) -> None:
    """Each once, by name; what is no certificate is passed over in a folder, and XML counts as a whole or not at all."""
    folder = tmp_path / "roots"
    (folder / "below.pem").mkdir(parents=True)
    xml = xml_of(tmp_path / "SertifikaDeposu.xml", BUNDLE)
    from_pem, from_xml = (read_json(alone("cert", "list", str(path), "--json"))["certificates"] for path in (BUNDLE, xml))
    assert from_xml == from_pem and len(from_pem) > 50
    (folder / "all.crt").write_bytes(BUNDLE.read_bytes())
    (folder / "again.PEM").write_bytes(BUNDLE.read_bytes())
    (folder / "key.pem").write_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    (folder / "notes.txt").write_text("not looked at")
    assert read_json(alone("cert", "list", str(folder), str(xml), "--json"))["certificates"] == from_pem
    (tmp_path / "none").mkdir()
    for path in (tmp_path / "none", xml_of(tmp_path / "bad.xml", BUNDLE, "<koksertifika><mValue>q83v</mValue></koksertifika>"),
                 xml_of(tmp_path / "open.xml", BUNDLE, "<depo>")):
        done = alone("cert", "list", str(path), "--json")
        assert done.returncode == STATUS["certificate-file"] and "certificates" not in read_json(done)


@pytest.mark.parametrize("name, make", [
    ("pipe.pem", lambda path: os.mkfifo(path)),
    ("device.pem", lambda path: path.symlink_to("/dev/tty")),
    ("zeros.pem", lambda path: path.symlink_to("/dev/zero")),
    ("socket.pem", lambda path: socket.socket(socket.AF_UNIX).bind(str(path))),
    ("empty.pem", lambda path: path.write_text("")),
], ids=["pipe", "terminal", "zeros", "socket", "empty"])
def test_what_is_no_certificate_file_in_a_folder_is_passed_over(tmp_path: Path, name: str, make: Callable[[Path], object]) -> None:
    """Nobody waits for a pipe's writer; a pipe that is named itself is read."""
    make(tmp_path / name)
    (tmp_path / "there.pem").write_bytes(issue("Deneme", None).pem)
    assert len(read_json(alone("cert", "list", str(tmp_path), "--json"))["certificates"]) == 1
    (tmp_path / "there.pem").unlink()
    assert alone("cert", "list", str(tmp_path)).returncode == STATUS["certificate-file"]
    if name == "pipe.pem":
        with subprocess.Popen(["cp", "/dev/stdin", str(tmp_path / name)], stdin=subprocess.PIPE) as writer:
            assert writer.stdin is not None
            writer.stdin.write(issue("Deneme", None).pem)
            writer.stdin.close()
            assert len(read_json(alone("cert", "list", str(tmp_path / name), "--json"))["certificates"]) == 1


@pytest.mark.parametrize("spoil, why", [
    (lambda path: path.symlink_to("nowhere.pem"), "it cannot be read (code 0x2)"),
    (lambda path: os.truncate(os.open(path, os.O_WRONLY | os.O_CREAT), (16 << 20) + 1), "larger than 16 MiB"),
    (lambda path: xml_of(path, BUNDLE, "<koksertifika><mValue>q83v</mValue></koksertifika>"), ""),
], ids=["broken link", "too large", "XML with a broken root"])
def test_a_file_of_a_folder_that_cannot_be_read_is_named(tmp_path: Path, spoil: Callable[[Path], object], why: str) -> None:
    """As in a folder of trusted roots: what is missing from a list is not hidden."""
    (tmp_path / "there.pem").write_bytes(issue("Deneme", None).pem)
    spoil(tmp_path / "bad.pem")
    done = alone("cert", "list", str(tmp_path))
    assert done.returncode == STATUS["certificate-file"] and done.stdout == "" and f"! bad.pem: {why}" in done.stderr


def test_a_path_of_a_folder_that_is_too_long_is_not_skipped(tmp_path: Path) -> None:
    folder = tmp_path
    while len(str(folder)) < 3900:
        folder /= "d" * min(200, 4000 - len(str(folder)))
    folder.mkdir(parents=True)
    (folder / "there.pem").write_bytes(issue("Deneme", None).pem)
    opened = os.open(folder, os.O_RDONLY)
    os.close(os.open("n" * 200 + ".pem", os.O_WRONLY | os.O_CREAT, dir_fd=opened))
    os.close(opened)
    done = alone("cert", "list", str(folder))
    assert done.returncode == STATUS["certificate-file"] and "! " + "n" * 80 + ": it cannot be read" in done.stderr


@pytest.mark.skipif("KAMUPIN_REAL_CERTS" not in os.environ, reason="Kamu SM's own roots are not part of this tree")
@pytest.mark.parametrize("lang, known", [("tr", "Kamu SM kökü (bilinen)"), ("en", "root of Kamu SM (known)")])
def test_known_roots_are_marked(tmp_path: Path, lang: str, known: str) -> None:
    """By fingerprint: one that says the same of itself is another certificate."""
    folder = Path(os.environ["KAMUPIN_REAL_CERTS"])
    both = tmp_path / "both.pem"
    both.write_text("".join(path.read_text() for path in sorted(folder.glob("*.pem"))))
    for path in (folder, both, xml_of(tmp_path / "SertifikaDeposu.xml", both)):
        done = alone("cert", "list", str(path), lang=lang)
        rows = [one for one in read_json(alone("cert", "list", str(path), "--json"))["certificates"] if one["known_root"]]
        assert len(rows) == 4 == done.stdout.count(known) and fits(done.stdout)


def columns(text: str) -> int:
    """The columns of a text at a terminal, as Unicode's own tables have them."""
    return sum(0 if unicodedata.category(one) in ("Mn", "Me", "Cf") else 2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


def test_columns_stand_below_one_another_whatever_the_script(tmp_path: Path) -> None:
    names = ["Plain", "東京認証局", "e\u0301clair Cafe\u0301", "İĞÜŞÖÇ ığüşöç", "한국 인증", "חָתוּל", "Ｗｉｄｅ"]
    bundle = tmp_path / "all.pem"
    for name in names:
        made = subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "/dev/null",
                               "-utf8", "-subj", f"/CN={name}", "-set_serial", "7", "-days", "9"], capture_output=True, text=True, check=True)
        bundle.write_text((bundle.read_text() if bundle.exists() else "") + made.stdout)
    head, *rows = alone("cert", "list", str(bundle)).stdout.splitlines()
    assert [row.split("  ")[0] for row in rows] == names
    at = head.index("Serial")
    assert [columns(row[:row.index("  07  ") + 2]) for row in rows] == [at] * len(rows)
    assert {columns(row[:row.index("within its dates")]) for row in rows} == {head.index("State")}


def test_show_says_what_openssl_says(person: Person, tmp_path: Path) -> None:
    for number, one in enumerate(person.certificates()):
        shown = alike(person, one["record"]["certificate_id"], tmp_path / f"{number}.pem")
        assert shown["record"] == one["record"] and shown["history"]
        again = alike(person, ":".join(one["serial"][i:i + 2].lower() for i in range(0, len(one["serial"]), 2)), tmp_path / "again.pem")
        assert again["fingerprint"] == shown["fingerprint"]
        assert alike(person, f"decimal:{shown['serial_decimal']}", tmp_path / "again.pem")["fingerprint"] == shown["fingerprint"]
        assert alike(person, str(tmp_path / f"{number}.pem"), tmp_path / "again.pem")["record"] is None


@pytest.mark.parametrize("lang", ["tr", "en"])
def test_show_masks_the_identity_unless_told(person: Person, lang: str) -> None:
    which = person.one("active")["serial"]
    assert "10000000146" not in person.plain("cert", "show", which, lang=lang).stdout
    whole = person.ask("cert", "show", which, "--whole-identity")["certificate"]
    assert whole["identity_type"] == "tckn" and len(whole["identity"]) == 11 and whole["identity"].isdecimal() and whole["identity"] in whole["subject"]
    with person.terminal("cert", "show", which, "--whole-identity", lang=lang) as terminal:
        assert terminal.wait() == 0
        assert f"TCKN {whole['identity']}" in terminal.text and fits(terminal.text)
    masked = person.plain("cert", "show", which, lang=lang).stdout
    assert whole["identity"] not in masked and whole["identity"] not in str(person.ask("cert", "show", which))


def test_show_on_a_card(stranger: Person, tmp_path: Path) -> None:
    code, said = stranger.run("cert", "show")
    assert code == STATUS["choice-needed"] and "card or certificate" in said["error"]["text"] and "kamupin cert list" in said["error"]["text"]
    numbered = [stranger.ask("cert", "show", "--certificate", n, "--card", str(stranger.box.cards[0].card_id))["certificate"] for n in "12"]
    assert [one["card_certificate"] for one in numbered] == [1, 2] and numbered[0]["serial"] != numbered[1]["serial"]
    assert alike(stranger, numbered[1]["serial"], tmp_path / "x.pem")["key"] == "EC P-256"
    assert stranger.plain("cert", "show", "--certificate", "3").returncode == STATUS["invalid-argument"]
    stranger.refused("login-required", "cert", "show", "00AABBCC")
    stranger.refused("certificate-file", "cert", "show", "AABBCCZ")


def test_show_on_a_card_with_a_session(person: Person, stranger: Person) -> None:
    """The service's record is shown when the certificate is named by its number, too; nobody is asked about a file."""
    by_number = person.ask("cert", "show", "--certificate", "1", "--card", str(person.box.cards[0].card_id))["certificate"]
    assert by_number == person.ask("cert", "show", by_number["serial"])["certificate"] and by_number["history"]
    assert stranger.ask("cert", "show", "--certificate", "1")["certificate"]["record"] is None
    foreign = person.ask("cert", "show", "--certificate", "1", person.env["KAMUPIN_TRUST"])["certificate"]
    assert foreign["record"] is None and "history" not in foreign


def test_what_nobody_has_is_unknown(person: Person) -> None:
    person.refused("certificate-unknown", "cert", "show", "00AABBCC")
    person.refused("certificate-unknown", "cert", "show", "crt-AAECAwQFBgcICQoL")


# ---- cert status ----


def test_status_is_openssls_verdict(person: Person, tmp_path: Path) -> None:
    """Every certificate that the person has: openssl verify and openssl ocsp, and the command."""
    trust = person.env["KAMUPIN_TRUST"]
    wanted = {"active": "ok", "expired": "certificate-expired", "not-yet-valid": "certificate-not-yet-valid", "revoked": "certificate-revoked",
              "suspended": "certificate-suspended", "issued": "certificate-suspended"}
    for one in person.certificates():
        path = tmp_path / "leaf.pem"
        person.ask("cert", "show", one["record"]["certificate_id"], "--out", str(path))
        code, said = person.run("cert", "status", str(path))
        check, state = said["check"], one["record"]["state"]
        assert check["verdict"]["status"] == wanted[state] and code == STATUS[wanted[state]], (state, check)
        provoked(wanted[state])
        verified = subprocess.run(["openssl", "verify", "-CAfile", trust, str(path)], capture_output=True)
        assert (verified.returncode == 0) == (check["chain"]["status"] == check["dates"]["status"] == "ok")
        assert check["length"] == 3 and "SANDBOX" in check["root"]
        if state in ("active", "revoked"):
            assert (check["revocation"]["source"], check["revocation"]["nonce"]) == ("ocsp", "echoed")
            ocsp = subprocess.run(["openssl", "ocsp", "-issuer", trust_sub(trust, tmp_path), "-cert", str(path), "-CAfile", trust, "-url",
                                   pem_of(path, "-ocsp_uri").strip()], capture_output=True, text=True).stdout
            assert (": good" in ocsp) == (state == "active") and (": revoked" in ocsp) == (state == "revoked")


def trust_sub(trust: str, folder: Path) -> str:
    """The second certificate of the sandbox's trust store: the issuer."""
    path = folder / "sub.pem"
    path.write_text("-----BEGIN CERTIFICATE-----" + Path(trust).read_text().split("-----BEGIN CERTIFICATE-----")[2])
    return str(path)


@pytest.mark.parametrize("lang, good, revoked", [("en", "The certificate is genuine and in force.", "Reason        there is a new one"),
                                                 ("tr", "Sertifika gerçek ve geçerli.", "Neden         yenisi var")])
def test_status_for_people(person: Person, lang: str, good: str, revoked: str) -> None:
    with person.terminal("cert", "status", person.one("active")["serial"], lang=lang) as terminal:
        assert terminal.wait() == 0 and good in terminal.text and "OCSP" in terminal.text and fits(terminal.text)
    with person.terminal("cert", "status", person.one("revoked")["certificate_id"], lang=lang) as terminal:
        assert terminal.wait() == STATUS["certificate-revoked"] and revoked in terminal.text and fits(terminal.text)
    done = person.plain("cert", "status", person.one("expired")["certificate_id"], lang=lang)
    assert done.returncode == STATUS["certificate-expired"] and done.stderr == "" and ("Ne yapmalı" if lang == "tr" else "What to do") in done.stdout


def test_status_without_the_network_or_roots(person: Person, tmp_path: Path) -> None:
    active = person.one("active")["serial"]
    said = person.refused("revocation-unreachable", "cert", "status", active, "--offline", env={"KAMUPIN_STATE_DIR": str(tmp_path)})
    assert said["check"]["chain"]["status"] == "ok" and said["check"]["revocation"]["source"] is None
    for lang, again, network in (("tr", "--offline olmadan yeniden sorun", "Ağı denetleyin"), ("en", "ask again without --offline", "Check the network")):
        done = person.plain("cert", "status", active, "--offline", lang=lang, env={"KAMUPIN_STATE_DIR": str(tmp_path)})
        assert again in " ".join(done.stdout.split()) and network not in done.stdout
    assert person.refused("chain-incomplete", "cert", "status", active, "--trust", str(BUNDLE))["check"]["root"] is None
    person.refused("trust-store", "cert", "status", active, env={"KAMUPIN_TRUST": ""})
    person.refused("trust-store", "cert", "status", active, "--trust", str(tmp_path))
    for lang, word in (("tr", "--trust YOL"), ("en", "--trust PATH")):
        assert word in person.plain("cert", "status", active, lang=lang, env={"KAMUPIN_TRUST": ""}).stderr


@pytest.mark.parametrize("lang, server, service", [("tr", "sertifikayı veren kurumun sunucusu", "Hizmetle"), ("en", "the issuer's server", "service")])
def test_it_is_the_issuers_servers_that_do_not_answer(lang: str, server: str, service: str, tmp_path: Path) -> None:
    """Not the service that one logs in to; both ways are named."""
    with Person(["akis2"], logged_in=False) as somebody:
        somebody.box.control.post("/status-service", {"ocsp": "down", "crl": "down"})
        done = somebody.plain("cert", "status", lang=lang, env={"KAMUPIN_STATE_DIR": str(tmp_path)})
    text = " ".join(done.stdout.split())
    assert done.returncode == STATUS["revocation-unreachable"] and text.count(server) == 2 and service not in text, done.stdout


# ---- cert watch ----


def dated(folder: Path, days: int) -> Path:
    """A certificate by openssl that ends in so many days, and an hour before that ends the day."""
    path = folder / f"{days}.pem"
    end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days, hours=-1)
    begin = end - datetime.timedelta(days=400)
    key = folder / "key.pem"
    subprocess.run(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", str(key), "-subj",
                    f"/CN=ends in {days}", "-out", str(folder / "csr.pem")], check=True, capture_output=True)
    (folder / "index").write_text("")
    (folder / "ca.cnf").write_text(f"[ca]\ndefault_ca=x\n[x]\ndatabase={folder}/index\nnew_certs_dir={folder}\nrand_serial=yes\ndefault_md=sha256\n"
                                   "policy=p\n[p]\ncommonName=supplied\n")
    subprocess.run(["openssl", "ca", "-batch", "-selfsign", "-config", str(folder / "ca.cnf"), "-in", str(folder / "csr.pem"), "-keyfile", str(key),
                    "-startdate", begin.strftime("%Y%m%d%H%M%SZ"), "-enddate", end.strftime("%Y%m%d%H%M%SZ"), "-notext", "-out", str(path)],
                   check=True, capture_output=True)
    return path


def test_watch_is_quiet_until_one_ends_soon(tmp_path: Path) -> None:
    """What cron mails: nothing, or those that end, with an exit code of their own."""
    late, soon, over = dated(tmp_path, 40), dated(tmp_path, 20), dated(tmp_path, -3)
    done = alone("cert", "watch", str(late))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert read_json(alone("cert", "watch", str(late), "--json"))["ending"] == []
    for words, status, days in (([late, soon], "certificate-ends-soon", [19]), ([late, soon, over], "certificate-expired", [19, -4])):
        done = alone("cert", "watch", *map(str, words), "--json")
        said = read_json(done)
        assert done.returncode == STATUS[status] and said["error"]["status"] == status
        assert [one["days_left"] for one in said["ending"]] == days
        provoked(status)
    for lang in ("tr", "en"):
        done = alone("cert", "watch", str(soon), str(late), lang=lang)
        assert done.returncode == STATUS["certificate-ends-soon"] and "ends in 20" in done.stdout and "ends in 40" not in done.stdout
        assert fits(done.stdout)
    assert alone("cert", "watch", "--days", "45", str(late)).returncode == STATUS["certificate-ends-soon"]
    assert alone("cert", "watch", "--days", "10", str(soon)).returncode == 0
    assert alone("cert", "watch", "--days", "soon", str(late)).returncode == STATUS["invalid-argument"]


def test_watch_looks_at_cards_and_service(person: Person) -> None:
    assert person.ask("cert", "watch", "cards")["ending"] == []
    code, said = person.run("cert", "watch", "service", "--days", "60")
    assert code == STATUS["certificate-expired"] and [one["record"]["state"] for one in said["ending"]] == ["expired"]
    assert person.run("cert", "watch", "service", "--days", "30")[0] == 0  # it was over for longer than that
    code, said = person.run("cert", "watch", "--days", "1200")
    assert code == STATUS["certificate-ends-soon"] or code == STATUS["certificate-expired"]
    assert "revoked" not in [one["record"]["state"] for one in said["ending"]]


@pytest.mark.parametrize("word, lang, says", [
    ("askı", "tr", "kamupin cert suspend"), ("aski", "tr", "kamupin cert suspend"), ("kayıp", "tr", "kamupin cert suspend"),
    ("iptal", "tr", "kamupin cert revoke"), ("sertifika", "tr", "kamupin cert list"), ("certificate", "en", "kamupin cert list"),
    ("e-onay", "tr", "kamupin consent"), ("onay", "tr", "kamupin consent"), ("başvuru", "tr", "kamupin application"),
    ("basvuru", "tr", "kamupin application"), ("lost", "en", "kamupin cert suspend"), ("yetkili", "tr", "kamupin authorised list")])
def test_the_word_that_people_use_leads_on(word: str, lang: str, says: str) -> None:
    done = alone(word, lang=lang)
    assert done.returncode == STATUS["invalid-argument"] and says in done.stderr.splitlines()[0]
    assert says in alone("cert", word, lang=lang).stderr.splitlines()[0]


@pytest.mark.parametrize("lang, says", [("en", "If the card is new, open it: kamupin cert activate"), ("tr", "Kart yeniyse kullanıma açın: kamupin cert activate")])
def test_a_new_card_that_was_not_opened_is_told_how(lang: str, says: str) -> None:
    """OCSP has one word for what is suspended and what was never opened: what to do has both, and opening it is what helps."""
    with Person(["akis2:p384:issued"]) as new:
        for words in (("cert", "status"), ("doctor",)):
            done = new.plain(*words, lang=lang)
            assert done.returncode == STATUS["certificate-suspended"] and says in " ".join(done.stdout.split()), words
        for one in new.certificates():
            if one["record"]["state"] == "issued":
                new.ask("cert", "activate", one["record"]["certificate_id"])
        assert new.plain("cert", "status", lang=lang).returncode == 0
