/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   transmit.c: what one command costs with SCardTransmit alone, for what others add to it. Touches the one
   reader that it is given, whose card it sends SELECT of the MF and nothing else.

       bench-transmit READER COMMANDS

   For each line of standard input it sends so many commands and answers the median of their
   nanoseconds. */
#include <stdio.h>

#include "bare.h"

int main(int count, char **words)
{
    SCARDCONTEXT context = 0;
    SCARDHANDLE card = 0;
    const long commands = count == 3 ? strtol(words[2], NULL, 10) : 0;
    int64_t *took = commands < 1 ? NULL : calloc((size_t)commands, sizeof *took);
    bool good = took != NULL && bench_connect(words[1], &context, &card);

    for (int key = good ? getchar() : EOF; good && key != EOF; key = getchar()) {
        if (key != '\n')
            continue;
        const int64_t median = bench_bare(card, commands, took);
        good = median >= 0;
        printf("%lld\n", (long long)median);
        fflush(stdout);
    }
    bench_let_go(context, card);
    free(took);
    return good ? 0 : 1;
}
