/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   list.c: readers and the cards in them. One worker lists and waits; the cards that a profile knows
   are read by a crew. Read-only on cards; a card that no profile knows is not even connected to. */
#include <card/list.h>

#include <card/card.h>
#include <card/crew.h>
#include <card/reach.h>
#include <card/readers.h>
#include <core/fail.h>

#include <stdlib.h>
#include <string.h>

typedef struct entry {
    kamupin_reader_state state;
    kamupin_card_info info;
    kp_identity identity;
    kp_channel channel; /* open when the list keeps connections and the card was read */
    bool wanted;        /* to be identified */
} entry;

struct kamupin_reader_list {
    kamupin_context *context;
    const kamupin_reader_backend *backend;
    void *worker;
    entry *entries;
    size_t count;
};

/* What the reader's state alone tells of an entry. */
static void judge_state(const kamupin_context *context, entry *at)
{
    const kamupin_reader_state *state = &at->state;
    kp_info_describe(context, &at->info, state->name, state->atr, state->atr_length);
    at->info.events = state->events;
    if (state->gone || !state->present) {
        at->info.kind = KAMUPIN_CARD_NONE;
        at->info.usable = state->gone ? KAMUPIN_E_NO_READER : KAMUPIN_E_NO_CARD;
    } else if (state->mute) {
        at->info.usable = KAMUPIN_E_CARD_MUTE;
    } else if (state->exclusive) {
        at->info.usable = KAMUPIN_E_CARD_IN_USE;
    }
    at->wanted = at->info.usable == KAMUPIN_OK;
}

/* Leaves out the cards that the address cannot mean. A plain one that is no reader's name and no
   ATR here may be any card's name. */
static void narrow(kamupin_reader_list *list, const kp_address *address)
{
    bool all = address->plain != NULL;
    for (size_t i = 0; i < list->count; i++)
        all = all && !kp_address_seen(address, &list->entries[i].info);
    for (size_t i = 0; i < list->count && !all; i++) {
        entry *at = &list->entries[i];
        if (!at->wanted || kp_address_seen(address, &at->info))
            continue;
        at->wanted = false;
        at->info.usable = KAMUPIN_E_CARD_UNRECOGNISED; /* not asked: never usable by default */
    }
}

/* Takes over what was read of a card. */
static void adopt_reading(entry *at, kp_reading *reading)
{
    at->channel = reading->channel;
    if (reading->status == KAMUPIN_OK) {
        at->identity = reading->identity;
        at->info = at->identity.info;
        at->info.events = at->state.events;
        at->identity.info = at->info;
    } else {
        at->info.usable = reading->status;
    }
}

/* Reads all wanted cards at the same time. */
static kamupin_status identify_all(kamupin_reader_list *list, bool keep, kamupin_cancel *cancel,
                                   kamupin_error *error)
{
    size_t wanted = 0;
    kp_reading *readings = calloc(list->count + 1, sizeof *readings);
    if (readings == NULL)
        return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    for (size_t i = 0; i < list->count; i++)
        if (list->entries[i].wanted)
            readings[wanted++] = (kp_reading){.state = list->entries[i].state, .keep = keep};
    kamupin_status status = kp_crew_read(list->context, readings, wanted, cancel, error);
    for (size_t i = list->count; status == KAMUPIN_OK && i-- > 0;)
        if (list->entries[i].wanted)
            adopt_reading(&list->entries[i], &readings[--wanted]);
    free(readings);
    return status;
}

static kamupin_status fill(kamupin_reader_list *list, const kp_address *address, bool keep,
                           kamupin_cancel *cancel, kamupin_error *error)
{
    kp_readers readers = {NULL, 0};
    kamupin_reader_answer answer = kp_reach(list->backend, cancel, &list->worker);
    if (answer.status != KAMUPIN_OK)
        return kp_fail_platform(error, answer.status, KAMUPIN_FROM_READER, answer.code,
                                "cannot reach the readers");
    kamupin_status status = kp_readers_look(list->backend, list->worker, &readers, error);
    if (status == KAMUPIN_OK)
        status = kp_cancel_check(cancel, error);
    if (status == KAMUPIN_OK && readers.count > 0) {
        list->entries = calloc(readers.count, sizeof *list->entries);
        if (list->entries == NULL)
            status = kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    }
    for (size_t i = 0; status == KAMUPIN_OK && i < readers.count; i++) {
        list->entries[i].state = readers.states[i];
        judge_state(list->context, &list->entries[i]);
        list->count++;
    }
    kp_readers_free(&readers);
    if (status == KAMUPIN_OK && address != NULL)
        narrow(list, address);
    if (status == KAMUPIN_OK)
        status = identify_all(list, keep, cancel, error);
    return status == KAMUPIN_OK ? kp_cancel_check(cancel, error) : status;
}

kamupin_status kp_reader_list_build(kamupin_context *context, const kp_address *address, bool keep,
                                    kamupin_cancel *cancel, kamupin_reader_list **list,
                                    kamupin_error *error)
{
    if (list == NULL)
        return kp_fail_local(error, KAMUPIN_E_INVALID_ARGUMENT);
    *list = NULL;
    kamupin_status status = kp_context_check(context, error);
    if (status == KAMUPIN_OK)
        status = kp_cancel_check(cancel, error);
    if (status != KAMUPIN_OK)
        return status;
    kamupin_reader_list *made = calloc(1, sizeof *made);
    if (made == NULL)
        return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    made->context = context;
    made->backend = kp_reader_backend(context);
    status = fill(made, address, keep, cancel, error);
    if (status != KAMUPIN_OK)
        kamupin_reader_list_free(&made);
    *list = made;
    return status;
}

