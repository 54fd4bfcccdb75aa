/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   sm.c: sessions of secure messaging, and what commands and answers share. Sends nothing; knows
   nothing of profiles and PINs. The keys lie in the arena only. */
#include <card/sm_inside.h>

#include <core/fail.h>
#include <core/secret.h>

#include <openssl/crypto.h>

#include <stdlib.h>
#include <string.h>

/* ---- sessions ---- */

static bool length_fits(kp_sm_algorithm algorithm, size_t length)
{
    if (algorithm == KP_SM_3DES)
        return length == 2 * 16 + 8;
    return length == 2 * 16 + 16 || length == 2 * 24 + 16 || length == 2 * 32 + 16;
}

kamupin_status kp_sm_open(kamupin_context *context, kp_sm_algorithm algorithm,
                          const kamupin_secret *keys, kp_sm **session, kamupin_error *error)
{
    kp_bytes bytes = {0};
    *session = NULL;
    if (algorithm != KP_SM_3DES && algorithm != KP_SM_AES)
        return kp_fail(error, KAMUPIN_E_INVALID_ARGUMENT, KAMUPIN_FROM_LOCAL,
                       "no such secure messaging: %d", (int)algorithm);
    kamupin_status status = kp_context_check(context, error);
    if (status == KAMUPIN_OK)
        status = kp_secret_read(keys, KAMUPIN_SECRET_CARD_SESSION, &bytes, error);
    if (status == KAMUPIN_OK && !length_fits(algorithm, bytes.length))
        status = kp_fail(error, KAMUPIN_E_SECURE_MESSAGING, KAMUPIN_FROM_SERVICE,
                         "session keys of %zu bytes", bytes.length);
    if (status != KAMUPIN_OK)
        return status;
    kp_sm *made = calloc(1, sizeof *made);
    if (made == NULL)
        return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    made->context = context;
    made->algorithm = algorithm;
    made->key_length = (bytes.length - kp_sm_block(algorithm)) / 2;
    memcpy(made->counter, bytes.data + 2 * made->key_length, kp_sm_block(algorithm));
    status = kp_secret_copy(keys, &made->keys, error);
    if (status == KAMUPIN_OK)
        *session = made;
    else
        free(made);
    return status;
}

void kp_sm_kill(kp_sm *session)
{
    if (session == NULL)
        return;
    kamupin_secret_free(&session->keys);
    OPENSSL_cleanse(session->counter, sizeof session->counter);
}

void kp_sm_close(kp_sm **session)
{
    kp_sm_kill(*session);
    free(*session);
    *session = NULL;
}

bool kp_sm_alive(const kp_sm *session)
{
    return session->keys != NULL;
}

/* ---- what both directions share ---- */

void kp_sm_step(kp_sm *session)
{
    size_t at = kp_sm_block(session->algorithm);
    while (at > 0 && ++session->counter[at - 1] == 0)
        at--;
}

size_t kp_sm_pad(uint8_t *bytes, size_t length, size_t block)
{
    bytes[length++] = 0x80;
    while (length % block != 0)
        bytes[length++] = 0x00;
    return length;
}

void kp_sm_cover(const kp_sm *session, kp_sm_message *message, const uint8_t *part, size_t length)
{
    if (length == 0)
        return;
    memcpy(message->bytes + message->length, part, length);
    message->length =
        kp_sm_pad(message->bytes, message->length + length, kp_sm_block(session->algorithm));
}

void kp_sm_cover_counter(const kp_sm *session, kp_sm_message *message)
{
    message->length = kp_sm_block(session->algorithm);
    memcpy(message->bytes, session->counter, message->length);
}

kamupin_status kp_sm_crypt(const kp_sm *session, bool encrypt, uint8_t *bytes, size_t length,
                           kamupin_error *error)
{
    kp_bytes keys = {0};
    kamupin_status status =
        kp_secret_read(session->keys, KAMUPIN_SECRET_CARD_SESSION, &keys, error);
    if (status == KAMUPIN_OK && !kp_sm_cipher(session->algorithm, keys.data, session->key_length,
                                              session->counter, encrypt, bytes, length))
        status = kp_fail(error, KAMUPIN_E_CRYPTO, KAMUPIN_FROM_LOCAL, "the cipher of the session");
    return status;
}

kamupin_status kp_sm_sign(const kp_sm *session, const kp_sm_message *message,
                          uint8_t out[KP_SM_CHECKSUM], kamupin_error *error)
{
    kp_bytes keys = {0};
    kamupin_status status =
        kp_secret_read(session->keys, KAMUPIN_SECRET_CARD_SESSION, &keys, error);
    if (status == KAMUPIN_OK &&
        !kp_sm_checksum(session->algorithm, keys.data + session->key_length, session->key_length,
                        message->bytes, message->length, out))
        status =
            kp_fail(error, KAMUPIN_E_CRYPTO, KAMUPIN_FROM_LOCAL, "the checksum of the session");
    return status;
}
