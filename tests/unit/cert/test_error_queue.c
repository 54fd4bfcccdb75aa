/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   OpenSSL's queue of errors is the calling program's: what stood in it before a call stands in it
   afterwards, alone, whatever the call met. What needs a server is told by tests/drivers/public/check.c
   in each of its tests. */
#include "test_certificate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "own_context.h"

#include <auth/assertion.h>
#include <kamupin/kamupin.h>

#include <openssl/err.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define OWN_REASON 77

static unsigned char good[KP_TEST_CERTIFICATE_MAX];
static size_t good_length;

/* A certificate in its outermost element, and then nothing of the kind. */
static const unsigned char BAD[] = {0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0xFF};

static void begin(void)
{
    ERR_clear_error();
    ERR_raise(ERR_LIB_USER, OWN_REASON);
}

static void assert_kept(void)
{
    const unsigned long own = ERR_get_error();

    assert_int_equal(ERR_GET_LIB(own), ERR_LIB_USER);
    assert_int_equal(ERR_GET_REASON(own), OWN_REASON);
    assert_int_equal(ERR_get_error(), 0);
}

static kamupin_certificate *open_good(void **state)
{
    kamupin_certificate *made = NULL;

    assert_int_equal(kamupin_certificate_new(*state, good, good_length, &made, NULL), KAMUPIN_OK);
    return made;
}

static void test_certificates(void **state)
{
    kamupin_certificate *made = NULL;

    begin();
    made = open_good(state);
    assert_non_null(kamupin_certificate_text(made, KAMUPIN_CERTIFICATE_SUBJECT, 0));
    kamupin_certificate_free(&made);
    assert_kept();
    begin();
    assert_int_equal(kamupin_certificate_new(*state, BAD, sizeof BAD, &made, NULL),
                     KAMUPIN_E_CERTIFICATE_MALFORMED);
    assert_kept();
}

static void test_lists(void **state)
{
    kamupin_certificate *made = open_good(state);
    kamupin_certificate_list *list = NULL;

    begin();
    assert_int_equal(kamupin_certificate_list_new(*state, &list, NULL), KAMUPIN_OK);
    assert_int_not_equal(kamupin_certificate_list_add_file(list, "/dev/null"), KAMUPIN_OK);
    kamupin_certificate_list_free(&list);
    assert_kept();
    kamupin_certificate_free(&made);
}

/* A store's file with something that is no certificate between two of PEM's lines. */
static void test_stores(void **state)
{
    static const char TEXT[] =
        "-----BEGIN CERTIFICATE-----\nMAUwAwIB/w==\n-----END CERTIFICATE-----\n";
    char path[] = "/tmp/kamupin-queue-XXXXXX";
    const int file = mkstemp(path);
    kamupin_trust *trust = NULL;

    assert_int_equal(write(file, TEXT, sizeof TEXT - 1), (ssize_t)(sizeof TEXT - 1));
    close(file);
    begin();
    assert_int_equal(kamupin_trust_new(*state, path, &trust, NULL), KAMUPIN_E_TRUST_STORE);
    assert_kept();
    unlink(path);
    begin();
    assert_int_equal(kamupin_trust_new(*state, "/dev/null/none", &trust, NULL),
                     KAMUPIN_E_TRUST_STORE);
    assert_kept();
}

static void test_checks(void **state)
{
    kamupin_check_options options = KAMUPIN_CHECK_OPTIONS_INIT;
    kamupin_check check = KAMUPIN_CHECK_INIT;
    kamupin_certificate *made = open_good(state);
    kamupin_trust *trust = NULL;

    options.offline = true;
    begin();
    assert_int_equal(kamupin_trust_new(*state, NULL, &trust, NULL), KAMUPIN_OK);
    assert_int_not_equal(kamupin_certificate_check(trust, made, &options, &check, NULL),
                         KAMUPIN_OK);
    assert_int_equal(kamupin_trust_add(trust, made, NULL), KAMUPIN_OK);
    kamupin_certificate_check(trust, made, &options, &check, NULL);
    kamupin_trust_free(&trust);
    assert_kept();
    kamupin_certificate_free(&made);
}

/* A login by card, as far as it needs neither card nor server. */
static void test_assertions(void **state)
{
    const kp_x5c signers[] = {{good, good_length}, {BAD, sizeof BAD}};
    kp_assertion assertion = {.chain = {signers[0]}, .count = 1};
    kamupin_sign_request request = KAMUPIN_SIGN_REQUEST_INIT;
    const char *algorithm = NULL;

    (void)state;
    begin();
    for (size_t i = 0; i < 2; i++)
        kp_assertion_algorithm(&signers[i], &request, &algorithm, NULL);
    kp_assertion_chain(&assertion, signers, 2);
    assert_kept();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_certificates), cmocka_unit_test(test_lists),
        cmocka_unit_test(test_stores),       cmocka_unit_test(test_checks),
        cmocka_unit_test(test_assertions),
    };

    kp_test_certificate_make(&kp_test_signature, good, &good_length);
    return cmocka_run_group_tests(tests, kp_test_open_context, kp_test_close_context);
}
