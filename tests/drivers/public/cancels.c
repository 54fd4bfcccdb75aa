/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   cancels.c: waits for readers and cards again and again, and pulls each wait's cancel handle from
   another thread a little later than the time before: around the moment at which the wait begins.
   Arguments: how many waits, and the microseconds between pull and pull. Prints for each the
   status and the microseconds from the pull to the end of the wait. */
#include <kamupin/kamupin.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef struct puller {
    kamupin_cancel *cancel;
    long after_us;
    long long pulled; /* when, in microseconds */
} puller;

static long long now_us(void)
{
    struct timespec now = {0, 0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void *pull(void *object)
{
    puller *with = object;
    struct timespec pause = {with->after_us / 1000000, with->after_us % 1000000 * 1000};
    nanosleep(&pause, NULL);
    with->pulled = now_us();
    kamupin_cancel_pull(with->cancel);
    return NULL;
}

int main(int count, char **words)
{
    kamupin_context *context = NULL;
    kamupin_reader_list *list = NULL;
    puller with = {.cancel = NULL};
    long waits = count > 1 ? atol(words[1]) : 0;
    long step_us = count > 2 ? atol(words[2]) : 0;
    kamupin_status status = kamupin_context_new(NULL, &context, NULL);
    if (status == KAMUPIN_OK)
        status = kamupin_cancel_new(context, &with.cancel, NULL);
    if (status == KAMUPIN_OK)
        status = kamupin_reader_list_new(context, NULL, &list, NULL);
    for (long i = 0; status == KAMUPIN_OK && i < waits; i++) {
        pthread_t thread;
        with.after_us = i * step_us;
        if (pthread_create(&thread, NULL, pull, &with) != 0)
            return 1;
        kamupin_status ended = kamupin_reader_list_wait(list, -1, with.cancel, NULL);
        long long when = now_us();
        pthread_join(thread, NULL);
        printf("%s %lld\n", kamupin_status_name(ended), when - with.pulled);
        kamupin_cancel_clear(with.cancel);
    }
    kamupin_reader_list_free(&list);
    kamupin_cancel_free(&with.cancel);
    kamupin_context_free(&context);
    return (int)status;
}
