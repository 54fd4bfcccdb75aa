/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   pcsc.h: what the files of the PC/SC backend share: pcsc.c (contexts, readers, cards),
   pcsc_order.c (threads that have to keep clear of each other), pcsc_watch.c (waiting for readers
   and cards), pcsc_service.c (waiting for the daemon). No other file knows PC/SC's names and codes. */
#ifndef KP_CARD_PCSC_H
#define KP_CARD_PCSC_H

#include <kamupin/reader.h>

#include <PCSC/winscard.h>
#include <PCSC/wintypes.h>

#include <pthread.h>
#include <time.h>

/** One SCARDCONTEXT and its thread. */
typedef struct kp_pcsc_worker {
    SCARDCONTEXT context;
    char *names;          /* what `list` gave last, one after another; NULL before */
    DWORD reader_events;  /* PC/SC's count of readers that came and went, where it has one */
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t changed;
    bool waiting; /* inside an SCardGetStatusChange that has to be ended by SCardCancel */
    bool woken;   /* a wake that no wait has answered yet */
    /* pcsc_order.c's: */
    unsigned long long number; /* as many contexts had been made with this one */
    struct timespec slow_from; /* nobody waits for its connect from here on; monotonic */
    struct kp_pcsc_worker *next_unsettled;
} kp_pcsc_worker;

/** The backend's answer for a PC/SC code; the second for a call on an open worker. */
kamupin_reader_answer kp_pcsc_answer(LONG code);
kamupin_reader_answer kp_pcsc_answer_on(kp_pcsc_worker *worker, LONG code);

/** The daemon's socket. Belongs to the environment. */
const char *kp_pcsc_socket(void);

/** SCardListReaders with room made for all; `names` receives memory for the caller to free, one
 * name after another and an empty one last, also when there is no reader. */
LONG kp_pcsc_names(kp_pcsc_worker *worker, char **names);

/** pcsc_order.c: making and releasing a worker's context, and letting go of a card, always by these.
 * `settle` follows a worker's list or connect. `wait_for_older` comes between that connect and the
 * first use of the card's handle; it waits for 200 ms at most. */
LONG kp_pcsc_establish(kp_pcsc_worker *worker);
void kp_pcsc_release(kp_pcsc_worker *worker);
void kp_pcsc_let_go(SCARDHANDLE handle);
void kp_pcsc_settle(kp_pcsc_worker *worker);
void kp_pcsc_wait_for_older(const kp_pcsc_worker *worker);

/** The functions of the backend's table that live in other files than pcsc.c. */
kamupin_reader_answer kp_pcsc_open(void *user, void **worker);
kamupin_reader_answer kp_pcsc_open_waiting(void *user, int stop, long patience_ms, void **worker);
kamupin_reader_answer kp_pcsc_watch(void *worker, kamupin_reader_state *states, size_t count,
                                    long timeout_ms);
void kp_pcsc_wake(void *worker);

/** Waits so long at most for a wake; true, and the wake is answered, when there was one. */
bool kp_pcsc_wait_for_wake(kp_pcsc_worker *worker, long milliseconds);

#endif
