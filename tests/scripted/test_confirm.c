/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   The card handle: which card it is opened for, and that each hold recognises the card again in at
   most four commands. The other end is a script. */
#include "card_bench.h"
#include "provoke.h"

#include <card/card.h>

#include <stdio.h>
#include <string.h>

#define SERIAL "0102030405060708090A0B0C"

typedef kp_card_bench fixture;

static kamupin_status open_card(fixture *f, const char *which)
{
    return kamupin_card_open(f->context, which, NULL, &f->card, &f->error);
}

static void open_akis2(fixture *f)
{
    kp_script_add(&f->script, "R", KP_ATR_AKIS2);
    kp_script_akis2_identify(&f->script, 0, f->der, f->length, 3, 3);
    assert_int_equal(open_card(f, NULL), KAMUPIN_OK);
}

static void test_hold_and_release_akis2(void **state)
{
    fixture *f = *state;
    open_akis2(f);
    assert_true(f->length > 244); /* two blocks */
    unsigned int before = kp_script_sent(&f->script, 0);
    kp_script_akis2_confirm(&f->script, 0, f->der, f->length);
    assert_int_equal(kp_card_hold(f->card), KAMUPIN_OK);
    assert_int_equal(kp_script_sent(&f->script, 0) - before, 4);
    assert_false(f->card->channel.stale);
    kp_script_akis2_logout(&f->script, 0);
    kp_card_release(f->card);
    assert_false(f->card->channel.held);
}

static void test_hold_and_release_akis1(void **state)
{
    fixture *f = *state;
    kp_script_add(&f->script, "R", KP_ATR_AKIS1);
    kp_script_akis1_identify(&f->script, 0, f->der, f->length, SERIAL, "12");
    assert_int_equal(open_card(f, "serial:" SERIAL), KAMUPIN_OK);
    unsigned int before = kp_script_sent(&f->script, 0);
    kp_script_akis1_confirm(&f->script, 0, SERIAL, "12");
    assert_int_equal(kp_card_hold(f->card), KAMUPIN_OK);
    assert_true(kp_script_sent(&f->script, 0) - before <= 4);
    kp_script_akis1_logout(&f->script, 0);
    kp_card_release(f->card);
    kp_script_akis1_confirm(&f->script, 0, "0102030405060708090A0B0D", NULL);
    assert_int_equal(kp_card_hold(f->card), KAMUPIN_E_CARD_SWAPPED);
    assert_true(f->card->channel.stale);
    assert_false(f->card->channel.held);
}

/* Another card of the same form: its signature gives it away, or already its key in the first
   block. */
static void test_swapped_card(void **state)
{
    fixture *f = *state;
    open_akis2(f);
    kp_script_akis2_confirm(&f->script, 0, f->other, f->other_length);
    /* the first block differs already: the last one is not read any more */
    f->script.readers[0].step_count--;
    assert_int_equal(kp_card_hold(f->card), KAMUPIN_E_CARD_SWAPPED);
    assert_true(f->card->channel.stale);
    assert_int_equal(f->card->error.status, KAMUPIN_E_CARD_SWAPPED);
}

static void test_swapped_card_seen_by_its_signature(void **state)
{
    fixture *f = *state;
    open_akis2(f);
    f->other_length = f->length;
    memcpy(f->other, f->der, f->length);
    f->other[f->length - 1] ^= 1;
    kp_script_akis2_confirm(&f->script, 0, f->other, f->length);
    assert_int_equal(kp_card_hold(f->card), KAMUPIN_E_CARD_SWAPPED);
}

static void test_card_without_the_application_is_another(void **state)
{
    fixture *f = *state;
    open_akis2(f);
    kp_script_expect(&f->script, 0, "00A4040007504B43532D313500", "6A82");
    assert_int_equal(kp_card_hold(f->card), KAMUPIN_E_CARD_SWAPPED);
}

/* A reset between two holds: accepted, and the card recognised again before anything else. */
static void test_reset_between_holds(void **state)
{
    fixture *f = *state;
    open_akis2(f);
    f->script.readers[0].next_begin = KAMUPIN_E_CARD_RESET;
    kp_script_akis2_confirm(&f->script, 0, f->der, f->length);
    assert_int_equal(kp_card_hold(f->card), KAMUPIN_OK);
    assert_int_equal(f->script.readers[0].reconnects, 1);
    kp_script_akis2_logout(&f->script, 0);
    kp_card_release(f->card);
}

