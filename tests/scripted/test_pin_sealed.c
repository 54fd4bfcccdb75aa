/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_pin_sealed.c: a new PIN with a PUK that the service sealed: only where the caller allows it
   and the card knows no other way, never the last use, counted before and after, once. The card is
   a script; OpenSC sends the same command to the virtual card in tests/integration. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "pin_desk.h"
#include "script_cards.h"

#include <pin/guard.h>

#define RESET_WITH_PUK "00 2C 00 81 10 3731373137313731 3938373635343332"

typedef kp_desk_place place;

/* A card whose row knows no external authentication. */
static void open_place(place *here)
{
    kp_desk_open_place(here, KP_FORM_SEALED_PUK);
    here->row.external_authenticate = (kp_form){.proof = KP_UNKNOWN};
}

static void expect_puk(place *here, int left)
{
    kp_script_akis2_counter(&here->bench.script, here->bench.reader, 2, left, 3);
}

static kamupin_status reset(place *here, kp_evidence *evidence)
{
    return kp_desk_reset_with(&here->desk, KAMUPIN_RISK_SEALED_PUK, KP_OP_RESET_BY_SEALED_PUK,
                              evidence);
}

static void one_command_carries_puk_and_pin(void **state)
{
    place here;
    kp_evidence evidence;

    (void)state;
    open_place(&here);
    kp_bench_confirm(&here.bench);
    expect_puk(&here, 3);
    kp_bench_expect(&here.bench, RESET_WITH_PUK, "9000");
    expect_puk(&here, 2);
    kp_bench_logout(&here.bench);
    assert_int_equal(reset(&here, &evidence), KAMUPIN_OK);
    assert_int_equal(here.desk.asked, 1);
    assert_int_equal(here.desk.asked_at, 0); /* before the card was touched */
    assert_int_equal(here.desk.marks, 2);
    kp_desk_expect_mark(&here.desk, 0, 5, KP_AUTHENTICATION_UNKNOWN, KAMUPIN_OUTCOME_UNKNOWN, 0);
    kp_desk_expect_mark(&here.desk, 1, 7, KP_AUTHENTICATION_ACCEPTED, KAMUPIN_OUTCOME_DONE, 0);
    kp_desk_expect_evidence(&evidence, KP_AUTHENTICATION_ACCEPTED, KAMUPIN_OUTCOME_DONE, 0);
    assert_int_equal(evidence.state_before, KAMUPIN_PIN_BLOCKED);
    assert_int_equal(evidence.puk_tries_before, 3);
    assert_int_equal(evidence.puk_tries_after, 2);
    kp_bench_close(&here.bench);
}

/* Refused before the service is asked, and without a command. */
static void expect_refused(place *here, unsigned int risk, unsigned int vouched,
                           kamupin_status status)
{
    kp_evidence evidence;

    assert_int_equal(kp_desk_reset_with(&here->desk, risk, vouched, &evidence), status);
    assert_int_equal(here->desk.asked, 0);
    assert_int_equal(kp_bench_sent(&here->bench), 0);
    kp_desk_expect_evidence(&evidence, KP_AUTHENTICATION_NOT_SENT, KAMUPIN_OUTCOME_NONE, 0);
    kp_bench_close(&here->bench);
}

static void not_where_nobody_allowed_it(void **state)
{
    place here;

    (void)state;
    open_place(&here);
    expect_refused(&here, KAMUPIN_RISK_UNPROVEN, KP_OP_RESET_BY_SEALED_PUK,
                   KAMUPIN_E_SEALED_PUK_REFUSED);
    open_place(&here); /* allowed, but the form is a candidate that nobody vouches for */
    expect_refused(&here, KAMUPIN_RISK_SEALED_PUK, KP_OP_RESET_BY_CRYPTOGRAM,
                   KAMUPIN_E_COMMAND_UNPROVEN);
}

static void not_where_the_card_knows_another_way(void **state)
{
    place here;

    (void)state;
    open_place(&here);
    here.row.external_authenticate = (kp_form){0x00, 0x82, 0x00, 0x83, KP_CANDIDATE};
    expect_refused(&here, KAMUPIN_RISK_SEALED_PUK, KP_OP_RESET_BY_SEALED_PUK,
                   KAMUPIN_E_SEALED_PUK_REFUSED);
}

