/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   script_talk.c: what the cards of script_backend.h answer: a command, or a control, has to be the
   next step of its reader's script. Touches the script's own memory, under its lock. */
#include "script_inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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
static const kp_script_line *next_line(kp_script_connection *at, const unsigned char *command,
                                       size_t length)
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
static void meet_others(kp_script_connection *at)
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
static kamupin_reader_answer take_step(kp_script_connection *at, const unsigned char *command,
                                       size_t command_length, unsigned char *reply,
                                       size_t *reply_length)
{
    kamupin_status status = kp_script_standing(at);
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

kamupin_reader_answer kp_script_answer_command(void *object, const unsigned char *command,
                                               size_t command_length, unsigned char *reply,
                                               size_t *reply_length)
{
    kp_script_connection *at = object;
    pthread_mutex_lock(&at->script->lock);
    if (!at->slot->held)
        kp_script_differs(at->script, "%s: a command outside a transaction", at->slot->name);
    at->slot->transmits++;
    meet_others(at);
    kamupin_reader_answer made = take_step(at, command, command_length, reply, reply_length);
    pthread_mutex_unlock(&at->script->lock);
    return made;
}

kamupin_reader_answer kp_script_answer_control(void *object, unsigned long code,
                                               const unsigned char *in, size_t in_length,
                                               unsigned char *out, size_t *out_length)
{
    kp_script_connection *at = object;
    unsigned char command[COMMAND_MAX] = {0xFF,
                                          0xC0,
                                          (unsigned char)(code >> 24),
                                          (unsigned char)(code >> 16),
                                          (unsigned char)(code >> 8),
                                          (unsigned char)code};
    if (in_length > sizeof command - 6)
        return (kamupin_reader_answer){KAMUPIN_E_READER_FAILED, 0, false};
    if (in_length > 0)
        memcpy(command + 6, in, in_length);
    pthread_mutex_lock(&at->script->lock);
    at->slot->controls++;
    kamupin_reader_answer made = take_step(at, command, 6 + in_length, out, out_length);
    pthread_mutex_unlock(&at->script->lock);
    return made;
}
