/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   probe.h: a probe from inside: what it has found so far, the part that reads only, and the draft
   of a profile. The steps with a PIN are in lib/pin. What names a card or its holder never gets
   into any of these. */
#ifndef KP_CARD_PROBE_H
#define KP_CARD_PROBE_H

#include <card/identity.h>
#include <kamupin/probe.h>

#define KP_PROBE_WRONG_MAX 15 /* as many tries as 63Cx can say */

typedef struct kp_probe {
    const kamupin_probe_request *request;
    kp_profile row;           /* what was found, as a row; unproven where only guessed */
    const kp_profile *family; /* the built-in row that knows the ATR, or NULL */
    uint8_t historical[KP_HISTORICAL_MAX];
    size_t historical_length;
    bool settled; /* a selection was answered 9000: row.select_p2 is how the card takes them */
    bool identity_card;
    bool application; /* one was selected */
    size_t certificates, kamu_sm;
    bool tries[2]; /* of PIN and PUK: GET DATA tells them */
    bool verified, changed;
    uint16_t empty_verify; /* its status word; 0: not sent */
    bool empty_verify_spent;
    uint16_t refusals[KP_PROBE_WRONG_MAX]; /* what wrong PINs answered, one after another */
    size_t refusal_count;
    bool blocked, unblocked;
    uint16_t blocked_answer; /* to VERIFY with the right PIN, once it was blocked; 0: not sent */
} kp_probe;

/** What a probe says; texts in probe_texts.def. */
typedef enum kp_probe_text {
#define KP_PROBE_TEXT(NAME, STEP, TR, EN) KP_PROBE_##NAME,
#include <card/probe_texts.def>
    KP_PROBE_TEXT_COUNT
} kp_probe_text;

/** Tells a finding. `command` (may be NULL) was answered with `sw`; `value` goes into the text. */
void kp_probe_tell(const kp_probe *probe, kp_probe_text text, const kp_command *command,
                   uint16_t sw, const char *value);

/** "9000 6F{82=38 83=3D00 85(12)}": a status word, and of an FCI tags with values that describe the
 * file, else with their lengths. Returns `room`. */
const char *kp_probe_describe(const kp_response *response, char *room, size_t size);

/** The steps that are safe on any card. Call inside a transaction. Errors: those of
 * kp_channel_send, no-memory. */
kamupin_status kp_probe_read(kp_probe *probe, kp_channel *channel, const uint8_t *atr,
                             size_t atr_length, kamupin_error *error);

/** Writes the draft; "" when there is nothing to say. */
void kp_probe_draft(const kp_probe *probe, char *draft, size_t size);

#endif
