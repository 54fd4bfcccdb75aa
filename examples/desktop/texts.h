/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   texts.h: what the program itself says, in both languages. Sentences about statuses and the notices
   are the library's. */
#ifndef KD_TEXTS_H
#define KD_TEXTS_H

#include <kamupin/kamupin.h>

typedef enum kd_text {
#define KD_TEXT(NAME, TR, EN) T_##NAME,
#include "texts.def"
#undef KD_TEXT
    T_COUNT
} kd_text;

/* A text; static UTF-8. */
const char *kd_text_of(kd_text text, kamupin_language language);
/* A text with its {} filled in; for g_free. */
char *kd_fill(kd_text text, kamupin_language language, const char *value);
/* A notice of the library as paragraphs, for windows that break lines themselves; for g_free. */
char *kd_notice(kamupin_notice notice, kamupin_language language);
/* The language that the environment wishes, as the command `kamupin` understands it. */
kamupin_language kd_language(const char *option);

#endif
