/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   The reader list: how often the reader system is asked, which cards are connected to, several
   cards at once, and waiting. The other end is a script. */
#include "card_bench.h"
#include "provoke.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

typedef kp_card_bench fixture;

static void test_no_reader_is_no_failure(void **state)
{
    fixture *f = *state;
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;
    assert_int_equal(kp_card_bench_list(f), KAMUPIN_OK);
    assert_int_equal(kamupin_reader_list_count(f->list), 0);
    assert_int_equal(kamupin_reader_list_get(f->list, 0, &info), KAMUPIN_E_INVALID_ARGUMENT);
    assert_int_equal(f->script.watches, 0);
}

/* Each reader's state as it is; the cheap questions asked once; strangers not even connected to. */
static void test_what_each_reader_has(void **state)
{
    fixture *f = *state;
    kp_script_add(&f->script, "Empty", NULL);
    kp_script_add(&f->script, "Bank", "3B6800000073C84012009000");
    kp_script_add(&f->script, "Mute", KP_ATR_AKIS2);
    kp_script_add(&f->script, "Busy", KP_ATR_AKIS2);
    kp_script_add(&f->script, "Signature", KP_ATR_AKIS2);
    kp_script_add(&f->script, "Old", "3BBB11008131FE4D55454B41452056312E30319E");
    f->script.readers[2].mute = true;
    f->script.readers[3].exclusive = true;
    kp_script_akis2_identify(&f->script, 4, f->der, f->length, 3, 3);
    assert_int_equal(kp_card_bench_list(f), KAMUPIN_OK);
    assert_int_equal(kamupin_reader_list_count(f->list), 6);
    assert_int_equal(kp_card_bench_info(f, 0).usable, KAMUPIN_E_NO_CARD);
    assert_int_equal(kp_card_bench_info(f, 0).kind, KAMUPIN_CARD_NONE);
    assert_int_equal(kp_card_bench_info(f, 1).usable, KAMUPIN_E_CARD_UNSUPPORTED);
    assert_int_equal(kp_card_bench_info(f, 1).atr_length, 12);
    assert_int_equal(kp_card_bench_info(f, 2).usable, KAMUPIN_E_CARD_MUTE);
    assert_int_equal(kp_card_bench_info(f, 3).usable, KAMUPIN_E_CARD_IN_USE);
    assert_int_equal(kp_card_bench_info(f, 4).usable, KAMUPIN_OK);
    assert_string_equal(kp_card_bench_info(f, 4).reader, "Signature");
    assert_string_equal(kp_card_bench_info(f, 4).product, "AKİS v2.x");
    assert_int_equal(kp_card_bench_info(f, 5).usable, KAMUPIN_E_CARD_UNSUPPORTED);
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(f->script.readers[i].connects, i == 4 ? 1 : 0);
    assert_int_equal(f->script.lists, 1);
    assert_int_equal(f->script.watches, 1);
}

/* More names than fit at first: a second call, and no third. */
static void test_long_names(void **state)
{
    fixture *f = *state;
    char name[KAMUPIN_READER_NAME_MAX];
    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "%0126d", i);
        kp_script_add(&f->script, name, NULL);
    }
    assert_int_equal(kp_card_bench_list(f), KAMUPIN_OK);
    assert_int_equal(kamupin_reader_list_count(f->list), 20);
    assert_string_equal(kp_card_bench_info(f, 19).reader, name);
    assert_int_equal(f->script.lists, 2);
    assert_int_equal(f->script.watches, 1);
}

/* Eight cards at once, each with its own worker beside the list's. */
static void test_many_cards(void **state)
{
    fixture *f = *state;
    char name[16];
    for (size_t i = 0; i < 8; i++) {
        snprintf(name, sizeof name, "Reader %zu", i);
        kp_script_add(&f->script, name, KP_ATR_AKIS2);
        kp_script_akis2_identify(&f->script, i, f->der, f->length, (int)(i % 4), 3);
    }
    assert_int_equal(kp_card_bench_list(f), KAMUPIN_OK);
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(kp_card_bench_info(f, i).pin_tries_left, i % 4);
    assert_int_equal(f->script.opens, 9);
    assert_int_equal(f->script.watches, 1);
    assert_int_equal(f->script.workers_now, 1); /* the list's own, for waiting */
}

