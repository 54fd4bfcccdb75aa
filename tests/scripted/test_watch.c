/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   The watch: which events come in which order, that nothing is sent to a card, that nothing grows
   or is lost while nobody takes events, the descriptor, the callback, cancelling and ending. The
   other end is a script. */
#include "provoke.h"
#include "script_backend.h"

#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define AKIS2 "3B9F978131FE4580655443D3228231C073F621808105D3"
#define OTHER "3B021450"
#define WAIT  10000 /* ms: a deadline, not a pause */

typedef struct fixture {
    kp_script script;
    kamupin_context *context;
    kamupin_cancel *cancel;
    kamupin_watch *watch;
    kamupin_error error;
    kamupin_watch_event event;
} fixture;

static int setup(void **state)
{
    static fixture f;
    memset(&f, 0, sizeof f);
    kp_script_init(&f.script);
    kamupin_context_options options = KAMUPIN_CONTEXT_OPTIONS_INIT;
    options.backend = &f.script.backend;
    assert_int_equal(kamupin_context_new(&options, &f.context, NULL), KAMUPIN_OK);
    assert_int_equal(kamupin_cancel_new(f.context, &f.cancel, NULL), KAMUPIN_OK);
    f.event.size = sizeof f.event;
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    fixture *f = *state;
    kamupin_watch_free(&f->watch);
    unsigned int open = f->script.workers_now, connects = 0;
    for (size_t i = 0; i < f->script.reader_count; i++)
        connects += f->script.readers[i].connects + f->script.readers[i].transmits;
    kp_script_free(&f->script);
    kamupin_cancel_free(&f->cancel);
    kamupin_context_free(&f->context);
    return open == 0 && connects == 0 ? 0 : -1; /* no worker is left; no card was touched */
}

static void begin(fixture *f)
{
    assert_int_equal(kamupin_watch_new(f->context, NULL, NULL, &f->watch, &f->error), KAMUPIN_OK);
}

/* The next event is this one. */
static void expect(fixture *f, kamupin_watch_kind kind, const char *reader)
{
    assert_int_equal(kamupin_watch_next(f->watch, WAIT, NULL, &f->event, &f->error), KAMUPIN_OK);
    assert_string_equal(kamupin_watch_kind_name(f->event.kind), kamupin_watch_kind_name(kind));
    assert_string_equal(f->event.reader, reader);
}

static void expect_none(fixture *f)
{
    assert_int_equal(kamupin_watch_next(f->watch, 0, NULL, &f->event, &f->error),
                     KAMUPIN_E_TIMED_OUT);
}

/* The watcher has told all that it had and waits. */
static void settle(fixture *f)
{
    assert_true(kp_script_wait_for_watcher(&f->script));
    expect_none(f);
}

static void test_first_it_is_told_how_things_stand(void **state)
{
    fixture *f = *state;
    kp_script_add(&f->script, "A", NULL);
    kp_script_add(&f->script, "B", AKIS2);
    kp_script_add(&f->script, "C", OTHER);
    kp_script_add(&f->script, "D", NULL);
    f->script.readers[3].present = f->script.readers[3].mute = true;
    begin(f);
    expect(f, KAMUPIN_WATCH_SERVICE_UP, "");
    expect(f, KAMUPIN_WATCH_READER_IN, "A");
    expect(f, KAMUPIN_WATCH_READER_IN, "B");
    expect(f, KAMUPIN_WATCH_CARD_IN, "B");
    assert_int_equal(f->event.status, KAMUPIN_OK);
    assert_string_equal(f->event.profile, "akis-2");
    assert_int_equal(f->event.atr_length, 23);
    assert_int_equal(f->event.atr[1], 0x9F);
    expect(f, KAMUPIN_WATCH_READER_IN, "C");
    expect(f, KAMUPIN_WATCH_CARD_IN, "C");
    assert_int_equal(f->event.status, KAMUPIN_E_CARD_UNSUPPORTED);
    assert_string_equal(f->event.profile, "");
    expect(f, KAMUPIN_WATCH_READER_IN, "D");
    expect(f, KAMUPIN_WATCH_CARD_IN, "D");
    assert_int_equal(f->event.status, KAMUPIN_E_CARD_MUTE);
    assert_int_equal(f->event.atr_length, 0);
    settle(f);
}

