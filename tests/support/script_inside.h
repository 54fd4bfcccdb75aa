/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   script_inside.h: what the two halves of the scripted backend share: script_backend.c, which
   readers see, and script_steps.c, which tests see. */
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

/** A control stands in the script as a command with this header, its code and its data. */
#define CONTROL_HEADER "FFC0"

/** Keeps the first difference, and says it. Under the script's lock. */
void kp_script_differs(kp_script *script, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** Bytes as hex in `text` (2 * COMMAND_MAX + 1 bytes); ".." where `open` (may be NULL) says so. */
const char *kp_script_hex(const unsigned char *bytes, size_t length, const bool *open, char *text);

#endif
