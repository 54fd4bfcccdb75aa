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

#include <stdio.h>

#include "bare.h"

/* The median of a command's nanoseconds through the library, or -1. */
static int64_t by_library(kp_channel *channel, long commands, int64_t *took)
{
    const kp_command select = {.ins = 0xA4, .data = BENCH_SELECT + 5, .length = 2, .le = KP_LE_MAX};
    kp_response response = {.sw = 0};
    kamupin_error error = KAMUPIN_ERROR_INIT;
    bool good = kp_channel_begin(channel, NULL, &error) == KAMUPIN_OK;

    for (long i = 0; good && i < commands; i++) {
        int64_t began = bench_now();
        good = kp_channel_send(channel, &select, &response, &error) == KAMUPIN_OK &&
               response.sw == KP_SW_OK;
        took[i] = bench_now() - began;
    }
    kp_channel_end(channel);
    return good ? bench_median(took, commands) : -1;
}

/* In turns, and each of them first in every second round. */
static bool measure(kp_channel *channel, SCARDHANDLE card, long rounds, long commands)
{
    int64_t *took = calloc((size_t)commands, sizeof *took);
    bool good = took != NULL;

    for (long i = 0; good && i < rounds; i++) {
        const bool even = i % 2 == 0;
        int64_t first =
            even ? by_library(channel, commands, took) : bench_bare(card, commands, took);
        int64_t second =
            even ? bench_bare(card, commands, took) : by_library(channel, commands, took);
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
    bool good = false;

    if (count != 4 || strtol(words[2], NULL, 10) < 1 || strtol(words[3], NULL, 10) < 1)
        return 64;
    kamupin_status status = kamupin_context_new(NULL, &context, &error);
    if (status == KAMUPIN_OK)
        status = kp_channel_open(context, words[1], &channel, &error);
    if (status == KAMUPIN_OK && bench_connect(words[1], &pcsc, &card))
        good = measure(&channel, card, strtol(words[2], NULL, 10), strtol(words[3], NULL, 10));
    bench_let_go(pcsc, card);
    if (status == KAMUPIN_OK)
        kp_channel_close(&channel);
    kamupin_context_free(&context);
    if (!good)
        fprintf(stderr, "bench-apdu: %s: %s\n", words[1],
                status == KAMUPIN_OK ? "the card does not answer" : kamupin_status_name(status));
    return good ? 0 : 1;
}
