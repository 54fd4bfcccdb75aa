/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   threads.c: many sessions of one context, worked on by several threads at once.

       threads SESSIONS THREADS

   Prints a login's address a line, one for each session, and reads the callback of each. Then every
   thread takes its share: completes the login, asks who it is, orders a new PIN, redeems the order's
   code, lists the cards, logs out. Every eighth session's cancel handle, which is its operation's as
   well, is pulled by yet another thread. Prints how many came how far, and how many ended otherwise than they
   had to. */
#include <kamupin/kamupin.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SESSIONS_MAX 64
#define THREADS_MAX  16
#define PULLED_EVERY 8

typedef struct job {
    kamupin_session *session;
    kamupin_cancel *cancel; /* of the session and of its operation */
    char callback[4096];
} job;

typedef struct crowd {
    kamupin_context *context;
    job jobs[SESSIONS_MAX];
    int count, threads;
    pthread_barrier_t start;
    pthread_mutex_t lock; /* for the next three */
    pthread_cond_t said;
    int waiting; /* the job whose cancel is to be pulled; -1: none */
    bool over;   /* none will come any more */
    atomic_int completed, named, redeemed, cancelled, ended, wrong;
} crowd;

typedef struct worker {
    crowd *all;
    int number;
} worker;

static bool is_pulled(int index)
{
    return index % PULLED_EVERY == PULLED_EVERY - 1;
}

/* Counts a step that must succeed. */
static bool good(crowd *all, atomic_int *count, kamupin_status status, const char *step)
{
    if (status == KAMUPIN_OK) {
        atomic_fetch_add(count, 1);
        return true;
    }
    atomic_fetch_add(&all->wrong, 1);
    fprintf(stderr, "%s: %s\n", step, kamupin_status_name(status));
    return false;
}

/* Has another thread pull the handle of this job's operation, now or a little later. */
static void have_pulled(crowd *all, int index)
{
    pthread_mutex_lock(&all->lock);
    while (all->waiting >= 0)
        pthread_cond_wait(&all->said, &all->lock);
    all->waiting = index;
    pthread_cond_broadcast(&all->said);
    pthread_mutex_unlock(&all->lock);
}

static void *pull(void *user)
{
    crowd *all = user;

    pthread_mutex_lock(&all->lock);
    while (!all->over || all->waiting >= 0) {
        if (all->waiting < 0) {
            pthread_cond_wait(&all->said, &all->lock);
            continue;
        }
        kamupin_cancel *cancel = all->jobs[all->waiting].cancel;
        all->waiting = -1;
        pthread_cond_broadcast(&all->said);
        pthread_mutex_unlock(&all->lock);
        kamupin_cancel_pull(cancel);
        pthread_mutex_lock(&all->lock);
    }
    pthread_mutex_unlock(&all->lock);
    return NULL;
}

/* An operation of the order's: its code, the cards; given up at the end. */
static void operate(crowd *all, int index, kamupin_order *order)
{
    kamupin_operation_options options = KAMUPIN_OPERATION_OPTIONS_INIT;
    kamupin_operation *operation = NULL;
    kamupin_reader_list *list = NULL;

    options.order = order;
    options.cancel = all->jobs[index].cancel;
    kamupin_status status = kamupin_operation_new(all->context, &options, &operation, NULL);
    if (is_pulled(index))
        have_pulled(all, index);
    if (status == KAMUPIN_OK)
        status = kamupin_operation_redeem(operation, NULL);
    if (!is_pulled(index)) {
        if (status == KAMUPIN_OK)
            status = kamupin_operation_cards(operation, &list);
        good(all, &all->redeemed, status, "operation");
    } else {
        while (status == KAMUPIN_OK) { /* until it is pulled */
            kamupin_reader_list_free(&list);
            status = kamupin_operation_cards(operation, &list);
        }
        good(all, &all->cancelled, status == KAMUPIN_E_CANCELLED ? KAMUPIN_OK : status, "pulled");
    }
    kamupin_reader_list_free(&list);
    kamupin_operation_free(&operation);
}

