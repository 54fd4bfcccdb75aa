// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// The log of what passed between reader and card. Appends to one file; masks what is secret.
#ifndef KAMUPIN_VCARD_APDULOG_H
#define KAMUPIN_VCARD_APDULOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vc_log {
    int fd; // -1: no log
    bool unmask;
};

bool vc_log_open(struct vc_log *log, const char *path, bool unmask);
void vc_log_close(struct vc_log *log);
void vc_log_command(struct vc_log *log, const uint8_t *apdu, size_t len);
void vc_log_answer(struct vc_log *log, const uint8_t *apdu, size_t len);
void vc_log_note(struct vc_log *log, const char *note, const char *more);

// The text of a command as the log has it, to be freed; NULL: no memory.
char *vc_log_text(const uint8_t *apdu, size_t len, bool unmask);

#endif
