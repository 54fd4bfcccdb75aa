/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   world_watch.c: looking at the readers of world.h, and waiting until they change, or the daemon. One
   thread at the most waits at a time; whoever changes the world can wait until that thread has seen
   it all. */
#include "world_inside.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

kp_slot *kp_world_slot(kp_world *world, const char *name)
{
    for (size_t i = 0; i < world->readers; i++)
        if (!world->slots[i].unplugged && strcmp(world->slots[i].name, name) == 0)
            return &world->slots[i];
    return NULL;
}

void kp_world_rest(kp_world *world, bool resting)
{
    world->resting = resting;
    pthread_cond_broadcast(&world->settled);
}

void kp_world_rest_for_ever(kp_world *world)
{
    world->ended = world->backend.open_waiting == NULL;
    kp_world_rest(world, world->ended);
}

void kp_world_changed(kp_world *world)
{
    if (!world->dead) /* who waits for the daemon sees nothing else */
        world->resting = false;
    pthread_cond_broadcast(&world->changed);
}

bool kp_world_settle(kp_world *world)
{
    pthread_mutex_lock(&world->lock);
    while (!world->resting)
        pthread_cond_wait(&world->settled, &world->lock);
    bool alive = !world->dead;
    pthread_mutex_unlock(&world->lock);
    return alive;
}

kamupin_reader_answer kp_world_list(void *object, char *names, size_t *length)
{
    kp_worker *by = object;
    kp_world *world = by->world;
    kamupin_status status = kp_world_serving(by, kp_world_enter(world, by->slot, KP_CALL_LIST, 0));
    char all[KP_WORLD_READERS * sizeof world->slots[0].name + 1];
    size_t needed = 0;

    for (size_t i = 0; i < world->readers; i++) {
        const kp_slot *slot = &world->slots[i];
        if (slot->unplugged)
            continue;
        memcpy(all + needed, slot->name, strlen(slot->name) + 1);
        needed += strlen(slot->name) + 1;
    }
    all[needed++] = '\0';
    if (status == KAMUPIN_OK && *length >= needed) {
        memcpy(names, all, needed);
        by->listed = world->plugs;
    }
    *length = needed;
    return kp_world_leave(world, kp_world_answer(status));
}

static void fill(kp_world *world, kamupin_reader_state *state)
{
    const kp_slot *slot = kp_world_slot(world, state->name);

    state->gone = slot == NULL;
    state->present = slot != NULL && slot->inside != NULL;
    state->mute = state->exclusive = false;
    state->events = slot == NULL ? 0 : slot->events;
    state->atr_length = 0;
    state->cookie = 1;
    if (!state->present)
        return;
    const struct vc_bytes *atr = &slot->inside->card.state.atr;
    memcpy(state->atr, atr->data, atr->len);
    state->atr_length = atr->len;
}

/* Takes over how things stand; whether something is not as it was. */
static bool look(kp_worker *by, kamupin_reader_state *states, size_t count)
{
    bool differs = by->listed != by->world->plugs;

    for (size_t i = 0; i < count; i++) {
        const kamupin_reader_state was = states[i];
        fill(by->world, &states[i]);
        differs = differs || was.cookie == 0 || was.gone != states[i].gone ||
                  was.events != states[i].events;
    }
    return differs;
}

/* Under the lock: until something differs, the daemon dies, or somebody wakes this worker. */
static kamupin_status wait(kp_worker *by, kamupin_reader_state *states, size_t count)
{
    kp_world *world = by->world;
    kamupin_status status = KAMUPIN_OK;

    while (status == KAMUPIN_OK && !by->woken && !look(by, states, count)) {
        kp_world_rest(world, true);
        pthread_cond_wait(&world->changed, &world->lock);
        kp_world_rest(world, false);
        status = kp_world_serving(by, KP_FAULT_NONE);
    }
    if (status == KAMUPIN_OK && by->woken)
        status = KAMUPIN_E_CANCELLED;
    by->woken = false;
    return status;
}

/* No time passes here: what has not changed when it is asked does not change while it is waited for a
   bounded time. */
kamupin_reader_answer kp_world_watch(void *object, kamupin_reader_state *states, size_t count,
                                     long timeout_ms)
{
    kp_worker *by = object;
    kp_world *world = by->world;
    kp_slot *first = &world->slots[0];
    kamupin_status status = kp_world_serving(by, kp_world_enter(world, by->slot, KP_CALL_WATCH, 0));
    bool changed = timeout_ms == 0 || first->leaving;

    if (timeout_ms != 0 && first->leaving)
        kp_world_happen(world, KP_FAULT_REMOVE);
    if (status == KAMUPIN_OK && timeout_ms == -1)
        status = wait(by, states, count);
    else if (status == KAMUPIN_OK && !look(by, states, count) && !changed)
        status = KAMUPIN_E_TIMED_OUT;
    return kp_world_leave(world, kp_world_answer(status));
}

void kp_world_wake(void *object)
{
    kp_worker *by = object;

    pthread_mutex_lock(&by->world->lock);
    by->woken = true;
    kp_world_changed(by->world);
    pthread_mutex_unlock(&by->world->lock);
}

/* The lock is open while it waits for a dead daemon, or for `stop`. */
static bool is_there(kp_world *world, int stop)
{
    struct pollfd either[] = {{.fd = stop, .events = POLLIN},
                              {.fd = world->revived, .events = POLLIN}};
    uint64_t told;

    while (world->dead) {
        kp_world_rest(world, true);
        pthread_mutex_unlock(&world->lock);
        poll(either, 2, -1);
        pthread_mutex_lock(&world->lock);
        kp_world_rest(world, false);
        if ((either[0].revents & POLLIN) != 0)
            return false;
    }
    while (read(world->revived, &told, sizeof told) > 0)
        continue;
    return true;
}

static kamupin_reader_answer open_waiting(void *user, int stop, long patience_ms, void **out)
{
    kp_world *world = user;
    kp_fault due = kp_world_enter(world, NULL, KP_CALL_OPEN, 0);

    if (patience_ms == -1 && !is_there(world, stop))
        return kp_world_leave(world, kp_world_answer(KAMUPIN_E_CANCELLED));
    return kp_world_open(world, due, out);
}

void kp_world_let_wait(kp_world *world)
{
    world->backend.open_waiting = open_waiting;
}
