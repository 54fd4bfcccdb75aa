/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   script_backend.c: the readers of script_backend.h, as the library sees them. Touches nothing but
   its own memory; one lock guards all, because a list asks several readers from several threads. */
#include "script_inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static kamupin_reader_answer answer(kamupin_status status)
{
    return (kamupin_reader_answer){status, 0, false};
}

/* Takes a one-shot answer. */
static kamupin_status take(kamupin_status *once)
{
    kamupin_status status = *once;
    *once = KAMUPIN_OK;
    return status;
}

/* ---- the backend's table ---- */

static kamupin_reader_answer script_open(void *user, void **out)
{
    kp_script *script = user;
    kp_script_worker *made = calloc(1, sizeof *made);
    if (made == NULL)
        return answer(KAMUPIN_E_NO_MEMORY);
    pthread_mutex_lock(&script->lock);
    kamupin_status status = take(&script->next_open);
    script->opens++;
    if (status == KAMUPIN_OK) {
        script->workers_now++;
        if (script->workers_now > script->workers_most)
            script->workers_most = script->workers_now;
    }
    pthread_mutex_unlock(&script->lock);
    made->script = script;
    if (status != KAMUPIN_OK)
        free(made);
    else
        *out = made;
    return answer(status);
}

static void script_close(void *object)
{
    kp_script_worker *closing = object;
    pthread_mutex_lock(&closing->script->lock);
    closing->script->closes++;
    closing->script->workers_now--;
    pthread_mutex_unlock(&closing->script->lock);
    free(closing);
}

static kamupin_reader_answer script_list(void *object, char *names, size_t *length)
{
    kp_script *script = ((kp_script_worker *)object)->script;
    pthread_mutex_lock(&script->lock);
    script->lists++;
    kamupin_status status = take(&script->next_list);
    size_t needed = 1;
    for (size_t i = 0; i < script->reader_count; i++)
        if (!script->readers[i].gone)
            needed += strlen(script->readers[i].name) + 1;
    if (status == KAMUPIN_OK && *length >= needed) {
        for (size_t i = 0; i < script->reader_count; i++) {
            if (script->readers[i].gone)
                continue;
            size_t size = strlen(script->readers[i].name) + 1;
            memcpy(names, script->readers[i].name, size);
            names += size;
        }
        *names = '\0';
    }
    *length = needed;
    void (*between)(kp_script *) = script->between;
    script->between = NULL;
    pthread_mutex_unlock(&script->lock);
    if (between != NULL)
        between(script);
    return answer(status);
}

static kp_script_slot *slot_of(kp_script *script, const char *name)
{
    for (size_t i = 0; i < script->reader_count; i++)
        if (!script->readers[i].gone && strcmp(script->readers[i].name, name) == 0)
            return &script->readers[i];
    return NULL;
}

/* Fills the states; answers whether one differs from what it said. */
static bool refresh(kp_script *script, kamupin_reader_state *states, size_t count)
{
    bool changed = false;
    for (size_t i = 0; i < count; i++) {
        const kp_script_slot *slot = slot_of(script, states[i].name);
        kamupin_reader_state now = states[i];
        now.gone = slot == NULL;
        now.present = slot != NULL && slot->present;
        now.mute = slot != NULL && slot->mute;
        now.exclusive = slot != NULL && slot->exclusive;
        if (slot != NULL) {
            now.events = slot->events;
            memcpy(now.atr, slot->atr, sizeof now.atr);
            now.atr_length = slot->atr_length;
        }
        now.cookie = 1;
        if (states[i].cookie == 0 || now.gone != states[i].gone ||
            now.present != states[i].present || now.mute != states[i].mute ||
            now.events != states[i].events)
            changed = true;
        states[i] = now;
    }
    return changed;
}

static kamupin_reader_answer script_watch(void *object, kamupin_reader_state *states, size_t count,
                                          long timeout_ms)
{
    kp_script_worker *watcher = object;
    kp_script *script = watcher->script;
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += timeout_ms < 0 ? 3600 : timeout_ms / 1000;
    until.tv_nsec += timeout_ms < 0 ? 0 : timeout_ms % 1000 * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&script->lock);
    script->watches++;
    kamupin_status status = take(&script->next_watch);
    size_t readers = script->reader_count;
    if (status == KAMUPIN_OK && timeout_ms == 0) {
        refresh(script, states, count);
    } else if (status == KAMUPIN_OK) {
        script->watching++;
        pthread_cond_broadcast(&script->changed);
        int waited = 0;
        while (!watcher->woken && readers == script->reader_count && waited != ETIMEDOUT &&
               !refresh(script, states, count))
            waited = pthread_cond_timedwait(&script->changed, &script->lock, &until);
        script->watching--;
        if (watcher->woken)
            status = KAMUPIN_E_CANCELLED;
        else if (waited == ETIMEDOUT)
            status = KAMUPIN_E_TIMED_OUT;
        watcher->woken = false;
    }
    pthread_mutex_unlock(&script->lock);
    return answer(status);
}

static void script_wake(void *object)
{
    kp_script_worker *watcher = object;
    pthread_mutex_lock(&watcher->script->lock);
    watcher->script->wakes++;
    watcher->woken = true;
    pthread_cond_broadcast(&watcher->script->changed);
    pthread_mutex_unlock(&watcher->script->lock);
}

