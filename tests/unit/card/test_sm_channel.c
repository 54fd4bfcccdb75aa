/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   A channel on which a session of secure messaging stands: everything goes protected or not at all,
   and what ends a session ends it before the next command. The card is a script that says the lines
   of ICAO Doc 9303-11, Appendix D.4. */
#include "channel_bench.h"
#include "sm_keys.h"

#include <card/select.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SELECT        "0CA4020C158709016375432908C044F68E08BF8B92D635FF24F800"
#define SELECT_ANSWER "990290008E08FA855A5D4C50A8ED"
#define READ          "0CB000000D9701048E08ED6705417E96BA5500"
#define READ_ANSWER   "8709019FF0EC34F9922651990290008E08AD55CC17140B2DED"

static const kp_command select_com = {.ins = 0xA4,
                                      .p1 = 0x02,
                                      .p2 = 0x0C,
                                      .data = (const uint8_t *)"\x01\x1E",
                                      .length = 2,
                                      .le = KP_LE_NONE};
static const kp_command read_four = {.ins = 0xB0, .le = 4};

typedef kp_channel_bench fixture;

static int setup(void **state)
{
    static fixture f;
    kp_channel_bench_open(&f);
    f.session = kp_test_sm_open(f.context, KP_SM_3DES, KP_TEST_SM_ICAO);
    f.channel.sm = f.session;
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    return kp_channel_bench_close(*state);
}

/* From here on no command reaches the backend, and each leaves the response empty. */
static void nothing_passes(fixture *f)
{
    static const kp_command commands[] = {
        {.ins = 0xB0, .le = 4},
        {.ins = 0xA4, .data = (const uint8_t *)"\x3F", .length = 2, .le = KP_LE_MAX},
        {.ins = 0x2C,
         .p1 = 2,
         .p2 = 0x81,
         .data = (const uint8_t *)"123456",
         .length = 6,
         .le = KP_LE_NONE},
    };
    const unsigned int sent = kp_script_sent(&f->script, 0);
    assert_false(kp_sm_alive(f->session));
    f->channel.stale = false;
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        assert_int_equal(kp_channel_bench_send(f, &commands[i]), KAMUPIN_E_SECURE_MESSAGING);
        assert_false(f->channel.delivered);
        assert_int_equal(f->response.sw, 0);
        assert_int_equal(f->response.length, 0);
    }
    assert_int_equal(kp_script_sent(&f->script, 0), sent);
}

static void test_protects_and_checks(void **state)
{
    fixture *f = *state;
    kp_script_expect(&f->script, 0, SELECT, SELECT_ANSWER "9000");
    kp_script_expect(&f->script, 0, READ, READ_ANSWER "9000");
    assert_int_equal(kp_channel_bench_send(f, &select_com), KAMUPIN_OK);
    assert_int_equal(f->response.sw, 0x9000);
    assert_int_equal(f->response.length, 0);
    assert_int_equal(kp_channel_bench_send(f, &read_four), KAMUPIN_OK);
    assert_int_equal(f->response.length, 4);
    assert_memory_equal(f->response.data, "\x60\x14\x5F\x01", 4);
    assert_int_equal(kp_channel_block(&f->channel), KP_SM_DATA_MAX);
    f->channel.sm = NULL; /* taken away: in clear again */
    assert_int_equal(kp_channel_block(&f->channel), KP_APDU_BLOCK);
    kp_script_expect(&f->script, 0, "00B0000004", "601461 9000");
    assert_int_equal(kp_channel_bench_send(f, &read_four), KAMUPIN_OK);
}

/* Pieces that the transport hands over one by one are one protected answer. */
static void test_answer_in_pieces(void **state)
{
    fixture *f = *state;
    kp_script_expect(&f->script, 0, SELECT, "610E");
    kp_script_expect(&f->script, 0, "00C000000E", SELECT_ANSWER "9000");
    kp_script_expect(&f->script, 0, READ, "8709019FF0EC34F992 6110");
    kp_script_expect(&f->script, 0, "00C0000010", "2651990290008E08AD55CC17140B2DED 9000");
    assert_int_equal(kp_channel_bench_send(f, &select_com), KAMUPIN_OK);
    assert_int_equal(kp_channel_bench_send(f, &read_four), KAMUPIN_OK);
    assert_memory_equal(f->response.data, "\x60\x14\x5F\x01", 4);
}

