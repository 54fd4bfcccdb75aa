// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// Card, contact, faults and log together: what happens when a message of the reader or a line of
// the control socket comes. Touches only what its parts touch.
#ifndef KAMUPIN_VCARD_MACHINE_H
#define KAMUPIN_VCARD_MACHINE_H

#include "apdulog.h"
#include "card.h"
#include "rules.h"
#include "wire.h"

enum vc_hold { VC_HOLD_NONE, VC_HOLD_ANSWER, VC_HOLD_MUTE };

struct vc_machine {
    struct vc_card card;
    struct vc_wire wire;
    struct vc_rules rules;
    struct vc_log log;
    bool present;       // in the reader, or on its way; false: ejected
    bool noticed;       // the reader has asked for the ATR since there is contact
    int64_t connect_at; // when to try for contact next
    unsigned apdus;     // since the start
    unsigned since_mark;
    unsigned fired; // rules so far
    enum vc_hold hold;
    int64_t hold_until;
    uint8_t answer[VC_REPLY_MAX + 2];
    size_t answer_len;
    uint8_t in[VC_WIRE_MAX];
};

// Milliseconds of the monotonic clock.
int64_t vc_now(void);

// A message can be read from the contact.
void vc_machine_readable(struct vc_machine *machine);

// Something that was to happen at a time may be due: contact to try, answer held back. Returns the
// milliseconds until the next, -1: nothing waits.
int vc_machine_tick(struct vc_machine *machine);

// A line of the control socket; the answer (no line end) goes to OUT, and LINE is cut up.
void vc_machine_control(struct vc_machine *machine, char *line, char *out, size_t room);

#endif
