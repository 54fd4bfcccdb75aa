/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   world.c: the world of world.h: its backend, and what can go wrong in it. What a call answers follows
   from how the world stands, as PC/SC-lite has it: a connection knows the card that it was made to,
   and says so when that was reset or is gone, until it is made anew. Touches nothing but its own
   memory; one lock, because readers are looked at from several threads. */
#include "world_inside.h"

#include <stdlib.h>
#include <string.h>

/* The virtual card writes its state before it answers; here nobody pulls the plug of a disk. */
bool __wrap_vc_state_save(const struct vc_state *state, const char *path);
bool __wrap_vc_state_save(const struct vc_state *state, const char *path)
{
    (void)state;
    (void)path;
    return true;
}

kamupin_reader_answer kp_world_answer(kamupin_status status)
{
    return (kamupin_reader_answer){status, 0, false};
}

void kp_world_broken(kp_world *world, const char *rule)
{
    if (world->problem == NULL)
        world->problem = rule;
}

/* ---- what goes wrong at a call ---- */

static bool before_the_call(kp_fault fault)
{
    return fault <= KP_FAULT_FAILED;
}

/* Takes the lock, notes the call, and answers what goes wrong at it. What changes the world before
   the call has happened then. */
kp_fault kp_world_enter(kp_world *world, const kp_slot *slot, kp_call call, uint8_t ins)
{
    kp_fault due = KP_FAULT_NONE;

    pthread_mutex_lock(&world->lock);
    if ((world->scope == KP_SCOPE_READER && slot != &world->slots[0]) ||
        (world->scope == KP_SCOPE_NONE && (slot != NULL || call == KP_CALL_CLOSE)))
        return KP_FAULT_NONE;
    for (size_t i = 0; i < 2; i++)
        if (world->plan[i].fault != KP_FAULT_NONE && world->plan[i].position == world->count) {
            due = world->plan[i].fault;
            world->plan[i].met = kp_world_applies(call, due);
        }
    if (world->count == KP_WORLD_CALLS)
        kp_world_broken(world, "calls without end");
    else
        world->calls[world->count++] = (kp_event){call, ins};
    if (before_the_call(due))
        kp_world_happen(world, due);
    return due;
}

kp_fault kp_world_enter_at(const kp_connection *at, kp_call call, uint8_t ins)
{
    return kp_world_enter(at->by->world, at->slot, call, ins);
}

kamupin_reader_answer kp_world_leave(kp_world *world, kamupin_reader_answer made)
{
    pthread_mutex_unlock(&world->lock);
    return made;
}

/* How the daemon answers a worker, and to a fault of one call. */
kamupin_status kp_world_serving(const kp_worker *by, kp_fault due)
{
    if (by->world->dead || by->life != by->world->lives)
        return KAMUPIN_E_READER_SERVICE_DOWN;
    if (due == KP_FAULT_SHARED)
        return KAMUPIN_E_CARD_IN_USE;
    return due == KP_FAULT_FAILED ? KAMUPIN_E_READER_FAILED : KAMUPIN_OK;
}

/* … and a connection. */
kamupin_status kp_world_standing(const kp_connection *at, kp_fault due)
{
    kamupin_status status = kp_world_serving(at->by, due);

    if (status != KAMUPIN_OK)
        return status;
    if (at->events != at->slot->events)
        return KAMUPIN_E_CARD_REMOVED;
    return at->resets != at->slot->resets ? KAMUPIN_E_CARD_RESET : KAMUPIN_OK;
}

/* ---- the backend's table ---- */

/* Under the lock, which goes with the answer. */
kamupin_reader_answer kp_world_open(kp_world *world, kp_fault due, void **out)
{
    kp_worker *made = calloc(1, sizeof *made);
    kamupin_status status = KAMUPIN_E_NO_MEMORY;

    if (made != NULL) {
        *made = (kp_worker){.world = world, .life = world->lives};
        status = kp_world_serving(made, due);
    }
    if (status == KAMUPIN_OK) {
        world->workers++;
        *out = made;
    } else {
        free(made);
        kp_world_rest_for_ever(world);
    }
    return kp_world_leave(world, kp_world_answer(status));
}

