/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_pin_relay.c: the relay in the PIN room: what is durable when, one deadline for all of it,
   cancel until the first command that can cost an attempt, and every fault at every command. The
   card is a script; tests/integration/test_relay.py has a real daemon and a running service. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pin_desk.h"

static const char *const RELAYED[] = {"0084000008", "0082008304C0C1C2C3", NULL};
#define COSTS     "00 82 00 83 04 C0C1C2C3"
#define RESET_PIN "00 2C 02 81 08 3938373635343332"
#define BEFORE    5 /* identification and guard */

typedef kp_desk_place place;

/* A blocked card whose right survives in clear. */
static void open_place(place *here)
{
    kp_desk_open_place(here, KP_FORM_RELAY);
    here->desk.relayed = RELAYED;
    here->row.relay_keys = false;
    kp_bench_confirm(&here->bench);
    kp_bench_tries(&here->bench, 0);
}

static kamupin_status reset(place *here, kp_evidence *evidence)
{
    return kp_desk_reset_with(&here->desk, 0, KP_OP_RESET_BY_RELAY, evidence);
}

static void what_is_durable_when(void **state)
{
    place here;
    kp_evidence evidence;

    (void)state;
    open_place(&here);
    kp_bench_expect(&here.bench, CHALLENGE, CHALLENGED);
    kp_bench_expect(&here.bench, COSTS, "9000");
    kp_bench_expect(&here.bench, RESET_PIN, "9000");
    kp_bench_logout(&here.bench);
    assert_int_equal(reset(&here, &evidence), KAMUPIN_OK);
    kp_desk_expect_mark(&here.desk, 0, BEFORE + 1, KP_AUTHENTICATION_UNKNOWN, KAMUPIN_OUTCOME_NONE,
                        0);
    kp_desk_expect_mark(&here.desk, 1, BEFORE + 2, KP_AUTHENTICATION_ACCEPTED, KAMUPIN_OUTCOME_NONE,
                        0);
    kp_desk_expect_mark(&here.desk, 2, BEFORE + 2, KP_AUTHENTICATION_ACCEPTED,
                        KAMUPIN_OUTCOME_UNKNOWN, 0);
    kp_desk_expect_mark(&here.desk, 3, BEFORE + 3, KP_AUTHENTICATION_ACCEPTED, KAMUPIN_OUTCOME_DONE,
                        0);
    kp_desk_expect_evidence(&evidence, KP_AUTHENTICATION_ACCEPTED, KAMUPIN_OUTCOME_DONE, 0);
    kp_bench_close(&here.bench);
}

/* A command that is sent for the second time or after the fault would not be in the script. */
static void every_fault_at_every_command(void **state)
{
    static const struct {
        const char *command, *answer;
        kp_authentication sent, unsent;
        kamupin_outcome lost;
    } steps[] = {
        {CHALLENGE, CHALLENGED, KP_AUTHENTICATION_NOT_SENT, KP_AUTHENTICATION_NOT_SENT,
         KAMUPIN_OUTCOME_NONE},
        {COSTS, "9000", KP_AUTHENTICATION_UNKNOWN, KP_AUTHENTICATION_NOT_SENT,
         KAMUPIN_OUTCOME_NONE},
        {RESET_PIN, "9000", KP_AUTHENTICATION_ACCEPTED, KP_AUTHENTICATION_ACCEPTED,
         KAMUPIN_OUTCOME_UNKNOWN},
    };

    (void)state;
    for (size_t at = 0; at < 3; at++)
        for (int lost = 0; lost <= 1; lost++) {
            place here;
            kp_evidence evidence;
            open_place(&here);
            for (size_t i = 0; i < at; i++)
                kp_bench_expect(&here.bench, steps[i].command, steps[i].answer);
            kp_bench_step(&here.bench, (kp_script_step){.expect = steps[at].command,
                                                        .reply = lost ? "" : NULL,
                                                        .status = KAMUPIN_E_CARD_RESET,
                                                        .unsent = !lost});
            kp_bench_logout(&here.bench);
            assert_int_equal(reset(&here, &evidence), KAMUPIN_E_CARD_RESET);
            kp_desk_expect_evidence(&evidence, lost ? steps[at].sent : steps[at].unsent,
                                    lost ? steps[at].lost : KAMUPIN_OUTCOME_NONE, 0);
            kp_bench_close(&here.bench);
        }
}

