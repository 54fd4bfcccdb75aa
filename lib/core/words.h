/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   words.h: words of protocols, files and command lines in either case. Their letters are those of ASCII, whatever
   locale the program has set: in a Turkish one the small letter of I is none of i. */
#ifndef KP_CORE_WORDS_H
#define KP_CORE_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/** The small letter of A to Z; anything else as it is. */
char kp_words_small(char letter);

/** Whether both are the same but for their case. */
bool kp_words_same(const char *one, const char *other);

/** Whether the first `length` characters are; a text that ends before equals only one that ends there, too. */
bool kp_words_begin(const char *one, const char *other, size_t length);

#endif