/* A status word alone is nobody's word: neither success nor tries left are believed. 6Cxx is not
   repeated. */
static void test_status_words_without_protection(void **state)
{
    static const struct {
        const char *answer;
        unsigned int sw;
    } rows[] = {{"9000", 0x9000}, {"6987", 0x6987}, {"6988", 0x6988}, {"6882", 0x6882},
                {"63C0", 0x63C0}, {"6983", 0x6983}, {"6C0E", 0x6C0E}, {"6A82", 0x6A82}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (i > 0)
            assert_int_equal(setup(state), 0);
        fixture *f = *state;
        kp_script_expect(&f->script, 0, SELECT, rows[i].answer);
        assert_int_equal(kp_channel_bench_send(f, &select_com), KAMUPIN_E_SECURE_MESSAGING);
        assert_int_equal(f->error.status_word, rows[i].sw);
        assert_int_equal(f->error.tries_left, -1);
        assert_true(f->channel.delivered);
        nothing_passes(f);
        if (i + 1 < sizeof rows / sizeof rows[0])
            assert_int_equal(teardown(state), 0);
    }
}

static void test_answers_that_do_not_hold(void **state)
{
    static const char *const answers[] = {
        "990290008E08FA855A5D4C50A8EE 9000", /* checksum */
        "990290008E08FA855A5D4C50A8ED 6300", /* status word outside */
        "990290008E08FA855A5D4C50A8 9000",   /* cut */
        READ_ANSWER "9000",                  /* the answer to another command */
        "601461 9000",                       /* in clear */
    };
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        if (i > 0)
            assert_int_equal(setup(state), 0);
        fixture *f = *state;
        kp_script_expect(&f->script, 0, SELECT, answers[i]);
        assert_int_equal(kp_channel_bench_send(f, &select_com), KAMUPIN_E_SECURE_MESSAGING);
        assert_true(f->channel.delivered);
        assert_int_equal(f->response.length, 0);
        nothing_passes(f);
        if (i + 1 < sizeof answers / sizeof answers[0])
            assert_int_equal(teardown(state), 0);
    }
}

/* The card's loss is the session's end: the loss is what is said first. */
static void test_loss_ends_the_session(void **state)
{
    fixture *f = *state;
    kp_script_break(&f->script, 0, SELECT, KAMUPIN_E_CARD_RESET);
    assert_int_equal(kp_channel_bench_send(f, &select_com), KAMUPIN_E_CARD_RESET);
    assert_true(f->channel.stale);
    nothing_passes(f);
}

/* … also when it was not the channel that noticed it (a reader's keypad). */
static void test_a_loss_seen_elsewhere_ends_it(void **state)
{
    fixture *f = *state;
    const kamupin_reader_answer answer = {.status = KAMUPIN_E_CARD_RESET, .code = 0};
    assert_int_equal(kp_channel_lost(&f->channel, answer, &f->error), KAMUPIN_E_CARD_RESET);
    assert_true(f->channel.stale);
    nothing_passes(f);
}

static void test_promises_without_end(void **state)
{
    fixture *f = *state;
    kp_script_expect(&f->script, 0, SELECT, "6110");
    kp_script_expect(&f->script, 0, "00C0000010", "6110");
    assert_int_equal(kp_channel_bench_send(f, &select_com), KAMUPIN_E_CARD_REPLY_MALFORMED);
    nothing_passes(f);
}

/* Another program may speak to the card between two transactions. */
static void test_the_transaction_ends_it(void **state)
{
    fixture *f = *state;
    kp_script_expect(&f->script, 0, SELECT, SELECT_ANSWER "9000");
    assert_int_equal(kp_channel_bench_send(f, &select_com), KAMUPIN_OK);
    kp_channel_end(&f->channel);
    assert_int_equal(kp_channel_begin(&f->channel, NULL, &f->error), KAMUPIN_OK);
    nothing_passes(f);
}

/* What is never sent is not sent protected either, also when its protected form would look as if it
   carried data; and the session is none the worse. */
