/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   width.h: the columns that UTF-8 text takes at a terminal, by a rule of its own: the C library's depends
   on a locale, which the command never sets. */
#ifndef CLI_WIDTH_H
#define CLI_WIDTH_H

#include <stddef.h>

/** The columns of a text: two for each character of the blocks of East Asia and of the pictures that
 * terminals draw so wide, none for marks that combine with the character before them and for what nobody sees,
 * one for every other, and for each byte that is no UTF-8. */
int cli_width(const char *text);

/** The same of its first `length` bytes. */
int cli_width_of(const char *text, size_t length);

/** Bytes of as much of a text as fits into `width` columns, marks that belong to its last character with it. */
size_t cli_clip(const char *text, int width);

#endif
