# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The virtual card before programs that are not ours: Debian's pcscd with vpcd, and OpenSC 0.23 with its own
# akis driver and its ISO driver. Only the card is this project's; the cryptogram is made by Python's
# cryptography module.
from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC

from private_pcscd import AKIS1_ATR, AKIS2_ATR, PrivatePcscd, program, wait_for

KEY = bytes(range(32))
OLD, NEW, PUK = "739154", "84026371", "55512345"
AKIS1 = (f"kamupin-vcard 1\npersonality akis1\natr {AKIS1_ATR}\nserial 0102030405060708090A0B0C\n"
         f"pin.value {OLD.encode().hex()}\npuk.value {PUK.encode().hex()}\n"
         "file 3D00/2F10 3003020105\nfile 2F00 3003020106\n")
AKIS2 = (f"kamupin-vcard 1\npersonality akis2\natr {AKIS2_ATR}\npin.value {OLD.encode().hex()}\n"
         f"puk.value {PUK.encode().hex()}\nauth.key {KEY.hex()}\nfile 3D00/2F10 3003020105\n")
SELECT = "00A4040007504B43532D3135"


def verify(pin: str) -> str:
    return f"00200081{len(pin):02X}{pin.encode().hex()}"


@pytest.fixture
def pcscd() -> Iterator[PrivatePcscd]:
    with PrivatePcscd() as daemon:
        yield daemon


def explore(pcscd: PrivatePcscd, *lines: str, driver: str = "default") -> str:
    """OpenSC's explorer on a script. Its exit code is 0 whatever happened: the text has to be read."""
    script = pcscd.folder / "script"
    script.write_text("\n".join(lines) + "\nquit\n")
    options = ["-c", driver] if driver == "default" else []
    return pcscd.run("opensc-explorer", *options, str(script), **akis_driver(pcscd)).stdout


def akis_driver(pcscd: PrivatePcscd) -> dict[str, str]:
    config = pcscd.folder / "opensc.conf"
    config.write_text("app default {\n\tcard_drivers = old, internal;\n}\n")
    return {"OPENSC_CONF": str(config)}


def test_opensc_akis_driver(pcscd: PrivatePcscd) -> None:
    card = pcscd.insert(AKIS1)
    config = akis_driver(pcscd)
    assert pcscd.run("opensc-tool", "-n", **config).stdout.splitlines()[-1] == "AKIS"
    serial = pcscd.run("opensc-tool", "--serial", **config).stdout.splitlines()[-1]
    assert serial.startswith("01 02 03 04 05 06 07 08 09 0A 0B 0C ")
    tree = pcscd.run("opensc-tool", "-f", **config).stdout
    assert "3f003d002f10 type: wEF, ef structure: transparent, size: 5" in tree
    assert "00000000: 30 03 02 01 05" in tree
    text = explore(pcscd, "cd 3D00", 'verify CHV128 "000000"', f'verify CHV128 "{OLD}"',
                   f'change CHV128 "{OLD}" "{NEW}"', f'verify CHV128 "{NEW}"', driver="akis")
    results = [line for line in text.splitlines() if "ode" in line or "PIN" in line]
    assert results == ["Incorrect code, 2 tries left.", "Code correct.", "PIN changed.", "Code correct."]
    assert card.value("pin.value") == NEW.encode().hex().upper()
    assert card.value("pin.tries") == "3"
    assert "80090002" in card.commands()  # the explorer asks for another life-cycle phase at start …
    assert card.value("life-cycle") == "operational"  # … and does not get it
    for secret in (OLD, NEW):
        assert secret.encode().hex().upper() not in card.log_path.read_text()


def test_opensc_tool_blocks_akis2(pcscd: PrivatePcscd) -> None:
    card = pcscd.insert(AKIS2)
    assert pcscd.apdus(verify(OLD)) == ["6A88"]  # the application is not selected
    assert pcscd.apdus(SELECT + "00", verify(OLD), verify("000000"), verify("000000")) == [
        "6F1382013883023D008407504B43532D31358A01059000", "9000", "63C2", "63C1"]
    card.kill()
    card.start()  # it comes back as it was
    pcscd.wait_card()
    assert pcscd.apdus(SELECT, verify("000000"), verify(OLD)) == ["9000", "63C0", "6983"]
    assert card.value("pin.tries") == "0"


