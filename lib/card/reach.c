/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   reach.c: see reach.h. libpcsclite waits for its daemon's first word without end, and nothing ends
   that from outside: so a thread waits there that nobody needs. Of an application's backend `open`
   is called directly: it might not outlive the thread. Speaks to the reader system only. */
#include <card/reach.h>

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

typedef struct opening {
    const kamupin_reader_backend *backend;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t changed;
    kamupin_reader_answer answer;
    void *worker;
    bool done, cancelled;
    bool left; /* the thread owns this, and the worker */
} opening;

static void free_opening(opening *it)
{
    pthread_cond_destroy(&it->changed);
    pthread_mutex_destroy(&it->lock);
    free(it);
}

static void *wait_there(void *object)
{
    opening *it = object;
    void *worker = NULL;
    const kamupin_reader_answer answer = it->backend->open(it->backend->user, &worker);
    pthread_mutex_lock(&it->lock);
    it->answer = answer;
    it->worker = worker;
    it->done = true;
    const bool left = it->left;
    pthread_cond_broadcast(&it->changed);
    pthread_mutex_unlock(&it->lock);
    if (left) {
        if (answer.status == KAMUPIN_OK)
            it->backend->close(worker);
        free_opening(it);
    }
    return NULL;
}

static void give_up(void *object)
{
    opening *it = object;
    pthread_mutex_lock(&it->lock);
    it->cancelled = true;
    pthread_cond_broadcast(&it->changed);
    pthread_mutex_unlock(&it->lock);
}

/* Signals are for the program's own threads. */
static bool start(opening *it, pthread_t *thread)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool started = pthread_create(thread, NULL, wait_there, it) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

/* Waits until the thread is done, or somebody cancels; true when it is done. */
static bool wait_for(opening *it, kamupin_cancel *cancel)
{
    kp_cancel_hook hook = {.wake = give_up, .object = it};
    kp_cancel_enter(cancel, &hook);
    pthread_mutex_lock(&it->lock);
    while (!it->done && !it->cancelled)
        pthread_cond_wait(&it->changed, &it->lock);
    pthread_mutex_unlock(&it->lock);
    kp_cancel_leave(cancel, &hook); /* from here on nobody else knows of it */
    pthread_mutex_lock(&it->lock);
    const bool done = it->done;
    it->left = !done;
    pthread_mutex_unlock(&it->lock);
    return done;
}

kamupin_reader_answer kp_reach(const kamupin_reader_backend *backend, kamupin_cancel *cancel,
                               void **worker)
{
    const kamupin_reader_answer cancelled = {KAMUPIN_E_CANCELLED, 0, false};
    pthread_t thread;
    opening *it = NULL;
    if (cancel != NULL && backend == kamupin_reader_backend_pcsc())
        it = calloc(1, sizeof *it);
    if (it == NULL)
        return backend->open(backend->user, worker);
    it->backend = backend;
    pthread_mutex_init(&it->lock, NULL);
    pthread_cond_init(&it->changed, NULL);
    if (!start(it, &thread)) {
        free_opening(it);
        return backend->open(backend->user, worker);
    }
    if (!wait_for(it, cancel)) {
        pthread_detach(thread);
        return cancelled;
    }
    pthread_join(thread, NULL);
    const kamupin_reader_answer answer = it->answer;
    if (answer.status == KAMUPIN_OK)
        *worker = it->worker;
    free_opening(it);
    return answer;
}
