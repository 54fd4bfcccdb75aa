/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   Classification of certificates that OpenSSL made here. No certificate of Kamu SM is in this tree:
   that real ones carry these identifiers is from public sources (docs/cards.md), not shown here. */
#include "test_certificate.h"

#include <card/certclass.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define POLICY "2.16.792.1.2.1.1.5.7.1.1"
#define SEAL   "2.16.792.1.2.1.1.5.7.4.1"
#define QC     "0.4.0.1862.1.1"
#define LAW    "2.16.792.1.61.0.1.5070."

static const struct {
    kp_test_certificate made;
    kp_certificate_class class;
} rows[] = {
    {{.policies = POLICY, .statements = QC "," LAW "1.1"}, KP_CERTIFICATE_QUALIFIED_SIGNATURE},
    {{.policies = POLICY, .statements = QC "," LAW "2.1"}, KP_CERTIFICATE_QUALIFIED_SIGNATURE},
    {{.policies = "1.2.3.4," POLICY, .statements = QC "," LAW "2.1"},
     KP_CERTIFICATE_QUALIFIED_SIGNATURE},
    {{.policies = POLICY, .statements = LAW "1.1," LAW "1.3"}, KP_CERTIFICATE_ELECTRONIC_SEAL},
    {{.policies = POLICY, .statements = QC "," LAW "2.1," LAW "2.2"},
     KP_CERTIFICATE_QUALIFIED_SEAL},
    {{.policies = SEAL, .usages = "2.16.792.1.2.1.1.5.7.50.1"}, KP_CERTIFICATE_MALI_MUHUR},
    /* half of what is needed */
    {{.policies = SEAL}, KP_CERTIFICATE_OTHER},
    {{.policies = POLICY, .usages = "2.16.792.1.2.1.1.5.7.50.1"}, KP_CERTIFICATE_OTHER},
    {{.policies = POLICY, .statements = QC}, KP_CERTIFICATE_OTHER},
    {{.policies = POLICY, .statements = LAW "2.1"}, KP_CERTIFICATE_OTHER},
    {{.policies = POLICY}, KP_CERTIFICATE_OTHER},
    {{.statements = QC "," LAW "2.1"}, KP_CERTIFICATE_OTHER},
    {{.usages = "2.16.792.1.2.1.1.5.7.50.1"}, KP_CERTIFICATE_OTHER},
    /* another provider's policy, and one that only begins alike */
    {{.policies = "2.16.792.3.0.4.1.1.1", .statements = QC "," LAW "2.1"}, KP_CERTIFICATE_OTHER},
    {{.policies = "2.16.792.1.2.1.1.5.70.1", .statements = QC "," LAW "2.1"}, KP_CERTIFICATE_OTHER},
    {{.policies = SEAL "0", .usages = "2.16.792.1.2.1.1.5.7.50.1"}, KP_CERTIFICATE_OTHER},
    {{.usages = "serverAuth"}, KP_CERTIFICATE_OTHER},
};

static void test_classes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        unsigned char der[KP_TEST_CERTIFICATE_MAX];
        size_t length = 0;
        kp_test_certificate_make(&rows[i].made, der, &length);
        kp_certificate_class class = kp_certificate_classify(der, length);
        if (class != rows[i].class)
            print_error("row %zu\n", i);
        assert_int_equal(class, rows[i].class);
    }
}

static void test_broken(void **state)
{
    (void)state;
    unsigned char der[KP_TEST_CERTIFICATE_MAX + 1];
    size_t length = 0;
    kp_test_certificate_make(&kp_test_signature, der, &length);
    assert_int_equal(kp_certificate_classify(der, length), KP_CERTIFICATE_QUALIFIED_SIGNATURE);
    der[length] = 0;
    assert_int_equal(kp_certificate_classify(der, length + 1), KP_CERTIFICATE_BROKEN);
    for (size_t cut = 0; cut < length; cut++) {
        unsigned char *part = malloc(cut + 1);
        assert_non_null(part);
        memcpy(part, der, cut);
        assert_int_equal(kp_certificate_classify(part, cut), KP_CERTIFICATE_BROKEN);
        free(part);
    }
}

/* Any one changed byte: no crash, and no classification out of nothing. */
static void test_changed_bytes(void **state)
{
    (void)state;
    unsigned char der[KP_TEST_CERTIFICATE_MAX];
    size_t length = 0;
    const kp_test_certificate plain = {.usages = "serverAuth", .statements = "1.2.3.4"};
    kp_test_certificate_make(&plain, der, &length);
    for (size_t i = 0; i < length; i++) {
        der[i] ^= 0x80;
        assert_true(kp_certificate_classify(der, length) <= KP_CERTIFICATE_OTHER);
        der[i] ^= 0x80;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_classes),
        cmocka_unit_test(test_broken),
        cmocka_unit_test(test_changed_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
