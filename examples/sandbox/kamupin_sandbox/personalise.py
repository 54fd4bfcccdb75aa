# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Makes virtual cards: certificate, PIN, PUK, key, counters, written as a state file of kamupin-vcard and entered in the
# registry. Touches the registry, the issuer's folder beside it, and the folder it is given.
"""Personalisation of virtual cards.

    with Registry(data / "registry.db") as registry:
        card = make_card(registry, "akis2:blocked", folder / "card0")
    # card.state is for `kamupin-vcard --state`; card.card_id is how the service calls it
"""
from __future__ import annotations

import datetime
import hashlib
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from . import registry as reg
from .ca import DAY, KINDS, CardIssuer, Key, key_der, make_card_key, write_private
from .lifecycle import BY

FRESH_PIN = "123456"  # of every card that says nothing else
ATR = {"akis1": "3BBA11008131FE4D55454B41452056312E30AE",
       "akis2": "3B9F978131FE4580655443D3228231C073F621808105D3",
       "idcard": "3B9F978131FE4580655443D3228231C073F621808105D3"}
ROW = {"akis1": "akis-1", "akis2": "akis-2"}
KEYS = ("rsa", "p256", "p384")
FIRST_KEY = 0x84  # reference of the key to the first certificate; the next one's is one more
ORGANISATIONS = ("mali-muhur", "elektronik-muhur", "kurumsal-sifreleme")  # flags: that product's card, held by an organisation
FLAGS = ("blocked", "unset", "dead", "other-user", "detsis", "no-certs", "strict", *KEYS, "expired", "not-yet", "no-sign",
         "issued", "revoked", *ORGANISATIONS)
VALUES = {"tries": r"\d{1,2}", "puk": r"\d{1,2}", "auth": r"\d{1,2}", "3d10": r"[0-9A-Fa-f]{4}", "pin": r"\d{4,16}",
          "reply": r"61xx|6cxx", "product": "|".join(reg.PRODUCTS), "form": "|".join(reg.FORMS), "row": r"[a-z][a-z0-9.-]{1,22}",
          "uses": r"\d{1,2}", "wait": r"\d{1,4}", "suspended": "|".join(BY), "kind": "|".join(KINDS), "also": "|".join(KINDS)}


@dataclass(frozen=True)
class CardFiles:
    """A card that was made. card_id and row are None for a card that the service does not know by a name
    (an ID card, a card without certificates); pin is None for one that never had a PIN."""

    spec: str
    personality: str
    folder: Path
    state: Path
    card_id: str | None
    row: str | None
    owner: str
    product: str
    pin: str | None
    variants: tuple[str, ...]


def parse_spec(spec: str) -> tuple[str, dict[str, str]]:
    """Splits "akis2:blocked:puk=1" into personality and variants (flags have the value ""). ValueError if it
    is none."""
    personality, *variants = spec.split(":")
    if personality not in ATR:
        raise ValueError(f"no card {personality!r}")
    found: dict[str, str] = {}
    for variant in variants:
        name, sign, value = variant.partition("=")
        if not ((not sign and name in FLAGS) or (sign and re.fullmatch(VALUES.get(name, "(?!)"), value))):
            raise ValueError(f"no variant {variant!r}")
        found[variant if name == "reply" else name] = value
    return personality, found


def make_card(registry: reg.Registry, spec: str, folder: Path) -> CardFiles:
    """Makes the card that SPEC says (the grammar is parse_spec's; "empty" is no card), in a folder of its own.

    Variants: blocked, unset (never had a PIN), dead (PUK used up), tries=N, puk=N and auth=N (tries left), pin=DIGITS,
    other-user, product=P, no-certs, 3d10=SW, reply=61xx, reply=6cxx, strict; rsa, p256, p384 (the card signs: a
    certificate and key of each kind named, in that order); expired, not-yet (its certificates' dates), no-sign (their
    keys are not for signatures); issued, revoked, suspended=BY (what the registry says of its certificates); kind=K, also=K
    (of ca.KINDS: what its certificates are, and a further one); mali-muhur, elektronik-muhur, kurumsal-sifreleme (a card of
    the sample organisation, with EC P-384 keys unless others are named); detsis (of the sample public body instead); form=F (how the service gives its authority), row=NAME (its card-profile row there),
    uses=N (resets with the PUK that the card allows), wait=MS (its answers take that long). Writes FOLDER/card.state.
    """
    personality, variants = parse_spec(spec)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    held = next((name for name in ORGANISATIONS if name in variants), None)
    owner = _holder(registry, variants, held)
    product = held or variants.get("product", "nes")
    wanted = _wanted(personality, variants, held)
    keys = [make_card_key(key) for _, key in wanted if key]
    certificates = _certificates(registry, variants, owner, [(kind, keys[n] if keys else None) for n, (kind, _) in enumerate(wanted)])
    serial = secrets.token_bytes(12)
    card_id = _card_id(personality, serial, certificates)
    puk = f"{secrets.randbelow(10**8):08d}".encode()
    key = registry.card_key(card_id) if card_id else secrets.token_bytes(32)
    pin = None if "unset" in variants else variants.get("pin", FRESH_PIN)
    state = folder / "card.state"
    lines = ["kamupin-vcard 1", f"personality {personality}", f"atr {ATR[personality]}"]
    lines += _references(personality, variants, pin, puk, key, serial)
    if personality == "akis2" and card_id:
        lines += [f"sm.{name} {key.hex().upper()}" for name, key in zip(("enc", "mac"), registry.session_keys(card_id))]
    lines += [f"sign.key {FIRST_KEY + n:02X} {key_der(one).hex().upper()}" for n, one in enumerate(keys)]
    lines += _files(personality, certificates)
    write_private(state, ("\n".join(lines) + "\n").encode("ascii"))
    row = variants.get("row", ROW.get(personality, ""))
    if card_id:
        _record(registry, variants, certificates, owner.owner, product, card_id)
        label = f"{owner.name} ({product.upper()})"
        registry.add_card(reg.Card(card_id, row, owner.owner, product, label, variants.get("form", reg.FORMS[0])), puk)
        if pin is not None:
            registry.issue_pin(card_id, pin)
    return CardFiles(spec, personality, folder, state, card_id, row if card_id else None,
                     owner.owner, product, pin, tuple(spec.split(":")[1:]))


