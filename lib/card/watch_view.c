/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   watch_view.c: see watch_view.h. */
#include <card/watch_view.h>

#include <card/identity.h>

#include <stdlib.h>
#include <string.h>

/* A difference: what to tell, and which reader of which view it is about. */
typedef struct difference {
    kamupin_watch_kind kind; /* 0: none */
    size_t index;            /* in what was told for card-out and reader-out, else in what is now */
} difference;

/* Readers keep their order as a rule: the place where the other view has it is looked at first, so
 * that a thousand readers do not take a million comparisons for each event. */
static const kamupin_reader_state *reader_of(const kp_watch_view *view, const char *name,
                                             size_t likely)
{
    for (size_t i = 0; i < view->count; i++) {
        const kamupin_reader_state *at = &view->readers[(likely + i) % view->count];
        if (!at->gone && strcmp(at->name, name) == 0)
            return at;
    }
    return NULL;
}

static bool same_card(const kamupin_reader_state *one, const kamupin_reader_state *other)
{
    return other->present && one->events == other->events && one->mute == other->mute &&
           one->atr_length == other->atr_length &&
           memcmp(one->atr, other->atr, one->atr_length) == 0;
}

/* What has gone: first the card, then its reader. */
static difference find_gone(const kp_watch_view *now, const kp_watch_view *told)
{
    bool same_service = now->service == KAMUPIN_OK && now->session == told->session;
    for (size_t i = 0; i < told->count; i++) {
        const kamupin_reader_state *was = &told->readers[i];
        const kamupin_reader_state *is = same_service ? reader_of(now, was->name, i) : NULL;
        if (was->present && (is == NULL || !same_card(was, is)))
            return (difference){KAMUPIN_WATCH_CARD_OUT, i};
        if (is == NULL)
            return (difference){KAMUPIN_WATCH_READER_OUT, i};
    }
    return (difference){0};
}

static difference find_come(const kp_watch_view *now, const kp_watch_view *told)
{
    for (size_t i = 0; i < now->count; i++) {
        const kamupin_reader_state *is = &now->readers[i];
        if (is->gone)
            continue;
        const kamupin_reader_state *was = reader_of(told, is->name, i);
        if (was == NULL)
            return (difference){KAMUPIN_WATCH_READER_IN, i};
        if (is->present && !was->present)
            return (difference){KAMUPIN_WATCH_CARD_IN, i};
    }
    return (difference){0};
}

static difference find(const kp_watch_view *now, const kp_watch_view *told)
{
    if (!now->known)
        return (difference){0};
    difference found = find_gone(now, told);
    if (found.kind != 0)
        return found;
    bool up = told->known && told->service == KAMUPIN_OK;
    if (up && (now->service != KAMUPIN_OK || now->session != told->session))
        return (difference){KAMUPIN_WATCH_SERVICE_DOWN, 0};
    if (!up && now->service == KAMUPIN_OK)
        return (difference){KAMUPIN_WATCH_SERVICE_UP, 0};
    if (!up && (!told->known || now->service != told->service))
        return (difference){KAMUPIN_WATCH_SERVICE_DOWN, 0};
    return find_come(now, told);
}

bool kp_watch_view_differs(const kp_watch_view *now, const kp_watch_view *told)
{
    return find(now, told).kind != 0;
}

/* ---- telling ---- */

static void tell_card(const kamupin_context *context, const kamupin_reader_state *reader,
                      kamupin_watch_event *event)
{
    event->atr_length = reader->atr_length;
    memcpy(event->atr, reader->atr, reader->atr_length);
    if (event->kind != KAMUPIN_WATCH_CARD_IN)
        return;
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;
    kp_info_describe(context, &info, reader->name, reader->atr, reader->atr_length);
    event->events = reader->events;
    event->status = reader->mute ? KAMUPIN_E_CARD_MUTE : info.usable;
    memcpy(event->profile, info.profile, sizeof event->profile);
}

