/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   ocsp.h: one question to one OCSP responder (RFC 6960, RFC 8954), and what of its answer is to be
   believed. Nothing is kept: each question is asked anew. */
#ifndef KP_CERT_OCSP_H
#define KP_CERT_OCSP_H

#include <kamupin/trust.h>
#include <net/fetch.h>

#include <openssl/x509.h>

/* Who is asked about what. */
typedef struct kp_ocsp_wish {
    kp_http *http;
    kamupin_cancel *cancel;
    X509 *certificate, *issuer;
    const char *address;
    int64_t now; /* seconds since 1970 */
    int64_t
        deadline_ms; /* on the context's clock: until then the answer has to come; 0: no bound */
} kp_ocsp_wish;

/** Asks. After ok, state, reason, times and nonce of `answer` are filled: GOOD, SUSPENDED, REVOKED or
 * UNKNOWN, and `weakness` has the kamupin_weakness bits of the answer's signature and of the
 * certificate of who answered. Errors: ocsp-*, network-*, crypto, no-memory, cancelled. */
kamupin_status kp_ocsp_ask(const kp_ocsp_wish *wish, kamupin_revocation_answer *answer,
                           unsigned int *weakness, kamupin_error *error);

#endif
