/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   pcsc.c: the built-in reader backend, on PC/SC-lite. The only file that knows PC/SC's names and
   codes. One SCARDCONTEXT per worker: PC/SC-lite locks a context during a call, so that a shared
   one would make all readers as slow as the slowest. */
#include <kamupin/reader.h>

#include <PCSC/reader.h>
#include <PCSC/winscard.h>
#include <PCSC/wintypes.h>

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DAEMON_SOCKET "/run/pcscd/pcscd.comm"
#define PNP           "\\\\?PnP?\\Notification"
/* A cancel that comes just before the wait, and a reader that comes just before it, are seen at the
   latest after this long: PC/SC-lite forgets both. */
#define SLICE_MS 2000

#define HELD_MS 64 /* at most so long between two looks whether another program holds the card */

/* PC/SC-lite looks a card handle up by walking through the handles of all contexts of the process.
   In 1.9.9 SCardDisconnect does so once more without its lock, and crashes when another thread
   makes or releases a context meanwhile (seen): so these three go one after another. None of them
   waits for a card; SCardConnect may, and stays outside. The lock guards the other library's
   global, not one of ours. */
static pthread_mutex_t contexts = PTHREAD_MUTEX_INITIALIZER;

typedef struct pcsc_worker {
    SCARDCONTEXT context;
    atomic_bool woken;
} pcsc_worker;

typedef struct pcsc_connection {
    pcsc_worker *worker;
    SCARDHANDLE handle;
} pcsc_connection;

static const struct {
    LONG code;
    kamupin_status status;
} meanings[] = {
    {SCARD_S_SUCCESS, KAMUPIN_OK},
    {SCARD_E_NO_SERVICE, KAMUPIN_E_READER_SERVICE_DOWN},
    {SCARD_E_SERVICE_STOPPED, KAMUPIN_E_READER_SERVICE_DOWN},
    {SCARD_F_COMM_ERROR, KAMUPIN_E_READER_SERVICE_DOWN},
    {SCARD_E_INVALID_HANDLE, KAMUPIN_E_READER_SERVICE_DOWN}, /* of a daemon that was restarted */
    {SCARD_W_SECURITY_VIOLATION, KAMUPIN_E_READER_NOT_PERMITTED},
    {SCARD_E_NO_READERS_AVAILABLE, KAMUPIN_E_NO_READER},
    {SCARD_E_UNKNOWN_READER, KAMUPIN_E_NO_READER},
    {SCARD_E_READER_UNAVAILABLE, KAMUPIN_E_NO_READER},
    {SCARD_E_NO_SMARTCARD, KAMUPIN_E_NO_CARD},
    {SCARD_W_UNRESPONSIVE_CARD, KAMUPIN_E_CARD_MUTE},
    {SCARD_W_UNPOWERED_CARD, KAMUPIN_E_CARD_MUTE},
    {SCARD_E_SHARING_VIOLATION, KAMUPIN_E_CARD_IN_USE},
    {SCARD_E_PROTO_MISMATCH, KAMUPIN_E_CARD_UNSUPPORTED},
    {SCARD_W_UNSUPPORTED_CARD, KAMUPIN_E_CARD_UNSUPPORTED},
    {SCARD_E_CARD_UNSUPPORTED, KAMUPIN_E_CARD_UNSUPPORTED},
    {SCARD_W_RESET_CARD, KAMUPIN_E_CARD_RESET},
    {SCARD_E_NOT_TRANSACTED, KAMUPIN_E_CARD_RESET},
    {SCARD_E_COMM_DATA_LOST, KAMUPIN_E_CARD_RESET},
    {SCARD_W_REMOVED_CARD, KAMUPIN_E_CARD_REMOVED},
    {SCARD_E_TIMEOUT, KAMUPIN_E_TIMED_OUT},
    {SCARD_E_CANCELLED, KAMUPIN_E_CANCELLED},
    {SCARD_E_NO_MEMORY, KAMUPIN_E_NO_MEMORY},
};

static kamupin_reader_answer answer(LONG code)
{
    kamupin_reader_answer made = {KAMUPIN_E_READER_FAILED, code & (long)0xFFFFFFFF, false};
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
        if (meanings[i].code == code)
            made.status = meanings[i].status;
    /* The daemon looks for a reset before it gives a command on: that one did not reach the card.
     */
    made.unsent = code == SCARD_W_RESET_CARD;
    return made;
}

