/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_pin_verify.c: which bytes kamupin_pin_verify sends, in which order, and above all when it
   sends none. Both ends are this project's: tests/integration has a real pcscd between them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <pin/work.h>

#include "pin_bench.h"

#define VERIFY_V1 "00 20 00 80 06 313233343536"
#define VERIFY_V2 "00 20 00 81 06 313233343536"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* One verify of "123456" on a scripted card. */
static kamupin_status verify(kp_bench *bench, unsigned int risk)
{
    kamupin_secret *pin = kp_bench_secret(bench, KAMUPIN_SECRET_PIN, "123456");
    kamupin_status status = kamupin_pin_verify(&bench->card, pin, risk);

    kamupin_secret_free(&pin);
    assert_int_equal(bench->card.error.status, status);
    return status;
}

static void test_right_v1(void **state)
{
    (void)state;
    kp_bench bench;
    kp_bench_open(&bench, "akis-1", -1);
    unsigned int commands = kp_bench_confirm(&bench);
    commands += kp_bench_tries(&bench, 3);
    kp_bench_expect(&bench, VERIFY_V1, "9000");
    commands += kp_bench_logout(&bench);
    assert_int_equal(verify(&bench, KAMUPIN_RISK_NONE), KAMUPIN_OK);
    assert_int_equal(kp_bench_sent(&bench), commands + 1);
    kp_bench_close(&bench);
}

static void test_right_v2(void **state)
{
    (void)state;
    kp_bench bench;
    kp_bench_open(&bench, "akis-2", 3);
    assert_int_equal(kp_bench_confirm(&bench), 4);
    assert_int_equal(kp_bench_tries(&bench, 2), 1);
    kp_bench_expect(&bench, VERIFY_V2, "9000");
    assert_int_equal(kp_bench_logout(&bench), 2);
    assert_int_equal(verify(&bench, KAMUPIN_RISK_UNPROVEN), KAMUPIN_OK);
    assert_int_equal(kp_bench_sent(&bench), 8);
    kp_bench_close(&bench);
}

/* Every status word: sent once, judged, logged out. */
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
        {"63CF", 0x63CF, KAMUPIN_E_PIN_WRONG, 15},    {"63C0", 0x63C0, KAMUPIN_E_PIN_BLOCKED, 0},
        {"6983", 0x6983, KAMUPIN_E_PIN_BLOCKED, 0},   {"6984", 0x6984, KAMUPIN_E_PIN_BLOCKED, 0},
        {"6982", 0x6982, KAMUPIN_E_CARD_REFUSED, -1}, {"6A88", 0x6A88, KAMUPIN_E_CARD_REFUSED, -1},
        {"6300", 0x6300, KAMUPIN_E_PIN_WRONG, -1},    {"6700", 0x6700, KAMUPIN_E_CARD_REFUSED, -1},
        {"6F00", 0x6F00, KAMUPIN_E_CARD_REFUSED, -1}, {"6C06", 0x6C06, KAMUPIN_E_CARD_REFUSED, -1},
        {"9001", 0x9001, KAMUPIN_E_CARD_REFUSED, -1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        kp_bench bench;
        kp_bench_open(&bench, "akis-2", 3);
        kp_bench_confirm(&bench);
        kp_bench_tries(&bench, 3);
        kp_bench_expect(&bench, VERIFY_V2, cases[i].reply);
        kp_bench_logout(&bench);
        assert_int_equal(verify(&bench, KAMUPIN_RISK_UNPROVEN), cases[i].status);
        assert_int_equal(bench.card.error.status_word, cases[i].sw);
        assert_int_equal(bench.card.error.tries_left, cases[i].tries_left);
        assert_int_equal(bench.card.error.origin, KAMUPIN_FROM_CARD);
        kp_bench_close(&bench);
    }
}

#define COUNTER(n) "700CBF810108A0069A01039B01" #n "9000"