/* A wake that was meant for an earlier wait, of a crew that ran out of patience just then. */
static void test_a_late_wake_is_nobodys_cancel(void **state)
{
    fixture *f = *state;
    open_akis2(f);
    f->script.readers[0].next_begin = KAMUPIN_E_CANCELLED;
    kp_script_akis2_confirm(&f->script, 0, f->der, f->length);
    assert_int_equal(kp_card_hold(f->card), KAMUPIN_OK);
    kp_script_akis2_logout(&f->script, 0);
    kp_card_release(f->card);
}

static void test_pulled_between_holds(void **state)
{
    fixture *f = *state;
    open_akis2(f);
    kp_script_remove(&f->script, 0);
    assert_int_equal(kp_card_hold(f->card), KAMUPIN_E_CARD_REMOVED);
    kp_script_unplug(&f->script, 0);
    assert_int_equal(kp_card_hold(f->card), KAMUPIN_E_NO_READER);
}

static void test_read_again(void **state)
{
    fixture *f = *state;
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;
    open_akis2(f);
    kp_script_akis2_confirm(&f->script, 0, f->der, f->length);
    kp_script_akis2_counter(&f->script, 0, 1, 0, 3);
    kp_script_akis2_counter(&f->script, 0, 2, 0, 3);
    kp_script_akis2_logout(&f->script, 0);
    assert_int_equal(kamupin_card_read(f->card, &info), KAMUPIN_OK);
    assert_int_equal(info.pin_state, KAMUPIN_PIN_DEAD);
    assert_int_equal(info.usable, KAMUPIN_E_CARD_DEAD);
    assert_int_equal(kp_card_hold(f->card), KAMUPIN_E_CARD_DEAD);
    info.size = 4;
    assert_int_equal(kamupin_card_read(f->card, &info), KAMUPIN_E_INVALID_ARGUMENT);
}

/* What can go wrong while the state is read, seen through the public call. */
static void test_read_fails(void **state)
{
    fixture *f = *state;
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;
    kamupin_error error = KAMUPIN_ERROR_INIT;
    open_akis2(f);
    kp_script_expect(&f->script, 0, "00A4040007504B43532D313500", "6A82");
    assert_provokes(KAMUPIN_E_CARD_SWAPPED, kamupin_card_read(f->card, &info));
    kp_script_expect(&f->script, 0, "00A4040007504B43532D313500", "");
    assert_provokes(KAMUPIN_E_CARD_RESET, kamupin_card_read(f->card, &info));
    kp_script_expect(&f->script, 0, "00A4040007504B43532D313500", "6110");
    kp_script_expect(&f->script, 0, "00C0000010", "6110");
    assert_provokes(KAMUPIN_E_CARD_REPLY_MALFORMED, kamupin_card_read(f->card, &info));
    kp_script_break(&f->script, 0, "00A4040007504B43532D313500", KAMUPIN_E_READER_FAILED);
    assert_provokes(KAMUPIN_E_READER_FAILED, kamupin_card_read(f->card, &info));
    kamupin_card_error(f->card, &error);
    assert_int_equal(error.status, KAMUPIN_E_READER_FAILED);
    assert_int_equal(error.origin, KAMUPIN_FROM_READER);
    kp_script_steps(&f->script, 0,
                    &(kp_script_step){.expect = "00A4040007504B43532D313500",
                                      .reply = "",
                                      .then = KP_THEN_REMOVE},
                    1);
    assert_provokes(KAMUPIN_E_CARD_REMOVED, kamupin_card_read(f->card, &info));
}

static void test_certificate_of_the_handle(void **state)
{
    fixture *f = *state;
    const unsigned char *der = NULL;
    size_t length = 0;
    open_akis2(f);
    assert_int_equal(kamupin_card_certificate(f->card, 0, &der, &length), KAMUPIN_OK);
    assert_int_equal(length, f->length);
    assert_memory_equal(der, f->der, length);
    assert_int_equal(kamupin_card_certificate(f->card, 1, &der, &length),
                     KAMUPIN_E_INVALID_ARGUMENT);
}

