/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   crew.h: several cards read at the same time, each by a thread and a worker of its own, so that
   many slow cards take the time of one. A card that another program holds is not waited for. */
#ifndef KP_CARD_CREW_H
#define KP_CARD_CREW_H

#include <card/identity.h>

#define KP_CREW_MOST 64 /* threads, and so workers, at a time */

/** One card to be read, and what came of it. */
typedef struct kp_reading {
    kamupin_reader_state state; /* in: the reader */
    bool keep;                  /* in: leave the connection open when the card could be read */
    bool hold_only;             /* in: connect and hold once, and ask the card nothing */
    kamupin_status status;      /* out: ok, or why the card could not be read */
    kp_identity identity;       /* out, when ok and not hold_only: the caller's, who wipes it */
    kp_channel channel;         /* out, when ok and `keep`: open; the caller closes it */
} kp_reading;

/** Reads `count` cards and returns when all are done. Pulling `cancel` (may be NULL) ends it: inside
 * a command when that ends, anywhere else at once; the readings that were not done say cancelled.
 * A card that another program held for context->held_ms says card-in-use. Errors: no-memory. */
kamupin_status kp_crew_read(kamupin_context *context, kp_reading *readings, size_t count,
                            kamupin_cancel *cancel, kamupin_error *error);

#endif
