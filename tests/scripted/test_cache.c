/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   What a context keeps of cards that it has read: used only where the card confirms it, and names
   that stay when a reader is renumbered. The other end is a script. */
#include "card_bench.h"
#include "provoke.h"

#include <card/cache.h>

#include <stdio.h>
#include <string.h>

typedef kp_card_bench fixture;

/* Lists anew, checks that the script was followed, and answers what reader 0 has. */
static kamupin_card_info listed(fixture *f)
{
    kamupin_reader_list_free(&f->list);
    assert_int_equal(kamupin_reader_list_new(f->context, NULL, &f->list, &f->error), KAMUPIN_OK);
    assert_true(f->script.difference[0] == '\0');
    assert_int_equal(f->script.readers[0].next_step, f->script.readers[0].step_count);
    return kp_card_bench_info(f, 0);
}

static kamupin_card_info listed_first(fixture *f)
{
    kp_script_add(&f->script, "R", KP_ATR_AKIS2);
    kp_script_akis2_identify(&f->script, 0, f->der, f->length, 3, 3);
    kamupin_card_info info = listed(f);
    assert_int_equal(info.usable, KAMUPIN_OK);
    return info;
}

/* The same name and certificates; the counters are those of now. */
static void test_the_same_card(void **state)
{
    fixture *f = *state;
    const unsigned char *der = NULL;
    size_t length = 0;
    kamupin_card_info first = listed_first(f);
    kp_script_akis2_again(&f->script, 0, f->der, f->length, 1, 2);
    kamupin_card_info again = listed(f);
    assert_string_equal(again.card_id, first.card_id);
    assert_int_equal(again.certificates, 1);
    assert_int_equal(again.pin_tries_left, 1);
    assert_int_equal(again.puk_tries_left, 2);
    kp_script_akis2_again(&f->script, 0, f->der, f->length, 0, 0);
    again = listed(f);
    assert_int_equal(again.usable, KAMUPIN_E_CARD_DEAD);
    kp_script_akis2_again(&f->script, 0, f->der, f->length, 0, 3);
    assert_int_equal(kamupin_card_open(f->context, "R", NULL, &f->card, &f->error), KAMUPIN_OK);
    assert_int_equal(kamupin_card_certificate(f->card, 0, &der, &length), KAMUPIN_OK);
    assert_int_equal(length, f->length);
    assert_memory_equal(der, f->der, length);
}

/* Taken out and put in again: read in full, whatever card it is. */
static void test_another_event_count(void **state)
{
    fixture *f = *state;
    kamupin_card_info first = listed_first(f);
    kp_script_remove(&f->script, 0);
    kp_script_insert(&f->script, 0, KP_ATR_AKIS2);
    kp_script_akis2_identify(&f->script, 0, f->other, f->other_length, 3, 3);
    assert_string_not_equal(listed(f).card_id, first.card_id);
}

/* Swapped without the daemon seeing it: the card does not confirm, and is read in full; then it is
   the one that is kept. */
static void test_swapped_unseen(void **state)
{
    fixture *f = *state;
    kamupin_card_info first = listed_first(f);
    kp_script_akis2_confirm(&f->script, 0, f->other, f->other_length);
    f->script.readers[0].step_count--; /* the first block differs: the last is not read */
    kp_script_akis2_identify(&f->script, 0, f->other, f->other_length, 2, 3);
    kamupin_card_info other = listed(f);
    assert_int_equal(other.usable, KAMUPIN_OK);
    assert_string_not_equal(other.card_id, first.card_id);
    assert_int_equal(other.pin_tries_left, 2);
    kp_script_akis2_again(&f->script, 0, f->other, f->other_length, 3, 3);
    assert_string_equal(listed(f).card_id, other.card_id);
}

