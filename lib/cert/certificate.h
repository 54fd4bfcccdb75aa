/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   certificate.h: what a certificate's handle holds, and how it is taken apart once, when it is made;
   afterwards it is only read. Everything of OpenSSL's that may fail on a certificate of an odd shape
   happens between an error mark and its removal, so that the thread's error queue is as it was. */
#ifndef KP_CERT_CERTIFICATE_H
#define KP_CERT_CERTIFICATE_H

#include <cert/blocks.h>
#include <core/buffer.h>
#include <kamupin/certificate.h>

#include <openssl/x509v3.h>

#define KP_CERTIFICATE_MAX ((size_t)1 << 20) /* bytes of one that is taken */
#define KP_TEXTS_MAX       256               /* texts of one field that are kept */

/* A text that kamupin_certificate_text gives. */
typedef struct kp_certificate_text {
    kamupin_certificate_field field;
    char *text;
} kp_certificate_text;

struct kamupin_certificate {
    kamupin_context *context;
    X509 *x509;
    unsigned char *der;
    size_t length;
    kamupin_certificate_info info; /* all but validity, which is as of now */
    bool dated;                    /* both dates could be read */
    kamupin_identity identity;     /* type 0: none */
    kp_certificate_text *texts;    /* in the order in which they stand in the certificate */
    size_t count, room;
    size_t kept[KAMUPIN_CERTIFICATE_KNOWN_ROOT + 1]; /* by field */
    bool failed;                                     /* no memory for a text */
};

/** A handle of what was found within bytes; takes both parts of the block, also when it fails.
 * Errors: no-memory. */
kamupin_status kp_certificate_from(kamupin_context *context, kp_block *block,
                                   kamupin_certificate **certificate, kamupin_error *error);

/** OpenSSL's view; the certificate's, as long as it lives. */
X509 *kp_certificate_x509(const kamupin_certificate *certificate);

/** kamupin_weakness bits of a certificate that has no handle, and the name of the root when it is
 * one of Kamu SM's that this version knows by its fingerprint (static text), else NULL. */
unsigned int kp_weakness(X509 *x509);
const char *kp_known_root(X509 *x509);
/** Whether a signature of this algorithm is over SHA-1, MD5 or older: that of an OCSP answer, or of a
 * CRL, whose AlgorithmIdentifier is DER. */
bool kp_weak_algorithm(const X509_ALGOR *algorithm);
bool kp_weak_algorithm_der(const unsigned char *der, size_t length);

/* ---- fields.c, holder.c: filling a handle that has x509 and der ---- */

/** Keeps a text, copied, unless there are KP_TEXTS_MAX of that field: who walks through them by their
 * index would be kept busy by a certificate that is made of nothing else. */
void kp_certificate_keep(kamupin_certificate *certificate, kamupin_certificate_field field,
                         const char *text);
/** … of a buffer, which is wiped. One without a byte is kept as "". */
void kp_certificate_keep_buffer(kamupin_certificate *certificate, kamupin_certificate_field field,
                                kp_buffer *buffer);

/** Serial number, dates, key, usage, algorithms, object identifiers, addresses, fingerprint. */
void kp_certificate_fill_fields(kamupin_certificate *certificate);
/** Names, the holder and their identity number. */
void kp_certificate_fill_holder(kamupin_certificate *certificate);

#endif
