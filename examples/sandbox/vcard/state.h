// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// The card's memory: everything that survives power-off, and the text file that holds it.
// Reads and atomically rewrites that one file; knows nothing of commands.
#ifndef KAMUPIN_VCARD_STATE_H
#define KAMUPIN_VCARD_STATE_H

#include "text.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define VC_ABSENT UINT_MAX // a number that the state file does not give
#define VC_DEPTH  4        // identifiers in a path below the MF
#define VC_FILES  128
#define VC_KEYS   4

enum vc_personality_id { VC_AKIS1, VC_AKIS2, VC_IDCARD };

struct vc_bytes {
    uint8_t data[40];
    size_t len; // 0: absent
};

struct vc_counter {
    unsigned tries;
    unsigned max;
};

struct vc_reference {
    struct vc_bytes value; // absent: never set
    struct vc_counter counter;
};

struct vc_path {
    uint16_t id[VC_DEPTH];
    size_t depth; // 0: the MF
};

struct vc_file {
    struct vc_path path;
    uint8_t *data;
    size_t size;
};

// A private key that signs: PKCS #8 in DER, as it stands in the state file.
struct vc_sign_key {
    unsigned reference;
    uint8_t *data;
    size_t size;
};

struct vc_state {
    unsigned personality; // enum vc_personality_id
    struct vc_bytes atr;
    struct vc_bytes serial;
    unsigned creation; // life cycle: 1 creation, 0 operational
    struct vc_reference pin;
    struct vc_reference puk;
    unsigned puk_uses; // RESETs with the PUK that are left, VC_ABSENT: no limit
    unsigned auth_reference;
    struct vc_bytes auth_key;
    struct vc_counter auth;
    unsigned sm_reference;  // of MUTUAL AUTHENTICATE, which shares auth's counter
    struct vc_bytes sm_enc; // 16 bytes: 3DES, 32: AES-256; both as long, or there is no such key
    struct vc_bytes sm_mac;
    unsigned strict;     // any other command kills a challenge
    unsigned limit;      // bytes of data, each way
    unsigned reply_61xx; // answers to commands with data wait for GET RESPONSE
    unsigned reply_6cxx; // an inexact Le is answered with the exact one
    unsigned fcp_size;   // tag 80 in the file control parameters
    unsigned answer_3d10;
    unsigned wait; // milliseconds that each answer takes at least
    struct vc_sign_key keys[VC_KEYS];
    size_t key_count;
    struct vc_file files[VC_FILES];
    size_t file_count;
};

struct vc_problem {
    enum vc_text text;
    unsigned line; // 0: the file as a whole
    char key[32];  // what it is about; never a value
};

// Reads PATH. On false *PROBLEM says what is wrong and where. Free with vc_state_clear either way.
bool vc_state_load(struct vc_state *state, const char *path, struct vc_problem *problem);

// Parses a stream (what vc_state_load does after opening).
bool vc_state_parse(struct vc_state *state, FILE *stream, struct vc_problem *problem);

// Writes PATH anew: a complete file is renamed over the old one, so that at any moment, whenever
// the process dies, one complete state is there.
bool vc_state_save(const struct vc_state *state, const char *path);

// Frees the files and wipes the secrets.
void vc_state_clear(struct vc_state *state);

#endif
