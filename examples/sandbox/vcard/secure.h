// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// The card's side of secure messaging (ISO/IEC 7816-4, clause 10, as ICAO Doc 9303-11 and BSI
// TR-03110-3 use it): one session's keys and counter, commands taken off their protection, answers
// put under it. Touches nothing but the session it is given. Shares no code with the library's.
#ifndef KAMUPIN_VCARD_SECURE_H
#define KAMUPIN_VCARD_SECURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VC_SECURE_KEY   32
#define VC_SECURE_BLOCK 16
#define VC_SECURE_MAC   8

struct vc_apdu;
struct vc_reply;

enum vc_secure_kind { VC_SECURE_NONE, VC_SECURE_3DES, VC_SECURE_AES128, VC_SECURE_AES256 };

struct vc_secure {
    enum vc_secure_kind kind; // NONE: no session
    uint8_t enc[VC_SECURE_KEY];
    uint8_t mac[VC_SECURE_KEY];
    uint8_t counter[VC_SECURE_BLOCK];
};

// Whether a command comes under secure messaging with its header protected.
bool vc_secure_class(uint8_t cla);

// Takes a command off its protection into PLAIN, whose data lies in DATA (255 bytes). 9000, or why
// not: 6987 an object is missing, 6988 one is wrong, 6700 no room for an answer was left.
uint16_t vc_secure_open(struct vc_secure *secure, const struct vc_apdu *apdu, struct vc_apdu *plain,
                        uint8_t *data);

// Puts an answer to a command of instruction INS under protection: data objects into OUT, at most
// 256 bytes. False when it does not fit (the counter has then not moved) or cannot be computed.
bool vc_secure_seal(struct vc_secure *secure, uint8_t ins, const struct vc_reply *reply,
                    uint16_t sw, struct vc_reply *out);

// Bytes of each key: 16 (3DES has two), AES-256 32.
size_t vc_secure_key_len(enum vc_secure_kind kind);

// The two computations, for secure_key.c: CBC over whole blocks, OUT may be IN; the checksum of a
// message that is padded here.
bool vc_secure_cbc(enum vc_secure_kind kind, const uint8_t *key, const uint8_t *start, bool encrypt,
                   const uint8_t *in, size_t len, uint8_t *out);
bool vc_secure_sum(enum vc_secure_kind kind, const uint8_t *key, const uint8_t *message, size_t len,
                   uint8_t sum[VC_SECURE_MAC]);

#endif
