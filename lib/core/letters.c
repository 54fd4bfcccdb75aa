/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   letters.c: see letters.h. */
#include <core/letters.h>

/* A letter, the mark that follows it, and the two in one (UnicodeData.txt, field 5). */
static const struct composed {
    unsigned int letter, mark, both;
} composed[] = {
    {'C', 0x0327, 0x00C7}, {'c', 0x0327, 0x00E7}, /* cedilla */
    {'S', 0x0327, 0x015E}, {'s', 0x0327, 0x015F}, /* cedilla */
    {'G', 0x0306, 0x011E}, {'g', 0x0306, 0x011F}, /* breve */
    {'O', 0x0308, 0x00D6}, {'o', 0x0308, 0x00F6}, /* diaeresis */
    {'U', 0x0308, 0x00DC}, {'u', 0x0308, 0x00FC}, /* diaeresis */
    {'I', 0x0307, 0x0130},                        /* dot above; i with a dot stays two */
    {'A', 0x0302, 0x00C2}, {'a', 0x0302, 0x00E2}, /* circumflex */
    {'I', 0x0302, 0x00CE}, {'i', 0x0302, 0x00EE}, /* circumflex */
    {'U', 0x0302, 0x00DB}, {'u', 0x0302, 0x00FB}, /* circumflex */
};

/* Unicode's default ignorable characters (DerivedCoreProperties.txt), with the two that separate
 * lines and those of annotations. Marks of direction are U+061C, U+200E and 200F, 202A to 202E, and
 * 2066 to 2069. */
static const unsigned int HIDDEN[][2] = {
    {0x00AD, 0x00AD},   {0x034F, 0x034F},   {0x061C, 0x061C}, {0x115F, 0x1160}, {0x17B4, 0x17B5},
    {0x180B, 0x180F},   {0x200B, 0x200F},   {0x2028, 0x202E}, {0x2060, 0x206F}, {0x3164, 0x3164},
    {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFFB}, {0x1BCA0, 0x1BCA3},
    {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF},
};

bool kp_letters_hidden(unsigned int character)
{
    for (size_t i = 0; i < sizeof HIDDEN / sizeof HIDDEN[0]; i++)
        if (character >= HIDDEN[i][0] && character <= HIDDEN[i][1])
            return true;
    return false;
}

size_t kp_letters_next(const unsigned char *data, size_t left, unsigned int *character)
{
    static const unsigned int LEAST[] = {0, 0, 0x80, 0x800, 0x10000}; /* by bytes: none is longer */

    if (left == 0)
        return 0;
    size_t length = data[0] < 0x80                       ? 1
                    : data[0] >= 0xC2 && data[0] <= 0xDF ? 2
                    : (data[0] & 0xF0) == 0xE0           ? 3
                    : data[0] >= 0xF0 && data[0] <= 0xF4 ? 4
                                                         : 0;
    if (length == 0 || length > left)
        return 0;
    unsigned int value = length == 1 ? data[0] : data[0] & (0xFFU >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((data[i] & 0xC0) != 0x80)
            return 0;
        value = value << 6 | (data[i] & 0x3FU);
    }
    if (value < LEAST[length] || (value >= 0xD800 && value <= 0xDFFF) || value > 0x10FFFF)
        return 0;
    *character = value;
    return length;
}

/* The letter with its mark; 0 where the two make none. */
static unsigned int compose(unsigned int letter, unsigned int mark)
{
    for (size_t i = 0; i < sizeof composed / sizeof composed[0]; i++)
        if (composed[i].letter == letter && composed[i].mark == mark)
            return composed[i].both;
    return 0;
}

bool kp_letters_nfc(kp_bytes text, kp_buffer *out)
{
    for (size_t at = 0; at < text.length;) {
        unsigned int letter = 0, mark = 0;
        size_t length = kp_letters_next(text.data + at, text.length - at, &letter);
        if (length == 0 || letter < 0x20 || letter == 0x7F)
            return false;
        size_t more = kp_letters_next(text.data + at + length, text.length - at - length, &mark);
        unsigned int both = more > 0 ? compose(letter, mark) : 0;
        if (both != 0) { /* all of them take two bytes */
            const unsigned char bytes[] = {(unsigned char)(0xC0 | both >> 6),
                                           (unsigned char)(0x80 | (both & 0x3F))};
            kp_buffer_append(out, bytes, sizeof bytes);
            length += more;
        } else {
            kp_buffer_append(out, text.data + at, length);
        }
        at += length;
    }
    return true;
}
