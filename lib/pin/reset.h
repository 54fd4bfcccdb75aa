/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   reset.h: a new PIN by the right of an authority. `pin` plays the card's side and never asks where
   the authority comes from (architecture, ideas 8 and 11). Three forms: a cryptogram over the card's
   challenge, a relay of commands, a sealed PUK. The caller names one; there is no fallback. */
#ifndef KP_PIN_RESET_H
#define KP_PIN_RESET_H

#include <card/card.h>
#include <core/secret.h>
#include <kamupin/operation.h>

#define KP_CRYPTOGRAM_MAX 255

/** In what form an authority comes. */
typedef enum kp_authority_form {
    KP_FORM_CRYPTOGRAM = 0,
    KP_FORM_SEALED_PUK = 1,
    KP_FORM_RELAY = 2
} kp_authority_form;

/** The operation of a profile row that a form is, for proof and vouching. */
kp_card_operation kp_form_operation(kp_authority_form form);

/** What became of the command that could cost an attempt: EXTERNAL AUTHENTICATE; in a relay the
 * steps that can cost a try; with a sealed PUK the RESET RETRY COUNTER that carries it. */
typedef enum kp_authentication {
    KP_AUTHENTICATION_NOT_SENT = 0,
    KP_AUTHENTICATION_UNKNOWN, /* sent, no answer came */
    KP_AUTHENTICATION_ACCEPTED,
    KP_AUTHENTICATION_REFUSED
} kp_authentication;

/** What is known of an attempt: goes into journal and report. */
typedef struct kp_evidence {
    kp_authentication authentication;
    kamupin_outcome outcome; /* none: the new PIN was not sent */
    uint16_t status_word;    /* of the last command that was refused, 0 when none */
    kamupin_pin_state state_before;
    int tries_before; /* -1 not known */
    /* After a new PIN: usable. Else unknown and -1, because an attempt has no command left to read
     * them with: kamupin_card_read tells them afterwards. */
    kamupin_pin_state state_after;
    int tries_after;
    /* Of the PUK, where it was used: read just before and just after; -1 not known. */
    int puk_tries_before, puk_tries_after;
} kp_evidence;

#define KP_RELAY_STEPS_MAX 32 /* commands in one relay */

/** What a service relays next. */
typedef struct kp_relay_step {
    uint8_t command[5 + 255 + 1]; /* an APDU as it is */
    size_t length;                /* 0: the right to reset is there */
    int attempts_left;            /* in the ledger, this attempt included */
    kamupin_secret *keys;         /* with the right, where it lives in a session: kind CARD_SESSION;
                                     freed by the caller */
} kp_relay_step;

/** What an authority is asked for and told. `reply` is wiped by the caller of `answer`. */
typedef struct kp_authority {
    void *user;
    /** Called inside the held transaction with a fresh challenge: gives the cryptogram and the
     * attempts left in the ledger, this one included. Has until `deadline_ms` on the context's
     * clock. */
    kamupin_status (*answer)(void *user, const uint8_t *challenge, size_t challenge_length,
                             int64_t deadline_ms, uint8_t *cryptogram, size_t *cryptogram_length,
                             int *attempts_left, kamupin_error *error);
    /** Told before EXTERNAL AUTHENTICATE is sent, after its answer, and after the new PIN's: to be
     * made durable before returning. Each tells the worst that can come before the next: first that
     * authentication is unknown, then that it was accepted and the outcome is unknown. When one of
     * these two fails, nothing further is sent: so without "accepted" on disk the card never had
     * the new PIN. */
    kamupin_status (*mark)(void *user, const kp_evidence *evidence, kamupin_error *error);
    kp_authority_form form;
    /** Sealed PUK: called while the card is not held. Gives the PUK, a secret of kind PUK that the
     * caller of `puk` frees, and the uses left in the ledger, this one included. */
    kamupin_status (*puk)(void *user, kamupin_secret **puk, int *uses_left, kamupin_error *error);
    /** Relay: called inside the held transaction; takes the card's answer to the command before,
     * status word last (none to the first call), and gives the next. Has until `deadline_ms`, which
     * is one for the whole relay. */
    kamupin_status (*relay)(void *user, const uint8_t *answer, size_t answer_length,
                            int64_t deadline_ms, kp_relay_step *step, kamupin_error *error);
} kp_authority;

/** One attempt, for a caller that holds the card's lock (kp_pin_lock). Commands after the card was
 * chosen: identification (at most 4), guard (1), then by cryptogram GET CHALLENGE, EXTERNAL
 * AUTHENTICATE, RESET RETRY COUNTER; by sealed PUK RESET RETRY COUNTER and the PUK's counter again;
 * by relay what the service asks for and RESET RETRY COUNTER; logout (at most 2). Sends what can
 * cost an attempt only when the ledger has at least 2, and nothing twice. The reason of a failure is
 * in card->error; `evidence` is filled in any case. A cryptogram that was not sent is thrown away:
 * the next attempt takes a fresh challenge. Errors: those of kamupin_pin_check, kp_pin_ready,
 * kp_card_hold, kp_guard_reset and of the authority; network-timeout when it answers too late,
 * service-reply-malformed when what it answers is no cryptogram; authentication-refused,
 * card-refused, card-reply-malformed, authority-exhausted (tries_left as the authority says),
 * sealed-puk-refused, puk-last-try, relay-refused,
 * cancelled (before the first command that can cost an attempt), card-reset and card-removed (evidence tells whether
 * anything had been sent). */
kamupin_status kp_pin_reset(kamupin_card *card, const kp_authority *authority,
                            const kamupin_secret *new_pin, unsigned int risk, unsigned int vouched,
                            kp_evidence *evidence);

/** The longest time a card is held for an authority's answer, in milliseconds. */
#define KP_HOLD_MS 10000

#endif
