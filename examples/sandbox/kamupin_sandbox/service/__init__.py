# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The stand-in for the online service: KamuPIN service profile 1 (docs/protocol/openapi.yaml) over HTTPS, state in
# SQLite. Arrows go down: app, control, pages → codes, operations, factor, authority, reports → store → clock, problems.
"""kamupin-service."""