/* What the guard reads decides whether VERIFY is sent. */
static void test_guard(void **state)
{
    (void)state;
    static const struct {
        const char *counter; /* the answer to the read */
        int puk_left;
        unsigned int risk;
        kamupin_status status; /* ok: VERIFY is sent */
        int tries_left;
    } cases[] = {
        {COUNTER(02), 3, 0, KAMUPIN_OK, -1},
        {COUNTER(01), 3, 0, KAMUPIN_E_PIN_LAST_TRY, 1},
        {COUNTER(01), 3, KAMUPIN_RISK_UNKNOWN_TRIES, KAMUPIN_E_PIN_LAST_TRY, 1},
        {COUNTER(01), 3, KAMUPIN_RISK_LAST_TRY, KAMUPIN_OK, -1},
        {COUNTER(00), 3, 5, KAMUPIN_E_PIN_BLOCKED, 0},
        {COUNTER(00), 0, 5, KAMUPIN_E_CARD_DEAD, 0},
        {COUNTER(00), -1, 5, KAMUPIN_E_PIN_BLOCKED, 0},
        {COUNTER(03), 0, 0, KAMUPIN_OK, -1}, /* without a PUK a known PIN still works */
        {"6A88", 3, 5, KAMUPIN_E_PIN_NOT_SET, -1},
        {"6D00", 3, KAMUPIN_RISK_LAST_TRY, KAMUPIN_E_PIN_TRIES_UNKNOWN, -1},
        {"6D00", 3, KAMUPIN_RISK_UNKNOWN_TRIES, KAMUPIN_OK, -1},
        {"9000", 3, 0, KAMUPIN_E_PIN_TRIES_UNKNOWN, -1},
        {COUNTER(04), 3, 0, KAMUPIN_E_PIN_TRIES_UNKNOWN, -1}, /* more than the maximum */
        {"700CBF810208A0069A01039B01039000", 3, 0, KAMUPIN_E_PIN_TRIES_UNKNOWN, -1}, /* the PUK's */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        kp_bench bench;
        kp_bench_open(&bench, "akis-2", cases[i].puk_left);
        kp_bench_confirm(&bench);
        kp_bench_tries_reply(&bench, cases[i].counter);
        if (cases[i].status == KAMUPIN_OK)
            kp_bench_expect(&bench, VERIFY_V2, "9000");
        kp_bench_logout(&bench);
        assert_int_equal(verify(&bench, KAMUPIN_RISK_UNPROVEN | cases[i].risk), cases[i].status);
        assert_int_equal(bench.card.error.tries_left, cases[i].tries_left);
        kp_bench_close(&bench);
    }
}

static void test_guard_v1(void **state)
{
    (void)state;
    static const struct {
        const char *fcp;
        unsigned int risk;
        kamupin_status status;
    } cases[] = {
        {"6F 03 9001 02 9000", 0, KAMUPIN_OK},
        {"6F 03 9001 42 9000", 0, KAMUPIN_OK},
        {"6F 03 9001 C2 9000", 0, KAMUPIN_E_PIN_TRIES_UNKNOWN},
        {"6F 03 9001 82 9000", 0, KAMUPIN_E_PIN_LAST_TRY},
        {"6F 03 9001 82 9000", KAMUPIN_RISK_LAST_TRY, KAMUPIN_OK},
        {"6F 03 9001 00 9000", 0, KAMUPIN_E_PIN_TRIES_UNKNOWN},
        {"6F 00 9000", 0, KAMUPIN_E_PIN_TRIES_UNKNOWN},
        {"6A82", 0, KAMUPIN_E_CARD_SWAPPED}, /* which is not the card that was recognised */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        kp_bench bench;
        kp_bench_open(&bench, "akis-1", -1);
        kp_bench_confirm(&bench);
        kp_bench_tries_reply(&bench, cases[i].fcp);
        if (cases[i].status == KAMUPIN_OK)
            kp_bench_expect(&bench, VERIFY_V1, "9000");
        if (cases[i].status != KAMUPIN_E_CARD_SWAPPED)
            kp_bench_logout(&bench);
        assert_int_equal(verify(&bench, cases[i].risk), cases[i].status);
        kp_bench_close(&bench);
    }
}

