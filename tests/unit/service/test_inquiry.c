/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_inquiry.c: what an inquiry refuses by itself, and amounts as people write them. The service's
   address leads nowhere: a status of the network would show that something was sent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <kamupin/inquiry.h>
#include <provoke.h>

#define NOWHERE "https://localhost:1/none"

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

static kamupin_identity identity(kamupin_identity_type type, const char *number)
{
    kamupin_identity made = {.size = sizeof made, .type = type};
    strncpy(made.number, number, sizeof made.number - 1);
    return made;
}

static kamupin_status ask_debt(kamupin_identity_type type, const char *number)
{
    kamupin_identity who = identity(type, number);
    kamupin_debts found = KAMUPIN_DEBTS_INIT;
    return kamupin_inquire_debt(context, NOWHERE, &who, NULL, &found, NULL);
}

static kamupin_status ask_seal(kamupin_identity_type type, const char *number)
{
    kamupin_identity who = identity(type, number);
    kamupin_seal_authority found = KAMUPIN_SEAL_AUTHORITY_INIT;
    return kamupin_inquire_seal_authority(context, NOWHERE, &who, NULL, &found, NULL);
}

static kamupin_status ask_shipment(const char *tracking)
{
    kamupin_shipment found = KAMUPIN_SHIPMENT_INIT;
    return kamupin_inquire_shipment(context, NOWHERE, tracking, NULL, &found, NULL);
}

static void what_is_no_number_is_not_sent(void **state)
{
    (void)state;
    assert_provokes(KAMUPIN_E_IDENTITY_MALFORMED, ask_debt(KAMUPIN_IDENTITY_TCKN, "10000000147"));
    assert_int_equal(ask_debt(KAMUPIN_IDENTITY_VKN, "4540536921"), KAMUPIN_E_IDENTITY_MALFORMED);
    assert_int_equal(ask_debt(KAMUPIN_IDENTITY_PASSPORT, "u1"), KAMUPIN_E_IDENTITY_MALFORMED);
    assert_int_equal(ask_seal(KAMUPIN_IDENTITY_DETSIS, "1234567"), KAMUPIN_E_IDENTITY_MALFORMED);
    assert_int_equal(ask_seal(KAMUPIN_IDENTITY_VKN, ""), KAMUPIN_E_IDENTITY_MALFORMED);
    static const char *const none[] = {
        "", "KSM", "KSM 2026", "KSM2026\n", "ŞK2026", "KSM202600000000000000000000000000000000011"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_int_equal(ask_shipment(none[i]), KAMUPIN_E_IDENTITY_MALFORMED);
    /* … and what can be one is */
    assert_int_equal(ask_debt(KAMUPIN_IDENTITY_TCKN, "10000000146"), KAMUPIN_E_NETWORK_UNREACHABLE);
    assert_int_equal(ask_shipment("KSM2"), KAMUPIN_E_NETWORK_UNREACHABLE);
}

static void each_inquiry_takes_its_own_numbers(void **state)
{
    (void)state;
    assert_int_equal(ask_debt(KAMUPIN_IDENTITY_DETSIS, "12345678"), KAMUPIN_E_INVALID_ARGUMENT);
    assert_int_equal(ask_seal(KAMUPIN_IDENTITY_TCKN, "10000000146"), KAMUPIN_E_INVALID_ARGUMENT);
    assert_int_equal(ask_seal(KAMUPIN_IDENTITY_PASSPORT, "U12345678"), KAMUPIN_E_INVALID_ARGUMENT);
    assert_int_equal(ask_shipment(NULL), KAMUPIN_E_INVALID_ARGUMENT);
    kamupin_identity who = identity(KAMUPIN_IDENTITY_VKN, "4540536920");
    kamupin_debts found = KAMUPIN_DEBTS_INIT;
    assert_int_equal(kamupin_inquire_debt(context, NULL, &who, NULL, &found, NULL),
                     KAMUPIN_E_INVALID_ARGUMENT);
    assert_int_equal(kamupin_inquire_debt(context, "http://localhost/", &who, NULL, &found, NULL),
                     KAMUPIN_E_URL_REFUSED);
    found.size--;
    assert_int_equal(kamupin_inquire_debt(context, NOWHERE, &who, NULL, &found, NULL),
                     KAMUPIN_E_INVALID_ARGUMENT);
}

static void amounts_are_written_as_people_do(void **state)
{
    static const struct {
        int64_t kurus;
        const char *turkish, *english;
    } cases[] = {
        {0, "0,00 TL", "TRY 0.00"},
        {1, "0,01 TL", "TRY 0.01"},
        {99950, "999,50 TL", "TRY 999.50"},
        {125000, "1.250,00 TL", "TRY 1,250.00"},
        {1000000000, "10.000.000,00 TL", "TRY 10,000,000.00"},
        {-5, "-0,05 TL", "TRY -0.05"},
        {INT64_MIN, "-92.233.720.368.547.758,08 TL", "TRY -92,233,720,368,547,758.08"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[KAMUPIN_AMOUNT_MAX];
        assert_string_equal(kamupin_amount_text(cases[i].kurus, KAMUPIN_TURKISH, text, sizeof text),
                            cases[i].turkish);
        assert_string_equal(kamupin_amount_text(cases[i].kurus, KAMUPIN_ENGLISH, text, sizeof text),
                            cases[i].english);
    }
    char little[4];
    assert_string_equal(kamupin_amount_text(125000, KAMUPIN_TURKISH, little, sizeof little), "1.2");
    assert_string_equal(kamupin_amount_text(125000, KAMUPIN_TURKISH, NULL, 0), "");
}

static void states_have_words(void **state)
{
    (void)state;
    assert_string_equal(kamupin_shipment_state_name(KAMUPIN_SHIPMENT_ON_THE_WAY), "on-the-way");
    assert_string_equal(kamupin_shipment_state_name(KAMUPIN_SHIPMENT_RETURNED), "returned");
    assert_string_equal(kamupin_shipment_state_name((kamupin_shipment_state)0), "unknown");
    assert_string_equal(kamupin_shipment_state_name((kamupin_shipment_state)5), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_number_is_not_sent),
        cmocka_unit_test(each_inquiry_takes_its_own_numbers),
        cmocka_unit_test(amounts_are_written_as_people_do),
        cmocka_unit_test(states_have_words),
    };
    return cmocka_run_group_tests(tests, make_context, free_context);
}
