/*
 * SPDX-FileCopyrightText: 2026 libkamupin developers
 * SPDX-License-Identifier: Apache-2.0
 *
 * Loaded into the sandbox's own pcscd by LD_PRELOAD, and into nothing else. The vpcd reader driver
 * listens on every address of the machine and sends each message in two small writes; here its
 * listener is moved to 127.0.0.1, and what it accepts gets TCP_NODELAY, without which each APDU
 * waits for a delayed ACK. pcscd writes its process id to a fixed place and removes that file in
 * the end: as root it would take the file of the system's own daemon, so here nothing is written
 * there. Touches IPv4 sockets that are bound to no address, accepted TCP sockets and that one path;
 * pcscd's unix socket passes through untouched.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

static const char pid_file[] = "/run/pcscd/pcscd.pid"; /* as Debian's pcscd is compiled */

int bind(int fd, const struct sockaddr *address, socklen_t length);
int accept(int fd, struct sockaddr *address, socklen_t *length);
int accept4(int fd, struct sockaddr *address, socklen_t *length, int flags);

/* The next definition of a libc function, copied out of a void pointer as POSIX dlsym() wants it.
 */
static int next(const char *name, void *function)
{
    void *found = dlsym(RTLD_NEXT, name);
    if (found == NULL) {
        errno = ENOSYS;
        return -1;
    }
    memcpy(function, &found, sizeof found);
    return 0;
}

/* Answers at once instead of waiting for the peer's ACK; a failure (a unix socket) is no error. */
static int without_delay(int fd)
{
    struct sockaddr_storage own;
    socklen_t length = sizeof own;
    int saved = errno;
    if (fd >= 0 && getsockname(fd, (struct sockaddr *)&own, &length) == 0 &&
        (own.ss_family == AF_INET || own.ss_family == AF_INET6)) {
        int on = 1;
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    errno = saved;
    return fd;
}

__attribute__((visibility("default"))) int bind(int fd, const struct sockaddr *address,
                                                socklen_t length)
{
    int (*real)(int, const struct sockaddr *, socklen_t) = NULL;
    if (next("bind", &real) != 0) {
        return -1;
    }
    struct sockaddr_in here;
    if (address != NULL && address->sa_family == AF_INET && length >= sizeof here) {
        memcpy(&here, address, sizeof here);
        if (here.sin_addr.s_addr == htonl(INADDR_ANY)) {
            here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
            return real(fd, (const struct sockaddr *)&here, sizeof here);
        }
    }
    return real(fd, address, length);
}

__attribute__((visibility("default"))) int accept(int fd, struct sockaddr *address,
                                                  socklen_t *length)
{
    int (*real)(int, struct sockaddr *, socklen_t *) = NULL;
    return next("accept", &real) != 0 ? -1 : without_delay(real(fd, address, length));
}

__attribute__((visibility("default"))) int accept4(int fd, struct sockaddr *address,
                                                   socklen_t *length, int flags)
{
    int (*real)(int, struct sockaddr *, socklen_t *, int) = NULL;
    return next("accept4", &real) != 0 ? -1 : without_delay(real(fd, address, length, flags));
}

__attribute__((visibility("default"))) int open(const char *path, int flags, ...)
{
    int (*real)(const char *, int, ...) = NULL;
    mode_t mode = 0;
    if ((flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE) {
        va_list rest;
        va_start(rest, flags);
        mode = va_arg(rest, mode_t);
        va_end(rest);
    }
    if (strcmp(path, pid_file) == 0) {
        /* A file without a name: pcscd sets its mode too, which no device may suffer. */
        return memfd_create("pcscd.pid", MFD_CLOEXEC);
    }
    return next("open", &real) != 0 ? -1 : real(path, flags, mode);
}

__attribute__((visibility("default"))) int remove(const char *path)
{
    int (*real)(const char *) = NULL;
    if (strcmp(path, pid_file) == 0) {
        return 0;
    }
    return next("remove", &real) != 0 ? -1 : real(path);
}
