/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   width.c: see width.h. Whole blocks of Unicode instead of single characters: coarse, and right for what
   stands in names. Constant tables only. */
#include "width.h"

#include <stdbool.h>
#include <string.h>

typedef struct range {
    unsigned int first, last;
} range;

/* Blocks of marks that combine, of vowels and finals of Hangul that join the syllable before them, and of what
 * joins, separates or turns writing unseen. */
static const range NONE[] = {
    {0x0300, 0x036F},   {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x0610, 0x061A}, {0x064B, 0x065F},
    {0x0670, 0x0670},   {0x06D6, 0x06DC}, {0x0E31, 0x0E31}, {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E},
    {0x093C, 0x093C},   {0x0941, 0x0948}, {0x094D, 0x094D}, {0x1160, 0x11FF}, {0x1AB0, 0x1AFF},
    {0x1DC0, 0x1DFF},   {0x200B, 0x200F}, {0x202A, 0x202E}, {0x2060, 0x2064}, {0x20D0, 0x20FF},
    {0x302A, 0x302D},   {0x3099, 0x309A}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF},
    {0xE0100, 0xE01EF},
};

/* Those that Unicode calls wide or full-width (UAX #11), as blocks. */
static const range TWO[] = {
    {0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0x4DBF},   {0x4E00, 0xA4CF},
    {0xA960, 0xA97F},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},
    {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},   {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF},
    {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD},
};

static bool is_in(unsigned int character, const range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (character >= ranges[i].first && character <= ranges[i].last)
            return true;
    return false;
}

static int columns_of(unsigned int character)
{
    if (is_in(character, NONE, sizeof NONE / sizeof NONE[0]))
        return 0;
    return is_in(character, TWO, sizeof TWO / sizeof TWO[0]) ? 2 : 1;
}

/* Bytes of the character at `text`, of which `left` are there; a byte that is no UTF-8 (RFC 3629, 4) stands
 * for itself. */
static size_t next(const char *text, size_t left, unsigned int *character)
{
    const unsigned char *bytes = (const unsigned char *)text;
    const size_t length = bytes[0] < 0xC2U   ? 1
                          : bytes[0] < 0xE0U ? 2
                          : bytes[0] < 0xF0U ? 3
                          : bytes[0] < 0xF5U ? 4
                                             : 1;

    *character = bytes[0];
    if (length == 1 || length > left)
        return 1;
    unsigned int found = bytes[0] & (0xFFU >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xC0U) != 0x80U)
            return 1;
        found = found << 6 | (bytes[i] & 0x3FU);
    }
    *character = found;
    return length;
}

int cli_width_of(const char *text, size_t length)
{
    unsigned int character = 0;
    int width = 0;

    for (size_t at = 0; at < length;) {
        at += next(text + at, length - at, &character);
        width += columns_of(character);
    }
    return width;
}

int cli_width(const char *text)
{
    return cli_width_of(text, strlen(text));
}

size_t cli_clip(const char *text, int width)
{
    const size_t length = strlen(text);
    unsigned int character = 0;
    size_t at = 0;

    while (at < length) {
        const size_t step = next(text + at, length - at, &character);
        width -= columns_of(character);
        if (width < 0)
            break;
        at += step;
    }
    return at;
}
