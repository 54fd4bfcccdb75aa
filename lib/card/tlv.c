/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   tlv.c: the BER-TLV cursor. Pure: looks at its input only. Indefinite lengths and lengths of more
   than four bytes are refused: nothing that is read here, the largest CRL among it, needs them. So is
   a fourth byte that says nothing: no card's object is that long, only a CRL can be. */
#include <card/tlv.h>

#define THREE_BYTES 0xFFFFFFU /* the longest that three bytes of length can say */

kp_tlv kp_tlv_over(const uint8_t *data, size_t length)
{
    return (kp_tlv){.next = data, .end = length == 0 ? data : data + length};
}

static bool give_up(kp_tlv *cursor)
{
    cursor->broken = true;
    cursor->tag = 0;
    cursor->value = NULL;
    cursor->length = 0;
    return false;
}

static size_t left(const kp_tlv *cursor)
{
    return (size_t)(cursor->end - cursor->next);
}

/* Takes a tag of one to three bytes. */
static bool take_tag(kp_tlv *cursor)
{
    cursor->tag = *cursor->next++;
    if ((cursor->tag & 0x1F) != 0x1F)
        return true;
    for (int more = 0; more < 2; more++) {
        if (left(cursor) == 0)
            return false;
        uint8_t byte = *cursor->next++;
        cursor->tag = cursor->tag << 8 | byte;
        if ((byte & 0x80) == 0)
            return true;
    }
    return false;
}

static bool take_length(kp_tlv *cursor)
{
    if (left(cursor) == 0)
        return false;
    uint8_t first = *cursor->next++;
    cursor->length = first;
    if (first >= 0x80) {
        size_t count = first & 0x7FU;
        if (count == 0 || count > 4 || left(cursor) < count)
            return false;
        cursor->length = 0;
        for (size_t i = 0; i < count; i++)
            cursor->length = cursor->length << 8 | *cursor->next++;
        if (count > 3 && cursor->length <= THREE_BYTES)
            return false;
    }
    return cursor->length <= left(cursor);
}

bool kp_tlv_next(kp_tlv *cursor)
{
    if (cursor->broken)
        return false;
    while (left(cursor) > 0 && (*cursor->next == 0x00 || *cursor->next == 0xFF))
        cursor->next++;
    if (left(cursor) == 0) {
        cursor->tag = 0;
        cursor->value = NULL;
        cursor->length = 0;
        return false;
    }
    if (!take_tag(cursor) || !take_length(cursor))
        return give_up(cursor);
    cursor->value = cursor->next;
    cursor->next += cursor->length;
    return true;
}

kp_tlv kp_tlv_inside(const kp_tlv *cursor)
{
    return kp_tlv_over(cursor->value, cursor->length);
}

bool kp_tlv_find(kp_tlv *cursor, uint32_t tag)
{
    while (kp_tlv_next(cursor))
        if (cursor->tag == tag)
            return true;
    return false;
}

bool kp_tlv_number(const kp_tlv *cursor, uint32_t *number)
{
    if (cursor->value == NULL || cursor->length < 1 || cursor->length > 4)
        return false;
    uint32_t sum = 0;
    for (size_t i = 0; i < cursor->length; i++)
        sum = sum << 8 | cursor->value[i];
    *number = sum;
    return true;
}
