/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_policy.c: kamupin_pin_check against row C15 (6 to 12 digits, typed twice). Touches no card.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <kamupin/pin.h>

static kamupin_context *context;

static int make_context(void **state)
{
    (void)state;
    return kamupin_context_new(NULL, &context, NULL) == KAMUPIN_OK ? 0 : -1;
}

static int free_context(void **state)
{
    (void)state;
    kamupin_context_free(&context);
    return 0;
}

static kamupin_secret *secret_of(kamupin_secret_kind kind, const char *bytes, size_t length)
{
    kamupin_secret *secret = NULL;
    assert_int_equal(kamupin_secret_new(context, kind, &secret, NULL), KAMUPIN_OK);
    assert_int_equal(kamupin_secret_append(secret, bytes, length), KAMUPIN_OK);
    return secret;
}

/* Checks one typing; the status has to be in the error record as well. */
static kamupin_status check(const kamupin_pin_policy *policy, const char *typed, const char *again)
{
    kamupin_error error = KAMUPIN_ERROR_INIT;
    error.status = KAMUPIN_E_CRYPTO; /* what was there before must go */
    kamupin_secret *pin = secret_of(KAMUPIN_SECRET_PIN, typed, strlen(typed));
    kamupin_secret *second =
        again == NULL ? NULL : secret_of(KAMUPIN_SECRET_PIN, again, strlen(again));
    kamupin_status status = kamupin_pin_check(policy, pin, second, &error);
    assert_int_equal(error.status, status);
    assert_int_equal(kamupin_pin_check(policy, pin, second, NULL), status);
    assert_int_equal(kamupin_secret_length(pin), strlen(typed));
    kamupin_secret_free(&pin);
    kamupin_secret_free(&second);
    return status;
}

static void test_length(void **state)
{
    (void)state;
    assert_int_equal(check(NULL, "", NULL), KAMUPIN_E_PIN_TOO_SHORT);
    assert_int_equal(check(NULL, "12345", NULL), KAMUPIN_E_PIN_TOO_SHORT);
    assert_int_equal(check(NULL, "123456", NULL), KAMUPIN_OK);
    assert_int_equal(check(NULL, "123456789012", NULL), KAMUPIN_OK);
    assert_int_equal(check(NULL, "1234567890123", NULL), KAMUPIN_E_PIN_TOO_LONG);
}

