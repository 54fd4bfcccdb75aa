/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   tlv.h: BER-TLV (ISO/IEC 7816-4, 5.2.2) read through one cursor: the only place where a card's
   lengths are believed, and only after they were checked against what is really there. */
#ifndef KP_CARD_TLV_H
#define KP_CARD_TLV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct kp_tlv {
    const uint8_t *next, *end; /* what is still unread */
    uint32_t tag;              /* of the current element: 1 to 3 bytes, big-endian */
    const uint8_t *value;
    size_t length;
    bool broken; /* malformed input was met; stays */
} kp_tlv;

/** Begins over `length` bytes at `data`. Fill bytes 00 and FF between elements are skipped. */
kp_tlv kp_tlv_over(const uint8_t *data, size_t length);
/** Steps to the next element; false at the end or when broken. */
bool kp_tlv_next(kp_tlv *cursor);
/** Begins over the current element's value. */
kp_tlv kp_tlv_inside(const kp_tlv *cursor);
/** Steps until `tag` is found on this level. */
bool kp_tlv_find(kp_tlv *cursor, uint32_t tag);
/** The value as an unsigned number of 1 to 4 bytes; false when it is not one. */
bool kp_tlv_number(const kp_tlv *cursor, uint32_t *number);

#endif
