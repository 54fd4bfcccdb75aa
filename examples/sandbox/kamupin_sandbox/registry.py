# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# What an issuer knows of its cards and their holders: the key table, and beside it people, organisations and certificates. The
# personaliser writes it, the service reads it (and deletes issued PINs); nobody else opens it. It holds keys in clear and is
# the only file of the service that does.
# (The ledger of attempts changes with each request and lives in the service's own store.)
"""Card registry: people, organisations, cards, certificates, card keys, PUKs, PINs as they were issued."""
from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .certificates import SCHEMA as CERTIFICATE_SCHEMA
from .certificates import Certificates
from .database import open_database

PRODUCTS = ("nes", "mali-muhur", "elektronik-muhur", "kurumsal-sifreleme")
FORMS = ("cryptogram", "sealed-puk", "relay")  # how a card gets its authority
DEFAULT_USER = "deneme"
OTHER_USER = "baska"
CHANGEABLE = ("phone", "e_mail", "security_word", "web_password")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS secret (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS user (
    user_id TEXT PRIMARY KEY, name TEXT NOT NULL, identity TEXT NOT NULL, phone TEXT NOT NULL, password TEXT NOT NULL,
    web_password TEXT NOT NULL, security_word TEXT NOT NULL, passport TEXT NOT NULL, e_mail TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS organisation (
    organisation_id TEXT PRIMARY KEY, type TEXT NOT NULL, number TEXT NOT NULL, name TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS representative (
    user_id TEXT NOT NULL REFERENCES user (user_id), organisation TEXT NOT NULL REFERENCES organisation (organisation_id),
    PRIMARY KEY (user_id, organisation)) STRICT;
CREATE TABLE IF NOT EXISTS authorised (
    user_id TEXT NOT NULL REFERENCES user (user_id), organisation TEXT NOT NULL REFERENCES organisation (organisation_id),
    PRIMARY KEY (user_id, organisation)) STRICT;
CREATE TABLE IF NOT EXISTS card (
    card_id TEXT PRIMARY KEY, row TEXT NOT NULL, owner TEXT NOT NULL,
    product TEXT NOT NULL, label TEXT NOT NULL, puk BLOB NOT NULL, form TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS issued_pin (
    record_id TEXT PRIMARY KEY, card_id TEXT NOT NULL UNIQUE REFERENCES card (card_id) ON DELETE CASCADE,
    serial TEXT NOT NULL, pin TEXT NOT NULL) STRICT;
""" + CERTIFICATE_SCHEMA
# Nobody's data: invented names, the well-known sample numbers.
_USERS = ((DEFAULT_USER, "DENEME KULLANICI", "10000000146", "*****2596", "deneme-1923", "çarşı-çığlık-42", "çığlık42", "U12345678",
           "deneme@example.org"),
          (OTHER_USER, "BAŞKA KULLANICI", "11111111110", "*****0000", "baska-1881", "İğne-ipliği-7", "ılık1ŞEKER", "U87654321",
           "baska@example.org"))
_ORGANISATIONS = (("vkn", "4540536920", "DENEME ANONİM ŞİRKETİ"), ("detsis", "12345678", "DENEME KURUMU"),
                  ("vkn", "9876543217", "BAŞKA LİMİTED ŞİRKETİ"))
_REPRESENTATIVES = ((DEFAULT_USER, "vkn:4540536920"), (DEFAULT_USER, "detsis:12345678"), (OTHER_USER, "vkn:9876543217"))
_AUTHORISED = ((DEFAULT_USER, "detsis:12345678"),)  # who signs its lists of applications
DEFAULT_ORGANISATION = "vkn:4540536920"
OTHER_ORGANISATION = "vkn:9876543217"
PUBLIC_BODY = "detsis:12345678"


@dataclass(frozen=True)
class User:
    """A person. `phone` is masked, or "out-of-date"; the sandbox has no other. password: e-Devlet's; web_password: the portal's
    second factor; security_word: of the older portals."""

    user_id: str
    name: str
    identity: str
    phone: str
    password: str = ""
    web_password: str = ""
    security_word: str = ""
    passport: str = ""
    e_mail: str = ""


@dataclass(frozen=True)
class Organisation:
    """An organisation that holds cards; its id is "TYPE:NUMBER"."""

    type: str
    number: str
    name: str

    @property
    def organisation_id(self) -> str:
        """What owns a card, and what an order is on behalf of."""
        return f"{self.type}:{self.number}"


@dataclass(frozen=True)
class IssuedPin:
    """The PIN that a card left its issuer with, under the serial number that is printed on it."""

    record_id: str
    card_id: str
    serial: str
    pin: str


@dataclass(frozen=True)
class Card:
    """A card as its issuer knows it; the key is asked for separately. The owner is a user_id or an organisation_id."""

    card_id: str
    row: str
    owner: str
    product: str
    label: str
    form: str = FORMS[0]


class Registry:
    """The key table at PATH (an SQLite file, mode 0600), made with its users when it is not there. OtherLayout."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._db = open_database(self.path, _SCHEMA, "foreign_keys=ON", "secure_delete=ON")
        self.certificates = Certificates(self._db)
        with self.together():
            self._invent()

    def _invent(self) -> None:
        for user in _USERS:
            self.add_user(User(*user))
        for organisation in _ORGANISATIONS:
            one = Organisation(*organisation)
            self._db.execute("INSERT OR IGNORE INTO organisation VALUES (?, ?, ?, ?)", (one.organisation_id, *organisation))
        self._db.executemany("INSERT OR IGNORE INTO representative VALUES (?, ?)", _REPRESENTATIVES)
        self._db.executemany("INSERT OR IGNORE INTO authorised VALUES (?, ?)", _AUTHORISED)

    @contextmanager
    def together(self) -> Iterator[None]:
        """What is written inside is kept together, or not at all; many things at once are then kept with one wait for the disk."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def close(self) -> None:
        """Closes the file."""
        self._db.close()

    def __enter__(self) -> "Registry":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def secret(self, name: str, size: int = 32) -> bytes:
        """A random secret of this sandbox, made at its first use and the same ever after."""
        self._db.execute("INSERT OR IGNORE INTO secret VALUES (?, ?)", (name, secrets.token_bytes(size)))
        row = self._db.execute("SELECT value FROM secret WHERE name = ?", (name,)).fetchone()
        return bytes(row[0])

    def add_user(self, user: User) -> None:
        """Adds a user; one who is there stays as they are."""
        self._db.execute("INSERT OR IGNORE INTO user VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", astuple(user))

    def change_user(self, user_id: str, **values: str) -> None:
        """Changes a user's phone, e-mail address, security word or web password."""
        for name, value in values.items():
            if name not in CHANGEABLE:
                raise ValueError(name)
            self._db.execute(f"UPDATE user SET {name} = ? WHERE user_id = ?", (value, user_id))

    def _user(self, column: str, value: str) -> User | None:
        row = self._db.execute(f"SELECT * FROM user WHERE {column} = ?", (value,)).fetchone()
        return User(*row) if row else None

    def user(self, user_id: str) -> User | None:
        """The user, or None."""
        return self._user("user_id", user_id)

    def user_of(self, kind: str, number: str) -> User | None:
        """The user with that identity number ("tckn") or passport ("passport"), or None."""
        return self._user({"tckn": "identity", "passport": "passport"}[kind], number)

    def users(self) -> list[User]:
        """All users."""
        return [User(*row) for row in self._db.execute("SELECT * FROM user ORDER BY rowid")]

    def organisation(self, organisation_id: str) -> Organisation | None:
        """The organisation, or None."""
        row = self._db.execute("SELECT type, number, name FROM organisation WHERE organisation_id = ?", (organisation_id,)).fetchone()
        return Organisation(*row) if row else None

    def organisations(self, user_id: str) -> list[Organisation]:
        """The organisations that a user may act for."""
        return self._organisations("representative", user_id)

    def authorised_for(self, user_id: str) -> list[Organisation]:
        """The organisations whose authorised person a user is: who signs their lists of applications."""
        return self._organisations("authorised", user_id)

    def _organisations(self, table: str, user_id: str) -> list[Organisation]:
        rows = self._db.execute(f"SELECT type, number, name FROM organisation JOIN {table} ON organisation_id = organisation "
                                "WHERE user_id = ? ORDER BY organisation.rowid", (user_id,))
        return [Organisation(*row) for row in rows]

    def card_key(self, card_id: str) -> bytes:
        """The key that the card shares with its issuer: HKDF-SHA256 of the master key, by the card's name."""
        return HKDF(hashes.SHA256(), 32, salt=None, info=b"kamupin card" + card_id.encode()).derive(
            self.secret("master-key"))

    def session_keys(self, card_id: str) -> tuple[bytes, bytes]:
        """The two keys with which this service and the card begin secure messaging (AES-256): encryption, MAC."""
        master = self.secret("session-master")
        both = HKDF(hashes.SHA256(), 64, salt=None, info=b"kamupin card session" + card_id.encode()).derive(master)
        return both[:32], both[32:]

    def add_card(self, card: Card, puk: bytes) -> None:
        """Registers a card; one of that name is replaced."""
        if card.product not in PRODUCTS:
            raise ValueError(f"no product {card.product!r}")
        self._db.execute("INSERT OR REPLACE INTO card VALUES (?, ?, ?, ?, ?, ?, ?)",
                         (card.card_id, card.row, card.owner, card.product, card.label, puk, card.form))

    def card(self, card_id: str) -> Card | None:
        """The card of that name, or None."""
        row = self._db.execute("SELECT card_id, row, owner, product, label, form FROM card WHERE card_id = ?",
                               (card_id,)).fetchone()
        return Card(*row) if row else None

    def puk(self, card_id: str) -> bytes:
        """The card's PUK. Only the sealed form of an authority asks for it."""
        row = self._db.execute("SELECT puk FROM card WHERE card_id = ?", (card_id,)).fetchone()
        return bytes(row[0])

    def cards(self) -> list[Card]:
        """All cards, in the order they were made."""
        rows = self._db.execute("SELECT card_id, row, owner, product, label, form FROM card ORDER BY rowid")
        return [Card(*row) for row in rows]

    def issue_pin(self, card_id: str, pin: str) -> None:
        """Keeps the PIN that a card is sent out with, until its holder has it deleted."""
        serial = "AB" + secrets.token_hex(5).upper()
        record_id = "pin-" + secrets.token_urlsafe(12)
        self._db.execute("INSERT OR REPLACE INTO issued_pin VALUES (?, ?, ?, ?)", (record_id, card_id, serial, pin))

    def issued_pins(self) -> list[IssuedPin]:
        """The records that there still are."""
        return [IssuedPin(*row) for row in self._db.execute("SELECT record_id, card_id, serial, pin FROM issued_pin ORDER BY rowid")]

    def forget_pin(self, record_id: str) -> None:
        """Deletes a record for good."""
        self._db.execute("DELETE FROM issued_pin WHERE record_id = ?", (record_id,))
