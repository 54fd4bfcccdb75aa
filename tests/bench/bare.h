/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   bare.h: what one command costs with SCardTransmit alone, for what others add to it: the programs of
   this folder measure it in the same run. */
#ifndef KP_BENCH_BARE_H
#define KP_BENCH_BARE_H

#include <PCSC/winscard.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

/* SELECT of the MF with its answer, as the library encodes it. */
static const unsigned char BENCH_SELECT[] = {0x00, 0xA4, 0x00, 0x00, 0x02, 0x3F, 0x00, 0x00};

/* Nanoseconds of a clock that nobody sets. */
static inline int64_t bench_now(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (int64_t)at.tv_sec * 1000000000 + at.tv_nsec;
}

static inline int bench_compare(const void *one, const void *two)
{
    const int64_t a = *(const int64_t *)one, b = *(const int64_t *)two;
    return a < b ? -1 : a > b;
}

/* Of `count` figures, which are sorted by it. */
static inline int64_t bench_median(int64_t *took, long count)
{
    qsort(took, (size_t)count, sizeof *took, bench_compare);
    return took[count / 2];
}

/* The median of a command's nanoseconds, of so many in one transaction; -1 when the card does not
 * answer. `took` has room for that many figures. */
static inline int64_t bench_bare(SCARDHANDLE card, long commands, int64_t *took)
{
    unsigned char reply[258] = {0};
    bool good = SCardBeginTransaction(card) == SCARD_S_SUCCESS;

    for (long i = 0; good && i < commands; i++) {
        DWORD length = sizeof reply;
        int64_t began = bench_now();
        good = SCardTransmit(card, SCARD_PCI_T1, BENCH_SELECT, sizeof BENCH_SELECT, NULL, reply,
                             &length) == SCARD_S_SUCCESS &&
               length > 2 && reply[length - 2] == 0x90;
        took[i] = bench_now() - began;
    }
    SCardEndTransaction(card, SCARD_LEAVE_CARD);
    return good ? bench_median(took, commands) : -1;
}

/* Connects to the card in that reader, in a PC/SC context of its own; false when it cannot. Both are
 * let go by bench_let_go, whatever came of it. */
static inline bool bench_connect(const char *reader, SCARDCONTEXT *context, SCARDHANDLE *card)
{
    DWORD protocol = 0;

    return SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, context) == SCARD_S_SUCCESS &&
           SCardConnect(*context, reader, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T1, card, &protocol) ==
               SCARD_S_SUCCESS;
}

static inline void bench_let_go(SCARDCONTEXT context, SCARDHANDLE card)
{
    if (card != 0)
        SCardDisconnect(card, SCARD_LEAVE_CARD);
    if (context != 0)
        SCardReleaseContext(context);
}

#endif
