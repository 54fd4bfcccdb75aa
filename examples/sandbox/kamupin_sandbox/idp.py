# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The sandbox's authorization server (examples/sandbox/idp, on npm oidc-provider) from Python's side: gets its packages once, by the
# lock file, into a cache folder; writes its configuration from the registry; says how to start it. Touches that cache and DATA/idp.
"""Authorization server: packages, configuration, command line."""
from __future__ import annotations

import base64
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from .ca import KAMUSM_QUALIFIED_POLICY, CardIssuer, TlsAuthority, write_private
from .registry import Registry

SOURCE = Path(__file__).resolve().parents[1] / "idp"
LIFETIMES = {"access_token": 300, "refresh_token": 1800, "session": 1800, "code": 60, "interaction": 600}  # seconds
APPLICATION = {"tr": "KamuPIN Online İşlemler", "en": "KamuPIN online services"}
CLIENT_ID = "kamupin"
SCOPES = ("kamupin",)
P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551


class Missing(Exception):
    """Node, npm or the packages are not there; the text says what to do, in Turkish and in English."""

    def __init__(self, tr: str, en: str) -> None:
        super().__init__(en)
        self.tr = tr
        self.en = en


# ---- packages ----

def modules_folder() -> Path:
    """Where the packages of this very lock file are, or will be."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    lock = hashlib.sha256((SOURCE / "package-lock.json").read_bytes()).hexdigest()[:16]
    return cache / "kamupin-sandbox" / f"idp-{lock}" / "node_modules"


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise Missing(f"{name} yok; «sudo apt-get install nodejs npm» ile kurun.",
                      f"{name} is missing; install it: sudo apt-get install nodejs npm")
    return found


def install() -> Path:
    """The folder of the packages; what is not there yet is fetched (npm ci), once for all who share the cache folder."""
    if not SOURCE.is_dir():
        raise Missing("giriş sunucusu ve portal kurulu olanda yoktur, kaynak ağacından çalışır: deponun bir kopyasını derleyip orada "
                      "«build/bin/kamupin-sandbox run --login» deyin.",
                      "the login server and the portal are not in what is installed, they run from the source tree: build a clone of "
                      "it, and there run: build/bin/kamupin-sandbox run --login")
    place = modules_folder().parent
    if not place.exists():
        npm = _program("npm")
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(place.with_suffix(".lock"), "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not place.exists():
                _fetch(npm, place)
    return place / "node_modules"


def _fetch(npm: str, place: Path) -> None:
    fresh = place.with_suffix(f".{os.getpid()}")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(SOURCE / name, fresh)
    done = subprocess.run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"], cwd=fresh, text=True,
                          stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode != 0:
        shutil.rmtree(fresh, ignore_errors=True)
        last = " | ".join(done.stderr.strip().splitlines()[-3:])
        raise Missing(f"giriş sunucusunun paketleri kurulamadı (npm ci: {last}); ağ bağlantısını denetleyip yeniden deneyin.",
                      f"the login server's packages could not be installed (npm ci: {last}); check the network and try again.")
    fresh.rename(place)


# ---- configuration ----

def issuer(port: int) -> str:
    """The server's name at that port."""
    return f"https://localhost:{port}"


def secret_of(registry: Registry, client: str) -> str:
    """The secret of a confidential client: `portal`, `service`."""
    return registry.secret(f"{client}-client").hex()


def _signing_key(registry: Registry) -> dict[str, str]:
    """The key that signs ID tokens, the same for the life of the registry, as a JWK."""
    number = int.from_bytes(registry.secret("idp-key", 48), "big") % (P256_ORDER - 1) + 1
    public = ec.derive_private_key(number, ec.SECP256R1()).public_key().public_numbers()
    x, y, d = (base64.urlsafe_b64encode(one.to_bytes(32, "big")).rstrip(b"=").decode() for one in (public.x, public.y, number))
    return {"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": "1", "x": x, "y": y, "d": d}


def configure(data: Path, port: int, service_port: int, lifetimes: Mapping[str, int] | None = None) -> Path:
    """Writes DATA/idp/config.json for a server at PORT beside the service at SERVICE_PORT; returns its path. People and cards are
    those of the registry as it is now; written again while the server runs, the new people and lifetimes count."""
    folder = data / "idp"
    folder.mkdir(mode=0o700, exist_ok=True)
    tls = TlsAuthority(data / "tls")
    cards = CardIssuer(data / "card-issuer")
    origin = f"https://localhost:{service_port}"
    with Registry(data / "registry.db") as registry:
        values: dict[str, Any] = {
            "issuer": issuer(port), "tls": {"server": str(tls.server().absolute()), "ca_file": str(tls.ca_file.absolute())},
            "service": {"origin": origin, "base": origin + "/kamupin/v1"},
            "application": {"name": APPLICATION, "url": origin + "/"},
            "login": {"client_id": CLIENT_ID, "scopes": list(SCOPES)},
            "clients": {name: secret_of(registry, name) for name in ("portal", "service")},
            "keys": {"jwk": _signing_key(registry)} | {name: registry.secret(f"idp-{name}").hex() for name in ("cookies", "nonce")},
            "people": [{"user_id": user.user_id, "name": user.name, "identity": user.identity, "password": user.password}
                       for user in registry.users()],
            "card_authorities": cards.authorities() | {"policies": [KAMUSM_QUALIFIED_POLICY.dotted_string]},
            "certificates": registry.certificates.at_login(),
            "lifetimes": LIFETIMES | dict(lifetimes or {})}
    write_private(folder / "config.json", json.dumps(values, ensure_ascii=False).encode())
    return folder / "config.json"


def set_lifetimes(data: Path, **seconds: int) -> None:
    """Changes lifetimes of a running server: access_token, refresh_token, session, code, interaction."""
    _rewrite(data / "idp" / "config.json", "lifetimes", seconds)


def set_certificates(path: Path, states: Mapping[str, Mapping[str, str]]) -> None:
    """Tells a running server which certificates log nobody in (SHA-256 in hex → `state`, and `until` when that has an end)."""
    _rewrite(path, "certificates", states, whole=True)


def _rewrite(path: Path, member: str, values: Mapping[str, Any], whole: bool = False) -> None:
    """Changes a member of the configuration: some of its values, or the whole of it."""
    said = json.loads(path.read_text(encoding="utf-8"))
    said[member] = dict(values) if whole else said[member] | dict(values)
    write_private(path, json.dumps(said, ensure_ascii=False).encode())


def command(config: Path, ready: Path) -> tuple[list[str], dict[str, str]]:
    """Arguments and environment that start the server."""
    argv = [_program("node"), str(SOURCE / "main.js"), "--config", str(config), "--ready-file", str(ready)]
    return argv, dict(os.environ) | {"KAMUPIN_IDP_MODULES": str(install())}
