/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   ATRs as they are publicly listed, and the rows they find; and that no row claims more than it
   may. */
#include <card/atr.h>
#include <card/channel.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static size_t bytes_of(const char *hex, uint8_t *out)
{
    size_t length = 0;
    unsigned int byte = 0;
    for (; sscanf(hex, "%2x", &byte) == 1; hex += 2)
        out[length++] = (uint8_t)byte;
    return length;
}

/* The list of docs/cards.md; pcsc-tools and OpenSC are where it comes from. */
static const struct {
    const char *atr;
    const char *row; /* NULL: none */
    bool check_ok;
} listed[] = {
    {"3BBA11008131FE4D55454B41452056312E30AE", "akis-1", true},
    {"3BBB11008131FE4D55454B41452056312E30319E", NULL, true}, /* "UEKAE V1.01" is no listed card */
    {"3B9F968131FE45806755454B41451112318073B3A180E9", "akis-1.1", true},
    {"3B9F158131FE45806755454B41451221318073B3A1805A", "akis-1.1", true},
    {"3B9F968131FE45806755454B41451252318073B3A180AA", "akis-1.1", true},
    {"3B9F968131FE45806755454B41451293318073B3A1806B", "akis-1.1", true},
    {"3B9F968131FE458065544320120131C073F621808105B3", "akis-2", false},
    {"3B9F978131FE458065544312210031C073F62180810593", "akis-2", true},
    {"3B9F978131FE4580655443D2210831C073F6218081055B", "akis-2", true},
    {"3B9F978131FE4580655443D3228231C073F621808105D3", "akis-2", true},
    {"3B9F978131FE4580655443D3230231C073F62180810552", "akis-2", true},
};

static void test_listed_atrs(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof listed / sizeof listed[0]; i++) {
        uint8_t bytes[40];
        size_t length = bytes_of(listed[i].atr, bytes);
        const kp_profile *row = kp_profile_for_atr(NULL, bytes, length);
        kp_atr parsed;
        if (listed[i].row == NULL)
            assert_null(row);
        else
            assert_string_equal(row == NULL ? "none" : row->name, listed[i].row);
        assert_true(kp_atr_parse(bytes, length, &parsed));
        assert_true(parsed.has_check);
        assert_int_equal(parsed.check_ok, listed[i].check_ok);
    }
}

/* Interface bytes and check byte may differ; historical bytes may not. */
static void test_only_historical_bytes_count(void **state)
{
    (void)state;
    uint8_t bytes[40];
    size_t length = bytes_of("3B9F978131FE4580655443D3228231C073F621808105D3", bytes);
    bytes[2] = 0x11;
    bytes[length - 1] = 0x00;
    assert_non_null(kp_profile_for_atr(NULL, bytes, length));
    assert_non_null(kp_profile_for_atr(NULL, bytes, length - 1));
    for (size_t i = 7; i < length - 1; i++) {
        bool open = (i >= 11 && i <= 13) || i == length - 2;
        bytes[i] ^= 0x01;
        assert_int_equal(kp_profile_for_atr(NULL, bytes, length) != NULL, open);
        bytes[i] ^= 0x01;
    }
}

static void test_atrs_that_are_none(void **state)
{
    (void)state;
    static const char *const rows[] = {"",
                                       "3B",
                                       "3C00",
                                       "3B9F",
                                       "3B9F9781",
                                       "3BF011",
                                       "3B9F978131FE4580655443D3228231C073F6218081",
                                       "3B80808080"};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t bytes[40];
        kp_atr parsed;
        assert_false(kp_atr_parse(bytes, bytes_of(rows[i], bytes), &parsed));
        assert_null(kp_profile_for_atr(NULL, bytes, bytes_of(rows[i], bytes)));
    }
    kp_atr parsed;
    assert_false(kp_atr_parse(NULL, 0, &parsed));
}