def test_iso_forms_of_a_foreign_program(pcscd: PrivatePcscd) -> None:
    """opensc-explorer's ISO driver forms 24 and 2C in all their variants."""
    card = pcscd.insert(AKIS2.replace("personality", "pin.tries 0\npersonality"))
    text = explore(pcscd, f"apdu {SELECT}", f'verify CHV129 "{OLD}"', f'unblock CHV129 "{PUK}" "{NEW}"',
                   f'verify CHV129 "{NEW}"', f'change CHV129 "{NEW}" "{OLD}"', f'verify CHV129 "{OLD}"',
                   f'change CHV129 "" "{NEW}"', f'unblock CHV129 "" "{NEW}"', f'unblock CHV129 "{PUK}"')
    sent = [command[:8] for command in card.commands() if command[2:4] in ("20", "24", "2C")]
    assert sent == ["00200081", "002C0081", "00200081", "00240081", "00200081", "00240181", "002C0281",
                    "002C0181"]
    answers = [line[2:] for line in card.log_path.read_text().splitlines() if line[:2] == "< "]
    assert answers[-8:] == ["6983", "9000", "9000", "9000", "9000", "6A86", "6982", "9000"], text
    assert card.value("pin.value") == OLD.encode().hex().upper()
    assert card.value("pin.tries") == "3"


def test_reset_by_cryptogram(pcscd: PrivatePcscd) -> None:
    card = pcscd.insert(AKIS2.replace("personality", "pin.tries 0\npersonality"))
    client = pcscd.client()
    assert client.say(SELECT) == "9000"
    challenge = client.say("0084000000")
    assert challenge[-4:] == "9000" and len(challenge) == 20
    mac = CMAC(AES(KEY))
    mac.update(bytes.fromhex(challenge[:-4]))
    assert client.say("0082008310" + mac.finalize().hex()) == "9000"
    assert client.say("002C028108" + NEW.encode().hex()) == "9000"
    assert client.say(verify(NEW)) == "9000"
    assert card.value("pin.tries") == "3" and card.value("auth.tries") == "3"
    assert card.status()["pin-verified"] == "1"
    assert client.say("reset") == "ok"
    assert card.status()["pin-verified"] == "0"  # a reset by the reader clears the session


@pytest.mark.parametrize("place, left", [("before", "3"), ("after", "2")])
def test_killed_in_the_middle(pcscd: PrivatePcscd, place: str, left: str) -> None:
    card = pcscd.insert(AKIS2)
    client = pcscd.client()
    assert client.say(SELECT) == "9000"
    assert card.control(f"on ins=20 {place} mute=60000") == "ok"
    client.ask(verify("000000"))
    wait_for("the rule to fire", lambda: card.status()["fired"] == "1")
    card.kill()
    answer = client.answer()
    assert answer == "" or answer.startswith("error"), answer
    assert (card.value("pin.tries") or "3") == left
    card.start()
    pcscd.wait_card()
    again = pcscd.client()
    assert again.say(SELECT) == "9000"
    expected = "700CBF810108A0069A01039B010" + left + "9000"
    assert again.say("00CB3FFF0A4D087006BF810102A08000") == expected


@pytest.mark.parametrize("action", ["eject", "power-cycle", "mute=100", "cut"])
@pytest.mark.parametrize("place, left", [("before", "3"), ("after", "2")])
def test_answers_that_are_lost(pcscd: PrivatePcscd, action: str, place: str, left: str) -> None:
    card = pcscd.insert(AKIS2)
    client = pcscd.client()
    assert client.say(SELECT) == "9000"
    assert client.say(verify(OLD)) == "9000"
    assert card.control(f"on ins=20 {place} {action}") == "ok"
    answer = client.say(verify("000000"))
    lost = ["6F" if place == "before" else "63"] if action == "cut" else [""]  # what vpcd makes of it
    assert answer in lost or answer.startswith("error"), answer
    status = card.status()
    assert status["pin.tries"] == left
    assert status["pin-verified"] == "0"  # the card was without power
    assert status["fired"] == "1" and status["rules"] == "0"
    if action == "eject":
        assert status["present"] == "0"
        pcscd.wait_card(there=False)
        assert card.control("insert") == "ok"
    card.wait_noticed()
    pcscd.wait_card()
    assert pcscd.apdus(SELECT, verify(OLD)) == ["9000", "9000"]


def test_answers_that_are_changed(pcscd: PrivatePcscd) -> None:
    card = pcscd.insert(AKIS2)
    client = pcscd.client()
    assert client.say(SELECT) == "9000"
    assert card.control("on ins=20 before sw=6F01") == "ok"
    assert client.say(verify("000000")) == "6F01"
    assert card.status()["pin.tries"] == "3"
    assert card.control("on ins=20 nth=2 after sw=6F02") == "ok"
    assert client.say(verify(OLD)) == "9000"
    assert client.say(verify("000000")) == "6F02"
    assert card.status()["pin.tries"] == "2"
    assert card.control("log-mark part two") == "ok"
    assert card.control("on count=2 after short=1") == "ok"
    assert client.say("00A40200022F10") == "9000"
    assert client.say("00B0000005") == "30"
    assert card.control("on ins=B0 after wait=3000") == "ok"
    before = len(card.commands())
    client.ask("00B0000005")
    wait_for("the command to reach the card", lambda: len(card.commands()) > before)
    assert not client.has_answered()
    assert client.answer() == "30030201059000"
    assert card.control("on ins=B0 before sw=6F03") == "ok"
    assert card.control("clear") == "ok"
    assert client.say("00B0000005") == "30030201059000"
    log = card.log_path.read_text()
    assert "# mark part two\n" in log
    assert "# after sw, the card's answer was 63C2\n< 6F02\n" in log
    assert card.control("jump").startswith("error ")
    assert card.control("on ins=20 sometimes eject").startswith("error ")


