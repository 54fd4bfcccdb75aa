/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   cancels.c: waits again and again, and pulls each wait's cancel handle from another thread. Prints
   for each the status and the microseconds from the pull to the end of the wait.

       cancels COUNT STEP     waits for readers and cards; each pull comes STEP microseconds later
                              than the one before: around the moment at which the wait begins
       cancels COUNT STEP R   opens the card in reader R, prints "open", takes a line, then reads
                              the card, which waits while another program holds it
       cancels COUNT STEP -n  redeems a code at a service that takes connections and says nothing */
#include <kamupin/kamupin.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
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

typedef struct redeeming {
    kamupin_context *context;
    kamupin_operation_options options;
    kamupin_operation *operation; /* the last one: a cancelled operation is over */
    kamupin_secret *code;
} redeeming;

static kamupin_status wait_for_service(void *object, kamupin_cancel *cancel)
{
    redeeming *at = object;
    at->options.cancel = cancel;
    kamupin_operation_free(&at->operation);
    kamupin_secret_clear(at->code);
    kamupin_secret_append(at->code, "1234567890", 10);
    kamupin_status status = kamupin_operation_new(at->context, &at->options, &at->operation, NULL);
    return status == KAMUPIN_OK ? kamupin_operation_redeem(at->operation, at->code) : status;
}

/* The address of a service on this machine whose listener nobody answers for. */
static bool silent_service(char *address, size_t room)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0); /* until the process ends */
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, 1000) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &size) != 0)
        return false;
    snprintf(address, room, "https://127.0.0.1:%u/", ntohs(at.sin_port));
    return true;
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

static kamupin_status cancel_redeeming(kamupin_context *context, puller *with, long waits,
                                       long step_us)
{
    redeeming at = {.context = context, .options = KAMUPIN_OPERATION_OPTIONS_INIT};
    char address[64];
    if (!silent_service(address, sizeof address))
        return KAMUPIN_E_NETWORK_UNREACHABLE;
    at.options.service = address;
    kamupin_status status =
        kamupin_secret_new(context, KAMUPIN_SECRET_VERIFICATION_CODE, &at.code, NULL);
    if (status == KAMUPIN_OK)
        cancel_waits(wait_for_service, &at, with, waits, step_us);
    kamupin_operation_free(&at.operation);
    kamupin_secret_free(&at.code);
    return status;
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
    if (status == KAMUPIN_OK && count > 3 && strcmp(words[3], "-n") == 0) {
        status = cancel_redeeming(context, &with, waits, step_us);
    } else if (status == KAMUPIN_OK && count > 3) {
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