static void test_proof(void **state)
{
    (void)state;
    const kp_profile *one = kp_profile_by_name("akis-1"), *two = kp_profile_by_name("akis-2");
    assert_non_null(one);
    assert_non_null(two);
    assert_null(kp_profile_by_name("akis-3"));
    assert_null(kp_profile_by_name(NULL));
    assert_int_equal(kp_profile_proof(one, KP_OP_VERIFY), KP_KNOWN);
    assert_int_equal(kp_profile_proof(one, KP_OP_CHANGE), KP_KNOWN);
    assert_int_equal(kp_profile_proof(one, KP_OP_RESET_BY_CRYPTOGRAM), KP_UNKNOWN);
    assert_int_equal(kp_profile_proof(two, KP_OP_VERIFY), KP_CANDIDATE);
    assert_int_equal(kp_profile_proof(two, KP_OP_CHANGE), KP_CANDIDATE);
    assert_int_equal(kp_profile_proof(two, KP_OP_RESET_BY_CRYPTOGRAM), KP_CANDIDATE);
}

static void test_operation_names(void **state)
{
    (void)state;
    assert_int_equal(kp_card_operation_by_name("reset-by-cryptogram"), KP_OP_RESET_BY_CRYPTOGRAM);
    assert_int_equal(kp_card_operation_by_name("verify"), KP_OP_VERIFY);
    assert_int_equal(kp_card_operation_by_name("change"), KP_OP_CHANGE);
    assert_int_equal(kp_card_operation_by_name("reset-by-puk"), 0);
    assert_int_equal(kp_card_operation_by_name(NULL), 0);
    assert_string_equal(kp_card_operation_name(KP_OP_RESET_BY_CRYPTOGRAM), "reset-by-cryptogram");
}

/* No form of a row is on the never-send list, and none names a PUK. */
static void test_rows_keep_to_the_never_send_list(void **state)
{
    (void)state;
    static const char *const names[] = {"akis-1", "akis-1.1", "akis-2"};
    const uint8_t data[8] = {0};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const kp_profile *row = kp_profile_by_name(names[i]);
        assert_non_null(row);
        const kp_form forms[] = {row->verify, row->change, row->reset_after_authentication,
                                 row->external_authenticate};
        for (size_t k = 0; k < 4; k++) {
            kp_command command = {forms[k].cla, forms[k].ins, forms[k].p1, forms[k].p2,
                                  data,         sizeof data,  KP_LE_NONE,  true};
            if (forms[k].proof != KP_UNKNOWN)
                assert_false(kp_never_send(&command));
        }
    }
}

/* VERIFY without data, which a row may call known: of a PIN, never of a PUK. */
static void test_no_row_lets_a_question_about_a_puk_pass(void **state)
{
    (void)state;
    for (unsigned int p2 = 0; p2 < 256; p2++) {
        kp_profile row = *kp_profile_by_name("akis-2");
        row.counters = KP_COUNTER_VERIFY_QUESTION;
        row.tries_question = (kp_form){0x00, 0x20, 0x00, (uint8_t)p2, KP_KNOWN};
        row.logout = KP_LOGOUT_COMMAND;
        row.logout_command = (kp_form){0x00, 0x20, 0xFF, (uint8_t)p2, KP_KNOWN};
        const bool puk = p2 == 0x00 || (p2 & 0x1F) == 0x02;
        const kp_command question = {.ins = 0x20, .p2 = (uint8_t)p2, .le = KP_LE_NONE};
        const kp_command logout = {.ins = 0x20, .p1 = 0xFF, .p2 = (uint8_t)p2, .le = KP_LE_NONE};
        assert_int_equal(kp_profile_permits(&row, &question), !puk);
        assert_int_equal(kp_profile_permits(&row, &logout), !puk);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_listed_atrs),
        cmocka_unit_test(test_only_historical_bytes_count),
        cmocka_unit_test(test_atrs_that_are_none),
        cmocka_unit_test(test_proof),
        cmocka_unit_test(test_operation_names),
        cmocka_unit_test(test_rows_keep_to_the_never_send_list),
        cmocka_unit_test(test_no_row_lets_a_question_about_a_puk_pass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
