/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   world_cards.c: the making, breaking and mending of the world of world.h. Touches its memory only. */
#include "world_inside.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

/* What has power over the keypad is the first reader, the only one that has one. */
static void reset(kp_world *world, kp_slot *slot)
{
    if (slot->inside != NULL)
        vc_card_reset(&slot->inside->card);
    if (slot == &world->slots[0])
        world->keypad.state = KP_ENTRY_NONE;
    slot->resets++;
}

static void put_in(kp_world *world, kp_slot *slot, kp_player *player)
{
    reset(world, slot);
    slot->inside = player;
    reset(world, slot);
    slot->events++;
    slot->leaving = false;
}

void kp_world_happen(kp_world *world, kp_fault fault)
{
    kp_slot *slot = &world->slots[0];

    switch (fault) {
    case KP_FAULT_RESET:
    case KP_FAULT_LOST_RESET:
    case KP_FAULT_MUTE:
        reset(world, slot);
        break;
    case KP_FAULT_REMOVE:
    case KP_FAULT_LOST_REMOVE:
        put_in(world, slot, NULL);
        break;
    case KP_FAULT_LOST_UNNOTICED:
        reset(world, slot);
        slot->leaving = true;
        break;
    case KP_FAULT_SWAP:
    case KP_FAULT_LOST_SWAP:
        put_in(world, slot, NULL);
        put_in(world, slot, &world->players[1]);
        break;
    case KP_FAULT_DEAD:
    case KP_FAULT_LOST_DEAD:
        for (size_t i = 0; i < world->readers; i++)
            reset(world, &world->slots[i]);
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

void kp_world_make(kp_world *world, char *const *cards, size_t readers)
{
    memset(world, 0, sizeof *world);
    pthread_mutex_init(&world->lock, NULL);
    pthread_cond_init(&world->changed, NULL);
    pthread_cond_init(&world->settled, NULL);
    world->revived = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    assert_true(world->revived >= 0);
    kp_world_backend(world);
    world->readers = readers;
    for (size_t i = 0; i < readers; i++)
        snprintf(world->slots[i].name, sizeof world->slots[i].name, "%.*s%zu",
                 (int)sizeof KP_WORLD_READER - 2, KP_WORLD_READER, i);
    for (size_t i = 0; i <= readers; i++)
        make_player(&world->players[i], cards[i]);
    kp_world_restore(world);
}

void kp_world_free(kp_world *world)
{
    for (size_t i = 0; i <= world->readers; i++) {
        vc_card_reset(&world->players[i].card);
        vc_state_clear(&world->players[i].fresh);
    }
    close(world->revived);
    pthread_cond_destroy(&world->settled);
    pthread_cond_destroy(&world->changed);
    pthread_mutex_destroy(&world->lock);
}

void kp_world_restore(kp_world *world)
{
    for (size_t i = 0; i <= world->readers; i++) {
        kp_player *player = &world->players[i];
        player->card.state = player->fresh;
        memset(player->executed, 0, sizeof player->executed);
        player->least_tries = player->fresh.pin.counter.tries;
        vc_card_reset(&player->card);
    }
    for (size_t i = 0; i < world->readers; i++) {
        world->slots[i].unplugged = false;
        put_in(world, &world->slots[i], &world->players[i == 0 ? 0 : i + 1]);
    }
    world->dead = false;
    kp_world_start(world);
}

void kp_world_put(kp_world *world, size_t reader, kp_player *player)
{
    pthread_mutex_lock(&world->lock);
    put_in(world, &world->slots[reader], player);
    kp_world_changed(world);
    pthread_mutex_unlock(&world->lock);
}

void kp_world_plug(kp_world *world, size_t reader, bool plugged)
{
    pthread_mutex_lock(&world->lock);
    world->slots[reader].unplugged = !plugged;
    world->plugs++;
    kp_world_changed(world);
    pthread_mutex_unlock(&world->lock);
}

void kp_world_revive(kp_world *world)
{
    const uint64_t one = 1;

    pthread_mutex_lock(&world->lock);
    world->dead = false;
    world->lives++;
    assert_int_equal(write(world->revived, &one, sizeof one), sizeof one);
    kp_world_changed(world);
    pthread_mutex_unlock(&world->lock);
}

void kp_world_repair(kp_world *world)
{
    kp_world_start(world);
    if (world->slots[0].inside != &world->players[0] || world->slots[0].leaving)
        put_in(world, &world->slots[0], &world->players[0]);
    if (world->dead)
        world->lives++;
    world->dead = false;
}

void kp_world_start(kp_world *world)
{
    world->count = 0;
    world->resting = world->ended = false;
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
