/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   text.c: see text.h. */
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const texts[][2] = {
#define CLI_MESSAGE(NAME, TR, EN) {TR, EN},
#include "messages.def"
};

const char *cli_text(kamupin_language language, cli_message message)
{
    return texts[message][language == KAMUPIN_TURKISH ? 0 : 1];
}

const char *cli_fill(kamupin_language language, cli_message message, const char *value, char *room,
                     size_t size)
{
    const char *text = cli_text(language, message);
    const char *mark = strstr(text, "{}");
    if (mark == NULL)
        snprintf(room, size, "%s", text);
    else
        snprintf(room, size, "%.*s%s%s", (int)(mark - text), text, value, mark + 2);
    return room;
}

const char *cli_fill_number(kamupin_language language, cli_message message, long value, char *room,
                            size_t size)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%ld", value);
    return cli_fill(language, message, digits, room, size);
}

static char small(char letter)
{
    return letter >= 'A' && letter <= 'Z' ? (char)(letter + ('a' - 'A')) : letter;
}

bool cli_begins(const char *one, const char *other, size_t length)
{
    size_t at = 0;
    while (at < length && one[at] != '\0' && small(one[at]) == small(other[at]))
        at++;
    return at == length || (one[at] == '\0' && other[at] == '\0');
}

bool cli_same(const char *one, const char *other)
{
    return cli_begins(one, other, strlen(other) + 1);
}

#define LONG 600 /* seconds from which on minutes are enough */

static int seconds_of(int64_t rest)
{
    return rest > 0 ? (int)((rest + 999) / 1000) : 0;
}

const char *cli_time(kamupin_language language, int seconds, char *room)
{
    const int told = seconds >= LONG ? seconds - seconds % 60 : seconds;
    return kamupin_duration_text(told, language, room, KAMUPIN_DURATION_MAX);
}

const char *cli_time_left(kamupin_language language, int64_t rest, char *room, size_t size)
{
    char time[KAMUPIN_DURATION_MAX];
    const int seconds = seconds_of(rest);
    if (seconds == 0)
        snprintf(room, size, "%s", cli_text(language, M_TIME_OVER));
    else
        cli_fill(language, M_TIME_LEFT, cli_time(language, seconds, time), room, size);
    return room;
}

int cli_time_changes(int64_t rest)
{
    const int seconds = seconds_of(rest);
    return seconds > LONG ? seconds % 60 + 1 : 1;
}

kamupin_language cli_language(const char *option)
{
    const char *wishes[] = {option, getenv("KAMUPIN_LANG"), getenv("LC_ALL"), getenv("LC_MESSAGES"),
                            getenv("LANG")};
    for (size_t i = 0; i < sizeof wishes / sizeof wishes[0]; i++)
        if (wishes[i] != NULL && wishes[i][0] != '\0')
            return strncmp(wishes[i], "tr", 2) == 0 ? KAMUPIN_TURKISH : KAMUPIN_ENGLISH;
    return KAMUPIN_ENGLISH;
}
