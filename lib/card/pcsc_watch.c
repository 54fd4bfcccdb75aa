/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   pcsc_watch.c: waiting for readers and cards in SCardGetStatusChange, and ending that wait. What
   PC/SC-lite (1.9.9) forgets is made up for here: a cancel that comes before the wait has begun,
   and a reader that comes before it. */
#include <card/pcsc.h>

#include <PCSC/reader.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PNP "\\\\?PnP?\\Notification"

#define READERS_MOST 16 /* as many entries as PC/SC-lite takes */

/* SCardGetStatusChange counts the readers when it begins and tells when there are more or fewer;
   one that came between our listing and that moment (some microseconds) is missed. So the list is
   compared whenever the call has ended, soon after something has happened, when more is likely to
   come, and then once a minute: that is when PC/SC-lite's own wait wakes up anyway (it asks the
   daemon anew every 60 s, whatever time it was given). Later versions keep a count of comings and
   goings that closes the gap: reader_events. */
static const long slices_ms[] = {50, 500, 60000};
#define SLICES (sizeof slices_ms / sizeof slices_ms[0])

static int64_t now_ms(void)
{
    struct timespec now = {0, 0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- waking ---- */

/* Waits for `changed` under the lock. */
static void pause_for(kp_pcsc_worker *worker, long milliseconds)
{
    struct timespec until = {0, 0};
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += milliseconds % 1000 * 1000000;
    until.tv_sec += milliseconds / 1000 + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_cond_timedwait(&worker->changed, &worker->lock, &until);
}

/* SCardCancel is forgotten by PC/SC-lite unless the other thread is already deep inside
   SCardGetStatusChange: it is repeated until that thread has come out. It cannot hit a later call:
   coming out takes the lock that is held here. */
void kp_pcsc_wake(void *object)
{
    kp_pcsc_worker *worker = object;
    pthread_mutex_lock(&worker->lock);
    worker->woken = true;
    pthread_cond_broadcast(&worker->changed);
    for (long pause_ms = 1; worker->waiting && worker->woken;
         pause_ms = pause_ms < 16 ? 2 * pause_ms : 16) {
        SCardCancel(worker->context);
        pause_for(worker, pause_ms);
    }
    pthread_mutex_unlock(&worker->lock);
}

bool kp_pcsc_wait_for_wake(kp_pcsc_worker *worker, long milliseconds)
{
    pthread_mutex_lock(&worker->lock);
    if (!worker->woken)
        pause_for(worker, milliseconds);
    bool woken = worker->woken;
    worker->woken = false;
    pthread_mutex_unlock(&worker->lock);
    return woken;
}

/* Begins and ends what kp_pcsc_wake can end. Both answer whether there was a wake. */
static bool enter(kp_pcsc_worker *worker)
{
    pthread_mutex_lock(&worker->lock);
    bool woken = worker->woken;
    worker->woken = false;
    worker->waiting = !woken;
    pthread_mutex_unlock(&worker->lock);
    return woken;
}

static bool leave(kp_pcsc_worker *worker)
{
    pthread_mutex_lock(&worker->lock);
    bool woken = worker->woken;
    worker->woken = false;
    worker->waiting = false;
    pthread_cond_broadcast(&worker->changed);
    pthread_mutex_unlock(&worker->lock);
    return woken;
}

/* ---- names ---- */

static bool among(const char *names, const char *wanted)
{
    for (const char *name = names; *name != '\0'; name += strlen(name) + 1)
        if (strcmp(name, wanted) == 0)
            return true;
    return false;
}

static bool all_among(const char *some, const char *names)
{
    for (const char *name = some; *name != '\0'; name += strlen(name) + 1)
        if (!among(names, name))
            return false;
    return true;
}

/* Lists and compares with what was known before. */
static LONG compare_readers(kp_pcsc_worker *worker, const char *before, bool *changed)
{
    char *names = NULL;
    LONG code = kp_pcsc_names(worker, &names);
    if (code == SCARD_S_SUCCESS && before != NULL)
        *changed |= !all_among(before, names) || !all_among(names, before);
    free(names);
    return code;
}

/* ---- states ---- */

/* A reader that PC/SC does not know (any more) must not be asked for; one that it lists and that
   does not answer may come to itself. */
static bool is_listed(const kamupin_reader_state *state)
{
    return !state->gone ||
           ((DWORD)state->cookie & (SCARD_STATE_UNKNOWN | SCARD_STATE_UNAVAILABLE)) ==
               SCARD_STATE_UNAVAILABLE;
}

/* Marks the readers that are not listed any more; true when one went. */
static bool mark_gone(kp_pcsc_worker *worker, kamupin_reader_state *states, size_t count)
{
    bool went = false;
    char *names = NULL;
    if (kp_pcsc_names(worker, &names) != SCARD_S_SUCCESS)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (is_listed(&states[i]) && !among(names, states[i].name)) {
            states[i].gone = true;
            states[i].present = false;
            states[i].cookie = SCARD_STATE_UNKNOWN;
            went = true;
        }
    }
    free(names);
    return went;
}

/* Takes PC/SC's state over; true when something that counts has changed. "In use" coming and going
   does not count: that is only another program's connection. */
static bool take_over(const SCARD_READERSTATE *from, kamupin_reader_state *to)
{
    kamupin_reader_state now = *to;
    DWORD flags = from->dwEventState;
    now.gone = (flags & (SCARD_STATE_UNKNOWN | SCARD_STATE_UNAVAILABLE)) != 0;
    now.present = (flags & SCARD_STATE_PRESENT) != 0;
    now.mute = (flags & SCARD_STATE_MUTE) != 0;
    now.exclusive = (flags & SCARD_STATE_EXCLUSIVE) != 0;
    now.events = (unsigned int)(flags >> 16 & 0xFFFF);
    now.atr_length = now.present && !now.mute && from->cbAtr <= sizeof now.atr ? from->cbAtr : 0;
    memcpy(now.atr, from->rgbAtr, now.atr_length);
    now.cookie = flags & ~(DWORD)SCARD_STATE_CHANGED;
    bool changed = to->cookie == 0 || now.gone != to->gone || now.present != to->present ||
                   now.mute != to->mute || now.exclusive != to->exclusive ||
                   now.events != to->events;
    *to = now;
    return changed;
}

/* One SCardGetStatusChange over the readers that are listed, and over the coming of readers when it
   waits. A wait that was woken answers "cancelled" unless it has seen a change. */
static LONG ask(kp_pcsc_worker *worker, kamupin_reader_state *states, size_t count, long timeout_ms,
                bool *changed)
{
    SCARD_READERSTATE *asked = calloc(count + 1, sizeof *asked);
    size_t used = 0;
    LONG code = SCARD_S_SUCCESS;
    if (asked == NULL)
        return SCARD_E_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        if (!is_listed(&states[i]))
            continue;
        asked[used].szReader = states[i].name;
        asked[used++].dwCurrentState = (DWORD)states[i].cookie;
    }
    size_t readers = used;
    if (timeout_ms != 0 && used < READERS_MOST) {
        asked[used].szReader = PNP;
        asked[used++].dwCurrentState = worker->reader_events;
    }
    bool woken = timeout_ms != 0 && enter(worker);
    if (!woken && used > 0)
        code = SCardGetStatusChange(worker->context, (DWORD)timeout_ms, asked, (DWORD)used);
    if (!woken && timeout_ms != 0)
        woken = leave(worker);
    if (code == SCARD_S_SUCCESS && !woken) {
        size_t at = 0;
        for (size_t i = 0; i < count; i++)
            if (is_listed(&states[i]) && take_over(&asked[at++], &states[i]))
                *changed = true;
    }
    if (used > readers) {
        worker->reader_events = asked[readers].dwEventState & ~(DWORD)0xFFFF;
        *changed |= code == SCARD_S_SUCCESS && !woken &&
                    (asked[readers].dwEventState & SCARD_STATE_CHANGED) != 0;
    }
    free(asked);
    return woken ? SCARD_E_CANCELLED : code;
}

