/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_pin_pad.c: work at a keypad that goes in steps, which no driver of Debian's does, and orders that
   fail in every way. Both ends are this project's: tests/integration has a real driver between them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <pin/work.h>

#include "pin_bench.h"
#include "provoke.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define DIRECT "06 04 00000006 07 04 00000007"
#define STEPS                                                                                      \
    "01 04 00000001 02 04 00000002 03 04 00000003 04 04 00000004 05 04 00000005 0B 04 0000000B"
#define VERIFY_ORDER "1E 00 82 00 00 0C06 02 01 1F04 00 000000 05000000 00200081 00"
#define CHANGE_ORDER "1E 00 82 00 00 00 00 0C06 03 02 03 1F04 00 01 02 000000 05000000 00240081 00"

enum { VERIFY_START = 1, VERIFY_FINISH, MODIFY_START, MODIFY_FINISH, KEY, VERIFY, MODIFY };
enum { FEATURES = 0, ABORT = 0x0B };

static void control(kp_bench *bench, unsigned long code, const char *data, const char *reply)
{
    kp_script_control(&bench->script, bench->reader, code, data, reply, KAMUPIN_OK, false);
}

/* A v2.x card in a reader with these features, up to the order. */
static void open_at(kp_bench *bench, const char *features)
{
    kp_bench_open(bench, "akis-2", 3);
    kp_script_give_control(&bench->script);
    kp_bench_confirm(bench);
    control(bench, FEATURES, "", features);
}

static void test_in_one(void **state)
{
    (void)state;
    kp_bench bench;
    open_at(&bench, DIRECT);
    kp_bench_tries(&bench, 3);
    control(&bench, VERIFY, VERIFY_ORDER, "9000");
    kp_bench_logout(&bench);
    assert_int_equal(kamupin_pad_verify(&bench.card, NULL, KAMUPIN_RISK_UNPROVEN), KAMUPIN_OK);
    kp_bench_close(&bench);
}

static void test_verify_in_steps(void **state)
{
    (void)state;
    kp_bench bench;
    open_at(&bench, STEPS);
    kp_bench_tries(&bench, 3);
    control(&bench, VERIFY_START, VERIFY_ORDER, "");
    control(&bench, KEY, "", "00");
    control(&bench, KEY, "", "2B");
    control(&bench, KEY, "", "0D");
    control(&bench, VERIFY_FINISH, "", "63C1");
    kp_bench_logout(&bench);
    assert_int_equal(kamupin_pad_verify(&bench.card, NULL, KAMUPIN_RISK_UNPROVEN),
                     KAMUPIN_E_PIN_WRONG);
    assert_int_equal(bench.card.error.tries_left, 1);
    kp_bench_close(&bench);
}

/* The confirming key ends an entry only after the third PIN. */
static void test_change_in_steps(void **state)
{
    (void)state;
    kp_bench bench;
    open_at(&bench, STEPS);
    kp_bench_tries(&bench, 3);
    control(&bench, MODIFY_START, CHANGE_ORDER, "");
    for (int i = 0; i < 3; i++)
        control(&bench, KEY, "", "0D");
    control(&bench, MODIFY_FINISH, "", "9000");
    kp_bench_logout(&bench);
    assert_int_equal(kamupin_pad_change(&bench.card, NULL, KAMUPIN_RISK_UNPROVEN), KAMUPIN_OK);
    kp_bench_close(&bench);
}

static void pull(void *user)
{
    kamupin_cancel_pull(user);
}

static void test_cancel_before_the_order(void **state)
{
    (void)state;
    kp_bench bench;
    open_at(&bench, STEPS);
    kamupin_cancel *cancel = NULL;
    assert_int_equal(kamupin_cancel_new(bench.context, &cancel, NULL), KAMUPIN_OK);
    bench.card.cancel = cancel;
    kamupin_pad_options options = KAMUPIN_PAD_OPTIONS_INIT;
    options.typing = pull;
    options.user = cancel;
    kp_bench_tries(&bench, 3);
    kp_bench_logout(&bench);
    assert_int_equal(kamupin_pad_verify(&bench.card, &options, KAMUPIN_RISK_UNPROVEN),
                     KAMUPIN_E_CANCELLED);
    bench.card.cancel = NULL;
    kamupin_cancel_free(&cancel);
    kp_bench_close(&bench);
}

/* A reader at which somebody pulls the handle when the first key is asked for. */
static struct {
    kamupin_cancel *cancel;
    kamupin_reader_answer (*control)(void *connection, unsigned long code, const unsigned char *in,
                                     size_t in_length, unsigned char *out, size_t *out_length);
} pulling;

static kamupin_reader_answer pull_at_key(void *connection, unsigned long code,
                                         const unsigned char *in, size_t in_length,
                                         unsigned char *out, size_t *out_length)
{
    if (code == KEY)
        kamupin_cancel_pull(pulling.cancel);
    return pulling.control(connection, code, in, in_length, out, out_length);
}