static void test_never_sent_protected(void **state)
{
    fixture *f = *state;
    static const uint8_t digits[] = "12345678";
    static const struct {
        uint8_t ins, p1, p2;
        size_t length;
    } rows[] = {{0x20, 0, 0x81, 0}, {0x20, 0, 0x82, 8}, {0x24, 1, 0x00, 8}, {0x24, 0, 0x81, 0},
                {0x2C, 0, 0x81, 8}, {0x2C, 2, 0x81, 0}, {0x10, 0, 0x00, 8}, {0x09, 0, 0x00, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const kp_command command = {.ins = rows[i].ins,
                                    .p1 = rows[i].p1,
                                    .p2 = rows[i].p2,
                                    .data = digits,
                                    .length = rows[i].length,
                                    .le = KP_LE_NONE};
        assert_int_equal(kp_channel_bench_send(f, &command), KAMUPIN_E_COMMAND_FORBIDDEN);
        assert_false(f->channel.delivered);
    }
    kp_script_expect(&f->script, 0, SELECT, SELECT_ANSWER "9000");
    assert_int_equal(kp_channel_bench_send(f, &select_com), KAMUPIN_OK);
}

/* A command that the service protected passes a channel without session as it is, and its answer
   comes back as it is; the never-send list holds for it. */
static void test_relayed_as_it_is(void **state)
{
    fixture *f = *state;
    uint8_t data[64];
    f->channel.sm = NULL;
    const kp_command relayed = {
        .cla = 0x0C,
        .ins = 0xA4,
        .p1 = 0x02,
        .p2 = 0x0C,
        .data = data,
        .length =
            kp_test_sm_bytes("8709016375432908C044F6 8E08BF8B92D635FF24F8", data, sizeof data),
        .le = KP_LE_MAX};
    assert_true(kp_sm_is_protected(&relayed));
    kp_script_expect(&f->script, 0, SELECT, SELECT_ANSWER "9000");
    assert_int_equal(kp_channel_bench_send(f, &relayed), KAMUPIN_OK);
    assert_int_equal(f->response.length, 14);
    const kp_command empty_verify = {
        .cla = 0x0C,
        .ins = 0x20,
        .p2 = 0x81,
        .data = data,
        .length = kp_test_sm_bytes("8E08BF8B92D635FF24F8", data, sizeof data),
        .le = KP_LE_MAX};
    assert_true(kp_sm_is_protected(&empty_verify));
    assert_int_equal(kp_channel_bench_send(f, &empty_verify), KAMUPIN_E_COMMAND_FORBIDDEN);
    f->channel.sm = f->session; /* and none is wrapped a second time */
    assert_int_equal(kp_channel_bench_send(f, &relayed), KAMUPIN_E_INVALID_ARGUMENT);
    assert_false(f->channel.delivered);
}

/* A PIN is masked in the log although it is encrypted there: its length shows. */
static void test_log(void **state)
{
    fixture *f = *state;
    const kp_command reset = {.ins = 0x2C,
                              .p1 = 2,
                              .p2 = 0x81,
                              .data = (const uint8_t *)"123456",
                              .length = 6,
                              .le = KP_LE_NONE};
    kp_script_expect(&f->script, 0, "0C2C028115 870901................ 8E08................ 00",
                     "6988");
    assert_int_equal(kp_channel_bench_send(f, &reset), KAMUPIN_E_SECURE_MESSAGING);
    assert_string_equal(f->log, "R > 0C2C0281**\nR: RESET RETRY COUNTER → 6988\nR < 6988\n"
                                "R: secure messaging ended\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_protects_and_checks, setup, teardown),
        cmocka_unit_test_setup_teardown(test_answer_in_pieces, setup, teardown),
        cmocka_unit_test_setup_teardown(test_status_words_without_protection, setup, teardown),
        cmocka_unit_test_setup_teardown(test_answers_that_do_not_hold, setup, teardown),
        cmocka_unit_test_setup_teardown(test_loss_ends_the_session, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_loss_seen_elsewhere_ends_it, setup, teardown),
        cmocka_unit_test_setup_teardown(test_promises_without_end, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_transaction_ends_it, setup, teardown),
        cmocka_unit_test_setup_teardown(test_never_sent_protected, setup, teardown),
        cmocka_unit_test_setup_teardown(test_relayed_as_it_is, setup, teardown),
        cmocka_unit_test_setup_teardown(test_log, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
