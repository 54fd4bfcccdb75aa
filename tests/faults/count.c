/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   count.c: a preload library that writes down each call to PC/SC-lite, by its name, to the file
   KAMUPIN_COUNT names: a test counts there what the library asked of a real daemon. Changes
   nothing. */
#define _GNU_SOURCE
#include <PCSC/winscard.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One write of a short line to a file opened for appending: threads do not mix their lines. */
static void *note(const char *name)
{
    const char *path = getenv("KAMUPIN_COUNT");
    void *found = dlsym(RTLD_NEXT, name);
    char line[64];

    if (found == NULL)
        abort();
    if (path == NULL)
        return found;
    size_t length = strlen(name);
    memcpy(line, name, length);
    line[length] = '\n';
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, line, length + 1) != (ssize_t)length + 1)
        abort();
    close(fd);
    return found;
}

#define COUNTED(name, parameters, arguments)                                                       \
    LONG name parameters                                                                           \
    {                                                                                              \
        typedef LONG function parameters;                                                          \
        return ((function *)note(#name))arguments;                                                 \
    }

COUNTED(SCardEstablishContext, (DWORD a, LPCVOID b, LPCVOID c, LPSCARDCONTEXT d), (a, b, c, d))
COUNTED(SCardReleaseContext, (SCARDCONTEXT a), (a))
COUNTED(SCardListReaders, (SCARDCONTEXT a, LPCSTR b, LPSTR c, LPDWORD d), (a, b, c, d))
COUNTED(SCardGetStatusChange, (SCARDCONTEXT a, DWORD b, SCARD_READERSTATE *c, DWORD d),
        (a, b, c, d))
COUNTED(SCardConnect, (SCARDCONTEXT a, LPCSTR b, DWORD c, DWORD d, LPSCARDHANDLE e, LPDWORD f),
        (a, b, c, d, e, f))
COUNTED(SCardReconnect, (SCARDHANDLE a, DWORD b, DWORD c, DWORD d, LPDWORD e), (a, b, c, d, e))
COUNTED(SCardDisconnect, (SCARDHANDLE a, DWORD b), (a, b))
COUNTED(SCardBeginTransaction, (SCARDHANDLE a), (a))
COUNTED(SCardEndTransaction, (SCARDHANDLE a, DWORD b), (a, b))
COUNTED(SCardTransmit,
        (SCARDHANDLE a, const SCARD_IO_REQUEST *b, LPCBYTE c, DWORD d, SCARD_IO_REQUEST *e,
         LPBYTE f, LPDWORD g),
        (a, b, c, d, e, f, g))
