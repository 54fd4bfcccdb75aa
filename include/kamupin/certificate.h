/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   certificate.h: certificates, read and understood: whose, of which kind, from when to when, with
   which key, and where their issuer can be asked. From a card, a file or bytes; no network. That a
   certificate is genuine and in force is for trust.h to find out.

       kamupin_certificate *certificate = NULL;
       kamupin_certificate_info info = KAMUPIN_CERTIFICATE_INFO_INIT;
       if (kamupin_certificate_new(context, bytes, length, &certificate, &error) == KAMUPIN_OK &&
           kamupin_certificate_read(certificate, &info) == KAMUPIN_OK)
           printf("%s, serial %s\n", info.identity,
                  kamupin_certificate_text(certificate, KAMUPIN_CERTIFICATE_SERIAL, 0));
       kamupin_certificate_free(&certificate); */
#ifndef KAMUPIN_CERTIFICATE_H
#define KAMUPIN_CERTIFICATE_H

#include <kamupin/session.h>

KAMUPIN_BEGIN

typedef struct kamupin_certificate kamupin_certificate;

/** What kind of certificate it is, by policies, QC statements, extended key usage and key usage. */
typedef enum kamupin_certificate_class {
    KAMUPIN_CLASS_OTHER = 0,          /**< none of those below */
    KAMUPIN_CLASS_SIGNATURE = 1,      /**< qualified electronic signature (Law 5070) */
    KAMUPIN_CLASS_SEAL = 2,           /**< electronic seal */
    KAMUPIN_CLASS_QUALIFIED_SEAL = 3, /**< qualified electronic seal */
    KAMUPIN_CLASS_MALI_MUHUR = 4,     /**< financial seal */
    KAMUPIN_CLASS_ENCRYPTION = 5,     /**< its key is for encipherment */
    KAMUPIN_CLASS_TIME_STAMP = 6,     /**< of a time-stamp service */
    KAMUPIN_CLASS_AUTHORITY = 7       /**< of a certification authority */
} kamupin_certificate_class;

/** A class's stable word, as JSON has it: "signature", "qualified-seal", "mali-muhur", …
 *  Ownership: static text; "other" for a number that is none. Threads: any. Errors: none. */
KAMUPIN_API const char *kamupin_certificate_class_name(kamupin_certificate_class kind);

/** Where the context's calendar stands against the two dates. Both belong to the time of validity
 *  (RFC 5280, 4.1.2.5). */
typedef enum kamupin_validity {
    KAMUPIN_VALIDITY_UNKNOWN = 0, /**< a date cannot be read */
    KAMUPIN_NOT_YET_VALID = 1,
    KAMUPIN_VALID_NOW = 2,
    KAMUPIN_EXPIRED = 3
} kamupin_validity;

/** Kind of key. */
typedef enum kamupin_key_type {
    KAMUPIN_KEY_OTHER = 0,
    KAMUPIN_KEY_RSA = 1,
    KAMUPIN_KEY_EC_P256 = 2,
    KAMUPIN_KEY_EC_P384 = 3,
    KAMUPIN_KEY_EC_OTHER = 4 /**< another curve; its name is in the text KEY */
} kamupin_key_type;

/** Key usage (RFC 5280, 4.2.1.3), as a set; 0 where the certificate does not say. */
typedef enum kamupin_key_usage {
    KAMUPIN_USAGE_DIGITAL_SIGNATURE = 1 << 0,
    KAMUPIN_USAGE_CONTENT_COMMITMENT = 1 << 1, /**< also called nonRepudiation */
    KAMUPIN_USAGE_KEY_ENCIPHERMENT = 1 << 2,
    KAMUPIN_USAGE_DATA_ENCIPHERMENT = 1 << 3,
    KAMUPIN_USAGE_KEY_AGREEMENT = 1 << 4,
    KAMUPIN_USAGE_CERTIFICATE_SIGN = 1 << 5,
    KAMUPIN_USAGE_CRL_SIGN = 1 << 6,
    KAMUPIN_USAGE_ENCIPHER_ONLY = 1 << 7,
    KAMUPIN_USAGE_DECIPHER_ONLY = 1 << 8
} kamupin_key_usage;

/** What is weak about a certificate, as a set. */
typedef enum kamupin_weakness {
    KAMUPIN_WEAK_HASH = 1 << 0,   /**< signed over SHA-1, MD5 or older */
    KAMUPIN_WEAK_KEY = 1 << 1,    /**< RSA below 2048 bits, a curve below 256 */
    KAMUPIN_WEAK_ANCHOR = 1 << 2, /**< of the old SHA-1 chain of Kamu SM (root Sürüm 4 and older) */
    KAMUPIN_WEAK_TEST = 1 << 3    /**< of a test PKI of Kamu SM: not to be trusted for real work */
} kamupin_weakness;

#define KAMUPIN_SERIAL_MAX 64 /**< octets of a serial number; RFC 5280 allows 20, some have more */

