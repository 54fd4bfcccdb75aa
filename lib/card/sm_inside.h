/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   sm_inside.h: a session of secure messaging from inside, for lib/card/sm*.c alone. */
#ifndef KP_CARD_SM_INSIDE_H
#define KP_CARD_SM_INSIDE_H

#include <card/sm.h>

#define KP_SM_BLOCK_MAX 16 /* bytes in a block of AES */
#define KP_SM_CHECKSUM  8  /* bytes in DO 8E */

/* Data objects of ISO/IEC 7816-4, 10.2. */
enum {
    KP_DO_BER = 0x85,      /* cryptogram of data that is BER-TLV: odd instructions */
    KP_DO_PLAIN = 0x87,    /* padding indicator and cryptogram */
    KP_DO_CHECKSUM = 0x8E, /* over all before it */
    KP_DO_LE = 0x97,
    KP_DO_STATUS = 0x99
};

struct kp_sm {
    kamupin_context *context;
    kp_sm_algorithm algorithm;
    kamupin_secret *keys; /* encryption key, MAC key; NULL once the session is dead */
    size_t key_length;    /* of each */
    uint8_t counter[KP_SM_BLOCK_MAX];
    bool waiting; /* a command was protected and its answer not yet seen */
    bool odd;     /* … of an odd instruction: its data objects are 85 */
};

/* What a checksum is computed over: the counter, then parts, each padded. */
typedef struct kp_sm_message {
    uint8_t bytes[KP_SM_BLOCK_MAX + KP_APDU_REPLY_MAX + 2 * KP_SM_BLOCK_MAX];
    size_t length;
} kp_sm_message;

/** Bytes in a block of the cipher, which is also the counter's size. */
size_t kp_sm_block(kp_sm_algorithm algorithm);

/** The next value of the counter. */
void kp_sm_step(kp_sm *session);

/** Padding method 2 of ISO/IEC 9797-1: 80 and as many 00 as fill the block. The new length. */
size_t kp_sm_pad(uint8_t *bytes, size_t length, size_t block);

/** Begins a message with the counter; appends one part of it, padded (an empty one is nothing). */
void kp_sm_cover_counter(const kp_sm *session, kp_sm_message *message);
void kp_sm_cover(const kp_sm *session, kp_sm_message *message, const uint8_t *part, size_t length);

/** Encrypts or decrypts whole blocks in place, under the counter's present value. Errors: crypto,
 * forked. */
kamupin_status kp_sm_crypt(const kp_sm *session, bool encrypt, uint8_t *bytes, size_t length,
                           kamupin_error *error);
/** The checksum over a message. Errors: crypto, forked. */
kamupin_status kp_sm_sign(const kp_sm *session, const kp_sm_message *message,
                          uint8_t checksum[KP_SM_CHECKSUM], kamupin_error *error);

/* sm_crypt.c: the same with bare keys, by libcrypto. */
bool kp_sm_cipher(kp_sm_algorithm algorithm, const uint8_t *key, size_t key_length,
                  const uint8_t *counter, bool encrypt, uint8_t *bytes, size_t length);
bool kp_sm_checksum(kp_sm_algorithm algorithm, const uint8_t *key, size_t key_length,
                    const uint8_t *message, size_t length, uint8_t checksum[KP_SM_CHECKSUM]);

#endif
