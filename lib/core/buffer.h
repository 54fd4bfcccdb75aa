/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   buffer.h: growing bytes that are wiped before they are given back, for request bodies and replies
   that may hold a secret. Each append is checked; a failed one sticks, so that a chain is checked
   once at its end. */
#ifndef KP_CORE_BUFFER_H
#define KP_CORE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

typedef struct kp_buffer {
    unsigned char *data; /* NUL behind the last byte, so that text may be read as a string */
    size_t length;
    size_t room;
    size_t limit; /* never grows beyond this many bytes */
    bool failed;  /* no memory, or the limit was passed */
} kp_buffer;

#define KP_BUFFER_INIT(most)                                                                       \
    {                                                                                              \
        .limit = (most)                                                                            \
    }

void kp_buffer_append(kp_buffer *buffer, const void *bytes, size_t length);
void kp_buffer_text(kp_buffer *buffer, const char *text);
/** Wipes and frees; the buffer is empty and usable again. */
void kp_buffer_wipe(kp_buffer *buffer);

/** Base64url without padding (RFC 4648, 5): encodes into `buffer`; decodes strictly into `out`. */
void kp_buffer_base64url(kp_buffer *buffer, const unsigned char *bytes, size_t length);
bool kp_base64url_decode(const char *text, size_t text_length, unsigned char *out, size_t room,
                         size_t *length);

/** Upper- or lower-case hex of `bytes` into `out` (2 * length + 1 bytes). */
void kp_hex(const unsigned char *bytes, size_t length, bool upper, char *out);

#endif