/* An identity card can be opened and described, and not held. */
static void test_identity_card_cannot_be_held(void **state)
{
    fixture *f = *state;
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;
    kp_script_add(&f->script, "R", KP_ATR_AKIS2);
    for (int turn = 0; turn < 2; turn++) {
        kp_script_expect(&f->script, 0, "00A40000023F0000", "9000");
        kp_script_expect(&f->script, 0, "00A40100023D1000", "9000");
    }
    assert_int_equal(open_card(f, NULL), KAMUPIN_OK);
    assert_int_equal(kp_card_hold(f->card), KAMUPIN_E_CARD_IDENTITY_CARD);
    assert_int_equal(kamupin_card_read(f->card, &info), KAMUPIN_OK);
    assert_int_equal(info.kind, KAMUPIN_CARD_IDENTITY);
    assert_int_equal(kp_script_sent(&f->script, 0), 4);
}

static void test_choosing(void **state)
{
    fixture *f = *state;
    assert_provokes(KAMUPIN_E_NO_READER, open_card(f, NULL));
    kp_script_add(&f->script, "Empty", NULL);
    assert_provokes(KAMUPIN_E_NO_CARD, open_card(f, NULL));
    assert_provokes(KAMUPIN_E_NO_CARD, open_card(f, "Empty"));
    assert_provokes(KAMUPIN_E_CARD_NOT_FOUND, open_card(f, "Nowhere"));
    kp_script_add(&f->script, "Bank", "3B6800000073C84012009000");
    assert_provokes(KAMUPIN_E_CARD_UNSUPPORTED, open_card(f, NULL));
    assert_null(f->card);
    size_t one = kp_script_add(&f->script, "One", KP_ATR_AKIS2);
    size_t two = kp_script_add(&f->script, "Two", KP_ATR_AKIS1);
    kp_script_akis2_identify(&f->script, one, f->der, f->length, 3, 3);
    kp_script_akis1_identify(&f->script, two, f->other, f->other_length, SERIAL, "12");
    assert_provokes(KAMUPIN_E_CHOICE_NEEDED, open_card(f, NULL));
    kp_script_akis2_again(&f->script, one, f->der, f->length, 3, 3);
    kp_script_akis1_again(&f->script, two, SERIAL, "12");
    assert_int_equal(open_card(f, SERIAL), KAMUPIN_OK);
    assert_string_equal(f->card->identity.info.reader, "Two");
    kamupin_card_free(&f->card);
    /* a reader's name asks that reader's card alone */
    kp_script_akis2_again(&f->script, one, f->der, f->length, 3, 3);
    assert_int_equal(open_card(f, "One"), KAMUPIN_OK);
    assert_string_equal(f->card->identity.info.reader, "One");
    assert_int_equal(f->script.readers[1].connects, 0); /* no row knows its ATR */
}

static void test_card_held_by_others_or_mute(void **state)
{
    fixture *f = *state;
    kp_script_add(&f->script, "R", KP_ATR_AKIS2);
    f->script.readers[0].exclusive = true;
    assert_provokes(KAMUPIN_E_CARD_IN_USE, open_card(f, NULL));
    f->script.readers[0].exclusive = false;
    f->script.readers[0].next_connect = KAMUPIN_E_CARD_IN_USE;
    assert_provokes(KAMUPIN_E_CARD_IN_USE, open_card(f, NULL));
    f->script.readers[0].mute = true;
    assert_provokes(KAMUPIN_E_CARD_MUTE, open_card(f, NULL));
    f->script.next_open = KAMUPIN_E_READER_NOT_PERMITTED;
    assert_provokes(KAMUPIN_E_READER_NOT_PERMITTED, open_card(f, NULL));
}

int main(void)
{
#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, kp_card_bench_setup_two, kp_card_bench_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_hold_and_release_akis2),
        TEST(test_hold_and_release_akis1),
        TEST(test_swapped_card),
        TEST(test_swapped_card_seen_by_its_signature),
        TEST(test_card_without_the_application_is_another),
        TEST(test_reset_between_holds),
        TEST(test_a_late_wake_is_nobodys_cancel),
        TEST(test_pulled_between_holds),
        TEST(test_read_again),
        TEST(test_read_fails),
        TEST(test_certificate_of_the_handle),
        TEST(test_identity_card_cannot_be_held),
        TEST(test_choosing),
        TEST(test_card_held_by_others_or_mute),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
