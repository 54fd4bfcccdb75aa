# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Looks at the readers as any PC/SC client does, through Debian's libpcsclite, in a child process: the
# library remembers its daemon for the life of a process, and a client of a stuck daemon cannot be called back.
# Touches one PC/SC socket; sends nothing to a card.
"""Waiting for readers and cards to be seen by PC/SC."""
from __future__ import annotations

import ctypes
import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path

from .processes import ENDING_SIGNALS, Child, tie

SCOPE_SYSTEM = 2
STATE_PRESENT = 0x20
STATE_EMPTY = 0x10


class ReaderState(ctypes.Structure):
    """SCARD_READERSTATE of pcsc-lite."""

    _fields_ = [("name", ctypes.c_char_p), ("user", ctypes.c_void_p), ("current", ctypes.c_ulong),
                ("event", ctypes.c_ulong), ("atr_length", ctypes.c_ulong), ("atr", ctypes.c_ubyte * 33)]


def _reached(library: ctypes.CDLL, context: ctypes.c_long, wanted: Mapping[str, bool]) -> bool:
    """True when each reader exists and holds a card or not, as wanted."""
    states = (ReaderState * len(wanted))()
    for state, name in zip(states, wanted):
        state.name = name.encode()
    result = library.SCardGetStatusChange(context, ctypes.c_ulong(0), states, ctypes.c_ulong(len(wanted)))
    return result == 0 and all(
        bool(state.event & (STATE_PRESENT if present else STATE_EMPTY))
        for state, present in zip(states, wanted.values()))


def _watch(wanted: Mapping[str, bool]) -> None:
    library = ctypes.CDLL("libpcsclite.so.1")
    for function in (library.SCardEstablishContext, library.SCardGetStatusChange):
        function.restype = ctypes.c_long
    context = ctypes.c_long()
    while library.SCardEstablishContext(ctypes.c_ulong(SCOPE_SYSTEM), None, None, ctypes.byref(context)) != 0:
        time.sleep(0.005)
    while not _reached(library, context, wanted):
        time.sleep(0.01)


def start_watch(socket_path: Path, wanted: Mapping[str, bool]) -> Child:
    """Starts a child that exits with 0 as soon as all readers are as wanted; its caller sets the deadline."""
    parent = os.getpid()
    pid = os.fork()
    if pid != 0:
        return Child("pcsc-watch", pid, None)
    code = 1
    try:
        tie(parent, signal.SIGKILL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING_SIGNALS)
        for number in ENDING_SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        os.environ["PCSCLITE_CSOCK_NAME"] = str(socket_path)
        _watch(wanted)
        code = 0
    finally:
        os._exit(code)