static void test_cards_and_readers_come_and_go(void **state)
{
    fixture *f = *state;
    kp_script_add(&f->script, "A", NULL);
    begin(f);
    expect(f, KAMUPIN_WATCH_SERVICE_UP, "");
    expect(f, KAMUPIN_WATCH_READER_IN, "A");
    settle(f);
    kp_script_insert(&f->script, 0, AKIS2);
    expect(f, KAMUPIN_WATCH_CARD_IN, "A");
    assert_int_equal(f->event.events, f->script.readers[0].events);
    kp_script_remove(&f->script, 0);
    expect(f, KAMUPIN_WATCH_CARD_OUT, "A");
    assert_int_equal(f->event.atr_length, 23);
    settle(f);
    kp_script_add(&f->script, "B", OTHER);
    expect(f, KAMUPIN_WATCH_READER_IN, "B");
    expect(f, KAMUPIN_WATCH_CARD_IN, "B");
    kp_script_unplug(&f->script, 1);
    expect(f, KAMUPIN_WATCH_CARD_OUT, "B");
    expect(f, KAMUPIN_WATCH_READER_OUT, "B");
    settle(f);
}

/* Waits until the watcher has looked once more, without taking an event. */
static void let_it_look(fixture *f, unsigned int watches)
{
    for (;;) {
        pthread_mutex_lock(&f->script.lock);
        bool done = f->script.watches >= watches && f->script.watching != 0;
        pthread_mutex_unlock(&f->script.lock);
        if (done)
            return;
        sched_yield();
    }
}

/* What nobody takes is told as its sum, and needs no more memory however often it happens. */
static void test_what_nobody_took_is_told_as_its_sum(void **state)
{
    fixture *f = *state;
    kp_script_add(&f->script, "A", AKIS2);
    kp_script_add(&f->script, "B", NULL);
    begin(f);
    for (int i = 0; i < 4; i++)
        assert_int_equal(kamupin_watch_next(f->watch, WAIT, NULL, &f->event, NULL), KAMUPIN_OK);
    settle(f);
    for (int i = 0; i < 20; i++) {
        unsigned int watches = f->script.watches;
        kp_script_remove(&f->script, 0); /* A: exchanged twenty times */
        kp_script_insert(&f->script, 0, OTHER);
        kp_script_insert(&f->script, 1, OTHER); /* B: in for a moment only */
        kp_script_remove(&f->script, 1);
        let_it_look(f, watches + 1);
    }
    expect(f, KAMUPIN_WATCH_CARD_OUT, "A");
    expect(f, KAMUPIN_WATCH_CARD_IN, "A");
    assert_int_equal(f->event.atr_length, 4);
    settle(f);
}

/* All of them are told, in order, each once. */
static void test_a_thousand_readers(void **state)
{
    fixture *f = *state;
    char name[16];
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "R%03d", i);
        kp_script_add(&f->script, name, i % 2 == 0 ? AKIS2 : NULL);
    }
    begin(f);
    expect(f, KAMUPIN_WATCH_SERVICE_UP, "");
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "R%03d", i);
        expect(f, KAMUPIN_WATCH_READER_IN, name);
        if (i % 2 == 0)
            expect(f, KAMUPIN_WATCH_CARD_IN, name);
    }
    settle(f);
    kp_script_unplug(&f->script, 500);
    expect(f, KAMUPIN_WATCH_CARD_OUT, "R500");
    expect(f, KAMUPIN_WATCH_READER_OUT, "R500");
    settle(f);
}

static bool readable(int fd, int timeout_ms)
{
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    return poll(&wait, 1, timeout_ms) == 1;
}

static void test_the_descriptor_is_readable_while_there_is_something(void **state)
{
    fixture *f = *state;
    kp_script_add(&f->script, "A", NULL);
    begin(f);
    int fd = kamupin_watch_fd(f->watch);
    assert_true(fd >= 0);
    assert_true(readable(fd, WAIT));
    expect(f, KAMUPIN_WATCH_SERVICE_UP, "");
    assert_true(readable(fd, WAIT));
    expect(f, KAMUPIN_WATCH_READER_IN, "A");
    assert_false(readable(fd, 0));
    settle(f);
    kp_script_insert(&f->script, 0, OTHER);
    assert_true(readable(fd, WAIT));
    expect(f, KAMUPIN_WATCH_CARD_IN, "A");
    assert_false(readable(fd, 0));
    /* what cancels itself out before it is taken is no event */
    assert_true(kp_script_wait_for_watcher(&f->script));
    kp_script_remove(&f->script, 0);
    assert_true(readable(fd, WAIT));
    assert_int_equal(kamupin_watch_fd(NULL), -1);
}

/* The script's backend cannot wait for a service (it has no open_waiting): after its first
 * service-down no event can come, and that is said instead of waiting for ever. */
