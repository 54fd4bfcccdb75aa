/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   cmsdocument.h: a CAdES-B-B document without its signature, and with it. Knows nothing of cards:
   who calls has the hash signed in between. */
#ifndef KP_CERT_CMSDOCUMENT_H
#define KP_CERT_CMSDOCUMENT_H

#include <kamupin/sign.h>

#include <openssl/cms.h>

/** What is signed, by whom, and when. All borrowed. */
typedef struct kp_cms_wish {
    const unsigned char *content;
    size_t length;
    bool detached;
    kamupin_hash hash;
    X509 *signer;
    STACK_OF(X509) * beside; /* put in beside the signer's; NULL for none */
    int64_t now;             /* of signing-time, seconds since 1970 */
} kp_cms_wish;

/** Makes everything but the signature, and the hash of the signed attributes that is to be signed:
 * KAMUPIN_DIGEST_MAX bytes of room. The document is freed with CMS_ContentInfo_free. Errors:
 * crypto (also without memory: OpenSSL does not say). */
kamupin_status kp_cms_begin(const kp_cms_wish *wish, CMS_ContentInfo **document,
                            unsigned char *digest, size_t *digest_length);

/** Sets the signature, encodes, and verifies what was encoded with the signer's certificate in it.
 * `der` is freed with OPENSSL_free. Errors: crypto, also when it does not verify. */
kamupin_status kp_cms_finish(const kp_cms_wish *wish, CMS_ContentInfo *document,
                             const unsigned char *signature, size_t signature_length,
                             unsigned char **der, size_t *length);

#endif
