/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   pinpad.c: reading and writing the structures of PC/SC part 10 (2.02). Every byte is put and taken
   at its offset, with the sizes checked: no struct is laid over a buffer. Pure. */
#include <card/pinpad.h>

#include <string.h>

#define DIGITS_MOST 15 /* the size of a PIN block has four bits */
#define LENGTH_MOST 4  /* bytes of a number in a property */

/* ---- what a reader says ---- */

void kp_pad_parse_features(const uint8_t *data, size_t length, kp_pad *pad)
{
    memset(pad->code, 0, sizeof pad->code);
    for (size_t at = 0; at + 2 <= length;) {
        size_t size = data[at + 1];
        if (size > length - at - 2)
            return;
        if (size == 4 && data[at] < KP_PAD_FEATURES)
            pad->code[data[at]] = (unsigned long)data[at + 2] << 24 |
                                  (unsigned long)data[at + 3] << 16 |
                                  (unsigned long)data[at + 4] << 8 | data[at + 5];
        at += 2 + size;
    }
}

/* wLcdLayout: the number of lines above the number of characters in one. */
static void take_layout(unsigned int layout, kp_pad *pad)
{
    pad->lines = layout >> 8 & 0xFF;
    pad->columns = layout & 0xFF;
}

void kp_pad_parse_pin_properties(const uint8_t *data, size_t length, kp_pad *pad)
{
    if (length < 4)
        return;
    take_layout((unsigned int)data[1] << 8 | data[0], pad);
    pad->second_timeout = data[3] != 0;
}

static void take_text(const uint8_t *value, size_t size, kp_pad *pad)
{
    size_t kept = 0;
    while (kept < size && kept < sizeof pad->firmware - 1 && value[kept] >= 0x20 &&
           value[kept] < 0x7F) {
        pad->firmware[kept] = (char)value[kept];
        kept++;
    }
    pad->firmware[kept] = '\0';
}

/* Tags as in part 10, 2.6.14. */
static void take_property(uint8_t tag, unsigned int number, kp_pad *pad)
{
    switch (tag) {
    case 0x01:
        take_layout(number, pad);
        break;
    case 0x03:
        pad->second_timeout = number != 0;
        break;
    case 0x06:
        pad->min_digits = number;
        break;
    case 0x07:
        pad->max_digits = number;
        break;
    case 0x0B:
        pad->vendor = number;
        break;
    case 0x0C:
        pad->product = number;
        break;
    default:
        break;
    }
}

void kp_pad_parse_tlv_properties(const uint8_t *data, size_t length, kp_pad *pad)
{
    for (size_t at = 0; at + 2 <= length;) {
        const uint8_t *value = data + at + 2;
        size_t size = data[at + 1];
        if (size > length - at - 2)
            return;
        if (data[at] == 0x08) {
            take_text(value, size, pad);
        } else if (size >= 1 && size <= LENGTH_MOST) {
            unsigned int number = 0;
            for (size_t i = size; i > 0; i--)
                number = number << 8 | value[i - 1];
            take_property(data[at], number, pad);
        }
        at += 2 + size;
    }
}

/* ---- what it can be asked for ---- */

bool kp_pad_direct(const kp_pad *pad, bool change)
{
    return pad->code[change ? KP_PAD_MODIFY_DIRECT : KP_PAD_VERIFY_DIRECT] != 0;
}

bool kp_pad_stepwise(const kp_pad *pad, bool change)
{
    return pad->code[change ? KP_PAD_MODIFY_START : KP_PAD_VERIFY_START] != 0 &&
           pad->code[change ? KP_PAD_MODIFY_FINISH : KP_PAD_VERIFY_FINISH] != 0;
}

bool kp_pad_can(const kp_pad *pad, const kp_pad_entry *entry)
{
    const bool any = entry->digits == 0;
    const bool open = any && entry->block == 0;
    if (!kp_pad_direct(pad, entry->change) && !kp_pad_stepwise(pad, entry->change))
        return false;
    if ((pad->quirks & KAMUPIN_PAD_UNUSABLE) != 0 ||
        (entry->change && (pad->quirks & KAMUPIN_PAD_NO_CHANGE) != 0) ||
        (open && (pad->quirks & KAMUPIN_PAD_FIXED_LENGTH) != 0))
        return false;
    if (entry->change && entry->coding != KP_CHANGE_PLAIN && (any || entry->block != 0))
        return false;
    if (entry->block != 0 && (entry->block > DIGITS_MOST || entry->max_digits > entry->block))
        return false;
    return entry->min_digits <= entry->max_digits &&
           (any || (entry->digits >= entry->min_digits && entry->digits <= entry->max_digits));
}

