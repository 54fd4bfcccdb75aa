/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   script_steps.c: the script of script_backend.h, as tests see it: its steps, what changes in the
   readers meanwhile, and what went wrong. Touches its own memory and stderr. */
#include "script_inside.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

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

void kp_script_differs(kp_script *script, const char *format, ...)
{
    if (script->difference[0] != '\0')
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(script->difference, sizeof script->difference, format, arguments);
    va_end(arguments);
    fprintf(stderr, "script: %s\n", script->difference);
}

const char *kp_script_hex(const unsigned char *bytes, size_t length, const bool *open, char *text)
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

void kp_script_control(kp_script *script, size_t reader, unsigned long code, const char *data,
                       const char *reply, kamupin_status status, bool unsent)
{
    char command[2 * COMMAND_MAX + 1];
    snprintf(command, sizeof command, CONTROL_HEADER "%08lX%s", code, data);
    kp_script_steps(
        script, reader,
        &(kp_script_step){.expect = command, .reply = reply, .status = status, .unsent = unsent},
        1);
}

void kp_script_expect_read(kp_script *script, size_t reader, size_t offset,
                           const unsigned char *bytes, size_t length)
{
    char command[16], reply[2 * 244 + 5];
    for (size_t done = 0; done < length;) {
        size_t block = length - done < 244 ? length - done : 244;
        snprintf(command, sizeof command, "00B0%04X%02X", (unsigned int)((offset + done) & 0xFFFF),
                 (unsigned int)block);
        kp_script_hex(bytes + done, block, NULL, reply);
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

void kp_script_take(kp_script *script, size_t reader, bool deaf)
{
    pthread_mutex_lock(&script->lock);
    script->readers[reader].taken = true;
    script->deaf = deaf;
    pthread_mutex_unlock(&script->lock);
}

void kp_script_let_go(kp_script *script, size_t reader)
{
    pthread_mutex_lock(&script->lock);
    script->readers[reader].taken = false;
    pthread_cond_broadcast(&script->changed);
    pthread_mutex_unlock(&script->lock);
}

bool kp_script_wait_for_strays(kp_script *script)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 10;
    pthread_mutex_lock(&script->lock);
    int waited = 0;
    while (script->waiting != 0 && waited != ETIMEDOUT)
        waited = pthread_cond_timedwait(&script->changed, &script->lock, &until);
    bool gone = script->waiting == 0;
    pthread_mutex_unlock(&script->lock);
    return gone;
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
            kp_script_differs(script,
                              "%s: %zu commands of the script did not come, the first is %s",
                              slot->name, slot->step_count - slot->next_step,
                              kp_script_hex(line->command, line->command_length, line->open, want));
        } else if (slot->connects != slot->disconnects) {
            kp_script_differs(script, "%s: %u connections, %u of them closed", slot->name,
                              slot->connects, slot->disconnects);
        } else if (slot->held) {
            kp_script_differs(script, "%s: a transaction is still held", slot->name);
        }
    }
    if (script->workers_now != 0)
        kp_script_differs(script, "%u workers are still open", script->workers_now);
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
    free(script->readers);
    pthread_mutex_destroy(&script->lock);
    pthread_cond_destroy(&script->changed);
}
