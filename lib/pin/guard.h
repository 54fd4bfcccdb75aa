/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   guard.h: the retry guard (architecture, idea 7). It guards the reference that the next command
   can spend. */
#ifndef KP_PIN_GUARD_H
#define KP_PIN_GUARD_H

#include <card/card.h>
#include <kamupin/pin.h>

/** Whether a PIN command may be sent to a held card: reads the counter now (at most one command)
 * and refuses below two, at blocked, at not set, and at unknown, as far as `risk` does not allow
 * it. Errors: pin-blocked, pin-not-set, pin-last-try, pin-tries-unknown, card-dead, and those of
 * kp_identity_read_pin. */
kamupin_status kp_guard_pin(kamupin_card *card, unsigned int risk);

/** Whether a held card may be given a new PIN by an authority: reads the PIN's counter now (at most
 * one command; evidence of the state before) and looks at the PUK's as it was read when the card
 * was opened. A PIN that is blocked, not set or of unknown state is what a reset is for; a PUK that
 * is used up, or about to be, ends it. Errors: card-dead, puk-last-try, and those of
 * kp_identity_read_pin. */
kamupin_status kp_guard_reset(kamupin_card *card);

/** Whether a held card may be given its PUK: reads the PUK's counter now (one command) and refuses
 * unless two or more tries are known to be left. No risk goes below that. Errors: card-dead,
 * puk-last-try, sealed-puk-refused when the counter cannot be read, and those of
 * kp_identity_read_puk. */
kamupin_status kp_guard_puk(kamupin_card *card);

/** Whether a sealed PUK may be asked for at all, as far as that can be told without a command: the
 * caller allowed it (KAMUPIN_RISK_SEALED_PUK), the row knows no external authentication, and two or
 * more tries of the PUK were known to be left when the card was read. Errors: sealed-puk-refused,
 * card-dead, puk-last-try. */
kamupin_status kp_guard_sealed_puk(const kp_profile *profile, const kamupin_card_info *info,
                                   unsigned int risk, kamupin_error *error);

/** Whether an operation's command forms may be used: known; or candidate and accepted by `risk` or
 * by `vouched` (bits of kp_card_operation that the service vouches for on this row). Errors:
 * command-unproven, command-unknown. */
kamupin_status kp_guard_proof(const kp_profile *profile, kp_card_operation operation,
                              unsigned int risk, unsigned int vouched, kamupin_error *error);

#endif
