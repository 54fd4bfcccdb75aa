# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The command line of kamupin-sandbox: `run` around a command, and small commands for people and scripts
# inside it. Touches standard output, and the sandbox through its control address.
"""Command line."""
from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from . import hold
from .control import Control, tell_card
from .messages import SandboxError, complain


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kamupin-sandbox",
        description="Sanal kartlar, gerçek bir PC/SC hizmeti ve çevrimiçi hizmetin yerine geçen bir hizmet. / "
                    "Virtual cards, a real PC/SC daemon and a stand-in for the online service.")
    commands = parser.add_subparsers(dest="name", required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="bir komutu sandbox içinde çalıştır / run a command in a sandbox")
    run.add_argument("--cards", default="akis2", metavar="LIST",
                     help="akis1, akis2, idcard, empty; e.g. akis2:blocked,akis1:tries=2,empty (akis2)")
    run.add_argument("--login", action="store_true", help="giriş sunucusuyla / with an authorization server to log in at")
    run.add_argument("--password-login", action="store_true", help="eski portalların girişi / with the password login of older portals")
    run.add_argument("--keep", action="store_true", help="klasörü silme / do not remove the folder")
    run.add_argument("--verbose", action="store_true", help="ne yaptığını söyle / say what happens")
    run.add_argument("argv", nargs=argparse.REMAINDER, metavar="-- COMMAND…")

    def small(name: str, text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text)
        command.add_argument("--json", action="store_true", help="JSON")
        return command

    code = small("code", "yeni doğrulama kodu / a new verification code")
    page = small("page", "hizmetin durum sayfası / the service's status page")
    for command in (code, page):
        command.add_argument("--user", help="kullanıcı / user")
    code.add_argument("--kind", choices=("create", "unblock"), help="işlem / kind of operation")
    code.add_argument("--product", help="ürün / product")
    code.add_argument("--on-behalf-of", metavar="vkn:NUMBER", help="kurum adına / for an organisation")
    code.add_argument("--factors", metavar="LIST", help="sms, web-password; e.g. sms,web-password")
    code.add_argument("--order", metavar="ID", help="bu talep için / for this order: a new code")
    code.add_argument("--seconds", type=int, help="kodun ömrü / how long the code lives")
    sms = small("sms", "son SMS'ler / last text messages")
    sms.add_argument("--user", help="kullanıcı / user")
    sms.add_argument("--wait", type=float, default=0.0, metavar="SECONDS", help="gelene dek bekle / wait for one")
    sms.add_argument("--code", action="store_true", help="yalnız son kod / only the last code")
    sms.add_argument("--after", type=int, default=0, metavar="N", help="ilk N mesajı atla / skip the first N texts")
    small("cards", "okuyucular ve kartlar / readers and cards")
    small("captcha", "son resimdeki karakterler / the characters of the last picture")
    small("mails", "gönderilen e-postalar / mails that were sent")
    people = small("people", "kişiler ve bildikleri / people and what they know")
    people.add_argument("--user", help="kullanıcı / user")
    people.add_argument("--show", metavar="FIELD", help="yalnız bu alan / only this field: web_password, security_word, password, …")
    small("orders", "hizmetteki talepler / the service's orders")
    small("sessions", "açık ve bitmiş oturumlar / sessions, open and ended")
    logout = small("logout", "oturumları bitir / end the sessions of a user")
    logout.add_argument("--user", default="deneme", help="kullanıcı / user (deneme)")
    small("certificates", "verilmiş sertifikalar / certificates that were issued")
    certificate = small("certificate", "bir sertifikanın durumunu değiştir / change the state of a certificate")
    certificate.add_argument("certificate", metavar="ID", help="crt-…, seri no / serial number, SHA-256")
    certificate.add_argument("state", choices=("issued", "active", "suspended", "revoked"), help="yeni durum / new state")
    certificate.add_argument("--by", choices=("holder", "authority", "institution"), help="kim / who (authority)")
    certificate.add_argument("--reason", metavar="WORD", help="superseded, keyCompromise, …; lost, stolen, left-behind, other")
    certificate.add_argument("--until", metavar="TIME", help="askının sonu / end of the suspension: 2026-12-31T20:59:59Z")
    status = small("status-service", "OCSP ve SİL yanıtları / answers of OCSP and CRLs")
    status.add_argument("--ocsp", metavar="WAY", help="right, stale, wrong-key, down, … (--json: hepsi / all)")
    status.add_argument("--crl", metavar="WAY", help="right, stale, wrong-key, down, … (--json: hepsi / all)")
    small("ledger", "hizmetin deneme defteri / the service's ledger of attempts")
    small("operations", "hizmetin işlemleri / the service's operations")
    for name, text in (("eject", "kartı çıkar / pull the card out"), ("insert", "kartı tak / put the card in")):
        small(name, text).add_argument("slot", type=int, metavar="N")
    commands.add_parser("hold", help="ortamı JSON yazar, girdi kapanana dek bekler / prints the environment "
                                     "as JSON and waits for end of input (for tests)")
    return parser


def _run(options: argparse.Namespace, program: Path) -> int:
    argv = options.argv[1:] if options.argv[:1] == ["--"] else options.argv
    if not argv:
        raise SandboxError("Çalıştırılacak komut yok; örneğin: kamupin-sandbox run -- bash",
                           "There is no command to run; for example: kamupin-sandbox run -- bash", 64)
    from . import cardspec, sandbox  # here: the small commands need no certificates and start faster without

    return sandbox.run(cardspec.parse(options.cards), sandbox.Tools.beside(program), argv,
                       options.keep, options.verbose, options.login, options.password_login)


