/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   world_keypad.c: the keypad of the reader in world.h, as PC/SC part 10 has it: entries in one order,
   or started, asked for keys and finished. Its person has typed before the first question is asked. */
#include "world_inside.h"

#include <string.h>
#include <time.h>

#define CHANGE 0x24

/* Control codes are the numbers of the features (part 10, 2.2). */
enum {
    VERIFY_START = 1,
    VERIFY_FINISH,
    MODIFY_START,
    MODIFY_FINISH,
    KEY_PRESSED,
    VERIFY_DIRECT,
    MODIFY_DIRECT,
    ABORT = 0x0B
};
enum { NO_KEY = 0x00, ENTER = 0x0D };

/* No time passes in this world: the library's pause between two questions for a key is none. */
int __wrap_nanosleep(const struct timespec *pause, struct timespec *left);
int __wrap_nanosleep(const struct timespec *pause, struct timespec *left)
{
    (void)pause;
    (void)left;
    return 0;
}

/* The order ends with the header of the command that the digits are put behind. */
static void make_command(kp_keypad *pad, const unsigned char *order, size_t length)
{
    const size_t digits = strlen(pad->typed);

    memcpy(pad->command, order + length - 5, 4);
    pad->command[4] = (unsigned char)digits;
    memcpy(pad->command + 5, pad->typed, digits);
    pad->command_length = 5 + digits;
}

static kamupin_reader_answer tell_features(kp_connection *at, unsigned char *out,
                                           size_t *out_length)
{
    static const unsigned char direct[] = {VERIFY_DIRECT, MODIFY_DIRECT},
                               steps[] = {VERIFY_START,  VERIFY_FINISH, MODIFY_START,
                                          MODIFY_FINISH, KEY_PRESSED,   ABORT};
    kp_world *world = at->by->world;
    const bool in_one = world->keypad.kind == KP_KEYPAD_DIRECT;
    const unsigned char *features = in_one ? direct : steps;
    const size_t count = in_one ? sizeof direct : sizeof steps;
    kamupin_status status = kp_world_standing(at, kp_world_enter_at(at, KP_CALL_FEATURES, 0));

    *out_length = 0;
    for (size_t i = 0; status == KAMUPIN_OK && i < count; i++) {
        const unsigned char one[] = {features[i], 4, 0, 0, 0, features[i]};
        memcpy(out + *out_length, one, sizeof one);
        *out_length += sizeof one;
    }
    return kp_world_leave(world, kp_world_answer(status));
}

/* An order to the reader alone; what it does it has done before its answer is lost. */
static kamupin_reader_answer order(kp_connection *at, kp_call call, void (*act)(kp_connection *at),
                                   size_t *out_length)
{
    kp_world *world = at->by->world;
    kp_fault due = kp_world_enter_at(at, call, world->keypad.command[1]);
    kamupin_reader_answer result = kp_world_answer(kp_world_standing(at, due));

    if (result.status != KAMUPIN_OK) {
        result.unsent = result.status == KAMUPIN_E_CARD_RESET;
        *out_length = 0;
        return kp_world_leave(world, result);
    }
    act(at);
    if (due >= KP_FAULT_MUTE) {
        kp_world_happen(world, due);
        result = kp_world_lost(due, out_length);
    }
    return kp_world_leave(world, result);
}

static void start(kp_connection *at)
{
    kp_keypad *pad = &at->by->world->keypad;

    pad->state = KP_ENTRY_TYPING;
    pad->keys = pad->command[1] == CHANGE ? 3 : 1;
    pad->told_nothing = false;
}

