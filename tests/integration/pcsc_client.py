# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# A bare PC/SC client on Debian's libpcsclite, for tests that need the answer before the next command, or
# PC/SC's own result codes. Run as a program (libpcsclite looks at PCSCLITE_CSOCK_NAME once in a process):
# reads lines "connect", "exclusive" (connects and lets nobody else), "reconnect", "reset", "disconnect", "begin" and
# "end" (a transaction), or an APDU in hex; writes one line for each, the data in hex, "ok", or
# "error 0x80100069". Touches the PC/SC daemon only.
from __future__ import annotations

import ctypes
import sys

EXCLUSIVE, SHARED, T1, LEAVE, RESET = 1, 2, 2, 0, 1


class IoRequest(ctypes.Structure):
    _fields_ = [("protocol", ctypes.c_ulong), ("length", ctypes.c_ulong)]


class Failed(Exception):
    pass


class Client:
    def __init__(self, reader: str) -> None:
        self.library = ctypes.CDLL("libpcsclite.so.1")
        self.reader = reader.encode()
        self.context = ctypes.c_long()
        self.card = ctypes.c_long()
        self.check("EstablishContext", 2, None, None, ctypes.byref(self.context))

    def check(self, function: str, *arguments: object) -> None:
        call = getattr(self.library, "SCard" + function)
        call.restype = ctypes.c_long
        result = call(*arguments) & 0xFFFFFFFF
        if result:
            raise Failed(f"error {result:#010x}")

    def connect(self, share: int = SHARED) -> str:
        protocol = ctypes.c_ulong()
        self.check("Connect", self.context, self.reader, ctypes.c_ulong(share), ctypes.c_ulong(T1),
                   ctypes.byref(self.card), ctypes.byref(protocol))
        return "ok"

    def exclusive(self) -> str:
        return self.connect(EXCLUSIVE)

    def begin(self) -> str:
        self.check("BeginTransaction", self.card)
        return "ok"

    def end(self) -> str:
        self.check("EndTransaction", self.card, ctypes.c_ulong(LEAVE))
        return "ok"

    def reconnect(self, how: int = LEAVE) -> str:
        protocol = ctypes.c_ulong()
        self.check("Reconnect", self.card, ctypes.c_ulong(SHARED), ctypes.c_ulong(T1), ctypes.c_ulong(how),
                   ctypes.byref(protocol))
        return "ok"

    def reset(self) -> str:
        return self.reconnect(RESET)

    def disconnect(self) -> str:
        self.check("Disconnect", self.card, ctypes.c_ulong(LEAVE))
        return "ok"

    def transmit(self, apdu: bytes) -> str:
        request, answered = IoRequest(T1, 16), IoRequest(T1, 16)
        out = ctypes.create_string_buffer(65538)
        size = ctypes.c_ulong(len(out))
        self.check("Transmit", self.card, ctypes.byref(request), apdu, ctypes.c_ulong(len(apdu)),
                   ctypes.byref(answered), out, ctypes.byref(size))
        return out.raw[: size.value].hex().upper()


def main() -> None:
    client = Client(sys.argv[1])
    words = {"connect": client.connect, "reconnect": client.reconnect, "reset": client.reset,
             "disconnect": client.disconnect, "exclusive": client.exclusive, "begin": client.begin, "end": client.end}
    for line in sys.stdin:
        word = line.strip()
        try:
            answer = words[word]() if word in words else client.transmit(bytes.fromhex(word))
        except Failed as failed:
            answer = str(failed)
        print(answer, flush=True)


if __name__ == "__main__":
    main()
