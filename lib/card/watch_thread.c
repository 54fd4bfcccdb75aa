/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   watch_thread.c: a watch's thread. It follows the readers through the context's backend and keeps
   how they stand; a callback is told from here. Sends nothing to cards and connects to none. */
#define _GNU_SOURCE 1 /* pthread_setname_np */
#include <card/watch.h>

#include <card/readers.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

/* A service that takes connections and then fails is given growing pauses. */
#define FIRST_PAUSE_MS 10
#define LAST_PAUSE_MS  60000

/* So long a service that is just being started may take before it is told to be down. */
#define PATIENCE_MS 1000

static bool is_stopping(kamupin_watch *watch)
{
    pthread_mutex_lock(&watch->lock);
    bool stopping = watch->stopping;
    pthread_mutex_unlock(&watch->lock);
    return stopping;
}

/* Tells the callback all that is new. */
static void call_back(kamupin_watch *watch)
{
    for (;;) {
        kamupin_watch_event event = KAMUPIN_WATCH_EVENT_INIT;
        pthread_mutex_lock(&watch->lock);
        kamupin_status status =
            watch->stopping ? KAMUPIN_E_CANCELLED
                            : kp_watch_view_step(watch->context, &watch->now, &watch->told, &event);
        pthread_mutex_unlock(&watch->lock);
        if (status != KAMUPIN_OK)
            return;
        watch->callback(watch->user, &event);
    }
}

/* Takes over how things stand; `readers` belongs to the watch from now on. */
static void publish(kamupin_watch *watch, kamupin_status service, kamupin_reader_state *readers,
                    size_t count)
{
    pthread_mutex_lock(&watch->lock);
    if (service == KAMUPIN_OK && (!watch->now.known || watch->now.service != KAMUPIN_OK))
        watch->now.session++;
    free(watch->now.readers);
    watch->now.known = true;
    watch->now.service = service;
    watch->now.readers = readers;
    watch->now.count = count;
    kp_watch_show_ready(watch);
    pthread_cond_broadcast(&watch->changed);
    pthread_mutex_unlock(&watch->lock);
    if (watch->callback != NULL)
        call_back(watch);
}

static bool is_among(const kamupin_reader_state *states, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(states[i].name, name) == 0)
            return true;
    return false;
}

/* A fresh state for each name, or the one it had: its cookie says what was seen already. A name that
   comes twice is one reader: two that differ would come and go in the telling without end. */
static kamupin_reader_state *states_of(const kamupin_watch *watch, const char *names, size_t *count)
{
    size_t all = 0;
    *count = 0;
    for (const char *name = names; *name != '\0'; name += strlen(name) + 1)
        all++;
    kamupin_reader_state *states = calloc(all + 1, sizeof *states);
    if (states == NULL)
        return NULL;
    for (const char *name = names; *name != '\0'; name += strlen(name) + 1) {
        kamupin_reader_state *state = &states[*count];
        if (strlen(name) >= sizeof state->name || is_among(states, *count, name))
            continue;
        memcpy(state->name, name, strlen(name) + 1);
        for (size_t i = 0; i < watch->now.count; i++)
            if (strcmp(watch->now.readers[i].name, name) == 0)
                *state = watch->now.readers[i];
        (*count)++;
    }
    return states;
}

/* Lists, looks and publishes. `states` receives a copy to wait with. */
static kamupin_reader_answer look(kamupin_watch *watch, kamupin_reader_state **states,
                                  size_t *count)
{
    char *names = NULL;
    kamupin_reader_state *seen = NULL;
    kamupin_reader_answer answer = {KAMUPIN_OK, 0, false};
    *states = NULL;
    answer.status = kp_readers_names(watch->backend, watch->worker, &names, NULL);
    if (answer.status != KAMUPIN_OK)
        return answer;
    seen = states_of(watch, names, count);
    free(names);
    *states = calloc(*count + 1, sizeof **states);
    if (seen == NULL || *states == NULL)
        answer.status = KAMUPIN_E_NO_MEMORY;
    else if (*count > 0)
        answer = kp_readers_states(watch->backend, watch->worker, seen, *count);
    if (answer.status != KAMUPIN_OK) {
        free(seen);
        return answer;
    }
    memcpy(*states, seen, *count * sizeof *seen);
    publish(watch, KAMUPIN_OK, seen, *count);
    return answer;
}

/* Follows the readers until the service fails or the watch is to end. `looked`: it worked at least
   once. */
static kamupin_reader_answer follow(kamupin_watch *watch, bool *looked)
{
    kamupin_reader_answer answer = {KAMUPIN_OK, 0, false};
    *looked = false;
    while (!is_stopping(watch)) {
        kamupin_reader_state *states = NULL;
        size_t count = 0;
        answer = look(watch, &states, &count);
        if (answer.status == KAMUPIN_OK) {
            *looked = true;
            answer = watch->backend->watch(watch->worker, states, count, -1);
        }
        free(states);
        if (answer.status != KAMUPIN_OK && answer.status != KAMUPIN_E_NO_READER &&
            answer.status != KAMUPIN_E_TIMED_OUT && answer.status != KAMUPIN_E_CANCELLED)
            break;
    }
    return answer;
}

/* Connects to the service if it is there; with `wait` when it is there. The worker is the watch's
   when the answer is ok. */
static kamupin_reader_answer enter(kamupin_watch *watch, bool wait)
{
    const kamupin_reader_backend *backend = watch->backend;
    void *worker = NULL;
    kamupin_reader_answer answer =
        backend->open_waiting == NULL
            ? backend->open(backend->user, &worker)
            : backend->open_waiting(backend->user, watch->stop, wait ? -1 : PATIENCE_MS, &worker);
    if (answer.status == KAMUPIN_OK) {
        pthread_mutex_lock(&watch->lock);
        watch->worker = worker;
        pthread_mutex_unlock(&watch->lock);
    }
    return answer;
}

static void leave(kamupin_watch *watch)
{
    pthread_mutex_lock(&watch->lock);
    void *worker = watch->worker;
    watch->worker = NULL;
    pthread_mutex_unlock(&watch->lock);
    watch->backend->close(worker);
}

/* Sleeps until the pause is over or the watch is to end. */
static void rest(const kamupin_watch *watch, int milliseconds)
{
    struct pollfd stop = {.fd = watch->stop, .events = POLLIN};
    while (poll(&stop, 1, milliseconds) < 0 && errno == EINTR)
        continue;
}

static void follow_always(kamupin_watch *watch)
{
    int pause_ms = FIRST_PAUSE_MS;
    kamupin_reader_answer answer = enter(watch, false);
    for (;;) {
        bool looked = false;
        if (answer.status == KAMUPIN_OK) {
            answer = follow(watch, &looked);
            leave(watch);
        }
        if (is_stopping(watch))
            return;
        publish(watch, answer.status, NULL, 0);
        if (watch->backend->open_waiting == NULL)
            return;
        if (looked)
            pause_ms = FIRST_PAUSE_MS;
        else
            rest(watch, pause_ms);
        pause_ms = 2 * pause_ms < LAST_PAUSE_MS ? 2 * pause_ms : LAST_PAUSE_MS;
        answer = enter(watch, true);
        if (answer.status == KAMUPIN_E_CANCELLED)
            return;
    }
}

void *kp_watch_thread(void *object)
{
    kamupin_watch *watch = object;
    pthread_setname_np(pthread_self(), "kamupin-watch");
    follow_always(watch);
    pthread_mutex_lock(&watch->lock);
    watch->ended = true;
    pthread_cond_broadcast(&watch->changed);
    pthread_mutex_unlock(&watch->lock);
    return NULL;
}
