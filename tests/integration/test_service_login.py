# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The stand-in service's password login: picture, words with Turkish letters, limits for guessers, SMS, token; and the mail for a
# forgotten word. Not ours on the other end: the Java runtime's PNG reader.
"""Password login."""
from __future__ import annotations

import base64
import subprocess
import unicodedata
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from service_client import Client, Service
from service_states import CARDS, World

READER = """
public class Reader {
    public static void main(String[] args) throws Exception {
        java.awt.image.BufferedImage image = javax.imageio.ImageIO.read(new java.io.File(args[0]));
        java.util.Set<Integer> tones = new java.util.TreeSet<>();
        int dark = 0;
        for (int y = 0; y < image.getHeight(); y++)
            for (int x = 0; x < image.getWidth(); x++) {
                int tone = image.getRaster().getSample(x, y, 0);
                tones.add(tone);
                dark += tone < 0x80 ? 1 : 0;
            }
        System.out.println(image.getWidth() + " " + image.getHeight() + " " + tones.size() + " " + dark);
    }
}
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service(tmp_path_factory.mktemp("service"), CARDS) as service:
        yield service


@pytest.fixture
def world(running: Service) -> World:
    world = World(running)
    running.control("POST", "/people", {"user": "deneme", "security_word": "çığlık42", "e_mail": "deneme@example.org"})
    return world


def test_it_is_offered_only_where_the_metadata_says_so(world: World) -> None:
    assert Client(world.service).call("metadata").json["login"] == {"methods": ["password"]}
    world.service.control("POST", "/settings", {"password_login": 0})
    assert "login" not in Client(world.service).call("metadata").json


def test_the_picture_is_a_png_with_something_in_it(world: World, tmp_path: Path) -> None:
    client = Client(world.service)
    pictures = [base64.urlsafe_b64decode(client.call("captcha", {}).json["image"] + "==") for _ in range(2)]
    assert pictures[0] != pictures[1]
    (tmp_path / "captcha.png").write_bytes(pictures[0])
    (tmp_path / "Reader.java").write_text(READER)
    said = subprocess.run(["java", "-Djava.awt.headless=true", str(tmp_path / "Reader.java"), str(tmp_path / "captcha.png")], text=True,
                          capture_output=True, check=True, timeout=60).stdout.split()
    width, height, tones, dark = map(int, said)
    assert (width, height) == (200, 64) and tones >= 2 and 1000 < dark < width * height // 3


def test_a_picture_is_drawn_for_each_character() -> None:
    """Every character that may be asked for leaves its own marks."""
    from kamupin_sandbox.service import captcha
    for rows in captcha._ROWS.values():
        assert len(rows) == 7 and all(0 < row < 32 for row in rows)
    assert len({tuple(rows) for rows in captcha._ROWS.values()}) == len(captcha._ROWS)


def test_pictures_work_once_and_for_the_key_that_asked(world: World) -> None:
    client, other = Client(world.service), Client(world.service)
    old = world.credentials(client)
    new = world.service.control("GET", "/captchas")["captchas"]
    assert client.call("captcha", {"replaces": old["captcha_id"]}).status == 200
    assert client.call("password-login", old).problem == "captcha-expired"
    assert other.call("password-login", world.credentials(client)).problem == "captcha-expired"
    right = world.credentials(client)
    assert client.call("password-login", right | {"captcha_answer": f" {right['captcha_answer'].lower()} "}).status == 200
    assert client.call("password-login", right).problem == "captcha-expired"
    assert len(new) >= 1


def test_another_key_cannot_take_a_picture_away(world: World) -> None:
    client, other = Client(world.service), Client(world.service)
    body = world.credentials(client)
    assert other.call("captcha", {"replaces": body["captcha_id"]}).status == 200
    assert client.call("password-login", body).status == 200


@pytest.mark.parametrize("identity", [{"type": "tckn", "number": "10000000146"}, {"type": "passport", "number": "U12345678"}])
def test_from_the_picture_to_the_session(world: World, identity: dict[str, str]) -> None:
    client = Client(world.service)
    begun = client.call("password-login", world.credentials(client) | {"identity": identity}).json
    assert begun["destination"] == "*****2596"
    before = len(world.service.sms())
    assert client.call("password-login-confirm", {"code": "000000"}, named=begun["login_id"]).problem == "factor-expired"
    assert len(world.service.sms()) == before, "nothing is sent before it is asked for"
    sent = client.call("password-login-sms", {}, named=begun["login_id"]).json
    assert (sent["type"], sent["destination"], sent["tries_left"]) == ("sms", "*****2596", 3)
    body, key = {"code": world.service.sms()[-1]}, str(uuid.uuid4())
    done = client.call("password-login-confirm", body, key=key, named=begun["login_id"])
    again = client.call("password-login-confirm", body, key=key, named=begun["login_id"])
    assert again.raw == done.raw and again.headers["Idempotency-Replayed"] == "true", "a lost answer loses no login"
    assert client.call("password-login-confirm", body, named=begun["login_id"]).problem == "login-unknown"
    client.access_token = done.json["access_token"]
    said = client.call("session").json
    assert (said["person"]["name"], said["assurance"]) == ("DENEME KULLANICI", "password")
    assert {"type": "vkn", "number": "4540536920", "name": "DENEME ANONİM ŞİRKETİ"} in said["organisations"]
    assert world.service.control("GET", "/sessions")["sessions"][-1]["state"] == "open"


@pytest.mark.parametrize("word", ["çiğlık42", "cığlık42", "ÇIĞLIK42", "çığlIk42", "çığlık42 ", unicodedata.normalize("NFD", "çığlık42")])
def test_turkish_letters_are_compared_one_by_one(world: World, word: str) -> None:
    client = Client(world.service)
    assert client.call("password-login", world.credentials(client) | {"security_word": word}).problem == "security-word-wrong"


@pytest.mark.parametrize("word", ["İstanbulIıi", "ŞÖĞÜÇ-şöğüç", "ıIiİ", "\U0001f511"])
def test_words_of_all_letters_work(world: World, word: str) -> None:
    world.service.control("POST", "/people", {"user": "deneme", "security_word": word})
    client = Client(world.service)
    assert client.call("password-login", world.credentials(client)).status == 200


def test_nobody_learns_who_is_known(world: World) -> None:
    """An unknown person and a wrong word: the same answer, and the same count."""
    answers = []
    for source, identity in (("127.0.0.2", {"type": "tckn", "number": "10000000146"}),
                             ("127.0.0.3", {"type": "passport", "number": "X00000000"})):
        client = Client(world.service, source)
        body = world.pictured(client) | {"identity": identity, "security_word": "başka"}
        answers.append(client.call("password-login", body).raw)
    assert answers[0] == answers[1]


def test_a_number_with_wrong_check_digits_is_no_number(world: World) -> None:
    client = Client(world.service)
    for number in ("10000000147", "10000000156", "11111111111"):
        body = world.credentials(client) | {"identity": {"type": "tckn", "number": number}}
        assert client.call("password-login", body).problem == "request-invalid"


def test_wrong_words_are_counted_for_the_address_for_the_person_and_over_all(world: World) -> None:
    def guess(source: str, number: str = "U12345678", **headers: str) -> Any:
        client = Client(world.service, source)
        body = world.pictured(client) | {"identity": {"type": "passport", "number": number}, "security_word": "yanlış"}
        return client.call("password-login", body, headers=dict(headers))

    tries = [guess("127.0.0.2", f"NOBODY{n}", **{"X-Forwarded-For": f"192.0.2.{n}"}).json["tries_left"] for n in range(5)]
    assert tries == [4, 3, 2, 1, 0], "whatever the request says of its address"
    limited = guess("127.0.0.2")
    assert limited.problem == "rate-limited" and int(limited.headers["Retry-After"]) > 0
    assert [guess(f"127.0.1.{n}").problem for n in range(1, 6)] == ["security-word-wrong"] * 5
    assert guess("127.0.1.6").problem == "rate-limited", "one person, many addresses"
    client = Client(world.service, "127.0.1.7")
    assert client.call("password-login", world.credentials(client, "baska")).status == 200, "others log in all the same"
    world.service.control("POST", "/settings", {"logins_in_all": 10})
    assert guess("127.0.1.8", "NOBODY9").problem == "rate-limited"
    world.calm()
    world.service.control("POST", "/settings", {"logins_in_all": 100})
    assert guess("127.0.0.2").problem == "security-word-wrong", "after its time"


def test_a_new_sms_kills_the_old_one_and_brings_no_try_back(world: World) -> None:
    client, login_id = world.texted()
    old = world.service.sms()[-1]
    assert client.call("password-login-confirm", {"code": "0000"}, named=login_id).json["tries_left"] == 2
    assert client.call("password-login-sms", {}, named=login_id).problem == "resend-too-soon"
    world.service.advance(30)
    assert client.call("password-login-sms", {}, named=login_id).json["tries_left"] == 2
    if world.service.sms()[-1] != old:
        assert client.call("password-login-confirm", {"code": old}, named=login_id).json["tries_left"] == 1
    assert client.call("password-login-confirm", {"code": world.service.sms()[-1]}, named=login_id).status == 200


def test_an_sms_code_is_good_for_one_login(world: World) -> None:
    world.texted()
    code = world.service.sms()[-1]
    client, login_id = world.texted()
    if world.service.sms()[-1] != code:
        assert client.call("password-login-confirm", {"code": code}, named=login_id).problem == "factor-wrong"


def test_a_forgotten_word(world: World) -> None:
    """The known and the unknown get an answer of the same form; a mail only who is known."""
    client, before = Client(world.service), len(world.service.control("GET", "/mails")["mails"])
    known = client.call("security-word-reset", world.pictured(client) | {"identity": {"type": "tckn", "number": "10000000146"}}).json
    assert known == {"destination": "d*****@example.org"}
    nobody = [client.call("security-word-reset", world.pictured(client) | {"identity": {"type": "passport", "number": "X99999999"}}).json
              for _ in range(2)]
    assert nobody[0] == nobody[1] and set(nobody[0]) == {"destination"} and nobody[0]["destination"].endswith("*****@example.org")
    mails = world.service.control("GET", "/mails")["mails"][before:]
    assert [mail["destination"] for mail in mails] == ["deneme@example.org"] and mails[0]["link"] in mails[0]["text"]


def web(world: World, method: str, link: str, body: str = "", **headers: str) -> tuple[int, str]:
    """The page behind a link, as a browser without script asks for it."""
    client = Client(world.service)
    client.prefix = ""
    sent = {"Content-Type": "application/x-www-form-urlencoded", "Accept-Language": "tr",
            "Origin": f"https://localhost:{world.service.ports[0]}"} | headers
    reply = client.send(method, urlsplit(link).path, body.encode() if body else None, sent)
    assert "default-src 'none'" in reply.headers["Content-Security-Policy"]
    return reply.status, reply.raw.decode()


def test_the_mail_leads_to_a_new_word(world: World) -> None:
    client = Client(world.service)
    reset = {"identity": {"type": "tckn", "number": "10000000146"}}
    assert client.call("security-word-reset", world.pictured(client) | reset).status == 200
    link = world.service.control("GET", "/mails")["mails"][-1]["link"]
    status, page = web(world, "GET", link)
    assert status == 200 and "iki kez" in page and page.count("<input") == 2 and "<script" not in page
    assert web(world, "POST", link, urlencode({"word": "ığdır", "again": "iğdır"}))[0] == 422
    assert web(world, "POST", link, urlencode({"word": "x", "again": "x"}), Origin="https://evil.invalid")[0] == 403
    word = unicodedata.normalize("NFD", "Iğdır-Şöleni")
    assert web(world, "POST", link, urlencode({"word": word, "again": word}))[0] == 200
    assert web(world, "POST", link, urlencode({"word": word, "again": word}))[0] == 410, "once"
    body = world.pictured(client) | reset
    assert client.call("password-login", body | {"security_word": "Iğdır-Şöleni"}).status == 200


def test_the_mails_link_has_its_time(world: World) -> None:
    client = Client(world.service)
    client.call("security-word-reset", world.pictured(client) | {"identity": {"type": "tckn", "number": "10000000146"}})
    link = world.service.control("GET", "/mails")["mails"][-1]["link"]
    world.service.advance(3600)
    assert web(world, "GET", link)[0] == web(world, "POST", link, "word=a&again=a")[0] == web(world, "GET", link + "x")[0] == 410


def test_nothing_secret_of_a_login_is_left(world: World) -> None:
    client = world.logged_in()
    answers = [one["answer"] for one in world.service.control("GET", "/captchas")["captchas"]]
    kept = b"".join(path.read_bytes() for path in world.service.data.glob("service.db*")) + (world.service.data / "log").read_bytes()
    assert client.access_token.encode() not in kept and "çığlık42".encode() not in kept
    assert world.service.sms()[-1].encode() not in (world.service.data / "log").read_bytes() and answers
