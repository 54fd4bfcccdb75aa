# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# A card reader with a keypad, as hardware: a serial GemPC PinPad on a pseudo-terminal, for Debian's own driver
# libccidtwin.so. The card in it is a kamupin-vcard, which finds here the port that it otherwise finds at vpcd.
"""The emulated reader."""