/* What the PUK's counter said when the card was chosen refuses before the PUK is disclosed. */
static void never_the_last_use(void **state)
{
    static const struct {
        int left;
        kamupin_tries tries;
        kamupin_status status;
    } cases[] = {{1, KAMUPIN_TRIES_KNOWN, KAMUPIN_E_PUK_LAST_TRY},
                 {0, KAMUPIN_TRIES_KNOWN, KAMUPIN_E_CARD_DEAD},
                 {-1, KAMUPIN_TRIES_UNKNOWN, KAMUPIN_E_SEALED_PUK_REFUSED}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        place here;
        open_place(&here);
        here.bench.card.identity.info.puk_tries = cases[i].tries;
        here.bench.card.identity.info.puk_tries_left = cases[i].left;
        expect_refused(&here, KAMUPIN_RISK_SEALED_PUK, KP_OP_RESET_BY_SEALED_PUK, cases[i].status);
    }
}

/* … and it is read again in the transaction that would spend it. */
static void the_counter_is_read_again(void **state)
{
    static const struct {
        int left;
        kamupin_status status;
    } cases[] = {{1, KAMUPIN_E_PUK_LAST_TRY}, {0, KAMUPIN_E_CARD_DEAD}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        place here;
        kp_evidence evidence;
        open_place(&here);
        kp_bench_confirm(&here.bench);
        expect_puk(&here, cases[i].left);
        kp_bench_logout(&here.bench);
        assert_int_equal(reset(&here, &evidence), cases[i].status);
        assert_int_equal(here.desk.marks, 0);
        kp_desk_expect_evidence(&evidence, KP_AUTHENTICATION_NOT_SENT, KAMUPIN_OUTCOME_NONE, 0);
        kp_bench_close(&here.bench);
    }
}

static void a_wrong_puk_is_not_repeated(void **state)
{
    place here;
    kp_evidence evidence;

    (void)state;
    open_place(&here);
    kp_bench_confirm(&here.bench);
    expect_puk(&here, 3);
    kp_bench_expect(&here.bench, RESET_WITH_PUK, "63C2");
    expect_puk(&here, 2);
    kp_bench_logout(&here.bench);
    assert_int_equal(reset(&here, &evidence), KAMUPIN_E_AUTHENTICATION_REFUSED);
    kp_desk_expect_evidence(&evidence, KP_AUTHENTICATION_REFUSED, KAMUPIN_OUTCOME_NOT_DONE, 0x63C2);
    assert_int_equal(evidence.puk_tries_after, 2);
    kp_bench_close(&here.bench);
}

static void a_lost_answer_is_unknown(void **state)
{
    (void)state;
    for (int lost = 0; lost <= 1; lost++) {
        place here;
        kp_evidence evidence;
        open_place(&here);
        kp_bench_confirm(&here.bench);
        expect_puk(&here, 3);
        kp_bench_step(&here.bench, (kp_script_step){.expect = RESET_WITH_PUK,
                                                    .reply = lost ? "" : NULL,
                                                    .status = KAMUPIN_E_CARD_RESET,
                                                    .unsent = !lost});
        kp_bench_logout(&here.bench);
        assert_int_equal(reset(&here, &evidence), KAMUPIN_E_CARD_RESET);
        kp_desk_expect_evidence(&evidence,
                                lost ? KP_AUTHENTICATION_UNKNOWN : KP_AUTHENTICATION_NOT_SENT,
                                lost ? KAMUPIN_OUTCOME_UNKNOWN : KAMUPIN_OUTCOME_NONE, 0);
        assert_int_equal(evidence.puk_tries_before, 3);
        assert_int_equal(evidence.puk_tries_after, -1);
        kp_bench_close(&here.bench);
    }
}

static void the_ledger_and_the_journal_come_first(void **state)
{
    place here;
    kp_evidence evidence;

    (void)state;
    open_place(&here);
    here.desk.attempts_left = 1;
    assert_int_equal(reset(&here, &evidence), KAMUPIN_E_AUTHORITY_EXHAUSTED);
    assert_int_equal(kp_bench_sent(&here.bench), 0);
    kp_bench_close(&here.bench);
    open_place(&here);
    here.desk.failing_mark = 1;
    kp_bench_confirm(&here.bench);
    expect_puk(&here, 3);
    kp_bench_logout(&here.bench);
    assert_int_equal(reset(&here, &evidence), KAMUPIN_E_STATE_FOLDER);
    kp_desk_expect_evidence(&evidence, KP_AUTHENTICATION_NOT_SENT, KAMUPIN_OUTCOME_NONE, 0);
    kp_bench_close(&here.bench);
}

/* ---- the way to the wire ---- */

static size_t write_text(void *user, unsigned char *room, size_t size)
{
    assert_true(strlen(user) <= size);
    memcpy(room, user, strlen(user));
    return strlen(user);
}