def _table(rows: list[dict[str, Any]], columns: tuple[str, ...]) -> str:
    """Plain text: a line an item, its fields as name=value."""
    return "\n".join("  ".join(f"{name}={row[name]}" for name in columns if row.get(name) is not None)
                     for row in rows)


def _sms(options: argparse.Namespace, control: Control) -> tuple[Any, str]:
    """The outbox; with --wait until it holds a text beyond --after."""
    deadline = time.monotonic() + options.wait
    while True:
        answer = control.get("/sms", user=options.user)
        texts = answer["sms"][options.after:]
        if texts or time.monotonic() > deadline:
            break
        time.sleep(0.05)
    if not texts and (options.wait or options.code):
        raise SandboxError("Beklenen SMS gelmedi; işlem SMS adımına geldi mi?",
                           "The expected SMS did not come; has the operation reached the SMS step?", 75)
    plain = texts[-1]["code"] if options.code else _table(texts, ("user", "code", "text"))
    return {"sms": texts}, plain


def _move(options: argparse.Namespace, control: Control) -> tuple[Any, str]:
    cards = {card["slot"]: card for card in control.cards()}
    card = cards.get(options.slot)
    if card is None or not card.get("control"):
        raise SandboxError(f"{options.slot} numaralı yuvada kart süreci yok; «kamupin-sandbox cards» ile bakın.",
                           f"Slot {options.slot} has no card process; look with 'kamupin-sandbox cards'.", 64)
    said = tell_card(card["control"], options.name)
    return {"slot": options.slot, "answer": said}, f"slot={options.slot} {options.name}"


def _captcha(control: Control) -> tuple[Any, str]:
    """The last picture's characters."""
    pictures = control.get("/captchas")["captchas"]
    if not pictures:
        raise SandboxError("Henüz resim istenmedi; önce parolalı girişi başlatın.",
                           "No picture was asked for yet; begin a password login first.", 75)
    return pictures[-1], pictures[-1]["answer"]


def _people(options: argparse.Namespace, control: Control) -> tuple[Any, str]:
    """Who there is, with all words; or one field of one person."""
    people = [one for one in control.get("/people")["people"] if options.user in (None, one["user"])]
    if not people or (options.show and options.show not in people[0]):
        raise SandboxError("Böyle bir kişi ya da alan yok; «kamupin-sandbox people» ile bakın.",
                           "There is no such person or field; look with 'kamupin-sandbox people'.", 64)
    return {"people": people}, str(people[0][options.show]) if options.show else _table(people, tuple(people[0]))


def _certificates(options: argparse.Namespace, control: Control) -> tuple[Any, str]:
    """All certificates, or the one that was changed."""
    columns = ("certificate_id", "state", "suspended_by", "suspend_until", "revoked_at", "reason", "owner", "product", "holder", "not_before",
               "not_after", "card_id")
    if options.name == "certificates":
        answer = control.get("/certificates")
        return answer, _table(answer["certificates"], columns)
    names = ("certificate", "state", "by", "reason", "until")
    one = control.post("/certificates/state", {name: getattr(options, name) for name in names if getattr(options, name) is not None})
    return one, _table([one], columns)


def _status_service(options: argparse.Namespace, control: Control) -> tuple[Any, str]:
    """How OCSP and CRLs answer, after the change that was asked for."""
    wish = {name: getattr(options, name) for name in ("ocsp", "crl") if getattr(options, name) is not None}
    answer = control.post("/status-service", wish) if wish else control.get("/status-service")
    return answer, _table([answer], ("address", "ocsp", "crl", "root"))


def _small(options: argparse.Namespace) -> tuple[Any, str]:
    """A small command: its JSON and its plain text."""
    control = Control.of(os.environ)
    if options.name in ("code", "page"):
        wish = {name: getattr(options, name, None) for name in ("user", "kind", "product", "seconds", "on_behalf_of", "factors")}
        wish["page"] = getattr(options, "order", None)
        answer = control.post("/codes", {name: value for name, value in wish.items() if value is not None})
        return answer, answer["code"] if options.name == "code" else answer["page_url"]
    if options.name == "sms":
        return _sms(options, control)
    if options.name == "cards":
        answer = control.get("/cards")
        return answer, _table(answer["cards"], ("slot", "reader", "spec", "pin", "card_id"))
    if options.name in ("eject", "insert"):
        return _move(options, control)
    if options.name == "captcha":
        return _captcha(control)
    if options.name in ("certificates", "certificate"):
        return _certificates(options, control)
    if options.name == "status-service":
        return _status_service(options, control)
    if options.name == "people":
        return _people(options, control)
    if options.name == "logout":
        answer = control.post("/sessions/end", {"user": options.user})
        return answer, _table(answer["sessions"], ("user", "kind", "state"))
    answer = control.get("/" + options.name)
    rows = answer[options.name]
    return answer, "\n".join("  ".join(f"{key}={value}" for key, value in row.items()) for row in rows)


def main(argv: list[str]) -> int:
    """Entry point; returns the exit code."""
    options = _parser().parse_args(argv[1:])
    try:
        if options.name == "run":
            return _run(options, Path(argv[0]).absolute())
        if options.name == "hold":
            return hold.hold()
        answer, plain = _small(options)
        print(json.dumps(answer, ensure_ascii=False, indent=2) if options.json else plain, flush=True)
        return 0
    except SandboxError as error:
        complain(error)
        return error.code
    except BrokenPipeError:  # whoever asked has gone; nobody is left to read a traceback's word either
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141  # as a shell has it of a program that SIGPIPE ended