/* A card that fails is no failure of the list. */
static void test_one_card_fails(void **state)
{
    fixture *f = *state;
    kp_script_add(&f->script, "A", KP_ATR_AKIS2);
    kp_script_add(&f->script, "B", KP_ATR_AKIS2);
    kp_script_break(&f->script, 0, "00A40000023F0000", KAMUPIN_E_READER_FAILED);
    kp_script_akis2_identify(&f->script, 1, f->der, f->length, 3, 3);
    assert_int_equal(kp_card_bench_list(f), KAMUPIN_OK);
    assert_int_equal(kp_card_bench_info(f, 0).usable, KAMUPIN_E_READER_FAILED);
    assert_string_equal(kp_card_bench_info(f, 0).card_id, "");
    assert_int_equal(kp_card_bench_info(f, 1).usable, KAMUPIN_OK);
}

/* Another program resets the card while it is read: read again, once. */
static void test_reset_while_reading(void **state)
{
    fixture *f = *state;
    kp_script_add(&f->script, "A", KP_ATR_AKIS2);
    kp_script_expect(&f->script, 0, "00A40000023F0000", "9000");
    kp_script_break(&f->script, 0, "00A40100023D1000", KAMUPIN_E_CARD_RESET);
    kp_script_akis2_identify(&f->script, 0, f->der, f->length, 3, 3);
    assert_int_equal(kp_card_bench_list(f), KAMUPIN_OK);
    assert_int_equal(kp_card_bench_info(f, 0).usable, KAMUPIN_OK);
    kamupin_reader_list_free(&f->list);
    for (int turn = 0; turn < 2; turn++)
        kp_script_break(&f->script, 0, "00A4040007504B43532D313500", KAMUPIN_E_CARD_RESET);
    assert_int_equal(kp_card_bench_list(f), KAMUPIN_OK);
    assert_int_equal(kp_card_bench_info(f, 0).usable, KAMUPIN_E_CARD_RESET);
}

static void test_failures_of_the_reader_system(void **state)
{
    fixture *f = *state;
    kp_script_add(&f->script, "A", NULL);
    f->script.next_open = KAMUPIN_E_READER_SERVICE_DOWN;
    assert_provokes(KAMUPIN_E_READER_SERVICE_DOWN, kp_card_bench_list(f));
    f->script.next_open = KAMUPIN_E_READER_NOT_PERMITTED;
    assert_provokes(KAMUPIN_E_READER_NOT_PERMITTED, kp_card_bench_list(f));
    f->script.next_list = KAMUPIN_E_READER_FAILED;
    assert_provokes(KAMUPIN_E_READER_FAILED, kp_card_bench_list(f));
    f->script.next_watch = KAMUPIN_E_READER_SERVICE_DOWN;
    assert_provokes(KAMUPIN_E_READER_SERVICE_DOWN, kp_card_bench_list(f));
    assert_null(f->list);
    assert_int_equal(f->error.status, KAMUPIN_E_READER_SERVICE_DOWN);
    assert_int_equal(f->error.origin, KAMUPIN_FROM_READER);
    kamupin_cancel_pull(f->cancel);
    assert_provokes(KAMUPIN_E_CANCELLED, kp_card_bench_list(f));
}

/* ---- waiting ---- */

typedef struct later {
    fixture *f;
    void (*act)(fixture *f);
    pthread_t thread;
} later;

static void *act_when_waited_for(void *object)
{
    later *l = object;
    if (kp_script_wait_for_watcher(&l->f->script))
        l->act(l->f);
    return NULL;
}

/* Waits without bound while `act` happens as soon as the wait has begun. */
static kamupin_status wait_and(fixture *f, void (*act)(fixture *f))
{
    later l = {.f = f, .act = act};
    assert_int_equal(pthread_create(&l.thread, NULL, act_when_waited_for, &l), 0);
    kamupin_status status = kamupin_reader_list_wait(f->list, -1, f->cancel, &f->error);
    pthread_join(l.thread, NULL);
    return status;
}

static void insert(fixture *f)
{
    kp_script_insert(&f->script, 0, KP_ATR_AKIS2);
}

static void remove_card(fixture *f)
{
    kp_script_remove(&f->script, 0);
}

static void attach(fixture *f)
{
    kp_script_add(&f->script, "New", NULL);
}

static void unplug(fixture *f)
{
    kp_script_unplug(&f->script, 0);
}

static void pull(fixture *f)
{
    kamupin_cancel_pull(f->cancel);
}

