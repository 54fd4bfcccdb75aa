/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   apdu.c: what one command costs through the library, and what it costs with SCardTransmit alone, in
   turns on the same card. Touches the one reader that it is given, whose card it sends SELECT of the MF
   and nothing else.

       bench-apdu READER ROUNDS COMMANDS

   Each round sends so many commands either way; its answer is one line a round: the median of a
   command's nanoseconds through the library, and bare. The library's and the bare connection stand both all the time, and
   each has its own transaction, so that what differs is the library. */
#include <card/channel.h>

#include <PCSC/winscard.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* SELECT of the MF with its answer, as the library encodes it. */
static const unsigned char bytes[] = {0x00, 0xA4, 0x00, 0x00, 0x02, 0x3F, 0x00, 0x00};

static int64_t now(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (int64_t)at.tv_sec * 1000000000 + at.tv_nsec;
}

static int compare(const void *one, const void *two)
{
    const int64_t a = *(const int64_t *)one, b = *(const int64_t *)two;
    return a < b ? -1 : a > b;
}

static int64_t median(int64_t *took, long count)
{
    qsort(took, (size_t)count, sizeof *took, compare);
    return took[count / 2];
}

/* The median of a command's nanoseconds through the library, or -1. */
static int64_t by_library(kp_channel *channel, long commands, int64_t *took)
{
    const kp_command select = {.ins = 0xA4, .data = bytes + 5, .length = 2, .le = KP_LE_MAX};
    kp_response response = {.sw = 0};
    kamupin_error error = KAMUPIN_ERROR_INIT;
    bool good = kp_channel_begin(channel, NULL, &error) == KAMUPIN_OK;

    for (long i = 0; good && i < commands; i++) {
        int64_t began = now();
        good = kp_channel_send(channel, &select, &response, &error) == KAMUPIN_OK &&
               response.sw == KP_SW_OK;
        took[i] = now() - began;
    }
    kp_channel_end(channel);
    return good ? median(took, commands) : -1;
}

/* … and without it. */
static int64_t bare(SCARDHANDLE card, long commands, int64_t *took)
{
    unsigned char reply[258] = {0};
    bool good = SCardBeginTransaction(card) == SCARD_S_SUCCESS;

    for (long i = 0; good && i < commands; i++) {
        DWORD length = sizeof reply;
        int64_t began = now();
        good = SCardTransmit(card, SCARD_PCI_T1, bytes, sizeof bytes, NULL, reply, &length) ==
                   SCARD_S_SUCCESS &&
               length > 2 && reply[length - 2] == 0x90;
        took[i] = now() - began;
    }
    SCardEndTransaction(card, SCARD_LEAVE_CARD);
    return good ? median(took, commands) : -1;
}

/* In turns, and each of them first in every second round. */
static bool measure(kp_channel *channel, SCARDHANDLE card, long rounds, long commands)
{
    int64_t *took = calloc((size_t)commands, sizeof *took);
    bool good = took != NULL;

    for (long i = 0; good && i < rounds; i++) {
        const bool even = i % 2 == 0;
        int64_t first = even ? by_library(channel, commands, took) : bare(card, commands, took);
        int64_t second = even ? bare(card, commands, took) : by_library(channel, commands, took);
        good = first >= 0 && second >= 0;
        printf("%lld %lld\n", (long long)(even ? first : second),
               (long long)(even ? second : first));
    }
    free(took);
    return good;
}

int main(int count, char **words)
{
    kamupin_context *context = NULL;
    kamupin_error error = KAMUPIN_ERROR_INIT;
    kp_channel channel;
    SCARDCONTEXT pcsc = 0;
    SCARDHANDLE card = 0;
    DWORD protocol = 0;
    bool good = false;

    if (count != 4 || strtol(words[2], NULL, 10) < 1 || strtol(words[3], NULL, 10) < 1)
        return 64;
    kamupin_status status = kamupin_context_new(NULL, &context, &error);
    if (status == KAMUPIN_OK)
        status = kp_channel_open(context, words[1], &channel, &error);
    if (status == KAMUPIN_OK &&
        SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &pcsc) == SCARD_S_SUCCESS &&
        SCardConnect(pcsc, words[1], SCARD_SHARE_SHARED, SCARD_PROTOCOL_T1, &card, &protocol) ==
            SCARD_S_SUCCESS)
        good = measure(&channel, card, strtol(words[2], NULL, 10), strtol(words[3], NULL, 10));
    if (card != 0)
        SCardDisconnect(card, SCARD_LEAVE_CARD);
    if (pcsc != 0)
        SCardReleaseContext(pcsc);
    if (status == KAMUPIN_OK)
        kp_channel_close(&channel);
    kamupin_context_free(&context);
    if (!good)
        fprintf(stderr, "bench-apdu: %s: %s\n", words[1],
                status == KAMUPIN_OK ? "the card does not answer" : kamupin_status_name(status));
    return good ? 0 : 1;
}
