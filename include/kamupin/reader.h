/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   reader.h: readers are a backend, a table of functions. PC/SC is the built-in one; an application
   may bring its own (remote readers, a phone, a script) by filling this table in its context
   options. Nothing here forms APDU bytes.

   A worker is one thread's connection to the reader system (one SCARDCONTEXT). Calls on one worker,
   and on the connections made from it, come from one thread at a time, except `wake`. */
#ifndef KAMUPIN_READER_H
#define KAMUPIN_READER_H

#include <kamupin/status.h>

KAMUPIN_BEGIN

#define KAMUPIN_READER_NAME_MAX                                                                    \
    128 /**< bytes of a reader's name, with the NUL (PC/SC-lite's MAX_READERNAME) */
#define KAMUPIN_ATR_MAX   33  /**< bytes of an answer to reset (ISO/IEC 7816-3, 8.2.1) */
#define KAMUPIN_REPLY_MAX 258 /**< bytes of a short response APDU with its status word */

/** Asks a reader for its features, as PC/SC part 10 lists them: for each its number, 04, and four
 *  bytes of control code, the highest first. PC/SC-lite: CM_IOCTL_GET_FEATURE_REQUEST. */
#define KAMUPIN_READER_FEATURES 0UL

/** What a backend function answers: a status, and the platform's own code for the log (0 when
 *  none). Allowed: ok, reader-service-down, reader-not-permitted, no-reader, no-card, card-mute,
 *  card-in-use, card-removed, card-unsupported (no T=1), reader-failed, timed-out, cancelled,
 *  no-memory; and card-reset whenever the card's state may be lost (reset by another program,
 *  "not transacted"): the library then forgets what it knew and identifies anew. */
typedef struct kamupin_reader_answer {
    kamupin_status status;
    long code;
    bool unsent; /**< of a `transmit` that failed: the command surely did not reach the card (PC/SC:
                    SCARD_W_RESET_CARD); false when in doubt */
} kamupin_reader_answer;

/** One reader as it stands. */
typedef struct kamupin_reader_state {
    char name[KAMUPIN_READER_NAME_MAX];
    bool gone;                          /**< the reader was unplugged, or does not answer */
    bool present;                       /**< a card is in it */
    bool mute;                          /**< … and does not answer */
    bool exclusive;                     /**< … and another program holds it exclusively */
    unsigned int events;                /**< counts insertions and removals; wraps */
    unsigned char atr[KAMUPIN_ATR_MAX]; /**< when present and not mute */
    size_t atr_length;
    unsigned long cookie; /**< the backend's own, 0 at first (PC/SC: the last dwEventState) */
} kamupin_reader_state;

/** How readers are reached: the calls that a program hands in for readers of its own. */
typedef struct kamupin_reader_backend {
    size_t size;      /**< sizeof(kamupin_reader_backend) */
    const char *name; /**< for the log: "pcsc" */
    void *user;       /**< handed to `open` */

    /** Opens and closes a worker. */
    kamupin_reader_answer (*open)(void *user, void **worker);
    void (*close)(void *worker);
    /** Optional, NULL when the reader system does not come and go: like `open`, but never waits
     *  where `stop`, a descriptor that becomes readable, cannot end it with cancelled.
     *  patience_ms -1: when there is no service it waits until there is one, without looking again
     *  and again. Otherwise: reader-service-down, when there is none, or none that answers within
     *  so long. */
    kamupin_reader_answer (*open_waiting)(void *user, int stop, long patience_ms, void **worker);

    /** Lists the readers: `names` receives NUL-terminated names one after another, an empty one
     *  last. `length`: room in, bytes needed out; when the room is too small the answer is ok,
     *  nothing is written and the caller calls again. */
    kamupin_reader_answer (*list)(void *worker, char *names, size_t *length);

    /** Fills `states` (whose names are set). timeout_ms 0: at once. Otherwise returns when one
     *  differs from what its cookie and flags say, or with timed-out (-1: no bound), or with
     *  cancelled after `wake`. It also returns when the readers are not those any more that this
     *  worker's last `list` gave. */
    kamupin_reader_answer (*watch)(void *worker, kamupin_reader_state *states, size_t count,
                                   long timeout_ms);
    /** Ends a `watch` of this worker, and the wait of its `begin`, `reconnect` or `connect`: these
     *  answer cancelled. The only call that may come from another thread; a wake that finds nobody
     *  waiting may be remembered for the next wait or forgotten. */
    void (*wake)(void *worker);

    /** Connects to the card in a reader (shared, T=1), and lets go without resetting it. A `connect`
     *  that waits for another program is left to its thread, and woken, when a list goes on without
     *  it; kamupin_context_free then waits until it has come back (not for the built-in backend,
     *  which nothing can wake there). */
    kamupin_reader_answer (*connect)(void *worker, const char *reader, void **connection);
    void (*disconnect)(void *connection);
    /** Accepts a reset or removal that happened; does not itself reset the card. */
    kamupin_reader_answer (*reconnect)(void *connection);
    /** Holds the card against other programs, and lets go. Waits while another program holds it,
     *  until `wake`. */
    kamupin_reader_answer (*begin)(void *connection);
    kamupin_reader_answer (*end)(void *connection);
    /** One command APDU, one response APDU. `reply_length`: room in, bytes out. */
    kamupin_reader_answer (*transmit)(void *connection, const unsigned char *command,
                                      size_t command_length, unsigned char *reply,
                                      size_t *reply_length);

    /** Optional (NULL: these readers have no keypads): a command to the reader itself, never to the
     *  card alone, answered by its driver. `code` is KAMUPIN_READER_FEATURES, or one of those that
     *  its answer names. `out_length`: room in, bytes out. May also answer pin-pad-unsupported: the
     *  driver does not know this command, or not in this form, and has done nothing. */
    kamupin_reader_answer (*control)(void *connection, unsigned long code, const unsigned char *in,
                                     size_t in_length, unsigned char *out, size_t *out_length);
} kamupin_reader_backend;

/** The built-in PC/SC backend, to be wrapped by a backend that wants to see or change what passes.
 *  Ownership: static. Threads: any. Errors: none. */
KAMUPIN_API const kamupin_reader_backend *kamupin_reader_backend_pcsc(void);

KAMUPIN_END
#endif
