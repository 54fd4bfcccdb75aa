// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// How a session of secure messaging begins and ends.
#ifndef KAMUPIN_VCARD_SECURE_KEY_H
#define KAMUPIN_VCARD_SECURE_KEY_H

#include "card.h"
#include "secure.h"

// MUTUAL AUTHENTICATE: 00 82 00 <sm.reference>. A wrong answer spends a try of auth.tries.
uint16_t vc_mutual_authenticate(struct vc_card *card, const struct vc_apdu *apdu,
                                struct vc_reply *reply);

// The session of two random numbers (8 bytes each) and two halves of a key (16 or 32 bytes).
bool vc_secure_agree(struct vc_secure *secure, enum vc_secure_kind kind, const uint8_t *of_card,
                     const uint8_t *of_terminal, const uint8_t *half_of_card,
                     const uint8_t *half_of_terminal);

// Forgets the session, and the right that came with it.
void vc_secure_end(struct vc_card *card);

#endif