/* The answer of a call on an open worker. PC/SC-lite says "security violation" also when the daemon
   closes the line in the middle of a call: then it says something else to the next one. */
static kamupin_reader_answer answer_on(pcsc_worker *worker, LONG code)
{
    kamupin_reader_answer made = answer(code);
    if (made.status == KAMUPIN_E_READER_NOT_PERMITTED) {
        DWORD size = 0;
        LONG again = SCardListReaders(worker->context, NULL, NULL, &size);
        if (again != SCARD_S_SUCCESS && again != SCARD_E_NO_READERS_AVAILABLE)
            made.status = KAMUPIN_E_READER_SERVICE_DOWN;
    }
    return made;
}

/* PC/SC-lite answers "no service" also when its socket is there and closed to this user. */
static bool socket_is_closed_to_us(void)
{
    const char *path = getenv("PCSCLITE_CSOCK_NAME");
    return access(path != NULL ? path : DAEMON_SOCKET, R_OK | W_OK) != 0 && errno == EACCES;
}

static kamupin_reader_answer pcsc_open(void *user, void **worker)
{
    (void)user;
    pcsc_worker *made = calloc(1, sizeof *made);
    if (made == NULL)
        return (kamupin_reader_answer){KAMUPIN_E_NO_MEMORY, 0, false};
    pthread_mutex_lock(&contexts);
    LONG code = SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &made->context);
    if (code ==
        SCARD_W_SECURITY_VIOLATION) /* refused, or the daemon ended just now: see answer_on */
        code = SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &made->context);
    pthread_mutex_unlock(&contexts);
    kamupin_reader_answer result = answer(code);
    if (result.status == KAMUPIN_E_READER_SERVICE_DOWN && socket_is_closed_to_us())
        result.status = KAMUPIN_E_READER_NOT_PERMITTED;
    if (result.status == KAMUPIN_OK) {
        atomic_init(&made->woken, false);
        *worker = made;
    } else {
        free(made);
    }
    return result;
}

static void pcsc_close(void *object)
{
    pcsc_worker *worker = object;
    pthread_mutex_lock(&contexts);
    SCardReleaseContext(worker->context);
    pthread_mutex_unlock(&contexts);
    free(worker);
}

static kamupin_reader_answer pcsc_list(void *object, char *names, size_t *length)
{
    pcsc_worker *worker = object;
    size_t room = *length;
    DWORD size = (DWORD)room;
    LONG code = SCardListReaders(worker->context, NULL, names, &size);
    if (code == SCARD_E_NO_READERS_AVAILABLE) {
        *length = 1;
        if (room >= 1)
            names[0] = '\0';
        return answer(SCARD_S_SUCCESS);
    }
    *length = size;
    return answer_on(worker, code == SCARD_E_INSUFFICIENT_BUFFER ? SCARD_S_SUCCESS : code);
}

/* ---- watching ---- */

