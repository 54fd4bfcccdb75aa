/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_pin_reset_end.c: how an attempt to set a PIN by an authority ends: the card refuses, or is
   lost at any command; what the evidence then says, and what stays on the stack (nothing). Card,
   service and journal are this project's here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pin_desk.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- the card's answers ---- */

static void test_authentication_refused(void **state)
{
    (void)state;
    static const struct {
        const char *reply;
        unsigned int sw;
    } cases[] = {{"6982", 0x6982}, {"63C2", 0x63C2}, {"6300", 0x6300},
                 {"6983", 0x6983}, {"6984", 0x6984}, {"6985", 0x6985},
                 {"6A88", 0x6A88}, {"6F00", 0x6F00}, {"6C10", 0x6C10}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        kp_bench bench;
        kp_desk it;
        kp_evidence evidence;
        kp_desk_open_blocked(&bench, &it);
        kp_bench_expect(&bench, AUTHENTICATE, cases[i].reply);
        kp_bench_logout(&bench);
        assert_int_equal(kp_desk_reset(&it, &evidence), KAMUPIN_E_AUTHENTICATION_REFUSED);
        assert_int_equal(bench.card.error.status_word, cases[i].sw);
        assert_int_equal(bench.card.error.origin, KAMUPIN_FROM_CARD);
        kp_desk_expect_evidence(&evidence, KP_AUTHENTICATION_REFUSED, KAMUPIN_OUTCOME_NONE,
                                cases[i].sw);
        assert_int_equal(it.marks, 2);
        kp_desk_expect_mark(&it, 1, BEFORE_IT + 1, KP_AUTHENTICATION_REFUSED, KAMUPIN_OUTCOME_NONE,
                            cases[i].sw);
        kp_bench_close(&bench);
    }
}

static void test_new_pin_refused(void **state)
{
    (void)state;
    static const struct {
        const char *reply;
        unsigned int sw;
        kamupin_outcome outcome;
    } cases[] = {
        {"6982", 0x6982, KAMUPIN_OUTCOME_NOT_DONE}, {"6983", 0x6983, KAMUPIN_OUTCOME_NOT_DONE},
        {"6984", 0x6984, KAMUPIN_OUTCOME_NOT_DONE}, {"6A80", 0x6A80, KAMUPIN_OUTCOME_NOT_DONE},
        {"6400", 0x6400, KAMUPIN_OUTCOME_NOT_DONE}, {"6700", 0x6700, KAMUPIN_OUTCOME_NOT_DONE},
        {"6E00", 0x6E00, KAMUPIN_OUTCOME_NOT_DONE}, {"6581", 0x6581, KAMUPIN_OUTCOME_UNKNOWN},
        {"6F00", 0x6F00, KAMUPIN_OUTCOME_UNKNOWN},  {"63C0", 0x63C0, KAMUPIN_OUTCOME_UNKNOWN},
        {"6200", 0x6200, KAMUPIN_OUTCOME_UNKNOWN},  {"9001", 0x9001, KAMUPIN_OUTCOME_UNKNOWN},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        kp_bench bench;
        kp_desk it;
        kp_evidence evidence;
        kp_desk_open_blocked(&bench, &it);
        kp_bench_expect(&bench, AUTHENTICATE, "9000");
        kp_bench_expect(&bench, RESET, cases[i].reply);
        kp_bench_logout(&bench);
        assert_int_equal(kp_desk_reset(&it, &evidence), KAMUPIN_E_CARD_REFUSED);
        assert_int_equal(bench.card.error.status_word, cases[i].sw);
        kp_desk_expect_evidence(&evidence, KP_AUTHENTICATION_ACCEPTED, cases[i].outcome,
                                cases[i].sw);
        kp_desk_expect_mark(&it, 2, BEFORE_IT + 2, KP_AUTHENTICATION_ACCEPTED, cases[i].outcome,
                            cases[i].sw);
        kp_bench_close(&bench);
    }
}

/* ---- the card is lost ---- */

/* What happens at a command, and what that says of it. */
typedef struct loss {
    const char *reply; /* "": a success without a byte */
    kamupin_status status;
    bool unsent;
    kp_script_then then;
    kamupin_status becomes;
    bool maybe; /* the card may have had the command */
} loss;

static const loss losses[] = {
    {NULL, KAMUPIN_E_CARD_RESET, true, KP_THEN_STAY, KAMUPIN_E_CARD_RESET, false},
    {NULL, KAMUPIN_E_CARD_RESET, false, KP_THEN_STAY, KAMUPIN_E_CARD_RESET, true},
    {NULL, KAMUPIN_E_CARD_REMOVED, false, KP_THEN_REMOVE, KAMUPIN_E_CARD_REMOVED, true},
    {NULL, KAMUPIN_E_READER_FAILED, false, KP_THEN_STAY, KAMUPIN_E_READER_FAILED, true},
    {"", KAMUPIN_OK, false, KP_THEN_STAY, KAMUPIN_E_CARD_RESET, true},
    {"", KAMUPIN_OK, false, KP_THEN_REMOVE, KAMUPIN_E_CARD_REMOVED, true},
};

