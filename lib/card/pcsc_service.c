/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   pcsc_service.c: waiting for the PC/SC daemon. Its socket's appearance is seen by inotify, on the
   folder that holds it or on the nearest one that there is; nothing is looked at again and again.
   Touches that path and the daemon. */
#include <card/pcsc.h>

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

/* A daemon's socket is there a moment before it listens (bind, listen), and one that has just died
   may still take a connection: after each sign the daemon is tried a few times with growing
   pauses. */
#define FIRST_PAUSE_MS 10
#define LAST_PAUSE_MS  640

#define SIGNS (IN_CREATE | IN_MOVED_TO | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF)

/* What is awaited: a name to appear in a folder. */
typedef struct lookout {
    int fd;
    char path[PATH_MAX];
    const char *name; /* what has to appear there; inside `path` */
} lookout;

/* Splits the last part off a path: "/run/pcscd" → "/run" and "pcscd"; false when there is none. */
static bool split(char *path, const char **folder, const char **name)
{
    char *slash = strrchr(path, '/');
    if (slash == NULL)
        return false;
    *name = slash + 1;
    *slash = '\0';
    *folder = slash == path ? "/" : path;
    return true;
}

/* Looks at the deepest folder of the socket's path that there is. The socket has to be tried after
   this: what appears from now on gives a sign, what was there before does not. */
static bool look_out(lookout *at)
{
    const char *folder = NULL;
    at->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (at->fd < 0)
        return false;
    const char *path = kp_pcsc_socket();
    snprintf(at->path, sizeof at->path, "%s%s", path[0] == '/' ? "" : "./", path);
    while (split(at->path, &folder, &at->name)) {
        if (inotify_add_watch(at->fd, folder, SIGNS | IN_ONLYDIR) >= 0)
            return true;
        if (errno != ENOENT && errno != ENOTDIR && errno != EACCES)
            break;
    }
    close(at->fd);
    at->fd = -1;
    return false;
}

/* Takes what inotify has; true when it concerns the awaited name or the folder itself. */
static bool is_sign(const lookout *at)
{
    _Alignas(struct inotify_event) char room[4096];
    bool sign = false;
    for (ssize_t got; (got = read(at->fd, room, sizeof room)) > 0;) {
        for (char *one = room; one < room + got;) {
            struct inotify_event event;
            memcpy(&event, one, sizeof event);
            const char *name = one + sizeof event;
            sign |= event.len == 0 || strcmp(name, at->name) == 0;
            one += sizeof event + event.len;
        }
    }
    return sign;
}

typedef enum sign { SIGN_STOP, SIGN_SEEN, SIGN_TIME_OVER } sign;

static sign wait_for_sign(const lookout *at, int stop, int pause_ms)
{
    for (;;) {
        struct pollfd fds[] = {{.fd = stop, .events = POLLIN}, {.fd = at->fd, .events = POLLIN}};
        int ready = poll(fds, 2, pause_ms);
        if (ready == 0)
            return SIGN_TIME_OVER;
        if ((ready < 0 && errno != EINTR) || (ready > 0 && fds[0].revents != 0))
            return SIGN_STOP;
        if (ready > 0 && is_sign(at))
            return SIGN_SEEN;
    }
}

/* Whether trying again without a sign makes sense: something is there, and open to us. */
static bool is_there(void)
{
    return access(kp_pcsc_socket(), R_OK | W_OK) == 0;
}

kamupin_reader_answer kp_pcsc_open_waiting(void *user, int stop, void **worker)
{
    int pause_ms = FIRST_PAUSE_MS;
    for (;;) {
        lookout at;
        bool looking = look_out(&at);
        kamupin_reader_answer result = kp_pcsc_open(user, worker);
        if (!looking || (result.status != KAMUPIN_E_READER_SERVICE_DOWN &&
                         result.status != KAMUPIN_E_READER_NOT_PERMITTED)) {
            if (looking)
                close(at.fd);
            return result;
        }
        bool try_again = pause_ms <= LAST_PAUSE_MS && is_there();
        sign seen = wait_for_sign(&at, stop, try_again ? pause_ms : -1);
        close(at.fd);
        if (seen == SIGN_STOP)
            return (kamupin_reader_answer){KAMUPIN_E_CANCELLED, 0, false};
        pause_ms = seen == SIGN_SEEN ? FIRST_PAUSE_MS : 2 * pause_ms;
    }
}