/* Takes a reader out of what was told. */
static void forget(kp_watch_view *told, size_t index)
{
    told->count--;
    memmove(&told->readers[index], &told->readers[index + 1],
            (told->count - index) * sizeof *told->readers);
}

static bool remember(kp_watch_view *told, const kamupin_reader_state *reader)
{
    kamupin_reader_state *grown = realloc(told->readers, (told->count + 1) * sizeof *told->readers);
    if (grown == NULL)
        return false;
    told->readers = grown;
    told->readers[told->count] = *reader;
    told->readers[told->count++].present = false;
    return true;
}

/* The service's own events. A service that was up and is up again was down in between. */
static void tell_service(const kp_watch_view *now, kp_watch_view *told, kamupin_watch_event *event)
{
    told->known = true;
    told->session = now->session;
    if (event->kind == KAMUPIN_WATCH_SERVICE_UP)
        told->service = KAMUPIN_OK;
    else
        told->service = now->service != KAMUPIN_OK ? now->service : KAMUPIN_E_READER_SERVICE_DOWN;
    event->status = told->service;
}

kamupin_status kp_watch_view_step(const kamupin_context *context, const kp_watch_view *now,
                                  kp_watch_view *told, kamupin_watch_event *event)
{
    difference found = find(now, told);
    kamupin_watch_event made = KAMUPIN_WATCH_EVENT_INIT;
    bool out = found.kind == KAMUPIN_WATCH_CARD_OUT || found.kind == KAMUPIN_WATCH_READER_OUT;
    bool service =
        found.kind == KAMUPIN_WATCH_SERVICE_UP || found.kind == KAMUPIN_WATCH_SERVICE_DOWN;
    if (found.kind == 0)
        return KAMUPIN_E_TIMED_OUT;
    made.kind = found.kind;
    made.status = KAMUPIN_OK;
    if (service) {
        tell_service(now, told, &made);
    } else {
        const kamupin_reader_state *reader =
            out ? &told->readers[found.index] : &now->readers[found.index];
        memcpy(made.reader, reader->name, sizeof made.reader);
        if (found.kind == KAMUPIN_WATCH_CARD_IN || found.kind == KAMUPIN_WATCH_CARD_OUT)
            tell_card(context, reader, &made);
    }
    switch (found.kind) {
    case KAMUPIN_WATCH_READER_IN:
        if (!remember(told, &now->readers[found.index]))
            return KAMUPIN_E_NO_MEMORY;
        break;
    case KAMUPIN_WATCH_READER_OUT:
        forget(told, found.index);
        break;
    case KAMUPIN_WATCH_CARD_OUT:
        told->readers[found.index].present = false;
        break;
    case KAMUPIN_WATCH_CARD_IN:
        for (size_t i = 0; i < told->count; i++)
            if (strcmp(told->readers[i].name, made.reader) == 0)
                told->readers[i] = now->readers[found.index];
        break;
    case KAMUPIN_WATCH_SERVICE_UP:
    case KAMUPIN_WATCH_SERVICE_DOWN:
        break;
    }
    *event = made;
    return KAMUPIN_OK;
}

void kp_watch_view_clear(kp_watch_view *view)
{
    free(view->readers);
    *view = (kp_watch_view){0};
}

const char *kamupin_watch_kind_name(kamupin_watch_kind kind)
{
    switch (kind) {
    case KAMUPIN_WATCH_SERVICE_UP:
        return "service-up";
    case KAMUPIN_WATCH_SERVICE_DOWN:
        return "service-down";
    case KAMUPIN_WATCH_READER_IN:
        return "reader-in";
    case KAMUPIN_WATCH_READER_OUT:
        return "reader-out";
    case KAMUPIN_WATCH_CARD_IN:
        return "card-in";
    case KAMUPIN_WATCH_CARD_OUT:
        return "card-out";
    }
    return "";
}
