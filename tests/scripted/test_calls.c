/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   What each piece of work costs in calls to the reader system and in commands, held against
   docs/performance-calls.md. The other end is a script, so that readers can be as many as one likes;
   the rows of a real daemon are test_calls.py's. */
#include "counted.h"
#include "pin_desk.h"
#include "script_cards.h"
#include "test_certificate.h"

#include <core/context.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define BANK   "3B6800000073C84012009000"
#define SERIAL "0102030405060708090A0B0C"

typedef struct fixture {
    kp_script script;
    kamupin_context *context;
    kamupin_reader_list *list;
    kamupin_card *card;
    kamupin_error error;
    unsigned char der[KP_TEST_CERTIFICATE_MAX];
    size_t length;
    unsigned int blocks; /* READ BINARY commands that the certificate takes */
} fixture;

static int setup(void **state)
{
    static fixture f;
    memset(&f, 0, sizeof f);
    kp_script_init(&f.script);
    kamupin_context_options options = KAMUPIN_CONTEXT_OPTIONS_INIT;
    options.backend = &f.script.backend;
    assert_int_equal(kamupin_context_new(&options, &f.context, NULL), KAMUPIN_OK);
    f.context->held_ms = 600000; /* a thousand cards under valgrind are slow, not in use */
    kp_test_certificate_make(&kp_test_signature, f.der, &f.length);
    f.blocks = (unsigned int)(f.length + 243) / 244;
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    fixture *f = *state;
    kamupin_card_free(&f->card);
    kamupin_reader_list_free(&f->list);
    const char *problem = kp_script_problem(&f->script);
    kp_script_free(&f->script);
    kamupin_context_free(&f->context);
    return problem == NULL ? 0 : -1;
}

static kamupin_status list_new(fixture *f)
{
    return kamupin_reader_list_new(f->context, NULL, &f->list, &f->error);
}

/* Readers 0 to count - 1: every `signature`th with a v2.x card, the others by turns empty and with
   a card that no profile knows. Answers how many v2.x cards there are. */
static unsigned int add_readers(fixture *f, size_t count, size_t signature)
{
    unsigned int cards = 0;
    for (size_t i = 0; i < count; i++) {
        char name[40];
        snprintf(name, sizeof name, "Reader %03zu 00", i);
        const char *atr = i % 2 == 0 ? NULL : BANK;
        if (i % signature == 0)
            atr = KP_ATR_AKIS2;
        size_t at = kp_script_add(&f->script, name, atr);
        if (i % signature == 0) {
            kp_script_akis2_identify(&f->script, at, f->der, f->length, 3, 3);
            cards++;
        }
    }
    return cards;
}

/* Lists them, and checks each entry and that no other card was connected to. */
static void enumerate(fixture *f, size_t count, size_t signature, const char *work)
{
    kp_counted before = kp_counted_now(&f->script);
    unsigned int cards = add_readers(f, count, signature);
    assert_int_equal(list_new(f), KAMUPIN_OK);
    assert_int_equal(kamupin_reader_list_count(f->list), count);
    for (size_t i = 0; i < count; i++) {
        kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;
        assert_int_equal(kamupin_reader_list_get(f->list, i, &info), KAMUPIN_OK);
        bool ours = i % signature == 0;
        assert_string_equal(info.reader, f->script.readers[i].name);
        assert_int_equal(info.usable, ours         ? KAMUPIN_OK
                                      : i % 2 == 0 ? KAMUPIN_E_NO_CARD
                                                   : KAMUPIN_E_CARD_UNSUPPORTED);
        assert_int_equal(f->script.readers[i].connects, ours ? 1 : 0);
    }
    kp_counted_is(work, &f->script, before, cards * f->blocks, cards);
}

static void test_no_reader(void **state)
{
    enumerate(*state, 0, 1, "list: no reader");
}

static void test_64_readers(void **state)
{
    enumerate(*state, 64, 8, "list: 64 readers, 8 v2.x cards, 28 of no known kind");
}

static void test_200_readers(void **state)
{
    enumerate(*state, 200, 8, "list: 200 readers, 25 v2.x cards, 100 of no known kind");
}

/* A thousand cards are read by 64 threads at a time: no fewer, so that slow cards overlap, and no
   more. The list's own worker is one more. */
static void test_1000_readers(void **state)
{
    fixture *f = *state;
    f->script.meet = 64;
    enumerate(f, 1000, 1, "list: 1000 readers, 1000 v2.x cards");
    assert_true(f->script.met);
    assert_int_equal(f->script.workers_most, 65);
    assert_int_equal(f->script.workers_now, 1);
}

