/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   crew.c: the threads of crew.h, and the one that tends them. Reads cards only.

   PC/SC-lite's daemon keeps SCardConnect waiting while another program holds the card in a
   transaction, and nothing ends that from outside. A thread that is caught there is left behind: it
   owns its worker, touches neither the context nor the list any more, and lets go of the card as
   soon as it gets it. The built-in backend is static and outlives every thread; for one that an
   application made, kamupin_context_free waits (its connect ends by `wake`). */
#include <card/crew.h>

#include <card/cache.h>
#include <card/certread.h>
#include <core/fail.h>

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#define WAKE_AGAIN_MS 20 /* a wake that found nobody waiting yet may have been forgotten */

typedef enum phase {
    WAITING = 0, /* not begun */
    STARTING,    /* opens its worker */
    CONNECTING,  /* may wait for another program, and cannot be woken */
    HOLDING,     /* begins its transaction: may wait, and can be woken */
    READING,
    DONE,
    JOINED,
    LEFT /* still in STARTING or CONNECTING, and nobody's any more */
} phase;

typedef struct job {
    struct crew *crew;
    kp_reading reading;
    phase phase;
    bool late; /* HOLDING for too long */
    int64_t since;
    pthread_t thread;
} job;

typedef struct crew {
    pthread_mutex_t lock; /* guards phases, owners and cancelled */
    pthread_cond_t moved;
    unsigned int owners; /* who tends it, and the threads that were left behind */
    kamupin_context *context;
    kamupin_cancel *cancel;
    const kamupin_reader_backend *backend;
    bool cancelled;
    size_t count, begun, active;
    job *jobs;
} crew;

