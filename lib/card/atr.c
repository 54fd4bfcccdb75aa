/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   atr.c: walking over the interface bytes of an answer to reset. Pure: looks at its input only. */
#include <card/atr.h>

/* The number of interface bytes that a Y (high half of T0 or a TD) announces. */
static size_t announced(uint8_t y)
{
    size_t count = 0;
    for (unsigned int bit = 0x10; bit <= 0x80; bit <<= 1)
        if ((y & bit) != 0)
            count++;
    return count;
}

static bool check_byte_ok(const uint8_t *bytes, size_t length)
{
    uint8_t sum = 0;
    for (size_t i = 1; i < length; i++)
        sum ^= bytes[i];
    return sum == 0;
}

bool kp_atr_parse(const uint8_t *bytes, size_t length, kp_atr *atr)
{
    *atr = (kp_atr){0};
    if (bytes == NULL || length < 2 || (bytes[0] != 0x3B && bytes[0] != 0x3F))
        return false;
    size_t at = 2;
    uint8_t y = bytes[1];
    while (announced(y) > 0) {
        at += announced(y);
        if (at > length)
            return false;
        if ((y & 0x80) == 0)
            break;
        y = bytes[at - 1]; /* TD, always the last one of its group */
        if ((y & 0x0F) != 0)
            atr->has_check = true;
    }
    size_t historical = bytes[1] & 0x0F;
    if (length - at < historical)
        return false;
    atr->historical = bytes + at;
    atr->historical_length = historical;
    at += historical;
    atr->check_ok = atr->has_check && length == at + 1 && check_byte_ok(bytes, length);
    return true;
}
