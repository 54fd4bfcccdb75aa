/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   certfile.c: see certfile.h. What is opened is what is looked at: a name may be another file's a
   moment later. */
#include <cert/certfile.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROOM_FIRST 8192

/* What cannot be opened is no file to be read either: a socket, a folder that is closed. */
static bool is_another_kind(const char *path)
{
    struct stat found;
    const int why = errno;
    const bool other = stat(path, &found) == 0 && !S_ISREG(found.st_mode);

    errno = why;
    return other;
}

/* The descriptor, or -1 with `end`. */
static int open_one(const char *path, bool of_folder, kp_certfile_end *end)
{
    const int waiting = of_folder ? O_NONBLOCK : 0; /* a pipe's open would wait for its writer */
    struct stat found;
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | waiting);

    if (fd < 0)
        *end = of_folder && is_another_kind(path) ? KP_CERTFILE_NONE : KP_CERTFILE_CLOSED;
    else if (fstat(fd, &found) != 0)
        *end = KP_CERTFILE_CLOSED;
    else if (!of_folder || S_ISREG(found.st_mode))
        return fd;
    else
        *end = KP_CERTFILE_NONE;
    if (fd >= 0) {
        const int why = errno;
        close(fd);
        errno = why;
    }
    return -1;
}

/* As much as there is; memory grows with what was read, so that a small file takes little. */
static kp_certfile_end read_all(int fd, size_t most, kp_certfile *file)
{
    size_t room = 0;

    while (file->length <= most) {
        if (file->length == room) {
            room = room == 0 ? ROOM_FIRST : 2 * room;
            unsigned char *more = realloc(file->bytes, room);
            if (more == NULL)
                return KP_CERTFILE_NO_MEMORY;
            file->bytes = more;
        }
        const ssize_t got = read(fd, file->bytes + file->length, room - file->length);
        if (got == 0)
            return KP_CERTFILE_READ;
        if (got < 0 && errno != EINTR)
            return KP_CERTFILE_CLOSED;
        file->length += got > 0 ? (size_t)got : 0;
    }
    return KP_CERTFILE_LARGE;
}

kp_certfile_end kp_certfile_read(const char *path, bool of_folder, size_t most, kp_certfile *file)
{
    kp_certfile_end end = KP_CERTFILE_CLOSED;
    const int fd = open_one(path, of_folder, &end);

    *file = (kp_certfile){NULL, 0};
    if (fd < 0)
        return end;
    end = read_all(fd, most, file);
    const int why = errno;
    close(fd);
    errno = why;
    return end;
}
