/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   world_wire.c: commands on their way to the cards of world.h, and entries at the reader's keypad. */
#include "world_inside.h"

#include <string.h>

static size_t execute(kp_player *player, const unsigned char *command, size_t length,
                      unsigned char *reply)
{
    struct vc_card *card = &player->card;

    player->executed[command[1]]++;
    size_t made = vc_card_transmit(card, command, length, reply);
    if (card->state.pin.counter.tries < player->least_tries)
        player->least_tries = card->state.pin.counter.tries;
    return made;
}

/* What a transmission answers that brings no answer of the card. Where nothing stands PC/SC-lite says
   success with no byte. */
static kamupin_reader_answer lost(kp_fault fault, size_t *reply_length)
{
    static const kamupin_status said[KP_FAULTS] = {
        [KP_FAULT_LOST_RESET] = KAMUPIN_E_CARD_RESET, /* SCARD_E_NOT_TRANSACTED */
        [KP_FAULT_LOST_REMOVE] = KAMUPIN_E_CARD_RESET,
        [KP_FAULT_LOST_SWAP] = KAMUPIN_E_CARD_REMOVED,
        [KP_FAULT_LOST_DEAD] = KAMUPIN_E_READER_SERVICE_DOWN,
        [KP_FAULT_LOST_FAILED] = KAMUPIN_E_READER_FAILED,
    };
    *reply_length = 0;
    return kp_world_answer(said[fault]);
}

/* Gives the card a command, or what happens in its place. */
static kamupin_reader_answer give(kp_connection *at, const unsigned char *command,
                                  size_t command_length, unsigned char *reply, size_t *reply_length)
{
    kp_world *world = at->by->world;
    unsigned char made[VC_REPLY_MAX + 2];
    kp_fault due = kp_world_enter(world, KP_CALL_TRANSMIT, command[1]);
    kamupin_reader_answer result = kp_world_answer(kp_world_standing(at, due));

    if (world->holder != at)
        kp_world_broken(world, "a command outside a transaction");
    if (result.status != KAMUPIN_OK) {
        result.unsent = result.status == KAMUPIN_E_CARD_RESET;
        return kp_world_leave(world, result);
    }
    size_t length = due == KP_FAULT_MUTE || world->leaving
                        ? 0
                        : execute(world->inside, command, command_length, made);
    if (due >= KP_FAULT_MUTE) {
        kp_world_happen(world, due);
        result = lost(due, reply_length);
    } else if (length <= *reply_length) {
        memcpy(reply, made, length);
        *reply_length = length;
    } else {
        kp_world_broken(world, "an answer that has no room");
    }
    return kp_world_leave(world, result);
}

kamupin_reader_answer kp_world_transmit(void *object, const unsigned char *command,
                                        size_t command_length, unsigned char *reply,
                                        size_t *reply_length)
{
    return give(object, command, command_length, reply, reply_length);
}

/* PC/SC part 10: what the reader can do, and an entry in one step, whose order ends with the header of
   the command that the digits are put behind. */
static kamupin_reader_answer world_control(void *object, unsigned long code,
                                           const unsigned char *in, size_t in_length,
                                           unsigned char *out, size_t *out_length)
{
    static const unsigned char features[] = {6, 4, 0, 0, 0, 6, 7, 4, 0, 0, 0, 7};
    kp_connection *at = object;
    kp_world *world = at->by->world;
    unsigned char command[64];

    if (code != KAMUPIN_READER_FEATURES) {
        size_t digits = strlen(world->typed);
        memcpy(command, in + in_length - 5, 4);
        command[4] = (unsigned char)digits;
        memcpy(command + 5, world->typed, digits);
        return give(at, command, 5 + digits, out, out_length);
    }
    kamupin_status status = kp_world_standing(at, kp_world_enter(world, KP_CALL_FEATURES, 0));
    *out_length = 0;
    if (status == KAMUPIN_OK) {
        memcpy(out, features, sizeof features);
        *out_length = sizeof features;
    }
    return kp_world_leave(world, kp_world_answer(status));
}

void kp_world_give_keypad(kp_world *world, const char *typed)
{
    world->typed = typed;
    world->backend.control = typed == NULL ? NULL : world_control;
}