static int64_t now_ms(void)
{
    struct timespec now = {0, 0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool is_built_in(const crew *all)
{
    return all->backend == kamupin_reader_backend_pcsc();
}

static void disown(crew *all)
{
    pthread_mutex_lock(&all->lock);
    unsigned int owners = --all->owners;
    pthread_mutex_unlock(&all->lock);
    if (owners > 0)
        return;
    pthread_cond_destroy(&all->moved);
    pthread_mutex_destroy(&all->lock);
    free(all->jobs);
    free(all);
}

/* ---- one card's thread ---- */

/* Steps to the next phase; false when the job was left behind. */
static bool step(job *at, phase to)
{
    pthread_mutex_lock(&at->crew->lock);
    bool ours = at->phase != LEFT;
    if (ours) {
        at->phase = to;
        pthread_cond_broadcast(&at->crew->moved);
    }
    pthread_mutex_unlock(&at->crew->lock);
    return ours;
}

/* Ends a job that was left behind: nobody waits for it. */
static void *walk_off(job *at)
{
    crew *all = at->crew;
    kp_channel_drop(&at->reading.channel);
    if (!is_built_in(all))
        kp_context_stray(all->context, -1);
    disown(all);
    return NULL;
}

/* Holds the card. Only whoever tends the crew wakes this: for the person's cancel, or when another
   program holds the card for too long. */
static kamupin_status hold(job *at, kamupin_error *error)
{
    kamupin_status status;
    bool late = false, cancelled = false;
    do {
        status = kp_channel_begin_until_woken(&at->reading.channel, error);
        pthread_mutex_lock(&at->crew->lock);
        late = at->late;
        cancelled = at->crew->cancelled;
        pthread_mutex_unlock(&at->crew->lock);
    } while (status == KAMUPIN_E_CANCELLED && !late && !cancelled);
    if (status == KAMUPIN_E_CANCELLED && !cancelled)
        status = kp_fail(error, KAMUPIN_E_CARD_IN_USE, KAMUPIN_FROM_READER,
                         "another program holds the card");
    return status;
}

/* Reading changes nothing, so it may begin again once when another program reset the card. */
static kamupin_status read_card(job *at, kamupin_error *error)
{
    kp_reading *reading = &at->reading;
    kamupin_status status = KAMUPIN_OK;
    for (int turn = 0; turn < 2; turn++) {
        step(at, HOLDING);
        status = hold(at, error);
        step(at, READING);
        if (status == KAMUPIN_OK && !reading->hold_only)
            status = kp_cache_read(&reading->channel, &reading->state, &reading->identity, error);
        kp_channel_end(&reading->channel);
        if (status != KAMUPIN_E_CARD_RESET)
            break;
    }
    return status;
}

static void *work(void *object)
{
    job *at = object;
    kp_reading *reading = &at->reading;
    kamupin_error error = KAMUPIN_ERROR_INIT;
    kamupin_status status =
        kp_channel_prepare(at->crew->backend, reading->state.name, &reading->channel, &error);
    if (!step(at, CONNECTING))
        return walk_off(at);
    if (status == KAMUPIN_OK)
        status = kp_channel_connect(&reading->channel, &error);
    if (!step(at,
              status == KAMUPIN_OK ? HOLDING : READING)) /* one that failed has nothing to wake */
        return walk_off(at);
    reading->channel.context = at->crew->context;
    reading->channel.cancel = at->crew->cancel;
    if (status == KAMUPIN_OK)
        status = read_card(at, &error);
    reading->channel.cancel = NULL;
    if (status != KAMUPIN_OK || !reading->keep)
        kp_channel_close(&reading->channel);
    if (status != KAMUPIN_OK)
        kp_log(at->crew->context, KAMUPIN_LOG_INFO, "card", "%s: %s %s", reading->state.name,
               kamupin_status_name(status), error.detail);
    reading->status = status;
    step(at, DONE);
    return NULL;
}

/* ---- who tends them; all under the lock ---- */

static bool start(job *at)
{
    sigset_t all, before;
    at->phase = STARTING;
    at->since = now_ms();
    sigfillset(&all); /* signals are the application's threads' */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool started = pthread_create(&at->thread, NULL, work, at) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!started)
        at->phase = WAITING;
    return started;
}

static void leave_behind(crew *all, job *at)
{
    if (!is_built_in(all)) {
        kp_context_stray(all->context, 1);
        if (at->phase == CONNECTING && at->reading.channel.worker != NULL)
            all->backend->wake(at->reading.channel.worker);
    }
    at->phase = LEFT;
    all->owners++;
    pthread_detach(at->thread);
}

/* Sees to one job; answers when it has to be seen to again (INT64_MAX: when it moves). */
static int64_t tend(crew *all, job *at, int64_t now)
{
    bool overdue = all->cancelled || now - at->since >= all->context->held_ms;
    switch (at->phase) {
    case STARTING:
    case CONNECTING:
        if (!overdue)
            return at->since + all->context->held_ms;
        leave_behind(all, at);
        all->active--;
        return INT64_MAX;
    case HOLDING:
        if (!overdue)
            return at->since + all->context->held_ms;
        at->late = true;
        if (at->reading.channel.worker != NULL)
            all->backend->wake(at->reading.channel.worker);
        return now + WAKE_AGAIN_MS;
    case DONE:
        pthread_join(at->thread, NULL); /* it has let go of the lock, or is about to return */
        at->phase = JOINED;
        all->active--;
        return INT64_MAX;
    case WAITING:
    case READING:
    case JOINED:
    case LEFT:
        break;
    }
    return INT64_MAX;
}

/* Begins what may begin. Where the system gives no thread, what runs is waited for; where nothing
   runs, the caller's own thread has to do. */
static void begin_more(crew *all)
{
    while (all->begun < all->count && all->active < KP_CREW_MOST && !all->cancelled) {
        job *at = &all->jobs[all->begun];
        if (start(at)) {
            all->active++;
        } else if (all->active > 0) {
            return;
        } else {
            at->phase = STARTING;
            pthread_mutex_unlock(&all->lock);
            work(at);
            pthread_mutex_lock(&all->lock);
            at->phase = JOINED;
        }
        all->begun++;
    }
}

static void run(crew *all)
{
    pthread_mutex_lock(&all->lock);
    begin_more(all);
    pthread_mutex_unlock(&all->lock);
    kp_certificates_get_ready(); /* while the cards talk */
    pthread_mutex_lock(&all->lock);
    for (;;) {
        int64_t now = now_ms(), next = INT64_MAX;
        for (size_t i = 0; i < all->begun; i++) {
            int64_t when = tend(all, &all->jobs[i], now);
            next = when < next ? when : next;
        }
        begin_more(all);
        if (all->active == 0)
            break;
        if (next == INT64_MAX)
            next = now + all->context->held_ms;
        const struct timespec until = {next / 1000, next % 1000 * 1000000};
        pthread_cond_timedwait(&all->moved, &all->lock, &until);
    }
    pthread_mutex_unlock(&all->lock);
}

/* The person's cancel. */
static void nudge(void *object)
{
    crew *all = object;
    pthread_mutex_lock(&all->lock);
    all->cancelled = true;
    pthread_cond_broadcast(&all->moved);
    pthread_mutex_unlock(&all->lock);
}

static crew *gather(kamupin_context *context, const kp_reading *readings, size_t count,
                    kamupin_cancel *cancel)
{
    pthread_condattr_t steady;
    crew *all = calloc(1, sizeof *all);
    job *jobs = calloc(count, sizeof *jobs);
    if (all == NULL || jobs == NULL) {
        free(jobs);
        free(all);
        return NULL;
    }
    *all = (crew){.owners = 1,
                  .context = context,
                  .cancel = cancel,
                  .backend = kp_reader_backend(context),
                  .count = count,
                  .jobs = jobs};
    pthread_mutex_init(&all->lock, NULL);
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_cond_init(&all->moved, &steady);
    pthread_condattr_destroy(&steady);
    for (size_t i = 0; i < count; i++) {
        jobs[i].crew = all;
        jobs[i].reading = readings[i];
    }
    return all;
}

kamupin_status kp_crew_read(kamupin_context *context, kp_reading *readings, size_t count,
                            kamupin_cancel *cancel, kamupin_error *error)
{
    if (count == 0)
        return KAMUPIN_OK;
    crew *all = gather(context, readings, count, cancel);
    if (all == NULL)
        return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    kp_cancel_hook hook = {.wake = nudge, .object = all};
    kp_cancel_enter(cancel, &hook);
    run(all);
    kp_cancel_leave(cancel, &hook);
    for (size_t i = 0; i < count; i++) {
        if (all->jobs[i].phase == JOINED)
            readings[i] = all->jobs[i].reading;
        else
            readings[i].status = all->cancelled ? KAMUPIN_E_CANCELLED : KAMUPIN_E_CARD_IN_USE;
    }
    disown(all);
    return KAMUPIN_OK;
}
