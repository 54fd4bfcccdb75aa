/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   shorten.c: a preload library under which a file becomes shorter, or its disk fails, between the
   moment that a program asks for its size and the moment that it reads it.
   KAMUPIN_SHORTEN=<end of its name>:<n>:<cut|fail> says which: the nth time that such a file is
   asked for its size, half of it is cut off, or every later read of such a file is answered EIO. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROOM 4096

static int asked;
static bool failing;

static void *next(const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);
    if (found == NULL)
        abort();
    return found;
}

/* Whether a descriptor is of a file that is meant; `path` opens it again, `rest` is "n:what". */
static bool is_meant(int fd, char *path, const char **rest)
{
    const char *wanted = getenv("KAMUPIN_SHORTEN");
    const char *colon = wanted == NULL ? NULL : strchr(wanted, ':');
    char name[ROOM];

    snprintf(path, ROOM, "/proc/self/fd/%d", fd);
    const ssize_t length = readlink(path, name, sizeof name);
    if (colon == NULL || length < colon - wanted)
        return false;
    *rest = colon + 1;
    return memcmp(name + length - (colon - wanted), wanted, (size_t)(colon - wanted)) == 0;
}

static void after_size(int fd, off_t size)
{
    char path[ROOM];
    const char *rest = NULL;

    if (!is_meant(fd, path, &rest) || ++asked != atoi(rest))
        return;
    failing = strstr(rest, ":fail") != NULL;
    if (!failing && truncate(path, size / 2) != 0)
        abort();
}

int fstat(int fd, struct stat *found)
{
    typedef int function(int, struct stat *);
    const int code = ((function *)next("fstat"))(fd, found);
    if (code == 0)
        after_size(fd, found->st_size);
    return code;
}

ssize_t pread(int fd, void *to, size_t length, off_t at)
{
    typedef ssize_t function(int, void *, size_t, off_t);
    char path[ROOM];
    const char *rest = NULL;

    if (failing && is_meant(fd, path, &rest)) {
        errno = EIO;
        return -1;
    }
    return ((function *)next("pread"))(fd, to, length, at);
}
