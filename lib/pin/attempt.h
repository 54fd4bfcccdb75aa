/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   attempt.h: what the three forms of an authority share, for reset.c, cryptogram.c, sealed.c and
   relay.c alone. */
#ifndef KP_PIN_ATTEMPT_H
#define KP_PIN_ATTEMPT_H

#include <pin/reset.h>

/* In the ledger, this attempt included: the last is never spent. */
#define KP_ATTEMPTS_LEFT_MIN 2

/** One attempt's things. */
typedef struct kp_attempt {
    kamupin_card *card;
    const kp_authority *authority;
    const kamupin_secret *new_pin;
    kp_evidence *evidence;
} kp_attempt;

/** The card's refusal of a command: into error record and evidence. Returns `status`. */
kamupin_status kp_attempt_refused(kp_attempt *it, kamupin_status status, uint16_t sw,
                                  const char *command);
/** Tells the caller, who makes it durable. Errors: the caller's. */
kamupin_status kp_attempt_mark(kp_attempt *it);
/** Tells the caller what the card has decided; a failure changes nothing any more. */
void kp_attempt_mark_end(kp_attempt *it);
/** The caller's ledger: authority-exhausted when fewer than two attempts are left. */
kamupin_status kp_attempt_ledger(kp_attempt *it, int attempts_left);
/** What the card's refusal of the new PIN means for it. */
kamupin_outcome kp_attempt_outcome(uint16_t sw);
/** The right was won: makes that durable, for the worst that can follow. */
kamupin_status kp_attempt_won(kp_attempt *it);
/** RESET RETRY COUNTER with the new PIN alone, by a right that was won before. */
kamupin_status kp_attempt_set_pin(kp_attempt *it);

/* The forms. The first two run in the held transaction; the third holds the card itself, after the
 * service has answered. */
kamupin_status kp_attempt_by_cryptogram(kp_attempt *it);
kamupin_status kp_attempt_by_relay(kp_attempt *it);
kamupin_status kp_attempt_by_sealed_puk(kp_attempt *it);

#endif
