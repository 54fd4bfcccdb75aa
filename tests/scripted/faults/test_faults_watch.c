/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_faults_watch.c: a watch over two readers while cards and readers come and go: every fault at
   every call of its backend. Who follows its events alone knows at every rest how things stand, and
   every single event follows from those before it. */
#include "stand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* How the events are taken, and what the backend can do: bits of an act's `detail`. */
enum { BY_CALLBACK = 1, WAITS = 2 };

/* What somebody knows who follows the events alone. */
typedef struct follower {
    kp_stand *stand;
    kamupin_watch *watch;
    bool told, up;
    kamupin_status service;      /* when it is down */
    unsigned int downs, faulted; /* told so far, and those among them that name the fault */
    struct {
        bool known, card;
        unsigned int events;
    } readers[KP_WORLD_READERS];
} follower;

static size_t index_of(const follower *it, const char *reader)
{
    const kp_world *world = &it->stand->world;
    size_t i = 0;

    while (i < world->readers && strcmp(world->slots[i].name, reader) != 0)
        i++;
    kp_rule(it->stand, i < world->readers, "an event of no reader");
    return i;
}

static void follow_service(follower *it, const kamupin_watch_event *event)
{
    const bool up = event->kind == KAMUPIN_WATCH_SERVICE_UP;

    kp_rule(it->stand, event->reader[0] == '\0', "a service's event names a reader");
    kp_rule(it->stand, (event->status == KAMUPIN_OK) == up, "a service's status");
    kp_rule(it->stand, !up || !it->up, "up, and up again");
    kp_rule(it->stand, up || !it->told || it->up || it->service != event->status,
            "down, and down again");
    for (size_t i = 0; i < KP_WORLD_READERS; i++)
        kp_rule(it->stand, !it->readers[i].known, "the service goes before its readers");
    it->told = true;
    it->up = up;
    it->service = event->status;
    it->downs += up ? 0 : 1;
    it->faulted += event->status == KAMUPIN_E_READER_FAILED ? 1 : 0;
}

/* Takes one event, which has to follow from those before. */
static void follow(void *user, const kamupin_watch_event *event)
{
    follower *it = user;

    if (event->kind == KAMUPIN_WATCH_SERVICE_UP || event->kind == KAMUPIN_WATCH_SERVICE_DOWN) {
        follow_service(it, event);
        return;
    }
    kp_rule(it->stand, it->up, "an event without a service");
    const size_t i = index_of(it, event->reader);
    const bool known = it->readers[i].known, card = it->readers[i].card;
    switch (event->kind) {
    case KAMUPIN_WATCH_READER_IN:
        kp_rule(it->stand, !known, "a reader comes twice");
        break;
    case KAMUPIN_WATCH_READER_OUT:
        kp_rule(it->stand, known && !card, "a reader goes before its card");
        break;
    case KAMUPIN_WATCH_CARD_IN:
        kp_rule(it->stand, known && !card, "a card comes twice, or to no reader");
        kp_rule(it->stand, event->status == KAMUPIN_OK && strcmp(event->profile, "akis-2") == 0,
                "a card that is not known");
        it->readers[i].events = event->events;
        break;
    case KAMUPIN_WATCH_CARD_OUT:
        kp_rule(it->stand, card, "no card goes");
        break;
    case KAMUPIN_WATCH_SERVICE_UP:
    case KAMUPIN_WATCH_SERVICE_DOWN:
        break;
    }
    it->readers[i].known = event->kind != KAMUPIN_WATCH_READER_OUT;
    it->readers[i].card = event->kind == KAMUPIN_WATCH_CARD_IN;
}

/* Takes all events that there are; answers how that ended. */
static kamupin_status drain(follower *it, long timeout_ms)
{
    kamupin_watch_event event = KAMUPIN_WATCH_EVENT_INIT;
    kamupin_status status = KAMUPIN_E_TIMED_OUT;

    while ((it->stand->act->detail & BY_CALLBACK) == 0 &&
           (status = kamupin_watch_next(it->watch, timeout_ms, NULL, &event, NULL)) == KAMUPIN_OK)
        follow(it, &event);
    return status;
}

/* What was told is how things stand. */
static void compare(const follower *it)
{
    const kp_world *world = &it->stand->world;

    kp_rule(it->stand, it->told && it->up == !world->dead, "the service's state was not told");
    for (size_t i = 0; i < world->readers; i++) {
        const kp_slot *slot = &world->slots[i];
        const bool there = !world->dead && !slot->unplugged;
        kp_rule(it->stand, it->readers[i].known == there, "a reader was not told");
        kp_rule(it->stand, it->readers[i].card == (there && slot->inside != NULL),
                "a card was not told");
        if (it->readers[i].card)
            kp_rule(it->stand, it->readers[i].events == slot->events, "an exchange was not told");
    }
}

