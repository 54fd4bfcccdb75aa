# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Run with an installed wheel by test_wheel.py: asks for the readers, and asks the service where a delivery
# is. Prints what came of both, as JSON.
from __future__ import annotations

import json
import os
import sys

import kamupin

said: dict[str, object] = {"python": sys.version_info[:2], "file": kamupin.__file__}
with kamupin.Context(state_folder=os.environ["KAMUPIN_STATE_DIR"], ca_file=os.environ.get("KAMUPIN_CA_FILE")) as context:
    try:
        with context.cards() as cards:
            said["readers"] = len(list(cards))
    except kamupin.KamupinError as error:
        said["readers"] = error.status.name
        said["remedy"] = error.text(kamupin.Language.TURKISH)
    try:
        said["service"] = context.inquire_shipment(os.environ["KAMUPIN_SERVICE"], "KSM2026000001").state.name
    except kamupin.KamupinError as error:
        said["service"] = error.status.name
print(json.dumps(said))
