/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   sign.h: signatures by the card: a PIN and a hash in, a signature out, in one held transaction
   under the retry guard, logged out behind it, never repeated. The private key stays on the card.

       kamupin_sign_request request = KAMUPIN_SIGN_REQUEST_INIT;
       kamupin_signature signature = KAMUPIN_SIGNATURE_INIT;
       request.hash = KAMUPIN_SHA256;
       kamupin_status status = kamupin_card_sign_ready(card, &request, NULL);
       if (status == KAMUPIN_OK) { // only now a person is asked for the PIN
           request.digest_length = sha256_of(data, request.digest);
           status = kamupin_card_sign(card, &request, pin, &signature);
       } */
#ifndef KAMUPIN_SIGN_H
#define KAMUPIN_SIGN_H

#include <kamupin/pin.h>

KAMUPIN_BEGIN

#define KAMUPIN_DIGEST_MAX    64  /**< bytes of the longest hash, SHA-512 */
#define KAMUPIN_SIGNATURE_MAX 512 /**< bytes of the longest signature, RSA with 4096 bits */

/** What a signature request says when the library is to choose the certificate. */
#define KAMUPIN_CERTIFICATE_ANY SIZE_MAX

/** The hash that was made of the data (FIPS 180-4). SHA-1 is not among them. */
typedef enum kamupin_hash {
    KAMUPIN_SHA256 = 1, /**< 32 bytes */
    KAMUPIN_SHA384 = 2, /**< 48 bytes */
    KAMUPIN_SHA512 = 3  /**< 64 bytes */
} kamupin_hash;

/** Algorithm and form of a signature. */
typedef enum kamupin_sign_form {
    KAMUPIN_SIGN_BY_KEY = 0,    /**< as the key is: RSA_PKCS1 or ECDSA_DER */
    KAMUPIN_SIGN_RSA_PKCS1 = 1, /**< RSASSA-PKCS1-v1_5 (RFC 8017, 8.2) */
    KAMUPIN_SIGN_RSA_PSS = 2,   /**< RSASSA-PSS (RFC 8017, 8.1): MGF1 with the same hash, salt as
                                     long as the hash */
    KAMUPIN_SIGN_ECDSA_RAW = 3, /**< r and s one after another, each as long as the curve's order */
    KAMUPIN_SIGN_ECDSA_DER = 4  /**< SEQUENCE of r and s (RFC 3279, 2.2.3), as X.509 and CMS have */
} kamupin_sign_form;

/** What is to be signed, and how. */
typedef struct kamupin_sign_request {
    size_t size;        /**< sizeof; set by KAMUPIN_SIGN_REQUEST_INIT */
    size_t certificate; /**< whose key signs: an index as in kamupin_card_certificate, or
                             KAMUPIN_CERTIFICATE_ANY: the first one of Kamu SM's kinds (of any kind
                             where the card's profile asks for none) that is valid now and fits */
    kamupin_sign_form form;
    kamupin_hash hash;
    unsigned char digest[KAMUPIN_DIGEST_MAX]; /**< the hash itself */
    size_t digest_length; /**< bytes of it, as many as `hash` has; the ready call does not look */
    unsigned int risk;    /**< kamupin_pin_risk values */
} kamupin_sign_request;

#define KAMUPIN_SIGN_REQUEST_INIT                                                                  \
    {                                                                                              \
        sizeof(kamupin_sign_request), KAMUPIN_CERTIFICATE_ANY, KAMUPIN_SIGN_BY_KEY,                \
            KAMUPIN_SHA256, {0}, 0, 0                                                              \
    }

/** A signature that the card made. Holds no secret. */
typedef struct kamupin_signature {
    size_t size;            /**< sizeof; set by KAMUPIN_SIGNATURE_INIT */
    size_t certificate;     /**< index of the certificate whose key signed */
    kamupin_sign_form form; /**< never BY_KEY */
    kamupin_hash hash;
    unsigned char bytes[KAMUPIN_SIGNATURE_MAX];
    size_t length; /**< bytes of it */
} kamupin_signature;

#define KAMUPIN_SIGNATURE_INIT KAMUPIN_SIZED(kamupin_signature)

/** Whether kamupin_card_sign would be refused before the card is asked to sign: to be called before
 *  a person is asked for a PIN. Reads the PIN's counter and spends no try.
 *  @param request as it will be given to the call itself, but for the digest
 *  @param certificate receives the index of the certificate whose key will sign; may be NULL
 *  A certificate is valid when the context's calendar stands between its two dates; neither its
 *  issuer's signature nor revocation is looked at.
 *  Threads: the card's. The reason is in kamupin_card_error.
 *  Errors: pin-blocked, pin-not-set, pin-last-try, pin-tries-unknown, certificate-not-valid (the
 *  certificate that is meant, or every one of Kamu SM's kinds), key-unsuitable (none that is valid
 *  fits form and key usage), command-unproven, command-unknown, card-* and reader-*, cancelled,
 *  invalid-argument, forked. */
KAMUPIN_API kamupin_status kamupin_card_sign_ready(kamupin_card *card,
                                                   const kamupin_sign_request *request,
                                                   size_t *certificate);

/** Signs a hash with a key of the card: verifies the PIN, has the card sign, logs the card out
 *  again, and checks the signature against the certificate before it is given out.
 *  @param request size set; the hash's bytes in `digest`
 *  @param pin kind PIN; wiped by its owner, not here
 *  @param signature receives the signature; size set by the caller; untouched on failure
 *  Threads: the card's. Spends one try when the PIN is wrong. Nothing is sent twice: after
 *  card-removed, card-reset, reader-failed or reader-service-down the card may have signed, and what
 *  it signed is lost.
 *  The reason of a failure is in kamupin_card_error.
 *  Errors: those of kamupin_card_sign_ready and kamupin_pin_verify; card-reply-malformed when what
 *  the card answered is not the certificate's signature. */
KAMUPIN_API kamupin_status kamupin_card_sign(kamupin_card *card,
                                             const kamupin_sign_request *request,
                                             const kamupin_secret *pin,
                                             kamupin_signature *signature);

KAMUPIN_END
#endif
