/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   cancels.c: waits again and again, and pulls each wait's cancel handle from another thread. Prints
   for each the status and the microseconds from the pull to the end of the wait.

       cancels COUNT STEP     waits for readers and cards; each pull comes STEP microseconds later
                              than the one before: around the moment at which the wait begins
       cancels COUNT STEP R   opens the card in reader R, prints "open", takes a line, then reads
                              the card, which waits while another program holds it */
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

/* One wait; the status that it ended with. */
typedef kamupin_status wait_fn(void *object, kamupin_cancel *cancel);

static kamupin_status wait_for_readers(void *object, kamupin_cancel *cancel)
{
    return kamupin_reader_list_wait(object, -1, cancel, NULL);
}

static kamupin_status wait_for_card(void *object, kamupin_cancel *cancel)
{
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;
    (void)cancel; /* the card was opened with it */
    return kamupin_card_read(object, &info);
}

static void cancel_waits(wait_fn *wait, void *object, puller *with, long waits, long step_us)
{
    for (long i = 0; i < waits; i++) {
        pthread_t thread;
        with->after_us = i * step_us;
        if (pthread_create(&thread, NULL, pull, with) != 0)
            return;
        kamupin_status ended = wait(object, with->cancel);
        long long when = now_us();
        pthread_join(thread, NULL);
        printf("%s %lld\n", kamupin_status_name(ended), when - with->pulled);
        fflush(stdout);
        kamupin_cancel_clear(with->cancel);
    }
}

int main(int count, char **words)
{
    kamupin_context *context = NULL;
    kamupin_reader_list *list = NULL;
    kamupin_card *card = NULL;
    puller with = {.cancel = NULL};
    long waits = count > 1 ? atol(words[1]) : 0;
    long step_us = count > 2 ? atol(words[2]) : 0;
    kamupin_status status = kamupin_context_new(NULL, &context, NULL);
    if (status == KAMUPIN_OK)
        status = kamupin_cancel_new(context, &with.cancel, NULL);
    if (status == KAMUPIN_OK && count > 3) {
        status = kamupin_card_open(context, words[3], with.cancel, &card, NULL);
        puts(status == KAMUPIN_OK ? "open" : kamupin_status_name(status));
        fflush(stdout);
        if (status == KAMUPIN_OK && getchar() != EOF)
            cancel_waits(wait_for_card, card, &with, waits, step_us);
    } else if (status == KAMUPIN_OK) {
        status = kamupin_reader_list_new(context, NULL, &list, NULL);
        if (status == KAMUPIN_OK)
            cancel_waits(wait_for_readers, list, &with, waits, step_us);
    }
    kamupin_card_free(&card);
    kamupin_reader_list_free(&list);
    kamupin_cancel_free(&with.cancel);
    kamupin_context_free(&context);
    return (int)status;
}
