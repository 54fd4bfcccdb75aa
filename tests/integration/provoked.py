# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Notes that a status was provoked through a public call, for scripts/status-table: the format of
# tests/support/provoke.h, "status test", one file a process, in the folder that KAMUPIN_PROVOKED names.
"""Notes for scripts/status-table."""
from __future__ import annotations

import os
from pathlib import Path


def provoked(status: str) -> None:
    """Notes that the running test has seen this status come out of a public call."""
    folder = os.environ.get("KAMUPIN_PROVOKED")
    if folder is None:
        return
    test = os.environ["PYTEST_CURRENT_TEST"].split("[")[0].split(" ")[0].removeprefix("tests/integration/")
    with (Path(folder) / f"{os.getpid()}.txt").open("a", encoding="utf-8") as file:
        file.write(f"{status} {test}\n")
