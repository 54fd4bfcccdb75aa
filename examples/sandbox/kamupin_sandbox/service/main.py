# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The program: opens the data folder, listens, says where in the ready file, ends on SIGTERM or SIGINT.
"""kamupin-service."""
from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import signal
import sqlite3
import ssl
import sys
from pathlib import Path

from aiohttp import web

from ..ca import CardIssuer, TlsAuthority, write_private
from ..database import OtherLayout
from ..portal.site import Portal
from ..registry import Registry
from . import applications, authorised, certificates, issued
from .app import PREFIX, Front, application
from .backchannel import Backchannel
from .contract import Contract
from .control import Control
from .dpop import Nonces
from .gateway import Gateway
from .pages import Pages
from .state import Service
from .status_service import StatusService
from .store import Store

NONCE_SECONDS = 120.0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kamupin-service",
        description="Çevrimiçi hizmetin yerine geçen deneme hizmeti (KamuPIN hizmet profili 1). / A stand-in for the online service "
                    "(KamuPIN service profile 1). Kamu SM's own protocol is not public, and this is not it.")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="veri klasörü / data folder: registry, state, keys")
    parser.add_argument("--port", type=int, default=0, help="HTTPS, 127.0.0.1; 0: any (0)")
    parser.add_argument("--control-port", type=int, default=0, help="denetim adresi / control address, 127.0.0.1; 0: any (0)")
    parser.add_argument("--ready-file", type=Path, metavar="FILE", help="hazır olunca yazılır / written when ready: JSON with the addresses")
    parser.add_argument("--cards-file", type=Path, metavar="FILE", help="GET /cards of the control address (DIR/cards.json)")
    parser.add_argument("--login", type=Path, metavar="FILE", help="giriş sunucusunun yapılandırması / configuration of the authorization server")
    parser.add_argument("--log", type=Path, metavar="FILE", help="günlük / log; without it standard error. Holds no secret.")
    parser.add_argument("--validate", action="store_true", help="her yanıtı denetle / check each answer against openapi.yaml")
    parser.add_argument("--password-login", action="store_true", help="eski portalların girişi / offer the password login of older portals")
    return parser


def _tls_context(tls: TlsAuthority) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(tls.server())
    return context


async def _listen(app: web.Application, port: int, context: ssl.SSLContext | None) -> tuple[web.AppRunner, int]:
    runner = web.AppRunner(app, access_log=None, handle_signals=False, keepalive_timeout=75.0, auto_decompress=False)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, ssl_context=context, shutdown_timeout=0.5, reuse_address=True).start()
    found: int = runner.addresses[0][1]
    return runner, found


async def _serve(options: argparse.Namespace) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    options.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    registry = Registry(options.data / "registry.db")
    store = Store(options.data / "service.db", registry)
    service = Service(registry, store, Contract(), Nonces(registry.secret("nonce"), NONCE_SECONDS))
    service.gateway = Gateway(options.login) if options.login else None
    service.settings.password_login = int(options.password_login)
    issued.purge(service)
    certificates.settle(service)
    applications.invent(service)
    authorised.invent(service)
    front = Front(service, options.validate)
    tls = TlsAuthority(options.data / "tls")
    context = _tls_context(tls)
    token = registry.secret("control").hex()
    status = StatusService(CardIssuer(options.data / "card-issuer"), registry)
    control = Control(service, front, token, tls, context, options.cards_file or options.data / "cards.json", status)
    runners = []
    try:
        portal = Portal(service, front)
        pages = [*Pages(service, front).routes(), *portal.routes(), *Backchannel(service).routes()]
        runner, port = await _listen(application(service, front, pages, portal.lost), options.port, context)
        runners.append(runner)
        service.origin = f"https://localhost:{port}"
        service.base = service.origin + PREFIX
        service.hosts = (f"localhost:{port}", f"127.0.0.1:{port}")
        if status.issuer.port:
            runners.append((await _listen(status.application(), status.issuer.port, None))[0])
        runner, control_port = await _listen(control.application(), options.control_port, None)
        runners.append(runner)
        if options.ready_file:
            write_private(options.ready_file, json.dumps({
                "service": service.base, "ca_file": str(tls.ca_file.absolute()), "control": f"http://127.0.0.1:{control_port}",
                "token": token, "port": port, "control_port": control_port, "pid": os.getpid(), "status": status.issuer.base,
                "trust": str(status.issuer.trust_file.absolute())}).encode())
        logging.getLogger("kamupin-service").info("ready at %s", service.base)
        await stop.wait()
    finally:
        for runner in runners:
            await runner.cleanup()
        if service.gateway is not None:
            await service.gateway.close()
        store.close()
        registry.close()


def main(argv: list[str]) -> int:
    """Entry point; returns the exit code."""
    options = _parser().parse_args(argv[1:])
    os.umask(0o077)
    logging.basicConfig(filename=options.log, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        asyncio.run(_serve(options))
    except OtherLayout as other:
        print(f"kamupin-service: {other.path} başka bir sürümün düzeninde ya da veritabanı değil; olduğu gibi bırakıldı, içindekiler "
              "taşınmaz. --data ile boş bir klasör verin ya da gerekmiyorsa bu klasörü silip yeniden başlatın.\n"
              f"kamupin-service: {other.path} has the layout of another version, or is no database; it was left as it is, and what is in it "
              "is not carried over. Give an empty folder with --data, or, if you need nothing of this one, remove it and start again.", file=sys.stderr)
        return 65
    except (OSError, sqlite3.Error) as error:
        print(f"kamupin-service: başlatılamadı ({error}); klasörü ve portları denetleyin.\n"
              f"kamupin-service: cannot start ({error}); check the folder and the ports.", file=sys.stderr)
        return 69
    return 0