/* Waits until the watch has seen everything. A daemon that died is told, and starts again. */
static void settle(follower *it)
{
    kp_world *world = &it->stand->world;

    while (!kp_world_settle(world)) {
        drain(it, 0);
        compare(it);
        kp_rule(it->stand, it->service == KAMUPIN_E_READER_SERVICE_DOWN, "a death has no name");
        kp_world_revive(world);
    }
    drain(it, 0);
    compare(it);
}

/* A backend that cannot wait for a daemon ends the watch at the first fault that it cannot look past:
   with the fault's name, for whoever asks. Answers whether it has ended. */
static bool has_ended(follower *it)
{
    const kp_world *world = &it->stand->world;

    kp_world_settle(&it->stand->world);
    if (!world->ended)
        return false;
    const kamupin_status status = drain(it, -1);
    kp_rule(it->stand, !it->up && it->told && status == it->service, "the end has no name");
    kp_rule(it->stand,
            status == (world->dead ? KAMUPIN_E_READER_SERVICE_DOWN : KAMUPIN_E_READER_FAILED),
            "the end has another name");
    kp_rule(it->stand, drain(it, -1) == status, "the end is told once only");
    return true;
}

/* One thing after another happens at the readers. */
static void happen(kp_world *world, unsigned int step)
{
    switch (step) {
    case 0:
        kp_world_put(world, 0, NULL);
        break;
    case 1:
        kp_world_put(world, 0, &world->players[0]);
        break;
    case 2: /* exchanged */
        kp_world_put(world, 0, &world->players[1]);
        break;
    case 3:
        kp_world_plug(world, 1, false);
        break;
    case 4:
        kp_world_plug(world, 1, true);
        break;
    default:
        break;
    }
}

#define STEPS 5
/* Calls before what is first seen is taken: open, list, watch, and a watch that waits. */
#define SEEN 4

/* A reader system that was there and failed is told, though it be there again before anybody asks. */
static void judge_downs(const follower *it)
{
    const kp_world *world = &it->stand->world;
    const kp_fault fault = world->plan[0].fault;
    const size_t at = world->plan[0].position;

    if (fault < KP_FAULT_DEAD || world->calls[at].call == KP_CALL_CLOSE)
        kp_rule(it->stand, it->downs == 0, "down, though it never was");
    else if (at >= SEEN)
        kp_rule(it->stand, it->downs == 1, "a reader system that failed was not told");
    if (fault == KP_FAULT_FAILED && (it->stand->act->detail & BY_CALLBACK) != 0)
        kp_rule(it->stand, it->faulted == 1, "a failure was told with another name");
}

static kamupin_status watch(kp_stand *stand)
{
    follower it = {.stand = stand};
    kp_world *world = &stand->world;
    const bool waits = (stand->act->detail & WAITS) != 0;
    const bool calls = (stand->act->detail & BY_CALLBACK) != 0;

    if (waits)
        kp_world_let_wait(world);
    assert_int_equal(kamupin_watch_new(stand->context, calls ? follow : NULL, &it, &it.watch, NULL),
                     KAMUPIN_OK);
    for (unsigned int step = 0; waits || !has_ended(&it); step++) {
        if (waits)
            settle(&it);
        else {
            drain(&it, 0);
            compare(&it);
        }
        if (step == STEPS)
            break;
        happen(world, step);
    }
    kamupin_watch_free(&it.watch);
    kp_rule(stand, world->workers == 0, "a worker is left");
    judge_downs(&it);
    world->backend.open_waiting = NULL;
    return KAMUPIN_OK;
}

static void try_way(const char *name, int detail)
{
    const kp_act act = {.name = name,
                        .personality = "akis2",
                        .run = watch,
                        .right = KAMUPIN_OK,
                        .opens = true,
                        .beside = 1,
                        .survives = true,
                        .detail = detail};
    kp_stand_try(&act);
}

static void test_events_taken(void **state)
{
    (void)state;
    try_way("watch, events taken", WAITS);
}

static void test_callback(void **state)
{
    (void)state;
    try_way("watch, callback", WAITS | BY_CALLBACK);
}

static void test_a_backend_that_cannot_wait(void **state)
{
    (void)state;
    try_way("watch that ends", 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_events_taken),
        cmocka_unit_test(test_callback),
        cmocka_unit_test(test_a_backend_that_cannot_wait),
    };
    return cmocka_run_group_tests(tests, NULL, kp_cards_teardown);
}
