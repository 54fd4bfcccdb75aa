/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   killer.c: a preload library that kills its own process (SIGKILL) before or after the nth card
   command or HTTPS request, so that a test can stop a program at every point where the outside
   world may have changed. KAMUPIN_KILL=<before|after>:<command|request>:<n> says where;
   KAMUPIN_KILL_COUNT names a file to which each passing command and request adds a line, so that
   the test knows how many there are. Nothing of it is in the library: it stands between libkamupin
   and libpcsclite, and between libkamupin and libcurl. */
#define _GNU_SOURCE
#include <curl/curl.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <winscard.h>

typedef LONG transmit_fn(SCARDHANDLE, const SCARD_IO_REQUEST *, LPCBYTE, DWORD, SCARD_IO_REQUEST *,
                         LPBYTE, LPDWORD);
typedef CURLMcode handle_fn(CURLM *, CURL *);

static unsigned int commands, requests;

static void *real(const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);

    if (found == NULL)
        abort();
    return found;
}

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
    char here[64];

    snprintf(here, sizeof here, "%s:%s:%u", when, what, n);
    if (wanted != NULL && strcmp(wanted, here) == 0)
        kill(getpid(), SIGKILL);
}

LONG SCardTransmit(SCARDHANDLE card, const SCARD_IO_REQUEST *send_pci, LPCBYTE command,
                   DWORD length, SCARD_IO_REQUEST *receive_pci, LPBYTE reply, LPDWORD reply_length)
{
    transmit_fn *transmit = (transmit_fn *)real("SCardTransmit");

    note("command\n");
    commands++;
    reach("before", "command", commands);
    LONG answer = transmit(card, send_pci, command, length, receive_pci, reply, reply_length);
    reach("after", "command", commands);
    return answer;
}

CURLMcode curl_multi_add_handle(CURLM *multi, CURL *easy)
{
    handle_fn *add = (handle_fn *)real("curl_multi_add_handle");

    note("request\n");
    requests++;
    reach("before", "request", requests);
    return add(multi, easy);
}

CURLMcode curl_multi_remove_handle(CURLM *multi, CURL *easy)
{
    handle_fn *leave = (handle_fn *)real("curl_multi_remove_handle");

    reach("after", "request", requests);
    return leave(multi, easy);
}
