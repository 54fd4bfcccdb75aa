// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// The keys of the state file: names, kinds, ranges, defaults. Data, shared by reader and writer.
#ifndef KAMUPIN_VCARD_KEYS_H
#define KAMUPIN_VCARD_KEYS_H

#include <stddef.h>

enum vc_kind { VC_DECIMAL, VC_HEX8, VC_HEX16, VC_WORDS, VC_BYTES };

struct vc_key {
    const char *name;
    enum vc_kind kind;
    size_t offset;            // of the unsigned or struct vc_bytes in struct vc_state
    unsigned low, high;       // of a number, or of the count of bytes
    unsigned preset;          // of a number whose key is absent
    const char *const *words; // of VC_WORDS, ended by NULL; the index is the number
};

extern const struct vc_key vc_keys[];
extern const size_t vc_key_count;

#endif
