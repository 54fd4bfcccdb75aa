# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Any card whose historical bytes are compact TLV (ISO/IEC 7816-4, 12.1.1.2) and that nobody knows better:
# the standard's own forms, each a candidate, because a standard is no proof of a card. Format: docs/profiles.md.
kamupin-profile 1

row = iso7816
product = ISO/IEC 7816-4 card
historical = 80 *
recognition = application
application = mf
# P2 0C: no answer but the status word. Many cards give FCI, some fall over the question.
select-answer = none
certificates = none
name-by = atr
pin-length = 4 8
# 11.6.6 VERIFY, 11.6.7 CHANGE REFERENCE DATA; reference 1 of the current DF
verify = 00 20 00 81 candidate
change = 00 24 00 81 candidate
# An empty VERIFY asks for the tries left (11.6.6), and on some cards spends one: not asked.
counters = none
reset-after-authentication = unknown
challenge = 00 84 00 00 candidate
challenge-length = 8
external-authenticate = unknown
logout = selection
