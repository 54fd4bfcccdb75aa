# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The program that checks certificates (tests/drivers/public/check.c), run against what little_pki makes and gives out. Touches the folder
# that it is given.
"""Who checks, and what they found."""
from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from box import BUILD
from little_pki import Answer, Party, Reply, Said, Web


@dataclass
class Found:
    """What the checking program said: its words, and how it ended."""

    words: dict[str, str]
    lines: list[dict[str, str]]
    status: str
    store: dict[str, str]
    hosts: list[str]
    log: str

    def __getitem__(self, name: str) -> str:
        return self.words[name]


def words_of(line: str) -> dict[str, str]:
    """name=value words; the last three names of a line may hold blanks."""
    found = {}
    rest = line
    for last in (" detail=", " root="):
        rest, sign, value = rest.partition(last)
        if sign:
            found[last.strip(" =")] = value
    return found | dict(word.split("=", 1) for word in rest.split(" "))


class Checker:
    """The program that checks, with a state folder and a trust store of its own (none without a certificate)."""

    def __init__(self, folder: Path, roots: Sequence[Party], between: Sequence[Party] = ()) -> None:
        self.folder, self.state = folder, folder / "state"
        self.trust = folder / "trust.pem"
        self.trust.write_bytes(b"".join(one.pem for one in [*roots, *between]))
        self.count = 0

    @property
    def kept(self) -> list[str]:
        """The endings of the files in the cache of CRLs."""
        folder = self.state / "crl"
        return sorted(path.suffix for path in folder.iterdir()) if folder.exists() else []

    def argv(self, leaves: Sequence[Party | Path], *options: str, trust: Path | None = None) -> list[str]:
        """The command that checks these certificates."""
        files = []
        for leaf in leaves:
            path = leaf if isinstance(leaf, Path) else self.folder / f"leaf{self.count}.der"
            self.count += 1
            if isinstance(leaf, Party):
                path.write_bytes(leaf.der)
            files.append(str(path))
        store = trust or self.trust
        given = [] if trust is None and store.stat().st_size == 0 else ["--trust", str(store)]
        return [str(BUILD / "bin" / "driver-check"), *given, *options, *files]

    def env(self) -> dict[str, str]:
        return os.environ | {"KAMUPIN_STATE_DIR": str(self.state)}

    def run(self, argv: Sequence[str], **env: str) -> Found:
        """Runs such a command."""
        done = subprocess.run(argv, env=self.env() | env, capture_output=True, text=True, timeout=120)
        lines = done.stdout.splitlines()
        rows = [words_of(line) for line in lines if line.startswith("answer=")]
        status = [words_of(line) for line in lines if line.startswith("status=")]
        assert status, f"{argv}: {done.returncode}\n{done.stdout}{done.stderr}"
        assert status[0]["queue"] == "kept"  # OpenSSL's, of errors, is the program's own
        return Found(rows[0] if rows else status[0], rows, status[0]["status"], status[0], [line for line in lines if line.startswith("host=")],
                     done.stderr)

    def __call__(self, leaf: Party | Path, *options: str, trust: Path | None = None) -> Found:
        return self.run(self.argv([leaf], *options, trust=trust))


@dataclass
class Published:
    """A root, a leaf of it that names /ocsp and /crl of the web server, and who checks it."""

    web: Web
    root: Party
    leaf: Party
    check: Checker

    @property
    def serial(self) -> int:
        """The leaf's."""
        return self.leaf.certificate.serial_number

    def by_list(self, crl: Answer | bytes | None, *options: str) -> Found:
        """What a check finds by the list alone; None: what /crl gives stays as it is."""
        if crl is not None:
            self.web.paths["/crl"] = crl
        return self.check(self.leaf, "--no-ocsp", *options)

    def by_answer(self, said: Said | None = None, spoil: Callable[[bytes], Reply] = bytes, *options: str) -> Found:
        """What a check of the leaf alone finds when the responder says this."""
        self.web.responder("/ocsp", self.leaf, said, spoil)
        return self.check(self.leaf, "--leaf-only", *options)
