# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# The sandbox runner: what `kamupin-sandbox` is made of. Starts a private PC/SC daemon, virtual cards and
# the stand-in service for one command, and leaves nothing behind. Touches only its private folder,
# loopback ports and the processes it started.
"""Runner of the libkamupin sandbox."""
