/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   pcsc.c: the built-in reader backend, on PC/SC-lite: contexts, readers and cards. One
   SCARDCONTEXT per worker: PC/SC-lite locks a context during a call, so that a shared one would
   make all readers as slow as the slowest. */
#include <card/pcsc.h>

#include <PCSC/reader.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DAEMON_SOCKET "/run/pcscd/pcscd.comm"

#define HELD_MS 64 /* at most so long between two looks whether another program holds the card */

typedef struct pcsc_connection {
    kp_pcsc_worker *worker;
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

kamupin_reader_answer kp_pcsc_answer(LONG code)
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
kamupin_reader_answer kp_pcsc_answer_on(kp_pcsc_worker *worker, LONG code)
{
    kamupin_reader_answer made = kp_pcsc_answer(code);
    if (made.status == KAMUPIN_E_READER_NOT_PERMITTED) {
        DWORD size = 0;
        LONG again = SCardListReaders(worker->context, NULL, NULL, &size);
        if (again != SCARD_S_SUCCESS && again != SCARD_E_NO_READERS_AVAILABLE)
            made.status = KAMUPIN_E_READER_SERVICE_DOWN;
    }
    return made;
}

const char *kp_pcsc_socket(void)
{
    const char *path = getenv("PCSCLITE_CSOCK_NAME");
    return path != NULL ? path : DAEMON_SOCKET;
}

/* PC/SC-lite answers "no service" also when its socket is there and closed to this user. */
static bool socket_is_closed_to_us(void)
{
    return access(kp_pcsc_socket(), R_OK | W_OK) != 0 && errno == EACCES;
}

static void free_worker(kp_pcsc_worker *worker)
{
    pthread_cond_destroy(&worker->changed);
    pthread_mutex_destroy(&worker->lock);
    free(worker->names);
    free(worker);
}

static kp_pcsc_worker *new_worker(void)
{
    pthread_condattr_t monotonic;
    kp_pcsc_worker *made = calloc(1, sizeof *made);
    if (made == NULL)
        return NULL;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&made->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&made->lock, NULL);
    return made;
}

kamupin_reader_answer kp_pcsc_open(void *user, void **worker)
{
    (void)user;
    kp_pcsc_worker *made = new_worker();
    if (made == NULL)
        return (kamupin_reader_answer){KAMUPIN_E_NO_MEMORY, 0, false};
    kamupin_reader_answer result = kp_pcsc_answer(kp_pcsc_establish(made));
    if (result.status == KAMUPIN_E_READER_SERVICE_DOWN && socket_is_closed_to_us())
        result.status = KAMUPIN_E_READER_NOT_PERMITTED;
    if (result.status == KAMUPIN_OK)
        *worker = made;
    else
        free_worker(made);
    return result;
}

static void pcsc_close(void *object)
{
    kp_pcsc_worker *worker = object;
    kp_pcsc_release(worker);
    free_worker(worker);
}

/* ---- the readers ---- */

LONG kp_pcsc_names(kp_pcsc_worker *worker, char **names)
{
    LONG code = SCARD_E_INSUFFICIENT_BUFFER;
    DWORD room = 17 * MAX_READERNAME; /* enough for PC/SC-lite 1.9: one call */
    *names = NULL;
    while (code == SCARD_E_INSUFFICIENT_BUFFER) { /* the answer says how much it takes */
        char *grown = realloc(*names, room);
        if (grown == NULL) {
            code = SCARD_E_NO_MEMORY;
            break;
        }
        *names = grown;
        code = SCardListReaders(worker->context, NULL, *names, &room);
    }
    if (code == SCARD_E_NO_READERS_AVAILABLE) {
        (*names)[0] = '\0';
        code = SCARD_S_SUCCESS;
    }
    if (code != SCARD_S_SUCCESS) {
        free(*names);
        *names = NULL;
    }
    return code;
}

static size_t size_of(const char *names)
{
    size_t size = 1;
    for (const char *name = names; *name != '\0'; name += strlen(name) + 1)
        size += strlen(name) + 1;
    return size;
}

static kamupin_reader_answer pcsc_list(void *object, char *names, size_t *length)
{
    kp_pcsc_worker *worker = object;
    char *now = NULL;
    LONG code = kp_pcsc_names(worker, &now);
    kp_pcsc_settle(worker);
    if (code != SCARD_S_SUCCESS)
        return kp_pcsc_answer_on(worker, code);
    size_t room = *length;
    *length = size_of(now);
    if (room >= *length) {
        memcpy(names, now, *length);
        free(worker->names); /* what the caller knows from now on: see wait_for_change */
        worker->names = now;
    } else {
        free(now);
    }
    return kp_pcsc_answer(SCARD_S_SUCCESS);
}

