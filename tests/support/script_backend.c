/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   script_backend.c: the readers of script_backend.h, as the library sees them. Touches nothing but
   its own memory; one lock guards all, because a list asks several readers from several threads. */
#include "script_inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct worker {
    kp_script *script;
    bool woken;
} worker;

typedef struct connection {
    kp_script *script;
    worker *worker;
    kp_script_slot *slot;
    bool lost; /* the card was changed under this connection */
    unsigned int events;
} connection;

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
    worker *made = calloc(1, sizeof *made);
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
    worker *closing = object;
    pthread_mutex_lock(&closing->script->lock);
    closing->script->closes++;
    closing->script->workers_now--;
    pthread_mutex_unlock(&closing->script->lock);
    free(closing);
}

static kamupin_reader_answer script_list(void *object, char *names, size_t *length)
{
    kp_script *script = ((worker *)object)->script;
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
    worker *watcher = object;
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
    worker *watcher = object;
    pthread_mutex_lock(&watcher->script->lock);
    watcher->script->wakes++;
    watcher->woken = true;
    pthread_cond_broadcast(&watcher->script->changed);
    pthread_mutex_unlock(&watcher->script->lock);
}

/* Waits while another program holds the card; false when it was woken first. */
static bool wait_until_free(worker *caller, const kp_script_slot *slot, bool deaf)
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
    kp_script *script = ((worker *)object)->script;
    connection *made = calloc(1, sizeof *made);
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
        *made = (connection){script, object, slot, false, slot->events};
        *out = made;
    }
    pthread_mutex_unlock(&script->lock);
    if (status != KAMUPIN_OK)
        free(made);
    return answer(status);
}

