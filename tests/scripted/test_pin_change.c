/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_pin_change.c: which bytes kamupin_pin_change sends, in which order, and when it sends none.
   Both ends are this project's: tests/integration has a real pcscd between them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <pin/work.h>

#include "pin_bench.h"

#define CHANGE_V1 "00 24 02 00 10 06313233343536 08 3938373635343332"
#define CHANGE_V2 "00 24 00 81 0E 313233343536 3938373635343332"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static kamupin_status change_from(kp_bench *bench, const char *old_text, const char *new_text,
                                  const char *again_text, unsigned int risk)
{
    kamupin_secret *old_pin = kp_bench_secret(bench, KAMUPIN_SECRET_PIN, old_text);
    kamupin_secret *new_pin = kp_bench_secret(bench, KAMUPIN_SECRET_PIN, new_text);
    kamupin_secret *again = kp_bench_secret(bench, KAMUPIN_SECRET_PIN, again_text);
    kamupin_status status = kamupin_pin_change(&bench->card, old_pin, new_pin, again, risk);

    kamupin_secret_free(&old_pin);
    kamupin_secret_free(&new_pin);
    kamupin_secret_free(&again);
    assert_int_equal(bench->card.error.status, status);
    return status;
}

/* One change from "123456" to "98765432". */
static kamupin_status change(kp_bench *bench, unsigned int risk)
{
    return change_from(bench, "123456", "98765432", "98765432", risk);
}

static void test_changed_v1(void **state)
{
    (void)state;
    kp_bench bench;
    kp_bench_open(&bench, "akis-1", -1);
    unsigned int commands = kp_bench_confirm(&bench);
    commands += kp_bench_tries(&bench, 3);
    kp_bench_expect(&bench, CHANGE_V1, "9000");
    commands += kp_bench_logout(&bench);
    assert_int_equal(change(&bench, KAMUPIN_RISK_NONE), KAMUPIN_OK);
    assert_int_equal(kp_bench_sent(&bench), commands + 1);
    kp_bench_close(&bench);
}

static void test_changed_v2(void **state)
{
    (void)state;
    kp_bench bench;
    kp_bench_open(&bench, "akis-2", 3);
    kp_bench_confirm(&bench);
    kp_bench_tries(&bench, 3);
    kp_bench_expect(&bench, CHANGE_V2, "9000");
    kp_bench_logout(&bench);
    assert_int_equal(change(&bench, KAMUPIN_RISK_UNPROVEN), KAMUPIN_OK);
    assert_int_equal(kp_bench_sent(&bench), 8);
    kp_bench_close(&bench);
}

/* Asked before a person types: reads the counter, logs out, sends nothing that could cost a try. */
static void test_ready_is_told_without_a_try(void **state)
{
    (void)state;
    static const struct {
        int tries;
        unsigned int risk;
        kamupin_status status;
    } cases[] = {{3, KAMUPIN_RISK_UNPROVEN, KAMUPIN_OK},
                 {3, KAMUPIN_RISK_NONE, KAMUPIN_E_COMMAND_UNPROVEN},
                 {1, KAMUPIN_RISK_UNPROVEN, KAMUPIN_E_PIN_LAST_TRY},
                 {0, KAMUPIN_RISK_NONE, KAMUPIN_E_PIN_BLOCKED}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        kp_bench bench;
        kp_bench_open(&bench, "akis-2", 3);
        unsigned int commands = kp_bench_confirm(&bench);
        commands += kp_bench_tries(&bench, cases[i].tries);
        commands += kp_bench_logout(&bench);
        assert_int_equal(kamupin_pin_ready(&bench.card, cases[i].risk), cases[i].status);
        assert_int_equal(kp_bench_sent(&bench), commands);
        kp_bench_close(&bench);
    }
}

/* The longest, and the same PIN again (row C17). */
static void test_lengths(void **state)
{
    (void)state;
    kp_bench bench;
    kp_bench_open(&bench, "akis-1", -1);
    kp_bench_confirm(&bench);
    kp_bench_tries(&bench, 3);
    kp_bench_expect(&bench, "00 24 02 00 1A 0C313233343536373839303132 0C313233343536373839303132",
                    "9000");
    kp_bench_logout(&bench);
    assert_int_equal(change_from(&bench, "123456789012", "123456789012", "123456789012", 0),
                     KAMUPIN_OK);
    kp_bench_close(&bench);
}

