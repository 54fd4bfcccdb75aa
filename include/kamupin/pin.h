/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   pin.h: the PIN policy, and PIN work that needs no service: verify, and change with the old PIN.
   Every call asks the card first how many tries are left (where its profile knows how) and refuses
   below a floor: nothing that can cost a try is sent on a guess, and nothing is ever sent twice. */
#ifndef KAMUPIN_PIN_H
#define KAMUPIN_PIN_H

#include <kamupin/card.h>
#include <kamupin/secret.h>

KAMUPIN_BEGIN

/** Length of a PIN in decimal digits. Kamu SM: at least 6, at most 12 (docs/sources.md, C15). */
typedef struct kamupin_pin_policy {
    size_t size;             /**< sizeof(kamupin_pin_policy) */
    unsigned int min_length; /**< digits */
    unsigned int max_length; /**< digits */
} kamupin_pin_policy;

#define KAMUPIN_PIN_POLICY_INIT                                                                    \
    {                                                                                              \
        sizeof(kamupin_pin_policy), 6, 12                                                          \
    }

/** Whether a new PIN may be used: digits only, length within the policy, both typings equal
 *  (compared in constant time).
 *  @param policy NULL for Kamu SM's own; it can only narrow 6 to 12
 *  @param again the second typing; NULL to leave that check out
 *  @param error receives the reason; may be NULL
 *  Threads: any. Sends nothing.
 *  Errors: pin-too-short, pin-too-long, pin-not-digits, pin-mismatch, secret-kind,
 *  invalid-argument. */
KAMUPIN_API kamupin_status kamupin_pin_check(const kamupin_pin_policy *policy,
                                             const kamupin_secret *pin, const kamupin_secret *again,
                                             kamupin_error *error);

/** What a PIN call may risk; OR them together. */
typedef enum kamupin_pin_risk {
    KAMUPIN_RISK_NONE = 0,
    KAMUPIN_RISK_LAST_TRY = 1, /**< the last try may be spent: the person said so, knowing it */
    KAMUPIN_RISK_UNPROVEN = 2, /**< a command form marked "candidate" may be used on this card */
    KAMUPIN_RISK_UNKNOWN_TRIES = 4, /**< the tries left cannot be read: go on all the same */
    /** For a new PIN by a service: it may use the card's PUK, sealed to the operation, on a card
     *  that knows no other way. The PUK counts as disclosed and one of its few uses as spent. The
     *  calls of this header refuse it: invalid-argument. */
    KAMUPIN_RISK_SEALED_PUK = 8
} kamupin_pin_risk;

/** Whether kamupin_pin_change would be refused before the card is asked to change anything: to be
 *  called before a person is asked for PINs. Reads the card's counters and spends no try.
 *  @param risk kamupin_pin_risk values, as they will be given to the call itself
 *  Threads: the card's. The reason is in kamupin_card_error.
 *  Errors: pin-blocked, pin-not-set, pin-last-try, pin-tries-unknown, command-unproven,
 *  command-unknown, card-* and reader-*, invalid-argument. */
KAMUPIN_API kamupin_status kamupin_pin_ready(kamupin_card *card, unsigned int risk);

/** Verifies a PIN, and logs the card out again.
 *  @param pin kind PIN; wiped by its owner, not here
 *  @param risk kamupin_pin_risk values
 *  Threads: the card's. Spends one try when the PIN is wrong. The reason of a failure is in
 *  kamupin_card_error.
 *  Errors: pin-wrong (tries_left), pin-blocked, pin-not-set, pin-last-try, pin-tries-unknown,
 *  command-unproven, command-unknown, secret-kind, pin-too-short, pin-too-long, pin-not-digits,
 *  card-* and reader-*, card-busy, state-folder, cancelled (by the handle that the card was
 *  opened with; nothing was sent then). */
KAMUPIN_API kamupin_status kamupin_pin_verify(kamupin_card *card, const kamupin_secret *pin,
                                              unsigned int risk);

/** Changes the PIN, knowing the old one. Needs no service. The new PIN may be the old one.
 *  @param old_pin, new_pin, new_again kind PIN
 *  @param risk kamupin_pin_risk values
 *  The new PIN is checked before anything is sent. After card-removed, card-reset,
 *  reader-failed or reader-service-down the card may hold the old PIN or the new one: the command is
 *  not sent again; kamupin_pin_verify with either tells, at the price of a try when it is the other.
 *  Errors: as kamupin_pin_verify, and pin-mismatch. */
KAMUPIN_API kamupin_status kamupin_pin_change(kamupin_card *card, const kamupin_secret *old_pin,
                                              const kamupin_secret *new_pin,
                                              const kamupin_secret *new_again, unsigned int risk);

KAMUPIN_END
#endif