static void script_disconnect(void *object)
{
    connection *closing = object;
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
static kamupin_status standing(connection *at)
{
    if (at->slot->gone)
        return KAMUPIN_E_NO_READER;
    if (!at->slot->present || at->events != at->slot->events)
        at->lost = true;
    return at->lost ? KAMUPIN_E_CARD_REMOVED : KAMUPIN_OK;
}

static kamupin_reader_answer script_reconnect(void *object)
{
    connection *at = object;
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
    connection *at = object;
    pthread_mutex_lock(&at->script->lock);
    at->slot->begins++;
    kamupin_status status = take(&at->slot->next_begin);
    if (status == KAMUPIN_OK && !wait_until_free(at->worker, at->slot, false))
        status = KAMUPIN_E_CANCELLED;
    if (status == KAMUPIN_OK)
        status = standing(at);
    if (status == KAMUPIN_OK && at->slot->held)
        kp_script_differs(at->script, "%s: a transaction inside a transaction", at->slot->name);
    if (status == KAMUPIN_OK)
        at->slot->held = true;
    pthread_mutex_unlock(&at->script->lock);
    return answer(status);
}

static kamupin_reader_answer script_end(void *object)
{
    connection *at = object;
    pthread_mutex_lock(&at->script->lock);
    at->slot->ends++;
    if (!at->slot->held)
        kp_script_differs(at->script, "%s: a transaction was ended that was not begun",
                          at->slot->name);
    at->slot->held = false;
    kamupin_status status = standing(at);
    pthread_mutex_unlock(&at->script->lock);
    return answer(status);
}

static bool fits(const kp_script_line *line, const unsigned char *command, size_t length)
{
    if (length != line->command_length)
        return false;
    for (size_t i = 0; i < length; i++)
        if (!line->open[i] && line->command[i] != command[i])
            return false;
    return true;
}

/* The step that `command` has to be, or NULL with the difference kept. */
static const kp_script_line *next_line(connection *at, const unsigned char *command, size_t length)
{
    char came[2 * COMMAND_MAX + 1], want[2 * COMMAND_MAX + 1];
    kp_script_slot *slot = at->slot;
    if (at->script->difference[0] != '\0')
        return NULL;
    if (slot->next_step == slot->step_count) {
        kp_script_differs(at->script, "%s: command %zu is one more than the script has: %s",
                          slot->name, slot->next_step + 1,
                          kp_script_hex(command, length, NULL, came));
        return NULL;
    }
    const kp_script_line *line = &slot->steps[slot->next_step];
    if (!fits(line, command, length)) {
        kp_script_differs(at->script, "%s: command %zu\n   is        %s\n   should be %s",
                          slot->name, slot->next_step + 1,
                          kp_script_hex(command, length, NULL, came),
                          kp_script_hex(line->command, line->command_length, line->open, want));
        return NULL;
    }
    slot->next_step++;
    return line;
}

/* The first command of a card waits for the first commands of others, when the script wants them
   to meet. */
static void meet_others(connection *at)
{
    kp_script *script = at->script;
    struct timespec until;
    int waited = 0;
    if (script->meet == 0 || at->slot->asked)
        return;
    at->slot->asked = true;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 60;
    script->met |= ++script->meeting >= script->meet;
    pthread_cond_broadcast(&script->changed);
    while (!script->met && waited != ETIMEDOUT)
        waited = pthread_cond_timedwait(&script->changed, &script->lock, &until);
    if (!script->met)
        kp_script_differs(script, "only %u cards were asked at the same time", script->meeting);
    script->meeting--;
}

/* Takes the next step, which has to be this command. */
static kamupin_reader_answer take_step(connection *at, const unsigned char *command,
                                       size_t command_length, unsigned char *reply,
                                       size_t *reply_length)
{
    kamupin_status status = standing(at);
    bool unsent = status != KAMUPIN_OK;
    const kp_script_line *line =
        status == KAMUPIN_OK ? next_line(at, command, command_length) : NULL;
    if (status == KAMUPIN_OK && line == NULL)
        status = KAMUPIN_E_READER_FAILED;
    if (line != NULL && line->answers && *reply_length >= line->reply_length) {
        memcpy(reply, line->reply, line->reply_length);
        *reply_length = line->reply_length;
    } else if (line != NULL) {
        status = line->answers ? KAMUPIN_E_READER_FAILED : line->status;
        unsent = line->unsent;
    }
    if (line != NULL && line->then == KP_THEN_REMOVE) {
        at->slot->present = false;
        at->slot->events++;
    }
    return (kamupin_reader_answer){status, 0, unsent};
}

static kamupin_reader_answer script_transmit(void *object, const unsigned char *command,
                                             size_t command_length, unsigned char *reply,
                                             size_t *reply_length)
{
    connection *at = object;
    pthread_mutex_lock(&at->script->lock);
    if (!at->slot->held)
        kp_script_differs(at->script, "%s: a command outside a transaction", at->slot->name);
    at->slot->transmits++;
    meet_others(at);
    kamupin_reader_answer made = take_step(at, command, command_length, reply, reply_length);
    pthread_mutex_unlock(&at->script->lock);
    return made;
}

static kamupin_reader_answer script_control(void *object, unsigned long code,
                                            const unsigned char *in, size_t in_length,
                                            unsigned char *out, size_t *out_length)
{
    connection *at = object;
    unsigned char command[COMMAND_MAX] = {0xFF,
                                          0xC0,
                                          (unsigned char)(code >> 24),
                                          (unsigned char)(code >> 16),
                                          (unsigned char)(code >> 8),
                                          (unsigned char)code};
    if (in_length > sizeof command - 6)
        return answer(KAMUPIN_E_READER_FAILED);
    if (in_length > 0)
        memcpy(command + 6, in, in_length);
    pthread_mutex_lock(&at->script->lock);
    at->slot->controls++;
    kamupin_reader_answer made = take_step(at, command, 6 + in_length, out, out_length);
    pthread_mutex_unlock(&at->script->lock);
    return made;
}

void kp_script_give_control(kp_script *script)
{
    script->backend.control = script_control;
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
                                               .transmit = script_transmit};
}
