/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   identity.h: which card this is, whether it may get PIN commands, and its counters: all read-only.
 */
#ifndef KP_CARD_IDENTITY_H
#define KP_CARD_IDENTITY_H

#include <card/channel.h>
#include <kamupin/card.h>

#define KP_CERTIFICATES_MAX     16
#define KP_CERTIFICATE_SIZE_MAX 8192

/* Commands to one card, whatever it answers, until it has to be recognised: a full card of 16 long
 * certificates takes 600. */
#define KP_RECOGNITION_COMMANDS_MAX 1024

typedef struct kp_der {
    uint8_t *data;
    size_t length;
    uint32_t file; /* the EF it was read from (2F10 and up), or the data object */
} kp_der;

/** A card's identity in full, and what is needed to recognise it again in few commands. */
typedef struct kp_identity {
    const kp_profile *profile; /* NULL: unsupported */
    kamupin_card_info info;
    kp_der certificates[KP_CERTIFICATES_MAX];
    size_t certificate_count;
} kp_identity;

/** Reads everything: recognition (fails closed), name, certificates, counters. A card that may not
 * be used is ok with info.usable saying why; only a failure of reader or transport is an error.
 * Call inside a transaction. */
kamupin_status kp_identity_read(kp_channel *channel, const uint8_t *atr, size_t atr_length,
                                kp_identity *identity, kamupin_error *error);

/** Whether the card in the channel is still that one, in at most four commands: selects the
 * application and reads the serial, or the first and last block of the first certificate (the last
 * is signature, which nobody can repeat). Leaves the application selected, clears channel->stale.
 * Call inside the transaction that the work is done in. Errors: card-swapped, and those of
 * kp_channel_send. */
kamupin_status kp_identity_confirm(kp_channel *channel, const kp_identity *identity,
                                   kamupin_error *error);

/** One reference's counter: state and tries, in one read-only command (v1.0: the application's
 * FCP). Fills pin_* or puk_* of `info`. The application is selected. */
kamupin_status kp_identity_read_pin(kp_channel *channel, const kp_profile *profile,
                                    kamupin_card_info *info, kamupin_error *error);
kamupin_status kp_identity_read_puk(kp_channel *channel, const kp_profile *profile,
                                    kamupin_card_info *info, kamupin_error *error);

/** The GET DATA that asks for an object's counters (KP_COUNTER_GET_DATA_OBJECT), and its answer:
 * 70 { BF81nn { A0 { 9A maximum, 9B remaining } } }; false when that makes no sense. `data` is where
 * the command's data lies. */
#define KP_COUNTER_QUESTION 10
kp_command kp_counter_command(uint8_t object, uint8_t data[KP_COUNTER_QUESTION]);
bool kp_counter_parse(const kp_response *response, uint8_t object, int *left, int *max);

/** Logs the card out as its profile says; leaves nothing verified behind. Failures are logged, not
 * returned. */
void kp_card_logout(kp_channel *channel, const kp_profile *profile);

/** Fills what reader name and ATR alone tell: profile row, product, and card-unsupported when no
 * row knows the ATR. Nothing is sent. */
void kp_info_describe(const kamupin_context *context, kamupin_card_info *info, const char *reader,
                      const uint8_t *atr, size_t atr_length);

void kp_identity_wipe(kp_identity *identity);

#endif
