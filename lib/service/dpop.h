/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   dpop.h: the key of an operation or a session and its proofs of possession (DPoP, RFC 9449).
   For service/ and auth/. */
#ifndef KP_SERVICE_DPOP_H
#define KP_SERVICE_DPOP_H

#include <core/buffer.h>
#include <core/secret.h>

#include <openssl/types.h>

/** A new P-256 key, for one operation; freed with EVP_PKEY_free. Errors: crypto. */
kamupin_status kp_dpop_key_new(EVP_PKEY **key, kamupin_error *error);

typedef struct kp_dpop_claims {
    const char *method;          /* htm */
    const char *url;             /* htu: no query, no fragment */
    const char *nonce;           /* the service's last one; "" when there is none yet */
    const kamupin_secret *token; /* for ath; NULL when no token goes with the request */
    int64_t issued_at;           /* iat: seconds since 1970 */
} kp_dpop_claims;

/** Appends a proof, a JWS in compact form signed with ES256 (RFC 7515, 7.1; RFC 7518, 3.4).
 * Errors: crypto, no-memory, secret-kind. */
kamupin_status kp_dpop_proof(EVP_PKEY *key, const kp_dpop_claims *claims, kp_buffer *proof,
                             kamupin_error *error);

/** The key's thumbprint (RFC 7638) in base64url, with its NUL: 44 bytes. Errors: crypto. */
kamupin_status kp_dpop_thumbprint(EVP_PKEY *key, char *text, kamupin_error *error);

/** Whether a DPoP-Nonce may be used as it stands: one or more NQCHAR (RFC 9449, 8.1). */
bool kp_dpop_nonce_ok(const char *nonce);

/** A random UUID (RFC 9562, 5.4) with its NUL: 37 bytes. Errors: crypto. */
kamupin_status kp_uuid(char *text, kamupin_error *error);

#endif