static void test_refused_before_the_card(void **state)
{
    (void)state;
    static const struct {
        kamupin_secret_kind kind;
        const char *text;
        unsigned int risk;
        kamupin_status status;
    } cases[] = {
        {KAMUPIN_SECRET_PIN, "12345", 2, KAMUPIN_E_PIN_TOO_SHORT},
        {KAMUPIN_SECRET_PIN, "1234567890123", 2, KAMUPIN_E_PIN_TOO_LONG},
        {KAMUPIN_SECRET_PIN, "12345x", 2, KAMUPIN_E_PIN_NOT_DIGITS},
        {KAMUPIN_SECRET_VERIFICATION_CODE, "123456", 2, KAMUPIN_E_SECRET_KIND},
        {KAMUPIN_SECRET_SMS_CODE, "123456", 2, KAMUPIN_E_SECRET_KIND},
        {KAMUPIN_SECRET_PIN, "123456", 0, KAMUPIN_E_COMMAND_UNPROVEN},
        {KAMUPIN_SECRET_PIN, "123456", 1 | 4, KAMUPIN_E_COMMAND_UNPROVEN},
        {KAMUPIN_SECRET_PIN, "123456", 2 | 8, KAMUPIN_E_INVALID_ARGUMENT},
    };
    kp_bench bench;
    kp_bench_open(&bench, "akis-2", 3);
    for (size_t i = 0; i < COUNT(cases); i++) {
        kamupin_secret *pin = kp_bench_secret(&bench, cases[i].kind, cases[i].text);
        assert_int_equal(kamupin_pin_verify(&bench.card, pin, cases[i].risk), cases[i].status);
        assert_int_equal(bench.card.error.status, cases[i].status);
        kamupin_secret_free(&pin);
    }
    assert_int_equal(kamupin_pin_verify(&bench.card, NULL, 0), KAMUPIN_E_INVALID_ARGUMENT);
    assert_int_equal(kamupin_pin_verify(NULL, NULL, 0), KAMUPIN_E_INVALID_ARGUMENT);
    assert_int_equal(kp_bench_sent(&bench), 0);
    kp_bench_close(&bench);
}

static void test_unusable_card(void **state)
{
    (void)state;
    static const kamupin_status reasons[] = {
        KAMUPIN_E_CARD_IDENTITY_CARD, KAMUPIN_E_CARD_UNRECOGNISED, KAMUPIN_E_CARD_NO_CERTIFICATE,
        KAMUPIN_E_CARD_UNSUPPORTED};
    for (size_t i = 0; i < COUNT(reasons); i++) {
        kp_bench bench;
        kp_bench_open(&bench, "akis-2", 3);
        bench.card.identity.info.usable = reasons[i];
        assert_int_equal(verify(&bench, 1 | 2 | 4), reasons[i]);
        /* and says so before it speaks of proof */
        assert_int_equal(verify(&bench, KAMUPIN_RISK_NONE), reasons[i]);
        assert_int_equal(kp_bench_sent(&bench), 0);
        kp_bench_close(&bench);
    }
}

/* Another card in the reader: no PIN command, and no counter is asked for. */
static void test_swapped_card(void **state)
{
    (void)state;
    kp_bench bench;
    kp_bench_open(&bench, "akis-1", -1);
    kp_bench_confirm(&bench);
    strcpy(bench.card.identity.info.serial, "FF02030405060708090A0B0C");
    assert_int_equal(verify(&bench, 0), KAMUPIN_E_CARD_SWAPPED);
    kp_bench_close(&bench);
}

/* The card is pulled at each of the commands in turn: nothing is sent after that. */
static void test_removed_at_each_step(void **state)
{
    (void)state;
    for (size_t last = 0; last < 6; last++) {
        kp_bench bench;
        kp_bench_open(&bench, "akis-2", 3);
        kp_bench_confirm(&bench);
        kp_bench_tries(&bench, 3);
        kp_bench_expect(&bench, VERIFY_V2, "9000");
        kp_script_cut(&bench.script, bench.reader, last, KAMUPIN_E_CARD_REMOVED, KP_THEN_REMOVE);
        assert_int_equal(verify(&bench, KAMUPIN_RISK_UNPROVEN), KAMUPIN_E_CARD_REMOVED);
        kp_bench_close(&bench);
    }
}

/* Another program reset the card before VERIFY, or its answer was lost: it is not sent again. */
static void test_reset_under_verify(void **state)
{
    (void)state;
    for (int lost = 0; lost <= 1; lost++) {
        kp_bench bench;
        kp_bench_open(&bench, "akis-2", 3);
        kp_bench_confirm(&bench);
        kp_bench_tries(&bench, 3);
        kp_bench_step(&bench, (kp_script_step){.expect = VERIFY_V2,
                                               .reply = lost ? "" : NULL,
                                               .status = KAMUPIN_E_CARD_RESET});
        kp_bench_logout(&bench);
        assert_int_equal(verify(&bench, KAMUPIN_RISK_UNPROVEN), KAMUPIN_E_CARD_RESET);
        kp_bench_close(&bench);
    }
}

/* A logout that is known and refused all the same is followed by the selection, which ends what the
   application was shown. */
