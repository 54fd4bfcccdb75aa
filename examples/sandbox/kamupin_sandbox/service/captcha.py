# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The picture of the password login: five characters, each turned, moved and bent, with strokes across them, as a PNG. Drawn here,
# because a sandbox needs no imaging library for five letters. Pure: random numbers in, bytes out.
"""Pictures with characters."""
from __future__ import annotations

import math
import random
import secrets
import struct
import zlib

LENGTH = 5
WIDTH, HEIGHT = 200, 64
_SCALE = 5.0
# Seven rows of five dots a character, the lowest bit on the right; none that looks like another.
_GLYPHS = {
    "A": "0E11111F111111", "C": "0E11101010110E", "E": "1F10101E10101F", "F": "1F10101E101010", "H": "1111111F111111",
    "K": "11121418141211", "L": "1010101010101F", "M": "111B1515111111", "N": "11191915131311", "P": "1E11111E101010",
    "R": "1E11111E141211", "T": "1F040404040404", "U": "1111111111110E", "W": "11111115151B11", "X": "11110A040A1111",
    "Y": "11110A04040404", "3": "1F02040201110E", "4": "02060A121F0202", "7": "1F010204080808", "9": "0E11110F01020C"}
_ROWS = {name: [int(bits[at:at + 2], 16) for at in range(0, 14, 2)] for name, bits in _GLYPHS.items()}


def make() -> tuple[str, bytes]:
    """An answer and its picture."""
    answer = "".join(secrets.choice(sorted(_GLYPHS)) for _ in range(LENGTH))
    return answer, draw(answer)


def draw(answer: str) -> bytes:
    """A PNG of those characters; another one each time."""
    chance = random.SystemRandom()
    pixels = [bytearray(b"\xff" * WIDTH) for _ in range(HEIGHT)]
    for place, name in enumerate(answer):
        _glyph(pixels, chance, _ROWS[name], 24.0 + place * 38.0 + chance.uniform(-4, 4), HEIGHT / 2 + chance.uniform(-6, 6))
    for _ in range(3):
        _stroke(pixels, chance)
    return _png(_bent(pixels, chance))


def _glyph(pixels: list[bytearray], chance: random.Random, rows: list[int], x: float, y: float) -> None:
    """One character around (x, y), turned by up to 25 degrees."""
    turn, size = math.radians(chance.uniform(-25, 25)), _SCALE * chance.uniform(0.85, 1.15)
    across, along = math.cos(turn) / size, math.sin(turn) / size
    for down in range(-26, 27):
        for right in range(-22, 23):
            column, row = math.floor(right * across + down * along + 2.5), math.floor(down * across - right * along + 3.5)
            at_x, at_y = int(x) + right, int(y) + down
            if 0 <= row < 7 and 0 <= column < 5 and rows[row] >> (4 - column) & 1 and 0 <= at_x < WIDTH and 0 <= at_y < HEIGHT:
                pixels[at_y][at_x] = 0x30


def _stroke(pixels: list[bytearray], chance: random.Random) -> None:
    start, slope, tone = chance.uniform(5, HEIGHT - 5), chance.uniform(-0.2, 0.2), chance.randrange(0x30, 0x90)
    for x in range(WIDTH):
        y = int(start + slope * (x - WIDTH / 2))
        if 0 <= y < HEIGHT - 1:
            pixels[y][x] = pixels[y + 1][x] = tone


def _bent(pixels: list[bytearray], chance: random.Random) -> list[bytes]:
    """The whole picture in waves."""
    phase, length, depth = chance.uniform(0, 6.28), chance.uniform(45, 80), chance.uniform(2, 4)
    out = []
    for y in range(HEIGHT):
        row = bytearray(b"\xff" * WIDTH)
        for x in range(WIDTH):
            source = y + round(depth * math.sin(phase + 6.28 * x / length))
            if 0 <= source < HEIGHT:
                row[x] = pixels[source][x]
        out.append(bytes(row))
    return out


def _png(rows: list[bytes]) -> bytes:
    """Eight bits of grey a pixel (ISO/IEC 15948)."""
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 0, 0, 0, 0)
    body = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
