/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   odd_certificate.h: certificates of shapes that a test thinks up: names of any string type, serial
   numbers of any length and sign, dates of any text, any extension, any key. Made with OpenSSL;
   nobody's real data is in them. */
#ifndef KP_TEST_ODD_CERTIFICATE_H
#define KP_TEST_ODD_CERTIFICATE_H

#include <kamupin/kamupin.h>

#define KP_ODD_MAX 12

/** An attribute of a name: short name or dotted identifier, ASN.1 type, bytes (NULL ends a list). */
typedef struct kp_odd_attribute {
    const char *kind;
    int type; /* V_ASN1_UTF8STRING, …; 0: UTF8String */
    const char *bytes;
    int length; /* 0: of the text */
    int set;    /* 0: of its own; -1: in one set with the attribute before it */
} kp_odd_attribute;

/** What a certificate is to be; zero is a plain one of P-256 and SHA-256. */
typedef struct kp_odd {
    kp_odd_attribute subject[KP_ODD_MAX];
    kp_odd_attribute issuer[KP_ODD_MAX]; /* none: the subject's */
    const char *serial;                  /* hex, "-" before it for a negative one; NULL: 1 */
    const char *begins, *ends;           /* as they stand in a UTCTime or GeneralizedTime */
    const char *extensions[KP_ODD_MAX];  /* short name, "=", value as openssl.cnf has it */
    struct evp_pkey_st *key;             /* the caller's; NULL: P-256, thrown away */
    const struct evp_md_st *hash;        /* NULL: SHA-256 */
    long version;                        /* 0: 3 */
} kp_odd;

/** Makes one, and the library's handle of it; fails the test when either is not to be had. */
kamupin_certificate *kp_odd_open(kamupin_context *context, const kp_odd *odd);

/** Its DER into memory that the caller frees. */
unsigned char *kp_odd_make(const kp_odd *odd, size_t *length);

#endif
