// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// The control socket: lines in, one line out for each. Touches its Unix socket and its clients.
#ifndef KAMUPIN_VCARD_CONTROL_H
#define KAMUPIN_VCARD_CONTROL_H

#include "machine.h"

#include <poll.h>

#define VC_CLIENTS 8
#define VC_LINE    512

struct vc_client {
    int fd; // -1: free
    size_t len;
    char line[VC_LINE];
};

struct vc_control {
    int fd; // -1: no control socket
    const char *path;
    struct vc_client client[VC_CLIENTS];
};

// PATH NULL: no socket. A socket left by a card that died is replaced; one in use is not.
bool vc_control_open(struct vc_control *control, const char *path);
void vc_control_close(struct vc_control *control);

// Fills VC_CLIENTS + 1 places of FDS for poll(), and serves those that poll() marked.
void vc_control_poll(const struct vc_control *control, struct pollfd *fds);
void vc_control_serve(struct vc_control *control, const struct pollfd *fds,
                      struct vc_machine *machine);

#endif
