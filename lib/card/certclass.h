/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   certclass.h: what kind of Kamu SM certificate this is. It lives in card/ and not in
   cert/, which builds on it, because recognition needs it: a card gets PIN commands only when one of
   its certificates classifies. Nothing here says that a certificate is genuine or
   in force. */
#ifndef KP_CARD_CERTCLASS_H
#define KP_CARD_CERTCLASS_H

#include <openssl/x509.h>
#include <stddef.h>
#include <stdint.h>

typedef enum kp_certificate_class {
    KP_CERTIFICATE_BROKEN = -1, /* not one whole X.509 certificate */
    KP_CERTIFICATE_OTHER = 0,   /* one, but none of those below */
    KP_CERTIFICATE_QUALIFIED_SIGNATURE,
    KP_CERTIFICATE_ELECTRONIC_SEAL,
    KP_CERTIFICATE_QUALIFIED_SEAL,
    KP_CERTIFICATE_MALI_MUHUR,
    /* no card is recognised by those below: only kp_certificate_sort gives them */
    KP_CERTIFICATE_ENCRYPTION,
    KP_CERTIFICATE_TIME_STAMP,
    KP_CERTIFICATE_AUTHORITY
} kp_certificate_class;

/** Classifies one DER certificate. All classes need a certificate policy of Kamu SM's arc, because
 * other providers' qualified certificates carry the same statements of the law. */
kp_certificate_class kp_certificate_classify(const uint8_t *der, size_t length);

/** What kind of certificate it is, for people to read, whoever's policies it has: the law is the same
 * for all providers. Says nothing of whether a card may get PIN commands. Never BROKEN. */
kp_certificate_class kp_certificate_sort(X509 *certificate);

/* ---- its object identifiers, in the order in which they stand there ---- */

/** @param oid dotted, NUL-terminated */
typedef void (*kp_oid_fn)(void *user, const char *oid);
void kp_certificate_each_policy(X509 *certificate, kp_oid_fn visit, void *user);
void kp_certificate_each_usage(X509 *certificate, kp_oid_fn visit, void *user);
void kp_certificate_each_statement(X509 *certificate, kp_oid_fn visit, void *user);

/** Key usage, bit n for the one that RFC 5280, 4.2.1.3 numbers n; 0 when it does not say. */
unsigned int kp_certificate_key_usage(X509 *certificate);

#endif
