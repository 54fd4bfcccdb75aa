/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   order.c: a preload library that makes every SCardConnect end late, and looks whether meanwhile a
   card handle of a younger context is used: libpcsclite would walk through the list in which the
   connect hangs its handle. A line for each use to the file KAMUPIN_ORDER names: "crossed" is that,
   "beside" the use of an older context's handle, which does no harm and shows that there was
   something to cross. */
#define _GNU_SOURCE
#include <PCSC/reader.h>
#include <PCSC/winscard.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LATE_MS    10
#define ALLOWED_MS 100 /* since a context was made: the library does not wait for slow ones */
#define MOST       4096

/* A context, by its place in the order of making; a handle belongs to the context it came from. */
static struct {
    SCARDCONTEXT context;
    SCARDHANDLE handle;
    long since;
    bool connecting;
} made[MOST];
static int count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static long now_ms(void)
{
    struct timespec now = {0, 0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000L + now.tv_nsec / 1000000 + 1;
}

static void *next(const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);
    if (found == NULL)
        abort();
    return found;
}

static void note(const char *line)
{
    const char *path = getenv("KAMUPIN_ORDER");
    int fd = path != NULL ? open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (fd < 0 || write(fd, line, strlen(line)) != (ssize_t)strlen(line))
        abort();
    close(fd);
}

/* A handle is about to be looked up. */
static void *use(SCARDHANDLE handle, const char *name)
{
    bool before = true;
    pthread_mutex_lock(&lock);
    for (int i = 0; i < count; i++) {
        if (made[i].handle == handle)
            before = false;
        else if (made[i].connecting && now_ms() - made[i].since < ALLOWED_MS)
            note(before ? "crossed\n" : "beside\n");
    }
    pthread_mutex_unlock(&lock);
    return next(name);
}

LONG SCardEstablishContext(DWORD a, LPCVOID b, LPCVOID c, LPSCARDCONTEXT context)
{
    typedef LONG function(DWORD, LPCVOID, LPCVOID, LPSCARDCONTEXT);
    const long began = now_ms();
    LONG code = ((function *)next("SCardEstablishContext"))(a, b, c, context);
    pthread_mutex_lock(&lock);
    if (code == SCARD_S_SUCCESS && count == MOST)
        abort();
    if (code == SCARD_S_SUCCESS) {
        made[count].context = *context;
        made[count++].since = began;
    }
    pthread_mutex_unlock(&lock);
    return code;
}

LONG SCardConnect(SCARDCONTEXT context, LPCSTR b, DWORD c, DWORD d, LPSCARDHANDLE handle, LPDWORD f)
{
    typedef LONG function(SCARDCONTEXT, LPCSTR, DWORD, DWORD, LPSCARDHANDLE, LPDWORD);
    const struct timespec late = {0, LATE_MS * 1000000L};
    int mine = 0;
    pthread_mutex_lock(&lock);
    for (int i = 0; i < count; i++) /* the last of that name: names of released ones come again */
        if (made[i].context == context)
            mine = i;
    made[mine].connecting = true;
    pthread_mutex_unlock(&lock);
    LONG code = ((function *)next("SCardConnect"))(context, b, c, d, handle, f);
    nanosleep(&late, NULL);
    pthread_mutex_lock(&lock);
    made[mine].connecting = false;
    made[mine].handle = code == SCARD_S_SUCCESS ? *handle : 0;
    pthread_mutex_unlock(&lock);
    return code;
}

#define USING(name, parameters, arguments)                                                         \
    LONG name parameters                                                                           \
    {                                                                                              \
        typedef LONG function parameters;                                                          \
        return ((function *)use(a, #name))arguments;                                               \
    }

USING(SCardReconnect, (SCARDHANDLE a, DWORD b, DWORD c, DWORD d, LPDWORD e), (a, b, c, d, e))
USING(SCardDisconnect, (SCARDHANDLE a, DWORD b), (a, b))
USING(SCardBeginTransaction, (SCARDHANDLE a), (a))
USING(SCardEndTransaction, (SCARDHANDLE a, DWORD b), (a, b))
USING(SCardGetAttrib, (SCARDHANDLE a, DWORD b, LPBYTE c, LPDWORD d), (a, b, c, d))
USING(SCardControl, (SCARDHANDLE a, DWORD b, LPCVOID c, DWORD d, LPVOID e, DWORD f, LPDWORD g),
      (a, b, c, d, e, f, g))
USING(SCardTransmit,
      (SCARDHANDLE a, const SCARD_IO_REQUEST *b, LPCBYTE c, DWORD d, SCARD_IO_REQUEST *e, LPBYTE f,
       LPDWORD g),
      (a, b, c, d, e, f, g))
