/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   cms.h: signed documents: a CMS signature (RFC 5652) of the form CAdES-B-B (ETSI EN 319 122-1, 6)
   around a signature of the card. `openssl cms -verify` reads it.

       kamupin_cms_options options = KAMUPIN_CMS_OPTIONS_INIT;
       options.content = text, options.length = strlen(text);
       if (kamupin_card_cms(card, &options, pin, &cms) == KAMUPIN_OK)
           kamupin_cms_der(cms, &der, &length);
       kamupin_cms_free(&cms); */
#ifndef KAMUPIN_CMS_H
#define KAMUPIN_CMS_H

#include <kamupin/certificate_list.h>
#include <kamupin/sign.h>

KAMUPIN_BEGIN

typedef struct kamupin_cms kamupin_cms;

/** What is signed, and how. */
typedef struct kamupin_cms_options {
    size_t size;                  /**< sizeof; set by KAMUPIN_CMS_OPTIONS_INIT */
    const unsigned char *content; /**< the bytes; borrowed during the call */
    size_t length;                /**< of them; 16 MiB at most */
    bool detached;                /**< the content stays outside */
    size_t certificate; /**< as in kamupin_sign_request: an index, or KAMUPIN_CERTIFICATE_ANY */
    kamupin_hash hash;  /**< SHA256 unless said otherwise */
    unsigned int risk;  /**< kamupin_pin_risk values */
    /** What is put in beside the signer's certificate, each once: those between it and its root, so
     *  that whoever verifies has them. Borrowed during the call; NULL for none */
    const kamupin_certificate_list *between;
} kamupin_cms_options;

#define KAMUPIN_CMS_OPTIONS_INIT                                                                   \
    {                                                                                              \
        sizeof(kamupin_cms_options), NULL, 0, false, KAMUPIN_CERTIFICATE_ANY, KAMUPIN_SHA256, 0,   \
            NULL                                                                                   \
    }

/** Signs bytes with the card: RSA as PKCS #1 v1.5, else ECDSA, as the certificate's key is. The
 *  signed attributes are content-type, message-digest, signing-certificate-v2 (RFC 5035) and
 *  signing-time by the context's calendar; the signer's certificate is put in. What was made is
 *  verified before it is given out. Whether it would be refused, kamupin_card_sign_ready tells
 *  before a person is asked for the PIN.
 *  @param options size set; certificate, hash and risk as in the request of that call
 *  @param pin kind PIN; as for kamupin_card_sign
 *  @param cms receives the handle; freed with kamupin_cms_free
 *  Threads: the card's. The reason of a failure is in kamupin_card_error.
 *  Errors: those of kamupin_card_sign; crypto, no-memory, invalid-argument. */
KAMUPIN_API kamupin_status kamupin_card_cms(kamupin_card *card, const kamupin_cms_options *options,
                                            const kamupin_secret *pin, kamupin_cms **cms);
/** Its bytes, DER; live as long as the handle. Errors: invalid-argument. */
KAMUPIN_API kamupin_status kamupin_cms_der(const kamupin_cms *cms, const unsigned char **der,
                                           size_t *length);
/** Frees and nulls. NULL is fine. */
KAMUPIN_API void kamupin_cms_free(kamupin_cms **cms);

KAMUPIN_END
#endif
