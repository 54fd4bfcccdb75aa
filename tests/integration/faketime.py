# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# A program whose clock is wrong, by libfaketime (not ours). It is preloaded and not run by its command: that makes a semaphore
# named after its process id, and gives up when an earlier process of that id has left one behind.
from __future__ import annotations

LIBRARY = "/usr/$LIB/faketime/libfaketimeMT.so.1"  # $LIB is the loader's to fill in


def clock(at: str) -> dict[str, str]:
    """The environment in which it is another time: "+3605s" or "-300d" from now, or from "@2005-01-01 00:00:00" on."""
    return {"LD_PRELOAD": LIBRARY, "FAKETIME": at, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
