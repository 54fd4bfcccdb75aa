# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The private PC/SC daemon: Debian's own pcscd and vpcd driver, on a socket in the sandbox's folder.
# The daemon's path is compiled in, but it takes a listening socket as descriptor 3 (socket activation).
# Touches the folder it is given, and /run/pcscd, which the daemon insists on.
"""Private pcscd with virtual readers."""
from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path

from .messages import SandboxError
from .ports import PortPair, take
from .processes import Child, start

PCSCD = Path("/usr/sbin/pcscd")
DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so.0.8")
PCSCD_FOLDER = Path("/run/pcscd")
SOCKET_NAME = "pcscd.comm"
SLOTS_PER_DRIVER = 2  # fixed when the driver is compiled


def require_parts(preload: Path) -> None:
    """Says what to install or build when a part of the sandbox is not there."""
    for part in (PCSCD, DRIVER):
        if not part.exists():
            raise SandboxError(f"{part} yok; «sudo apt-get install pcscd vsmartcard-vpcd» ile kurun.",
                               f"{part} is missing; install it: sudo apt-get install pcscd vsmartcard-vpcd", 69)
    if not preload.exists():
        raise SandboxError(f"{preload} yok; önce projeyi derleyin: cmake --preset default && cmake --build build",
                           f"{preload} is missing; build the project first: cmake --preset default && "
                           "cmake --build build", 69)
    if PCSCD_FOLDER.is_dir():
        return
    try:
        PCSCD_FOLDER.mkdir(mode=0o755, exist_ok=True)
    except OSError:
        raise SandboxError(f"pcscd {PCSCD_FOLDER} klasörünü ister ve bu kullanıcı onu oluşturamaz; bir kez "
                           f"şunu çalıştırın: sudo mkdir -p {PCSCD_FOLDER}",
                           f"pcscd wants the folder {PCSCD_FOLDER} and this user cannot make it; run once: "
                           f"sudo mkdir -p {PCSCD_FOLDER}", 77) from None


class Daemon:
    """One pcscd with as many virtual reader slots as asked for."""

    def __init__(self, folder: Path, slots: int, preload: Path) -> None:
        self.socket_path = folder / SOCKET_NAME
        self.preload = preload
        self._folder = folder
        self._slots = slots
        self._pairs: list[PortPair] = []

    def port(self, slot: int) -> int:
        """TCP port at which the card of that slot plugs in."""
        return self._pairs[slot // SLOTS_PER_DRIVER].port + slot % SLOTS_PER_DRIVER

    def reader(self, slot: int) -> str:
        """The name that PC/SC gives to the slot: FRIENDLYNAME, reader 00, slot."""
        return f"Sim{slot // SLOTS_PER_DRIVER} 00 {slot % SLOTS_PER_DRIVER:02X}"

    def readers(self) -> list[str]:
        """All reader names, also the spare slot of an odd number."""
        return [self.reader(slot) for slot in range(SLOTS_PER_DRIVER * len(self._pairs))]

    def configure(self) -> None:
        """Takes ports, copies the driver and writes the reader list.

        A copy for each pair of slots: the driver keeps its state in static variables, so one file loaded
        twice crosses the readers and hangs their clients.
        """
        count = (self._slots + SLOTS_PER_DRIVER - 1) // SLOTS_PER_DRIVER
        self._pairs = take(count)
        drivers, conf = self._folder / "drivers", self._folder / "readers"
        drivers.mkdir()
        conf.mkdir()
        entries = []
        for number, pair in enumerate(self._pairs):
            library = drivers / f"vpcd{number}.so"
            shutil.copyfile(DRIVER, library)
            entries.append(f'FRIENDLYNAME "Sim{number}"\nDEVICENAME /dev/null:{pair.port}\n'
                           f"LIBPATH {library}\nCHANNELID {number}\n")
        (conf / "sandbox").write_text("\n".join(entries))

    def start(self) -> Child:
        """Starts (or starts again) the daemon; clients may connect at once, the kernel queues them."""
        self.socket_path.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            listener.bind(str(self.socket_path))
            listener.listen(64)
            env = {"LD_PRELOAD": str(self.preload), "PATH": os.environ.get("PATH", os.defpath)}
            argv = [str(PCSCD), "--foreground", "--error", "-c", str(self._folder / "readers")]
            return start("pcscd", argv, env, self._folder / "logs" / "pcscd.log", listener.fileno())

    def close(self) -> None:
        """Gives the ports back, once the daemon has ended."""
        for pair in self._pairs:
            pair.close()
        self._pairs = []
