/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   borrow.c: the borrower's end of the session socket, and where that socket is. What goes over it is a
   line of the borrower ("lend SECONDS", "look" or "end"), a line of the holder (status number and
   length), and so many bytes. */
#define _GNU_SOURCE 1 /* struct ucred */
#include "session.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define ANSWER_SECONDS 90 /* the holder may have to renew the token, or to log out, first */

/* ---- the place ---- */

/* The runtime folder, which the system empties at the person's logout; else the state folder. */
static bool folder_of(const cli *program, char *path, size_t room)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR"), *state = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");
    int length = -1;
    if (runtime != NULL && runtime[0] == '/')
        length = snprintf(path, room, "%s/kamupin", runtime);
    else if (program->args.state_dir != NULL)
        length = snprintf(path, room, "%s", program->args.state_dir);
    else if (state != NULL && state[0] == '/')
        length = snprintf(path, room, "%s/kamupin", state);
    else if (home != NULL && home[0] == '/')
        length = snprintf(path, room, "%s/.local/state/kamupin", home);
    return length > 0 && (size_t)length < room;
}

/* Made when it is missing; this person's, and closed to others. */
static bool is_private(const char *folder)
{
    struct stat found;
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return false;
    return lstat(folder, &found) == 0 && S_ISDIR(found.st_mode) && found.st_uid == getuid() &&
           (found.st_mode & 077) == 0;
}

kamupin_status cli_session_path(cli *program, char *path, size_t room, kamupin_error *error)
{
    const char *service = program->args.service;
    unsigned char digest[32];
    char folder[90], name[17];
    if (service == NULL) {
        kamupin_status status = cli_refuse(program, M_NEEDS_SERVICE, "", error);
        cli_help_hint(program);
        return status;
    }
    size_t length = strlen(service);
    while (length > 0 && service[length - 1] == '/')
        length--;
    if (!folder_of(program, folder, sizeof folder) || !is_private(folder) ||
        EVP_Digest(service, length, digest, NULL, EVP_sha256(), NULL) != 1)
        return cli_error(error, KAMUPIN_E_STATE_FOLDER);
    for (size_t i = 0; i < 8; i++)
        snprintf(name + 2 * i, 3, "%02x", digest[i]);
    length = (size_t)snprintf(path, room, "%s/s-%s", folder, name);
    return length < room ? KAMUPIN_OK : cli_error(error, KAMUPIN_E_STATE_FOLDER);
}

/* ---- the socket ---- */

bool cli_session_same_person(int fd)
{
    struct ucred who = {0, 0, 0};
    socklen_t length = sizeof who;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &length) == 0 && who.uid == getuid();
}

void cli_session_patience(int fd, int seconds)
{
    const struct timeval wait = {.tv_sec = seconds};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
}

bool cli_session_read(int fd, void *bytes, size_t length)
{
    char *at = bytes;
    while (length > 0) {
        ssize_t got = read(fd, at, length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        at += got;
        length -= (size_t)got;
    }
    return true;
}

bool cli_session_write(int fd, const void *bytes, size_t length)
{
    const char *at = bytes;
    while (length > 0) {
        ssize_t put = send(fd, at, length, MSG_NOSIGNAL);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        at += put;
        length -= (size_t)put;
    }
    return true;
}

/* ---- asking the holder ---- */

static int reach_holder(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0)
        cli_session_patience(fd, ANSWER_SECONDS); /* a holder that hangs may have a full queue */
    if (fd >= 0 && (connect(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
                    !cli_session_same_person(fd))) {
        close(fd);
        fd = -1;
    }
    return fd;
}

/* Whether the holder answers in time, and before a signal. */
static bool is_answered(const cli *program, int fd)
{
    struct pollfd waits[] = {{.fd = fd, .events = POLLIN},
                             {.fd = cli_signals_wake(program->signals), .events = POLLIN}};
    int ready = 0;
    do
        ready = poll(waits, 2, ANSWER_SECONDS * 1000);
    while (ready < 0 && errno == EINTR);
    return ready > 0 && waits[1].revents == 0;
}

/* One line, and the answer to it; `length` of what is in `bytes` then. */
static kamupin_status ask(cli *program, const char *line, unsigned char *bytes, size_t *length,
                          kamupin_error *error)
{
    char path[108];
    unsigned int head[2] = {0, 0}; /* status, length */
    *length = 0;
    kamupin_status status = cli_session_path(program, path, sizeof path, error);
    if (status != KAMUPIN_OK)
        return status;
    int fd = reach_holder(path);
    if (fd < 0)
        return cli_error(error, KAMUPIN_E_LOGIN_REQUIRED);
    bool good = cli_session_write(fd, line, strlen(line)) && is_answered(program, fd) &&
                cli_session_read(fd, head, sizeof head) && head[1] <= CLI_LEND_BYTES &&
                cli_session_read(fd, bytes, head[1]);
    close(fd);
    if (!good && kamupin_cancel_pulled(program->cancel))
        return cli_error(error, KAMUPIN_E_CANCELLED);
    if (!good)
        return cli_error(error, KAMUPIN_E_LOGIN_REQUIRED); /* it was about to end */
    *length = head[1];
    return head[0] == 0 ? KAMUPIN_OK : cli_error(error, (kamupin_status)head[0]);
}

kamupin_status cli_session_borrow(cli *program, kamupin_session **session, kamupin_error *error)
{
    kamupin_session_options options = KAMUPIN_SESSION_OPTIONS_INIT;
    unsigned char bytes[CLI_LEND_BYTES];
    char line[32];
    size_t length = 0;
    *session = NULL;
    snprintf(line, sizeof line, "lend %d\n", CLI_LEND_SECONDS);
    kamupin_status status = ask(program, line, bytes, &length, error);
    options.service = program->args.service;
    options.cancel = program->cancel;
    if (status == KAMUPIN_OK)
        status = kamupin_session_new(program->context, &options, session, error);
    if (status == KAMUPIN_OK) {
        status = kamupin_session_restore(*session, bytes, length);
        if (status != KAMUPIN_OK) {
            kamupin_session_error(*session, error);
            kamupin_session_free(session);
        }
    }
    OPENSSL_cleanse(bytes, sizeof bytes);
    return status;
}

bool cli_session_is_over(kamupin_status status)
{
    return status == KAMUPIN_E_SESSION_EXPIRED || status == KAMUPIN_E_SESSION_ENDED ||
           status == KAMUPIN_E_LOGIN_REQUIRED;
}

void cli_session_return(cli *program, kamupin_session **session, kamupin_status status)
{
    unsigned char none[CLI_LEND_BYTES];
    kamupin_error unsaid = KAMUPIN_ERROR_INIT;
    size_t length = 0;
    const bool over = *session != NULL && cli_session_is_over(status);
    kamupin_session_free(session);
    if (over)
        ask(program, "look\n", none, &length, &unsaid);
}

kamupin_status cli_session_end(cli *program, kamupin_error *error)
{
    unsigned char none[CLI_LEND_BYTES];
    size_t length = 0;
    return ask(program, "end\n", none, &length, error);
}
