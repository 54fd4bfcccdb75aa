/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_certificate.h: certificates made while a test runs, with the policies, usages and statements
   that it asks for. Nobody's real data is in them; each is signed by its own key. */
#ifndef KP_TEST_CERTIFICATE_H
#define KP_TEST_CERTIFICATE_H

#include <stddef.h>

#define KP_TEST_CERTIFICATE_MAX 8192

/** What a certificate is to carry; NULL for none. Lists hold dotted identifiers, comma-separated.
 */
typedef struct kp_test_certificate {
    const char *policies;
    const char *usages;      /* extended key usage */
    const char *statements;  /* QC statements */
    size_t padding;          /* bytes of a comment, to make it longer */
    const char *name;        /* common name; NULL: "Deneme" */
    const char *key_usage;   /* such as "keyEncipherment" */
    struct evp_pkey_st *key; /* an EVP_PKEY of the caller's; NULL: one that is thrown away */
    long begins, ends;       /* its dates, in seconds from now; both 0: from now on for an hour */
} kp_test_certificate;

/** What the sandbox's cards carry: a qualified signature certificate of Kamu SM's form. */
extern const kp_test_certificate kp_test_signature;

/** Makes one; fails the test when OpenSSL cannot. */
void kp_test_certificate_make(const kp_test_certificate *wanted, unsigned char *der,
                              size_t *length);

#endif
