/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   script_inside.h: what the parts of the scripted backend share: script_backend.c (readers) and
   script_talk.c (commands), which the library sees, and script_steps.c, which tests see. */
#ifndef KP_TEST_SCRIPT_INSIDE_H
#define KP_TEST_SCRIPT_INSIDE_H

#include "script_backend.h"

#define COMMAND_MAX 300

/* A step, decoded: `open` marks the bytes that may be anything. */
typedef struct kp_script_line {
    unsigned char command[COMMAND_MAX];
    bool open[COMMAND_MAX];
    size_t command_length;
    unsigned char reply[KAMUPIN_REPLY_MAX];
    size_t reply_length;
    bool answers;
    kamupin_status status;
    kp_script_then then;
    bool unsent;
} kp_script_line;

/* What the library holds: a context at the reader system, a connection to a card. */
typedef struct kp_script_worker {
    kp_script *script;
    bool woken;
} kp_script_worker;

typedef struct kp_script_connection {
    kp_script *script;
    kp_script_worker *worker;
    kp_script_slot *slot;
    bool lost; /* the card was changed under this connection */
    unsigned int events;
} kp_script_connection;

/** What a connection meets before any call on it. Under the script's lock. */
kamupin_status kp_script_standing(kp_script_connection *at);

/* Of the backend's table. */
kamupin_reader_answer kp_script_answer_command(void *object, const unsigned char *command,
                                               size_t command_length, unsigned char *reply,
                                               size_t *reply_length);
kamupin_reader_answer kp_script_answer_control(void *object, unsigned long code,
                                               const unsigned char *in, size_t in_length,
                                               unsigned char *out, size_t *out_length);

/** A control stands in the script as a command with this header, its code and its data. */
#define CONTROL_HEADER "FFC0"

/** Keeps the first difference, and says it. Under the script's lock. */
void kp_script_differs(kp_script *script, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** Bytes as hex in `text` (2 * COMMAND_MAX + 1 bytes); ".." where `open` (may be NULL) says so. */
const char *kp_script_hex(const unsigned char *bytes, size_t length, const bool *open, char *text);

#endif