/* Then the library logs out all the same: if the card is there, it may be authenticated. */
static void lose(kp_bench *bench, const char *command, const loss *how)
{
    kp_bench_step(bench, (kp_script_step){.expect = command,
                                          .reply = how->reply,
                                          .status = how->status,
                                          .then = how->then,
                                          .unsent = how->unsent});
    if (how->then != KP_THEN_REMOVE)
        kp_bench_logout(bench);
}

static void test_lost_at_authentication(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(losses); i++) {
        kp_bench bench;
        kp_desk it;
        kp_evidence evidence;
        kp_desk_open_blocked(&bench, &it);
        lose(&bench, AUTHENTICATE, &losses[i]);
        assert_int_equal(kp_desk_reset(&it, &evidence), losses[i].becomes);
        kp_authentication said =
            losses[i].maybe ? KP_AUTHENTICATION_UNKNOWN : KP_AUTHENTICATION_NOT_SENT;
        kp_desk_expect_evidence(&evidence, said, KAMUPIN_OUTCOME_NONE, 0);
        assert_int_equal(it.marks, 2);
        kp_desk_expect_mark(&it, 1, BEFORE_IT + 1, said, KAMUPIN_OUTCOME_NONE, 0);
        kp_bench_close(&bench);
    }
}

static void test_lost_at_new_pin(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(losses); i++) {
        kp_bench bench;
        kp_desk it;
        kp_evidence evidence;
        kp_desk_open_blocked(&bench, &it);
        kp_bench_expect(&bench, AUTHENTICATE, "9000");
        lose(&bench, RESET, &losses[i]);
        assert_int_equal(kp_desk_reset(&it, &evidence), losses[i].becomes);
        kamupin_outcome said = losses[i].maybe ? KAMUPIN_OUTCOME_UNKNOWN : KAMUPIN_OUTCOME_NONE;
        kp_desk_expect_evidence(&evidence, KP_AUTHENTICATION_ACCEPTED, said, 0);
        kp_desk_expect_mark(&it, 2, BEFORE_IT + 2, KP_AUTHENTICATION_ACCEPTED, said, 0);
        kp_bench_close(&bench);
    }
}

/* Pulled at each command before EXTERNAL AUTHENTICATE: nothing is asked for, nothing is spent. */
static void test_removed_before(void **state)
{
    (void)state;
    for (size_t last = 0; last < BEFORE_IT; last++) {
        kp_bench bench;
        kp_desk it;
        kp_evidence evidence;
        kp_desk_open_blocked(&bench, &it);
        kp_script_cut(&bench.script, bench.reader, last, KAMUPIN_E_CARD_REMOVED, KP_THEN_REMOVE);
        assert_int_equal(kp_desk_reset(&it, &evidence), KAMUPIN_E_CARD_REMOVED);
        kp_desk_expect_evidence(&evidence, KP_AUTHENTICATION_NOT_SENT, KAMUPIN_OUTCOME_NONE, 0);
        assert_int_equal(evidence.state_before,
                         last < 5 ? KAMUPIN_PIN_UNKNOWN : KAMUPIN_PIN_BLOCKED);
        assert_int_equal(it.asked + it.marks, 0);
        kp_bench_close(&bench);
    }
}

/* ---- nothing stays behind ---- */

typedef struct errand {
    kp_bench bench;
    kp_desk it;
    kamupin_secret *pin;
    kp_evidence evidence;
    kamupin_status status;
} errand;

/* The desk's cryptogram is its own to wipe; here it is written straight into the library's. */
static void reset_alone(void *user)
{
    errand *given = user;
    const kp_authority authority = kp_desk_authority(&given->it);

    given->status = kp_pin_reset(&given->bench.card, &authority, given->pin, KAMUPIN_RISK_UNPROVEN,
                                 0, &given->evidence);
}

static void test_no_trace(void **state)
{
    (void)state;
    static const char *const texts[] = {NEW_PIN, "\xC3\xC4\xC5\xC6\xC7\xC8\xC9\xCA"};
    static const char *const replies[] = {"9000", "6982", ""};
    for (size_t i = 0; i < 2 * COUNT(replies); i++) {
        errand given;
        bool late = i >= COUNT(replies); /* the answer is thrown away */
        kp_desk_open_blocked(&given.bench, &given.it);
        given.it.takes_ms = late ? KP_HOLD_MS + 1 : 0;
        if (!late) {
            kp_bench_expect(&given.bench, AUTHENTICATE, "9000");
            kp_bench_expect(&given.bench, RESET, replies[i]);
        }
        kp_bench_logout(&given.bench);
        given.pin = kp_bench_secret(&given.bench, KAMUPIN_SECRET_PIN, NEW_PIN);
        kp_bench_leaves_no_trace(reset_alone, &given, texts, COUNT(texts));
        assert_int_equal(given.status == KAMUPIN_OK, i == 0);
        kamupin_secret_free(&given.pin);
        kp_bench_close(&given.bench);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_authentication_refused), cmocka_unit_test(test_new_pin_refused),
        cmocka_unit_test(test_lost_at_authentication), cmocka_unit_test(test_lost_at_new_pin),
        cmocka_unit_test(test_removed_before),         cmocka_unit_test(test_no_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
