/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   readers.c: asking the reader system, through one worker, as seldom as can be. Speaks to no card.
 */
#include <card/readers.h>

#include <core/fail.h>

#include <stdlib.h>
#include <string.h>

#define NAMES_ROOM  2048 /* enough for PC/SC-lite's 16 readers of full length */
#define LISTS_MAX   6    /* calls, while the list grows between one and the next */
#define LOOKS_MAX   4 /* rounds, while readers go between the list and the look at their states */
#define NAMES_LIMIT (16U * 1024 * 1024) /* a backend that asks for more is broken */

kamupin_status kp_readers_names(const kamupin_reader_backend *backend, void *worker, char **names,
                                kamupin_error *error)
{
    kamupin_reader_answer answer = {KAMUPIN_OK, 0, false};
    size_t room = NAMES_ROOM;
    *names = NULL;
    for (int call = 0; call < LISTS_MAX && room <= NAMES_LIMIT; call++) {
        size_t length = room;
        char *made = calloc(room + 2, 1); /* names end, whatever the backend writes */
        if (made == NULL)
            return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
        answer = backend->list(worker, made, &length);
        if (answer.status == KAMUPIN_OK && length <= room) {
            *names = made;
            return KAMUPIN_OK;
        }
        free(made);
        if (answer.status != KAMUPIN_OK)
            break;
        room = length < NAMES_LIMIT ? length + NAMES_ROOM : NAMES_LIMIT + 1;
    }
    return kp_fail_platform(error,
                            answer.status == KAMUPIN_OK ? KAMUPIN_E_READER_FAILED : answer.status,
                            KAMUPIN_FROM_READER, answer.code, "cannot list the readers");
}

kamupin_reader_answer kp_readers_states(const kamupin_reader_backend *backend, void *worker,
                                        kamupin_reader_state *states, size_t count)
{
    kamupin_reader_answer answer = backend->watch(worker, states, count, 0);
    for (size_t i = 0; i < count; i++) {
        states[i].name[sizeof states[i].name - 1] = '\0';
        if (states[i].atr_length > sizeof states[i].atr)
            states[i].atr_length = sizeof states[i].atr;
    }
    return answer;
}

kamupin_status kp_readers_of_channel(kp_channel *channel, kamupin_reader_state *state,
                                     kamupin_error *error)
{
    *state = (kamupin_reader_state){0};
    memcpy(state->name, channel->reader, sizeof state->name);
    kamupin_reader_answer answer = kp_readers_states(channel->backend, channel->worker, state, 1);
    if (answer.status != KAMUPIN_OK)
        return kp_fail_platform(error, answer.status, KAMUPIN_FROM_READER, answer.code,
                                "cannot ask for the reader's state");
    return KAMUPIN_OK;
}

bool kp_readers_show(const kamupin_reader_state *state, const uint8_t *atr, size_t length)
{
    return state->present && !state->gone && state->atr_length == length &&
           memcmp(state->atr, atr, length) == 0;
}

static kamupin_status adopt_names(kp_readers *readers, const char *names, kamupin_error *error)
{
    size_t count = 0;
    for (const char *name = names; *name != '\0'; name += strlen(name) + 1)
        count++;
    if (count == 0)
        return KAMUPIN_OK;
    readers->states = calloc(count, sizeof *readers->states);
    if (readers->states == NULL)
        return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    for (const char *name = names; *name != '\0'; name += strlen(name) + 1)
        if (strlen(name) < KAMUPIN_READER_NAME_MAX) /* a longer one cannot be asked for either */
            memcpy(readers->states[readers->count++].name, name, strlen(name) + 1);
    return KAMUPIN_OK;
}

/* One list, and one status call for all that it names. `again`: one was gone by then. */
static kamupin_status look_once(const kamupin_reader_backend *backend, void *worker,
                                kp_readers *readers, bool *again, kamupin_error *error)
{
    char *names = NULL;
    *again = false;
    kamupin_status status = kp_readers_names(backend, worker, &names, error);
    if (status == KAMUPIN_OK)
        status = adopt_names(readers, names, error);
    free(names);
    if (status != KAMUPIN_OK || readers->count == 0)
        return status;
    kamupin_reader_answer answer =
        kp_readers_states(backend, worker, readers->states, readers->count);
    if (answer.status != KAMUPIN_OK)
        return kp_fail_platform(error, answer.status, KAMUPIN_FROM_READER, answer.code,
                                "cannot ask for the readers' state");
    for (size_t i = 0; i < readers->count; i++)
        *again |= readers->states[i].gone;
    return KAMUPIN_OK;
}

kamupin_status kp_readers_look(const kamupin_reader_backend *backend, void *worker,
                               kp_readers *readers, kamupin_error *error)
{
    kamupin_status status = KAMUPIN_OK;
    bool again = true;
    *readers = (kp_readers){NULL, 0};
    for (int round = 0; status == KAMUPIN_OK && again && round < LOOKS_MAX; round++) {
        kp_readers_free(readers);
        status = look_once(backend, worker, readers, &again, error);
    }
    if (status != KAMUPIN_OK)
        kp_readers_free(readers);
    return status;
}

void kp_readers_free(kp_readers *readers)
{
    free(readers->states);
    *readers = (kp_readers){NULL, 0};
}
