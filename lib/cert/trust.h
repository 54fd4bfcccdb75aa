/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   trust.h: a trust store from inside. */
#ifndef KP_CERT_TRUST_H
#define KP_CERT_TRUST_H

#include <kamupin/trust.h>

#include <openssl/x509.h>

struct kamupin_trust {
    kamupin_context *context;
    STACK_OF(X509) * roots;
    STACK_OF(X509) * between;
};

/** Adds a certificate, whose reference is the caller's to give back: a root when it is self-signed
 * and `as_root`, else one that stands between. False: no memory, or too many. */
bool kp_trust_put(kamupin_trust *trust, X509 *certificate, bool as_root);

/** Reads a folder or file into the store. Errors: trust-store, no-memory. */
kamupin_status kp_store_read(kamupin_trust *trust, const char *path, kamupin_error *error);

#endif
