/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   watch.c: a watch in the form that the argument names ("next", "callback"). Prints each event as
   kind, reader and status with tabs between. A line on standard input ends it: "next" by pulling
   the cancel handle from the reading thread, after which it prints "cancelled" and the microseconds
   that took; the end of the input ends it too. Last it prints "freed" and the microseconds that
   freeing took. */
#include <kamupin/kamupin.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

typedef struct puller {
    kamupin_cancel *cancel;
    atomic_llong pulled; /* when, in microseconds; 0 before */
} puller;

static long long now_us(void)
{
    struct timespec now = {0, 0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void *pull_on_a_line(void *object)
{
    puller *with = object;
    int key = getchar();
    while (key != '\n' && key != EOF)
        key = getchar();
    atomic_store(&with->pulled, now_us());
    kamupin_cancel_pull(with->cancel);
    return NULL;
}

static void print(void *user, const kamupin_watch_event *event)
{
    (void)user;
    printf("%s\t%s\t%s\n", kamupin_watch_kind_name(event->kind), event->reader,
           kamupin_status_name(event->status));
    fflush(stdout);
}

int main(int count, char **words)
{
    kamupin_context *context = NULL;
    kamupin_watch *watch = NULL;
    kamupin_watch_event event = KAMUPIN_WATCH_EVENT_INIT;
    puller with = {.cancel = NULL};
    pthread_t thread;
    bool callback = count > 1 && strcmp(words[1], "callback") == 0;

    kamupin_status status = kamupin_context_new(NULL, &context, NULL);
    if (status == KAMUPIN_OK)
        status = kamupin_cancel_new(context, &with.cancel, NULL);
    if (status == KAMUPIN_OK)
        status = kamupin_watch_new(context, callback ? print : NULL, NULL, &watch, NULL);
    if (status != KAMUPIN_OK || pthread_create(&thread, NULL, pull_on_a_line, &with) != 0)
        return 1;
    while (!callback &&
           (status = kamupin_watch_next(watch, -1, with.cancel, &event, NULL)) == KAMUPIN_OK)
        print(NULL, &event);
    long long ended = now_us();
    pthread_join(thread, NULL);
    if (!callback)
        printf("%s %lld\n", kamupin_status_name(status), ended - atomic_load(&with.pulled));
    fflush(stdout);
    long long before = now_us();
    kamupin_watch_free(&watch);
    printf("freed %lld\n", now_us() - before);
    kamupin_cancel_free(&with.cancel);
    kamupin_context_free(&context);
    return 0;
}