/* The reader is told to abort, and its last word is taken. */
static void test_cancel_ends_an_entry_in_steps(void **state)
{
    (void)state;
    kp_bench bench;
    open_at(&bench, STEPS);
    assert_int_equal(kamupin_cancel_new(bench.context, &pulling.cancel, NULL), KAMUPIN_OK);
    bench.card.cancel = pulling.cancel;
    pulling.control = bench.script.backend.control;
    bench.script.backend.control = pull_at_key;
    kp_bench_tries(&bench, 3);
    control(&bench, VERIFY_START, VERIFY_ORDER, "");
    control(&bench, KEY, "", "2B");
    control(&bench, ABORT, "", "");
    control(&bench, VERIFY_FINISH, "", "6401");
    kp_bench_logout(&bench);
    assert_int_equal(kamupin_pad_verify(&bench.card, NULL, KAMUPIN_RISK_UNPROVEN),
                     KAMUPIN_E_CANCELLED);
    bench.card.cancel = NULL;
    kamupin_cancel_free(&pulling.cancel);
    kp_bench_close(&bench);
}

static void test_keys_that_end_an_entry(void **state)
{
    (void)state;
    static const struct {
        const char *key, *word;
        kamupin_status status;
    } cases[] = {{"1B", "6401", KAMUPIN_E_CANCELLED},
                 {"0E", "6400", KAMUPIN_E_TIMED_OUT},
                 {"40", "6401", KAMUPIN_E_CANCELLED}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        kp_bench bench;
        open_at(&bench, STEPS);
        kp_bench_tries(&bench, 3);
        control(&bench, MODIFY_START, CHANGE_ORDER, "");
        control(&bench, KEY, "", cases[i].key);
        control(&bench, MODIFY_FINISH, "", cases[i].word);
        kp_bench_logout(&bench);
        assert_int_equal(kamupin_pad_change(&bench.card, NULL, KAMUPIN_RISK_UNPROVEN),
                         cases[i].status);
        kp_bench_close(&bench);
    }
}

static void test_words_of_the_reader(void **state)
{
    (void)state;
    static const struct {
        const char *word;
        kamupin_status status;
    } cases[] = {{"6400", KAMUPIN_E_TIMED_OUT},           {"6401", KAMUPIN_E_CANCELLED},
                 {"6402", KAMUPIN_E_PIN_MISMATCH},        {"6403", KAMUPIN_E_PIN_PAD_LENGTH},
                 {"6B80", KAMUPIN_E_PIN_PAD_UNSUPPORTED}, {"6983", KAMUPIN_E_PIN_BLOCKED},
                 {"6982", KAMUPIN_E_CARD_REFUSED}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        kp_bench bench;
        open_at(&bench, DIRECT);
        kp_bench_tries(&bench, 3);
        control(&bench, MODIFY, CHANGE_ORDER, cases[i].word);
        kp_bench_logout(&bench);
        assert_provokes(cases[i].status,
                        kamupin_pad_change(&bench.card, NULL, KAMUPIN_RISK_UNPROVEN));
        kp_bench_close(&bench);
    }
}

/* Every way for an order to fail: it is given once, and the card is logged out where it may be there. */
static void test_orders_that_fail(void **state)
{
    (void)state;
    static const struct {
        const char *reply;
        kamupin_status answer;
        bool unsent;
        kamupin_status status;
    } cases[] = {{"90", KAMUPIN_OK, false, KAMUPIN_E_PIN_PAD_FAILED},
                 {"", KAMUPIN_OK, false, KAMUPIN_E_PIN_PAD_FAILED},
                 {NULL, KAMUPIN_E_CARD_RESET, false, KAMUPIN_E_PIN_PAD_FAILED},
                 {NULL, KAMUPIN_E_READER_FAILED, false, KAMUPIN_E_PIN_PAD_FAILED},
                 {NULL, KAMUPIN_E_TIMED_OUT, false, KAMUPIN_E_PIN_PAD_FAILED},
                 {NULL, KAMUPIN_E_CANCELLED, false, KAMUPIN_E_PIN_PAD_FAILED},
                 {NULL, KAMUPIN_E_CARD_RESET, true, KAMUPIN_E_CARD_RESET},
                 {NULL, KAMUPIN_E_CARD_REMOVED, false, KAMUPIN_E_CARD_REMOVED},
                 {NULL, KAMUPIN_E_PIN_PAD_UNSUPPORTED, false, KAMUPIN_E_PIN_PAD_UNSUPPORTED},
                 {NULL, KAMUPIN_E_READER_SERVICE_DOWN, false, KAMUPIN_E_READER_SERVICE_DOWN}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        kp_bench bench;
        open_at(&bench, DIRECT);
        kp_bench_tries(&bench, 3);
        kp_script_control(&bench.script, bench.reader, MODIFY, CHANGE_ORDER, cases[i].reply,
                          cases[i].answer, cases[i].unsent);
        kp_bench_logout(&bench);
        assert_int_equal(kamupin_pad_change(&bench.card, NULL, KAMUPIN_RISK_UNPROVEN),
                         cases[i].status);
        kp_bench_close(&bench);
    }
}

