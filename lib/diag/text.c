/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   text.c: a finding as sentences: which one it is about, what is the matter, and what to do. The words
   are findings.def's and the catalogue's. */
#include <diag/diag.h>

#include <core/letters.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY_S        INT64_C(86400)
#define NAME_SHOWN   200 /* bytes of a name; a sentence has to fit behind it */
#define READER_SHOWN (NAME_SHOWN / 2)
#define AMOUNT_MAX   64

typedef enum when { ABOVE_ZERO, BELOW_ZERO, ALWAYS } when;

/* Of a certificate that is fine, a responder's word has a sentence of its own. */
#define KAMUPIN_FINE_BY_OCSP ((kamupin_severity)(KAMUPIN_FAULT + 1))

static const struct {
    kamupin_subject subject;
    kamupin_severity severity;
    const char *text[2]; /* by kamupin_language */
} FINDINGS[] = {
#define KP_FINDING(SUBJECT, SEVERITY, TR, EN)                                                      \
    {KAMUPIN_ABOUT_##SUBJECT, KAMUPIN_##SEVERITY, {TR, EN}},
#define KP_CAUSE(STATUS, WHEN, TR, EN)
#include "findings.def"
};

static const struct {
    kamupin_status status;
    when when;
    const char *text[2];
} CAUSES[] = {
#define KP_FINDING(SUBJECT, SEVERITY, TR, EN)
#define KP_CAUSE(STATUS, WHEN, TR, EN) {KAMUPIN_E_##STATUS, WHEN, {TR, EN}},
#include "findings.def"
};

/* What rests on a server that could not be judged by a right date (docs/decisions.md). */
static const char *const HINTED[2] = {
    " Bunu söyleyen sunucu, tarih yanlışken tam doğrulanamaz: tarihi başka bir saatle de "
    "karşılaştırın.",
    " The server that says so cannot be fully verified while the date is wrong: compare the date "
    "with another clock, too.",
};

static size_t in(kamupin_language language)
{
    return language == KAMUPIN_TURKISH ? 0 : 1;
}

static bool fits(when wanted, int64_t number)
{
    return wanted == ALWAYS || (wanted == ABOVE_ZERO ? number > 0 : number < 0);
}

/* ---- amounts ---- */

static void put_days(int64_t days, kamupin_language language, char *room)
{
    static const char *const UNDER_A_DAY[2] = {"bir günden kısa süre", "less than a day"};
    static const char *const DAYS[2] = {"gün", "days"};
    const bool one = days == 1 && language != KAMUPIN_TURKISH;

    if (days == 0)
        snprintf(room, AMOUNT_MAX, "%s", UNDER_A_DAY[in(language)]);
    else
        snprintf(room, AMOUNT_MAX, "%lld %s", (long long)days, one ? "day" : DAYS[in(language)]);
}

/* The number as what it counts: seconds of a clock, days of a certificate, else itself. */
static void put_amount(const kamupin_finding *finding, kamupin_language language, char *room)
{
    const int64_t number = llabs(finding->number);

    if (finding->subject == KAMUPIN_ABOUT_CLOCK && number < 2 * DAY_S)
        kamupin_duration_text((int)number, language, room, AMOUNT_MAX);
    else if (finding->subject == KAMUPIN_ABOUT_CLOCK)
        put_days((number + DAY_S / 2) / DAY_S, language, room);
    else if (finding->subject == KAMUPIN_ABOUT_CERTIFICATE)
        put_days(number, language, room);
    else
        snprintf(room, AMOUNT_MAX, "%lld", (long long)number);
}

/* ---- sentences ---- */

static const char *own_sentence(const kamupin_finding *finding, kamupin_language language)
{
    const bool asked = finding->subject == KAMUPIN_ABOUT_CERTIFICATE &&
                       finding->severity == KAMUPIN_FINE &&
                       finding->error.origin == KAMUPIN_FROM_HTTP;
    const kamupin_severity severity = asked ? KAMUPIN_FINE_BY_OCSP : finding->severity;

    for (size_t i = 0; i < sizeof FINDINGS / sizeof FINDINGS[0]; i++)
        if (finding->error.status == KAMUPIN_OK && FINDINGS[i].subject == finding->subject &&
            FINDINGS[i].severity == severity)
            return FINDINGS[i].text[in(language)];
    return NULL;
}

static const char *own_cause(const kamupin_finding *finding, kamupin_language language)
{
    for (size_t i = 0; i < sizeof CAUSES / sizeof CAUSES[0]; i++)
        if (CAUSES[i].status == finding->error.status && fits(CAUSES[i].when, finding->number))
            return CAUSES[i].text[in(language)];
    return NULL;
}

/* Cuts a text to so many bytes, at a character (RFC 3629). */
static void clip(char *text, size_t most)
{
    if (strlen(text) <= most)
        return;
    while (most > 0 && ((unsigned char)text[most] & 0xC0U) == 0x80U)
        most--;
    text[most] = '\0';
}

/* `template` with its {} filled in, behind what stands in `text` already. */
static void put_filled(const char *template, const char *amount, char *text, size_t size)
{
    const size_t at = strlen(text);
    const char *gap = strstr(template, "{}");

    if (gap == NULL)
        snprintf(text + at, size - at, "%s", template);
    else
        snprintf(text + at, size - at, "%.*s%s%s", (int)(gap - template), template, amount,
                 gap + 2);
}

/* A reader's name comes from its driver: what is no UTF-8, or a control character, becomes a "?". */
static void put_name(const char *name, char *text, size_t size)
{
    size_t at = 0, left = strlen(name);
    unsigned int character = 0;

    while (left > 0 && at + 4 < size) {
        const size_t length = kp_letters_next((const unsigned char *)name, left, &character);
        const size_t step = length > 0 ? length : 1;
        if (length == 0 || character < ' ' || character == 0x7F || kp_letters_hidden(character))
            text[at++] = '?';
        else
            for (size_t i = 0; i < length; i++)
                text[at++] = name[i];
        name += step;
        left -= step;
    }
    text[at] = '\0';
}

/* Which one it is about: a certificate's reader goes before its number. */
static void put_which(const kamupin_finding *finding, char *text, size_t size)
{
    /* A clock is this computer's, whichever server it was compared with. */
    if (finding->name[0] == '\0' || finding->subject == KAMUPIN_ABOUT_CLOCK)
        return;
    if (finding->reader[0] != '\0') {
        put_name(finding->reader, text, READER_SHOWN);
        put_filled(", ", "", text, size);
    }
    const size_t at = strlen(text);
    put_name(finding->name, text + at, NAME_SHOWN - at);
    put_filled(": ", "", text, size);
}

static void put_body(const kamupin_finding *finding, kamupin_language language, char *text,
                     size_t size)
{
    const char *own = own_sentence(finding, language);
    const char *cause = own_cause(finding, language);
    char amount[AMOUNT_MAX];

    put_amount(finding, language, amount);
    if (own != NULL || cause != NULL)
        put_filled(own != NULL ? own : cause, amount, text, size);
    if (own == NULL && cause != NULL && finding->severity != KAMUPIN_NOTE) {
        put_filled(" ", "", text, size);
        put_filled(kamupin_status_remedy(finding->error.status, language), "", text, size);
    }
    if (own == NULL && cause == NULL &&
        finding->severity == KAMUPIN_NOTE) /* nothing has to be done */
        put_filled(kamupin_status_cause(finding->error.status, language), "", text, size);
    else if (own == NULL && cause == NULL)
        kamupin_error_text(&finding->error, language, text + strlen(text), size - strlen(text));
    if (finding->error.status == KAMUPIN_E_CLOCK_WRONG && finding->error.origin == KAMUPIN_FROM_TLS)
        put_filled(HINTED[in(language)], "", text, size);
}

const char *kamupin_finding_text(const kamupin_finding *finding, kamupin_language language,
                                 char *room, size_t size)
{
    char text[NAME_SHOWN + 8 + KAMUPIN_TEXT_MAX] = "";

    if (room == NULL || size == 0)
        return "";
    room[0] = '\0';
    if (finding == NULL || finding->size != sizeof *finding)
        return room;
    put_which(finding, text, sizeof text);
    put_body(finding, language, text, sizeof text);
    clip(text, size - 1);
    memcpy(room, text, strlen(text) + 1);
    return room;
}
