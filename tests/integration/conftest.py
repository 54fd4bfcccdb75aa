# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Fixtures of all integration tests: real sandboxes (PC/SC daemon, virtual cards, service), ended after each
# test whatever happened in it.
"""Fixtures."""
from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence

import pytest

from box import BUILD, Box

os.environ["PATH"] = f"{BUILD / 'bin'}{os.pathsep}{os.environ['PATH']}"


@pytest.fixture
def sandbox() -> Iterator[Callable[..., Box]]:
    """sandbox(cards=["akis2:blocked", "empty"]) opens one; as many as the test likes."""
    boxes: list[Box] = []

    def make(cards: Sequence[str] = ("akis2",), options: Sequence[str] = (),
             env: Mapping[str, str] | None = None) -> Box:
        boxes.append(Box(cards, options, env))
        return boxes[-1]

    yield make
    for box in reversed(boxes):
        box.close()