static kamupin_reader_answer world_open(void *user, void **out)
{
    kp_world *world = user;

    return kp_world_open(world, kp_world_enter(world, NULL, KP_CALL_OPEN, 0), out);
}

static void world_close(void *object)
{
    kp_worker *closing = object;
    kp_world *world = closing->world;

    kp_world_enter(world, closing->slot, KP_CALL_CLOSE, 0);
    world->workers--;
    free(closing);
    kp_world_rest_for_ever(world);
    kp_world_leave(world, kp_world_answer(KAMUPIN_OK));
}

static kamupin_reader_answer world_connect(void *object, const char *reader, void **out)
{
    kp_worker *by = object;
    kp_world *world = by->world;

    by->slot = kp_world_slot(world, reader);
    kamupin_status status =
        kp_world_serving(by, kp_world_enter(world, by->slot, KP_CALL_CONNECT, 0));
    kp_connection *made = calloc(1, sizeof *made);
    if (made == NULL)
        status = KAMUPIN_E_NO_MEMORY;
    else if (status == KAMUPIN_OK && by->slot == NULL)
        status = KAMUPIN_E_NO_READER;
    else if (status == KAMUPIN_OK && by->slot->inside == NULL)
        status = KAMUPIN_E_NO_CARD;
    if (status == KAMUPIN_OK) {
        *made = (kp_connection){by, by->slot, by->slot->events, by->slot->resets};
        world->connections++;
        *out = made;
    } else {
        free(made);
    }
    return kp_world_leave(world, kp_world_answer(status));
}

static void world_disconnect(void *object)
{
    kp_connection *closing = object;
    kp_world *world = closing->by->world;

    kp_world_enter_at(closing, KP_CALL_DISCONNECT, 0);
    if (closing->slot->holder == closing)
        kp_world_broken(world, "a connection ended inside its transaction");
    world->connections--;
    free(closing);
    kp_world_leave(world, kp_world_answer(KAMUPIN_OK));
}

static kamupin_reader_answer world_reconnect(void *object)
{
    kp_connection *at = object;
    kp_world *world = at->by->world;
    kamupin_status status = kp_world_serving(at->by, kp_world_enter_at(at, KP_CALL_RECONNECT, 0));

    if (status == KAMUPIN_OK && at->slot->inside == NULL)
        status = KAMUPIN_E_NO_CARD;
    if (status == KAMUPIN_OK) {
        at->events = at->slot->events;
        at->resets = at->slot->resets;
    }
    return kp_world_leave(world, kp_world_answer(status));
}

static kamupin_reader_answer world_begin(void *object)
{
    kp_connection *at = object;
    kp_world *world = at->by->world;
    kamupin_status status = kp_world_standing(at, kp_world_enter_at(at, KP_CALL_BEGIN, 0));

    if (status == KAMUPIN_OK && at->slot->holder != NULL)
        kp_world_broken(world, "a transaction began inside another");
    if (status == KAMUPIN_OK)
        at->slot->holder = at;
    return kp_world_leave(world, kp_world_answer(status));
}

/* However the world stands, the transaction is over: a daemon that died has forgotten it. */
static kamupin_reader_answer world_end(void *object)
{
    kp_connection *at = object;
    kp_world *world = at->by->world;
    kamupin_status status = kp_world_standing(at, kp_world_enter_at(at, KP_CALL_END, 0));

    if (at->slot->holder != at)
        kp_world_broken(world, "a transaction ended that had not begun");
    if (world->keypad.state >= KP_ENTRY_TYPING)
        kp_world_broken(world, "an entry is left at the keypad");
    at->slot->holder = NULL;
    return kp_world_leave(world, kp_world_answer(status));
}

void kp_world_backend(kp_world *world)
{
    world->backend = (kamupin_reader_backend){.size = sizeof world->backend,
                                              .name = "world",
                                              .user = world,
                                              .open = world_open,
                                              .close = world_close,
                                              .list = kp_world_list,
                                              .watch = kp_world_watch,
                                              .wake = kp_world_wake,
                                              .connect = world_connect,
                                              .disconnect = world_disconnect,
                                              .reconnect = world_reconnect,
                                              .begin = world_begin,
                                              .end = world_end,
                                              .transmit = kp_world_transmit};
}
