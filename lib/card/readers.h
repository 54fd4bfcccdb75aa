/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   readers.h: what the reader system shows without asking a card: the readers' names and states. */
#ifndef KP_CARD_READERS_H
#define KP_CARD_READERS_H

#include <card/channel.h>

typedef struct kp_readers {
    kamupin_reader_state *states; /* malloc'ed; NULL when there are none */
    size_t count;
} kp_readers;

/** The names of all readers, NUL-terminated one after another, an empty one last, in memory for the
 * caller to free. One call to the backend when they fit in 2048 bytes, else two; more only while
 * readers are being attached. Errors: reader-*, no-memory. */
kamupin_status kp_readers_names(const kamupin_reader_backend *backend, void *worker, char **names,
                                kamupin_error *error);

/** Asks for the readers' states as they stand, and holds the answer to its bounds. */
kamupin_reader_answer kp_readers_states(const kamupin_reader_backend *backend, void *worker,
                                        kamupin_reader_state *states, size_t count);

/** The state of a channel's own reader, as it stands: asks the reader system, not the card. Errors:
 * reader-*. */
kamupin_status kp_readers_of_channel(kp_channel *channel, kamupin_reader_state *state,
                                     kamupin_error *error);

/** Whether a card with that ATR is in a reader of that state. */
bool kp_readers_show(const kamupin_reader_state *state, const uint8_t *atr, size_t length);

/** Lists the readers and asks for the state of all in one call; does both again when one of them
 * was gone by then. Errors: reader-*, no-memory; `readers` is empty then. */
kamupin_status kp_readers_look(const kamupin_reader_backend *backend, void *worker,
                               kp_readers *readers, kamupin_error *error);

/** Frees the states. */
void kp_readers_free(kp_readers *readers);

#endif
