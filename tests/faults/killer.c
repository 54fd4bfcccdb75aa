/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   killer.c: a preload library that kills its own process (SIGKILL) before or after the nth card
   command or HTTPS request, so that a test can stop a program at every point where the outside
   world may have changed. KAMUPIN_KILL=<before|after>:<command|request>:<n> says where;
   KAMUPIN_KILL_SIGNAL is the number of another signal, as of a person's Ctrl+C;
   KAMUPIN_KILL_COUNT names a file to which each passing command and request adds a line, so that
   the test knows how many there are. Nothing of it is in the library: it stands between libkamupin
   and libpcsclite, and between libcurl and OpenSSL's libssl, where a request leaves and the first
   part of its answer comes. */
#define _GNU_SOURCE
#include "libssl.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <winscard.h>

typedef LONG transmit_fn(SCARDHANDLE, const SCARD_IO_REQUEST *, LPCBYTE, DWORD, SCARD_IO_REQUEST *,
                         LPBYTE, LPDWORD);
typedef int write_fn(SSL *, const void *, int);
typedef int read_fn(SSL *, void *, int);

static unsigned int commands, requests;

static void note(const char *what)
{
    const char *path = getenv("KAMUPIN_KILL_COUNT");

    if (path == NULL)
        return;
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, what, strlen(what)) < 0)
        abort();
    close(fd);
}

static void reach(const char *when, const char *what, unsigned int n)
{
    const char *wanted = getenv("KAMUPIN_KILL");
    const char *number = getenv("KAMUPIN_KILL_SIGNAL");
    char here[64];

    snprintf(here, sizeof here, "%s:%s:%u", when, what, n);
    if (wanted != NULL && strcmp(wanted, here) == 0)
        kill(getpid(), number != NULL ? atoi(number) : SIGKILL);
}

LONG SCardTransmit(SCARDHANDLE card, const SCARD_IO_REQUEST *send_pci, LPCBYTE command,
                   DWORD length, SCARD_IO_REQUEST *receive_pci, LPBYTE reply, LPDWORD reply_length)
{
    transmit_fn *transmit = (transmit_fn *)dlsym(RTLD_NEXT, "SCardTransmit");

    if (transmit == NULL)
        abort();
    note("command\n");
    commands++;
    reach("before", "command", commands);
    LONG answer = transmit(card, send_pci, command, length, receive_pci, reply, reply_length);
    reach("after", "command", commands);
    return answer;
}

static bool begins(const char *bytes, int length, const char *with)
{
    size_t size = strlen(with);

    return length >= (int)size && memcmp(bytes, with, size) == 0;
}

int SSL_write(SSL *ssl, const void *bytes, int length)
{
    write_fn *write_on = (write_fn *)next_in_libssl("SSL_write");

    if (begins(bytes, length, "GET /") || begins(bytes, length, "POST /")) {
        note("request\n");
        requests++;
        reach("before", "request", requests);
    }
    return write_on(ssl, bytes, length);
}

int SSL_read(SSL *ssl, void *bytes, int length)
{
    read_fn *read_on = (read_fn *)next_in_libssl("SSL_read");
    int got = read_on(ssl, bytes, length);

    if (begins(bytes, got, "HTTP/1."))
        reach("after", "request", requests);
    return got;
}
