/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_pin_reset.c: one attempt to set a PIN by an authority: the exact commands, what is made
   durable between which of them, and when nothing is sent. Card, service and journal are this
   project's here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <pin/work.h>

#include "pin_desk.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- the whole way ---- */

static void test_done(void **state)
{
    (void)state;
    static const unsigned char challenge[] = {0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7, 0xA8};
    kp_bench bench;
    kp_desk it;
    kp_evidence evidence;
    kp_desk_open_blocked(&bench, &it);
    kp_bench_expect(&bench, AUTHENTICATE, "9000");
    kp_bench_expect(&bench, RESET, "9000");
    kp_bench_logout(&bench);
    assert_int_equal(kp_desk_reset(&it, &evidence), KAMUPIN_OK);
    assert_int_equal(kp_bench_sent(&bench), 4 + 1 + 3 + 2);
    assert_int_equal(it.asked, 1);
    assert_int_equal(it.asked_at, BEFORE_IT);
    assert_int_equal(it.deadline, bench.now + KP_HOLD_MS);
    assert_int_equal(it.challenge_length, sizeof challenge);
    assert_memory_equal(it.challenge, challenge, sizeof challenge);
    assert_int_equal(it.marks, 3);
    kp_desk_expect_mark(&it, 0, BEFORE_IT, KP_AUTHENTICATION_UNKNOWN, KAMUPIN_OUTCOME_NONE, 0);
    kp_desk_expect_mark(&it, 1, BEFORE_IT + 1, KP_AUTHENTICATION_ACCEPTED, KAMUPIN_OUTCOME_UNKNOWN,
                        0);
    kp_desk_expect_mark(&it, 2, BEFORE_IT + 2, KP_AUTHENTICATION_ACCEPTED, KAMUPIN_OUTCOME_DONE, 0);
    kp_desk_expect_evidence(&evidence, KP_AUTHENTICATION_ACCEPTED, KAMUPIN_OUTCOME_DONE, 0);
    assert_int_equal(evidence.state_before, KAMUPIN_PIN_BLOCKED);
    assert_int_equal(evidence.tries_before, 0);
    kp_bench_close(&bench);
}