static void test_digits(void **state)
{
    (void)state;
    static const char *const wrong[] = {"12345a", "a23456", "12 456",   "12345/",
                                        "12345:", "-12345", "123456\n", "12345\xB2"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(check(NULL, wrong[i], NULL), KAMUPIN_E_PIN_NOT_DIGITS);
    /* Digits of another script are no ASCII digits: U+0661 U+0662 U+0663. */
    assert_int_equal(check(NULL, "\xD9\xA1\xD9\xA2\xD9\xA3", NULL), KAMUPIN_E_PIN_NOT_DIGITS);
    /* Nor are those of full width, U+FF11 to U+FF16: six of them are 18 bytes, and not too long. */
    assert_int_equal(
        check(NULL, "\xEF\xBC\x91\xEF\xBC\x92\xEF\xBC\x93\xEF\xBC\x94\xEF\xBC\x95\xEF\xBC\x96",
              NULL),
        KAMUPIN_E_PIN_NOT_DIGITS);
    assert_int_equal(check(NULL, "1234x", NULL), KAMUPIN_E_PIN_NOT_DIGITS);
    kamupin_secret *pin = secret_of(KAMUPIN_SECRET_PIN,
                                    "123\0"
                                    "456",
                                    7);
    assert_int_equal(kamupin_pin_check(NULL, pin, NULL, NULL), KAMUPIN_E_PIN_NOT_DIGITS);
    kamupin_secret_free(&pin);
    assert_int_equal(check(NULL, "0000009", NULL), KAMUPIN_OK);
}

static void test_typed_twice(void **state)
{
    (void)state;
    assert_int_equal(check(NULL, "123456", "123456"), KAMUPIN_OK);
    assert_int_equal(check(NULL, "123456", "123457"), KAMUPIN_E_PIN_MISMATCH);
    assert_int_equal(check(NULL, "123456", "023456"), KAMUPIN_E_PIN_MISMATCH);
    assert_int_equal(check(NULL, "123456", "1234567"), KAMUPIN_E_PIN_MISMATCH);
    assert_int_equal(check(NULL, "123456", "12345"), KAMUPIN_E_PIN_MISMATCH);
    assert_int_equal(check(NULL, "123456", ""), KAMUPIN_E_PIN_MISMATCH);
}

static void test_policy_only_narrows(void **state)
{
    (void)state;
    kamupin_pin_policy policy = KAMUPIN_PIN_POLICY_INIT;
    assert_int_equal(policy.min_length, 6);
    assert_int_equal(policy.max_length, 12);
    policy.min_length = 4;
    policy.max_length = 16;
    assert_int_equal(check(&policy, "12345", NULL), KAMUPIN_E_PIN_TOO_SHORT);
    assert_int_equal(check(&policy, "1234567890123", NULL), KAMUPIN_E_PIN_TOO_LONG);
    assert_int_equal(check(&policy, "123456", NULL), KAMUPIN_OK);
    policy.min_length = 7;
    policy.max_length = 8;
    assert_int_equal(check(&policy, "123456", NULL), KAMUPIN_E_PIN_TOO_SHORT);
    assert_int_equal(check(&policy, "1234567", NULL), KAMUPIN_OK);
    assert_int_equal(check(&policy, "12345678", NULL), KAMUPIN_OK);
    assert_int_equal(check(&policy, "123456789", NULL), KAMUPIN_E_PIN_TOO_LONG);
}

static void test_policy_that_nothing_fits(void **state)
{
    (void)state;
    kamupin_pin_policy policy = KAMUPIN_PIN_POLICY_INIT;
    policy.max_length = 5;
    assert_int_equal(check(&policy, "12345", NULL), KAMUPIN_E_INVALID_ARGUMENT);
    policy.min_length = 13;
    policy.max_length = 20;
    assert_int_equal(check(&policy, "1234567890123", NULL), KAMUPIN_E_INVALID_ARGUMENT);
    policy = (kamupin_pin_policy)KAMUPIN_PIN_POLICY_INIT;
    policy.size = sizeof policy - 1;
    assert_int_equal(check(&policy, "123456", NULL), KAMUPIN_E_INVALID_ARGUMENT);
}

static void test_kinds(void **state)
{
    (void)state;
    kamupin_secret *pin = secret_of(KAMUPIN_SECRET_PIN, "123456", 6);
    kamupin_secret *code = secret_of(KAMUPIN_SECRET_VERIFICATION_CODE, "123456", 6);
    kamupin_secret *sms = secret_of(KAMUPIN_SECRET_SMS_CODE, "123456", 6);
    assert_int_equal(kamupin_pin_check(NULL, code, NULL, NULL), KAMUPIN_E_SECRET_KIND);
    assert_int_equal(kamupin_pin_check(NULL, sms, NULL, NULL), KAMUPIN_E_SECRET_KIND);
    assert_int_equal(kamupin_pin_check(NULL, pin, code, NULL), KAMUPIN_E_SECRET_KIND);
    assert_int_equal(kamupin_pin_check(NULL, NULL, pin, NULL), KAMUPIN_E_INVALID_ARGUMENT);
    kamupin_secret_free(&pin);
    kamupin_secret_free(&code);
    kamupin_secret_free(&sms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_length),
        cmocka_unit_test(test_digits),
        cmocka_unit_test(test_typed_twice),
        cmocka_unit_test(test_policy_only_narrows),
        cmocka_unit_test(test_policy_that_nothing_fits),
        cmocka_unit_test(test_kinds),
    };
    return cmocka_run_group_tests(tests, make_context, free_context);
}