def test_eject_and_insert(pcscd: PrivatePcscd) -> None:
    card = pcscd.insert(AKIS2)
    assert card.control("eject") == "ok"
    pcscd.wait_card(there=False)
    assert card.control("insert") == "ok"
    pcscd.wait_card()
    assert pcscd.apdus(SELECT) == ["9000"]


def test_card_survives_its_daemon(pcscd: PrivatePcscd) -> None:
    card = pcscd.insert(AKIS2)
    pcscd.stop()
    pcscd.start()
    card.wait_noticed()
    pcscd.wait_card()
    assert pcscd.apdus(SELECT) == ["9000"]


def test_two_slots_and_the_id_card(pcscd: PrivatePcscd) -> None:
    pcscd.insert(AKIS2)
    pcscd.insert(f"kamupin-vcard 1\npersonality idcard\natr {AKIS2_ATR}\npin.value 313233343536\n", slot=1)
    select = ["00A40100023D10", "00A40000023F00", "00A40100023D01", SELECT]
    assert pcscd.apdus(*select) == ["6A82", "9000", "6A82", "9000"]
    assert pcscd.apdus(*select, reader=1) == ["9000"] * 4


def test_no_stall(pcscd: PrivatePcscd, tmp_path: Path) -> None:
    """vpcd's two segments an APDU would cost 44 ms each if the card acknowledged late: it asks for quick acknowledgements
    before and after each part that it takes, as strace sees it."""
    card = pcscd.insert(AKIS2)
    assert card.process is not None
    trace = tmp_path / "trace"
    client = pcscd.client()
    with subprocess.Popen(["strace", "-o", str(trace), "-e", "trace=setsockopt,recvfrom", "-p", str(card.process.pid)],
                          stderr=subprocess.PIPE) as strace:
        assert strace.stderr and b"attached" in strace.stderr.readline()
        assert client.say(SELECT).endswith("9000")
        strace.terminate()
    calls = ["quick" if "TCP_QUICKACK, [1]" in line else "take" for line in trace.read_text().splitlines()
             if "TCP_QUICKACK" in line or (line.startswith("recvfrom") and "EAGAIN" not in line)]
    assert calls.count("take") >= 2
    assert calls == ["quick", "take", "quick"] * calls.count("take")


@pytest.mark.parametrize("language, words", [("C", "no such key"), ("tr_TR.UTF-8", "böyle bir anahtar yok")])
def test_a_wrong_state_file_is_told_by_line(pcscd: PrivatePcscd, language: str, words: str) -> None:
    state = pcscd.folder / "wrong.state"
    state.write_text(AKIS2 + "pin.colour red\n")
    line = AKIS2.count("\n") + 1
    result = subprocess.run([program("kamupin-vcard"), "--port", "1", "--state", str(state)],
                            capture_output=True, text=True, timeout=10, check=False,
                            env={"LC_ALL": language})
    assert result.returncode == 3
    assert result.stderr.startswith(f"kamupin-vcard: {state}:{line}: pin.colour: {words}")
    assert OLD.encode().hex() not in result.stderr


@pytest.mark.parametrize("options", [[], ["--port", "0", "--state", "x"], ["--port", "1x", "--state", "x"],
                                     ["--port", "1", "--state", "x", "--host", "localhost"],
                                     ["--port", "1", "--state", "x", "more"], ["--pin", "1"]])
def test_wrong_options(options: list[str]) -> None:
    result = subprocess.run([program("kamupin-vcard"), *options], capture_output=True, timeout=10, check=False)
    assert result.returncode == 2


def test_one_control_socket_one_card(pcscd: PrivatePcscd) -> None:
    card = pcscd.insert(AKIS2)
    result = subprocess.run([program("kamupin-vcard"), "--port", str(card.port), "--state", str(card.state_path),
                             "--control", str(card.control_path)], capture_output=True, timeout=10, check=False)
    assert result.returncode == 1  # the socket is in use
    assert card.status()["present"] == "1"
    assert card.stop() == 0
    assert not card.control_path.exists()
