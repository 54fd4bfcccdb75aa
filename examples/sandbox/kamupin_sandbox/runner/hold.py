# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The command that a test runs inside a sandbox: hands its environment out and keeps the sandbox open until
# the other end of its input goes away. Touches standard input and output.
"""kamupin-sandbox hold."""
from __future__ import annotations

import json
import os
import sys


def hold() -> int:
    """Prints the environment as one line of JSON, then waits for end of input."""
    print(json.dumps(dict(os.environ)), flush=True)
    sys.stdin.buffer.read()
    return 0
