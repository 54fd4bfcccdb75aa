# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The sealed form given wrongly by a server in the middle (hostile.py): a card's PUK, and the session keys of a relay. Every answer that
# is none, every JWE that is not the profile's, and right ones with absurd contents. The JWEs are sealed here, by Python's cryptography
# module; the card gets no command that could cost a try, and the same operation with the right answer ends in a new PIN.
"""Hostile sealed answers."""
from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash

from attempt import NEW_PIN, PHASE, Steps, costly, new_pin_works
from box import Box
from hostile import ANY, Hostile, Spoiled, Spoiler, changed
from test_sealed_puk import CARD, ROW, SEALED, ledger, puk_of

TIMEOUT = "4000"  # milliseconds of one exchange: what "slow" takes ten times as long for
LONG = {"operation_seconds": 3000, "seconds": 3000, "sms_seconds": 3000}
P256 = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffff


def b64(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def key_of(proof: str) -> ec.EllipticCurvePublicKey:
    """The operation's key, as its proof (DPoP) shows it."""
    jwk = json.loads(unb64(proof.split(".")[0]))["jwk"]
    x, y = (int.from_bytes(unb64(jwk[name]), "big") for name in ("x", "y"))
    return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()


class Seal:
    """What the next answer's `sealed` is: the right form, but for what a test changes. `header`: members of another value, ...: left
    out; `content`; `parts`: of the five, those replaced."""

    def __init__(self, content: bytes | None = None, header: dict[str, Any] | None = None, parts: dict[int, str] | None = None,
                 key: ec.EllipticCurvePublicKey | None = None) -> None:
        self.content, self.header, self.parts, self.key = content, header or {}, parts or {}, key

    def made(self, request: tuple[str, dict[str, str], bytes], content: bytes) -> str:
        """The JWE for the operation that asked."""
        path, headers, body = request
        operation, card = path.split("/operations/")[1].split("/")[0].encode(), json.loads(body)["card_id"].encode()
        own = ec.generate_private_key(ec.SECP256R1())
        numbers = own.public_key().public_numbers()
        epk = {"kty": "EC", "crv": "P-256", "x": b64(numbers.x.to_bytes(32, "big")), "y": b64(numbers.y.to_bytes(32, "big"))}
        header: dict[str, Any] = {"alg": "ECDH-ES", "enc": "A256GCM", "apu": b64(operation), "apv": b64(card), "epk": epk}
        for name, value in self.header.items():
            header[name] = epk | value if name == "epk" and isinstance(value, dict) else value
        header = {name: value for name, value in header.items() if value is not ...}
        info = b"".join(len(part).to_bytes(4, "big") + part for part in (b"A256GCM", operation, card)) + (256).to_bytes(4, "big")
        shared = own.exchange(ec.ECDH(), self.key or key_of(headers["DPoP"]))
        protected, nonce = b64(json.dumps(header).encode()), b"n" * 12
        text = AESGCM(ConcatKDFHash(hashes.SHA256(), 32, info).derive(shared)).encrypt(nonce, self.content or content, protected.encode())
        parts = [protected, "", b64(nonce), b64(text[:-16]), b64(text[-16:])]
        for place, other in self.parts.items():
            parts[place] = other
        return ".".join(parts)


WRONG: dict[str, Seal] = {
    **{f"alg {value!r}": Seal(header={"alg": value}) for value in ("ECDH-ES+A256KW", "RSA-OAEP", "dir", "none", "ecdh-es", "", None, 7, ...)},
    **{f"enc {value!r}": Seal(header={"enc": value}) for value in ("A128GCM", "A256CBC-HS512", "", None, [], ...)},
    **{f"party {name} {value!r}": Seal(header={name: value}) for name in ("apu", "apv")
       for value in (b64(b"op-of-somebody-else"), "", "%%%", "x" * 900, None, ...)},
    **{f"header {name}": Seal(header={name: value}) for name, value in (("crit", ["exp"]), ("crit", []), ("zip", "DEF"))},
    **{f"epk {value!r}": Seal(header={"epk": value}) for value in (
        ..., None, "key", [], {"kty": "OKP"}, {"crv": "P-384"}, {"crv": "P-521"}, {"x": ""}, {"y": None}, {"x": b64(b"\0" * 32)},
        {"x": b64(b"\0" * 32), "y": b64(b"\0" * 32)}, {"x": b64(P256.to_bytes(32, "big"))}, {"y": b64(b"\xff" * 32)}, {"x": b64(b"1" * 33)})},
    "another key": Seal(key=ec.generate_private_key(ec.SECP256R1()).public_key()),
    "a wrong tag": Seal(parts={4: b64(b"\0" * 16)}), "a short tag": Seal(parts={4: b64(b"\0" * 15)}), "no tag": Seal(parts={4: ""}),
    "a wrong nonce": Seal(parts={2: b64(b"m" * 12)}), "a long nonce": Seal(parts={2: b64(b"n" * 13)}),
    "an encrypted key": Seal(parts={1: b64(b"k" * 40)}), "no content": Seal(parts={3: ""}), "another content": Seal(parts={3: b64(b"12345678")}),
    "a header that is none": Seal(parts={0: "e30"}), "a header that is no object": Seal(parts={0: b64(b"[]")}),
    "a huge header": Seal(header={"x": "y" * 1000}), "base64 of another kind": Seal(parts={3: "++//"}), "padding": Seal(parts={4: "A" * 22 + "=="}),
    "six parts": Seal(parts={4: "AA.AA"}), "a page": Seal(parts={0: "<html>"}),
    "a PUK of three bytes": Seal(b"123"), "a PUK of seventeen": Seal(b"1" * 17), "a PUK of a kilobyte": Seal(b"1" * 1024),
}
MEMBERS: dict[str, Any] = {
    f"{name} {value!r:.20}": (name, value) for name, values in {
        "form": (..., None, "cryptogram", "relay", "puk", 1), "sealed": (..., None, [], {}, 7, "", "....", "x" * 5000, b"1e400"),
        "attempts_left": (..., None, -1, 16, "3", 2.5, b"1e400", b"18446744073709551616", True)}.items() for value in values}


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    with Box([CARD]) as made:
        yield made


@pytest.fixture
def hostile(box: Box) -> Iterator[Hostile]:
    with Hostile(box) as server:
        yield server


def ready(box: Box, hostile: Hostile) -> Steps:
    """The public API with the card's row, one step before the card work."""
    path = box.folder / "no-key-2.profile"
    path.write_text(ROW)
    path.chmod(0o600)
    box.control.post("/ledger", {"card_id": box.cards[0].card_id, "puk_uses_left": 3})
    steps = Steps(box, TIMEOUT, env={"KAMUPIN_SERVICE": hostile.url})
    steps.good("profile", str(path))
    return steps.to("ready", code=box.code(**LONG), risk=SEALED)


def spoil_all(box: Box, hostile: Hostile, wrong: dict[str, tuple[Spoiler, str]]) -> None:
    """One operation meets all of it and is where it was; no try was spent and one PUK was released; then it ends well."""
    before, count = box.cards[0].state(), len(box.cards[0].commands())
    with ready(box, hostile) as steps:
        for name, (spoiler, status) in wrong.items():
            hostile.spoil(r"/authority$", spoiler, 3)
            answer = steps.say("run")
            assert (answer["status"], answer["record"], int(answer["phase"])) == (status, status, PHASE["ready"]), f"{name}: {answer}"
            hostile.orders.clear()
        assert costly(box.cards[0].commands()[count:]) == [] and box.cards[0].state() == before
        assert ledger(box)["uses"] == 2
        steps.good("run")
        assert ledger(box)["uses"] == 2 and new_pin_works(box)
    assert len(costly(box.cards[0].commands()[count:])) == 2  # the one with the PUK, and OpenSC's VERIFY
    log = steps.log.read_text()
    assert puk_of(box) not in log and NEW_PIN not in log


def test_an_answer_with_a_puk_given_wrongly(box: Box, hostile: Hostile) -> None:
    spoil_all(box, hostile, dict(ANY))


def test_a_member_given_wrongly(box: Box, hostile: Hostile) -> None:
    spoil_all(box, hostile, {name: (lambda body, m=member, v=value: Spoiled(changed(body, (m,), v)), "service-reply-malformed")
                             for name, (member, value) in MEMBERS.items()})


def sealed(hostile: Hostile, seal: Seal, content: bytes) -> Spoiler:
    """An answer as it is, but for the JWE."""
    return lambda body: Spoiled(changed(body, ("sealed",), seal.made(hostile.asked, content)))


def test_a_jwe_that_is_not_the_profiles(box: Box, hostile: Hostile) -> None:
    """Header, key, tag, parts, and contents of a length that no PUK has."""
    puk = puk_of(box).encode()
    spoil_all(box, hostile, {name: (sealed(hostile, one, puk), "service-reply-malformed") for name, one in WRONG.items()})


@pytest.mark.parametrize("header", [{}, {"kid": "of somebody else", "typ": "JOSE", "x-later": [1]}, {"cty": 7}])
def test_what_a_header_may_have_besides(box: Box, hostile: Hostile, header: dict[str, Any]) -> None:
    """A hint at a key (RFC 7516, 4.1.6) and names of later versions mean nothing here: the key is the operation's. That what is sealed
    here opens at all keeps the tests above from failing for another reason than the one that they name."""
    with ready(box, hostile) as steps:
        hostile.spoil(r"/authority$", sealed(hostile, Seal(header=header), puk_of(box).encode()))
        steps.good("run")
        assert hostile.orders == [] and new_pin_works(box)


def test_a_wrong_puk_that_is_sealed_rightly(box: Box, hostile: Hostile) -> None:
    """It is the service's word: it goes to the card once, and never again."""
    with ready(box, hostile) as steps:
        count = len(box.cards[0].commands())
        hostile.spoil(r"/authority$", sealed(hostile, Seal(), b"00000000"))
        steps.refused("authentication-refused", "run")
        steps.refused("wrong-state", "run")
    assert [line[2:4] for line in costly(box.cards[0].commands()[count:])] == ["2C"]


def test_a_relays_keys_given_wrongly(sandbox: Callable[..., Box]) -> None:
    """The last answer of a relay hands over the session's keys: with none that open, or of another length, the new PIN is not sent."""
    relayed = sandbox(cards=["akis2:blocked:form=relay"])
    picked = ("alg 'dir'", "enc 'A128GCM'", f"party apv {b64(b'op-of-somebody-else')!r}", "header zip", "another key", "a wrong tag")
    keys = {name: (WRONG[name], "service-reply-malformed") for name in picked}
    keys |= {f"{count} bytes": (Seal(b"k" * count), "secure-messaging" if count <= 80 else "service-reply-malformed")
             for count in (1, 16, 79, 80, 81, 400)}

    def spoiler(server: Hostile, seal: Seal) -> Spoiler:
        def spoil(body: bytes) -> Spoiled:
            if b'"sealed"' not in body:
                server.orders.append((r"/authority/relay$", spoil))
                return Spoiled(body)
            return Spoiled(changed(body, ("sealed",), seal.made(server.asked, b"k" * 40)))
        return spoil

    with Hostile(relayed) as server:
        for name, (seal, status) in keys.items():
            with Steps(relayed, TIMEOUT, env={"KAMUPIN_SERVICE": server.url}) as steps:
                steps.to("ready", code=relayed.code(**LONG))
                count = len(relayed.cards[0].commands())
                server.spoil(r"/authority/relay$", spoiler(server, seal))
                answer = steps.say("run")
                sent = [line[:4] for line in relayed.cards[0].commands()[count:]]
                assert (answer["status"], answer["record"]) == (status, status), f"{name}: {answer}"
                # keys of a right length are as good as any until the card refuses what they protect
                assert [head for head in sent if re.match("..2[C04]", head)] == (["0C2C"] if name == "80 bytes" else []), name
                assert server.orders == []
            assert relayed.cards[0].state()["pin.tries"] == "0" and relayed.attempts_left() == 3
