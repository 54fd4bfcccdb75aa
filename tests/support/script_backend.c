/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   script_backend.c: the readers of script_backend.h. Touches nothing but its own memory and stderr;
   one lock guards all, because a list asks several readers from several threads. */
#include "script_backend.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define COMMAND_MAX 300

/* A step, decoded: `open` marks the bytes that may be anything. */
typedef struct kp_script_line {
    unsigned char command[COMMAND_MAX];
    bool open[COMMAND_MAX];
    size_t command_length;
    unsigned char reply[KAMUPIN_REPLY_MAX];
    size_t reply_length;
    bool answers;
    kamupin_status status;
    kp_script_then then;
    bool unsent;
} kp_script_line;

typedef struct worker {
    kp_script *script;
    bool woken;
} worker;

typedef struct connection {
    kp_script *script;
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

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Decodes hex with spaces; `open` NULL refuses "..". A wrong script ends the program: no test may
   run on it. */
static size_t decode(const char *hex, unsigned char *out, size_t room, bool *open)
{
    size_t length = 0;
    for (const char *at = hex; *at != '\0';) {
        if (*at == ' ') {
            at++;
            continue;
        }
        bool any = open != NULL && at[0] == '.' && at[1] == '.';
        int high = any ? 0 : digit(at[0]);
        int low = any ? 0 : (at[1] == '\0' ? -1 : digit(at[1]));
        if (high < 0 || low < 0 || length == room) {
            fprintf(stderr, "script: this is no hex that fits: %s\n", hex);
            abort();
        }
        out[length] = (unsigned char)(high << 4 | low);
        if (open != NULL)
            open[length] = any;
        length++;
        at += 2;
    }
    return length;
}

/* Keeps the first difference. Under the lock. */
static void differs(kp_script *script, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void differs(kp_script *script, const char *format, ...)
{
    if (script->difference[0] != '\0')
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(script->difference, sizeof script->difference, format, arguments);
    va_end(arguments);
    fprintf(stderr, "script: %s\n", script->difference);
}

static const char *hex_of(const unsigned char *bytes, size_t length, const bool *open, char *text)
{
    char *at = text;
    *at = '\0';
    for (size_t i = 0; i < length && i < COMMAND_MAX; i++, at += 2) {
        if (open != NULL && open[i])
            strcpy(at, "..");
        else
            snprintf(at, 3, "%02X", bytes[i]);
    }
    return text;
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
    pthread_mutex_unlock(&script->lock);
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

static kamupin_reader_answer script_connect(void *object, const char *reader, void **out)
{
    kp_script *script = ((worker *)object)->script;
    connection *made = calloc(1, sizeof *made);
    if (made == NULL)
        return answer(KAMUPIN_E_NO_MEMORY);
    pthread_mutex_lock(&script->lock);
    kp_script_slot *slot = slot_of(script, reader);
    kamupin_status status = slot == NULL ? KAMUPIN_E_NO_READER : take(&slot->next_connect);
    if (status == KAMUPIN_OK && !slot->present)
        status = KAMUPIN_E_NO_CARD;
    if (status == KAMUPIN_OK) {
        slot->connects++;
        slot->connected = true;
        *made = (connection){script, slot, false, slot->events};
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
        differs(closing->script, "%s: disconnected inside a transaction", closing->slot->name);
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
    if (status == KAMUPIN_OK)
        status = standing(at);
    if (status == KAMUPIN_OK && at->slot->held)
        differs(at->script, "%s: a transaction inside a transaction", at->slot->name);
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
        differs(at->script, "%s: a transaction was ended that was not begun", at->slot->name);
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
        differs(at->script, "%s: command %zu is one more than the script has: %s", slot->name,
                slot->next_step + 1, hex_of(command, length, NULL, came));
        return NULL;
    }
    const kp_script_line *line = &slot->steps[slot->next_step];
    if (!fits(line, command, length)) {
        differs(at->script, "%s: command %zu\n   is        %s\n   should be %s", slot->name,
                slot->next_step + 1, hex_of(command, length, NULL, came),
                hex_of(line->command, line->command_length, line->open, want));
        return NULL;
    }
    slot->next_step++;
    return line;
}

static kamupin_reader_answer script_transmit(void *object, const unsigned char *command,
                                             size_t command_length, unsigned char *reply,
                                             size_t *reply_length)
{
    connection *at = object;
    pthread_mutex_lock(&at->script->lock);
    if (!at->slot->held)
        differs(at->script, "%s: a command outside a transaction", at->slot->name);
    at->slot->transmits++;
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
    pthread_mutex_unlock(&at->script->lock);
    return (kamupin_reader_answer){status, 0, unsent};
}

/* ---- the test's side ---- */

void kp_script_init(kp_script *script)
{
    memset(script, 0, sizeof *script);
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

static void set_card(kp_script_slot *slot, const char *atr)
{
    slot->present = atr != NULL;
    slot->atr_length = atr == NULL ? 0 : decode(atr, slot->atr, sizeof slot->atr, NULL);
}

size_t kp_script_add(kp_script *script, const char *name, const char *atr)
{
    pthread_mutex_lock(&script->lock);
    if (script->reader_count == KP_SCRIPT_READERS)
        abort();
    size_t index = script->reader_count++;
    kp_script_slot *slot = &script->readers[index];
    snprintf(slot->name, sizeof slot->name, "%s", name);
    set_card(slot, atr);
    pthread_cond_broadcast(&script->changed);
    pthread_mutex_unlock(&script->lock);
    return index;
}

void kp_script_steps(kp_script *script, size_t reader, const kp_script_step *steps, size_t count)
{
    pthread_mutex_lock(&script->lock);
    kp_script_slot *slot = &script->readers[reader];
    kp_script_line *grown =
        realloc(slot->steps, (slot->step_count + count) * sizeof(kp_script_line));
    if (grown == NULL)
        abort();
    slot->steps = grown;
    for (size_t i = 0; i < count; i++) {
        kp_script_line *line = &slot->steps[slot->step_count++];
        memset(line, 0, sizeof *line);
        line->command_length =
            decode(steps[i].expect, line->command, sizeof line->command, line->open);
        line->answers = steps[i].reply != NULL;
        if (line->answers)
            line->reply_length = decode(steps[i].reply, line->reply, sizeof line->reply, NULL);
        line->status = steps[i].status;
        line->then = steps[i].then;
        line->unsent = steps[i].unsent;
    }
    pthread_mutex_unlock(&script->lock);
}

void kp_script_cut(kp_script *script, size_t reader, size_t step, kamupin_status status,
                   kp_script_then then)
{
    pthread_mutex_lock(&script->lock);
    kp_script_slot *slot = &script->readers[reader];
    if (step >= slot->step_count)
        abort();
    slot->step_count = step + 1;
    slot->steps[step].answers = false;
    slot->steps[step].status = status;
    slot->steps[step].then = then;
    pthread_mutex_unlock(&script->lock);
}

void kp_script_expect(kp_script *script, size_t reader, const char *command, const char *reply)
{
    kp_script_steps(script, reader, &(kp_script_step){.expect = command, .reply = reply}, 1);
}

void kp_script_break(kp_script *script, size_t reader, const char *command, kamupin_status status)
{
    kp_script_steps(script, reader, &(kp_script_step){.expect = command, .status = status}, 1);
}

void kp_script_expect_read(kp_script *script, size_t reader, size_t offset,
                           const unsigned char *bytes, size_t length)
{
    char command[16], reply[2 * 244 + 5];
    for (size_t done = 0; done < length;) {
        size_t block = length - done < 244 ? length - done : 244;
        snprintf(command, sizeof command, "00B0%04X%02X", (unsigned int)((offset + done) & 0xFFFF),
                 (unsigned int)block);
        hex_of(bytes + done, block, NULL, reply);
        strcat(reply, "9000");
        kp_script_expect(script, reader, command, reply);
        done += block;
    }
}

void kp_script_insert(kp_script *script, size_t reader, const char *atr)
{
    pthread_mutex_lock(&script->lock);
    script->readers[reader].events++;
    set_card(&script->readers[reader], atr);
    pthread_cond_broadcast(&script->changed);
    pthread_mutex_unlock(&script->lock);
}

void kp_script_remove(kp_script *script, size_t reader)
{
    kp_script_insert(script, reader, NULL);
}

void kp_script_unplug(kp_script *script, size_t reader)
{
    pthread_mutex_lock(&script->lock);
    script->readers[reader].gone = true;
    pthread_cond_broadcast(&script->changed);
    pthread_mutex_unlock(&script->lock);
}

unsigned int kp_script_sent(kp_script *script, size_t reader)
{
    pthread_mutex_lock(&script->lock);
    unsigned int sent = script->readers[reader].transmits;
    pthread_mutex_unlock(&script->lock);
    return sent;
}

bool kp_script_wait_for_watcher(kp_script *script)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 10;
    pthread_mutex_lock(&script->lock);
    int waited = 0;
    while (script->watching == 0 && waited != ETIMEDOUT)
        waited = pthread_cond_timedwait(&script->changed, &script->lock, &until);
    bool watching = script->watching != 0;
    pthread_mutex_unlock(&script->lock);
    return watching;
}

const char *kp_script_problem(kp_script *script)
{
    char want[2 * COMMAND_MAX + 1];
    pthread_mutex_lock(&script->lock);
    for (size_t i = 0; i < script->reader_count && script->difference[0] == '\0'; i++) {
        const kp_script_slot *slot = &script->readers[i];
        if (slot->next_step != slot->step_count) {
            const kp_script_line *line = &slot->steps[slot->next_step];
            differs(script, "%s: %zu commands of the script did not come, the first is %s",
                    slot->name, slot->step_count - slot->next_step,
                    hex_of(line->command, line->command_length, line->open, want));
        } else if (slot->connects != slot->disconnects) {
            differs(script, "%s: %u connections, %u of them closed", slot->name, slot->connects,
                    slot->disconnects);
        } else if (slot->held) {
            differs(script, "%s: a transaction is still held", slot->name);
        }
    }
    if (script->workers_now != 0)
        differs(script, "%u workers are still open", script->workers_now);
    pthread_mutex_unlock(&script->lock);
    return script->difference[0] == '\0' ? NULL : script->difference;
}

void kp_script_verify(kp_script *script)
{
    const char *problem = kp_script_problem(script);
    if (problem != NULL)
        fail_msg("%s", problem);
}

void kp_script_free(kp_script *script)
{
    for (size_t i = 0; i < script->reader_count; i++)
        free(script->readers[i].steps);
    pthread_mutex_destroy(&script->lock);
    pthread_cond_destroy(&script->changed);
}