/* ---- the order ---- */

/* Bytes written one after another, never beyond the room. */
typedef struct writer {
    uint8_t *at, *end;
    bool full;
} writer;

static void put(writer *to, unsigned int value)
{
    if (to->at == to->end || value > 0xFF)
        to->full = true;
    else
        *to->at++ = (uint8_t)value;
}

/* Part 10 has its numbers in the order of USB, the lowest byte first. */
static void put_number(writer *to, size_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        put(to, (unsigned int)(value >> 8 * i & 0xFF));
}

/* Bytes that one PIN takes in the command; 0: as many as are typed. */
static unsigned int pin_room(const kp_pad_entry *entry)
{
    return entry->block != 0 ? entry->block : entry->digits;
}

static void put_room(writer *to, const kp_pad_entry *entry)
{
    if (entry->change && entry->coding == KP_CHANGE_LENGTH_PREFIXED)
        put(to, entry->digits);
    for (unsigned int i = 0; i < pin_room(entry); i++)
        put(to, entry->block != 0 ? entry->filler : 0xFF);
}

static size_t room_length(const kp_pad_entry *entry)
{
    size_t one = pin_room(entry);
    if (entry->change && entry->coding == KP_CHANGE_LENGTH_PREFIXED)
        one++;
    return entry->change ? 2 * one : one;
}

/* The command as the reader completes it: with an open number of digits the header and an Lc of
   zero, which readers with this ability replace (GnuPG's scdaemon sends the same); else with room
   for each PIN. */
static void put_command(writer *to, const kp_pad *pad, const kp_pad_entry *entry)
{
    const bool bare = pin_room(entry) == 0 && (pad->quirks & KAMUPIN_PAD_BARE_HEADER) != 0;
    put_number(to, (bare ? 4 : 5) + room_length(entry), 4);
    put(to, entry->form->cla);
    put(to, entry->form->ins);
    put(to, entry->form->p1);
    put(to, entry->form->p2);
    if (!bare)
        put(to, (unsigned int)room_length(entry));
    put_room(to, entry);
    if (entry->change)
        put_room(to, entry);
}

/* Where each PIN's digits begin in the command's data. */
static void put_offsets(writer *to, const kp_pad_entry *entry)
{
    unsigned int prefix = entry->coding == KP_CHANGE_LENGTH_PREFIXED ? 1 : 0;
    put(to, prefix);
    put(to, pin_room(entry) + 2 * prefix);
}

bool kp_pad_order(const kp_pad *pad, const kp_pad_entry *entry, uint8_t *out, size_t room,
                  size_t *length)
{
    writer to = {out, out + room, false};
    unsigned int least = entry->digits != 0 ? entry->digits : entry->min_digits;
    unsigned int most = entry->digits != 0 ? entry->digits : entry->max_digits;
    if (least < 1 || most > DIGITS_MOST || entry->timeout_seconds < 1 ||
        pin_room(entry) > DIGITS_MOST)
        return false;
    put(&to, entry->timeout_seconds);                           /* bTimerOut */
    put(&to, pad->second_timeout ? entry->timeout_seconds : 0); /* bTimerOut2 */
    put(&to, 0x82);            /* bmFormatString: bytes, from the first on, to the left, ASCII */
    put(&to, pin_room(entry)); /* bmPINBlockString: no length inserted, size of the block */
    put(&to, 0x00);            /* bmPINLengthFormat */
    if (entry->change)
        put_offsets(&to, entry);
    put_number(&to, (size_t)least << 8 | most, 2); /* wPINMaxExtraDigit */
    if (entry->change)
        put(&to, 0x03);                  /* bConfirmPIN: the old one too, and the new one twice */
    put(&to, 0x02);                      /* bEntryValidationCondition: the confirming key */
    put(&to, entry->change ? 3 : 1);     /* bNumberMessage */
    put_number(&to, entry->language, 2); /* wLangId */
    for (unsigned int i = 0; i < (entry->change ? 3U : 1U); i++)
        put(&to, i);       /* bMsgIndex */
    put_number(&to, 0, 3); /* bTeoPrologue: the driver's */
    put_command(&to, pad, entry);
    *length = (size_t)(to.at - out);
    return !to.full;
}