static void work_on(crowd *all, int index)
{
    kamupin_session_info info = KAMUPIN_SESSION_INFO_INIT;
    kamupin_order_options wanted = KAMUPIN_ORDER_OPTIONS_INIT;
    kamupin_order *order = NULL;
    job *mine = &all->jobs[index];

    wanted.kind = KAMUPIN_OPERATION_UNBLOCK;
    wanted.product = KAMUPIN_PRODUCT_NES;
    if (!good(all, &all->completed, kamupin_session_complete(mine->session, mine->callback),
              "complete") ||
        !good(all, &all->named, kamupin_session_info_get(mine->session, &info), "info"))
        return;
    kamupin_status status = kamupin_order_new(mine->session, &wanted, &order, NULL);
    if (status == KAMUPIN_OK)
        operate(all, index, order);
    else
        good(all, &all->redeemed, status, "order");
    kamupin_order_free(&order);
    status = kamupin_session_end(mine->session);
    if (!is_pulled(index))
        good(all, &all->ended, status, "end");
}

static void *work(void *user)
{
    const worker *self = user;

    pthread_barrier_wait(&self->all->start);
    for (int i = self->number; i < self->all->count; i += self->all->threads)
        work_on(self->all, i);
    return NULL;
}

static bool begin(crowd *all)
{
    kamupin_session_options options = KAMUPIN_SESSION_OPTIONS_INIT;
    kamupin_login login = KAMUPIN_LOGIN_INIT;
    kamupin_error error = KAMUPIN_ERROR_INIT;
    bool begun = true;

    options.service = getenv("KAMUPIN_SERVICE");
    options.redirect = "http://127.0.0.1:50000/kamupin"; /* nobody listens: the test brings it */
    for (int i = 0; i < all->count && begun; i++) {
        job *mine = &all->jobs[i];
        begun = kamupin_cancel_new(all->context, &mine->cancel, NULL) == KAMUPIN_OK;
        options.cancel = mine->cancel;
        begun = begun &&
                kamupin_session_new(all->context, &options, &mine->session, &error) == KAMUPIN_OK &&
                kamupin_session_begin(mine->session, NULL, &login) == KAMUPIN_OK;
        if (begun) {
            printf("%s\n", login.url);
            continue;
        }
        if (mine->session != NULL)
            kamupin_session_error(mine->session, &error);
        fprintf(stderr, "begin: %s %s\n", kamupin_status_name(error.status), error.detail);
    }
    fflush(stdout);
    for (int i = 0; i < all->count && begun; i++) {
        begun = fgets(all->jobs[i].callback, sizeof all->jobs[i].callback, stdin) != NULL;
        all->jobs[i].callback[strcspn(all->jobs[i].callback, "\n")] = '\0';
    }
    return begun;
}

static void run(crowd *all)
{
    pthread_t threads[THREADS_MAX], puller;
    worker workers[THREADS_MAX];

    pthread_create(&puller, NULL, pull, all);
    for (int i = 0; i < all->threads; i++) {
        workers[i] = (worker){all, i};
        pthread_create(&threads[i], NULL, work, &workers[i]);
    }
    for (int i = 0; i < all->threads; i++)
        pthread_join(threads[i], NULL);
    pthread_mutex_lock(&all->lock);
    all->over = true;
    pthread_cond_broadcast(&all->said);
    pthread_mutex_unlock(&all->lock);
    pthread_join(puller, NULL);
}

int main(int count, char **words)
{
    static crowd all = {.waiting = -1};
    kamupin_context_options settings = KAMUPIN_CONTEXT_OPTIONS_INIT;

    all.count = count == 3 ? atoi(words[1]) : 0;
    all.threads = count == 3 ? atoi(words[2]) : 0;
    settings.ca_file = getenv("KAMUPIN_CA_FILE");
    settings.state_folder = getenv("KAMUPIN_STATE_DIR");
    if (all.count < 1 || all.count > SESSIONS_MAX || all.threads < 1 || all.threads > THREADS_MAX ||
        kamupin_context_new(&settings, &all.context, NULL) != KAMUPIN_OK)
        return 1;
    pthread_mutex_init(&all.lock, NULL);
    pthread_cond_init(&all.said, NULL);
    pthread_barrier_init(&all.start, NULL, (unsigned int)all.threads);
    if (begin(&all))
        run(&all);
    for (int i = 0; i < all.count; i++) {
        kamupin_session_free(&all.jobs[i].session);
        kamupin_cancel_free(&all.jobs[i].cancel);
    }
    kamupin_context_free(&all.context);
    printf("completed=%d named=%d redeemed=%d cancelled=%d ended=%d wrong=%d\n", all.completed,
           all.named, all.redeemed, all.cancelled, all.ended, all.wrong);
    return 0;
}