static void test_without_a_service(void **state)
{
    fixture *f = *state;
    f->script.next_open = KAMUPIN_E_READER_NOT_PERMITTED;
    begin(f);
    expect(f, KAMUPIN_WATCH_SERVICE_DOWN, "");
    assert_int_equal(f->event.status, KAMUPIN_E_READER_NOT_PERMITTED);
    assert_int_equal(kamupin_watch_next(f->watch, -1, NULL, &f->event, &f->error),
                     KAMUPIN_E_READER_NOT_PERMITTED);
}

static kamupin_reader_answer open_anew(void *user, int stop, long patience_ms, void **worker)
{
    (void)stop;
    (void)patience_ms;
    return ((kp_script *)user)->backend.open(user, worker);
}

/* What a service had is gone before it is down, and is there again after it. */
static void test_the_service_fails_and_comes_back(void **state)
{
    fixture *f = *state;
    f->script.backend.open_waiting = open_anew;
    kp_script_add(&f->script, "A", AKIS2);
    begin(f);
    expect(f, KAMUPIN_WATCH_SERVICE_UP, "");
    expect(f, KAMUPIN_WATCH_READER_IN, "A");
    expect(f, KAMUPIN_WATCH_CARD_IN, "A");
    settle(f);
    f->script.next_list = KAMUPIN_E_READER_SERVICE_DOWN;
    kp_script_insert(&f->script, 0, AKIS2); /* wakes it */
    expect(f, KAMUPIN_WATCH_CARD_OUT, "A");
    expect(f, KAMUPIN_WATCH_READER_OUT, "A");
    expect(f, KAMUPIN_WATCH_SERVICE_DOWN, "");
    assert_int_equal(f->event.status, KAMUPIN_E_READER_SERVICE_DOWN);
    expect(f, KAMUPIN_WATCH_SERVICE_UP, "");
    expect(f, KAMUPIN_WATCH_READER_IN, "A");
    expect(f, KAMUPIN_WATCH_CARD_IN, "A");
    settle(f);
    assert_int_equal(f->script.opens, 2);
}

/* ---- cancelling ---- */

static void *pull_when_it_waits(void *object)
{
    fixture *f = object;
    kp_script_wait_for_watcher(&f->script);
    kamupin_cancel_pull(f->cancel);
    return NULL;
}

static void test_a_wait_ends(void **state)
{
    fixture *f = *state;
    pthread_t thread;
    begin(f);
    expect(f, KAMUPIN_WATCH_SERVICE_UP, "");
    assert_provokes(KAMUPIN_E_TIMED_OUT,
                    kamupin_watch_next(f->watch, 20, f->cancel, &f->event, &f->error));
    assert_int_equal(pthread_create(&thread, NULL, pull_when_it_waits, f), 0);
    assert_provokes(KAMUPIN_E_CANCELLED,
                    kamupin_watch_next(f->watch, -1, f->cancel, &f->event, &f->error));
    pthread_join(thread, NULL);
    assert_int_equal(f->error.status, KAMUPIN_E_CANCELLED);
    /* pulled before the call; an event stays for the next one */
    kp_script_add(&f->script, "A", NULL);
    assert_true(readable(kamupin_watch_fd(f->watch), WAIT));
    assert_int_equal(kamupin_watch_next(f->watch, -1, f->cancel, &f->event, &f->error),
                     KAMUPIN_E_CANCELLED);
    kamupin_cancel_clear(f->cancel);
    expect(f, KAMUPIN_WATCH_READER_IN, "A");
}

static void test_arguments(void **state)
{
    fixture *f = *state;
    assert_int_equal(kamupin_watch_new(f->context, NULL, NULL, NULL, NULL),
                     KAMUPIN_E_INVALID_ARGUMENT);
    assert_int_equal(kamupin_watch_new(NULL, NULL, NULL, &f->watch, NULL),
                     KAMUPIN_E_INVALID_ARGUMENT);
    assert_null(f->watch);
    begin(f);
    assert_int_equal(kamupin_watch_next(NULL, 0, NULL, &f->event, NULL),
                     KAMUPIN_E_INVALID_ARGUMENT);
    assert_int_equal(kamupin_watch_next(f->watch, -2, NULL, &f->event, NULL),
                     KAMUPIN_E_INVALID_ARGUMENT);
    assert_int_equal(kamupin_watch_next(f->watch, 0, NULL, NULL, NULL), KAMUPIN_E_INVALID_ARGUMENT);
    f->event.size--;
    assert_provokes(KAMUPIN_E_INVALID_ARGUMENT,
                    kamupin_watch_next(f->watch, 0, NULL, &f->event, &f->error));
    kamupin_watch_free(NULL);
    kamupin_watch *none = NULL;
    kamupin_watch_free(&none);
    assert_string_equal(kamupin_watch_kind_name((kamupin_watch_kind)0), "");
    assert_string_equal(kamupin_watch_kind_name((kamupin_watch_kind)7), "");
}

