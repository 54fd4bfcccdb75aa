// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// Bytes as hex text and back. Touches nothing but its arguments.
#ifndef KAMUPIN_VCARD_BYTES_H
#define KAMUPIN_VCARD_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Decodes TEXT (an even number of hex digits, nothing else) into OUT of CAP bytes. False if TEXT is
// not hex or does not fit; *LEN is then unspecified.
bool vc_hex_decode(const char *text, uint8_t *out, size_t cap, size_t *len);

// Writes LEN bytes as upper-case hex and a NUL into OUT, which holds 2 * LEN + 1 characters.
void vc_hex_encode(const uint8_t *bytes, size_t len, char *out);

#endif