static void test_wait_sees_a_card_come_and_go(void **state)
{
    fixture *f = *state;
    kp_script_add(&f->script, "A", NULL);
    assert_int_equal(kp_card_bench_list(f), KAMUPIN_OK);
    assert_int_equal(wait_and(f, insert), KAMUPIN_OK);
    assert_int_equal(kp_script_sent(&f->script, 0), 0);
    kamupin_reader_list_free(&f->list);
    kp_script_akis2_identify(&f->script, 0, f->der, f->length, 3, 3);
    assert_int_equal(kp_card_bench_list(f), KAMUPIN_OK);
    assert_int_equal(wait_and(f, remove_card), KAMUPIN_OK);
}

static void test_wait_sees_a_reader_come_and_go(void **state)
{
    fixture *f = *state;
    assert_int_equal(kp_card_bench_list(f), KAMUPIN_OK);
    assert_int_equal(wait_and(f, attach), KAMUPIN_OK);
    kamupin_reader_list_free(&f->list);
    assert_int_equal(kp_card_bench_list(f), KAMUPIN_OK);
    assert_int_equal(wait_and(f, unplug), KAMUPIN_OK);
}

/* What happened between listing and waiting is not lost. */
static void test_wait_sees_what_was_before_it(void **state)
{
    fixture *f = *state;
    assert_int_equal(kp_card_bench_list(f), KAMUPIN_OK);
    attach(f);
    assert_int_equal(kamupin_reader_list_wait(f->list, -1, NULL, &f->error), KAMUPIN_OK);
    kamupin_reader_list_free(&f->list);
    assert_int_equal(kp_card_bench_list(f), KAMUPIN_OK);
    insert(f);
    assert_int_equal(kamupin_reader_list_wait(f->list, -1, NULL, &f->error), KAMUPIN_OK);
}

static void test_wait_ends(void **state)
{
    fixture *f = *state;
    kp_script_add(&f->script, "A", NULL);
    assert_int_equal(kp_card_bench_list(f), KAMUPIN_OK);
    assert_provokes(KAMUPIN_E_TIMED_OUT,
                    kamupin_reader_list_wait(f->list, 0, f->cancel, &f->error));
    assert_provokes(KAMUPIN_E_TIMED_OUT,
                    kamupin_reader_list_wait(f->list, 20, f->cancel, &f->error));
    assert_provokes(KAMUPIN_E_CANCELLED, wait_and(f, pull));
    assert_true(f->script.wakes > 0);
    assert_int_equal(kamupin_reader_list_wait(f->list, -2, NULL, &f->error),
                     KAMUPIN_E_INVALID_ARGUMENT);
}

static const kamupin_reader_backend *plain;

/* A wait that ends by itself, and a cancel that comes when it has already ended. */
static kamupin_reader_answer watch_then_wake(void *worker, kamupin_reader_state *states,
                                             size_t count, long timeout_ms)
{
    kamupin_reader_answer answer = plain->watch(worker, states, count, timeout_ms);
    if (answer.status == KAMUPIN_E_TIMED_OUT)
        plain->wake(worker);
    return answer;
}

/* A cancel that came too late for one wait does not end the next one. */
static void test_a_late_cancel_is_not_the_next_waits(void **state)
{
    fixture *f = *state;
    kamupin_reader_backend before = f->script.backend;
    plain = &before;
    f->script.backend.watch = watch_then_wake;
    kp_script_add(&f->script, "A", NULL);
    assert_int_equal(kp_card_bench_list(f), KAMUPIN_OK);
    for (int i = 0; i < 3; i++)
        assert_int_equal(kamupin_reader_list_wait(f->list, 20, f->cancel, &f->error),
                         KAMUPIN_E_TIMED_OUT);
    assert_provokes(KAMUPIN_E_CANCELLED, wait_and(f, pull));
}

int main(void)
{
#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, kp_card_bench_setup, kp_card_bench_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_no_reader_is_no_failure),
        TEST(test_what_each_reader_has),
        TEST(test_long_names),
        TEST(test_many_cards),
        TEST(test_one_card_fails),
        TEST(test_reset_while_reading),
        TEST(test_failures_of_the_reader_system),
        TEST(test_wait_sees_a_card_come_and_go),
        TEST(test_wait_sees_a_reader_come_and_go),
        TEST(test_wait_sees_what_was_before_it),
        TEST(test_wait_ends),
        TEST(test_a_late_cancel_is_not_the_next_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
