# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# native.pyi: the native layer is this package's own affair; to a type checker it is anything.
from typing import Any

def __getattr__(name: str) -> Any: ...
