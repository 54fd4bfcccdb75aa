/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   revocation.h: the revocation of one certificate: its OCSP responders in turn, then its CRLs. */
#ifndef KP_CERT_REVOCATION_H
#define KP_CERT_REVOCATION_H

#include <kamupin/trust.h>
#include <net/http.h>

#include <openssl/x509.h>

/* What one check asks with. */
typedef struct kp_asking {
    kamupin_context *context;
    const kamupin_check_options *options;
    kp_http *http;         /* NULL: not made yet, or nobody is asked */
    int64_t now;           /* seconds since 1970 */
    unsigned int weakness; /* kamupin_weakness bits of the responders that were believed */
} kp_asking;

/** Asks about a certificate whose issuer is known to be it. Errors: cancelled, no-memory: those that
 * end a check; all else is in `answer`. */
kamupin_status kp_revocation_ask(kp_asking *with, X509 *certificate, X509 *issuer,
                                 kamupin_revocation_answer *answer, kamupin_error *error);

/** What an answer makes of a verdict: ok for GOOD and NOT_ASKED. */
kamupin_status kp_revocation_verdict(const kamupin_revocation_answer *answer);

#endif