kamupin_status kamupin_reader_list_new(kamupin_context *context, kamupin_cancel *cancel,
                                       kamupin_reader_list **list, kamupin_error *error)
{
    return kp_reader_list_build(context, NULL, false, cancel, list, error);
}

void kamupin_reader_list_free(kamupin_reader_list **list)
{
    if (list == NULL || *list == NULL)
        return;
    for (size_t i = 0; i < (*list)->count; i++) {
        kp_channel_close(&(*list)->entries[i].channel);
        kp_identity_wipe(&(*list)->entries[i].identity);
    }
    /* a forked child's backend is the parent's, see kp_channel_close */
    if ((*list)->worker != NULL && kp_context_check((*list)->context, NULL) == KAMUPIN_OK)
        (*list)->backend->close((*list)->worker);
    free((*list)->entries);
    free(*list);
    *list = NULL;
}

size_t kamupin_reader_list_count(const kamupin_reader_list *list)
{
    return list == NULL ? 0 : list->count;
}

kamupin_status kamupin_reader_list_get(const kamupin_reader_list *list, size_t index,
                                       kamupin_card_info *info)
{
    if (list == NULL || index >= list->count || info == NULL || info->size != sizeof *info)
        return KAMUPIN_E_INVALID_ARGUMENT;
    *info = list->entries[index].info;
    return KAMUPIN_OK;
}

const kamupin_card_info *kp_reader_list_info(const kamupin_reader_list *list, size_t index)
{
    return &list->entries[index].info;
}

void kp_reader_list_take(kamupin_reader_list *list, size_t index, kp_identity *identity,
                         kp_channel *channel)
{
    entry *at = &list->entries[index];
    *identity = at->identity;
    identity->info = at->info;
    *channel = at->channel;
    at->identity = (kp_identity){0};
    at->channel = (kp_channel){0};
}

void kp_reader_list_judge(kamupin_reader_list *list,
                          kamupin_status (*judge)(void *user, const kamupin_card_info *info),
                          void *user)
{
    for (size_t i = 0; list != NULL && i < list->count; i++) {
        kamupin_card_info *info = &list->entries[i].info;
        if (info->usable == KAMUPIN_OK)
            info->usable = judge(user, info);
    }
}

/* ---- waiting ---- */

/* Whether readers came or went since the list was made: a wait would not see what was before it. */
static kamupin_status readers_changed(kamupin_reader_list *list, bool *changed,
                                      kamupin_error *error)
{
    char *names = NULL;
    size_t count = 0;
    kamupin_status status = kp_readers_names(list->backend, list->worker, &names, error);
    if (status != KAMUPIN_OK)
        return status;
    for (const char *name = names; *name != '\0'; name += strlen(name) + 1) {
        bool known = false;
        for (size_t i = 0; i < list->count && !known; i++)
            known = strcmp(list->entries[i].state.name, name) == 0;
        *changed |= !known;
        count++;
    }
    for (size_t i = 0; i < list->count; i++)
        count += list->entries[i].state.gone ? 1 : 0; /* was gone already when it was listed */
    *changed |= count != list->count;
    free(names);
    return KAMUPIN_OK;
}

kamupin_status kamupin_reader_list_wait(kamupin_reader_list *list, long timeout_ms,
                                        kamupin_cancel *cancel, kamupin_error *error)
{
    if (list == NULL || timeout_ms < -1)
        return kp_fail_local(error, KAMUPIN_E_INVALID_ARGUMENT);
    kamupin_status status = kp_context_check(list->context, error);
    bool changed = false;
    if (status == KAMUPIN_OK)
        status = kp_cancel_check(cancel, error);
    if (status == KAMUPIN_OK)
        status = readers_changed(list, &changed, error);
    if (status != KAMUPIN_OK || changed)
        return status;
    kamupin_reader_state *states = calloc(list->count + 1, sizeof *states);
    if (states == NULL)
        return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    for (size_t i = 0; i < list->count; i++)
        states[i] = list->entries[i].state;
    kp_cancel_hook hook = {.wake = list->backend->wake, .object = list->worker};
    kp_cancel_enter(cancel, &hook);
    long wait_ms = timeout_ms == 0 ? 1 : timeout_ms;
    kamupin_reader_answer answer = list->backend->watch(list->worker, states, list->count, wait_ms);
    if (answer.status == KAMUPIN_E_CANCELLED && !kamupin_cancel_pulled(cancel))
        answer = list->backend->watch(list->worker, states, list->count, wait_ms);
    /* … again after a wake that came late: it was an earlier wait's */
    kp_cancel_leave(cancel, &hook);
    free(states);
    if (answer.status != KAMUPIN_OK)
        return kp_fail_platform(error, answer.status, KAMUPIN_FROM_READER, answer.code,
                                "waiting for readers and cards");
    return KAMUPIN_OK;
}
