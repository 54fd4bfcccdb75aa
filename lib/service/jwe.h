/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   jwe.h: opening what a service seals to the operation's key: a JWE in compact form, ECDH-ES with
   A256GCM (RFC 7516; RFC 7518, 4.6 and 5.3), straight into a secret. For service/ alone. */
#ifndef KP_SERVICE_JWE_H
#define KP_SERVICE_JWE_H

#include <core/secret.h>

#include <openssl/types.h>

#define KP_JWE_MAX 4096 /* characters of a JWE that is looked at */

/** What a JWE has to be for: its header names both (apu and apv, RFC 7518, 4.6.1), and the key that
 * opens it is derived from them. A JWE of another operation or for another card does not open. */
typedef struct kp_jwe_parties {
    const char *operation_id; /* apu */
    const char *card_id;      /* apv */
} kp_jwe_parties;

/** Opens `text` into a new secret of `kind` with 1 to `most` bytes. Nothing else ever holds them;
 * the keys on the way are wiped.
 * Errors: service-reply-malformed (no such JWE, or not for these parties or this key), crypto,
 * no-memory, secret-full. */
kamupin_status kp_jwe_open(kamupin_context *context, EVP_PKEY *key, const char *text,
                           const kp_jwe_parties *parties, kamupin_secret_kind kind, size_t most,
                           kamupin_secret **secret, kamupin_error *error);

/** The content key of ECDH-ES by direct key agreement: one-step KDF with SHA-256 over the shared
 * secret, `algorithm` (the "enc" value) and the parties (RFC 7518, 4.6.2). For tests besides. */
bool kp_jwe_derive(EVP_PKEY *own, EVP_PKEY *peer, const char *algorithm, kp_bytes apu, kp_bytes apv,
                   unsigned char *key, size_t length);

/** AES-256-GCM with a tag of 16 bytes (RFC 7518, 5.3): writes `sealed.length` bytes to `out`; false
 * when the tag is not right, and then what was written means nothing. For tests besides. */
bool kp_jwe_decrypt(const unsigned char *key, kp_bytes iv, kp_bytes header, kp_bytes sealed,
                    kp_bytes tag, unsigned char *out);

#endif
