/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   world_wire.c: commands on their way to the cards of world.h. */
#include "world_inside.h"

#include <string.h>

size_t kp_world_execute(kp_player *player, const unsigned char *command, size_t length,
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
kamupin_reader_answer kp_world_lost(kp_fault fault, size_t *reply_length)
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

kamupin_reader_answer kp_world_give(kp_connection *at, kp_call call, const unsigned char *command,
                                    size_t command_length, unsigned char *reply,
                                    size_t *reply_length)
{
    kp_world *world = at->by->world;
    unsigned char made[VC_REPLY_MAX + 2];
    kp_fault due = kp_world_enter_at(at, call, command[1]);
    kamupin_reader_answer result = kp_world_answer(kp_world_standing(at, due));

    if (at->slot->holder != at)
        kp_world_broken(world, "a command outside a transaction");
    if (call == KP_CALL_TRANSMIT && world->keypad.state >= KP_ENTRY_TYPING)
        kp_world_broken(world, "a command while an entry goes on at the keypad");
    if (result.status != KAMUPIN_OK) {
        result.unsent = result.status == KAMUPIN_E_CARD_RESET;
        return kp_world_leave(world, result);
    }
    size_t length = due == KP_FAULT_MUTE || at->slot->leaving
                        ? 0
                        : kp_world_execute(at->slot->inside, command, command_length, made);
    if (call == KP_CALL_FINISH)
        world->keypad.state = KP_ENTRY_NONE;
    if (due >= KP_FAULT_MUTE) {
        kp_world_happen(world, due);
        result = kp_world_lost(due, reply_length);
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
    return kp_world_give(object, KP_CALL_TRANSMIT, command, command_length, reply, reply_length);
}