/* Whatever state the PIN is in, a reset is for it. */
static void test_states_before(void **state)
{
    (void)state;
    static const struct {
        const char *counter;
        int puk_left;
        kamupin_pin_state before;
        int tries;
    } cases[] = {
        {"700CBF810108A0069A01039B01039000", 3, KAMUPIN_PIN_USABLE, 3},
        {"700CBF810108A0069A01039B01019000", 2, KAMUPIN_PIN_USABLE, 1},
        {"700CBF810108A0069A01039B01009000", -1, KAMUPIN_PIN_BLOCKED, 0},
        {"6A88", 3, KAMUPIN_PIN_NOT_SET, -1},
        {"6D00", 3, KAMUPIN_PIN_UNKNOWN, -1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        kp_bench bench;
        kp_evidence evidence;
        kp_bench_open(&bench, "akis-2", cases[i].puk_left);
        kp_desk it = kp_desk_of(&bench);
        it.attempts_left = 2;
        kp_bench_confirm(&bench);
        kp_bench_tries_reply(&bench, cases[i].counter);
        kp_bench_expect(&bench, CHALLENGE, CHALLENGED);
        kp_bench_expect(&bench, AUTHENTICATE, "9000");
        kp_bench_expect(&bench, RESET, "9000");
        kp_bench_logout(&bench);
        assert_int_equal(kp_desk_reset_with(&it, KAMUPIN_RISK_UNPROVEN, 0, &evidence), KAMUPIN_OK);
        assert_int_equal(evidence.state_before, cases[i].before);
        assert_int_equal(evidence.tries_before, cases[i].tries);
        kp_bench_close(&bench);
    }
}

/* ---- refused before anything is spent ---- */

static void test_dead(void **state)
{
    (void)state;
    static const struct {
        int puk_left, pin_left;
        kamupin_status status;
        kamupin_pin_state before;
    } cases[] = {
        {0, 0, KAMUPIN_E_CARD_DEAD, KAMUPIN_PIN_DEAD},
        {0, 3, KAMUPIN_E_CARD_DEAD, KAMUPIN_PIN_USABLE},
        {1, 0, KAMUPIN_E_PUK_LAST_TRY, KAMUPIN_PIN_BLOCKED},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        kp_bench bench;
        kp_evidence evidence;
        kp_bench_open(&bench, "akis-2", cases[i].puk_left);
        kp_desk it = kp_desk_of(&bench);
        kp_bench_confirm(&bench);
        kp_bench_tries(&bench, cases[i].pin_left);
        kp_bench_logout(&bench);
        assert_int_equal(kp_desk_reset(&it, &evidence), cases[i].status);
        assert_int_equal(bench.card.error.tries_left, cases[i].puk_left);
        kp_desk_expect_evidence(&evidence, KP_AUTHENTICATION_NOT_SENT, KAMUPIN_OUTCOME_NONE, 0);
        assert_int_equal(evidence.state_before, cases[i].before);
        assert_int_equal(it.asked + it.marks, 0);
        kp_bench_close(&bench);
    }
}

static void test_refused_before_the_card(void **state)
{
    (void)state;
    static const struct {
        kamupin_secret_kind kind;
        const char *text;
        kamupin_status status;
    } cases[] = {
        {KAMUPIN_SECRET_PIN, "12345", KAMUPIN_E_PIN_TOO_SHORT},
        {KAMUPIN_SECRET_PIN, "1234567890123", KAMUPIN_E_PIN_TOO_LONG},
        {KAMUPIN_SECRET_VERIFICATION_CODE, "123456789012345", KAMUPIN_E_SECRET_KIND},
        {KAMUPIN_SECRET_VERIFICATION_CODE, "123456", KAMUPIN_E_SECRET_KIND},
        {KAMUPIN_SECRET_REPORT_TICKET, "123456", KAMUPIN_E_SECRET_KIND},
    };
    kp_bench bench;
    kp_evidence evidence;
    kp_bench_open(&bench, "akis-2", 3);
    kp_desk it = kp_desk_of(&bench);
    const kp_authority authority = kp_desk_authority(&it);
    for (size_t i = 0; i < COUNT(cases); i++) {
        kamupin_secret *pin = kp_bench_secret(&bench, cases[i].kind, cases[i].text);
        assert_int_equal(
            kp_pin_reset(&bench.card, &authority, pin, KAMUPIN_RISK_UNPROVEN, 0, &evidence),
            cases[i].status);
        kp_desk_expect_evidence(&evidence, KP_AUTHENTICATION_NOT_SENT, KAMUPIN_OUTCOME_NONE, 0);
        kamupin_secret_free(&pin);
    }
    unsigned int others = KP_OP_VERIFY | KP_OP_CHANGE;
    assert_int_equal(kp_desk_reset_with(&it, 1 | 4, others, &evidence), KAMUPIN_E_COMMAND_UNPROVEN);
    bench.card.identity.info.usable = KAMUPIN_E_CARD_IDENTITY_CARD;
    assert_int_equal(kp_desk_reset(&it, &evidence), KAMUPIN_E_CARD_IDENTITY_CARD);
    assert_int_equal(it.asked + it.marks + kp_bench_sent(&bench), 0);
    kp_bench_close(&bench);
}

/* Nothing public says how v1.0 is unblocked: no option makes it try. */
static void test_unknown_form(void **state)
{
    (void)state;
    kp_bench bench;
    kp_evidence evidence;
    kp_bench_open(&bench, "akis-1", -1);
    kp_desk it = kp_desk_of(&bench);
    assert_int_equal(kp_desk_reset_with(&it, 1 | 2 | 4, KP_OP_RESET_BY_CRYPTOGRAM, &evidence),
                     KAMUPIN_E_COMMAND_UNKNOWN);
    assert_int_equal(kp_bench_sent(&bench), 0);
    kp_bench_close(&bench);
}

static void test_bad_challenge(void **state)
{
    (void)state;
    static const struct {
        const char *reply;
        kamupin_status status;
        unsigned int sw;
    } cases[] = {
        {"A1A2A3A4 9000", KAMUPIN_E_CARD_REPLY_MALFORMED, 0},
        {"9000", KAMUPIN_E_CARD_REPLY_MALFORMED, 0},
        {"A1A2A3A4A5A6A7A8A9 9000", KAMUPIN_E_CARD_REPLY_MALFORMED, 0},
        {"A1A2A3A4A5A6A7A8 6282", KAMUPIN_E_CARD_REFUSED, 0x6282},
        {"6D00", KAMUPIN_E_CARD_REFUSED, 0x6D00},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        kp_bench bench;
        kp_evidence evidence;
        kp_bench_open(&bench, "akis-2", 3);
        kp_desk it = kp_desk_of(&bench);
        kp_bench_confirm(&bench);
        kp_bench_tries(&bench, 0);
        kp_bench_expect(&bench, CHALLENGE, cases[i].reply);
        kp_bench_logout(&bench);
        assert_int_equal(kp_desk_reset(&it, &evidence), cases[i].status);
        kp_desk_expect_evidence(&evidence, KP_AUTHENTICATION_NOT_SENT, KAMUPIN_OUTCOME_NONE,
                                cases[i].sw);
        assert_int_equal(it.asked + it.marks, 0);
        kp_bench_close(&bench);
    }
}

/* ---- the authority ---- */

/* Everything after which the cryptogram is thrown away unsent, and no mark is written. */
static void test_unsent(void **state)
{
    (void)state;
    static const struct {
        kamupin_status answers;
        int attempts_left;
        size_t cryptogram_length;
        int64_t takes_ms;
        bool cancel;
        kamupin_status status;
        int tries_left;
    } cases[] = {
        {KAMUPIN_E_NETWORK_TIMEOUT, 3, 16, 0, false, KAMUPIN_E_NETWORK_TIMEOUT, -1},
        {KAMUPIN_E_AUTHORITY_LIMIT, 3, 16, 0, false, KAMUPIN_E_AUTHORITY_LIMIT, -1},
        {KAMUPIN_OK, 1, 16, 0, false, KAMUPIN_E_AUTHORITY_EXHAUSTED, 1},
        {KAMUPIN_OK, 0, 16, 0, false, KAMUPIN_E_AUTHORITY_EXHAUSTED, 0},
        {KAMUPIN_OK, -1, 16, 0, false, KAMUPIN_E_AUTHORITY_EXHAUSTED, -1},
        {KAMUPIN_OK, 3, 0, 0, false, KAMUPIN_E_SERVICE_REPLY_MALFORMED, -1},
        {KAMUPIN_OK, 3, 256, 0, false, KAMUPIN_E_SERVICE_REPLY_MALFORMED, -1},
        {KAMUPIN_OK, 3, 16, KP_HOLD_MS + 1, false, KAMUPIN_E_NETWORK_TIMEOUT, -1},
        {KAMUPIN_OK, 3, 16, 0, true, KAMUPIN_E_CANCELLED, -1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        kp_bench bench;
        kp_desk it;
        kp_evidence evidence;
        kp_desk_open_blocked(&bench, &it);
        it.answers = cases[i].answers;
        it.attempts_left = cases[i].attempts_left;
        it.cryptogram_length = cases[i].cryptogram_length;
        it.takes_ms = cases[i].takes_ms;
        it.pulls_cancel = cases[i].cancel;
        assert_int_equal(kamupin_cancel_new(bench.context, &bench.card.cancel, NULL), KAMUPIN_OK);
        kp_bench_logout(&bench);
        assert_int_equal(kp_desk_reset(&it, &evidence), cases[i].status);
        assert_int_equal(bench.card.error.tries_left, cases[i].tries_left);
        kp_desk_expect_evidence(&evidence, KP_AUTHENTICATION_NOT_SENT, KAMUPIN_OUTCOME_NONE, 0);
        assert_int_equal(it.asked, 1);
        assert_int_equal(it.marks, 0);
        kamupin_cancel_free(&bench.card.cancel);
        kp_bench_close(&bench);
    }
}

/* The whole of the time may be used. */
static void test_just_in_time(void **state)
{
    (void)state;
    kp_bench bench;
    kp_desk it;
    kp_evidence evidence;
    kp_desk_open_blocked(&bench, &it);
    it.takes_ms = KP_HOLD_MS;
    kp_bench_expect(&bench, AUTHENTICATE, "9000");
    kp_bench_expect(&bench, RESET, "9000");
    kp_bench_logout(&bench);
    assert_int_equal(kp_desk_reset(&it, &evidence), KAMUPIN_OK);
    kp_bench_close(&bench);
}

/* ---- the journal ---- */

static void test_first_mark_fails(void **state)
{
    (void)state;
    kp_bench bench;
    kp_desk it;
    kp_evidence evidence;
    kp_desk_open_blocked(&bench, &it);
    it.failing_mark = 1;
    kp_bench_logout(&bench);
    assert_int_equal(kp_desk_reset(&it, &evidence), KAMUPIN_E_STATE_FOLDER);
    kp_desk_expect_evidence(&evidence, KP_AUTHENTICATION_NOT_SENT, KAMUPIN_OUTCOME_NONE, 0);
    assert_int_equal(it.marks, 1);
    kp_bench_close(&bench);
}

static void test_second_mark_fails(void **state)
{
    (void)state;
    kp_bench bench;
    kp_desk it;
    kp_evidence evidence;
    kp_desk_open_blocked(&bench, &it);
    it.failing_mark = 2;
    kp_bench_expect(&bench, AUTHENTICATE, "9000");
    kp_bench_logout(&bench); /* and no new PIN */
    assert_int_equal(kp_desk_reset(&it, &evidence), KAMUPIN_E_STATE_FOLDER);
    kp_desk_expect_evidence(&evidence, KP_AUTHENTICATION_ACCEPTED, KAMUPIN_OUTCOME_NONE, 0);
    assert_int_equal(it.marks, 2);
    kp_bench_close(&bench);
}

/* What the card has decided stays so, on disk or not. */
static void test_last_mark_fails(void **state)
{
    (void)state;
    kp_bench bench;
    kp_desk it;
    kp_evidence evidence;
    kp_desk_open_blocked(&bench, &it);
    it.failing_mark = 3;
    kp_bench_expect(&bench, AUTHENTICATE, "9000");
    kp_bench_expect(&bench, RESET, "9000");
    kp_bench_logout(&bench);
    assert_int_equal(kp_desk_reset(&it, &evidence), KAMUPIN_OK);
    kp_desk_expect_evidence(&evidence, KP_AUTHENTICATION_ACCEPTED, KAMUPIN_OUTCOME_DONE, 0);
    kp_bench_close(&bench);

    kp_desk_open_blocked(&bench, &it);
    it.failing_mark = 2;
    kp_bench_expect(&bench, AUTHENTICATE, "6982");
    kp_bench_logout(&bench);
    assert_int_equal(kp_desk_reset(&it, &evidence), KAMUPIN_E_AUTHENTICATION_REFUSED);
    kp_bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_done),
        cmocka_unit_test(test_states_before),
        cmocka_unit_test(test_dead),
        cmocka_unit_test(test_refused_before_the_card),
        cmocka_unit_test(test_unknown_form),
        cmocka_unit_test(test_bad_challenge),
        cmocka_unit_test(test_unsent),
        cmocka_unit_test(test_just_in_time),
        cmocka_unit_test(test_first_mark_fails),
        cmocka_unit_test(test_second_mark_fails),
        cmocka_unit_test(test_last_mark_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
