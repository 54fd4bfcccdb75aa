/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   watch.h: a watch from inside: what its handle (watch.c) and its thread (watch_thread.c) share. */
#ifndef KP_CARD_WATCH_H
#define KP_CARD_WATCH_H

#include <card/watch_view.h>

#include <pthread.h>

struct kamupin_watch {
    kamupin_context *context;
    const kamupin_reader_backend *backend;
    kamupin_watch_fn callback; /* NULL: events are taken */
    void *user;
    pthread_t thread;
    int ready;            /* eventfd: readable while `told` is behind `now` */
    int stop;             /* eventfd: readable when the thread has to end */
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t changed;
    kp_watch_view now, told;
    void *worker;  /* the thread's, while it follows the readers */
    bool stopping; /* set by kamupin_watch_free */
    bool ended;    /* the thread does nothing more */
    bool signaled; /* `ready` is readable */
};

/** Under the lock: makes `ready` say whether there is something to tell. */
void kp_watch_show_ready(kamupin_watch *watch);

/** Frees all that a watch has, when nobody else uses it. */
void kp_watch_destroy(kamupin_watch *watch);

/** The thread; `object` is the watch. */
void *kp_watch_thread(void *object);

#endif
