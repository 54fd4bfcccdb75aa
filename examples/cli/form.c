/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   form.c: a service's JSON as people read it: indented, and still JSON. What a terminal would obey,
   or would not show, stands there as \uXXXX. */
#include "application.h"

#include <stdio.h>
#include <stdlib.h>

/* Controls from U+007F on (jansson escapes those below a blank), and characters without width or of
 * direction. */
static const unsigned int UNSEEN[][2] = {
    {0x7F, 0x9F},       {0xAD, 0xAD},      {0x34F, 0x34F},   {0x61C, 0x61C},   {0x115F, 0x1160},
    {0x17B4, 0x17B5},   {0x180B, 0x180F},  {0x200B, 0x200F}, {0x2028, 0x202E}, {0x2060, 0x206F},
    {0x3164, 0x3164},   {0xFE00, 0xFE0F},  {0xFEFF, 0xFEFF}, {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFFB},
    {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF}};

static bool is_unseen(unsigned int letter)
{
    for (size_t i = 0; i < sizeof UNSEEN / sizeof UNSEEN[0]; i++)
        if (letter >= UNSEEN[i][0] && letter <= UNSEEN[i][1])
            return true;
    return false;
}

/* The letter at `text`, which is UTF-8, and how many bytes it has. */
static unsigned int letter_at(const char *text, size_t *length)
{
    const unsigned char *bytes = (const unsigned char *)text;
    *length = bytes[0] < 0x80U ? 1 : bytes[0] < 0xE0U ? 2 : bytes[0] < 0xF0U ? 3 : 4;
    unsigned int letter = *length == 1 ? bytes[0] : bytes[0] & (0xFFU >> (*length + 1));
    for (size_t i = 1; i < *length; i++)
        letter = letter << 6 | (bytes[i] & 0x3FU);
    return letter;
}

static void write_escaped(unsigned int letter)
{
    if (letter > 0xFFFFU) {
        printf("\\u%04x", 0xD800U + ((letter - 0x10000U) >> 10));
        letter = 0xDC00U + (letter & 0x3FFU);
    }
    printf("\\u%04x", letter);
}

void cli_show_form(const json_t *form)
{
    char *text = json_dumps(form, JSON_INDENT(2));
    size_t length = 0;
    for (const char *at = text; at != NULL && *at != '\0'; at += length) {
        const unsigned int letter = letter_at(at, &length);
        if (is_unseen(letter))
            write_escaped(letter);
        else
            fwrite(at, 1, length, stdout);
    }
    putchar('\n');
    free(text);
}
