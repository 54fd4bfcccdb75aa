/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   Listing while another program holds a card in a transaction, or the reader list changes: the list
   comes, and says what it could not read. The other end is a script; the same before a real daemon
   is in test_card_held.py. */
#include "card_bench.h"
#include "provoke.h"

#include <core/context.h>

#include <pthread.h>
#include <stdio.h>
#include <string.h>

typedef kp_card_bench fixture;

static kamupin_status usable(fixture *f, size_t index)
{
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;
    assert_int_equal(kamupin_reader_list_get(f->list, index, &info), KAMUPIN_OK);
    return info.usable;
}

/* A held card beside a free one: the free one is read, the held one says why it was not. */
static void held_beside_free(fixture *f, bool deaf)
{
    kp_script_add(&f->script, "Held", KP_ATR_AKIS2);
    kp_script_add(&f->script, "Free", KP_ATR_AKIS2);
    kp_script_akis2_identify(&f->script, 1, f->der, f->length, 3, 3);
    kp_script_take(&f->script, 0, deaf);
    f->context->held_ms = 700; /* for the free one too: not too short for a slow machine */
    assert_int_equal(kp_card_bench_list(f), KAMUPIN_OK);
    assert_provokes(KAMUPIN_E_CARD_IN_USE, usable(f, 0));
    assert_int_equal(usable(f, 1), KAMUPIN_OK);
    assert_int_equal(kp_script_sent(&f->script, 0), 0);
}

static void test_connect_that_can_be_woken(void **state)
{
    held_beside_free(*state, false);
    assert_true(kp_script_wait_for_strays(&((fixture *)*state)->script));
}

/* As in PC/SC-lite: the connection comes when the other program lets go, and is closed at once. */
static void test_connect_that_cannot_be_woken(void **state)
{
    fixture *f = *state;
    held_beside_free(f, true);
    assert_int_equal(f->script.waiting, 1);
    kp_script_let_go(&f->script, 0);
    assert_true(kp_script_wait_for_strays(&f->script));
    kamupin_reader_list_free(&f->list);
    kp_script_akis2_identify(&f->script, 0, f->der, f->length, 3, 3);
    kp_script_akis2_again(&f->script, 1, f->der, f->length, 3, 3);
    assert_int_equal(kp_card_bench_list(f), KAMUPIN_OK);
    assert_int_equal(usable(f, 0), KAMUPIN_OK);
}

static void test_a_held_card_is_not_opened(void **state)
{
    fixture *f = *state;
    kp_script_add(&f->script, "Held", KP_ATR_AKIS2);
    kp_script_take(&f->script, 0, true);
    f->context->held_ms = 100;
    assert_provokes(KAMUPIN_E_CARD_IN_USE,
                    kamupin_card_open(f->context, NULL, NULL, &f->card, &f->error));
    kp_script_let_go(&f->script, 0);
}

/* ---- what happens while the list waits ---- */

typedef struct later {
    fixture *f;
    void (*act)(fixture *f);
    pthread_t thread;
} later;

static void *act_when_somebody_waits(void *object)
{
    later *l = object;
    kp_script *script = &l->f->script;
    pthread_mutex_lock(&script->lock);
    while (script->waiting == 0)
        pthread_cond_wait(&script->changed, &script->lock);
    pthread_mutex_unlock(&script->lock);
    l->act(l->f);
    return NULL;
}

static kamupin_status list_while(fixture *f, later *l)
{
    assert_int_equal(pthread_create(&l->thread, NULL, act_when_somebody_waits, l), 0);
    kamupin_status status = kp_card_bench_list(f);
    pthread_join(l->thread, NULL);
    return status;
}

static void let_go(fixture *f)
{
    kp_script_let_go(&f->script, 0);
}

static void pull(fixture *f)
{
    kamupin_cancel_pull(f->cancel);
}

/* Another program's signature takes a moment: the card is read when it is done. */
static void test_a_short_transaction_is_waited_for(void **state)
{
    fixture *f = *state;
    later l = {.f = f, .act = let_go};
    kp_script_add(&f->script, "Held", KP_ATR_AKIS2);
    kp_script_akis2_identify(&f->script, 0, f->der, f->length, 3, 3);
    kp_script_take(&f->script, 0, true);
    f->context->held_ms = 600000;
    assert_int_equal(list_while(f, &l), KAMUPIN_OK);
    assert_int_equal(usable(f, 0), KAMUPIN_OK);
}

/* Cancel does not wait for the other program, which nothing could wake. */
static void test_cancel_while_another_program_holds_it(void **state)
{
    fixture *f = *state;
    later l = {.f = f, .act = pull};
    kp_script_add(&f->script, "Held", KP_ATR_AKIS2);
    kp_script_take(&f->script, 0, true);
    f->context->held_ms = 600000;
    assert_provokes(KAMUPIN_E_CANCELLED, list_while(f, &l));
    assert_int_equal(f->script.waiting, 1); /* the other program holds it still */
    kp_script_let_go(&f->script, 0);
}

/* ---- the reader list changes meanwhile ---- */

static void unplug_first(kp_script *script)
{
    kp_script_unplug(script, 0);
}

static void plug_one_in(kp_script *script)
{
    kp_script_add(script, "Late", NULL);
}

/* A reader that goes between the list and the look at its state is not listed. */
static void test_list_is_read_again(void **state)
{
    fixture *f = *state;
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;
    kp_script_add(&f->script, "Goes", KP_ATR_AKIS2);
    kp_script_add(&f->script, "Stays", NULL);
    f->script.between = unplug_first;
    assert_int_equal(kp_card_bench_list(f), KAMUPIN_OK);
    assert_int_equal(kamupin_reader_list_count(f->list), 1);
    assert_int_equal(kamupin_reader_list_get(f->list, 0, &info), KAMUPIN_OK);
    assert_string_equal(info.reader, "Stays");
    assert_int_equal(f->script.lists, 2);
    assert_int_equal(f->script.watches, 2);
}

/* More names than fitted, and by the second call one more still. */
static void test_list_that_grows(void **state)
{
    fixture *f = *state;
    char name[KAMUPIN_READER_NAME_MAX];
    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "%0126d", i);
        kp_script_add(&f->script, name, NULL);
    }
    f->script.between = plug_one_in;
    assert_int_equal(kp_card_bench_list(f), KAMUPIN_OK);
    assert_int_equal(kamupin_reader_list_count(f->list), 21);
    assert_int_equal(f->script.lists, 2);
}

int main(void)
{
#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, kp_card_bench_setup, kp_card_bench_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_connect_that_can_be_woken),
        TEST(test_connect_that_cannot_be_woken),
        TEST(test_a_held_card_is_not_opened),
        TEST(test_a_short_transaction_is_waited_for),
        TEST(test_cancel_while_another_program_holds_it),
        TEST(test_list_is_read_again),
        TEST(test_list_that_grows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
