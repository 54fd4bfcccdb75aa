/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   latecomer.c: a preload library that makes two narrow moments of SCardGetStatusChange wide. The
   reader that KAMUPIN_LATE_READER names is hidden from SCardListReaders until the first waiting
   SCardGetStatusChange begins: it comes between being listed and being waited for, and PC/SC-lite
   1.9.9 never tells of it. And each waiting SCardGetStatusChange begins KAMUPIN_LATE_MS
   milliseconds late, so that an SCardCancel in that time is forgotten. Stands between libkamupin
   and libpcsclite; the daemon behind it is real. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <winscard.h>

typedef LONG list_fn(SCARDCONTEXT, LPCSTR, LPSTR, LPDWORD);
typedef LONG change_fn(SCARDCONTEXT, DWORD, SCARD_READERSTATE *, DWORD);

static atomic_bool shown;

static void *real(const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);

    if (found == NULL)
        abort();
    return found;
}

LONG SCardListReaders(SCARDCONTEXT context, LPCSTR groups, LPSTR names, LPDWORD size)
{
    list_fn *next = (list_fn *)real("SCardListReaders");
    const char *late = getenv("KAMUPIN_LATE_READER");
    LONG code = next(context, groups, names, size);

    if (code != SCARD_S_SUCCESS || names == NULL || late == NULL || atomic_load(&shown))
        return code;
    for (char *name = names; *name != '\0';) {
        size_t length = strlen(name) + 1;
        if (strcmp(name, late) == 0) {
            memmove(name, name + length, *size - (DWORD)(name - names) - length);
            *size -= length;
        } else {
            name += length;
        }
    }
    return code;
}

LONG SCardGetStatusChange(SCARDCONTEXT context, DWORD timeout, SCARD_READERSTATE *states,
                          DWORD count)
{
    change_fn *next = (change_fn *)real("SCardGetStatusChange");
    const char *late = getenv("KAMUPIN_LATE_MS");

    if (timeout != 0) {
        long ms = late != NULL ? atol(late) : 0;
        struct timespec pause = {ms / 1000, ms % 1000 * 1000000};
        nanosleep(&pause, NULL);
        atomic_store(&shown, true);
    }
    return next(context, timeout, states, count);
}
