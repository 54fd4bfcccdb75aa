// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// The log of what passed between reader and card. Each line is one write to a file opened for
// appending, so that it is whole whoever reads meanwhile, and there before the answer leaves.
#include "apdulog.h"

#include "bytes.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool vc_log_open(struct vc_log *log, const char *path, bool unmask)
{
    log->unmask = unmask;
    log->fd = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
    return !path || log->fd >= 0;
}

void vc_log_close(struct vc_log *log)
{
    if (log->fd >= 0)
        close(log->fd);
    log->fd = -1;
}

// Commands whose data is or may be a PIN, a PUK, a key or a cryptogram, with BER-TLV data (odd) or
// without, in any class: what the card refuses may hold a secret as well.
static bool is_secret(uint8_t ins)
{
    static const uint8_t secret[] = {0x20, 0x24, 0x2C, 0x82, 0x86, 0x88, 0xC2, 0xD6, 0xDA};
    for (size_t i = 0; i < sizeof secret; i++)
        if ((ins & 0xFE) == secret[i])
            return true;
    return false;
}

char *vc_log_text(const uint8_t *apdu, size_t len, bool unmask)
{
    char *text = malloc(2 * len + 1);
    if (!text)
        return NULL;
    vc_hex_encode(apdu, len, text);
    if (unmask || len < 6 || !is_secret(apdu[1]))
        return text;
    size_t end = len == (size_t)apdu[4] + 6 ? len - 1 : len;
    for (size_t i = 5; i < end; i++)
        text[2 * i] = text[2 * i + 1] = '*';
    return text;
}

static void line(struct vc_log *log, const char *head, const char *text, const char *more)
{
    size_t size = strlen(head) + strlen(text) + strlen(more) + 2;
    char *whole = log->fd >= 0 ? malloc(size) : NULL;
    if (!whole)
        return;
    int n = snprintf(whole, size, "%s%s%s\n", head, text, more);
    ssize_t written = n > 0 ? write(log->fd, whole, (size_t)n) : -1;
    if (written < n) { // a log that cannot be written must not look like a card that was not used
        fprintf(stderr, "kamupin-vcard: the log is incomplete; make room on its disk / "
                        "günlük eksik; diskinde yer açın\n");
    }
    OPENSSL_cleanse(whole, size);
    free(whole);
}

void vc_log_command(struct vc_log *log, const uint8_t *apdu, size_t len)
{
    char *text = log->fd >= 0 ? vc_log_text(apdu, len, log->unmask) : NULL;
    if (text)
        line(log, "> ", text, "");
    free(text);
}

void vc_log_answer(struct vc_log *log, const uint8_t *apdu, size_t len)
{
    char *text = log->fd >= 0 ? vc_log_text(apdu, len, true) : NULL;
    if (text)
        line(log, "< ", text, "");
    free(text);
}

void vc_log_note(struct vc_log *log, const char *note, const char *more)
{
    line(log, "# ", note, more);
}
