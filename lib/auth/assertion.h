/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   assertion.h: the JWT that a card signs to log in (RFC 7523), as a JWS in compact form (RFC 7515)
   with the card's certificates in x5c. Speaks to no card and no server. */
#ifndef KP_AUTH_ASSERTION_H
#define KP_AUTH_ASSERTION_H

#include <core/buffer.h>
#include <core/context.h>
#include <kamupin/sign.h>

#define KP_X5C_MAX 4 /* certificates */

/** A certificate in DER; borrowed. */
typedef struct kp_x5c {
    const unsigned char *der;
    size_t length;
} kp_x5c;

/** What an assertion says. */
typedef struct kp_assertion {
    kp_x5c chain[KP_X5C_MAX]; /* the signer's first */
    size_t count;
    const char *audience; /* the token endpoint */
    int64_t now;          /* seconds since 1970, as the server has it */
} kp_assertion;

/** How the key of a certificate signs a JWS (RFC 7518, 3.1): RS256, ES256 or ES384. Fills form and
 * hash of `request`. Errors: key-unsuitable (another key or curve). */
kamupin_status kp_assertion_algorithm(const kp_x5c *signer, kamupin_sign_request *request,
                                      const char **algorithm, kamupin_error *error);

/** Appends the certificates that vouch for the last one of the chain, as far as they are in `others`. */
void kp_assertion_chain(kp_assertion *assertion, const kp_x5c *others, size_t count);

/** Writes header and payload to `text`, and their hash into `request`. Errors: crypto, no-memory,
 * key-unsuitable. */
kamupin_status kp_assertion_begin(const kp_assertion *assertion, kamupin_sign_request *request,
                                  kp_buffer *text, kamupin_error *error);

/** Appends the signature. Errors: no-memory. */
kamupin_status kp_assertion_end(const kamupin_signature *signature, kp_buffer *text,
                                kamupin_error *error);

#endif
