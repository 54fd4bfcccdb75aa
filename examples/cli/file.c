/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   file.c: see file.h. The bytes go to a new file beside the one that is named, to the disk, and then
   take its name, so that a full disk or a lost machine never leaves half of them under it. */
#define _XOPEN_SOURCE 700 /* realpath */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAMES_MAX 100

static bool write_all(int fd, const unsigned char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = write(fd, bytes, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        bytes += written;
        length -= (size_t)written;
    }
    return true;
}

static bool write_to(const char *path, const void *bytes, size_t length)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    bool good = fd >= 0 && write_all(fd, bytes, length);
    return fd >= 0 && close(fd) == 0 && good;
}

/* Standard output or standard error, when a name is theirs; else -1. */
static int output_at(const char *path)
{
    struct stat named, open_one;
    for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++)
        if (stat(path, &named) == 0 && fstat(fd, &open_one) == 0 &&
            named.st_dev == open_one.st_dev && named.st_ino == open_one.st_ino)
            return fd;
    return -1;
}

/* The file whose name is taken: behind links where it is there. NULL with errno 0 where it has to be
 * written to as it stands, and with what went wrong. The caller's to free. */
static char *taken_name(const char *path, struct stat *there)
{
    struct stat link;
    if (stat(path, there) != 0) {
        there->st_mode = 0;
        if (errno != ENOENT)
            return NULL;
        if (lstat(path, &link) != 0)
            return strdup(path);
        errno = 0; /* a link to what is not there yet */
        return NULL;
    }
    if (!S_ISREG(there->st_mode) || there->st_uid != geteuid() || access(path, W_OK) != 0 ||
        strncmp(path, "/dev/", 5) == 0 || strncmp(path, "/proc/", 6) == 0) {
        errno = 0; /* the last two: an open descriptor, whoever holds it would see nothing */
        return NULL;
    }
    return realpath(path, NULL);
}

/* Whether errno says that nobody may do this here: the only failure of a file beside after which the
 * one that is there is written to as it stands. After any other (a full disk, too many open files) that
 * would end it. */
static bool is_not_permitted(void)
{
    return errno == EACCES || errno == EPERM || errno == EROFS;
}

/* Gives a new file the mode and group of the one that is there. */
static bool make_alike(int fd, const struct stat *there)
{
    struct stat own;
    if (fstat(fd, &own) != 0)
        return false;
    if (own.st_gid != there->st_gid && fchown(fd, (uid_t)-1, there->st_gid) != 0) {
        errno = errno == EINVAL ? EPERM : errno; /* a group that this name space does not know */
        return false;
    }
    return fchmod(fd, there->st_mode & 07777) == 0;
}

/* Makes a file beside `name`, with the mode and group of the one that is there. -1 with errno when it
 * cannot be. */
static int make_beside(const char *name, const struct stat *there, char *made, size_t room)
{
    const char *slash = strrchr(name, '/');
    const int folder = slash == NULL ? 0 : (int)(slash - name) + 1;
    int fd = -1;
    for (int i = 0; i < NAMES_MAX && fd < 0; i++) {
        int length = snprintf(made, room, "%.*s.kamupin-%ld-%d", folder, name, (long)getpid(), i);
        if (length < 0 || (size_t)length >= room) {
            errno = ENAMETOOLONG;
            return -1;
        }
        fd = open(made, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
        if (fd < 0 && errno != EEXIST)
            return -1;
    }
    if (fd < 0 || there->st_mode == 0 || make_alike(fd, there))
        return fd;
    int why = errno;
    close(fd);
    unlink(made);
    errno = why;
    return -1;
}

/* Some file systems have nothing to wait for. */
static bool is_on_disk(int fd)
{
    return fsync(fd) == 0 || errno == EINVAL || errno == ENOTSUP;
}

static bool write_named(const char *path, const void *bytes, size_t length)
{
    struct stat there = {.st_mode = 0};
    char made[PATH_MAX];
    char *name = taken_name(path, &there);
    int fd = name != NULL ? make_beside(name, &there, made, sizeof made) : -1;
    if (fd < 0) {
        int why = errno;
        bool as_it_stands = name == NULL ? why == 0 : is_not_permitted();
        free(name);
        errno = why;
        return as_it_stands && write_to(path, bytes, length);
    }
    bool good = write_all(fd, bytes, length) && is_on_disk(fd);
    good = close(fd) == 0 && good;
    good = good && rename(made, name) == 0;
    int why = errno;
    if (!good)
        unlink(made);
    free(name);
    errno = why;
    return good;
}

bool cli_file_write(const char *path, const void *bytes, size_t length)
{
    const int output = output_at(path);
    if (output < 0)
        return write_named(path, bytes, length);
    return fflush(stdout) == 0 && write_all(output, bytes, length); /* behind what was said there */
}

bool cli_file_is_there(const char *path)
{
    struct stat there;
    return stat(path, &there) == 0 && S_ISREG(there.st_mode) && there.st_size > 0 &&
           output_at(path) < 0;
}

bool cli_file_write_pem(const char *path, const unsigned char *der, size_t length)
{
    char *text = NULL;
    BIO *memory = BIO_new(BIO_s_mem());
    bool good = memory != NULL && PEM_write_bio(memory, "CERTIFICATE", "", der, (long)length) > 0;
    long size = good ? BIO_get_mem_data(memory, &text) : 0;
    good = good && cli_file_write(path, text, (size_t)size);
    BIO_free(memory);
    return good;
}
