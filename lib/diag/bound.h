/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   bound.h: a cancel handle that is pulled when a part's time is over, or when the caller's is. What
   waits on readers and network then ends, as at a person's cancel. */
#ifndef KP_DIAG_BOUND_H
#define KP_DIAG_BOUND_H

#include <core/cancel.h>

#include <pthread.h>

typedef struct kp_bound {
    kamupin_cancel *cancel; /* for the calls of a part */
    kamupin_cancel *caller; /* may be NULL */
    kp_cancel_hook hook;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t changed;
    pthread_t thread;
    int64_t end_ms; /* steady; 0: no part is under way */
    bool over;      /* the part's time */
    bool pulled;    /* the caller's handle was */
    bool ending;
} kp_bound;

/** Begins. Errors: no-memory. */
kamupin_status kp_bound_begin(kp_bound *bound, kamupin_context *context, kamupin_cancel *caller,
                              kamupin_error *error);
/** A part begins, and has so long. The one before has returned. */
void kp_bound_part(kp_bound *bound, long ms);
/** Whether the part's time is over, and not the caller's patience. */
bool kp_bound_over(kp_bound *bound);
/** Ends what kp_bound_begin began well. */
void kp_bound_end(kp_bound *bound);

#endif
