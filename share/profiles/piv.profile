# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# PIV cards (NIST SP 800-73-4). Their historical bytes say nothing of it: what tells is the application.
# Load it for such a card alone, since it is tried with every card that no built-in row knows.
kamupin-profile 1

row = piv
product = PIV card
historical = *
recognition = certificate
# part 1, 2.2: A0 00 00 03 08 00 00 10 00, without its version
application = name A0 00 00 03 08 00 00 10 00
# part 1, 4.3: certificates for PIV authentication, signature, key management, card authentication
certificates = objects 5FC105 5FC10A 5FC10B 5FC101
name-by = certificates
# part 1, 2.4.3: 6 to 8 digits, filled with FF
pin-length = 6 8
pin-padding = FF 8
# part 2, 3.2.1 and 3.2.2
verify = 00 20 00 80 known
change = 00 24 00 80 known
# part 2, 3.2.1: without data it answers the tries left; and P1 FF sets the status back
counters = verify-question
tries-question = 00 20 00 80 known
reset-after-authentication = unknown
external-authenticate = unknown
logout = command
logout-command = 00 20 FF 80 known
