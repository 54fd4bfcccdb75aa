/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   chain.h: a certificate's chain to one of the caller's roots (RFC 5280, 6), by OpenSSL. */
#ifndef KP_CERT_CHAIN_H
#define KP_CERT_CHAIN_H

#include <cert/trust.h>

/** Builds and judges a chain. `chain` receives it, the certificate first, also as far as it was found
 * when it does not hold; freed with sk_X509_pop_free. The dates of the certificate itself are not
 * judged here. `status` receives ok, chain-incomplete, chain-untrusted or chain-broken, and `error`
 * why.
 * Errors: no-memory. */
kamupin_status kp_chain_build(const kamupin_trust *trust, X509 *certificate,
                              const kamupin_check_options *options, int64_t at,
                              STACK_OF(X509) * *chain, kamupin_status *status,
                              kamupin_error *error);

/** Fills length, weakness and root of `check` from a chain. */
void kp_chain_tell(kamupin_context *context, STACK_OF(X509) * chain, kamupin_check *check);

#endif
