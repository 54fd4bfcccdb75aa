# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The sandbox' Python: the runner, the personaliser, the card registry, the stand-in for the service.
"""The libkamupin sandbox."""
