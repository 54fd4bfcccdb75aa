/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   form.c: percent-encoding, random words and the code verifier of PKCE (RFC 7636). */
#include <auth/form.h>

#include <core/fail.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

#define RANDOM_BYTES 32

static void put_encoded(kp_buffer *form, const unsigned char *bytes, size_t length)
{
    static const char PLAIN[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    char hex[3];

    for (size_t i = 0; i < length; i++) {
        if (bytes[i] != '\0' && strchr(PLAIN, bytes[i]) != NULL) {
            kp_buffer_append(form, &bytes[i], 1);
        } else {
            kp_hex(&bytes[i], 1, true, hex);
            kp_buffer_text(form, "%");
            kp_buffer_text(form, hex);
        }
    }
}

static void put_field(kp_buffer *form, const char *name, const unsigned char *bytes, size_t length)
{
    const unsigned char last = form->length == 0 ? '&' : form->data[form->length - 1];

    if (last != '&' && last != '?')
        kp_buffer_text(form, "&");
    kp_buffer_text(form, name);
    kp_buffer_text(form, "=");
    put_encoded(form, bytes, length);
}

void kp_form_put(kp_buffer *form, const char *name, const char *value)
{
    put_field(form, name, (const unsigned char *)value, strlen(value));
}

kamupin_status kp_form_put_secret(kp_buffer *form, const char *name, const kamupin_secret *secret,
                                  kamupin_error *error)
{
    kp_bytes bytes;

    kamupin_status status = kp_secret_read(secret, kp_secret_kind_of(secret), &bytes, error);
    if (status == KAMUPIN_OK)
        put_field(form, name, bytes.data, bytes.length);
    return status;
}

static kamupin_status crypto_failed(kamupin_error *error, const char *what)
{
    unsigned long code = ERR_peek_last_error();

    ERR_clear_error();
    return kp_fail_platform(error, KAMUPIN_E_CRYPTO, KAMUPIN_FROM_LOCAL, (long)code, what);
}

/* 32 bytes as base64url: 43 characters into `text`, without a NUL. */
static bool encode(const unsigned char *bytes, void *text)
{
    kp_buffer encoded = KP_BUFFER_INIT(KP_RANDOM_TEXT);

    kp_buffer_base64url(&encoded, bytes, RANDOM_BYTES);
    const bool good = !encoded.failed && encoded.length == KP_RANDOM_TEXT - 1;
    if (good)
        memcpy(text, encoded.data, encoded.length);
    kp_buffer_wipe(&encoded);
    return good;
}

kamupin_status kp_random_text(char text[KP_RANDOM_TEXT], kamupin_error *error)
{
    unsigned char bytes[RANDOM_BYTES];

    if (RAND_bytes(bytes, sizeof bytes) != 1 || !encode(bytes, text))
        return crypto_failed(error, "no random bytes");
    text[KP_RANDOM_TEXT - 1] = '\0';
    OPENSSL_cleanse(bytes, sizeof bytes);
    return KAMUPIN_OK;
}

static size_t write_verifier(void *user, unsigned char *room, size_t size)
{
    unsigned char bytes[RANDOM_BYTES];

    (void)user;
    const bool good =
        size >= KP_RANDOM_TEXT && RAND_priv_bytes(bytes, sizeof bytes) == 1 && encode(bytes, room);
    OPENSSL_cleanse(bytes, sizeof bytes);
    return good ? KP_RANDOM_TEXT - 1 : 0;
}

kamupin_status kp_pkce_new(kamupin_context *context, kamupin_secret **verifier,
                           kamupin_error *error)
{
    return kp_secret_written(context, KAMUPIN_SECRET_PKCE_VERIFIER, write_verifier, NULL, verifier,
                             error);
}

kamupin_status kp_pkce_challenge(const kamupin_secret *verifier, char challenge[KP_RANDOM_TEXT],
                                 kamupin_error *error)
{
    unsigned char digest[RANDOM_BYTES];
    kp_bytes bytes;

    kamupin_status status = kp_secret_read(verifier, KAMUPIN_SECRET_PKCE_VERIFIER, &bytes, error);
    if (status != KAMUPIN_OK)
        return status;
    if (EVP_Digest(bytes.data, bytes.length, digest, NULL, EVP_sha256(), NULL) != 1 ||
        !encode(digest, challenge))
        return crypto_failed(error, "SHA-256");
    challenge[KP_RANDOM_TEXT - 1] = '\0';
    return KAMUPIN_OK;
}