static void one_deadline_for_all_of_it(void **state)
{
    place here;
    kp_evidence evidence;

    (void)state;
    open_place(&here);
    here.desk.takes_ms = KP_HOLD_MS / 2 + 1; /* each answer in time, two of them not */
    kp_bench_expect(&here.bench, CHALLENGE, CHALLENGED);
    kp_bench_logout(&here.bench);
    assert_int_equal(reset(&here, &evidence), KAMUPIN_E_NETWORK_TIMEOUT);
    assert_int_equal(here.desk.marks, 0);
    kp_bench_close(&here.bench);
}

static void cancel_ends_it_until_something_may_be_spent(void **state)
{
    static const char *const costly_first[] = {"0082008304C0C1C2C3", NULL};

    (void)state;
    for (unsigned int later = 0; later <= 1; later++) {
        place here;
        kp_evidence evidence;
        open_place(&here);
        assert_int_equal(kamupin_cancel_new(here.bench.context, &here.bench.card.cancel, NULL),
                         KAMUPIN_OK);
        here.desk.relayed = costly_first;
        here.desk.pulls_cancel = true;
        here.desk.pulls_after = later; /* after the command that can cost: it is finished */
        if (later) {
            kp_bench_expect(&here.bench, COSTS, "9000");
            kp_bench_expect(&here.bench, RESET_PIN, "9000");
        }
        kp_bench_logout(&here.bench);
        assert_int_equal(reset(&here, &evidence), later ? KAMUPIN_OK : KAMUPIN_E_CANCELLED);
        assert_int_equal(evidence.outcome, later ? KAMUPIN_OUTCOME_DONE : KAMUPIN_OUTCOME_NONE);
        assert_true(kamupin_cancel_pulled(here.bench.card.cancel));
        kamupin_cancel_free(&here.bench.card.cancel);
        kp_bench_close(&here.bench);
    }
}

static void ledger_and_journal_come_before_what_costs(void **state)
{
    (void)state;
    for (int journal = 0; journal <= 1; journal++) {
        place here;
        kp_evidence evidence;
        open_place(&here);
        if (journal)
            here.desk.failing_mark = 1;
        else
            here.desk.attempts_left = 1;
        kp_bench_expect(&here.bench, CHALLENGE, CHALLENGED);
        kp_bench_logout(&here.bench);
        assert_int_equal(reset(&here, &evidence),
                         journal ? KAMUPIN_E_STATE_FOLDER : KAMUPIN_E_AUTHORITY_EXHAUSTED);
        kp_desk_expect_evidence(&evidence, KP_AUTHENTICATION_NOT_SENT, KAMUPIN_OUTCOME_NONE, 0);
        kp_bench_close(&here.bench);
    }
}

static void the_session_that_a_row_asks_for_has_to_come(void **state)
{
    place here;
    kp_evidence evidence;

    (void)state;
    open_place(&here);
    here.row.relay_keys = true;
    kp_bench_expect(&here.bench, CHALLENGE, CHALLENGED);
    kp_bench_expect(&here.bench, COSTS, "9000");
    kp_bench_logout(&here.bench);
    assert_int_equal(reset(&here, &evidence), KAMUPIN_E_RELAY_REFUSED);
    kp_desk_expect_evidence(&evidence, KP_AUTHENTICATION_ACCEPTED, KAMUPIN_OUTCOME_NONE, 0);
    kp_bench_close(&here.bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_durable_when),
        cmocka_unit_test(every_fault_at_every_command),
        cmocka_unit_test(one_deadline_for_all_of_it),
        cmocka_unit_test(cancel_ends_it_until_something_may_be_spent),
        cmocka_unit_test(ledger_and_journal_come_before_what_costs),
        cmocka_unit_test(the_session_that_a_row_asks_for_has_to_come),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
