/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   words.c: see words.h. */
#include <core/words.h>

#include <string.h>

char kp_words_small(char letter)
{
    return letter >= 'A' && letter <= 'Z' ? (char)(letter + ('a' - 'A')) : letter;
}

bool kp_words_begin(const char *one, const char *other, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (kp_words_small(one[i]) != kp_words_small(other[i]))
            return false;
        if (one[i] == '\0')
            break;
    }
    return true;
}

bool kp_words_same(const char *one, const char *other)
{
    return kp_words_begin(one, other, strlen(other) + 1);
}
