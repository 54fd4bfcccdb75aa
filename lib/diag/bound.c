/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   bound.c: see bound.h. One thread that sleeps until a part's time is over. */
#include <diag/bound.h>

#include <core/fail.h>

#include <signal.h>
#include <time.h>

static int64_t steady_ms(void)
{
    struct timespec now = {0, 0};

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The caller's handle was pulled: the thread passes it on, because nothing of the library may be called
 * from here. */
static void pass_on(void *object)
{
    kp_bound *bound = object;

    pthread_mutex_lock(&bound->lock);
    bound->pulled = true;
    pthread_cond_broadcast(&bound->changed);
    pthread_mutex_unlock(&bound->lock);
}

/* Sleeps until something changes, or the part's time is over. */
static void sleep_on(kp_bound *bound)
{
    if (bound->end_ms == 0 || bound->over || bound->pulled) {
        pthread_cond_wait(&bound->changed, &bound->lock);
        return;
    }
    const struct timespec until = {bound->end_ms / 1000, bound->end_ms % 1000 * 1000000};
    pthread_cond_timedwait(&bound->changed, &bound->lock, &until);
}

static void *watch(void *object)
{
    kp_bound *bound = object;

    pthread_mutex_lock(&bound->lock);
    while (!bound->ending) {
        if (bound->end_ms != 0 && !bound->over && !bound->pulled && steady_ms() >= bound->end_ms)
            bound->over = true;
        if (bound->over || bound->pulled)
            kamupin_cancel_pull(bound->cancel);
        sleep_on(bound);
    }
    pthread_mutex_unlock(&bound->lock);
    return NULL;
}

/* Signals are for the program's own threads. */
static bool start(kp_bound *bound)
{
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const bool started = pthread_create(&bound->thread, NULL, watch, bound) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

static void prepare(kp_bound *bound)
{
    pthread_condattr_t steady;

    pthread_mutex_init(&bound->lock, NULL);
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_cond_init(&bound->changed, &steady);
    pthread_condattr_destroy(&steady);
}

static void forget(kp_bound *bound)
{
    pthread_cond_destroy(&bound->changed);
    pthread_mutex_destroy(&bound->lock);
    kamupin_cancel_free(&bound->cancel);
}

kamupin_status kp_bound_begin(kp_bound *bound, kamupin_context *context, kamupin_cancel *caller,
                              kamupin_error *error)
{
    *bound = (kp_bound){.caller = caller};
    kamupin_status status = kamupin_cancel_new(context, &bound->cancel, error);
    if (status != KAMUPIN_OK)
        return status;
    prepare(bound);
    if (!start(bound)) {
        forget(bound);
        return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    }
    bound->hook = (kp_cancel_hook){.wake = pass_on, .object = bound};
    kp_cancel_enter(caller, &bound->hook);
    return KAMUPIN_OK;
}

void kp_bound_part(kp_bound *bound, long ms)
{
    pthread_mutex_lock(&bound->lock);
    if (bound->over && !bound->pulled)
        kamupin_cancel_clear(bound->cancel);
    bound->over = false;
    bound->end_ms = steady_ms() + ms;
    pthread_cond_broadcast(&bound->changed);
    pthread_mutex_unlock(&bound->lock);
}

bool kp_bound_over(kp_bound *bound)
{
    pthread_mutex_lock(&bound->lock);
    const bool over = bound->over && !bound->pulled;
    pthread_mutex_unlock(&bound->lock);
    return over;
}

void kp_bound_end(kp_bound *bound)
{
    kp_cancel_leave(bound->caller, &bound->hook);
    pthread_mutex_lock(&bound->lock);
    bound->ending = true;
    pthread_cond_broadcast(&bound->changed);
    pthread_mutex_unlock(&bound->lock);
    pthread_join(bound->thread, NULL);
    forget(bound);
}