/** What a certificate says. */
typedef struct kamupin_certificate_info {
    size_t size; /**< sizeof; set by KAMUPIN_CERTIFICATE_INFO_INIT */
    kamupin_certificate_class kind;
    unsigned char serial[KAMUPIN_SERIAL_MAX]; /**< big-endian, as DER has it but for a leading 00
                                                   that only keeps it positive */
    size_t serial_length;      /**< octets of it; 0: it has more than that, see the text SERIAL */
    int64_t not_before;        /**< seconds since 1970, UTC; 0 when it cannot be read */
    int64_t not_after;         /**< seconds since 1970, UTC; 0 when it cannot be read */
    kamupin_validity validity; /**< by the context's calendar, now */
    kamupin_identity_type identity_type; /**< TCKN, VKN, PASSPORT; 0 when the holder has none */
    char identity[24];                   /**< masked: the last two digits stay; "" when none */
    kamupin_key_type key;
    unsigned int key_bits; /**< 0 when the key cannot be read */
    unsigned int usage;    /**< kamupin_key_usage bits */
    unsigned int weakness; /**< kamupin_weakness bits */
    bool self_issued;      /**< issuer and subject are the same name */
} kamupin_certificate_info;

#define KAMUPIN_CERTIFICATE_INFO_INIT KAMUPIN_SIZED(kamupin_certificate_info)

/** A text of a certificate. Those with (n) may stand there several times, index 0 up; of each 256 are
 *  kept at most. */
typedef enum kamupin_certificate_field {
    KAMUPIN_CERTIFICATE_HOLDER = 1,         /**< (m) common name, else what names it best */
    KAMUPIN_CERTIFICATE_ORGANISATION = 2,   /**< (m) of the subject */
    KAMUPIN_CERTIFICATE_SUBJECT = 3,        /**< whole name, RFC 4514; has the identity number */
    KAMUPIN_CERTIFICATE_SUBJECT_MASKED = 4, /**< (m) the same, for showing */
    KAMUPIN_CERTIFICATE_ISSUER = 5,         /**< whole name, RFC 4514 */
    KAMUPIN_CERTIFICATE_SERIAL = 6,         /**< upper-case hex, two digits an octet */
    KAMUPIN_CERTIFICATE_SERIAL_DECIMAL = 7, /**< none of a number beyond 1024 octets */
    KAMUPIN_CERTIFICATE_FINGERPRINT = 8,    /**< SHA-256 of the DER, upper-case hex */
    KAMUPIN_CERTIFICATE_KEY = 9,            /**< "RSA 2048", "EC P-384", … */
    KAMUPIN_CERTIFICATE_SIGNED_WITH = 10,   /**< name of the issuer's signature algorithm */
    KAMUPIN_CERTIFICATE_POLICY = 11,        /**< (n) object identifier of a policy */
    KAMUPIN_CERTIFICATE_PURPOSE = 12,       /**< (n) object identifier of an extended key usage */
    KAMUPIN_CERTIFICATE_STATEMENT = 13,     /**< (n) object identifier of a QC statement */
    KAMUPIN_CERTIFICATE_OCSP = 14,          /**< (n) address of an OCSP responder */
    KAMUPIN_CERTIFICATE_CRL = 15,           /**< (n) address of a CRL */
    KAMUPIN_CERTIFICATE_ISSUER_FILE = 16,   /**< (n) address of the issuer's certificate */
    KAMUPIN_CERTIFICATE_CARD_NUMBER = 17,   /**< of the card, where the subject has it */
    KAMUPIN_CERTIFICATE_KNOWN_ROOT = 18     /**< its name when it is a root of Kamu SM's that this
                                               version knows by its fingerprint */
} kamupin_certificate_field;

/** Takes a certificate apart.
 *  @param bytes DER, or PEM (its first certificate); copied; a megabyte at most
 *  @param certificate receives the handle; freed with kamupin_certificate_free before its context
 *  @param error receives the reason of a failure; may be NULL
 *  What a certificate does not have, or has in a shape that nobody foresaw, is no error: the text is
 *  missing, the class is OTHER.
 *  Threads: any; a certificate does not change and may be read by several at once.
 *  Errors: certificate-malformed, invalid-argument, no-memory, forked. */
KAMUPIN_API kamupin_status kamupin_certificate_new(kamupin_context *context,
                                                   const unsigned char *bytes, size_t length,
                                                   kamupin_certificate **certificate,
                                                   kamupin_error *error);

/** Frees and nulls. NULL is fine. */
KAMUPIN_API void kamupin_certificate_free(kamupin_certificate **certificate);

/** Copies what is known to `info`, whose size the caller has set; its validity is as of now.
 *  Threads: any. Errors: invalid-argument. */
KAMUPIN_API kamupin_status kamupin_certificate_read(const kamupin_certificate *certificate,
                                                    kamupin_certificate_info *info);

/** A text of it in UTF-8. Characters that nobody sees, that control something or turn the direction
 *  of writing are escaped as RFC 4514 has it (a backslash and two hex digits for each byte), so it
 *  can be shown. In those with (m) each identity number has stars but for its last two digits. The
 *  serial number has a minus sign when it is below zero; its octets are the two's complement.
 *  @param index 0 for the first
 *  @return NULL when there is none; lives as long as the certificate. Threads: any. Errors: none. */
KAMUPIN_API const char *kamupin_certificate_text(const kamupin_certificate *certificate,
                                                 kamupin_certificate_field field, size_t index);

/** The holder's whole identity number: whoever calls this says by it that it may be seen.
 *  Threads: any. Errors: invalid-argument (also when there is none). */
KAMUPIN_API kamupin_status kamupin_certificate_identity(const kamupin_certificate *certificate,
                                                        kamupin_identity *identity);

/** Its bytes.
 *  @param der receives DER that lives as long as the certificate
 *  Threads: any. Errors: invalid-argument. */
KAMUPIN_API kamupin_status kamupin_certificate_der(const kamupin_certificate *certificate,
                                                   const unsigned char **der, size_t *length);

KAMUPIN_END
#endif
