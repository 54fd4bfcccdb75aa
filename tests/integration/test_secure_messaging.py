# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Three implementations of secure messaging against each other: the library's, the virtual card's (both ends of every
# session with a card are ours), and a third on Python's `cryptography`, which is held to published examples first. The
# daemon between library and card is Debian's pcscd. Touches daemons of its own.
"""Secure messaging: the library, the virtual card and Python agree, and a card that breaks it is refused."""
from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator
from types import TracebackType

import pytest

from private_pcscd import AKIS2_ATR, Card, PrivatePcscd, program
from kamupin_sandbox.secure_messaging import MutualAuthentication, Refused, Session, begin, derive, objects, unpad

PIN, NEW, PUK = "739154", "84026371", "55512345"
KEYS = {"3des": (bytes(range(16)), bytes(range(16, 32))), "aes": (bytes(range(32)), bytes(range(32, 64)))}
ICAO = ("979EC13B1CBFE9DCD01AB0FED307EAE5", "F1CB1F1FB5ADF208806B89DC579DC1F8")
PACE = ("68406B4162100563D9C901A6154D2901", "73FF268784F72AF833FDC9464049AFC9")


def session_of(algorithm: str, keys: tuple[str, str], counter: int) -> Session:
    return Session(algorithm, bytes.fromhex(keys[0]), bytes.fromhex(keys[1]), counter)


