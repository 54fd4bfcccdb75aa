/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   revocation.h: the revocation of one certificate: its OCSP responders in turn, then its CRLs. */
#ifndef KP_CERT_REVOCATION_H
#define KP_CERT_REVOCATION_H

#include <kamupin/trust.h>
#include <net/http.h>

#include <openssl/x509.h>

/* The whole asking of a check ends so many of the context's request timeouts after it began; and one
 * address more, of responders or of lists, is asked only while those of its kind that gave nothing
 * have taken less than so many. */
#define KP_ASKING_TIMES  10
#define KP_SILENCE_TIMES 2

/* What is asked: each kind has a silence of its own, so that dead responders leave time for lists. */
typedef enum kp_asked { KP_ASKED_RESPONDERS, KP_ASKED_LISTS, KP_ASKED_KINDS } kp_asked;

/* What one check asks with. */
typedef struct kp_asking {
    kamupin_context *context;
    const kamupin_check_options *options;
    kp_http *http;                     /* NULL: not made yet, or nobody is asked */
    int64_t now;                       /* seconds since 1970 */
    int64_t ends_ms;                   /* on the context's clock: when the asking ends */
    int64_t silent_ms[KP_ASKED_KINDS]; /* what addresses took that gave nothing */
    unsigned int weakness; /* kamupin_weakness bits of the answers and lists that were believed */
} kp_asking;

/** Begins the time that `with` has, whose context is set. */
void kp_asking_begin(kp_asking *with);

/** Asks about a certificate whose issuer is known to be it. Errors: cancelled, no-memory: those that
 * end a check; all else is in `answer`. */
kamupin_status kp_revocation_ask(kp_asking *with, X509 *certificate, X509 *issuer,
                                 kamupin_revocation_answer *answer, kamupin_error *error);

/** What an answer makes of a verdict: ok for GOOD and NOT_ASKED. */
kamupin_status kp_revocation_verdict(const kamupin_revocation_answer *answer);

#endif
