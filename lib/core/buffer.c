/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   buffer.c: growing bytes that are wiped, base64url and hex. */
#include <core/buffer.h>

#include <openssl/crypto.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Makes room for `more` bytes and a NUL. The old bytes are wiped, which realloc would not do. */
static bool grow(kp_buffer *buffer, size_t more)
{
    if (buffer->failed || more > buffer->limit || buffer->length > buffer->limit - more) {
        buffer->failed = true;
        return false;
    }
    size_t needed = buffer->length + more + 1;
    if (needed <= buffer->room)
        return true;
    size_t room = buffer->room * 2 > needed ? buffer->room * 2 : needed + 64;
    unsigned char *data = malloc(room);
    if (data == NULL) {
        buffer->failed = true;
        return false;
    }
    if (buffer->data != NULL) {
        memcpy(data, buffer->data, buffer->length);
        OPENSSL_cleanse(buffer->data, buffer->room);
        free(buffer->data);
    }
    buffer->data = data;
    buffer->room = room;
    return true;
}

void kp_buffer_append(kp_buffer *buffer, const void *bytes, size_t length)
{
    if (!grow(buffer, length))
        return;
    if (length > 0)
        memcpy(buffer->data + buffer->length, bytes, length);
    buffer->length += length;
    buffer->data[buffer->length] = '\0';
}

void kp_buffer_text(kp_buffer *buffer, const char *text)
{
    kp_buffer_append(buffer, text, strlen(text));
}

void kp_buffer_wipe(kp_buffer *buffer)
{
    if (buffer->data != NULL) {
        OPENSSL_cleanse(buffer->data, buffer->room);
        free(buffer->data);
    }
    buffer->data = NULL;
    buffer->length = 0;
    buffer->room = 0;
    buffer->failed = false;
}

static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void kp_buffer_base64url(kp_buffer *buffer, const unsigned char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i += 3) {
        size_t left = length - i < 3 ? length - i : 3;
        uint32_t group = (uint32_t)bytes[i] << 16;
        if (left > 1)
            group |= (uint32_t)bytes[i + 1] << 8;
        if (left > 2)
            group |= bytes[i + 2];
        char text[4] = {ALPHABET[group >> 18 & 63], ALPHABET[group >> 12 & 63],
                        ALPHABET[group >> 6 & 63], ALPHABET[group & 63]};
        kp_buffer_append(buffer, text, left + 1);
        OPENSSL_cleanse(text, sizeof text);
    }
}

bool kp_base64url_decode(const char *text, size_t text_length, unsigned char *out, size_t room,
                         size_t *length)
{
    uint32_t bits = 0;
    unsigned int held = 0;

    *length = 0;
    if (text_length % 4 == 1)
        return false;
    for (size_t i = 0; i < text_length; i++) {
        const char *found = text[i] == '\0' ? NULL : strchr(ALPHABET, text[i]);
        if (found == NULL)
            return false;
        bits = bits << 6 | (uint32_t)(found - ALPHABET);
        held += 6;
        if (held >= 8) {
            held -= 8;
            if (*length == room)
                return false;
            out[(*length)++] = (unsigned char)(bits >> held);
            bits &= (1u << held) - 1;
        }
    }
    return bits == 0; /* left-over bits of a canonical encoding are zero (RFC 4648, 3.5) */
}

void kp_hex(const unsigned char *bytes, size_t length, bool upper, char *out)
{
    const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";

    for (size_t i = 0; i < length; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * length] = '\0';
}
