/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   crl_cache.h: CRLs in the state folder's "crl" (0700), each as it was fetched and as an index. */
#ifndef KP_CERT_CRL_CACHE_H
#define KP_CERT_CRL_CACHE_H

#include <cert/crl_index.h>
#include <net/fetch.h>

/* Which CRL, and how far one may go for it. */
typedef struct kp_crl_wish {
    kamupin_context *context;
    kp_http *http; /* NULL: nobody is asked */
    kamupin_cancel *cancel;
    X509 *issuer;
    const DIST_POINT *point; /* of the certificate in question */
    const char *address;     /* one of its */
    int64_t now;             /* seconds since 1970 */
    long age;                /* seconds that a kept one may be old; 0: as long as it is current */
    int64_t deadline_ms; /* on the context's clock: until then it has to be fetched; 0: no bound */
} kp_crl_wish;

/** Fills `index` from the cache, else by fetching; closed by the caller after ok. What was fetched is
 * kept only when it is the issuer's, whole, current, and not older than the one before.
 * Errors: crl-*, network-*, state-folder, revocation-unreachable (not kept, and nobody is asked),
 * cancelled, no-memory. */
kamupin_status kp_crl_have(const kp_crl_wish *wish, kp_crl_index *index, bool *fetched,
                           kamupin_error *error);

#endif
