/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   blocks.h: the certificates within bytes: the one that DER bytes are, or those of PEM (RFC 7468),
   one after another. Other PEM blocks are passed over without being understood; nobody is ever
   asked for a passphrase. */
#ifndef KP_CERT_BLOCKS_H
#define KP_CERT_BLOCKS_H

#include <kamupin/error.h>

#include <openssl/x509.h>
#include <stdbool.h>

typedef struct kp_blocks {
    const unsigned char *bytes; /* borrowed */
    size_t length;
    BIO *pem; /* NULL: DER, which `bytes` is */
} kp_blocks;

/* A certificate, both parts the caller's. */
typedef struct kp_block {
    X509 *x509;
    unsigned char *der; /* malloc */
    size_t length;
} kp_block;

/** `bytes` are borrowed until the close. Errors: no-memory, certificate-malformed (too long). */
kamupin_status kp_blocks_open(kp_blocks *blocks, const unsigned char *bytes, size_t length,
                              kamupin_error *error);
/** The next certificate. A block that is none is passed over.
 * Errors: certificate-malformed (there is none, or no further one), no-memory. */
kamupin_status kp_blocks_next(kp_blocks *blocks, kp_block *block, kamupin_error *error);
void kp_blocks_close(kp_blocks *blocks);

#endif
