/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   stand.c: the runs of stand.h, and the rules that hold for every operation. Touches a state folder of
   its own under the system's temporary folder, for the cards' locks. */
#include "rules.h"

#include <core/secret.h>

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define GET_RESPONSE 0xC0
#define INSISTING    5 /* times; more than a card has tries */

/* Two faults, the second one perhaps none. */
typedef struct trouble {
    size_t position[2];
    kp_fault fault[2];
} trouble;

kamupin_secret *kp_stand_secret(kp_stand *stand, const char *digits)
{
    kamupin_secret *secret = NULL;

    assert_int_equal(kp_secret_new(stand->context, KAMUPIN_SECRET_PIN, &secret, NULL), KAMUPIN_OK);
    assert_int_equal(kamupin_secret_append(secret, digits, strlen(digits)), KAMUPIN_OK);
    return secret;
}

bool kp_stand_pin_is(const kp_stand *stand, const char *digits)
{
    const struct vc_bytes *pin = &stand->world.players[0].card.state.pin.value;

    return pin->len == strlen(digits) && memcmp(pin->data, digits, pin->len) == 0;
}

unsigned int kp_stand_executed(const kp_stand *stand, uint8_t ins)
{
    return stand->world.players[0].executed[ins];
}

static void make(kp_stand *stand, const kp_act *act)
{
    char *cards[1 + KP_WORLD_READERS];
    const size_t count = act->beside + 2;

    for (size_t i = 0; i < count; i++)
        cards[i] = kp_card_text(i == 1 && act->other != NULL ? act->other : act->personality, i,
                                act->more);
    memset(stand, 0, sizeof *stand);
    stand->act = act;
    snprintf(stand->where, sizeof stand->where, "%s", act->name);
    snprintf(stand->folder, sizeof stand->folder, "/tmp/kamupin-test-XXXXXX");
    assert_non_null(mkdtemp(stand->folder));
    kp_world_make(&stand->world, cards, count - 1);
    for (size_t i = 0; i < count; i++)
        free(cards[i]);
}

/* The state folder holds files only. */
static void remove_folder(const char *folder)
{
    char path[400];
    const struct dirent *entry;
    DIR *open = opendir(folder);

    assert_non_null(open);
    while ((entry = readdir(open)) != NULL) {
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (entry->d_name[0] != '.')
            unlink(path);
    }
    closedir(open);
    assert_int_equal(rmdir(folder), 0);
}

static void end(kp_stand *stand)
{
    kp_world_free(&stand->world);
    remove_folder(stand->folder);
}

/* A fresh card, a fresh context, and the card opened where the operation wants it. */
static void begin_run(kp_stand *stand)
{
    kamupin_context_options options = KAMUPIN_CONTEXT_OPTIONS_INIT;

    kp_world_restore(&stand->world);
    kp_world_give_keypad(&stand->world, stand->act->keypad, stand->act->typed);
    options.backend = &stand->world.backend;
    options.state_folder = stand->folder;
    assert_int_equal(kamupin_context_new(&options, &stand->context, NULL), KAMUPIN_OK);
    if (!stand->act->opens)
        kp_rule(stand, kp_stand_open(stand) == KAMUPIN_OK, "the card cannot be opened");
    memset(stand->world.players[0].executed, 0, sizeof stand->world.players[0].executed);
    kp_world_start(&stand->world);
    stand->runs++;
}

static void end_run(kp_stand *stand)
{
    kamupin_card_free(&stand->card);
    kamupin_context_free(&stand->context);
    kp_rules_balance(stand);
}

/* Where the operation has got all that it needs from the card; reading from the start may need none. */
static size_t decided_at(const kp_stand *stand)
{
    const kp_world *world = &stand->world;
    const int logout = strcmp(stand->act->personality, "akis1") == 0 ? 1 : 2;
    const bool reads = stand->act->opens && stand->act->verifies == 0;
    int behind = reads ? 0 : logout + stand->act->behind;

    for (size_t i = world->count; i-- > 0;) {
        if (world->calls[i].call != KP_CALL_TRANSMIT && world->calls[i].call != KP_CALL_FINISH)
            continue;
        if (behind == 0)
            return i;
        if (world->calls[i].ins != GET_RESPONSE)
            behind--;
    }
    kp_rule(stand, stand->act->opens, "sends no command");
    return world->count;
}

/* The positions that there are, into `calls`; how many. */
static size_t clean_run(kp_stand *stand, kp_event *calls, size_t *decided)
{
    begin_run(stand);
    kamupin_status status = stand->act->run(stand);
    if (status != stand->act->right)
        fail_msg("%s: answers %s without a fault", stand->where, kamupin_status_name(status));
    size_t count = stand->world.count;
    memcpy(calls, stand->world.calls, count * sizeof *calls);
    *decided = decided_at(stand);
    if (stand->act->decisive != 0 && kp_stand_executed(stand, stand->act->decisive) != 1)
        fail_msg("%s: the decisive command is not sent once", stand->where);
    if (stand->act->judge != NULL)
        stand->act->judge(stand, status);
    end_run(stand);
    return count;
}