/* With a sealed PUK on the channel only its own bytes pass, in its own command. */
static void only_the_sealed_bytes_pass(void **state)
{
    static const uint8_t right[] = "7171717198765432", other[] = "7171717298765432";
    char digits[] = PUK_TEXT;
    place here;
    kp_channel *channel = &here.bench.card.channel;
    kamupin_secret *puk = NULL;

    (void)state;
    open_place(&here);
    assert_int_equal(
        kp_secret_written(here.bench.context, KP_SECRET_PUK, write_text, digits, &puk, NULL),
        KAMUPIN_OK);
    kamupin_secret *pin = kp_bench_secret(&here.bench, KAMUPIN_SECRET_PIN, PUK_TEXT);
    kp_command command = {.ins = 0x2C, .p2 = 0x81, .data = right, .length = 16, .le = KP_LE_NONE};
    assert_true(kp_never_send(&command));
    assert_false(kp_sealed_may_pass(channel, &command)); /* nothing sealed is on its way */
    channel->sealed_puk = pin;                           /* a person's, of the wrong kind */
    assert_false(kp_sealed_may_pass(channel, &command));
    channel->sealed_puk = puk;
    assert_true(kp_sealed_may_pass(channel, &command));
    command.data = other;
    assert_false(kp_sealed_may_pass(channel, &command));
    command.data = right;
    command.length = 8; /* the PUK alone */
    assert_false(kp_sealed_may_pass(channel, &command));
    command.length = 16;
    command.p2 = 0x82; /* would set the PUK itself */
    assert_false(kp_sealed_may_pass(channel, &command));
    command.p2 = 0x00;
    assert_false(kp_sealed_may_pass(channel, &command));
    command.p2 = 0x81;
    command.p1 = 0x01;
    assert_false(kp_sealed_may_pass(channel, &command));
    command.p1 = 0x00;
    command.ins = 0x20;
    assert_false(kp_sealed_may_pass(channel, &command));
    command.ins = 0x2C;
    command.cla = 0x80;
    assert_false(kp_sealed_may_pass(channel, &command));
    channel->sealed_puk = NULL;
    kamupin_secret_free(&puk);
    kamupin_secret_free(&pin);
    kp_bench_close(&here.bench);
}

/* Nobody's PUK: no call of the library makes one of what was typed. */
static void nothing_typed_becomes_a_puk(void **state)
{
    place here;
    kamupin_secret *puk = NULL;
    uint16_t sw;

    (void)state;
    open_place(&here);
    assert_int_equal(kamupin_secret_new(here.bench.context, KP_SECRET_PUK, &puk, NULL),
                     KAMUPIN_E_INVALID_ARGUMENT);
    assert_int_equal(kp_secret_new(here.bench.context, KP_SECRET_PUK, &puk, NULL),
                     KAMUPIN_E_SECRET_KIND);
    assert_null(puk);
    kamupin_secret *typed = kp_bench_secret(&here.bench, KAMUPIN_SECRET_PIN, PUK_TEXT);
    kamupin_secret *pin = kp_bench_secret(&here.bench, KAMUPIN_SECRET_PIN, NEW_PIN);
    assert_int_equal(kp_channel_send_sealed(&here.bench.card.channel, &here.row.reset_with_puk,
                                            typed, pin, &sw, NULL),
                     KAMUPIN_E_SECRET_KIND);
    assert_int_equal(kp_bench_sent(&here.bench), 0);
    kamupin_secret_free(&typed);
    kamupin_secret_free(&pin);
    kp_bench_close(&here.bench);
}

static void work(void *user)
{
    kp_evidence evidence;

    assert_int_equal(reset(user, &evidence), KAMUPIN_OK);
}

static void no_copy_is_left(void **state)
{
    static const char *const texts[] = {PUK_TEXT, NEW_PIN};
    place here;

    (void)state;
    open_place(&here);
    kp_bench_confirm(&here.bench);
    expect_puk(&here, 3);
    kp_bench_expect(&here.bench, RESET_WITH_PUK, "9000");
    expect_puk(&here, 3);
    kp_bench_logout(&here.bench);
    kp_bench_leaves_no_trace(work, &here, texts, 2);
    kp_bench_close(&here.bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_command_carries_puk_and_pin),
        cmocka_unit_test(not_where_nobody_allowed_it),
        cmocka_unit_test(not_where_the_card_knows_another_way),
        cmocka_unit_test(never_the_last_use),
        cmocka_unit_test(the_counter_is_read_again),
        cmocka_unit_test(a_wrong_puk_is_not_repeated),
        cmocka_unit_test(a_lost_answer_is_unknown),
        cmocka_unit_test(the_ledger_and_the_journal_come_first),
        cmocka_unit_test(only_the_sealed_bytes_pass),
        cmocka_unit_test(nothing_typed_becomes_a_puk),
        cmocka_unit_test(no_copy_is_left),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
