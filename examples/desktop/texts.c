/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   texts.c: see texts.h. */
#include "texts.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

const char *kd_text_of(kd_text text, kamupin_language language)
{
    static const char *const texts[][2] = {
#define KD_TEXT(NAME, TR, EN) {TR, EN},
#include "texts.def"
#undef KD_TEXT
    };
    return texts[text][language == KAMUPIN_ENGLISH];
}

char *kd_fill(kd_text text, kamupin_language language, const char *value)
{
    const char *whole = kd_text_of(text, language);
    const char *place = strstr(whole, "{}");
    if (place == NULL)
        return g_strdup(whole);
    return g_strdup_printf("%.*s%s%s", (int)(place - whole), whole, value, place + 2);
}

char *kd_notice(kamupin_notice notice, kamupin_language language)
{
    char **lines = g_strsplit(kamupin_notice_text(notice, language), "\n", -1);
    GString *text = g_string_new(NULL);
    for (size_t i = 0; lines[i] != NULL; i++) {
        if (i > 0)
            g_string_append_c(text, g_str_has_prefix(lines[i], "•") ? '\n' : ' ');
        g_string_append(text, g_strchug(lines[i]));
    }
    g_strfreev(lines);
    return g_string_free(text, FALSE);
}

kamupin_language kd_language(const char *option)
{
    const char *wishes[] = {option, getenv("KAMUPIN_LANG"), getenv("LC_ALL"), getenv("LC_MESSAGES"),
                            getenv("LANG")};
    for (size_t i = 0; i < G_N_ELEMENTS(wishes); i++)
        if (wishes[i] != NULL && wishes[i][0] != '\0')
            return strncmp(wishes[i], "tr", 2) == 0 ? KAMUPIN_TURKISH : KAMUPIN_ENGLISH;
    return KAMUPIN_ENGLISH;
}