static void say_where(kp_stand *stand, const trouble *given, kp_call call)
{
    int length =
        snprintf(stand->where, sizeof stand->where, "%s, call %zu (%s): %s", stand->act->name,
                 given->position[0], kp_call_name(call), kp_fault_name(given->fault[0]));

    if (given->fault[1] != KP_FAULT_NONE)
        snprintf(stand->where + length, sizeof stand->where - (size_t)length, ", then call %zu: %s",
                 given->position[1], kp_fault_name(given->fault[1]));
}

/* One run in trouble. `calls` receives what was called, when it is not NULL; how much that is. */
static size_t run_in(kp_stand *stand, const trouble *given, kp_call call, size_t decided,
                     kp_event *calls)
{
    const bool twice = given->fault[1] != KP_FAULT_NONE;
    kp_world *world = &stand->world;

    say_where(stand, given, call);
    begin_run(stand);
    kp_world_plan(world, given->position[0], given->fault[0]);
    if (twice)
        kp_world_plan(world, given->position[1], given->fault[1]);
    kamupin_status status = stand->act->run(stand);
    size_t count = world->count;
    if (calls != NULL)
        memcpy(calls, world->calls, count * sizeof *calls);
    kp_rule(stand, world->plan[0].met && world->plan[1].met == twice, "the fault was not met");
    kp_rules_status(stand, status, given->fault[0], given->fault[1],
                    given->position[0] <= decided ? call : KP_CALL_CLOSE);
    kp_rules_card(stand, !twice && given->position[0] <= decided);
    if (stand->act->judge != NULL)
        stand->act->judge(stand, status);
    kp_rules_afterwards(stand);
    end_run(stand);
    return count;
}

/* Every fault at every position of the stand's scope. */
static void try_all(kp_stand *stand, bool pairs)
{
    static kp_event calls[KP_WORLD_CALLS], then[KP_WORLD_CALLS];
    trouble given;
    size_t decided;
    const size_t count = clean_run(stand, calls, &decided);

    for (size_t at = 0; at < count; at++)
        for (kp_fault fault = KP_FAULT_NONE + 1; fault < KP_FAULTS; fault++) {
            if (!kp_world_applies(calls[at].call, fault))
                continue;
            given = (trouble){.position = {at}, .fault = {fault}};
            size_t further = run_in(stand, &given, calls[at].call, decided, then);
            for (size_t k = at + 1; pairs && k < further; k++)
                for (kp_fault next = KP_FAULT_NONE + 1; next < KP_FAULTS; next++) {
                    given = (trouble){.position = {at, k}, .fault = {fault, next}};
                    if (kp_world_applies(then[k].call, next))
                        run_in(stand, &given, calls[at].call, decided, NULL);
                }
        }
    printf("%s: %zu positions, %zu runs\n", stand->act->name, count, stand->runs);
}

/* Where several readers are read at the same time, the order of all their calls is not the same from
   run to run: that of the calls about one reader is, and that of those about none. */
static void try(const kp_act *act, bool pairs)
{
    kp_stand stand;

    make(&stand, act);
    stand.world.scope = act->beside == 0 || act->survives ? KP_SCOPE_ALL : KP_SCOPE_READER;
    try_all(&stand, pairs);
    if (stand.world.scope == KP_SCOPE_READER) {
        stand.world.scope = KP_SCOPE_NONE;
        try_all(&stand, pairs);
    }
    end(&stand);
}

/* Somebody who tries again and again, and meets the same fault each time. */
static void run_again_and_again(kp_stand *stand, const trouble *given, kp_call call)
{
    const struct vc_counter *counter = &stand->world.players[0].card.state.pin.counter;

    say_where(stand, given, call);
    begin_run(stand);
    for (int turn = 0; turn < INSISTING; turn++) {
        kp_world_start(&stand->world);
        kp_world_plan(&stand->world, given->position[0], given->fault[0]);
        stand->act->run(stand);
        kp_rule(stand, counter->tries >= 1, "insisting has spent the last try");
        const bool died = stand->world.dead;
        kp_world_repair(&stand->world);
        if (died) {
            kamupin_card_free(&stand->card);
            kp_rule(stand, kp_stand_open(stand) == KAMUPIN_OK, "the card cannot be opened again");
        }
    }
    end_run(stand);
}

void kp_stand_insist(const kp_act *act)
{
    static kp_event calls[KP_WORLD_CALLS];
    kp_stand stand;
    size_t decided;

    make(&stand, act);
    size_t count = clean_run(&stand, calls, &decided);
    for (size_t at = 0; at < count; at++)
        for (kp_fault fault = KP_FAULT_NONE; fault < KP_FAULTS; fault++) {
            const trouble given = {.position = {at}, .fault = {fault}};
            if (fault == KP_FAULT_NONE || kp_world_applies(calls[at].call, fault))
                run_again_and_again(&stand, &given, calls[at].call);
        }
    printf("%s, insisting: %zu positions, %zu runs\n", act->name, count, stand.runs);
    end(&stand);
}

void kp_stand_try(const kp_act *act)
{
    try(act, false);
}

void kp_stand_try_pairs(const kp_act *act)
{
    try(act, true);
}