@dataclass(frozen=True)
class _Holder:
    """Who a card belongs to: the registry's name for them, and what their certificates say."""

    owner: str
    name: str
    identity: str


def _holder(registry: reg.Registry, variants: dict[str, str], held: str | None) -> _Holder:
    if held:
        which = reg.OTHER_ORGANISATION if "other-user" in variants else reg.PUBLIC_BODY if "detsis" in variants else reg.DEFAULT_ORGANISATION
        organisation = registry.organisation(which)
        assert organisation is not None
        return _Holder(organisation.organisation_id, organisation.name, organisation.number)
    user = registry.user(reg.OTHER_USER if "other-user" in variants else reg.DEFAULT_USER)
    assert user is not None
    return _Holder(user.user_id, user.name, user.identity)


def _wanted(personality: str, variants: dict[str, str], held: str | None) -> list[tuple[str, str | None]]:
    """Kind and key of each certificate; no key for a card that does not sign. A card is known by a certificate that
    classifies, and one for encryption does not: there is a seal beside it."""
    if "no-certs" in variants:
        return []
    kinds = {None: ["plain" if personality == "idcard" else "signature"], "mali-muhur": ["mali-muhur"],
             "elektronik-muhur": ["seal"], "kurumsal-sifreleme": ["seal", "encryption"]}[held]
    kinds = [variants["kind"]] if "kind" in variants else kinds
    kinds += [variants["also"]] if "also" in variants else []
    named: list[str | None] = [key for key in KEYS if key in variants]
    return [(kind, key) for kind in kinds for key in named or ["p384" if held else None]]


def _certificates(registry: reg.Registry, variants: dict[str, str], owner: _Holder, wanted: list[tuple[str, Key | None]]) -> list[bytes]:
    issuer = CardIssuer(registry.path.parent / "card-issuer")
    now = datetime.datetime.utcnow().replace(microsecond=0)
    start, days = now - DAY, 1095.0
    if "expired" in variants:
        start, days = now - 30 * DAY, 29.0
    elif "not-yet" in variants:
        start = now + DAY
    return [issuer.issue(owner.name, owner.identity, kind, days=days, key=key, start=start, signs="no-sign" not in variants,
                         organisation=":" in owner.owner)
            for kind, key in wanted]


def _record(registry: reg.Registry, variants: dict[str, str], certificates: list[bytes], owner: str, product: str, card_id: str) -> None:
    """Enters the certificates in the registry, in the state that the card was asked for."""
    for der in certificates:
        record = registry.certificates.add(der, owner, product, card_id, "issued" if "issued" in variants else "active")
        if "suspended" in variants:
            registry.certificates.put(record.certificate_id, "suspended", variants["suspended"])
        if "revoked" in variants:
            registry.certificates.put(record.certificate_id, "revoked", "holder")


def _card_id(personality: str, serial: bytes, certificates: list[bytes]) -> str | None:
    if personality == "akis1":
        return "serial:" + serial.hex().upper()
    if personality == "akis2" and certificates:
        return "certs:" + hashlib.sha256(b"".join(certificates)).hexdigest()
    return None


def _references(personality: str, variants: dict[str, str], pin: str | None, puk: bytes, key: bytes,
                serial: bytes) -> list[str]:
    """The lines of serial, PIN, PUK and key."""
    lines = [f"serial {serial.hex().upper()}"] if personality == "akis1" else []
    if pin is not None:
        lines.append(f"pin.value {pin.encode().hex().upper()}")
    tries = "0" if "blocked" in variants or "dead" in variants else variants.get("tries", "3")
    puk_tries = "0" if "dead" in variants else variants.get("puk", "3")
    lines += [f"pin.tries {int(tries)}", f"pin.max {max(int(tries), 3)}", f"puk.value {puk.hex().upper()}",
              f"puk.tries {int(puk_tries)}", f"puk.max {max(int(puk_tries), 3)}"]
    if personality != "akis1":
        auth = int(variants.get("auth", "3"))
        lines += ["auth.reference 83", f"auth.key {key.hex().upper()}", f"auth.tries {auth}", f"auth.max {max(auth, 3)}"]
    if "uses" in variants:
        lines.append(f"puk.uses {int(variants['uses'])}")
    if "strict" in variants:
        lines.append("strict on")
    if "wait" in variants:
        lines.append(f"wait {int(variants['wait'])}")
    if "3d10" in variants:
        lines.append(f"answer.3d10 {variants['3d10'].upper()}")
    return lines + [f"reply {name} on" for name in ("61xx", "6cxx") if f"reply={name}" in variants]


def _files(personality: str, certificates: list[bytes]) -> list[str]:
    """The card's files: certificates from 2F10 on; an ID card shows its other applications too."""
    lines = [f"file 3D00/{0x2F10 + n:04X} {der.hex().upper()}" for n, der in enumerate(certificates)]
    if personality == "idcard":
        lines += [f"file 3D01/2F10 {der.hex().upper()}" for der in certificates]
        lines.append("file 3D10/2F1A " + secrets.token_bytes(16).hex().upper())
    return lines