/* The same, with readers that vanished since their listing marked instead of refused. */
static LONG ask_known(kp_pcsc_worker *worker, kamupin_reader_state *states, size_t count,
                      long timeout_ms, bool *changed)
{
    LONG code = ask(worker, states, count, timeout_ms, changed);
    while (code == SCARD_E_UNKNOWN_READER && mark_gone(worker, states, count)) {
        *changed = true;
        code = ask(worker, states, count, 0, changed);
    }
    return code;
}

static LONG wait_for_change(kp_pcsc_worker *worker, kamupin_reader_state *states, size_t count,
                            long timeout_ms, const char *before)
{
    int64_t start = now_ms();
    bool changed = false;
    LONG code = SCARD_S_SUCCESS;
    for (size_t turn = 0;; turn++) {
        long slice = slices_ms[turn < SLICES ? turn : SLICES - 1];
        code = compare_readers(worker, before, &changed);
        if (code != SCARD_S_SUCCESS || changed)
            break;
        if (timeout_ms >= 0 && start + timeout_ms - now_ms() < slice)
            slice = (long)(start + timeout_ms - now_ms());
        if (slice <= 0)
            return SCARD_E_TIMEOUT;
        code = ask_known(worker, states, count, slice, &changed);
        if (changed)
            return SCARD_S_SUCCESS;
        if (code != SCARD_S_SUCCESS && code != SCARD_E_TIMEOUT)
            break;
    }
    return code;
}

kamupin_reader_answer kp_pcsc_watch(void *object, kamupin_reader_state *states, size_t count,
                                    long timeout_ms)
{
    kp_pcsc_worker *worker = object;
    bool changed = false;
    char *own = NULL; /* the readers when this wait began, of a worker that never listed */
    LONG code = SCARD_S_SUCCESS;
    if (timeout_ms == 0) {
        code = ask_known(worker, states, count, 0, &changed);
        if (code == SCARD_E_TIMEOUT)
            code = SCARD_S_SUCCESS;
    } else {
        if (worker->names == NULL)
            code = kp_pcsc_names(worker, &own);
        if (code == SCARD_S_SUCCESS)
            code = wait_for_change(worker, states, count, timeout_ms,
                                   worker->names != NULL ? worker->names : own);
        free(own);
    }
    return kp_pcsc_answer_on(worker, code);
}
