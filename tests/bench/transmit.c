/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   transmit.c: what one command costs with SCardTransmit alone, for what others add to it. Touches the one
   reader that it is given, whose card it sends SELECT of the MF and nothing else.

       bench-transmit READER COMMANDS

   For each line of standard input it sends so many commands and answers the median of their
   nanoseconds. */
#include <PCSC/winscard.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

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

static bool round_of(SCARDHANDLE card, long commands, int64_t *took)
{
    static const unsigned char select[] = {0x00, 0xA4, 0x00, 0x00, 0x02, 0x3F, 0x00, 0x00};
    unsigned char reply[258] = {0};
    bool good = SCardBeginTransaction(card) == SCARD_S_SUCCESS;

    for (long i = 0; good && i < commands; i++) {
        DWORD length = sizeof reply;
        const int64_t began = now();
        good = SCardTransmit(card, SCARD_PCI_T1, select, sizeof select, NULL, reply, &length) ==
                   SCARD_S_SUCCESS &&
               length > 2 && reply[length - 2] == 0x90;
        took[i] = now() - began;
    }
    SCardEndTransaction(card, SCARD_LEAVE_CARD);
    qsort(took, (size_t)commands, sizeof *took, compare);
    return good;
}

int main(int count, char **words)
{
    SCARDCONTEXT context = 0;
    SCARDHANDLE card = 0;
    DWORD protocol = 0;
    const long commands = count == 3 ? strtol(words[2], NULL, 10) : 0;
    int64_t *took = commands < 1 ? NULL : calloc((size_t)commands, sizeof *took);
    bool good =
        took != NULL &&
        SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &context) == SCARD_S_SUCCESS &&
        SCardConnect(context, words[1], SCARD_SHARE_SHARED, SCARD_PROTOCOL_T1, &card, &protocol) ==
            SCARD_S_SUCCESS;

    for (int key = good ? getchar() : EOF; good && key != EOF; key = getchar()) {
        if (key != '\n')
            continue;
        good = round_of(card, commands, took);
        printf("%lld\n", (long long)took[commands / 2]);
        fflush(stdout);
    }
    if (card != 0)
        SCardDisconnect(card, SCARD_LEAVE_CARD);
    if (context != 0)
        SCardReleaseContext(context);
    free(took);
    return good ? 0 : 1;
}
