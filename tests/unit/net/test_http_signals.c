/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_http_signals.c: what the host program does about SIGPIPE is its own affair. libcurl sets it
   aside and puts it back where it closes connections; this program stands between it and sigaction,
   keeps whoever has set it aside until another thread has done so as well, or a while is over, and
   counts how often two had. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>

#include <net/http.h>
#include <own_context.h>

#define THREADS 8

typedef int action_function(int, const struct sigaction *, struct sigaction *);

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t another = PTHREAD_COND_INITIALIZER;
static unsigned int aside, seen, overlaps;

static void stay(void)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 100 * 1000 * 1000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&lock);
    seen++;
    if (++aside > 1)
        overlaps++;
    pthread_cond_broadcast(&another);
    while (overlaps == 0 && pthread_cond_timedwait(&another, &lock, &until) == 0)
        continue;
    pthread_mutex_unlock(&lock);
}

/* Found before libc's own, also by what is loaded at run time. */
__attribute__((visibility("default"))) int sigaction(int number, const struct sigaction *action,
                                                     struct sigaction *old)
{
    action_function *real = (action_function *)dlsym(RTLD_NEXT, "sigaction");
    const int answer = real(number, action, old);

    if (number != SIGPIPE || action == NULL)
        return answer;
    if (action->sa_handler == SIG_IGN) {
        stay();
    } else {
        pthread_mutex_lock(&lock);
        aside -= aside > 0;
        pthread_mutex_unlock(&lock);
    }
    return answer;
}

static void *come_and_go(void *context)
{
    kp_http *http = NULL;

    if (kp_http_new(context, &http, NULL) != KAMUPIN_OK)
        return context;
    kp_http_free(&http);
    return NULL;
}

static void two_threads_never_set_sigpipe_aside_at_once(void **state)
{
    kamupin_context *context = *state;
    pthread_t threads[THREADS];
    void *failed = NULL;
    struct sigaction after;

    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, come_and_go, context), 0);
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
    assert_int_equal(overlaps, 0);
    assert_int_equal(sigaction(SIGPIPE, NULL, &after), 0);
    assert_true(after.sa_handler == SIG_DFL);
    print_message("set aside %u times\n", seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(two_threads_never_set_sigpipe_aside_at_once,
                                        kp_test_open_context, kp_test_close_context),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
