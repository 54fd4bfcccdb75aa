/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   text.h: the command's own words in both languages, from messages.def, and amounts in words.
   Constant tables only. */
#ifndef CLI_TEXT_H
#define CLI_TEXT_H

#include <kamupin/kamupin.h>

#include <stdbool.h>
#include <stdint.h>

typedef enum cli_message {
#define CLI_MESSAGE(NAME, TR, EN) M_##NAME,
#include "messages.def"
    M_COUNT
} cli_message;

/** The text of a message. */
const char *cli_text(kamupin_language language, cli_message message);

/** The text of a message with its {} filled in; into `room`, cut when it is too long; returns
 * `room`. */
const char *cli_fill(kamupin_language language, cli_message message, const char *value, char *room,
                     size_t size);

/** The same with a number. */
const char *cli_fill_number(kamupin_language language, cli_message message, long value, char *room,
                            size_t size);

/** Whether both are the same, or begin so, but for the case of A to Z; in a Turkish locale, too. */
bool cli_same(const char *one, const char *other);
bool cli_begins(const char *one, const char *other, size_t length);

/** A number of seconds as text, from ten minutes on in minutes alone; returns `room`, which has
 * KAMUPIN_DURATION_MAX bytes. */
const char *cli_time(kamupin_language language, int seconds, char *room);

/** What is left of `rest` milliseconds, as "1 min 20 s left" or "time is over"; returns `room`. Minutes alone
 * from ten on: nobody wants to see the seconds of half an hour run. */
const char *cli_time_left(kamupin_language language, int64_t rest, char *room, size_t size);

/** The seconds until that text changes; at least 1. */
int cli_time_changes(int64_t rest);

/** The language that --lang (may be NULL), KAMUPIN_LANG, LC_ALL, LC_MESSAGES or LANG asks for; the
 * first that is there decides. */
kamupin_language cli_language(const char *option);

#endif