static int64_t now_ms(void)
{
    struct timespec now = {0, 0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The names now, or NULL; `count` receives how many. */
static char *names_now(pcsc_worker *worker, size_t *count)
{
    char *names = NULL;
    size_t room = 0, length = 1;
    kamupin_reader_answer listed = {KAMUPIN_OK, 0, false};
    *count = 0;
    while (listed.status == KAMUPIN_OK && length > room) {
        char *grown = realloc(names, length);
        if (grown == NULL)
            break;
        names = grown;
        room = length;
        names[0] = '\0';
        listed = pcsc_list(worker, names, &length);
    }
    if (names == NULL || listed.status != KAMUPIN_OK || length > room) {
        free(names);
        return NULL;
    }
    for (const char *name = names; *name != '\0'; name += strlen(name) + 1)
        (*count)++;
    return names;
}

static bool among(const char *names, const char *wanted)
{
    for (const char *name = names; *name != '\0'; name += strlen(name) + 1)
        if (strcmp(name, wanted) == 0)
            return true;
    return false;
}

/* Marks the readers that are not listed any more; true when one went. */
static bool mark_gone(pcsc_worker *worker, kamupin_reader_state *states, size_t count)
{
    bool went = false;
    size_t readers = 0;
    char *names = names_now(worker, &readers);
    for (size_t i = 0; names != NULL && i < count; i++) {
        if (!states[i].gone && !among(names, states[i].name)) {
            states[i].gone = true;
            states[i].present = false;
            went = true;
        }
    }
    free(names);
    return went;
}

/* Takes PC/SC's state over; true when something that counts has changed. "In use" coming and going
   does not count: that is only another program's connection. */
static bool take_over(const SCARD_READERSTATE *from, kamupin_reader_state *to)
{
    kamupin_reader_state now = *to;
    DWORD flags = from->dwEventState;
    now.gone = (flags & (SCARD_STATE_UNKNOWN | SCARD_STATE_UNAVAILABLE)) != 0;
    now.present = (flags & SCARD_STATE_PRESENT) != 0;
    now.mute = (flags & SCARD_STATE_MUTE) != 0;
    now.exclusive = (flags & SCARD_STATE_EXCLUSIVE) != 0;
    now.events = (unsigned int)(flags >> 16 & 0xFFFF);
    now.atr_length = now.present && !now.mute && from->cbAtr <= sizeof now.atr ? from->cbAtr : 0;
    memcpy(now.atr, from->rgbAtr, now.atr_length);
    now.cookie = flags & ~(DWORD)SCARD_STATE_CHANGED;
    bool changed = to->cookie == 0 || now.gone != to->gone || now.present != to->present ||
                   now.mute != to->mute || now.exclusive != to->exclusive ||
                   now.events != to->events;
    *to = now;
    return changed;
}

/* One SCardGetStatusChange over the readers that are there, and over the coming of readers when it
   waits. PC/SC-lite takes at most as many entries as it has readers. */
static LONG ask_once(pcsc_worker *worker, kamupin_reader_state *states, size_t count,
                     long timeout_ms, bool *changed)
{
    SCARD_READERSTATE *asked = calloc(count + 1, sizeof *asked);
    size_t used = 0;
    if (asked == NULL)
        return SCARD_E_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        if (states[i].gone)
            continue;
        asked[used].szReader = states[i].name;
        asked[used++].dwCurrentState = states[i].cookie;
    }
    size_t readers = used;
    if (timeout_ms != 0 && used < 16)
        asked[used++].szReader = PNP;
    LONG code = used == 0
                    ? SCARD_S_SUCCESS
                    : SCardGetStatusChange(worker->context, (DWORD)timeout_ms, asked, (DWORD)used);
    if (code == SCARD_S_SUCCESS) {
        size_t at = 0;
        for (size_t i = 0; i < count; i++)
            if (!states[i].gone && take_over(&asked[at++], &states[i]))
                *changed = true;
        if (used > readers && (asked[readers].dwEventState & SCARD_STATE_CHANGED) != 0)
            *changed = true;
    }
    free(asked);
    return code;
}

static kamupin_reader_answer pcsc_watch(void *object, kamupin_reader_state *states, size_t count,
                                        long timeout_ms)
{
    pcsc_worker *worker = object;
    int64_t start = now_ms();
    size_t readers_before = 0;
    LONG code = SCARD_S_SUCCESS;
    bool changed = false;
    if (timeout_ms != 0)
        free(names_now(worker, &readers_before));
    for (;;) {
        long slice = SLICE_MS;
        if (timeout_ms >= 0 && start + timeout_ms - now_ms() < slice)
            slice = (long)(start + timeout_ms - now_ms());
        if (timeout_ms != 0 && atomic_load(&worker->woken))
            code = SCARD_E_CANCELLED;
        else
            code = ask_once(worker, states, count, slice > 0 ? slice : 0, &changed);
        if (code == SCARD_E_UNKNOWN_READER && mark_gone(worker, states, count)) {
            changed = true;
            code = ask_once(worker, states, count, 0, &changed);
        }
        if (timeout_ms == 0 || changed || (code != SCARD_S_SUCCESS && code != SCARD_E_TIMEOUT))
            break;
        size_t readers_now = 0;
        free(names_now(worker, &readers_now));
        if (readers_now != readers_before)
            break;
        code = SCARD_E_TIMEOUT;
        if (slice <= 0)
            break;
    }
    if (timeout_ms != 0)
        atomic_store(&worker->woken, false);
    if (changed || (timeout_ms == 0 && code == SCARD_E_TIMEOUT))
        code = SCARD_S_SUCCESS;
    return answer_on(worker, code);
}

static void pcsc_wake(void *object)
{
    pcsc_worker *worker = object;
    atomic_store(&worker->woken, true);
    SCardCancel(worker->context);
}

/* ---- one card ---- */

static kamupin_reader_answer pcsc_connect(void *object, const char *reader, void **connection)
{
    pcsc_worker *worker = object;
    DWORD protocol = 0;
    pcsc_connection *made = calloc(1, sizeof *made);
    if (made == NULL)
        return (kamupin_reader_answer){KAMUPIN_E_NO_MEMORY, 0, false};
    LONG code = SCardConnect(worker->context, reader, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T1,
                             &made->handle, &protocol);
    made->worker = worker;
    if (code == SCARD_S_SUCCESS)
        *connection = made;
    else
        free(made);
    return answer_on(worker, code);
}

static void pcsc_disconnect(void *object)
{
    pcsc_connection *connection = object;
    pthread_mutex_lock(&contexts);
    SCardDisconnect(connection->handle, SCARD_LEAVE_CARD);
    pthread_mutex_unlock(&contexts);
    free(connection);
}

/* Waits until no other connection holds the card, which SCardBeginTransaction and SCardReconnect
   would do with no way to end it; unlike them SCardGetAttrib answers "sharing violation" at once.
   What else it answers does not matter. */
static bool wait_until_free(pcsc_connection *connection)
{
    for (long pause_ms = 1;; pause_ms = pause_ms < HELD_MS ? 2 * pause_ms : HELD_MS) {
        const struct timespec pause = {0, pause_ms * 1000000};
        unsigned char vendor[MAX_BUFFER_SIZE];
        DWORD size = sizeof vendor;
        LONG code = SCardGetAttrib(connection->handle, SCARD_ATTR_VENDOR_NAME, vendor, &size);
        if (code != SCARD_E_SHARING_VIOLATION)
            return true;
        if (atomic_exchange(&connection->worker->woken, false))
            return false;
        nanosleep(&pause, NULL);
    }
}

static kamupin_reader_answer pcsc_reconnect(void *object)
{
    pcsc_connection *connection = object;
    DWORD protocol = 0;
    if (!wait_until_free(connection))
        return answer(SCARD_E_CANCELLED);
    LONG code = SCardReconnect(connection->handle, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T1,
                               SCARD_LEAVE_CARD, &protocol);
    return answer_on(connection->worker, code);
}

static kamupin_reader_answer pcsc_begin(void *object)
{
    pcsc_connection *connection = object;
    if (!wait_until_free(connection))
        return answer(SCARD_E_CANCELLED);
    LONG code = SCardBeginTransaction(connection->handle);
    return answer_on(connection->worker, code);
}

static kamupin_reader_answer pcsc_end(void *object)
{
    pcsc_connection *connection = object;
    LONG code = SCardEndTransaction(connection->handle, SCARD_LEAVE_CARD);
    return answer_on(connection->worker, code);
}

static kamupin_reader_answer pcsc_transmit(void *object, const unsigned char *command,
                                           size_t command_length, unsigned char *reply,
                                           size_t *reply_length)
{
    pcsc_connection *connection = object;
    SCARD_IO_REQUEST received = {SCARD_PROTOCOL_T1,
                                 sizeof received}; /* some tools need a real one */
    DWORD size = (DWORD)*reply_length;
    LONG code = SCardTransmit(connection->handle, SCARD_PCI_T1, command, (DWORD)command_length,
                              &received, reply, &size);
    *reply_length = code == SCARD_S_SUCCESS ? size : 0;
    return answer_on(connection->worker, code);
}

static const kamupin_reader_backend pcsc = {
    .size = sizeof(kamupin_reader_backend),
    .name = "pcsc",
    .open = pcsc_open,
    .close = pcsc_close,
    .list = pcsc_list,
    .watch = pcsc_watch,
    .wake = pcsc_wake,
    .connect = pcsc_connect,
    .disconnect = pcsc_disconnect,
    .reconnect = pcsc_reconnect,
    .begin = pcsc_begin,
    .end = pcsc_end,
    .transmit = pcsc_transmit,
};

const kamupin_reader_backend *kamupin_reader_backend_pcsc(void)
{
    return &pcsc;
}