/* Swapped unseen for an identity card: it is found out, and no kept name is given to it. */
static void test_swapped_for_an_identity_card(void **state)
{
    fixture *f = *state;
    listed_first(f);
    kp_script_expect(&f->script, 0, "00A4040007504B43532D313500", "9000");
    kp_script_expect(&f->script, 0, "00A40200022F1000", "6A82");
    kp_script_expect(&f->script, 0, "00A40000023F0000", "9000");
    kp_script_expect(&f->script, 0, "00A40100023D1000", "9000");
    kamupin_card_info info = listed(f);
    assert_int_equal(info.usable, KAMUPIN_E_CARD_IDENTITY_CARD);
    assert_string_equal(info.card_id, "");
    /* and the one before is forgotten */
    kp_script_akis2_identify(&f->script, 0, f->der, f->length, 3, 3);
    assert_int_equal(listed(f).usable, KAMUPIN_OK);
}

/* A card that may not be used is not kept: it is read in full each time. */
static void test_unusable_cards_are_not_kept(void **state)
{
    fixture *f = *state;
    kp_script_add(&f->script, "R", KP_ATR_AKIS2);
    for (int turn = 0; turn < 2; turn++) {
        kp_script_akis2_identify(&f->script, 0, NULL, 0, 3, 3);
        assert_int_equal(listed(f).usable, KAMUPIN_E_CARD_NO_CERTIFICATE);
    }
}

/* The card is pulled while it confirms: no failure of the list, and no name. */
static void test_pulled_while_it_confirms(void **state)
{
    fixture *f = *state;
    listed_first(f);
    kp_script_steps(&f->script, 0,
                    &(kp_script_step){.expect = "00A4040007504B43532D313500",
                                      .reply = "",
                                      .then = KP_THEN_REMOVE},
                    1);
    kamupin_card_info info = listed(f);
    assert_int_equal(info.usable, KAMUPIN_E_CARD_REMOVED);
    assert_string_equal(info.card_id, "");
}

/* The reader comes back under another number, with the same card: the card's name is the same, and
   opens it. */
static void test_renumbered_reader(void **state)
{
    fixture *f = *state;
    kamupin_card_info first = listed_first(f);
    kp_script_unplug(&f->script, 0);
    size_t again = kp_script_add(&f->script, "R 01", KP_ATR_AKIS2);
    kp_script_akis2_identify(&f->script, again, f->der, f->length, 3, 3);
    assert_int_equal(kamupin_card_open(f->context, first.card_id, NULL, &f->card, &f->error),
                     KAMUPIN_OK);
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;
    kp_script_akis2_confirm(&f->script, again, f->der, f->length);
    kp_script_akis2_counter(&f->script, again, 1, 3, 3);
    kp_script_akis2_counter(&f->script, again, 2, 3, 3);
    kp_script_akis2_logout(&f->script, again);
    assert_int_equal(kamupin_card_read(f->card, &info), KAMUPIN_OK);
    assert_string_equal(info.card_id, first.card_id);
    assert_string_equal(info.reader, "R 01");
}

/* Of more cards than are kept the last ones are. */
static void test_no_more_than_so_many(void **state)
{
    fixture *f = *state;
    char name[40];
    for (size_t i = 0; i <= KP_CACHE_CARDS; i++) {
        snprintf(name, sizeof name, "R %zu", i);
        kp_script_add(&f->script, name, KP_ATR_AKIS2);
        kp_script_akis2_identify(&f->script, i, f->der, f->length, 3, 3);
        assert_int_equal(kamupin_card_open(f->context, name, NULL, &f->card, &f->error),
                         KAMUPIN_OK);
        kamupin_card_free(&f->card);
    }
    kp_script_akis2_identify(&f->script, 0, f->der, f->length, 3, 3);
    assert_int_equal(kamupin_card_open(f->context, "R 0", NULL, &f->card, &f->error), KAMUPIN_OK);
    kamupin_card_free(&f->card);
    kp_script_akis2_again(&f->script, KP_CACHE_CARDS, f->der, f->length, 3, 3);
    assert_int_equal(kamupin_card_open(f->context, name, NULL, &f->card, &f->error), KAMUPIN_OK);
}

int main(void)
{
#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, kp_card_bench_setup_two, kp_card_bench_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_the_same_card),
        TEST(test_another_event_count),
        TEST(test_swapped_unseen),
        TEST(test_swapped_for_an_identity_card),
        TEST(test_unusable_cards_are_not_kept),
        TEST(test_pulled_while_it_confirms),
        TEST(test_renumbered_reader),
        TEST(test_no_more_than_so_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
