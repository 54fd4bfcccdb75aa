/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   watch_view.h: how things stand at the readers, and the events that lead from what was told to
   how they stand now. There is no queue of events: the next one is found by comparing the two, so
   that nothing grows while nobody listens. Pure: touches nothing but its arguments. */
#ifndef KP_CARD_WATCH_VIEW_H
#define KP_CARD_WATCH_VIEW_H

#include <kamupin/watch.h>

/** One look at the readers, or the sum of the events that were told. In what was told, a reader's
 * `present` means that its card was told. */
typedef struct kp_watch_view {
    bool known;             /* false: nothing was seen, or told, yet */
    kamupin_status service; /* ok: up; else why not */
    unsigned long session;  /* counts connections to the service; readers belong to one */
    kamupin_reader_state *readers;
    size_t count;
} kp_watch_view;

/** Whether `told` is behind `now`. */
bool kp_watch_view_differs(const kp_watch_view *now, const kp_watch_view *told);

/** Brings `told` one event nearer to `now` and fills `event` with it; a card's row is one of
 * `context`.
 * ok; timed-out when there is no difference; no-memory (then nothing is changed). */
kamupin_status kp_watch_view_step(const kamupin_context *context, const kp_watch_view *now,
                                  kp_watch_view *told, kamupin_watch_event *event);

/** Frees the readers and empties the view. */
void kp_watch_view_clear(kp_watch_view *view);

#endif
