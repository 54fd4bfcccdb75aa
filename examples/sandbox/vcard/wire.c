// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// The contact with the reader: one TCP connection to vpcd. vpcd sends length and payload in two
// segments with Nagle's algorithm on, so every delayed ACK would cost 40 ms: hence TCP_QUICKACK
// around each receive, and one send for each answer.
#include "wire.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define PATIENCE_SECONDS 5 // for the rest of a message that has begun

static void quick(int fd)
{
    int on = 1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
}

bool vc_wire_connect(struct vc_wire *wire)
{
    const struct timeval patience = {.tv_sec = PATIENCE_SECONDS};
    int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    if (connect(fd, (const struct sockaddr *)&wire->address, sizeof wire->address) != 0) {
        close(fd);
        return false;
    }
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    quick(fd);
    wire->fd = fd;
    return true;
}

void vc_wire_close(struct vc_wire *wire)
{
    if (wire->fd >= 0)
        close(wire->fd);
    wire->fd = -1;
}

static bool receive_all(int fd, uint8_t *in, size_t len)
{
    size_t have = 0;
    while (have < len) {
        quick(fd);
        ssize_t n = recv(fd, in + have, len - have, 0);
        quick(fd);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        have += (size_t)n;
    }
    return true;
}

bool vc_wire_receive(struct vc_wire *wire, uint8_t *in, size_t *len)
{
    uint8_t head[2];
    if (!receive_all(wire->fd, head, sizeof head))
        return false;
    *len = (size_t)head[0] << 8 | head[1];
    return receive_all(wire->fd, in, *len);
}

bool vc_wire_send(struct vc_wire *wire, const uint8_t *out, size_t len, size_t keep)
{
    uint8_t message[2 + 512];
    size_t sent = 0;
    if (len > sizeof message - 2 || keep > len)
        return false;
    message[0] = (uint8_t)(len >> 8);
    message[1] = (uint8_t)len;
    memcpy(message + 2, out, keep);
    while (sent < keep + 2) {
        ssize_t n = send(wire->fd, message + sent, keep + 2 - sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        sent += (size_t)n;
    }
    return true;
}