static void test_a_logout_that_is_refused(void **state)
{
    (void)state;
    kp_bench bench;
    kp_bench_open(&bench, "akis-1", -1);
    kp_bench_confirm(&bench);
    kp_bench_tries(&bench, 3);
    kp_bench_expect(&bench, VERIFY_V1, "9000");
    kp_bench_expect(&bench, "80 1A 00 00", "6D00");
    kp_bench_expect(&bench, "00 A4 00 00 02 3F00 00", "9000");
    kp_bench_expect(&bench, "00 A4 00 00 02 3F00 00", "9000");
    kp_bench_expect(&bench, "00 A4 00 00 02 3D00 00", "9000");
    assert_int_equal(verify(&bench, 0), KAMUPIN_OK);
    kp_bench_close(&bench);
}

static void test_lock_and_cancel(void **state)
{
    (void)state;
    kp_bench bench;
    kp_lock lock = KP_LOCK_INIT;
    kp_bench_open(&bench, "akis-1", -1);
    assert_int_equal(kp_lock_take(bench.context, bench.card.identity.info.card_id, &lock, NULL),
                     KAMUPIN_OK);
    assert_int_equal(verify(&bench, 0), KAMUPIN_E_CARD_BUSY);
    kp_lock_drop(&lock);
    assert_int_equal(kamupin_cancel_new(bench.context, &bench.card.cancel, NULL), KAMUPIN_OK);
    kamupin_cancel_pull(bench.card.cancel);
    assert_int_equal(verify(&bench, 0), KAMUPIN_E_CANCELLED);
    assert_int_equal(kp_bench_sent(&bench), 0);
    kamupin_cancel_free(&bench.card.cancel);
    kp_bench_close(&bench);
}

/* The form for a caller that holds the lock: the service's word stands for the risk. */
static void test_vouched_and_locked(void **state)
{
    (void)state;
    kp_bench bench;
    kp_lock lock = KP_LOCK_INIT;
    kp_bench_open(&bench, "akis-2", 3);
    kp_bench_confirm(&bench);
    kp_bench_tries(&bench, 3);
    kp_bench_expect(&bench, VERIFY_V2, "63C2");
    kp_bench_logout(&bench);
    kamupin_secret *pin = kp_bench_secret(&bench, KAMUPIN_SECRET_PIN, "123456");
    assert_int_equal(kp_pin_lock(&bench.card, &lock), KAMUPIN_OK);
    assert_int_equal(kp_pin_verify(&bench.card, pin, 0, KP_OP_CHANGE | KP_OP_RESET_BY_CRYPTOGRAM),
                     KAMUPIN_E_COMMAND_UNPROVEN);
    assert_int_equal(kp_bench_sent(&bench), 0);
    assert_int_equal(kp_pin_verify(&bench.card, pin, 0, KP_OP_VERIFY), KAMUPIN_E_PIN_WRONG);
    kp_lock_drop(&lock);
    kamupin_secret_free(&pin);
    kp_bench_close(&bench);
}

typedef struct errand {
    kp_bench bench;
    kamupin_secret *pin;
    kamupin_status status;
} errand;

static void verify_alone(void *user)
{
    errand *it = user;

    it->status = kamupin_pin_verify(&it->bench.card, it->pin, KAMUPIN_RISK_UNPROVEN);
}

static void test_no_trace(void **state)
{
    (void)state;
    static const char *const texts[] = {"987123"};
    errand it;
    kp_bench_open(&it.bench, "akis-2", 3);
    kp_bench_confirm(&it.bench);
    kp_bench_tries(&it.bench, 3);
    kp_bench_expect(&it.bench, "00 20 00 81 06 393837313233", "63C2");
    kp_bench_logout(&it.bench);
    it.pin = kp_bench_secret(&it.bench, KAMUPIN_SECRET_PIN, "987123");
    kp_bench_leaves_no_trace(verify_alone, &it, texts, COUNT(texts));
    assert_int_equal(it.status, KAMUPIN_E_PIN_WRONG);
    kamupin_secret_free(&it.pin);
    kp_bench_close(&it.bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_right_v1),
        cmocka_unit_test(test_right_v2),
        cmocka_unit_test(test_status_words),
        cmocka_unit_test(test_guard),
        cmocka_unit_test(test_guard_v1),
        cmocka_unit_test(test_refused_before_the_card),
        cmocka_unit_test(test_unusable_card),
        cmocka_unit_test(test_swapped_card),
        cmocka_unit_test(test_removed_at_each_step),
        cmocka_unit_test(test_reset_under_verify),
        cmocka_unit_test(test_a_logout_that_is_refused),
        cmocka_unit_test(test_lock_and_cancel),
        cmocka_unit_test(test_vouched_and_locked),
        cmocka_unit_test(test_no_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
