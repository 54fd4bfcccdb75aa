/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   watch.c: the watch handle: begins and ends the thread, and tells the caller what differs from
   what it was told before (watch_view.h). Touches the thread's watch, no reader. */
#include <card/watch.h>

#include <card/channel.h>
#include <core/fail.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

void kp_watch_destroy(kamupin_watch *watch)
{
    kp_watch_view_clear(&watch->now);
    kp_watch_view_clear(&watch->told);
    if (watch->ready >= 0)
        close(watch->ready);
    if (watch->stop >= 0)
        close(watch->stop);
    pthread_cond_destroy(&watch->changed);
    pthread_mutex_destroy(&watch->lock);
    free(watch);
}

void kp_watch_show_ready(kamupin_watch *watch)
{
    bool wanted = watch->callback == NULL && kp_watch_view_differs(&watch->now, &watch->told);
    uint64_t one = 1;
    if (wanted && !watch->signaled)
        watch->signaled = write(watch->ready, &one, sizeof one) == (ssize_t)sizeof one;
    else if (!wanted && watch->signaled)
        watch->signaled = read(watch->ready, &one, sizeof one) != (ssize_t)sizeof one;
}

static kamupin_watch *new_watch(kamupin_context *context)
{
    pthread_condattr_t monotonic;
    kamupin_watch *made = calloc(1, sizeof *made);
    if (made == NULL)
        return NULL;
    made->context = context;
    made->backend = kp_reader_backend(context);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&made->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&made->lock, NULL);
    made->ready = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    made->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return made;
}

/* Signals are for the program's own threads. */
static bool start(kamupin_watch *watch)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool started = pthread_create(&watch->thread, NULL, kp_watch_thread, watch) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

kamupin_status kamupin_watch_new(kamupin_context *context, kamupin_watch_fn callback, void *user,
                                 kamupin_watch **watch, kamupin_error *error)
{
    if (watch == NULL)
        return kp_fail_local(error, KAMUPIN_E_INVALID_ARGUMENT);
    *watch = NULL;
    kamupin_status status = kp_context_check(context, error);
    if (status != KAMUPIN_OK)
        return status;
    kamupin_watch *made = new_watch(context);
    if (made == NULL)
        return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    made->callback = callback;
    made->user = user;
    if (made->ready < 0 || made->stop < 0 || !start(made)) {
        kp_watch_destroy(made);
        return kp_fail(error, KAMUPIN_E_NO_MEMORY, KAMUPIN_FROM_LOCAL, "no descriptor or thread");
    }
    *watch = made;
    return KAMUPIN_OK;
}

/* Under the lock: waits for `changed`; false when the time (of CLOCK_MONOTONIC) is over. */
static bool wait_until(kamupin_watch *watch, const struct timespec *until)
{
    if (until == NULL)
        pthread_cond_wait(&watch->changed, &watch->lock);
    else
        return pthread_cond_timedwait(&watch->changed, &watch->lock, until) != ETIMEDOUT;
    return true;
}

static struct timespec after(long milliseconds)
{
    struct timespec until = {0, 0};
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += milliseconds % 1000 * 1000000;
    until.tv_sec += milliseconds / 1000 + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    return until;
}

/* Tells the thread to end and waits until it has. A wake may find the thread before its wait and be
   forgotten: it is repeated. */
static void stop(kamupin_watch *watch)
{
    const uint64_t one = 1;
    pthread_mutex_lock(&watch->lock);
    watch->stopping = true;
    while (write(watch->stop, &one, sizeof one) < 0 && errno == EINTR)
        continue;
    for (long pause_ms = 1; !watch->ended; pause_ms = pause_ms < 64 ? 2 * pause_ms : 64) {
        struct timespec until = after(pause_ms);
        if (watch->worker != NULL)
            watch->backend->wake(watch->worker);
        wait_until(watch, &until);
    }
    pthread_mutex_unlock(&watch->lock);
    pthread_join(watch->thread, NULL);
}

void kamupin_watch_free(kamupin_watch **watch)
{
    if (watch == NULL || *watch == NULL)
        return;
    kamupin_watch *freed = *watch;
    *watch = NULL;
    if (kp_context_check(freed->context, NULL) == KAMUPIN_OK) {
        stop(freed);
        kp_watch_destroy(freed);
    } else {
        close(
            freed->ready); /* a forked child has neither the thread nor a lock that it can trust */
        close(freed->stop);
        kp_watch_view_clear(&freed->now);
        kp_watch_view_clear(&freed->told);
        free(freed);
    }
}

static void wake_taker(void *object)
{
    kamupin_watch *watch = object;
    pthread_mutex_lock(&watch->lock);
    pthread_cond_broadcast(&watch->changed);
    pthread_mutex_unlock(&watch->lock);
}

/* Takes the next event or waits for it. */
static kamupin_status take(kamupin_watch *watch, long timeout_ms, const kamupin_cancel *cancel,
                           kamupin_watch_event *event)
{
    struct timespec until = after(timeout_ms > 0 ? timeout_ms : 0);
    kamupin_status status = KAMUPIN_OK;
    bool in_time = timeout_ms != 0;
    pthread_mutex_lock(&watch->lock);
    for (;;) {
        status = kamupin_cancel_pulled(cancel)
                     ? KAMUPIN_E_CANCELLED
                     : kp_watch_view_step(watch->context, &watch->now, &watch->told, event);
        if (status == KAMUPIN_E_TIMED_OUT && watch->ended)
            status = watch->told.service;
        else if (status == KAMUPIN_E_TIMED_OUT && in_time) {
            in_time = wait_until(watch, timeout_ms < 0 ? NULL : &until);
            continue;
        }
        break;
    }
    kp_watch_show_ready(watch);
    pthread_mutex_unlock(&watch->lock);
    return status;
}

kamupin_status kamupin_watch_next(kamupin_watch *watch, long timeout_ms, kamupin_cancel *cancel,
                                  kamupin_watch_event *event, kamupin_error *error)
{
    if (watch == NULL || watch->callback != NULL || timeout_ms < -1 || event == NULL ||
        event->size != sizeof *event)
        return kp_fail_local(error, KAMUPIN_E_INVALID_ARGUMENT);
    kamupin_status status = kp_context_check(watch->context, error);
    if (status != KAMUPIN_OK)
        return status;
    kp_cancel_hook hook = {.wake = wake_taker, .object = watch};
    kp_cancel_enter(cancel, &hook);
    status = take(watch, timeout_ms, cancel, event);
    kp_cancel_leave(cancel, &hook);
    return status == KAMUPIN_OK
               ? KAMUPIN_OK
               : kp_fail(error, status,
                         status == KAMUPIN_E_READER_SERVICE_DOWN ? KAMUPIN_FROM_READER
                                                                 : KAMUPIN_FROM_LOCAL,
                         "waiting for readers and cards");
}

int kamupin_watch_fd(const kamupin_watch *watch)
{
    return watch == NULL || watch->callback != NULL ? -1 : watch->ready;
}
