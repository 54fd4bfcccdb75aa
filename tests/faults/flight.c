/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   flight.c: a preload library that counts exchanges with cards that are in flight at once. Each VERIFY
   waits inside SCardTransmit until KAMUPIN_FLIGHT of them are there, or half a minute is over: whatever
   lets one thread at a time through never gets so far. The most that were there are written to the file
   KAMUPIN_FLIGHT_FILE. Changes nothing else. */
#define _GNU_SOURCE
#include <PCSC/winscard.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t more = PTHREAD_COND_INITIALIZER;
static long inside, most;

static void arrive(long wanted)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 30;
    pthread_mutex_lock(&lock);
    most = ++inside > most ? inside : most;
    pthread_cond_broadcast(&more);
    while (most < wanted && pthread_cond_timedwait(&more, &lock, &until) == 0)
        continue;
    pthread_mutex_unlock(&lock);
}

static void leave(const char *path)
{
    pthread_mutex_lock(&lock);
    inside--;
    FILE *file = fopen(path, "we");
    if (file == NULL || fprintf(file, "%ld\n", most) < 0 || fclose(file) != 0)
        abort();
    pthread_mutex_unlock(&lock);
}

LONG SCardTransmit(SCARDHANDLE card, const SCARD_IO_REQUEST *send, LPCBYTE command, DWORD length,
                   SCARD_IO_REQUEST *received, LPBYTE reply, LPDWORD room)
{
    typedef LONG function(SCARDHANDLE, const SCARD_IO_REQUEST *, LPCBYTE, DWORD, SCARD_IO_REQUEST *,
                          LPBYTE, LPDWORD);
    void *pcsc = dlopen("libpcsclite.so.1", RTLD_LAZY | RTLD_NOLOAD); /* whoever has loaded it */
    function *real = pcsc == NULL ? NULL : (function *)dlsym(pcsc, "SCardTransmit");
    const char *wanted = getenv("KAMUPIN_FLIGHT"), *path = getenv("KAMUPIN_FLIGHT_FILE");

    if (real == NULL)
        abort();
    if (wanted == NULL || path == NULL || length < 5 || command[1] != 0x20)
        return real(card, send, command, length, received, reply, room);
    arrive(strtol(wanted, NULL, 10));
    LONG answer = real(card, send, command, length, received, reply, room);
    leave(path);
    return answer;
}
