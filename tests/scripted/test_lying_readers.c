/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   Reader systems that lie: a list that never fits, names without an end, one name twice, an answer
   to reset longer than there is room for. Listing and watching come to an end, and take nothing from
   beyond what they own (the last for the sanitizers' runs to see). The other end is a script that is
   lied about here. */
#include "provoke.h"
#include "script_backend.h"

#include <stdio.h>
#include <string.h>

#define WAIT 10000 /* ms: a deadline, not a pause */

typedef struct fixture {
    kp_script script;
    kamupin_context *context;
    kamupin_reader_list *list;
    kamupin_watch *watch;
    kamupin_error error;
    kamupin_watch_event event;
} fixture;

static const kamupin_reader_answer fine = {KAMUPIN_OK, 0, false};

/* What the script's own `watch` is. */
static kamupin_reader_answer (*honest_watch)(void *, kamupin_reader_state *, size_t, long);

static int setup(void **state)
{
    static fixture f;
    memset(&f, 0, sizeof f);
    kp_script_init(&f.script);
    honest_watch = f.script.backend.watch;
    kamupin_context_options options = KAMUPIN_CONTEXT_OPTIONS_INIT;
    options.backend = &f.script.backend;
    assert_int_equal(kamupin_context_new(&options, &f.context, NULL), KAMUPIN_OK);
    f.event.size = sizeof f.event;
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    fixture *f = *state;
    kamupin_watch_free(&f->watch);
    kamupin_reader_list_free(&f->list);
    kp_script_free(&f->script);
    kamupin_context_free(&f->context);
    return 0;
}

static kamupin_status list_new(fixture *f)
{
    return kamupin_reader_list_new(f->context, NULL, &f->list, &f->error);
}

static kamupin_status next(fixture *f)
{
    return kamupin_watch_next(f->watch, WAIT, NULL, &f->event, &f->error);
}

static void watch_new(fixture *f)
{
    assert_int_equal(kamupin_watch_new(f->context, NULL, NULL, &f->watch, &f->error), KAMUPIN_OK);
}

static kamupin_reader_answer never_fits(void *worker, char *names, size_t *length)
{
    (void)worker;
    (void)names;
    *length += 1;
    return fine;
}

static void test_a_list_that_never_fits(void **state)
{
    fixture *f = *state;
    f->script.backend.list = never_fits;
    assert_int_equal(list_new(f), KAMUPIN_E_READER_FAILED);
    watch_new(f);
    assert_int_equal(next(f), KAMUPIN_OK);
    assert_int_equal(f->event.kind, KAMUPIN_WATCH_SERVICE_DOWN);
    assert_int_equal(f->event.status, KAMUPIN_E_READER_FAILED);
}

static kamupin_reader_answer no_end(void *worker, char *names, size_t *length)
{
    (void)worker;
    memset(names, 'x', *length);
    return fine;
}

static void test_names_without_an_end(void **state)
{
    fixture *f = *state;
    f->script.backend.list = no_end;
    assert_int_equal(list_new(f), KAMUPIN_OK);
    assert_int_equal(kamupin_reader_list_count(f->list), 0);
    watch_new(f);
    assert_int_equal(next(f), KAMUPIN_OK);
    assert_int_equal(f->event.kind, KAMUPIN_WATCH_SERVICE_UP);
}

static kamupin_reader_answer one_name_twice(void *worker, char *names, size_t *length)
{
    (void)worker;
    assert_true(*length >= 5);
    *length = 5;
    memcpy(names, "A\0A\0", 5);
    return fine;
}

/* A card in the second of that name, and none in the first. */
static kamupin_reader_answer card_in_the_second(void *worker, kamupin_reader_state *states,
                                                size_t count, long timeout_ms)
{
    if (timeout_ms != 0)
        return honest_watch(worker, states, count, timeout_ms);
    for (size_t i = 0; i < count; i++) {
        states[i].present = i > 0;
        states[i].cookie = 1;
    }
    return fine;
}

/* A reader cannot have a card and none: its coming and going would never have been told. */
static void test_one_name_twice(void **state)
{
    fixture *f = *state;
    f->script.backend.list = one_name_twice;
    f->script.backend.watch = card_in_the_second;
    kp_script_add(&f->script, "A", NULL);
    watch_new(f);
    assert_int_equal(next(f), KAMUPIN_OK);
    assert_int_equal(f->event.kind, KAMUPIN_WATCH_SERVICE_UP);
    assert_int_equal(next(f), KAMUPIN_OK);
    assert_int_equal(f->event.kind, KAMUPIN_WATCH_READER_IN);
    assert_string_equal(f->event.reader, "A");
    assert_int_equal(kamupin_watch_next(f->watch, 0, NULL, &f->event, &f->error),
                     KAMUPIN_E_TIMED_OUT);
}

static kamupin_reader_answer long_atr(void *worker, kamupin_reader_state *states, size_t count,
                                      long timeout_ms)
{
    kamupin_reader_answer answer = honest_watch(worker, states, count, timeout_ms);
    for (size_t i = 0; i < count; i++)
        states[i].atr_length = 4000;
    return answer;
}

static void test_an_atr_beyond_its_room(void **state)
{
    fixture *f = *state;
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;
    kp_script_add(&f->script, "A", "3B021450");
    f->script.backend.watch = long_atr;
    assert_int_equal(list_new(f), KAMUPIN_OK);
    assert_int_equal(kamupin_reader_list_get(f->list, 0, &info), KAMUPIN_OK);
    assert_int_equal(info.usable, KAMUPIN_E_CARD_UNSUPPORTED);
    assert_int_equal(info.atr_length, KAMUPIN_ATR_MAX);
    watch_new(f);
    do
        assert_int_equal(next(f), KAMUPIN_OK);
    while (f->event.kind != KAMUPIN_WATCH_CARD_IN);
    assert_int_equal(f->event.atr_length, KAMUPIN_ATR_MAX);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_list_that_never_fits),
        TEST(test_names_without_an_end),
        TEST(test_one_name_twice),
        TEST(test_an_atr_beyond_its_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
