// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// The control socket: lines in, one line out for each. Anyone who may open it (mode 0600) may do
// all that a hand at the reader could, and read no secret.
#include "control.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static bool is_stale(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool stale = fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof *address) != 0 &&
                 errno == ECONNREFUSED;
    if (fd >= 0)
        close(fd);
    return stale;
}

bool vc_control_open(struct vc_control *control, const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    control->fd = -1;
    control->path = NULL;
    for (size_t i = 0; i < VC_CLIENTS; i++)
        control->client[i].fd = -1;
    if (!path)
        return true;
    if (strlen(path) >= sizeof address.sun_path)
        return false;
    memcpy(address.sun_path, path, strlen(path));
    if (is_stale(&address))
        unlink(path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return false;
    mode_t mask = umask(0177);
    bool bound = bind(fd, (const struct sockaddr *)&address, sizeof address) == 0;
    umask(mask);
    if (!bound || listen(fd, VC_CLIENTS) != 0) {
        if (bound)
            unlink(path);
        close(fd);
        return false;
    }
    control->fd = fd;
    control->path = path;
    return true;
}

void vc_control_close(struct vc_control *control)
{
    for (size_t i = 0; i < VC_CLIENTS; i++)
        if (control->client[i].fd >= 0)
            close(control->client[i].fd);
    if (control->fd >= 0) {
        unlink(control->path);
        close(control->fd);
    }
    control->fd = -1;
}

void vc_control_poll(const struct vc_control *control, struct pollfd *fds)
{
    fds[0] = (struct pollfd){.fd = control->fd, .events = POLLIN};
    for (size_t i = 0; i < VC_CLIENTS; i++)
        fds[1 + i] = (struct pollfd){.fd = control->client[i].fd, .events = POLLIN};
}

static void accept_client(struct vc_control *control)
{
    int fd = accept(control->fd, NULL, NULL);
    if (fd < 0)
        return;
    for (size_t i = 0; i < VC_CLIENTS; i++) {
        if (control->client[i].fd < 0) {
            control->client[i].fd = fd;
            control->client[i].len = 0;
            return;
        }
    }
    close(fd); // all places taken: the ninth client is told by its closed connection
}

static bool answer(int fd, const char *text)
{
    char out[VC_LINE + 1];
    size_t n = strnlen(text, VC_LINE);
    memcpy(out, text, n);
    out[n] = '\n';
    return send(fd, out, n + 1, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)(n + 1);
}

// Serves every whole line that is there. False: the client is done with.
static bool serve_client(struct vc_client *client, struct vc_machine *machine)
{
    char out[VC_LINE];
    ssize_t n = recv(client->fd, client->line + client->len, VC_LINE - client->len, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return true;
    if (n <= 0)
        return false;
    client->len += (size_t)n;
    for (char *end; (end = memchr(client->line, '\n', client->len));) {
        size_t used = (size_t)(end - client->line) + 1;
        *end = '\0';
        vc_machine_control(machine, client->line, out, sizeof out);
        client->len -= used;
        memmove(client->line, client->line + used, client->len);
        if (!answer(client->fd, out))
            return false;
    }
    if (client->len == VC_LINE) {
        (void)answer(client->fd, "error line too long; at most 511 characters");
        return false;
    }
    return true;
}

void vc_control_serve(struct vc_control *control, const struct pollfd *fds,
                      struct vc_machine *machine)
{
    for (size_t i = 0; i < VC_CLIENTS; i++) {
        struct vc_client *client = &control->client[i];
        if (client->fd >= 0 && fds[1 + i].revents && !serve_client(client, machine)) {
            close(client->fd);
            client->fd = -1;
        }
    }
    if (control->fd >= 0 && fds[0].revents & POLLIN)
        accept_client(control);
}