class Driver:
    """tests/drivers/sm.c: the library's side."""

    def __init__(self, session: Session, *reader: str, env: dict[str, str] | None = None) -> None:
        self.process = subprocess.Popen([program("driver-sm"), session.algorithm, *reader], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, env=env)
        self._write(session.keys.hex())

    def _write(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def ask(self, line: str) -> str:
        self._write(line)
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def __enter__(self) -> "Driver":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        assert self.process.wait(20) == 0


def wish(word: str, header: bytes, data: bytes, le: int | None) -> str:
    return f"{word} {header.hex()} {data.hex() or '-'} {le or '-'}"


def test_python_says_what_was_published() -> None:
    """ICAO Doc 9303-11 D.3 and D.4, BSI's worked example for EAC, gematik's four cases."""
    mutual = MutualAuthentication(bytes.fromhex("AB94FDECF2674FDFB9B391F85D7F76F2"),
                                  bytes.fromhex("7962D9ECE03D1ACD4C76089DCE131543"), bytes.fromhex("4608F91988702212"),
                                  random=bytes.fromhex("781723860C06C226"),
                                  half=bytes.fromhex("0B795240CB7049B01C19B33E32804F0B"))
    assert mutual.token().hex().upper() == ("72C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F2"
                                            "5F1448EEA8AD90A7")
    icao = mutual.session(bytes.fromhex("46B9342A41396CD7386BF5803104D7CEDC122B9132139BAF2EEDC94EE178534F"
                                        "2F2D235D074D7449"))
    assert icao == session_of("3des", ICAO, 0x887022120C06C226)
    assert icao.protect(bytes.fromhex("00A4020C"), bytes.fromhex("011E")).hex().upper() == (
        "0CA4020C158709016375432908C044F68E08BF8B92D635FF24F800")
    assert icao.unprotect(bytes.fromhex("990290008E08FA855A5D4C50A8ED9000")) == (b"", 0x9000)
    assert icao.protect(bytes.fromhex("00B00000"), le=4).hex().upper() == "0CB000000D9701048E08ED6705417E96BA5500"
    assert icao.unprotect(bytes.fromhex("8709019FF0EC34F9922651990290008E08AD55CC17140B2DED9000"))[0].hex() == "60145f01"
    bsi = session_of("aes", PACE, 0)
    assert bsi.protect(bytes.fromhex("002281B6"), bytes.fromhex("830D44454356434141543030303031")).hex().upper() == (
        "0C2281B61D871101BE90237EEB4BA0FF253EA246AE31C8B88E0892D21C73A1DFE99900")
    assert bsi.unprotect(bytes.fromhex("990290008E08A89570A68664A7D69000")) == (b"", 0x9000)
    for data, le, apdu in (("", None, "0d0203040a8e08d92b4fddc2bbed8c00"),
                           ("", 127, "0d0203040d97017f8e0871d8e0418dae20f300"),
                           ("05060708090a", None, "0d0203041d871101496c26d36306679609665a385c54db378e08e7aad918f260d8ef00"),
                           ("05060708090a", 127,
                            "0d02030420871101496c26d36306679609665a385c54db3797017f8e0863d541f262bd445a00")):
        assert session_of("aes", PACE, 0).protect(bytes.fromhex("01020304"), bytes.fromhex(data), le).hex() == apdu


def random_session(dice: random.Random, algorithm: str, size: int) -> Session:
    block = 16 if algorithm == "aes" else 8
    return Session(algorithm, dice.randbytes(size), dice.randbytes(size),
                   int.from_bytes(b"\xff" * (block - 1) + dice.randbytes(1), "big"))  # the counter turns over soon


@pytest.mark.parametrize("algorithm,size", [("3des", 16), ("aes", 16), ("aes", 24), ("aes", 32)])
def test_library_and_python_agree(algorithm: str, size: int) -> None:
    """Every length of data, with and without Le, even and odd instructions; answers of every length."""
    dice = random.Random(f"{algorithm}{size}")
    ours = random_session(dice, algorithm, size)
    with Driver(ours) as library:
        for length in range(224):
            header = bytes([dice.choice([0, 1, 2, 3, 0x80]), 0xB0 + dice.randrange(2), *dice.randbytes(2)])
            data, le = dice.randbytes(length), dice.choice([None, 1, 128, 256])
            apdu = bytes.fromhex(library.ask(wish("protect", header, data, le)))
            card = Session(algorithm, ours.encryption, ours.mac, ours.counter)
            assert card.open(apdu) == (header, data, le)
            assert ours.protect(header, data, le) == apdu
            assert len(apdu) <= 5 + 244 + 1
            back, status = dice.randbytes(dice.choice([0, length, 1000])), dice.choice([0x9000, 0x6282, 0x63C2, 0x6A82])
            answer = card.answer(back, status, odd=bool(header[1] & 1))
            assert ours.unprotect(answer, odd=bool(header[1] & 1)) == (back, status)
            assert library.ask(f"answer {answer.hex()}") == f"{status:04X} {back.hex().upper()}".strip()
        assert library.ask(wish("protect", b"\x00\xb0\x00\x00", bytes(224), None)) == "invalid-argument"


def test_python_refuses_what_is_wrong() -> None:
    """So that agreement means something: the third implementation is no rubber stamp."""
    good = bytes.fromhex("8709019FF0EC34F9922651990290008E08AD55CC17140B2DED9000")
    for at in range(len(good)):
        for bit in range(8):
            wrong = bytearray(good)
            wrong[at] ^= 1 << bit
            with pytest.raises(Refused):
                session_of("3des", ICAO, 0x887022120C06C229).unprotect(bytes(wrong))
    assert session_of("3des", ICAO, 0x887022120C06C229).unprotect(good)[0].hex() == "60145f01"
    for broken in (b"\x87", b"\x87\x85\x01", b"\x87\x02\x01", b"\x87\x82\x01"):
        with pytest.raises(Refused):
            objects(broken)
    with pytest.raises(Refused):
        unpad(bytes(8))
    assert len(derive("3des", bytes(16), 1)) == 16


def writable_memory(pid: int) -> Iterator[bytes]:
    """What a process of ours can write to, mapping by mapping."""
    with open(f"/proc/{pid}/maps", encoding="ascii") as maps, open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in maps:
            span, rights = line.split()[:2]
            first, last = (int(end, 16) for end in span.split("-"))
            if rights.startswith("rw") and last - first < 1 << 28:
                memory.seek(first)
                yield memory.read(last - first)


@pytest.mark.parametrize("algorithm,size", [("3des", 16), ("aes", 16), ("aes", 32)])
def test_keys_lie_in_one_place_and_go(algorithm: str, size: int) -> None:
    """Both keys are once in the process' memory while the session lives, before and after work, and nowhere when it died."""
    dice = random.Random(size)
    ours = random_session(dice, algorithm, size)
    halves = [key[at:at + 8] for key in (ours.encryption, ours.mac) for at in range(0, size, 8)]

    def found(library: Driver) -> list[int]:
        memory = list(writable_memory(library.process.pid))
        return [sum(part.count(half) for part in memory) for half in halves]

    with Driver(ours) as library:
        apdu = bytes.fromhex(library.ask(wish("protect", b"\x00\x2c\x02\x81", NEW.encode(), None)))
        assert found(library) == [1] * len(halves)
        card = Session(algorithm, ours.encryption, ours.mac, ours.counter)
        card.open(apdu)
        ours.protect(b"\x00\x2c\x02\x81", NEW.encode())
        assert library.ask(f"answer {card.answer(b'', 0x9000).hex()}") == "9000"
        assert found(library) == [1] * len(halves)
        assert library.ask(wish("protect", b"\x00\xb0\x00\x00", b"", 4)) != "secure-messaging"
        assert library.ask("answer 6988") == "secure-messaging 6988"
        assert found(library) == [0] * len(halves)


# ---- with a card ----


@pytest.fixture
def pcscd() -> Iterator[PrivatePcscd]:
    with PrivatePcscd() as daemon:
        yield daemon


def state_of(algorithm: str, *more: str) -> str:
    enc, mac = KEYS[algorithm]
    content = bytes(n % 251 for n in range(700)).hex()
    return "\n".join((f"kamupin-vcard 1\npersonality akis2\natr {AKIS2_ATR}\npin.value {PIN.encode().hex()}\npin.tries 0",
                      f"puk.value {PUK.encode().hex()}\nsm.enc {enc.hex()}\nsm.mac {mac.hex()}\nfile 3D00/2F10 {content}",
                      *more)) + "\n"


class Opened:
    """A card with which Python has begun a session; its connection stays, so that the card is not powered off."""

    def __init__(self, pcscd: PrivatePcscd, algorithm: str, *more: str) -> None:
        self.pcscd = pcscd
        self.card: Card = pcscd.insert(state_of(algorithm, *more))
        self.client = pcscd.client()
        assert self.client.say("00A4040C07504B43532D3135") == "9000"
        commands, answer = begin(*KEYS[algorithm]), None
        while True:
            try:
                command = next(commands) if answer is None else commands.send(answer)
            except StopIteration as done:
                self.session: Session = done.value
                break
            said = self.client.say(command.hex())
            if len(said) == 4 and said[:2] == "61":  # all of it: an answer's first byte may be 61 as well
                said = self.client.say(f"00C00000{said[2:]}")
            answer = bytes.fromhex(said)

    def driver(self) -> Driver:
        return Driver(self.session, "Sim 00 00", env=self.pcscd.environment)


@pytest.mark.parametrize("more", [(), ("reply 61xx on",)], ids=["at-once", "in-pieces"])
@pytest.mark.parametrize("algorithm", ["3des", "aes"])
def test_library_and_card_through_pcscd(pcscd: PrivatePcscd, algorithm: str, more: tuple[str, ...]) -> None:
    """The session that Python began is handed to the library: files are read and the PIN is set."""
    opened = Opened(pcscd, algorithm, *more)
    with opened.driver() as library:
        assert library.ask(wish("send", b"\x00\xa4\x02\x0c", b"\x2f\x10", None)) == "9000"
        content = bytes(n % 251 for n in range(700))
        for length in (1, 7, 8, 15, 16, 100, 207, 208, 223):
            read = library.ask(wish("send", b"\x00\xb0\x00\x05", b"", length))
            assert read == f"9000 {content[5:5 + length].hex().upper()}"
        assert library.ask(wish("send", b"\x00\xa4\x02\x0c", b"\x2f\x7f", None)) == "6A82"  # a refusal that is protected
        assert library.ask(wish("send", b"\x00\x2c\x02\x81", NEW.encode(), None)) == "9000"
        assert library.ask(wish("send", b"\x00\x20\x00\x81", b"000000", None)) == "63C2"
        assert library.ask(wish("send", b"\x00\x20\x00\x81", NEW.encode(), None)) == "9000"
        assert library.ask(wish("send", b"\x00\x2c\x02\x81", NEW.encode(), None)) == "6982"  # the right was good for one
    assert opened.card.value("pin.value") == NEW.encode().hex().upper()
    log = opened.card.log_path.read_text()
    assert "> 0C2C0281" in log and NEW.encode().hex().upper() not in log


@pytest.mark.parametrize("algorithm", ["3des", "aes"])
@pytest.mark.parametrize("rule", ["after sw=9000", "after sw=63C2", "after sw=6988", "before sw=6A82", "after short=9"])
def test_a_broken_session_lets_nothing_pass(pcscd: PrivatePcscd, algorithm: str, rule: str) -> None:
    """A status word without protection, and half an answer: refused, whatever it says; then nothing is sent."""
    opened = Opened(pcscd, algorithm)
    with opened.driver() as library:
        assert library.ask(wish("send", b"\x00\xa4\x02\x0c", b"\x2f\x10", None)) == "9000"
        assert opened.card.control(f"on ins=2C {rule}").startswith("ok")
        said = library.ask(wish("send", b"\x00\x2c\x02\x81", NEW.encode(), None))
        assert said.split()[0] == "secure-messaging"
        sent = len(opened.card.commands())
        for _ in range(2):
            assert library.ask(wish("send", b"\x00\xb0\x00\x00", b"", 4)).split()[0] == "secure-messaging"
        assert len(opened.card.commands()) == sent


@pytest.mark.parametrize("algorithm", ["3des", "aes"])
def test_relayed_through_the_library(pcscd: PrivatePcscd, algorithm: str) -> None:
    """Python holds the session, as a relaying service does; the library passes what it cannot read."""
    opened = Opened(pcscd, algorithm)
    service = opened.session
    blind = random_session(random.Random(1), algorithm, len(service.encryption))  # keys of nothing
    with Driver(blind, "Sim 00 00", env=opened.pcscd.environment) as library:
        def relay(header: bytes, data: bytes, le: int | None = None) -> tuple[bytes, int]:
            word, _, field = library.ask(f"relay {service.protect(header, data, le).hex()}").partition(" ")
            return service.unprotect(bytes.fromhex(field + word))

        assert relay(b"\x00\xa4\x02\x0c", b"\x2f\x10") == (b"", 0x9000)
        assert relay(b"\x00\xb0\x00\x00", b"", 4) == (bytes(range(4)), 0x9000)
        assert relay(b"\x00\x2c\x02\x81", NEW.encode()) == (b"", 0x9000)
        assert relay(b"\x00\x20\x00\x81", NEW.encode()) == (b"", 0x9000)
        clear = f"0c20008106{NEW.encode().hex()}00"  # a clear VERIFY that wears the class
        assert library.ask(f"relay {clear}") == "clear"
        empty = service.protect(b"\x00\x20\x00\x81")  # VERIFY without data, protected
        assert library.ask(f"relay {empty.hex()}").split()[0] == "command-forbidden"
    assert opened.card.value("pin.value") == NEW.encode().hex().upper()


def test_wrong_keys_are_refused_by_the_card(pcscd: PrivatePcscd) -> None:
    """The card says 6988 in clear and ends the session; the library takes that for no answer."""
    opened = Opened(pcscd, "aes")
    opened.session.counter += 1
    with opened.driver() as library:
        assert library.ask(wish("send", b"\x00\xa4\x02\x0c", b"\x2f\x10", None)) == "secure-messaging 6988"
    assert opened.client.say("002C028108" + NEW.encode().hex()) == "6982"  # the right went with the session
    assert opened.card.value("pin.tries") == "0"
