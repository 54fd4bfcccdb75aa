/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   watch.h: what happens at the readers, as events: cards and readers come and go, the reader
   service ends and is there again. Nothing is sent to a card and none is connected to: an event
   says what the reader system knows by itself; who wants more opens the card (card.h).

   One watcher thread ("kamupin-watch") waits, without looking again and again. Events come in one
   of two forms: to a callback, on that thread; or by kamupin_watch_next, with a descriptor that an
   event loop can wait on. The first events say how things stand, so that a program that follows
   events alone knows all. What came and went while nobody took events is told as its sum: a card
   that was exchanged as card-out and card-in, one that was only in for a moment not at all. Events
   therefore need bounded memory, whoever forgets to take them.

       kamupin_watch *watch = NULL;
       kamupin_watch_event event = KAMUPIN_WATCH_EVENT_INIT;
       if (kamupin_watch_new(context, NULL, NULL, &watch, &error) == KAMUPIN_OK)
           while (kamupin_watch_next(watch, -1, cancel, &event, &error) == KAMUPIN_OK)
               printf("%s %s\n", kamupin_watch_kind_name(event.kind), event.reader);
       kamupin_watch_free(&watch); */
#ifndef KAMUPIN_WATCH_H
#define KAMUPIN_WATCH_H

#include <kamupin/cancel.h>

KAMUPIN_BEGIN

typedef struct kamupin_watch kamupin_watch;

/** What happened. For one reader the order is reader-in, card-in, card-out, reader-out; what a
 *  service had is gone (card-out, reader-out) before its service-down is told. */
typedef enum kamupin_watch_kind {
    KAMUPIN_WATCH_SERVICE_UP = 1,   /**< the reader service is there; told first of all */
    KAMUPIN_WATCH_SERVICE_DOWN = 2, /**< it is not (any more); `status` says why */
    KAMUPIN_WATCH_READER_IN = 3,
    KAMUPIN_WATCH_READER_OUT = 4,
    KAMUPIN_WATCH_CARD_IN = 5,
    KAMUPIN_WATCH_CARD_OUT = 6
} kamupin_watch_kind;

/** A kind's stable word, as JSON has it: "service-up", "service-down", "reader-in", "reader-out",
 *  "card-in", "card-out".
 *  Ownership: static text; "" for a number that is none. Threads: any. Errors: none. */
KAMUPIN_API const char *kamupin_watch_kind_name(kamupin_watch_kind kind);

/** One event. Copied out; belongs to the caller. */
typedef struct kamupin_watch_event {
    size_t size; /**< sizeof; set by KAMUPIN_WATCH_EVENT_INIT */
    kamupin_watch_kind kind;
    kamupin_status status; /**< service-down: reader-service-down, reader-not-permitted, …; card-in:
                              ok when a card profile knows the ATR, else card-mute or
                              card-unsupported; ok otherwise. An ok here does not make a card
                              usable: it was not asked */
    char reader[KAMUPIN_READER_NAME_MAX]; /**< the reader's name; "" of a service event */
    unsigned int events;                  /**< card-in: the reader's count of insertions and
                                             removals, as kamupin_card_info has it */
    unsigned char atr[KAMUPIN_ATR_MAX];   /**< card-in and card-out */
    size_t atr_length;                    /**< 0 of a mute card */
    char profile[24]; /**< card-in: the profile row that knows the ATR, such as "akis-2"; else "" */
} kamupin_watch_event;

#define KAMUPIN_WATCH_EVENT_INIT KAMUPIN_SIZED(kamupin_watch_event)

/** Receives one event, on the watcher thread, not under a lock. It may use the library (list, open
 *  a card) and pull cancel handles, but must not free the watch that calls it. While it runs no
 *  other event is told; none is lost, see above. */
typedef void (*kamupin_watch_fn)(void *user, const kamupin_watch_event *event);

/** Begins to watch. Does not wait: also without a reader service it succeeds, and the first event
 *  is service-down.
 *  @param callback receives each event; NULL: the program takes them by kamupin_watch_next
 *  @param user handed to `callback`
 *  @param watch receives the handle; the caller frees it with kamupin_watch_free, before the
 *          context
 *  @param error receives the reason of a failure; may be NULL
 *  Threads: any; the handle is used by one thread at a time.
 *  Errors: invalid-argument, no-memory (also: no thread, no descriptor), forked. */
KAMUPIN_API kamupin_status kamupin_watch_new(kamupin_context *context, kamupin_watch_fn callback,
                                             void *user, kamupin_watch **watch,
                                             kamupin_error *error);

/** Ends the watcher thread, frees, nulls. No callback runs any more when it returns. NULL is fine.
 *  Threads: the handle's; not in the watch's own callback, nor in a method of a reader backend, which
 *  the watch's thread may have called. Errors: none. */
KAMUPIN_API void kamupin_watch_free(kamupin_watch **watch);

/** Takes the next event, waiting for it if there is none.
 *  @param timeout_ms 0: does not wait; -1: without bound
 *  @param cancel ends the wait; may be NULL
 *  @param event receives the event (size set by the caller)
 *  Threads: the handle's.
 *  Errors: timed-out (no event within the time), cancelled, invalid-argument (also of a watch with
 *  a callback), no-memory, forked; and, when no event can ever come any more because the watcher
 *  cannot wait for the reader service to come back, what its last service-down said. */
KAMUPIN_API kamupin_status kamupin_watch_next(kamupin_watch *watch, long timeout_ms,
                                              kamupin_cancel *cancel, kamupin_watch_event *event,
                                              kamupin_error *error);

/** A descriptor that is readable as long as kamupin_watch_next has something to tell without
 *  waiting: for poll, epoll and event loops. Only to be waited on: not read, not closed.
 *  @return the descriptor, which lives as long as the watch; -1 for NULL and for a watch with a
 *          callback.
 *  Threads: any. Errors: none. */
KAMUPIN_API int kamupin_watch_fd(const kamupin_watch *watch);

KAMUPIN_END
#endif
