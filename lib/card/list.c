/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   list.c: readers and the cards in them. One worker lists and waits; each card that a profile knows
   is identified by a thread and a worker of its own, so that several slow cards take the time of
   one. Read-only on cards; a card that no profile knows is not even connected to. */
#include <card/list.h>

#include <card/card.h>
#include <core/fail.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define NAMES_ROOM 2048 /* enough for PC/SC-lite's 16 readers of full length */

typedef struct entry {
    kamupin_context *context;
    kamupin_cancel *cancel; /* of the call that lists, NULL afterwards */
    kamupin_reader_state state;
    kamupin_card_info info;
    kp_identity identity;
    bool wanted; /* to be identified */
    bool running;
    pthread_t thread;
} entry;

struct kamupin_reader_list {
    kamupin_context *context;
    const kamupin_reader_backend *backend;
    void *worker;
    entry *entries;
    size_t count;
};

/* The names of all readers, one after another, in memory for the caller to free. At most two calls:
   the second has room for what the first said, and for readers that come in between. */
static kamupin_status names_of(kamupin_reader_list *list, char **names, kamupin_error *error)
{
    const kamupin_reader_backend *backend = list->backend;
    kamupin_reader_answer answer = {KAMUPIN_OK, 0, false};
    size_t room = NAMES_ROOM;
    for (int call = 0; call < 2; call++) {
        size_t length = room;
        *names = malloc(room);
        if (*names == NULL)
            return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
        **names = '\0';
        answer = backend->list(list->worker, *names, &length);
        if (answer.status == KAMUPIN_OK && length <= room)
            return KAMUPIN_OK;
        free(*names);
        *names = NULL;
        if (answer.status != KAMUPIN_OK)
            break;
        room = length + NAMES_ROOM;
    }
    return kp_fail_platform(error,
                            answer.status == KAMUPIN_OK ? KAMUPIN_E_READER_FAILED : answer.status,
                            KAMUPIN_FROM_READER, answer.code, "cannot list the readers");
}

static kamupin_status adopt_names(kamupin_reader_list *list, const char *names,
                                  kamupin_error *error)
{
    size_t count = 0;
    for (const char *name = names; *name != '\0'; name += strlen(name) + 1)
        count++;
    if (count == 0)
        return KAMUPIN_OK;
    list->entries = calloc(count, sizeof *list->entries);
    if (list->entries == NULL)
        return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    for (const char *name = names; *name != '\0'; name += strlen(name) + 1) {
        entry *at = &list->entries[list->count];
        if (strlen(name) >= sizeof at->state.name)
            continue; /* no backend may have such a name; it cannot be asked for either */
        memcpy(at->state.name, name, strlen(name) + 1);
        at->context = list->context;
        list->count++;
    }
    return KAMUPIN_OK;
}

/* One status call for all readers. */
static kamupin_status look(kamupin_reader_list *list, kamupin_error *error)
{
    kamupin_reader_answer answer = {KAMUPIN_OK, 0, false};
    if (list->count == 0)
        return KAMUPIN_OK;
    kamupin_reader_state *states = calloc(list->count, sizeof *states);
    if (states == NULL)
        return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    for (size_t i = 0; i < list->count; i++)
        states[i] = list->entries[i].state;
    answer = list->backend->watch(list->worker, states, list->count, 0);
    for (size_t i = 0; i < list->count; i++)
        list->entries[i].state = states[i];
    free(states);
    if (answer.status != KAMUPIN_OK)
        return kp_fail_platform(error, answer.status, KAMUPIN_FROM_READER, answer.code,
                                "cannot ask for the readers' state");
    return KAMUPIN_OK;
}

/* What the reader's state alone tells of an entry, and whether its card has to be asked. */
static void judge_state(entry *at, const char *only)
{
    const kamupin_reader_state *state = &at->state;
    kp_info_describe(at->context, &at->info, state->name, state->atr, state->atr_length);
    at->info.events = state->events;
    if (state->gone || !state->present) {
        at->info.kind = KAMUPIN_CARD_NONE;
        at->info.usable = state->gone ? KAMUPIN_E_NO_READER : KAMUPIN_E_NO_CARD;
    } else if (state->mute) {
        at->info.usable = KAMUPIN_E_CARD_MUTE;
    } else if (state->exclusive) {
        at->info.usable = KAMUPIN_E_CARD_IN_USE;
    }
    at->wanted = at->info.usable == KAMUPIN_OK && (only == NULL || strcmp(only, state->name) == 0);
    if (at->info.usable == KAMUPIN_OK && !at->wanted)
        at->info.usable = KAMUPIN_E_CARD_UNRECOGNISED; /* not asked: never usable by default */
}

