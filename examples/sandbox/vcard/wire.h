// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// The contact with the reader: one TCP connection to vpcd. Touches that socket only.
#ifndef KAMUPIN_VCARD_WIRE_H
#define KAMUPIN_VCARD_WIRE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VC_WIRE_MAX 65535

struct vc_wire {
    int fd; // -1: no contact
    struct sockaddr_in address;
};

// Tries once; the caller repeats. True when there is contact.
bool vc_wire_connect(struct vc_wire *wire);
void vc_wire_close(struct vc_wire *wire);

// One message from the reader into IN (VC_WIRE_MAX bytes). False: contact lost.
bool vc_wire_receive(struct vc_wire *wire, uint8_t *in, size_t *len);

// One answer, in one segment. KEEP bytes of it are sent, though the length says LEN: a contact that
// breaks in the middle. False: contact lost.
bool vc_wire_send(struct vc_wire *wire, const uint8_t *out, size_t len, size_t keep);

#endif
