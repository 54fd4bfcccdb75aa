/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   work.h: the steps that all PIN work shares: may this card have PIN commands, the per-card lock,
   one command that carries secret data, and what its status word means. */
#ifndef KP_PIN_WORK_H
#define KP_PIN_WORK_H

#include <card/card.h>
#include <core/journal.h>
#include <core/secret.h>
#include <kamupin/pin.h>

/** Every kamupin_pin_risk of PIN work that needs no service, and the one of an operation. */
#define KP_ALL_RISKS                                                                               \
    ((unsigned int)KAMUPIN_RISK_LAST_TRY | (unsigned int)KAMUPIN_RISK_UNPROVEN |                   \
     (unsigned int)KAMUPIN_RISK_UNKNOWN_TRIES)
#define KP_OPERATION_RISKS (KP_ALL_RISKS | (unsigned int)KAMUPIN_RISK_SEALED_PUK)

/** Whether PIN work of this kind may begin on a card, as far as that can be told without a command:
 * known flags in `risk`, a card that is usable, a command form that is known or accepted. Errors:
 * invalid-argument, what `usable` says, those of kp_guard_proof. */
kamupin_status kp_pin_ready(kamupin_card *card, kp_card_operation operation, unsigned int risk,
                            unsigned int vouched);

/** Takes the lock that keeps two programs from working on one card. Errors: card-busy,
 * state-folder. */
kamupin_status kp_pin_lock(kamupin_card *card, kp_lock *lock);

/** kamupin_pin_check with the lengths that the card's row states (Kamu SM's where it states none, or
 * is NULL). Errors: those of kamupin_pin_check. */
kamupin_status kp_pin_check(const kp_profile *profile, const kamupin_secret *pin,
                            const kamupin_secret *again, kamupin_error *error);

/** A PIN as the card takes it: wiped by whoever made it. */
typedef struct kp_pin_block {
    uint8_t bytes[16]; /* what a card takes at most (docs/cards.md) */
    size_t length;
} kp_pin_block;

/** Fills `block` with a PIN, padded where the row says so. Errors: secret-kind, pin-too-long. */
kamupin_status kp_pin_pad(const kp_profile *profile, const kamupin_secret *pin, kp_pin_block *block,
                          kamupin_error *error);

/** VERIFY with a PIN, once, to a held card. Errors: those of kp_pin_pad and kp_pin_send. */
kamupin_status kp_pin_send_verify(kamupin_card *card, const kamupin_secret *pin, uint16_t *sw);

/** Sends one command of the row's form with secret data, once, to a held card; `sw` receives the
 * status word. Errors: those of kp_channel_send; secure-messaging also when the row wants the form
 * protected and no session stands (nothing was sent then). */
kamupin_status kp_pin_send(kamupin_card *card, const kp_form *form, const uint8_t *data,
                           size_t length, uint16_t *sw);

/** What the status word of VERIFY and CHANGE means, in the card's error record: ok, pin-wrong with
 * the tries left, pin-blocked, else card-refused. */
kamupin_status kp_pin_judge(kamupin_card *card, uint16_t sw);

/** The guard, VERIFY once, and its judgement, in a transaction that the caller holds and ends. Errors:
 * those of kp_guard_pin and kp_pin_judge, secret-kind, those of kp_channel_send. */
kamupin_status kp_pin_verify_held(kamupin_card *card, const kamupin_secret *pin, unsigned int risk);

/** kamupin_pin_verify for a caller that holds the card's lock already and whose service vouches for
 * operations (bits of kp_card_operation). */
kamupin_status kp_pin_verify(kamupin_card *card, const kamupin_secret *pin, unsigned int risk,
                             unsigned int vouched);

#endif
