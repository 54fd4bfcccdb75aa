# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# kamupin application list, show and submit: a form that goes out as JSON and comes back as JSON, in both languages. jq, a program that
# nobody here wrote, takes the form out of what the command printed, as the manual says.
"""Tests of applications, by the command."""
from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli import STATUS
from cli_life import PIN, Person, fits

SCHEMA = "nes-renewal-1"


@pytest.fixture
def person() -> Iterator[Person]:
    with Person() as made:
        yield made


def waiting(person: Person) -> str:
    """The application that waits for its form."""
    found = [one for one in person.ask("application", "list")["applications"] if one["state"] == "pending-pre-application"]
    name: str = found[0]["application_id"]
    return name


@pytest.mark.parametrize("lang, words", [("en", ["waits for its form", "renewal", "submitted", " days"]),
                                         ("tr", ["formu bekliyor", "yenileme", "gönderildi", " gün"])])
def test_the_list_and_one_of_it(person: Person, lang: str, words: list[str]) -> None:
    with person.terminal("application", "list", lang=lang) as terminal:
        assert terminal.wait() == 0 and all(word in terminal.text for word in words) and fits(terminal.text)
    with person.terminal("application", "show", waiting(person), lang=lang) as terminal:
        assert terminal.wait() == 0 and "kamupin consent give" in terminal.text and fits(terminal.text)
    shown = person.ask("application", "show", waiting(person))["application"]
    assert shown["needs_consent"] and isinstance(shown["document"], dict) and shown["seconds_left"] > 0


def test_a_form_goes_out_and_comes_back(person: Person, tmp_path: Path) -> None:
    which = waiting(person)
    assert "kamupin consent give" in person.plain("application", "show", which).stdout
    person.ask("consent", "give", "--unproven", "--acknowledge", pin_fd=PIN + "\n")
    assert "kamupin consent give" not in person.plain("application", "show", which).stdout
    printed = person.plain("application", "show", which, "--json").stdout
    assert shutil.which("jq")
    form = json.loads(subprocess.run(["jq", ".application.document"], input=printed, capture_output=True, text=True, check=True).stdout)
    wrong = person.plain("application", "submit", which, text=json.dumps({"schema_id": SCHEMA, "document": {"nonsense": 1}}))
    assert wrong.returncode == STATUS["document-refused"] and wrong.stdout == ""
    said = person.refused("document-refused", "application", "submit", which, "--in", str(written(tmp_path, {"years": "many"})))
    assert "application" not in said
    path = tmp_path / "filled.json"
    with path.open("wb") as out:
        subprocess.run(["jq", '.application.document += {"years": 3, "delivery": "office"}'], input=printed.encode(), stdout=out, check=True)
    made = person.ask("application", "submit", which, "--in", str(path))["application"]
    assert (made["application_id"], made["state"]) == (which, "submitted")
    assert person.ask("application", "show", which)["application"]["document"] == form | {"years": 3, "delivery": "office"}
    person.refused("application-state", "application", "submit", which, "--in", str(path))


def written(folder: Path, document: object, schema_id: str = SCHEMA) -> Path:
    """A form as it goes back: the document with the schema that it was shown with."""
    path = folder / "form.json"
    path.write_text(json.dumps({"schema_id": schema_id, "document": document}), encoding="utf-8")
    return path


@pytest.mark.parametrize("lang, says", [("en", "missing or wrong"), ("tr", "eksik ya da yanlış")])
def test_a_form_of_an_older_schema_is_refused_as_one(person: Person, tmp_path: Path, lang: str, says: str) -> None:
    """The document would do for the schema of now; it was filled in for another, which goes out with it, and nothing is submitted."""
    made = person.box.control.post("/applications", {"schema_id": "mali-muhur-1", "product": "mali-muhur"})["applications"][-1]
    which, document = made["application_id"], {"delivery": "post", "years": 1, "contact": "IŞIK"}
    old = written(tmp_path, document, "mali-muhur-0")
    person.refused("document-refused", "application", "submit", which, "--in", str(old))
    done = person.plain("application", "submit", which, "--in", str(old), lang=lang)
    assert done.returncode == STATUS["document-refused"] and "! fields: schema_id" in done.stderr and says in done.stderr
    assert person.ask("application", "show", which)["application"]["state"] == "pending-pre-application"
    person.ask("application", "submit", which, "--in", str(written(tmp_path, document, "mali-muhur-1")))


@pytest.mark.parametrize("lang, says", [("en", "a form is a JSON object"), ("tr", "form bir JSON nesnesi")])
def test_what_is_no_form_is_not_sent(person: Person, tmp_path: Path, lang: str, says: str) -> None:
    before = len(person.box.requests())
    large = json.dumps({"schema_id": SCHEMA, "document": {"a": "x" * 33000}})
    for text in ("", "[]", "{", "{}x", "{}", large, json.dumps({"schema_id": SCHEMA, "document": []}), '{"delivery": "post", "years": 3}',
                 '{"document": {}}', '{"schema_id": "a", "document": {}, "document": {}}'):
        done = person.plain("application", "submit", "app-x", lang=lang, text=text)
        assert done.returncode == STATUS["invalid-argument"] and says in done.stderr, text[:20]
    done = person.plain("application", "submit", "app-x", "--in", str(tmp_path / "none"), lang=lang)
    assert done.returncode == STATUS["invalid-argument"] and str(tmp_path / "none") in done.stderr
    assert len(person.box.requests()) == before


def test_every_refusal(person: Person, tmp_path: Path) -> None:
    person.refused("application-unknown", "application", "show", "app-AAECAwQFBgcICQoL")
    person.refused("application-unknown", "application", "submit", "app-AAECAwQFBgcICQoL", "--in", str(written(tmp_path, {})))
    for words in (("show",), ("submit",), ("list", "app-x"), ("list", "--card", "x")):
        assert person.run("application", *words)[0] == STATUS["invalid-argument"]
    (tmp_path / "r").mkdir(mode=0o700)
    person.refused("login-required", "application", "list", env={"XDG_RUNTIME_DIR": str(tmp_path / "r")})


def test_what_a_terminal_would_obey_or_hide_is_shown_as_json_writes_it(person: Person) -> None:
    """A form is the service's: a person reads each letter of it, and what is printed is still that JSON."""
    form = {"delivery": "post", "years": 1, "contact": "IŞIK ‘Çağrı’ 名",
            "x\u009b": "A\u009b31mB\u202eC\u007fD\u200bE\u0085F\x1b[2J\U000e0041", "ok": "ığüşöçİ…"}
    which = person.box.control.post("/applications", {"schema_id": "mali-muhur-1", "product": "mali-muhur"})["applications"][-1]["application_id"]
    filled = json.dumps({"schema_id": "mali-muhur-1", "document": form})
    assert person.plain("application", "submit", which, text=filled).returncode == 0
    printed = person.plain("application", "show", which).stdout
    shown = printed[printed.index("{"):]
    assert json.loads(shown) == form and all(one.isprintable() for one in shown.replace("\n", ""))
    assert "IŞIK ‘Çağrı’ 名" in shown and "ığüşöçİ…" in shown and "\\u202e" in shown and "\\udb40\\udc41" in shown