/* All sixteen cards that PC/SC-lite can have are asked at the same time. */
static void test_16_at_once(void **state)
{
    fixture *f = *state;
    f->script.meet = 16;
    enumerate(f, 16, 1, "list: 16 readers, 16 v2.x cards");
    assert_true(f->script.met);
}

/* ---- one card ---- */

static void test_identity_v2(void **state)
{
    fixture *f = *state;
    kp_script_add(&f->script, "R", KP_ATR_AKIS2);
    kp_script_akis2_identify(&f->script, 0, f->der, f->length, 3, 3);
    kp_counted before = kp_counted_now(&f->script);
    assert_int_equal(list_new(f), KAMUPIN_OK);
    kp_counted_is("list: 1 reader, a v2.x card", &f->script, before, f->blocks, 1);
    kamupin_reader_list_free(&f->list);
    before = kp_counted_now(&f->script);
    kp_script_akis2_again(&f->script, 0, f->der, f->length, 3, 3);
    assert_int_equal(list_new(f), KAMUPIN_OK);
    kp_counted_is("list again: 1 reader, the same v2.x card", &f->script, before, 0, 0);
}

static void test_identity_v1(void **state)
{
    fixture *f = *state;
    kp_script_add(&f->script, "R", KP_ATR_AKIS1);
    kp_script_akis1_identify(&f->script, 0, f->der, f->length, SERIAL, "12");
    kp_counted before = kp_counted_now(&f->script);
    assert_int_equal(list_new(f), KAMUPIN_OK);
    kp_counted_is("list: 1 reader, a v1.0 card", &f->script, before, f->blocks, 1);
    kamupin_reader_list_free(&f->list);
    before = kp_counted_now(&f->script);
    kp_script_akis1_again(&f->script, 0, SERIAL, "12");
    assert_int_equal(list_new(f), KAMUPIN_OK);
    kp_counted_is("list again: 1 reader, the same v1.0 card", &f->script, before, 0, 0);
}

static void test_identity_card(void **state)
{
    fixture *f = *state;
    kp_script_add(&f->script, "R", KP_ATR_AKIS2);
    kp_script_expect(&f->script, 0, "00A40000023F0000", "9000");
    kp_script_expect(&f->script, 0, "00A40100023D1000", "9000");
    kp_counted before = kp_counted_now(&f->script);
    assert_int_equal(list_new(f), KAMUPIN_OK);
    kp_counted_is("list: 1 reader, an identity card", &f->script, before, 0, 0);
}

/* Opened by its reader among many: the others are not asked; the connection that it was identified
   over is the handle's. */
static void test_open_and_read(void **state)
{
    fixture *f = *state;
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;
    add_readers(f, 64, 8);
    for (size_t i = 0; i < 64; i++)
        if (i != 16)
            f->script.readers[i].step_count = 0;
    kp_counted before = kp_counted_now(&f->script);
    assert_int_equal(kamupin_card_open(f->context, "Reader 016 00", NULL, &f->card, &f->error),
                     KAMUPIN_OK);
    kp_counted_is("open by reader: 64 readers, 8 v2.x cards", &f->script, before, f->blocks, 1);
    before = kp_counted_now(&f->script);
    kp_script_akis2_confirm(&f->script, 16, f->der, f->length);
    kp_script_akis2_counter(&f->script, 16, 1, 3, 3);
    kp_script_akis2_counter(&f->script, 16, 2, 3, 3);
    kp_script_akis2_logout(&f->script, 16);
    assert_int_equal(kamupin_card_read(f->card, &info), KAMUPIN_OK);
    kp_counted_is("read again: a v2.x card (PIN and PUK)", &f->script, before, 0, 0);
}

/* ---- PIN work ---- */

static kamupin_status verify_work(kp_bench *bench)
{
    kamupin_secret *pin = kp_bench_secret(bench, KAMUPIN_SECRET_PIN, "12345678");
    kamupin_status status = kamupin_pin_verify(&bench->card, pin, KAMUPIN_RISK_UNPROVEN);
    kamupin_secret_free(&pin);
    return status;
}