/* The last key: where the card has the command at once, it has it now. */
static void type(kp_connection *at)
{
    kp_world *world = at->by->world;
    kp_keypad *pad = &world->keypad;

    if (pad->state != KP_ENTRY_TYPING)
        return;
    if (!pad->told_nothing) {
        pad->told_nothing = true;
        return;
    }
    if (--pad->keys > 0)
        return;
    pad->state = KP_ENTRY_TYPED;
    if (pad->kind == KP_KEYPAD_EARLY && !at->slot->leaving) {
        pad->state = KP_ENTRY_ANSWERED;
        pad->answer_length =
            kp_world_execute(at->slot->inside, pad->command, pad->command_length, pad->answer);
    }
}

static kamupin_reader_answer press(kp_connection *at, unsigned char *out, size_t *out_length)
{
    kp_keypad *pad = &at->by->world->keypad;
    const bool nothing = pad->state == KP_ENTRY_TYPING && !pad->told_nothing;

    if (pad->asked != NULL)
        pad->asked(pad->user);
    *out_length = 1;
    out[0] = nothing ? NO_KEY : ENTER;
    return order(at, KP_CALL_KEY, type, out_length);
}

static void drop(kp_connection *at)
{
    kp_keypad *pad = &at->by->world->keypad;

    if (pad->state >= KP_ENTRY_TYPING)
        pad->state = KP_ENTRY_ABORTED;
}

/* The answer that the reader has already: of the card, or its own word that it was told to abort. */
static kamupin_reader_answer fetch(kp_connection *at, unsigned char *out, size_t *out_length)
{
    static const unsigned char aborted[] = {0x64, 0x01};
    kp_world *world = at->by->world;
    kp_keypad *pad = &world->keypad;
    kp_fault due = kp_world_enter_at(at, KP_CALL_FINISH, pad->command[1]);
    kamupin_reader_answer result = kp_world_answer(kp_world_standing(at, due));

    *out_length = 0;
    if (result.status != KAMUPIN_OK) {
        result.unsent = result.status == KAMUPIN_E_CARD_RESET;
        return kp_world_leave(world, result);
    }
    if (due >= KP_FAULT_MUTE) {
        kp_world_happen(world, due);
        result = kp_world_lost(due, out_length);
    } else if (pad->state == KP_ENTRY_ANSWERED) {
        memcpy(out, pad->answer, pad->answer_length);
        *out_length = pad->answer_length;
    } else {
        memcpy(out, aborted, sizeof aborted);
        *out_length = sizeof aborted;
    }
    pad->state = KP_ENTRY_NONE;
    return kp_world_leave(world, result);
}

static kamupin_reader_answer world_control(void *object, unsigned long code,
                                           const unsigned char *in, size_t in_length,
                                           unsigned char *out, size_t *out_length)
{
    kp_connection *at = object;
    kp_keypad *pad = &at->by->world->keypad;

    switch (code) {
    case VERIFY_DIRECT:
    case MODIFY_DIRECT:
        make_command(pad, in, in_length);
        return kp_world_give(at, KP_CALL_TRANSMIT, pad->command, pad->command_length, out,
                             out_length);
    case VERIFY_START:
    case MODIFY_START:
        make_command(pad, in, in_length);
        *out_length = 0;
        return order(at, KP_CALL_START, start, out_length);
    case KEY_PRESSED:
        return press(at, out, out_length);
    case ABORT:
        *out_length = 0;
        return order(at, KP_CALL_ABORT, drop, out_length);
    case VERIFY_FINISH:
    case MODIFY_FINISH:
        if (pad->state == KP_ENTRY_ANSWERED || pad->state == KP_ENTRY_ABORTED ||
            pad->state == KP_ENTRY_NONE)
            return fetch(at, out, out_length);
        return kp_world_give(at, KP_CALL_FINISH, pad->command, pad->command_length, out,
                             out_length);
    default:
        return tell_features(at, out, out_length);
    }
}

void kp_world_give_keypad(kp_world *world, kp_keypad_kind kind, const char *typed)
{
    world->keypad = (kp_keypad){.kind = kind, .typed = typed};
    world->backend.control = typed == NULL ? NULL : world_control;
}