/* Reads one card, from its own thread. Reading changes nothing, so it may begin again once when
   another program reset the card in between. */
static void *identify(void *object)
{
    entry *at = object;
    kp_channel channel;
    kamupin_error error = KAMUPIN_ERROR_INIT;
    kamupin_status status = kp_channel_open(at->context, at->state.name, &channel, &error);
    if (status == KAMUPIN_OK) {
        channel.cancel = at->cancel;
        for (int turn = 0; turn < 2; turn++) {
            status = kp_channel_begin(&channel, at->cancel, &error);
            if (status == KAMUPIN_OK)
                status = kp_identity_read(&channel, at->state.atr, at->state.atr_length,
                                          &at->identity, &error);
            kp_channel_end(&channel);
            if (status != KAMUPIN_E_CARD_RESET)
                break;
        }
        kp_channel_close(&channel);
    }
    if (status == KAMUPIN_OK) {
        unsigned int events = at->info.events;
        at->info = at->identity.info;
        at->info.events = events;
        at->identity.info = at->info;
    } else {
        at->info.usable = status;
        kp_log(at->context, KAMUPIN_LOG_INFO, "card", "%s: %s %s", at->state.name,
               kamupin_status_name(status), error.detail);
    }
    return NULL;
}

/* Identifies all wanted cards at the same time; the last one in the calling thread. */
static void identify_all(kamupin_reader_list *list, kamupin_cancel *cancel)
{
    entry *last = NULL;
    for (size_t i = 0; i < list->count; i++) {
        entry *at = &list->entries[i];
        if (!at->wanted)
            continue;
        at->cancel = cancel;
        if (last != NULL) {
            last->running = pthread_create(&last->thread, NULL, identify, last) == 0;
            if (!last->running)
                identify(last);
        }
        last = at;
    }
    if (last != NULL)
        identify(last);
    for (size_t i = 0; i < list->count; i++) {
        if (list->entries[i].running)
            pthread_join(list->entries[i].thread, NULL);
        list->entries[i].running = false;
        list->entries[i].cancel = NULL;
    }
}

static kamupin_status fill(kamupin_reader_list *list, const char *which, kamupin_cancel *cancel,
                           kamupin_error *error)
{
    char *names = NULL;
    const char *only = NULL;
    kamupin_reader_answer answer = list->backend->open(list->backend->user, &list->worker);
    if (answer.status != KAMUPIN_OK)
        return kp_fail_platform(error, answer.status, KAMUPIN_FROM_READER, answer.code,
                                "cannot reach the readers");
    kamupin_status status = names_of(list, &names, error);
    if (status == KAMUPIN_OK)
        status = adopt_names(list, names, error);
    free(names);
    if (status == KAMUPIN_OK)
        status = look(list, error);
    if (status == KAMUPIN_OK)
        status = kp_cancel_check(cancel, error);
    if (status != KAMUPIN_OK)
        return status;
    for (size_t i = 0; which != NULL && i < list->count; i++)
        if (strcmp(which, list->entries[i].state.name) == 0)
            only = which;
    for (size_t i = 0; i < list->count; i++)
        judge_state(&list->entries[i], only);
    identify_all(list, cancel);
    return kp_cancel_check(cancel, error);
}

kamupin_status kp_reader_list_build(kamupin_context *context, const char *which,
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
    status = fill(made, which, cancel, error);
    if (status != KAMUPIN_OK)
        kamupin_reader_list_free(&made);
    *list = made;
    return status;
}

kamupin_status kamupin_reader_list_new(kamupin_context *context, kamupin_cancel *cancel,
                                       kamupin_reader_list **list, kamupin_error *error)
{
    return kp_reader_list_build(context, NULL, cancel, list, error);
}

void kamupin_reader_list_free(kamupin_reader_list **list)
{
    if (list == NULL || *list == NULL)
        return;
    for (size_t i = 0; i < (*list)->count; i++)
        kp_identity_wipe(&(*list)->entries[i].identity);
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

void kp_reader_list_take(kamupin_reader_list *list, size_t index, kp_identity *identity)
{
    entry *at = &list->entries[index];
    *identity = at->identity;
    identity->info = at->info;
    at->identity = (kp_identity){0};
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
    kamupin_status status = names_of(list, &names, error);
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
    kamupin_reader_answer answer =
        list->backend->watch(list->worker, states, list->count, timeout_ms == 0 ? 1 : timeout_ms);
    kp_cancel_leave(cancel, &hook);
    free(states);
    if (answer.status != KAMUPIN_OK)
        return kp_fail_platform(error, answer.status, KAMUPIN_FROM_READER, answer.code,
                                "waiting for readers and cards");
    return KAMUPIN_OK;
}