static kamupin_status change_work(kp_bench *bench)
{
    kamupin_secret *old_pin = kp_bench_secret(bench, KAMUPIN_SECRET_PIN, "12345678");
    kamupin_secret *new_pin = kp_bench_secret(bench, KAMUPIN_SECRET_PIN, "98765432");
    kamupin_status status =
        kamupin_pin_change(&bench->card, old_pin, new_pin, new_pin, KAMUPIN_RISK_UNPROVEN);
    kamupin_secret_free(&old_pin);
    kamupin_secret_free(&new_pin);
    return status;
}

/* One transaction: identified again, guarded, the one command, logged out. */
static void test_verify_and_change(void **state)
{
    (void)state;
    static const struct {
        const char *row, *command, *work;
        kamupin_status (*run)(kp_bench *bench);
    } cases[] = {
        {"akis-2", "00 20 00 81 08 3132333435363738", "verify: a v2.x card", verify_work},
        {"akis-2", "00 24 00 81 10 3132333435363738 3938373635343332", "change: a v2.x card",
         change_work},
        {"akis-1", "00 20 00 80 08 3132333435363738", "verify: a v1.0 card", verify_work},
        {"akis-1", "00 24 02 00 12 083132333435363738 083938373635343332", "change: a v1.0 card",
         change_work},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        kp_bench bench;
        kp_bench_open(&bench, cases[i].row, strcmp(cases[i].row, "akis-2") == 0 ? 3 : -1);
        kp_counted before = kp_counted_now(&bench.script);
        unsigned int identified = kp_bench_confirm(&bench), guarded = kp_bench_tries(&bench, 3);
        kp_bench_expect(&bench, cases[i].command, "9000");
        unsigned int left = kp_bench_logout(&bench);
        assert_int_equal(cases[i].run(&bench), KAMUPIN_OK);
        assert_true(identified <= 4);
        assert_true(identified + guarded <= 5); /* v1.0: three, and the guard takes two */
        assert_true(left <= 2);
        kp_counted_is(cases[i].work, &bench.script, before, 0, 0);
        kp_bench_close(&bench);
    }
}

static void test_reset_by_cryptogram(void **state)
{
    (void)state;
    kp_bench bench;
    kp_desk it;
    kp_evidence evidence;
    kp_desk_open_blocked(&bench, &it);
    kp_counted before = kp_counted_now(&bench.script);
    kp_bench_expect(&bench, AUTHENTICATE, "9000");
    kp_bench_expect(&bench, RESET, "9000");
    kp_bench_logout(&bench);
    assert_int_equal(kp_desk_reset(&it, &evidence), KAMUPIN_OK);
    kp_counted_is("reset by cryptogram: a v2.x card", &bench.script, before, 0, 0);
    kp_bench_close(&bench);
}

/* A row without external authentication: the PUK's counter is the guard, and is read again. */
static void test_reset_by_sealed_puk(void **state)
{
    (void)state;
    kp_bench bench;
    kp_evidence evidence;
    kp_bench_open(&bench, "akis-2", 3);
    kp_profile row = *bench.card.identity.profile;
    kp_desk it = kp_desk_of(&bench);
    it.form = KP_FORM_SEALED_PUK;
    row.external_authenticate.proof = KP_UNKNOWN;
    bench.card.identity.profile = &row;
    bench.card.identity.info.pin_state = KAMUPIN_PIN_BLOCKED;
    kp_counted before = kp_counted_now(&bench.script);
    kp_bench_confirm(&bench);
    kp_script_akis2_counter(&bench.script, bench.reader, 2, 3, 3);
    kp_bench_expect(&bench, "00 2C 00 81 10 3731373137313731 3938373635343332", "9000");
    kp_script_akis2_counter(&bench.script, bench.reader, 2, 3, 3);
    kp_bench_logout(&bench);
    assert_int_equal(
        kp_desk_reset_with(&it, KAMUPIN_RISK_SEALED_PUK, KP_OP_RESET_BY_SEALED_PUK, &evidence),
        KAMUPIN_OK);
    kp_counted_is("reset by sealed PUK: a v2.x card", &bench.script, before, 0, 0);
    kp_bench_close(&bench);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_no_reader),
        TEST(test_64_readers),
        TEST(test_200_readers),
        TEST(test_1000_readers),
        TEST(test_16_at_once),
        TEST(test_identity_v2),
        TEST(test_identity_v1),
        TEST(test_identity_card),
        TEST(test_open_and_read),
        cmocka_unit_test(test_verify_and_change),
        cmocka_unit_test(test_reset_by_cryptogram),
        cmocka_unit_test(test_reset_by_sealed_puk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
