# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Hands out pairs of loopback ports for vpcd drivers (slot k listens on port + k). A pair is guarded by a
# unix socket in the abstract namespace: it belongs to the same network namespace as the ports, any user
# can see it, and the kernel lets go of it when its holder dies, however it dies; no file can be left over.
"""Guarded port pairs."""
from __future__ import annotations

import os
import socket
from dataclasses import dataclass

from .messages import SandboxError

FIRST = 21000  # below the range that Linux gives to outgoing connections
PAIRS = 4000


@dataclass
class PortPair:
    """Two neighbouring TCP ports, ours until close()."""

    port: int
    guard: socket.socket

    def close(self) -> None:
        """Gives the pair back."""
        self.guard.close()


def _guard(port: int) -> socket.socket | None:
    guard = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        guard.bind(f"\0kamupin-sandbox-port-{port}")
    except OSError:
        guard.close()
        return None
    return guard


def _free(port: int) -> bool:
    """Nobody listens on the port, on any address."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        try:
            probe.bind(("0.0.0.0", port))
        except OSError:
            return False
    return True


def take(count: int) -> list[PortPair]:
    """Takes that many pairs. The search starts at a place of this process' own, so neighbours seldom meet."""
    taken: list[PortPair] = []
    start = os.getpid() * 7
    for step in range(PAIRS):
        if len(taken) == count:
            break
        port = FIRST + 2 * ((start + step) % PAIRS)
        guard = _guard(port)
        if guard is None:
            continue
        if _free(port) and _free(port + 1):
            taken.append(PortPair(port, guard))
        else:
            guard.close()
    if len(taken) < count:
        for pair in taken:
            pair.close()
        raise SandboxError(f"{FIRST}–{FIRST + 2 * PAIRS - 1} arasında boş port kalmadı; başka sandbox'ları kapatın.",
                           f"No free port left in {FIRST}-{FIRST + 2 * PAIRS - 1}; end other sandboxes.")
    return taken