/* What was begun in steps and then failed is not said to be "nothing was sent". */
static void test_a_finish_that_fails(void **state)
{
    (void)state;
    kp_bench bench;
    open_at(&bench, "01 04 00000001 02 04 00000002");
    kp_bench_tries(&bench, 3);
    control(&bench, VERIFY_START, VERIFY_ORDER, "");
    kp_script_control(&bench.script, bench.reader, VERIFY_FINISH, "", NULL,
                      KAMUPIN_E_PIN_PAD_UNSUPPORTED, false);
    kp_bench_logout(&bench);
    assert_provokes(KAMUPIN_E_PIN_PAD_FAILED,
                    kamupin_pad_verify(&bench.card, NULL, KAMUPIN_RISK_UNPROVEN));
    kp_bench_close(&bench);
}

static void test_readers_without_a_keypad(void **state)
{
    (void)state;
    static const char *const features[] = {"", "13 04 00000013", "06 02 0006", "01 04 00000001"};
    for (size_t i = 0; i < COUNT(features); i++) {
        kp_bench bench;
        open_at(&bench, features[i]);
        kp_bench_logout(&bench);
        assert_provokes(KAMUPIN_E_PIN_PAD_UNSUPPORTED,
                        kamupin_pad_verify(&bench.card, NULL, KAMUPIN_RISK_UNPROVEN));
        kp_bench_close(&bench);
    }
    kp_bench bench; /* a backend without `control` */
    kp_bench_open(&bench, "akis-2", 3);
    kp_bench_confirm(&bench);
    kp_bench_logout(&bench);
    assert_int_equal(kamupin_pad_verify(&bench.card, NULL, KAMUPIN_RISK_UNPROVEN),
                     KAMUPIN_E_PIN_PAD_UNSUPPORTED);
    kamupin_pad_info info = KAMUPIN_PAD_INFO_INIT;
    assert_int_equal(kamupin_pad_read(&bench.card, NULL, &info), KAMUPIN_OK);
    assert_false(info.verify || info.change || info.wants_digits);
    kp_bench_close(&bench);
}

static void test_the_guard_comes_first(void **state)
{
    (void)state;
    kp_bench bench;
    open_at(&bench, DIRECT);
    kp_bench_tries(&bench, 1);
    kp_bench_logout(&bench);
    assert_int_equal(kamupin_pad_verify(&bench.card, NULL, KAMUPIN_RISK_UNPROVEN),
                     KAMUPIN_E_PIN_LAST_TRY);
    kp_bench_close(&bench);
}

static void test_what_breaks_the_contract(void **state)
{
    (void)state;
    kp_bench bench;
    kp_bench_open(&bench, "akis-2", 3);
    kamupin_pad_quirks quirks = {sizeof quirks, 0x80, 0, 0};
    kamupin_pad_options good = KAMUPIN_PAD_OPTIONS_INIT;
    kamupin_pad_options bad[] = {good, good, good, good, good};
    bad[0].size = 1;
    bad[1].digits = 16;
    bad[2].timeout_seconds = 121;
    bad[3].language = 0x10000;
    bad[4].quirks = &quirks;
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_provokes(KAMUPIN_E_INVALID_ARGUMENT,
                        kamupin_pad_verify(&bench.card, &bad[i], KAMUPIN_RISK_NONE));
    assert_int_equal(kamupin_pad_read(&bench.card, NULL, NULL), KAMUPIN_E_INVALID_ARGUMENT);
    assert_int_equal(kamupin_pad_change(NULL, NULL, 0), KAMUPIN_E_INVALID_ARGUMENT);
    assert_int_equal(kamupin_pad_change(&bench.card, NULL, 0x80), KAMUPIN_E_INVALID_ARGUMENT);
    kp_bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_in_one),
        cmocka_unit_test(test_verify_in_steps),
        cmocka_unit_test(test_change_in_steps),
        cmocka_unit_test(test_cancel_before_the_order),
        cmocka_unit_test(test_cancel_ends_an_entry_in_steps),
        cmocka_unit_test(test_keys_that_end_an_entry),
        cmocka_unit_test(test_words_of_the_reader),
        cmocka_unit_test(test_orders_that_fail),
        cmocka_unit_test(test_a_finish_that_fails),
        cmocka_unit_test(test_readers_without_a_keypad),
        cmocka_unit_test(test_the_guard_comes_first),
        cmocka_unit_test(test_what_breaks_the_contract),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