/* ---- one card ---- */

static kamupin_reader_answer pcsc_connect(void *object, const char *reader, void **connection)
{
    kp_pcsc_worker *worker = object;
    DWORD protocol = 0;
    pcsc_connection *made = calloc(1, sizeof *made);
    if (made == NULL)
        return (kamupin_reader_answer){KAMUPIN_E_NO_MEMORY, 0, false};
    LONG code = SCardConnect(worker->context, reader, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T1,
                             &made->handle, &protocol);
    kp_pcsc_settle(worker);
    kp_pcsc_wait_for_older(worker);
    made->worker = worker;
    if (code == SCARD_S_SUCCESS)
        *connection = made;
    else
        free(made);
    return kp_pcsc_answer_on(worker, code);
}

static void pcsc_disconnect(void *object)
{
    pcsc_connection *connection = object;
    kp_pcsc_let_go(connection->handle);
    free(connection);
}

/* Waits until no other connection holds the card, which SCardBeginTransaction and SCardReconnect
   would do with no way to end it; unlike them SCardGetAttrib answers "sharing violation" at once.
   What else it answers does not matter. */
static bool wait_until_free(pcsc_connection *connection)
{
    for (long pause_ms = 1;; pause_ms = pause_ms < HELD_MS ? 2 * pause_ms : HELD_MS) {
        unsigned char vendor[MAX_BUFFER_SIZE];
        DWORD size = sizeof vendor;
        LONG code = SCardGetAttrib(connection->handle, SCARD_ATTR_VENDOR_NAME, vendor, &size);
        if (code != SCARD_E_SHARING_VIOLATION)
            return true;
        if (kp_pcsc_wait_for_wake(connection->worker, pause_ms))
            return false;
    }
}

static kamupin_reader_answer pcsc_reconnect(void *object)
{
    pcsc_connection *connection = object;
    DWORD protocol = 0;
    if (!wait_until_free(connection))
        return kp_pcsc_answer(SCARD_E_CANCELLED);
    LONG code = SCardReconnect(connection->handle, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T1,
                               SCARD_LEAVE_CARD, &protocol);
    return kp_pcsc_answer_on(connection->worker, code);
}

static kamupin_reader_answer pcsc_begin(void *object)
{
    pcsc_connection *connection = object;
    if (!wait_until_free(connection))
        return kp_pcsc_answer(SCARD_E_CANCELLED);
    LONG code = SCardBeginTransaction(connection->handle);
    return kp_pcsc_answer_on(connection->worker, code);
}

static kamupin_reader_answer pcsc_end(void *object)
{
    pcsc_connection *connection = object;
    LONG code = SCardEndTransaction(connection->handle, SCARD_LEAVE_CARD);
    return kp_pcsc_answer_on(connection->worker, code);
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
    return kp_pcsc_answer_on(connection->worker, code);
}

static kamupin_reader_answer pcsc_control(void *object, unsigned long code, const unsigned char *in,
                                          size_t in_length, unsigned char *out, size_t *out_length)
{
    pcsc_connection *connection = object;
    DWORD size = 0;
    LONG result =
        SCardControl(connection->handle,
                     code == KAMUPIN_READER_FEATURES ? CM_IOCTL_GET_FEATURE_REQUEST : (DWORD)code,
                     in, (DWORD)in_length, out, (DWORD)*out_length, &size);
    kamupin_reader_answer made = kp_pcsc_answer_on(connection->worker, result);
    if (result == SCARD_E_UNSUPPORTED_FEATURE)
        made.status = KAMUPIN_E_PIN_PAD_UNSUPPORTED;
    *out_length = result == SCARD_S_SUCCESS ? size : 0;
    return made;
}

static const kamupin_reader_backend pcsc = {
    .size = sizeof(kamupin_reader_backend),
    .name = "pcsc",
    .open = kp_pcsc_open,
    .close = pcsc_close,
    .open_waiting = kp_pcsc_open_waiting,
    .list = pcsc_list,
    .watch = kp_pcsc_watch,
    .wake = kp_pcsc_wake,
    .connect = pcsc_connect,
    .disconnect = pcsc_disconnect,
    .reconnect = pcsc_reconnect,
    .begin = pcsc_begin,
    .end = pcsc_end,
    .transmit = pcsc_transmit,
    .control = pcsc_control,
};

const kamupin_reader_backend *kamupin_reader_backend_pcsc(void)
{
    return &pcsc;
}
