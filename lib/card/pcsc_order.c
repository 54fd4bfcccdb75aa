/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   pcsc_order.c: which PC/SC call of one thread has to keep clear of which of another's. libpcsclite
   (seen in 1.9.9, and still so in 2.5) looks a card handle up by walking through the handles of all
   contexts of the process, in the order in which they were made and up to its own, and does not
   keep everything from changing meanwhile:

   - SCardDisconnect walks once more without a lock. So making a context, releasing one and letting
     go of a card go one after another; none of the three waits for a card.
   - SCardConnect hangs its handle in without a lock, after it has waited for the card or for
     another program. So each worker connects on a context of its own, and its handle is used for
     the first time when all older contexts have hung in theirs: no walk then comes to a list that
     grows. What is made later stands behind, where the walk does not come.

   What is kept here guards the other library's global, and is none of ours. */
#include <card/pcsc.h>

#include <time.h>

/* A connect that takes longer (a slow card, or one that another program holds) is not waited for
   any more: cards of their own are not kept for it. What is left is a handle that is hung in after
   that time within the few instructions of somebody's walk. */
#define SLOW_MS 200

static struct {
    pthread_once_t once;
    pthread_mutex_t lock;
    pthread_cond_t moved;
    kp_pcsc_worker *unsettled; /* those that were made and whose first call has not come back */
    unsigned long long made;
} order = {.once = PTHREAD_ONCE_INIT, .lock = PTHREAD_MUTEX_INITIALIZER};

static void make_clock(void)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&order.moved, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

LONG kp_pcsc_establish(kp_pcsc_worker *worker)
{
    pthread_once(&order.once, make_clock);
    pthread_mutex_lock(&order.lock);
    LONG code = SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &worker->context);
    if (code == SCARD_W_SECURITY_VIOLATION) /* or the daemon ended just now: kp_pcsc_answer_on */
        code = SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &worker->context);
    if (code == SCARD_S_SUCCESS) {
        struct timespec *slow = &worker->slow_from;
        clock_gettime(CLOCK_MONOTONIC, slow);
        slow->tv_nsec += SLOW_MS * 1000000L;
        slow->tv_sec += slow->tv_nsec / 1000000000;
        slow->tv_nsec %= 1000000000;
        worker->number = ++order.made;
        worker->next_unsettled = order.unsettled;
        order.unsettled = worker;
    }
    pthread_mutex_unlock(&order.lock);
    return code;
}

/* Under the lock. */
static void take_out(kp_pcsc_worker *worker)
{
    kp_pcsc_worker **at = &order.unsettled;
    while (*at != NULL && *at != worker)
        at = &(*at)->next_unsettled;
    if (*at != NULL) {
        *at = worker->next_unsettled;
        pthread_cond_broadcast(&order.moved);
    }
}

void kp_pcsc_settle(kp_pcsc_worker *worker)
{
    pthread_mutex_lock(&order.lock);
    take_out(worker);
    pthread_mutex_unlock(&order.lock);
}

void kp_pcsc_release(kp_pcsc_worker *worker)
{
    pthread_mutex_lock(&order.lock);
    take_out(worker);
    SCardReleaseContext(worker->context);
    pthread_mutex_unlock(&order.lock);
}

/* The youngest of the older workers that are on their way and not slow yet; under the lock. */
static kp_pcsc_worker *older_on_its_way(const kp_pcsc_worker *worker)
{
    struct timespec now = {0, 0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    for (kp_pcsc_worker *at = order.unsettled; at != NULL; at = at->next_unsettled) {
        const struct timespec *slow = &at->slow_from;
        if (at->number < worker->number &&
            (now.tv_sec < slow->tv_sec ||
             (now.tv_sec == slow->tv_sec && now.tv_nsec < slow->tv_nsec)))
            return at;
    }
    return NULL;
}

void kp_pcsc_wait_for_older(const kp_pcsc_worker *worker)
{
    const kp_pcsc_worker *older;
    pthread_mutex_lock(&order.lock);
    while ((older = older_on_its_way(worker)) != NULL) {
        struct timespec until = older->slow_from;
        pthread_cond_timedwait(&order.moved, &order.lock, &until);
    }
    pthread_mutex_unlock(&order.lock);
}

void kp_pcsc_let_go(SCARDHANDLE handle)
{
    pthread_mutex_lock(&order.lock);
    SCardDisconnect(handle, SCARD_LEAVE_CARD);
    pthread_mutex_unlock(&order.lock);
}
