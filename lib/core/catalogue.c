/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   catalogue.c: names and sentences of statuses and notices, from catalogue.def, and the one text of
   an error record that people see. Touches nothing but its own constant tables. */
#include <kamupin/info.h>
#include <kamupin/notice.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

typedef struct entry {
    kamupin_status status;
    const char *name;
    const char *cause[2];  /* by kamupin_language */
    const char *remedy[2]; /* by kamupin_language */
} entry;

static const entry entries[] = {
#define KP_STATUS(NAME, TEXT, TR_CAUSE, TR_REMEDY, EN_CAUSE, EN_REMEDY)                            \
    {KAMUPIN_##NAME, TEXT, {TR_CAUSE, EN_CAUSE}, {TR_REMEDY, EN_REMEDY}},
#include "catalogue.def"
};

enum place {
#define KP_STATUS(NAME, TEXT, TR_CAUSE, TR_REMEDY, EN_CAUSE, EN_REMEDY) AT_##NAME,
#include "catalogue.def"
    PLACES
};

/* A switch and no search, so that -Wswitch-enum stops the build when a status has no sentences. */
static const entry *find(kamupin_status status)
{
    switch (status) {
#define KP_STATUS(NAME, TEXT, TR_CAUSE, TR_REMEDY, EN_CAUSE, EN_REMEDY)                            \
    case KAMUPIN_##NAME:                                                                           \
        return &entries[AT_##NAME];
#include "catalogue.def"
    }
    return NULL;
}

static size_t in(kamupin_language language)
{
    return language == KAMUPIN_TURKISH ? 0 : 1;
}

const char *kamupin_status_name(kamupin_status status)
{
    const entry *found = find(status);
    return found != NULL ? found->name : "unknown-status";
}

kamupin_status kamupin_status_next(kamupin_status status)
{
    for (size_t i = 0; i < PLACES; i++)
        if (entries[i].status > status)
            return entries[i].status;
    return KAMUPIN_OK;
}

const char *kamupin_status_cause(kamupin_status status, kamupin_language language)
{
    const entry *found = find(status);
    return found != NULL ? found->cause[in(language)] : "";
}

const char *kamupin_status_remedy(kamupin_status status, kamupin_language language)
{
    const entry *found = find(status);
    return found != NULL ? found->remedy[in(language)] : "";
}

const char *kamupin_notice_text(kamupin_notice notice, kamupin_language language)
{
    switch (notice) {
#define KP_NOTICE(NAME, TR, EN)                                                                    \
    case KAMUPIN_NOTICE_##NAME:                                                                    \
        return language == KAMUPIN_TURKISH ? TR : EN;
#include "catalogue.def"
    }
    return "";
}

const char *kamupin_info(kamupin_info_item item, kamupin_language language)
{
    switch (item) {
#define KP_INFO(NAME, TEXT, TR_LABEL, EN_LABEL, TR, EN)                                            \
    case KAMUPIN_INFO_##NAME:                                                                      \
        return language == KAMUPIN_TURKISH ? TR : EN;
#include "catalogue.def"
    }
    return "";
}

const char *kamupin_info_label(kamupin_info_item item, kamupin_language language)
{
    switch (item) {
#define KP_INFO(NAME, TEXT, TR_LABEL, EN_LABEL, TR, EN)                                            \
    case KAMUPIN_INFO_##NAME:                                                                      \
        return language == KAMUPIN_TURKISH ? TR_LABEL : EN_LABEL;
#include "catalogue.def"
    }
    return "";
}

const char *kamupin_info_name(kamupin_info_item item)
{
    switch (item) {
#define KP_INFO(NAME, TEXT, TR_LABEL, EN_LABEL, TR, EN)                                            \
    case KAMUPIN_INFO_##NAME:                                                                      \
        return TEXT;
#include "catalogue.def"
    }
    return "";
}

const char *kamupin_look_text(kamupin_look look, kamupin_language language)
{
    switch (look) {
    case KAMUPIN_LOOKS_LIKE_NOTHING:
        return "";
#define KP_HINT(NAME, TEXT, TR, EN)                                                                \
    case KAMUPIN_##NAME:                                                                           \
        return language == KAMUPIN_TURKISH ? TR : EN;
#include "catalogue.def"
    }
    return "";
}

const char *kamupin_look_name(kamupin_look look)
{
    switch (look) {
    case KAMUPIN_LOOKS_LIKE_NOTHING:
        return "";
#define KP_HINT(NAME, TEXT, TR, EN)                                                                \
    case KAMUPIN_##NAME:                                                                           \
        return TEXT;
#include "catalogue.def"
    }
    return "";
}

/* Takes the bytes of a character that did not fit whole away from the end (RFC 3629, 3). */
static void cut_at_character(char *text, size_t length)
{
    size_t tail = 0;
    while (tail < length && tail < 3 && ((unsigned char)text[length - 1 - tail] & 0xC0U) == 0x80U)
        tail++;
    if (tail == length)
        return;
    unsigned char lead = (unsigned char)text[length - 1 - tail];
    size_t wants = lead >= 0xF0U ? 3 : lead >= 0xE0U ? 2 : lead >= 0xC0U ? 1 : 0;
    if (tail < wants)
        text[length - 1 - tail] = '\0';
}

/* A text that is being put together; once it is full, nothing more is added. */
typedef struct writer {
    char *text;
    size_t size;
    size_t length;
    bool full;
} writer;

static void put(writer *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(writer *out, const char *format, ...)
{
    if (out->full)
        return;
    va_list values;
    va_start(values, format);
    int wanted = vsnprintf(out->text + out->length, out->size - out->length, format, values);
    va_end(values);
    if (wanted >= 0 && (size_t)wanted < out->size - out->length) {
        out->length += (size_t)wanted;
        return;
    }
    out->full = true;
    out->length = strlen(out->text);
    cut_at_character(out->text, out->length);
}

const char *kamupin_duration_text(int seconds, kamupin_language language, char *text, size_t size)
{
    static const char *const units[2][3] = {{"sa", "dk", "sn"}, {"h", "min", "s"}};
    if (text == NULL || size == 0)
        return "";
    const int whole = seconds > 0 ? seconds : 0;
    const int parts[3] = {whole / 3600, whole / 60 % 60, whole % 60};
    writer out = {text, size, 0, false};
    text[0] = '\0';
    for (int i = 0; i < 3; i++)
        if (parts[i] > 0 || (i == 2 && whole == 0))
            put(&out, "%s%d %s", out.length > 0 ? " " : "", parts[i],
                units[language == KAMUPIN_TURKISH ? 0 : 1][i]);
    return text;
}

static void put_numbers(writer *out, const kamupin_error *error, bool turkish)
{
    char time[KAMUPIN_DURATION_MAX];
    if (error->tries_left == 0 && error->status != KAMUPIN_E_PIN_BLOCKED) /* which says it */
        put(out, "%s", turkish ? " Deneme hakkı kalmadı." : " No try is left.");
    else if (error->tries_left > 0)
        put(out, turkish ? " Kalan deneme hakkı: %d." : " Tries left: %d.", error->tries_left);
    if (error->wait_seconds > 0)
        put(out, turkish ? " Beklenecek süre: %s." : " Time to wait: %s.",
            kamupin_duration_text(error->wait_seconds, turkish ? KAMUPIN_TURKISH : KAMUPIN_ENGLISH,
                                  time, sizeof time));
    if (error->status == KAMUPIN_E_CARD_BUSY && error->platform_code > 0)
        put(out,
            turkish ? " Kartla çalışan programın süreç numarası: %ld."
                    : " The program at work on it is process %ld.",
            error->platform_code);
    if (error->status_word != 0)
        put(out, turkish ? " (Kartın yanıtı: %04X)" : " (The card's answer: %04X)",
            error->status_word & 0xFFFFU);
}

const char *kamupin_error_text(const kamupin_error *error, kamupin_language language, char *text,
                               size_t size)
{
    if (text == NULL || size == 0)
        return "";
    bool turkish = language == KAMUPIN_TURKISH;
    kamupin_status status = error != NULL ? error->status : KAMUPIN_OK;
    const entry *found = find(status);
    writer out = {text, size, 0, false};
    text[0] = '\0';
    if (found != NULL)
        put(&out, "%s %s", found->cause[in(language)], found->remedy[in(language)]);
    else
        put(&out,
            turkish ? "Bilinmeyen durum %d. Programı güncelleyin."
                    : "Unknown status %d. Update the program.",
            (int)status);
    if (error != NULL && status != KAMUPIN_OK) {
        if (error->looks_like != KAMUPIN_LOOKS_LIKE_NOTHING)
            put(&out, " %s", kamupin_look_text(error->looks_like, language));
        put_numbers(&out, error, turkish);
    }
    return text;
}
