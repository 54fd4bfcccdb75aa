/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_numbers.c: kamupin_identity_check: Turkish identity numbers, tax numbers, passports, numbers
   of public bodies (facts: the public sample numbers), and the mask over them. Sends nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <core/identity.h>
#include <kamupin/session.h>
#include <provoke.h>

static kamupin_status check(kamupin_identity_type type, const char *number)
{
    kamupin_identity identity = KAMUPIN_IDENTITY_INIT;
    kamupin_error error = KAMUPIN_ERROR_INIT;

    identity.type = type;
    snprintf(identity.number, sizeof identity.number, "%s", number);
    const kamupin_status status = kamupin_identity_check(&identity, &error);
    assert_int_equal(error.status, status);
    assert_true(number[0] == '\0' || strstr(error.detail, number) == NULL);
    return status;
}

static void the_sample_numbers_are_right(void **state)
{
    (void)state;
    assert_int_equal(check(KAMUPIN_IDENTITY_TCKN, "10000000146"), KAMUPIN_OK);
    assert_int_equal(check(KAMUPIN_IDENTITY_VKN, "4540536920"), KAMUPIN_OK);
    assert_int_equal(check(KAMUPIN_IDENTITY_DETSIS, "12345678"), KAMUPIN_OK);
    assert_int_equal(check(KAMUPIN_IDENTITY_PASSPORT, "U12345678"), KAMUPIN_OK);
}

/* Exactly one of ten is right when a check digit is wiped out. */
static void each_other_check_digit_is_refused(void **state)
{
    char number[12];

    (void)state;
    for (char digit = '0'; digit <= '9'; digit++) {
        snprintf(number, sizeof number, "1000000014%c", digit);
        assert_int_equal(check(KAMUPIN_IDENTITY_TCKN, number),
                         digit == '6' ? KAMUPIN_OK : KAMUPIN_E_IDENTITY_MALFORMED);
        snprintf(number, sizeof number, "100000001%c6", digit);
        assert_int_equal(check(KAMUPIN_IDENTITY_TCKN, number),
                         digit == '4' ? KAMUPIN_OK : KAMUPIN_E_IDENTITY_MALFORMED);
        snprintf(number, sizeof number, "454053692%c", digit);
        assert_int_equal(check(KAMUPIN_IDENTITY_VKN, number),
                         digit == '0' ? KAMUPIN_OK : KAMUPIN_E_IDENTITY_MALFORMED);
    }
}

static void what_no_number_can_be_is_refused(void **state)
{
    static const struct {
        kamupin_identity_type type;
        const char *number;
    } wrong[] = {
        {KAMUPIN_IDENTITY_TCKN, ""},
        {KAMUPIN_IDENTITY_TCKN, "1000000014"},
        {KAMUPIN_IDENTITY_TCKN, "100000001460"},
        {KAMUPIN_IDENTITY_TCKN, "00000000000"},
        {KAMUPIN_IDENTITY_TCKN, "1000000014x"},
        {KAMUPIN_IDENTITY_TCKN, " 10000000146"},
        {KAMUPIN_IDENTITY_TCKN, "22345678902"},
        {KAMUPIN_IDENTITY_VKN, "454053692"},
        {KAMUPIN_IDENTITY_VKN, "45405369200"},
        {KAMUPIN_IDENTITY_VKN, "454053692x"},
        {KAMUPIN_IDENTITY_DETSIS, "1234567"},
        {KAMUPIN_IDENTITY_DETSIS, "123456789"},
        {KAMUPIN_IDENTITY_DETSIS, "1234567x"},
        {KAMUPIN_IDENTITY_PASSPORT, "U123"},
        {KAMUPIN_IDENTITY_PASSPORT, "u12345678"},
        {KAMUPIN_IDENTITY_PASSPORT, "U1234567890123456789A"},
        {KAMUPIN_IDENTITY_PASSPORT, "U1234-678"},
        {(kamupin_identity_type)0, "10000000146"},
        {(kamupin_identity_type)9, "10000000146"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_provokes(KAMUPIN_E_IDENTITY_MALFORMED, check(wrong[i].type, wrong[i].number));
}

static void a_record_of_another_size_or_without_an_end_is_refused(void **state)
{
    kamupin_identity identity = KAMUPIN_IDENTITY_INIT;

    (void)state;
    assert_provokes(KAMUPIN_E_INVALID_ARGUMENT, kamupin_identity_check(NULL, NULL));
    identity.size--;
    assert_provokes(KAMUPIN_E_INVALID_ARGUMENT, kamupin_identity_check(&identity, NULL));
    identity.size++;
    identity.type = KAMUPIN_IDENTITY_PASSPORT;
    memset(identity.number, 'A', sizeof identity.number);
    assert_provokes(KAMUPIN_E_IDENTITY_MALFORMED, kamupin_identity_check(&identity, NULL));
}

/* Whatever it is laid over, another mask or letters of more than one byte too. */
static void a_mask_leaves_two_characters(void **state)
{
    static const char *const ROWS[][2] = {
        {"", ""},
        {"1", "1"},
        {"12", "12"},
        {"123", "*23"},
        {"1********46", "*********46"},
        {"10000000146", "*********46"},
        {"••••ŞĞ", "****ŞĞ"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        char text[40];
        snprintf(text, sizeof text, "%s", ROWS[i][0]);
        kp_identity_mask(text);
        assert_string_equal(text, ROWS[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sample_numbers_are_right),
        cmocka_unit_test(each_other_check_digit_is_refused),
        cmocka_unit_test(what_no_number_can_be_is_refused),
        cmocka_unit_test(a_mask_leaves_two_characters),
        cmocka_unit_test(a_record_of_another_size_or_without_an_end_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