/* ---- the callback ---- */

typedef struct heard {
    pthread_mutex_t lock;
    pthread_cond_t more;
    char text[400];
    char thread[16];
    size_t count;
} heard;

static void hear(void *user, const kamupin_watch_event *event)
{
    heard *to = user;
    pthread_mutex_lock(&to->lock);
    size_t used = strlen(to->text);
    snprintf(to->text + used, sizeof to->text - used, "%s %s\n",
             kamupin_watch_kind_name(event->kind), event->reader);
    FILE *name = fopen("/proc/thread-self/comm", "r");
    if (name == NULL || fgets(to->thread, sizeof to->thread, name) == NULL)
        to->thread[0] = '\0';
    if (name != NULL)
        fclose(name);
    to->count++;
    pthread_cond_broadcast(&to->more);
    pthread_mutex_unlock(&to->lock);
}

static void wait_for_heard(heard *from, size_t count)
{
    pthread_mutex_lock(&from->lock);
    while (from->count < count)
        pthread_cond_wait(&from->more, &from->lock);
    pthread_mutex_unlock(&from->lock);
}

static void test_the_callback_is_told_on_the_named_thread(void **state)
{
    fixture *f = *state;
    heard all = {.lock = PTHREAD_MUTEX_INITIALIZER, .more = PTHREAD_COND_INITIALIZER};
    kp_script_add(&f->script, "A", OTHER);
    assert_int_equal(kamupin_watch_new(f->context, hear, &all, &f->watch, NULL), KAMUPIN_OK);
    wait_for_heard(&all, 3);
    assert_true(kp_script_wait_for_watcher(&f->script));
    kp_script_unplug(&f->script, 0);
    wait_for_heard(&all, 5);
    assert_string_equal(all.text,
                        "service-up \nreader-in A\ncard-in A\ncard-out A\nreader-out A\n");
    assert_string_equal(all.thread, "kamupin-watch\n");
    assert_int_equal(kamupin_watch_fd(f->watch), -1);
    assert_int_equal(kamupin_watch_next(f->watch, 0, NULL, &f->event, NULL),
                     KAMUPIN_E_INVALID_ARGUMENT);
    kamupin_watch_free(&f->watch);
    assert_int_equal(f->script.closes, 1);
}

/* Freed at any moment of its life: before the thread runs, while it looks, while it waits. */
static void test_freed_at_any_moment(void **state)
{
    fixture *f = *state;
    kp_script_add(&f->script, "A", AKIS2);
    for (int i = 0; i < 200; i++) {
        begin(f);
        for (int k = 0; k < i % 20; k++)
            sched_yield();
        if (i % 3 == 0)
            kp_script_insert(&f->script, 0, i % 2 == 0 ? OTHER : AKIS2);
        kamupin_watch_free(&f->watch);
        assert_null(f->watch);
    }
    assert_int_equal(f->script.opens, f->script.closes);
}

/* A child has no watcher thread: it is told so, may tidy up, and does not disturb its parent. */
static void test_a_forked_child(void **state)
{
    fixture *f = *state;
    int code = -1;
    kp_script_add(&f->script, "A", NULL);
    begin(f);
    expect(f, KAMUPIN_WATCH_SERVICE_UP, "");
    expect(f, KAMUPIN_WATCH_READER_IN, "A");
    settle(f);
    pid_t child = fork();
    if (child == 0) {
        bool good =
            kamupin_watch_next(f->watch, -1, NULL, &f->event, &f->error) == KAMUPIN_E_FORKED;
        kamupin_watch_free(&f->watch);
        if (good && f->watch == NULL && f->script.closes == 0)
            execl("/bin/true", "true", NULL); /* what the thread had is not the child's to free */
        _exit(1);
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &code, 0), child);
    assert_int_equal(code, 0);
    kp_script_insert(&f->script, 0, AKIS2);
    assert_true(readable(kamupin_watch_fd(f->watch), WAIT));
    expect(f, KAMUPIN_WATCH_CARD_IN, "A");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_first_it_is_told_how_things_stand),
        TEST(test_cards_and_readers_come_and_go),
        TEST(test_what_nobody_took_is_told_as_its_sum),
        TEST(test_a_thousand_readers),
        TEST(test_the_descriptor_is_readable_while_there_is_something),
        TEST(test_without_a_service),
        TEST(test_the_service_fails_and_comes_back),
        TEST(test_a_wait_ends),
        TEST(test_arguments),
        TEST(test_the_callback_is_told_on_the_named_thread),
        TEST(test_freed_at_any_moment),
        TEST(test_a_forked_child),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