/* Waits while another program holds the card; false when it was woken first. */
static bool wait_until_free(kp_script_worker *caller, const kp_script_slot *slot, bool deaf)
{
    kp_script *script = caller->script;
    script->waiting++;
    pthread_cond_broadcast(&script->changed);
    while (slot->taken && (deaf || !caller->woken))
        pthread_cond_wait(&script->changed, &script->lock);
    bool is_free = !slot->taken;
    if (!is_free)
        caller->woken = false;
    script->waiting--;
    pthread_cond_broadcast(&script->changed);
    return is_free;
}

static kamupin_reader_answer script_connect(void *object, const char *reader, void **out)
{
    kp_script *script = ((kp_script_worker *)object)->script;
    kp_script_connection *made = calloc(1, sizeof *made);
    if (made == NULL)
        return answer(KAMUPIN_E_NO_MEMORY);
    pthread_mutex_lock(&script->lock);
    kp_script_slot *slot = slot_of(script, reader);
    kamupin_status status = slot == NULL ? KAMUPIN_E_NO_READER : take(&slot->next_connect);
    if (status == KAMUPIN_OK && !wait_until_free(object, slot, script->deaf))
        status = KAMUPIN_E_CANCELLED;
    if (status == KAMUPIN_OK && !slot->present)
        status = KAMUPIN_E_NO_CARD;
    if (status == KAMUPIN_OK) {
        slot->connects++;
        slot->connected = true;
        *made = (kp_script_connection){script, object, slot, false, slot->events};
        *out = made;
    }
    pthread_mutex_unlock(&script->lock);
    if (status != KAMUPIN_OK)
        free(made);
    return answer(status);
}

static void script_disconnect(void *object)
{
    kp_script_connection *closing = object;
    pthread_mutex_lock(&closing->script->lock);
    closing->slot->disconnects++;
    closing->slot->connected = false;
    if (closing->slot->held)
        kp_script_differs(closing->script, "%s: disconnected inside a transaction",
                          closing->slot->name);
    pthread_mutex_unlock(&closing->script->lock);
    free(closing);
}

/* What a connection meets before any call on it: a card that went, or another one that came. */
kamupin_status kp_script_standing(kp_script_connection *at)
{
    if (at->slot->gone)
        return KAMUPIN_E_NO_READER;
    if (!at->slot->present || at->events != at->slot->events)
        at->lost = true;
    return at->lost ? KAMUPIN_E_CARD_REMOVED : KAMUPIN_OK;
}

static kamupin_reader_answer script_reconnect(void *object)
{
    kp_script_connection *at = object;
    pthread_mutex_lock(&at->script->lock);
    at->slot->reconnects++;
    kamupin_status status = take(&at->slot->next_reconnect);
    if (status == KAMUPIN_OK && at->slot->gone)
        status = KAMUPIN_E_NO_READER;
    if (status == KAMUPIN_OK && !at->slot->present)
        status = KAMUPIN_E_NO_CARD;
    if (status == KAMUPIN_OK) {
        at->lost = false;
        at->events = at->slot->events;
    }
    pthread_mutex_unlock(&at->script->lock);
    return answer(status);
}

static kamupin_reader_answer script_begin(void *object)
{
    kp_script_connection *at = object;
    pthread_mutex_lock(&at->script->lock);
    at->slot->begins++;
    kamupin_status status = take(&at->slot->next_begin);
    if (status == KAMUPIN_OK && !wait_until_free(at->worker, at->slot, false))
        status = KAMUPIN_E_CANCELLED;
    if (status == KAMUPIN_OK)
        status = kp_script_standing(at);
    if (status == KAMUPIN_OK && at->slot->held)
        kp_script_differs(at->script, "%s: a transaction inside a transaction", at->slot->name);
    if (status == KAMUPIN_OK)
        at->slot->held = true;
    pthread_mutex_unlock(&at->script->lock);
    return answer(status);
}

static kamupin_reader_answer script_end(void *object)
{
    kp_script_connection *at = object;
    pthread_mutex_lock(&at->script->lock);
    at->slot->ends++;
    if (!at->slot->held)
        kp_script_differs(at->script, "%s: a transaction was ended that was not begun",
                          at->slot->name);
    at->slot->held = false;
    kamupin_status status = kp_script_standing(at);
    pthread_mutex_unlock(&at->script->lock);
    return answer(status);
}

void kp_script_give_control(kp_script *script)
{
    script->backend.control = kp_script_answer_control;
}

void kp_script_init(kp_script *script)
{
    memset(script, 0, sizeof *script);
    script->readers = calloc(KP_SCRIPT_READERS, sizeof *script->readers);
    if (script->readers == NULL)
        abort();
    pthread_mutex_init(&script->lock, NULL);
    pthread_cond_init(&script->changed, NULL);
    script->backend = (kamupin_reader_backend){.size = sizeof script->backend,
                                               .name = "script",
                                               .user = script,
                                               .open = script_open,
                                               .close = script_close,
                                               .list = script_list,
                                               .watch = script_watch,
                                               .wake = script_wake,
                                               .connect = script_connect,
                                               .disconnect = script_disconnect,
                                               .reconnect = script_reconnect,
                                               .begin = script_begin,
                                               .end = script_end,
                                               .transmit = kp_script_answer_command};
}