static void test_status_words(void **state)
{
    (void)state;
    static const struct {
        const char *reply;
        unsigned int sw;
        kamupin_status status;
        int tries_left;
    } cases[] = {
        {"63C2", 0x63C2, KAMUPIN_E_PIN_WRONG, 2},     {"63C1", 0x63C1, KAMUPIN_E_PIN_WRONG, 1},
        {"63C0", 0x63C0, KAMUPIN_E_PIN_BLOCKED, 0},   {"6983", 0x6983, KAMUPIN_E_PIN_BLOCKED, 0},
        {"6984", 0x6984, KAMUPIN_E_PIN_BLOCKED, 0},   {"6982", 0x6982, KAMUPIN_E_CARD_REFUSED, -1},
        {"6A80", 0x6A80, KAMUPIN_E_CARD_REFUSED, -1}, {"6D00", 0x6D00, KAMUPIN_E_CARD_REFUSED, -1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        kp_bench bench;
        kp_bench_open(&bench, "akis-1", -1);
        kp_bench_confirm(&bench);
        kp_bench_tries(&bench, 2);
        kp_bench_expect(&bench, CHANGE_V1, cases[i].reply);
        kp_bench_logout(&bench);
        assert_int_equal(change(&bench, 0), cases[i].status);
        assert_int_equal(bench.card.error.status_word, cases[i].sw);
        assert_int_equal(bench.card.error.tries_left, cases[i].tries_left);
        kp_bench_close(&bench);
    }
}

static void test_guard(void **state)
{
    (void)state;
    static const struct {
        int left;
        unsigned int risk;
        kamupin_status status;
    } cases[] = {
        {0, 5, KAMUPIN_E_PIN_BLOCKED},
        {1, 0, KAMUPIN_E_PIN_LAST_TRY},
        {1, KAMUPIN_RISK_LAST_TRY, KAMUPIN_OK},
        {2, 0, KAMUPIN_OK},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        kp_bench bench;
        kp_bench_open(&bench, "akis-2", 3);
        kp_bench_confirm(&bench);
        kp_bench_tries(&bench, cases[i].left);
        if (cases[i].status == KAMUPIN_OK)
            kp_bench_expect(&bench, CHANGE_V2, "9000");
        kp_bench_logout(&bench);
        assert_int_equal(change(&bench, KAMUPIN_RISK_UNPROVEN | cases[i].risk), cases[i].status);
        kp_bench_close(&bench);
    }
}

/* The new PIN first, then the old one; nothing is sent. */
static void test_refused_before_the_card(void **state)
{
    (void)state;
    static const struct {
        const char *old_pin, *new_pin, *again;
        kamupin_status status;
    } cases[] = {
        {"123456", "12345", "12345", KAMUPIN_E_PIN_TOO_SHORT},
        {"123456", "1234567890123", "1234567890123", KAMUPIN_E_PIN_TOO_LONG},
        {"123456", "12345a", "12345a", KAMUPIN_E_PIN_NOT_DIGITS},
        {"123456", "654321", "654322", KAMUPIN_E_PIN_MISMATCH},
        {"12345", "654321", "654322", KAMUPIN_E_PIN_MISMATCH},
        {"12345", "654321", "654321", KAMUPIN_E_PIN_TOO_SHORT},
        {"1234567890123", "654321", "654321", KAMUPIN_E_PIN_TOO_LONG},
        {"12345 ", "654321", "654321", KAMUPIN_E_PIN_NOT_DIGITS},
    };
    kp_bench bench;
    kp_bench_open(&bench, "akis-1", -1);
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(change_from(&bench, cases[i].old_pin, cases[i].new_pin, cases[i].again, 0),
                         cases[i].status);
    assert_int_equal(kp_bench_sent(&bench), 0);
    kp_bench_close(&bench);
}

static void test_kinds(void **state)
{
    (void)state;
    kp_bench bench;
    kp_bench_open(&bench, "akis-1", -1);
    kamupin_secret *pin = kp_bench_secret(&bench, KAMUPIN_SECRET_PIN, "123456");
    kamupin_secret *code = kp_bench_secret(&bench, KAMUPIN_SECRET_VERIFICATION_CODE, "123456");
    kamupin_card *card = &bench.card;
    assert_int_equal(kamupin_pin_change(card, code, pin, pin, 0), KAMUPIN_E_SECRET_KIND);
    assert_int_equal(kamupin_pin_change(card, pin, code, pin, 0), KAMUPIN_E_SECRET_KIND);
    assert_int_equal(kamupin_pin_change(card, pin, pin, code, 0), KAMUPIN_E_SECRET_KIND);
    assert_int_equal(kamupin_pin_change(card, NULL, pin, pin, 0), KAMUPIN_E_INVALID_ARGUMENT);
    assert_int_equal(kamupin_pin_change(card, pin, NULL, pin, 0), KAMUPIN_E_INVALID_ARGUMENT);
    assert_int_equal(kamupin_pin_change(card, pin, pin, NULL, 0), KAMUPIN_E_INVALID_ARGUMENT);
    assert_int_equal(kamupin_pin_change(NULL, pin, pin, pin, 0), KAMUPIN_E_INVALID_ARGUMENT);
    assert_int_equal(kp_bench_sent(&bench), 0);
    kamupin_secret_free(&pin);
    kamupin_secret_free(&code);
    kp_bench_close(&bench);
}

/* Pulled at each command, and the answer to CHANGE lost: sent once, never again. */
static void test_lost_at_each_step(void **state)
{
    (void)state;
    for (size_t last = 0; last < 6; last++) {
        kp_bench bench;
        kp_bench_open(&bench, "akis-2", 3);
        kp_bench_confirm(&bench);
        kp_bench_tries(&bench, 3);
        kp_bench_expect(&bench, CHANGE_V2, "9000");
        kp_script_cut(&bench.script, bench.reader, last, KAMUPIN_E_CARD_REMOVED, KP_THEN_REMOVE);
        assert_int_equal(change(&bench, KAMUPIN_RISK_UNPROVEN), KAMUPIN_E_CARD_REMOVED);
        kp_bench_close(&bench);
    }
    /* whatever the reader system calls it: "cancelled" would mean that nothing was sent */
    static const kp_script_step lost[] = {{.expect = CHANGE_V2, .reply = ""},
                                          {.expect = CHANGE_V2, .status = KAMUPIN_E_CANCELLED},
                                          {.expect = CHANGE_V2, .status = KAMUPIN_E_TIMED_OUT}};
    for (size_t i = 0; i < sizeof lost / sizeof lost[0]; i++) {
        kp_bench bench;
        kp_bench_open(&bench, "akis-2", 3);
        kp_bench_confirm(&bench);
        kp_bench_tries(&bench, 3);
        kp_bench_step(&bench, lost[i]);
        kp_bench_logout(&bench);
        assert_int_equal(change(&bench, KAMUPIN_RISK_UNPROVEN), KAMUPIN_E_CARD_RESET);
        kp_bench_close(&bench);
    }
}

typedef struct errand {
    kp_bench bench;
    kamupin_secret *old_pin, *new_pin;
    kamupin_status status;
} errand;

static void change_alone(void *user)
{
    errand *it = user;

    it->status = kamupin_pin_change(&it->bench.card, it->old_pin, it->new_pin, it->new_pin,
                                    KAMUPIN_RISK_UNPROVEN);
}

/* Neither PIN stays on the stack, whatever the card says. */
static void test_no_trace(void **state)
{
    (void)state;
    static const char *const replies[] = {"9000", "63C2", "6F00", ""};
    static const char *const texts[] = {"987123", "456456456"};
    for (size_t i = 0; i < COUNT(replies); i++) {
        errand it;
        kp_bench_open(&it.bench, "akis-1", 3);
        kp_bench_confirm(&it.bench);
        kp_bench_tries(&it.bench, 3);
        kp_bench_expect(&it.bench, "00 24 02 00 11 06393837313233 09343536343536343536",
                        replies[i]);
        kp_bench_logout(&it.bench);
        it.old_pin = kp_bench_secret(&it.bench, KAMUPIN_SECRET_PIN, "987123");
        it.new_pin = kp_bench_secret(&it.bench, KAMUPIN_SECRET_PIN, "456456456");
        kp_bench_leaves_no_trace(change_alone, &it, texts, COUNT(texts));
        assert_int_equal(it.status == KAMUPIN_OK, i == 0);
        assert_int_equal(kp_bench_sent(&it.bench), it.bench.script.readers[0].step_count);
        kamupin_secret_free(&it.old_pin);
        kamupin_secret_free(&it.new_pin);
        kp_bench_close(&it.bench);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_changed_v1),
        cmocka_unit_test(test_changed_v2),
        cmocka_unit_test(test_ready_is_told_without_a_try),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_status_words),
        cmocka_unit_test(test_guard),
        cmocka_unit_test(test_refused_before_the_card),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_lost_at_each_step),
        cmocka_unit_test(test_no_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
