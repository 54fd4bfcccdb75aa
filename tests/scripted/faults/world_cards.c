/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   world_cards.c: the making, breaking and mending of the world of world.h. Touches its memory only. */
#include "world_inside.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void reset(kp_world *world)
{
    if (world->inside != NULL)
        vc_card_reset(&world->inside->card);
    world->keypad.state = KP_ENTRY_NONE;
    world->resets++;
}

static void put_in(kp_world *world, kp_player *player)
{
    reset(world);
    world->inside = player;
    reset(world);
    world->events++;
    world->leaving = false;
}

void kp_world_happen(kp_world *world, kp_fault fault)
{
    switch (fault) {
    case KP_FAULT_RESET:
    case KP_FAULT_LOST_RESET:
    case KP_FAULT_MUTE:
        reset(world);
        break;
    case KP_FAULT_REMOVE:
    case KP_FAULT_LOST_REMOVE:
        put_in(world, NULL);
        break;
    case KP_FAULT_LOST_UNNOTICED:
        reset(world);
        world->leaving = true;
        break;
    case KP_FAULT_SWAP:
    case KP_FAULT_LOST_SWAP:
        put_in(world, NULL);
        put_in(world, &world->players[1]);
        break;
    case KP_FAULT_DEAD:
    case KP_FAULT_LOST_DEAD:
        reset(world);
        world->dead = true;
        break;
    case KP_FAULT_NONE:
    case KP_FAULT_SHARED:
    case KP_FAULT_FAILED:
    case KP_FAULT_LOST_FAILED:
    case KP_FAULT_LOST_SILENT:
    case KP_FAULTS:
        break;
    }
}

static void make_player(kp_player *player, char *text)
{
    struct vc_problem problem = {.text = VC_TEXT_NONE};
    FILE *stream = fmemopen(text, strlen(text), "r");

    assert_non_null(stream);
    if (!vc_state_parse(&player->fresh, stream, &problem))
        fail_msg("a card's line %u, %s: %s", problem.line, problem.key, vc_text(problem.text));
    fclose(stream);
    player->card.state_path = "";
}

void kp_world_make(kp_world *world, char *ours, char *other)
{
    memset(world, 0, sizeof *world);
    pthread_mutex_init(&world->lock, NULL);
    kp_world_backend(world);
    make_player(&world->players[0], ours);
    make_player(&world->players[1], other);
    kp_world_restore(world);
}

void kp_world_free(kp_world *world)
{
    for (size_t i = 0; i < 2; i++) {
        vc_card_reset(&world->players[i].card);
        vc_state_clear(&world->players[i].fresh);
    }
    pthread_mutex_destroy(&world->lock);
}

void kp_world_restore(kp_world *world)
{
    for (size_t i = 0; i < 2; i++) {
        kp_player *player = &world->players[i];
        player->card.state = player->fresh;
        memset(player->executed, 0, sizeof player->executed);
        player->least_tries = player->fresh.pin.counter.tries;
        vc_card_reset(&player->card);
    }
    put_in(world, &world->players[0]);
    world->dead = false;
    kp_world_start(world);
}

void kp_world_repair(kp_world *world)
{
    kp_world_start(world);
    if (world->inside != &world->players[0] || world->leaving)
        put_in(world, &world->players[0]);
    if (world->dead)
        world->lives++;
    world->dead = false;
}

void kp_world_start(kp_world *world)
{
    world->count = 0;
    memset(world->plan, 0, sizeof world->plan);
}

void kp_world_plan(kp_world *world, size_t position, kp_fault fault)
{
    size_t at = world->plan[0].fault == KP_FAULT_NONE ? 0 : 1;

    world->plan[at].position = position;
    world->plan[at].fault = fault;
    world->plan[at].met = false;
}

bool kp_world_applies(kp_call call, kp_fault fault)
{
    const bool entry = call == KP_CALL_START || call == KP_CALL_KEY || call == KP_CALL_ABORT ||
                       call == KP_CALL_FINISH;

    if (fault == KP_FAULT_MUTE || fault == KP_FAULT_LOST_SILENT) /* no bytes are right for others */
        return call == KP_CALL_TRANSMIT || call == KP_CALL_FINISH;
    if (fault > KP_FAULT_MUTE)
        return call == KP_CALL_TRANSMIT || entry;
    if (fault == KP_FAULT_FAILED)
        return call != KP_CALL_CLOSE && call != KP_CALL_DISCONNECT;
    if (fault == KP_FAULT_SHARED)
        return call == KP_CALL_CONNECT || call == KP_CALL_RECONNECT || call == KP_CALL_BEGIN ||
               call == KP_CALL_TRANSMIT || entry;
    return true;
}

const char *kp_fault_name(kp_fault fault)
{
    static const char *const names[KP_FAULTS] = {
        "none",           "reset",     "remove",    "swap",        "dead",
        "shared",         "failed",    "mute",      "lost+reset",  "lost+remove",
        "lost+unnoticed", "lost+swap", "lost+dead", "lost+failed", "lost+silent"};
    return names[fault];
}

const char *kp_call_name(kp_call call)
{
    static const char *const names[] = {"open",       "close",     "list",  "watch", "connect",
                                        "disconnect", "reconnect", "begin", "end",   "features",
                                        "transmit",   "start",     "key",   "abort", "finish"};
    return names[call];
}
