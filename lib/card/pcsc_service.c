/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   pcsc_service.c: waiting for the PC/SC daemon. Its socket's appearance is seen by inotify, on the
   folder that holds it or on the nearest one that there is, and a daemon behind it by knocking;
   nothing is looked at again and again. Touches that path and the daemon. */
#include <card/pcsc.h>

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A daemon's socket is there a moment before it listens (bind, listen): after each sign it is tried
   a few times with growing pauses. */
#define FIRST_PAUSE_MS 10
#define LAST_PAUSE_MS  640
#define MOST_PAUSE_MS  60000

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

typedef enum sign {
    SIGN_STOP,
    SIGN_SEEN,     /* the socket, or a folder on its path, came or was changed */
    SIGN_ANSWER,   /* somebody answers at the socket */
    SIGN_TIME_OVER /* the pause is over, and nothing was seen */
} sign;

/* `door`: a connection that was knocked on, or -1. */
static sign wait_for_sign(const lookout *at, int stop, int door, int pause_ms)
{
    for (;;) {
        struct pollfd fds[] = {{.fd = stop, .events = POLLIN},
                               {.fd = at->fd, .events = POLLIN},
                               {.fd = door, .events = POLLIN}};
        int ready = poll(fds, 3, pause_ms);
        if (ready == 0)
            return SIGN_TIME_OVER;
        if ((ready < 0 && errno != EINTR) || (ready > 0 && fds[0].revents != 0))
            return SIGN_STOP;
        if (ready > 0 && fds[2].revents != 0)
            return SIGN_ANSWER;
        if (ready > 0 && fds[1].revents != 0 && is_sign(at))
            return SIGN_SEEN;
    }
}

/* Knocks: connects to the socket and says at once that nothing will come. A daemon that is alive
   hangs up then; a socket that is only kept open for one (by a service manager) takes the
   connection and is silent until there is a daemon. SCardEstablishContext must not be called
   before: it would wait at that socket without end, and every other call of libpcsclite in this
   process with it. -1 with errno when nobody takes the connection. */
static int knock(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *path = kp_pcsc_socket();
    size_t length = strlen(path);
    int door = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (door < 0)
        return -1;
    if (length < sizeof address.sun_path) {
        memcpy(address.sun_path, path, length + 1);
        if (connect(door, (const struct sockaddr *)&address, sizeof address) == 0 &&
            shutdown(door, SHUT_WR) == 0)
            return door;
    } else {
        errno = ENAMETOOLONG;
    }
    int why = errno;
    close(door);
    errno = why;
    return -1;
}

/* How long to wait before knocking again although nothing was seen; -1: for a sign. */
static int next_pause(int door, int why, int again_ms)
{
    if (door >= 0)
        return -1;
    if (why == EAGAIN) /* others wait at the door; no sign tells when they are let in */
        return again_ms;
    return why == ECONNREFUSED && again_ms <= LAST_PAUSE_MS ? again_ms : -1;
}

/* Knocks until somebody answers, or `stop`. */
static kamupin_status wait_for_service(int stop)
{
    sign seen = SIGN_SEEN;
    for (int again_ms = FIRST_PAUSE_MS; seen != SIGN_ANSWER;) {
        lookout at;
        if (!look_out(&at))
            return KAMUPIN_E_READER_FAILED;
        int door = knock();
        seen = wait_for_sign(&at, stop, door, next_pause(door, errno, again_ms));
        close(at.fd);
        if (door >= 0)
            close(door);
        if (seen == SIGN_STOP)
            return KAMUPIN_E_CANCELLED;
        again_ms = seen != SIGN_TIME_OVER     ? FIRST_PAUSE_MS
                   : again_ms < MOST_PAUSE_MS ? 2 * again_ms
                                              : again_ms;
    }
    return KAMUPIN_OK;
}

/* Knocks once and gives it so long to answer. */
static kamupin_status look_for_service(int stop, long patience_ms)
{
    const lookout nothing = {.fd = -1};
    int door = knock();
    if (door < 0)
        return errno == EACCES ? KAMUPIN_E_READER_NOT_PERMITTED : KAMUPIN_E_READER_SERVICE_DOWN;
    sign seen = wait_for_sign(&nothing, stop, door, (int)patience_ms);
    close(door);
    if (seen == SIGN_STOP)
        return KAMUPIN_E_CANCELLED;
    return seen == SIGN_ANSWER ? KAMUPIN_OK : KAMUPIN_E_READER_SERVICE_DOWN;
}

kamupin_reader_answer kp_pcsc_open_waiting(void *user, int stop, long patience_ms, void **worker)
{
    kamupin_reader_answer result = {KAMUPIN_OK, 0, false};
    result.status = patience_ms < 0 ? wait_for_service(stop) : look_for_service(stop, patience_ms);
    return result.status == KAMUPIN_OK ? kp_pcsc_open(user, worker) : result;
}
