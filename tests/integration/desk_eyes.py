# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The eyes and one hand of whoever cannot see a window: a program of its own that asks the desktop's accessibility bus
# (AT-SPI, as screen readers do) what a program shows, presses its buttons, and takes pictures of the screen. Obeys one JSON
# object a line, answers with one. Touches the display and bus of its environment only.
"""What assistive technology is told of a program."""
from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from typing import Any

import gi  # type: ignore[import-untyped]

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # type: ignore[import-untyped]  # noqa: E402
from PIL import ImageGrab  # noqa: E402

STATES = {"FOCUSED", "FOCUSABLE", "SENSITIVE", "CHECKED", "PRESSED"}
LEAVES = {"label", "push button", "radio button", "text", "image", "scroll bar"}  # what is in them is how they are drawn


def visible(node: Any) -> Iterator[tuple[Any, str, set[str]]]:
    """A node and what is in it, as far as it is not hidden: with role and states."""
    node.set_cache_mask(Atspi.Cache.NONE)  # always as it is now
    states = {name.value_nick.upper() for name in node.get_state_set().get_states()}
    if "VISIBLE" not in states:
        return
    role = node.get_role_name()
    yield node, role, states
    for index in range(0 if role in LEAVES else node.get_child_count()):
        child = node.get_child_at_index(index)
        if child is not None:
            yield from visible(child)


def frames(program: str) -> Iterator[Any]:
    """The windows of a program."""
    desktop = Atspi.get_desktop(0)
    desktop.set_cache_mask(Atspi.Cache.NONE)
    for index in range(desktop.get_child_count()):
        application = desktop.get_child_at_index(index)
        if application is not None:
            application.set_cache_mask(Atspi.Cache.NONE)
        if application is not None and application.get_name() == program:
            for number in range(application.get_child_count()):
                yield application.get_child_at_index(number)


def row(node: Any, role: str, states: set[str]) -> dict[str, Any]:
    """What is told of one part of a window; what was typed and how it is described, of fields."""
    told = {"role": role, "name": node.get_name() if role != "panel" else "", "states": sorted(states & STATES), "text": "", "description": ""}
    if role == "text":
        told["description"] = node.get_description()
        if "Text" in node.get_interfaces():
            told["text"] = Atspi.Text.get_text(node, 0, Atspi.Text.get_character_count(node))
    return told


def look(program: str) -> list[dict[str, Any]]:
    """Everything that the program shows, in its order."""
    return [row(*part) for frame in frames(program) for part in visible(frame)]


def press(program: str, role: str, name: str) -> bool:
    """Presses the button of that name, as a switch or a screen reader does."""
    for frame in frames(program):
        for node, found, states in visible(frame):
            if found == role and "SENSITIVE" in states and node.get_name() == name:
                return bool(Atspi.Action.do_action(node, 0))
    return False


def obey(order: dict[str, Any]) -> Any:
    """One order. The program may go away while it is looked at: then nothing is seen."""
    if order["do"] == "picture":
        ImageGrab.grab(xdisplay=os.environ["DISPLAY"]).save(order["path"])
        return True
    try:
        return look(order["program"]) if order["do"] == "look" else press(order["program"], order["role"], order["name"])
    except GLib.Error:
        return [] if order["do"] == "look" else False


def main() -> None:
    """Until the input ends."""
    Atspi.init()
    for line in sys.stdin:
        print(json.dumps(obey(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
